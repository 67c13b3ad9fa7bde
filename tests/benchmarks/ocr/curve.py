"""The reliability curve as an SVG picture: confidence said against share of words right."""

from collections.abc import Sequence
from typing import Final

from tests.benchmarks.ocr.reliability import Bin

_SIDE, _LEFT, _TOP, _BELOW = 320, 64, 24, 56
_BLUE: Final = "#1f5fa8"
_STYLE: Final = "font-family='sans-serif' font-size='12' fill='#333'"


def reliability_svg(title: str, curve: Sequence[Bin]) -> str:
    """Draw the bins that hold words; a dot's area grows with the number of its words, the line is perfect honesty."""
    width, height = _LEFT + _SIDE + 24, _TOP + _SIDE + _BELOW
    words = sum(b.right.whole for b in curve) or 1
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' viewBox='0 0 {width} {height}'>",
        f"<rect width='{width}' height='{height}' fill='white'/>",
        f"<text x='{_LEFT}' y='16' {_STYLE}>{title}</text>",
        *_axes(),
        f"<path d='M {_x(0)} {_y(0)} L {_x(1)} {_y(1)}' stroke='#999' stroke-dasharray='4'/>",
    ]
    filled = [(b.said, b.right.part / b.right.whole, b.right.whole / words) for b in curve if b.right.whole]
    points = " ".join(f"{_x(said):.1f},{_y(right):.1f}" for said, right, _ in filled)
    parts.append(f"<polyline points='{points}' fill='none' stroke='{_BLUE}' stroke-width='2'/>")
    parts += [
        f"<circle cx='{_x(said):.1f}' cy='{_y(right):.1f}' r='{3 + 10 * share**0.5:.1f}' fill='{_BLUE}' opacity='.5'/>"
        for said, right, share in filled
    ]
    return "\n".join([*parts, "</svg>", ""])


def _axes() -> list[str]:
    parts = [f"<rect x='{_LEFT}' y='{_TOP}' width='{_SIDE}' height='{_SIDE}' fill='none' stroke='#333'/>"]
    for tick in (0, 0.2, 0.4, 0.6, 0.8, 1):
        parts.append(f"<text x='{_x(tick):.1f}' y='{_y(0) + 18:.1f}' text-anchor='middle' {_STYLE}>{tick:g}</text>")
        parts.append(f"<text x='{_LEFT - 8}' y='{_y(tick) + 4:.1f}' text-anchor='end' {_STYLE}>{tick:g}</text>")
    middle = _TOP + _SIDE / 2
    turned = f"transform='rotate(-90 18 {middle})'"
    parts.append(f"<text x='{_x(0.5)}' y='{_TOP + _SIDE + 42}' text-anchor='middle' {_STYLE}>mean confidence</text>")
    parts.append(f"<text x='18' y='{middle}' text-anchor='middle' {turned} {_STYLE}>share of words right</text>")
    return parts


def _x(value: float) -> float:
    return _LEFT + value * _SIDE


def _y(value: float) -> float:
    return _TOP + (1 - value) * _SIDE
