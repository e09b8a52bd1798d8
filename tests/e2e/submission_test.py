"""Each way of starting an action, and of waiting for its end, over real HTTPS."""

import json
import threading
import unittest

from harness import wait_until
from submission_case import MACHINE, REFUSED, SHA1, USAGE, SubmissionCase, machine_id


class Methods(SubmissionCase):
    """docs/methods.md names the tests of this class."""

    def run_verb(self, kind, *arguments, **shown):
        """Runs the verb until the action has ended; returns the action as the API has it."""
        end = self.ask(*arguments, "--comment", "as asked", "--wait=60s")
        self.assertEqual((end["state"], end["type"]), ("succeeded", kind), end)
        action, = self.started(end["id"])
        self.assertEqual(action["id"], end["action_id"])
        self.assertEqual((action["type"], action["machineId"], action["status"]),
                         (kind, MACHINE, "Succeeded"))
        self.assertEqual(action["requestorComment"], f"as asked [{end['id']}]")
        for member, value in shown.items():
            self.assertEqual(action[member], value, member)
        return action

    def setUp(self):
        super().setUp()
        self.sim.switch(speed=1000)

    def test_isolate_and_unisolate(self):
        self.run_verb("Isolate", "isolate", MACHINE)
        self.run_verb("Unisolate", "unisolate", MACHINE)
        self.run_verb("Isolate", "isolate", MACHINE, "--scope", "Selective")

    def test_restrict_and_unrestrict(self):
        self.run_verb("RestrictCodeExecution", "restrict", MACHINE)
        self.run_verb("UnrestrictCodeExecution", "unrestrict", MACHINE)

    def test_scan(self):
        self.run_verb("RunAntiVirusScan", "scan", MACHINE, "--scope", "Full")

    def test_offboard(self):
        self.ctl("offboard", MACHINE, "--comment", "x", expect=USAGE)
        self.assertEqual(self.actions(), [])
        self.run_verb("Offboard", "offboard", MACHINE, "--yes")

    def test_quarantine(self):
        action = self.run_verb("StopAndQuarantineFile", "quarantine", MACHINE, "--sha1", SHA1)
        self.assertEqual(action["relatedFileInfo"]["fileIdentifier"], SHA1)

    def test_collect(self):
        self.run_verb("CollectInvestigationPackage", "collect", MACHINE)

    def test_live_response(self):
        action = self.run_verb(
            "LiveResponse", "live-response", MACHINE, "--put", "tool.exe", "--run", "look.ps1",
            "--args", "-Deep", "--get", "C:\\log.txt")
        self.assertEqual([c["command"]["type"] for c in action["commands"]],
                         ["PutFile", "RunScript", "GetFile"])

    def test_of_an_alert(self):
        self.sim.call("POST", "machines", {"id": MACHINE, "computerDnsName": "pc1.contoso.com"})
        self.sim.call("POST", "alerts", {"id": "da1_2", "machineId": MACHINE})
        shown = self.ask("alert", "da1_2")
        self.assertEqual((shown["machine_id"], shown["computer"]), (MACHINE, "pc1.contoso.com"))
        end = self.ask("scan", "--alert", "da1_2", "--comment", "x", "--wait=60s")
        self.assertEqual(self.started(end["id"])[0]["machineId"], MACHINE)

    def test_of_a_machine_by_its_name(self):
        self.sim.switch(strict_machines=True)
        self.sim.call("POST", "machines", {"id": MACHINE, "computerDnsName": "pc1.contoso.com"})
        for name in ("pc1.contoso.com", "PC1.contoso.com", "pc1"):
            end = self.ask("scan", name, "--comment", "x", "--wait=60s")
            self.assertEqual(self.started(end["id"])[0]["machineId"], MACHINE, name)


class Waiting(SubmissionCase):
    def test_over_a_stop_and_a_kill_of_the_daemon(self):
        waiting = self.begin_ctl("--json", "isolate", MACHINE, "--comment", "x", "--wait=5m")
        try:
            action = wait_until(self.actions, 30, "the action", self.daemon.diagnostics)[0]
            self.daemon.stop()
            self.daemon.start()
            self.daemon.kill9()
            self.daemon.start()
            self.assertIsNone(waiting.poll(), "it gave up")
            self.sim.move(action["id"], "Succeeded")
            out, errors = waiting.communicate(timeout=90)
        finally:
            waiting.kill()
            waiting.wait()
        self.assertEqual(waiting.returncode, 0, errors)
        end = json.loads(out)
        self.assertEqual((end["state"], end["action_id"]), ("succeeded", action["id"]))
        self.assertEqual(len(self.actions()), 1)

    def test_its_exit_code_says_how_it_ended(self):
        for number, (status, code) in enumerate(
                [("Failed", 1), ("TimeOut", 1), ("Cancelled", 3), ("Succeeded", 0)]):
            machine = machine_id(number)
            waiting = self.begin_ctl("isolate", machine, "--comment", "x", "--wait=5m")
            try:
                action = wait_until(
                    lambda of=machine: [a for a in self.actions() if a["machineId"] == of], 30,
                    "the action", self.daemon.diagnostics)[0]
                self.sim.move(action["id"], status)
                _, errors = waiting.communicate(timeout=90)
            finally:
                waiting.kill()
                waiting.wait()
            self.assertEqual(waiting.returncode, code, f"{status}\n{errors}")

    def test_ends_when_its_time_is_up(self):
        code, out, errors = self.daemon.command(
            "--socket", self.daemon.socket_path, "isolate", MACHINE, "--comment", "x", "--wait=1s",
            program="mactionctl")
        self.assertEqual(code, 4, out + errors)


