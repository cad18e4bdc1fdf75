"""One figure of the table: a value per system, a goal, a verdict."""
import statistics
from dataclasses import dataclass, field

# The goals are for the platform that is used where the host allows it.
JUDGED = "notify"


@dataclass
class Figure:
    name: str
    unit: str
    goals: list = field(default_factory=list)     # Goal objects; none: for information.
    samples: dict = field(default_factory=dict)   # System name to list of values.
    cpu: dict = field(default_factory=dict)       # System name to list of CPU seconds.
    problems: dict = field(default_factory=dict)  # System name to why there is no value.
    best: bool = False                            # The smallest sample counts, not the median.

    def add(self, system, value, cpu=None):
        self.samples.setdefault(system, []).append(value)
        if cpu is not None:
            self.cpu.setdefault(system, []).append(cpu)

    def value(self, system):
        values = self.samples.get(system)
        if not values:
            return None
        return min(values) if self.best else statistics.median(values)

    def cell(self, system):
        value = self.value(system)
        if value is None:
            return "failed" if system in self.problems else "-"
        text = number(value)
        cpu = self.cpu.get(system)
        return f"{text} ({number(statistics.median(cpu) * 1000)})" if cpu else text

    def verdict(self):
        """(text, met or None)"""
        if not self.goals:
            return "", None
        results = [goal.judge(self) for goal in self.goals]
        if any(result is None for result in results):
            known = [result for result in results if result is not None]
            if not known:
                return "not measured", None
            results = known
        met = all(ok for ok, _ in results)
        return ("met: " if met else "MISSED: ") + ", ".join(text for _, text in results), met


@dataclass
class AtMost:
    """A plain bound, in the unit of the figure."""
    bound: float

    def text(self, unit):
        return f"<= {number(self.bound)} {unit}"

    def judge(self, figure):
        value = figure.value(JUDGED)
        if value is None:
            return None
        return value <= self.bound, number(value)


@dataclass
class Times:
    """At most `factor` times what another system takes."""
    factor: float
    of: str = "native"

    def text(self, _unit):
        return f"<= {number(self.factor)} x {self.of}"

    def judge(self, figure):
        value, base = figure.value(JUDGED), figure.value(self.of)
        if value is None or not base:
            return None
        return value <= self.factor * base, f"{value / base:.2f} x {self.of}"


def number(value):
    if value >= 100:
        return f"{value:.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}"


def table(figures, systems):
    """The figures as lines of text."""
    head = ["figure", "unit", *systems, "goal", "verdict"]
    rows = [head]
    for figure in figures:
        goal = ", ".join(goal.text(figure.unit) for goal in figure.goals)
        rows.append([figure.name, figure.unit, *(figure.cell(system) for system in systems), goal,
                     figure.verdict()[0]])
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = []
    for i, row in enumerate(rows):
        numbers = range(2, 2 + len(systems))
        cells = (cell.rjust(width) if column in numbers else cell.ljust(width)
                 for column, (cell, width) in enumerate(zip(row, widths)))
        lines.append("  ".join(cells).rstrip())
        if i == 0:
            lines.append("  ".join("-" * width for width in widths))
    return lines
