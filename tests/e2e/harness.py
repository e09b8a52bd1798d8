"""Starts the real binaries against each other on loopback: certificates, simulator, receivers and
daemon, each in a throw-away directory and ended by its own process id."""

import atexit
import ctypes
import fcntl
import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from judge import Change, judge, parse_time
from receiver import Receiver

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
CLIENT_SECRET = "not-a-real-secret"
TYPES = [
    "RunAntiVirusScan", "Offboard", "LiveResponse", "CollectInvestigationPackage", "Isolate",
    "Unisolate", "StopAndQuarantineFile", "RestrictCodeExecution", "UnrestrictCodeExecution",
]
FINAL = ["Succeeded", "Failed", "TimeOut", "Cancelled"]
STOP_LIMIT_S = 10
# Limits say what a quiet machine needs; a busy one gets a multiple of that.
PATIENCE = 3
CALL_LIMIT_S = 30  # of one request or program: long enough on a busy machine


class TimedOut(AssertionError):
    pass


def wait_until(condition, limit_s, what, detail=lambda: "", every_s=0.02):
    """The first true value of condition(); TimedOut when even a busy machine had time enough."""
    limit_s *= PATIENCE
    deadline = time.monotonic() + limit_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimedOut(f"not within {limit_s} s: {what}\n{detail()}")
        time.sleep(every_s)


