"""What was written by hand into print: seen by its ink, never guessed.

A registry writes number, day and month into the printed header of a decision ("Số: …/QĐ-UBND", "ngày … tháng … năm
2025"). A recognizer reads such figures with confidence and wrongly: 4033 for 1039. So it is not asked: whether the ink
in a gap of a line is print is seen by what print has in common with the print around it, and a hand has not: figures
stand on the foot line, reach the head line, have strokes as wide and ink of the same colour, are upright where it is,
and leave no more room beside them than a space.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import hypot, log

from dossier.papers import Box
from ocr.glyphs import Frame, Glyph

_OFF = 0.11
"""Shares of a capital's height by which the tops and feet of a hand's figures miss the head and foot line at least. Of
print they miss it by 0.06 at most, where a font's figures are higher than its capitals, or the scan is coarse."""
_WIDER = 1.45
"""Times that a pen's strokes are wider or narrower than those of the print around."""
_BLUER = 14.0
"""Grey levels that a pen's ink is bluer than print."""
_DOUBTFUL = 0.8
"""Share of any of these from which it is not certain that figures are printed."""
_ROOMY = 1.1
"""Capital heights left free beside figures from which the gap was left for a pen: a space is 0.8 wide at most."""
_UPRIGHT, _LEANING = 0.06, 0.18
"""Columns per row that upright figures lean to the right on the whole at most, sevens apart; that italics do."""
_FIGURE = 0.5
"""Pieces of ink lower than this share of a capital are no figures."""
_BROAD = 0.72
"""Capital heights that a figure is wide at most."""


class Hand(StrEnum):
    """What stands in a gap of print."""

    EMPTY = "empty"
    PRINTED = "printed"
    DOUBTFUL = "doubtful"
    """Print or handwriting: nobody can be sure."""
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Ink:
    """What was found in a gap.

    Attributes:
        hand: What it is. box: Around it, master pixels; of an empty gap around the gap.
        oddness: How far it is from print, in shares of what makes it handwriting; 0 for an empty gap.
    """

    hand: Hand
    box: Box
    oddness: float


def ink_in(gap: Box, pieces: Sequence[Glyph], frame: Frame, *, upright: bool = False) -> Ink:
    """Judge what stands in a gap of a printed line.

    Args:
        gap: Between the words beside it, master pixels.
        pieces: Of ink, those in the gap.
        frame: Of the print beside it.
        upright: Whether print would stand upright here.
    """
    figures = _figures(pieces, frame)
    if not figures:
        return Ink(Hand.EMPTY, gap, 0.0)
    box = figures[0].box
    for figure in figures:
        box = box.union(figure.box)
    room = max(box.x - gap.x, gap.right - box.right)
    roomy = _DOUBTFUL if room > _ROOMY * frame.capital else 0.0
    leaning = max(0.0, _lean(pieces) - _UPRIGHT) / (_LEANING - _UPRIGHT) if upright else 0.0
    oddness = hypot(*_oddness(figures, frame), roomy, leaning)
    hand = Hand.WRITTEN if oddness >= 1 else Hand.DOUBTFUL if oddness >= _DOUBTFUL else Hand.PRINTED
    return Ink(hand, box, oddness)


def _figures(pieces: Sequence[Glyph], frame: Frame) -> list[Glyph]:
    """Return the figures that pieces of ink are: a copier breaks print, so pieces of one figure's width are one.

    What is lower than a figure counts only between the lines: elsewhere it is dirt, and no hand is known by it.
    """
    slack, figures = _OFF * frame.capital, list[Glyph]()
    for piece in sorted(pieces, key=lambda piece: piece.box.x):
        foot = frame.foot_at(piece.centre)
        between = foot - frame.capital - slack <= piece.box.y and piece.box.bottom <= foot + slack
        if not between and piece.box.height < _FIGURE * frame.capital:
            continue
        whole = figures[-1].box.union(piece.box) if figures else None
        if whole and whole.width <= _BROAD * frame.capital:
            larger = max(figures[-1], piece, key=lambda glyph: glyph.box.width * glyph.box.height)
            figures[-1] = replace(larger, box=whole)
        else:
            figures.append(piece)
    return [figure for figure in figures if figure.box.height >= _FIGURE * frame.capital]


def _oddness(figures: Sequence[Glyph], frame: Frame) -> tuple[float, float, float]:
    """Return how far figures stand off the line, how much wider or narrower and how much bluer they are than print."""
    off = max(_off(figure, frame) for figure in figures)
    stroke = _median([figure.stroke for figure in figures])
    bluer = _median([figure.blueness for figure in figures]) - frame.blueness
    return off, abs(log(stroke / frame.stroke)) / log(_WIDER), bluer / _BLUER


def _off(figure: Glyph, frame: Frame) -> float:
    """Return how far a figure's top or foot misses the line, in shares of what makes it handwriting.

    What misses only one line, and from within, may as well be print that a copier broke: that is doubtful at most.
    """
    head, foot = (v / frame.capital / _OFF for v in (_over_head(figure, frame), _under_foot(figure, frame)))
    out, within = max(head, foot, 0.0), min(head, foot)
    if out < 1 and max(head, foot) > -1:
        return max(out, min(-within, _DOUBTFUL))
    return max(abs(head), abs(foot))


def _lean(pieces: Sequence[Glyph]) -> float:
    weights = [piece.box.height**3 for piece in pieces]
    return sum(weight * piece.lean for weight, piece in zip(weights, pieces, strict=True)) / sum(weights)


def _over_head(figure: Glyph, frame: Frame) -> float:
    return frame.foot_at(figure.centre) - frame.capital - figure.box.y


def _under_foot(figure: Glyph, frame: Frame) -> float:
    return figure.box.bottom - frame.foot_at(figure.centre)


def _median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return (ordered[middle] + ordered[~middle]) / 2
