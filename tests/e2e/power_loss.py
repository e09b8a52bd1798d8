#!/usr/bin/env python3
"""./dev powerloss: everything the daemon writes is recorded, and its files are rebuilt as a power
loss at some moment may have left them: what was not synced is kept, dropped, or kept by page. After
the next start the log is exact, and everything that was sent to a receiver before that moment is in
it."""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from harness import FINAL, TimedOut, Workplace, pass_time, wait_until

PAGE = 4096
WAVES, WAVE = 8, 6
KINDS = ["dropped", "kept", "by page"]


@dataclass
class Record:
    op: str
    at: float  # seconds since 1970
    inode: int
    a: int
    b: int
    path: str
    data: bytes


def read_records(path):
    records = []
    with open(path, "rb") as file:
        while head := file.readline():
            op, at, inode, a, b, path_size, size = head.split()
            name = file.read(int(path_size)).decode()
            records.append(Record(op.decode(), int(at) / 1e9, int(inode), int(a), int(b), name,
                                  file.read(int(size))))
    return records


class File:
    """What was done to one inode, in order. A write before a sync that failed is lost or not for
    good: the kernel takes its pages for clean, and no later sync writes them."""

    PENDING, DURABLE, DOOMED = range(3)

    def __init__(self):
        self.base = bytearray()
        self.changes = []  # [state, change]

    def add(self, change):
        self.changes.append([self.PENDING, change])

    def synced(self, good):
        for entry in self.changes:
            if entry[0] == self.PENDING:
                entry[0] = self.DURABLE if good else self.DOOMED
        while self.changes and self.changes[0][0] == self.DURABLE:
            apply(self.base, self.changes.pop(0)[1])

    def after_loss(self, kind, source):
        content = bytearray(self.base)
        for state, change in self.changes:
            if state == self.DURABLE or kind == "kept":
                apply(content, change)
            elif kind == "by page":
                for part in by_page(change):
                    if source.random() < 0.5:
                        apply(content, part)
        return bytes(content)


def apply(content, change):
    kind, at, data = change
    if kind == "t":
        del content[at:]
        content.extend(bytes(at - len(content)))
        return
    if len(content) < at + len(data):
        content.extend(bytes(at + len(data) - len(content)))
    content[at:at + len(data)] = data


