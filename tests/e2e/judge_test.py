"""The instruments of the other tests can fail: the receiver's checks and the judge."""

import http.client
import json
import time
import unittest

from judge import Change, age_text, is_old, judge, lags_ms, parse_time
from receiver import Answer, Receiver, check_signature, signature

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Signature(unittest.TestCase):
    def headers(self, body=b"{}", stamp=None):
        stamp = str(int(time.time())) if stamp is None else stamp
        return {"webhook-id": "ma_1", "webhook-timestamp": stamp,
                "webhook-signature": signature(SECRET, "ma_1", stamp, body)}

    def problems(self, headers, body=b"{}", secret=SECRET):
        return check_signature(headers, body, secret, time.time())

    def test_known_answer(self):
        # printf %s 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}' |
        #   openssl dgst -sha256 -mac HMAC -macopt hexkey:31f2…(the decoded secret) -binary | base64
        self.assertEqual(
            signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330",
                      b'{"test": 2432232314}'),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

    def test_accepts_a_good_one_among_several(self):
        headers = self.headers()
        headers["webhook-signature"] = "v1,AAAA v1a,BBBB " + headers["webhook-signature"]
        self.assertEqual(self.problems(headers), [])

    def test_rejects_another_body_key_or_age(self):
        self.assertTrue(self.problems(self.headers(), body=b"{ }"))
        self.assertTrue(self.problems(self.headers(), secret="whsec_" + "A" * 32))
        self.assertTrue(self.problems(self.headers(stamp=str(int(time.time()) - 400))))
        self.assertTrue(self.problems(self.headers(stamp="soon")))
        self.assertTrue(self.problems({}))

    def test_receiver_records_what_is_wrong(self):
        receiver = Receiver("r", secret=SECRET)
        self.addCleanup(receiver.stop)
        receiver.answer = lambda attempt, number: Answer(429, {"Retry-After": "7"})
        connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=5)
        self.addCleanup(connection.close)
        connection.request("POST", "/hooks/r", json.dumps({"type": "x"}), self.headers())
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.headers["Retry-After"]), (429, "7"))
        self.assertEqual(receiver.accepted, [])
        self.assertTrue(any("signature" in p for p in receiver.problems()))


class FakeReceiver:
    """Attempts without a network: (event id, seq, action) in order of arrival."""

    name = "fake"

    def __init__(self, lines):
        self.attempts = [
            type("A", (), {"id": line["id"], "seq": line["seq"], "action_id": line["action"]["id"]})
            for line in lines
        ]

    def problems(self):
        return []

    def accepted_ids(self):
        return {a.id for a in self.attempts}


def line(seq, action, before, after):
    return {"seq": seq, "id": f"ma_{action}{seq}", "type": "action.transition",
            "action": {"id": action}, "from": before, "to": after, "lag_ms": 1}


class Judge(unittest.TestCase):
    TRUTH = [Change("a", None, "Pending", 0), Change("b", None, "Pending", 1),
             Change("a", "Pending", "InProgress", 10), Change("a", "InProgress", "Failed", 10.2)]

    def setUp(self):
        self.lines = [line(1, "a", None, "Pending"), line(2, "b", None, "Pending"),
                      line(3, "a", "Pending", "InProgress"), line(4, "a", "InProgress", "Failed")]

    def verdict(self, lines=None, delivered=None):
        lines = self.lines if lines is None else lines
        receiver = FakeReceiver(lines if delivered is None else delivered)
        return judge(self.TRUTH, lines, [receiver], visible_s=1, now=100)

    def test_accepts_the_truth(self):
        verdict = self.verdict()
        self.assertEqual(verdict.problems, [])
        self.assertEqual((verdict.true, verdict.required, verdict.seen), (4, 3, 4))

    def test_accepts_that_a_brief_status_was_not_seen(self):
        lines = self.lines[:2] + [line(3, "a", "Pending", "Failed")]
        self.assertEqual(self.verdict(lines).problems, [])

    def test_finds_missing(self):
        self.assertTrue(self.verdict(self.lines[:3]).missing)
        self.assertTrue(self.verdict([]).missing)

    def test_finds_doubled(self):
        again = self.lines + [line(5, "a", "Failed", "Failed")]
        self.assertTrue(self.verdict(again).doubled)
        self.assertTrue(self.verdict(self.lines + self.lines[:1]).doubled)

    def test_finds_invented(self):
        self.assertTrue(self.verdict(self.lines + [line(5, "b", "Pending", "Failed")]).invented)
        self.assertTrue(self.verdict(self.lines + [line(5, "c", None, "Failed")]).invented)

    def test_finds_gaps_and_wrong_order(self):
        self.assertTrue(self.verdict(self.lines[:1] + self.lines[2:]).broken)
        self.assertTrue(self.verdict([self.lines[1], self.lines[0], *self.lines[2:]]).broken)

    def test_finds_a_chain_that_does_not_hold(self):
        self.lines[3]["from"] = "Pending"
        self.assertTrue(self.verdict().broken)

    def test_finds_what_a_receiver_lacks_or_got_out_of_order(self):
        self.assertTrue(self.verdict(delivered=self.lines[:3]).missing)
        swapped = [self.lines[2], self.lines[0], self.lines[1], self.lines[3]]
        self.assertTrue(self.verdict(delivered=swapped).broken)
        repeated = [self.lines[0], *self.lines]
        self.assertEqual(self.verdict(delivered=repeated).problems, [])

    def test_reads_stamps_of_any_precision(self):
        self.assertEqual(parse_time("1970-01-01T00:00:10Z"), 10)
        self.assertAlmostEqual(parse_time("1970-01-01T00:00:10.1234567Z"), 10.1234567, places=6)


class Lags(unittest.TestCase):
    """The demo's lags: of what became visible while the daemon ran, whatever their size."""

    START = parse_time("2030-01-01T07:00:00Z")

    @staticmethod
    def seen(time, lag_ms, before=None, **more):
        return {"type": "action.transition", "time": time, "from": before, "to": "Pending",
                "lag_ms": lag_ms} | more

    def test_an_action_that_is_older_than_the_daemon_has_an_age_and_no_lag(self):
        old = [self.seen("2030-01-01T00:00:00.0000000Z", lag) for lag in (25_199_600, 25_200_300)]
        old += [self.seen("2030-01-01T06:59:59.9000000Z", 700),
                self.seen("2030-01-01T00:00:00.0000000Z", None),
                self.seen("2030-01-01T07:00:01.0000000Z", None, backlog=True)]
        self.assertEqual([is_old(line, self.START) for line in old], [True] * len(old))
        self.assertEqual(lags_ms(old, self.START), [])

    def test_a_late_sight_of_a_young_change_counts_however_late(self):
        lines = [self.seen("2030-01-01T07:00:01.0000000Z", 26_000_000),
                 self.seen("2030-01-01T07:00:02.0000000Z", 900, before="Pending"),
                 self.seen("2030-01-01T07:00:03.0000000Z", None, before="Pending"),
                 {"type": "cancel.requested", "time": "2030-01-01T07:00:03.0000000Z"}]
        self.assertEqual(lags_ms(lines, self.START), [900, 26_000_000])
        self.assertEqual([is_old(line, self.START) for line in lines[:3]], [False] * 3)

    def test_ages_are_read_at_a_glance(self):
        texts = [age_text(seconds) for seconds in (-1, 0.4, 59.9, 60, 3599, 25_199.6, 200_000)]
        self.assertEqual(texts, ["0 s", "0 s", "59 s", "1 min", "59 min", "6 h", "2 d"])


if __name__ == "__main__":
    unittest.main()
