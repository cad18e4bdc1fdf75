"""What integration tests are written with: running a command natively and in the sandbox, as root and as an ordinary user.

    machine = Sandbox(sentry, platform, user)
    machine.run(["/bin/echo", "hi"], flags=["--pids=10"], stdin=b"", timeout=30) -> Result(status, out, err)
    native(["/bin/echo", "hi"], user) -> Result

After every run nothing may be left behind: a process that outlives its sandbox is a failure (Leftover).
"""
import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
GUEST_SOURCES = TESTS / "integration" / "guest"
PATH = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
NOBODY = 65534
SKIPPED = 77

_PR_SET_CHILD_SUBREAPER = 36


class Skip(Exception):
    """The test cannot run here; the text says why."""


class Leftover(Exception):
    """Processes outlived the sandbox they belong to."""


@dataclass
class Result:
    status: int  # as a shell sees it: 128+N after signal N; None after a timeout
    out: str
    err: str

    def __str__(self):
        status = "timeout" if self.status is None else self.status
        return f"status {status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def become_subreaper():
    """Orphans of a sandbox become our children, where they are seen."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children():
    """Live children of this process, zombies reaped."""
    path = f"/proc/self/task/{os.getpid()}/children"
    alive = []
    for pid in map(int, Path(path).read_text().split()):
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == 0:
                alive.append(pid)
        except ChildProcessError:
            pass
    return alive


def descendants(pid):
    """All processes below pid, outermost first."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        below = parents.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def sweep(grace=3.0):
    """Waits for the sandbox's processes to go; kills and reports those that stay."""
    deadline = time.monotonic() + grace
    while left := children():
        if time.monotonic() > deadline:
            names = []
            for pid in left:
                try:
                    names.append(f"{pid} {Path(f'/proc/{pid}/comm').read_text().strip()}")
                except OSError:
                    pass
                for below in [pid, *descendants(pid)]:
                    try:
                        os.kill(below, signal.SIGKILL)
                    except ProcessLookupError:
                        pass
            time.sleep(0.1)
            children()
            raise Leftover("processes left behind: " + ", ".join(names))
        time.sleep(0.005)


def environment(home):
    return {"PATH": PATH, "HOME": home, "LANG": "C.UTF-8", "TERM": "xterm", "TMPDIR": "/tmp"}


def identity(user):
    """Popen's arguments for the user: 'root', or 'user' which is nobody when the caller is root, else the caller."""
    if user == "root":
        if os.getuid() != 0:
            raise Skip("needs root")
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}


class Scratch:
    """A working directory of the user; the same path is refilled for every run, since outputs name it."""

    def __init__(self, user):
        self.user = user
        # Not below /tmp, which is another file system inside.
        self.top = Path(tempfile.mkdtemp(prefix="sentry-test-", dir="/var/tmp"))
        self.top.chmod(0o755)
        self.work = self.top / "work"
        self.home = self.top / "home"

    def fill(self, files=()):
        for place in (self.work, self.home):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(mode=0o755)
        for source in files:
            target = shutil.copy2(source, self.work)
            os.chmod(target, os.stat(source).st_mode & 0o111 | 0o644)
        if os.getuid() == 0 and self.user != "root":
            for path in [self.work, self.home, *self.work.rglob("*")]:
                os.chown(path, NOBODY, NOBODY)

    def __enter__(self):
        self.fill()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top, ignore_errors=True)


def _shell_status(returncode):
    return 128 - returncode if returncode < 0 else returncode


def execute(argv, user, cwd, home, stdin=b"", timeout=30, env=None, **popen):
    """Runs to the end, or kills the whole session after the timeout."""
    with tempfile.TemporaryFile() as source:
        source.write(stdin)
        source.seek(0)
        popen.setdefault("stdin", source)
        process = subprocess.Popen(
            [str(arg) for arg in argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=cwd,
            env={**environment(str(home)), **(env or {})}, start_new_session=True, **identity(user), **popen)
    try:
        out, err = process.communicate(timeout=timeout)
        status = _shell_status(process.returncode)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        try:
            out, err = process.communicate(timeout=5)
        except subprocess.TimeoutExpired as still:  # Somebody outside the session holds the pipes: sweep() will tell.
            out, err = still.stdout or b"", still.stderr or b""
        status = None
    return Result(status, out.decode(errors="replace"), err.decode(errors="replace"))


def native(argv, scratch, **options):
    result = execute(argv, scratch.user, scratch.work, scratch.home, **options)
    sweep()
    return result


def reachable(path):
    """Whether an ordinary user gets at the file."""
    return all(os.stat(part).st_mode & 0o001 for part in [path, *Path(path).resolve().parents])


class Sandbox:
    def __init__(self, sentry, platform, user):
        self.platform = platform
        self.user = user
        self.sentry = Path(sentry).resolve()
        self._copies = None
        if user != "root" and not reachable(self.sentry):
            self._copies = tempfile.TemporaryDirectory(prefix="sentry-bin-", dir="/var/tmp")
            os.chmod(self._copies.name, 0o755)
            self.sentry = Path(shutil.copy2(self.sentry, self._copies.name))

    def command(self, argv, flags=()):
        return [str(self.sentry), f"--platform={self.platform}", *flags, "--", *map(str, argv)]

    def run(self, argv, scratch, flags=(), **options):
        result = execute(self.command(argv, flags), self.user, scratch.work, scratch.home, **options)
        sweep()
        return result

    def raw(self, arguments, scratch, **options):
        """The sentry binary with exactly these arguments."""
        result = execute([self.sentry, *arguments], self.user, scratch.work, scratch.home, **options)
        sweep()
        return result

    def start(self, argv, scratch, flags=(), **popen):
        """A running sandbox with pipes, for tests that interfere."""
        return subprocess.Popen(
            self.command(argv, flags), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=scratch.work, env=environment(str(scratch.home)), start_new_session=True, **identity(self.user), **popen)


# How a guest program is made from its source; {0} is the source, {1} the result.
_COMPILERS = {
    ".c": ("gcc", "gcc -O1 -g -static -pthread -o {1} {0}"),
    ".S": ("gcc", "gcc -nostdlib -static -o {1} {0}"),
    ".go": ("go", "CGO_ENABLED=0 GO111MODULE=off GOCACHE={1}.cache go build -o {1} {0}"),
    ".rs": ("rustc", "rustc -O -C target-feature=+crt-static -o {1} {0}"),
}


def find_program(name):
    return shutil.which(name, path=PATH)


def guest_program(source_name):
    """Builds tests/integration/guest/SOURCE natively, once per build directory; returns the binary's path."""
    source = GUEST_SOURCES / source_name
    compiler, command = _COMPILERS[source.suffix]
    if not find_program(compiler):
        raise Skip(f"{compiler} is not installed")
    cache = Path("guest").resolve()
    cache.mkdir(exist_ok=True)
    binary = cache / source.stem
    with open(cache / f"{source.stem}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
            subprocess.run(command.format(source, binary), shell=True, check=True, stdin=subprocess.DEVNULL,
                           env=environment(str(cache)))
    return binary
