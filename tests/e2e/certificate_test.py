"""Logging in with a certificate: a real OAuth server judges the assertions."""

import base64
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import unittest
import urllib.parse
from pathlib import Path

from harness import CLIENT, TENANT, E2eTest, free_port, wait_until
from identity_services import AUDIENCE, Service, refusal
from identity_test import MachineDaemon

KEYS = Path(__file__).parents[1] / "fixtures" / "keys"
SERVER = Path(__file__).parent / "oidc" / "server.js"
MODULES = Path(os.environ["MACTIOND_OIDC"])
PATH = f"/{TENANT}/oauth2/v2.0/token"
PASS_PHRASE = "0pen-sesame-planted"


def openssl(*arguments):
    return subprocess.run(["openssl", *map(str, arguments)], check=True,
                          capture_output=True).stdout


class Pair:
    """A key and its certificate, made and described by the openssl program."""

    def __init__(self, directory, name, bits=2048):
        self.key, self.certificate = directory / f"{name}.key", directory / f"{name}.crt"
        openssl("req", "-x509", "-newkey", f"rsa:{bits}", "-sha256", "-nodes", "-days", 2,
                "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate)
        der = openssl("x509", "-in", self.certificate, "-outform", "DER")
        digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=der, check=True,
                                capture_output=True).stdout
        self.x5t = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def secrets(self):
        """Lines of the key that must never be shown."""
        return self.key.read_text().splitlines()[1:4]


