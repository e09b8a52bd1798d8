"""The Debian package: what is in it, and a newcomer's way from the .deb to the first event by the
README alone, in a clean Debian."""

import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
import tomllib
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "e2e"))

from clean_root import Root, Service, base_root, run  # noqa: E402
from harness import CLIENT, CLIENT_SECRET, TENANT, Workplace, wait_until  # noqa: E402

BUILD = Path(os.environ["MACTIOND_BUILD"])


def make_package(directory):
    run("cpack", "--config", BUILD / "CPackConfig.cmake", "-B", directory, cwd=BUILD)
    packages = list(directory.glob("*.deb"))
    assert len(packages) == 1, packages
    return packages[0]


def readme_commands(heading):
    """The command blocks of a section."""
    text = (SOURCE / "README.md").read_text()
    section = re.search(rf"^## {heading}\n(.*?)(?=^## )", text, re.M | re.S)
    return re.findall(r"^```\n(.*?)^```$", section[1], re.M | re.S)


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = Workplace(BUILD / "bin")
        cls.addClassCleanup(cls.place.close)
        cls.package = make_package(cls.place.path / "package")

    def field(self, name):
        return run("dpkg-deb", "-f", self.package, name).strip()


class Content(PackageTest):
    def test_lintian_has_nothing_to_say(self):
        done = subprocess.run(
            ["lintian", "--allow-root", "--fail-on", "error,warning", self.package],
            capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_holds_what_a_server_needs_and_no_simulator(self):
        lines = run("dpkg-deb", "-c", self.package).splitlines()
        paths = {line.split()[5].lstrip(".") for line in lines}
        self.assertTrue(all(line.split()[1] == "root/root" for line in lines))
        for path in ("/usr/bin/mactiond", "/usr/bin/mactionctl", "/etc/mactiond/mactiond.toml",
                     "/etc/mactiond/conf.d/README",
                     "/etc/logrotate.d/mactiond", "/lib/systemd/system/mactiond.service",
                     "/usr/lib/systemd/catalog/mactiond.catalog",
                     "/usr/lib/sysusers.d/mactiond.conf", "/usr/lib/tmpfiles.d/mactiond.conf",
                     "/usr/share/bash-completion/completions/mactionctl",
                     "/usr/share/zsh/vendor-completions/_mactionctl",
                     "/usr/share/fish/vendor_completions.d/mactionctl.fish",
                     "/usr/share/mactiond/prometheus/alerts.yml",
                     "/usr/share/mactiond/grafana/mactiond.json",
                     "/usr/share/doc/mactiond/copyright",
                     "/usr/share/doc/mactiond/changelog.Debian.gz",
                     "/usr/share/doc/mactiond/examples/minimal.toml",
                     "/usr/share/man/man8/mactiond.8.gz", "/usr/share/man/man1/mactionctl.1.gz",
                     "/usr/share/man/man5/mactiond.toml.5.gz",
                     "/usr/share/man/man7/mactiond-events.7.gz"):
            self.assertIn(path, paths)
        programs = {path for path in paths if path.startswith("/usr/bin/") and path[-1] != "/"}
        self.assertEqual(programs, {"/usr/bin/mactiond", "/usr/bin/mactionctl"})
        links = re.findall(r"\]\(((?:docs|config)/[^)]+)\)", (SOURCE / "README.md").read_text())
        for link in links:
            found = link.replace("config/", "", 1) if link.startswith("config/") else link
            self.assertTrue(any(path.rstrip("/").endswith(found) for path in paths), link)

    def test_options_page_shows_what_the_shipped_file_shows(self):
        def keys(table, path=""):
            for key, value in table.items():
                # One of each [[…]] is shown.
                tables = isinstance(value, list) and value and isinstance(value[0], dict)
                value = value[0] if tables else value
                if isinstance(value, dict) and value:
                    yield from keys(value, f"{path}{key}.")
                else:
                    yield f"{path}{key}"

        shipped = (SOURCE / "config" / "mactiond.toml").read_text()
        everything = tomllib.loads(re.sub(r"^#(?=[\[a-z])", "", shipped, flags=re.M))
        page = (BUILD / "packaging" / "mactiond.toml.5").read_text()
        shown, section = [], ""
        for heading, key in re.findall(r"^\.(?:Ss (.+)|It Ic (\S+) No = )", page, re.M):
            section = heading.strip("[]\\&") or section
            shown += [f"{section}.{key}"] if key else []
        self.assertEqual(sorted(shown), sorted(keys(everything)))

    def test_pages_are_clean(self):
        content = self.place.path / "content"
        run("dpkg-deb", "-x", self.package, content)
        pages = sorted((content / "usr/share/man").glob("*/*.gz"))
        own = {page.stem.rpartition(".")[0] for page in pages}
        self.assertEqual(len(own), 4)
        for page in pages:
            plain = self.place.path / page.stem
            plain.write_bytes(gzip.decompress(page.read_bytes()))
            checked = subprocess.run(["mandoc", "-T", "lint", plain],
                                     capture_output=True, text=True)
            # The pages that these refer to are not installed here.
            complaints = [
                line for line in checked.stdout.splitlines()
                if not any(f"manual not found: Xr {name} " in line for name in own)]
            self.assertEqual(complaints, [], page.name)
            shown = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", plain],
                                   capture_output=True, text=True)
            self.assertEqual((shown.returncode, shown.stderr), (0, ""), page.name)


