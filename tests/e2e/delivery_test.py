"""Receivers that misbehave in every way: nothing is lost, nothing is early, order per action is
kept and ids stay the same, also when the daemon is killed in the middle."""

import email.utils
import shutil
import subprocess
import time
import unittest

from harness import E2eTest, free_port, pass_time, wait_until
from receiver import Answer

ACTIONS = 4
EARLIEST_RETRY_S = 4.0  # 5 s less 20 %
HELD_S = 600.0  # longer than any test


class Misbehaving(E2eTest):
    """One receiver misbehaves at first; another gets the event about it."""

    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.bad = self.place.receiver("bad")
        self.good = self.place.receiver("good", format="standard")
        self.daemon = self.place.daemon(self.sim, [self.bad, self.good], webhook_timeout="2s")

    def add(self, count=ACTIONS):
        return self.sim.add([
            {"type": "Isolate", "plan": [[0, "Pending"], [1500, "InProgress"], [3000, "Succeeded"]]}
            for _ in range(count)])

    def run_through(self, misbehave, needed=1, limit_s=120):
        """misbehave(number of attempts of this event) answers until `needed` attempts were made and
        the daemon was killed; then all is well. Everything must arrive."""
        broken = {"on": True}
        seen = {}

        def answer(attempt, number):
            seen[attempt.id] = seen.get(attempt.id, 0) + 1
            return misbehave(attempt, number) if broken["on"] else Answer()

        self.bad.answer = answer
        self.daemon.start()
        self.add()
        wait_until(lambda: len(self.bad.attempts) >= needed, 30, "attempts",
                   self.daemon.diagnostics)
        self.daemon.kill9()
        self.daemon.start()
        ready_at = time.time()
        wait_until(lambda: len(self.bad.attempts) > needed, 30, "attempts after the kill",
                   self.daemon.diagnostics)
        # Later events of an action wait behind one that fails.
        wait_until(lambda: self.finished() == ACTIONS, 30, "the last events",
                   self.daemon.diagnostics)
        broken["on"] = False
        self.assert_complete(limit_s)
        self.assert_never_early(ready_at)
        return ready_at

    def assert_given_up_in_time(self, ready_at):
        """An attempt that gets no answer ends with the timeout, and the next one comes."""
        times = {}
        for attempt in self.bad.attempts:
            if attempt.at > ready_at:
                times.setdefault(attempt.id, []).append(attempt.at)
        waits = [at[1] - at[0] for at in times.values() if len(at) > 1]
        self.assertTrue(waits, "none was tried again")
        self.assertLess(min(waits), 60.0)

    def assert_complete(self, limit_s=60):
        self.assert_exact(self.sim, self.daemon, [self.good], limit_s)
        self.assert_all_arrived(limit_s)
        self.assert_in_order()
        self.assert_same_every_time()

    def finished(self):
        return sum(line.get("to") == "Succeeded" for line in self.daemon.log_lines())

    def logged_ids(self):
        """Ids of the events in the log, without the events about the bad receiver itself."""
        return {line["id"] for line in self.daemon.log_lines() if line.get("webhook") != "bad"}

    def assert_all_arrived(self, limit_s):
        wait_until(lambda: self.logged_ids() <= self.bad.accepted_ids(), limit_s, "every event",
                   self.daemon.diagnostics, every_s=0.3)
        self.assertEqual(self.bad.problems(), [])
        self.assertEqual(self.logged_ids(), self.bad.accepted_ids(),
                         "no id that the log does not know")

    def assert_in_order(self):
        """No event of an action is tried before the former one was accepted."""
        events = {}
        for line in self.daemon.log_lines():
            events.setdefault(line.get("action", {}).get("id"), []).append(line["seq"])
        accepted = set()
        for attempt in self.bad.attempts:
            former = [s for s in events[attempt.action_id] if s < attempt.seq]
            if attempt.action_id is not None:
                self.assertEqual(set(former) - accepted, set(), f"before {attempt.seq}")
            if 200 <= attempt.answered < 300:
                accepted.add(attempt.seq)

    def assert_same_every_time(self):
        """One event, one id and one body, over all attempts and restarts."""
        for kind in ("id", "body"):
            by_seq = {}
            for attempt in self.bad.attempts:
                value = getattr(attempt, kind)
                self.assertEqual(by_seq.setdefault(attempt.seq, value), value)

    def assert_never_early(self, ready_at):
        """An attempt whose failure was lost in a kill is repeated at once (and may be read here
        only after the kill); every later one keeps its distance."""
        previous = {}
        for attempt in self.bad.attempts:
            before = previous.get(attempt.id)
            if before is not None and before.at > ready_at:
                self.assertGreater(attempt.at - before.at, EARLIEST_RETRY_S)
            previous[attempt.id] = attempt


