"""What the daemon sends and writes, held against the libraries and schemas that its readers use."""

import base64
import json
import os
import re
import subprocess
import unittest
from pathlib import Path

import jsonschema

from harness import FINAL, TYPES, E2eTest, wait_until
from receiver import Answer

TESTS = Path(__file__).resolve().parent.parent
SCHEMAS = TESTS.parent / "schemas"
TEMPLATE = """'''{"what": "${title}", "machine": "${action.computerDnsName}",
  "seq": "${seq}", "text": "${from} to ${to}", "all": "${event}"}'''"""
SEQ = {
    "json": re.compile(r'^\{"seq":(\d+),'),
    "ecs": re.compile(r'^\{"event":\{"sequence":(\d+),'),
    "ocsf": re.compile(r'^\{"metadata":\{"sequence":(\d+),'),
    "cef": re.compile(r"^CEF:0\|mactiond\|mactiond\|[^|]+\|[^|]+\|[^|]+\|\d+\|cn1=(\d+) "),
}


def load_schemas(folder):
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.schema.json"))]


def validator(name):
    """Of schemas/NAME.schema.json; the schemas refer to each other by $id."""
    schemas = {schema["$id"]: schema for schema in load_schemas(SCHEMAS)}
    wanted = schemas[f"urn:mactiond:schema:{name}:1"]
    resolver = jsonschema.RefResolver(wanted["$id"], wanted, store=schemas)
    return jsonschema.Draft202012Validator(wanted, resolver=resolver)


def card_seqs(attempt):
    """The events in a Teams message, in its order."""
    card = attempt.event["attachments"][0]["content"]
    texts = ["".join(run["text"] for run in element["inlines"]) for element in card["body"]]
    found = [re.match(r"Event(?:: [a-z_.]+)? (\d+)", text) for text in texts]
    return [int(match.group(1)) for match in found if match]


def life(kind, final, number):
    plan = [[0, "Pending"], [1500, "InProgress"], [3000, final]]
    comment = f"ticket {number}: <b>& [x](http://x.example) \"quoted\" \\ \u2603 | a=b\nline"
    return {"type": kind, "plan": plan, "computerDnsName": f"srv-{number:03}.example",
            "requestor": "analyst@example.com", "requestorComment": comment}


