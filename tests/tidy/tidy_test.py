#!/usr/bin/env python3
"""Every rule of tidy.py fires on a sample that breaks it and keeps quiet on one that does not."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tidy


def rules(path, text):
    return {v.rule for v in tidy.check_file(path, text)}


def in_coroutine(statement):
    return "Task<void> work() {\n  int first = 0;\n  " + statement + "\n}\n"


class AwaitShapes(unittest.TestCase):
    GOOD = [
        "co_await f();",
        "co_await f(x, 3, \"text\", std::move(body));",
        "co_await timer_.async_wait(kToken);",
        "co_await client->send(std::move(request), limits);",
        "co_await boost::asio::async_write(socket, asio::buffer(text), kToken);",
        "auto x = co_await f(a.b, c->d, *e, list[i]);",
        "const auto ok = co_await f(-1);",
        "const Result<Page> page = co_await f(this);",
        "auto [ec, n] = co_await stream.async_read_some(view, kToken);",
        "const auto& [ec] = co_await f(x);",
        "[[maybe_unused]] const auto x = co_await f(x);",
        "x = co_await f(x);",
        "state.last = co_await f(x);",
        "state_->last = co_await f<int>(x);",
        "co_return co_await f(x);",
        "const auto executor = co_await asio::this_coro::executor;",
        "auto outcome = co_await (std::move(op) || timer.async_wait(kToken));",
        "if (ready) co_await f(x);",
        "if (ready) {\n co_await f(x);\n } else {\n x = co_await f(x);\n }",
        "for (int i = 0; i < 3; ++i) {\n co_await f(i);\n }",
        "for (;;) {\n auto x = co_await f();\n if (x) break;\n }",
        "switch (kind) {\n case Kind::A: co_await f(x); break;\n default: break; }",
        "co_await f(\"a { lambda [x] { } in text ?\");  // co_await {in} a comment",
    ]
    BAD = [
        "if (co_await f()) g();",
        "while (co_await f()) g();",
        "switch (co_await f()) { default: break; }",
        "if (const auto x = co_await f(); x) g();",
        "for (auto x : co_await f()) g(x);",
        "do { g(); } while (co_await f());",
        "co_await co_spawn(ex, [x] { return g(x); }, kToken);",
        "co_await co_spawn(ex, [] { return g(); }, kToken);",
        "co_await f(Params{a, b});",
        "co_await f({.a = 1});",
        "co_await f({a, b});",
        "co_await f(Params(a));",
        "co_await f(std::string(text));",
        "co_await f(make());",
        "co_await f(a + b);",
        "P p{co_await f(), 3};",
        "P p(co_await f(), 3);",
        "co_await Obj{}.run();",
        "co_await Obj().run();",
        "co_await make().run();",
        "auto s = c ? co_await f() : s;",
        "co_await f(c ? a : b);",
        "auto x = co_await f(co_await g());",
        "auto x = co_await f() + co_await g();",
        "auto x = 1 + co_await f();",
        "auto x = !co_await f();",
        "auto x = (co_await f()).value();",
        "auto x = co_await f().value;",
        "g(co_await f());",
        "v.push_back(co_await f());",
        "EXPECT_EQ(co_await f(), 3);",
        "co_await (f(a) && g(b));",
        "co_await (f(a) || g(b) || h(c));",
        "co_return Obj{co_await f()};",
        "co_return (co_await f()).value();",
        "auto& [a, b] = *co_await f();",
    ]

    def test_accepts_the_five_forms(self):
        for statement in self.GOOD:
            with self.subTest(statement):
                self.assertNotIn("await", rules("lib/net/a.cpp", in_coroutine(statement)))

    def test_rejects_every_other_shape(self):
        for statement in self.BAD:
            with self.subTest(statement):
                self.assertIn("await", rules("lib/net/a.cpp", in_coroutine(statement)))

    def test_rejects_capturing_lambda_as_coroutine(self):
        for lambda_head in ("[x]", "[&]", "[=]() mutable", "[this](int a) -> Task<void>"):
            with self.subTest(lambda_head):
                text = in_coroutine(f"auto t = {lambda_head} {{ co_return; }};")
                self.assertIn("await", rules("lib/net/a.cpp", text))

    def test_accepts_lambda_that_forwards_to_a_task(self):
        text = in_coroutine("auto t = [this] { return serve(); };\n int a[3]; a[0] = x[1];")
        self.assertNotIn("await", rules("lib/net/a.cpp", text))

    def test_reports_the_line(self):
        found = [v for v in tidy.check_file("lib/net/a.cpp", in_coroutine("g(co_await f());"))]
        self.assertEqual([v.line for v in found], [3])


class Includes(unittest.TestCase):
    BAD = [
        ("lib/base/a.cpp", '#include "core/event.hpp"'),
        ("lib/core/a.cpp", '#include "http/message.hpp"'),
        ("lib/core/a.cpp", '#include "net/client.hpp"'),
        ("lib/core/a.hpp", '#include "a.hpp"'),
        ("lib/webhook/a.cpp", '#include "net/https_client.hpp"'),
        ("lib/runtime/a.cpp", '#include "config/config.hpp"'),
        ("lib/store/a.cpp", '#include "ops/log.hpp"'),
        ("lib/core/a.cpp", "#include <boost/json/value.hpp>"),
        ("lib/core/a.cpp", '#include "json/object.hpp"'),
        ("lib/json/a.cpp", '#include "http/message.hpp"'),
        ("lib/core/a.cpp", "#include <boost/asio/post.hpp>"),
        ("lib/core/a.cpp", "#include <sqlite3.h>"),
        ("lib/core/outbox/a.cpp", "#include <thread>"),
        ("lib/core/outbox/a.cpp", '#include "core/region/region.hpp"'),
        ("lib/core/cancel/a.cpp", '#include "core/region/tracker.hpp"'),
        ("lib/core/submit/a.cpp", '#include "core/cancel/canceller.hpp"'),
        ("lib/format/a.cpp", '#include "core/outbox/outbox.hpp"'),
        ("lib/core/a.cpp", "#include <spdlog/logger.h>"),
        ("lib/core/a.cpp", "#include <thread>"),
        ("lib/core/a.cpp", "#include <fstream>"),
        ("lib/http/outcome.cpp", "#include <boost/asio/awaitable.hpp>"),
        ("lib/http/client.hpp", "#include <boost/asio/post.hpp>"),
        ("lib/ops/metrics.cpp", "#include <spdlog/logger.h>"),
        ("lib/ops/log.cpp", "#include <prometheus/registry.h>"),
        ("lib/defender/a.cpp", "#include <openssl/evp.h>"),
        ("lib/config/a.cpp", "#include <boost/json/parse.hpp>"),
        ("lib/runtime/a.cpp", "#include <boost/beast/core/flat_buffer.hpp>"),
        ("lib/net/a.cpp", "#include <boost/asio.hpp>"),
        ("tests/io/a.cpp", "#include <boost/beast.hpp>"),
        ("daemon/app.cpp", "#include <boost/json.hpp>"),
        ("daemon/app.cpp", "#include <spdlog/spdlog.h>"),
        ("lib/net/http_server.cpp",
         "#include <boost/beast/http/read.hpp>\n#include <boost/asio/ssl/stream.hpp>"),
        ("tests/io/a.cpp", "#include <boost/beast/http/read.hpp>\n#include <boost/asio/ssl.hpp>"),
    ]
    GOOD = [
        ("lib/base/a.cpp", '#include "base/error.hpp"\n#include <fmt/format.h>'),
        ("lib/event/a.cpp", '#include "action/machine_action.hpp"\n#include <boost/uuid/uuid.hpp>'),
        ("lib/core/a.cpp", '#include "core/region/region.hpp"\n#include "core/command.hpp"'),
        ("lib/core/region/a.cpp", '#include "core/cancel/canceller.hpp"\n#include "core/a.hpp"'),
        ("lib/http/client.hpp", "#pragma once\n#include <boost/asio/awaitable.hpp>"),
        ("lib/ops/log.cpp", "#include <spdlog/logger.h>"),
        ("lib/net/https_client.cpp",
         "#include <boost/beast/http/read.hpp>\n#include <boost/asio/ssl/stream.hpp>"),
        ("lib/runtime/a.cpp", '#include "http/client.hpp"\n#include "store/store.hpp"'),
        ("lib/runtime/a.cpp", '#include "net/async_event.hpp"'),
        ("lib/core/a.cpp", '// #include "net/client.hpp"\n/* #include <thread> */'),
        ("daemon/app.cpp", '#include "net/https_client.hpp"\n#include <CLI/CLI.hpp>'),
    ]

    def test_rejects_edges_outside_the_list(self):
        for path, text in self.BAD:
            with self.subTest(path=path, text=text):
                self.assertIn("include", rules(path, text))

    def test_accepts_edges_of_the_list(self):
        for path, text in self.GOOD:
            with self.subTest(path=path, text=text):
                self.assertEqual(rules(path, text), set())

    def test_allows_one_test_file_with_beast_and_tls(self):
        text = "#include <boost/beast/http/read.hpp>\n#include <boost/asio/ssl/stream.hpp>\n"
        files = {"tests/mactionsim/a.cpp": text, "tests/mactionsim/CMakeLists.txt": "a.cpp b.cpp"}
        self.assertEqual(list(tidy.check_tree(files)), [])
        files["tests/mactionsim/b.cpp"] = text
        self.assertEqual([v.rule for v in tidy.check_tree(files)], ["include"])


class BannedCalls(unittest.TestCase):
    SAMPLES = [
        ("clock", "auto t = std::chrono::system_clock::now();"),
        ("clock", "auto t = steady_clock::now();"),
        ("clock", "auto t = time(nullptr);"),
        ("clock", "auto t = std::time(0);"),
        ("clock", "clock_gettime(CLOCK_REALTIME, &t);"),
        ("random", "std::random_device device;"),
        ("random", "int x = rand();"),
        ("random", "std::srand(1);"),
        ("detached", "co_spawn(executor, work(), asio::detached);"),
        ("sleep", "std::this_thread::sleep_for(1s);"),
        ("sleep", "usleep(100);"),
        ("regex", "std::regex pattern;"),
        ("local-time", "mktime(&parts);"),
    ]

    def test_rejects_each(self):
        for rule, code in self.SAMPLES:
            with self.subTest(code):
                self.assertIn(rule, rules("lib/core/a.cpp", f"void f() {{ {code} }}\n"))

    def test_leaves_words_in_comments_strings_and_members_alone(self):
        text = ('void f() {\n  // system_clock::now() and rand()\n  g("sleep_for(1s) time(0)");\n'
                "  event.time(0);\n  p->rand();\n  timer.async_sleep(1);\n}\n")
        self.assertEqual(rules("lib/core/a.cpp", text), set())

    def test_lets_the_driver_read_clocks(self):
        text = "auto t = std::chrono::steady_clock::now();\n"
        for path in ("lib/runtime/driver.cpp", "daemon/main.cpp", "tests/io/a_test.cpp"):
            with self.subTest(path):
                self.assertEqual(rules(path, text), set())

    def test_rejects_sleeping_tests(self):
        self.assertIn("sleep", rules("tests/io/a_test.cpp", "void f() { sleep_for(1s); }"))
        self.assertIn("sleep", rules("tests/e2e/a_test.py", "import time\ntime.sleep(1)\n"))
        self.assertEqual(rules("tests/e2e/harness.py", "import time\ntime.sleep(0.02)\n"), set())


class Shapes(unittest.TestCase):
    def test_rejects_long_functions(self):
        body = "  g();\n" * 59
        for head in ("void f()", "A::A(int x) : a_{x}, b_(y)", "auto f(int a) -> int",
                     "TEST(Suite, Name)", "template <class T>\nvoid A<T>::f() const noexcept"):
            with self.subTest(head):
                self.assertIn("function-length",
                              rules("lib/core/a.cpp", f"namespace n {{\n{head} {{\n{body}}}\n}}\n"))

    def test_accepts_sixty_lines_and_in_a_test_seventy(self):
        body = "  g();\n" * 58
        text = f"void f() {{\n{body}}}\nvoid g() {{}}\n"
        for path in ("lib/core/a.cpp", "daemon/a.cpp", "ctl/a.cpp"):
            self.assertEqual(rules(path, text), set())
            self.assertIn("function-length", rules(path, text.replace("  g();\n", "\n  g();\n", 2)))
        longer = f"void f() {{\n{body}" + "  g();\n" * 10 + "}\n"
        self.assertEqual(rules("tests/unit/a_test.cpp", longer), set())
        self.assertIn("function-length",
                      rules("tests/unit/a_test.cpp", longer.replace("  g();\n", "\n  g();\n", 1)))

    def test_a_long_class_or_namespace_is_no_long_function(self):
        body = "  void g(int a = 0);\n" * 100
        text = f"#pragma once\nnamespace n {{\nclass A {{\n{body}}};\n}}\n"
        self.assertEqual(rules("lib/core/a.hpp", text), set())

    def test_rejects_long_files_of_what_is_shipped(self):
        for path, most in (("lib/core/a.cpp", 350), ("daemon/a.hpp", 150), ("ctl/a.cpp", 350)):
            text = "#pragma once\n" * most
            self.assertNotIn("file-length", rules(path, text))
            self.assertIn("file-length", rules(path, text + "\n"))
        self.assertNotIn("file-length", rules("tests/unit/a_test.cpp", "\n" * 500))

    MEMBER_FORMS = ["int a_;", "int a_ = 3;", "int a_{3};", "std::map<int, std::vector<int>> a_;",
                    "std::function<void(int)> a_;", "int a_[3];", "const A& a_;",
                    "private: int a_;", "std::array<int, 2> a_{{1, 2}};"]

    def test_rejects_classes_of_many_members(self):
        for form in self.MEMBER_FORMS:
            with self.subTest(form):
                text = "#pragma once\nclass A {\n" + f"  {form}\n" * 15
                self.assertNotIn("members", rules("lib/core/a.hpp", text + "};\n"))
                self.assertIn("members", rules("lib/core/a.hpp", text + "  int z_;\n};\n"))

    def test_functions_and_names_are_no_members_and_a_struct_may_have_many(self):
        for form in ("void f();", "[[nodiscard]] int f(int a = 1) const { return a; }",
                     "static int a;", "using B = int;", "friend class C;", "enum class D { E };",
                     "class F;", "struct G { int h; };", "A() : b_(1), c_{2} {}",
                     "explicit A(const std::map<int, int>& map) : b_(map) {}"):
            with self.subTest(form):
                text = "#pragma once\nclass A {\n" + f"  {form}\n" * 20 + "};\n"
                self.assertNotIn("members", rules("lib/core/a.hpp", text))
        rows = "#pragma once\nstruct A {\n" + "  int a;\n" * 20 + "};\n"
        self.assertNotIn("members", rules("lib/core/a.hpp", rows))

    def test_rejects_long_lines(self):
        self.assertIn("columns", rules("lib/core/a.cpp", "// " + "x" * 98))
        self.assertEqual(rules("lib/core/a.cpp", "// " + "ä" * 97), set())

    def test_rejects_leftovers(self):
        for word in ("TO" + "DO", "FIX" + "ME"):
            self.assertIn("unfinished", rules("lib/core/a.cpp", f"// {word}: later"))
            self.assertIn("unfinished", rules("tests/e2e/a.py", f"# {word}"))

    def test_rejects_using_namespace_at_namespace_scope(self):
        self.assertIn("using", rules("lib/core/a.cpp", "namespace n {\nusing namespace std;\n}\n"))
        self.assertIn("using", rules("lib/core/a.hpp",
                                     "#pragma once\nusing namespace std::chrono_literals;\n"))
        self.assertEqual(rules("lib/core/a.cpp", "using namespace std::chrono_literals;\n"), set())
        self.assertEqual(rules("lib/core/a.cpp", "void f() {\nusing namespace std;\n}\n"), set())

    def test_rejects_foreign_macros(self):
        self.assertIn("macro", rules("lib/core/a.cpp", "#define CHECK(x) x\n"))
        self.assertEqual(rules("lib/core/a.cpp", "#define MACTIOND_CHECK(x) x\n"), set())

    def test_rejects_underscores_in_test_names(self):
        self.assertIn("test-name", rules("tests/unit/a_test.cpp", "TEST(Suite, a_b) {}"))
        self.assertEqual(rules("tests/unit/a_test.cpp", "TEST(Suite, DoesThat) {}"), set())

    def test_asks_for_pragma_once(self):
        self.assertIn("pragma-once", rules("lib/core/a.hpp", "int x;\n"))


class Tree(unittest.TestCase):
    def test_finds_headers_nobody_includes(self):
        files = {
            "lib/core/a.hpp": "#pragma once\n",
            "lib/core/a.cpp": '#include "core/a.hpp"\n',
            "lib/core/CMakeLists.txt": "mactiond_layer(core FILES a.cpp)",
        }
        self.assertEqual([v.rule for v in tidy.check_tree(files)], ["dead-header"])
        files["daemon/main.cpp"] = '#include "core/a.hpp"\n'
        files["daemon/CMakeLists.txt"] = "add_executable(x main.cpp)"
        self.assertEqual(list(tidy.check_tree(files)), [])

    def test_finds_sources_nobody_builds(self):
        files = {"lib/core/a.cpp": "", "lib/core/CMakeLists.txt": "FILES aa.cpp a.cpp.in"}
        self.assertEqual([v.rule for v in tidy.check_tree(files)], ["dead-source"])


if __name__ == "__main__":
    unittest.main()
