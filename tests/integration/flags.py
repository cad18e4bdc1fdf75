#!/usr/bin/env python3
"""Flags do what the help says: the guest's view, what is kept of it, what is told."""
# groups: view told
import json
import os
import re
import sys
import tarfile
import threading
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import case, check, main  # noqa: E402
from sandbox import GUEST_SOURCES, NOBODY, guest_program  # noqa: E402


def shell(machine, scratch, script, *flags, **options):
    return machine.run(["/bin/bash", "-c", script], scratch, flags=flags, **options)


def give(scratch, *paths):
    """Makes the files the user's."""
    if os.getuid() == 0 and scratch.user != "root":
        for path in paths:
            os.chown(path, NOBODY, NOBODY)


def place(scratch, name):
    path = scratch.top / name
    path.mkdir()
    give(scratch, path)
    return path


@case("view")
def read_only_and_writable(machine, scratch):
    there = place(scratch, "there")
    (there / "f").write_text("old\n")
    (there / "f").chmod(0o666)
    result = shell(machine, scratch, "cat /v/f; echo new > /v/f; echo $?", "--ro", f"{there}:/v")
    check(result.out == "old\n1\n" and "Read-only file system" in result.err, result)
    result = shell(machine, scratch, "echo new > /v/f; mkdir /v/d; ln -s f /v/l; echo $?", "--rw", f"{there}:/v")
    check(result.out == "0\n" and (there / "f").read_text() == "new\n", result)
    check((there / "d").is_dir() and os.readlink(there / "l") == "f", result)


@case("view")
def directories_change_between_listing_and_visit(machine, scratch):
    there = place(scratch, "there")
    for name in ("a", "b", "c"):
        (there / name / "below").mkdir(parents=True)
        (there / name / f"of_{name}").write_text(name)
    give(scratch, *there.rglob("*"))
    script = "cd /v; ls; mv a old; mv b a; rm -r c; mkdir c; ls *; touch new; ls old/below c; find . | sort"
    result = shell(machine, scratch, script, "--rw", f"{there}:/v")
    check(result.status == 0, result)
    check(result.out == "a\nb\nc\n" "a:\nbelow\nof_b\n\nc:\n\nold:\nbelow\nof_a\n" "c:\n\nold/below:\n"
          + "".join(f"{p}\n" for p in (".", "./a", "./a/below", "./a/of_b", "./c", "./new", "./old", "./old/below", "./old/of_a")), result)


def appended_by(machine, scratch, shared, host_lines):
    """What stands in a file that a guest appended to, changing its mode, while the host appended too."""
    there = place(scratch, "there-shared" if shared else "there")
    file = there / "f"
    file.write_text("")
    give(scratch, file)
    scratch.fill([GUEST_SOURCES / "append.py"])
    over = threading.Event()

    def append():
        with open(file, "ab", buffering=0) as f:
            while not over.is_set():
                f.write(b"host %d\n" % len(host_lines))
                host_lines.append(f"host {len(host_lines)}")

    thread = threading.Thread(target=append)
    if shared:
        thread.start()
    result = machine.run(["/usr/bin/python3", "append.py", "/v/f", "3000"], scratch, flags=["--rw", f"{there}:/v" + ":shared" * shared])
    over.set()
    if shared:
        thread.join()
    check(result.status == 0, result)
    check(shared or result.out == "True\n", result)
    return file.read_text().splitlines()


@case("view", needs=["/usr/bin/python3"])
def appends_lose_nothing(machine, scratch):
    wanted = [f"guest {n}" for n in range(3000)]
    check(appended_by(machine, scratch, False, []) == wanted, "lines are missing")
    host_lines = []
    lines = appended_by(machine, scratch, True, host_lines)
    check([line for line in lines if line.startswith("guest")] == wanted, "lines of the guest are missing")
    check([line for line in lines if line.startswith("host")] == host_lines, "lines of the host are missing")
    check(len(lines) == len(wanted) + len(host_lines), "there are lines of nobody")


@contextmanager
def kept_out_of_the_cache(*paths):
    """The host drops the files' pages again and again, so that their readers wait for the disk."""
    over = threading.Event()
    fds = [os.open(path, os.O_RDWR) for path in paths]
    for fd in fds:
        os.fsync(fd)

    def drop():
        while not over.is_set():
            for fd in fds:
                os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)

    thread = threading.Thread(target=drop)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for fd in fds:
            os.close(fd)


