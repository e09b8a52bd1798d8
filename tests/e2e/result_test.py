"""What actions brought: packages and results of live responses, fetched over real HTTPS."""

import gzip
import json
import os
import pty
import resource
import signal
import subprocess
import unittest
import zipfile

from harness import CALL_LIMIT_S, PATIENCE, STOP_LIMIT_S, wait_until
from submission_case import MACHINE, REFUSED, USAGE, SubmissionCase

IO = 74
OUTPUT = "Zugriff verweigert\r\nMARKER-4711 \u00fcber alles\n"
MIB = 1 << 20


class ResultCase(SubmissionCase):
    def setUp(self):
        super().setUp()
        self.sim.switch(speed=1000, script_output=OUTPUT, script_errors="one error\n",
                        script_exit_code=3)
        self.place_for_files = self.place.path / "files"
        self.place_for_files.mkdir()
        self.file = self.place_for_files / "result"

    def package(self):
        """The id of an action that collected a package."""
        return self.ask("collect", MACHINE, "--comment", "x", "--wait=60s")["action_id"]

    def live_response(self):
        """The id of an action that put a file, ran a script and fetched a file."""
        return self.ask("live-response", MACHINE, "--comment", "x", "--put", "tool.exe", "--run",
                        "look.ps1", "--get", "C:\\log.txt", "--wait=60s")["action_id"]

    def fault(self, fault, count=1):
        self.sim.call("POST", "faults", {"fault": fault, "operation": "download", "count": count})

    def files(self):
        return sorted(os.listdir(self.place_for_files))

    def refused(self, words, *arguments, expect=REFUSED):
        """The command fails, says so, and leaves no file behind."""
        before = self.files()
        said = self.ctl(*arguments, expect=expect)
        self.assertIn(words, said)
        self.assertEqual(self.files(), before)
        return said

    def begin(self, *arguments, **options):
        """mactionctl in the background, ended with the test."""
        running = subprocess.Popen(
            [self.place.binaries / "mactionctl", "--socket", self.daemon.socket_path,
             *map(str, arguments)],
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True} | options)
        self.addCleanup(self.end, running)
        return running

    @staticmethod
    def end(running):
        running.kill()
        with running:  # waits, and closes its pipes
            pass

    def logged(self, word):
        """How often the daemon's log has it."""
        return self.daemon.errors_path.read_text().count(word)

    def wait_for_file(self, size):
        """The file that grows, once it has so many bytes."""
        return wait_until(
            lambda: [f for f in self.place_for_files.iterdir() if f.stat().st_size >= size], 30,
            "the file that grows", self.daemon.diagnostics)[0]

    def downloads(self):
        return self.sim.quota()["operations"]["download"]

    def called_links(self):
        operations = self.sim.quota()["operations"]
        return operations["package_uri"] + operations["live_result"]


