#!/usr/bin/env python3
"""A hostile guest tries to reach the host: by raw calls, the platform's own pages, paths, races, processes."""
# groups: calls files
import os
import re
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))
from integration import case, check, main  # noqa: E402
from sandbox import NOBODY, guest_program  # noqa: E402

SECRET = "the host's secret"
MOST_GUEST, MOST_SENTRY, MOST_GOFER = 8, 60, 50


def attack(machine, scratch, *argv, flags=(), timeout=60):
    """Runs the guest; whatever it did, the sandbox ended in its own time and by its own will."""
    scratch.fill([guest_program("escape.c")])
    result = machine.run(["./escape", *argv], scratch, flags=flags, timeout=timeout)
    check(result.status == 0, result)
    return result


@case("calls")
def reachable_host_calls(machine, scratch):
    """How many calls of the host each part reaches without anybody's leave."""
    result = machine.raw(["doctor"], scratch)
    found = re.search(r"Sentry (\d+), Gofer (\d+)[^,]*, guest (\d+)", result.out)
    check(found, result)
    print("    " + found.group(0))
    sentry, gofer, guest = map(int, found.groups())
    check(guest <= MOST_GUEST and sentry <= MOST_SENTRY and gofer <= MOST_GOFER, found.group(0))


@case("calls")
def every_number_at_an_odd_address(machine, scratch):
    # Natively this would be no test but an accident.
    canary = scratch.top / "canary"
    canary.write_text(SECRET)
    result = attack(machine, scratch, "numbers", flags=["--pids=200", "--net=none"], timeout=120)
    check(re.fullmatch(r"tried 14\d\d, getpid ours\n", result.out.split("\n")[-2] + "\n"), result)
    check(canary.read_text() == SECRET, "the canary changed")


@case("calls")
def other_entrances(machine, scratch):
    result = attack(machine, scratch, "abis")
    check(result.out == "int80 refused\nx32 refused\nvsyscall fine\n", result)


@case("calls")
def jumps_into_the_shim(machine, scratch):
    result = attack(machine, scratch, "shim", timeout=90)
    check(result.out == "alive\n", result)


@case("calls")
def the_platforms_pages(machine, scratch):
    check(attack(machine, scratch, "pages").out == "alive\n", "died")


@case("calls")
def guessed_descriptors(machine, scratch):
    result = attack(machine, scratch, "descriptors")
    check(result.out == "seen 0 mapped 0\n", result)


@case("calls")
def processes_of_the_host(machine, scratch):
    result = attack(machine, scratch, "processes", str(os.getpid()))
    check(result.out == "kill nobody\nproc nobody\npidfd nobody\nmemory nobody\n", result)


def hide_secret(scratch):
    secret = scratch.top / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o644)
    return secret


@case("files")
def ways_to_a_hidden_file(machine, scratch):
    secret = hide_secret(scratch)
    ways = [secret, "../secret", "../../../../../../.." + str(secret), f"/proc/self/root{secret}", f"/proc/1/root{secret}",
            f"/proc/1/cwd/../secret", "/proc/self/cwd/../secret", f"/proc/self/root/..{secret}", f"/proc/{os.getpid()}/root{secret}",
            f"/proc/thread-self/root{secret}", "/dev/fd/3", "/proc/self/fd/3", "/proc/self/fd/100/../secret",
            "/proc/self/exe/../../secret", *(f"/proc/self/fd/{n}{secret}" for n in range(3, 40))]
    result = attack(machine, scratch, "paths", SECRET, *map(str, ways))
    check(result.out == f"tried {len(ways)}\n", result)


@case("files")
def links_out_of_a_mount(machine, scratch):
    """Links that the host holds inside of what is shown lead to the guest's files, not the host's."""
    secret = hide_secret(scratch)
    shown = scratch.top / "shown"
    shown.mkdir()
    for name, target in (("absolute", secret), ("relative", "../secret"), ("far", "../" * 30 + str(secret)[1:]), ("magic", f"/proc/self/root{secret}")):
        (shown / name).symlink_to(target)
    for flag in ("--ro", "--rw") if machine.user == "root" else ("--ro",):
        result = attack(machine, scratch, "paths", SECRET, *(f"/shown/{n}" for n in ("absolute", "relative", "far", "magic")),
                        flags=[flag, f"{shown}:/shown"])
        check(result.out == "tried 4\n", result)


def writable(scratch, name):
    place = scratch.top / name
    place.mkdir()
    if os.getuid() == 0 and scratch.user != "root":
        os.chown(place, NOBODY, NOBODY)
    return place


@case("files")
def path_rewritten_during_the_call(machine, scratch):
    secret = hide_secret(scratch)
    result = attack(machine, scratch, "rewrite", "/etc/passwd", str(secret), SECRET)
    check(result.out == "found 0\n", result)


@case("files")
def guest_swaps_directory_and_link(machine, scratch):
    hide_secret(scratch)
    shared = writable(scratch, "shared")
    (shared / "dir").mkdir()
    (shared / "link").symlink_to("../..")
    result = attack(machine, scratch, "exchange", "/m/shared/dir", "/m/shared/link", SECRET, "/m/shared/dir/secret",
                    flags=["--rw", f"{shared}:/m/shared"])
    check(result.out == "found 0\n", result)


@case("files")
def host_swaps_directory_and_link(machine, scratch):
    """A writer on the host's side of a shared mount cannot lead the Gofer out of it."""
    hide_secret(scratch)
    shared = writable(scratch, "shared")
    (shared / "dir").mkdir()
    (shared / "dir" / "secret").write_text("harmless")
    (shared / "link").symlink_to("..")
    stop = threading.Event()

    def swap():
        while not stop.is_set():
            os.rename(shared / "dir", shared / "aside")
            os.symlink("..", shared / "dir")
            os.unlink(shared / "dir")
            os.rename(shared / "aside", shared / "dir")
            time.sleep(0)

    other = threading.Thread(target=swap)
    other.start()
    try:
        result = attack(machine, scratch, "rewrite", "/shared/dir/secret", "/shared/dir/../secret", SECRET, flags=["--ro", f"{shared}:/shared:shared"])
    finally:
        stop.set()
        other.join()
    check(result.out == "found 0\n", result)


if __name__ == "__main__":
    main()
