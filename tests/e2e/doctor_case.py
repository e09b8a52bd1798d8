"""What the doctor's tests plant faults with: a login server and an API that answer as they are
told, and certificates of every kind."""

import base64
import http.server
import json
import socket
import ssl
import subprocess
import threading
import time
from email.utils import formatdate

from harness import CLIENT_SECRET, TENANT, E2eTest

AUDIENCE = "https://api.securitycenter.microsoft.com"
FOLLOWS = "Machine.ReadWrite.All"


def token_text(roles=(FOLLOWS,), aud=AUDIENCE, tid=TENANT):
    """A token that says this of itself; the signature is none."""

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    claims = {"aud": aud, "tid": tid} | ({"roles": list(roles)} if roles else {})
    return f"{part({'alg': 'none'})}.{part(claims)}.planted-signature"


def token(**claims):
    return 200, {"token_type": "Bearer", "expires_in": 3599, "access_token": token_text(**claims)}


def refusal(number, error="invalid_client", status=401):
    """As Entra words it; what stands behind the number may hold ids and is never shown."""
    return status, {"error": error, "error_codes": [number],
                    "error_description": f"AADSTS{number}: planted words. Trace ID: 1"}


class StandIn:
    """A login server and an API in one."""

    def __init__(self, identity=None, skew_s=0, login=None, api=(200, {"value": []}), hook=200):
        self.login = login or token()
        self.api = api
        self.hook = hook
        self.calls = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler(skew_s))
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None
        if identity:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*identity)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"http{'s' if identity else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop_now(self):
        self._server.shutdown()
        self._server.server_close()

    def lists(self):
        return [path for path in self.calls if path.startswith("/api/machineactions")]

    def _handler(self, skew_s):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def date_time_string(self, timestamp=None):
                return formatdate(time.time() + skew_s, usegmt=True)

            def log_message(self, *_):
                pass

            def answer(self, status, body, headers=()):
                payload = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def do_GET(self):
                outer.calls.append(self.path)
                if self.path.startswith("/api/"):
                    return self.answer(*outer.api)
                self.answer(200, {})

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                outer.calls.append(self.path)
                if self.path.endswith("/token"):
                    return self.answer(*outer.login)
                self.answer(outer.hook, b"", [("Location", "https://elsewhere.example/")])

        return Handler


class Silent:
    """Takes connections and says nothing."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}"

    def stop_now(self):
        self._listener.close()


AUTHORITY = """[ca]
default_ca = it
[it]
dir = {directory}
database = $dir/index.txt
new_certs_dir = $dir
serial = $dir/serial
default_md = sha256
policy = any
[any]
commonName = supplied
[leaf]
subjectAltName = {names}
"""


class Authority:
    """Issues certificates whose times and names are chosen."""

    def __init__(self, directory, name):
        directory.mkdir()
        self.directory = directory
        self.ca, self.key = directory / "ca.pem", directory / "ca.key"
        (directory / "index.txt").touch()
        (directory / "serial").write_text("01\n")
        self._openssl("req", "-x509", *self._new_key(self.key), "-out", self.ca, "-days", "2",
                      "-subj", f"/CN={name}")

    def issue(self, label, begins_s=-86400, ends_s=86400, names="IP:127.0.0.1,DNS:localhost"):
        """(certificate, key); times from now."""
        cert, key = self.directory / f"{label}.pem", self.directory / f"{label}.key"
        config, request = self.directory / f"{label}.cnf", self.directory / f"{label}.csr"
        config.write_text(AUTHORITY.format(directory=self.directory, names=names))
        self._openssl("req", "-new", *self._new_key(key), "-out", request, "-subj",
                      f"/CN={label}")
        moments = [time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + s))
                   for s in (begins_s, ends_s)]
        self._openssl("ca", "-batch", "-notext", "-config", config, "-cert", self.ca, "-keyfile",
                      self.key, "-in", request, "-out", cert, "-startdate", moments[0],
                      "-enddate", moments[1], "-extensions", "leaf")
        return cert, key

    @staticmethod
    def _new_key(path):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
                path]

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class DoctorTest(E2eTest):
    """Runs the doctor and judges its report."""

    def setUp(self):
        super().setUp()
        self.count = 0
        self.own = (self.place.certs.cert, self.place.certs.key)

    def standin(self, identity=None, **options):
        return self.place.keep(StandIn(identity or self.own, **options))

    def configured(self, api=None, receivers=(), change=lambda text: text, extra="", **options):
        """A daemon with a configuration of its own, not started. api: what its region names."""
        self.count += 1
        daemon = self.place.daemon(None, list(receivers), name=f"d{self.count}",
                                   api=api or self.standin().url, extra=extra, **options)
        daemon.config.write_text(change(daemon.config.read_text()))
        return daemon

    def probe(self, daemon, *arguments, environment=None, code=1):
        """The report's checks."""
        done, out, errors = daemon.command("--config", daemon.config, "--probe", "--json",
                                           *arguments, environment=environment)
        self.assertEqual(done, code, out + errors)
        self.assert_silent(out + errors)
        report = json.loads(out)
        self.assertEqual(report["ok"], code == 0)
        return report["checks"]

    def assert_silent(self, text):
        for secret in (CLIENT_SECRET, "planted-signature", "planted words", "s3cret"):
            self.assertNotIn(secret, text)

    def assert_found(self, checks, check, detail=(), remedy=(), target="region"):
        """This check is not ok, with these words; nothing that depends on it was looked at."""
        found = [row for row in checks if not row["ok"] and row["target"] == target]
        named = [row for row in found if row["check"] == check]
        self.assertEqual(len(named), 1, checks)
        for word in detail:
            self.assertIn(word, named[0]["detail"])
        for word in remedy:
            self.assertIn(word, named[0]["remedy"])
        return named[0]
