"""Bad rows in a store, a store that is taken away, and one that another program locks."""

import json
import re
import shutil
import signal
import sqlite3
import time
import unittest

from harness import PATIENCE, pass_time, wait_until
from receiver import Answer
from store_case import StoreTest

EX_UNAVAILABLE = 69


class Rows(StoreTest):
    def change(self, *statements):
        store = sqlite3.connect(self.store)
        store.execute("PRAGMA ignore_check_constraints = 1")
        for statement in statements:
            store.execute(statement)
        store.commit()
        store.close()

    def test_one_bad_event_stops_neither_the_daemon_nor_its_api(self):
        for change in ("type = 'action.tranSition'", "fields = '\"from\":'", "document = '{'"):
            with self.subTest(change):
                self.setUp()
                receiver = self.receivers[0]
                receiver.answer = lambda attempt, number: Answer(503)
                self.daemon.start()
                ids = self.wave()
                self.daemon.stop()
                self.change(f"UPDATE event SET {change} WHERE seq = 3")
                receiver.answer = lambda attempt, number: Answer(200)
                self.change("UPDATE delivery SET due = 0")
                self.daemon.start()
                code, body = self.daemon.get_operator("/v1/events?after=0&limit=100")
                self.assertEqual(code, 200, body)
                seqs = [event["seq"] for event in json.loads(body)["events"]]
                self.assertEqual(seqs[:4], [1, 2, 4, 5])
                wait_until(lambda: "store_row_left_out" in self.daemon.errors_path.read_text(), 30,
                           "an error line", self.daemon.diagnostics)
                wait_until(lambda: len(self.daemon.store_rows("delivery")) == 0, 60,
                           "all others delivered", self.daemon.diagnostics)
                self.assertEqual(len(self.daemon.store_rows("dead_letter")), 1)
                self.sim.move(ids[0], "Succeeded")
                wait_until(lambda: self.daemon.log_lines()[-1].get("to") == "Succeeded", 30,
                           "it works", self.daemon.diagnostics)
                self.assert_log_exact()

    def test_a_missing_event_is_left_out(self):
        self.receivers[0].answer = lambda attempt, number: Answer(503)
        self.daemon.start()
        self.wave()
        self.daemon.stop()
        self.change("DELETE FROM event WHERE seq = 3", "UPDATE delivery SET due = 0")
        self.receivers[0].answer = lambda attempt, number: Answer(200)
        self.daemon.start()
        wait_until(lambda: len(self.daemon.store_rows("delivery")) == 0, 60, "all delivered",
                   self.daemon.diagnostics)
        self.assertIn("event 3 is missing", self.daemon.errors_path.read_text())
        self.assert_log_exact()

    def test_no_event_is_recorded_twice_where_rows_of_actions_are_gone_or_old(self):
        for change in ("DELETE FROM action",
                       "DELETE FROM action WHERE rowid % 3 = 0",
                       "UPDATE action SET status = 'Pending', final = 0, last_update = created,"
                       " ordered_by = created, ended_by = NULL"):
            with self.subTest(change):
                self.setUp()
                self.daemon.start()
                ids = self.wave()
                for action in ids[:4]:
                    self.sim.move(action, "Succeeded")
                wait_until(lambda: len(self.daemon.log_lines()) == len(ids) + 4, 30, "four ends",
                           self.daemon.diagnostics)
                self.daemon.stop()
                self.change(change)
                self.daemon.start()
                self.sim.move(ids[-1], "Failed")
                wait_until(lambda: self.daemon.log_lines()[-1].get("to") == "Failed", 30,
                           "what is new", self.daemon.diagnostics)
                pass_time(1)
                self.assertEqual(len(self.assert_log_exact()), len(ids) + 5)
                actions = json.loads(self.daemon.get_operator("/v1/actions?limit=100")[1])
                self.assertEqual({a["action"]["id"] for a in actions["actions"]}, set(ids))


