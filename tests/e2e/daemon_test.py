"""The daemon as an operator meets it: command line, exit codes, signals, sockets."""

import json
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import unittest
from pathlib import Path

from harness import CLIENT_SECRET, STOP_LIMIT_S, E2eTest, wait_until
from receiver import Answer

EX_USAGE, EX_UNAVAILABLE, EX_CANTCREAT, EX_IOERR, EX_CONFIG = 64, 69, 73, 74, 78


class CommandLine(E2eTest):
    def setUp(self):
        super().setUp()
        self.receivers = [self.place.receiver("events")]
        self.daemon = self.place.daemon(None, self.receivers, api="https://127.0.0.1:1")

    def test_version_and_help(self):
        for program in ("mactiond", "mactionctl"):
            code, out, _ = self.daemon.command("--version", program=program)
            self.assertEqual(code, 0)
            self.assertRegex(out, r"\d+\.\d+\.\d+")
            code, out, _ = self.daemon.command("--help", program=program)
            self.assertEqual(code, 0)
            self.assertIn(program, out)

    def test_bad_usage_is_64(self):
        for arguments in (["--no-such-option"], ["--config"], ["word"]):
            with self.subTest(arguments):
                code, out, errors = self.daemon.command(*arguments)
                self.assertEqual((code, out), (EX_USAGE, ""))
                self.assertNotEqual(errors, "")
        code, _, _ = self.daemon.command("no-such-command", program="mactionctl")
        self.assertEqual(code, EX_USAGE)

    def test_check_config_accepts_a_good_file(self):
        code, _, errors = self.daemon.command("--config", self.daemon.config, "--check-config")
        self.assertEqual(code, 0, errors)
        self.assertEqual(list(self.daemon.state.iterdir()), [], "state was touched")

    def test_check_config_reports_every_error_with_its_place(self):
        text = self.daemon.config.read_text()
        text = text.replace("state_dir =", "state_dri =")
        text = text.replace("per_minute = 100", "per_minute = 0")
        text = text.replace(f"file:{self.daemon.secret_file}", "file:/no/such/file")
        broken = self.daemon.directory / "broken.toml"
        broken.write_text(text)

        code, out, errors = self.daemon.command("--config", broken, "--check-config")

        self.assertEqual(code, EX_CONFIG)
        report = out + errors
        places = re.findall(rf"^{re.escape(str(broken))}:(\d+):(\d+): (.+)$", report, re.M)
        lines = text.splitlines()
        wrong = [i for i, line in enumerate(lines, 1)
                 if "state_dri" in line or "per_minute = 0" in line or "/no/such/file" in line]
        self.assertEqual(len(wrong), 3)
        self.assertLessEqual(set(wrong), {int(line) for line, _, _ in places}, report)
        self.assertIn("state_dir", report.replace("state_dri", ""), "no hint")
        code, _, _ = self.daemon.command("--config", broken)
        self.assertEqual(code, EX_CONFIG)

    def test_missing_configuration_is_78(self):
        code, _, errors = self.daemon.command("--config", "/no/such/file.toml", "--check-config")
        self.assertEqual(code, EX_CONFIG)
        self.assertIn("/no/such/file.toml", errors)

    def test_print_config_hides_secrets(self):
        code, out, errors = self.daemon.command("--config", self.daemon.config, "--print-config")
        self.assertEqual(code, 0, errors)
        self.assertIn("***", out)
        self.assertIn('instance = "e2e"', re.sub(r" += +", " = ", out))
        for secret in (CLIENT_SECRET, self.receivers[0].secret):
            self.assertNotIn(secret, out + errors)

    def test_print_config_reports_that_it_could_not_be_written(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [self.place.binaries / "mactiond", "--config", self.daemon.config,
                 "--print-config"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
        self.assertEqual(done.returncode, EX_IOERR)
        self.assertIn("No space left", done.stderr)

    def test_unusable_paths_are_73_or_74(self):
        for key, value in (("state_dir", "/proc/no/such"), ("path", "/proc/no/such.jsonl")):
            with self.subTest(key):
                text = re.sub(rf'^{key} = .*$', f'{key} = "{value}"',
                              self.daemon.config.read_text(), flags=re.M)
                broken = self.daemon.directory / "path.toml"
                broken.write_text(text)
                code, _, errors = self.daemon.command("--config", broken)
                self.assertIn(code, (EX_CANTCREAT, EX_IOERR), errors)
                self.assertIn(value, errors)

    def test_ctl_without_daemon_is_69(self):
        code, out, errors = self.daemon.command(
            "--socket", "/no/such.sock", "status", program="mactionctl")
        self.assertEqual((code, out), (EX_UNAVAILABLE, ""))
        self.assertIn("/no/such.sock", errors)


class Running(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.receivers = [self.place.receiver("events")]
        self.daemon = self.place.daemon(self.sim, self.receivers)

    def stops_cleanly(self):
        code, seconds = self.daemon.stop()
        self.assertEqual(code, 0, self.daemon.diagnostics())
        self.assertLess(seconds, STOP_LIMIT_S)
        self.assertTrue(self.daemon.notify.has("STOPPING=1"))
        self.assertFalse(self.daemon.socket_path.exists())

    def test_second_daemon_on_the_same_store_is_69(self):
        self.daemon.start()
        text = self.daemon.config.read_text()
        text = text.replace(str(self.daemon.socket_path), str(self.daemon.directory / "2.sock"))
        text = re.sub(r"^listen = .*$", 'listen = ""', text, flags=re.M)
        second = self.daemon.directory / "second.toml"
        second.write_text(text)
        code, _, errors = self.daemon.command("--config", second)
        self.assertEqual(code, EX_UNAVAILABLE, errors)
        self.assertEqual(self.daemon.get("/livez")[0], 200)
        self.stops_cleanly()

    def test_taken_sockets_are_69(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            text = re.sub(r"^listen = .*$", f'listen = "127.0.0.1:{taken.getsockname()[1]}"',
                          self.daemon.config.read_text(), flags=re.M)
            self.daemon.config.write_text(text)
            code, _, errors = self.daemon.command("--config", self.daemon.config)
            self.assertEqual(code, EX_UNAVAILABLE, errors)

    def test_notifies_systemd_and_answers_probes(self):
        self.daemon.start()
        wait_until(lambda: self.daemon.get("/readyz")[0] == 200, 20, "/readyz",
                   self.daemon.diagnostics)
        self.assertEqual(self.daemon.get("/livez")[0], 200)
        self.assertEqual(self.daemon.get("/no/such/page")[0], 404)
        self.assertTrue(any(m.startswith("STATUS=") for m in self.daemon.notify.messages))
        self.stops_cleanly()

    def test_metrics_have_the_contract_names(self):
        self.sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        self.daemon.start()
        wait_until(lambda: self.receivers[0].accepted, 20, "a delivery", self.daemon.diagnostics)
        wait_until(lambda: self.daemon.metric_sum(
            "mactiond_webhook_deliveries_total", webhook="events") >= 1, 10, "delivery counted")
        families = {re.split(r"[{ ]", key)[0] for key in self.daemon.metrics()}
        for name in ("build_info", "actions", "transitions_total", "detection_lag_seconds_count",
                     "api_requests_total", "api_throttled_seconds_total", "quota_used",
                     "quota_limit", "last_successful_poll_timestamp_seconds",
                     "token_expiry_timestamp_seconds", "cancels_total",
                     "webhook_deliveries_total",
                     "webhook_queue", "webhook_oldest_seconds", "dead_letters",
                     "clock_skew_seconds", "store_commit_seconds_count",
                     "loop_lag_seconds_count", "config_last_reload_successful"):
            self.assertIn("mactiond_" + name, families)
        self.assertEqual(self.daemon.metric_sum(
            "mactiond_transitions_total", region="eu", to="Succeeded"), 1)
        self.stops_cleanly()

    def test_status_over_the_socket_and_by_mactionctl(self):
        self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}])
        self.daemon.start()
        wait_until(lambda: self.daemon.status()["regions"][0]["open_actions"] == 1, 20,
                   "the open action", self.daemon.diagnostics)
        mode = stat.S_IMODE(self.daemon.socket_path.stat().st_mode)
        self.assertEqual(mode, 0o660)

        code, out, errors = self.daemon.command(
            "--socket", self.daemon.socket_path, "--json", "status", program="mactionctl")
        self.assertEqual(code, 0, errors)
        status = json.loads(out)
        self.assertLessEqual(
            {"version", "instance", "uptime_s", "regions", "webhooks", "cancelling", "last_seq"},
            set(status))
        region = status["regions"][0]
        self.assertEqual((region["name"], region["state"], region["open_actions"]),
                         ("eu", "ok", 1))
        self.assertLessEqual({"minute_used", "minute_limit", "hour_used", "hour_limit"},
                             set(region["quota"]))
        self.assertEqual(status["webhooks"][0]["name"], "events")
        self.assertEqual(status["instance"], "e2e")

        code, out, _ = self.daemon.command(
            "--socket", self.daemon.socket_path, "status", program="mactionctl")
        self.assertEqual(code, 0)
        self.assertIn("eu", out)
        self.assertIn("events", out)
        self.stops_cleanly()

    def test_operator_socket_speaks_problem_json(self):
        self.daemon.start()
        code, body = self.daemon.get_operator("/v1/no-such-thing")
        self.assertEqual((code, json.loads(body)["status"]), (404, 404))
        code, body = self.daemon.get_operator("/v1/status", method="DELETE")
        self.assertEqual((code, json.loads(body)["status"]), (405, 405))
        self.stops_cleanly()

    def test_sighup_does_not_end_it(self):
        self.daemon.start()
        self.daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "event=reloaded" in self.daemon.errors_path.read_text(), 10,
                   "a word about it", self.daemon.diagnostics)
        self.assertEqual(self.daemon.stop()[0], 0)

    def start_and_signal(self, number):
        """Starts the daemon and sends the signal as soon as it holds signals back."""
        process = self.daemon.start(wait=False).process

        def holds():
            status = Path(f"/proc/{process.pid}/status").read_text()
            held = int(re.search(r"^SigBlk:\s+([0-9a-f]+)", status, re.M)[1], 16)
            return process.poll() is not None or held & 1 << (number - 1)

        wait_until(holds, 20, "the signal held back", self.daemon.diagnostics, every_s=0.0001)
        process.send_signal(number)

    def test_a_signal_before_the_handlers_does_not_end_it(self):
        for number in (signal.SIGHUP, signal.SIGUSR1):
            with self.subTest(number):
                self.start_and_signal(number)
                self.daemon.wait_ready()
                self.stops_cleanly()
        self.start_and_signal(signal.SIGTERM)
        self.assertEqual(self.daemon.process.wait(timeout=20), 0, self.daemon.diagnostics())

    def test_stops_in_time_while_the_api_hangs(self):
        self.daemon.start()
        wait_until(lambda: "ok, polled" in self.daemon.get("/readyz")[1], 20, "a poll")
        self.sim.faults("no_answer")
        self.daemon.wait_for_hanging_call()
        self.stops_cleanly()

    def test_stops_in_time_while_a_receiver_hangs_and_delivers_after_restart(self):
        receiver = self.receivers[0]
        receiver.answer = lambda attempt, number: Answer(stall_s=30)
        self.sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        self.daemon.config.write_text(
            self.daemon.config_text(webhook_timeout="25s"))
        self.daemon.start()
        wait_until(lambda: receiver.attempts, 20, "a hanging delivery", self.daemon.diagnostics)
        self.stops_cleanly()

        receiver.answer = lambda attempt, number: Answer()
        self.daemon.start()
        wait_until(lambda: receiver.accepted, 20, "delivery after restart",
                   self.daemon.diagnostics)
        self.assertEqual({a.id for a in receiver.attempts}, {self.daemon.log_lines()[0]["id"]})
        self.stops_cleanly()

    def seqs_of_log(self):
        return [line["seq"] for line in self.daemon.log_lines()]

    def test_events_wait_while_the_log_directory_is_gone(self):
        directory = self.daemon.directory / "log"
        directory.mkdir()
        self.daemon.log_path = directory / "transitions.jsonl"
        self.daemon.config.write_text(self.daemon.config_text())
        self.daemon.start()
        self.sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        wait_until(lambda: self.seqs_of_log() == [1], 20, "event 1", self.daemon.diagnostics)

        shutil.rmtree(directory)
        self.sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}] * 2)
        wait_until(lambda: self.daemon.status()["last_seq"] == 3, 20, "events 2 and 3",
                   self.daemon.diagnostics)
        directory.mkdir()

        wait_until(lambda: self.seqs_of_log() == [2, 3], 30, "both in the new log",
                   self.daemon.diagnostics)
        self.stops_cleanly()

    def test_a_file_size_limit_ends_it_like_a_full_disk(self):
        self.daemon.start()
        no_limit = resource.RLIM_INFINITY
        resource.prlimit(self.daemon.process.pid, resource.RLIMIT_FSIZE, (1, no_limit))
        self.sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        wait_until(lambda: self.daemon.process.poll() is not None, 20, "its end",
                   self.daemon.diagnostics)
        self.assertEqual(self.daemon.process.poll(), EX_IOERR, self.daemon.diagnostics())

        self.daemon.start()
        wait_until(lambda: self.seqs_of_log() == [1], 20, "event 1", self.daemon.diagnostics)
        self.stops_cleanly()


if __name__ == "__main__":
    unittest.main()