class Methods(ResultCase):
    """docs/methods.md names the tests of this class."""

    def test_package(self):
        action = self.package()
        self.assertEqual(self.ctl("package", action, "--output", self.file),
                         f"saved {self.file}, 4.1 KiB\n")
        with zipfile.ZipFile(self.file) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(archive.namelist(), ["Summary.txt"])
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.files(), ["result"])

        links = self.called_links()
        status, _ = self.daemon.get_operator(f"/v1/actions/{action}/package", "HEAD")
        self.assertEqual((status, self.called_links()), (200, links), "HEAD asks for nothing")

        shown = self.ask("package", action[:8], "--output", self.file, "--force")
        self.assertEqual(shown, {"file": str(self.file), "bytes": self.file.stat().st_size,
                                 "unpacked": False})

    def test_live_response_result(self):
        action = self.live_response()
        said = self.refused("several commands of this action have a result", "result", action,
                            "--output", self.file)
        self.assertIn("1 (RunScript look.ps1), 2 (GetFile C:\\log.txt)", said)
        self.refused("command 0 (PutFile tool.exe) has no result", "result", action, "--index", "0",
                     "--output", self.file)
        self.refused("this action has no command 7", "result", action, "--index", "7", "--output",
                     self.file)

        self.ctl("result", action, "--index", "2", "--output", self.file)
        text = self.file.read_bytes()
        self.assertTrue(text.startswith(b"C:\\log.txt, line by line\n"), text[:40])
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)
        packed = self.place_for_files / "packed"
        shown = self.ask("result", action, "--index", "2", "--raw", "--output", packed)
        self.assertEqual((shown["unpacked"], gzip.decompress(packed.read_bytes())), (False, text))

        script = self.place_for_files / "script"
        self.ctl("result", action, "--index", "1", "--output", script)
        self.assertEqual(json.loads(script.read_text())["script_output"], OUTPUT)
        self.assertEqual(self.files(), ["packed", "result", "script"])

    def test_script_output_is_shown_decoded(self):
        action = self.live_response()
        self.assertEqual(
            self.ctl("result", action, "--index", "1", "--show"),
            "script     look.ps1\nexit code  3\noutput:\nZugriff verweigert\n"
            "MARKER-4711 \u00fcber alles\nerrors:\none error\n")
        shown = self.ask("result", action, "--index", "1", "--show")
        self.assertEqual((shown["script_output"], shown["exit_code"]), (OUTPUT, 3))
        self.refused("the result is a file: --output FILE saves it", "result", action, "--index",
                     "2", "--show")

    def test_progress_on_a_terminal(self):
        action = self.package()
        self.sim.switch(package_bytes=2 * MIB)
        ours, theirs = pty.openpty()
        running = self.begin("package", action, "--output", self.file, stderr=theirs,
                             env=os.environ | {"TERM": "xterm"})
        os.close(theirs)
        self.assertEqual(running.wait(CALL_LIMIT_S), 0)
        seen = b""
        try:
            while piece := os.read(ours, 4096):
                seen += piece
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        self.assertIn(b"downloading", seen)
        self.assertIn(b" of 2.0 MiB", seen)
        self.assertTrue(seen.endswith(b"\r\x1b[K"), "the line is taken away")


class Breaks(ResultCase):
    def setUp(self):
        super().setUp()
        self.action = self.package()
        self.sim.switch(package_bytes=MIB)

    def save(self):
        self.ctl("package", self.action, "--output", self.file)
        with zipfile.ZipFile(self.file) as archive:
            self.assertIsNone(archive.testzip())
            self.assertEqual(len(archive.read("Summary.txt")), MIB)

    def give_up(self, words):
        return self.refused(words, "package", self.action, "--output", self.file)

    def test_early_end_is_resumed(self):
        for fault in ("truncated_body", "reset"):
            with self.subTest(fault):
                self.sim.no_faults()
                self.sim.switch(speed=1000, package_bytes=MIB)
                self.fault(fault)
                before = self.downloads()
                self.save()
                self.assertEqual(self.downloads(), before + 2)
                self.file.unlink()

    def test_early_end_without_a_tag_is_not(self):
        self.sim.switch(link_tags=False)
        self.fault("truncated_body")
        said = self.give_up("the download broke off, and nothing was saved")
        self.assertEqual(self.downloads(), 1)
        self.assertIn("the daemon's log says why", said)
        self.assertIn("cannot resume it; run the command again",
                      self.daemon.errors_path.read_text())
        self.save()

    def test_change_of_the_file_meanwhile(self):
        self.fault("truncated_body", count=4)
        running = self.begin("package", self.action, "--output", self.file)
        wait_until(self.downloads, 20, "the download", self.daemon.diagnostics)
        self.sim.switch(package_bytes=MIB + 1)
        _, errors = running.communicate(timeout=CALL_LIMIT_S)
        self.assertEqual(running.returncode, REFUSED, errors)
        self.assertIn("nothing was saved", errors)
        self.assertEqual(self.files(), [])
        self.assertIn("the file changed on the server", self.daemon.errors_path.read_text())

    def test_what_is_refused_is_said_at_once(self):
        self.fault("redirect")
        self.give_up("the server redirects (HTTP 307), which is not followed")
        self.fault("forbidden")
        self.give_up("the server refuses the link (HTTP 403): it may have expired; run the command")

    def test_stop_of_the_daemon(self):
        self.fault("slow_drip")
        running = self.begin("package", self.action, "--output", self.file)
        self.wait_for_file(1)
        code, took = self.daemon.stop()
        self.assertEqual(code, 0)
        self.assertLess(took, PATIENCE * STOP_LIMIT_S)
        _, errors = running.communicate(timeout=CALL_LIMIT_S)
        self.assertEqual(running.returncode, REFUSED, errors)
        self.assertEqual(self.files(), [])


