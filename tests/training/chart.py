"""The log of all runs, and the learning curve that is drawn from it as an SVG picture."""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

WIDTH, HEIGHT, MARGIN = 720, 360, 56
COLUMNS: Final = ("run", "lines", "held_out_cer", "real_cer")
"""Of the log of all runs: ``lines`` counts from the first run on, errors are percent."""
_TICKS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_CURVES: Final = (("held_out_cer", "invented lines, held out", "#1f6fb2"), ("real_cer", "real lines", "#c0392b"))

_Row = Mapping[str, str]


def runs(log: Path) -> int:
    """Count the runs in the log of all runs; see ``COLUMNS``."""
    return max((int(row["run"]) for row in _rows(log)), default=0)


def with_run(log: Path, run: Path) -> str:
    """Return the log of all runs as CSV with one more.

    Args:
        log: Of all runs so far; see ``COLUMNS``.
        run: Log of a training that went on from the last one's weights; its lines count from its own start.
    """
    rows = _rows(log)
    number, before = runs(log) + 1, int(rows[-1]["lines"]) if rows else 0
    new = ({**row, "run": number, "lines": before + int(row["lines"])} for row in _rows(run))
    table = [COLUMNS, *([row.get(column, "") for column in COLUMNS] for row in (*rows, *new))]
    return "".join(",".join(map(str, cells)) + "\n" for cells in table)


def drawn(log: Path) -> str:
    """Return the curve of the character error rates (percent, logarithmic) over the lines seen, broken between runs.

    Every run measures itself on lines of its own making: between runs a curve may jump though the reader does not.

    Args:
        log: Of all runs; see ``COLUMNS``.

    Raises:
        ValueError: Nothing has been measured yet.
    """
    rows = _rows(log)
    curves = [
        ([own for _, run in groupby(rows, itemgetter("run")) if (own := _points(run, column))], name, colour)
        for column, name, colour in _CURVES
    ]
    points = [point for curve, _, _ in curves for own in curve for point in own]
    if not points:
        raise ValueError(str(log))
    last = max(x for x, _ in points)
    low, high = min(y for _, y in points) * 0.8, max(y for _, y in points) * 1.2

    def place(point: tuple[float, float]) -> tuple[float, float]:
        along = MARGIN + (WIDTH - 2 * MARGIN) * point[0] / last
        up = math.log(max(point[1], low) / low) / math.log(high / low)
        return along, HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * up

    parts = [_ruling(*place((0, tick)), f"{tick:g} %") for tick in _TICKS if low <= tick <= high]
    for number, (curve, name, colour) in enumerate(curves):
        if curve:
            parts += [_line([*map(place, own)], colour) for own in curve]
            parts.append(_label(f"{name}: {curve[-1][-1][1]:.2f} %", colour, number))
    caption = f"thousand lines seen, 0 to {last:.0f}; character error rate, averaged weights"
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 16}" text-anchor="middle">{caption}</text>')
    style = 'font-family="sans-serif" font-size="13" fill="#333"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {style}>'
    return "\n".join((head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', *parts, "</svg>\n"))


def _rows(log: Path) -> list[_Row]:
    with log.open(newline="") as source:
        return list(csv.DictReader(source))


def _points(rows: Iterable[_Row], column: str) -> list[tuple[float, float]]:
    """Return thousands of lines and percent."""
    return [(float(row["lines"]) / 1000, float(row[column])) for row in rows if row.get(column)]


def _ruling(x: float, y: float, label: str) -> str:
    line = f'<path d="M{x:.1f} {y:.1f}H{WIDTH - MARGIN}" stroke="#ddd"/>'
    return f'{line}<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _label(text: str, colour: str, number: int) -> str:
    return f'<text x="{WIDTH - MARGIN}" y="{24 + 18 * number}" text-anchor="end" fill="{colour}">{text}</text>'