class OverAndOver(Misbehaving):
    def test_500(self):
        self.run_through(lambda attempt, number: Answer(500))
        self.assertGreater(len(self.bad.attempts), len(self.bad.accepted))

    def test_429_with_dates(self):
        until = {}

        def busy(attempt, number):
            until.setdefault("at", time.time() + 8)
            stamp = email.utils.formatdate(until["at"], usegmt=True)
            return Answer(429, {"Retry-After": stamp})

        broken = {"on": True}
        self.bad.answer = lambda a, n: busy(a, n) if broken["on"] else Answer()
        self.daemon.start()
        self.add()
        wait_until(lambda: self.bad.attempts, 30, "an attempt", self.daemon.diagnostics)
        pass_time(1.0)  # the answer is committed; no condition shows that
        broken["on"] = False
        before = len(self.bad.attempts)
        self.daemon.kill9()
        self.daemon.start()
        self.assert_complete()
        for attempt in self.bad.attempts[before:]:
            self.assertGreaterEqual(attempt.at, int(until["at"]) - 1,
                                    "the whole webhook is silent, after a kill too")

    def test_reset_after_reading(self):
        self.run_through(lambda attempt, number: Answer(reset=True))

    def test_stall(self):
        ready_at = self.run_through(lambda attempt, number: Answer(stall_s=4.0))
        self.assert_given_up_in_time(ready_at)

    def test_one_byte_a_second(self):
        ready_at = self.run_through(lambda attempt, number: Answer(drip_s=1.0, body=b"x" * 1000))
        self.assert_given_up_in_time(ready_at)

    def test_endless_body(self):
        """The status counts, and the body is left: that is a success. Killed in the middle of a
        body, it is none yet, and the event comes again."""
        slow = Answer(200, endless=True, endless_piece=32, endless_wait_s=0.1)
        self.bad.answer = lambda attempt, number: slow
        self.daemon.config.write_text(
            self.daemon.config_text(webhook_timeout="60s"))
        self.daemon.start()
        self.add()
        wait_until(lambda: any(a.streamed for a in self.bad.attempts), 30, "a body",
                   self.daemon.diagnostics, every_s=0.02)
        cut = next(a for a in self.bad.attempts if a.streamed)
        self.daemon.kill9()
        self.assertLess(cut.streamed, 16 * 1024, "in its middle")
        before = len(self.bad.attempts)
        self.bad.answer = lambda attempt, number: Answer(200, endless=True)
        self.daemon.config.write_text(self.daemon.config_text(webhook_timeout="2s"))
        self.daemon.start()
        self.assert_complete()
        again = self.bad.attempts[before:]
        self.assertIn(cut.id, [a.id for a in again])
        self.assertEqual(len({a.id for a in again}), len(again), "each is taken at once")
        wait_until(lambda: all(a.ended for a in again), 20, "the bodies were left")
        self.assertLess(max(a.streamed for a in again), 16 << 20,
                        "no more of a body is read than its limit and what the sockets hold")


class OneAnswer(Misbehaving):
    def webhook(self, name="bad"):
        return next(w for w in self.daemon.status()["webhooks"] if w["name"] == name)

    def test_301_is_never_followed_and_pauses(self):
        broken = {"on": True}
        elsewhere = self.place.receiver("elsewhere")
        moved = Answer(301, {"Location": elsewhere.url})
        # Until the kill no answer comes.
        self.bad.answer = lambda a, n: Answer(301, stall_s=HELD_S)
        self.daemon.start()
        self.add(6)
        wait_until(lambda: self.bad.attempts, 30, "an attempt", self.daemon.diagnostics,
                   every_s=0.02)
        self.daemon.kill9()
        self.assertEqual([a.answered for a in self.bad.attempts if a.answered], [],
                         "killed before the answer")
        self.bad.answer = lambda a, n: moved if broken["on"] else Answer()
        self.daemon.start()
        wait_until(lambda: self.webhook()["state"] == "paused", 30, "the pause",
                   self.daemon.diagnostics)
        self.assertEqual(elsewhere.attempts, [])
        self.daemon.kill9()
        self.daemon.start()
        self.assertEqual(self.webhook()["state"], "paused")
        attempts = len(self.bad.attempts)
        broken["on"] = False
        wait_until(lambda: self.webhook()["state"] == "ok", 60, "the probe",
                   self.daemon.diagnostics)
        probe = self.bad.attempts[attempts]
        oldest = min(a.seq for a in self.bad.attempts[:attempts])
        self.assertEqual(probe.seq, oldest, "the oldest event is the probe")
        self.assert_complete()
        self.assertEqual(elsewhere.attempts, [])
        kinds = [a.type for a in self.good.accepted]
        self.assertIn("webhook.paused", kinds)
        self.assertIn("webhook.resumed", kinds)
        self.assertNotIn("webhook.paused", [a.type for a in self.bad.attempts])

    def test_410_disables_and_keeps_the_backlog(self):
        # Until the kill no answer comes.
        self.bad.answer = lambda attempt, number: Answer(410, stall_s=HELD_S)
        self.daemon.start()
        self.add()
        wait_until(lambda: self.bad.attempts, 30, "an attempt", self.daemon.diagnostics,
                   every_s=0.02)
        self.daemon.kill9()
        cut = self.bad.attempts[0]
        self.assertEqual(cut.answered, 0, "killed before the answer")
        before = len(self.bad.attempts)
        self.bad.answer = lambda attempt, number: Answer(410)
        self.daemon.start()
        wait_until(lambda: self.webhook()["state"] == "disabled", 30, "disabled",
                   self.daemon.diagnostics)
        self.assertIn(cut.id, [a.id for a in self.bad.attempts[before:]])
        self.assert_exact(self.sim, self.daemon, [self.good], 60)
        attempts = len(self.bad.attempts)
        self.daemon.kill9()
        self.daemon.start()
        self.add(1)
        self.assert_exact(self.sim, self.daemon, [self.good], 60)
        self.assertEqual(self.webhook()["state"], "disabled")
        self.assertEqual(len(self.bad.attempts), attempts, "nothing is sent any more")
        self.assertEqual(self.webhook()["queued"], len(self.logged_ids()))
        self.assertIn("webhook.disabled", [a.type for a in self.good.accepted])


