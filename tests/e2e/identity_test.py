"""Logging in as a machine: managed identities and workload identity, and what is refused there."""

import os
import re
import secrets
import unittest

from harness import CLIENT, TENANT, Daemon, E2eTest, wait_until
from identity_services import KEYS, AppService, Arc, FederatedEntra, Service, Vm, refusal
from proxy_test import TunnelProxy

# The directory of Arc's keys, for the daemon alone.
WITH_KEYS = ('mount -t tmpfs none /var/opt && mkdir -p ' + KEYS + ' && '
             'mount --bind "$0" ' + KEYS + ' && exec "$@"')


class MachineDaemon(Daemon):
    """Its region logs in with auth, lines of [region.auth]; without the keys in without."""

    def config_text(self, auth=(), without=(), **overrides):
        text = super().config_text(**overrides)
        secret = f'kind = "client_secret"\nclient_secret = "file:{self.secret_file}"\n'
        assert secret in text
        text = text.replace(secret, "".join(line + "\n" for line in auth))
        for key in without:
            text, count = re.subn(rf"(?m)^{key} = .*\n", "", text)
            assert count == 1, key
        return text


class IdentityTest(E2eTest):
    def setUp(self):
        super().setUp()
        self.sim = self.place.sim()

    def daemon(self, auth, variables=(), prefix=(), **options):
        made = MachineDaemon(self.place, self.sim, [], auth=auth,
                             prefix=["env", *variables, *prefix], **options)
        return self.place.keep(made)

    def start(self, service, source="auto", extra=(), variables=(), **options):
        auth = ['kind = "managed_identity"', f'source = "{source}"', *extra]
        return self.daemon(auth, [*service.variables(), *variables], **options).start()

    def wait_refused(self, daemon, text):
        """Returns when the region's reason says why."""
        wait_until(lambda: text in (self.region(daemon)["reason"] or ""), 30, text,
                   lambda: f"{self.region(daemon)}\n{daemon.diagnostics()}")
        self.assertEqual(self.sim.quota()["operations"].get("list", 0), 0)

    def assert_never_shown(self, daemon, *texts):
        shown = daemon.errors_path.read_text() + str(daemon.status()) + str(daemon.metrics())
        shown += daemon.command("--config", daemon.config, "--print-config")[1]
        shown += (daemon.state / "store.db").read_bytes().decode(errors="replace")
        for text in texts:
            self.assertNotIn(text, shown)


class ManagedIdentity(IdentityTest):
    def test_of_a_virtual_machine(self):
        vm = self.place.keep(Vm(self.sim))
        daemon = self.start(vm)
        self.wait_usable(daemon)
        self.assertEqual(len(vm.calls), 1)
        self.assertNotIn("client_id", vm.calls[0].query)
        self.assert_never_shown(daemon, "eyJ0")

    def test_of_a_user(self):
        vm = self.place.keep(Vm(self.sim))
        daemon = self.start(vm, "vm", [f'identity = "{CLIENT}"'])
        self.wait_usable(daemon)
        self.assertEqual(vm.calls[0].query["client_id"], CLIENT)

    def test_of_an_app(self):
        app = self.place.keep(AppService(self.sim))
        daemon = self.start(app)
        self.wait_usable(daemon)
        self.assert_never_shown(daemon, app.header)

    def test_needs_no_client_id(self):
        vm = self.place.keep(Vm(self.sim))
        self.wait_usable(self.start(vm, without=["client_id"]))

    def test_no_proxy_stands_between(self):
        vm = self.place.keep(Vm(self.sim))
        proxy = self.place.keep(TunnelProxy())
        address = f"http://127.0.0.1:{proxy.port}"
        names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
        daemon = self.start(vm, variables=[f"{name}={address}" for upper in names
                                           for name in (upper, upper.lower())])
        self.wait_usable(daemon)
        self.assertEqual(proxy.targets(), {f"127.0.0.1:{self.sim.port}"})
        self.assertEqual(len(vm.calls), 1)

    def test_a_redirect_is_not_followed(self):
        vm = self.place.keep(Vm(self.sim))
        other = self.place.keep(Service(self.sim))
        other.always = other.grant()
        vm.always = (302, {"Location": other.url + "/metadata/identity/oauth2/token"}, b"")
        daemon = self.start(vm)
        self.wait_refused(daemon, "a redirect, which is never followed")
        self.assertEqual(other.calls, [])

    def test_passing_trouble_is_tried_again(self):
        vm = self.place.keep(Vm(self.sim))
        vm.faults = [(404, {}, b""), (410, {}, b""), (429, {}, b"")]
        daemon = self.start(vm)
        self.wait_usable(daemon)
        self.assertEqual(len(vm.calls), 4)
        self.assertEqual([line["type"] for line in daemon.log_lines()], [])

    def test_a_refusal_names_the_remedy(self):
        vm = self.place.keep(Vm(self.sim))
        for answer, text in [
                (refusal(400, "invalid_request", "Identity not found"),
                 "assign a managed identity to this machine"),
                (refusal(400, "invalid_resource", "AADSTS500011: unknown"), "check `audience`"),
                ((403, {}, b"<html>"), "refuses access")]:
            with self.subTest(text=text):
                vm.always = answer
                daemon = self.start(vm, name=f"d{len(vm.calls)}")
                self.wait_refused(daemon, text)
                daemon.stop()

    def test_the_service_must_be_on_this_machine(self):
        for variables, text in [
                (["AZURE_POD_IDENTITY_AUTHORITY_HOST=http://192.0.2.1"],
                 "must be a loopback or link-local address"),
                (["IDENTITY_ENDPOINT=http://identity.example/", "IDENTITY_HEADER=x"],
                 "must be a loopback or link-local address"),
                (["MSI_ENDPOINT=http://127.0.0.1/"], "Cloud Shell")]:
            with self.subTest(variables=variables):
                daemon = self.daemon(['kind = "managed_identity"'], variables,
                                     name=f"d-{abs(hash(str(variables)))}").start()
                self.wait_refused(daemon, text)
                daemon.stop()


