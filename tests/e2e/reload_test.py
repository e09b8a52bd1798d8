"""Reload: swapped in one step or not at all; nothing is lost, doubled or leaked by it."""

import signal
import unittest

from harness import E2eTest, pass_time, wait_until
from receiver import Answer
from transitions_test import life

ROUNDS = 100


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise AssertionError("no VmRSS")


class ReloadTest(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.receivers = [
            self.place.receiver("events", format="cloudevents"),
            self.place.receiver("plain", format="standard", tls=False),
        ]
        self.daemon = self.place.daemon(self.sim, self.receivers)
        self.text = self.daemon.config.read_text()

    def reload(self, text):
        """True if it was taken over."""
        self.daemon.config.write_text(text)
        before = self.reloads()
        self.daemon.process.send_signal(signal.SIGHUP)
        after = wait_until(lambda: self.reloads() if self.reloads() > before else None, 10,
                           "a reload", self.daemon.diagnostics)
        return after[0] > before[0]

    def reloads(self):
        text = self.daemon.errors_path.read_text(errors="replace")
        return (text.count("event=reloaded"), text.count("event=reload_refused"))


class Reload(ReloadTest):
    def knows_end_of(self, action):
        """A status between may be too short to be seen; the last one is not."""
        return any(a.action_id == action and a.data.get("to") == "Succeeded"
                   for a in self.receivers[1].accepted)

    def test_a_hundred_reloads_under_load_lose_and_double_nothing(self):
        self.daemon.start()
        half = 0
        for number in range(ROUNDS):
            self.sim.add([life("Isolate", "Succeeded", 400, number)])
            if number % 3 == 2:
                self.assertFalse(self.reload(self.text + "\n[[policy]]\nnane = 1\n"), number)
            else:
                changed = self.text.replace("300ms", f"{300 + number % 7}ms")
                self.assertTrue(self.reload(changed), number)
            if number == ROUNDS // 2:
                half = resident_kib(self.daemon.process.pid)

        self.assert_exact(self.sim, self.daemon, self.receivers, 60)

        for receiver in self.receivers:
            ids = [attempt.id for attempt in receiver.attempts]
            self.assertEqual(len(ids), len(set(ids)), "something was delivered twice")
        self.assertLess(resident_kib(self.daemon.process.pid), half + 2048)
        self.assertEqual(self.daemon.metrics()["mactiond_config_last_reload_successful"], 1)

    def test_a_broken_file_changes_nothing_and_says_everything_that_is_wrong(self):
        self.daemon.start()
        self.assertFalse(self.reload(self.text + '\n[[webhook]]\nname = "x"\nurll = "y"\n'))
        errors = self.daemon.errors_path.read_text()
        self.assertIn("urll", errors)
        self.assertIn("RELOADING=1", self.daemon.notify.messages)
        self.assertEqual(self.daemon.metrics()["mactiond_config_last_reload_successful"], 0)
        self.sim.add([life("Isolate", "Succeeded", 300, 1)])
        self.assert_exact(self.sim, self.daemon, self.receivers, 30)

    def test_keys_that_need_a_restart_are_refused_by_name(self):
        self.daemon.start()
        self.assertFalse(self.reload(self.text.replace('instance = "e2e"', 'instance = "other"')))
        self.assertIn("daemon.instance", self.daemon.errors_path.read_text())

    def test_a_region_and_a_webhook_come_and_go(self):
        self.daemon.start()
        self.sim.add([life("Isolate", "Succeeded", 300, 1)])
        self.assert_exact(self.sim, self.daemon, self.receivers, 30)
        seen = len(self.receivers[1].accepted)

        without = self.text[: self.text.rindex("[[webhook]]")]
        self.assertTrue(self.reload(without))
        self.sim.add([life("Isolate", "Succeeded", 300, 2)])
        self.assert_exact(self.sim, self.daemon, self.receivers[:1], 30)
        self.assertEqual(len(self.receivers[1].accepted), seen)
        self.assertEqual([w["name"] for w in self.daemon.status()["webhooks"]], ["events"])

        self.assertTrue(self.reload(self.text))
        third = self.sim.add([life("Isolate", "Succeeded", 300, 3)])[0]
        wait_until(lambda: self.knows_end_of(third), 30, "what came since", self.daemon.diagnostics)

    def test_a_removed_webhooks_backlog_waits_for_its_return(self):
        plain = self.receivers[1]
        plain.answer = lambda attempt, number: Answer(503)
        self.daemon.start()
        action = self.sim.add([life("Isolate", "Succeeded", 300, 1)])[0]
        wait_until(lambda: plain.attempts, 20, "a first attempt", self.daemon.diagnostics)
        self.assertTrue(self.reload(self.text[: self.text.rindex("[[webhook]]")]))
        plain.answer = lambda attempt, number: Answer(200)
        self.assertTrue(self.reload(self.text))
        wait_until(lambda: self.knows_end_of(action), 60, "the backlog", self.daemon.diagnostics)


class Renamed(ReloadTest):
    """The quota belongs to API, tenant and client, whatever name the region goes by."""

    NAMES = ("us", "uk", "au", "gb", "de", "fr", "jp")

    def setUp(self):
        E2eTest.setUp(self)
        self.sim = self.place.sim(per_minute=15, per_hour=1000)
        self.daemon = self.place.daemon(self.sim, [])
        self.text = self.daemon.config.read_text()
        self.daemon.start()
        self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}])

    def named(self, name):
        return self.text.replace('name = "eu"', f'name = "{name}"')

    def assert_within_quota_after(self, rename):
        for name in self.NAMES:
            # Long enough for all calls that a quota has at its beginning.
            pass_time(3)
            rename(self.named(name))
        wait_until(lambda: self.daemon.status()["regions"][0]["last_poll_age_s"] is not None, 60,
                   "a poll", self.daemon.diagnostics)
        self.assertEqual(self.sim.quota()["windows_over"], 0, self.sim.quota())

    def test_over_reloads(self):
        self.assert_within_quota_after(lambda text: self.assertTrue(self.reload(text)))

    def test_over_restarts(self):
        def restart(text):
            self.daemon.stop()
            self.daemon.config.write_text(text)
            self.daemon.start()

        self.assert_within_quota_after(restart)


if __name__ == "__main__":
    unittest.main()
