"""The transition log's fdatasync fails: whichever call it is, the log stays exact."""

import re
import shutil
import unittest

from harness import E2eTest, wait_until

EX_CANTCREAT = 73
CALLS = 5
ACTIONS = 5


@unittest.skipUnless(shutil.which("strace"), "injecting errors needs strace")
class FailedSync(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.receivers = [self.place.receiver("events")]

    def daemon_with(self, when, name, sync):
        """Its calls of fdatasync for the transition log fail: the one numbered when, or "N+"."""
        daemon = self.place.daemon(self.sim, self.receivers, name=name)
        text = daemon.config.read_text()
        daemon.config.write_text(text.replace("[transition_log]",
                                              f'[transition_log]\nsync = "{sync}"'))
        # The log has to be there before strace follows it by its inode.
        daemon.log_path.touch(mode=0o640)
        daemon.prefix = ["strace", "-D", "-f", "-qq", "-o", daemon.directory / "strace",
                         "-s", "0", "-P", daemon.log_path, "-e", "trace=write,fdatasync",
                         "-e", f"inject=fdatasync:error=EIO:when={when}"]
        return daemon

    def traffic(self, daemon):
        """Five lines at once, then one after the other; at last all is recorded and judged."""
        ids = self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}] * ACTIONS)
        for known, action in enumerate(ids, ACTIONS):
            wait_until(lambda least=known: daemon.status()["last_seq"] >= least, 30, "events",
                       daemon.diagnostics)
            self.sim.move(action, "Succeeded")
        self.assert_exact(self.sim, daemon, self.receivers, 60)

    def test_whichever_call_fails_the_log_is_exact(self):
        for sync in ("batch", "every"):
            for number in range(2, CALLS):
                with self.subTest(f"{sync}, call {number}"):
                    self.setUp()
                    daemon = self.daemon_with(number, f"{sync}-{number}", sync).start()
                    self.traffic(daemon)
                    errors = daemon.errors_path.read_text()
                    self.assertIn("transition_log_failed", errors)
                    self.assertIn("transition_log_recovered", errors)
                    self.assertEqual(daemon.stop()[0], 0)
                    calls = (daemon.directory / "strace").read_text()
                    written = sum(map(int, re.findall(r"write\(.*\) += (\d+)", calls)))
                    self.assertGreater(written, daemon.log_path.stat().st_size,
                                       "what was not synced is written again")

    def test_a_failure_at_the_start_ends_it_and_the_next_start_goes_on(self):
        daemon = self.daemon_with(1, "start", "batch").start(wait=False)
        self.assertEqual(daemon.process.wait(30), EX_CANTCREAT, daemon.diagnostics())
        daemon.prefix = []
        daemon.start()
        self.traffic(daemon)

    def test_while_every_call_fails_nothing_is_taken_for_logged(self):
        daemon = self.daemon_with("2+", "all", "batch").start()
        self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}] * ACTIONS)
        wait_until(lambda: daemon.get("/readyz")[0] == 503, 30, "/readyz is 503",
                   daemon.diagnostics)
        self.assertIn("transition log", daemon.get("/readyz")[1])
        self.assertEqual(daemon.get("/livez")[0], 200)
        self.assertEqual(daemon.log_lines(), [], "what is not durable does not stand in the log")
        offset, first_seq = daemon.store_rows("log_position")[0][3:]
        self.assertEqual((offset, first_seq), (0, 1))
        daemon.kill9()
        daemon.prefix = []
        daemon.start()
        for line in self.sim.truth():
            self.sim.move(line.action, "Succeeded")
        self.assert_exact(self.sim, daemon, self.receivers, 60)


if __name__ == "__main__":
    unittest.main()
