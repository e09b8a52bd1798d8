"""What events say of machines, and who may act by it, with the real daemon: facts, filters,
policies, a role that is missing, and a daemon that dies while it waits for them."""

import json
import unittest

from harness import E2eTest, pass_time, wait_until
from stale import stale

ENRICH = "\n[enrich]\nmachine = true\n"
POLICIES = """
[[policy]]
name = "hands-off"
action = "ignore"
[policy.match]
machine_tag = ["keep"]

[[policy]]
name = "stale-scans"
action = "cancel"
stale_after = "6h"
[policy.match]
type = ["RunAntiVirusScan"]
"""


def machine_id(number):
    return f"{number:040x}"


def machine(number, group=None, tags=(), platform="Windows11"):
    made = {"id": machine_id(number), "machineTags": list(tags), "osPlatform": platform,
            "healthStatus": "Active"}
    return made | ({"rbacGroupName": group} if group else {})


def scan(number, **members):
    return {"type": "RunAntiVirusScan", "machineId": machine_id(number),
            "plan": [[0, "Pending"], [1500, "InProgress"], [3000, "Succeeded"]]} | members


class Enrich(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()

    def daemon_with(self, receivers, extra):
        self.daemon = self.place.daemon(self.sim, receivers, extra=ENRICH + extra)
        self.daemon.start()
        wait_until(lambda: self.daemon.status()["regions"][0]["state"] == "ok", 30, "a poll",
                   self.daemon.diagnostics)
        return self.daemon

    def lines_of(self, action, kind="action.transition"):
        return [line for line in self.daemon.log_lines()
                if line["type"] == kind and line.get("action", {}).get("id") == action]

    def plans(self):
        plans = json.loads(self.daemon.get_operator("/v1/policies")[1])
        return {plan["action_id"]: plan for plan in plans["regions"][0]["actions"]}

    def test_events_say_what_is_known_of_their_machine(self):
        everyone = self.place.receiver("all", format="cloudevents")
        soc = self.place.receiver("soc", format="standard",
                                  config=['filter.machine_group = ["SOC*"]'])
        lab = self.place.receiver("lab", format="cloudevents",
                                  config=['filter.machine_tag = ["lab-?"]'])
        self.daemon_with([everyone, soc, lab], "")
        self.sim.call("POST", "machines", [
            machine(1, "SOC Europe", ["prod", "lab-1"]), machine(2, "Workshop", ["prod"], "macOS"),
            machine(3)])
        actions = self.sim.add([scan(1), scan(2), scan(3)])
        self.assert_exact(self.sim, self.daemon, [everyone], 30)
        wanted = [
            {"rbacGroupName": "SOC Europe", "machineTags": ["prod", "lab-1"],
             "osPlatform": "Windows11", "healthStatus": "Active"},
            {"rbacGroupName": "Workshop", "machineTags": ["prod"], "osPlatform": "macOS",
             "healthStatus": "Active"},
            {"rbacGroupName": None, "machineTags": [], "osPlatform": "Windows11",
             "healthStatus": "Active"}]
        for action, facts in zip(actions, wanted):
            lines = self.lines_of(action)
            self.assertTrue(lines)
            self.assertEqual([line.get("machine") for line in lines], [facts] * len(lines),
                             self.daemon.diagnostics())
            for attempt in everyone.accepted:
                if attempt.action_id == action:
                    self.assertEqual(attempt.data["machine"], facts)
        for receiver in (soc, lab):
            expected = {line["id"] for line in self.lines_of(actions[0])}
            wait_until(lambda r=receiver, ids=expected: ids <= set(r.accepted_ids()), 20,
                       f"what {receiver.name} gets", self.daemon.diagnostics)
            got = {attempt.action_id for attempt in receiver.accepted}
            self.assertEqual(got, {actions[0]})
            self.assertEqual(receiver.problems(), [])

    def test_a_policy_by_tag_cancels_only_what_it_should(self):
        self.daemon_with([], POLICIES)
        self.sim.call("POST", "machines", [machine(1, tags=["keep"]), machine(2, tags=["x"]),
                                           machine(3)])
        self.sim.call("DELETE", f"machines/{machine_id(3)}")
        kept, cancelled, unknown = self.sim.add(
            [stale("RunAntiVirusScan", number) | {"machineId": machine_id(number)}
             for number in (1, 2, 3)])
        wait_until(lambda: self.lines_of(cancelled, "cancel.confirmed"), 60, "the cancel",
                   self.daemon.diagnostics)
        wait_until(lambda: self.plans().get(unknown, {}).get("guard") == "machine_unknown", 30,
                   "the guard", lambda: f"{self.plans()}\n{self.daemon.diagnostics()}")
        plans = self.plans()
        self.assertEqual(plans[kept]["verdict"], "ignore")
        self.assertEqual(plans[unknown]["verdict"], "hold")
        self.assertIn("hands-off governs it if the machine fits", plans[unknown]["reason"])
        pass_time(3)
        for action in (kept, unknown):
            self.assertEqual(self.lines_of(action, "cancel.requested"), [])
        self.assertIn("event=machine_facts_missing", self.daemon.errors_path.read_text())

    def test_events_arrive_without_the_role(self):
        receiver = self.place.receiver("all", format="cloudevents")
        self.daemon_with([receiver], "")
        self.sim.faults("forbidden", "machine")
        for wave in range(3):
            self.sim.add([scan(10 * wave + number) for number in range(5)])
            pass_time(2)
        self.assert_exact(self.sim, self.daemon, [receiver], 40)
        self.assertTrue(all("machine" not in line for line in self.daemon.log_lines()))
        text = self.daemon.errors_path.read_text()
        self.assertEqual(text.count("event=machine_facts_missing"), 1, self.daemon.diagnostics())
        self.assertIn("Machine.Read.All", text)
        self.assertEqual(self.daemon.status()["regions"][0]["state"], "ok")

    def test_a_kill_while_events_wait_loses_and_doubles_nothing(self):
        receiver = self.place.receiver("all", format="cloudevents")
        self.daemon_with([receiver], "")
        self.sim.faults("no_answer", "machine")
        actions = []
        for number in range(3):
            actions += self.sim.add([scan(number, plan=[[0, "Pending"]])])
            wait_until(lambda n=number: self.sim.quota()["operations"]["machine"] > n, 20,
                       "a call for the machine", self.daemon.diagnostics)
            self.daemon.kill9()
            self.assertEqual(self.lines_of(actions[number]), [], "it was held")
            self.daemon.start()
        self.sim.no_faults()
        for action in actions:
            self.sim.move(action, "Succeeded")
        self.assert_exact(self.sim, self.daemon, [receiver], 60)

    def test_keys_of_machines_need_the_switch(self):
        daemon = self.place.daemon(self.sim, [], extra=POLICIES)
        code, _, errors = daemon.command("--config", daemon.config, "--check-config")
        self.assertEqual(code, 78, errors)
        self.assertIn("policy.match.machine_tag: nothing is known of machines: write machine = "
                      "true in [enrich]", errors)


if __name__ == "__main__":
    unittest.main()
