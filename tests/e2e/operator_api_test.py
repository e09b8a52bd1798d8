"""The HTTP API on the daemon's socket, as a program meets it."""

import json
import socket
import threading
import time
import unittest
import urllib.parse
from pathlib import Path

from harness import E2eTest, UnixConnection, wait_until


class EventSource:
    """A client of server-sent events on the socket."""

    def __init__(self, path, after=None, last_id=None):
        self.connection = UnixConnection(path)
        headers = {"Accept": "text/event-stream"}
        if last_id is not None:
            headers["Last-Event-ID"] = str(last_id)
        query = "" if after is None else f"?after={after}"
        self.connection.request("GET", "/v1/events" + query, headers=headers)
        self.answer = self.connection.getresponse()
        self.last_id = None

    def next(self):
        """The next event's data; fields before it are kept."""
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            name, _, value = line.partition(": ")
            if name == "id":
                self.last_id = int(value)
            elif name == "data":
                return json.loads(value)

    def close(self):
        self.answer.close()
        self.connection.close()


class OperatorApi(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.daemon = self.place.daemon(self.sim, [])
        self.daemon.start()

    def get(self, path, expect=200):
        code, body = self.daemon.get_operator(path)
        self.assertEqual(code, expect, body)
        return json.loads(body)

    def add(self, count, kind="Isolate", status="Pending"):
        newest = self.daemon.status()["last_seq"]
        ids = self.sim.add([{"type": kind, "plan": [[0, status]]}] * count)
        wait_until(lambda: self.daemon.status()["last_seq"] == newest + count, 20,
                   "the new actions", self.daemon.diagnostics)
        return ids

    def test_actions_are_listed_filtered_and_paged(self):
        opened = self.add(5)
        done = self.add(2, kind="RunAntiVirusScan", status="Succeeded")

        def ids(query):
            return [a["action"]["id"] for a in self.get("/v1/actions" + query)["actions"]]

        self.assertEqual(set(ids("")), set(opened + done))
        self.assertEqual(set(ids("?state=open")), set(opened))
        self.assertEqual(set(ids("?type=RunAntiVirusScan")), set(done))
        self.assertEqual(set(ids("?status=Pending&region=eu")), set(opened))
        self.get("/v1/actions?region=us", expect=400)

        paged, cursor = [], None
        while True:
            query = "?limit=3" + (f"&cursor={urllib.parse.quote(cursor)}" if cursor else "")
            page = self.get("/v1/actions" + query)
            paged += [a["action"]["id"] for a in page["actions"]]
            cursor = page["next"]
            if not cursor:
                break
        self.assertEqual(sorted(paged), sorted(opened + done))

    def test_an_action_is_shown_with_its_history(self):
        action = self.add(1)[0]
        self.sim.move(action, "Succeeded")
        wait_until(lambda: len(self.get(f"/v1/actions/{action}")["events"]) == 2, 20, "its end")
        shown = self.get(f"/v1/actions/{action}")
        self.assertEqual(shown["action"]["status"], "Succeeded")
        self.assertEqual(shown["state"], "closed")
        self.assertEqual(shown["events"], self.daemon.log_lines())
        self.get("/v1/actions/no%2Fsuch%20id", expect=404)

    def test_events_stream_live_and_resume_by_id(self):
        self.add(3)
        source = EventSource(self.daemon.socket_path, after=1)
        self.addCleanup(source.close)
        self.assertEqual(source.answer.status, 200)
        self.assertEqual([source.next()["seq"], source.next()["seq"]], [2, 3])
        self.add(1)
        self.assertEqual(source.next(), self.daemon.log_lines()[3])
        last = source.last_id
        source.close()

        self.daemon.kill9()
        self.daemon.start()
        self.add(1)
        resumed = EventSource(self.daemon.socket_path, after=1, last_id=last)
        self.addCleanup(resumed.close)
        self.assertEqual(resumed.next()["seq"], 5)

    def test_a_stream_begins_now_by_default(self):
        self.add(2)
        source = EventSource(self.daemon.socket_path)
        self.addCleanup(source.close)
        wait_until(lambda: source.answer.readline() == b"id: 2\n", 5, "where it begins")
        self.add(1)
        self.assertEqual(source.next()["seq"], 3)

    def test_stuck_streams_hold_up_nobody(self):
        # Documents large enough that no socket buffer takes them all.
        self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]],
                       "requestorComment": "x" * 20_000}] * 20)
        wait_until(lambda: self.daemon.status()["last_seq"] == 20, 20, "the actions")
        stuck = []
        for _ in range(16):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.addCleanup(client.close)
            client.connect(str(self.daemon.socket_path))
            client.sendall(b"GET /v1/events?after=0 HTTP/1.1\r\nHost: a\r\n"
                           b"Accept: text/event-stream\r\n\r\n")
            stuck.append(client)
        before = self.resident()
        code, body = self.daemon.get_operator_with(
            "/v1/events", headers={"Accept": "text/event-stream"})
        self.assertEqual((code, json.loads(body)["status"]), (503, 503))
        for _ in range(20):
            self.get("/v1/status")  # each within the limit of a call
        self.add(1)
        self.assertLess(self.resident() - before, 8 * 1024 * 1024)

        # Dropped after a while: there is room for another one, which misses nothing.
        def room():
            source = EventSource(self.daemon.socket_path, after=20)
            if source.answer.status == 200:
                return source
            source.close()
            return None

        source = wait_until(room, 25, "the stuck ones dropped", every_s=0.5)
        self.addCleanup(source.close)
        self.assertEqual(source.next()["seq"], 21)

    def resident(self):
        text = Path(f"/proc/{self.daemon.process.pid}/statm").read_text()
        return int(text.split()[1]) * 4096

    def test_reopen_reports_whether_it_could(self):
        self.add(1)
        rotated = self.daemon.log_path.with_suffix(".1")
        self.daemon.log_path.rename(rotated)
        code, body = self.daemon.get_operator("/v1/reopen", method="POST")
        self.assertEqual((code, json.loads(body)), (200, {"reopened": True}))
        self.add(1)
        self.assertEqual([line["seq"] for line in self.daemon.log_lines()], [2])
        self.daemon.log_path.unlink()
        self.daemon.log_path.mkdir()
        code, body = self.daemon.get_operator("/v1/reopen", method="POST")
        self.assertEqual(code, 500)
        self.assertIn(str(self.daemon.log_path), json.loads(body)["detail"])

    def test_explaining_by_a_hard_configuration_holds_up_nobody(self):
        """Of the largest size that is accepted, with patterns and texts that take long to match."""
        self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]],
                       "requestorComment": "a" * 1000}] * 100)
        wait_until(lambda: len(self.daemon.log_lines()) >= 100, 30, "the actions",
                   self.daemon.diagnostics)
        patterns = ", ".join(f'"*{"a" * 40}{n}"' for n in range(4999))
        config = self.daemon.config.read_text() + (
            '\n[[policy]]\nname = "hard"\naction = "notify"\nstale_after = "1h"\n'
            f'match.comment = [{patterns}]\n')
        answers = []

        def explain():
            answers.append(self.daemon.get_operator_with("/v1/policies/explain", "POST",
                                                         {"config": config}))

        asking = threading.Thread(target=explain)
        late = self.daemon.late_turns(limit_s=1)
        began = time.monotonic()
        asking.start()
        refused = []
        while asking.is_alive():
            self.assertEqual(self.daemon.get("/livez")[0], 200)
            if not refused and time.monotonic() - began > 1:
                refused.append(self.daemon.get_operator_with("/v1/policies/explain", "POST",
                                                             {"config": config}))
        asking.join()
        self.assertEqual(self.daemon.late_turns(limit_s=1), late, "the loop stood still")
        code, body = answers[0]
        self.assertIn((code, "takes more than 10 s" in body), [(200, False), (422, True)], body)
        self.assertTrue(refused, "the configuration is not hard enough to show anything")
        self.assertEqual(refused[0][0], 409, refused)

    def test_pipelined_and_kept_connections_are_served(self):
        connection = UnixConnection(self.daemon.socket_path)
        self.addCleanup(connection.close)
        for path in ("/v1/status", "/v1/nothing", "/v1/events?limit=1"):
            connection.request("GET", path)
            answer = connection.getresponse()
            json.loads(answer.read())
            self.assertIn(answer.status, (200, 404))


