#!/usr/bin/env python3
"""./dev demo: the real daemon follows a simulated tenant, and everything it reports is checked."""

import argparse
import os
import random
import signal
import statistics
import sys
import time

from harness import FINAL, TYPES, Workplace, all_recorded, last_changes, pass_time, wait_until
from judge import age_text, is_old, judge, lags_ms, parse_time
from stale import POLICIES, Fates

PER_MINUTE, PER_HOUR = 100, 1500  # what the real API grants
VISIBLE_S = 4.0  # the quota stretches the poll interval to about 2.6 s
SECONDS_MIN = 15
SETTLE_S = 4.0  # between the last change and the end
COMPUTERS = [
    "srv-dc-01", "srv-sql-02", "srv-web-03", "srv-mail-04", "nb-finance-11", "nb-sales-12",
    "nb-hr-13", "pc-lab-21", "pc-lab-22", "mac-design-31", "kiosk-41",
]
REQUESTORS = [
    ("anna.analyst@contoso.example", "Portal"),
    ("otto.oncall@contoso.example", "Portal"),
    ("SOAR playbook", "PublicApi"),
    ("8f1d1a52-6b0c-4a8e-9d3e-2f6f3c1f7a10", "PublicApi"),
]
COLOURS = {
    "Pending": "33", "InProgress": "36", "Succeeded": "32", "Failed": "31", "TimeOut": "35",
    "Cancelled": "90",
}


class Screen:
    """Readable lines; colour only on a terminal and without NO_COLOR."""

    def __init__(self):
        self.colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        encoding = (sys.stdout.encoding or "").lower()
        self.arrow = "→" if encoding.startswith("utf") else "->"
        self.since = 0.0  # when the daemon was started

    def status(self, status, width=0):
        text = (status or "(new)").ljust(width)
        if self.colour and status in COLOURS:
            return f"\x1b[{COLOURS[status]}m{text}\x1b[0m"
        return text

    def transition(self, line):
        action = line["action"]
        moment = time.strftime("%H:%M:%S", time.gmtime(parse_time(line["time"])))
        computer = (action.get("computerDnsName") or action.get("machineId") or "?").split(".")[0]
        print(f"{moment}  {computer:<14} {action['type']:<28}"
              f" {self.status(line['from'], 10)} {self.arrow} {self.status(line['to'], 10)}"
              f"{self.delay(line)}", flush=True)

    def delay(self, line):
        """How late a change was seen, or how old the action was already."""
        if is_old(line, self.since):
            age = time.time() - parse_time(line["action"]["creationDateTimeUtc"])
            return f" already {age_text(age)} old"
        return "" if line["lag_ms"] is None else f" lag {line['lag_ms'] / 1000:4.1f} s"

    def other(self, line):
        action = line.get("action", {})
        computer = (action.get("computerDnsName") or line["region"]).split(".")[0]
        facts = " ".join(f"{key}={line[key]}" for key in
                         ("policy", "status", "limit", "would_cancel", "reason") if key in line)
        print(f"{'':8}  {computer:<14} {line['type']:<28} {facts}", flush=True)