class NeverEnding(ResultCase):
    """A download that stalls or never ends."""

    def test_stall(self):
        action = self.live_response()
        self.sim.switch(script_output="x" * 100_000)
        self.fault("stall")
        first = self.begin("result", action, "--index", "1", "--output", self.file)
        wait_until(lambda: self.downloads() == 1, 30, "the first", self.daemon.diagnostics)
        self.sim.switch(link_tags=False)
        self.fault("stall")
        second = self.begin("result", action, "--index", "1", "--output",
                            self.place_for_files / "second")
        wait_until(lambda: self.downloads() == 2, 30, "the second", self.daemon.diagnostics)
        self.sim.switch(link_tags=True)
        # Silence for 30 s is a break.
        _, errors = second.communicate(timeout=PATIENCE * 60)
        self.assertEqual(second.returncode, REFUSED, errors)
        self.assertIn("nothing was saved", errors)
        _, errors = first.communicate(timeout=PATIENCE * 60)
        self.assertEqual(first.returncode, 0, errors)
        self.assertEqual(self.files(), ["result"])
        self.assertEqual(json.loads(self.file.read_text())["script_output"], "x" * 100_000)

    def test_output_without_end_is_not_shown(self):
        action = self.live_response()
        self.sim.switch(script_output="x" * 100_000)
        self.fault("endless")
        self.refused("too large to be shown", "result", action, "--index", "1", "--show")

    def test_file_without_end_is_left_by_an_interrupt(self):
        action = self.package()
        self.sim.switch(package_bytes=100_000)
        for end in (1, 2):
            self.fault("endless")
            running = self.begin("package", action, "--output", self.file)
            grown = self.wait_for_file(MIB)
            self.assertEqual(grown.stat().st_mode & 0o777, 0o600)
            self.assertNotEqual(grown, self.file)
            running.send_signal(signal.SIGINT)
            self.assertEqual(running.wait(CALL_LIMIT_S), -signal.SIGINT)
            self.assertEqual(self.files(), [])
            wait_until(lambda end=end: self.logged("download_ended") == end, 20,
                       "its end in the log", self.daemon.diagnostics)

    def test_disk_that_is_full(self):
        action = self.package()
        self.sim.switch(package_bytes=MIB)

        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

        running = self.begin("package", action, "--output", self.file, preexec_fn=small_files,
                             restore_signals=False)
        _, errors = running.communicate(timeout=CALL_LIMIT_S)
        self.assertEqual(running.returncode, IO, errors)
        self.assertIn(f"{self.file} cannot be written: File too large", errors)
        self.assertEqual(self.files(), [])


