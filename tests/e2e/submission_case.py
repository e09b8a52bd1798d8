"""A daemon that may start actions, and what the simulator says that it started."""

import http.client
import json
import subprocess

from harness import CALL_LIMIT_S, TYPES, E2eTest, UnixConnection, wait_until

REFUSED, USAGE = 1, 64
MACHINE = "11e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5"
SHA1 = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9"


def machine_id(number):
    return f"{number:040x}"


class SubmissionCase(E2eTest):
    TYPES = TYPES
    LIMIT = 1000  # submissions an hour
    QUOTA = {}
    SUBMIT = ""

    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        types = json.dumps(self.TYPES)
        self.daemon = self.place.daemon(
            self.sim, [], quota=self.QUOTA,
            extra=f"[submit]\nenabled = true\ntypes = {types}\nmax_per_hour = {self.LIMIT}\n"
                  f"{self.SUBMIT}")
        self.start()

    def start(self):
        self.daemon.start()
        wait_until(lambda: self.daemon.status()["regions"][0]["state"] == "ok", 30, "a poll",
                   self.daemon.diagnostics)

    # mactionctl

    def ctl(self, *arguments, expect=0):
        """What it wrote to stdout, or, where an error is expected, to stderr."""
        code, out, errors = self.daemon.command(
            "--socket", self.daemon.socket_path, *arguments, program="mactionctl")
        self.assertEqual(code, expect, f"{arguments}\n{out}\n{errors}\n{self.daemon.diagnostics()}")
        return out if expect == 0 else errors

    def ask(self, *arguments, expect=0):
        """The JSON object that it wrote to stdout."""
        code, out, errors = self.daemon.command(
            "--socket", self.daemon.socket_path, "--json", *arguments, program="mactionctl")
        self.assertEqual(code, expect, f"{arguments}\n{out}\n{errors}\n{self.daemon.diagnostics()}")
        return json.loads(out)

    def begin_ctl(self, *arguments):
        """mactionctl in the background."""
        return subprocess.Popen(
            [self.place.binaries / "mactionctl", "--socket", self.daemon.socket_path, *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    # The operator's API

    def request(self, method, path, body=None, headers=None):
        """(status, the JSON object of the answer, its headers)."""
        connection = UnixConnection(self.daemon.socket_path)
        try:
            text = json.dumps(body) if body is not None else None
            kind = {"Content-Type": "application/json"} if text else {}
            connection.request(method, path, text, kind | (headers or {}))
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read()), dict(answer.getheaders())
        finally:
            connection.close()

    def submit(self, expect=202, headers=None, **members):
        body = {"region": "eu", "machine": MACHINE, "type": "RunAntiVirusScan",
                "comment": "test"} | members
        status, answer, _ = self.request("POST", "/v1/submissions", body, headers)
        self.assertEqual(status, expect, answer)
        return answer

    def state(self, submission):
        status, answer, _ = self.request("GET", f"/v1/submissions/{submission}")
        self.assertEqual(status, 200, answer)
        return answer

    def wait_state(self, submission, *states, limit_s=30):
        def reached():
            shown = self.state(submission)
            return shown if shown["state"] in states else None

        return wait_until(reached, limit_s, f"{submission} in {states}",
                          lambda: f"{self.state(submission)}\n{self.daemon.diagnostics()}")

    # The truth

    def actions(self):
        return self.sim.call("GET", "actions")["actions"]

    def started(self, submission):
        """The actions that carry the submission's tag."""
        return [a for a in self.actions() if f"[{submission}]" in (a["requestorComment"] or "")]

    def assert_no_two_actions(self, submissions):
        for submission in submissions:
            self.assertLessEqual(len(self.started(submission)), 1, submission)
