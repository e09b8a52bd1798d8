#!/usr/bin/env python3
"""The real daemon with one application in many tenants, one file of conf.d for each: how long a
check, a start and a reload take, how late the loop is, how much memory it needs. Prints a table
with the limits; exits 0 if all hold."""

import argparse
import statistics
import sys
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))
from harness import CLIENT, Daemon, Workplace, pass_time, wait_until  # noqa: E402
from regions_bench import cpu_s, lag_buckets, quantile, rss_mb  # noqa: E402

CHECK_LIMIT_S = 1.0
START_LIMIT_S = 1.0
RELOAD_LIMIT_S = 0.5
LOOP_LAG_LIMIT_S = 0.020


class ManyTenants(Daemon):
    """What the tenants share is in the file; what differs in conf.d."""

    def __init__(self, place, sim, tenants):
        super().__init__(place, sim, [], new_region=True)
        parts = self.directory / "conf.d"
        parts.mkdir()
        for i in range(tenants):
            (parts / f"tenant{i:04}.toml").write_text(
                f'[[region]]\nname = "tenant{i:04}"\ntenant_id = "{uuid.UUID(int=i + 1)}"\n')

    def config_text(self, **overrides):
        head = super().config_text(**overrides).split("[[region]]")[0]
        head = head.replace('log_level = "debug"', 'log_level = "info"')
        return head + (
            "[defaults.region]\n"
            f'api = "{self.sim.url}"\nauthority = "{self.sim.url}"\nclient_id = "{CLIENT}"\n'
            f'ca_file = "{self.place.certs.ca}"\n'
            f'[defaults.region.auth]\nclient_secret = "file:{self.secret_file}"\n')


def measure(work, times):
    """The median, in seconds."""
    took = []
    for _ in range(times):
        began = time.monotonic()
        work()
        took.append(time.monotonic() - began)
    return statistics.median(took)


def expect(code, what):
    if code != 0:
        raise AssertionError(f"{what}: exit {code}")


def reload_by_socket(daemon):
    return daemon.command("--socket", daemon.socket_path, "reload", program="mactionctl")[0]


def is_ready(daemon):
    try:
        return daemon.get("/readyz")[0] == 200
    except OSError:
        return False


def main():
    parser = argparse.ArgumentParser(prog="./dev bench tenants", description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--tenants", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()

    place = Workplace(options.bin)
    sim = place.sim(per_minute=10**6, per_hour=10**7, any_tenant=True)
    daemon = place.keep(ManyTenants(place, sim, options.tenants))

    def check():
        code, out, errors = daemon.command("--check-config", "--config", daemon.config)
        if f"ok: {options.tenants} regions" not in out or ", 0 warnings" not in out:
            raise AssertionError(f"exit {code}: {out} {errors}")

    check_s = measure(check, 5)
    began = time.monotonic()
    daemon.start(wait=False)
    wait_until(lambda: is_ready(daemon), 60, "/readyz", daemon.diagnostics, every_s=0.005)
    start_s = time.monotonic() - began
    wait_until(lambda: daemon.get("/readyz")[1].count("ok, polled") >= options.tenants, 180,
               "a poll of each tenant", daemon.diagnostics, every_s=1)
    pass_time(5)

    before, cpu_before = lag_buckets(daemon.metrics()), cpu_s(daemon.process.pid)
    pass_time(options.seconds)
    after, cpu = lag_buckets(daemon.metrics()), cpu_s(daemon.process.pid) - cpu_before
    lag, samples = quantile(before, after, 0.99)

    before = after
    reload_s = measure(lambda: expect(reload_by_socket(daemon), "reload"), 5)
    pass_time(1)
    after = lag_buckets(daemon.metrics())
    reload_lag = quantile(before, after, 1)[0]
    memory = rss_mb(daemon.process.pid)
    code, took = daemon.stop()

    rows = [("check", check_s, CHECK_LIMIT_S), ("start, until /readyz", start_s, START_LIMIT_S),
            ("reload", reload_s, RELOAD_LIMIT_S),
            (f"loop lag p99 ({samples} samples), at most", lag, LOOP_LAG_LIMIT_S),
            ("loop lag while it reloads, at most", reload_lag, LOOP_LAG_LIMIT_S)]
    print(f"{options.tenants} tenants, {options.seconds} s")
    print("| what | measured | limit |")
    print("| --- | --- | --- |")
    for what, measured, limit in rows:
        print(f"| {what} | {measured * 1000:.0f} ms | {limit * 1000:.0f} ms |")
    print(f"| RSS | {memory:.0f} MB | - |")
    print(f"| CPU of one core | {100 * cpu / options.seconds:.1f} % | - |")
    print(f"| SIGTERM | exit {code} in {took:.1f} s | 10 s |")
    return 0 if code == 0 and all(measured <= limit for _, measured, limit in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
