"""Plots of figures, as the numbers an SVG needs: one line over reporting months, and the target it should reach."""

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


def _height(percent: float) -> float:
    return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * min(percent, 100) / 100, 1)
