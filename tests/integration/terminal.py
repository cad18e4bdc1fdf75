#!/usr/bin/env python3
"""Programs on a terminal: job control, Ctrl-C, window size, full-screen programs; the terminal is itself again afterwards.

Every scenario is played natively first: it must work there, and then the same in the sandbox.
"""
# groups: terminal
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import case, check, main, Failure  # noqa: E402
from sandbox import descendants, environment, identity, sweep  # noqa: E402
from terminal import Terminal, TerminalError  # noqa: E402

SHELL = ["/bin/bash", "--norc", "--noprofile", "-i"]


def open_terminal(command, scratch, user, env=None, **size):
    settings = {**environment(str(scratch.home)), "PS1": "PROMPT> ", **(env or {})}
    return Terminal(command, cwd=scratch.work, env=settings, **identity(user), **size)


def scenario(argv, needs=(), restored=True, **options):
    """Registers a case: the function plays at the terminal and returns what is to be the same both times."""
    def register(play):
        def body(machine, scratch):
            answers = []
            for where, command in (("natively", argv), ("in the sandbox", machine.command(argv))):
                scratch.fill()
                with open_terminal(command, scratch, machine.user, **options) as terminal:
                    try:
                        answers.append(play(terminal))
                    except TerminalError as problem:
                        raise Failure(f"{where}: {problem}")
                    if where != "natively" and restored:
                        check(terminal.restored(), "the terminal is not as it was before")
                sweep()
            check(answers[0] == answers[1], f"natively {answers[0]!r}, in the sandbox {answers[1]!r}")
        body.__name__ = play.__name__
        case("terminal", needs=needs)(body)
        return play
    return register


@scenario(SHELL, env={"TERM": "dumb"})
def job_control(t):
    t.expect("PROMPT> ")
    t.send("(echo go; cat)\r")
    t.expect(r"^go\r\n")  # Only now the terminal is as cat wants it.
    t.send("x\r")
    t.expect(r"^x\r\nx\r\n")  # The second x is cat's: it is in the foreground.
    t.send("\x1a")
    stopped = t.expect(r"\[1\]\+  Stopped +\( echo go; cat \)").group()
    t.expect("PROMPT> ")
    t.send("sleep 100 & jobs\r")
    t.expect(r"\[1\]\+ +Stopped +\( echo go; cat \)\r\n\[2\]- +Running +sleep 100 &")
    t.expect("PROMPT> ")
    t.send("bg %1\r")
    t.expect(r"^\[1\]\+ \( echo go; cat \) &")
    t.expect("PROMPT> ")
    t.send("wait %1; jobs\r")  # It reads the terminal from the background and is stopped for that.
    t.expect(r"\[1\]\+ +Stopped +\( echo go; cat \)")
    t.expect("PROMPT> ")
    t.send("fg %1\r")
    t.expect(r"^\( echo go; cat \)\r\n")
    t.send("y\r")
    t.expect(r"^y\r\ny\r\n")
    t.send("\x03")
    t.expect("PROMPT> ")
    t.send("echo status $?\r")
    status = t.expect(r"^status \d+").group()
    t.expect("PROMPT> ")
    t.send("kill %2; exit 3\r")
    return stopped, status, t.wait()


@scenario(["/bin/cat"])
def interrupt(t):
    t.send("line\r")
    t.expect("line\r\nline\r\n")
    t.send("\x03")
    return t.wait()


@scenario(["/bin/cat"])
def quit_key(t):
    t.send("x\r")
    t.expect("x\r\nx\r\n")
    t.send("\x1c")
    return t.wait()


@scenario(["/bin/cat"])
def end_of_file_and_erase(t):
    t.send("abx\x7fc\r")
    got = t.expect(r"^abc\r\n").group()
    t.send("\x04")
    return got, t.wait()


@scenario(["/bin/bash", "-c", "stty size; trap 'stty size; exit 4' WINCH; echo ready; while :; do sleep 0.05; done"], rows=37, columns=91)
def window_size(t):
    first = t.expect(r"\d+ \d+\r\n").group()
    t.expect("ready")
    t.resize(20, 60)
    return first, t.expect(r"\d+ \d+\r\n").group(), t.wait()