def by_page(change):
    kind, at, data = change
    if kind == "t":
        yield change
    end = at + len(data)
    while at < end:
        upto = min(end, (at // PAGE + 1) * PAGE)
        yield ("w", at, data[:upto - at])
        data = data[upto - at:]
        at = upto


class Disk:
    """The directory's files as they stood at some record."""

    def __init__(self, initial):
        self.files = defaultdict(File)
        self.names = {}  # path: inode, as far as it is durable
        self.changes = []  # of names, in order, not durable yet
        for path, (inode, content) in initial.items():
            self.names[path] = inode
            self.files[inode].base = bytearray(content)

    def take(self, record):
        if record.op == "w":
            self.files[record.inode].add(("w", record.a, record.data))
        elif record.op == "t":
            self.files[record.inode].add(("t", record.a, b""))
        elif record.op == "s":
            self.files[record.inode].synced(record.b == 1)
            # A file system with a journal makes the name of a synced file durable with it.
            if record.b == 1:
                self.make_durable(lambda change: change[0] == "c" and change[2] == record.inode)
        elif record.op == "d":
            self.make_durable(lambda change: True)
        elif record.op == "c":
            self.changes.append(("c", record.path, record.inode))
        elif record.op == "u":
            self.changes.append(("u", record.path, None))
        elif record.op == "r":
            self.changes.append(("r", record.path, record.data.decode()))

    def make_durable(self, chosen):
        rest = []
        for change in self.changes:
            if chosen(change):
                rename(self.names, change)
            else:
                rest.append(change)
        self.changes = rest

    def after_loss(self, kind, source):
        """{path: content}. Names change in order; how far is anybody's guess."""
        names = dict(self.names)
        far = {"dropped": 0, "kept": len(self.changes)}.get(
            kind, source.randint(0, len(self.changes)))
        for change in self.changes[:far]:
            rename(names, change)
        return {path: self.files[inode].after_loss(kind, source)
                for path, inode in names.items()}


def rename(names, change):
    op, path, other = change
    if op == "c":
        names[path] = other
    elif op == "u":
        names.pop(path, None)
    elif path in names:
        names[other] = names.pop(path)


def preloaded(library):
    """Beside what is preloaded already: the shifted clock."""
    return ":".join(filter(None, [str(library), os.environ.get("LD_PRELOAD")]))


class Recording:
    """A life of the daemon, recorded; and what its receiver got, and when."""

    def __init__(self, binaries, sync, failing):
        self.place = Workplace(binaries)
        self.sim = self.place.sim()
        self.receiver = self.place.receiver("events", tls=False)
        self.daemon = self.place.daemon(self.sim, [self.receiver])
        daemon = self.daemon
        text = daemon.config.read_text()
        daemon.config.write_text(text.replace("[transition_log]",
                                              f'[transition_log]\nsync = "{sync}"'))
        daemon.know_regions()
        initial = {}
        for path in daemon.state.iterdir():
            initial[str(path)] = (path.stat().st_ino, path.read_bytes())
        self.initial = initial
        record = self.place.path / "record"
        daemon.prefix = [
            "env", f"LD_PRELOAD={preloaded(self.place.binaries / 'libdisk_recorder.so')}",
            f"MACTIOND_RECORD={record}", f"MACTIOND_RECORD_UNDER={daemon.directory}"]
        if failing:
            daemon.prefix.append(f"MACTIOND_FAIL_SYNC={daemon.log_path.name} 3")
        self.live(failing)
        self.sent = [(a.at, a.seq, a.id) for a in self.receiver.accepted]
        self.records = [record for record in read_records(record)
                        if record.path.startswith((str(daemon.state), str(daemon.log_path)))
                        or record.path == str(daemon.directory)]

    def live(self, failing):
        self.daemon.start()
        ids = []
        for wave in range(WAVES):
            ids += self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}] * WAVE)
            for action in ids[:wave]:
                self.sim.move(action, FINAL[wave % len(FINAL)])
            ids = ids[wave:]
            # After a failure the log is tried again every 5 s.
            pass_time(2 if failing else 0.7)
        wait_until(self.all_logged, 60, "all lines", self.daemon.diagnostics)
        pass_time(0.5)
        self.daemon.kill9()
        self.daemon.prefix = []

    def state(self, number):
        """Makes the files again; the moment of the loss, what it was, and what had been sent."""
        source = random.Random(number)
        kind = KINDS[number % len(KINDS)]
        cut = source.randrange(1, len(self.records) + 1)
        disk = Disk(self.initial)
        for record in self.records[:cut]:
            disk.take(record)
        self.write(disk.after_loss(kind, source))
        upto = self.records[cut - 1].at
        return f"{kind} after record {cut}", [(seq, id) for at, seq, id in self.sent if at < upto]

    def write(self, files):
        """The log keeps its inode: the store knows it by that."""
        log, kept = self.daemon.log_path, self.place.path / "log"
        if kept.exists():
            log.unlink(missing_ok=True)  # of a start that found none
        else:
            log.rename(kept)
        if str(log) in files:
            kept.rename(log)
        for path in self.daemon.state.iterdir():
            path.unlink()
        for path, content in files.items():
            # A map of the -wal that no power loss survives.
            if not path.endswith("-shm"):
                Path(path).write_bytes(content)

    def shoot(self, number):
        what, sent = self.state(number)
        self.daemon.errors_path.write_text("")
        try:
            return what, self.judge(sent)
        except (TimedOut, AssertionError, OSError, ValueError) as error:
            return what, [str(error).splitlines()[0]]
        finally:
            if self.daemon.process.poll() is None:
                self.daemon.kill9()

    def judge(self, sent):
        # Another boot than the one that is in the store.
        self.daemon.prefix = ["env", f"MACTIOND_BOOT_ID=boot-{time.monotonic_ns()}"]
        self.daemon.start()
        wait_until(self.all_logged, 20, "everything in the log", self.daemon.diagnostics,
                   every_s=0.05)
        problems = []
        if self.daemon.stop()[0] != 0:
            problems.append("it did not stop cleanly")
        data = self.daemon.log_path.read_bytes()
        if b"\0" in data:
            problems.append("zeros in the log")
        lines = [json.loads(line) for line in data.splitlines()]
        if [line["seq"] for line in lines] != list(range(1, len(lines) + 1)):
            problems.append("a gap in the log, or a seq twice")
        twice = [id for id, n in Counter(line["id"] for line in lines).items() if n > 1]
        if twice:
            problems.append(f"{len(twice)} events stand in the log twice")
        known = {(line["seq"], line["id"]) for line in lines}
        missing = [pair for pair in sent if pair not in known]
        if missing:
            problems.append(f"sent and not in the log: {missing[:3]}")
        if "store_recovered" in self.daemon.errors_path.read_text():
            problems.append("the store was not whole")
        return problems

    def all_logged(self):
        truth = {change.action: change.after for change in self.sim.truth()}
        return truth == {line["action"]["id"]: line["to"] for line in self.daemon.log_lines()
                         if line["type"] == "action.transition"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--states", type=int, default=200, help="for each kind of sync")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    failed = done = 0
    for sync in ("batch", "every"):
        third = arguments.states // 3
        for failing, states in ((False, arguments.states - third), (True, third)):
            recording = Recording(arguments.bin, sync, failing)
            name = f"{sync}{', failing' if failing else ''}"
            print(f"{name}: {len(recording.records)} records, {len(recording.sent)} sent",
                  flush=True)
            for number in range(arguments.seed, arguments.seed + states):
                what, problems = recording.shoot(number)
                done += 1
                if problems:
                    failed += 1
                    print(f"{name}, seed {number}: {what}: {'; '.join(problems)}", flush=True)
                    print(recording.daemon.diagnostics(5), flush=True)
            recording.place.close()
    print(f"{done} power losses, {failed} with a fault")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
