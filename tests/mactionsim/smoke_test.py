#!/usr/bin/env python3
"""The stand-in server as its clients meet it: the real binary over real TLS."""

import base64
import calendar
import email.utils
import http.client
import io
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import warnings
import zipfile
import zlib
from pathlib import Path

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
SECRET = "mactionsim-secret"
SCOPE = "https://api.securitycenter.microsoft.com/.default"
NOBODY = "00000000-0000-4000-8000-000000000000"
MACHINE = "0123456789abcdef0123456789abcdef01234567"
NAMES = ("login.microsoftonline.com", "api.security.microsoft.com",
         "api.securitycenter.microsoft.com", "api.securitycenter.windows.com")
DEADLINE_S = 30


def make_certificate(directory):
    cert, key = directory / "cert.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1," + ",".join("DNS:" + name for name in NAMES)],
        check=True, capture_output=True)
    return cert, key


class MappedConnection(http.client.HTTPSConnection):
    """Speaks to a name of the service, as by a line in the hosts file."""

    def __init__(self, name, port, context):
        super().__init__(name, context=context, timeout=DEADLINE_S)
        self.mapped = ("127.0.0.1", port)
        self.tls = context

    def connect(self):
        plain = socket.create_connection(self.mapped, self.timeout)
        self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)


class SimTest(unittest.TestCase):
    CONFIG = "[quota]\nper_minute = 100000\nper_hour = 100000\n"

    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="mactionsim-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.cert, cls.key = make_certificate(cls.directory)
        cls.context = ssl.create_default_context(cafile=str(cls.cert))

    def setUp(self):
        config = self.directory / "sim.toml"
        config.write_text(self.CONFIG)
        self.process = subprocess.Popen(
            [os.environ["MACTIONSIM"], "--listen", "127.0.0.1:0", "--tls-cert", self.cert,
             "--tls-key", self.key, "--config", config], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.stop)
        line = self.process.stdout.readline()
        self.assertRegex(line, r"^mactionsim listening on 127\.0\.0\.1:\d+\n$")
        self.port = int(line.rsplit(":", 1)[1])
        self.connection = self.connect()
        self.bearer = None

    def stop(self):
        self.connection.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(DEADLINE_S)
        self.process.stdout.close()
        self.assertEqual(code, 0)

    def connect(self, timeout=DEADLINE_S):
        return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context,
                                           timeout=timeout)

    def send(self, method, path, body=None, headers=None, connection=None):
        connection = connection or self.connection
        connection.request(method, path.replace(" ", "%20"), body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def call(self, method, path, body=None, headers=None, connection=None):
        """An API call with a bearer token; the body of the answer as JSON."""
        if self.bearer is None:
            status, answer = self.token()
            self.assertEqual(status, 200, answer)
            self.bearer = answer["access_token"]
        headers = {"Authorization": "Bearer " + self.bearer, **(headers or {})}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        status, got, text = self.send(method, path, body, headers, connection)
        return status, got, json.loads(text)

    def sim(self, method, path, body=None):
        payload = json.dumps(body) if body is not None else None
        status, _, text = self.send(method, "/_sim/" + path, payload)
        self.assertIn(status, (200, 201), text)
        return json.loads(text)

    def token(self, path="oauth2/v2.0/token", tenant=TENANT, **changes):
        form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET,
                "scope": SCOPE, **changes}
        status, _, text = self.send(
            "POST", f"/{tenant}/{path}", urllib.parse.urlencode(form),
            {"Content-Type": "application/x-www-form-urlencoded"})
        return status, json.loads(text)

    def ids(self, query):
        status, _, answer = self.call("GET", "/api/machineactions?" + query)
        self.assertEqual(status, 200, answer)
        return [row["id"] for row in answer["value"]]

    def until(self, condition, what):
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            found = condition()
            if found:
                return found
        self.fail(f"{what} did not come within {DEADLINE_S} s")