@scenario(["/bin/bash", "-c", "tty -s && test -t 0 -a -t 1 -a -t 2 && ps -o tty= -p $$ > /dev/null; stty -a | grep -o 'icanon\\|speed [0-9]*'"])
def looks_like_a_terminal(t):
    return t.wait(), t.shown


@scenario(["/bin/bash", "-c", "stty raw -echo; echo in raw mode"])
def raw_mode_is_undone(t):
    t.expect("in raw mode")
    return t.wait()


@scenario(["/bin/bash", "-c", "echo tty says hello > /dev/tty; read -p 'name? ' n < /dev/tty; echo got $n"])
def controlling_terminal(t):
    t.expect("tty says hello")
    t.expect("name\\? ")
    t.send("nobody\r")
    return t.expect("got nobody").group(), t.wait()


@scenario(["/bin/bash", "-c", "(sleep 0.1; read x) & wait $!; echo $?"])
def background_read(t):
    return t.wait(), t.shown.strip()[-1:]


@scenario(["/bin/bash", "-c", "seq 500 > f; less -X f; echo left $?"], needs=["less"])
def less_pages(t):
    t.expect(r"\b23\r\n:?")
    t.send("G")
    t.expect(r"\b500\b")
    t.send("?^77$\r")
    t.expect(r"\b77\r|m77\x1b")
    t.send("q")
    return t.expect(r"left \d+").group(), t.wait()


@scenario(["/bin/bash", "-c", "vim -u NONE -N -n out.txt; echo left $?; cat out.txt"], needs=["vim"])
def vim_edits(t):
    t.expect("out.txt")
    t.send("ihello from vim\x1byyp:s/vim/here/\r:wq\r")
    return t.expect(r"left \d+").group(), t.wait(), "hello from vim\r\nhello from here\r\n" in t.shown


@scenario(["/usr/bin/tmux", "-S", "socket", "-f", "/dev/null", "new-session", "/bin/sh"], needs=["tmux"], env={"SHELL": "/bin/sh"})
def tmux_session(t):
    t.expect("PROMPT> ")
    t.send("echo $((6 * 7)) in tmux\r")
    t.expect("42 in tmux")
    t.send("exit\r")
    t.expect("exited")
    return t.wait()


@case("terminal")
def restored_after_termination(machine, scratch):
    """Ended from outside while the program has the terminal in raw mode."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        command = machine.command(["/bin/bash", "-c", "stty raw -echo; echo in raw mode; sleep 100"])
        with open_terminal(command, scratch, machine.user) as terminal:
            try:
                terminal.expect("in raw mode")
                terminal.process.send_signal(number)
                terminal.wait()
            except TerminalError as problem:
                raise Failure(f"{number.name}: {problem}")
            check(terminal.restored(), f"the terminal is not as it was before {number.name}")
        sweep()


@case("terminal")
def restored_after_a_crash(machine, scratch):
    """Any one of the sandbox's inner processes dies while the terminal is in raw mode."""
    command = machine.command(["/bin/bash", "-c", "stty raw -echo; echo in raw mode; read x"])
    number = 0
    while True:
        with open_terminal(command, scratch, machine.user) as terminal:
            terminal.expect("in raw mode")
            inner = descendants(terminal.process.pid)
            if number < len(inner):
                try:
                    os.kill(inner[number], signal.SIGKILL)
                except ProcessLookupError:
                    pass
                terminal.send("x\r")
            else:
                terminal.send("x\r")
            try:
                terminal.wait()
            except TerminalError:
                # The victim was not needed for this; the sandbox itself is ended then.
                terminal.process.send_signal(signal.SIGTERM)
                terminal.wait()
            check(terminal.restored(), f"not restored after the death of process {number} of {len(inner)}")
        sweep()
        number += 1
        if number > len(inner):
            return


if __name__ == "__main__":
    main()
