"""Cancelling by policy with the real daemon: one action of each fate, also over kill -9."""

import unittest

from harness import E2eTest, wait_until
from stale import POLICIES, Fates, stale


class Cancel(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.receivers = [self.place.receiver("events", format="cloudevents")]

    def daemon_with(self, extra):
        return self.place.daemon(self.sim, self.receivers, extra=extra)

    def test_each_policy_does_what_it_says(self):
        daemon = self.daemon_with(POLICIES)
        fates = Fates(self.sim, cancel_delay_ms=8000)
        daemon.start()

        def kept():
            fates.turn(daemon.log_lines())
            return not fates.missing(daemon.log_lines())

        wait_until(kept, 30, "every fate",
                   lambda: f"{fates.missing(daemon.log_lines())}\n{daemon.diagnostics()}")
        self.assertEqual(daemon.status()["cancelling"], "on")
        fates.end_the_rest()
        self.assert_exact(self.sim, daemon, self.receivers, 30)
        metrics = daemon.metrics()
        for result in ("requested", "confirmed"):
            name = f'mactiond_cancels_total{{policy="stale-scans",region="eu",result="{result}"}}'
            self.assertEqual(metrics[name], 1)

    def test_kill9_after_each_step_never_doubles_a_cancel(self):
        daemon = self.daemon_with(POLICIES)
        self.sim.switch(cancel="delayed", cancel_delay_ms=1000)
        scans = self.sim.add([stale("RunAntiVirusScan", number) for number in range(3)])
        for step in ("cancel_decided", "cancel.requested", "cancel.confirmed"):
            daemon.start()
            wait_until(lambda what=step: what in daemon.errors_path.read_text()
                       or any(line["type"] == what for line in daemon.log_lines()),
                       90, step, daemon.diagnostics)
            daemon.kill9()
        daemon.start()

        def all_ended():
            ended = [line for line in daemon.log_lines()
                     if line["type"] in ("cancel.confirmed", "cancel.overtaken", "cancel.failed")]
            return len(ended) == len(scans)

        wait_until(all_ended, 120, "the end of each decision", daemon.diagnostics)
        for scan in scans:
            recorded = Fates.recorded(daemon.log_lines(), scan)
            self.assertEqual(recorded, ["cancel.requested", "cancel.confirmed"], scan)
        self.assert_exact(self.sim, daemon, self.receivers, 30)

    def test_nothing_is_cancelled_when_the_limit_is_zero(self):
        daemon = self.daemon_with(POLICIES + "\n[cancel]\nmax_per_hour = 0\n")
        fates = Fates(self.sim)
        daemon.start()
        wait_until(lambda: fates.recorded(daemon.log_lines(), fates.dry), 20, "the dry run",
                   daemon.diagnostics)
        self.assertEqual(daemon.status()["cancelling"], "off")
        self.assertEqual(fates.recorded(daemon.log_lines(), fates.scan), [])


if __name__ == "__main__":
    unittest.main()