class Formats(E2eTest):
    def receivers(self):
        def make(name, format, answer=None, **options):
            receiver = self.place.receiver(name, format=format, **options)
            if answer:
                receiver.answer = lambda attempt, number: answer
            return receiver

        token = self.place.path / "token"
        token.touch(mode=0o600)
        token.write_text("0123456789abcdef0123456789abcdef\n")
        old = "whsec_" + base64.b64encode(b"x" * 32).decode()
        return {
            "events": make("events", "cloudevents", old_secrets=[old]),
            "plain": make("plain", "standard", tls=False),
            "slack": make("slack", "slack", Answer(200, body=b"ok")),
            "teams": make("teams", "teams", Answer(202), config=['teams.interval = "1s"']),
            "pager": make("pager", "pagerduty", Answer(202, body=b'{"status":"success"}'),
                          config=[f'token = "file:{token}"']),
            "splunk": make("splunk", "splunk_hec",
                           Answer(200, body=b'{"text":"Success","code":0}'),
                           config=[f'token = "file:{token}"']),
            "own": make("own", "template", config=[f"template = {TEMPLATE}"]),
            "gone": make("gone", "standard", Answer(410)),
        }

    def node(self, requests):
        """What the receivers' own libraries say of requests."""
        path = self.place.path / "requests.json"
        path.write_text(json.dumps(requests))
        environment = {**os.environ, "NODE_PATH": os.environ["MACTIOND_NODE_MODULES"]}
        done = subprocess.run(["node", TESTS / "validators" / "validate.js", path],
                              capture_output=True, text=True, timeout=120, env=environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    @staticmethod
    def request(receiver, attempt, body=None):
        return {"headers": attempt.headers, "format": receiver.format,
                "body": base64.b64encode(body or attempt.body).decode(),
                "secrets": [receiver.secret, *receiver.old_secrets]}

    def test_every_format_is_what_its_readers_take(self):
        sim = self.place.sim()
        all_of = self.receivers()
        daemon = self.place.daemon(sim, list(all_of.values())).start()
        lives = [(kind, final) for kind in TYPES for final in FINAL]
        sim.add([life(kind, final, i) for i, (kind, final) in enumerate(lives)])
        self.assert_exact(sim, daemon, [all_of["events"], all_of["plain"]], 60)

        def drained():
            return all(w["queued"] == 0 for w in daemon.status()["webhooks"] if w["name"] != "gone")

        wait_until(drained, 60, "every queue drained", daemon.diagnostics)
        for receiver in all_of.values():
            self.assertEqual(receiver.problems(), [])
        lines = daemon.log_lines()
        self.check_schemas(lines, all_of)
        self.check_libraries(all_of)
        self.check_pager(lines, all_of["pager"])
        self.check_others(lines, all_of)
        self.check_teams(lines, all_of["teams"])

    def check_schemas(self, lines, all_of):
        for line in lines:
            validator("log-line").validate(line)
        for attempt in all_of["events"].attempts:
            validator("cloudevents").validate(attempt.event)
        for attempt in all_of["plain"].attempts:
            validator("standard").validate(attempt.event)
        self.assertIn("webhook.disabled", {line["type"] for line in lines})
        for broken in ({**lines[0], "seq": "1"}, {**lines[0], "type": "action.other"},
                       {k: v for k, v in lines[0].items() if k != "lag_ms"}):
            self.assertFalse(validator("log-line").is_valid(broken))

    def check_libraries(self, all_of):
        attempts = [(r, a) for r in all_of.values() for a in r.attempts]
        verdict = self.node([self.request(r, a) for r, a in attempts])
        self.assertEqual(verdict["problems"], [])
        signatures = sum(1 + len(r.old_secrets) for r, _ in attempts)
        self.assertEqual(verdict["accepted"], {
            "standardwebhooks": signatures, "svix": signatures,
            "cloudevents": len(all_of["events"].attempts),
            "adaptivecards": len(all_of["teams"].attempts)})
        # The judges themselves: each refuses what was changed on its way.
        event, card = all_of["events"].attempts[0], all_of["teams"].attempts[0]
        no_type = event.body.replace(b'"type":"io.', b'"typo":"io.')
        odd_card = card.body.replace(b"RichTextBlock", b"RichTextBlok")
        verdict = self.node([self.request(all_of["events"], event, no_type),
                             self.request(all_of["teams"], card, odd_card)])
        self.assertEqual(verdict["accepted"], {})
        self.assertEqual(len(verdict["problems"]), 4 + 1 + 2 + 1, verdict)

    def check_pager(self, lines, pager):
        wanted = sorted(line["id"] for line in lines if line.get("to") in ("Failed", "TimeOut")
                        or line["type"] == "webhook.disabled")
        self.assertEqual(sorted(a.id for a in pager.attempts), wanted)
        for attempt in pager.attempts:
            self.assertEqual(attempt.event["event_action"], "trigger")
            self.assertEqual(attempt.event["routing_key"], "0123456789abcdef0123456789abcdef")
            self.assertLessEqual(len(attempt.event["payload"]["summary"]), 1024)

    def check_teams(self, lines, teams):
        sent = [seq for attempt in teams.attempts for seq in card_seqs(attempt)]
        self.assertEqual(sorted(sent), [line["seq"] for line in lines], "each event once")
        self.assertGreater(max(len(card_seqs(a)) for a in teams.attempts), 5, "a digest")
        self.assertLess(len(teams.attempts), len(lines) / 2)
        self.assertLess(max(len(a.body) for a in teams.attempts), 24_000)
        self.assertEqual(len({a.id for a in teams.attempts}), len(teams.attempts))
        order = {}
        for seq in sent:
            order.setdefault(lines[seq - 1].get("action", {}).get("id"), []).append(seq)
        order.pop(None, None)
        for seqs in order.values():
            self.assertEqual(seqs, sorted(seqs), "order per action")

    def check_others(self, lines, all_of):
        by_id = {line["id"]: line for line in lines}
        for attempt in all_of["splunk"].attempts:
            self.assertEqual(attempt.headers["authorization"],
                             "Splunk 0123456789abcdef0123456789abcdef")
            self.assertEqual(attempt.event["event"], by_id[attempt.id])
        for attempt in all_of["own"].attempts:
            line = by_id[attempt.id]
            self.assertEqual(attempt.event["all"], line)
            self.assertEqual(attempt.event["seq"], line["seq"])
            self.assertEqual(attempt.event["machine"],
                             line.get("action", {}).get("computerDnsName"))
        for attempt in all_of["slack"].attempts:
            self.assertNotIn("<b>", attempt.body.decode())


class SplunkAcknowledgement(E2eTest):
    def test_an_event_counts_when_the_indexer_has_it(self):
        token = self.place.path / "token"
        token.touch(mode=0o600)
        token.write_text("0123456789abcdef\n")
        splunk = self.place.receiver("splunk", format="splunk_hec", config=[
            f'token = "file:{token}"', "splunk.ack = true"])
        asked = {}

        def answer(attempt, number):
            if "acks" not in attempt.event:
                return Answer(200, body=b'{"text":"Success","code":0,"ackId":%d}' % number)
            ack = attempt.event["acks"][0]
            asked[ack] = asked.get(ack, 0) + 1
            yes = asked[ack] >= 2
            return Answer(200, body=json.dumps({"acks": {str(ack): yes}}).encode())

        splunk.answer = answer
        sim = self.place.sim()
        daemon = self.place.daemon(sim, [splunk], webhook_timeout="30s").start()
        sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}])

        def delivered():
            hooks = daemon.status()["webhooks"]
            return daemon.log_lines() and hooks[0]["queued"] == 0

        wait_until(delivered, 30, "delivered", daemon.diagnostics)
        events = [a for a in splunk.attempts if "acks" not in a.event]
        acks = [a for a in splunk.attempts if "acks" in a.event]
        self.assertEqual((len(events), len(acks)), (1, 2))
        channel = events[0].headers["x-splunk-request-channel"]
        self.assertRegex(channel, r"^[0-9a-f-]{36}$")
        self.assertEqual({a.headers["x-splunk-request-channel"] for a in acks}, {channel})


