"""Plots, as the numbers an SVG needs: figures as lines over reporting months, and columns of what ends when."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 300, 84
"""Of a plot, in its own units."""
_LEFT, _RIGHT, _TOP, _BOTTOM = 10, 34, 10, 20


@dataclass(frozen=True, slots=True)
class Point:
    """One month: where it lies, what it is called, and its percentage; ``None`` where there was nothing to count."""

    x: float
    y: float
    label: str
    percent: float | None


@dataclass(frozen=True, slots=True)
class Plot:
    """A line over months.

    Attributes:
        points: All months, in order. lines: Runs of months with a percentage, as SVG's ``points``.
        target_y: Height of the target, if there is one.
    """

    points: tuple[Point, ...]
    lines: tuple[str, ...]
    target_y: float | None


def plot(months: Sequence[tuple[str, float | None]], target: float | None) -> Plot:
    """Return the plot of percentages, 0 to 100, by month."""
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(months) - 1)
    points = tuple(
        Point(round(_LEFT + number * step, 1), _height(percent or 0), label, percent)
        for number, (label, percent) in enumerate(months)
    )
    runs: list[list[str]] = [[]]
    for point in points:
        if point.percent is None:
            runs.append([])
        else:
            runs[-1].append(f"{point.x},{point.y}")
    lines = tuple(" ".join(run) for run in runs if len(run) > 1)
    return Plot(points, lines, None if target is None else _height(target))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where it stands, how wide and high it is, what it is called, and what it counts."""

    x: float
    y: float
    width: float
    height: float
    label: str
    count: int


WIDE, HIGH = 640, 150
"""Of a plot of columns, in its own units."""
_FOOT, _HEAD = 18, 16


def columns(counts: Sequence[tuple[str, int]]) -> tuple[Column, ...]:
    """Return the columns of counts from 0 up, in order; the highest fills the plot."""
    step, most = WIDE / max(1, len(counts)), max((count for _, count in counts), default=0) or 1
    width, full = round(min(44.0, 0.7 * step), 1), HIGH - _FOOT - _HEAD
    found = []
    for number, (label, count) in enumerate(counts):
        height = round(full * count / most, 1)
        found.append(
            Column(
                round((number + 0.5) * step - width / 2, 1),
                round(HIGH - _FOOT - height, 1),
                width,
                height,
                label,
                count,
            )
        )
    return tuple(found)


def _height(percent: float) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * min(percent, 100) / 100, 1)
