"""A webhook receiver on loopback that trusts nothing: it checks every signature, stamp and payload
by itself, remembers every attempt, and answers as it is instructed to."""

import base64
import hashlib
import hmac
import http.server
import json
import re
import socket
import socketserver
import ssl
import struct
import threading
import time
import zlib
from dataclasses import dataclass, field

TOLERANCE_S = 300
CLOUDEVENTS_TYPE = "application/cloudevents+json; charset=utf-8"
STAMP = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$")


@dataclass
class Answer:
    """What a receiver does with one attempt."""

    status: int = 200
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    stall_s: float = 0.0  # before the answer
    reset: bool = False  # no answer at all: the connection is reset
    drip_s: float = 0.0  # the answer leaves byte by byte with this between them
    endless: bool = False  # the body never ends
    endless_piece: int = 65536  # bytes of it at a time
    endless_wait_s: float = 0.0  # between two pieces


@dataclass
class Attempt:
    """One request as it arrived, and what was wrong with it."""

    at: float  # time.time()
    id: str
    event: dict  # parsed body
    type: str  # without the CloudEvents prefix
    data: dict
    headers: dict
    body: bytes
    problems: list
    answered: int = 0  # status sent; 0: none
    streamed: int = 0  # bytes of an endless body that the sender took
    ended: bool = False  # the sender left an endless body

    @property
    def action_id(self):
        action = self.data.get("action")
        return action.get("id") if isinstance(action, dict) else None

    @property
    def seq(self):
        """Only the cloudevents format carries it."""
        return int(self.event["sequence"]) if "sequence" in self.event else None


def fail_first(status, one_in=1, stall_s=0.0):
    """Fails the first attempt of every one_in-th event and accepts all others: a second failure
    in a row would wait for five minutes."""
    known = set()

    def answer(attempt, number):
        first = attempt.id not in known
        known.add(attempt.id)
        chosen = zlib.crc32(attempt.id.encode()) % one_in == 0
        return Answer(status if first and chosen else 200, stall_s=stall_s)

    return answer


