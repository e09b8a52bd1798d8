#!/usr/bin/env python3
"""Durable deliveries a second of the real daemon to nginx on loopback, beside wrk that repeats one
of its requests, body and headers, against the same nginx; and what a long queue costs at start and
in memory. Prints a table; exits 0 if all limits hold."""

import argparse
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))
from harness import Daemon, Workplace, free_port, pass_time, wait_until  # noqa: E402
from hostile_api import stamp  # noqa: E402

DELIVERIES_PER_S = 3000
READY_S = 1.0
GROWTH_MB = 8
QUEUED = 100_000


class Nginx:
    """Answers every POST with 200 and keeps connections alive."""

    def __init__(self, place):
        self.port = free_port()
        directory = place.path / "nginx"
        directory.mkdir()
        config = directory / "nginx.conf"
        config.write_text(f"""
worker_processes 1;
daemon off;
error_log {directory}/error.log;
pid {directory}/pid;
events {{ worker_connections 256; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_body_temp_path {directory}; proxy_temp_path {directory}; fastcgi_temp_path {directory};
  uwsgi_temp_path {directory}; scgi_temp_path {directory};
  server {{ listen 127.0.0.1:{self.port}; location / {{ return 200; }} }}
}}
""")
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen([program, "-c", config, "-p", directory],
                                        stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}/hook"

    def stop_now(self):
        self.process.terminate()
        self.process.wait()


class Bench(Daemon):
    """A daemon with one webhook of the given URL and no region that answers."""

    def __init__(self, place, url, name, in_flight=8):
        self.hook = (url, in_flight)
        super().__init__(place, None, [], name=name)

    def config_text(self, **overrides):
        url, in_flight = self.hook
        text = super().config_text(api="https://127.0.0.1:9", **overrides)
        secret = self.write_secret("hook", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
        return text.replace('log_level = "debug"', 'log_level = "error"') + (
            f'[[webhook]]\nname = "bench"\nurl = "{url}"\nallow_http = true\n'
            f'secret = "file:{secret}"\nmax_in_flight = {in_flight}\n'
            'filter.event = ["action.transition"]\n')

    def fill(self, count):
        """Queues transitions, each of an action of its own, as if a receiver had been away."""
        self.start()
        self.stop()
        document = json.dumps({
            "id": "a" * 36, "type": "RunAntiVirusScan", "scope": "Quick",
            "requestor": "soc@x.example",
            "requestorComment": "weekly scan of the servers", "status": "Succeeded",
            "machineId": "f" * 40, "computerDnsName": "srv-001.corp.example",
            "creationDateTimeUtc": stamp(age_s=900),
            "lastUpdateDateTimeUtc": stamp(age_s=600)}, separators=(",", ":"))
        ticks = int(time.time() * 1e7) - 600 * 10**7
        store = sqlite3.connect(self.state / "store.db")
        first = store.execute("SELECT last_seq FROM counter").fetchone()[0] + 1
        store.executemany(
            "INSERT INTO event (seq, id, type, time, instance, region, action_id, fields, document)"
            " VALUES (?, ?, 'action.transition', ?, 'e2e', 'eu', ?, ?, ?)",
            ((first + i, f"ma_{i:08}-0000-5000-8000-000000000000", ticks, f"act-{i}",
              '"from":"Pending","to":"Succeeded","lag_ms":1240', document) for i in range(count)))
        store.executemany(
            "INSERT INTO delivery"
            " (webhook, seq, order_key, head, queued, due, attempts, last_reason)"
            " VALUES ('bench', ?, ?, 1, ?, ?, 0, '')",
            ((first + i, f"act-{i}", ticks, ticks) for i in range(count)))
        store.execute("UPDATE counter SET last_seq = ?", (first + count - 1,))
        # As after a quiet time: the log has all of them already.
        log = self.log_path.stat()
        store.execute("INSERT OR REPLACE INTO log_position VALUES (1, ?, ?, ?, ?)",
                      (log.st_dev, log.st_ino, log.st_size, first + count))
        store.commit()
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()

    def delivered(self):
        return self.metric_sum("mactiond_webhook_deliveries_total", result="delivered")

    def rss_mb(self):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024

    def cpu_s(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def throughput(place, nginx, count, in_flight):
    daemon = place.keep(Bench(place, nginx.url, f"fast-{in_flight}", in_flight))
    daemon.fill(count)
    daemon.start()
    wait_until(lambda: daemon.delivered() > 0, 30, "the first delivery", daemon.diagnostics, 0.01)
    began, done, cpu = time.monotonic(), daemon.delivered(), daemon.cpu_s()
    wait_until(lambda: daemon.delivered() >= count, 120, "all of them", daemon.diagnostics, 0.05)
    took, cpu = time.monotonic() - began, daemon.cpu_s() - cpu
    daemon.stop()
    return (count - done) / took, (count - done) / cpu


def one_request(place):
    """The first request of a queue like the measured one, as a receiver gets it."""
    receiver = place.receiver("sample", tls=False)
    daemon = place.keep(Bench(place, receiver.url, "sample"))
    daemon.fill(1)
    daemon.start()
    wait_until(lambda: receiver.attempts, 30, "one request", daemon.diagnostics)
    daemon.stop()
    return receiver.attempts[0]


def wrk(place, nginx, request):
    own = ("host", "content-length", "connection")
    headers = {name: value for name, value in request.headers.items() if name not in own}
    script = place.path / "post.lua"
    script.write_text('wrk.method = "POST"\n' + "".join(
        f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}\n"
        for name, value in headers.items()) + f"wrk.body = {json.dumps(request.body.decode())}\n")
    began = os.times()
    done = subprocess.run(["wrk", "-t1", "-c8", "-d10s", "-s", script, nginx.url], check=True,
                          capture_output=True, text=True)
    ended = os.times()
    cpu = ended.children_user + ended.children_system - began.children_user - began.children_system
    requests = int(re.search(r"(\d+) requests in", done.stdout)[1])
    return float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1]), requests / cpu


