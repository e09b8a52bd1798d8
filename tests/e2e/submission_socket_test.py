"""Starting actions over the daemon's socket: orders, keys, and requests that wait for a change."""

import json
import threading
import time
import unittest

from harness import E2eTest, pass_time, wait_until

SUBMIT = """
[submit]
enabled = true
types = ["RunAntiVirusScan"]
"""
KEY = {"Idempotency-Key": "incident-1"}


def machine(number):
    return f"{number:040x}"


def scan(number=1, **more):
    return {"machine": machine(number), "type": "RunAntiVirusScan", "comment": "Incident 1"} | more


class SubmissionSocket(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()

    def start(self, extra=SUBMIT):
        daemon = self.place.daemon(self.sim, [], extra=extra)
        daemon.start()
        wait_until(lambda: daemon.status()["regions"][0]["state"] == "ok", 20, "the first poll",
                   daemon.diagnostics)
        return daemon

    @staticmethod
    def order(daemon, body, headers=None):
        status, text = daemon.get_operator_with("/v1/submissions", "POST", body, headers)
        return status, json.loads(text)

    @staticmethod
    def show(daemon, submission, wait=""):
        status, text = daemon.get_operator(f"/v1/submissions/{submission}{wait}")
        assert status == 200, text
        return json.loads(text)

    def await_state(self, daemon, submission, state):
        """By requests that wait; the states that they showed."""
        seen = []
        until = time.monotonic() + 60
        while time.monotonic() < until:
            shown = self.show(daemon, submission, "?wait=20s")
            seen.append(shown["state"])
            if shown["state"] == state:
                return shown
        self.fail(f"{submission} is not {state}: {seen}\n{daemon.diagnostics()}")

    def test_an_order_is_followed_to_the_end_of_its_action(self):
        daemon = self.start()
        status, made = self.order(daemon, scan(requested_by="a playbook"))
        self.assertEqual(status, 202, made)
        submitted = self.await_state(daemon, made["id"], "submitted")
        self.sim.move(submitted["action_id"], "Succeeded")
        ended = self.await_state(daemon, made["id"], "succeeded")
        self.assertEqual(ended["posts"], 1)
        self.assertEqual(ended["requested_by_note"], "a playbook")
        self.assertIn("uid", ended["requested_by"])
        _, text = daemon.get_operator("/v1/submissions?state=succeeded")
        self.assertEqual([one["id"] for one in json.loads(text)["submissions"]], [made["id"]])

    def test_one_key_at_the_same_moment_makes_one_submission(self):
        daemon = self.start()
        answers = []
        threads = [threading.Thread(
            target=lambda: answers.append(self.order(daemon, scan(), KEY))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(status for status, _ in answers), [200] * 7 + [202])
        self.assertEqual(len({one["id"] for _, one in answers}), 1)
        daemon.kill9()
        daemon.start()
        status, again = self.order(daemon, scan(), KEY)
        self.assertEqual((status, again["id"]), (200, answers[0][1]["id"]))
        self.assertEqual(self.order(daemon, scan(comment="another"), KEY)[0], 409)

    def test_a_daemon_that_stops_answers_those_who_wait(self):
        daemon = self.start()
        _, made = self.order(daemon, scan())
        self.await_state(daemon, made["id"], "submitted")
        answers = []
        waiting = [threading.Thread(
            target=lambda: answers.append(self.show(daemon, made["id"], "?wait=60s")))
            for _ in range(3)]
        for thread in waiting:
            thread.start()
        pass_time(0.5)
        begun = time.monotonic()
        daemon.stop()
        for thread in waiting:
            thread.join(10)
        self.assertEqual([one["state"] for one in answers], ["submitted"] * 3)
        self.assertLess(time.monotonic() - begun, 10)

    def test_a_reload_switches_it_off(self):
        daemon = self.start()
        self.assertEqual(daemon.status()["submitting"], "on")
        daemon.config.write_text(daemon.config_text(extra=SUBMIT.replace("true", "false")))
        self.assertEqual(daemon.get_operator_with("/v1/reload", "POST", {})[0], 200)
        status, problem = self.order(daemon, scan())
        self.assertEqual(status, 403, problem)
        self.assertIn("[submit] enabled is false", problem["detail"])
        self.assertEqual(daemon.status()["submitting"], "off")


if __name__ == "__main__":
    unittest.main()
