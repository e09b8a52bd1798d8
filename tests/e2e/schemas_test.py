"""The shipped JSON Schemas held against events of every type, as the real formatters write them."""

import copy
import json
import os
import subprocess
import unittest
from pathlib import Path

import jsonschema

TESTS = Path(__file__).resolve().parent.parent
SCHEMAS = {s["$id"]: s for s in (json.loads(p.read_text())
                                 for p in (TESTS.parent / "schemas").glob("*.schema.json"))}
DATA = SCHEMAS["urn:mactiond:schema:event-data:1"]
FORMATS = ("cloudevents", "standard", "log-line")


def validator(name):
    """The schemas refer to each other by $id."""
    wanted = SCHEMAS[f"urn:mactiond:schema:{name}:1"]
    resolver = jsonschema.RefResolver(wanted["$id"], wanted, store=SCHEMAS)
    return jsonschema.Draft202012Validator(wanted, resolver=resolver)


def data_of(format, document):
    return document if format == "log-line" else document["data"]


class EverySchema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = subprocess.run([os.environ["MACTIOND_EVENT_SAMPLES"]], capture_output=True,
                              text=True, check=True, timeout=60)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        cls.types = [line["type"] for line in lines if line["format"] == ""]
        cls.samples = [line for line in lines if line["format"] != ""]

    def test_every_type_is_there_in_every_format(self):
        self.assertGreaterEqual(len(self.types), 15)
        for format in FORMATS:
            found = {s["type"] for s in self.samples if s["format"] == format}
            wanted = set(self.types) - ({"webhook.test"} if format == "log-line" else set())
            self.assertEqual(found, wanted, format)

    def test_every_event_is_what_its_schema_says(self):
        for format in FORMATS:
            judge = validator(format)
            for sample in (s for s in self.samples if s["format"] == format):
                with self.subTest(format=format, type=sample["type"]):
                    judge.validate(sample["document"])

    def test_every_type_has_a_case_of_its_own(self):
        """A document that lacks what its type asks for is refused, in every format."""
        self.assertEqual(set(DATA["$defs"]), set(self.types))
        for format in FORMATS:
            judge = validator(format)
            for sample in (s for s in self.samples if s["format"] == format):
                for member in DATA["$defs"][sample["type"]]["required"]:
                    broken = copy.deepcopy(sample["document"])
                    del data_of(format, broken)[member]
                    with self.subTest(format=format, type=sample["type"], lacks=member):
                        self.assertFalse(judge.is_valid(broken))

    def test_an_unknown_type_is_refused(self):
        for format in FORMATS:
            sample = next(s for s in self.samples if s["format"] == format)
            broken = {**sample["document"], "type": "action.other"}
            self.assertFalse(validator(format).is_valid(broken), format)

    def test_only_a_test_lacks_its_sequence(self):
        judge = validator("cloudevents")
        for sample in (s for s in self.samples if s["format"] == "cloudevents"):
            document = {k: v for k, v in sample["document"].items() if k != "sequence"}
            self.assertEqual(judge.is_valid(document), sample["type"] == "webhook.test",
                             sample["type"])
            document["sequence"] = "0" * 20
            self.assertEqual(judge.is_valid(document), sample["type"] != "webhook.test")

    def test_every_event_is_ocsf(self):
        judge = jsonschema.Draft202012Validator(
            json.loads((TESTS / "validators" / "ocsf.schema.json").read_text()))
        found = [s for s in self.samples if s["format"] == "ocsf"]
        self.assertEqual({s["type"] for s in found}, set(self.types) - {"webhook.test"})
        for sample in found:
            with self.subTest(type=sample["type"]):
                judge.validate(sample["document"])


if __name__ == "__main__":
    unittest.main()
