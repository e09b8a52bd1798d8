"""How long `mactionctl status` takes, from start to end of its process, beside a store with 100,000
actions, a tenth of them open. ./dev bench status"""

import argparse
import json
import sqlite3
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
from harness import Daemon, Workplace  # noqa: E402

ACTIONS = 100_000
OPEN_EACH = 10
LIMIT_MS = 50
TICKS_PER_S = 10**7


class Bench(Daemon):
    """A daemon with a full store, whose region cannot be reached: nothing changes meanwhile."""

    def config_text(self, **overrides):
        text = super().config_text(api="https://127.0.0.1:9", **overrides)
        return text.replace('log_level = "debug"', 'log_level = "error"')

    def fill(self, count):
        self.start()
        self.stop()
        now = int(time.time() * TICKS_PER_S)

        def row(i):
            is_open = i % OPEN_EACH == 0
            created = now - (i % 86_400) * TICKS_PER_S
            document = json.dumps({
                "id": f"{i:08}-0000-4000-8000-000000000000", "type": "RunAntiVirusScan",
                "scope": "Quick", "requestor": "soc@x.example", "requestorComment": "weekly scan",
                "status": "Pending" if is_open else "Succeeded", "machineId": "f" * 40,
                "computerDnsName": f"srv-{i % 5000:04}.corp.example"}, separators=(",", ":"))
            return (
                "eu", f"{i:08}-0000-4000-8000-000000000000", "RunAntiVirusScan",
                "Pending" if is_open else "Succeeded", 0 if is_open else 1, 0, created, created,
                now, i, "f" * 40, f"srv-{i % 5000:04}.corp.example", "soc@x.example", "weekly scan",
                "PublicApi", document)

        store = sqlite3.connect(self.state / "store.db")
        store.executemany(
            "INSERT INTO action (region, id, type, status, final, vanished, created, last_update,"
            " seen, fingerprint, machine_id, computer_dns_name, requestor, requestor_comment,"
            " request_source, document) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (row(i) for i in range(count)))
        store.commit()
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        store.close()


def measure(daemon, rounds):
    took = []
    command = [daemon.place.binaries / "mactionctl", "--socket", daemon.socket_path, "status"]
    for _ in range(rounds):
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        took.append(1000 * (time.perf_counter() - began))
    return sorted(took)


def main():
    parser = argparse.ArgumentParser(prog="./dev bench status")
    parser.add_argument("--bin", required=True)
    parser.add_argument("--actions", type=int, default=ACTIONS)
    parser.add_argument("--rounds", type=int, default=500)
    options = parser.parse_args()
    place = Workplace(options.bin)
    daemon = place.keep(Bench(place, None, []))
    daemon.fill(options.actions)
    daemon.start()
    shown = daemon.status()["regions"][0]["open_actions"]
    if shown != options.actions // OPEN_EACH:
        print(f"{shown} open actions: the store was not read as it was filled", file=sys.stderr)
        return 1
    took = measure(daemon, options.rounds)
    daemon.stop()
    p99 = took[int(0.99 * (len(took) - 1))]
    print(f"mactionctl status, {options.actions} actions, {options.rounds} times: "
          f"median {statistics.median(took):.1f} ms, p99 {p99:.1f} ms, max {took[-1]:.1f} ms "
          f"(limit {LIMIT_MS} ms)")
    return 0 if p99 < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
