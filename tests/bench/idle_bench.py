"""What the daemon costs while nothing happens: one region polled at the default intervals, over a
minute. ./dev bench idle"""

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
from harness import Workplace, pass_time, wait_until  # noqa: E402

RSS_MIB_MAX = 16
CPU_PERCENT_MAX = 0.2
WARM_UP_S = 20
DEFAULTS = {"min_interval": "2s", "idle_interval": "15s"}


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid):
    """Resident: all of it, and what belongs to this process alone."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kib = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    own = kib["Private_Clean"] + kib["Private_Dirty"]
    return kib["Rss"] / 1024, own / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()
    place = Workplace(arguments.bin)
    sim = place.sim()
    daemon = place.daemon(sim, [place.receiver("events")], poll=DEFAULTS)
    text = daemon.config.read_text().replace('log_level = "debug"', 'log_level = "info"')
    daemon.config.write_text(text)
    daemon.start()
    wait_until(lambda: "ok, polled" in daemon.get("/readyz")[1], 30, "a poll", daemon.diagnostics)
    pass_time(WARM_UP_S)
    pid = daemon.process.pid
    calls, began = sim.quota()["calls"], cpu_seconds(pid)
    pass_time(arguments.seconds)
    percent = 100 * (cpu_seconds(pid) - began) / arguments.seconds
    calls = sim.quota()["calls"] - calls
    rss, own = memory_mib(pid)
    print(f"idle for {arguments.seconds} s, {calls} polls: {percent:.2f} % of one core, "
          f"RSS {rss:.1f} MiB, of which its own {own:.1f} MiB")
    daemon.stop()
    if calls == 0 or rss > RSS_MIB_MAX or percent > CPU_PERCENT_MAX:
        print(f"more than {RSS_MIB_MAX} MiB or {CPU_PERCENT_MAX} %, or no polls", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
