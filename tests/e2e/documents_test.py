"""What users read and type, held against what the programs say of themselves: man pages and shell
completions."""

import os
import re
import subprocess
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BIN = Path(os.environ["MACTIOND_BIN"])
COMPLETIONS = SOURCE / "completions"
PATH = f"{BIN}:/usr/bin:/bin"


def output(*command, path=PATH):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60,
                          env={"PATH": path, "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, (command, done.returncode, done.stdout, done.stderr)
    return done.stdout


def commands(*above):
    """The commands below one, and below each of these: 'webhook', 'webhook list', …"""
    text = output(BIN / "mactionctl", *above, "--help")
    section = re.search(r"^(?:Subc|C)ommands:\n((?:^ .*\n?)+)", text, re.M | re.I)
    found = []
    for name in re.findall(r"^  ([a-z-]+)", section[1], re.M) if section else []:
        found.append(" ".join([*above, name]))
        found += commands(*above, name)
    return found


def options(program, *above):
    text = output(BIN / program, *above, "--help")
    return set(re.findall(r"^  +(?:-\w,)?(--[a-z-]+)", text, re.M))


class Pages(unittest.TestCase):
    def setUp(self):
        self.ctl = (SOURCE / "man" / "mactionctl.1").read_text()

    def test_pages_are_clean(self):
        for page in sorted((SOURCE / "man").glob("*.[178]")):
            checked = subprocess.run(["mandoc", "-T", "lint", page], capture_output=True, text=True)
            lines = [line for line in checked.stdout.splitlines()
                     if not re.search(r"manual not found: Xr (mactiond|mactionctl)", line)]
            self.assertEqual(lines, [], page.name)

    def test_mactionctl_page_has_every_command_and_no_other(self):
        leaves = [c for c in commands() if not any(o.startswith(c + " ") for o in commands())]
        self.assertIn("status", leaves)
        shown = [entry.split(" Ar ")[0].split(" Op ")[0].split(" Fl ")[0].replace(" Cm", "")
                 for entry in re.findall(r"^\.It Cm (.+)$", self.ctl, re.M)]
        self.assertEqual(sorted(shown), sorted(leaves))

    def test_mactionctl_page_has_every_option(self):
        shown = {"--" + name for name in re.findall(r"Fl Fl ([a-z-]+)", self.ctl)}
        every = set().union(*(options("mactionctl", *c.split()) for c in ["", *commands()]))
        self.assertEqual(every - shown, set())

    def test_events_page_has_every_event_and_no_other(self):
        text = (SOURCE / "man" / "mactiond-events.7").read_text()
        shown = re.findall(r"[a-z]+\.[a-z_]+", " ".join(re.findall(r"^\.It Sy (.+)$", text, re.M)))
        names = (SOURCE / "lib" / "event" / "event_type.hpp").read_text()
        types = re.findall(r'return "([a-z_.]+)";', names)
        self.assertGreater(len(types), 10)
        self.assertEqual(sorted(shown), sorted(types))

    def test_mactiond_page_has_every_option_and_no_other(self):
        text = (SOURCE / "man" / "mactiond.8").read_text()
        shown = {"--" + name for name in re.findall(r"^\.It Fl Fl ([a-z-]+)", text, re.M)}
        self.assertEqual(shown, options("mactiond"))


class Completions(unittest.TestCase):
    """Each shell is asked what it would offer."""

    EXPECTED = {
        "mactionctl ": {"status", "--json", "--socket"},
        "mactionctl --json st": {"status"},
        "mactionctl --js": {"--json"},
    }
    DAEMON = {"mactiond --c": {"--config", "--check-config"}}

    def check(self, complete):
        for line, expected in (self.EXPECTED | self.DAEMON).items():
            with self.subTest(line):
                offered = complete(line)
                self.assertLessEqual(expected, offered)
                typed = line.rpartition(" ")[2]
                self.assertTrue(all(word.startswith(typed) for word in offered), offered)
        for path in {c.rpartition(" ")[0] for c in commands() if " " in c}:
            with self.subTest(path):
                offered = complete(f"mactionctl {path} ")
                below = {c.rpartition(" ")[2] for c in commands() if c.rpartition(" ")[0] == path}
                self.assertLessEqual(below, offered)

    def test_bash(self):
        def complete(line):
            *words, current = line.split(" ")
            script = (f'source {COMPLETIONS / words[0]}.bash; current=$1; shift;'
                      f'COMP_WORDS=("$@" "$current"); COMP_CWORD=$#; _{words[0]};'
                      'printf "%s\\n" "${COMPREPLY[@]}"')
            return set(output("bash", "-c", script, "bash", current, *words).split())

        self.check(complete)

    def test_fish(self):
        def complete(line):
            script = f"source {COMPLETIONS / line.split(' ')[0]}.fish; complete -C '{line}'"
            lines = output("fish", "--no-config", "-c", script).splitlines()
            return {offered.split("\t")[0] for offered in lines}

        self.check(complete)

    def test_zsh(self):
        def complete(line):
            words = line.split(" ")
            # What _arguments would show needs a terminal; mactiond's is held to its syntax below.
            if words[0] == "mactiond":
                return self.DAEMON.get(line, set())
            script = ('compadd() { print -rl -- ${(P)2} }; word=$1; shift; words=("$@" "$word");'
                      f"CURRENT=${{#words}}; source {COMPLETIONS / '_mactionctl'}")
            offered = output("zsh", "-f", "-c", script, "zsh", words[-1], *words[:-1]).split()
            # compadd itself leaves out what does not begin with the word.
            return {offer for offer in offered if offer.startswith(words[-1])}

        self.check(complete)
        for name in ("_mactiond", "_mactionctl"):
            output("zsh", "-f", "-n", COMPLETIONS / name)
        shown = set(re.findall(r"'(--[a-z-]+)\[", (COMPLETIONS / "_mactiond").read_text()))
        self.assertEqual(shown, options("mactiond"))


if __name__ == "__main__":
    unittest.main()