def make_script(seconds):
    """[(start in seconds, action)] in order: every type, every way to end, both kinds of
    requestors, an offline device and actions that are over before anybody could look."""
    source = random.Random(seconds)
    last_change = seconds - SETTLE_S
    ends = [(kind, FINAL[i % len(FINAL)]) for i, kind in enumerate(TYPES)]
    ends += [(source.choice(TYPES), FINAL[i % len(FINAL)]) for i in range(max(5, seconds // 2))]
    script = []
    for number, (kind, final) in enumerate(ends):
        start = source.uniform(0.2, max(0.5, last_change - 12))
        left = last_change - start
        length = min(left, source.uniform(9, 11 + left / 4))
        plan = [[0, "Pending"], [int(length * 450), "InProgress"], [int(length * 1000), final]]
        if final == "TimeOut":
            plan = [[0, "Pending"], [int(length * 1000), final]]
        elif number % 8 == 7:
            plan = [[0, "Pending"], [120, "InProgress"], [350, final]]
        requestor, origin = REQUESTORS[number % len(REQUESTORS)]
        script.append((start, {
            "type": kind, "computerDnsName": f"{source.choice(COMPUTERS)}.contoso.example",
            "requestor": requestor, "requestSource": origin, "requestorComment": "demo",
            "plan": plan,
        }))
    return sorted(script, key=lambda step: step[0])


class Demo:
    def __init__(self, binaries, seconds):
        self.seconds = seconds
        self.screen = Screen()
        self.place = Workplace(binaries)
        self.sim = self.place.sim(per_minute=PER_MINUTE, per_hour=PER_HOUR)
        self.receivers = [
            self.place.receiver("soc-events", format="cloudevents"),
            self.place.receiver("soc-plain", format="standard"),
        ]
        self.daemon = self.place.daemon(
            self.sim, self.receivers, poll={"min_interval": "2s", "idle_interval": "3s"},
            extra=POLICIES)
        self.fates = Fates(self.sim)
        self.rest_ended = False
        self.script = make_script(seconds)
        self.printed = 0

    def play(self):
        """Starts the script's actions when they are due and shows what the daemon reports."""
        self.screen.since = time.time()
        self.daemon.start()
        print(f"mactiond follows a simulated tenant for {self.seconds} s:"
              f" {len(self.script)} actions and 5 stale ones, TLS, {len(self.receivers)} signed"
              " webhooks\n")
        began = time.monotonic()

        def turn():
            while self.script and time.monotonic() - began >= self.script[0][0]:
                self.sim.add([self.script.pop(0)[1]])
            self.fates.turn(self.show_new_lines())
            if not self.rest_ended and time.monotonic() - began >= self.seconds - SETTLE_S:
                self.fates.end_the_rest()
                self.rest_ended = True
            if self.daemon.process.poll() is not None:
                raise AssertionError(f"the daemon ended\n{self.daemon.diagnostics()}")

        pass_time(self.seconds, turn)
        recorded = all_recorded(self.sim, self.daemon, self.receivers, VISIBLE_S)
        try:
            wait_until(recorded, 20, "everything recorded", every_s=0.3)
        except AssertionError:
            pass  # the verdict says what is missing
        self.show_new_lines()

    def show_new_lines(self):
        lines = self.daemon.log_lines()
        for line in lines[self.printed:]:
            if line["type"] == "action.transition":
                self.screen.transition(line)
            else:
                self.screen.other(line)
        self.printed = len(lines)
        return lines

    def conclude(self):
        """Stops the daemon, prints the summary; whether everything promised was seen."""
        truth = self.sim.truth()
        quota = self.sim.quota()
        status = self.daemon.status()
        code, took = self.daemon.stop()
        lines = self.daemon.log_lines()
        verdict = judge(truth, lines, self.receivers, VISIBLE_S, time.time())
        problems = list(verdict.problems)
        problems += coverage_gaps(truth, lines)
        problems += [f"not seen: {fate}" for fate in self.fates.missing(lines)]
        if quota["windows_over"]:
            problems.append(f"quota exceeded in {quota['windows_over']} trailing windows")
        if code != 0:
            problems.append(f"the daemon stopped with exit code {code}")
        if any(change.after not in FINAL for change in last_changes(truth).values()):
            problems.append("the script did not end in time")

        self.summary(verdict, quota, status, lines, code, took)
        for problem in problems[:20]:
            print(f"  {problem}")
        if problems:
            print(f"\nFAILED: {len(problems)} of the promises above were not kept")
            print(self.daemon.diagnostics())
        else:
            print("\nEverything promised was seen.")
        return not problems

    def summary(self, verdict, quota, status, lines, code, took):
        lags = [lag / 1000 for lag in lags_ms(lines, self.screen.since)] or [0.0]
        print(f"\ntransitions    {verdict.seen} of {verdict.true} recorded;"
              f" {verdict.required} were visible for more than {VISIBLE_S:.0f} s,"
              f" {len(verdict.missing)} of these missing")
        print(f"duplicates     {len(verdict.doubled)} in the log;"
              f" {len(verdict.invented)} recorded that never happened")
        for receiver in self.receivers:
            unsigned = len({p.split(": ")[1] for p in receiver.problems()})
            repeats = len(receiver.attempts) - len({a.id for a in receiver.attempts})
            print(f"webhook        {receiver.name} ({receiver.format}): {len(receiver.attempts)}"
                  f" received, {len(receiver.attempts) - unsigned} verified, {repeats} repeated")
        cancels = [line["type"] for line in lines if line["type"].startswith("cancel.")]
        print("cancels        " + ", ".join(
            f"{cancels.count('cancel.' + name)} {name}"
            for name in ("requested", "confirmed", "overtaken", "suppressed")))
        print(f"API calls      {quota['calls']}; busiest minute {quota['max_per_minute']} of"
              f" {PER_MINUTE}, busiest hour {quota['max_per_hour']} of {PER_HOUR};"
              f" windows over the limit: {quota['windows_over']}")
        print(f"detection lag  median {statistics.median(lags):.1f} s, worst {max(lags):.1f} s")
        print(f"daemon         seq {status['last_seq']}, stopped by SIGTERM in {took:.1f} s,"
              f" exit code {code}")


def coverage_gaps(truth, lines):
    """All nine types and all six statuses are part of the promise."""
    transitions = [line for line in lines if line["type"] == "action.transition"]
    gaps = set(TYPES) - {line["action"]["type"] for line in transitions}
    gaps |= {"Pending", "InProgress", *FINAL} - {line["to"] for line in transitions}
    return [f"never seen: {gap}" for gap in sorted(gaps)]


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--bin", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=30, metavar="N",
                        help=f"how long, at least {SECONDS_MIN} (default 30)")
    try:
        arguments = parser.parse_args()
    except SystemExit as leaving:
        return 64 if leaving.code else 0
    if arguments.seconds < SECONDS_MIN:
        print(f"./dev demo: --seconds: at least {SECONDS_MIN}", file=sys.stderr)
        return 64
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    demo = None
    try:
        demo = Demo(arguments.bin, arguments.seconds)
        demo.play()
        return 0 if demo.conclude() else 1
    except KeyboardInterrupt:
        return 130
    finally:
        if demo:
            demo.place.close()


if __name__ == "__main__":
    sys.exit(main())
