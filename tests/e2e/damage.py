#!/usr/bin/env python3
"""./dev damage: damaged copies of a real store. Each start must end in a running daemon with an
exact log, or with 65 where the store claims to be of a newer version."""

import argparse
import json
import random
import shutil
import signal
import sqlite3
import sys
from pathlib import Path

from harness import TimedOut, Workplace, pass_time, wait_until
from receiver import Answer

ACTIONS = 40
PAGE = 4096
EX_DATAERR, EX_IOERR = 65, 74

LIES = [
    "UPDATE event SET type = 'action.tranSition' WHERE seq = {seq}",
    "UPDATE event SET fields = '\"from\":' WHERE seq = {seq}",
    "UPDATE event SET document = '{{' WHERE seq = {seq}",
    "UPDATE event SET time = {number} WHERE seq = {seq}",
    "DELETE FROM event WHERE seq = {seq}",
    "DELETE FROM event WHERE seq > {seq}",
    "DELETE FROM event",
    "UPDATE counter SET last_seq = {number}",
    "DELETE FROM counter",
    "UPDATE log_position SET first_seq = {number}",
    "UPDATE log_position SET \"offset\" = {number}",
    "UPDATE log_position SET inode = {number}",
    "DELETE FROM log_position",
    "UPDATE delivery SET attempts = {number}",
    "UPDATE delivery SET due = {number}, queued = {number}",
    "UPDATE delivery SET head = 0",
    "UPDATE delivery SET head = 1",
    "UPDATE delivery SET order_key = 'x' WHERE seq = {seq}",
    "UPDATE delivery SET seq = -seq WHERE seq = {seq}",
    "DELETE FROM delivery WHERE seq % 2 = 0",
    "INSERT INTO dead_letter VALUES ('events', {seq}, {number}, '', {number})",
    "UPDATE action SET created = {number}, last_update = {number}",
    "UPDATE action SET seen = {number}, opened = {number}",
    "UPDATE action SET status = 'Nonsense', final = 7, vanished = 9",
    "UPDATE action SET type = '', region = region || 'x'",
    "DELETE FROM action",
    "UPDATE region SET watermark = {number}",
    "UPDATE region SET degraded = 'x', changes_refused_until = {number}",
    "UPDATE quota SET instant = {number}, count = {number}",
    "DELETE FROM quota",
    "INSERT INTO webhook (name, state, failures_in_a_row, by_operator, reason, held_until)"
    " VALUES ('events', 'bogus', {number}, 5, '', {number}) ON CONFLICT DO UPDATE"
    " SET state = 'bogus', held_until = {number}",
    "INSERT INTO decision VALUES ('md_1', 'eu', 'a', 'Isolate', 'p', '', '', '', {number},"
    " {number}, 'bogus', {number}, 3, {number}, '', {number}, '', '', NULL, '')",
    "INSERT INTO decision VALUES ('md_2', 'eu', 'a', 'Isolate', 'p', '', '', '', {number},"
    " {number}, 'posted', 99, 1, NULL, '', {number}, '', '', NULL, '')",
    "INSERT INTO switch VALUES (1, {number})"
    " ON CONFLICT DO UPDATE SET cancelling_suspended = {number}",
    "INSERT INTO recovery VALUES (1, {number}, {number}, 'b', {number})",
    "INSERT INTO suppressed VALUES ('p', {number})",
    "DROP TABLE region",
    "DROP TABLE action",
    "DROP TABLE delivery",
    "DROP INDEX delivery_action",
    "DROP TABLE switch",
    "ALTER TABLE event RENAME COLUMN fields TO felder",
    "CREATE TRIGGER t BEFORE INSERT ON event BEGIN SELECT raise(ABORT, 'no'); END",
    "PRAGMA user_version = -1",
    "PRAGMA user_version = 0",
    "PRAGMA user_version = 1000",
    "PRAGMA application_id = 7",
]
NUMBERS = [0, -1, 1, 2**31, 2**62, 2**63 - 1, -2**63, 1764500000 * 10**7]


def flip(path, source, first=0, last=None, count=1):
    data = bytearray(path.read_bytes())
    end = min(last or len(data), len(data))
    for _ in range(count):
        data[source.randrange(first, end)] ^= 1 << source.randrange(8)
    path.write_bytes(data)


def pages(path, source, change):
    data = bytearray(path.read_bytes())
    count = len(data) // PAGE
    if count > 1:
        change(data, source.randrange(count), source.randrange(count))
        path.write_bytes(data)


def at(page):
    return slice(page * PAGE, (page + 1) * PAGE)


def swap(data, one, other):
    data[at(one)], data[at(other)] = data[at(other)], data[at(one)]


def zero(data, one, _):
    data[at(one)] = bytes(PAGE)


def garble(data, one, other):
    data[at(one)] = random.Random(one * 1000 + other).randbytes(PAGE)


def cut(path, source):
    with open(path, "r+b") as file:
        file.truncate(source.randrange(path.stat().st_size))


def lie(path, source):
    """Changes the store as no daemon does. One that changes nothing is followed by another; SQL
    that fails is a fault of this proof."""
    while True:
        text = source.choice(LIES).format(
            seq=source.randrange(1, ACTIONS), number=source.choice(NUMBERS))
        store = sqlite3.connect(path)
        try:
            store.execute("PRAGMA ignore_check_constraints = 1")
            store.execute(text)
            store.commit()
            changed = store.total_changes
        except sqlite3.Error as error:
            raise AssertionError(f"a lie that SQLite refuses: {text}: {error}") from error
        finally:
            store.close()
        if changed or text.split()[0] not in ("UPDATE", "DELETE", "INSERT"):
            return text


