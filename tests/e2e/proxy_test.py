"""Through a proxy: which requests go through it, what it is sent, what is shown of that."""

import base64
import socket
import threading
import unittest

from harness import TYPES, E2eTest, wait_until

PASSWORD = "p@ss/w0rd%"
IN_URL = "al%69ce:p%40ss%2Fw0rd%25"
CREDENTIALS = "Basic " + base64.b64encode(f"alice:{PASSWORD}".encode()).decode()


class TunnelProxy:
    """Answers CONNECT; established is its answer to the right credentials."""

    def __init__(self, wanted=None, refusal=b"HTTP/1.1 407 No\r\n\r\n",
                 established=b"HTTP/1.1 200 OK\r\n\r\n"):
        self.wanted = wanted
        self.refusal = refusal
        self.established = established
        self.asked = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop_now(self):
        self._listener.close()

    def targets(self):
        return {line.split()[1] for line, _ in list(self.asked)}

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(4096)
                if not piece:
                    return
                head += piece
            lines = head.decode().split("\r\n")
            shown = [line.split(": ", 1)[1] for line in lines
                     if line.lower().startswith("proxy-authorization: ")]
            self.asked.append((lines[0], shown))
            if self.wanted and shown != [self.wanted]:
                client.sendall(self.refusal)
                return
            port = int(lines[0].split()[1].rsplit(":", 1)[1])
            with socket.create_connection(("127.0.0.1", port)) as server:
                client.sendall(self.established)
                back = threading.Thread(target=self._copy, args=(server, client), daemon=True)
                back.start()
                self._copy(client, server)
                back.join()

    @staticmethod
    def _copy(source, sink):
        try:
            while piece := source.recv(65536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class OddReceiver:
    """Answers each request with the same bytes, over plain HTTP, and closes."""

    def __init__(self, name, answer):
        self.name = name
        self.format = "cloudevents"
        self.secret = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
        self.old_secrets = []
        self.config = []
        self.answer = answer
        self.ids = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def stop_now(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client:
                self._serve(client.makefile("rb"), client)

    def _serve(self, lines, client):
        length = 0
        while (line := lines.readline().strip()):
            name, _, value = line.decode().partition(": ")
            if name.lower() == "webhook-id":
                self.ids.append(value)
            if name.lower() == "content-length":
                length = int(value)
        lines.read(length)
        client.sendall(self.answer)


class ProxyTest(E2eTest):
    def start_behind(self, proxy, user="", no_proxy="", region=(), **options):
        sim = self.place.sim()
        daemon = self.place.daemon(
            sim, [], prefix=["env", f"HTTPS_PROXY=http://{user}127.0.0.1:{proxy.port}",
                             f"NO_PROXY={no_proxy}"], **options)
        text = daemon.config.read_text()
        for line in region:
            text = text.replace("[[region]]\n", f"[[region]]\n{line}\n")
        daemon.config.write_text(text)
        daemon.start()
        return sim, daemon

    def assert_shows_no_password(self, daemon):
        shown = daemon.errors_path.read_text() + str(daemon.status())
        shown += daemon.command("--config", daemon.config, "--print-config")[1]
        for secret in (PASSWORD, IN_URL, CREDENTIALS.split()[1]):
            self.assertNotIn(secret, shown)

    def test_user_and_password_of_the_variable_go_to_the_proxy_alone(self):
        proxy = self.place.keep(TunnelProxy(CREDENTIALS))
        sim, daemon = self.start_behind(proxy, user=IN_URL + "@")
        self.wait_usable(daemon)
        self.assertEqual(proxy.targets(), {f"127.0.0.1:{sim.port}"})
        self.assert_shows_no_password(daemon)

    def test_proxy_auth_is_used_and_never_shown(self):
        proxy = self.place.keep(
            TunnelProxy(CREDENTIALS, established=b"HTTP/1.1 200\n\n"))
        secret = self.place.path / "proxy-secret"
        secret.touch(mode=0o600)
        secret.write_text(f"alice:{PASSWORD}\n")
        sim, daemon = self.start_behind(
            proxy, no_proxy="*", region=[f'proxy = "http://127.0.0.1:{proxy.port}"',
                                         f'proxy_auth = "file:{secret}"'])
        self.wait_usable(daemon)
        self.assertEqual(proxy.targets(), {f"127.0.0.1:{sim.port}"})
        self.assert_shows_no_password(daemon)

    def test_login_and_api_may_go_different_ways(self):
        proxy = self.place.keep(TunnelProxy())
        sim, daemon = self.start_behind(proxy, no_proxy="x.example, 127.0.0.0/8")
        self.wait_usable(daemon)
        self.assertEqual(proxy.targets(), set())
        text = daemon.config.read_text()
        daemon.config.write_text(text.replace(
            f'authority = "{sim.url}"', f'authority = "https://localhost:{sim.port}"'))
        daemon.stop()
        daemon.start()
        self.wait_usable(daemon)
        self.assertEqual(proxy.targets(), {f"localhost:{sim.port}"})

    def test_a_proxy_that_refuses_the_password_is_named_whatever_its_status(self):
        for status in (b"401 Unauthorized", b"407 Proxy Authentication Required"):
            with self.subTest(status=status):
                proxy = self.place.keep(
                    TunnelProxy("Basic x", refusal=b"HTTP/1.1 " + status + b"\r\n\r\n"))
                _, daemon = self.start_behind(proxy, user=IN_URL + "@",
                                              name=f"d{status[:3].decode()}")
                wait_until(lambda: "the proxy refused the user or the password"
                           in (self.region(daemon)["reason"] or ""), 30, "the reason",
                           daemon.diagnostics)
                self.assertIn(status[:3].decode(), self.region(daemon)["reason"])
                self.assert_shows_no_password(daemon)

    def test_other_proxies_are_refused_by_name(self):
        proxy = self.place.keep(TunnelProxy())
        sim = self.place.sim()
        for scheme in ("https", "socks5", "socks4"):
            daemon = self.place.daemon(sim, [], name=f"d-{scheme}")
            code, _, errors = daemon.command(
                "--config", daemon.config,
                environment={"HTTPS_PROXY": f"{scheme}://alice:s3cret@127.0.0.1:{proxy.port}"})
            self.assertEqual(code, 78, errors)
            self.assertIn(f"{scheme}:// proxies", errors)
            self.assertNotIn("s3cret", errors)


class OddReceiverTest(E2eTest):
    def test_receivers_that_answer_in_odd_forms_have_each_event_once(self):
        receivers = [self.place.keep(OddReceiver(f"odd{i}", answer)) for i, answer in enumerate([
            b"HTTP/1.1 200\r\n\r\n",
            b"HTTP/1.1 204\n\n",
            b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"
            b"0\r\n\r\n",
            b"HTTP/1.1 100\n\nHTTP/1.0 200 OK\n\n"])]
        sim = self.place.sim()
        daemon = self.place.daemon(sim, receivers).start()
        sim.add([{"type": TYPES[i], "plan": [[0, "Pending"], [700, "Succeeded"]]}
                 for i in range(4)])
        wait_until(lambda: [line.get("to") for line in daemon.log_lines()].count("Succeeded") == 4,
                   60, "the ends", daemon.diagnostics)
        for receiver in receivers:
            wait_until(lambda: set(receiver.ids) >= {
                line["id"] for line in daemon.log_lines() if line["type"] == "action.transition"},
                60, receiver.name, daemon.diagnostics)
        for receiver in receivers:
            self.assertEqual(len(receiver.ids), len(set(receiver.ids)), receiver.name)


if __name__ == "__main__":
    unittest.main()
