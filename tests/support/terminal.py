"""A terminal that a test sits at: starts a program on a pseudo-terminal, types, waits for what is shown."""
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time


class TerminalError(Exception):
    pass


class Terminal:
    def __init__(self, argv, rows=24, columns=80, **popen):
        self.master, self.slave = os.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(self.slave)
        self.shown = ""
        self._seen = 0
        self.process = subprocess.Popen(
            argv, stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0), **popen)

    def resize(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, text):
        os.write(self.master, text.encode())

    def _read(self, timeout):
        if not select.select([self.master], [], [], timeout)[0]:
            return False
        self.shown += os.read(self.master, 65536).decode(errors="replace")
        return True

    def expect(self, pattern, timeout=20):
        """Waits until the pattern shows up behind what earlier calls matched; returns the match."""
        deadline = time.monotonic() + timeout
        while True:
            match = re.compile(pattern, re.M).search(self.shown, self._seen)
            if match:
                self._seen = match.end()
                return match
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                raise TerminalError(f"no {pattern!r} in {self.shown[self._seen:]!r}")

    def wait(self, timeout=20):
        """The exit status as a shell sees it."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None:
            self._read(0.02)
            if time.monotonic() > deadline:
                raise TerminalError(f"does not end; shown: {self.shown[-500:]!r}")
        while self._read(0):
            pass
        return 128 - self.process.returncode if self.process.returncode < 0 else self.process.returncode

    def restored(self):
        """Whether the terminal's settings are those it had before the program."""
        return termios.tcgetattr(self.slave) == self.before

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
        os.close(self.slave)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
