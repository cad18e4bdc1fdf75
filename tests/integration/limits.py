#!/usr/bin/env python3
"""Limits bind: memory, processes, time, file sizes, processors; what exceeds them fails as on Linux, and the host stays well."""
# groups: limits
import os
import resource
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import case, check, main  # noqa: E402
from sandbox import descendants, sweep  # noqa: E402

PYTHON = "/usr/bin/python3"
MIB = 1 << 20


def resident(pid):
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def guests(pid):
    """Not the sandbox's own processes, whose size differs from build to build: those have children, or a name."""
    parents, names = set(), {}
    for each in descendants(pid):
        try:
            stat = Path(f"/proc/{each}/stat").read_text()
        except OSError:
            continue
        names[each] = stat[stat.index("(") + 1:stat.rindex(")")]
        parents.add(int(stat[stat.rindex(")") + 2:].split()[1]))
    return [each for each, name in names.items() if each not in parents and name not in ("sentry-gofer", "sentry-broker")]


@case("limits", needs=[PYTHON])
def pids_stop_fork(machine, scratch):
    result = machine.run([PYTHON, "-c", """
import os, errno
r, w = os.pipe(); made = 0
try:
    while made < 1000:
        if os.fork() == 0: os.close(w); os.read(r, 1); os._exit(0)
        made += 1
except OSError as e: print(errno.errorcode[e.errno])
print(made)
"""], scratch, flags=["--pids=40"])
    check(result.out.split()[:1] == ["EAGAIN"], result)
    check(30 <= int(result.out.split()[1]) < 40 and result.status == 0, result)


@case("limits")
def few_descriptors_on_the_host_are_enough_for_a_large_tree(machine, scratch):
    for directory in range(30):
        for sub in range(20):
            path = scratch.work / "tree" / f"d{directory}" / f"s{sub}"
            path.mkdir(parents=True)
            (path / "file").write_text("word\n")
            (path.parent / f"f{sub}").write_text("word\n")
    count = "grep -r word tree | wc -l"
    result = machine.run(["/bin/sh", "-c", f"{count}; {count}"], scratch,
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400)))
    check(result.out.split() == ["1200", "1200"] and result.status == 0, result)


@case("limits", needs=[PYTHON])
def pids_count_threads(machine, scratch):
    result = machine.run([PYTHON, "-c", """
import threading
stop, made = threading.Event(), 0
try:
    while made < 200: threading.Thread(target=stop.wait).start(); made += 1
except RuntimeError: print('refused')
stop.set(); print(made)
"""], scratch, flags=["--pids=40"])
    check(result.out.startswith("refused") and 30 <= int(result.out.split()[1]) < 40, result)


# Doubles six times and then stops by itself: were the limit not to bind, the host would see 127 short-lived processes and no
# more.  A bomb without an end has no place in a test that may fail.
BOMB = "bomb() { [ $1 -gt 6 ] && { sleep 1; return; }; bomb $(($1 + 1)) & bomb $(($1 + 1)) & wait; }; bomb 1"


@case("limits")
def fork_bomb(machine, scratch):
    """More processes than --pids allows: the host never sees many more, and the sandbox ends cleanly from outside."""
    process = machine.start(["/bin/bash", "-c", BOMB], scratch, flags=["--pids=40"])
    most, deadline = 0, time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        before, most = most, max(most, len(descendants(process.pid)))
        if before < 20 <= most:
            deadline = time.monotonic() + 3
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    sweep()
    # Every guest process is at most one host process; parked ones and our own come on top.
    check(20 <= most <= 60, f"{most} host processes with --pids=40")


@case("limits", needs=[PYTHON])
def memory_is_enomem(machine, scratch):
    result = machine.run([PYTHON, "-c", """
held = []
try:
    while len(held) < 100: held.append(bytearray(b'x') * (8 << 20))
except MemoryError: n = len(held); held = None; print('MemoryError', n)
"""], scratch, flags=["--memory=128M"])
    check(result.out.startswith("MemoryError") and result.status == 0, result)
    check(int(result.out.split()[1]) <= 16, result)


