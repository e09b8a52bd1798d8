"""An API that is hostile or broken beyond what mactionsim models: the daemon stays within its
limits, says what is wrong, keeps its token to itself, and goes on when the trouble ends."""

import re
import unittest
from pathlib import Path

from harness import E2eTest, wait_until
from hostile_api import HostileApi, gzip_bomb, machine_action, page, throttled

MIB = 1024 * 1024
MEMORY_LIMIT_MB = 400  # a page of 64 MiB, decoded once, and what it is made of


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

    def told(self):
        return [line for line in self.daemon.log_lines() if line["type"] == "action.transition"]

    def recovers(self):
        """A good page after the trouble is followed as ever."""
        self.api.answer = page([machine_action()])
        wait_until(lambda: len(self.told()) == 1, 60, "the good page", self.daemon.diagnostics)
        wait_until(lambda: self.daemon.status()["regions"][0]["state"] == "ok", 30, "state ok",
                   self.daemon.diagnostics)

    def test_the_token_never_follows_a_next_link(self):
        thief = self.place.keep(HostileApi(self.place.certs))
        self.api.answer = page([machine_action()], f"{thief.url}/api/machineactions?$skip=1")
        self.daemon.start()
        wait_until(lambda: len(self.api.calls) >= 5, 30, "five calls", self.daemon.diagnostics)
        self.assertEqual(thief.calls, [])
        self.assertEqual({call[1] for call in self.api.calls}, {"Bearer t0k3n"})

    def test_a_next_link_in_a_loop_ends(self):
        self.api.answer = page([machine_action()], "/api/machineactions")
        self.daemon.start()
        wait_until(lambda: self.reason() and "repeats a page" in self.reason(), 60, "the refusal",
                   self.daemon.diagnostics)
        self.assertLess(len(self.api.calls), 10, "the quota was spent on it")
        self.assertEqual(len(self.told()), 1)
        self.api.answer = page([])
        wait_until(lambda: not self.reason(), 60, "the recovery", self.daemon.diagnostics)

    def test_a_page_of_ten_thousand_rows_is_taken(self):
        self.api.answer = page([machine_action(comment="x" * 500) for _ in range(10_000)])
        self.assertGreater(len(self.api.answer[2]), 8 * MIB)
        self.daemon.start()
        wait_until(lambda: len(self.told()) == 10_000, 60, "every row", self.daemon.diagnostics)
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