def long_queue(place):
    """Seconds until READY and RSS after a while, with an empty and with a long queue for a
    receiver that is not there."""
    rows = []
    for name, count in (("empty", 0), ("long", QUEUED)):
        daemon = place.keep(Bench(place, "http://127.0.0.1:9/", name))
        daemon.fill(count)
        began = time.monotonic()
        daemon.start()
        ready = time.monotonic() - began
        pass_time(15)
        rows.append((ready, daemon.rss_mb()))
        daemon.stop()
    return rows


def main():
    parser = argparse.ArgumentParser(prog="./dev bench webhooks", description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--events", type=int, default=40_000)
    options = parser.parse_args()
    place = Workplace(options.bin)
    nginx = place.keep(Nginx(place))

    request = one_request(place)
    rate, per_cpu = throughput(place, nginx, options.events, 8)
    wide, wide_cpu = throughput(place, nginx, options.events, 64)
    other, other_cpu = wrk(place, nginx, request)
    (ready_empty, rss_empty), (ready_long, rss_long) = long_queue(place)

    growth = rss_long - rss_empty
    print("| what | measured | limit |")
    print("| --- | --- | --- |")
    print(f"| durable deliveries/s, 8 in flight | {rate:.0f} | {DELIVERIES_PER_S} |")
    print(f"| the same a second of its CPU | {per_cpu:.0f} | - |")
    print(f"| durable deliveries/s, 64 in flight | {wide:.0f} | - |")
    print(f"| the same a second of its CPU | {wide_cpu:.0f} | - |")
    print(f"| wrk -t1 -c8, the same {len(request.body)} bytes, requests/s | "
          f"{other:.0f} | - |")
    print(f"| the same a second of its CPU | {other_cpu:.0f} | - |")
    print(f"| wrk to mactiond, requests/s | {other / rate:.1f} | - |")
    print(f"| READY with an empty queue | {ready_empty:.2f} s | - |")
    print(f"| READY with {QUEUED} queued | {ready_long:.2f} s | {READY_S:.0f} s |")
    print(f"| RSS growth by {QUEUED} queued | {growth:.1f} MB | {GROWTH_MB} MB |")
    print(f"(load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)")
    good = rate >= DELIVERIES_PER_S and ready_long < READY_S and growth < GROWTH_MB
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