class Running(StoreTest):
    def test_a_store_taken_away_stops_all_work_until_the_restart(self):
        def remove(*names):
            for name in names:
                (self.daemon.state / name).unlink()

        def replace():
            copy = self.daemon.directory / "copy"
            shutil.copy(self.store, copy)
            copy.rename(self.store)

        def rename_directory():
            self.daemon.state.rename(self.daemon.directory / "elsewhere")
            self.daemon.state.mkdir()

        for name, take_away in {
                "store.db": lambda: remove("store.db"),
                "-wal": lambda: remove("store.db-wal"),
                "lock": lambda: remove("mactiond.lock"),
                "all": lambda: remove(*(path.name for path in self.daemon.state.iterdir())),
                "another store.db": replace,
                "the directory": rename_directory}.items():
            with self.subTest(name):
                self.setUp()
                self.daemon.start()
                self.wave()
                take_away()
                wait_until(lambda: self.daemon.get("/readyz")[0] == 503, 12, "/readyz is 503",
                           self.daemon.diagnostics)
                self.assertIn("restart", self.daemon.get("/readyz")[1])
                self.assertIn("store_gone", self.daemon.errors_path.read_text())
                pass_time(1)
                lines = self.daemon.log_path.read_bytes()
                delivered = len(self.receivers[0].attempts)
                calls = self.sim.quota()["calls"]
                self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}])
                name = self.receivers[0].name
                code, _, errors = self.daemon.command(
                    "--socket", self.daemon.socket_path, "webhook", "test", name,
                    program="mactionctl")
                self.assertEqual(code, 1)
                self.assertIn("restart", errors)
                pass_time(3)
                self.assertEqual(self.daemon.log_path.read_bytes(), lines)
                self.assertEqual(len(self.receivers[0].attempts), delivered)
                self.assertEqual(self.sim.quota()["calls"], calls)
                self.assertEqual(self.daemon.get_operator("/v1/events?after=0")[0], 200)
                self.assertEqual(self.daemon.get("/livez")[0], 200)
                self.daemon.stop()
                self.daemon.start()
                pass_time(1)
                self.assert_log_exact()

    def test_older_content_under_the_running_daemon_is_noticed_and_recovered(self):
        def copy_all(backup):
            for path in backup.iterdir():
                shutil.copyfile(path, self.daemon.state / path.name)

        def restore(backup):
            source = sqlite3.connect(backup / "store.db")
            target = sqlite3.connect(self.store, timeout=20)
            source.backup(target)
            source.close()
            target.close()

        for name, bring_back in {"all files": copy_all, ".restore": restore}.items():
            with self.subTest(name):
                self.setUp()
                self.daemon.start()
                ids = self.wave()
                pass_time(1)
                backup = self.daemon.directory / "backup"
                backup.mkdir()
                for path in self.daemon.state.glob("store.db*"):
                    shutil.copy(path, backup)
                self.wave()
                bring_back(backup)
                # What is read in the middle of a copy may look damaged: then the daemon ends.
                wait_until(lambda: self.daemon.process.poll() is not None
                           or "store_gone" in self.daemon.errors_path.read_text(), 12, "noticed",
                           self.daemon.diagnostics)
                if self.daemon.process.poll() is None:
                    self.assertEqual(self.daemon.get("/readyz")[0], 503)
                    self.daemon.stop()
                self.sim.move(ids[1], "Failed")
                self.recovers(ids)

    def test_two_daemons_with_one_log_are_refused(self):
        self.daemon.start()
        other = self.daemon.directory / "other"
        other.mkdir()
        text = self.daemon.config.read_text()
        text = text.replace(str(self.daemon.socket_path), str(self.daemon.directory / "2.sock"))
        text = text.replace(str(self.daemon.state), str(other))
        text = re.sub(r"^listen = .*$", 'listen = ""', text, flags=re.M)
        second = self.daemon.directory / "second.toml"
        second.write_text(text)
        code, _, errors = self.daemon.command("--config", second)
        self.assertEqual(code, EX_UNAVAILABLE, errors)
        self.daemon.log_path.rename(self.daemon.log_path.with_suffix(".jsonl.1"))
        self.daemon.process.send_signal(signal.SIGUSR1)
        wait_until(self.daemon.log_path.exists, 10, "the rotation", self.daemon.diagnostics)
        code, _, errors = self.daemon.command("--config", second)
        self.assertEqual(code, EX_UNAVAILABLE, errors)

    def test_a_foreign_write_lock_is_waited_for(self):
        self.daemon.start()
        ids = self.wave()
        lock = sqlite3.connect(self.store, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        self.sim.move(ids[0], "Succeeded")
        pass_time(20, lambda: self.assertEqual(self.daemon.get("/livez")[0], 200))
        self.assertIsNone(self.daemon.process.poll(), self.daemon.diagnostics())
        self.assertIn("store_locked", self.daemon.errors_path.read_text())
        lines = self.daemon.log_lines()
        self.assertNotEqual(lines[-1].get("to"), "Succeeded")
        lock.execute("ROLLBACK")
        lock.close()
        wait_until(lambda: self.daemon.log_lines()[-1].get("to") == "Succeeded", 30,
                   "the change after the lock", self.daemon.diagnostics)
        self.assert_log_exact()
        self.assertEqual(self.daemon.stop()[0], 0)

    def test_a_foreign_write_lock_of_more_than_30_s_is_reported_and_waited_for(self):
        self.daemon.start()
        ids = self.wave()
        self.assertEqual(self.daemon.get("/readyz")[0], 200)
        lock = sqlite3.connect(self.store, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        self.sim.move(ids[0], "Succeeded")
        wait_until(lambda: self.daemon.get("/readyz")[0] == 503, 40, "/readyz is 503",
                   self.daemon.diagnostics, every_s=0.5)
        self.assertIn("write lock", self.daemon.get("/readyz")[1])
        calls = self.sim.quota()["calls"]
        slowest = 0.0
        for _ in range(100):
            began = time.monotonic()
            self.assertEqual(self.daemon.get("/livez")[0], 200)
            slowest = max(slowest, time.monotonic() - began)
            pass_time(0.02)
        self.assertLess(slowest, 0.1 * PATIENCE, "the loop stood still")
        self.assertEqual(self.sim.quota()["calls"], calls, "nothing is begun meanwhile")
        lock.execute("ROLLBACK")
        lock.close()
        wait_until(lambda: self.daemon.log_lines()[-1].get("to") == "Succeeded", 30,
                   "the change after the lock", self.daemon.diagnostics)
        wait_until(lambda: self.daemon.get("/readyz")[0] == 200, 10, "/readyz is 200",
                   self.daemon.diagnostics)
        self.assert_log_exact()
        self.assertEqual(self.daemon.stop()[0], 0)

    def test_an_operators_request_meets_a_foreign_lock(self):
        self.daemon.start()
        self.wave()
        lock = sqlite3.connect(self.store, isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        code, body = self.daemon.get_operator("/v1/policies/suspend", "POST")
        self.assertGreaterEqual(code, 500, body)
        self.assertIn("write lock", body)
        lock.execute("ROLLBACK")
        lock.close()
        wait_until(lambda: self.daemon.get_operator("/v1/policies/suspend", "POST")[0] == 200, 10,
                   "the request after the lock", self.daemon.diagnostics)


if __name__ == "__main__":
    unittest.main()