class BadInput(ResultCase):
    def test_links_that_are_not_followed(self):
        action = self.live_response()
        for switches, words in [
                ({"link_scheme": "http"}, "over http; only https is followed"),
                ({"link_host": "files.example.net"}, "add it to [submit] link_hosts"),
                ({"link_host": "user@files.example.net"}, "names a user")]:
            with self.subTest(switches):
                self.sim.switch(**{"link_scheme": "https", "link_host": ""} | switches)
                said = self.refused(words, "result", action, "--index", "1", "--output", self.file)
                self.assertNotIn("sig", said)
        self.sim.switch(link_scheme="http", link_host="")
        self.refused("over http", "package", self.package(), "--output", self.file)
        self.assertEqual(self.downloads(), 0)

    def test_actions_that_have_none(self):
        live = self.live_response()
        scan = self.ask("scan", MACHINE, "--comment", "x", "--wait=60s")["action_id"]
        open_one, failed = self.sim.add([
            {"type": "CollectInvestigationPackage", "plan": [[0, "Pending"]]},
            {"type": "CollectInvestigationPackage", "plan": [[0, "Failed"]]}])
        wait_until(lambda: open_one in str(self.daemon.log_lines()) and
                   failed in str(self.daemon.log_lines()), 20, "both", self.daemon.diagnostics)
        links = self.called_links()
        unknown = "00000000-aaaa-4bbb-8ccc-000000000000"
        for command, action, words in [
                ("package", unknown, "404"),
                ("package", "abc", "404"),
                ("package", scan, "this action is a RunAntiVirusScan; only a "
                                  "CollectInvestigationPackage has a package"),
                ("package", live, "only a CollectInvestigationPackage"),
                ("package", open_one, "the package is not there yet: the action is Pending"),
                ("package", failed, "there is no package: the action ended as Failed"),
                ("result", scan, "only a LiveResponse has results"),
                ("result", unknown, "404")]:
            with self.subTest((command, action)):
                self.refused(words, command, action, "--output", self.file)
        self.assertEqual(self.called_links(), links, "the API was asked for nothing")

    def test_files_that_cannot_be_written(self):
        action = self.package()
        mine = self.place_for_files / "mine"
        mine.write_text("mine")
        for output, words in [
                (mine, "exists: name another file, or replace it by --force"),
                (self.place_for_files / "none" / "a", "No such file or directory"),
                (mine / "a", "Not a directory"),
                (self.place_for_files, "is a directory: name a file"),
                ("/dev/null", "is no regular file"),
                ("/proc/none", "cannot be written"),
                ("-", "appears only when it is whole")]:
            with self.subTest(output):
                self.refused(words, "package", action, "--output", output, expect=USAGE)
        self.refused("--output is required", "package", action, expect=USAGE)
        self.refused("--output FILE saves it, --show prints", "result", action, expect=USAGE)
        self.assertEqual(mine.read_text(), "mine")
        self.assertEqual(self.called_links(), 0)

    def test_more_at_once_than_may_be(self):
        action = self.live_response()
        self.sim.switch(script_output="x" * 100_000)
        self.fault("slow_drip", count=4)
        running = [self.begin("result", action, "--index", "1", "--output",
                              self.place_for_files / str(n)) for n in range(4)]
        wait_until(lambda: self.downloads() == 4, 30, "four", self.daemon.diagnostics)
        self.refused("wait for one to end", "result", action, "--index", "1", "--show")
        for one in running:
            one.send_signal(signal.SIGTERM)
            one.wait(CALL_LIMIT_S)
        self.assertEqual(self.files(), [])
        wait_until(lambda: self.daemon.command(
            "--socket", self.daemon.socket_path, "result", action, "--index", "1", "--show",
            program="mactionctl")[0] == 0, 20, "a free place", self.daemon.diagnostics)


class NamedHosts(ResultCase):
    SUBMIT = 'link_hosts = ["files.example.net"]'

    def test_replace_the_ones_by_default(self):
        self.refused("the link leads to the address 127.0.0.1; links are followed to named hosts",
                     "package", self.package(), "--output", self.file)
        self.assertEqual(self.downloads(), 0)


class Secrets(ResultCase):
    """No link and no content of a result is kept anywhere."""

    def kept(self):
        """Everything that the daemon writes or shows, but for the answers themselves."""
        shown = b"".join(path.read_bytes() for path in self.daemon.directory.rglob("*")
                         if path.is_file())
        for path in ("/metrics", "/readyz"):
            shown += self.daemon.get(path)[1].encode()
        for path in ("/v1/status", "/v1/actions?state=all", "/v1/submissions",
                     "/v1/events?after=0&limit=1000"):
            shown += self.daemon.get_operator(path)[1].encode()
        return shown

    def test_are_kept_nowhere(self):
        package, live = self.package(), self.live_response()
        said = self.ctl("package", package, "--output", self.file)
        said += self.ctl("result", live, "--index", "2", "--output", self.file, "--force")
        self.assertIn("MARKER-4711", self.ctl("result", live, "--index", "1", "--show"))
        for switches in ({"link_scheme": "http"}, {"link_host": "files.example.net"}, {}):
            self.sim.switch(**{"link_scheme": "https", "link_host": ""} | switches)
            if not switches:
                self.sim.switch(link_tags=False)
                self.fault("truncated_body")
            said += self.ctl("result", live, "--index", "1", "--output", self.place_for_files / "n",
                             expect=REFUSED)
        self.fault("not_found")
        said += self.ctl("result", live, "--index", "1", "--show", expect=REFUSED)
        self.assertIn("look.ps1".encode(), self.kept(), "this is where it would be")
        self.daemon.stop()
        self.daemon.start()
        tokens = self.sim.call("GET", "links")["tokens"]
        self.assertEqual(len(tokens), 7)
        kept = self.kept()
        for secret in ["MARKER-4711", "sig=", "token=", "safedownload", "results/output", "Bearer",
                       *tokens]:
            with self.subTest(secret):
                self.assertNotIn(secret.encode(), kept)
                self.assertNotIn(secret, said)


if __name__ == "__main__":
    unittest.main()