def damage(state, source):
    """Damages the store in one way; says which."""
    db, wal, shm = (state / ("store.db" + suffix) for suffix in ("", "-wal", "-shm"))
    kinds = {
        "bits": lambda: flip(db, source, count=source.choice([1, 1, 5, 200])),
        "header": lambda: flip(db, source, last=100),
        "wal bits": lambda: flip(wal, source, count=source.choice([1, 20])),
        "wal header": lambda: flip(wal, source, last=32),
        "cut": lambda: cut(db, source),
        "cut wal": lambda: cut(wal, source),
        "swapped pages": lambda: pages(db, source, swap),
        "zeroed page": lambda: pages(db, source, zero),
        "random page": lambda: pages(db, source, garble),
        "no db": lambda: db.unlink(),
        "empty db": lambda: db.write_bytes(b""),
        "no database": lambda: db.write_bytes(b"hello" * 3000),
        "no wal": lambda: wal.unlink(),
        "wal garbage": lambda: wal.write_bytes(source.randbytes(9000)),
        "shm garbage": lambda: shm.write_bytes(source.randbytes(32768)),
        "nothing left": lambda: [path.unlink() for path in state.iterdir()],
        "mark": lambda: (state / "store.db.damaged").write_text("x"),
    }
    if source.random() < 0.35:
        return lie(db, source)
    if not wal.exists() or not wal.stat().st_size:
        for kind in ("wal bits", "wal header", "cut wal", "no wal"):
            del kinds[kind]
    kind = source.choice(sorted(kinds))
    kinds[kind]()
    return kind


class Range:
    """A store and its log, kept to be damaged again and again."""

    def __init__(self, binaries):
        self.place = Workplace(binaries)
        self.sim = self.place.sim()
        self.receiver = self.place.receiver("events", tls=False)
        self.daemon = self.place.daemon(self.sim, [self.receiver])
        self.models = []
        self.receiver.answer = lambda attempt, number: Answer(503 if number % 3 == 0 else 200)
        self.daemon.start()
        self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}] * ACTIONS)
        wait_until(lambda: len(self.daemon.log_lines()) >= ACTIONS, 60, "the first events",
                   self.daemon.diagnostics)
        pass_time(0.5)
        self.daemon.kill9()
        self.keep("killed")
        self.daemon.start()
        pass_time(0.5)
        self.daemon.stop()
        self.keep("stopped")

    def keep(self, name):
        model = self.place.path / ("model-" + name)
        model.mkdir()
        shutil.copytree(self.daemon.state, model / "state")
        shutil.copy(self.daemon.log_path, model / "log")
        self.models.append(model)

    def shoot(self, number):
        """One damaged store: what was done to it, and what is wrong with what came of it."""
        source = random.Random(number)
        model = source.choice(self.models)
        shutil.rmtree(self.daemon.state)
        shutil.copytree(model / "state", self.daemon.state)
        before = (model / "log").read_bytes()
        self.daemon.log_path.write_bytes(before)
        self.daemon.errors_path.write_text("")
        what = model.name
        try:
            what += ": " + damage(self.daemon.state, source)
            problem = self.run(before, "user_version = 1000" in what)
        except (TimedOut, AssertionError, OSError) as error:
            problem = str(error).splitlines()[0]
        if self.daemon.process.poll() is None:
            self.daemon.kill9()
        return what, problem

    def run(self, before, newer):
        for start in range(3):
            self.daemon.start(wait=False)
            wait_until(lambda: self.polled() or self.daemon.process.poll() is not None, 30,
                       "a poll, or the end")
            pass_time(0.3)
            code = self.daemon.process.poll()
            if code is None:
                break
            if code == EX_DATAERR:
                return None if newer or "newer" in self.daemon.diagnostics() else "65 for no reason"
            if code < 0 or code != EX_IOERR or start > 0:
                return f"exit {code} at start {start + 1}"
        self.daemon.stop()
        return "it took a newer store" if newer else self.judge(before)

    def polled(self):
        try:
            code, body = self.daemon.get_operator("/v1/status")
            return code == 200 and json.loads(body)["regions"][0]["last_poll_age_s"] is not None
        except OSError:
            return False

    def judge(self, before):
        after = self.daemon.log_path.read_bytes()
        if not after.startswith(before):
            return "lines that were there are gone"
        lines = [json.loads(line) for line in after.splitlines()]
        if [line["seq"] for line in lines] != list(range(1, len(lines) + 1)):
            return "the log has a gap, or a seq twice"
        if len({line["id"] for line in lines}) != len(lines):
            return "an event stands in the log twice"
        return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--stores", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    shooting = Range(arguments.bin)
    failed = 0
    for number in range(arguments.seed, arguments.seed + arguments.stores):
        what, problem = shooting.shoot(number)
        if problem:
            failed += 1
            print(f"seed {number}: {what}: {problem}", flush=True)
            print(shooting.daemon.diagnostics(5), flush=True)
    print(f"{arguments.stores} damaged stores, {failed} with a fault")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
