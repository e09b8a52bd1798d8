"""An API that is hostile or broken beyond what mactionsim models: the daemon stays within its
limits, says what is wrong, keeps its token to itself, and continues when the trouble ends."""

import json
import re
import signal
import unittest
from pathlib import Path

from harness import E2eTest, wait_until
from hostile_api import HostileApi, gzip_bomb, machine_action, page, stamp, throttled

MIB = 1024 * 1024
REFUSALS = [
    b"", b"null", b"<html><body>Bad Request</body></html>", b'{"Message":"no"}',
    b'{"error":{"code":"","message":""}}', b'{"error":{"code":"BadRequest","message":"m"}}',
    b'{"error":{"code":"InvalidInput","message":"m"}}', b'{"error":{"code":null,"message":null}}',
    b'{"error":"no"}', b"[]", b"\xff\xfe",
]
MEMORY_LIMIT_MB = 400  # a page of 64 MiB, decoded once, and what it is made of


def skip_of(path):
    found = re.search(r"\$skip=(\d+)", path)
    return int(found[1]) if found else 0


def peak_memory_mb(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


class Hostile(E2eTest):
    def setUp(self):
        super().setUp()
        self.api = self.place.keep(HostileApi(self.place.certs))
        self.daemon = self.place.daemon(None, [], api=self.api.url,
                                        quota={"per_minute": 3000, "per_hour": 60000})

    def reason(self):
        return self.daemon.status()["regions"][0]["reason"]

    def failures(self, code):
        return self.daemon.metric_sum("mactiond_api_requests_total", operation="list", code=code)

    def state(self):
        return self.daemon.status()["regions"][0]["state"]

    def recorded(self, daemon=None):
        return [line for line in (daemon or self.daemon).log_lines()
                if line["type"] == "action.transition"]

    def recovers(self):
        """A good page after the trouble is followed as ever."""
        self.api.answer = page([machine_action()])
        wait_until(lambda: len(self.recorded()) == 1, 60, "the good page", self.daemon.diagnostics)
        wait_until(lambda: self.daemon.status()["regions"][0]["state"] == "ok", 30, "state ok",
                   self.daemon.diagnostics)

    def test_the_token_never_follows_a_next_link(self):
        thief = self.place.keep(HostileApi(self.place.certs))
        self.api.answer = page([machine_action()], f"{thief.url}/api/machineactions?$skip=1")
        self.daemon.start()
        wait_until(lambda: len(self.api.calls) >= 5, 30, "five calls", self.daemon.diagnostics)
        self.assertEqual(thief.calls, [])
        self.assertEqual({call[1] for call in self.api.calls}, {"Bearer t0k3n"})

    def test_a_next_link_on_every_answer_ends_the_round_and_is_reported_once(self):
        action = machine_action()
        self.api.answer = page([action], "/api/machineactions")
        self.daemon.start()
        wait_until(lambda: len(self.api.calls) >= 20, 60, "more polls", self.daemon.diagnostics)
        self.assertEqual(self.state(), "ok", self.reason())
        self.assertEqual(len(self.recorded()), 1)
        ended = action | {"status": "Succeeded", "lastUpdateDateTimeUtc": stamp(0)}
        self.api.answer = page([ended], "/api/machineactions")
        wait_until(lambda: len(self.recorded()) == 2, 60, "its end", self.daemon.diagnostics)
        self.assertEqual(self.daemon.diagnostics(100_000).count("pages_repeated"), 1)
        self.assertEqual(self.state(), "ok", self.reason())

    def test_any_400_to_the_last_update_query_leads_to_the_documented_one(self):
        for number, body in enumerate(REFUSALS):
            with self.subTest(body):
                api = self.place.keep(HostileApi(self.place.certs))
                actions = [machine_action()]
                api.answer_to = lambda path, body=body, actions=actions: (
                    (400, {"Content-Type": "text/html"}, body)
                    if "$filter=lastUpdate" in path else page(actions))
                daemon = self.place.daemon(None, [], name=f"refused{number}", api=api.url)
                daemon.start()
                wait_until(lambda: self.recorded(daemon), 60, "the action", daemon.diagnostics)
                wait_until(lambda: len(api.calls) >= 4, 30, "more polls", daemon.diagnostics)
                self.assertEqual(daemon.status()["regions"][0]["state"], "ok")
                self.assertEqual(sum("$filter=lastUpdate" in call[0] for call in api.calls), 1,
                                 "the refusal is remembered")
                self.assertEqual(daemon.stop()[0], 0)

    def test_both_queries_refused_is_reported_with_both_reasons(self):
        self.api.answer_to = lambda path: (400, {}, json.dumps({"error": {"code": "", "message": (
            "first" if "$filter=lastUpdate" in path else "second")}}).encode())
        self.daemon.start()
        wait_until(lambda: self.state() == "degraded", 60, "the trouble", self.daemon.diagnostics)
        self.assertRegex(self.reason(), "first.*second")
        self.api.answer_to = None
        self.recovers()
        self.assertEqual(sum("status%20eq" in call[0] for call in self.api.calls[-1:]), 0,
                         "the last-update filter is not blamed")

    def test_a_limit_of_top_lowers_the_page_size(self):
        action = machine_action()

        def answer(path):
            top = int(re.search(r"\$top=(\d+)", path)[1])
            if top > 1000:
                return 400, {}, b"The limit of '1000' for Top query has been exceeded."
            return page([action])

        self.api.answer_to = answer
        self.daemon.start()
        wait_until(lambda: len(self.recorded()) >= 1, 60, "the action", self.daemon.diagnostics)
        tops = [int(re.search(r"\$top=(\d+)", call[0])[1]) for call in self.api.calls]
        self.assertEqual(tops[:5], [10000, 5000, 2500, 1250, 625])
        self.assertTrue(all("lastUpdate" in call[0] for call in self.api.calls[:5]))
        self.assertEqual(self.state(), "ok", self.reason())

    def test_a_service_that_caps_its_pages_and_sorts_by_nothing_hides_no_row(self):
        actions = [machine_action(age_s=3600 - 7 * (number % 90)) for number in range(330)]
        self.api.answer_to = lambda path: page(actions[skip_of(path):][:120])
        self.daemon.start()
        wait_until(lambda: len(self.recorded()) == 330, 60, "every row", self.daemon.diagnostics)
        self.assertEqual(self.state(), "ok", self.reason())

    def test_a_reload_reaches_a_round_that_fails(self):
        action = machine_action()
        self.api.answer_to = lambda path: (
            (503, {}, b"") if "$filter=lastUpdate" in path else page([action]))
        self.daemon.start()
        wait_until(lambda: self.failures("503") >= 2, 60, "failures", self.daemon.diagnostics)
        text = self.daemon.config.read_text()
        self.daemon.config.write_text(text.replace(
            'min_interval = "300ms"', 'min_interval = "300ms"\nfilters = "documented"'))
        self.assertNotEqual(self.daemon.config.read_text(), text)
        self.daemon.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(self.recorded()) >= 1, 60, "the action", self.daemon.diagnostics)

    def test_a_page_of_ten_thousand_rows_is_taken(self):
        self.api.answer = page([machine_action(comment="x" * 500) for _ in range(10_000)])
        self.assertGreater(len(self.api.answer[2]), 8 * MIB)
        self.daemon.start()
        wait_until(lambda: len(self.recorded()) == 10_000, 60, "every row", self.daemon.diagnostics)
        self.assertLess(peak_memory_mb(self.daemon.process.pid), MEMORY_LIMIT_MB)

    def test_a_gzip_bomb_is_refused_by_size(self):
        self.api.answer = gzip_bomb(512 * MIB)
        self.daemon.start()
        wait_until(lambda: self.failures("too_large") >= 3, 60, "three refusals",
                   self.daemon.diagnostics)
        wait_until(lambda: self.reason().startswith("too_large"), 10, "the reason")
        self.assertLess(peak_memory_mb(self.daemon.process.pid), MEMORY_LIMIT_MB)
        self.recovers()

    def test_a_body_beyond_the_limit_is_refused(self):
        self.api.answer = 200, {"Content-Type": "application/json"}, b" " * (65 * MIB)
        self.daemon.start()
        wait_until(lambda: self.failures("too_large") >= 3, 60, "three refusals",
                   self.daemon.diagnostics)
        self.assertLess(peak_memory_mb(self.daemon.process.pid), MEMORY_LIMIT_MB)
        self.recovers()

    def test_nesting_a_million_deep_is_no_page(self):
        self.api.answer = 200, {}, b'{"value":' + b"[" * 1_000_000
        self.daemon.start()
        wait_until(lambda: self.failures("bad_answer") >= 1, 30, "a refusal",
                   self.daemon.diagnostics)
        self.recovers()

    def test_an_unreadable_page_is_counted_once(self):
        self.api.answer = 200, {}, b"<html>sign in</html>"
        self.daemon.start()
        wait_until(lambda: self.failures("bad_answer") >= 1, 30, "a refusal",
                   self.daemon.diagnostics)
        self.assertEqual(self.failures("200"), 0)

    def test_absurd_retry_after_is_survived(self):
        for value in ["-1", "garbage", "", "1e9", "99999999999999999999"]:
            with self.subTest(value):
                daemon = self.place.daemon(None, [], name=f"d{len(value)}-{value[:1].isalpha()}",
                                           api=self.api.url)
                self.api.answer = throttled(value)
                daemon.start()
                wait_until(lambda: daemon.metric_sum(
                    "mactiond_api_requests_total", operation="list", code="429") >= 1, 30,
                    "a 429", daemon.diagnostics)
                self.assertEqual(daemon.stop()[0], 0)


if __name__ == "__main__":
    unittest.main()
