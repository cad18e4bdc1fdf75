#!/usr/bin/env python3
"""Writes the coverage table of system calls into sentry/syscalls/README.md, from the binary's own table.

    gen_syscall_doc.py SENTRY [--check]

`sentry syscalls --json` prints [{"number": 0, "name": "read", "support": "full|partial|refused", "errno": "EPERM",
"note": "..."}, ...].  The table stands between two marker lines; the rest of the page is written by hand.
With --check nothing is written: the status says whether the page is up to date.
"""
import json
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "sentry" / "syscalls" / "README.md"
BEGIN = "<!-- coverage: written by scripts/dev doc -->"
END = "<!-- end of coverage -->"


def rows_of(sentry):
    printed = subprocess.run([sentry, "syscalls", "--json"], capture_output=True, text=True, check=True, timeout=30).stdout
    return json.loads(printed)


def render(rows):
    counts = {level: sum(row["support"] == level for row in rows) for level in ("full", "partial", "refused")}
    lines = [f"{len(rows)} calls: {counts['full']} full, {counts['partial']} partial, {counts['refused']} refused.", "",
             "| number | call | support | note |", "|---|---|---|---|"]
    for row in sorted(rows, key=lambda r: r["number"]):
        support = f"refused ({row['errno']})" if row["support"] == "refused" and row.get("errno") else row["support"]
        note = (row.get("note") or "").replace("|", "\\|")
        lines.append(f"| {row['number']} | {row['name']} | {support} | {note} |")
    return "\n".join(lines)


def with_table(page, rendered):
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest:
        before = page.rstrip("\n") + "\n\n"
    return f"{before}{BEGIN}\n{rendered}\n{END}{after or chr(10)}"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    old = PAGE.read_text() if PAGE.exists() else "# System calls\n"
    new = with_table(old, render(rows_of(sys.argv[1])))
    if "--check" in sys.argv:
        if old != new:
            sys.exit("sentry/syscalls/README.md is not what the table says: run scripts/dev doc")
        return
    PAGE.write_text(new)


if __name__ == "__main__":
    main()
