"""Line images as the line finder cuts them out, with their text: drawn straight from glyph masks, without pages.

Lines come by the sheet: a few lines in one typeface with one way of placing marks, one printer and one scanner, as
on a real page; equal seeds give equal lines.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.training import damage
from tests.training.glyphs import Fonts, Glyph, MarkStyle, Pen
from tests.training.texts import draw_row, draw_text
from tests.training.typefaces import Typeface

HEIGHT: Final = 40
"""Every line is brought to this many pixels before it is read, by ``ocr.ctc`` too."""

Grey = NDArray[np.uint8]
_SIZES: Final = (17, 19, 21, 22, 24, 25, 27, 28, 30, 33, 36, 36, 38, 40, 44, 50, 56)
_SHARES: Final = {"times": 0.36, "serif": 0.24, "sans": 0.24, "narrow": 0.06, "typewriter": 0.10}
_PER_SHEET: Final = 10
_IN_CELLS: Final = 0.2  # of the numbers stand one digit to a cell, as forms want them
_COPIED: Final = 0.16  # of the damaged sheets are photocopies
_ROWS: Final = 0.12  # of the lines are rows of forms
_LEADER: Final = 2.5  # em: fewer dots are an ellipsis


@dataclass(frozen=True, slots=True)
class Sample:
    """A line: ``image`` is ``HEIGHT`` pixels high, grey, dark on light; ``text`` NFC, empty where there is none."""

    image: Grey
    text: str


@dataclass(frozen=True, slots=True)
class Course:
    """What is practised.

    Attributes:
        longest: Line, in characters. hard: 0 for clean prints, 1 for all that happens. empty: Share without text.
    """

    longest: int = 60
    hard: float = 1.0
    empty: float = 0.03


@dataclass(frozen=True, slots=True)
class _Strip:
    """Ink of a line: 255 ink, with the row of its baseline and the rectangle of its letters."""

    ink: Grey
    baseline: int
    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a sheet is set."""

    em: int
    spacing: float
    gap: float
    pitch: float
    damaged: bool
    copied: bool


class Printer:
    """Prints sheets of training lines.

    Args:
        typefaces: To print with. fallback: Font file for symbols that a typeface lacks.
        seed: Equal seeds give equal lines.
    """

    def __init__(self, typefaces: Sequence[Typeface], fallback: str, seed: int) -> None:
        self._by_group: dict[str, dict[str, list[Typeface]]] = {}
        for face in typefaces:
            self._by_group.setdefault(face.group, {}).setdefault(face.family, []).append(face)
        self._fallback = fallback
        self._seed = seed
        self._fonts = Fonts()

    def sheet(self, number: int, course: Course) -> list[Sample]:
        """Return the lines of sheet ``number``."""
        rng = random.Random(f"{self._seed}/{number}")  # noqa: S311 - chance, not secrets
        groups = [group for group in _SHARES if group in self._by_group]
        group = rng.choices(groups, [_SHARES[g] for g in groups])[0]
        family = rng.choice(sorted(self._by_group[group]))
        faces = self._by_group[group][family]
        manner = _Manner(
            em=rng.choice(_SIZES),
            spacing=rng.choice(
                (0.0, 0.0, 0.0, rng.uniform(-0.03, 0.05), rng.uniform(-0.03, 0.05), rng.uniform(0.05, 0.2))
            ),
            gap=rng.uniform(0.8, 1.3),
            pitch=rng.uniform(1.0, 1.7),
            damaged=rng.random() < 0.75,
            copied=rng.random() < _COPIED,
        )
        style = MarkStyle.draw(rng) if rng.random() < (0.8 if group == "times" else 0.4) else None
        pens = [
            Pen(self._fonts, face.path, manner.em, style, self._fallback)
            for face in rng.sample(faces, min(2, len(faces)))
        ]
        filled = self._other_pen(manner.em, rng)
        samples: list[Sample] = []
        strips: list[_Strip] = []
        for _ in range(_PER_SHEET):
            empty = rng.random() < course.empty
            parts: tuple[str, ...] = ()
            if not empty:
                row = rng.random() < _ROWS
                parts = draw_row(rng, course.longest) if row else (draw_text(rng, course.longest),)
            text = " ".join(parts)
            compositor = _Compositor(pens, filled, manner, rng, text)
            for part in parts:
                compositor.set(part)
            strip = _blank(rng, manner.em) if empty else compositor.strip()
            samples.append(Sample(_photograph(strip, strips, manner, course, rng), text))
            if not empty:
                strips = [*strips[-2:], strip]
        return samples

    def _other_pen(self, em: int, rng: random.Random) -> Pen:
        """Return what a form is filled in with: any typeface, a little smaller or larger."""
        faces = [face for families in self._by_group.values() for found in families.values() for face in found]
        size = max(_SIZES[0], round(em * rng.choice((0.8, 0.9, 1.0, 1.0, 1.1))))
        return Pen(self._fonts, rng.choice(faces).path, size, None, self._fallback)


