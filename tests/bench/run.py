#!/usr/bin/env python3
"""Measures the figures that the project promises, against native, bubblewrap and runsc, and prints them with verdicts.

Every figure is a median of runs that alternate between the systems, so that a drift of the machine's speed meets all of
them.  In parentheses: milliseconds of CPU time of the whole process tree.
"""
import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import processes
import systems as systems_module
import macro
import report
from figures import AtMost, Figure, Times, table
from workloads import WORKLOADS, took_ms

# Rows of mb, with their goals.  The others are for information.  umask is a call that only the Sentry can answer and
# that needs nothing of the guest's memory; getppid and its like are answered where their call sites were rewritten.
MB_ROWS = {
    "umask": [Times(1.4, "bare")],
    "fork+exit+wait": [Times(3)],
    "vfork+exec+wait": [Times(3)],
    "mmap+touch+munmap": [Times(3)],
    "pipe-pingpong": [Times(8)],
    "pthread": [Times(6)],
    "getppid": [], "getpid": [], "clock_gettime": [], "sigprocmask": [], "pread-4096": [], "stat": [], "open+close": [],
    "create+unlink": [], "fault": [], "mprotect": [], "unix-pingpong": [], "futex-pingpong": [], "signal-self": [],
}


class Bench:
    def __init__(self, arguments):
        self.quick = arguments.quick
        self.best = arguments.best
        self.build = Path(arguments.build).resolve()
        self.sentry = str(self.build / "sentry")
        self.mb = str(self.build / "tests" / "mb")
        self.bare = str(self.build / "tests" / "bare_notify")
        self.started = time.monotonic()
        self.budget = 120 if self.quick else 2400  # Seconds: beyond it, what is left is not measured.
        self.figures = []
        self.systems, self.missing = systems_module.available(self.sentry)
        if arguments.systems:
            wanted = arguments.systems.split(",")
            self.systems = [system for system in self.systems if system.name in wanted]

    def left(self):
        return self.budget - (time.monotonic() - self.started)

    def sandboxes(self):
        return [system for system in self.systems if system.name in ("notify", "ptrace")]

    def new(self, name, unit, goals=()):
        figure = Figure(name, unit, list(goals), best=self.best and unit in ("us", "ms"))
        self.figures.append(figure)
        return figure

    def rounds(self, count, system_list):
        """Yields systems, round after round; systems that start slowly get fewer rounds."""
        for i in range(count):
            if i > 0 and self.left() < 5:
                return
            for system in system_list:
                if not system.slow_start or i < max(1, count // 5):
                    yield system

    def cold_start(self):
        figure = self.new("start: /bin/true", "ms", [AtMost(12), Times(2, "bwrap")])
        for system in self.rounds(7 if self.quick else 25, self.systems):
            outcome = system.run("/bin/true", timeout=20)
            if outcome.ok():
                figure.add(system.name, outcome.wall * 1000, outcome.cpu)
            else:
                figure.problems[system.name] = outcome.problem()

    def micro(self):
        names = [name for name, goals in MB_ROWS.items() if goals or not self.quick]
        rows = {name: self.new(name, "us", MB_ROWS[name]) for name in names}
        cpu = self.new("CPU time of these rows", "s")
        options = ["--rounds=3", "--ms=5"] if self.quick else ["--rounds=5", "--ms=15"]
        if self.best:
            options = ["--rounds=25", "--ms=2"]
        for system in self.rounds(2 if self.quick else 3, [s for s in self.systems if s.name != "bwrap"]):
            self.bare_notification(rows["umask"])
            outcome = system.run(self.mb, *options, *names, timeout=30 if self.quick else 60)
            cpu.add(system.name, outcome.cpu)
            for line in outcome.output.split("\n"):
                name, *nanoseconds = line.split("\t")
                if name in rows and len(nanoseconds) == 2:
                    rows[name].add(system.name, float(nanoseconds[self.best]) / 1000)
            if not outcome.ok():
                for name in names:
                    rows[name].problems[system.name] = outcome.problem()

    def bare_notification(self, figure):
        outcome = systems_module.run([self.bare, "3" if self.quick else "5"], 20)
        if outcome.ok():
            figure.add("bare", float(outcome.output.split()[1 + self.best]) / 1000)
        else:
            figure.problems["bare"] = outcome.problem()

    def workloads(self):
        for name, script in WORKLOADS.items():
            figure = self.new(name, "ms", [Times(3), Times(1, "runsc")])
            for system in self.rounds(1 if self.quick else 3, self.systems):
                if self.left() < 0:
                    figure.problems.setdefault(system.name, "no time left")
                    continue
                outcome = system.run("/bin/sh", "-c", script, timeout=20 if self.quick else 60)
                self.add_load(figure, system, outcome)

    def add_load(self, figure, system, outcome):
        took = took_ms(outcome.output)
        if outcome.ok() and took is not None:
            figure.add(system.name, took, outcome.cpu)
        else:
            figure.problems[system.name] = outcome.problem()

    def macro(self):
        """Loads of whole programs, for information; not with --quick."""
        share = tempfile.mkdtemp(dir=self.build)
        os.chmod(share, 0o777)
        for load in [] if self.quick else macro.LOADS:
            if load.missing():
                self.missing.append(f"{load.name}: no {', '.join(load.missing())}")
                continue
            print(f"  {load.name}", file=sys.stderr, flush=True)
            figure = self.new(load.name, "ms", load.goals)
            for system in self.rounds(3, self.systems):
                if system.name in figure.problems or self.left() < 0:
                    figure.problems.setdefault(system.name, "no time left")
                    continue
                self.add_load(figure, system, system.run("/bin/sh", "-c", load.text(), timeout=60, share=share))
        shutil.rmtree(share)

    def idle(self):
        """Memory, and CPU time while nothing happens; all platforms at once, since none of them should do anything."""
        seconds = 5 if self.quick else 60
        memory = self.new("idle: PSS of all processes", "MB", [AtMost(8)])
        cpu = self.new(f"idle: CPU in {seconds} s", "ms", [AtMost(20)])
        # It waits for the end of its input, and so does nothing at all.
        command = ["/bin/sh", "-c", "echo ready; read line"]
        running = [(system, processes.Running(system.command(*command))) for system in self.sandboxes()]
        before = {}
        for system, sandbox in running:
            if not sandbox.ready:
                memory.problems[system.name] = cpu.problems[system.name] = "it did not start"
                continue
            sizes = [processes.pss(pid) for pid in sandbox.pids()]
            if None not in sizes:
                memory.add(system.name, sum(sizes) / 1e6)
            before[system.name] = sum(processes.cpu_seconds(pid) for pid in sandbox.pids())
        time.sleep(seconds)
        for system, sandbox in running:
            if system.name in before:
                now = sum(processes.cpu_seconds(pid) for pid in sandbox.pids())
                cpu.add(system.name, (now - before[system.name]) * 1000)
            sandbox.__exit__()

    def crowd(self):
        count = 1000 if self.quick else 10000
        memory = self.new(f"{count} blocked threads: Sentry", "MB", [AtMost(100)])
        extra = self.new(f"{count} blocked threads: Sentry's", "threads", [AtMost(50)])
        for system in self.sandboxes():
            with processes.Running(system.command(self.mb, f"--crowd={count}"), 30 if self.quick else 240) as sandbox:
                if not sandbox.ready:
                    memory.problems[system.name] = extra.problems[system.name] = "it did not get that far"
                    continue
                ours = [pid for pid in sandbox.pids() if processes.runs_file(pid, self.sentry)]
                memory.add(system.name, sum(processes.pss(pid) or 0 for pid in ours) / 1e6)
                extra.add(system.name, sum(processes.threads(pid) for pid in ours))


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{os.cpu_count()} x {model}, Linux {platform.release()}, uid {os.getuid()}"


def load():
    busiest = subprocess.run(["ps", "-eo", "pcpu,comm", "--sort=-pcpu", "--no-headers"], capture_output=True,
                             text=True, check=False).stdout.split("\n")[0].strip()
    return f"load {' '.join(open('/proc/loadavg').read().split()[:3])}, busiest: {busiest}"


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default=Path(__file__).resolve().parents[2] / "build" / "release")
    parser.add_argument("--quick", action="store_true", help="under a minute; fewer repetitions and rows")
    parser.add_argument("--best", action="store_true",
                        help="the fastest runs instead of medians: for a machine that others use too")
    parser.add_argument("--systems", help="only these, e.g. native,notify")
    parser.add_argument("--only", default="",
                        help="only parts whose name contains this: cold_start micro workloads macro idle crowd")
    parser.add_argument("--one-cpu", action="store_true", help="everything on one CPU")
    parser.add_argument("--busy", action="store_true", help="beside a neighbour that computes all the time")
    parser.add_argument("--json", help="also write all samples to this file")
    parser.add_argument("--csv", help="also write medians and spread to this file")
    parser.add_argument("--chart", help="also draw the ratios to native into this file (SVG)")
    return parser.parse_args()