class AtOnce(SubmissionCase):
    QUOTA = {"per_minute": 100, "per_hour": 1500}

    def test_fifty_machines_within_the_quota(self):
        self.sim.switch(throttle_per_minute=100)
        listed = self.place.path / "machines.txt"
        listed.write_text("".join(machine_id(n) + "\n" for n in range(1, 51)))
        code, out, errors = self.daemon.command(
            "--socket", self.daemon.socket_path, "--json", "scan", "--machines", listed,
            "--comment", "x", program="mactionctl")
        self.assertEqual(code, 0, out + errors)
        ids = [json.loads(line)["submission"]["id"] for line in out.splitlines() if "sub_" in line]
        self.assertEqual(len(set(ids)), 50)
        wait_until(lambda: len(self.actions()) == 50, 120, "50 actions", self.daemon.diagnostics)
        self.assertEqual({a["machineId"] for a in self.actions()},
                         {machine_id(n) for n in range(1, 51)})
        self.assert_no_two_actions(ids)
        quota = self.sim.quota()
        self.assertLessEqual(quota["max_per_minute"], 100, quota)
        self.assertEqual(quota["throttled"], 0, quota)

    def test_two_equal_keys_at_the_same_moment(self):
        answers = []
        body = {"region": "eu", "machine": MACHINE, "type": "RunAntiVirusScan", "comment": "x"}

        def post():
            answers.append(
                self.request("POST", "/v1/submissions", body, {"Idempotency-Key": "one"})[:2])

        threads = [threading.Thread(target=post) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(status for status, _ in answers), [200] * 7 + [202], answers)
        self.assertEqual(len({answer["id"] for _, answer in answers}), 1)
        self.wait_state(answers[0][1]["id"], "submitted")
        self.assertEqual(len(self.actions()), 1)
        self.submit(expect=409, headers={"Idempotency-Key": "one"}, comment="another")
        self.assertEqual(len(self.actions()), 1)


class Doubt(SubmissionCase):
    def test_an_answer_lost_after_its_effect_is_found_in_the_list(self):
        self.sim.call("POST", "faults", {"fault": "closed", "operation": "create", "count": 1,
                                         "after": True})
        submission = self.submit()["id"]
        end = self.wait_state(submission, "submitted")
        self.assertEqual([a["id"] for a in self.started(submission)], [end["action_id"]])

    def test_a_kill_while_the_post_is_in_flight_sends_it_once(self):
        self.sim.call("POST", "faults", {"fault": "no_answer", "operation": "create", "count": 1,
                                         "after": True})
        submission = self.submit()["id"]
        wait_until(self.actions, 30, "its effect", self.daemon.diagnostics)
        self.daemon.kill9()
        self.daemon.start()
        self.wait_state(submission, "submitted")
        self.assertEqual(len(self.actions()), 1)

    def test_a_storm_of_429_is_waited_for(self):
        self.sim.call("POST", "faults", {"fault": "throttled", "operation": "create", "count": 2})
        submission = self.submit()["id"]
        self.wait_state(submission, "submitted", limit_s=120)
        self.assertEqual(len(self.actions()), 1)


class Blockers(SubmissionCase):
    def setUp(self):
        super().setUp()
        self.blocker, = self.sim.add([{"type": "RunAntiVirusScan", "machineId": MACHINE,
                                       "plan": [[0, "Pending"]]}])
        wait_until(lambda: self.blocker in str(self.daemon.log_lines()), 20, "the blocker's line",
                   self.daemon.diagnostics)

    def test_is_named(self):
        end = self.wait_state(self.submit()["id"], "refused")
        self.assertEqual((end["reason"], end["blocked_by"]), ("blocked", self.blocker))
        self.assertIn(self.blocker,
                      self.ctl("scan", MACHINE, "--comment", "x", "--wait=30s", expect=REFUSED))

    def test_is_waited_for(self):
        submission = self.submit(on_blocker="wait")["id"]
        self.wait_state(submission, "waiting")
        self.assertEqual(self.started(submission), [])
        self.sim.move(self.blocker, "Succeeded")
        self.wait_state(submission, "submitted")
        self.assertEqual(len(self.started(submission)), 1)

    def test_is_cancelled_first(self):
        submission = self.submit(on_blocker="cancel")["id"]
        self.wait_state(submission, "submitted")
        blocker, = [a for a in self.actions() if a["id"] == self.blocker]
        self.assertEqual(blocker["status"], "Cancelled")


