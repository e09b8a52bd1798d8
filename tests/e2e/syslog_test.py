"""The syslog sink: what rsyslog makes of its messages, and what becomes of them when the receiver
or the daemon dies."""

import json
import re
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import unittest

from harness import TYPES, E2eTest, free_port, wait_until

MESSAGE = re.compile(
    rb'<\d+>1 \S+ e2e mactiond - \S+ \[meta sequenceId="(\d+)"\] (\{.*\})$')
STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(\+00:00|Z)$")


def short_lives(count):
    return [{"type": TYPES[i % len(TYPES)], "plan": [[0, "Pending"], [700, "Succeeded"]],
             "requestorComment": f"no {i}: \"\u2603\" | = \\ ]"} for i in range(count)]


def syslog_table(name, port, ca, format="json", facility="local0"):
    return (f'[[syslog]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\nformat = "{format}"\n'
            f'facility = "{facility}"\nca_file = "{ca}"\n')


class Rsyslog:
    """A real rsyslogd, which takes TLS and writes what it understood, field by field."""

    CONFIG = """
global(workDirectory="{directory}" maxMessageSize="64k"
       defaultNetstreamDriver="ossl" defaultNetstreamDriverCAFile="{ca}"
       defaultNetstreamDriverCertFile="{cert}" defaultNetstreamDriverKeyFile="{key}")
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="anon")
input(type="imtcp" address="127.0.0.1" port="{port}")
template(name="fields" type="list") {{
  constant(value="{{") property(name="pri" format="jsonf" outname="pri")
  constant(value=",") property(name="protocol-version" format="jsonf" outname="version")
  constant(value=",") property(name="timereported" dateFormat="rfc3339" format="jsonf"
                               outname="time")
  constant(value=",") property(name="hostname" format="jsonf" outname="host")
  constant(value=",") property(name="app-name" format="jsonf" outname="app")
  constant(value=",") property(name="msgid" format="jsonf" outname="msgid")
  constant(value=",") property(name="structured-data" format="jsonf" outname="sd")
  constant(value=",") property(name="msg" format="jsonf" outname="msg")
  constant(value="}}\\n")
}}
action(type="omfile" file="{output}" template="fields")
"""

    def __init__(self, place, port):
        self.output = place.path / "rsyslog.out"
        config = place.path / "rsyslog.conf"
        config.write_text(self.CONFIG.format(
            directory=place.path, ca=place.certs.ca, cert=place.certs.cert, key=place.certs.key,
            port=port, output=self.output))
        self.log = open(place.path / "rsyslog.log", "ab")
        self.process = subprocess.Popen(
            [shutil.which("rsyslogd") or "/usr/sbin/rsyslogd", "-n", "-f", config, "-i",
             place.path / "rsyslog.pid"], stdout=self.log, stderr=self.log)

    def messages(self):
        if not self.output.exists():
            return []
        text = self.output.read_text()
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]

    def stop_now(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


class OctetReader:
    """A TLS receiver of our own that can be made to die in mid-stream."""

    def __init__(self, certs, port):
        self.seqs = []
        self.problems = []
        self.reset_after = None  # bytes of a connection
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certs.cert, certs.key)
        self.listener = socket.socket()
        # Small, so that this host does not acknowledge much that is lost with a connection.
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def stop_now(self):
        self.listener.close()

    def _serve(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            try:
                with self.context.wrap_socket(raw, server_side=True) as stream:
                    self._read(stream)
            except (OSError, ssl.SSLError):
                pass

    def _read(self, stream):
        held = b""
        taken = 0
        while data := stream.recv(4096):
            held += data
            taken += len(data)
            held = self._take(held)
            if self.reset_after and taken > self.reset_after:
                self.reset_after = None
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return

    def _take(self, held):
        while match := re.match(rb"(\d{1,7}) ", held):
            size = int(match.group(1))
            if len(held) < match.end() + size:
                return held
            message = held[match.end():match.end() + size]
            held = held[match.end() + size:]
            found = MESSAGE.match(message)
            if not found or json.loads(found.group(2))["seq"] != int(found.group(1)):
                self.problems.append(message)
            else:
                self.seqs.append(int(found.group(1)))
        if held and not re.match(rb"\d{1,7} ?$", held[:8]):
            self.problems.append(held)
        return held


class Syslog(E2eTest):
    def test_rsyslog_parses_every_message(self):
        ports = [free_port()]
        rsyslog = self.place.keep(Rsyslog(self.place, ports[0]))
        sim = self.place.sim()
        daemon = self.place.daemon(
            sim, [], extra=syslog_table("siem", ports[0], self.place.certs.ca))
        daemon.start()
        sim.add(short_lives(20))
        wait_until(lambda: len(daemon.log_lines()) >= 40, 60, "the log", daemon.diagnostics)
        wait_until(lambda: len(rsyslog.messages()) >= len(daemon.log_lines()), 30, "rsyslog",
                   lambda: daemon.diagnostics() + (self.place.path / "rsyslog.log").read_text())

        lines = daemon.log_lines()
        messages = rsyslog.messages()
        self.assertEqual([json.loads(m["msg"]) for m in messages], lines)
        for message, line in zip(messages, lines):
            self.assertEqual(message["pri"], "134")
            self.assertEqual(message["version"], "1")
            self.assertEqual((message["host"], message["app"]), ("e2e", "mactiond"))
            self.assertEqual(message["msgid"], line["type"])
            self.assertEqual(message["sd"], f'[meta sequenceId="{line["seq"]}"]')
            self.assertRegex(message["time"], STAMP)
            self.assertEqual(message["time"][:26], line["time"][:26])

    def test_a_receiver_that_comes_goes_and_resets_hears_every_event_in_order(self):
        port = free_port()
        sim = self.place.sim()
        daemon = self.place.daemon(sim, [], extra=syslog_table("siem", port, self.place.certs.ca))
        daemon.start()
        # More than the sockets hold: with the connection that is reset goes what nobody counts as
        # sent yet.
        sim.add(short_lives(100))
        wait_until(lambda: len(daemon.log_lines()) >= 100, 60, "the log", daemon.diagnostics)
        receiver = self.place.keep(OctetReader(self.place.certs, port))
        receiver.reset_after = 9000
        wait_until(lambda: 100 in receiver.seqs, 60, "after it came", daemon.diagnostics)
        daemon.kill9()
        sim.add(short_lives(10))
        daemon.start()
        wait_until(lambda: sum(line["to"] == "Succeeded" for line in daemon.log_lines()) == 110, 60,
                   "the log", daemon.diagnostics)
        last = daemon.log_lines()[-1]["seq"]
        wait_until(lambda: last in receiver.seqs, 60, "the rest", daemon.diagnostics)
        self.assertEqual(receiver.problems, [])
        first_seen = list(dict.fromkeys(receiver.seqs))
        self.assertEqual(first_seen, list(range(1, len(first_seen) + 1)))

    def test_a_filter_chooses_and_the_metrics_count_what_it_chose(self):
        port = free_port()
        sim = self.place.sim()
        table = syslog_table("siem", port, self.place.certs.ca)
        daemon = self.place.daemon(sim, [], extra=table + 'filter = { to = ["Succeeded"] }\n')
        daemon.start()

        def value(name):
            text = daemon.get("/metrics")[1]
            return int(re.search(name + r'\{syslog="siem"\} (\d+)', text).group(1))

        def succeeded():
            return [line["seq"] for line in daemon.log_lines() if line["to"] == "Succeeded"]

        sim.add(short_lives(5))
        wait_until(lambda: value("mactiond_syslog_failures_total") > 0 and len(succeeded()) == 5,
                   60, "a failure", daemon.diagnostics)
        self.assertGreaterEqual(value("mactiond_syslog_queue"), 5)
        self.assertEqual(value("mactiond_syslog_sent_total"), 0)
        receiver = self.place.keep(OctetReader(self.place.certs, port))
        wait_until(lambda: value("mactiond_syslog_queue") == 0, 60, "all gone through",
                   daemon.diagnostics)
        self.assertEqual(value("mactiond_syslog_sent_total"), 5)
        wait_until(lambda: receiver.seqs == succeeded(), 20, "what passes, in order")

    def test_a_certificate_that_nobody_vouches_for_gets_nothing(self):
        port = free_port()
        receiver = self.place.keep(OctetReader(self.place.certs, port))
        sim = self.place.sim()
        table = syslog_table("siem", port, self.place.certs.ca)
        daemon = self.place.daemon(
            sim, [], extra=re.sub(r'ca_file = ".*"', 'ca_file = ""', table))
        daemon.start()
        sim.add(short_lives(1))
        wait_until(lambda: "syslog_failed" in daemon.errors_path.read_text(), 30, "a failure")
        self.assertIn("certificate", daemon.errors_path.read_text())
        self.assertEqual(receiver.seqs, [])


if __name__ == "__main__":
    unittest.main()
