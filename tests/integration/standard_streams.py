#!/usr/bin/env python3
"""Standard input, output and error pass through as they are: positions, flags, types and ends of the host's files.

A case is a script of the host's shell in which $RUN starts a program: natively, then in the sandbox, with the same result.
"""
# groups: files streams
import socket
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import case, check, compare, main  # noqa: E402
from sandbox import execute, identity, sweep  # noqa: E402

# What a program sees of its three descriptors, told on standard output.
LOOK = r'''
import fcntl, os, stat
lines = []
for fd in 0, 1, 2:
    try:
        info = os.fstat(fd)
    except OSError as error:
        lines.append(f"{fd}: errno {error.errno}")
        continue
    flags = fcntl.fcntl(fd, fcntl.F_GETFL) & (os.O_ACCMODE | os.O_APPEND | os.O_NONBLOCK)
    try:
        at = os.lseek(fd, 0, os.SEEK_CUR)
    except OSError as error:
        at = -error.errno
    lines.append(f"{fd}: {stat.filemode(info.st_mode)} {info.st_uid}:{info.st_gid} flags {flags:o} at {at} tty {os.isatty(fd)}")
os.write(1, ("\n".join(lines) + "\n").encode())
'''


def shell(group, name, script, **options):
    """Registers a case: the script, with $RUN empty and then the sandbox, must end the same way."""
    def body(machine, scratch):
        results = []
        for run in ([], machine.command([])):
            scratch.fill()
            results.append(execute(["/bin/bash", "-c", script], machine.user, scratch.work, scratch.home,
                                   env={"RUN": " ".join(run)}, **options))
            sweep()
        check("command not found" not in results[0].err, results[0])
        compare(*results)
    body.__name__ = name
    case(group)(body)


shell("files", "output_goes_on_behind", '($RUN /bin/echo hello; echo world; $RUN /bin/echo again) > f; cat f')
shell("files", "output_and_error_share_a_position", '$RUN bash -c "echo a; echo b >&2; echo c" > f 2>&1; cat f')
shell("files", "separate_descriptions_do_not", '$RUN bash -c "echo aaaa; echo b >&2" > f 2> f; cat f')
shell("files", "appends", 'echo 0 > f; ($RUN echo 1; echo 2) >> f; $RUN bash -c "echo 3; echo 4" >> f; cat f')
shell("files", "append_to_what_another_writes", 'exec 3>>f; echo a >&3; $RUN bash -c "echo b" >&3; echo c >> f; $RUN echo d >&3; cat f')
shell("files", "read_write_descriptor", 'printf 123456789 > f; exec 3<>f; $RUN head -c 3 <&3; $RUN echo x >&3; cat <&3; cat f')
shell("files", "input_stays_where_it_was_left", r'printf "hello world\n" > f; ($RUN head -c 5; echo "|"; cat) < f')
shell("files", "lines_by_several_readers", r'seq 5 > f; ($RUN bash -c "read x; echo one \$x"; read y; echo two $y; $RUN cat) < f')
shell("files", "seek_is_shared", '''printf 0123456789 > f
    ($RUN python3 -c "import os; os.lseek(0, 4, 0); os.pread(0, 2, 8)"; head -c 2; $RUN python3 -c "import os; print(os.lseek(0, 0, 1))") < f''')
shell("files", "read_only_is_not_writable", 'echo data > f; $RUN bash -c "echo x >&0; echo $?" < f; cat f')
shell("files", "opened_again_from_the_start", 'echo abc > f; (head -c 2; echo; $RUN bash -c "cat < /dev/stdin; cat") < f')
shell("files", "opened_again_for_output", '(echo 123456; $RUN bash -c "echo ab > /proc/self/fd/1; echo cd") > f; cat f')
shell("files", "truncated", '(echo 123456; $RUN python3 -c "import os; os.ftruncate(1, 2)"; echo x) > f; od -c f')
shell("files", "status_flags_stay", r'''exec 3>f; echo abc >&3
    $RUN python3 -c "import fcntl, os; fcntl.fcntl(1, fcntl.F_SETFL, os.O_APPEND); os.lseek(1, 0, 0); os.write(1, b'x')" >&3; cat f''')
