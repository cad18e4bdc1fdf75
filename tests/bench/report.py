"""The figures as a file of comma-separated values and as a chart (SVG)."""
import csv
import statistics
from html import escape
from math import log10

COLOURS = {"native": "#888888", "bwrap": "#c9a227", "runsc": "#c0504d", "notify": "#1f77b4", "ptrace": "#7fb2e5"}
_LEFT, _WIDTH, _BAR, _GAP = 270, 620, 9, 9  # Pixels.
_SPAN = (0.01, 100.0)  # Ratios to native that the axis shows.


def write_csv(path, figures, systems):
    """A line per figure and system: median, smallest, largest, samples, CPU milliseconds."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["figure", "unit", "system", "median", "min", "max", "samples", "cpu_ms"])
        for figure in figures:
            for system in systems:
                values = figure.samples.get(system)
                if values:
                    cpu = figure.cpu.get(system)
                    out.writerow([figure.name, figure.unit, system, figure.value(system), min(values), max(values), len(values),
                                  statistics.median(cpu) * 1000 if cpu else ""])


def _position(ratio):
    low, high = (log10(bound) for bound in _SPAN)
    return _WIDTH * (min(max(log10(max(ratio, 1e-9)), low), high) - low) / (high - low)


def _bars(figure, systems, y):
    base = figure.value("native")
    for i, system in enumerate(systems):
        value = figure.value(system)
        if value is None:
            continue
        start, end = sorted((_position(1), _position(value / base)))
        top = y + i * _BAR
        yield (f'<rect x="{_LEFT + start:.1f}" y="{top}" width="{max(end - start, 1):.1f}" height="{_BAR - 1}" '
               f'fill="{COLOURS.get(system, "#333333")}"/>')
        yield f'<text x="{_LEFT + end + 3:.1f}" y="{top + _BAR - 2}" font-size="8">{value / base:.2f}</text>'


def write_chart(path, figures, systems, caption):
    """Times as multiples of native, on a logarithmic axis; bars left of the line are faster than native."""
    systems = [system for system in systems if system in COLOURS and system != "native"]
    shown = [figure for figure in figures if figure.value("native") and figure.unit in ("us", "ms")]
    row = len(systems) * _BAR + _GAP
    height = 60 + row * len(shown)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 60}" height="{height}" font-family="sans-serif">',
             '<rect width="100%" height="100%" fill="white"/>',
             f'<text x="8" y="16" font-size="11">{escape(caption)}</text>']
    for i, system in enumerate(systems):
        lines.append(f'<rect x="{_LEFT + i * 110}" y="26" width="10" height="10" fill="{COLOURS[system]}"/>')
        lines.append(f'<text x="{_LEFT + i * 110 + 14}" y="35" font-size="11">{escape(system)}</text>')
    for ratio in (0.01, 0.1, 1, 10, 100):
        x = _LEFT + _position(ratio)
        lines.append(f'<line x1="{x:.1f}" y1="44" x2="{x:.1f}" y2="{height}" stroke="{"#000000" if ratio == 1 else "#dddddd"}"/>')
        lines.append(f'<text x="{x:.1f}" y="52" font-size="9" text-anchor="middle">{ratio:g} x native</text>')
    for i, figure in enumerate(shown):
        y = 58 + i * row
        lines.append(f'<text x="{_LEFT - 8}" y="{y + row / 2:.0f}" font-size="11" text-anchor="end">{escape(figure.name)}</text>')
        lines += _bars(figure, systems, y)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n</svg>\n")
