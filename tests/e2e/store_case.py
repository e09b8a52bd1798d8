"""A store of a running daemon, a log beside it, and how both are judged."""

import gzip
import json

from harness import E2eTest, wait_until

WAVE = 12


class StoreTest(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.receivers = [self.place.receiver("events")]
        self.daemon = self.place.daemon(self.sim, self.receivers)

    @property
    def store(self):
        return self.daemon.state / "store.db"

    def wave(self, status="Pending", count=WAVE):
        ids = self.sim.add([{"type": "Isolate", "plan": [[0, status]]}] * count)
        wait_until(lambda: set(ids) <= {line.get("action", {}).get("id")
                                        for line in self.daemon.log_lines()},
                   30, "the wave in the log", self.daemon.diagnostics)
        return ids

    def ctl(self, *words):
        return self.daemon.command("--socket", self.daemon.socket_path, *words,
                                   program="mactionctl")

    def all_lines(self):
        """The rotated files' lines, oldest first, and the current one's."""
        lines = []
        names = sorted(self.daemon.directory.glob("transitions.jsonl.*"), reverse=True)
        for path in [*names, self.daemon.log_path]:
            if path.exists():
                data = path.read_bytes()
                text = gzip.decompress(data) if path.suffix == ".gz" else data
                lines += [json.loads(line) for line in text.splitlines()]
        return lines

    def assert_log_exact(self):
        lines = self.all_lines()
        seqs = [line["seq"] for line in lines]
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)), self.daemon.diagnostics())
        ids = [line["id"] for line in lines]
        self.assertEqual(len(ids), len(set(ids)), "an event was recorded twice")
        return lines

    def recovered(self):
        return [line for line in self.all_lines() if line["type"] == "store.recovered"]

    def recovers(self, ids, recoveries=1):
        """Starts, changes one action, and judges log and receivers."""
        self.daemon.start()
        self.sim.move(ids[0], "Succeeded")
        wait_until(lambda: [line for line in self.all_lines()
                            if line.get("action", {}).get("id") == ids[0]
                            and line.get("to") == "Succeeded"],
                   90, "a change after the recovery", self.daemon.diagnostics)
        self.assert_log_exact()
        found = self.recovered()
        self.assertEqual(len(found), recoveries, found)
        for key in ("reason", "kept", "lost", "set_aside"):
            self.assertIn(key, found[-1])
        wait_until(lambda: found[-1]["id"] in {a.id for a in self.receivers[0].attempts}, 20,
                   "the receiver was informed", self.daemon.diagnostics)
        return found[-1]
