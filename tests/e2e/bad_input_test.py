"""Answers that are no answers change nothing, are counted, and are got over without help."""

import json
import unittest

from harness import CLIENT_SECRET, E2eTest, pass_time, wait_until

BAD_PAGES = ["not_json", "login_page", "cut_json", "truncated_body", "empty_body"]


def failed_polls(daemon):
    return sum(value for key, value in daemon.metrics().items()
               if key.startswith("mactiond_api_requests_total{")
               and 'operation="list"' in key and 'code="200"' not in key)


class BadPages(E2eTest):
    """One simulator and daemon for each kind of bad page, side by side: back-off takes its time."""

    def setUp(self):
        super().setUp()
        self.pairs = {}
        for fault in BAD_PAGES:
            sim = self.place.sim()
            self.pairs[fault] = sim, self.place.daemon(sim, [], name=fault)

    def knowledge(self, daemon):
        """What a bad page must not change: stored actions, and what was recorded about actions."""
        return daemon.store_rows("action"), [
            line for line in daemon.log_lines() if line["type"].startswith("action.")]

    def wait_for_all(self, condition, limit_s, what):
        for fault, (sim, daemon) in self.pairs.items():
            with self.subTest(fault):
                wait_until(lambda: condition(sim, daemon), limit_s, what, daemon.diagnostics)

    def test_change_nothing_are_counted_and_got_over(self):
        known = {}
        for fault, (sim, daemon) in self.pairs.items():
            known[fault] = sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}])[0]
            daemon.start()
        self.wait_for_all(lambda sim, daemon: daemon.log_lines(), 20, "the first transition")

        for fault, (sim, daemon) in self.pairs.items():
            sim.faults(fault)
        self.wait_for_all(lambda sim, daemon: failed_polls(daemon) >= 1, 30, "a failed poll")
        before = {fault: self.knowledge(daemon) for fault, (_, daemon) in self.pairs.items()}
        for fault, (sim, daemon) in self.pairs.items():
            sim.add([{"type": "Unisolate", "plan": [[0, "Succeeded"]]}])
            sim.move(known[fault], "Failed")
        self.wait_for_all(lambda sim, daemon: failed_polls(daemon) >= 3, 60, "failed polls")
        for fault, (sim, daemon) in self.pairs.items():
            with self.subTest(fault):
                self.assertEqual(self.knowledge(daemon), before[fault])
                self.assertIsNone(daemon.process.poll())
                sim.no_faults()
        for fault, (sim, daemon) in self.pairs.items():
            with self.subTest(fault):
                self.assert_exact(sim, daemon, [], 60)
                self.assertEqual(daemon.status()["regions"][0]["state"], "ok")


class Trouble(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.receivers = [self.place.receiver("events")]
        self.daemon = self.place.daemon(self.sim, self.receivers)

    def test_failures_are_retried_with_back_off(self):
        self.daemon.start()
        wait_until(lambda: self.daemon.metric_sum(
            "mactiond_api_requests_total", operation="list", code="200") > 0, 20, "a good poll")
        self.sim.faults("not_json")
        wait_until(lambda: failed_polls(self.daemon) >= 1, 20, "a failed poll")
        pass_time(6)
        # Without back-off six seconds would hold twelve polls at the interval of 500 ms.
        self.assertLess(failed_polls(self.daemon), 8)

    def test_wrong_secret_degrades_the_region_and_recovers_by_itself(self):
        self.sim.accept_secret("another secret")
        self.daemon.start()
        degraded = wait_until(
            lambda: [x for x in self.daemon.log_lines() if x["type"] == "region.degraded"], 20,
            "region.degraded in the log", self.daemon.diagnostics)
        self.assertIn("AADSTS7000215", json.dumps(degraded[0]))
        region = self.daemon.status()["regions"][0]
        self.assertEqual(region["state"], "degraded")
        self.assertIn("AADSTS7000215", json.dumps(region))
        code, text = self.daemon.get("/readyz")
        self.assertEqual(code, 200, "the daemon itself does its work: " + text)
        self.assertRegex(text, r"(?m)^\[-\] region \S+: degraded: .*AADSTS7000215")
        _, shown, _ = self.daemon.command("--socket", self.daemon.socket_path, "status",
                                          program="mactionctl")
        self.assertIn("degraded", shown)
        self.assertNotIn(CLIENT_SECRET, self.daemon.errors_path.read_text())

        self.sim.accept_secret(CLIENT_SECRET)
        self.sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        self.assert_exact(self.sim, self.daemon, self.receivers, 90)
        self.assertIn("region.recovered", [x["type"] for x in self.daemon.log_lines()])
        self.assertEqual(self.daemon.status()["regions"][0]["state"], "ok")


if __name__ == "__main__":
    unittest.main()
