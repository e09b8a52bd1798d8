"""Stale actions and the policies that cancel them, one of each fate; for the demo and the tests."""

from harness import FINAL

AGE_MS = 7 * 3600 * 1000

POLICIES = """
[[policy]]
name = "stale-scans"
action = "cancel"
stale_after = "6h"
[policy.match]
type = ["RunAntiVirusScan"]
comment = ["stale*"]

[[policy]]
name = "stale-sessions"
action = "cancel"
stale_after = "6h"
[policy.match]
type = ["LiveResponse"]
comment = ["stale*"]

[[policy]]
name = "one-package-an-hour"
action = "cancel"
stale_after = "6h"
max_per_hour = 1
[policy.match]
type = ["CollectInvestigationPackage"]
comment = ["stale*"]

[[policy]]
name = "try-isolations"
action = "cancel"
dry_run = true
stale_after = "6h"
[policy.match]
type = ["Isolate"]
comment = ["stale*"]
"""


def stale(kind, number):
    """An action that has been pending for seven hours and does not end by itself."""
    return {
        "type": kind, "computerDnsName": f"nb-stale-{number}.contoso.example",
        "requestor": "otto.oncall@contoso.example", "requestSource": "Portal",
        "requestorComment": "stale since the night", "age_ms": AGE_MS,
        "plan": [[0, "Pending"]],
    }


class Fates:
    """Adds one action for each fate and ends what must end by hand."""

    def __init__(self, sim, cancel_delay_ms=2500):
        """The delay is the time in which an end must overtake its cancel."""
        sim.switch(cancel="delayed", cancel_delay_ms=cancel_delay_ms)
        self.sim = sim
        self.scan, self.session, self.package, self.second, self.dry = sim.add([
            stale("RunAntiVirusScan", 1), stale("LiveResponse", 2),
            stale("CollectInvestigationPackage", 3), stale("CollectInvestigationPackage", 4),
            stale("Isolate", 5)])
        self.moved = False

    def turn(self, lines):
        """The session ends at the very moment in which its cancel was accepted."""
        if self.moved:
            return
        if "cancel.requested" in self.recorded(lines, self.session):
            self.sim.move(self.session, "Succeeded")
            self.moved = True

    def end_the_rest(self):
        """What nobody cancels ends, so that nothing stays open."""
        changes = self.sim.truth()
        final = {change.action for change in changes if change.after in FINAL}
        for action in (self.package, self.second, self.dry):
            if action not in final:
                self.sim.move(action, "Succeeded")

    @staticmethod
    def recorded(lines, action):
        return [line["type"] for line in lines
                if line.get("action", {}).get("id") == action
                and line["type"] != "action.transition"]

    def missing(self, lines):
        """What was promised and not reported."""
        recorded = {name: self.recorded(lines, getattr(self, name))
                for name in ("scan", "session", "package", "second", "dry")}
        suppressed = [line["type"] for line in lines if line["type"] == "cancel.suppressed"]
        packages = sorted([recorded["package"], recorded["second"]])
        checks = {
            "a stale scan cancelled and confirmed":
                recorded["scan"] == ["cancel.requested", "cancel.confirmed"],
            "a cancel overtaken by the action's own end":
                recorded["session"] == ["cancel.requested", "cancel.overtaken"],
            "one cancel an hour for packages":
                packages == [[], ["cancel.requested", "cancel.confirmed"]],
            "the limit reported once": suppressed == ["cancel.suppressed"],
            "a dry run that only reports": recorded["dry"] == ["action.stale"],
        }
        return [name for name, kept in checks.items() if not kept]
