"""A full disk under the transition log: nothing is lost, nothing is doubled, and it recovers."""

import json
import os
import unittest
from pathlib import Path

from harness import E2eTest, wait_until

DISK_KIB = 128
FREE_KIB = 8
EVENTS = 40  # of more than half a KiB each: several times what is free
ON_SMALL_DISK = ('mount -t tmpfs -o size={disk}k,mode=755 none "$0" && '
                 'head -c {filler}k /dev/zero > "$0/filler" && exec "$@"')


@unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
class FullDisk(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.disk = self.place.path / "disk"
        self.disk.mkdir()
        # The mount is seen by the daemon alone, and by others through its /proc entry.
        mount = ON_SMALL_DISK.format(disk=DISK_KIB, filler=DISK_KIB - FREE_KIB)
        self.daemon = self.place.daemon(
            self.sim, [], prefix=["unshare", "--mount", "sh", "-c", mount, str(self.disk)])
        self.daemon.log_path = self.disk / "transitions.jsonl"
        self.daemon.config.write_text(self.daemon.config_text())

    def on_disk(self, name):
        return Path(f"/proc/{self.daemon.process.pid}/root{self.disk}/{name}")

    def seqs(self):
        text = self.on_disk("transitions.jsonl").read_bytes()
        return [json.loads(line)["seq"] for line in text[:text.rfind(b"\n") + 1].splitlines()]

    def test_events_wait_for_room(self):
        self.daemon.start()
        self.sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}] * EVENTS)
        wait_until(lambda: self.daemon.status()["last_seq"] == EVENTS, 30, "all events committed",
                   self.daemon.diagnostics)
        wait_until(lambda: "transition_log_failed" in self.daemon.errors_path.read_text(), 20,
                   "a word about the disk", self.daemon.diagnostics)
        self.assertLess(len(self.seqs()), EVENTS)
        self.assertEqual(self.daemon.get("/livez")[0], 200)

        self.on_disk("filler").unlink()

        wait_until(lambda: len(self.seqs()) >= EVENTS, 30, "all events in the log",
                   self.daemon.diagnostics)
        self.assertEqual(self.seqs(), list(range(1, EVENTS + 1)))
        self.assertIn("transition_log_recovered", self.daemon.errors_path.read_text())
        self.assertEqual(self.daemon.stop()[0], 0)


if __name__ == "__main__":
    unittest.main()
