"""Every transition that stays visible is there: exactly once in the log, at every webhook with the
same id."""

import unittest

from harness import FINAL, TYPES, E2eTest
from receiver import fail_first


def life(kind, final, step_ms, number):
    """One action that shows Pending, InProgress and then its final status, each for a while."""
    plan = [[0, "Pending"], [step_ms, "InProgress"], [2 * step_ms, final]]
    if final == "TimeOut":  # an offline device never starts
        plan = [[0, "Pending"], [2 * step_ms, final]]
    return {
        "type": kind,
        "computerDnsName": f"srv-{number:03}.example",
        "requestor": "analyst@example.com" if number % 2 else "playbook",
        "requestSource": "Portal" if number % 2 else "PublicApi",
        "plan": plan,
    }


class Transitions(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.receivers = [
            self.place.receiver("events", format="cloudevents"),
            self.place.receiver("plain", format="standard", tls=False),
        ]
        self.daemon = self.place.daemon(self.sim, self.receivers)

    def test_all_types_and_statuses_are_told_exactly_once(self):
        self.daemon.start()
        lives = [(kind, final) for kind in TYPES for final in FINAL]
        step_ms = int(self.VISIBLE_S * 1000) + 1000
        self.sim.add([life(kind, final, step_ms, i) for i, (kind, final) in enumerate(lives)])

        verdict = self.assert_exact(self.sim, self.daemon, self.receivers, 60)

        lines = [line for line in self.daemon.log_lines() if line["type"] == "action.transition"]
        self.assertEqual({line["action"]["type"] for line in lines}, set(TYPES))
        self.assertEqual({line["to"] for line in lines}, {"Pending", "InProgress", *FINAL})
        self.assertEqual(verdict.seen, verdict.true, "each status was shown long enough")
        for receiver in self.receivers:
            bodies = {}
            for attempt in receiver.attempts:
                self.assertEqual(bodies.setdefault(attempt.id, attempt.body), attempt.body)

    def test_log_line_carries_the_contract_members(self):
        self.daemon.start()
        self.sim.add([life("Isolate", "Succeeded", 1000, 7)])
        self.assert_exact(self.sim, self.daemon, self.receivers, 30)

        first = self.daemon.log_lines()[0]
        self.assertEqual(
            list(first),
            ["seq", "id", "time", "type", "instance", "region", "action", "from", "to", "lag_ms"])
        self.assertEqual((first["seq"], first["from"], first["to"]), (1, None, "Pending"))
        self.assertEqual((first["instance"], first["region"]), ("e2e", "eu"))
        self.assertEqual(first["action"]["computerDnsName"], "srv-007.example")
        self.assertEqual(first["action"]["status"], "Pending")
        self.assertRegex(first["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$")

        delivered = self.receivers[0].accepted[0]
        self.assertEqual(delivered.data, {k: v for k, v in first.items()
                                          if k not in ("seq", "id", "time", "type")})
        self.assertEqual((delivered.seq, delivered.id), (1, first["id"]))
        self.assertEqual(delivered.event["time"], first["time"])

    def test_action_that_opens_and_closes_between_two_polls_is_seen(self):
        for filters in ("auto", "documented"):
            with self.subTest(filters):
                daemon = self.place.daemon(
                    self.sim, [], name=filters,
                    poll={"idle_interval": "2s", "min_interval": "2s", "filters": filters})
                daemon.start()
                self.sim.add([{"type": "RunAntiVirusScan",
                               "plan": [[0, "Pending"], [50, "InProgress"], [100, "Succeeded"]]}])
                self.assert_exact(self.sim, daemon, [], 30)
                daemon.stop()

    def test_actions_older_than_the_daemon_are_told_once(self):
        self.sim.add([life("Isolate", "Succeeded", 100, i) for i in range(5)])
        self.daemon.start()
        self.assert_exact(self.sim, self.daemon, self.receivers, 30)
        before = self.daemon.log_lines()
        self.assertEqual(self.daemon.stop()[0], 0)

        self.daemon.start()
        self.sim.add([life("Unisolate", "Failed", 1000, 9)])
        self.assert_exact(self.sim, self.daemon, self.receivers, 30)
        self.assertEqual(self.daemon.log_lines()[: len(before)], before)

    def test_failing_receiver_gets_everything_in_order_and_holds_up_nobody(self):
        failing, healthy = self.receivers
        failing.answer = fail_first(500, one_in=2)
        self.daemon.start()
        self.sim.add([life("Isolate", "Succeeded", 1500, i) for i in range(6)])

        verdict = self.assert_exact(self.sim, self.daemon, self.receivers, 90)

        self.assertGreater(len(failing.attempts), verdict.seen)
        self.assertEqual(len(healthy.attempts), len(self.daemon.log_lines()))


if __name__ == "__main__":
    unittest.main()
