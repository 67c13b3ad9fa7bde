"""The learning curve as an SVG picture, drawn from the log of a training."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

WIDTH, HEIGHT, MARGIN = 720, 360, 56
_TICKS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_CURVES: Final = (("held_out_cer", "invented lines, held out", "#1f6fb2"), ("real_cer", "real lines", "#c0392b"))


def drawn(log: Path) -> str:
    """Return the curve of the character error rates (percent, logarithmic) over the lines seen.

    Raises:
        ValueError: Nothing has been measured yet.
    """
    with log.open(newline="") as source:
        rows = list(csv.DictReader(source))
    curves = [
        ([(float(row["lines"]) / 1000, float(row[column])) for row in rows if row.get(column)], name, colour)
        for column, name, colour in _CURVES
    ]
    points = [point for curve, _, _ in curves for point in curve]
    if not points:
        raise ValueError(str(log))
    last = max(x for x, _ in points)
    low, high = min(y for _, y in points) * 0.8, max(y for _, y in points) * 1.2

    def place(x: float, y: float) -> tuple[float, float]:
        along = MARGIN + (WIDTH - 2 * MARGIN) * x / last
        up = math.log(max(y, low) / low) / math.log(high / low)
        return along, HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * up

    parts = [_ruling(*place(0, tick), f"{tick:g} %") for tick in _TICKS if low <= tick <= high]
    for number, (curve, name, colour) in enumerate(curves):
        if curve:
            parts += _curve([place(x, y) for x, y in curve], f"{name}: {curve[-1][1]:.2f} %", colour, number)
    caption = f"thousand lines seen, 0 to {last:.0f}; character error rate, averaged weights"
    parts.append(f'<text x="{WIDTH / 2}" y="{HEIGHT - 16}" text-anchor="middle">{caption}</text>')
    style = 'font-family="sans-serif" font-size="13" fill="#333"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" {style}>'
    return "\n".join((head, f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', *parts, "</svg>\n"))


def _ruling(x: float, y: float, label: str) -> str:
    line = f'<path d="M{x:.1f} {y:.1f}H{WIDTH - MARGIN}" stroke="#ddd"/>'
    return f'{line}<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'


def _curve(points: Sequence[tuple[float, float]], name: str, colour: str, number: int) -> list[str]:
    way = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    at = 24 + 18 * number
    return [
        f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="2"/>',
        f'<text x="{WIDTH - MARGIN}" y="{at}" text-anchor="end" fill="{colour}">{name}</text>',
    ]
