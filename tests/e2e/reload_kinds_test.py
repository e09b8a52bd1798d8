"""Reload under load: regions, policies and webhooks come, change and go, and nothing is lost or
doubled by it."""

import time
import unittest

from harness import CLIENT, TimedOut, all_recorded, wait_until
from judge import judge
from reload_test import ReloadTest, resident_kib
from stale import stale
from transitions_test import life

ROUNDS = 100
SECOND_TENANT = "99999999-2222-3333-4444-555555555555"
BROKEN = '\n[[policy]]\nnane = 1\n'


class Both:
    """The ground truth of two simulators."""

    def __init__(self, *sims):
        self.sims = sims

    def truth(self):
        return [change for sim in self.sims for change in sim.truth()]


class Kinds(ReloadTest):
    def setUp(self):
        super().setUp()
        self.us = self.place.sim(seed=2, tenant=SECOND_TENANT)
        self.third = self.place.receiver("third", tls=False)
        self.hook = self.daemon.write_secret("hook-third", self.third.secret)
        self.owed = []  # (first, last) of the events that were recorded while it was there

    def region(self, number):
        return (
            f'[[region]]\nname = "us"\napi = "{self.us.url}"\nauthority = "{self.us.url}"\n'
            f'tenant_id = "{SECOND_TENANT}"\nclient_id = "{CLIENT}"\n'
            f'ca_file = "{self.place.certs.ca}"\n'
            f'auth.client_secret = "file:{self.daemon.secret_file}"\n'
            f'quota.per_minute = {6000 - number}\nquota.per_hour = {90_000 - number}\n'
            f'poll.min_interval = "{300 + number}ms"\npoll.idle_interval = "500ms"\n')

    @staticmethod
    def policies(number):
        cancels = (
            '[[policy]]\nname = "scans"\naction = "cancel"\n'
            f'stale_after = "{2 + number % 2}s"\nmatch.type = ["RunAntiVirusScan"]\n'
            f'match.comment = ["stale*"]\ncomment = "round {number}"\n')
        reports = (
            f'[[policy]]\nname = "report"\naction = "notify"\nstale_after = "{2 - number % 2}s"\n'
            'match.type = ["LiveResponse"]\nmatch.comment = ["stale*"]\n')
        return ["", cancels, reports + cancels, reports][number % 4]

    def webhook(self, number):
        return (
            f'[[webhook]]\nname = "third"\nurl = "{self.third.url}"\nallow_http = true\n'
            f'format = "{self.third.format}"\nsecret = "file:{self.hook}"\n'
            f'max_in_flight = {1 + number % 8}\ntimeout = "{4 + number % 3}s"\n')

    def load(self, number):
        self.sim.add([life("Isolate", "Succeeded", 400, number)])
        if number % 2 == 0:
            self.us.add([life("Unisolate", "Failed", 400, number)])
        if number % 10 == 3:
            self.scans += self.sim.add([stale("RunAntiVirusScan", number) | {"age_ms": 0}])
            self.sessions += self.us.add([stale("LiveResponse", number) | {"age_ms": 0}])

    def text_of(self, number):
        parts = [self.text.replace("300ms", f"{300 + number % 7}ms")]
        if number % 10 not in (4, 5, 6):
            parts.append(self.region(number))
        parts.append(self.policies(number // 2))
        if number % 6 < 3:
            parts.append(self.webhook(number))
        return "\n".join(parts)

    def recorded(self, action, kind):
        return [line["type"] for line in self.daemon.log_lines()
                if line["type"].startswith(kind) and line.get("action", {}).get("id") == action]

    def expect_of_third(self, was_there, is_there, before, after):
        if is_there and not was_there:
            self.owed.append((after + 1, None))
        if was_there and not is_there:
            self.owed[-1] = (self.owed[-1][0], before)

    def test_every_kind_comes_changes_and_goes_under_load(self):
        self.scans, self.sessions = [], []
        self.sim.switch(cancel="delayed", cancel_delay_ms=500)
        self.daemon.start()
        half, third = 0, False
        for number in range(ROUNDS):
            self.load(number)
            if number % 3 == 2:
                self.assertFalse(self.reload(self.text_of(number) + BROKEN), number)
                continue
            text = self.text_of(number)
            before = self.daemon.status()["last_seq"]
            self.assertTrue(self.reload(text), self.daemon.diagnostics())
            now_there = '"third"' in text
            self.expect_of_third(third, now_there, before, self.daemon.status()["last_seq"])
            third = now_there
            names = [region["name"] for region in self.daemon.status()["regions"]]
            self.assertEqual(names, ["eu", "us"] if '"us"' in text else ["eu"])
            if number == ROUNDS // 2 + 2:
                half = resident_kib(self.daemon.process.pid)
        # Everything at once, so that what is open comes to its end.
        whole = "\n".join([self.text, self.region(0), self.policies(2), self.webhook(0)])
        before = self.daemon.status()["last_seq"]
        self.assertTrue(self.reload(whole))
        self.expect_of_third(third, True, before, self.daemon.status()["last_seq"])

        self.wait_for_cancels()
        for session in self.sessions:
            self.us.move(session, "Succeeded")
        self.assert_all_exact()
        self.assertLess(resident_kib(self.daemon.process.pid), half + 2048)

    def wait_for_cancels(self):
        cancelled = ["cancel.requested", "cancel.confirmed"]
        # By a reload that took its policy away between the decision and the POST; it is for good.
        overtaken = ["cancel.overtaken"]

        def lacking():
            return ([scan for scan in self.scans
                     if self.recorded(scan, "cancel") not in (cancelled, overtaken)]
                    + [one for one in self.sessions if not self.recorded(one, "action.stale")])

        wait_until(lambda: not lacking(), 90, "every cancel and every notice",
                   lambda: f"{lacking()}\n{self.daemon.diagnostics()}", every_s=0.3)
        still_open = [scan for scan in self.scans if self.recorded(scan, "cancel") == overtaken]
        self.assertLess(len(still_open), len(self.scans))
        for scan in still_open:
            self.sim.move(scan, "Succeeded")

    def assert_all_exact(self):
        both = Both(self.sim, self.us)
        wait_until(all_recorded(both, self.daemon, self.receivers, self.VISIBLE_S), 60,
                   "every transition recorded", self.daemon.diagnostics, every_s=0.3)
        lines = self.daemon.log_lines()
        verdict = judge(both.truth(), lines, self.receivers, self.VISIBLE_S, time.time())
        self.assertEqual(verdict.problems, [], self.daemon.diagnostics())
        for session in self.sessions:
            self.assertEqual(self.recorded(session, "action.stale"), ["action.stale"], session)
        for sim in (self.sim, self.us):
            self.assertEqual(sim.quota()["windows_over"], 0, sim.quota())

        last = lines[-1]["seq"]
        ids = {line["seq"]: line["id"] for line in lines}
        owed = {ids[seq] for first, end in self.owed for seq in range(first, (end or last) + 1)}
        self.assertGreater(len(owed), ROUNDS)
        try:
            wait_until(lambda: owed <= self.third.accepted_ids(), 30, "what third is owed")
        except TimedOut:
            self.fail(f"third misses {len(owed - self.third.accepted_ids())} of {len(owed)}")
        self.assertLessEqual(self.third.accepted_ids(), set(ids.values()))
        self.assertEqual(self.third.problems(), [])
        for receiver in (*self.receivers, self.third):
            attempts = [attempt.id for attempt in receiver.attempts]
            self.assertEqual(len(attempts), len(set(attempts)), f"doubled at {receiver.name}")

    def test_a_region_that_returns_goes_on_where_it_was(self):
        with_us = self.text + self.region(0)
        self.daemon.config.write_text(with_us)
        self.daemon.start()
        self.us.add([life("Isolate", "Succeeded", 300, 1)])
        wait_until(all_recorded(self.us, self.daemon, self.receivers, self.VISIBLE_S), 30,
                   "the first", self.daemon.diagnostics)
        known = len(self.daemon.log_lines())
        watermark = self.watermark()

        self.assertTrue(self.reload(self.text))
        self.us.add([life("Unisolate", "Failed", 200, 2)])
        wait_until(lambda: self.us.truth()[-1].after == "Failed", 20, "the end of the second")
        self.assertEqual(self.watermark(), watermark)
        self.assertTrue(self.reload(with_us))
        wait_until(all_recorded(self.us, self.daemon, self.receivers, self.VISIBLE_S), 30,
                   "what happened meanwhile", self.daemon.diagnostics)
        self.assertEqual([line["to"] for line in self.daemon.log_lines()[known:]], ["Failed"])

    def watermark(self):
        return {row[0]: row[1] for row in self.daemon.store_rows("region")}["us"]


if __name__ == "__main__":
    unittest.main()
