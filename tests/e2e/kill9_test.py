"""kill -9 at any moment loses nothing, doubles nothing in the log and never spends quota twice."""

import json
import random
import unittest

from harness import PATIENCE, STOP_LIMIT_S, TYPES, E2eTest, pass_time, wait_until
from receiver import Answer, fail_first

KILLS = 10
# At 40 calls a minute a token comes back every 2.1 s; a kill may waste one. So a status outlives
# two kills in a row, the restarts and a poll, on a busy machine too; and buckets that were full
# after each restart would exceed the quota.
PER_MINUTE = 40
STEP_MS = 12_000


class KillNine(E2eTest):
    VISIBLE_S = 11.5

    def setUp(self):
        super().setUp()
        self.sim = self.place.sim(per_minute=PER_MINUTE, per_hour=4000)
        self.receivers = [
            self.place.receiver("events", format="cloudevents"),
            self.place.receiver("plain", format="standard"),
        ]
        self.daemon = self.place.daemon(self.sim, self.receivers)

    def add_wave(self, count, random_source):
        finals = ["Succeeded", "Failed", "TimeOut", "Cancelled"]
        self.sim.add([
            {
                "type": random_source.choice(TYPES),
                "computerDnsName": f"pc-{i:03}.example",
                "plan": [[0, "Pending"], [STEP_MS, "InProgress"],
                         [2 * STEP_MS, random_source.choice(finals)]],
            }
            for i in range(count)
        ])

    def test_ten_kills_lose_and_double_nothing(self):
        source = random.Random(20261120)
        # Slow answers keep deliveries in flight, so that kills hit them; failures keep retries.
        self.receivers[0].answer = fail_first(503, one_in=11, stall_s=0.05)
        self.receivers[1].answer = lambda attempt, number: Answer(stall_s=0.02)
        self.daemon.start()
        for kill in range(KILLS):
            delivered = len(self.receivers[0].attempts)
            if kill % 2 == 0:
                self.add_wave(60 if kill % 4 == 0 else 5, source)
                # In the middle of the burst of deliveries that this wave causes.
                wait_until(lambda: len(self.receivers[0].attempts) >= delivered + 2 + kill, 20,
                           "deliveries of the wave", self.daemon.diagnostics)
            else:
                pass_time(source.uniform(0.1, 2.0))
            self.assertIsNone(self.daemon.process.poll(), self.daemon.diagnostics())
            self.daemon.kill9()
            self.daemon.start()

        self.assertEqual(self.daemon.starts, KILLS + 1)
        verdict = self.assert_exact(self.sim, self.daemon, self.receivers, 120)
        self.assertGreater(verdict.required, 300)
        code, seconds = self.daemon.stop()
        self.assertEqual(code, 0, self.daemon.diagnostics())
        self.assertLess(seconds, STOP_LIMIT_S)

    def test_kills_while_starting_leave_a_store_that_starts(self):
        self.add_wave(20, random.Random(1))
        for delay in (0.0, 0.01, 0.02, 0.04, 0.08, 0.15):
            self.daemon.start(wait=False)
            pass_time(delay)
            self.daemon.kill9()
        self.daemon.start()
        self.assert_exact(self.sim, self.daemon, self.receivers, 60)


class RotatedWhileDown(E2eTest):
    """The log is moved away between the kill and the next start."""

    ROUNDS = 5

    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.daemon = self.place.daemon(self.sim, [])
        self.rotated = []

    def add_and_see_its_line(self):
        known = len(self.daemon.log_lines())
        self.sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        wait_until(lambda: len(self.daemon.log_lines()) > known, 30, "the line",
                   self.daemon.diagnostics, every_s=0.001)

    def rotate(self, directory):
        directory.mkdir(exist_ok=True)
        moved = directory / f"transitions.jsonl.{len(self.rotated)}"
        self.daemon.log_path.rename(moved)
        self.rotated.append(moved)

    def assert_every_seq_once(self):
        known = wait_until(lambda: self.daemon.status()["last_seq"], 20, "the last event")
        wait_until(lambda: self.seqs()[-1:] == [known], 20, "the last line",
                   self.daemon.diagnostics)
        self.assertEqual(self.seqs(), list(range(1, known + 1)))

    def seqs(self):
        files = [path for path in (*self.rotated, self.daemon.log_path) if path.exists()]
        return [json.loads(line)["seq"] for path in files for line in path.read_text().splitlines()]

    def committed_place(self):
        """(offset, next event) of the store."""
        return self.daemon.store_rows("log_position")[0][3:]

    def test_into_another_directory_once_the_place_is_committed(self):
        self.daemon.start()
        for _ in range(self.ROUNDS):
            self.add_and_see_its_line()
            size, lines = self.daemon.log_path.stat().st_size, self.daemon.log_lines()
            # Far longer than it may take, and far shorter than a look at the file every 10 s.
            wait_until(lambda at=(size, lines[-1]["seq"] + 1): self.committed_place() == at,
                       4 / PATIENCE, "the place committed", lambda: str(self.committed_place()))
            self.daemon.kill9()
            self.rotate(self.place.path / "archive")
            self.daemon.start()
        self.assert_every_seq_once()

    def test_within_its_directory_at_the_very_moment_of_a_line(self):
        self.daemon.start()
        for _ in range(self.ROUNDS):
            self.add_and_see_its_line()
            self.daemon.kill9()
            self.rotate(self.daemon.directory)
            self.daemon.start()
        self.add_and_see_its_line()
        self.assert_every_seq_once()


if __name__ == "__main__":
    unittest.main()
