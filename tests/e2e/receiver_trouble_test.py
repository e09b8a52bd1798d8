"""What an operator sees of a receiver in trouble, and how soon it is over."""

import json
import sqlite3
import unittest
from datetime import datetime

from harness import E2eTest, pass_time, wait_until
from receiver import Answer

REPORTED_AFTER_S = 60


def seconds_between(earlier, later):
    """By the events' own times; the fraction has seven digits."""
    times = [datetime.fromisoformat(line["time"][:26] + "+00:00") for line in (earlier, later)]
    return (times[1] - times[0]).total_seconds()


class Trouble(E2eTest):
    """One receiver is in trouble; another learns of it."""

    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.bad = self.place.receiver("bad")
        self.good = self.place.receiver("good", format="standard")
        self.daemon = self.place.daemon(self.sim, [self.bad, self.good])

    def follow(self):
        """What is added from here on is no backlog."""
        self.daemon.start()
        wait_until(lambda: "ok, polled" in self.daemon.get("/readyz")[1], 20, "a poll",
                   self.daemon.diagnostics)

    def add(self, count=1, kind="Isolate"):
        return self.sim.add([{"type": kind, "plan": [[0, "Succeeded"]]} for _ in range(count)])

    def webhook(self, name="bad"):
        return next(w for w in self.daemon.status()["webhooks"] if w["name"] == name)

    def recorded(self, kind):
        return [line for line in self.daemon.log_lines() if line["type"] == kind]

    def shown(self, *command):
        code, text, errors = self.daemon.command("--socket", self.daemon.socket_path, *command,
                                                 program="mactionctl")
        self.assertEqual(code, 0, errors)
        return next(line for line in text.splitlines() if line.startswith("bad "))

    def change_deliveries(self, values):
        """Changes those that were tried, while the daemon is down; says how many."""
        store = sqlite3.connect(self.daemon.state / "store.db")
        with store:
            changed = store.execute(f"UPDATE delivery SET {values}"
                                    " WHERE webhook = 'bad' AND attempts > 0").rowcount
        store.close()
        return changed

    def state_metric(self, state):
        return self.daemon.metric_sum("mactiond_webhook_state", webhook="bad", state=state)


class Failing(Trouble):
    def test_a_receiver_that_answers_500_is_seen_and_so_is_its_recovery(self):
        broken = {"on": True}
        self.bad.answer = lambda a, n: Answer(500) if broken["on"] else Answer()
        self.follow()
        self.add()
        wait_until(lambda: self.webhook()["reason"], 20, "the reason", self.daemon.diagnostics)
        self.assertIn("500", self.webhook()["reason"])
        for command in (("webhook", "list"), ("status",)):
            self.assertIn("server_error 500", self.shown(*command), "at once")
        self.assertEqual(self.recorded("webhook.failing"), [])

        wait_until(lambda: self.recorded("webhook.failing"), REPORTED_AFTER_S + 30,
                   "webhook.failing", self.daemon.diagnostics, every_s=0.2)
        event = self.recorded("webhook.failing")[0]
        refused = next(line for line in self.daemon.log_lines()
                       if line["type"] == "action.transition")
        self.assertGreaterEqual(seconds_between(refused, event), REPORTED_AFTER_S - 1)
        self.assertEqual((event["webhook"], event["waiting"]), ("bad", 1))
        self.assertIn("500", event["reason"])
        self.assertIn("event=webhook_failing", self.daemon.errors_path.read_text())
        self.assertIn("failing", self.shown("webhook", "list"))
        self.assertEqual(self.webhook()["state"], "ok")
        self.assertEqual((self.state_metric("failing"), self.state_metric("ok")), (1, 0))
        code, text = self.daemon.get("/readyz")
        self.assertEqual(code, 200, text)
        self.assertRegex(text, r"(?m)^\[-\] webhook bad: failing: .*500")
        wait_until(lambda: "webhook.failing" in [a.type for a in self.good.accepted], 20,
                   "the other one to learn of it", self.daemon.diagnostics)

        self.daemon.kill9()
        self.daemon.start()
        self.assertTrue(self.webhook()["failing"], "over a restart too")
        broken["on"] = False
        self.add()
        wait_until(lambda: self.recorded("webhook.recovered"), 30, "webhook.recovered",
                   self.daemon.diagnostics)
        self.assertEqual(len(self.recorded("webhook.failing")), 1)
        self.assertEqual((self.webhook()["reason"], self.webhook()["failing"]), (None, False))
        self.assertEqual((self.state_metric("failing"), self.state_metric("ok")), (0, 1))
        wait_until(lambda: "webhook.recovered" in [a.type for a in self.good.accepted], 20,
                   "the other one to learn of it", self.daemon.diagnostics)
        own = {a.type for a in self.bad.attempts}
        self.assertEqual({kind for kind in own if kind.startswith("webhook.")}, set())


