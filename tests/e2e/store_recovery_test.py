"""A store that is lost, older than its log, or damaged: the daemon counts on and reports it."""

import gzip
import json
import lzma
import shutil
import sqlite3
import unittest
from datetime import datetime, timedelta, timezone

from harness import pass_time, wait_until
from receiver import Answer
from store_case import WAVE, StoreTest

EX_DATAERR, EX_CANTCREAT, EX_IOERR = 65, 73, 74


class Lost(StoreTest):
    def lose(self, ids):
        code, _ = self.daemon.stop()
        self.assertEqual(code, 0)
        for path in self.daemon.state.iterdir():
            path.unlink()
        return ids

    def test_a_lost_store_counts_on_after_the_log(self):
        self.daemon.start()
        ids = self.lose(self.wave())
        event = self.recovers(ids)
        self.assertGreater(event["seq"], WAVE)
        self.assertIsNone(event["set_aside"])
        self.assertEqual(self.daemon.status()["cancelling"], "suspended")
        self.assertIn("recovered", self.daemon.status()["policies_held"])
        self.assertIn("no policy cancels", self.ctl("status")[1])
        self.assertEqual(self.ctl("policy", "resume")[0], 0)
        self.assertEqual(self.daemon.status()["cancelling"], "on")

        self.daemon.kill9()
        self.daemon.start()
        self.assertIn("recovered", self.daemon.status()["policies_held"])
        self.assertEqual(len(self.recovered()), 1)
        self.assertEqual(self.daemon.status()["cancelling"], "on")

    def test_a_change_while_it_was_down_is_recorded(self):
        self.daemon.start()
        ids = self.lose(self.wave())
        new = self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}])
        self.recovers(ids)
        wait_until(lambda: new[0] in {line.get("action", {}).get("id")
                                      for line in self.all_lines()},
                   60, "the new action", self.daemon.diagnostics)
        self.assert_log_exact()

    def test_a_change_while_only_its_region_was_in_trouble_is_recorded(self):
        daemon = self.daemon = self.place.daemon(self.sim, self.receivers, name="new",
                                                 new_region=True)
        daemon.start()
        ids = self.wave()
        self.wait_for_line("region.baseline")
        self.sim.faults("forbidden")
        self.wait_for_line("region.degraded")
        self.sim.move(ids[1], "Failed")
        self.lose(ids)
        self.sim.no_faults()
        lines = daemon.log_lines()
        later = datetime.now(timezone.utc) + timedelta(minutes=1)
        of_another = lines[0] | {"seq": len(lines) + 1, "id": "ma_of-another", "region": "us",
                                 "time": later.strftime("%Y-%m-%dT%H:%M:%S.0000000Z")}
        with daemon.log_path.open("a") as log:
            log.write(json.dumps(of_another, separators=(",", ":")) + "\n")
        self.recovers(ids)
        new = daemon.log_lines()[len(lines) + 1:]
        changes = {line["action"]["id"]: line for line in new if "action" in line}
        self.assertEqual(set(changes), set(ids[:2]))
        self.assertEqual(changes[ids[1]]["to"], "Failed")
        self.assertNotIn("backlog", changes[ids[1]])

    def wait_for_line(self, kind):
        wait_until(lambda: kind in {line["type"] for line in self.daemon.log_lines()}, 30, kind,
                   self.daemon.diagnostics)

    def test_the_rotated_log_counts_where_the_current_one_is_empty(self):
        for packed in (False, True):
            with self.subTest(packed=packed):
                self.setUp()
                self.daemon.start()
                ids = self.lose(self.wave())
                rotated = self.daemon.directory / "transitions.jsonl.1"
                self.daemon.log_path.rename(rotated)
                if packed:
                    rotated.with_suffix(".1.gz").write_bytes(gzip.compress(rotated.read_bytes()))
                    rotated.unlink()
                self.recovers(ids)

    def test_what_lines_that_are_gone_told_is_not_recorded_again(self):
        for kept in (1, 4):
            with self.subTest(kept):
                self.setUp()
                self.daemon.start()
                ids = self.lose(self.wave())
                lines = self.daemon.log_path.read_bytes().splitlines(keepends=True)
                self.daemon.log_path.write_bytes(b"".join(lines[-kept:]))
                self.daemon.start()
                self.sim.move(ids[0], "Succeeded")
                wait_until(lambda: self.daemon.log_lines()[-1].get("to") == "Succeeded", 60,
                           "a change after the recovery", self.daemon.diagnostics)
                pass_time(1)
                before = {json.loads(line)["id"] for line in lines}
                new = self.daemon.log_lines()[kept:]
                self.assertEqual([line["type"] for line in new],
                                 ["store.recovered", "action.transition"])
                self.assertFalse(before & {line["id"] for line in new})

    def test_killed_before_all_was_read_again_it_stays_exact(self):
        self.daemon.start()
        ids = self.lose(self.wave())
        for delay in (0.05, 0.1, 0.2, 0.4):
            self.daemon.start(wait=False)
            pass_time(delay)
            self.daemon.kill9()
        self.recovers(ids)

    def test_without_any_line_it_is_a_new_store(self):
        self.daemon.start()
        ids = self.lose(self.wave())
        self.daemon.log_path.unlink()
        self.daemon.start()
        wait_until(lambda: len(self.daemon.log_lines()) >= len(ids), 60, "all seen again",
                   self.daemon.diagnostics)
        self.assert_log_exact()
        self.assertEqual(self.recovered(), [])
        self.assertEqual(self.daemon.status()["cancelling"], "on")


