"""What the daemon exports, and the alert rules and the dashboard that read it."""

import json
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from harness import E2eTest, wait_until

SOURCE = Path(__file__).resolve().parents[2]
ALERTS = SOURCE / "config" / "prometheus" / "alerts.yml"
ALERTS_TEST = SOURCE / "tests" / "e2e" / "alerts_test.yml"
ALERTS_DAYS_TEST = SOURCE / "tests" / "e2e" / "alerts_days_test.yml"
DASHBOARD = SOURCE / "config" / "grafana" / "mactiond.json"


def promtool(*arguments, **options):
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True,
                          **options)
    return done.returncode, done.stdout + done.stderr


def dashboard_queries():
    dashboard = json.loads(DASHBOARD.read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


class Monitoring(E2eTest):
    def exported(self):
        """/metrics of a daemon that has seen a transition and delivered it."""
        sim = self.place.sim()
        receiver = self.place.receiver("events")
        daemon = self.place.daemon(
            sim, [receiver],
            extra='[submit]\nenabled = true\n'
                  '[[syslog]]\nname = "siem"\naddress = "127.0.0.1:9"\n')
        daemon.config.write_text(daemon.config.read_text().replace(
            "[region.quota]", 'expires = "2099-12-31"\n[region.quota]'))
        daemon.start()
        sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        wait_until(lambda: receiver.accepted, 20, "a delivery", daemon.diagnostics)
        text = daemon.get("/metrics")[1]
        self.assertEqual(daemon.stop()[0], 0)
        return text

    def test_metrics_are_clean_and_are_what_alerts_and_dashboard_read(self):
        text = self.exported()
        self.assertEqual(promtool("check", "metrics", input=text), (0, ""))

        families = set(re.findall(r"^# TYPE (\S+)", text, re.M))
        series = families | {f"{name}_{part}" for name in families
                             for part in ("bucket", "count", "sum")}
        read = re.findall(r"\bmactiond_[a-z_]+", ALERTS.read_text() + str(dashboard_queries()))
        self.assertEqual(set(read) - series, set())
        shown = re.sub(r"_(bucket|count|sum)\b", "", str(dashboard_queries()))
        self.assertEqual({name for name in families if name not in shown}, set())

    def test_a_wrong_metric_would_be_noticed(self):
        self.assertNotEqual(promtool("check", "metrics", input="x_milliseconds 1\n")[0], 0)

    def test_rules_fire_in_trouble_and_in_no_other_case(self):
        code, said = promtool("check", "rules", ALERTS)
        self.assertEqual(code, 0, said)
        for path in (ALERTS, ALERTS_TEST, ALERTS_DAYS_TEST):
            shutil.copy(path, self.place.path)
        for path in (ALERTS_TEST, ALERTS_DAYS_TEST):
            code, said = promtool("test", "rules", path.name, cwd=self.place.path)
            self.assertEqual(code, 0, said)

    def test_every_rule_is_tested(self):
        names = re.findall(r"- alert: (\w+)", ALERTS.read_text())
        self.assertEqual([n for n in names if n not in ALERTS_TEST.read_text()], [])

    def test_dashboard_queries_are_queries(self):
        rules = "groups:\n  - name: dashboard\n    rules:\n"
        for i, query in enumerate(dashboard_queries()):
            query = query.replace("$__rate_interval", "5m")
            rules += f"      - {{record: 'q:{i}', expr: {json.dumps(query)}}}\n"
        path = self.place.path / "dashboard.yml"
        path.write_text(rules)
        code, said = promtool("check", "rules", path)
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    unittest.main()
