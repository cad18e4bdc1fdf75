"""The systems that are compared, and how a command is run in each of them."""
import ctypes
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

BWRAP = ("bwrap --bind / / --dev /dev --proc /proc --tmpfs /tmp --unshare-all --die-with-parent --").split()
RUNSC = "runsc --platform=systrap --network=none --ignore-cgroups do --".split()


@dataclass
class Outcome:
    """One run of a command: how it ended, and what it took."""
    status: int
    output: str
    errors: str
    wall: float  # Seconds.
    cpu: float   # Seconds of the whole process tree.

    def ok(self):
        return self.status == 0

    def problem(self):
        if self.status == 124:
            return "too slow"
        lines = self.errors.strip().split("\n")
        return f"status {self.status}: {lines[-1][:90]}" if lines[-1] else f"status {self.status}"


@dataclass
class System:
    name: str
    prefix: list = field(default_factory=list)
    slow_start: bool = False  # Fewer repetitions.

    shared: tuple = ()        # Where a directory of the host is to be seen: these words, with {}, after the first.

    def command(self, *words, share=None):
        if share is None:
            return [*self.prefix, *words]
        extra = [word.format(share) for word in self.shared]
        return [*self.prefix[:1], *extra, *self.prefix[1:], "/usr/bin/env", f"share={share}", *words]

    def run(self, *words, timeout=60, stdin=subprocess.DEVNULL, share=None):
        return run(self.command(*words, share=share), timeout, stdin)


def adopt_orphans():
    """Processes whose parents do not wait for them become ours, so that their CPU time is seen."""
    PR_SET_CHILD_SUBREAPER = 36
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _reap_orphans():
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.002)
        except ChildProcessError:
            return


def _children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command, timeout, stdin=subprocess.DEVNULL):
    """Runs `command` in a session of its own, so that all of it can be ended when it takes too long."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        cpu = _children_cpu()
        start = time.monotonic()
        try:
            process = subprocess.Popen(command, stdin=stdin, stdout=out, stderr=err, start_new_session=True)
        except OSError as error:
            return Outcome(127, "", str(error), 0, 0)
        late = threading.Event()

        def end():
            late.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(timeout, end)
        timer.start()
        _, status = os.waitpid(process.pid, 0)
        timer.cancel()
        wall = time.monotonic() - start
        _reap_orphans()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return Outcome(124 if late.is_set() else process.returncode, out.read().decode(errors="replace"),
                       err.read().decode(errors="replace"), wall, _children_cpu() - cpu)


def available(sentry):
    """All systems that can be used here, native first, with the reason for those that cannot."""
    systems = [System("native")]
    missing = []
    if shutil.which("bwrap"):
        systems.append(System("bwrap", BWRAP))
    if shutil.which("runsc"):
        systems.append(System("runsc", RUNSC, slow_start=True))
    for platform in ("notify", "ptrace"):
        systems.append(System(platform, [sentry, f"--platform={platform}", "--"], shared=("--rw={}",)))
    usable = []
    for system in systems:
        outcome = system.run("/bin/true", timeout=20)
        if outcome.ok():
            usable.append(system)
        else:
            missing.append(f"{system.name}: {outcome.problem()}")
    return usable, missing
