"""The frame of an integration test: named cases in groups, one process per group, platform and user.

    @case("group", needs=["git"])
    def clone_is_complete(machine, scratch): ... raise Failure("...")

    same("group", "echo", ["/bin/echo", "hi"])      # ends as it does natively: same output, same status

    if __name__ == "__main__": main()

A script names its groups in a line "# groups: a b c" at its head, which is where CMake finds them.
"""
import argparse
import difflib
import sys
import time
import traceback
from dataclasses import dataclass, field
from typing import Callable

from sandbox import SKIPPED, GUEST_SOURCES, Leftover, Sandbox, Scratch, Skip, become_subreaper, find_program, guest_program, native, sweep


class Failure(Exception):
    """The test found something wrong; the text says what."""


@dataclass
class Case:
    group: str
    name: str
    body: Callable
    needs: list = field(default_factory=list)
    users: tuple = ("root", "user")


CASES = []


def case(group, needs=(), users=("root", "user")):
    def register(body):
        CASES.append(Case(group, body.__name__, body, list(needs), users))
        return body
    return register


def check(condition, text):
    if not condition:
        raise Failure(str(text))


def diff(expected, got, what):
    lines = difflib.unified_diff(expected.split("\n"), got.split("\n"), f"native {what}", f"sandbox {what}", lineterm="", n=1)
    return "\n".join(list(lines)[:60])


def compare(expected, got, text=lambda t: t, stderr=True):
    problems = []
    if got.status != expected.status:
        shown = "timeout" if got.status is None else got.status
        problems.append(f"status {shown}, natively {expected.status}")
    if text(got.out) != text(expected.out):
        problems.append(diff(text(expected.out), text(got.out), "stdout"))
    if stderr and text(got.err) != text(expected.err):
        problems.append(diff(text(expected.err), text(got.err), "stderr"))
    elif problems and got.err:
        problems.append("stderr: " + got.err[-2000:])
    if problems:
        raise Failure("\n".join(problems))


def same(group, name, argv, needs=(), files=(), guests=(), flags=(), text=lambda t: t, stderr=True, status=None, users=("root", "user"), **options):
    """Registers a case that runs natively first and must end the same way in the sandbox.

    argv: a list, or a string for bash -c.  files: from guest/, copied into the working directory.  guests: sources from
    guest/, compiled first.  text: applied to outputs before they are compared.  status: what native must give.
    """
    if isinstance(argv, str):
        argv = ["/bin/bash", "-c", argv]

    def body(machine, scratch):
        wanted = [GUEST_SOURCES / name for name in files] + [guest_program(source) for source in guests]
        scratch.fill(wanted)
        expected = native(argv, scratch, **options)
        check(status is None or expected.status == status, f"does not work natively:\n{expected}")
        scratch.fill(wanted)
        compare(expected, machine.run(argv, scratch, flags=flags, **options), text, stderr)

    body.__name__ = name
    CASES.append(Case(group, name, body, list(needs), users))


def run_case(item, machine):
    missing = [program for program in item.needs if not find_program(program)]
    if missing:
        raise Skip(f"{', '.join(missing)} not installed")
    if machine.user not in item.users:
        raise Skip(f"not for {machine.user}")
    with Scratch(machine.user) as scratch:
        item.body(machine, scratch)


def report(item, machine):
    """Runs one case and prints a line, more when it fails; returns 'ok', 'skipped' or 'FAILED'."""
    start, detail = time.monotonic(), ""
    try:
        run_case(item, machine)
        outcome = "ok"
    except Skip as reason:
        outcome, detail = "skipped", str(reason)
    except (Failure, Leftover) as problem:
        outcome, detail = "FAILED", str(problem)
    except Exception:  # A bug of the test itself must not hide the other cases.
        outcome, detail = "FAILED", traceback.format_exc()
    try:
        sweep(grace=1.0)
    except Leftover as problem:
        if outcome != "FAILED":
            outcome, detail = "FAILED", str(problem)
    took = time.monotonic() - start
    separator = "\n" if "\n" in detail else " "
    print(f"{outcome}: {item.group}.{item.name} ({took:.1f} s){separator}{detail}".rstrip(), flush=True)
    return outcome


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sentry", required=True)
    parser.add_argument("--platform", required=True)
    parser.add_argument("--user", choices=["root", "user"], required=True)
    parser.add_argument("--group", help="only this group")
    parser.add_argument("--case", help="only this case")
    args = parser.parse_args()
    become_subreaper()
    try:
        machine = Sandbox(args.sentry, args.platform, args.user)
    except Skip as reason:
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    chosen = [c for c in CASES if args.group in (None, c.group) and args.case in (None, c.name)]
    if not chosen:
        sys.exit("no such case")
    outcomes = [report(item, machine) for item in chosen]
    if "FAILED" in outcomes:
        sys.exit(1)
    sys.exit(SKIPPED if set(outcomes) == {"skipped"} else 0)
