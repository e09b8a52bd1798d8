"""mactiond --probe and mactionctl doctor name the cause of each planted fault and its remedy."""

import json
import os
import re
import subprocess
import unittest

from doctor_case import (AUDIENCE, FOLLOWS, Authority, DoctorTest, Silent, StandIn, refusal, token)
from harness import free_port, wait_until
from proxy_test import TunnelProxy

NOBODY = 65534

CANCELS = """[[policy]]
name = "stale"
action = "cancel"
stale_after = "1h"
[policy.match]
type = ["Isolate"]
"""


def with_authority(url):
    return lambda text: re.sub(r'authority = "[^"]*"', f'authority = "{url}"', text)


class Login(DoctorTest):
    REFUSED = [
        ("wrong secret", refusal(7000215), ["AADSTS7000215", "secret is wrong"],
         ["Value, not its ID"]),
        ("expired secret", refusal(7000222), ["AADSTS7000222", "expired"], ["new"]),
        ("wrong tenant", refusal(90002, "invalid_request", 400), ["no such tenant"],
         ["tenant_id"]),
        ("application missing", refusal(700016, "unauthorized_client", 400),
         ["no such application"], ["client_id"]),
        ("no service principal", refusal(7000229, "unauthorized_client", 400),
         ["service principal"], ["admin consent"]),
        ("wrong audience", refusal(500011, "invalid_resource", 400), ["audience"],
         ["correct audience"]),
        ("wrong cloud", refusal(900382, "invalid_request", 400), ["another national cloud"],
         ["cloud"]),
        ("Conditional Access", refusal(53003, "access_denied", 400), ["Conditional Access"],
         ["named location"]),
        ("Entra is down", (503, b""), ["503"], ["wait"]),
        ("no token endpoint", (200, b"<html>"), [], ["authority"]),
        ("token of another audience", token(aud="https://graph.microsoft.com"),
         ["https://graph.microsoft.com", AUDIENCE], ["correct audience"]),
        ("token of another tenant", token(tid="99999999-2222-3333-4444-555555555555"),
         ["tenant 99999999"], ["tenant_id"]),
    ]

    def test_what_the_login_server_says(self):
        for fault, login, detail, remedy in self.REFUSED:
            with self.subTest(fault):
                server = self.standin(login=login)
                checks = self.probe(self.configured(server.url))
                self.assert_found(checks, "token", detail, remedy)

    def test_no_token_means_no_call(self):
        server = self.standin(login=refusal(7000215))
        checks = self.probe(self.configured(server.url))
        self.assertEqual(server.lists(), [])
        self.assertNotIn("list", [row["check"] for row in checks])

    def test_no_consent(self):
        server = self.standin(login=token(roles=()))
        self.assert_found(self.probe(self.configured(server.url)), "roles",
                          ["no application permission"], ["admin consent"])

    def test_a_role_that_the_configuration_needs(self):
        server = self.standin(login=token(roles=(FOLLOWS, "Alert.Read.All")))
        daemon = self.configured(server.url, extra=CANCELS)
        self.assert_found(self.probe(daemon), "roles",
                          ["Machine.Isolate", "more than needed: Alert.Read.All"],
                          ["Machine.Isolate", "admin consent"])

    def test_a_secret_that_cannot_be_read_any_more(self):
        server = self.standin()
        daemon = self.configured(server.url).start()
        daemon.secret_file.unlink()
        code, out, _ = daemon.command("--socket", daemon.socket_path, "--json", "doctor",
                                      program="mactionctl")
        self.assertEqual(code, 1)
        self.assert_found(json.loads(out)["checks"], "token", [str(daemon.secret_file)],
                          ["correct the credential"])

    def test_the_clock(self):
        for skew_s, way in ((600, "behind"), (-600, "ahead of")):
            server = self.standin(skew_s=skew_s)
            row = self.assert_found(self.probe(self.configured(server.url)), "clock", [way],
                                    ["set the clock"])
            self.assertRegex(row["detail"], r"^(9|10) min ")