class OtherCalls(E2eTest):
    def test_reach_no_link_local_address(self):
        daemon = self.place.daemon(None, [], api="https://169.254.169.254").start()
        wait_until(lambda: "never contacted" in (daemon.status()["regions"][0]["reason"] or ""), 30,
                   "the refusal", daemon.diagnostics)


@unittest.skipUnless(os.geteuid() == 0, "a directory for the daemon alone needs root")
class ArcIdentity(IdentityTest):
    def setUp(self):
        super().setUp()
        self.keys = self.place.path / "keys"
        self.keys.mkdir()
        self.arc = self.place.keep(Arc(self.sim, self.keys))

    def start_arc(self, **options):
        return self.start(self.arc, prefix=["unshare", "--mount", "sh", "-c", WITH_KEYS, self.keys],
                          **options)

    def test_answers_the_challenge(self):
        daemon = self.start_arc()
        self.wait_usable(daemon)
        self.assertEqual([("authorization" in call.headers) for call in self.arc.calls],
                         [False, True])
        key = self.arc.calls[1].headers["authorization"].removeprefix("Basic ")
        self.assert_never_shown(daemon, key)

    def refused(self, text, planted="planted-" + secrets.token_hex(8), **options):
        daemon = self.start_arc(**options)
        self.wait_refused(daemon, text)
        self.assertTrue(self.arc.calls)
        self.assertFalse([call for call in self.arc.calls if "authorization" in call.headers])
        self.assert_never_shown(daemon, planted)
        daemon.stop()

    def test_a_key_elsewhere_is_refused(self):
        planted = "planted-" + secrets.token_hex(8)
        elsewhere = self.place.path / "elsewhere.key"
        elsewhere.write_text(planted)
        (self.keys / "sub").mkdir()
        (self.keys / "sub" / "a.key").write_text(planted)
        for i, realm in enumerate([
                str(elsewhere), f"{KEYS}/sub/a.key", f"{KEYS}/../tokens/sub/a.key",
                f"{KEYS}/../../../../{elsewhere}", f"{KEYS}x/a.key", "a.key"]):
            with self.subTest(realm=realm):
                self.arc.realm = realm
                self.refused(f"is not in {KEYS}", planted, name=f"d{i}")

    def test_another_suffix_is_refused(self):
        planted = "planted-" + secrets.token_hex(8)
        (self.keys / "a.pem").write_text(planted)
        self.arc.realm = f"{KEYS}/a.pem"
        self.refused("does not end in .key", planted)

    def test_a_symbolic_link_is_refused(self):
        planted = "planted-" + secrets.token_hex(8)
        target = self.place.path / "target.key"
        target.write_text(planted)
        self.arc.place = lambda name, key: (self.keys / f"{name}.key").symlink_to(target)
        self.refused("symbolic link", planted)

    def test_a_large_file_is_refused(self):
        planted = secrets.token_hex(2048) + "x"
        self.arc.place = lambda name, key: (self.keys / f"{name}.key").write_text(planted)
        self.refused("larger than 4,096 bytes", planted)

    def test_a_missing_file_names_what_the_service_needs(self):
        self.arc.place = lambda name, key: None
        self.refused("is it visible in the sandbox")

    def test_has_no_identity_of_a_user(self):
        daemon = self.start(self.arc, extra=[f'identity = "{CLIENT}"'])
        self.wait_refused(daemon, "remove `identity`")
        self.assertEqual(self.arc.calls, [])


