#!/usr/bin/env python3
"""What goes wrong is said in one clear line, with the right status, and never hangs."""
# groups: programs flags hosts deaths
import os
import re
import shlex
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import case, check, compare, main  # noqa: E402
from sandbox import Skip, descendants, execute, guest_program, native, sweep  # noqa: E402


def says(result, statuses, *patterns):
    """One line on stderr that matches all patterns, nothing on stdout."""
    check(result.status in statuses, f"wanted status {statuses}:\n{result}")
    lines = result.err.strip().split("\n")
    check(len(lines) == 1 and lines[0], f"wanted one line of error:\n{result}")
    for pattern in patterns:
        check(re.search(pattern, lines[0], re.I), f"wanted {pattern!r} in:\n{result}")
    check(result.out == "", result)


def put(scratch, name, content, mode=0o755):
    path = scratch.work / name
    path.write_bytes(content)
    path.chmod(mode)
    return path


# --- programs that cannot run

@case("programs")
def no_such_program(machine, scratch):
    says(machine.run(["/no/such/program"], scratch), {127}, "/no/such/program", "no such file")
    says(machine.run(["no-such-program-in-path"], scratch), {127}, "no-such-program-in-path", "not found|no such file")


@case("programs")
def not_executable(machine, scratch):
    put(scratch, "plain", b"#!/bin/sh\necho no\n", 0o644)
    says(machine.run(["./plain"], scratch), {126}, "plain", "permission denied")


@case("programs")
def a_directory(machine, scratch):
    says(machine.run(["/usr"], scratch), {126}, "/usr", "directory|permission denied")


@case("programs")
def an_empty_name(machine, scratch):
    says(machine.run([""], scratch), {125, 127})


@case("programs")
def truncated_elf(machine, scratch):
    whole = Path("/bin/true").read_bytes()
    for length in (4, 16, 40, 64, 100):
        put(scratch, "cut", whole[:length])
        says(machine.run(["./cut"], scratch), {126}, "cut", "exec format error|truncated|not an? (valid )?(executable|elf)")


@case("programs")
def elf_with_wild_headers(machine, scratch):
    """Sizes and offsets that point anywhere: an error or a death by signal of the program, not of the sandbox."""
    whole = bytearray(Path("/bin/true").read_bytes())
    offset = struct.unpack_from("<Q", whole, 32)[0]
    for field, value in ((8, 1 << 62), (16, 0xFFFFFFFFFFFFF000), (32, 1 << 60), (40, 1 << 60)):
        broken = bytearray(whole)
        for header in range(struct.unpack_from("<H", whole, 56)[0]):
            at = offset + 56 * header
            if struct.unpack_from("<I", whole, at)[0] == 1:
                struct.pack_into("<Q", broken, at + field, value)
        put(scratch, "wild", bytes(broken))
        result = machine.run(["./wild"], scratch)
        check(result.status in {126, 127, 137, 139, 135, 134, 132}, result)


@case("programs")
def elf_for_another_machine(machine, scratch):
    foreign = bytearray(Path("/bin/true").read_bytes())
    struct.pack_into("<H", foreign, 18, 183)  # e_machine: AArch64
    put(scratch, "foreign", bytes(foreign))
    says(machine.run(["./foreign"], scratch), {126}, "foreign", "exec format error|machine|architecture")


@case("programs")
def script_without_its_interpreter(machine, scratch):
    put(scratch, "script", b"#!/no/such/interpreter -x\necho no\n")
    says(machine.run(["./script"], scratch), {126, 127}, "script", "no such file|interpreter")


@case("programs")
def script_loops(machine, scratch):
    put(scratch, "loop", b"#!./loop\n")
    says(machine.run(["./loop"], scratch), {126}, "loop")


@case("programs")
def root_without_a_loader(machine, scratch):
    root = scratch.work / "root"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "true").write_bytes(Path("/bin/true").read_bytes())
    (root / "bin" / "true").chmod(0o755)
    says(machine.run(["/bin/true"], scratch, flags=["--root", str(root)]), {126, 127}, "true", "no such file|loader|interpreter|ld-linux")