class Api(DoctorTest):
    ANSWERS = [
        ("not permitted",
         (403, {"error": {"code": "Forbidden", "message": "Missing application roles."}}),
         ["Missing application roles"], ["grant"]),
        ("token refused", (401, {"error": {"code": "Unauthorized", "message": "no"}}),
         ["Unauthorized"], ["audience"]),
        ("another server", (404, b"<html>"), ["404"], ["api"]),
        ("throttled", (429, {}), ["429"], ["wait"]),
        ("down", (503, {}), ["503"], ["wait"]),
        ("no list", (200, {"odd": 1}), [], ["api"]),
    ]

    def test_what_the_api_says(self):
        for fault, answer, detail, remedy in self.ANSWERS:
            with self.subTest(fault):
                server = self.standin(api=answer)
                checks = self.probe(self.configured(server.url))
                self.assert_found(checks, "list", detail, remedy)
                self.assertEqual(len(server.lists()), 1)

    def test_calls_are_counted_over_probes_and_the_daemon(self):
        server = self.standin()
        daemon = self.configured(server.url, quota={"per_minute": 2, "per_hour": 2})
        self.probe(daemon, code=0)
        refused = {}
        for _ in range(2):  # the second call may have to wait: they are spread over the minute
            done, out, _ = daemon.command("--config", daemon.config, "--probe", "--json")
            refused = json.loads(out)
        self.assertEqual(done, 1)
        self.assert_found(refused["checks"], "list", ["not tried", "quota"], ["later"])
        made = len(server.lists())
        self.assertIn(made, (1, 2))
        daemon.start()
        wait_until(lambda: daemon.status()["regions"][0]["quota"]["hour_used"] >= made, 20,
                   "the calls of the probes", daemon.diagnostics)
        self.assertLessEqual(len(server.lists()), 2)

    def test_all_is_well(self):
        server = self.standin()
        daemon = self.configured(server.url)
        self.assertEqual(self.probe(daemon, code=0)[-1]["target"], "transition_log")
        self.assertIn("$top=1", server.lists()[0])
        code, out, _ = daemon.command("--config", daemon.config, "--probe")
        self.assertEqual(code, 0)
        self.assertIn("[+] region eu: roles: all that is needed\n", out)
        self.assertTrue(out.endswith("all ok\n"), out)
        daemon.new_region = True
        daemon.start()
        wait_until(lambda: any(line["type"] == "region.baseline" for line in daemon.log_lines()),
                   30, "the baseline of a new region", daemon.diagnostics)


class Way(DoctorTest):
    def test_certificates(self):
        authority = Authority(self.place.path / "good", "Throw-away CA 2")
        other = Authority(self.place.path / "other", "Corp TLS Inspection")
        for fault, identity, detail, remedy in (
                ("inspected", other.issue("inspected"), ["Corp TLS Inspection", "not trusted"],
                 ["ca_file", "TLS inspection"]),
                ("expired", authority.issue("expired", -86400, -3600), ["expired at"],
                 ["renew", "clock"]),
                ("not yet valid", authority.issue("early", 3600), ["not valid before"],
                 ["set the clock"]),
                ("wrong name", authority.issue("name", names="DNS:elsewhere.example"),
                 ["not made for 127.0.0.1"], ["name that the certificate has"])):
            with self.subTest(fault):
                url = self.standin(identity).url
                daemon = self.configured(url, change=lambda text: text.replace(
                    str(self.place.certs.ca), str(authority.ca)))
                checks = self.probe(daemon)
                for check in ("login-tls", "api-tls"):
                    self.assert_found(checks, check, detail, remedy)
                self.assertNotIn("token", [row["check"] for row in checks])

    def test_nobody_there(self):
        good = self.standin()
        plain = self.place.keep(StandIn())
        for fault, api, check, detail, remedy in (
                ("name unknown", "https://api.security.invalid", "api-name",
                 ["api.security.invalid", "no address"], ["correct api", "name service"]),
                ("refused", f"https://127.0.0.1:{free_port()}", "api-connection", ["refuses"],
                 ["correct api"]),
                ("no TLS", plain.url.replace("http:", "https:"), "api-tls", ["no TLS"],
                 ["TLS 1.2"])):
            with self.subTest(fault):
                daemon = self.configured(api, change=with_authority(good.url))
                self.assert_found(self.probe(daemon), check, detail, remedy)

    def test_a_server_that_hangs(self):
        daemon = self.configured(self.place.keep(Silent()).url,
                                 change=with_authority(self.standin().url))
        self.assert_found(self.probe(daemon), "api-tls", ["does not answer"], ["hangs"])

    def test_proxies(self):
        no = b"HTTP/1.1 407 No\r\nProxy-Authenticate: "
        for fault, user, answer, detail, remedy in (
                ("wants a user", "", no + b"Basic realm=x\r\n\r\n", ["wants a user"],
                 ["proxy_auth"]),
                ("refuses the user", "alice:s3cret@", no + b"Basic realm=x\r\n\r\n",
                 ["refused the user"], ["correct proxy_auth"]),
                ("wants Kerberos", "", no + b"Negotiate\r\n\r\n", ["Basic"], ["Basic"]),
                ("refuses", "", b"HTTP/1.1 403 No\r\n\r\n", ["refuses a tunnel", "403"],
                 ["allow", "NO_PROXY"])):
            with self.subTest(fault):
                proxy = self.place.keep(TunnelProxy("Basic x", refusal=answer))
                environment = {"HTTPS_PROXY": f"http://{user}127.0.0.1:{proxy.port}"}
                checks = self.probe(self.configured(), environment=environment)
                for check in ("login-proxy", "api-proxy"):
                    self.assert_found(checks, check, [f"127.0.0.1:{proxy.port}", *detail], remedy)

    def test_a_proxy_that_is_not_there(self):
        environment = {"HTTPS_PROXY": f"http://127.0.0.1:{free_port()}"}
        self.assert_found(self.probe(self.configured(), environment=environment), "login-proxy",
                          ["refuses the connection"], ["HTTPS_PROXY"])


