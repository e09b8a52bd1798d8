"""An API that wishes the daemon ill: an HTTPS server whose list answers are scripted."""

import gzip
import json
import ssl
import threading
import uuid
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def stamp(age_s):
    """The API's spelling of the moment that long ago."""
    moment = datetime.now(timezone.utc) - timedelta(seconds=age_s)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "7Z"


def machine_action(status="Pending", comment="", age_s=3600):
    """An action that was created that long ago and changed a second later."""
    return {
        "id": str(uuid.uuid4()), "type": "Isolate", "requestor": "analyst@contoso.com",
        "requestorComment": comment, "status": status, "machineId": "0" * 40,
        "computerDnsName": "host", "creationDateTimeUtc": stamp(age_s),
        "lastUpdateDateTimeUtc": stamp(age_s - 1),
    }


def page(actions, next_link=None):
    """(status, headers, body) of a list answer."""
    document = {"@odata.context": "https://x/api/$metadata#MachineActions", "value": actions}
    if next_link:
        document["@odata.nextLink"] = next_link
    return 200, {"Content-Type": "application/json"}, json.dumps(document).encode()


def gzip_bomb(size):
    """An answer that is small on the wire and unpacks to size bytes."""
    packed = gzip.compress(b" " * size, compresslevel=9)
    return 200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, packed


def throttled(retry_after, message=""):
    body = json.dumps({"error": {"code": "429", "message": message}}).encode()
    return 429, {"Retry-After": retry_after}, body


class HostileApi:
    """answer is what every list call gets, unless answer_to makes one from its path; token calls
    are always answered well."""

    def __init__(self, certs):
        self.answer = page([])
        self.answer_to = None
        self.calls = []  # (path, authorization), of everything but token calls
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._send(200, {}, json.dumps(
                    {"token_type": "Bearer", "expires_in": 3599, "access_token": "t0k3n"}).encode())

            def do_GET(self):
                outer.calls.append((self.path, self.headers.get("Authorization")))
                self._send(*(outer.answer_to(self.path) if outer.answer_to else outer.answer))

            def _send(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certs.cert, certs.key)
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        self.url = f"https://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop_now(self):
        self.server.shutdown()
        self.server.server_close()
