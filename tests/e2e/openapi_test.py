"""docs/openapi.yaml held against the running daemon: every path and method answers as described."""

import json
import unittest
from pathlib import Path

import jsonschema
import yaml

from harness import E2eTest, UnixConnection, wait_until

DOCUMENT = yaml.safe_load(
    (Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml").read_text())
METHODS = ("get", "post", "put", "delete", "patch")


def documented():
    return {(method, path) for path, item in DOCUMENT["paths"].items()
            for method in METHODS if method in item}


def resolved(node):
    while "$ref" in node:
        target = DOCUMENT
        for key in node["$ref"][2:].split("/"):
            target = target[key]
        node = target
    return node


class OpenApi(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.daemon = self.place.daemon(self.sim, [self.place.receiver("soc")])
        self.daemon.start()

    def call(self, method, path, body=None):
        """Status, content type and parsed body."""
        connection = UnixConnection(self.daemon.socket_path)
        self.addCleanup(connection.close)
        headers = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method.upper(), path,
                           None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        return answer, json.loads(answer.read())

    def check(self, method, pattern, path, body=None, expect=200):
        answer, content = self.call(method, path, body)
        self.assertEqual(answer.status, expect, content)
        responses = DOCUMENT["paths"][pattern][method]["responses"]
        described = resolved(responses.get(str(answer.status), responses["default"]))
        kind = answer.headers["Content-Type"]
        schema = {**described["content"][kind]["schema"], "components": DOCUMENT["components"]}
        jsonschema.Draft202012Validator(schema).validate(content)
        return content

    def test_every_path_answers_as_described(self):
        action = self.sim.add([{"type": "Isolate", "plan": [[0, "Pending"]]}])[0]
        wait_until(lambda: self.daemon.status()["last_seq"] >= 1, 20, "the action")
        _, page = self.call("get", "/v1/actions")
        computer = page["actions"][0]["action"]["computerDnsName"]
        config = {"config": self.daemon.config.read_text(), "name": "x.toml"}
        one = f"/v1/actions/{action}"
        calls = [
            ("get", "/v1/status", "/v1/status"),
            ("get", "/v1/actions", "/v1/actions?state=open&limit=1"),
            ("get", "/v1/actions", "/v1/actions?limit=0", None, 400),
            ("get", "/v1/actions/{id}", one),
            ("get", "/v1/actions/{id}", "/v1/actions/none", None, 404),
            ("post", "/v1/actions/{id}/cancel", one + "/cancel", {}, 400),
            ("post", "/v1/actions/{id}/cancel", "/v1/actions/none/cancel", {"comment": "x"}, 404),
            ("get", "/v1/actions/{id}/package", one + "/package", None, 409),
            ("get", "/v1/actions/{id}/result", one + "/result?index=0", None, 409),
            ("get", "/v1/events", "/v1/events?after=0&limit=10"),
            ("get", "/v1/events", "/v1/events?after=999", None, 400),
            ("get", "/v1/policies", "/v1/policies"),
            ("post", "/v1/policies/explain", "/v1/policies/explain", config),
            ("post", "/v1/policies/explain", "/v1/policies/explain", {"config": "a = 1"}, 422),
            ("post", "/v1/policies/suspend", "/v1/policies/suspend"),
            ("post", "/v1/policies/resume", "/v1/policies/resume"),
            ("post", "/v1/regions/{name}/retry", "/v1/regions/eu/retry"),
            ("post", "/v1/regions/{name}/retry", "/v1/regions/none/retry", None, 404),
            ("get", "/v1/webhooks", "/v1/webhooks"),
            ("post", "/v1/webhooks/{name}/test", "/v1/webhooks/soc/test"),
            ("post", "/v1/webhooks/{name}/test", "/v1/webhooks/none/test", None, 404),
            ("post", "/v1/webhooks/{name}/pause", "/v1/webhooks/soc/pause"),
            ("post", "/v1/webhooks/{name}/resume", "/v1/webhooks/soc/resume"),
            ("get", "/v1/dead-letters", "/v1/dead-letters"),
            ("get", "/v1/dead-letters/{webhook}/{seq}", "/v1/dead-letters/soc/1", None, 404),
            ("post", "/v1/dead-letters/replay", "/v1/dead-letters/replay",
             {"webhook": "soc"}),
            ("post", "/v1/dead-letters/purge", "/v1/dead-letters/purge", {}, 400),
            ("get", "/v1/submissions", "/v1/submissions?open=true&state=queued&limit=1"),
            ("get", "/v1/submissions", "/v1/submissions?state=queud", None, 400),
            ("post", "/v1/submissions", "/v1/submissions", {}, 422),
            ("post", "/v1/submissions", "/v1/submissions",
             {"machine": "0" * 40, "type": "Isolate", "comment": "x"}, 403),
            ("get", "/v1/submissions/{id}", "/v1/submissions/sub_1?wait=1s", None, 404),
            ("get", "/v1/machines/{machine}", f"/v1/machines/{computer}"),
            ("get", "/v1/machines/{machine}", "/v1/machines/x?region=none", None, 404),
            ("get", "/v1/alerts/{alert}", "/v1/alerts/x?region=none", None, 404),
            ("post", "/v1/doctor", "/v1/doctor"),
            ("post", "/v1/doctor", "/v1/doctor", {"region": "none"}, 404),
            ("post", "/v1/reload", "/v1/reload"),
            ("post", "/v1/reopen", "/v1/reopen"),
        ]
        self.assertEqual({call[:2] for call in calls}, documented())
        for call in calls:
            with self.subTest(call[2]):
                self.check(*call)

    def test_every_path_takes_the_described_methods_only(self):
        for path, item in DOCUMENT["paths"].items():
            with self.subTest(path):
                for part in ("{id}", "{name}", "{webhook}", "{seq}", "{machine}", "{alert}"):
                    path = path.replace(part, "1")
                answer, _ = self.call("delete", path)
                self.assertEqual(answer.status, 405)
                described = {method.upper() for method in METHODS if method in item}
                self.assertEqual(set(answer.headers["Allow"].split(", ")) - {"HEAD"}, described)


if __name__ == "__main__":
    unittest.main()