class Receivers(DoctorTest):
    def webhook(self, url):
        return (f'[[webhook]]\nname = "soc"\nurl = "{url}/hook"\nformat = "cloudevents"\n'
                f'ca_file = "{self.place.certs.ca}"\n')

    def test_what_a_webhook_says(self):
        for status, remedy in ((401, "secret"), (404, "correct url"), (410, "resume"),
                               (308, "redirects"), (422, "format"), (500, "receiver's log")):
            with self.subTest(status):
                hook = self.standin(hook=status)
                daemon = self.configured(extra=self.webhook(hook.url))
                self.assertTrue(all(row["ok"] for row in self.probe(daemon, code=0)))
                self.assertEqual(hook.calls, [])
                checks = self.probe(daemon, "--webhook", "soc", "--send")
                self.assert_found(checks, "delivery", [str(status)], [remedy], "webhook")
                self.assertEqual({row["target"] for row in checks}, {"webhook"})
                self.assertEqual(hook.calls, ["/hook"])

    def test_a_webhook_that_takes_the_event(self):
        hook = self.standin(hook=204)
        daemon = self.configured(extra=self.webhook(hook.url)).start()
        code, out, errors = daemon.command("--socket", daemon.socket_path, "doctor", "--webhook",
                                           "soc", "--send", program="mactionctl")
        self.assertEqual(code, 0, out + errors)
        self.assertIn("webhook soc: delivery: took the test event", out)

    def test_a_webhook_that_is_not_there(self):
        daemon = self.configured(extra=self.webhook(f"https://127.0.0.1:{free_port()}"))
        self.assert_found(self.probe(daemon), "connection", ["refuses"], ["correct url"],
                          "webhook")

    def test_a_secret_address_is_not_shown(self):
        port = free_port()
        path = self.place.path / "hook-url"
        path.touch(mode=0o600)
        path.write_text(f"https://127.0.0.1:{port}/s3cret\n")
        daemon = self.configured(extra=self.webhook("x").replace('"x/hook"', f'"file:{path}"'))
        row = self.assert_found(self.probe(daemon), "connection", [], ["url"], "webhook")
        self.assertNotIn(str(port), json.dumps(row))

    def test_a_syslog_receiver_that_is_down(self):
        daemon = self.configured(
            extra=f'[[syslog]]\nname = "siem"\naddress = "127.0.0.1:{free_port()}"\n'
                  f'ca_file = "{self.place.certs.ca}"\n')
        self.assert_found(self.probe(daemon), "connection", ["refuses"], ["address"], "syslog")