class WorkloadIdentity(IdentityTest):
    def setUp(self):
        super().setUp()
        self.entra = self.place.keep(FederatedEntra(self.sim, self.place.certs))
        # As the kubelet does it: a link to a directory, which it replaces.
        self.tokens = self.place.path / "tokens"
        self.tokens.mkdir()
        self.file = self.tokens / "azure-identity-token"
        self.put("first")
        self.file.symlink_to("..data/token")

    def put(self, token):
        folder = self.tokens / f"..{token}"
        folder.mkdir()
        (folder / "token").write_text(token)
        (folder / "token").chmod(0o644)
        link = self.tokens / "..new"
        link.symlink_to(folder.name)
        link.rename(self.tokens / "..data")
        self.entra.accepted = token

    def variables(self, **others):
        values = {"AZURE_TENANT_ID": TENANT, "AZURE_CLIENT_ID": CLIENT,
                  "AZURE_FEDERATED_TOKEN_FILE": self.file,
                  "AZURE_AUTHORITY_HOST": self.entra.url + "/"} | others
        return [f"{name}={value}" for name, value in values.items()]

    def start_federated(self, **options):
        daemon = self.daemon(['kind = "workload_identity"'], self.variables(),
                             without=["tenant_id", "client_id", "authority"], **options)
        return daemon.start()

    def test_takes_what_is_not_set_from_the_variables_of_kubernetes(self):
        daemon = self.start_federated()
        self.wait_usable(daemon)
        self.assertEqual(len(self.entra.calls), 1)
        self.assert_never_shown(daemon, "client_assertion")

    def test_what_is_set_goes_before_the_variables(self):
        daemon = self.daemon(
            ['kind = "workload_identity"', f'token_file = "{self.file}"'],
            self.variables(AZURE_TENANT_ID="x", AZURE_CLIENT_ID="y",
                           AZURE_FEDERATED_TOKEN_FILE="/none",
                           AZURE_AUTHORITY_HOST="https://127.0.0.1:9/"))
        daemon.config.write_text(daemon.config.read_text().replace(
            f'authority = "{self.sim.url}"', f'authority = "{self.entra.url}"'))
        daemon.start()
        self.wait_usable(daemon)

    def test_the_token_file_is_read_for_each_request(self):
        daemon = self.start_federated()
        self.wait_usable(daemon)
        self.put("second")
        # The API accepts none of the tokens so far: the daemon asks for a new one.
        self.sim.call("POST", "revoke")
        wait_until(lambda: len(self.entra.calls) == 2, 30, "a second request", daemon.diagnostics)
        self.wait_usable(daemon)
        self.assertEqual([call.form["client_assertion"] for call in self.entra.calls],
                         ["first", "second"])

    def test_a_token_that_is_refused_or_missing_is_named(self):
        daemon = self.start_federated()
        self.wait_usable(daemon)
        self.entra.accepted = "another"
        self.sim.call("POST", "revoke")
        wait_until(lambda: "AADSTS700024" in (self.region(daemon)["reason"] or ""), 30,
                   "the refusal", daemon.diagnostics)
        (self.tokens / "..data").unlink()
        wait_until(lambda: str(self.file) in (self.region(daemon)["reason"] or ""), 30,
                   "the missing file", daemon.diagnostics)
        self.put("third")
        self.wait_usable(daemon)


if __name__ == "__main__":
    unittest.main()