@case("view", needs=["gcc"])
def readers_of_one_position_share_a_cold_file(machine, scratch):
    scratch.fill([guest_program("shared_position.c")])
    blocks = 4096
    (scratch.work / "blocks").write_bytes(b"".join(n.to_bytes(4, "little").ljust(4096, b"x") for n in range(blocks)))
    (scratch.work / "blocks").chmod(0o644)
    with kept_out_of_the_cache(scratch.work / "blocks"):
        result = machine.run(["./shared_position", "blocks"], scratch)
    check(result.out == f"missing 0, twice 0, position {blocks * 4096}\n", result)


@case("view")
def cold_files_are_changed_by_several_at_once(machine, scratch):
    size, files = 300_000, [scratch.work / f"f{n}" for n in range(12)]
    for path in files:
        path.write_bytes(b"x" * size)
        path.chmod(0o666)
    give(scratch, *files)
    change = "for f in f*; do (echo a >> $f)& (echo b >> $f)& chmod 600 $f& wait; done; cat f* | wc -c; stat -c %a f* | sort -u"
    remove = "for f in f*; do exec 3<$f; (echo a >> $f)& rm $f& wait; head -c 9 <&3; rm -f $f; done; ls"
    with kept_out_of_the_cache(*files):
        changed = shell(machine, scratch, change)
        removed = shell(machine, scratch, remove)
    check(changed.out == f"{len(files) * (size + 4)}\n600\n" and not changed.err, changed)
    check(removed.out == "x" * 9 * len(files) and not removed.err, removed)


@case("view")
def tmpfs_of_a_size(machine, scratch):
    result = shell(machine, scratch, "dd if=/dev/zero of=/t/f bs=64k count=100 2>/dev/null; stat -c %s /t/f; stat -f -c %T /t", "--tmpfs", "/t:size=1m")
    check(result.out == "1048576\ntmpfs\n", result)


@case("view")
def hidden(machine, scratch):
    (scratch.work / "secret").write_text("x")
    (scratch.work / "dir").mkdir()
    (scratch.work / "dir" / "f").write_text("x")
    result = shell(machine, scratch, "cat secret dir/f; ls", "--hide", "secret", "--hide", str(scratch.work / "dir"))
    check("No such file" in result.err and "x" not in result.out.split(), result)


@case("view")
def another_root(machine, scratch):
    root = place(scratch, "root")
    for name in ("bin", "etc", "proc", "dev", "tmp"):
        (root / name).mkdir()
    (root / "etc" / "mark").write_text("this root\n")
    (root / "bin" / "busybox").write_bytes(Path("/bin/busybox").read_bytes())
    (root / "bin" / "busybox").chmod(0o755)
    result = machine.run(["/bin/busybox", "sh", "-c", "cat /etc/mark; /bin/busybox pwd; echo x > /etc/new && /bin/busybox ls /etc"], scratch,
                         flags=["--root", str(root)])
    if machine.user == "root":
        check(result.out == "this root\n/\nmark\nnew\n", result)
    check(result.out.startswith("this root\n/\n") and not (root / "etc" / "new").exists(), result)


@case("view")
def who_and_where(machine, scratch):
    result = shell(machine, scratch, "id -u; id -g; pwd; hostname; echo $K-$HOME", "--user=1234:1235", "--cwd=/usr", "--hostname=box", "--env", "K=v")
    check(result.out == f"1234\n1235\n/usr\nbox\nv-{scratch.home}\n", result)
    result = machine.run(["/usr/bin/env"], scratch, flags=["--clear-env", "--env", "A=1", "--env", "B=2"])
    check(sorted(result.out.split()) == ["A=1", "B=2"], result)


