#!/usr/bin/env python3
"""Sizes and places: the top level is fixed, files and functions stay small, every file says what it is for.

Prints warnings too unless --quiet is given; only errors decide the exit status.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOP_LEVEL = {"CMakeLists.txt", "README.md", "abi", "gofer", "netstack", "platform", "scripts", "sentry", "tests"}

FILE_WARN, FILE_STOP = 600, 1000
FUNCTION_WARN, FUNCTION_STOP = 40, 80

# Tables are read from top to bottom and gain nothing by being cut.
TABLES = re.compile(r"(^|/)(table_\w+|\w+_table|\w+_names|errno|abi_check)\.(cc|h)$")

# A function's head at the margin, as clang-format leaves it; its body ends with a brace at the margin.
FUNCTION_HEAD = re.compile(r"^(?!namespace|class|struct|enum|union|extern|#|//|\}|using|typedef|static_assert)[\w:<>\[\]~&*,()= \"]*\)[\w\s()&]*\{$")
# Test bodies and constexpr tables are data more than code.
NOT_CODE = re.compile(r"^(TEST|TEST_F|TEST_P|TYPED_TEST|BENCHMARK\w*|constexpr .*=)\b")


def tracked():
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=False)
    return [name for name in listed.stdout.split("\n") if name and (ROOT / name).is_file()]


def check_top_level(names):
    for top in sorted({name.split("/")[0] for name in names}):
        if top not in TOP_LEVEL and not top.startswith("."):
            yield f"error: {top}: the top level is fixed ({' '.join(sorted(TOP_LEVEL))})"


def judge(what, size, warn, stop):
    if size > stop:
        yield f"error: {what}: {size} lines, at most {stop}"
    elif size > warn:
        yield f"warning: {what}: {size} lines, better under {warn}"


def functions(lines):
    """Yields (line number, name, length) of every function that starts at the margin."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "}" and start:
            yield start[0], start[1], number - start[0] + 1
            start = None
        elif line.endswith("{") and FUNCTION_HEAD.match(line) and not NOT_CODE.match(line):
            called = re.findall(r"([\w:~]+)\(", line)
            start = (number, called[0] if called else "function")


def check_file(name):
    lines = (ROOT / name).read_text(errors="replace").split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    if not TABLES.search(name):
        yield from judge(name, len(lines), FILE_WARN, FILE_STOP)
        for number, function, size in functions(lines):
            yield from judge(f"{name}:{number}: {function}()", size, FUNCTION_WARN, FUNCTION_STOP)
    if name.endswith(".h") and not any(line.strip() == "#pragma once" for line in lines):
        yield f"error: {name}: no #pragma once"
    if lines and not name.startswith("tests/unit/") and not lines[0].startswith(("//", "/*")):
        yield f"warning: {name}: no comment of purpose at its head"


def main():
    quiet = "--quiet" in sys.argv
    names = tracked()
    found = list(check_top_level(names))
    for name in names:
        if name.endswith((".cc", ".h", ".c")):
            found += check_file(name)
    errors = [line for line in found if line.startswith("error")]
    for line in errors if quiet else found:
        print(line)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