class Older(StoreTest):
    def test_a_backup_that_is_behind_the_log_counts_on(self):
        self.daemon.start()
        ids = self.wave()
        self.daemon.stop()
        backup = self.daemon.directory / "backup"
        shutil.copytree(self.daemon.state, backup)
        self.daemon.start()
        self.wave()
        self.sim.move(ids[1], "Failed")
        wait_until(lambda: [x for x in self.daemon.log_lines() if x.get("to") == "Failed"], 30,
                   "a change", self.daemon.diagnostics)
        self.daemon.stop()
        shutil.rmtree(self.daemon.state)
        shutil.copytree(backup, self.daemon.state)
        event = self.recovers(ids)
        self.assertGreater(event["lost"], 0)
        self.assertEqual(self.daemon.status()["cancelling"], "on")

    def test_a_store_without_its_wal_counts_on(self):
        self.daemon.start()
        ids = self.wave()
        self.daemon.kill9()
        for suffix in ("-wal", "-shm"):
            self.store.with_name("store.db" + suffix).unlink(missing_ok=True)
        self.recovers(ids)


class Damaged(StoreTest):
    def set_aside(self):
        return sorted(self.daemon.state.glob("store.db.damaged-*"))

    def damage(self):
        """Overwrites every page but the first two."""
        size = self.store.stat().st_size
        with open(self.store, "r+b") as file:
            for page in range(2 * 4096, size, 4096):
                file.seek(page)
                file.write(b"\xee" * 64)

    def test_a_damaged_store_is_set_aside_and_recovered(self):
        self.daemon.start()
        ids = self.wave()
        self.daemon.stop()
        self.damage()
        before = self.store.read_bytes()
        event = self.recovers(ids)
        self.assertEqual(event["set_aside"], str(self.set_aside()[0]))
        self.assertEqual(self.set_aside()[0].read_bytes(), before)

    def test_a_foreign_database_is_set_aside_whole(self):
        self.daemon.start()
        ids = self.wave()
        self.daemon.stop()
        self.store.unlink()
        with sqlite3.connect(self.store) as other:
            other.execute("CREATE TABLE theirs (x)")
            other.execute("INSERT INTO theirs VALUES (42)")
        other.close()
        self.recovers(ids)
        kept = sqlite3.connect(self.set_aside()[0])
        self.assertEqual(kept.execute("SELECT x FROM theirs").fetchall(), [(42,)])
        kept.close()

    def test_what_can_be_read_is_carried_over(self):
        receiver = self.receivers[0]
        receiver.answer = lambda attempt, number: Answer(503)
        self.daemon.start()
        ids = self.wave()
        self.ctl("policy", "suspend")
        self.daemon.stop()
        store = sqlite3.connect(self.store)
        store.execute("DROP TABLE region")
        store.execute("UPDATE delivery SET seq = -seq WHERE seq = 3")
        store.commit()
        store.close()
        receiver.answer = lambda attempt, number: Answer(200)
        event = self.recovers(ids)
        self.assertGreaterEqual(event["kept"], WAVE - 1)
        self.assertGreaterEqual(event["lost"], 1)
        self.assertEqual(self.daemon.status()["cancelling"], "suspended")
        wanted = {line["id"] for line in self.all_lines() if line["seq"] != 3}
        wait_until(lambda: wanted <= {a.id for a in receiver.attempts if a.answered == 200}, 90,
                   "what waited is delivered", self.daemon.diagnostics)

    def test_a_newer_versions_store_is_65_and_stays(self):
        self.daemon.start()
        self.wave(count=1)
        self.daemon.stop()
        self.pragma("user_version = 1000")
        before = self.store.read_bytes()
        code, _, errors = self.daemon.command("--config", self.daemon.config)
        self.assertEqual(code, EX_DATAERR, errors)
        self.assertIn("newer", errors)
        self.assertEqual(self.store.read_bytes(), before)

    def test_it_does_not_count_on_before_a_rotation_that_cannot_be_read(self):
        self.daemon.start()
        ids = self.wave()
        self.daemon.stop()
        store = sqlite3.connect(self.store)
        store.execute("DROP TABLE region")
        store.execute("DELETE FROM event WHERE seq > 4")
        store.commit()
        store.close()
        packed = self.daemon.directory / "transitions.jsonl.1.xz"
        packed.write_bytes(lzma.compress(self.daemon.log_path.read_bytes()))
        self.daemon.log_path.write_bytes(b"")
        self.daemon.start(wait=False)
        self.assertEqual(self.daemon.process.wait(30), EX_CANTCREAT)
        self.assertIn("unpack it", self.daemon.errors_path.read_text())
        packed.with_suffix("").write_bytes(lzma.decompress(packed.read_bytes()))
        packed.unlink()
        self.recovers(ids)

    def test_a_negative_version_is_damage(self):
        self.daemon.start()
        ids = self.wave()
        self.daemon.stop()
        self.pragma("user_version = -6")
        self.assertIn("schema version -6", self.recovers(ids)["reason"])

    def pragma(self, text):
        store = sqlite3.connect(self.store)
        store.execute("PRAGMA " + text)
        store.commit()
        store.close()

    def test_damage_met_while_running_ends_it_and_the_restart_recovers(self):
        self.daemon.start()
        ids = self.wave(count=200)
        self.daemon.stop()
        self.daemon.start()
        # Another program's commit makes it read its pages from the file again. They are damaged
        # behind its back, as a disk would.
        store = sqlite3.connect(self.store, timeout=10)
        store.execute("UPDATE counter SET last_seq = last_seq")
        store.commit()
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.damage()
        store.close()

        def ended_by_a_read():
            try:
                self.daemon.get_operator("/v1/events?after=0&limit=1000")
                self.daemon.get_operator("/v1/actions?limit=1000")
            except OSError:
                pass
            return self.daemon.process.poll() is not None

        wait_until(ended_by_a_read, 30, "the end", self.daemon.diagnostics, every_s=0.1)
        self.assertEqual(self.daemon.process.wait(10), EX_IOERR, self.daemon.diagnostics())
        self.recovers(ids)


if __name__ == "__main__":
    unittest.main()
