"""Stand-ins for what gives out the tokens of a machine: the metadata service of an Azure virtual
machine, App Service, the agent of Azure Arc; and Entra ID where it trusts another provider."""

import json
import secrets
import ssl
import threading
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness import CLIENT, CLIENT_SECRET, TENANT

AUDIENCE = "https://api.securitycenter.microsoft.com"
KEYS = "/var/opt/azcmagent/tokens"
EXCHANGE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def token_of(sim):
    """A token that the simulator accepts, as the v1 endpoint says it: all values are text."""
    form = {"client_id": CLIENT, "client_secret": CLIENT_SECRET, "resource": AUDIENCE,
            "grant_type": "client_credentials"}
    request = urllib.request.Request(f"{sim.url}/{TENANT}/oauth2/token",
                                     urllib.parse.urlencode(form).encode())
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                         urllib.request.HTTPSHandler(context=sim.context))
    with opener.open(request, timeout=30) as answer:
        return json.loads(answer.read())


class Call:
    """One request as it came."""

    def __init__(self, method, target, headers, body):
        url = urllib.parse.urlsplit(target)
        self.method = method
        self.path = url.path
        self.query = dict(urllib.parse.parse_qsl(url.query, strict_parsing=bool(url.query)))
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.form = dict(urllib.parse.parse_qsl(body.decode()))


class Service:
    """Answers over HTTP on loopback. faults are answers that go before its own, in their order;
    always, if set, is given each time after them."""

    def __init__(self, sim, certs=None):
        self.sim = sim
        self.calls = []
        self.faults = []
        self.always = None
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length", 0))
                call = Call(self.command, self.path, self.headers, self.rfile.read(length))
                service.calls.append(call)
                status, headers, body = service.next_answer(call)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_CONNECT = handle_any

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if certs:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certs.cert, certs.key)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if certs else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop_now(self):
        self._server.shutdown()
        self._server.server_close()

    def next_answer(self, call):
        if self.faults:
            return self.faults.pop(0)
        return self.always or self.answer(call)

    def grant(self, without=()):
        token = {k: v for k, v in token_of(self.sim).items() if k not in without}
        return 200, {"Content-Type": "application/json"}, json.dumps(token).encode()


def refusal(status, error, text=""):
    body = json.dumps({"error": error, "error_description": text}).encode()
    return status, {"Content-Type": "application/json"}, body


class Vm(Service):
    def variables(self):
        return [f"AZURE_POD_IDENTITY_AUTHORITY_HOST={self.url}"]

    def answer(self, call):
        if call.headers.get("metadata") != "true" or "x-forwarded-for" in call.headers:
            return refusal(400, "bad_request_102", "Required metadata header not specified")
        if call.path != "/metadata/identity/oauth2/token" or call.method != "GET":
            return 404, {}, b""
        if call.query.get("api-version") != "2018-02-01":
            return refusal(400, "bad_request", "api-version")
        if call.query.get("resource") != AUDIENCE:
            return refusal(400, "invalid_resource", "AADSTS500011")
        return self.grant()


class AppService(Service):
    header = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a"

    def variables(self):
        return [f"IDENTITY_ENDPOINT={self.url}/msi/token", f"IDENTITY_HEADER={self.header}"]

    def answer(self, call):
        if call.headers.get("x-identity-header") != self.header:
            return 401, {}, b""
        if call.path != "/msi/token" or call.query.get("api-version") != "2019-08-01":
            return 404, {}, b""
        if call.query.get("resource") != AUDIENCE:
            return refusal(400, "invalid_resource")
        return self.grant(without=["expires_in", "ext_expires_in"])


class Arc(Service):
    """keys is the directory that the daemon sees as KEYS. realm and place, if set, replace the path
    in the challenge and what puts the key there."""

    def __init__(self, sim, keys):
        super().__init__(sim)
        self.keys = keys
        self.realm = f"{KEYS}/{{}}.key"
        self.place = self._write
        self.given = {}

    def variables(self):
        return [f"IDENTITY_ENDPOINT={self.url}/metadata/identity/oauth2/token",
                f"IMDS_ENDPOINT={self.url}"]

    def _write(self, name, key):
        (self.keys / f"{name}.key").write_text(key)

    def answer(self, call):
        if call.headers.get("metadata") != "true":
            return 400, {}, b""
        if call.path != "/metadata/identity/oauth2/token":
            return 404, {}, b""
        if call.query.get("api-version") != "2020-06-01" or "client_id" in call.query:
            return 400, {}, b""
        shown = call.headers.get("authorization")
        if shown is None:
            name, key = secrets.token_hex(8), secrets.token_urlsafe(64)
            self.place(name, key)
            self.given[f"Basic {key}"] = name
            return 401, {"WWW-Authenticate": f"Basic realm={self.realm.format(name)}"}, b""
        if self.given.pop(shown, None) is None:
            return 401, {}, b""
        return self.grant()


class FederatedEntra(Service):
    """accepted: the one token of the other provider that counts now."""

    def __init__(self, sim, certs):
        super().__init__(sim, certs)
        self.accepted = None

    def answer(self, call):
        if call.path != f"/{TENANT}/oauth2/v2.0/token":
            return 404, {}, b""
        wanted = {"client_id": CLIENT, "scope": f"{AUDIENCE}/.default",
                  "grant_type": "client_credentials", "client_assertion_type": EXCHANGE,
                  "client_assertion": self.accepted}
        if call.form != wanted:
            return refusal(401, "invalid_client", "AADSTS700024: not within its valid time range")
        return self.grant()