class TeamsDigest(E2eTest):
    def test_what_failed_together_comes_again_as_it_was_after_kill_9_too(self):
        teams = self.place.receiver("teams", format="teams", config=['teams.interval = "1s"'])
        failing = {}

        def answer(attempt, number):
            first = failing.setdefault("id", attempt.id)
            broken = attempt.id == first and not failing.get("mended")
            return Answer(500 if broken else 202)

        teams.answer = answer
        sim = self.place.sim()
        daemon = self.place.daemon(sim, [teams]).start()
        short = {"type": "Isolate", "plan": [[0, "Succeeded"]]}
        sim.add([short] * 6)
        failed = r'mactiond_webhook_deliveries_total\{[^}]*result="server_error"[^}]*\} ([1-9]\d*)'
        wait_until(lambda: re.search(failed, daemon.get("/metrics")[1]), 30, "a failure",
                   daemon.diagnostics)
        first = teams.attempts[0]
        self.assertGreater(len(card_seqs(first)), 1)
        daemon.kill9()
        failing["mended"] = True
        daemon.start()
        sim.add([short] * 2)
        wait_until(lambda: len(daemon.log_lines()) == 8 and
                   daemon.status()["webhooks"][0]["queued"] == 0, 60, "all delivered",
                   daemon.diagnostics)
        again = [a for a in teams.attempts if a.id == first.id]
        self.assertEqual(len(again), 2)
        self.assertEqual(again[0].body, again[1].body, "one id, one message")
        self.assertGreater(again[1].at - again[0].at, 4.0)
        sent = [seq for a in teams.accepted for seq in card_seqs(a)]
        self.assertEqual(sorted(sent), list(range(1, 9)))


class LogFormats(E2eTest):
    def lines(self, daemon):
        text = daemon.log_path.read_bytes().decode()
        return text[: text.rfind("\n") + 1].splitlines()

    def seqs(self, daemon, format):
        found = [SEQ[format].match(line) for line in self.lines(daemon)]
        return [int(match.group(1)) for match in found if match]

    def test_each_event_stands_once_in_a_log_of_changing_format_through_kill_9(self):
        sim = self.place.sim()
        daemon = self.place.daemon(sim, [])
        ocsf = jsonschema.Draft202012Validator(
            json.loads((TESTS / "validators" / "ocsf.schema.json").read_text()))
        seqs = []
        for round_number, format in enumerate(("json", "ecs", "ocsf", "cef", "json")):
            daemon.config.write_text(daemon.config_text(log_format=format))
            daemon.start()
            sim.add([{"type": kind, "plan": [[0, "Pending"], [700, "Succeeded"]]}
                     for kind in TYPES])
            wait_until(lambda: len(self.seqs(daemon, format)) >= 4, 30, f"lines in {format}",
                       daemon.diagnostics)
            daemon.kill9()
            with self.subTest(format):
                self.check_lines(format, self.lines(daemon), ocsf)
        for line in self.lines(daemon):
            seqs += [int(m.group(1)) for m in (p.match(line) for p in SEQ.values()) if m]
        self.assertEqual(len(seqs), len(self.lines(daemon)), "a line of no format")
        self.assertEqual(seqs, list(range(1, len(seqs) + 1)))

    def check_lines(self, format, lines, ocsf):
        mine = [line for line in lines if SEQ[format].match(line)]
        if format == "ecs":
            for line in map(json.loads, mine):
                self.assertEqual(line["ecs"], {"version": "8.11.0"})
                self.assertIn(line["event"]["action"], TYPES)
        elif format == "ocsf":
            for line in map(json.loads, mine):
                ocsf.validate(line)


if __name__ == "__main__":
    unittest.main()