@case("programs", users=("user",))
def not_readable_for_us(machine, scratch):
    if os.getuid() != 0:
        raise Skip("needs root to prepare it")
    secret = put(scratch, "secret", Path("/bin/true").read_bytes(), 0o700)
    os.chown(secret, 0, 0)
    says(machine.run(["./secret"], scratch), {126}, "secret", "permission denied")


# --- flags

def refused(*arguments, mentions):
    def body(machine, scratch):
        says(machine.raw([arg.format(platform=machine.platform) for arg in arguments], scratch), {125}, mentions)
    body.__name__ = "_".join(re.sub(r"\W+", "", a) for a in arguments if a != "--") or "nothing"
    case("flags")(body)


refused("--no-such-flag", "--", "/bin/true", mentions="no-such-flag")
refused("--platform=vax", "--", "/bin/true", mentions="platform|vax")
refused("--memory=lots", "--", "/bin/true", mentions="memory|lots")
refused("--pids=-1", "--", "/bin/true", mentions="pids|-1")
refused("--pids=0", "--", "/bin/true", mentions="pids")
refused("--timeout=soon", "--", "/bin/true", mentions="timeout|soon")
refused("--ro", "/no/such/dir", "--", "/bin/true", mentions="/no/such/dir")
refused("--rw", "/no/such/dir:/x", "--", "/bin/true", mentions="/no/such/dir")
refused("--ro", "/etc:relative", "--", "/bin/true", mentions="relative")
refused("--rw", "", "--", "/bin/true", mentions="rw|bind|empty|path")
refused("--ro", "/etc:/a:/b:/c", "--", "/bin/true", mentions="/etc:/a:/b:/c|bind")
refused("--tmpfs", "relative", "--", "/bin/true", mentions="relative")
refused("--tmpfs", "/x:size=big", "--", "/bin/true", mentions="size|big")
refused("--root", "/no/such/root", "--", "/bin/true", mentions="/no/such/root")
refused("--root", "/etc/passwd", "--", "/bin/true", mentions="/etc/passwd")
refused("--cwd", "/no/such/cwd", "--", "/bin/true", mentions="/no/such/cwd")
refused("--env", "NOEQUALS", "--", "/bin/true", mentions="env|NOEQUALS")
refused("--user", "nobody-knows", "--", "/bin/true", mentions="user|nobody-knows")
refused("--net=everything", "--", "/bin/true", mentions="net|everything")
refused("--strace=nosuchcall", "--", "/bin/true", mentions="nosuchcall")
refused("--log", "/no/such/dir/log", "--", "/bin/true", mentions="/no/such/dir/log")
refused("--export-changes", "/no/such/dir/x.tar", "--", "/bin/true", mentions="/no/such/dir/x.tar")
refused("--", mentions="program|usage")
refused(mentions="program|usage")


# --- hosts that lack something

def wrapped(machine, scratch, prefix, argv, flags=(), suffix="", **options):
    """The sandbox started by a shell line."""
    line = prefix + " " + shlex.join(machine.command(argv, flags)) + " " + suffix
    result = execute(["/bin/bash", "-c", line], machine.user, scratch.work, scratch.home, **options)
    sweep()
    return result


def own_namespaces(line, user, scratch, flags="-Urm"):
    """A shell that is root of its own user and mount namespaces; None where the host forbids them."""
    probe = execute(["unshare", flags, "true"], user, scratch.work, scratch.home)
    if probe.status != 0:
        raise Skip("user namespaces are not allowed here")
    return ["unshare", flags, "/bin/bash", "-c", line]


