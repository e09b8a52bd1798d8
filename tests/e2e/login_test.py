"""What is reported of a credential that ends and of permissions that are missing."""

import datetime
import signal
import unittest

from harness import E2eTest, wait_until

ALL_ROLES = ["Machine.ReadWrite.All", "Machine.Isolate"]
CANCELS = ('[[policy]]\nname = "stale"\naction = "cancel"\nstale_after = "3d"\n'
           '[policy.match]\ntype = ["Isolate"]\n')


def day(offset):
    return (datetime.datetime.now(datetime.timezone.utc) +
            datetime.timedelta(days=offset)).strftime("%Y-%m-%d")


class LoginTest(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()
        self.daemon = self.place.daemon(self.sim, [], extra=CANCELS)
        self.plain = self.daemon.config.read_text()

    def expire(self, offset):
        self.daemon.config.write_text(
            self.plain.replace("[region.quota]", f'expires = "{day(offset)}"\n[region.quota]'))

    def events(self, kind):
        return [line for line in self.daemon.log_lines() if line["type"] == kind]

    def days(self):
        return [event["days"] for event in self.events("credential.expiring")]

    def region(self):
        return self.daemon.status()["regions"][0]

    def shown(self):
        return self.daemon.command("--socket", self.daemon.socket_path, "status",
                                   program="mactionctl")[1]

    def reload(self):
        self.daemon.process.send_signal(signal.SIGHUP)

    def wait_for(self, what, description):
        return wait_until(what, 20, description, self.daemon.diagnostics)

    def test_the_end_of_a_secret_is_reported_once_and_degrades_until_it_is_replaced(self):
        self.expire(10)
        self.daemon.start()
        self.wait_for(lambda: self.days() == [14], "the first threshold")
        self.assertEqual(self.events("credential.expiring")[0]["expires"][:10], day(10))
        self.assertEqual(self.region()["credential_expires"][:10], day(10))
        self.assertIn("credentials: eu ends in 9d", self.shown())
        left = self.daemon.metric_sum("mactiond_credential_expiry_timestamp_seconds", region="eu")
        self.assertGreater(left, 0)
        self.assertEqual(self.daemon.stop()[0], 0)

        self.daemon.start()
        self.wait_for(lambda: self.region()["state"] == "ok", "a poll")
        self.expire(-3)
        self.reload()
        self.wait_for(lambda: self.days() == [14, 0], "the end")
        self.wait_for(lambda: self.region()["state"] == "degraded", "a degraded region")
        self.assertIn("the credential ended at " + day(-3), self.region()["reason"])
        self.assertIn("credentials: eu ended 3d", self.shown())

        self.expire(400)
        self.reload()
        self.wait_for(lambda: self.region()["state"] == "ok", "a region that is well")
        self.assertNotIn("credential", self.shown())
        self.assertEqual(self.days(), [14, 0])

    def test_a_missing_permission_is_named_with_what_does_not_work(self):
        self.sim.call("POST", "credentials", {"roles": ["Machine.ReadWrite.All"]})
        self.daemon.start()
        self.wait_for(lambda: self.region()["missing_permissions"] == ["Machine.Isolate"],
                      "a missing permission")
        self.wait_for(lambda: self.region()["state"] == "ok", "a poll")
        self.assertIn("permissions missing: eu Machine.Isolate", self.shown())
        diagnostics = self.daemon.errors_path.read_text()
        self.assertEqual(diagnostics.count("permission_missing"), 1)
        self.assertIn("policy stale cannot cancel Isolate", diagnostics)

    def test_a_token_without_any_role_names_the_consent(self):
        self.sim.call("POST", "credentials", {"roles": []})
        self.daemon.start()
        self.wait_for(lambda: self.events("region.degraded"), "a degraded region")
        self.assertIn("admin consent", self.events("region.degraded")[0]["reason"])
        self.wait_for(lambda: "403" in self.region()["reason"], "a refused list")
        self.assertIn("admin consent", self.region()["reason"])
        self.sim.call("POST", "credentials", {"roles": ALL_ROLES})
        self.assertEqual(self.daemon.command("--socket", self.daemon.socket_path, "region",
                                             "retry", "eu", program="mactionctl")[0], 0)
        self.wait_for(lambda: self.region()["state"] == "ok", "a region that is well")
        self.assertEqual(self.region()["missing_permissions"], [])


if __name__ == "__main__":
    unittest.main()