class Tokens(SimTest):
    def test_v2_token_carries_what_a_client_checks(self):
        status, answer = self.token()
        self.assertEqual(status, 200)
        self.assertEqual(answer["expires_in"], 3599)
        payload = answer["access_token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        self.assertEqual(claims["aud"], SCOPE.removesuffix("/.default"))
        self.assertEqual(claims["tid"], TENANT)
        self.assertIn("Machine.ReadWrite.All", claims["roles"])
        self.assertAlmostEqual(claims["exp"], time.time() + 3599, delta=DEADLINE_S)

    def test_v1_token_has_its_numbers_as_strings(self):
        status, answer = self.token("oauth2/token", resource=SCOPE.removesuffix("/.default"))
        self.assertEqual(status, 200)
        self.assertEqual(answer["expires_in"], "3599")
        self.assertEqual(answer["resource"], SCOPE.removesuffix("/.default"))

    def test_refusals_name_the_number(self):
        for changes, status, error, number in [
                ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
                ({"client_id": "someone"}, 400, "unauthorized_client", 700016),
                ({"scope": SCOPE[:-1]}, 400, "invalid_scope", 70011),
                ({"scope": "https://graph.microsoft.com/.default"}, 400, "invalid_resource",
                 500011),
                ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
                ({"tenant": "nobody"}, 400, "invalid_request", 90002)]:
            with self.subTest(error=error):
                got, answer = self.token(**changes)
                self.assertEqual((got, answer["error"]), (status, error))
                self.assertEqual(answer["error_codes"], [number])
                self.assertIn(f"AADSTS{number}: ", answer["error_description"])

    def test_secret_can_be_changed_and_put_right_again(self):
        self.sim("POST", "credentials", {"client_secret": "new"})
        self.assertEqual(self.token()[0], 401)
        self.assertEqual(self.token(client_secret="new")[0], 200)

    def test_tokens_expire_and_can_be_revoked(self):
        self.assertEqual(self.send("GET", "/api/machineactions")[0], 401)
        self.assertEqual(self.call("GET", "/api/machineactions")[0], 200)
        self.sim("POST", "revoke")
        status, headers, answer = self.call("GET", "/api/machineactions")
        self.assertEqual((status, answer["error"]["code"]), (401, "Unauthorized"))
        # Long enough for a call on a busy machine.
        self.sim("POST", "faults", {"expires_in_s": 5})
        self.bearer = None
        self.assertEqual(self.call("GET", "/api/machineactions/" + NOBODY)[0], 404)
        self.until(lambda: self.call("GET", "/api/machineactions/" + NOBODY)[0] == 401, "expiry")


class Actions(SimTest):
    def test_planned_action_follows_its_plan_and_the_truth_shows_it(self):
        made = self.sim("POST", "actions", [
            {"type": "Isolate", "computerDnsName": "pc1", "requestor": "a@b.example",
             "plan": [[0, "Pending"], [50, "InProgress"], [150, "Failed"]]},
            {"type": "Offboard", "plan": [[0, "Succeeded"]]}])["ids"]
        self.assertEqual(self.ids("$filter=status eq 'Succeeded'"), made[1:])
        self.until(lambda: self.ids("$filter=status eq 'Failed'") == made[:1], "the end")
        truth = self.sim("GET", "truth")
        mine = [(t["from"], t["to"]) for t in truth["transitions"] if t["id"] == made[0]]
        self.assertEqual(mine, [(None, "Pending"), ("Pending", "InProgress"),
                                ("InProgress", "Failed")])
        self.assertEqual([t["number"] for t in truth["transitions"]], [1, 2, 3, 4])
        rest = self.sim("GET", "truth?after=3")
        self.assertEqual(rest["transitions"], truth["transitions"][3:])
        _, _, entity = self.call("GET", "/api/machineactions/" + made[0])
        self.assertEqual(entity["lastUpdateDateTimeUtc"].rstrip("Z").rstrip("0"),
                         truth["transitions"][-1]["time"].rstrip("Z").rstrip("0"))
        self.assertTrue(entity["@odata.context"].endswith("#MachineActions/$entity"))

    def test_moves_removes_and_takes_devices_offline(self):
        a, b = self.sim("POST", "actions", {"count": 2, "machineId": MACHINE,
                                            "plan": [[60000, "Succeeded"]]})["ids"]
        self.sim("POST", f"actions/{a}/status", {"status": "Rebooting"})
        self.assertEqual(self.call("GET", "/api/machineactions/" + a)[2]["status"], "Rebooting")
        self.sim("DELETE", "actions/" + b)
        status, _, answer = self.call("GET", "/api/machineactions/" + b)
        self.assertEqual((status, answer["error"]["code"]), (404, "ResourceNotFound"))
        self.sim("POST", "faults", {"offline_timeout_ms": 0})
        self.sim("POST", "machines/" + MACHINE, {"offline": True})
        self.until(lambda: self.ids("$filter=status eq 'TimeOut'") == [a], "the time-out")

    def test_routes_ignore_letter_case_and_know_the_version(self):
        for path in ("/api/machineactions", "/API/MachineActions", "/api/v1.0/machineactions"):
            status, headers, answer = self.call("GET", path)
            self.assertEqual((status, answer["value"]), (200, []), path)
        self.assertIn("odata.metadata=minimal", headers["Content-Type"])
        self.assertEqual(headers["OData-Version"], "4.0")
        self.assertRegex(headers["Date"], r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
        self.assertEqual(self.call("GET", "/api/nothing")[0], 404)

    def test_posts_make_actions_and_cancel_ends_them(self):
        path = f"/api/machines/{MACHINE}/isolate"
        status, _, made = self.call("POST", path, {"Comment": "c", "IsolationType": "Full"})
        self.assertEqual((status, made["type"], made["status"]), (201, "Isolate", "Pending"))
        self.assertEqual((made["requestor"], made["requestSource"]), (CLIENT, "PublicApi"))
        status, _, again = self.call("POST", path, {"Comment": "c"})
        self.assertEqual((status, again["error"]["code"]), (400, "ActiveRequestAlreadyExists"))
        self.assertEqual(self.call("POST", path, {"comment": "c"})[0], 400)
        cancel = f"/api/machineactions/{made['id']}/cancel"
        status, _, ended = self.call("POST", cancel, {"Comment": "enough"})
        self.assertEqual((status, ended["status"]), (200, "Cancelled"))
        self.assertEqual(ended["cancellationComment"], "enough")
        self.assertEqual(self.call("POST", cancel, {"Comment": "enough"})[0], 400)

    def test_links_exist_once_the_work_is_done(self):
        package, live = self.sim("POST", "actions", [
            {"type": "CollectInvestigationPackage"},
            {"type": "Isolate"}])["ids"]
        uri = f"/api/machineactions/{package}/GetPackageUri"
        self.assertEqual(self.call("GET", uri)[0], 404)
        self.sim("POST", f"actions/{package}/status", {"status": "Succeeded"})
        status, _, answer = self.call("GET", uri)
        self.assertEqual(status, 200)
        self.assertTrue(answer["value"].startswith('"https://'))
        self.assertEqual(self.call("GET", uri)[0], 429)
        status, _, run = self.call("POST", f"/api/machines/{MACHINE}/runliveresponse", {
            "Comment": "c", "Commands": [{"type": "RunScript", "params": [
                {"key": "ScriptName", "value": "a.ps1"}]}]})
        self.assertEqual((status, run["commands"][0]["commandStatus"]), (201, "Created"))
        self.sim("POST", f"actions/{run['id']}/status", {"status": "Succeeded"})
        link = f"/api/machineactions/{run['id']}/GetLiveResponseResultDownloadLink(index=0)"
        status, _, answer = self.call("GET", link)
        self.assertEqual(status, 200)
        self.assertIn("sig=", answer["value"])
        self.assertEqual(self.call("GET", "/api/alerts/da63_1/machine")[0], 200)

    def test_answers_as_the_service_was_seen_to_answer(self):
        status, _, answer = self.call("GET", "/api/machineactions/none")
        self.assertEqual((status, answer["error"]["code"]), (400, "BadRequest"))
        self.assertIn("Edm.Guid", answer["error"]["message"])
        scan = self.sim("POST", "actions", {"type": "RunAntiVirusScan", "plan": []})["ids"][0]
        status, _, answer = self.call("GET", f"/api/machineactions/{scan}/getPackageUri")
        self.assertEqual((status, answer["error"]["code"]), (400, "InvalidInput"))
        for path in (f"machines/{MACHINE}/isolate", f"machineactions/{scan}/cancel"):
            status, headers, body = self.send(
                "GET", "/api/" + path, None, {"Authorization": "Bearer " + self.bearer})
            self.assertEqual((status, headers["Allow"], body), (405, "POST", b""))
        self.assertEqual(self.ids(f"$filter=id eq {scan}"), [scan])
        self.assertEqual(self.ids("$filter=contains(type,'Virus')"), [scan])
        _, _, answer = self.call("GET", "/api/machineactions?$select=id,status")
        self.assertEqual(answer["value"], [{"id": scan, "status": "Pending"}])
        _, _, answer = self.call("GET", f"/api/machineactions/{scan}?$select=status")
        self.assertEqual(answer["status"], "Pending")
        self.assertNotIn("machineId", answer)

    def test_machines_are_found_by_id_name_and_alert(self):
        other = "f" * 40
        self.sim("POST", "machines", [
            {"id": MACHINE, "computerDnsName": "pc1.contoso.com", "machineTags": ["vip"],
             "rbacGroupName": "Servers"},
            {"id": other, "computerDnsName": "pc10.contoso.com", "last_seen_ms": 3600000}])
        self.sim("POST", "alerts", [{"id": "da1_-1", "machineId": MACHINE}, {"id": "da1_2"}])
        for path in ("machines/" + MACHINE, "machines/pc1.contoso.com", "alerts/da1_-1/machine"):
            status, _, machine = self.call("GET", "/api/" + path)
            self.assertEqual((status, machine["id"]), (200, MACHINE), path)
        self.assertEqual((machine["machineTags"], machine["rbacGroupName"]), (["vip"], "Servers"))
        self.assertTrue(machine["@odata.context"].endswith("#Machines/$entity"))
        for query, ids in (("", [MACHINE, other]),
                           ("?$filter=computerDnsName eq 'pc1.contoso.com'", [MACHINE]),
                           ("?$filter=startswith(computerDnsName,'pc1')", [MACHINE, other]),
                           ("?$filter=startswith(computerDnsName,'pc2')", [])):
            status, _, answer = self.call("GET", "/api/machines" + query)
            self.assertEqual((status, [row["id"] for row in answer["value"]]), (200, ids), query)
        _, _, alert = self.call("GET", "/api/alerts/da1_-1")
        self.assertEqual((alert["machineId"], alert["computerDnsName"]),
                         (MACHINE, "pc1.contoso.com"))
        self.assertIsNone(self.call("GET", "/api/alerts/da1_2")[2]["machineId"])
        for path in ("machines/pc2", "alerts/da1_2/machine", "alerts/none"):
            status, _, answer = self.call("GET", "/api/" + path)
            self.assertEqual((status, answer["error"]["code"]), (404, "ResourceNotFound"), path)

    def test_posts_to_a_machine_are_refused_as_it_is_told(self):
        path = f"/api/machines/{MACHINE}/restrictCodeExecution"
        refuse = {"status": 403, "code": "DisallowedOperation", "message": "no level"}
        self.sim("POST", "machines/" + MACHINE, {"refuse": refuse})
        status, _, answer = self.call("POST", path, {"Comment": "c"})
        self.assertEqual((status, answer["error"]["message"]), (403, "no level"))
        self.sim("POST", "machines/" + MACHINE, {"refuse": None})
        self.assertEqual(self.call("POST", path, {"Comment": "c"})[0], 201)
        self.sim("DELETE", "machines/" + MACHINE)
        status, _, answer = self.call("POST", path, {"Comment": "c"})
        self.assertEqual((status, answer["error"]["code"]), (404, "ResourceNotFound"))

    def test_each_post_checks_its_body(self):
        machine = f"/api/machines/{MACHINE}/"
        script = {"type": "RunScript", "params": [{"key": "ScriptName", "value": "a.ps1"}]}
        put = {"type": "PutFile", "params": [{"key": "FileName", "value": "a.exe"}]}
        for verb, body, code in [
                ("offboard", {}, "MissingRequiredParameter"),
                ("offboard", {"Comment": ""}, "MissingRequiredParameter"),
                ("isolate", {"Comment": "c", "IsolationType": "full"}, "InvalidInput"),
                ("runAntiVirusScan", {"Comment": "c"}, "InvalidInput"),
                ("StopAndQuarantineFile", {"Comment": "c", "Sha1": "a" * 39}, "InvalidHashValue"),
                ("runliveresponse", {"Comment": "c"}, "MissingRequiredParameter"),
                ("runliveresponse", {"Comment": "c", "Commands": [script, put]},
                 "InvalidRequestBody")]:
            with self.subTest(verb=verb, body=body):
                status, _, answer = self.call("POST", machine + verb, body)
                self.assertEqual((status, answer["error"]["code"]), (400, code))
        self.assertEqual(self.sim("GET", "health")["actions"], 0)
        for verb, more, kind in [
                ("collectInvestigationPackage", {}, "CollectInvestigationPackage"),
                ("isolate", {"IsolationType": "Selective"}, "Isolate"),
                ("unisolate", {}, "Unisolate"),
                ("restrictCodeExecution", {}, "RestrictCodeExecution"),
                ("unrestrictCodeExecution", {}, "UnrestrictCodeExecution"),
                ("runAntiVirusScan", {"ScanType": "Quick"}, "RunAntiVirusScan"),
                ("offboard", {}, "Offboard"),
                ("StopAndQuarantineFile", {"Sha1": "a" * 40}, "StopAndQuarantineFile"),
                ("runliveresponse", {"Commands": [put, script]}, "LiveResponse")]:
            with self.subTest(verb=verb):
                status, _, made = self.call("POST", machine + verb, {"Comment": "c", **more})
                self.assertEqual((status, made["type"]), (201, kind))

    def test_an_open_action_is_returned_where_configured(self):
        self.sim("POST", "faults", {"duplicate": "return_first", "created_status": 200})
        path = f"/api/machines/{MACHINE}/unisolate"
        status, _, first = self.call("POST", path, {"Comment": "first"})
        self.assertEqual(status, 200)
        _, _, second = self.call("POST", path, {"Comment": "second"})
        self.assertEqual((second["id"], second["requestorComment"]), (first["id"], "first"))

    def test_bad_queries_and_missing_roles_are_refused(self):
        status, _, answer = self.call("GET", "/api/machineactions?$filter=status eq Pending")
        self.assertEqual((status, answer["error"]["code"]), (400, "ODataError"))
        self.sim("POST", "credentials", {"roles": ["Machine.Isolate"]})
        self.bearer = None
        status, _, answer = self.call("GET", "/api/machineactions")
        self.assertEqual((status, answer["error"]["code"]), (403, "Forbidden"))

    def test_control_api_reports_what_is_wrong(self):
        for method, path, body, status in [
                ("POST", "actions", '{"typ":"x"}', 400), ("POST", "actions", "[", 400),
                ("POST", "actions", '{"plan":[["a",1]]}', 400),
                ("POST", "actions", '{"plan":[[5,"a"],[4,"b"]]}', 400),
                ("POST", "faults", '{"fault":"flood","count":1}', 400),
                ("POST", "faults", '{"fault":"stall"}', 400),
                ("POST", "faults", '{"lag":1}', 400), ("GET", "nothing", None, 404),
                ("POST", "actions/none/status", '{"status":"Failed"}', 404)]:
            with self.subTest(path=path, body=body):
                got, _, text = self.send(method, "/_sim/" + path, body)
                self.assertEqual(got, status)
                self.assertTrue(json.loads(text)["error"])


class Quota(SimTest):
    CONFIG = "[quota]\nper_minute = 20\nper_hour = 30\n"

    def test_judge_counts_and_the_api_throttles(self):
        codes = [self.call("GET", "/api/machineactions")[0] for _ in range(25)]
        self.assertEqual(codes, [200] * 20 + [429] * 5)
        status, headers, answer = self.call("GET", "/api/machineactions")
        self.assertEqual(answer["error"]["code"], "429")
        self.assertIn(f"again in {headers['Retry-After']} seconds", answer["error"]["message"])
        quota = self.sim("GET", "quota")
        self.assertEqual(quota["calls"], 26)
        self.assertEqual(quota["max_per_minute"], 26)
        self.assertEqual(quota["windows_over"], 6)
        self.assertEqual(quota["throttled"], 6)
        self.assertEqual((quota["per_minute"], quota["per_hour"]), (20, 30))
        self.assertEqual(quota["operations"]["token"], 1)


class Faults(SimTest):
    def setUp(self):
        super().setUp()
        self.sim("POST", "actions", {"count": 5, "plan": []})
        self.assertEqual(self.call("GET", "/api/machineactions")[0], 200)

    def next_call(self, fault, timeout=DEADLINE_S):
        self.sim("POST", "faults", {"fault": fault, "count": 1})
        connection = self.connect(timeout)
        self.addCleanup(connection.close)
        return self.send("GET", "/api/machineactions", None,
                         {"Authorization": "Bearer " + self.bearer}, connection)

    def test_whole_answers(self):
        for fault, status, start in [
                ("unauthorized", 401, b'{"error":{"code":"Unauthorized"'),
                ("forbidden", 403, b'{"error":{"code":"Forbidden"'),
                ("throttled", 429, b'{"error":{"code":"429"'),
                ("server_error_empty", 500, b""),
                ("server_error_html", 503, b"<html>"),
                ("not_json", 200, b"upstream"), ("login_page", 200, b"<!DOCTYPE html>"),
                ("empty_body", 200, b""), ("wrong_document", 200, b'{"status"'),
                ("cut_json", 200, b'{"@odata.context"')]:
            with self.subTest(fault=fault):
                got, _, body = self.next_call(fault)
                self.assertEqual(got, status)
                self.assertTrue(body.startswith(start) and bool(body) == bool(start), body[:80])
                if fault == "cut_json":
                    self.assertRaises(ValueError, json.loads, body)
                self.assertEqual(self.call("GET", "/api/machineactions")[0], 200)

    def test_redirect_leads_elsewhere(self):
        status, headers, _ = self.next_call("redirect")
        self.assertEqual(status, 307)
        self.assertTrue(headers["Location"].startswith("https://collector.example.net/"))

    def test_broken_transport(self):
        for fault in ("truncated_body", "truncated_chunk"):
            with self.subTest(fault=fault):
                self.assertRaises(http.client.IncompleteRead, self.next_call, fault)
        for fault in ("stall", "no_answer"):
            with self.subTest(fault=fault):
                self.assertRaises(TimeoutError, self.next_call, fault, 0.3)
        self.assertEqual(self.call("GET", "/api/machineactions")[0], 200)

    def read_until_reset(self, fault):
        """What came before the TCP reset. The ssl module takes a reset for an end of file, so the
        socket is read here."""
        self.sim("POST", "faults", {"fault": fault, "count": 1})
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = self.context.wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        text = b""
        with socket.create_connection(("127.0.0.1", self.port), DEADLINE_S) as plain:
            def step(function, *arguments):
                while True:
                    try:
                        done = function(*arguments)
                        plain.sendall(outgoing.read())
                        return done
                    except ssl.SSLWantReadError:
                        plain.sendall(outgoing.read())
                        received = plain.recv(65536)
                        self.assertTrue(received, "an orderly end instead of a reset")
                        incoming.write(received)

            step(tls.do_handshake)
            step(tls.write, f"GET /api/machineactions HTTP/1.1\r\nHost: x\r\nAuthorization:"
                            f" Bearer {self.bearer}\r\n\r\n".encode())
            with self.assertRaises(ConnectionResetError):
                while True:
                    text += step(tls.read, 65536)
        return text

    def test_resets_are_resets(self):
        self.assertEqual(self.read_until_reset("reset_before_answer"), b"")
        # A reset may take what was not read yet with it.
        half = self.read_until_reset("reset")
        self.assertTrue(b"HTTP/1.1 200 OK".startswith(half[:15]), half)
        self.assertFalse(half.endswith(b"]}"))

    def test_slow_drip_sends_the_head_at_once_and_then_trickles(self):
        self.sim("POST", "faults", {"fault": "slow_drip", "count": 1})
        connection = self.connect()
        self.addCleanup(connection.close)
        connection.request("GET", "/api/machineactions", None,
                           {"Authorization": "Bearer " + self.bearer})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        began = time.monotonic()
        self.assertEqual(len(answer.read(32)), 32)
        self.assertGreater(time.monotonic() - began, 0.25)

    def test_codings(self):
        plain = self.call("GET", "/api/machineactions")[2]
        for encoding, bits, name in [("gzip", 31, "gzip"), ("deflate", 15, "deflate"),
                                     ("raw_deflate", -15, "deflate")]:
            with self.subTest(encoding=encoding):
                self.sim("POST", "faults", {"encoding": encoding, "chunked": True})
                status, headers, body = self.send(
                    "GET", "/api/machineactions", None,
                    {"Authorization": "Bearer " + self.bearer, "Accept-Encoding": "gzip, deflate"})
                self.assertEqual(headers["Content-Encoding"], name)
                self.assertEqual(headers["Transfer-Encoding"], "chunked")
                self.assertEqual(json.loads(zlib.decompress(body, bits)), plain)
        self.sim("DELETE", "faults")
        self.assertEqual(self.call("GET", "/api/machineactions")[1]["Content-Encoding"], None)

    def test_switches_hold_until_they_are_cleared(self):
        self.sim("POST", "faults", {"reject_last_update_filter": True, "shape": "minimal",
                                    "short_last_update": True})
        query = "/api/machineactions?$filter=lastUpdateDateTimeUtc ge 2025-01-01T00:00:00Z"
        self.assertEqual(self.call("GET", query)[0], 400)
        _, _, answer = self.call("GET", "/api/machineactions")
        self.assertIn("lastUpdateTimeUtc", answer["value"][0])
        self.assertNotIn("requestSource", answer["value"][0])
        self.sim("DELETE", "faults")
        self.assertEqual(self.call("GET", query)[0], 200)

    def test_late_fault_spoils_the_answer_of_a_call_that_took_effect(self):
        made = self.sim("POST", "actions", {"type": "Isolate", "plan": [[0, "Pending"]]})["ids"][0]
        self.sim("POST", "faults", {"fault": "server_error_json", "operation": "cancel",
                                    "count": 1, "after": True})
        cancel = f"/api/machineactions/{made}/cancel"
        self.assertEqual(self.call("POST", cancel, {"Comment": "enough"})[0], 500)
        self.assertEqual(self.call("GET", f"/api/machineactions/{made}")[2]["status"], "Cancelled")

    def test_rate_strikes_every_call_of_its_operation(self):
        self.sim("POST", "faults", {"fault": "server_error_json", "operation": "get",
                                    "per_mille": 1000})
        self.assertEqual(self.call("GET", "/api/machineactions/" + NOBODY)[0], 500)
        self.assertEqual(self.call("GET", "/api/machineactions/" + NOBODY)[0], 500)
        self.assertEqual(self.call("GET", "/api/machineactions")[0], 200)
        self.sim("DELETE", "faults")
        self.assertEqual(self.call("GET", "/api/machineactions/" + NOBODY)[0], 404)


class Submissions(SimTest):
    PATH = f"/api/machines/{MACHINE}/offboard"

    def post(self):
        return self.call("POST", self.PATH, {"Comment": "c [sub_1]"})

    def actions(self):
        return self.sim("GET", "health")["actions"]

    def test_answer_lost_before_the_effect(self):
        self.call("GET", "/api/machineactions")
        self.sim("POST", "faults", {"fault": "closed", "operation": "create", "count": 1})
        self.assertRaises(http.client.RemoteDisconnected, self.post)
        self.assertEqual(self.actions(), 0)
        self.assertEqual(self.post()[0], 201)

    def test_answer_lost_after_the_effect(self):
        self.call("GET", "/api/machineactions")
        self.sim("POST", "faults", {"fault": "closed", "operation": "create", "count": 1,
                                    "after": True})
        self.assertRaises(http.client.RemoteDisconnected, self.post)
        self.assertEqual(len(self.ids("$filter=contains(requestorComment,'%5Bsub_1%5D')")), 1)
        self.assertEqual(self.post()[2]["error"]["code"], "ActiveRequestAlreadyExists")

    def test_storm_of_429_starts_nothing(self):
        self.sim("POST", "faults", {"fault": "throttled", "operation": "create", "count": 3})
        self.assertEqual([self.post()[0] for _ in range(4)], [429, 429, 429, 201])
        self.assertEqual(self.actions(), 1)

    def test_action_is_not_there_right_after_it_was_made(self):
        self.sim("POST", "faults", {"visibility_get_ms": 60000, "visibility_list_ms": 60000})
        status, _, made = self.post()
        self.assertEqual(status, 201)
        path = "/api/machineactions/" + made["id"]
        self.assertEqual(self.call("GET", path)[2]["error"]["code"], "ResourceNotFound")
        self.assertEqual(self.ids(""), [])
        truth = self.sim("GET", "actions")["actions"]
        self.assertEqual([(action["id"], action["requestorComment"]) for action in truth],
                         [(made["id"], "c [sub_1]")])


class Links(SimTest):
    CONFIG = SimTest.CONFIG + "[switches]\npackage_per_minute = 1000\npackage_bytes = 10000\n"

    def setUp(self):
        super().setUp()
        self.package = self.sim("POST", "actions", {
            "type": "CollectInvestigationPackage", "plan": [[0, "Succeeded"]]})["ids"][0]

    def link(self):
        _, _, answer = self.call("GET", f"/api/machineactions/{self.package}/getPackageUri")
        return answer["value"].strip('"')

    def fetch(self, link, headers=None, connection=None):
        url = urllib.parse.urlsplit(link)
        self.assertEqual((url.scheme, url.netloc), ("https", f"127.0.0.1:{self.port}"))
        return self.send("GET", f"{url.path}?{url.query}", None, headers, connection)

    def spoiled(self, fault, headers=None):
        self.sim("POST", "faults", {"fault": fault, "operation": "download", "count": 1})
        connection = self.connect()
        self.addCleanup(connection.close)
        return self.fetch(self.link(), headers, connection)

    def test_package_is_an_archive(self):
        status, headers, body = self.fetch(self.link())
        self.assertEqual((status, headers["Content-Type"]), (200, "application/zip"))
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(len(archive.read("Summary.txt")), 10000)
        self.assertEqual(self.sim("GET", "quota")["operations"]["download"], 1)

    def test_results_are_what_the_commands_brought(self):
        self.sim("POST", "faults", {"script_output": "hello\n", "script_exit_code": 3})
        _, _, run = self.call("POST", f"/api/machines/{MACHINE}/runliveresponse", {
            "Comment": "c", "Commands": [
                {"type": "RunScript", "params": [{"key": "ScriptName", "value": "a.ps1"}]},
                {"type": "GetFile", "params": [{"key": "Path", "value": "C:\\a.txt"}]}]})
        self.sim("POST", f"actions/{run['id']}/status", {"status": "Succeeded"})
        path = f"/api/machineactions/{run['id']}/GetLiveResponseResultDownloadLink(index=%d)"
        _, _, answer = self.call("GET", path % 0)
        self.assertEqual(json.loads(self.fetch(answer["value"])[2]),
                         {"script_name": "a.ps1", "exit_code": 3, "script_output": "hello\n",
                          "script_errors": ""})
        _, _, answer = self.call("GET", path % 1)
        text = zlib.decompress(self.fetch(answer["value"])[2], 31)
        self.assertTrue(text.startswith(b"C:\\a.txt"))
        self.assertEqual(self.call("GET", path % 2)[0], 404)

    def test_parts_can_be_had(self):
        _, headers, whole = self.fetch(self.link())
        status, part, body = self.fetch(self.link(), {"Range": "bytes=100-"})
        self.assertEqual((status, body), (206, whole[100:]))
        self.assertEqual(part["Content-Range"], f"bytes 100-{len(whole) - 1}/{len(whole)}")
        for tag, status in ((headers["ETag"], 206), ('"other"', 200)):
            answer = self.fetch(self.link(), {"Range": "bytes=100-", "If-Range": tag})
            self.assertEqual(answer[0], status, tag)
        self.assertEqual(self.fetch(self.link(), {"Range": f"bytes={len(whole)}-"})[0], 416)
        self.sim("POST", "faults", {"link_ranges": False})
        self.assertEqual(self.fetch(self.link(), {"Range": "bytes=100-"})[0], 200)

    def test_parts_of_what_has_no_tag_cannot_be_had_safely(self):
        self.sim("POST", "faults", {"link_tags": False})
        _, headers, whole = self.fetch(self.link())
        self.assertNotIn("ETag", headers)
        self.assertEqual(self.fetch(self.link(), {"Range": "bytes=100-", "If-Range": '"a"'})[2],
                         whole)

    def test_tokens_of_links_are_known(self):
        links = [self.link() for _ in range(2)]
        tokens = self.sim("GET", "links")["tokens"]
        self.assertEqual(sorted(link.partition("token=")[2] for link in links), sorted(tokens))

    def test_link_is_for_its_holder_and_for_its_time(self):
        link = self.link()
        self.assertEqual(self.fetch(link, {"Authorization": "Bearer " + self.bearer})[0], 400)
        self.assertEqual(self.fetch(link + "0")[0], 403)
        self.sim("POST", "faults", {"link_lifetime_ms": 0})
        self.assertEqual(self.fetch(self.link())[0], 403)
        self.assertEqual(self.fetch(link)[0], 200)

    def test_links_lead_where_the_switches_say(self):
        self.sim("POST", "faults", {"link_scheme": "http", "link_host": "files.example.net"})
        self.assertTrue(self.link().startswith("http://files.example.net/safedownload/"))

    def test_broken_download_can_be_carried_on(self):
        whole = self.fetch(self.link())[2]
        with self.assertRaises(http.client.IncompleteRead) as broken:
            self.spoiled("truncated_body")
        got = broken.exception.partial
        self.assertTrue(0 < len(got) < len(whole))
        rest = self.fetch(self.link(), {"Range": f"bytes={len(got)}-"})[2]
        self.assertEqual(got + rest, whole)

    def test_download_that_never_ends(self):
        self.sim("POST", "faults", {"fault": "endless", "operation": "download", "count": 1})
        connection = self.connect()
        url = urllib.parse.urlsplit(self.link())
        connection.request("GET", f"{url.path}?{url.query}")
        answer = connection.getresponse()
        self.assertEqual(len(answer.read(100000)), 100000)
        connection.close()
        self.assertEqual(self.fetch(self.link())[0], 200)

    def test_redirects_of_downloads(self):
        status, headers, _ = self.spoiled("redirect_http")
        self.assertEqual(status, 307)
        self.assertTrue(headers["Location"].startswith(f"http://127.0.0.1:{self.port}/safe"))
        status, headers, _ = self.spoiled("redirect")
        self.assertTrue(headers["Location"].startswith("https://collector.example.net/"))


class Names(SimTest):
    def under(self, name):
        connection = MappedConnection(name, self.port, self.context)
        self.addCleanup(connection.close)
        return connection

    def test_client_that_knows_the_service_by_its_names(self):
        login, api = (self.under(name) for name in NAMES[:2])
        status, _, text = self.send("GET", f"/{TENANT}/v2.0/.well-known/openid-configuration",
                                    connection=login)
        self.assertEqual(status, 200)
        endpoint = urllib.parse.urlsplit(json.loads(text)["token_endpoint"])
        self.assertEqual(endpoint.netloc, "login.microsoftonline.com")
        form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET,
                "scope": SCOPE}
        status, _, text = self.send(
            "POST", endpoint.path, urllib.parse.urlencode(form),
            {"Content-Type": "application/x-www-form-urlencoded"}, login)
        bearer = {"Authorization": "Bearer " + json.loads(text)["access_token"]}
        made = self.sim("POST", "actions", {"type": "CollectInvestigationPackage",
                                            "plan": [[0, "Succeeded"]]})["ids"][0]
        package = f"/api/machineactions/{made}/getPackageUri"
        status, _, text = self.send("GET", package, None, bearer, api)
        self.assertEqual(status, 200, text)
        link = urllib.parse.urlsplit(json.loads(text)["value"].strip('"'))
        self.assertEqual(link.netloc, "api.security.microsoft.com")
        self.assertEqual(self.send("GET", f"{link.path}?{link.query}", connection=api)[0], 200)


class Clock(SimTest):
    CONFIG = "skew_ms = -7200000\n"

    def test_skewed_server_is_wrong_in_everything_it_says(self):
        made = self.sim("POST", "actions", {"type": "Isolate"})["ids"][0]
        _, headers, entity = self.call("GET", "/api/machineactions/" + made)
        date = email.utils.parsedate_to_datetime(headers["Date"]).timestamp()
        self.assertAlmostEqual(date, time.time() - 7200, delta=DEADLINE_S)
        created = time.strptime(entity["creationDateTimeUtc"][:19], "%Y-%m-%dT%H:%M:%S")
        self.assertAlmostEqual(calendar.timegm(created), date, delta=DEADLINE_S)


class Program(SimTest):
    def run_with(self, *arguments):
        return subprocess.run([os.environ["MACTIONSIM"], *map(str, arguments)],
                              capture_output=True, text=True, timeout=DEADLINE_S)

    def test_exit_codes(self):
        self.assertEqual(self.run_with("--help").returncode, 0)
        self.assertEqual(self.run_with().returncode, 64)
        tls = ("--tls-cert", self.cert, "--tls-key", self.key)
        taken = self.run_with("--listen", f"127.0.0.1:{self.port}", *tls)
        self.assertEqual(taken.returncode, 69, taken)
        bad = self.directory / "bad.toml"
        for text in ("tenant = 1\n", "a = [\n", "[switches]\nlag = 1\n", 'seed = "x"\n'):
            bad.write_text(text)
            refused = self.run_with("--listen", "127.0.0.1:0", *tls, "--config", bad)
            self.assertEqual(refused.returncode, 78, refused)
            self.assertIn("bad.toml", refused.stderr)

    def test_old_tls_and_plain_text_are_refused(self):
        context = ssl.create_default_context(cafile=str(self.cert))
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection(("127.0.0.1", self.port), DEADLINE_S) as plain:
            self.assertRaises(OSError, context.wrap_socket, plain, server_hostname="127.0.0.1")
        with socket.create_connection(("127.0.0.1", self.port), DEADLINE_S) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertFalse(plain.recv(4096).startswith(b"HTTP/"))
        self.assertEqual(self.sim("GET", "health")["status"], "ok")


if __name__ == "__main__":
    unittest.main()
