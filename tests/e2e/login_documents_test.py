"""docs/login.md, clouds.md and tenants.md: their commands are run, their examples are checked by
the daemon, and their tables are held against what the programs know."""

import functools
import hashlib
import os
import re
import shutil
import ssl
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BIN = Path(os.environ["MACTIOND_BIN"])
DOCS = SOURCE / "docs"


def page(name):
    return (DOCS / name).read_text()


def blocks(name, language):
    """The code blocks of a page, also those that are indented in a list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", page(name), re.M | re.S)
    return [re.sub(rf"^{indent}", "", text, flags=re.M) for indent, text in found]


def rows(name, heading):
    """The cells of the first table below a heading."""
    table = re.search(rf"^#+ {re.escape(heading)}\n.*?\n(\|.*?)\n\n", page(name), re.M | re.S)
    lines = table[1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def run(*command, **options):
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60,
                          **options)


class Place:
    """A directory that stands for /etc/mactiond, with the files that the pages make."""

    def __init__(self, path):
        self.path = Path(path)
        commands = [text for text in blocks("login.md", "sh") if "openssl" in text]
        make, compare = commands[:-1], commands[-1]
        self.output = self.shell("umask 077\n" + "".join(make))
        for name in ("app.pem", "app-key.pem"):
            shutil.copy(self.path / name, self.path / name.replace("app", "new"))
        self.compared = self.shell(compare)
        (self.path / "token").write_text("header.payload.signature")

    def shell(self, script):
        done = run("bash", "-eu", "-o", "pipefail", "-c", script, cwd=self.path)
        assert done.returncode == 0, (script, done.stdout, done.stderr)
        return done.stdout

    def check(self, text, customer=None, arguments=("--check-config", "--strict")):
        """What mactiond says of a configuration whose files are those of this place."""
        text = text.replace("/etc/mactiond/", f"{self.path}/")
        text = re.sub(r"/var/run/secrets/[^\"]+", str(self.path / "token"), text)
        (self.path / "conf.d").mkdir(exist_ok=True)
        (self.path / "mactiond.toml").write_text(text)
        (self.path / "conf.d" / "customer.toml").write_text(customer or "")
        credentials = self.path / "credentials"
        credentials.mkdir(mode=0o700, exist_ok=True)
        for name in re.findall(r"credential:([\w-]+)", text + (customer or "")):
            (credentials / name).write_text("planted-secret")
            (credentials / name).chmod(0o600)
        return run(BIN / "mactiond", "--config", self.path / "mactiond.toml", *arguments,
                   env={"PATH": "/usr/bin:/bin", "CREDENTIALS_DIRECTORY": str(credentials)})


@functools.cache
def place():
    """One for all tests: the keys take seconds to make."""
    directory = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(directory.cleanup)
    return Place(directory.name)


class Commands(unittest.TestCase):
    def setUp(self):
        self.place = place()

    def test_every_block_is_a_shell_script(self):
        for name in ("login.md", "tenants.md"):
            scripts = blocks(name, "sh")
            self.assertGreater(len(scripts), 1, name)
            for script in scripts:
                done = run("bash", "-n", "-c", script)
                self.assertEqual((done.returncode, done.stderr), (0, ""), script)

    def test_thumbprint_is_that_of_the_certificate(self):
        der = ssl.PEM_cert_to_DER_cert((self.place.path / "app.pem").read_text())
        shown = re.search(r"Fingerprint=([0-9A-F:]+)", self.place.output)[1].replace(":", "")
        self.assertEqual(shown, hashlib.sha1(der).hexdigest().upper())

    def test_key_and_certificate_are_compared(self):
        lines = self.place.compared.splitlines()
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines[0], lines[1])

    def test_no_file_is_readable_by_others(self):
        for name in ("app.pem", "app-key.pem", "app-key-encrypted.pem", "app.pfx",
                     "app-key-password"):
            self.assertEqual((self.place.path / name).stat().st_mode & 0o077, 0, name)

    def test_the_encrypted_key_and_the_pkcs12_file_open_with_the_pass_phrase_only(self):
        for command in (["pkey", "-in", "app-key-encrypted.pem", "-noout"],
                        ["pkcs12", "-in", "app.pfx", "-noout"]):
            for source, code in (("file:app-key-password", 0), ("pass:wrong", 1)):
                done = run("openssl", *command, "-passin", source, cwd=self.place.path)
                self.assertEqual(done.returncode, code, (command, source, done.stderr))


class Examples(unittest.TestCase):
    def setUp(self):
        self.place = place()

    def accept(self, text, customer=None):
        done = self.place.check(text, customer)
        self.assertEqual((done.returncode, done.stderr), (0, ""), text + (customer or ""))
        self.assertTrue(done.stdout.startswith("ok: 1 region"), done.stdout)

    def test_each_region_is_accepted_without_a_warning(self):
        for name in ("login.md", "clouds.md"):
            examples = blocks(name, "toml")
            self.assertTrue(examples, name)
            for text in examples:
                with self.subTest(text):
                    self.accept(text)

    def test_a_customers_file_takes_the_rest_from_the_defaults(self):
        common, customer, own = blocks("tenants.md", "toml")
        self.accept(common, customer)
        self.accept("", own)


class Tables(unittest.TestCase):
    def setUp(self):
        self.place = place()

    def test_every_number_of_entra_is_explained_and_no_other(self):
        table = rows("login.md", "What Entra's numbers mean")
        shown = [number for row in table for number in re.findall(r"\d+", row[0])]
        known = re.findall(r"EntraError\{(\d+),",
                           (SOURCE / "lib" / "defender" / "entra_error.cpp").read_text())
        self.assertGreater(len(known), 40)
        self.assertEqual(sorted(shown), sorted(known))

    def test_the_clouds_are_those_of_the_program(self):
        region = next(text for text in blocks("clouds.md", "toml") if "gcc-high" in text)
        for cloud, *addresses, _ in rows("clouds.md", "Which cloud?"):
            text = region.replace("gcc-high", cloud.strip("`"))
            done = self.place.check(text, arguments=["--print-config"])
            self.assertEqual(done.returncode, 0, done.stderr)
            printed = [re.search(rf'^{key} = "([^"]+)"', done.stdout, re.M)[1]
                       for key in ("api", "audience", "authority")]
            self.assertEqual(printed, [address.strip("`") for address in addresses], cloud)

    def test_the_hosts_of_links_are_those_of_the_program(self):
        code = (SOURCE / "lib" / "config" / "link_hosts.cpp").read_text()
        known = set(re.findall(r'"(\*\.[a-z.]+)"', code))
        shown = set(re.findall(r"`(\*\.[a-z.]+)`", page("clouds.md")))
        self.assertGreater(len(known), 4)
        self.assertEqual(shown, known)

    def test_the_permissions_of_types_are_the_same_on_every_page(self):
        heading = "Permissions by use"
        section = re.search(rf"^## {heading}\n(.*?)^## ", page("login.md"), re.M | re.S)[1]
        pattern = r"^\| ([A-Z][A-Za-z, ]+) \| (`Machine\.\w+`)"
        expected = re.findall(pattern, page("defender-api.md"), re.M)
        self.assertEqual(len(expected), 7)
        self.assertEqual(re.findall(pattern, section, re.M), expected)
        self.assertEqual(re.findall(pattern, page("policies.md"), re.M), expected)


class Links(unittest.TestCase):
    """Of all pages: a link leads to a file, and to a heading in it."""

    @staticmethod
    def anchors(path):
        text = re.sub(r"^ *```.*?^ *```$", "", path.read_text(), flags=re.M | re.S)
        for heading in re.findall(r"^#+ (.+)$", text, re.M):
            heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
            yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")

    def test_each_leads_somewhere(self):
        pages = [*SOURCE.glob("*.md"), *DOCS.glob("**/*.md")]
        self.assertGreater(len(pages), 10)
        for source in pages:
            for target in re.findall(r"\]\(([^)\s]+)\)", source.read_text()):
                if re.match(r"[a-z]+:", target):
                    continue
                file, _, anchor = target.partition("#")
                path = (source.parent / file).resolve() if file else source
                self.assertTrue(path.exists(), (source.name, target))
                if anchor:
                    self.assertIn(anchor, list(self.anchors(path)), (source.name, target))

    def test_the_programs_name_pages_that_exist(self):
        places = [*(SOURCE / "lib").rglob("*.?pp"), *(SOURCE / "daemon").glob("*.?pp"),
                  *(SOURCE / "ctl").glob("*.?pp"), *(SOURCE / "systemd").iterdir(),
                  *(SOURCE / "config").rglob("*.*"), *(SOURCE / "man").iterdir()]
        named = {(path.name, page) for path in places
                 for page in re.findall(r"docs/[a-z-]+\.md", path.read_text())}
        self.assertTrue(named)
        for name, page in named:
            self.assertTrue((SOURCE / page).exists(), (name, page))


if __name__ == "__main__":
    unittest.main()