shell("files", "two_at_once", 'for i in 1 2 3 4; do $RUN bash -c "for j in 1 2 3 4 5; do echo line $i \\$j; done" & done > f; wait; sort f')
shell("files", "mapped", 'printf abc > f; $RUN python3 -c "import mmap; print(mmap.mmap(0, 0, access=mmap.ACCESS_READ)[:])" < f')
shell("files", "copied_in_the_kernel", '''seq 1000 > f; exec 3<f; head -c 8 <&3 > /dev/null
    $RUN python3 -c "import os; print(os.sendfile(1, 0, None, 20), flush=True)" <&3; head -c 4 <&3''')

shell("streams", "closed_input", '$RUN bash -c "cat; echo status $?" <&-')
shell("streams", "closed_output", '$RUN bash -c "echo x; echo status \\$? >&2" >&-')
shell("streams", "closed_error", '$RUN bash -c "echo x >&2; echo status \\$?" 2>&-')
shell("streams", "pipes", 'printf "1\\n2\\n" | $RUN cat | wc -l')
shell("streams", "pipe_without_reader", '$RUN bash -c "trap \'\' PIPE; sleep 0.2; echo x; echo status \\$? >&2" 2> f | true; tail -n 1 f')
shell("streams", "broken_pipe_kills", '$RUN seq 1000000 | head -n 1; echo ${PIPESTATUS[0]}')
shell("streams", "null", '$RUN bash -c "cat; echo x" < /dev/null > /dev/null; echo $?')
shell("streams", "full", '$RUN bash -c "echo x" > /dev/full; echo $?')
shell("streams", "zero", '$RUN head -c 100000 < /dev/zero | wc -c')
shell("streams", "device_numbers", '$RUN stat -L -c "%F %t %T" - < /dev/zero; $RUN stat -L -c "%F %t %T" - < /dev/null')
shell("streams", "directory", '$RUN cat < /; echo $?; $RUN stat -L -c %F - < /')
shell("streams", "owner_and_mode", 'touch f; chmod 640 f; $RUN stat -L -c "%a %u %g %F %s" - < f; $RUN stat -L -c "%F" - < /dev/null')


def look(name, redirections, before=""):
    """What a program sees of its descriptors under these redirections: it tells on the first that it can write to."""
    script = f"{before}\ncat > look.py <<'END'\n{LOOK}\nEND\n$RUN python3 look.py {redirections}\ncat out err 2> /dev/null"
    shell("streams", name, script)


look("look_at_files", "< look.py > out 2> err")
look("look_at_appending", "< look.py >> out 2>> err", "echo before > out")
look("look_at_one_file", "< look.py > out 2>&1")
look("look_at_pipes", "2>&1 | cat", "exec < <(sleep 0)")
look("look_at_null", "< /dev/null 2> /dev/null > out")
look("look_at_closed_input", "<&- > out 2> err")
look("look_at_closed_error", "< look.py > out 2>&-")
look("look_at_read_write", "<> out 1>&0 2> err")


@case("streams")
def a_socket(machine, scratch):
    """As inetd does it: one socket is input and output."""
    seen = []
    for command in (["/bin/cat"], machine.command(["/bin/cat"])):
        scratch.fill()
        ours, theirs = socket.socketpair()
        ours.sendall(b"through a socket\n")
        ours.shutdown(socket.SHUT_WR)
        process = subprocess.Popen(command, stdin=theirs, stdout=theirs, cwd=scratch.work, **identity(machine.user))
        theirs.close()
        data = b""
        while piece := ours.recv(4096):
            data += piece
        seen.append((process.wait(timeout=30), data))
        ours.close()
        sweep()
    check(seen[0] == seen[1] == (0, b"through a socket\n"), seen)


if __name__ == "__main__":
    main()
