"""Every command of mactionctl against the real daemon."""

import json
import os
import signal
import sqlite3
import subprocess
import unittest

from harness import E2eTest, wait_until
from receiver import Answer

EX_REFUSED, EX_USAGE, EX_UNAVAILABLE, EX_IO = 1, 64, 69, 74


class Commands(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.receivers = [self.place.receiver("soc")]
        self.daemon = self.place.daemon(self.sim, self.receivers)
        self.start()

    def start(self):
        """Until the region was polled: before, its data may be old, which is said on stderr."""
        self.daemon.start()
        wait_until(lambda: self.region()["state"] == "ok", 30, "a poll", self.daemon.diagnostics)

    def region(self):
        return self.daemon.status()["regions"][0]

    def ctl(self, *arguments, expect=0):
        code, out, errors = self.daemon.command(
            "--socket", self.daemon.socket_path, *arguments, program="mactionctl")
        self.assertEqual(code, expect, out + errors)
        self.assertEqual(errors == "", expect == 0, errors)
        return out if expect == 0 else errors

    def ask(self, *arguments):
        return json.loads(self.ctl("--json", *arguments))

    def add(self, *specs):
        newest = self.daemon.status()["last_seq"]
        ids = self.sim.add([{"type": kind, "plan": [[0, status]]} for kind, status in specs])
        wait_until(lambda: self.daemon.status()["last_seq"] >= newest + len(specs), 20,
                   "the new actions", self.daemon.diagnostics)
        return ids

    def test_list_and_show(self):
        opened, done = self.add(("Isolate", "Pending"), ("RunAntiVirusScan", "Succeeded"))
        self.assertIn(opened, self.ctl("list"))
        self.assertNotIn(done, self.ctl("list"))
        self.assertIn(done, self.ctl("list", "--all"))
        self.assertIn(done, self.ctl("list", "--all", "--type", "runantivirusscan"))
        self.assertEqual(self.ctl("list", "--status", "InProgress"), "no actions\n")
        self.assertEqual([a["action"]["id"] for a in self.ask("list")["actions"]], [opened])
        self.assertIn("eu", self.ctl("list", "--region", "us", expect=EX_REFUSED))

        shown = self.ctl("show", done)
        self.assertIn("RunAntiVirusScan", shown)
        self.assertIn("new -> Succeeded", shown)
        self.assertEqual(len(self.ask("show", done)["events"]), 1)
        self.assertIn("no/such", self.ctl("show", "no/such", expect=EX_REFUSED))

    def test_an_unknown_word_is_refused_and_never_an_empty_list(self):
        for arguments, guess in [
                (["list", "--status", "Pendng"], "Pending"),
                (["list", "--status", "Failed,TimeOt"], "TimeOut"),
                (["list", "--all", "--type", "Isolate", "--type", "RunAVScan"], "RunAntiVirusScan"),
                (["list", "--region", "EU"], "eu"),
                (["show", "00000000", "--region", "EU"], "eu"),
                (["dlq", "list", "--webhook", "sco"], "soc"),
                (["dlq", "show", "sco", "1"], "soc"),
                (["dlq", "replay", "sco"], "soc"),
                (["dlq", "purge", "sco"], "soc"),
                (["webhook", "test", "sco"], "soc"),
                (["webhook", "pause", "sco"], "soc"),
                (["webhook", "resume", "sco"], "soc")]:
            with self.subTest(arguments):
                self.assertIn(f"did you mean {guess}?", self.ctl(*arguments, expect=EX_REFUSED))
        self.assertIn("empty", self.ctl("list", "--type", "", expect=EX_REFUSED))
        self.ctl("list", "--open", "--status", "Failed", expect=EX_REFUSED)

    def test_list_takes_several_words_and_finds_ends_by_their_status(self):
        opened, failed, late, scan = self.add(
            ("Isolate", "Pending"), ("Isolate", "Failed"), ("Unisolate", "TimeOut"),
            ("RunAntiVirusScan", "Succeeded"))

        def listed(*arguments):
            return {item["action"]["id"] for item in self.ask("list", *arguments)["actions"]}

        self.assertEqual(listed("--status", "Failed,TimeOut"), {failed, late})
        self.assertEqual(listed("--status", "failed", "--status", "Pending"), {failed, opened})
        self.assertEqual(listed("--all", "--type", "unisolate, Run Anti Virus Scan"), {late, scan})
        self.assertEqual(listed("--all", "--region", "eu,eu", "--type", "Isolate"),
                         {opened, failed})
        self.assertEqual(listed("--status", "Pending"), {opened})

    def test_an_id_may_be_cut_short_in_any_case_and_in_braces(self):
        action = self.add(("RunAntiVirusScan", "Succeeded"))[0]
        for typed in (action[:4], action[:13].upper(), "{" + action.upper() + "}"):
            self.assertEqual(self.ask("show", typed)["action"]["id"], action, typed)
        self.assertIn("at least 4", self.ctl("show", action[:3], expect=EX_REFUSED))
        self.assertIn("at least 8", self.ctl("cancel", action[:7], "--comment", "x",
                                             expect=EX_REFUSED))
        self.assertIn("not open", self.ctl("cancel", action[:8], "--comment", "x",
                                           expect=EX_REFUSED))

    def test_the_socket_is_named_by_a_variable(self):
        for variable, expected in ((self.daemon.socket_path, 0), ("/no/such.sock", 69)):
            code, out, errors = self.daemon.command(
                "status", program="mactionctl", environment={"MACTIONCTL_SOCKET": variable})
            self.assertEqual(code, expected, out + errors)
        code, _, errors = self.daemon.command(
            "--socket", self.daemon.socket_path, "status", program="mactionctl",
            environment={"MACTIONCTL_SOCKET": "/no/such.sock"})
        self.assertEqual(code, 0, errors)

    def test_list_shows_as_many_as_asked_for_over_pages(self):
        self.add(*[("Isolate", "Pending")] * 1010)
        listed = self.ctl("--json", "list", "--limit", "1001")
        self.assertEqual(len(json.loads(listed)["actions"]), 1001)
        self.assertIsNotNone(json.loads(listed)["next"])

    def test_an_answer_that_cannot_be_written_is_reported(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [self.place.binaries / "mactionctl", "--socket", self.daemon.socket_path, "status"],
                stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual(done.returncode, EX_IO)
        self.assertIn("No space left", done.stderr)

    def test_watch_follows_live_and_over_a_restart(self):
        self.add(("Isolate", "Succeeded"))
        watching = subprocess.Popen(
            [self.place.binaries / "mactionctl", "--socket", self.daemon.socket_path, "--json",
             "watch", "--after", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"PATH": os.environ["PATH"]})
        self.addCleanup(watching.stderr.close)
        self.addCleanup(watching.stdout.close)
        self.addCleanup(watching.wait)
        self.addCleanup(watching.kill)
        self.assertEqual(json.loads(watching.stdout.readline())["seq"], 1)
        self.add(("Isolate", "Succeeded"))
        self.assertEqual(json.loads(watching.stdout.readline())["seq"], 2)
        self.daemon.kill9()
        self.assertIn(b"trying again", watching.stderr.readline())
        self.sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        self.start()
        self.assertRegex(watching.stderr.readline().decode(), r"back after \d+ attempts.*event 2$")
        self.assertEqual(json.loads(watching.stdout.readline())["seq"], 3)
        self.assertIsNone(watching.poll())

    def test_watch_needs_a_daemon_at_first(self):
        self.daemon.stop()
        self.assertIn("is mactiond running?", self.ctl("watch", expect=EX_UNAVAILABLE))

    def test_watch_refuses_what_is_beyond(self):
        self.assertIn("beyond", self.ctl("watch", "--after", "99", expect=EX_REFUSED))

    def test_cancel_takes_the_path_of_a_policy(self):
        action = self.add(("RunAntiVirusScan", "Pending"))[0]

        def accepted():
            code, _, errors = self.daemon.command(
                "--socket", self.daemon.socket_path, "cancel", action, "--comment", "not needed",
                program="mactionctl")
            self.assertIn(code, (0, EX_REFUSED), errors)
            return code == 0

        wait_until(accepted, 30, "the guards let it through", self.daemon.diagnostics)
        wait_until(lambda: self.ask("show", action)["action"]["status"] == "Cancelled", 30,
                   "the cancel", self.daemon.diagnostics)
        wait_until(lambda: self.ask("show", action)["decisions"][0]["state"] == "confirmed", 30,
                   "its end", self.daemon.diagnostics)
        self.assertIn("confirmed", self.ctl("show", action))
        self.ctl("cancel", "no-such", "--comment", "x", expect=EX_REFUSED)
        self.assertIn("there is no region", self.ctl("cancel", action, "--comment", "x", "--region",
                                                     "nowhere", expect=EX_REFUSED))
        self.ctl("cancel", action, "--comment", "again", expect=EX_REFUSED)

    def test_policy_suspend_survives_a_restart(self):
        self.assertIn("suspended", self.ctl("policy", "suspend"))
        self.assertEqual(self.ask("status")["cancelling"], "suspended")
        self.daemon.kill9()
        self.start()
        self.assertEqual(self.ask("status")["cancelling"], "suspended")
        self.ctl("policy", "resume")
        self.assertNotEqual(self.ask("status")["cancelling"], "suspended")

    def test_policy_explain_takes_a_file_that_is_not_loaded(self):
        action = self.add(("RunAntiVirusScan", "Pending"))[0]
        self.assertIn(action, self.ctl("policy", "explain"))
        other = self.daemon.directory / "other.toml"
        other.write_text(self.daemon.config_text() + (
            '[[policy]]\nname = "scans"\naction = "notify"\nstale_after = "6h"\n'
            '[policy.match]\ntype = ["RunAntiVirusScan"]\n'))
        plan = self.ask("policy", "explain", "--config", str(other))["regions"][0]["actions"][0]
        self.assertEqual((plan["action_id"], plan["policy"], plan["verdict"]),
                         (action, "scans", "wait"))
        self.assertIn("scans", self.ctl("policy", "explain", "--config", str(other)))
        other.write_text("[daemon]\ninstanc = 1\n")
        self.assertIn(f"{other}:2:", self.ctl("policy", "explain", "--config", str(other),
                                              expect=EX_REFUSED))
        for path in ("/no/such.toml", str(self.daemon.directory), "/dev/zero"):
            self.assertIn(path, self.ctl("policy", "explain", "--config", path, expect=EX_USAGE))

    def test_policy_explain_takes_a_file_as_large_as_one_may_be(self):
        action = self.add(("RunAntiVirusScan", "Pending"))[0]
        policy = ('[[policy]]\nname = "scans-{}"\naction = "cancel"\nstale_after = "6h"\n'
                  '# ' + 'x' * 600 + '\n[policy.match]\ntype = ["{}"]\n')
        other = self.daemon.directory / "other.toml"
        types = ["Isolate"] * 255 + ["RunAntiVirusScan"]
        text = self.daemon.config_text() + "".join(
            policy.format(i, name) for i, name in enumerate(types))
        other.write_text(text)
        plan = self.ask("policy", "explain", "--config", str(other))["regions"][0]["actions"][0]
        self.assertEqual((plan["action_id"], plan["policy"]), (action, "scans-255"))
        other.write_text(text + policy.format(256, "Isolate"))
        line = text.count("\n") + 1
        self.assertIn(f"{other}:{line}:1: ", self.ctl("policy", "explain", "--config", str(other),
                                                     expect=EX_REFUSED))

    def test_webhooks_and_dead_letters(self):
        self.assertEqual(self.ask("webhook", "list")["webhooks"][0]["name"], "soc")
        self.assertIn("soc", self.ctl("webhook", "list"))
        self.assertEqual(self.ctl("dlq", "list"), "no dead letters\n")
        self.assertEqual(self.ask("dlq", "list")["dead_letters"], [])
        self.assertIn("soc", self.ctl("dlq", "show", "soc", "1", expect=EX_REFUSED))

    def test_a_webhook_pauses_and_resumes(self):
        self.ctl("webhook", "pause", "soc")
        self.assertEqual(self.ask("webhook", "list")["webhooks"][0]["state"], "paused")
        self.daemon.kill9()
        self.start()
        self.add(("Isolate", "Succeeded"))
        self.assertEqual(self.receivers[0].attempts, [])
        self.ctl("webhook", "resume", "soc")
        wait_until(lambda: self.receivers[0].accepted, 20, "the delivery",
                   self.daemon.diagnostics)
        self.assertIn("nosuch", self.ctl("webhook", "pause", "nosuch", expect=EX_REFUSED))

    def test_a_webhook_is_tested_past_its_queue_and_state(self):
        receiver = self.receivers[0]
        self.assertRegex(self.ctl("webhook", "test", "soc"),
                         r"^soc took the test event: 200 \(\d+ ms\)\n$")
        self.assertEqual([a.type for a in receiver.attempts], ["webhook.test"])
        self.assertEqual(receiver.problems(), [], "signed and shaped as every other")
        self.assertNotIn("sequence", receiver.attempts[0].event)
        self.ctl("webhook", "pause", "soc")
        self.add(("Isolate", "Succeeded"))
        before = self.ask("webhook", "list")
        for status in (200, 410, 503):
            receiver.answer = lambda attempt, number, status=status: Answer(status)
            refused = status != 200
            text = self.ctl("webhook", "test", "soc", expect=EX_REFUSED if refused else 0)
            self.assertIn(str(status), text)
        self.assertEqual(self.ask("webhook", "list"), before, "nothing follows from a test")
        self.assertEqual([a.type for a in receiver.attempts], ["webhook.test"] * 4)
        self.assertEqual(len({a.id for a in receiver.attempts}), 4)
        self.assertNotIn("webhook.test", {line["type"] for line in self.daemon.log_lines()})
        self.assertIn("nosuch", self.ctl("webhook", "test", "nosuch", expect=EX_REFUSED))

    def test_one_test_at_a_time_is_waited_for_as_long_as_the_webhook_waits(self):
        receiver = self.receivers[0]
        text = self.daemon.config.read_text()
        self.daemon.config.write_text(text.replace('timeout = "5s"', 'timeout = "60s"'))
        self.ctl("reload")
        receiver.answer = lambda attempt, number: Answer(stall_s=12.0)
        waiting = subprocess.Popen(
            [self.place.binaries / "mactionctl", "--socket", self.daemon.socket_path, "--json",
             "webhook", "test", "soc"], stdout=subprocess.PIPE)
        self.addCleanup(waiting.stdout.close)
        self.addCleanup(waiting.kill)
        wait_until(lambda: receiver.attempts, 20, "the test", self.daemon.diagnostics)
        self.assertIn("in progress", self.ctl("webhook", "test", "soc", expect=EX_REFUSED))
        self.assertEqual(waiting.wait(timeout=60), 0)
        answer = json.loads(waiting.stdout.read())
        self.assertEqual((answer["delivered"], answer["status"]), (True, 200))
        self.assertGreater(answer["took_ms"], 10_000)
        receiver.answer = lambda attempt, number: Answer(stall_s=60.0)
        late = subprocess.Popen(
            [self.place.binaries / "mactionctl", "--socket", self.daemon.socket_path, "webhook",
             "test", "soc"], stderr=subprocess.PIPE)
        self.addCleanup(late.stderr.close)
        self.addCleanup(late.kill)
        wait_until(lambda: len(receiver.attempts) == 2, 20, "the second", self.daemon.diagnostics)
        self.daemon.stop()
        self.assertIn(late.wait(timeout=30), (EX_REFUSED, EX_UNAVAILABLE))

    def test_dead_letters_are_replayed_and_purged(self):
        self.ctl("webhook", "pause", "soc")
        self.add(*[("Isolate", "Succeeded")] * 3)
        self.daemon.stop()
        # What days of failures would make of the queue.
        store = sqlite3.connect(self.daemon.state / "store.db")
        store.execute("INSERT INTO dead_letter (webhook, seq, attempts, reason, died) "
                      "SELECT webhook, seq, 10, 'server_error 500', queued FROM delivery")
        store.execute("DELETE FROM delivery")
        store.commit()
        store.close()
        self.start()
        seqs = [letter["seq"] for letter in self.ask("dlq", "list")["dead_letters"]]
        self.assertEqual(len(seqs), 3)
        self.assertEqual(self.ask("dlq", "show", "soc", str(seqs[0]))["event"]["seq"], seqs[0])
        self.assertEqual(self.ctl("dlq", "purge", "soc", str(seqs[0])), "1 purged\n")
        self.assertEqual(self.ctl("dlq", "replay", "soc", "--until", "2020-01-01T00:00:00Z"),
                         "0 queued again\n")
        self.ctl("dlq", "replay", "soc", "999", expect=EX_REFUSED)
        self.ctl("dlq", "replay", "soc", "--from", "noon", expect=EX_REFUSED)
        # Named twice, it is meant once.
        self.assertEqual(self.ctl("dlq", "replay", "soc", str(seqs[1]), str(seqs[1])),
                         "1 queued again\n")
        self.assertEqual(self.ctl("dlq", "replay", "soc"), "1 queued again\n")
        self.assertEqual(self.ctl("dlq", "list"), "no dead letters\n")
        self.ctl("webhook", "resume", "soc")
        wait_until(lambda: len(self.receivers[0].accepted) >= 2, 20, "both delivered",
                   self.daemon.diagnostics)

    def test_region_retry_counts_a_granted_role_at_once(self):
        self.sim.call("POST", "credentials", {"roles": ["Machine.Isolate"]})
        self.sim.call("POST", "revoke")
        wait_until(lambda: self.region()["state"] == "degraded", 20, "no role",
                   self.daemon.diagnostics)
        self.sim.call("POST", "credentials", {"roles": ["Machine.ReadWrite.All"]})
        self.assertEqual(self.ctl("region", "retry", "eu"),
                         "eu: a new token is fetched, it is polled now\n")
        wait_until(lambda: self.region()["state"] == "ok", 20, "the role", self.daemon.diagnostics)
        self.assertEqual(self.ask("region", "retry", "eu")["region"], "eu")
        self.assertIn("us", self.ctl("region", "retry", "us", expect=EX_REFUSED))

    def test_old_data_is_said_on_stderr(self):
        opened, = self.add(("Isolate", "Pending"))
        self.sim.faults("forbidden")
        wait_until(lambda: self.region()["state"] == "degraded", 20, "the fault")
        self.assertIn("permission 403", self.region()["reason"])
        self.assertGreaterEqual(self.region()["next_try_s"], 0)
        for command in (["list"], ["--json", "list"], ["show", opened], ["policy", "explain"]):
            code, out, errors = self.daemon.command(
                "--socket", self.daemon.socket_path, *command, program="mactionctl")
            self.assertEqual(code, 0)
            self.assertIn(opened if command[0] != "policy" else "cancelling", out)
            self.assertRegex(
                errors, r"^eu: last polled \d+[smh] ago \(permission 403\): this may be old\n$")
        self.sim.no_faults()
        self.ctl("region", "retry", "eu")
        wait_until(lambda: self.region()["state"] == "ok", 20, "recovery")
        self.ctl("list")

    def test_status_shows_the_next_try_and_the_oldest_open_action(self):
        self.sim.add([{"type": "Isolate", "age_ms": 7_260_000, "plan": [[0, "Pending"]]}])
        wait_until(lambda: self.region()["open_actions"] == 1, 20, "the action")
        self.assertAlmostEqual(self.region()["oldest_open_s"], 7260, delta=60)
        self.assertIsNone(self.region()["reason"])
        shown = self.ctl("status")
        self.assertRegex(shown, "REGION +STATE +OPEN +OLDEST +POLLED +NEXT TRY")
        self.assertIn("2h 1m", shown)

    def test_reload_reports_every_error(self):
        self.assertEqual(self.ctl("reload"), "reloaded\n")
        text = self.daemon.config.read_text()
        self.daemon.config.write_text(text.replace("min_interval", "min_intervall"))
        self.assertRegex(self.ctl("reload", expect=EX_REFUSED), r"\.toml:\d+:\d+: ")
        self.assertEqual(self.daemon.status()["instance"], "e2e")

    def test_reopen(self):
        self.assertEqual(self.ctl("reopen"), "reopened\n")
        self.assertEqual(self.ask("reopen"), {"reopened": True})

    def test_a_stopped_daemon_is_distinguished_from_a_missing_one(self):
        os.kill(self.daemon.process.pid, signal.SIGSTOP)
        self.assertIn("does not answer", self.ctl("status", expect=EX_UNAVAILABLE))
        os.kill(self.daemon.process.pid, signal.SIGCONT)
        self.daemon.stop()
        self.assertIn("is mactiond running?", self.ctl("list", expect=EX_UNAVAILABLE))

    def test_unknown_commands_get_a_hint(self):
        self.assertIn('did you mean "status"', self.ctl("statsu", expect=EX_USAGE))
        self.assertIn('did you mean "replay"', self.ctl("dlq", "repaly", expect=EX_USAGE))

    def test_unknown_options_get_a_hint_and_their_values_are_no_commands(self):
        for arguments, hint in [
                (["--sokcet", "/run/x.sock", "status"], '"--sokcet" is no option of mactionctl: '
                                                        'did you mean "--socket"'),
                (["--sokcet=/run/x.sock", "status"], 'did you mean "--socket"'),
                (["list", "--opne"], '"--opne" is no option of mactionctl list: '
                                     'did you mean "--open"'),
                (["list", "--limit", "3", "--jsno"], 'did you mean "--json"'),
                (["cancel", "abcd", "--comment", "statsu", "--commnet", "x"],
                 'did you mean "--comment"'),
                (["dlq", "purge", "soc", "--form", "1h"], 'did you mean "--from"')]:
            with self.subTest(arguments):
                self.assertIn(hint, self.ctl(*arguments, expect=EX_USAGE))


if __name__ == "__main__":
    unittest.main()