@case("hosts")
def no_user_namespaces(machine, scratch):
    line = "echo 0 > /proc/sys/user/max_user_namespaces && ! unshare -U true 2>/dev/null && exec " + \
        shlex.join(machine.command(["/bin/echo", "still works"]))
    result = execute(own_namespaces(line, machine.user, scratch, "-Ur"), machine.user, scratch.work, scratch.home)
    sweep()
    check(result.out == "still works\n" and result.status == 0, result)


@case("hosts")
def inside_a_container(machine, scratch):
    """A filter around us that refuses namespaces and mounts, as container engines have."""
    scratch.fill([guest_program("container_like.c")])
    result = wrapped(machine, scratch, "./container_like", ["/bin/bash", "-c", "echo still works; (exit 3); echo $?"])
    check(result.out == "still works\n3\n" and result.status == 0 and result.err == "", result)


@case("hosts")
def inside_other_namespaces(machine, scratch):
    line = "exec " + shlex.join(machine.command(["/bin/echo", "still works"]))
    result = execute(own_namespaces(line, machine.user, scratch, "-Urpfm"), machine.user, scratch.work, scratch.home)
    sweep()
    check(result.out == "still works\n" and result.status == 0, result)


@case("hosts")
def full_disk(machine, scratch):
    argv = ["/bin/bash", "-c", "dd if=/dev/zero of=full/f bs=64k count=64; echo status $?; echo more > full/g; echo status $?"]
    (scratch.work / "full").mkdir()
    if machine.user != "root" and os.getuid() == 0:
        os.chown(scratch.work / "full", 65534, 65534)
    mount = "mount -t tmpfs -o size=1m tmpfs full && "
    expected = execute(own_namespaces(mount + shlex.join(argv), machine.user, scratch), machine.user, scratch.work, scratch.home)
    got = execute(own_namespaces(mount + shlex.join(machine.command(argv, ["--rw", str(scratch.work / "full")])), machine.user, scratch),
                  machine.user, scratch.work, scratch.home)
    sweep()
    compare(expected, got, text=lambda t: "\n".join(re.findall(r"No space left on device|status \d+|\d+ bytes", t)))


@case("hosts")
def closed_standard_streams(machine, scratch):
    for suffix in (">&-", "<&-", "2>&-", "<&- >&- 2>&-"):
        for argv in (["/bin/echo", "text"], ["/bin/cat"], ["/bin/bash", "-c", "echo a; echo b >&2; ls -l /proc/self/fd | wc -l; exit 3"]):
            expected = execute(["/bin/bash", "-c", shlex.join(argv) + " " + suffix], machine.user, scratch.work, scratch.home)
            compare(expected, wrapped(machine, scratch, "", argv, suffix=suffix))


@case("hosts")
def reader_of_stdout_is_gone(machine, scratch):
    result = wrapped(machine, scratch, "", ["yes"], suffix="| head -n 2; echo ${PIPESTATUS[0]}")
    check(result.out == "y\ny\n141\n", result)


@case("hosts")
def stdout_is_full(machine, scratch):
    expected = native(["/bin/bash", "-c", "/bin/echo text > /dev/full"], scratch)
    compare(expected, wrapped(machine, scratch, "", ["/bin/echo", "text"], suffix="> /dev/full"))


@case("hosts")
def few_descriptors(machine, scratch):
    result = wrapped(machine, scratch, "ulimit -n 16;", ["/bin/echo", "hi"])
    check((result.status == 0 and result.out == "hi\n") or result.status == 125, result)
    if result.status == 125:
        says(result, {125})


@case("hosts")
def working_directory_is_gone(machine, scratch):
    result = wrapped(machine, scratch, "mkdir gone && cd gone && rmdir ../gone &&", ["/bin/echo", "hi"])
    check(result.status in (0, 125) and len(result.err.strip().split("\n")) == 1, result)


@case("hosts")
def doctor_speaks(machine, scratch):
    result = machine.raw(["doctor"], scratch)
    check(result.status == 0 and machine.platform in result.out, result)


# --- deaths from outside

