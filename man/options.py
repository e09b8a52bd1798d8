#!/usr/bin/env python3
"""Makes mactiond.toml.5: the options of the page are those of config/mactiond.toml, which a unit
test holds against the loader's table.

usage: options.py TEMPLATE SHIPPED_FILE EXAMPLE > PAGE
"""

import re
import sys
import textwrap
from pathlib import Path

COLUMNS = 78


def escape(text):
    return text.replace("\\", "\\e").replace('"', "\\(dq")


def sentences(lines):
    """Prose as roff wants it: each sentence begins a line, no line begins with a control sign."""
    for sentence in re.split(r"(?<=[.?!])\s+", " ".join(lines)):
        for line in textwrap.wrap(sentence.replace("\\", "\\e"), COLUMNS,
                                  break_long_words=False, break_on_hyphens=False):
            yield ("\\&" if line[0] in ".'" else "") + line


def read(text):
    """('table', name, prose) and ('key', key, value, prose) in the order of the file."""
    prose = []
    # The first paragraph is about the file itself.
    for line in text.partition("\n\n")[2].splitlines():
        option = re.match(r"#?([a-z][a-z0-9_.]*) = (.+)$", line)
        table = re.match(r"#?(\[\[?[a-z_.]+\]\]?)$", line)
        if option:
            yield "key", option[1], option[2], prose
            prose = []
        elif table:
            yield "table", table[1], prose
            prose = []
        elif line.startswith("# "):
            prose.append(line[2:])


def options(text):
    in_list = False
    for kind, *entry in read(text):
        if kind == "table":
            name, prose = entry
            if in_list:
                yield ".El"
            in_list = False
            yield f".Ss {name}\\&"
            yield from sentences(prose)
            continue
        key, value, prose = entry
        if not in_list:
            yield ".Bl -tag -width Ds"
            in_list = True
        yield f'.It Ic {key} No = Li "{escape(value)}"'
        yield from sentences(prose)
    if in_list:
        yield ".El"


def example(text):
    lines = [line for line in text.splitlines() if not line.startswith("# ")]
    return "\n".join(lines).strip().replace("\\", "\\e")


def main(template, shipped, minimal):
    page = Path(template).read_text()
    page = page.replace("@OPTIONS@", "\n".join(options(Path(shipped).read_text())))
    page = page.replace("@EXAMPLE@", example(Path(minimal).read_text()))
    sys.stdout.write(page)


if __name__ == "__main__":
    main(*sys.argv[1:])
