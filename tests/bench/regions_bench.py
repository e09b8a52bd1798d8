#!/usr/bin/env python3
"""The real daemon following many regions at once, beside mactionsim on loopback: how late its loop
is, how much memory it takes, what it costs. Prints a table with the limits; exits 0 if all hold."""

import argparse
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))
from harness import CLIENT, Daemon, Workplace, pass_time, wait_until  # noqa: E402

LOOP_LAG_LIMIT_S = 0.020
RSS_LIMIT_MB = 150


class ManyRegions(Daemon):
    """A daemon whose one configured region is there many times, by the real quota."""

    def __init__(self, place, sim, regions):
        self.regions = regions
        super().__init__(place, sim, [], poll={"min_interval": "2s", "idle_interval": "15s"},
                         quota={"per_minute": 100, "per_hour": 1500})

    def config_text(self, **overrides):
        head, region = super().config_text(**overrides).split("[[region]]")
        head = head.replace('log_level = "debug"', 'log_level = "warning"')
        # Each is another app registration: one of them may stand in a configuration only once.
        return head + "".join(
            "[[region]]" + region.replace('"eu"', f'"r{i:03}"').replace(CLIENT, f"{CLIENT}-{i:03}")
            for i in range(self.regions))


def rss_mb(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024


def cpu_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def lag_buckets(metrics):
    found = {}
    for key, value in metrics.items():
        match = re.fullmatch(r'mactiond_loop_lag_seconds_bucket\{le="(.*)"\}', key)
        if match:
            found[float(match[1].replace("+Inf", "inf"))] = value
    return found


def quantile(before, after, share):
    """The smallest bucket bound under which this share of the samples between lies."""
    total = after[float("inf")] - before[float("inf")]
    for bound in sorted(after):
        if after[bound] - before[bound] >= share * total:
            return bound, int(total)
    return float("inf"), int(total)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench regions", description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--regions", type=int, default=200)
    parser.add_argument("--actions", type=int, default=100, help="open ones in each region")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()

    place = Workplace(options.bin)
    sim = place.sim(per_minute=10**6, per_hour=10**7, any_client=True)
    sim.add([{"type": "RunAntiVirusScan", "plan": [[3_600_000, "Succeeded"]]}
             for _ in range(options.actions)])
    daemon = place.keep(ManyRegions(place, sim, options.regions)).start()
    wanted = options.regions * options.actions
    wait_until(lambda: daemon.metric_sum("mactiond_actions") >= wanted, 180, "every action seen",
               daemon.diagnostics, every_s=1)
    pass_time(5)

    before, cpu_before = lag_buckets(daemon.metrics()), cpu_s(daemon.process.pid)
    polls_before = daemon.metric_sum("mactiond_api_requests_total", operation="list")
    pass_time(options.seconds)
    after, cpu = lag_buckets(daemon.metrics()), cpu_s(daemon.process.pid) - cpu_before
    polls = daemon.metric_sum("mactiond_api_requests_total", operation="list") - polls_before
    lag, samples = quantile(before, after, 0.99)
    memory = rss_mb(daemon.process.pid)
    code, took = daemon.stop()

    print(f"{options.regions} regions with {options.actions} open actions each, "
          f"{options.seconds} s")
    print("| what | measured | limit |")
    print("| --- | --- | --- |")
    print(f"| loop lag p99 ({samples} samples), at most | {lag * 1000:.0f} ms | "
          f"{LOOP_LAG_LIMIT_S * 1000:.0f} ms |")
    print(f"| RSS | {memory:.0f} MB | {RSS_LIMIT_MB} MB |")
    print(f"| CPU of one core | {100 * cpu / options.seconds:.0f} % | - |")
    print(f"| list calls a second | {polls / options.seconds:.0f} | - |")
    print(f"| SIGTERM | exit {code} in {took:.1f} s | 10 s |")
    return 0 if lag <= LOOP_LAG_LIMIT_S and memory <= RSS_LIMIT_MB and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