class Entra(Service):
    """Entra ID as far as certificates go: npm oidc-provider judges the assertion, and what that
    does not look at is judged here: the audience alone, x5t#S256 and the life of an assertion."""

    def __init__(self, place, sim, pairs):
        super().__init__(sim, place.certs)
        self.pairs = {pair.x5t: pair for pair in pairs}
        self.used = []
        self.statuses = []
        self.node_port = free_port()
        settings = {"port": self.node_port, "origin": self.url, "tenant": TENANT,
                    "client": CLIENT, "scope": f"{AUDIENCE}/.default",
                    "certificates": [pair.certificate.read_text() for pair in pairs]}
        here = place.path / "oidc"
        here.mkdir()
        shutil.copy(SERVER, here)
        shutil.copy(SERVER.parent / "package.json", here)
        (here / "node_modules").symlink_to(MODULES / "node_modules")
        self.node = subprocess.Popen(["node", "server.js", json.dumps(settings)], cwd=here,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.node.stdout.readline()
        assert line == b"listening\n", (line, self.node.stderr.read())

    def stop_now(self):
        self.node.kill()
        self.node.wait()
        self.node.stdout.close()
        self.node.stderr.close()
        super().stop_now()

    def ask(self, form):
        """What oidc-provider answers to that form: (status, body)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.node_port, timeout=30)
        headers = {"Host": f"127.0.0.1:{self.port}", "X-Forwarded-Proto": "https",
                   "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request("POST", PATH, urllib.parse.urlencode(form), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def answer(self, call):
        if call.path != PATH:
            return 404, {}, b""
        status, body = self.ask(call.form)
        self.statuses.append(status)
        if status != 200:
            return status, {"Content-Type": "application/json"}, body
        parts = call.form["client_assertion"].split(".")
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "=="))
                          for part in parts[:2])
        if claims["aud"] != self.url + PATH or not 0 < claims["exp"] - claims["nbf"] <= 600:
            return refusal(401, "invalid_client", "AADSTS700024: not within its time range")
        if header["x5t#S256"] not in self.pairs:
            return refusal(401, "invalid_client", "AADSTS700027: the certificate is not known")
        self.used.append(header["x5t#S256"])
        return self.grant()


class CertificateTest(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.files = self.place.path / "keys"
        self.files.mkdir(mode=0o700)

    def entra(self, *pairs):
        self.server = self.place.keep(Entra(self.place, self.sim, pairs))
        return self.server

    def start(self, *lines, name="d"):
        daemon = MachineDaemon(self.place, self.sim, [], name=name,
                               auth=['kind = "certificate"', *lines])
        text = daemon.config.read_text()
        authority = f'authority = "{self.sim.url}"'
        assert authority in text
        daemon.config.write_text(text.replace(authority, f'authority = "{self.server.url}"'))
        return self.place.keep(daemon).start()

    def secret(self, name, content):
        path = self.files / name
        path.touch(mode=0o600)
        path.write_text(content)
        return path

    @staticmethod
    def good_lists(daemon):
        return daemon.metric_sum("mactiond_api_requests_total", operation="list", code="200")

    def wait_usable(self, daemon):
        wait_until(lambda: self.good_lists(daemon) > 0, 30, "a usable region",
                   daemon.diagnostics)
        self.assertFalse(daemon.status()["regions"][0]["reason"])

    def renew(self, daemon):
        """Returns when the daemon has another token."""
        def tokens():
            return daemon.metric_sum("mactiond_api_requests_total", operation="token", code="200")
        before = tokens()
        code, body = daemon.get_operator_with("/v1/regions/eu/retry", "POST", {})
        self.assertEqual(code, 200, body)
        wait_until(lambda: tokens() > before, 20, "another token", daemon.diagnostics)

    def assert_never_shown(self, daemon, *texts):
        shown = daemon.errors_path.read_text() + str(daemon.status()) + str(daemon.metrics())
        shown += daemon.command("--config", daemon.config, "--print-config")[1]
        shown += daemon.log_path.read_text() if daemon.log_path.exists() else ""
        for file in daemon.state.iterdir():
            shown += file.read_bytes().decode(errors="replace")
        assertions = [call.form["client_assertion"] for call in self.server.calls]
        parts = [part for text in assertions for part in text.split(".")[1:]]
        for text in [*parts, "eyJ0", *texts]:
            self.assertNotIn(text, shown)


class Login(CertificateTest):
    def test_with_keys_of_both_sizes(self):
        pairs = [Pair(self.files, f"rsa{bits}", bits) for bits in (2048, 4096)]
        entra = self.entra(*pairs)
        for pair in pairs:
            daemon = self.start(f'certificate = "file:{pair.certificate}"',
                                f'key = "file:{pair.key}"', name=pair.certificate.stem)
            self.wait_usable(daemon)
            self.assertEqual(entra.used[-1], pair.x5t)
            self.assert_never_shown(daemon, *pair.secrets())
            daemon.stop()

    def test_with_encrypted_files_of_every_form(self):
        pair = Pair(self.files, "app")
        self.entra(pair)
        password = self.secret("password", PASS_PHRASE + "\n")
        output = ("-passout", f"pass:{PASS_PHRASE}")
        openssl("pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", pair.key, *output,
                "-out", self.files / "pkcs8.key")
        both = ("-export", "-inkey", pair.key, "-in", pair.certificate, *output)
        openssl("pkcs12", *both, "-out", self.files / "new.pfx")
        openssl("pkcs12", *both, "-legacy", "-out", self.files / "old.pfx")
        for name, lines in {
            "pem": [f'certificate = "file:{pair.certificate}"',
                    f'key = "file:{self.files}/pkcs8.key"'],
            "new": [f'pkcs12 = "file:{self.files}/new.pfx"'],
            "old": [f'pkcs12 = "file:{self.files}/old.pfx"'],
        }.items():
            with self.subTest(name):
                daemon = self.start(*lines, f'key_password = "file:{password}"', name=name)
                self.wait_usable(daemon)
                self.assert_never_shown(daemon, *pair.secrets(), PASS_PHRASE)
                daemon.stop()

    def test_no_assertion_counts_twice(self):
        pair = Pair(self.files, "app")
        entra = self.entra(pair)
        daemon = self.start(f'certificate = "file:{pair.certificate}"', f'key = "file:{pair.key}"')
        self.wait_usable(daemon)
        status, body = entra.ask(entra.calls[0].form)
        self.assertEqual(status, 401, body)
        self.renew(daemon)
        self.assertEqual(entra.statuses, [200, 200])

    def test_an_unknown_key_is_refused(self):
        pair, other = Pair(self.files, "app"), Pair(self.files, "other")
        entra = self.entra(other)
        daemon = self.start(f'certificate = "file:{pair.certificate}"', f'key = "file:{pair.key}"')
        wait_until(lambda: daemon.status()["regions"][0]["reason"], 30, "a degraded region",
                   daemon.diagnostics)
        self.assertEqual(entra.used, [])
        self.assert_never_shown(daemon, *pair.secrets())


class Rotation(CertificateTest):
    def put(self, pair):
        """Replaces the certificate, then the key, as a script would."""
        for source, name in ((pair.certificate, "app.crt"), (pair.key, "app.key")):
            fresh = self.secret(name + ".new", source.read_text())
            fresh.rename(self.files / name)

    def start_with(self, pair):
        self.put(pair)
        return self.start(f'certificate = "file:{self.files}/app.crt"',
                          f'key = "file:{self.files}/app.key"')

    def test_under_load_without_a_failed_call(self):
        pairs = [Pair(self.files, "first"), Pair(self.files, "second")]
        entra = self.entra(*pairs)
        daemon = self.start_with(pairs[0])
        self.wait_usable(daemon)
        rounds = 12
        for i in range(1, rounds + 1):
            self.put(pairs[i % 2])
            lists = self.good_lists(daemon)
            self.renew(daemon)
            self.assertEqual(entra.used[-1], pairs[i % 2].x5t)
            wait_until(lambda: self.good_lists(daemon) > lists, 20, "a poll", daemon.diagnostics)
        self.assertEqual(set(entra.statuses), {200})
        calls = {key: value for key, value in daemon.metrics().items()
                 if key.startswith("mactiond_api_requests_total") and 'code="200"' not in key}
        self.assertEqual([key for key, value in calls.items() if value], [])
        self.assertFalse(daemon.status()["regions"][0]["reason"])
        self.assertEqual(daemon.errors_path.read_text().count("event=certificate_reread"), rounds)
        for pair in pairs:
            self.assert_never_shown(daemon, *pair.secrets())

    def test_a_pair_that_has_ended_is_not_taken_and_ends_nothing_at_a_reload(self):
        first = Pair(self.files, "first")
        entra = self.entra(first)
        daemon = self.start_with(first)
        self.wait_usable(daemon)
        end = daemon.status()["regions"][0]["credential_expires"]
        for suffix in ("crt", "key"):
            self.secret("new", (KEYS / f"ended.{suffix}").read_text()).rename(
                self.files / f"app.{suffix}")
        self.assertEqual(daemon.get_operator_with("/v1/reload", "POST", {})[0], 200)
        lists = self.good_lists(daemon)
        wait_until(lambda: self.good_lists(daemon) > lists, 20, "a poll", daemon.diagnostics)
        self.assertEqual(daemon.status()["regions"][0]["credential_expires"], end)
        self.assertFalse(daemon.status()["regions"][0]["reason"])
        self.assertNotIn(0, [line.get("days") for line in daemon.log_lines()])
        self.renew(daemon)
        self.assertEqual(set(entra.used), {first.x5t})

    def test_a_pair_that_does_not_match_is_not_taken(self):
        first, second = Pair(self.files, "first"), Pair(self.files, "second")
        entra = self.entra(first, second)
        daemon = self.start_with(first)
        self.wait_usable(daemon)
        self.secret("half", second.certificate.read_text()).rename(self.files / "app.crt")
        for _ in range(2):
            self.renew(daemon)
        self.assertEqual(entra.used, 3 * [first.x5t])
        log = daemon.errors_path.read_text()
        self.assertEqual(log.count("event=certificate_not_usable"), 1, log)
        sha1 = hashlib.sha1(openssl("x509", "-in", second.certificate, "-outform", "DER"))
        self.assertIn(sha1.hexdigest().upper(), log)
        self.assertEqual(daemon.get_operator_with("/v1/reload", "POST", {})[0], 200)
        self.secret("rest", second.key.read_text()).rename(self.files / "app.key")
        self.renew(daemon)
        self.assertEqual(entra.used[-1], second.x5t)


if __name__ == "__main__":
    unittest.main()
