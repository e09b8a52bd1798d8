"""A clean Debian in a directory, and systemd's part in starting a service there."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from harness import NotifySocket
from unit_file import UnitFile

MIRROR = "http://deb.debian.org/debian"
SUITE = "bookworm"
# Directories of the unit, with where they are.
DIRECTORIES = {"State": "var/lib", "Logs": "var/log", "Runtime": "run", "Configuration": "etc"}
# In its own mount namespace: what is mounted goes with the process.
ENTER = ('mount -t proc -o {options} proc "$0/proc" && cd "$0" && exec chroot "$0" "$@"')


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def mirror():
    """Where this machine gets its packages from, if it is the same Debian."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)", "Created-By: Packages"],
        capture_output=True, text=True).stdout
    found = [uri for suite, _, uri in (line.partition(" ") for line in listed.splitlines())
             if suite == SUITE and uri.rstrip("/").endswith("/debian")]
    return found[0] if found else MIRROR


def enter(root, *command, options="rw"):
    """The arguments that run a command in the root, with /proc."""
    return ["unshare", "--mount", "sh", "-c", ENTER.format(options=options), str(root),
            *map(str, command)]


def base_root(cache, depends):
    """A minimal Debian with these dependencies, made once and kept in the cache."""
    key = hashlib.sha256(f"{SUITE} {depends}".encode()).hexdigest()[:16]
    root = cache / key
    if root.exists():
        return root
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir(parents=True)
    unfinished = cache / "unfinished"
    run("debootstrap", "--variant=minbase", SUITE, unfinished, mirror())
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    names = [one.split("|")[0].split("(")[0].strip() for one in depends.split(",")]
    run(*enter(unfinished, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *names),
        env=quiet)
    run(*enter(unfinished, "apt-get", "clean"), env=quiet)
    unfinished.rename(root)
    return root


# Of `./dev test --clock`; it is also for what runs in the root.
SHIFTED_CLOCK = {name: os.environ[name] for name in ("LD_PRELOAD", "MACTIOND_CLOCK_SHIFT_S")
                 if name in os.environ}


class Root:
    """A throw-away copy of a base root."""

    def __init__(self, base, path):
        self.path = path
        run("cp", "-a", "--reflink=auto", base, path)
        if library := SHIFTED_CLOCK.get("LD_PRELOAD"):
            inside = Path(f"{path}/{library}")
            inside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, inside)

    def run(self, *command, **options):
        env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
        return run(*enter(self.path, *command), env=env, **options)

    def files(self):
        """Every path with its mode, and the text of the account files; without what dpkg and the
        account tools keep for themselves."""
        found = {}
        for directory, folders, names in os.walk(self.path):
            at = "/" + str(Path(directory).relative_to(self.path))
            if at in ("/proc", "/var/lib/dpkg", "/var/cache", "/var/lib/apt"):
                folders.clear()
                continue
            for name in folders + names:
                path = Path(directory) / name
                if path.name.endswith("-") or path.name in (".pwd.lock", "dpkg.log"):
                    continue
                found[f"{at}/{name}"] = oct(path.lstat().st_mode)
        for name in ("passwd", "group", "shadow", "gshadow"):
            found[name] = (self.path / "etc" / name).read_text()
        return found

    def account(self):
        fields = next(line.split(":") for line in (self.path / "etc/passwd").read_text().split()
                      if line.startswith("mactiond:"))
        return int(fields[2]), int(fields[3])


class Service:
    """Does what systemd would do with the installed unit."""

    def __init__(self, root):
        self.root = root
        self.unit = UnitFile(root.path / "lib/systemd/system/mactiond.service")
        self.notify = NotifySocket(root.path / "run/notify")
        self.errors = root.path / "run/journal"
        self.process = None

    def _prepare(self):
        uid, gid = self.root.account()
        for kind, place in DIRECTORIES.items():
            directory = self.root.path / place / self.unit.one(f"{kind}Directory")
            directory.mkdir(exist_ok=True)
            directory.chmod(int(self.unit.one(f"{kind}DirectoryMode"), 8))
            if kind != "Configuration":
                os.chown(directory, uid, gid)
        os.chown(self.notify.path, uid, gid)
        credentials = self.root.path / "run/credentials/mactiond.service"
        shutil.rmtree(credentials, ignore_errors=True)
        credentials.mkdir(parents=True)
        for name in self.unit.all("LoadCredential"):
            source = self.root.path / "etc/credstore" / name
            if source.exists():
                shutil.copy(source, credentials)
                (credentials / name).chmod(0o400)
        for path in [credentials, *credentials.iterdir()]:
            os.chown(path, uid, gid)

    def _command(self, line):
        uid, gid = self.root.account()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")
        environment = [value.replace("%b", boot) for value in self.unit.all("Environment")]
        return enter(
            self.root.path, "setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups",
            "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--pdeathsig=KILL",
            "env", "-i", "PATH=/usr/bin:/bin", "NOTIFY_SOCKET=/run/notify",
            "CREDENTIALS_DIRECTORY=/run/credentials/mactiond.service", *environment,
            *(f"{name}={value}" for name, value in SHIFTED_CLOCK.items()),
            *line.split(), options="rw,subset=pid,hidepid=invisible")

    def start(self):
        self._prepare()
        self.notify.clear()
        # What "-" has systemd pass over ends a test at once.
        run(*self._command(self.unit.one("ExecStartPre").removeprefix("-")))
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(self._command(self.unit.one("ExecStart")),
                                            stdout=errors, stderr=errors)

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=60)

    def stop_now(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.notify.close()

    def journal(self):
        return self.errors.read_text(errors="replace") if self.errors.exists() else ""