def pass_time(seconds, check=lambda: None):
    """Lets time pass where time itself is what a test is about; check() may raise meanwhile."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        check()
        time.sleep(min(0.05, max(0.0, deadline - time.monotonic())))


def _die_with_parent():
    PR_SET_PDEATHSIG = 1
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _environment(extra=None):
    """No proxies, no systemd, no locale of the machine the tests run on; but its clock, which
    `./dev test --clock` sets with a preloaded library."""
    kept = ("PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
            "LD_PRELOAD", "MACTIOND_CLOCK_SHIFT_S")
    return {k: os.environ[k] for k in kept if k in os.environ} | (extra or {})


class Ports:
    """Ports that stay free until they are used.

    No outgoing connection gets one, because they lie below the range that the kernel gives those.
    No other test gets one, because each is a byte of a file that this process keeps locked.
    """

    OUTGOING = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    LAST = OUTGOING - 1 if OUTGOING > 16384 else 32767

    def __init__(self):
        self.locks = None
        self.taken = set()

    def take(self):
        if self.locks is None:
            self.locks = open(Path(tempfile.gettempdir()) / f"mactiond-ports-{os.getuid()}.lock",
                              "wb")
        for port in random.sample(range(self.LAST // 2, self.LAST + 1), 200):
            if port not in self.taken and self._lock(port):
                self.taken.add(port)
                return port
        raise RuntimeError("no free port")

    def _lock(self, port):
        try:
            fcntl.lockf(self.locks, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


free_port = Ports().take


class Certificates:
    """A throw-away CA and a server certificate for 127.0.0.1 and localhost."""

    def __init__(self, directory):
        self.ca = directory / "ca.pem"
        self.cert = directory / "server.pem"
        self.key = directory / "server.key"
        ca_key = directory / "ca.key"
        request = directory / "server.csr"
        extensions = directory / "server.ext"
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        self._openssl("req", "-x509", *key, "-keyout", ca_key, "-out", self.ca, "-days", "2",
                      "-subj", "/CN=mactiond throw-away CA")
        extensions.write_text(
            "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n")
        self._openssl("req", "-new", *key, "-keyout", self.key, "-out", request,
                      "-subj", "/CN=localhost")
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", ca_key,
                      "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", self.cert)

    def client(self, directory):
        """A certificate of the same CA for a client: (certificate, key)."""
        cert, key = directory / "client.pem", directory / "client.key"
        request, extensions = directory / "client.csr", directory / "client.ext"
        extensions.write_text("extendedKeyUsage=clientAuth\n")
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                      "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=mactiond")
        self._openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey",
                      directory / "ca.key", "-CAcreateserial", "-days", "2", "-extfile", extensions,
                      "-out", cert)
        key.chmod(0o600)
        return cert, key

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Workplace:
    """The directory of one run, its certificates and the binaries under test."""

    def __init__(self, binaries):
        self.binaries = Path(binaries).resolve()
        self.path = Path(tempfile.mkdtemp(prefix="mactiond-"))
        self.certs = Certificates(self.path)
        self._open = []
        atexit.register(self.close)

    def keep(self, resource):
        """Closes resource, newest first, when the workplace closes."""
        self._open.append(resource)
        return resource

    def close(self):
        while self._open:
            self._open.pop().stop_now()
        shutil.rmtree(self.path, ignore_errors=True)

    def sim(self, **options):
        return self.keep(Sim(self, **options))

    def receiver(self, name, tls=True, **options):
        made = Receiver(name, certs=self.certs if tls else None, **options)
        made.stop_now = made.stop
        return self.keep(made)

    def daemon(self, sim, receivers, **options):
        return self.keep(Daemon(self, sim, receivers, **options))


class Sim:
    """mactionsim and its control API."""

    def __init__(self, place, per_minute=6000, per_hour=100000, any_client=False, seed=1,
                 tenant=TENANT, any_tenant=False):
        self.certs = place.certs
        self.limits = (per_minute, per_hour)
        self.context = ssl.create_default_context(cafile=str(place.certs.ca))
        config = place.path / "mactionsim.toml"
        config.write_text(
            f'tenant_id = "{tenant}"\nclient_id = "{CLIENT}"\nclient_secret = "{CLIENT_SECRET}"\n'
            f"any_client = {str(any_client).lower()}\nseed = {seed}\n"
            f"any_tenant = {str(any_tenant).lower()}\n"
            f"[quota]\nper_minute = {per_minute}\nper_hour = {per_hour}\n")
        self.errors = open(place.path / "mactionsim.log", "ab")
        self.process = subprocess.Popen(
            [place.binaries / "mactionsim", "--listen", "127.0.0.1:0", "--config", config,
             "--tls-cert", place.certs.cert, "--tls-key", place.certs.key],
            stdout=subprocess.PIPE, stderr=self.errors, env=_environment(),
            preexec_fn=_die_with_parent)
        line = self.process.stdout.readline().decode()
        if "listening on" not in line:
            raise RuntimeError(f"mactionsim did not start: {line!r}")
        self.port = int(line.rsplit(":", 1)[1])
        self.url = f"https://127.0.0.1:{self.port}"

    def stop_now(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def call(self, method, path, body=None):
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=self.context, timeout=CALL_LIMIT_S)
        try:
            payload = json.dumps(body) if body is not None else None
            headers = {"Content-Type": "application/json"} if payload else {}
            connection.request(method, "/_sim/" + path, payload, headers)
            answer = connection.getresponse()
            text = answer.read()
            if not 200 <= answer.status < 300:
                raise RuntimeError(f"{method} /_sim/{path}: {answer.status} {text[:300]!r}")
            return json.loads(text) if text else None
        finally:
            connection.close()

    def add(self, actions):
        """Adds actions, each a dict with type, plan = [[ms since creation, status], …] and more;
        returns their ids."""
        return self.call("POST", "actions", actions)["ids"]

    def move(self, action_id, status):
        self.call("POST", f"actions/{action_id}/status", {"status": status})

    def truth(self):
        return [
            Change(t["id"], t["from"], t["to"], parse_time(t["time"]))
            for t in self.call("GET", "truth")["transitions"]
        ]

    def quota(self):
        return self.call("GET", "quota")

    def faults(self, fault, operation="list"):
        """From now on every call of that operation meets the fault."""
        self.call("POST", "faults", {"fault": fault, "operation": operation, "per_mille": 1000})

    def switch(self, **switches):
        """E.g. cancel="delayed", cancel_delay_ms=3000."""
        self.call("POST", "faults", switches)

    def no_faults(self):
        self.call("DELETE", "faults")

    def accept_secret(self, secret):
        self.call("POST", "credentials", {"client_secret": secret})


class NotifySocket:
    """What systemd would hear: the datagrams of sd_notify."""

    def __init__(self, path):
        self.path = str(path)
        self.messages = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.path)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while True:
            try:
                data = self._socket.recv(4096)
            except OSError:
                return
            if data == b"":
                return
            self.messages.extend(data.decode(errors="replace").split("\n"))

    def has(self, message):
        return message in self.messages

    def catch_up(self):
        """Returns when everything that was sent before has been read."""
        mark = f"X_MARK={time.monotonic_ns()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(mark.encode(), self.path)
        wait_until(lambda: self.has(mark), 10, "the mark")

    def clear(self):
        self.messages = []

    def close(self):
        self._socket.close()
        Path(self.path).unlink(missing_ok=True)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=CALL_LIMIT_S)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """One mactiond with its own state directory, configuration and log."""

    _known = None  # a store that knows the regions eu and us, as bytes

    def __init__(self, place, sim, receivers, name="d", poll=None, quota=None, prefix=(),
                 new_region=False, **overrides):
        """new_region: the store does not know the region, which then has a backlog."""
        self.place = place
        self.sim = sim
        self.receivers = receivers
        self.directory = place.path / name
        self.directory.mkdir()
        self.state = self.directory / "state"
        self.state.mkdir()
        self.log_path = self.directory / "transitions.jsonl"
        self.socket_path = self.directory / "admin.sock"
        self.port = free_port()
        self.poll = {"min_interval": "300ms", "idle_interval": "500ms"} | (poll or {})
        limits = sim.limits if sim else (100, 1500)
        self.quota = {"per_minute": limits[0], "per_hour": limits[1]} | (quota or {})
        self.secret_file = self.write_secret("client-secret", CLIENT_SECRET)
        self.config = self.directory / "mactiond.toml"
        self.config.write_text(self.config_text(**overrides))
        self.notify = NotifySocket(self.directory / "notify.sock")
        self.errors_path = self.directory / "stderr.log"
        self.prefix = list(prefix)
        self.program = place.binaries / "mactiond"
        self.process = None
        self.starts = 0
        self.new_region = new_region

    def know_regions(self):
        """Before its first start, the daemon gets a store that knows the regions."""
        store = self.state / "store.db"
        if self.new_region or self.starts > 0 or store.exists():
            return
        store.write_bytes(self.known_store())
        store.chmod(0o600)

    def known_store(self):
        """Made once: what a daemon leaves that never reached its region, and rows of regions."""
        if Daemon._known is None:
            first = Daemon(self.place, None, [], name="known", new_region=True,
                           api=f"https://127.0.0.1:{free_port()}")
            first.start()
            first.stop()
            first.stop_now()
            database = sqlite3.connect(first.state / "store.db", isolation_level=None)
            for table in ("event", "region", "quota", "log_position"):
                database.execute(f"DELETE FROM {table}")
            database.execute("UPDATE counter SET last_seq = 0")
            database.execute("INSERT INTO region (name, degraded) VALUES ('eu', ''), ('us', '')")
            database.execute("PRAGMA journal_mode = DELETE")
            database.close()
            Daemon._known = (first.state / "store.db").read_bytes()
        return Daemon._known

    def write_secret(self, name, value):
        path = self.directory / name
        path.touch(mode=0o600)
        path.write_text(value + "\n")
        return path

    def config_text(self, client_secret=None, api=None, webhook_timeout="5s", extra="",
                    log_format="json"):
        api = api or self.sim.url
        lines = [
            "[daemon]", 'instance = "e2e"', f'state_dir = "{self.state}"', 'log_level = "debug"',
            "[transition_log]", f'path = "{self.log_path}"', f'format = "{log_format}"',
            "[admin]", f'socket = "{self.socket_path}"', f'listen = "127.0.0.1:{self.port}"',
            "[[region]]", 'name = "eu"', f'api = "{api}"', f'authority = "{api}"',
            f'tenant_id = "{TENANT}"', f'client_id = "{CLIENT}"',
            f'ca_file = "{self.place.certs.ca}"',
            "[region.auth]", 'kind = "client_secret"',
            f'client_secret = "{client_secret or f"file:{self.secret_file}"}"',
            "[region.quota]", *(f"{k} = {v}" for k, v in self.quota.items()),
            "[region.poll]", *(f'{k} = "{v}"' for k, v in self.poll.items()),
        ]
        for receiver in self.receivers:
            secrets = [
                f'"file:{self.write_secret(f"hook-{receiver.name}-{i}", secret)}"'
                for i, secret in enumerate([receiver.secret, *receiver.old_secrets])]
            lines += [
                "[[webhook]]", f'name = "{receiver.name}"', f'url = "{receiver.url}"',
                f'format = "{receiver.format}"', f'secret = [{", ".join(secrets)}]',
                f'timeout = "{webhook_timeout}"', *receiver.config,
            ]
            if receiver.url.startswith("https:"):
                lines.append(f'ca_file = "{self.place.certs.ca}"')
            else:
                lines.append("allow_http = true")
        return "\n".join(lines) + "\n" + extra

    def command(self, *arguments, program="mactiond", environment=None):
        """Runs a program to its end: (exit code, stdout, stderr)."""
        done = subprocess.run(
            [self.place.binaries / program, *map(str, arguments)], capture_output=True,
            text=True, timeout=2 * CALL_LIMIT_S, env=_environment(environment))
        return done.returncode, done.stdout, done.stderr

    def start(self, wait=True):
        self.notify.clear()
        self.know_regions()
        with open(self.errors_path, "ab") as errors:
            self.process = subprocess.Popen(
                [*self.prefix, self.program, "--config", self.config],
                stdout=errors, stderr=errors, env=_environment({"NOTIFY_SOCKET": self.notify.path}),
                preexec_fn=_die_with_parent)
        self.starts += 1
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self):
        wait_until(lambda: self.notify.has("READY=1") or self.process.poll() is not None, 20,
                   "READY=1", self.diagnostics)
        if self.process.poll() is not None:
            raise AssertionError(f"exit {self.process.poll()} at start\n{self.diagnostics()}")

    def kill9(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM; returns the exit code and the seconds it took. Fails if it does not end."""
        began = time.monotonic()
        self.process.terminate()
        try:
            code = self.process.wait(timeout=PATIENCE * STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self.kill9()
            raise TimedOut(f"SIGTERM did not end it\n{self.diagnostics()}") from None
        return code, time.monotonic() - began

    def stop_now(self):
        if self.process and self.process.poll() is None:
            self.kill9()
        self.notify.close()

    def diagnostics(self, lines=40):
        if not self.errors_path.exists():
            return ""
        text = self.errors_path.read_text(errors="replace").splitlines()
        return "\n".join(["--- daemon's stderr, last lines:", *text[-lines:]])

    # What it shows

    def log_lines(self):
        """The whole lines of the transition log, parsed; a torn last line does not count."""
        if not self.log_path.exists():
            return []
        text = self.log_path.read_bytes()
        return [json.loads(line) for line in text[: text.rfind(b"\n") + 1].splitlines()]

    def get(self, path):
        """GET on admin.listen: (status, body)."""
        return self._exchange(
            http.client.HTTPConnection("127.0.0.1", self.port, timeout=CALL_LIMIT_S), path)

    def get_operator(self, path, method="GET"):
        """The same on the Unix socket."""
        return self._exchange(UnixConnection(self.socket_path), path, method)

    def get_operator_with(self, path, method="GET", body=None, headers=None):
        """The same with a JSON body or headers of its own."""
        if body is not None:
            headers = {"Content-Type": "application/json"} | (headers or {})
            body = json.dumps(body)
        return self._exchange(UnixConnection(self.socket_path), path, method, body, headers)

    @staticmethod
    def _exchange(connection, path, method="GET", body=None, headers=None):
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def status(self):
        code, body = self.get_operator("/v1/status")
        assert code == 200, (code, body)
        return json.loads(body)

    def metrics(self):
        """{'name{labels}': value} of /metrics."""
        code, body = self.get("/metrics")
        assert code == 200, (code, body)
        values = {}
        for line in body.splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                values[name] = float(value)
        return values

    def late_turns(self, limit_s):
        """How often the loop woke up later than this after the time that it had asked for."""
        values = self.metrics()
        within = values[f'mactiond_loop_lag_seconds_bucket{{le="{limit_s:g}"}}']
        return values["mactiond_loop_lag_seconds_count"] - within

    def metric_sum(self, name, **labels):
        wanted = [f'{k}="{v}"' for k, v in labels.items()]
        return sum(
            value for key, value in self.metrics().items()
            if key.split("{")[0] == name and all(label in key for label in wanted))

    def wait_for_hanging_call(self):
        """Returns when a list call waits for an answer that the simulator does not give."""

        def hangs():
            received = self.sim.quota()["operations"].get("list", 0)
            return received > self.metric_sum("mactiond_api_requests_total", operation="list")

        # One that was about to be answered has its answer at the second look.
        wait_until(lambda: hangs() and not pass_time(0.5) and hangs(), 20, "a hanging list call",
                   self.diagnostics)

    def store_rows(self, table):
        """All rows of a table of the store, read beside the running daemon."""
        store = sqlite3.connect(f"file:{self.state / 'store.db'}?mode=ro", uri=True,
                                timeout=CALL_LIMIT_S)
        try:
            return sorted(store.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
        finally:
            store.close()


def all_recorded(sim, daemon, receivers, visible_s):
    """A condition for wait_until: nothing is planned any more, nothing is missing."""

    def check():
        truth = sim.truth()
        lines = daemon.log_lines()
        if any(c.after not in FINAL for c in last_changes(truth).values()):
            return None
        verdict = judge(truth, lines, receivers, visible_s, time.time() + visible_s + 1)
        return None if verdict.missing else verdict

    return check


def last_changes(truth):
    return {change.action: change for change in truth}


class E2eTest(unittest.TestCase):
    """A test with a workplace of its own; MACTIOND_BIN names the directory of the binaries."""

    # Ten times the poll interval of Daemon's default configuration: on a busy machine a poll takes
    # its time. How soon a change is seen is the matter of tests/sim, where time is virtual.
    VISIBLE_S = 5.0

    def setUp(self):
        self.place = Workplace(os.environ["MACTIOND_BIN"])
        self.addCleanup(self.place.close)

    @staticmethod
    def region(daemon):
        """What the status reports of its first region."""
        return daemon.status()["regions"][0]

    def wait_usable(self, daemon):
        """Returns when a list was read and the first region is in no trouble."""
        wait_until(lambda: daemon.metric_sum("mactiond_api_requests_total", operation="list",
                                             code="200") > 0
                   and not self.region(daemon)["reason"], 30, "a usable region",
                   daemon.diagnostics)

    def assert_exact(self, sim, daemon, receivers, limit_s):
        """Waits until everything is recorded, then judges all of it. Returns the verdict."""

        def detail():
            verdict = judge(sim.truth(), daemon.log_lines(), receivers, self.VISIBLE_S,
                            time.time())
            return "\n".join(verdict.problems[:20] + [daemon.diagnostics()])

        wait_until(all_recorded(sim, daemon, receivers, self.VISIBLE_S), limit_s,
                   "every transition recorded", detail, every_s=0.3)
        verdict = judge(sim.truth(), daemon.log_lines(), receivers, self.VISIBLE_S, time.time())
        self.assertEqual(verdict.problems, [], daemon.diagnostics())
        quota = sim.quota()
        self.assertEqual(quota["windows_over"], 0, quota)
        return verdict
