"""What happened before a new region was first called: in the log, and at who asked for it."""

import unittest

from harness import E2eTest, pass_time, wait_until

# Where the clocks differ, the moment of the first call is known to a second.
CLEARLY_BEFORE_S = 3


class Backlog(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.plain = self.place.receiver("plain")
        self.archive = self.place.receiver("archive", config=["backlog = true"])
        self.daemon = self.place.daemon(self.sim, [self.plain, self.archive], new_region=True)

    def baselines(self):
        return [line for line in self.daemon.log_lines() if line["type"] == "region.baseline"]

    def test_a_new_regions_past_goes_to_nobody_who_did_not_ask(self):
        self.sim.add([{"type": "Isolate", "plan": [[0, "Failed"]]} for _ in range(20)]
                     + [{"type": "RunAntiVirusScan", "plan": [[0, "Pending"]]} for _ in range(3)])
        pass_time(CLEARLY_BEFORE_S)
        self.daemon.start()
        wait_until(self.baselines, 30, "the baseline", self.daemon.diagnostics)
        *past, baseline = self.daemon.log_lines()
        self.assertEqual(len(past), 23)
        self.assertEqual({(line["backlog"], line["lag_ms"]) for line in past}, {(True, None)})
        self.assertEqual((baseline["open"], baseline["finished"]), (3, 20))
        self.assertGreaterEqual(baseline["oldest_open_s"], 1)
        wait_until(lambda: len(self.archive.accepted_ids()) == 24, 30, "all of it at the archive",
                   self.daemon.diagnostics)

        self.assertEqual(self.daemon.stop()[0], 0)
        self.daemon.start()
        self.sim.add([{"type": "Unisolate", "plan": [[0, "Succeeded"]]}])
        wait_until(lambda: len(self.daemon.log_lines()) == 25, 30, "what is new",
                   self.daemon.diagnostics)
        new = self.daemon.log_lines()[-1]
        self.assertNotIn("backlog", new)
        wait_until(lambda: new["id"] in self.plain.accepted_ids(), 30, "its delivery",
                   self.daemon.diagnostics)
        self.assertEqual(self.plain.accepted_ids(), {baseline["id"], new["id"]})

    def test_a_region_stays_new_when_the_daemon_is_killed_before_the_sweep_is_complete(self):
        self.sim.add([{"type": "Isolate", "plan": [[0, "Failed"]]} for _ in range(5)])
        pass_time(CLEARLY_BEFORE_S)
        self.sim.faults("server_error_json")
        self.daemon.start()
        wait_until(lambda: "call_failed" in self.daemon.diagnostics(), 30, "the first call",
                   self.daemon.diagnostics)
        self.daemon.kill9()
        self.sim.no_faults()
        self.sim.add([{"type": "Unisolate", "plan": [[0, "Succeeded"]]}])
        self.daemon.start()
        wait_until(self.baselines, 30, "the baseline", self.daemon.diagnostics)
        lines = self.daemon.log_lines()
        self.assertEqual(sorted(line.get("backlog", False) for line in lines[:-1]),
                         [False] + 5 * [True])
        wait_until(lambda: len(self.plain.accepted_ids()) == 2, 30, "the baseline and what is new",
                   self.daemon.diagnostics)
        self.assertEqual(len(self.baselines()), 1)


if __name__ == "__main__":
    unittest.main()
