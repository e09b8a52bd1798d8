"""How long a submission takes from POST /v1/submissions until the API has made the action, while
the daemon is idle, beside curl that sends the same POST to the API itself.

./dev bench submission"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))
from harness import (CLIENT, CLIENT_SECRET, TENANT, UnixConnection, Workplace,  # noqa: E402
                     pass_time, wait_until)
from judge import parse_time  # noqa: E402

LIMIT_MS = 50
POLL = {"min_interval": "2s", "idle_interval": "15s"}


def machine(number):
    return f"{number:040x}"


def creation(sim, of):
    """When the API made the machine's action, by the clock of this machine."""

    def made():
        return [a for a in sim.call("GET", "actions")["actions"] if a["machineId"] == of]

    return parse_time(wait_until(made, 10, "the action")[0]["creationDateTimeUtc"])


def submit(daemon, of):
    connection = UnixConnection(daemon.socket_path)
    body = json.dumps({"region": "eu", "machine": of, "type": "RunAntiVirusScan", "comment": "x"})
    began = time.time()
    connection.request("POST", "/v1/submissions", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    if answer.status != 202:
        raise RuntimeError(f"{answer.status} {answer.read()!r}")
    connection.close()
    return began


def curl(sim, *arguments):
    return subprocess.run(
        ["curl", "-sS", "--fail", "--cacert", sim.certs.ca, *arguments], check=True,
        capture_output=True, text=True).stdout


def curl_token(sim):
    answer = curl(sim, "-d", "grant_type=client_credentials", "-d", f"client_id={CLIENT}",
                  "-d", f"client_secret={CLIENT_SECRET}",
                  "-d", "scope=https://api.securitycenter.microsoft.com/.default",
                  f"{sim.url}/{TENANT}/oauth2/v2.0/token")
    return json.loads(answer)["access_token"]


def post_by_curl(sim, token, of):
    began = time.time()
    curl(sim, "-H", f"Authorization: Bearer {token}", "-H", "Content-Type: application/json",
         "-d", '{"Comment":"x","ScanType":"Quick"}',
         f"{sim.url}/api/machines/{of}/runAntiVirusScan")
    return began


def show(what, seconds):
    ms = sorted(1000 * s for s in seconds)
    print(f"{what}: median {statistics.median(ms):.1f} ms, worst {ms[-1]:.1f} ms of {len(ms)}")
    return ms


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--count", type=int, default=30)
    arguments = parser.parse_args()
    place = Workplace(arguments.bin)
    sim = place.sim()
    daemon = place.daemon(
        sim, [], poll=POLL,
        extra='[submit]\nenabled = true\ntypes = ["RunAntiVirusScan"]\nmax_per_hour = 1000\n')
    text = daemon.config.read_text().replace('log_level = "debug"', 'log_level = "info"')
    daemon.config.write_text(text)
    daemon.start()
    wait_until(lambda: daemon.status()["regions"][0]["state"] == "ok", 30, "a poll",
               daemon.diagnostics)
    token = curl_token(sim)
    ours, theirs = [], []
    for number in range(arguments.count):
        began = submit(daemon, machine(2 * number))
        ours.append(creation(sim, machine(2 * number)) - began)
        pass_time(0.3)
        began = post_by_curl(sim, token, machine(2 * number + 1))
        theirs.append(creation(sim, machine(2 * number + 1)) - began)
        pass_time(0.3)
    daemon.stop()
    show("curl, with its start and its handshake", theirs)
    worst = show("mactiond, from POST /v1/submissions", ours)[-1]
    if worst > LIMIT_MS:
        print(f"more than {LIMIT_MS} ms", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
