#!/usr/bin/env python3
"""Includes must follow the arrows of the design: a folder includes folders below it, never beside or above it.

The table names, for every folder, the folders it may include besides itself.  A folder without a row of its own
takes that of its nearest parent.  Standard and third-party headers are nobody's business here.
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("abi", "gofer", "netstack", "platform", "sentry", "tests")

BASE = {"abi", "platform/base"}
HOST = BASE | {"platform/host"}
# platform.h itself: the interface that backends implement and the Sentry is written against.
INTERFACE = {"platform"}
BACKEND = HOST | INTERFACE | {"platform/shim", "platform/patch"}

# The Sentry's layers, lowest first.  A folder includes those of lower layers; inside a layer nobody includes a neighbour.
LAYERS = [
    {"sentry/auth", "sentry/time", "sentry/memmap"},
    {"sentry/vfs", "sentry/mm"},
    {"sentry/kernel"},
    {"sentry/ipc"},
    {"sentry/loader", "sentry/fs", "sentry/socket"},
    {"sentry/syscalls", "sentry/strace"},
]
SENTRY_BASE = BASE | INTERFACE

ALLOWED = {
    "abi": set(),
    "platform": BASE,
    "platform/base": {"abi"},
    "platform/host": BASE,
    # Runs inside the guest process: no libc, no code of ours but the layout of the shared pages.
    "platform/shim": {"abi/stub", "abi"},
    "platform/patch": HOST | {"abi/stub"},
    "platform/notify": BACKEND,
    "platform/ptrace": BACKEND,
    "gofer/protocol": HOST,
    "gofer/filter": HOST,
    "gofer/server": HOST | {"gofer/protocol", "gofer/filter"},
    "gofer/broker": HOST | {"gofer/protocol"},
    "gofer": HOST | {"gofer/protocol", "gofer/server", "gofer/filter"},
    "sentry/auth": SENTRY_BASE,
    "sentry/time": SENTRY_BASE,
    "sentry/memmap": SENTRY_BASE,
    # Wires everything, and is therefore the only folder that names a backend.
    "sentry/boot": BACKEND | {"platform/notify", "platform/ptrace", "gofer", "netstack", "sentry"},
    "sentry": {"sentry/boot"},
}

# Arrows that skip a layer or go sideways, each with its reason.
ALLOWED_EXTRA = {
    "sentry/fs/gofer": {"gofer/protocol", "platform/host"},  # client of the Gofer
    "sentry/fs/overlay": {"sentry/fs/tmpfs"},                # its upper layer is memory
    "sentry/fs/dev": {"sentry/fs/tmpfs", "sentry/fs/pipefs", "sentry/fs/devpts"},  # its tree is a tmpfs; opens FIFOs, ptmx
    "sentry/fs/host": {"platform/host"},                     # the standard streams are host descriptors
    "sentry/fs/tmpfs": {"platform/host"},                    # file contents live in memfds
    "sentry/socket/inet": {"netstack", "sentry/fs/anon"},  # adapter to the TCP/IP stack
    "sentry/socket/metadata": {"netstack", "sentry/socket/inet"},  # a server on a stack of its own or the gateway's
    "sentry/socket/tun": {"netstack", "sentry/socket/inet"},  # a link of the stack, driven by a file
    "sentry/socket/outside": {"netstack", "gofer/protocol", "sentry/socket/inet", "sentry/socket/metadata"},  # a second stack, joined to the net broker's sockets
    "sentry/socket": {"sentry/fs/anon"},                     # sockets are files without a name
    "sentry/kernel": {"platform/host"},                      # waits for host descriptors and clocks
    "sentry/mm": {"platform/host"},
    "sentry/syscalls": {"sentry/strace"},                    # the dispatcher prints calls
}
# Helpers that file systems share.
SHARED_FS = {"sentry/fs/kernfs", "sentry/fs/anon", "sentry/fs/hostio", "sentry/fs/tty"}

# netstack is ordered within itself.
NET_LAYERS = [
    {"netstack/wire"},
    {"netstack/packet"},
    {"netstack/link"},
    {"netstack/stack"},
    {"netstack/ipv4", "netstack/ipv6", "netstack/icmp", "netstack/group", "netstack/autoconf"},
    {"netstack/endpoint"},
    {"netstack/udp", "netstack/raw", "netstack/tcp"},
    {"netstack/filter"},
]

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)


def layered(layers, below):
    rows, reachable = {}, set(below)
    for layer in layers:
        for folder in layer:
            rows[folder] = set(reachable)
        reachable |= layer
    return rows


def table():
    rows = {**layered(LAYERS, SENTRY_BASE), **layered(NET_LAYERS, BASE), **ALLOWED}
    rows["netstack"] = BASE | set().union(*NET_LAYERS)
    for folder, extra in ALLOWED_EXTRA.items():
        rows[folder] = row_of(rows, folder)[1] | extra
    return rows


def row_of(rows, folder):
    """The row of the folder or of its nearest parent that has one: (the row's own name, what it may include)."""
    while folder not in rows:
        parent = folder.rpartition("/")[0]
        if not parent:
            return folder, set()
        folder = parent
    return folder, rows[folder]


def within(folder, roots):
    return any(folder == root or (folder.startswith(root + "/") and root != "platform") for root in roots)


def unit_of(folder):
    """What counts as 'itself': a file system or a socket family is one unit, other folders are their row."""
    parts = folder.split("/")
    if parts[:2] in (["sentry", "fs"], ["sentry", "socket"]):
        return "/".join(parts[:3])
    return None


def check_include(rows, folder, target):
    name, allowed = row_of(rows, folder)
    own = unit_of(folder) or name
    if within(target, {own}) or within(target, allowed):
        return None
    if own.startswith("sentry/fs") and (within(target, SHARED_FS) or target == "sentry/fs"):
        return None
    if own.startswith("sentry/socket") and target == "sentry/socket":
        return None
    return f"{folder} may not include {target}"


def sources():
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.split("\n")
    else:
        names = [str(p.relative_to(ROOT)) for top in TOPS for p in (ROOT / top).rglob("*")]
    return [n for n in names if n.endswith((".cc", ".h", ".c", ".S")) and not n.startswith("tests/") and (ROOT / n).is_file()]


def problems_of(rows, name):
    text = (ROOT / name).read_text(errors="replace")
    folder = name.rpartition("/")[0]
    for header in INCLUDE.findall(text):
        if header.split("/")[0] not in TOPS or "/" not in header:
            yield f'{name}: "{header}" is not a path from the top of the tree'
            continue
        target = header.rpartition("/")[0]
        if target == "abi/gofer":
            if not within(folder, {"gofer", "sentry/fs/gofer", "sentry/boot", "abi"}):
                yield f"{name}: only the Gofer and its client speak its protocol ({header})"
        else:
            problem = check_include(rows, folder, target)
            if problem:
                yield f"{name}: {problem} ({header})"


def main():
    rows = table()
    found = [problem for name in sources() for problem in problems_of(rows, name)]
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
