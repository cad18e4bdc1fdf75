#!/usr/bin/env python3
"""Runs one syscall test program natively or in the sandbox, and keeps the list of known gaps honest.

    run_syscall_test.py --family dup --binary B --platform native|notify|ptrace [--sentry S] [--fs tmpfs|overlay|gofer]

Entries of known_gaps/PLATFORM.txt ("family Test.Name reason...") are left out of the main run and then run one by
one: an entry that passes fails the whole case, so that the list only gets shorter.  known_gaps/FILESYSTEM.txt is the same
for what holds on one file system only, whatever the platform.
"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GAPS = Path(__file__).resolve().parent.parent / "syscalls" / "known_gaps"
MAIN_TIMEOUT = 45
GAP_TIMEOUT = 5
SHOWN_LINES = 200


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--family", required=True)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--platform", required=True, choices=["native", "notify", "ptrace"])
    parser.add_argument("--fs", default="tmpfs", choices=["tmpfs", "overlay", "gofer"])
    parser.add_argument("--sentry")
    parser.add_argument("--flag", action="append", default=[], help="one more flag of the sandbox: --flag=--spin=always")
    parser.add_argument("--filter", default="*", help="a gtest filter, for running by hand")
    return parser.parse_args()


class Machine:
    """Where the program runs: builds its command line and gives it a directory on the file system under test."""

    def __init__(self, args):
        self.args = args
        self.host_dir = None

    def __enter__(self):
        if self.args.platform == "native" or self.args.fs != "tmpfs":
            # Not below /tmp when sandboxed: that is a file system of its own inside.
            base = None if self.args.platform == "native" else os.getcwd()
            self.host_dir = tempfile.mkdtemp(prefix=f"syscall-{self.args.family}-", dir=base)
            os.chmod(self.host_dir, 0o755)  # Tests that become another user must get there.
        return self

    def __exit__(self, *_):
        if self.host_dir:
            shutil.rmtree(self.host_dir, ignore_errors=True)

    def command(self, gtest_args):
        program = [self.args.binary, *gtest_args]
        if self.args.platform == "native":
            return program
        inside = self.host_dir or "/tmp"
        flags = [f"--platform={self.args.platform}", "--env", f"TEST_TMPDIR={inside}"]
        flags += self.args.flag
        if self.args.fs == "gofer":
            flags += ["--rw", inside]
        return [self.args.sentry, *flags, "--", *program]

    def run(self, gtest_args, timeout):
        """Returns (status or None after a timeout, output)."""
        env = dict(os.environ)
        if self.args.platform == "native":
            env["TEST_TMPDIR"] = self.host_dir
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                self.command(gtest_args), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=env, cwd=self.host_dir, start_new_session=True)
            try:
                status = process.wait(timeout)
            except subprocess.TimeoutExpired:
                status = None
            finally:
                try:
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
                process.wait()
            output.seek(0)
            return status, output.read().decode(errors="replace")


def read_gaps(args, name):
    """Test name -> reason, from known_gaps/NAME.txt."""
    path = GAPS / f"{name}.txt"
    gaps = {}
    if not path.exists():
        return gaps
    for number, line in enumerate(path.read_text().split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        words = line.split(None, 2)
        if len(words) < 3:
            sys.exit(f"{path}:{number}: a line is: family Test.Name reason...")
        if words[0] == args.family:
            gaps[words[1]] = words[2]
    return gaps


def test_names(binary):
    """All tests of the program, listed on the host."""
    listing = subprocess.run([binary, "--gtest_list_tests"], capture_output=True, text=True, check=True).stdout
    names, suite = set(), ""
    for line in listing.split("\n"):
        line = line.split("#")[0].rstrip()
        if line.startswith("  "):
            names.add(suite + line.strip())
        elif line.endswith("."):
            suite = line
    return names


def describe(status):
    if status is None:
        return "hangs"
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"status {status}"


def excerpt(output):
    """The failed tests' parts of a long output, and its end."""
    lines = output.rstrip("\n").split("\n")
    if len(lines) <= SHOWN_LINES:
        return "\n".join(lines)
    kept, block = [], []
    for line in lines:
        if line.startswith("[ RUN      ]"):
            block = []
        block.append(line)
        if line.startswith("[  FAILED  ]"):
            kept += block
            block = []
    return "\n".join(kept[-SHOWN_LINES:] + ["..."] + lines[-40:])


def run_main(machine, args, gaps):
    wanted = args.filter + ("-" + ":".join(sorted(gaps)) if gaps else "")
    status, output = machine.run([f"--gtest_filter={wanted}", "--gtest_color=no"], MAIN_TIMEOUT)
    passed = len(re.findall(r"^\[       OK \]", output, re.M))
    for skipped in re.findall(r"^\[  SKIPPED \] (\S+) \(", output, re.M):
        print(f"skipped: {skipped}")
    if status == 0 and re.search(r"^\[==========\] .* ran\.", output, re.M):
        print(f"{args.family} on {args.platform}/{args.fs}: {passed} tests passed, {len(gaps)} known gaps")
        return True
    print(excerpt(output))
    running = re.findall(r"^\[ RUN      \] (\S+)", output, re.M)
    finished = set(re.findall(r"^\[ +(?:OK|FAILED|SKIPPED) +\] (\S+)", output, re.M))
    where = f" in {running[-1]}" if running and running[-1] not in finished else ""
    print(f"FAILED: {args.family} on {args.platform}/{args.fs}: {describe(status)}{where}")
    print("command: " + " ".join(machine.command([f"--gtest_filter={wanted}"])))
    return False


def check_gaps(machine, args, listed_in, gaps, deadline):
    good = True
    known = test_names(args.binary) if gaps else set()
    for name, reason in sorted(gaps.items()):
        if name not in known:
            print(f"FAILED: known_gaps/{listed_in}.txt: {args.family} has no test {name}")
            good = False
            continue
        left = deadline - time.monotonic()
        if left < 1:
            print(f"gap {name}: not tried, out of time")
            continue
        status, _ = machine.run([f"--gtest_filter={name}"], min(GAP_TIMEOUT, left))
        if status == 0:
            print(f"FAILED: {name} passes: remove it from known_gaps/{listed_in}.txt")
            good = False
        else:
            print(f"gap {name}: {describe(status)} ({reason})")
    return good


def main():
    args = parse_args()
    deadline = time.monotonic() + 57
    gaps = read_gaps(args, args.platform)
    own_list = args.platform
    if args.platform != "native" and args.fs != "tmpfs":
        # On other file systems more may pass than on the platform's list, which is kept on tmpfs.
        own_list = args.fs
    own_gaps = read_gaps(args, own_list)
    with Machine(args) as machine:
        good = run_main(machine, args, gaps | own_gaps)
        good = check_gaps(machine, args, own_list, own_gaps, deadline) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
