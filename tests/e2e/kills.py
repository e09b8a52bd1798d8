#!/usr/bin/env python3
"""./dev kills: kill -9 right before every 10th system call of a scenario of 30 actions. After the
next start the log is exact, every event is delivered with its id, and no cancel is POSTed twice."""

import argparse
import signal
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from harness import FINAL, TimedOut, Workplace, pass_time, wait_until
from judge import judge
from stale import stale

MOVING, CANCELLED = 24, 6
VISIBLE_S = 1000  # a kill may hide a status for as long as it takes to start again
SCENARIO_LIMIT_S = 60
# A decision that was killed around its POST waits a minute before it asks what came of it.
SETTLED_LIMIT_S = 150

POLICY = """
[[policy]]
name = "stale-scans"
action = "cancel"
stale_after = "6h"
[policy.match]
type = ["RunAntiVirusScan"]
comment = ["stale*"]
"""


def actions():
    moving = [{"type": "Isolate", "computerDnsName": f"pc-{i}.example",
               "plan": [[0, "Pending"], [400 + 20 * i, "InProgress"],
                        [1200 + 20 * i, FINAL[i % len(FINAL)]]]} for i in range(MOVING)]
    return moving + [stale("RunAntiVirusScan", i) for i in range(CANCELLED)]


class Scenario:
    """One life that is killed before a system call, and the life after it."""

    def __init__(self, binaries, number):
        self.number = number
        self.place = Workplace(binaries)
        self.sim = self.place.sim()
        self.sim.switch(cancel="delayed", cancel_delay_ms=300)
        self.receivers = [self.place.receiver("events"),
                          self.place.receiver("plain", format="standard", tls=False)]
        self.daemon = self.place.daemon(self.sim, self.receivers, extra=POLICY)
        self.count_path = self.place.path / "calls"
        self.daemon.prefix = [self.place.binaries / "kill_before", str(number), self.count_path]
        self.daemon.know_regions()

    def first_life(self):
        """How many calls it made; fewer than the number where the kill came too late."""
        self.sim.add(actions())
        self.daemon.start(wait=False)
        wait_until(lambda: self.daemon.process.poll() is not None or self.is_complete(),
                   SCENARIO_LIMIT_S, "the scenario", self.daemon.diagnostics, every_s=0.1)
        if self.daemon.process.poll() is None:
            self.daemon.process.send_signal(signal.SIGTERM)
        code = self.daemon.process.wait(30)
        if code not in (0, -signal.SIGKILL):
            raise TimedOut(f"the first life ended with {code}")
        return int(self.count_path.read_text())

    def last_life(self):
        """What is wrong with what came of it; an empty list if nothing is."""
        self.daemon.prefix = []
        try:
            self.daemon.start()
            wait_until(self.is_complete, SETTLED_LIMIT_S, "everything recorded",
                       self.daemon.diagnostics, every_s=0.5)
            pass_time(1)
            problems = self.problems()
            if self.daemon.stop()[0] != 0:
                problems.append("it did not stop cleanly")
            return problems
        except (TimedOut, AssertionError, OSError) as error:
            return [str(error).splitlines()[0]] + self.problems()
        finally:
            self.place.close()

    def is_complete(self):
        if any(plan.after not in FINAL for plan in self.last_changes()):
            return False
        counts = Counter(line["type"] for line in self.daemon.log_lines())
        if counts["cancel.confirmed"] < CANCELLED:
            return False
        return not self.verdict().problems

    def last_changes(self):
        return {change.action: change for change in self.sim.truth()}.values()

    def verdict(self):
        return judge(self.sim.truth(), self.daemon.log_lines(), self.receivers, VISIBLE_S,
                     time.time())

    def problems(self):
        found = list(self.verdict().problems)
        last = {}
        for line in self.daemon.log_lines():
            if line["type"] == "action.transition":
                last[line["action"]["id"]] = line["to"]
        for change in self.last_changes():
            if last.get(change.action) != change.after:
                found.append(f"{change.action}: its end {change.after} is missing")
        quota = self.sim.quota()
        if quota["operations"]["cancel"] != CANCELLED:
            found.append(f"{quota['operations']['cancel']} POSTs for {CANCELLED} cancels")
        if quota["windows_over"]:
            found.append(f"the quota was exceeded: {quota}")
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--every", type=int, default=10, help="before every so manieth call")
    parser.add_argument("--first", type=int, default=0, help="the first call, else --every")
    parser.add_argument("--points", type=int, default=0, help="at most this many; 0: all")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    whole = Scenario(arguments.bin, 0)
    total = whole.first_life()
    whole.place.close()
    print(f"the scenario makes {total} system calls", flush=True)
    numbers = list(range(arguments.first or arguments.every, total, arguments.every))
    if arguments.points and len(numbers) > arguments.points:
        step = len(numbers) / arguments.points
        numbers = [numbers[int(i * step)] for i in range(arguments.points)]
    lives = threading.Semaphore(arguments.jobs)

    def run(number):
        # A point that waits for the end of a decision costs nothing: it does not delay the next.
        with lives:
            scenario = Scenario(arguments.bin, number)
            try:
                reached = scenario.first_life() >= number
            except (TimedOut, OSError) as error:
                scenario.place.close()
                return number, False, [str(error).splitlines()[0]]
        return number, reached, scenario.last_life()

    failed = reached = 0
    with ThreadPoolExecutor(4 * arguments.jobs) as pool:
        for done in as_completed([pool.submit(run, number) for number in numbers]):
            number, was_reached, problems = done.result()
            reached += was_reached
            if problems:
                failed += 1
                print(f"call {number}: " + "\n  ".join(problems[:5]), flush=True)
    print(f"{len(numbers)} starts, {reached} killed before their call, {failed} with a fault")
    return 1 if failed or reached * 2 < len(numbers) else 0


if __name__ == "__main__":
    sys.exit(main())