class Credentials(E2eTest):
    def test_changed_secret_files_are_read_again_and_never_shown(self):
        sim = self.place.sim()
        receiver = self.place.receiver("events")
        daemon = self.place.daemon(sim, [receiver])
        key = daemon.write_secret("api-key", "api-key-one-4711")
        daemon.config.write_text(daemon.config.read_text() +
                                 f'headers = {{ X-Api-Key = "file:{key}" }}\n')
        daemon.start()
        sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        self.assert_exact(sim, daemon, [receiver], 30)
        self.assertEqual(receiver.attempts[0].headers["x-api-key"], "api-key-one-4711")

        receiver.secret = "whsec_" + "bmV3LXNlY3JldC1uZXctc2VjcmV0LW5ldy1zZWNyZXQ="
        daemon.write_secret("hook-events-0", receiver.secret)
        daemon.write_secret("api-key", "api-key-two-4712")
        sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        self.assert_exact(sim, daemon, [receiver], 30)
        self.assertEqual(receiver.attempts[-1].headers["x-api-key"], "api-key-two-4712")

        daemon.write_secret("api-key", "")
        sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        self.assert_exact(sim, daemon, [receiver], 30)
        self.assertEqual(receiver.attempts[-1].headers["x-api-key"], "api-key-two-4712",
                         "with an unreadable file the last good secret stays in use")

        shown = [daemon.errors_path.read_text(), daemon.log_path.read_text(),
                 daemon.get("/metrics")[1], daemon.get_operator("/v1/status")[1],
                 daemon.command("--config", daemon.config, "--print-config")[1]]
        self.assertIn("secrets_not_usable", shown[0])
        for text in shown:
            for secret in ("api-key-one", "api-key-two", receiver.secret, "bmV3LXNlY3JldC1"):
                self.assertNotIn(secret, text)


class ClientCertificate(E2eTest):
    """nginx lets nobody in without a certificate of its own authority."""

    def start_nginx(self, ca, certs):
        directory = self.place.path / "nginx"
        directory.mkdir()
        port = free_port()
        (directory / "nginx.conf").write_text(f"""
daemon off;
worker_processes 1;
error_log {directory}/error.log;
pid {directory}/pid;
events {{ worker_connections 64; }}
http {{
  log_format seen '$ssl_client_verify $status $http_webhook_id';
  access_log {directory}/access.log seen;
  client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
  uwsgi_temp_path {directory}; scgi_temp_path {directory};
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certs.cert};
    ssl_certificate_key {certs.key};
    ssl_client_certificate {ca};
    ssl_verify_client on;
    location / {{ return 204; }}
  }}
}}
""")
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        process = subprocess.Popen([program, "-c", directory / "nginx.conf", "-p", directory],
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (process.terminate(), process.wait()))
        return f"https://127.0.0.1:{port}/", directory / "access.log"

    @staticmethod
    def seen(log):
        return log.read_text().split("\n")[:-1] if log.exists() else []

    def test_nginx_accepts_it_and_refuses_who_has_none(self):
        sim = self.place.sim()
        url, log = self.start_nginx(self.place.certs.ca, self.place.certs)
        cert, key = self.place.certs.client(self.place.path)
        daemon = self.place.daemon(sim, [])
        daemon.config.write_text(daemon.config.read_text() + "".join(
            f'[[webhook]]\nname = "{name}"\nurl = "{url}"\nca_file = "{self.place.certs.ca}"\n'
            f"{more}" for name, more in [
                ("known", f'client_cert = "{cert}"\nclient_key = "{key}"\n'), ("unknown", "")]))
        daemon.start()
        sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        wait_until(lambda: any(line.startswith("SUCCESS 204 ma_") for line in self.seen(log)), 30,
                   "a delivery with a certificate", daemon.diagnostics)
        wait_until(lambda: any(line.startswith("NONE 400") for line in self.seen(log)), 30,
                   "a refusal without one", daemon.diagnostics)
        ids = {line["id"] for line in daemon.log_lines()}
        wait_until(lambda: ids <= {line.split()[2] for line in self.seen(log)
                                   if line.startswith("SUCCESS 204")}, 30, "every event")


if __name__ == "__main__":
    unittest.main()
