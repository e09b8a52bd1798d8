"""What systemd would read in a unit, and what it would make of its system-call filter."""

import socket
import subprocess


class UnitFile:
    def __init__(self, path):
        self.assignments = []
        section = None
        for line in path.read_text().splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif line and not line.startswith(("#", ";")):
                key, _, value = line.partition("=")
                self.assignments.append((section, key, value))

    def all(self, key, section="Service"):
        return [v for s, k, v in self.assignments if (s, k) == (section, key)]

    def one(self, key, section="Service"):
        values = self.all(key, section)
        assert len(values) == 1, (key, values)
        return values[0]

    def allowed_calls(self):
        """SystemCallFilter= as systemd.exec(5) reads it: in order, each line adds or takes away."""
        calls = set()
        for value in self.all("SystemCallFilter"):
            takes_away = value.startswith("~")
            named = set().union(*(_expand(name) for name in value.lstrip("~").split()))
            if takes_away:
                calls -= named
            else:
                calls |= named | _expand("@default")
        return calls

    def address_families(self):
        return [int(getattr(socket, name))
                for name in self.one("RestrictAddressFamilies").split()]


def _expand(name):
    if not name.startswith("@"):
        return {name}
    listed = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], check=True,
                            capture_output=True, text=True).stdout
    members = [line.strip() for line in listed.splitlines()[1:]]
    return set().union(*(_expand(m) for m in members if m and not m.startswith("#")))