GUEST = ["/bin/bash", "-c", "/bin/sleep 1000 & echo ready; read line; cat /usr/share/common-licenses/BSD | head -1; echo $line; kill %1; exit 6"]


def start_ready(machine, scratch):
    process = machine.start(GUEST, scratch)
    line = process.stdout.readline()
    check(line == b"ready\n", f"{line!r} {process.stderr.read() if not line else ''}")
    return process


def finish(process, timeout=15):
    """Lets the guest go on and end."""
    start = time.monotonic()
    try:
        out, err = process.communicate(b"go\n", timeout=timeout)
    except subprocess.TimeoutExpired:
        check(False, f"hangs for {timeout} s")
    return process.returncode, out.decode(), err.decode(), time.monotonic() - start


def kill_named(pid):
    """Its name.  The stub of a program that calls exec makes room for another one, and may be gone."""
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        os.kill(pid, signal.SIGKILL)
    except (FileNotFoundError, ProcessLookupError):
        return "gone by itself"
    return name


@case("deaths")
def any_inner_process_is_killed(machine, scratch):
    """Each process of the sandbox in turn: the guest sees an error or dies, nothing hangs, nothing is left behind."""
    number, total = 0, 1
    while number < total:
        process = start_ready(machine, scratch)
        inner = descendants(process.pid)
        total = len(inner)
        if number < total:
            name = kill_named(inner[number])
        status, out, err, _ = finish(process)
        sweep()
        known = status in (6, 137, 125, -signal.SIGKILL) or (status == 6 and "go" in out)
        check(known, f"process {number} ({name}) of {total} killed: status {status}, {out!r}, {err!r}")
        check(status != 125 or len(err.strip().split("\n")) == 1, f"status 125 without one clear line: {err!r}")
        number += 1


def find_gofer(process):
    for pid in descendants(process.pid):
        try:
            text = Path(f"/proc/{pid}/comm").read_text() + Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "gofer" in text:
            return pid
    raise Skip("no process is called gofer")


@case("deaths")
def gofer_is_killed(machine, scratch):
    """The guest sees EIO where it needs the host's files, and goes on."""
    process = machine.start(["/bin/bash", "-c", "echo ready; read line; read text < ./never-opened-before; echo $? $line; exit 6"], scratch)
    put(scratch, "never-opened-before", b"text\n", 0o644)
    check(process.stdout.readline() == b"ready\n", "does not start")
    os.kill(find_gofer(process), signal.SIGKILL)
    status, out, err, took = finish(process)
    sweep()
    check(took < 10, f"{took:.1f} s")
    check("gofer" in err.lower() and "lost" in err.lower(), f"no word of the lost Gofer: {err!r}")
    check(status in (6, 125), f"status {status}, {out!r}, {err!r}")
    check(status != 6 or ("1 go" in out and "Input/output error" in err), f"{out!r} {err!r}")


@case("deaths")
def outer_process_is_killed(machine, scratch):
    """SIGKILL for the process that the user started: the guest must not outlive it."""
    process = start_ready(machine, scratch)
    inner = descendants(process.pid)
    check(inner, "the guest runs in no process of its own")
    process.kill()
    process.wait()
    process.stdin.close()
    sweep()
    process.stdout.close()
    process.stderr.close()


@case("deaths")
def signals_are_passed_on(machine, scratch):
    """The guest may catch SIGTERM, SIGINT and SIGHUP that are sent to the sandbox; otherwise it dies of them."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1):
        name = number.name[3:]
        process = machine.start(["/bin/bash", "-c", f"trap 'echo caught {name}; exit 9' {name}; echo ready; while :; do sleep 0.05; done"], scratch)
        check(process.stdout.readline() == b"ready\n", "does not start")
        process.send_signal(number)
        try:
            out, err = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            check(False, f"{number.name} does not reach the guest")
        sweep()
        check(out.decode() == f"caught {name}\n" and process.returncode == 9, f"{process.returncode} {out} {err}")


if __name__ == "__main__":
    main()
