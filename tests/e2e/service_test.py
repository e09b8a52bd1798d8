"""The daemon as systemd runs it: the unit file, its sandbox, and what the daemon reports."""

import ipaddress
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest
from pathlib import Path

from harness import STOP_LIMIT_S, E2eTest, wait_until
from identity_services import Arc
from identity_test import WITH_KEYS, MachineDaemon
from receiver import Answer
from unit_file import UnitFile

UNIT = Path(__file__).resolve().parents[2] / "systemd" / "mactiond.service"
EXPOSURE_AT_MOST = "12"  # tenths
NOBODY = 65534


class Unit(E2eTest):
    def test_is_hardened(self):
        done = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--no-pager",
             f"--threshold={EXPOSURE_AT_MOST}", UNIT], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_says_nothing_systemd_does_not_understand(self):
        text = UNIT.read_text()
        self.assertIn("/usr/bin/mactiond", text)
        copy = self.place.path / UNIT.name
        copy.write_text(re.sub(r"/usr/bin(?=/macti)", str(self.place.binaries), text))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", copy],
                              capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_has_a_catalog_that_the_journal_takes(self):
        root = self.place.path / "root"
        for folder in ("usr/lib/systemd/catalog", "var/lib/systemd/catalog"):
            (root / folder).mkdir(parents=True)
        catalog = UNIT.with_name("mactiond.catalog")
        shutil.copy(catalog, root / "usr/lib/systemd/catalog")
        for verb in ("--update-catalog", "--list-catalog"):
            done = subprocess.run(["journalctl", f"--root={root}", verb], capture_output=True,
                                  text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        listed = {line.split()[0] for line in done.stdout.splitlines()}
        self.assertEqual(listed, set(re.findall(r"^-- (\w+)$", catalog.read_text(), re.M)))

    def test_lets_the_daemon_see_who_its_peers_are(self):
        """In a user namespace of its own every peer of the socket would be nobody."""
        self.assertEqual(UnitFile(UNIT).all("PrivateUsers"), [])

    def test_gives_the_daemon_the_time_that_it_takes(self):
        unit = UnitFile(UNIT)
        self.assertGreater(int(unit.one("TimeoutStopSec").removesuffix("s")), STOP_LIMIT_S)

    def test_is_not_started_again_and_again_by_a_wrong_configuration(self):
        """RestartPreventExitStatus= heeds the main process alone: a check that fails before it
        would have systemd begin again without end."""
        unit = UnitFile(UNIT)
        self.assertEqual(set(unit.one("RestartPreventExitStatus").split()), {"64", "65", "78"})
        self.assertEqual(unit.one("ExecStartPre"), "-/usr/bin/mactiond --check-config")

    def test_is_started_again_when_a_reload_came_too_early(self):
        """Before the program can hold signals back, SIGHUP kills, which is a clean end for
        Restart=on-failure."""
        self.assertEqual(UnitFile(UNIT).one("RestartForceExitStatus"), "SIGHUP")


    def test_lets_the_daemon_reach_the_identity_services_of_the_machine(self):
        unit = UnitFile(UNIT)
        networks = [ipaddress.ip_network(text, strict=False) for line in unit.all("IPAddressAllow")
                    for text in line.split()]
        for text in ("169.254.169.254", "169.254.129.3", "127.0.0.1", "::1", "fe80::1"):
            address = ipaddress.ip_address(text)
            self.assertTrue(any(address in network for network in networks), text)
        # The directory of Arc's keys is there and may be read.
        self.assertEqual(unit.one("ProtectSystem"), "strict")
        for key in ("InaccessiblePaths", "TemporaryFileSystem", "RootDirectory", "RootImage"):
            self.assertEqual(unit.all(key), [], key)


class Sandboxed(E2eTest):
    def setUp(self):
        super().setUp()
        unit = UnitFile(UNIT)
        self.calls = self.place.path / "calls"
        self.calls.write_text("\n".join(sorted(unit.allowed_calls())) + "\n")
        self.families = ",".join(map(str, unit.address_families()))

        self.place.path.chmod(0o755)
        self.programs = self.place.path / "bin"  # where another user reaches them too
        self.programs.mkdir()
        for name in ("mactiond", "mactionctl", "sandboxed"):
            shutil.copy(self.place.binaries / name, self.programs)

    def prefix(self, *options):
        """What to put before a command so that it runs under the unit's rules."""
        return [*self.user(), *self.sandbox(*options)]

    def sandbox(self, *options):
        return [self.programs / "sandboxed", *options, self.calls, self.families]

    @staticmethod
    def user():
        if os.geteuid() != 0:
            return []
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
                "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--pdeathsig=KILL"]

    def give(self, daemon):
        """Makes the daemon's user the owner of the daemon's directory."""
        if os.geteuid() != 0:
            return
        daemon.know_regions()
        for path in [daemon.directory, *daemon.directory.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)

    def test_the_launcher_really_forbids(self):
        def attempt(code, *options):
            done = subprocess.run([*self.sandbox(*options), sys.executable, "-c", code],
                                  capture_output=True, text=True)
            return done.returncode, done.stderr.strip().rpartition("\n")[2]

        self.assertEqual(attempt("import socket; socket.socket(socket.AF_INET)"), (0, ""))
        self.assertIn("PermissionError", attempt("import os; os.chroot('/')")[1])
        self.assertIn("PermissionError", attempt("import os; os.nice(1)")[1])
        self.assertIn("Address family not supported",
                      attempt("import socket; socket.socket(socket.AF_NETLINK)")[1])
        self.assertIn("PermissionError", attempt(
            "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)")[1])
        self.assertEqual(attempt("import os; os.chroot('/')", "--kill")[0], -signal.SIGSYS)

    @unittest.skipUnless(os.geteuid() == 0, "a directory for the daemon alone needs root")
    def test_the_identity_of_an_arc_machine_needs_no_forbidden_call(self):
        sim = self.place.sim()
        keys = self.place.path / "keys"
        keys.mkdir(mode=0o755)
        arc = self.place.keep(Arc(sim, keys))
        daemon = self.place.keep(MachineDaemon(
            self.place, sim, [], auth=['kind = "managed_identity"'],
            prefix=["env", *arc.variables(), "unshare", "--mount", "sh", "-c", WITH_KEYS, keys,
                    *self.prefix("--kill")]))
        daemon.program = self.programs / "mactiond"
        self.give(daemon)
        daemon.start()
        wait_until(lambda: sim.quota()["operations"].get("list", 0) > 1, 20, "polls",
                   daemon.diagnostics)

    def test_a_whole_round_without_one_forbidden_call(self):
        sim = self.place.sim()
        receivers = [self.place.receiver("events"), self.place.receiver("plain", tls=False)]
        # By name: resolving is a part of what the rules must let through.
        daemon = self.place.daemon(sim, receivers, prefix=self.prefix("--kill"),
                                   api=sim.url.replace("127.0.0.1", "localhost"))
        daemon.program = self.programs / "mactiond"
        self.give(daemon)
        daemon.start()
        plan = [[0, "Pending"], [2500, "InProgress"], [5000, "Succeeded"]]
        sim.add([{"type": "Isolate", "plan": plan}, {"type": "RunAntiVirusScan", "plan": plan}])
        wait_until(lambda: len(receivers[0].accepted) >= 2, 20, "deliveries", daemon.diagnostics)
        daemon.kill9()
        daemon.start()
        rotated = daemon.log_path.with_suffix(".1")
        wait_until(daemon.log_lines, 20, "a line", daemon.diagnostics)
        daemon.log_path.rename(rotated)
        daemon.process.send_signal(signal.SIGUSR1)
        wait_until(daemon.log_path.exists, 20, "a new log", daemon.diagnostics)
        sim.add([{"type": "Unisolate", "plan": [[0, "Pending"], [2500, "Failed"]]}])
        self.assertEqual(daemon.get("/metrics")[0], 200)
        code, _, errors = daemon.command("--socket", daemon.socket_path, "status",
                                         program="mactionctl")
        self.assertEqual(code, 0, errors)
        newer = daemon.log_lines
        older = [json.loads(line) for line in rotated.read_text().splitlines()]
        daemon.log_lines = lambda: older + newer()
        self.assert_exact(sim, daemon, receivers, 60)
        code, seconds = daemon.stop()
        self.assertEqual(code, 0, daemon.diagnostics())
        self.assertLess(seconds, STOP_LIMIT_S)

    def start_with_pending(self, count):
        """A daemon with this many pending actions; their ids."""
        sim = self.place.sim()
        receivers = [self.place.receiver("events")]
        daemon = self.place.daemon(sim, receivers, prefix=self.prefix("--kill"))
        daemon.program = self.programs / "mactiond"
        self.give(daemon)
        daemon.directory.chmod(0o750)  # RuntimeDirectoryMode=
        daemon.start()
        ids = sim.add([{"type": "RunAntiVirusScan", "plan": [[0, "Pending"]]}] * count)
        wait_until(lambda: len(daemon.log_lines()) >= count, 20, "the actions", daemon.diagnostics)
        return daemon, ids

    def ctl_as(self, user, daemon, *arguments, **environment):
        """Runs mactionctl as a user who is a member of the daemon's group."""
        become = []
        if os.geteuid() == 0:
            become = ["setpriv", f"--reuid={user}", f"--regid={NOBODY}", "--clear-groups"]
        done = subprocess.run(
            [*become, self.programs / "mactionctl", "--socket", daemon.socket_path, *arguments],
            capture_output=True, text=True, env={"PATH": os.environ["PATH"], **environment})
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_an_event_names_the_user_who_really_asked(self):
        users = ["daemon", "bin"] if os.geteuid() == 0 else [pwd.getpwuid(os.geteuid()).pw_name]
        daemon, ids = self.start_with_pending(len(users))
        for user, action in zip(users, ids):
            self.ctl_as(user, daemon, "cancel", action, "--comment", "by hand", USER="alice")

        def requested():
            lines = daemon.log_lines()
            return {line["action"]["id"]: line for line in lines
                    if line["type"] == "cancel.requested"}

        wait_until(lambda: len(requested()) == len(users), 60, "the cancels", daemon.diagnostics)
        for user, action in zip(users, ids):
            event = requested()[action]
            name = f"{user} (uid {pwd.getpwnam(user).pw_uid})"
            self.assertEqual((event["operator"], event["operator_note"]), (name, "alice"))
        self.assertEqual(daemon.stop()[0], 0, daemon.diagnostics())

    def test_the_diagnostics_name_who_changed_something(self):
        user = "bin" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        daemon, _ = self.start_with_pending(1)
        for command, words in ((["reload"], "event=reloaded"),
                               (["reopen"], "event=reopen_requested"),
                               (["policy", "suspend"], "event=cancelling_suspended"),
                               (["policy", "resume"], "event=cancelling_resumed"),
                               (["region", "retry", "eu"], "event=region_retry"),
                               (["webhook", "pause", "events"], "event=webhook_paused"),
                               (["webhook", "resume", "events"], "event=webhook_resumed"),
                               (["dlq", "replay", "events"], "event=dead_letters_replayed count=0"),
                               (["dlq", "purge", "events"], "event=dead_letters_purged count=0")):
            with self.subTest(command):
                self.ctl_as(user, daemon, *command, SUDO_USER="alice")
                lines = [line for line in daemon.diagnostics(400).splitlines() if words in line]
                self.assertTrue(lines, daemon.diagnostics(400))
                self.assertIn(f'operator="{user} (uid {pwd.getpwnam(user).pw_uid})"', lines[-1])
                self.assertIn("operator_note=alice", lines[-1])
        self.assertEqual(daemon.stop()[0], 0, daemon.diagnostics())

    def test_the_check_before_the_start_runs_too(self):
        daemon = self.place.daemon(None, [], api="https://127.0.0.1:1")
        self.give(daemon)
        done = subprocess.run(
            [*self.prefix("--kill"), self.programs / "mactiond", "--check-config",
             "--config", daemon.config], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class Memory(E2eTest):
    BODY = 2 * 1024 * 1024  # the largest that the socket takes
    CONNECTIONS = 64        # as many as it serves at once

    def peak(self, daemon):
        status = Path(f"/proc/{daemon.process.pid}/status").read_text()
        return int(re.search(r"^VmHWM:\s+(\d+) kB", status, re.M)[1]) * 1024

    def half_sent(self, daemon):
        """A connection with all but the last byte of the largest request."""
        client = socket.socket(socket.AF_UNIX)
        self.addCleanup(client.close)
        client.settimeout(20)
        client.connect(str(daemon.socket_path))
        client.sendall(b"POST /v1/policies/explain HTTP/1.1\r\nHost: a\r\n"
                       b"Content-Length: %d\r\n\r\n" % self.BODY + b" " * (self.BODY - 1))

    def test_the_unit_allows_four_times_the_peak(self):
        """Of many actions, while operators send as much as the socket takes."""
        sim = self.place.sim()
        daemon = self.place.daemon(sim, [])
        daemon.start()
        sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}] * 5000)
        wait_until(lambda: daemon.status()["last_seq"] >= 5000, 60, "the actions",
                   daemon.diagnostics)
        for _ in range(self.CONNECTIONS):
            self.half_sent(daemon)
        # Of a busy machine some are late, and the earliest end after ten seconds.
        wait_until(lambda: self.peak(daemon) > 0.25 * self.CONNECTIONS * self.BODY, 20,
                   "the bodies in memory", lambda: str(self.peak(daemon)))
        limit = UnitFile(UNIT).one("MemoryMax")
        self.assertTrue(limit.endswith("M"), limit)
        self.assertGreaterEqual(int(limit[:-1]) * 1024 * 1024, 4 * self.peak(daemon))


