#!/usr/bin/env python3
"""The house rules that a program can check, as a test over the source tree.

usage: tidy.py [ROOT]

Prints one `file:line: rule: message` for each violation and exits 1 if there is one. Every rule has
samples that break it in tidy_test.py.
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

LINE_COLUMNS_MAX = 100
# Sizes, for what is shipped; a test may be longer.
SHIPPED = ("lib/", "daemon/", "ctl/")
FUNCTION_LINES_MAX = 60
TEST_FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = {".cpp": 350, ".hpp": 150}
MEMBERS_MAX = 15
FILE_LINES_WARNING = 400

# What each folder of lib/ may include of the others.
LAYERS = {
    "base": set(),
    "json": {"base"},
    "credential": {"base"},
    "action": {"base"},
    "http": {"base"},
    "http1": {"base", "http"},
    "event": {"base", "action"},
    "core": {"base", "action", "event", "core/quota", "core/outbox", "core/cancel", "core/submit",
             "core/question", "core/enrich", "core/region"},
    "core/quota": {"base", "action", "core"},
    "core/outbox": {"base", "action", "event", "core"},
    "core/cancel": {"base", "action", "event", "core", "core/quota"},
    "core/submit": {"base", "action", "event", "core", "core/quota"},
    "core/question": {"base", "action"},
    "core/enrich": {"base", "action", "event"},
    "core/region": {"base", "action", "event", "core", "core/quota", "core/cancel", "core/submit",
                    "core/question", "core/enrich"},
    "defender": {"base", "json", "action", "http"},
    "format": {"base", "json", "action", "event"},
    "webhook": {"base", "json", "action", "http", "event", "format"},
    "doctor": {"base", "json", "action", "http"},
    "admin": {"base", "json", "action", "http", "event", "core", "core/cancel",
              "core/submit", "core/question", "doctor"},
    "config": {"base", "action", "http", "event", "core", "core/cancel", "format",
               "webhook"},
    "store": {"base", "event", "core", "core/enrich"},
    "net": {"base", "http", "http1"},
    "ops": {"base", "action", "event", "core", "core/outbox", "core/submit", "format"},
    "runtime": {"base", "credential", "http", "event", "core", "core/quota", "core/outbox",
                "core/question", "defender", "webhook", "store", "net", "ops", "format",
                "doctor"},
}

# What each folder of lib/ may include of third parties: prefixes of the include path.
LIBRARIES = {
    "base": ["fmt/", "boost/system/", "boost/assert/"],
    "json": ["boost/json/", "boost/system/"],
    "credential": ["openssl/"],
    "action": [],
    "http": [],
    "http1": ["boost/asio/", "boost/beast/", "boost/system/", "fmt/", "zlib.h"],
    "event": ["boost/uuid/", "fmt/"],
    "core": ["fmt/"],
    "defender": ["fmt/", "boost/json/", "boost/system/"],
    "format": ["fmt/", "boost/json/", "boost/system/"],
    "webhook": ["fmt/", "boost/json/", "openssl/"],
    "doctor": ["boost/json/"],
    "admin": ["fmt/", "boost/json/"],
    "config": ["fmt/", "toml++/"],
    "store": ["fmt/", "boost/json/", "boost/system/", "SQLiteCpp/", "sqlite3.h"],
    "net": ["fmt/", "boost/asio/", "boost/beast/", "boost/system/", "openssl/", "zlib.h"],
    "ops": ["fmt/", "boost/asio/", "spdlog/", "prometheus/", "zlib.h"],
    "runtime": ["fmt/", "boost/asio/", "boost/system/"],
}
THIRD_PARTY = re.compile(
    r"^(boost|fmt|openssl|SQLiteCpp|spdlog|prometheus|systemd|toml\+\+|CLI|gtest|gmock|rapidcheck)/"
    r"|^(sqlite3\.h|zlib\.h|rapidcheck\.h)$"
)
UMBRELLAS = {"boost/asio.hpp", "boost/beast.hpp", "boost/json.hpp", "boost/asio/ssl.hpp"}

# Layers that must not touch the operating system, and what would.
PURE = {"json", "credential", "action", "event", "core", "format", "defender", "webhook",
        "doctor", "admin"}
SYSTEM_HEADERS = re.compile(
    r"^(fstream|iostream|filesystem|thread|mutex|shared_mutex|condition_variable|future|random"
    r"|unistd\.h|fcntl\.h|time\.h|signal\.h|csignal|poll\.h|sys/.*|netinet/.*|arpa/.*|netdb\.h)$"
)

AWAITABLE = ("boost/asio/awaitable.hpp", "lib/http/client.hpp")

# Only these files may include these libraries, whatever their folder may.
ONE_FILE = {
    "spdlog/": {"lib/ops/log.cpp"},
    "prometheus/": {"lib/ops/metric_families.hpp", "lib/ops/metrics.cpp"},
}
# Beast together with TLS is by far the slowest thing to compile.
BEAST_TLS = re.compile(r"^lib/net/https_client\.cpp$|^tests/mactionsim/[a-z_]+\.cpp$")
BEAST_TLS_TESTS_MAX = 1

CLOCKS_ALLOWED = re.compile(r"^(lib/base/system_clock\.cpp|lib/runtime/|daemon/|ctl/|tests/)")
BANNED = [
    # rule, pattern, where it is allowed, what to do instead
    ("clock", r"\b(system_clock|steady_clock|high_resolution_clock|utc_clock|tai_clock)::now\b",
     CLOCKS_ALLOWED, "only the driver reads a clock: take Now as an argument"),
    ("clock", r"(?<![\w.>])(?:std::|::)?(time\s*\(\s*(nullptr|NULL|0|&)|clock_gettime\s*\("
     r"|gettimeofday\s*\(|localtime(_r)?\s*\(|ctime\s*\()",
     CLOCKS_ALLOWED, "only the driver reads a clock: take Now as an argument"),
    ("random", r"\brandom_device\b|\bmt19937\b|(?<![\w.>:])(?:std::)?s?rand\s*\(|\bgetrandom\s*\(",
     CLOCKS_ALLOWED, "randomness is a seeded mactiond::Random"),
    ("detached", r"\bdetached\b", None, "every task is owned by the TaskGroup"),
    ("sleep", r"\bsleep_(for|until)\b|(?<![\w.>])(?:std::|::)?(u|nano)?sleep\s*\(", None,
     "wait for the condition with a deadline"),
    ("regex", r"\bstd::w?regex\b", re.compile(r"^tests/"),
     "std::regex recurses on untrusted input: write the few lines"),
    ("local-time", r"\bmktime\s*\(|\bstrftime\s*\(", None, "UTC only: base/iso_time.hpp"),
]
WAITING_PYTHON = "tests/e2e/harness.py"
UNFINISHED = re.compile(r"\b(" + "|".join(["FIX" + "ME", "TO" + "DO", "XX" + "X"]) + r")\b")

TEXT_SUFFIXES = {".cpp", ".hpp", ".py", ".cmake", ".txt", ".toml", ".sh", ".service", ".json"}
WIDTH_SUFFIXES = {".cpp", ".hpp", ".py", ".cmake"}
SKIPPED_DIRECTORIES = {".git", "build", "__pycache__", "node_modules", "fixtures"}


class Violation(NamedTuple):
    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


# ---------------------------------------------------------------------------------------------
# Reading C++

_LEXER = re.compile(
    r"//(?:[^\n\\]|\\.|\\\n)*"
    r"|/\*.*?\*/"
    r'|(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)"'
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|(?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)*'",
    re.DOTALL,
)


def strip(text, keep_strings=False):
    """The text without comments and with empty literals; every line stays on its line."""

    def replace(match):
        piece = match.group(0)
        newlines = "\n" * piece.count("\n")
        if piece.startswith("//") or piece.startswith("/*"):
            return " " + newlines
        if keep_strings:
            return piece
        return ("''" if piece.startswith("'") else '""') + newlines

    return _LEXER.sub(replace, text)


class Token(NamedTuple):
    text: str
    line: int


_TOKEN = re.compile(
    r"\d(?:'?[\w.])*|\w+|::|->|\+\+|--|&&|\|\||[<>=!+\-*/%&|^]=|<<|\[\[|\]\]|\"\"|''|\S"
)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)


def tokenize(stripped):
    """Tokens of stripped text, preprocessor directives left out."""
    code = _DIRECTIVE.sub(lambda m: "\n" * m.group(0).count("\n"), stripped)
    tokens = []
    line = 1
    position = 0
    for match in _TOKEN.finditer(code):
        line += code.count("\n", position, match.start())
        position = match.start()
        tokens.append(Token(match.group(0), line))
    return tokens


_OPEN = {"(": ")", "[": "]", "{": "}", "[[": "]]"}
_CLOSE = set(_OPEN.values())


def matching(tokens, index):
    """Index of the bracket that closes the one at index; len(tokens) if there is none."""
    depth = 0
    for i in range(index, len(tokens)):
        text = tokens[i].text
        if text in _OPEN:
            depth += 1
        elif text in _CLOSE:
            depth -= 1
            if depth == 0:
                return i
    return len(tokens)


# ---------------------------------------------------------------------------------------------
# Includes

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(text):
    """(line, path, is_quoted) of each include."""
    code = strip(text, keep_strings=True)
    return [
        (code.count("\n", 0, m.start()) + 1, m.group(2), m.group(1) == '"')
        for m in _INCLUDE.finditer(code)
    ]


def room_of(path):
    """The folder below lib/ if it has a row in LAYERS; else the one above it."""
    folder = path.rsplit("/", 1)[0] if "/" in path else ""
    return folder if folder in LAYERS else folder.split("/")[0]


def _check_edge(folder, path, included):
    target = room_of(included)
    if target == folder or target in LAYERS[folder]:
        return None
    if target in LAYERS:
        return f"{folder} may not include {target} ({included})"
    if "/" in included:
        return f"unknown folder in a project include: {included}"
    return f"project includes name their folder: {folder}/{included}"


def _check_library(folder, path, included):
    for prefix, files in ONE_FILE.items():
        if included.startswith(prefix) and path not in files:
            return f"{included} is included by {', '.join(sorted(files))} alone"
    if (included, path) == AWAITABLE:
        return None
    if not any(included.startswith(prefix) for prefix in LIBRARIES[folder.split("/")[0]]):
        return f"{folder} may not include {included}"
    return None


def check_includes(path, text):
    parts = path.split("/")
    folder = room_of(path[len("lib/"):]) if parts[0] == "lib" and len(parts) > 2 else None
    for line, included, quoted in includes(text):
        message = None
        if included in UMBRELLAS:
            message = f"umbrella header {included}: name the parts that are used"
        elif folder and folder not in LAYERS:
            message = f"unknown layer {folder}"
        elif folder and quoted:
            message = _check_edge(folder, path, included)
        elif folder and THIRD_PARTY.search(included):
            message = _check_library(folder, path, included)
        elif folder and folder.split("/")[0] in PURE and SYSTEM_HEADERS.search(included):
            message = f"{folder} does not touch the system: no <{included}>"
        elif included.startswith("spdlog/") and path not in ONE_FILE["spdlog/"]:
            message = "spdlog is included by lib/ops/log.cpp alone"
        if message:
            yield Violation(path, line, "include", message)
    names = [included for _, included, _ in includes(text)]
    beast = any(name.startswith("boost/beast/") for name in names)
    tls = any(name.startswith("boost/asio/ssl") or "ssl_stream" in name for name in names)
    if beast and tls and not BEAST_TLS.search(path):
        yield Violation(path, 1, "include", "Beast with TLS belongs in lib/net/https_client.cpp")


# ---------------------------------------------------------------------------------------------
# Coroutines: one co_await per statement, in one of five forms (docs/traps.md)

_PATH = r"(?:(?:\*|&)\s*)?(?:::\s*)?\w+(?:\s*(?:::|\.|->)\s*\w+|\s*\[\s*\w+\s*\])*"
_LITERAL = r"(?:-\s*)?\d[\w.']*|\"\"|''"
_MOVED = rf"std\s*::\s*(?:move|ref|cref)\s*\(\s*{_PATH}\s*\)"
# A buffer view is two words of plain data, so the traps around temporaries do not reach it.
_BUFFER = rf"(?:boost\s*::\s*)?(?:asio|net)\s*::\s*buffer\s*\(\s*{_PATH}(?:\s*,\s*{_PATH})*\s*\)"
_ARGUMENT = re.compile(rf"^(?:{_PATH}|{_LITERAL}|{_MOVED}|{_BUFFER})$")
_TEMPLATE = r"(?:<[\w\s:,<>*&]*>)?"
_CALLEE = re.compile(
    rf"^(?:::\s*)?\w+\s*{_TEMPLATE}(?:\s*(?:::|\.|->)\s*\w+\s*{_TEMPLATE})*$"
)
_TARGET = re.compile(
    r"^(?:\[\[ \w+ \]\] )?(?:"
    r"(?:const )?auto (?:(?:const )?(?:&&?|\*) )?\w+"
    r"|(?:const )?auto (?:&&? )?\[ \w+(?: , \w+)* \]"
    r"|(?:const )?[\w:<>,&* ]+ \w+"
    r"|[\w.>\-*: ]+(?:\[ \w+ \])?"
    r")$"
)


def _split_arguments(text):
    depth = 0
    start = 0
    for i, c in enumerate(text):
        if c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
        elif c == "," and depth == 0:
            yield text[start:i].strip()
            start = i + 1
    tail = text[start:].strip()
    if tail or start:
        yield tail


def _closing(text, start):
    depth = 0
    for i in range(start, len(text)):
        if text[i] == "(":
            depth += 1
        elif text[i] == ")":
            depth -= 1
            if depth == 0:
                return i
    return -1


def _bad_call(expression):
    """Why an awaited expression is none of the safe ones; None if it is."""
    if re.match(_MOVED + "$", expression) or _CALLEE.match(expression):
        return None
    opening = expression.find("(")
    closing = _closing(expression, opening) if opening >= 0 else -1
    if closing != len(expression) - 1:
        return "awaits something else than one call"
    callee = expression[:opening].strip()
    if not _CALLEE.match(callee):
        return "the called object must have a name"
    for argument in _split_arguments(expression[opening + 1 : closing]):
        if not _ARGUMENT.match(argument):
            return f"argument `{argument}` is not a name, a literal or std::move(name)"
    return None


def _bad_awaited(expression):
    """The same for a || b in parentheses, the one composition there is."""
    if expression.startswith("(") and _closing(expression, 0) == len(expression) - 1:
        operands = re.split(r"\|\|", expression[1:-1])
        if len(operands) != 2:
            return "awaits something else than one call"
        return _bad_call(operands[0].strip()) or _bad_call(operands[1].strip())
    return _bad_call(expression)


def _skip_control(tokens):
    """What is left of a statement without leading `if (…)`, `else`, `case x:` and the like."""
    i = 0
    while i < len(tokens):
        word = tokens[i].text
        if word in ("if", "while", "for", "switch"):
            opening = i + 1
            if opening < len(tokens) and tokens[opening].text == "constexpr":
                opening += 1
            end = matching(tokens, opening)
            if any(t.text == "co_await" for t in tokens[opening : end + 1]):
                return None
            i = end + 1
        elif word in ("else", "do"):
            i += 1
        elif word in ("case", "default"):
            while i < len(tokens) and tokens[i].text != ":":
                i += 1
            i += 1
        else:
            break
    return tokens[i:]


def _statement(tokens, index):
    """The tokens of the statement around a co_await, without `;`, and whether it is a whole one."""
    start = index
    while start > 0 and tokens[start - 1].text not in (";", "{", "}"):
        start -= 1
    depth = 0
    end = index
    for i in range(start, len(tokens)):
        text = tokens[i].text
        end = i
        if text in _OPEN:
            depth += 1
        elif text in _CLOSE:
            depth -= 1
            if depth < 0:
                return tokens[start:i], False
        elif text == ";" and depth == 0:
            break
    return tokens[start:end], True


def _bad_statement(tokens, index):
    statement, whole = _statement(tokens, index)
    if not whole:
        return "co_await inside braces or parentheses: await to a local first"
    texts = [t.text for t in statement]
    if "{" in texts or "}" in texts:
        return "no { in a statement with co_await"
    if texts.count("co_await") != 1:
        return "one co_await per statement"
    if "?" in texts:
        return "no conditional operator with co_await: if/else with named results"
    rest = _skip_control(statement)
    if rest is None:
        return "no co_await in a condition: await to a local first"
    texts = [t.text for t in rest]
    at = texts.index("co_await")
    lead = texts[:at]
    if lead and lead != ["co_return"]:
        if lead[-1] != "=" or not _TARGET.match(" ".join(lead[:-1])):
            return "await as `co_await f(…)`, `auto x =`, `auto [a, b] =`, `x =` or `co_return`"
    return _bad_awaited(" ".join(texts[at + 1 :]))


def check_awaits(path, text):
    tokens = tokenize(strip(text))
    seen = set()
    for i, token in enumerate(tokens):
        if token.text != "co_await":
            continue
        message = _bad_statement(tokens, i)
        if message and (token.line, message) not in seen:
            seen.add((token.line, message))
            yield Violation(path, token.line, "await", message)
    yield from _check_lambdas(path, tokens)


def _check_lambdas(path, tokens):
    for i, token in enumerate(tokens):
        if token.text != "[" or (i and re.match(r"[\w)\]]", tokens[i - 1].text)
                                 and tokens[i - 1].text not in ("return", "co_return")):
            continue
        end = matching(tokens, i)
        if end >= i + 1 and end == i + 1:
            continue
        body = end + 1
        if body < len(tokens) and tokens[body].text == "(":
            body = matching(tokens, body) + 1
        while body < len(tokens) and tokens[body].text not in ("{", ";", ")", ","):
            body += 1
        if body >= len(tokens) or tokens[body].text != "{":
            continue
        inside = tokens[body : matching(tokens, body)]
        if any(t.text in ("co_await", "co_return", "co_yield") for t in inside):
            yield Violation(path, token.line, "await",
                            "a capturing lambda is no coroutine: its captures die with it")


# ---------------------------------------------------------------------------------------------
# Functions

class _Scope:
    def __init__(self, kind, line, head=()):
        self.kind = kind
        self.line = line
        self.head = list(head)
        self.members = []


def _classify(head):
    """What a `{` after the tokens of head opens."""
    texts = [t.text for t in head]
    if not texts:
        return "block"
    if "namespace" in texts:
        return "namespace"
    if texts[0] in ("if", "for", "while", "switch", "do", "else", "try", "catch"):
        return "block"
    if texts[0] == "extern" and len(texts) == 2:
        return "namespace"
    words = [t for t in texts if t not in ("[[", "]]", "nodiscard")]
    depth = 0
    for text in words:
        if text in ("(", "<"):
            depth += 1
        elif text in (")", ">"):
            depth -= 1
        elif depth == 0 and text in ("class", "struct", "union", "enum"):
            return "type" if "(" not in words[words.index(text):] else "function"
    if "(" not in texts:
        return "block"
    if ":" in texts and re.match(r"\w|>", texts[-1]) and ")" in texts[: texts.index(":")]:
        return "init"
    return "function"


class _Class(NamedTuple):
    name: str
    line: int
    members: list


def _walk(tokens):
    """What closes, in its order: (_Scope, last line, names of its data members)."""
    stack = []
    head = []
    for token in tokens:
        if token.text == "{":
            inside = any(s.kind in ("function", "block", "init") for s in stack)
            kind = "block" if inside else _classify(head)
            stack.append(_Scope(kind, head[0].line if head else token.line, head))
            head = []
        elif token.text == "}":
            scope = stack.pop() if stack else _Scope("block", token.line)
            yield scope, token.line
            in_class = bool(stack) and stack[-1].kind == "type"
            keeps = scope.kind == "init" or (scope.kind == "block" and in_class)
            head = scope.head + [Token("}", token.line)] if keeps else []
        elif token.text == ";" and not (head and _open_paren(head)):
            if stack and stack[-1].kind == "type" and (name := _member(head)):
                stack[-1].members.append(name)
            head = []
        else:
            head.append(token)


_NO_MEMBER = ("using", "friend", "static", "typedef", "enum", "class", "struct", "union",
              "template", "static_assert")


def _member(head):
    """The name of the data member that a declaration of a class declares; None if it is another."""
    texts = [t.text for t in head]
    while len(texts) > 1 and texts[0] in ("public", "private", "protected") and texts[1] == ":":
        texts = texts[2:]
    if not texts or texts[0] in _NO_MEMBER:
        return None
    angles = 0
    name = None
    for text in texts:
        if text == "<":
            angles += 1
        elif text == ">":
            angles -= 1
        elif angles == 0:
            if text == "(":
                return None
            if text in ("=", "}", "["):
                break
            name = text
    return name


def functions(tokens):
    """(first line, last line) of each function body at namespace or class scope, head included."""
    for scope, last in _walk(tokens):
        if scope.kind == "function":
            yield scope.line, last


def classes(tokens):
    """Each class that is declared with that word, with the names of its data members."""
    for scope, _ in _walk(tokens):
        texts = [t.text for t in scope.head]
        if scope.kind == "type" and "class" in texts and "enum" not in texts:
            yield _Class(texts[texts.index("class") + 1], scope.line, scope.members)


def _open_paren(head):
    return sum(1 for t in head if t.text == "(") > sum(1 for t in head if t.text == ")")


def check_sizes(path, text):
    tokens = tokenize(strip(text))
    shipped = path.startswith(SHIPPED)
    most = FUNCTION_LINES_MAX if shipped else TEST_FUNCTION_LINES_MAX
    for first, last in functions(tokens):
        lines = last - first + 1
        if lines > most:
            yield Violation(path, first, "function-length", f"{lines} lines, the limit is {most}")
    if not shipped:
        return
    lines = text.count("\n")
    most = FILE_LINES_MAX[Path(path).suffix]
    if lines > most:
        yield Violation(path, 1, "file-length",
                        f"{lines} lines, the limit is {most}: one idea a file")
    for name, line, members in classes(tokens):
        if len(members) > MEMBERS_MAX:
            yield Violation(path, line, "members",
                            f"{name} has {len(members)} data members, the limit is {MEMBERS_MAX}")


def check_using(path, text):
    """`using namespace` only inside a function; a source file may open the std literals."""
    stack = []
    head = []
    previous = None
    tokens = tokenize(strip(text))
    for i, token in enumerate(tokens):
        if token.text == "{":
            stack.append(_classify(head))
            head = []
        elif token.text == "}":
            if stack:
                stack.pop()
            head = []
        elif token.text == ";":
            head = []
        else:
            head.append(token)
        if token.text == "namespace" and previous == "using":
            literals = tokens[i + 3].text.endswith("literals") if i + 3 < len(tokens) else False
            if path.endswith(".cpp") and literals:
                pass
            elif all(kind in ("namespace", "type") for kind in stack):
                yield Violation(path, token.line, "using", "no using namespace at namespace scope")
        previous = token.text


# ---------------------------------------------------------------------------------------------
# The rest

def check_banned(path, text):
    code = strip(text)
    for rule, pattern, allowed, message in BANNED:
        if allowed and allowed.search(path):
            continue
        for match in re.finditer(pattern, code):
            line = code.count("\n", 0, match.start()) + 1
            yield Violation(path, line, rule, f"{match.group(0).strip()}: {message}")


def check_macros(path, text):
    for number, line in enumerate(strip(text).split("\n"), 1):
        match = re.match(r"\s*#\s*define\s+(\w+)", line)
        if match and not match.group(1).startswith("MACTIOND_"):
            yield Violation(path, number, "macro", f"{match.group(1)}: macros begin with MACTIOND_")


def check_test_names(path, text):
    for match in re.finditer(r"\b(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP)\s*\(\s*(\w+)\s*,\s*(\w+)",
                             strip(text)):
        if "_" in match.group(1) + match.group(2):
            line = strip(text).count("\n", 0, match.start()) + 1
            yield Violation(path, line, "test-name", "GoogleTest reserves underscores in names")


def check_pragma(path, text):
    if path.endswith(".hpp") and "#pragma once" not in text:
        yield Violation(path, 1, "pragma-once", "a header begins with #pragma once")


def check_text(path, text):
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if Path(path).suffix in WIDTH_SUFFIXES and len(line) > LINE_COLUMNS_MAX:
            yield Violation(path, number, "columns",
                            f"{len(line)} columns, the limit is {LINE_COLUMNS_MAX}")
        if UNFINISHED.search(line):
            yield Violation(path, number, "unfinished", "finish it or file it")


def check_python(path, text):
    code = re.sub(r"#[^\n]*", "", text)
    if path == WAITING_PYTHON:
        return
    for match in re.finditer(r"\btime\.sleep\s*\(", code):
        yield Violation(path, code.count("\n", 0, match.start()) + 1, "sleep",
                        "wait for the condition with a deadline (harness.wait_until)")


def check_file(path, text):
    """Every violation that one file shows by itself."""
    yield from check_text(path, text)
    if path.endswith(".py"):
        yield from check_python(path, text)
    if path.endswith((".cpp", ".hpp")):
        for check in (check_includes, check_awaits, check_sizes, check_using, check_banned,
                      check_macros, check_test_names, check_pragma):
            yield from check(path, text)


def check_tree(files):
    """Violations that show only in the whole tree; files maps paths to texts."""
    sources = {path: text for path, text in files.items() if path.endswith((".cpp", ".hpp"))}
    includers = {}
    for path, text in sources.items():
        for _, included, quoted in includes(text):
            if quoted:
                includers.setdefault(included, set()).add(path)
    for path in sorted(sources):
        if path.endswith(".hpp") and not _is_included(path, includers):
            yield Violation(path, 1, "dead-header", "nobody but its own source includes it")
        if path.endswith(".cpp") and not _is_listed(path, files):
            yield Violation(path, 1, "dead-source", "no CMakeLists.txt lists it")
    yield from _check_beast_tls(sources)


def _is_included(path, includers):
    own = path[: -len(".hpp")] + ".cpp"
    parts = path.split("/")
    names = {"/".join(parts[i:]) for i in range(len(parts))}
    return any(by != own for name in names for by in includers.get(name, ()))


def _is_listed(path, files):
    folder = Path(path).parent
    while True:
        listing = files.get((folder / "CMakeLists.txt").as_posix(), "")
        if re.search(r"(?<![\w.])" + re.escape(Path(path).relative_to(folder).as_posix())
                     + r"(?![\w.])", listing):
            return True
        if folder == Path("."):
            return False
        folder = folder.parent


def _check_beast_tls(sources):
    heavy = []
    for path, text in sorted(sources.items()):
        names = [included for _, included, _ in includes(text)]
        if path.startswith("tests/") and any(n.startswith("boost/beast/") for n in names) and any(
                n.startswith("boost/asio/ssl") for n in names):
            heavy.append(path)
    for path in heavy[BEAST_TLS_TESTS_MAX:]:
        yield Violation(path, 1, "include", f"one test file has Beast with TLS already: {heavy[0]}")


def read_tree(root):
    files = {}
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if SKIPPED_DIRECTORIES & set(relative.parts[:-1]) or not path.is_file():
            continue
        if path.suffix in TEXT_SUFFIXES or path.name in ("dev", "CMakeLists.txt"):
            files[relative.as_posix()] = path.read_text(encoding="utf-8", errors="replace")
    return files


def check_all(files):
    for path, text in files.items():
        yield from check_file(path, text)
    yield from check_tree(files)


def main(arguments):
    root = Path(arguments[0] if arguments else Path(__file__).resolve().parents[2])
    files = read_tree(root)
    violations = list(check_all(files))
    for path, text in files.items():
        if path.endswith((".cpp", ".hpp")) and text.count("\n") > FILE_LINES_WARNING:
            print(f"{path}:1: warning: {text.count(chr(10))} lines: think again")
    for violation in violations:
        print(violation)
    print(f"tidy: {len(files)} files, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