class MonitoringListener(E2eTest):
    def setUp(self):
        super().setUp()
        self.daemon = self.place.daemon(self.place.sim(), [])
        text = self.daemon.config.read_text()
        self.assertIn("[admin]\n", text)
        self.daemon.config.write_text(
            text.replace("[admin]\n", '[admin]\nhosts = ["soc1.example"]\n'))
        self.daemon.start()

    def ask(self, request):
        """The first line of the answer to these bytes."""
        with socket.create_connection(("127.0.0.1", self.daemon.port), timeout=20) as client:
            client.sendall(request.encode())
            client.shutdown(socket.SHUT_WR)
            with client.makefile("rb") as answer:
                return answer.readline().decode().split(" ")[1]

    def test_answers_under_its_own_names_alone(self):
        for host, status in (("127.0.0.1:9464", "200"), ("[::1]", "200"), ("LOCALHOST:1", "200"),
                             ("soc1.example:8080", "200"), ("evil.example", "421"),
                             ("127.0.0.1.evil.example", "421"), ("", "421")):
            with self.subTest(host):
                for path in ("/metrics", "/livez", "/readyz", "/"):
                    answer = self.ask(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n")
                    self.assertEqual(answer == "421", status == "421", (path, answer))

    def test_wants_one_host_and_takes_an_absolute_target(self):
        host = "Host: 127.0.0.1\r\n"
        for request, status in (
                ("GET /livez HTTP/1.1\r\n\r\n", "400"),
                (f"GET /livez HTTP/1.1\r\n{host}{host}\r\n", "400"),
                ("GET /livez HTTP/1.0\r\n\r\n", "200"),
                (f"GET http://soc1.example/livez HTTP/1.1\r\n{host}\r\n", "200"),
                (f"GET http://evil.example/livez HTTP/1.1\r\n{host}\r\n", "421")):
            with self.subTest(request):
                self.assertEqual(self.ask(request), status)

    def test_takes_no_bodies(self):
        head = "POST /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        self.assertEqual(self.ask(head + "Content-Length: 2000000\r\n\r\n"), "413")
        self.assertEqual(self.ask(head + "Transfer-Encoding: chunked\r\n\r\n"
                                  "1\r\nx\r\n0\r\n\r\n"), "413")


if __name__ == "__main__":
    unittest.main()