def versions():
    """Of what is compared, as far as they tell."""
    told = []
    for command in (["bwrap", "--version"], ["runsc", "--version"]):
        if shutil.which(command[0]):
            out = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split("\n")[0]
            told.append(out.replace(" version", ""))
    return told


def main():
    arguments = parse()
    if arguments.one_cpu:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    neighbour = subprocess.Popen(["/bin/sh", "-c", "while :; do :; done"]) if arguments.busy else None
    try:
        measure(arguments)
    finally:
        if neighbour is not None:
            neighbour.kill()


def measure(arguments):
    before = load()
    systems_module.adopt_orphans()
    bench = Bench(arguments)
    for part in (bench.cold_start, bench.micro, bench.workloads, bench.macro, bench.idle, bench.crowd):
        if arguments.only in part.__name__:
            print(f"measuring {part.__name__} ...", file=sys.stderr, flush=True)
            part()
    names = [system.name for system in bench.systems]
    names.insert(1, "bare")
    described = f"{machine()}; {'; '.join(versions())}; {time.strftime('%Y-%m-%d')}"
    if arguments.one_cpu or arguments.busy:
        described += f" ({'one CPU' if arguments.one_cpu else ''}{' with a busy neighbour' if arguments.busy else ''})"
    print(described)
    print(f"before: {before}\nafter:  {load()}")
    for line in bench.missing:
        print(f"not measured: {line}")
    print("\n" + "\n".join(table(bench.figures, names)))
    for figure in bench.figures:
        for name, problem in figure.problems.items():
            print(f"failed: {figure.name}, {name}: {problem}")
    if arguments.json:
        data = {figure.name: {"unit": figure.unit, "samples": figure.samples, "cpu": figure.cpu}
                for figure in bench.figures}
        Path(arguments.json).write_text(json.dumps({"machine": machine(), "figures": data}, indent=1))
    if arguments.csv:
        report.write_csv(arguments.csv, bench.figures, names)
    if arguments.chart:
        report.write_chart(arguments.chart, bench.figures, names, described)
    missed = sum(1 for figure in bench.figures if figure.verdict()[1] is False)
    print(f"\n{missed} goals missed, {time.monotonic() - bench.started:.0f} s")


if __name__ == "__main__":
    main()