class Notify(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.receivers = [self.place.receiver("events")]
        self.daemon = self.place.daemon(self.sim, self.receivers)

    def heard(self, prefix):
        return [m for m in self.daemon.notify.messages if m.startswith(prefix)]

    def test_reports_from_start_to_stop(self):
        self.daemon.start()
        self.assertTrue(self.heard("STATUS=following 1 region"))
        wait_until(lambda: len(self.heard("WATCHDOG=1")) >= 3, 20, "a fed watchdog",
                   self.daemon.diagnostics)
        self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}])
        wait_until(lambda: any("1 open action" in m for m in self.heard("STATUS=")), 30,
                   "the open action in the status", self.daemon.diagnostics)
        self.assertEqual(len(self.heard("READY=1")), 1)
        self.assertFalse(self.heard("STOPPING=1"))
        code, _ = self.daemon.stop()
        self.assertEqual(code, 0)
        self.assertEqual(len(self.heard("STOPPING=1")), 1)

    def test_is_ready_while_the_api_is_down(self):
        self.sim.faults("server_error_json")
        self.daemon.start()
        wait_until(lambda: any("degraded" in m for m in self.heard("STATUS=")), 60,
                   "the trouble in the status", self.daemon.diagnostics)
        self.assertEqual(self.daemon.stop()[0], 0)

    def test_reports_a_reload(self):
        self.daemon.start()
        self.daemon.notify.clear()
        self.daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.daemon.notify.has("READY=1"), 20, "READY=1 again",
                   self.daemon.diagnostics)
        messages = [m for m in self.daemon.notify.messages if m in ("RELOADING=1", "READY=1")]
        self.assertEqual(messages, ["RELOADING=1", "READY=1"])
        self.assertEqual(self.daemon.stop()[0], 0)

    def test_a_frozen_daemon_does_not_feed_the_watchdog(self):
        self.daemon.start()
        wait_until(lambda: self.heard("WATCHDOG=1"), 20, "a fed watchdog")
        self.daemon.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: self.state() == "T", 5, "its halt")
        self.daemon.notify.catch_up()
        fed = len(self.heard("WATCHDOG=1"))
        self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}])
        self.daemon.notify.catch_up()
        self.assertEqual(len(self.heard("WATCHDOG=1")), fed)
        self.daemon.process.send_signal(signal.SIGCONT)
        wait_until(lambda: len(self.heard("WATCHDOG=1")) > fed, 20, "a fed watchdog")
        self.assertEqual(self.daemon.stop()[0], 0)

    def state(self):
        stat = Path(f"/proc/{self.daemon.process.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0]

    def test_stops_in_time_while_api_and_receiver_hang(self):
        receiver = self.receivers[0]
        receiver.answer = lambda attempt, number: Answer(stall_s=30)
        self.daemon.config.write_text(self.daemon.config_text(webhook_timeout="25s"))
        self.sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        self.daemon.start()
        wait_until(lambda: receiver.attempts, 20, "a hanging delivery", self.daemon.diagnostics)
        self.sim.faults("no_answer")
        self.daemon.wait_for_hanging_call()
        code, seconds = self.daemon.stop()
        self.assertEqual(code, 0, self.daemon.diagnostics())
        self.assertLess(seconds, STOP_LIMIT_S)


if __name__ == "__main__":
    unittest.main()