@case("limits", needs=[PYTHON])
def memory_of_all_processes(machine, scratch):
    """Each stays below the limit, together they would not: ENOMEM or an OOM kill, never more than the limit."""
    process = machine.start([PYTHON, "-c", """
import os
def child(rounds, wait):
    if os.fork() != 0: return
    held = []
    try:
        for _ in range(rounds): held.append(bytearray(b'x') * (6 << 20))
    except MemoryError: os._exit(3)
    wait(); os._exit(0)
there, gone = os.pipe()
def until_gone():
    os.close(gone); os.read(there, 1)
child(7, until_gone)
os.read(0, 1)
for n in range(5): child(10, lambda: os.read(0, 1))
os.close(gone)
ends = [os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(6)]
print(sum(e in (3, -9) for e in ends) >= 3, sorted(ends))
"""], scratch, flags=["--memory=128M"])
    # The others begin when what the first one holds was seen.
    most, deadline, begun = 0, time.monotonic() + 20, False
    while time.monotonic() < deadline and process.poll() is None:
        most = max(most, sum(map(resident, guests(process.pid))))
        if most > 32 * MIB and not begun:
            process.stdin.write(b"x")
            process.stdin.flush()
            begun, deadline = True, time.monotonic() + 4
        time.sleep(0.05)
    out, err = process.communicate(b"", timeout=20)
    sweep()
    check(out.startswith(b"True"), f"{process.returncode} {out} {err}")
    check(most < 256 * MIB, f"{most // MIB} MiB resident with --memory=128M")
    check(most > 32 * MIB, f"only {most // MIB} MiB were seen")


@case("limits")
def memory_of_tmpfs(machine, scratch):
    # /tmp/g gives way at the end, so that there is room for one more program.
    result = machine.run(["/bin/bash", "-c", "head -c 20M /dev/zero > /tmp/g; "
                          "dd if=/dev/zero of=/tmp/f bs=1M count=300 2>&1 | grep -c 'No space\\|Cannot allocate'; : > /tmp/g; "
                          "[ $(stat -c %s /tmp/f) -le $((128 << 20)) ] && echo bounded"], scratch, flags=["--memory=128M"])
    check("bounded" in result.out, result)


@case("limits")
def timeout_ends_it(machine, scratch):
    start = time.monotonic()
    result = machine.run(["/bin/bash", "-c", "trap '' TERM INT HUP; while :; do sleep 1; done"], scratch, flags=["--timeout=1"], timeout=20)
    check(0.9 < time.monotonic() - start < 6, f"{time.monotonic() - start:.1f} s")
    check(result.status not in (0, None), result)
    check("time" in result.err and len(result.err.strip().split("\n")) == 1, result)


@case("limits")
def file_size(machine, scratch):
    command = "dd if=/dev/zero of={} bs=64k count=100 2>/dev/null; echo $?; stat -c %s {}"
    for path in ("/tmp/f", "here"):
        result = machine.run(["/bin/bash", "-c", command.format(path, path)], scratch, flags=["--fsize=1M"])
        check(result.out.split() == ["153", str(MIB)], result)


@case("limits")
def processors(machine, scratch):
    check(machine.run(["nproc"], scratch, flags=["--cpus=1"]).out == "1\n", "nproc with --cpus=1")


@case("limits")
def cpu_time(machine, scratch):
    """A busy loop gets its share and not more; what it does is not disturbed."""
    command = "trap 'times; exit 7' TERM; (sleep 2; kill -TERM $$) & while :; do :; done"
    result = machine.run(["/bin/bash", "-c", command], scratch, flags=["--cpus=0.25"])
    check(result.status == 7, result)
    user, system = (int(m) * 60 + float(s) for m, s in (t.split("m") for t in result.out.split("\n")[0].replace("s", "").split()))
    check(user + system < 1.2, f"{user + system:.2f} s of CPU in 2 s with --cpus=0.25")


@case("limits")
def limits_are_not_failures(machine, scratch):
    flags = ["--memory=512M", "--pids=100", "--timeout=60", "--fsize=10M"]
    result = machine.run(["/bin/bash", "-c", "seq 100 | sort -n | tail -1; exit 5"], scratch, flags=flags)
    check(result.out == "100\n" and result.status == 5, result)


if __name__ == "__main__":
    main()