@unittest.skipUnless(os.geteuid() == 0, "a root of its own needs root")
class Newcomer(PackageTest):
    def setUp(self):
        depends = self.field("Depends") + ", logrotate"
        base = base_root(SOURCE / "build" / "debian-root", depends)
        self.root = Root(base, self.place.path / self._testMethodName)
        self.before = self.root.files()
        (self.root.path / "tmp/mactiond.deb").write_bytes(self.package.read_bytes())

    def install(self, keep=False):
        self.root.run("dpkg", "--force-unsafe-io", "-i", "/tmp/mactiond.deb")
        if not keep:
            (self.root.path / "tmp/mactiond.deb").unlink()

    def trust(self, authority):
        """Makes the whole Debian trust an authority, as it does the public ones."""
        place = self.root.path / "usr/local/share/ca-certificates/test.crt"
        if authority:
            place.write_bytes(authority.read_bytes())
        else:
            place.unlink()
        self.root.run("update-ca-certificates", "--fresh")

    def purge_and_compare(self):
        self.root.run("dpkg", "--purge", "mactiond")
        self.assertEqual(sorted(self.root.files().items() ^ self.before.items()), [])

    def configure_by_readme(self, sim):
        """Does what the README says, with the simulator's values in place of a tenant's."""
        secret, region, start = readme_commands("First configuration")
        self.root.run("sh", "-e", "-c", secret, input=CLIENT_SECRET + "\n")
        nobody = "00000000-0000-0000-0000-000000000000"
        self.assertEqual(region.count(nobody), 2)
        region = region.replace(nobody, TENANT, 1).replace(nobody, CLIENT, 1)
        region = region.replace("[region.auth]", f'api = "{sim.url}"\nauthority = "{sim.url}"\n'
                                                 '[region.auth]')
        self.root.run("sh", "-e", "-c", region)
        return [line.partition("#")[0].strip() for line in start.splitlines()]

    def test_follows_a_tenant_by_the_readme_alone_and_leaves_nothing(self):
        sim = self.place.sim()
        self.trust(self.place.certs.ca)
        self.install()
        self.assertEqual(self.root.run("dpkg", "--verify", "mactiond"), "")
        self.root.run("systemd-analyze", "verify", "--man=no", "mactiond.service")
        service = self.place.keep(Service(self.root))
        self.refuses_without_a_region(service)
        commands = self.configure_by_readme(sim)
        self.assertEqual(commands, ["systemctl enable --now mactiond", "mactionctl status",
                                    "tail -f /var/log/mactiond/transitions.jsonl"])
        # There is no systemd to start anything now.
        self.root.run(*commands[0].replace(" --now", "").split())

        service.start()
        wait_until(lambda: service.notify.has("READY=1"), 20, "READY=1", service.journal)
        sim.add([{"type": "Isolate", "plan": [[0, "Succeeded"]]}])
        log = self.root.path / "var/log/mactiond/transitions.jsonl"

        def types():
            """The region is new: its first sweep ends with a baseline, beside the change."""
            lines = log.read_text().splitlines() if log.exists() else []
            return {json.loads(line)["type"]: json.loads(line) for line in lines}

        wait_until(lambda: len(types()) == 2, 60, "the change and the baseline", service.journal)
        event = types()["action.transition"]
        self.assertEqual((event["region"], event["to"]), ("eu", "Succeeded"))
        self.assertEqual(types()["region.baseline"]["region"], "eu")
        self.assertIn("eu", self.root.run(*commands[1].split()))
        self.rotates(sim, log, service)
        self.assertEqual(service.stop(), 0, service.journal())
        self.knows_its_boot()
        service.stop_now()

        self.root.run("dpkg", "--remove", "mactiond")
        self.assertTrue(log.exists(), "removing keeps what purging takes")
        self.trust(None)
        self.clear_what_the_test_made()
        self.purge_and_compare()

    def test_an_upgrade_keeps_what_was_chosen(self):
        wanted = self.root.path / "etc/systemd/system/multi-user.target.wants/mactiond.service"
        config = self.root.path / "etc/mactiond/mactiond.toml"
        self.install(keep=True)
        self.assertFalse(wanted.is_symlink(), "it cannot run yet, so that no boot may start it")
        config.write_text(config.read_text() + "# changed\n")
        for verb, enabled in ((None, False), ("enable", True), ("disable", False)):
            if verb:
                self.root.run("systemctl", verb, "mactiond")
            self.install(keep=True)
            self.assertEqual(wanted.is_symlink(), enabled, verb)
        self.assertTrue(config.read_text().endswith("# changed\n"))
        (self.root.path / "tmp/mactiond.deb").unlink()
        self.purge_and_compare()

    def refuses_without_a_region(self, service):
        with self.assertRaises(AssertionError) as refused:
            service.start()
        self.assertRegex(str(refused.exception), r"exit 78\n.*mactiond\.toml:\d+:\d+: .*region")

    def rotates(self, sim, log, service):
        self.root.run("logrotate", "--force", "/etc/logrotate.d/mactiond")
        self.assertTrue(log.with_name(log.name + ".1").exists())
        wait_until(log.exists, 30, "a new log", service.journal)
        sim.add([{"type": "Isolate", "plan": [[0, "Failed"]]}])
        wait_until(lambda: '"to":"Failed"' in log.read_text(), 40, "its event", service.journal)

    def knows_its_boot(self):
        """/proc/sys is hidden from the service; without the boot's id a restart would wait."""
        store = sqlite3.connect(self.root.path / "var/lib/mactiond/store.db")
        boots = {row[0] for row in store.execute("SELECT boot_id FROM quota")}
        store.close()
        self.assertRegex("".join(boots), r"^[0-9a-f]{32}$")

    def clear_what_the_test_made(self):
        for name in ("run/credentials", "run/journal", "run/systemd/systemd-units-load",
                     "etc/credstore"):
            run("rm", "-r", self.root.path / name)
        for path in (self.root.path / "var/lib/logrotate").glob("status*"):
            path.unlink()


if __name__ == "__main__":
    unittest.main()