class BadInput(SubmissionCase):
    def test_changes_nothing_and_says_what_to_do(self):
        self.sim.switch(strict_machines=True)
        same = [{"id": machine_id(n), "computerDnsName": "pc1.contoso.com"} for n in (1, 2, 3)]
        self.sim.call("POST", "machines", same)
        long = "x" * 2000
        for expect, members, words in [
                (404, {"machine": "nowhere.contoso.com"}, "nowhere.contoso.com"),
                (409, {"machine": "pc1.contoso.com"}, machine_id(2)),
                (422, {"type": "StopAndQuarantineFile", "sha1": "12ab"}, "sha1"),
                (422, {"comment": long}, "comment"),
                (422, {"comment": "two\nlines"}, "comment"),
                (422, {"comment": ""}, "comment"),
                (422, {"type": "LiveResponse", "commands": [
                    {"type": "GetFile", "params": [{"key": "Path", "value": "C:\\a"}]},
                    {"type": "RunScript", "params": [{"key": "ScriptName", "value": "a.ps1"}]}]},
                 "RunScript"),
                (422, {"colour": "red"}, "colour")]:
            with self.subTest(members):
                self.assertIn(words, json.dumps(self.submit(expect=expect, **members)))
        for arguments in [["quarantine", MACHINE, "--sha1", "12ab", "--comment", "x"],
                          ["scan", MACHINE, "--comment", long],
                          ["scan", MACHINE, "--comment", "two\nlines"],
                          ["scan", MACHINE],
                          ["scan", MACHINE, "--alert", "da1_2", "--comment", "x"]]:
            with self.subTest(arguments):
                self.ctl(*arguments, expect=USAGE)
        self.assertEqual(self.actions(), [])
        self.assertEqual(json.loads(self.ctl("--json", "submissions"))["submissions"], [])

    def test_an_unknown_id_is_refused_by_the_api(self):
        self.sim.switch(strict_machines=True)
        end = self.wait_state(self.submit()["id"], "refused")
        self.assertEqual(end["reason"], "machine_not_found")


class NotAllowed(SubmissionCase):
    TYPES = ["RunAntiVirusScan"]
    LIMIT = 2

    def test_a_type_that_is_not_named(self):
        self.assertIn("[submit]", json.dumps(self.submit(expect=403, type="Isolate")))
        self.assertEqual(self.actions(), [])

    def test_more_than_the_limit(self):
        for number in (1, 2):
            self.wait_state(self.submit(machine=machine_id(number))["id"], "submitted")
        status, answer, headers = self.request(
            "POST", "/v1/submissions", {"region": "eu", "machine": machine_id(3),
                                        "type": "RunAntiVirusScan", "comment": "x"})
        self.assertEqual(status, 429, answer)
        self.assertGreater(int(headers["Retry-After"]), 0)
        self.assertEqual(len(self.actions()), 2)

    def test_switched_off_by_a_reload(self):
        self.sim.add([{"type": "RunAntiVirusScan", "machineId": MACHINE, "plan": [[0, "Pending"]]}])
        waiting = self.submit(on_blocker="wait")["id"]
        self.wait_state(waiting, "waiting")
        text = self.daemon.config.read_text()
        self.daemon.config.write_text(text.replace("enabled = true", "enabled = false"))
        self.ctl("reload")
        self.assertEqual(self.wait_state(waiting, "refused")["reason"], "disabled")
        self.submit(expect=403)


class Told(SubmissionCase):
    def test_the_log_names_the_submission_and_who_asked(self):
        submission = self.submit(requested_by="playbook 7")["id"]
        end = self.wait_state(submission, "submitted")
        self.sim.move(end["action_id"], "Succeeded")
        self.wait_state(submission, "succeeded")
        lines = wait_until(
            lambda: [line for line in self.daemon.log_lines()
                     if line.get("submission_id") == submission][2:] and
                    [line for line in self.daemon.log_lines()
                     if line.get("submission_id") == submission], 20, "its lines",
            self.daemon.diagnostics)
        kinds = [line["type"] for line in lines]
        self.assertEqual(kinds.count("submission.submitted"), 1, kinds)
        self.assertGreaterEqual(kinds.count("action.transition"), 2, kinds)
        event, = [line for line in lines if line["type"] == "submission.submitted"]
        self.assertIn("uid", json.dumps(event["requested_by"]))

    def test_no_token_reaches_log_store_or_metrics(self):
        self.wait_state(self.submit()["id"], "submitted")
        shown = (self.daemon.errors_path.read_text() + self.daemon.log_path.read_text() +
                 repr(self.daemon.store_rows("submission")) + self.daemon.get("/metrics")[1])
        self.assertNotIn("Bearer", shown)
        self.assertNotIn("eyJ", shown)


if __name__ == "__main__":
    unittest.main()