class Outage(Trouble):
    def put_off_by_five_minutes(self):
        """As after the second step of the schedule, which a slowed webhook reaches late."""
        moved = self.change_deliveries("attempts = 2, early_from = due, due = due + 3000000000")
        self.assertGreaterEqual(moved, 4)

    def test_what_waits_for_a_short_outage_comes_once_it_is_over(self):
        broken = {"on": True}
        self.bad.answer = lambda a, n: Answer(reset=True) if broken["on"] else Answer()
        self.follow()
        self.add(18)

        wait_until(lambda: len({a.id for a in self.bad.attempts}) >= 12, 90, "first attempts",
                   self.daemon.diagnostics)
        put_off = {a.id for a in self.bad.attempts}
        self.daemon.kill9()
        self.put_off_by_five_minutes()
        self.daemon.start()
        broken["on"] = False
        self.add()
        wait_until(lambda: self.bad.accepted, 90, "the first delivery", self.daemon.diagnostics)
        wait_until(lambda: put_off <= self.bad.accepted_ids(), 30, "all that waited",
                   self.daemon.diagnostics)
        self.assert_exact(self.sim, self.daemon, [self.good], 60)


class Refusal(Trouble):
    def dead_letters(self):
        return json.loads(self.daemon.get_operator("/v1/dead-letters")[1])["dead_letters"]

    def test_an_event_that_is_refused_holds_nobody_up_and_is_given_up_after_three_tries(self):
        self.follow()
        self.bad.answer = lambda a, n: Answer(
            422 if a.data.get("action", {}).get("type") == "Offboard" else 200)
        poison = self.add(1, "Offboard")[0]
        wait_until(lambda: [a for a in self.bad.attempts if a.action_id == poison], 30,
                   "the refusal", self.daemon.diagnostics)
        for _ in range(8):
            self.add(4)
            pass_time(0.5)
        others = {line["id"] for line in self.recorded("action.transition")
                  if line["action"]["id"] != poison}
        wait_until(lambda: others <= self.bad.accepted_ids(), 30, "all others",
                   self.daemon.diagnostics)
        self.assertEqual(self.webhook()["state"], "ok")
        tries = lambda: [a for a in self.bad.attempts if a.action_id == poison]
        wait_until(lambda: len(tries()) == 2, 20, "the second try", self.daemon.diagnostics)
        wait_until(lambda: "422" in (self.webhook()["reason"] or ""), 20, "the reason",
                   self.daemon.diagnostics)
        self.assertEqual(self.dead_letters(), [])

        self.daemon.kill9()
        self.assertEqual(self.change_deliveries("due = 0"), 1)
        self.daemon.start()
        wait_until(self.dead_letters, 30, "the third try", self.daemon.diagnostics)
        self.assertEqual(len(tries()), 3)
        self.assertEqual([line["webhook"] for line in self.recorded("webhook.dead_lettered")],
                         ["bad"])
        self.assertEqual(self.webhook()["state"], "ok")


if __name__ == "__main__":
    unittest.main()
