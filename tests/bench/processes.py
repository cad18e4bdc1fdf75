"""What a running sandbox costs: its processes, their memory, threads and CPU time, as the host sees them."""
import os
import signal
import subprocess
import time


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read().decode(errors="replace")
    except OSError:
        return ""


def _parents():
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            stat = _read(f"/proc/{name}/stat")
            if stat:
                parents[int(name)] = int(stat.rsplit(")", 1)[1].split()[1])
    return parents


def tree(root):
    """`root` and all its descendants."""
    parents = _parents()
    members = {root}
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in members} - members
        members |= more
        grown = bool(more)
    return sorted(members)


def cpu_seconds(pid):
    """Of one process and its children that were waited for."""
    stat = _read(f"/proc/{pid}/stat")
    if not stat:
        return 0.0
    fields = stat.rsplit(")", 1)[1].split()
    return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def pss(pid):
    """Bytes, or None when the process does not let itself be looked at."""
    for line in _read(f"/proc/{pid}/smaps_rollup").split("\n"):
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return None


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def runs_file(pid, path):
    """Whether `path` is mapped: stubs are forks of the Sentry, but nothing of it is left in them."""
    return path in _read(f"/proc/{pid}/maps")


class Running:
    """A command that prints "ready" and then stays until its input ends."""

    def __init__(self, command, timeout=60):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
        self.ready = False
        os.set_blocking(self.process.stdout.fileno(), False)
        seen = b""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self.process.poll() is None and not self.ready:
            seen += self.process.stdout.read() or b""
            self.ready = b"ready" in seen
            time.sleep(0.01)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stdout.close()

    def pids(self):
        return tree(self.process.pid)