def _blank(rng: random.Random, em: int) -> _Strip:
    width = rng.randint(2 * em, 14 * em)
    baseline = round(1.6 * em)
    ink = np.zeros((round(2.5 * em), width), dtype=np.uint8)
    return _Strip(ink, baseline, em // 2, width - em // 2, round(0.9 * em), baseline)


class _Compositor:
    """Sets one line: now and then the face changes between two words, a form is filled in over a leader."""

    def __init__(self, pens: Sequence[Pen], filled: Pen, manner: _Manner, rng: random.Random, text: str) -> None:
        em = manner.em
        self._pens, self._filled, self._rng, self._em = pens, filled, rng, em
        self._changes = rng.random() < 0.18
        self._fills = rng.random() < (0.4 if ": " in text else 0.03)
        self._raised = round(em * rng.choice((0, rng.uniform(-0.25, 0.35), rng.uniform(0, 0.35))))
        self._spacing = manner.spacing * em
        self._gap = manner.gap * rng.choice((1, 1, 1, rng.uniform(0.8, 2.2)))
        self._cells = rng.uniform(0.25, 1.4) * em if text.isdigit() and rng.random() < _IN_CELLS else 0.0
        self._x = float(em)
        self._placed: list[tuple[int, int, Glyph]] = []
        self._over: list[tuple[int, int]] = []  # from where to where a leader was written over

    def set(self, part: str) -> None:
        """Set a part of the line, away from what stands there."""
        em, rng = self._em, self._rng
        if self._placed:
            self._x += em * rng.uniform(0.6, rng.choice((2, 6, 20)))
        pen, rise = self._pens[0], 0
        for i, character in enumerate(part):
            if character == " ":
                self._space(pen)
                if self._fills and pen is not self._filled and (part[i - 1] in ":;)" or rng.random() < 0.1):
                    pen, rise = self._filled, self._raised
                    self._over.append((round(self._x), round(self._x)))
                elif self._changes and pen is not self._filled and rng.random() < 0.3:
                    pen = self._pens[-1] if pen is self._pens[0] else self._pens[0]
                continue
            self._letter(pen.glyph(character), rise, first=i == 0)
            if pen is self._filled:
                self._over[-1] = (self._over[-1][0], round(self._x))

    def _space(self, pen: Pen) -> None:
        rng, em = self._rng, self._em
        self._x += max(0.2 * em, pen.glyph(" ").advance * self._gap + self._spacing)
        if rng.random() < 0.02:
            self._x += em * rng.uniform(0.5, rng.choice((3, 12, 25)))

    def _letter(self, glyph: Glyph, rise: int, *, first: bool) -> None:
        if not first and self._spacing < 0 and glyph.mask.shape[1] > glyph.advance:
            self._x -= self._spacing / 2
        self._placed.append((round(self._x), rise, glyph))
        self._x += glyph.advance + self._spacing + self._cells

    def strip(self) -> _Strip:
        """Return what was set."""
        em, rng = self._em, self._rng
        baseline = round(1.6 * em)
        ink = np.zeros((round(2.5 * em), round(self._x) + 2 * em), dtype=np.uint8)
        height, width = ink.shape
        left, right, top, bottom = width, 0, height, 0
        for pen_x, rise, (mask, dx, dy, _) in self._placed:
            y0, x0 = max(0, baseline + dy - rise), max(0, pen_x + dx)
            region = ink[y0 : y0 + mask.shape[0], x0 : x0 + mask.shape[1]]
            np.maximum(region, mask[: region.shape[0], : region.shape[1]], out=region)
            left, right = min(left, x0), max(right, x0 + region.shape[1])
            top, bottom = min(top, y0), max(bottom, y0 + region.shape[0])
        if rng.random() < 0.4:
            below, kept = baseline + round(em * rng.uniform(0, 0.1)), rng.uniform(0.05, 0.5)
            for start, end in self._over:
                damage.leaders(ink, rng, start=start, end=end, baseline=below, em=em, kept=kept)
        if self._cells:
            half = round(self._cells / 2)
            damage.cells(ink, rng, [pen_x - half for pen_x, _, _ in self._placed], round(self._x) - half)
        return _Strip(ink, baseline, left, right, top, bottom)


def _photograph(strip: _Strip, others: Sequence[_Strip], manner: _Manner, course: Course, rng: random.Random) -> Grey:
    """Return the strip as it is cut out of a scan, brought to ``HEIGHT``."""
    em, hard = manner.em, course.hard
    left, top, right, bottom = _frame(strip, em, rng)
    ink = _window(strip.ink, left, top, right, bottom)
    inner = (strip.left - left, strip.top - top, strip.right - left, strip.bottom - top)
    baseline = strip.baseline - top
    _neighbours(ink, others, manner, baseline, rng)
    _company(ink, inner, rng, baseline=baseline, em=em, hard=hard)
    if rng.random() < 0.5 * hard:
        ink = _bent(ink, em, rng)
    if manner.damaged:
        ink = damage.print_ink(ink, rng)
    image = damage.to_paper(ink, rng, hard=hard)
    if manner.damaged:
        if rng.random() < 0.07 * hard and others:
            image = damage.bleed(image, others[-1].ink, rng)
        if rng.random() < 0.12 * hard:
            image = damage.shade(image, rng)
        if manner.copied and rng.random() < hard:
            image = damage.copied(image, rng, em=em)
        image = damage.scan(image, rng, hard=hard)
    if rng.random() < 0.35:
        _bordered(image, inner, max(2, round(em * rng.uniform(0.05, 0.12))))
    return _brought_to_height(image, rng)


def _frame(strip: _Strip, em: int, rng: random.Random) -> tuple[int, int, int, int]:
    """Choose where the line finder cuts: by the line's height mostly, sometimes close to the ink."""
    kind = rng.random()
    slack = rng.randint(-1, 3)
    if kind < 0.3:
        top, bottom = strip.top - slack, strip.bottom + rng.randint(-1, 3)
    else:
        rise, fall = (
            (rng.uniform(0.85, 1.1), rng.uniform(0.22, 0.36))
            if kind < 0.75
            else (rng.uniform(0.72, 1.45), rng.uniform(0.2, 0.6))
        )
        top = min(strip.top - slack, strip.baseline - round(rise * em))
        bottom = max(strip.bottom + rng.randint(-2, 3), strip.baseline + round(fall * em))
    if bottom - top < em * 0.75:  # a line of dashes is not cut lower than a letter
        bottom, top = strip.baseline + round(0.2 * em), strip.baseline - round(0.8 * em)
    side = lambda: round(em * rng.choice((0.0, 0.05, 0.15, 0.15, 0.3, 0.6)) + rng.randint(-1, 3))  # noqa: E731
    left, right = strip.left - side(), strip.right + side()
    if rng.random() < 0.06:
        right += round(em * rng.uniform(1, 8))
    if rng.random() < 0.03:
        left -= round(em * rng.uniform(1, 6))
    return left, top, max(right, left + em // 2), bottom


def _window(ink: Grey, left: int, top: int, right: int, bottom: int) -> Grey:
    """Cut out a rectangle that may reach beyond the ink's edges."""
    height, width = ink.shape
    window = np.zeros((bottom - top, right - left), dtype=np.uint8)
    y0, y1, x0, x1 = max(0, top), min(height, bottom), max(0, left), min(width, right)
    if y1 > y0 and x1 > x0:
        window[y0 - top : y1 - top, x0 - left : x1 - left] = ink[y0:y1, x0:x1]
    return window


def _bordered(image: Grey, inner: tuple[int, int, int, int], around: int) -> None:
    """Paint white all that is farther than ``around`` from the line's ink, as the line finder does."""
    left, top, right, bottom = inner
    image[: max(0, top - around)] = 255
    image[max(0, bottom + around) :] = 255
    image[:, : max(0, left - around)] = 255
    image[:, max(0, right + around) :] = 255


def _neighbours(ink: Grey, others: Sequence[_Strip], manner: _Manner, baseline: int, rng: random.Random) -> None:
    """Let the lines above and below reach in."""
    height, width = ink.shape
    for other, direction in zip(others[-2:], (-1, 1), strict=False):
        if rng.random() < 0.35:
            continue
        pitch = max(manner.pitch, rng.uniform(1.0, 1.5)) * manner.em
        start = round(baseline + direction * pitch) - other.baseline
        y0, y1 = max(0, start), min(height, start + other.ink.shape[0])
        x0 = rng.randint(-manner.em * 4, manner.em)
        a, b = max(0, x0), min(width, x0 + other.ink.shape[1])
        if y1 > y0 and b > a:
            region = ink[y0:y1, a:b]
            np.maximum(region, other.ink[y0 - start : y1 - start, a - x0 : b - x0], out=region)


def _company(
    ink: Grey, inner: tuple[int, int, int, int], rng: random.Random, *, baseline: int, em: int, hard: float
) -> None:
    """Draw what stands beside, under and over the text."""
    left, _, right, _ = inner
    if rng.random() < 0.06:
        y, thick = baseline + round(em * rng.uniform(0.06, 0.2)), max(1, round(em * rng.uniform(0.03, 0.08)))
        start = rng.choice((left, rng.randint(min(left, right - 1), right - 1)))
        ink[y : y + thick, max(0, start) : rng.choice((right, rng.randint(start, right)))] = rng.randint(120, 255)
    if rng.random() < 0.09:
        damage.rulings(ink, rng, inner)
    if ink.shape[1] - right > _LEADER * em and rng.random() < 0.4:
        damage.leaders(ink, rng, start=right + em // 5, end=ink.shape[1], baseline=baseline, em=em)
    if rng.random() < 0.03:
        below = baseline + round(em * rng.uniform(0.05, 0.15))
        damage.leaders(ink, rng, start=0, end=ink.shape[1], baseline=below, em=em)
    if rng.random() < 0.04 * hard:
        damage.seal(ink, rng)
    if rng.random() < 0.02 * hard:
        damage.signature(ink, rng)
    if rng.random() < 0.03 * hard:
        damage.guilloche(ink, rng)


def _bent(ink: Grey, em: int, rng: random.Random) -> Grey:
    """Turn the line a little, or bend it."""
    height, width = ink.shape
    if rng.random() < 0.7 or width < 4 * em:
        slope = np.tan(np.radians(rng.gauss(0, 0.45)))
        slope = float(np.clip(slope, -0.18 * height / width, 0.18 * height / width))
        shear = rng.gauss(0, 0.03)
        matrix = np.array([[1, shear, -shear * height / 2], [slope, 1, -slope * width / 2]], dtype=np.float32)
        return np.asarray(cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_LINEAR))
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    swing, length, phase = rng.uniform(0, 0.05) * em, rng.uniform(0.7, 3) * width, rng.uniform(0, 6.3)
    return np.asarray(
        cv2.remap(ink, xs, ys + (swing * np.sin(2 * np.pi * xs / length + phase)).astype(np.float32), cv2.INTER_LINEAR)
    )


def _brought_to_height(image: Grey, rng: random.Random) -> Grey:
    height, width = image.shape
    stretch = rng.choice((1.0, 1.0, rng.uniform(0.85, 1.12)))
    size = (max(16, round(width * HEIGHT / height * stretch)), HEIGHT)
    smaller = height > HEIGHT
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR))