@case("view")
def changes_are_exported(machine, scratch):
    for name in ("keep", "gone"):
        (scratch.work / name).write_text("old\n")
    (scratch.work / "dir").mkdir()
    (scratch.work / "dir" / "inner").write_text("old\n")
    give(scratch, scratch.work, *scratch.work.rglob("*"))
    long_name = "n" * 200
    archive = place(scratch, "out") / "changes.tar"
    result = shell(machine, scratch, f"echo more >> keep; rm gone; rm -r dir; echo a > /tmp/a; ln /tmp/a /tmp/b; ln -s a /tmp/l; echo x > {long_name};"
                   "mkdir ~/d; truncate -s 1M sparse; chmod 640 keep; exit 5", "--export-changes", str(archive))
    check(result.status == 5 and result.err == "", result)
    at = str(scratch.work)[1:]
    with tarfile.open(archive) as tar:
        check(tar.extractfile(f"{at}/keep").read() == b"old\nmore\n", "keep")
        check(tar.getmember(f"{at}/keep").mode == 0o640, "mode of keep")
        for name in ("gone", "dir"):
            check(tar.getmember(f"{at}/.wh.{name}").size == 0, f"whiteout of {name}")
        check(tar.getmember("tmp/l").linkname == "a" and tar.getmember("tmp/l").issym(), "link")
        check({tar.getmember("tmp/a").islnk(), tar.getmember("tmp/b").islnk()} == {True, False}, "hard link")
        check(tar.extractfile(f"{at}/{long_name}").read() == b"x\n", "long name")
        check(tar.getmember(f"{at}/sparse").size == 1 << 20, "sparse")
        check(tar.getmember(f"{scratch.home}"[1:] + "/d").isdir(), "directory in HOME")
        check(not [n for n in tar.getnames() if n.startswith(("usr", "etc", "proc", "dev", "sys"))], tar.getnames())


@case("view", users=("root",))
def full_disk_below_the_archive(machine, scratch):
    result = shell(machine, scratch, "echo x > /tmp/x; exit 5", "--export-changes", "/dev/full")
    check(result.status == 125 and result.err.startswith("sentry: /dev/full: --export-changes:") and result.err.count("\n") == 1, result)


@case("told")
def log_file(machine, scratch):
    where = place(scratch, "out")
    shell(machine, scratch, ":", "--log", str(where / "text"), "--log-level=info")
    check(re.search(r"^\d{4}-\d\d-\d\dT\S+Z info \S+:\d+: .*/bin/bash", (where / "text").read_text(), re.M), (where / "text").read_text())
    shell(machine, scratch, ":", "--log", str(where / "json"), "--log-level=info", "--log-format=json")
    lines = [json.loads(line) for line in (where / "json").read_text().splitlines()]
    check(lines and all({"time", "level", "source", "text"} == set(line) for line in lines), lines)


@case("told")
def strace_of_some_calls(machine, scratch):
    result = machine.run(["/bin/cat", "/etc/hostname"], scratch, flags=["--strace=openat,exit_group"])
    calls = {line.split("(")[0] for line in result.err.splitlines() if "(" in line}
    check(calls == {"openat", "exit_group"} and '"/etc/hostname"' in result.err, result)
    where = place(scratch, "out") / "strace"
    result = machine.run(["/bin/true"], scratch, flags=["--strace", "--strace-file", str(where)])
    check(result.err == "" and "execve(" in where.read_text() + "execve(" and "exit_group(0)" in where.read_text(), result)


@case("told")
def statistics(machine, scratch):
    result = machine.run(["/bin/true"], scratch, flags=["--stats"])
    for word in ("exit_group", "peak memory", "start-up"):
        check(word in result.err, result)


@case("told")
def spinning_saves_switches(machine, scratch):
    if machine.platform != "notify":
        return
    asks = "import os\nfor i in range(5000): os.umask(18)"
    for how, least, most in (("always", 1, 10**6), ("never", 0, 0)):
        result = machine.run(["/usr/bin/python3", "-c", asks], scratch, flags=["--stats", f"--spin={how}"])
        saved = re.search(r"^calls without a switch .*: (\d+)$", result.err, re.M)
        check(saved and least <= int(saved[1]) <= most, result)


@case("told")
def help_names_every_flag(machine, scratch):
    text = machine.raw(["--help"], scratch).out
    for flag in ("root", "ro", "rw", "tmpfs", "hide", "export-changes", "cwd", "env", "clear-env", "user", "hostname", "net", "memory", "pids",
                 "timeout", "cpus", "fsize", "platform", "spin", "strace", "stats", "log", "log-level", "log-format"):
        check(re.search(rf"^\s+--{flag}\b", text, re.M), f"--{flag} is not in the help")


if __name__ == "__main__":
    main()