def signature(secret, message_id, timestamp, body):
    """Standard Webhooks, version v1."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def check_signature(headers, body, secret, now):
    """What is wrong with the Standard Webhooks headers; an empty list if nothing is."""
    problems = []
    message_id = headers.get("webhook-id", "")
    stamp = headers.get("webhook-timestamp", "")
    if not message_id or "." in message_id:
        problems.append(f"bad webhook-id {message_id!r}")
    if not re.fullmatch(r"\d{1,12}", stamp):
        problems.append(f"bad webhook-timestamp {stamp!r}")
    elif abs(now - int(stamp)) > TOLERANCE_S:
        problems.append(f"webhook-timestamp {stamp} is {now - int(stamp):.0f} s old")
    given = headers.get("webhook-signature", "").split(" ")
    wanted = signature(secret, message_id, stamp, body)
    if not any(hmac.compare_digest(wanted, one) for one in given):
        problems.append("signature does not match")
    return problems


def check_cloudevent(event, headers):
    problems = []

    def expect(condition, text):
        if not condition:
            problems.append(text)

    expect(headers.get("content-type") == CLOUDEVENTS_TYPE, "content type")
    expect(event.get("specversion") == "1.0", "specversion")
    expect(event.get("id") == headers.get("webhook-id"), "id is not the webhook-id")
    expect(re.fullmatch(r"io\.mactiond\.[a-z_]+\.[a-z_]+\.v1", event.get("type", "")), "type")
    expect(event.get("source", "").startswith("urn:mactiond:"), "source")
    expect(STAMP.match(event.get("time", "")), "time")
    numbered = re.fullmatch(r"\d{20}", event.get("sequence", ""))
    is_test = event.get("type") == "io.mactiond.webhook.test.v1"
    expect("sequence" not in event if is_test else numbered, "sequence")
    data = event.get("data")
    expect(isinstance(data, dict), "data")
    if isinstance(data, dict) and isinstance(data.get("action"), dict):
        expect(event.get("subject") == data["action"].get("id"), "subject")
        expect(event.get("partitionkey") == data["action"].get("id"), "partitionkey")
    return [f"cloudevents: bad {problem}" for problem in problems]


def check_standard(event, headers):
    problems = []
    if headers.get("content-type") != "application/json":
        problems.append("standard: bad content type")
    if set(event) != {"type", "timestamp", "data"}:
        problems.append(f"standard: members {sorted(event)}")
    if not STAMP.match(event.get("timestamp", "")):
        problems.append("standard: bad timestamp")
    return problems


def check_data(data, kind):
    if not isinstance(data, dict):
        return ["data is no object"]
    problems = [f"data repeats {key}" for key in ("seq", "id", "time", "type") if key in data]
    wanted = {"instance", "region", "action", "from", "to", "lag_ms"}
    if kind == "action.transition" and not wanted <= set(data):
        problems.append(f"data lacks {sorted(wanted - set(data))}")
    return problems


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # a peer that was killed in mid-request is part of the tests


class Receiver:
    """Listens from construction on. answer(attempt, number) decides what each attempt gets."""

    def __init__(self, name, format="cloudevents", secret=None, certs=None, on_attempt=None,
                 old_secrets=(), config=()):
        self.name = name
        self.format = format
        self.secret = secret or "whsec_" + base64.b64encode(
            hashlib.sha256(name.encode()).digest()).decode()
        self.old_secrets = list(old_secrets)  # signed with too
        self.config = list(config)  # further lines of its [[webhook]]
        self.answer = lambda attempt, number: Answer()
        self.on_attempt = on_attempt
        self._attempts = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._make_handler())
        self.port = self._server.server_address[1]
        scheme = "http"
        if certs:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certs.cert, certs.key)
            # The handshake happens in the connection's own thread, at its first read.
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.port}/hooks/{name}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self):
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def attempts(self):
        with self._lock:
            return list(self._attempts)

    @property
    def accepted(self):
        """The attempts that were answered with 2xx, in order of arrival."""
        return [a for a in self.attempts if 200 <= a.answered < 300]

    def accepted_ids(self):
        return {a.id for a in self.accepted}

    def problems(self):
        return [f"{self.name}: {a.id}: {p}" for a in self.attempts for p in a.problems]

    def _examine(self, headers, body):
        now = time.time()
        problems = check_signature(headers, body, self.secret, now)
        if not headers.get("user-agent", "").startswith("mactiond/"):
            problems.append("bad User-Agent")
        try:
            event = json.loads(body)
        except ValueError as error:
            event = {}
            problems.append(f"body is not JSON: {error}")
        if self.format == "cloudevents":
            problems += check_cloudevent(event, headers)
        elif self.format == "standard":
            problems += check_standard(event, headers)
        else:
            return Attempt(at=now, id=headers.get("webhook-id", ""), event=event, type="", data={},
                           headers=headers, body=body, problems=problems)
        kind = event.get("type", "").removeprefix("io.mactiond.").removesuffix(".v1")
        data = event.get("data", {})
        problems += check_data(data, kind)
        return Attempt(at=now, id=headers.get("webhook-id", ""), event=event, type=kind, data=data,
                       headers=headers, body=body, problems=problems)

    def _take(self, handler):
        length = int(handler.headers.get("content-length", "0"))
        body = handler.rfile.read(length)
        if len(body) < length:
            return  # cut off: the sender died, this was no attempt
        headers = {name.lower(): value for name, value in handler.headers.items()}
        attempt = self._examine(headers, body)
        with self._lock:
            self._attempts.append(attempt)
            number = len(self._attempts)
        if self.on_attempt:
            self.on_attempt(self, attempt)
        self._reply(handler, attempt, self.answer(attempt, number))

    def _reply(self, handler, attempt, answer):
        if answer.stall_s:
            self._stopping.wait(answer.stall_s)
        if answer.reset or self._stopping.is_set():
            handler.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.close_connection = True
            return
        if answer.drip_s:
            self._drip(handler, answer)
            return
        # Set first: once the answer is out, the sender may rely on it.
        attempt.answered = answer.status
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        if answer.endless:
            handler.end_headers()
            self._never_end(handler, attempt, answer)
            return
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body)

    def _drip(self, handler, answer):
        """So slowly that the sender gives up before the status line is whole."""
        handler.close_connection = True
        try:
            for byte in f"HTTP/1.1 {answer.status} Slowly\r\n\r\n".encode():
                handler.wfile.write(bytes([byte]))
                if self._stopping.wait(answer.drip_s):
                    return
        except OSError:
            pass  # the sender had enough

    def _never_end(self, handler, attempt, answer):
        handler.close_connection = True
        try:
            while not self._stopping.wait(answer.endless_wait_s):
                handler.wfile.write(b"x" * answer.endless_piece)
                attempt.streamed += answer.endless_piece
        except OSError:
            attempt.ended = True

    def _make_handler(receiver):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def do_POST(self):
                receiver._take(self)

            def log_message(self, *arguments):
                pass

        return Handler