class Process(DoctorTest):
    def test_a_store_that_a_daemon_holds(self):
        daemon = self.configured().start()
        code, out, errors = daemon.command("--config", daemon.config, "--probe")
        self.assertEqual((code, out), (69, ""))
        self.assertIn("mactionctl doctor", errors)

    def test_names_that_are_not_configured(self):
        daemon = self.configured()
        code, _, errors = daemon.command("--config", daemon.config, "--probe", "--region", "eus")
        self.assertEqual(code, 64)
        self.assertIn("did you mean eu?", errors)
        daemon.start()
        code, _, errors = daemon.command("--socket", daemon.socket_path, "doctor", "--region",
                                         "eus", program="mactionctl")
        self.assertEqual(code, 1)
        self.assertIn("did you mean eu?", errors)

    def test_a_state_directory_that_is_missing(self):
        server = self.standin()
        daemon = self.configured(server.url)
        daemon.state.rmdir()
        checks = self.probe(daemon)
        self.assert_found(checks, "space", [str(daemon.state)], ["create the directory"], "store")
        self.assert_found(checks, "list", ["without a store"], ["cause"])
        self.assertEqual(server.lists(), [])

    def test_a_lost_store_hides_no_calls(self):
        server = self.standin()
        daemon = self.configured(server.url)
        daemon.log_path.write_text('{"seq":1}\n')
        self.assert_found(self.probe(daemon), "list", ["not known"], [])
        self.assertEqual(server.lists(), [])

    def test_a_daemon_that_is_well(self):
        sim = self.place.sim()
        daemon = self.place.daemon(sim, [self.place.receiver("soc")]).start()
        code, out, errors = daemon.command("--socket", daemon.socket_path, "--json", "doctor",
                                           program="mactionctl")
        report = json.loads(out)
        self.assertEqual(code, 0 if report["ok"] else 1, errors)
        by_check = {(row["target"], row["check"]): row for row in report["checks"]}
        for key in (("region", "list"), ("region", "token"), ("region", "clock"),
                    ("webhook", "tls"), ("store", "content"), ("store", "space")):
            self.assertTrue(by_check[key]["ok"], by_check[key])
        self.assertEqual(sim.quota()["windows_over"], 0)

    def test_a_stop_ends_an_examination(self):
        daemon = self.configured(self.place.keep(Silent()).url).start()
        asking = subprocess.Popen(
            [self.place.binaries / "mactionctl", "--socket", daemon.socket_path, "doctor"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        wait_until(lambda: "/v1/doctor" in daemon.errors_path.read_text(), 20, "the request",
                   daemon.diagnostics)
        code, took_s = daemon.stop()
        self.assertEqual(code, 0, daemon.diagnostics())
        self.assertLess(took_s, 8)
        asking.communicate(timeout=30)

    @unittest.skipUnless(os.geteuid() == 0, "acting as another user needs root")
    def test_root_acts_as_the_owner_of_the_state_directory(self):
        daemon = self.configured(self.standin().url)
        self.give_state_to_nobody(daemon)
        self.probe(daemon, code=0)
        made = list(daemon.state.iterdir())
        self.assertIn("mactiond.lock", [path.name for path in made])
        self.assertEqual({path.lstat().st_uid for path in made}, {NOBODY}, made)

    @unittest.skipUnless(os.geteuid() == 0, "acting as another user needs root")
    def test_root_follows_no_link_that_its_owner_may_not(self):
        daemon = self.configured(self.standin().url)
        self.give_state_to_nobody(daemon)
        kept = self.place.path / "of-root"
        kept.mkdir(mode=0o755)
        (daemon.state / "store.db").symlink_to(kept / "store.db")
        self.assert_found(self.probe(daemon), "list", ["without a store"], ["cause"])
        self.assertEqual(list(kept.iterdir()), [])

    def give_state_to_nobody(self, daemon):
        for path in (self.place.path, *daemon.state.parents):
            if path.is_relative_to(self.place.path):
                path.chmod(0o755)
        os.chown(daemon.state, NOBODY, NOBODY)

    @unittest.skipUnless(os.geteuid() == 0, "mounting a small disk needs root")
    def test_a_full_disk(self):
        daemon = self.configured()
        disk = self.place.path / "disk"
        disk.mkdir()
        daemon.log_path = disk / "transitions.jsonl"
        daemon.config.write_text(re.sub(r'path = "[^"]*transitions.jsonl"',
                                        f'path = "{daemon.log_path}"', daemon.config.read_text()))
        fill = ('mount -t tmpfs -o size=128k none "$0" && head -c 1m /dev/zero > "$0/x"; '
                'exec "$@"')
        done = subprocess.run(
            ["unshare", "--mount", "sh", "-c", fill, disk, daemon.program, "--config",
             daemon.config, "--probe", "--json"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assert_found(json.loads(done.stdout)["checks"], "space", ["the disk is full"],
                          ["remove files"], "transition_log")


if __name__ == "__main__":
    unittest.main()
