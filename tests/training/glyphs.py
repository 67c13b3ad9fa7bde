"""Glyph masks of a typeface at a size, with the marks where the font has them or drawn apart in a ``MarkStyle``."""

import random
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ImageFont

from tests.training.alphabet import VIETNAMESE_LETTERS

Mask = NDArray[np.uint8]
_BELOW: Final = "\u0323"
_SHAPES: Final = "\u0302\u0306"
_HORN: Final = "\u031b"
_KEPT_WHOLE: Final = frozenset("đĐ")
_FINE: Final = 3  # marks are taken from a size this many times larger, so that they can be moved and scaled


class Glyph(NamedTuple):
    """Ink of a character: ``dx``, ``dy`` from the pen on the baseline to the mask's corner, ``advance`` in pixels."""

    mask: Mask
    dx: int
    dy: int
    advance: float


@dataclass(frozen=True, slots=True)
class MarkStyle:
    """How one font places its marks.

    Attributes:
        width, height: Size of the marks against the font's own. weight: -1 thinner, 0, 1 bolder.
        lift: Off the letter, in em. shift: To the right, in em.
        side: Where a tone stands on â ê ô ă: 0 above the vowel's own mark, 1 to its right, -1 a grave to its left.
        drop: How far a tone at the side comes down, share of the vowel mark's height.
        small: Capitals take the marks of small letters. horn: Size of the horn of ơ and ư against the font's own.
    """

    width: float
    height: float
    weight: int
    lift: float
    shift: float
    side: float
    drop: float
    small: bool
    horn: float

    @classmethod
    def draw(cls, rng: random.Random) -> "MarkStyle":
        """Return a style within what real fonts do."""
        size = rng.uniform(0.75, 1.2)
        return cls(
            width=size * rng.uniform(0.88, 1.14),
            height=size * rng.uniform(0.85, 1.15),
            weight=rng.choice((-1, 0, 0, 0, 1)),
            lift=rng.uniform(-0.02, 0.04),
            shift=rng.uniform(-0.04, 0.05),
            side=rng.choice((0.0, 1.0, rng.random(), rng.random(), -1.0)),
            drop=rng.uniform(0.2, 1.0),
            small=rng.random() < 0.3,
            horn=rng.choice((1.0, rng.uniform(0.55, 1.1))),
        )


class _Font:
    """A font file at a size, its glyphs kept."""

    def __init__(self, path: str, size: int) -> None:
        self.font = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
        self.size = size
        self._kept: dict[str, Glyph] = {}

    def glyph(self, character: str) -> Glyph:
        kept = self._kept.get(character)
        if kept is None:
            mask, (dx, dy) = self.font.getmask2(character, mode="L", anchor="ls")
            array = np.array(mask, dtype=np.uint8).reshape(mask.size[1], mask.size[0])
            kept = Glyph(array, dx, dy, self.font.getlength(character))
            self._kept[character] = kept
        return kept


class Fonts:
    """The fonts used last, so that memory stays bounded."""

    def __init__(self, most: int = 240) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, int], _Font] = OrderedDict()

    def get(self, path: str, size: int) -> _Font:
        """Return the font file at ``size`` pixels per em."""
        key = (path, size)
        font = self._kept.pop(key, None) or _Font(path, size)
        self._kept[key] = font
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return font


class Pen:
    """Gives the glyphs of one typeface at one size in one mark style (``None``: the font's own letters)."""

    def __init__(self, fonts: Fonts, path: str, size: int, style: MarkStyle | None, fallback: str) -> None:
        self._plain = fonts.get(path, size)
        self._fine = fonts.get(path, size * _FINE) if style else None
        self._other = fonts.get(fallback, size)
        self._style = style
        self._kept: dict[str, Glyph] = {}
        self._nothing = self._plain.glyph("\uffff").mask.tobytes()

    def glyph(self, character: str) -> Glyph:
        """Return a character's ink; one that the font lacks comes from the fallback font."""
        kept = self._kept.get(character)
        if kept is None:
            if self._style and character in VIETNAMESE_LETTERS and character not in _KEPT_WHOLE:
                kept = self._apart(character, self._style)
            else:
                kept = self._plain.glyph(character)
                if character != " " and ord(character) > 0x7E and kept.mask.tobytes() in {self._nothing, b""}:
                    kept = self._other.glyph(character)
            self._kept[character] = kept
        return kept

    def _mark(self, letter: str, mark: str) -> tuple[Mask, float, float]:
        """Return a mark as the font has it on ``letter`` (fine), its centre right of the letter's, its gap to it."""
        assert self._fine is not None
        bare, whole = self._fine.glyph(letter), self._fine.glyph(unicodedata.normalize("NFC", letter + mark))
        left, top, right, bottom = _extent(bare.mask)
        if mark == _BELOW:
            cut = whole.mask[max(0, bottom + bare.dy - whole.dy) :]
        else:
            cut = whole.mask[: max(1, top + bare.dy - whole.dy)]
        m_left, m_top, m_right, m_bottom = _extent(cut)
        gap = m_top if mark == _BELOW else cut.shape[0] - m_bottom
        offset = whole.dx + (m_left + m_right) / 2 - bare.dx - (left + right) / 2
        return cut[m_top:m_bottom, m_left:m_right], offset / _FINE, gap / _FINE

    def _horned(self, letter: str, size: float) -> Glyph:
        """Return o or u with the font's horn at another size; the horn stays where it grows out of the letter."""
        plain, whole = self._plain.glyph(letter), self._plain.glyph(unicodedata.normalize("NFC", letter + _HORN))
        em = self._plain.size
        canvas, horn = np.zeros((2, 3 * em, 3 * em), dtype=np.uint8)
        _lay(canvas, plain.mask, em + plain.dx, 2 * em + plain.dy)
        _lay(horn, whole.mask, em + whole.dx, 2 * em + whole.dy)
        around = cv2.dilate(canvas, np.ones((3, 3), np.uint8))
        horn[around > 0] = 0
        left, top, right, bottom = _extent(horn)
        size_x, size_y = round((right - left) * size), round((bottom - top) * size)
        if size == 1.0 or horn.sum() > 0.5 * canvas.sum() or min(size_x, size_y) < 2:
            return whole  # the letter under the horn has another shape
        shape = cv2.resize(horn[top:bottom, left:right], (size_x, size_y), interpolation=cv2.INTER_AREA)
        _lay(canvas, np.asarray(shape, dtype=np.uint8), left - 1, bottom - size_y)
        c_left, c_top, c_right, c_bottom = _extent(canvas)
        mask = canvas[c_top:c_bottom, c_left:c_right].copy()
        return Glyph(mask, c_left - em, c_top - 2 * em, whole.advance)

    def _apart(self, letter: str, style: MarkStyle) -> Glyph:  # one drawing, step by step
        parts = unicodedata.normalize("NFD", letter)
        marks = [m for m in parts[1:] if m != _HORN]
        base = "ı" if parts[0] == "i" and marks != [_BELOW] else parts[0]
        bare = self._horned(base, style.horn) if _HORN in parts else self._plain.glyph(base)
        left, top, right, bottom = _extent(bare.mask)
        centre = bare.dx + (left + right) / 2
        if _HORN in parts:  # to the eye the horn is no part of the letter's width
            plain = self._plain.glyph(parts[0])
            p_left, _, p_right, _ = _extent(plain.mask)
            centre = plain.dx + (p_left + p_right) / 2
        em = self._plain.size
        room = 2 * em
        canvas = np.zeros((3 * em, 4 * em), dtype=np.uint8)  # the pen stands at (room, room)
        _lay(canvas, bare.mask, room + bare.dx, room + bare.dy)
        roof, side_x = float(room + bare.dy + top), 0.0
        for mark in sorted(marks, key=lambda m: (m == _BELOW, m not in _SHAPES)):
            shape, offset, gap = self._mark("A" if letter.isupper() and not style.small else "a", mark)
            below = mark == _BELOW
            shape = _weighed(shape, 0 if below else style.weight)
            height = max(2, round(shape.shape[0] / _FINE * style.height))
            width = max(2, round(shape.shape[1] / _FINE * (style.height if below else style.width)))
            shape = cv2.resize(shape, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
            x = (
                room
                + centre
                + offset
                + style.shift * em
                - width / 2
                + side_x * (-1 if style.side < 0 and mark == "\u0300" else 1)
            )
            if below:
                _lay(canvas, shape, round(x), round(room + bare.dy + bottom + max(1.0, gap + style.lift * em)))
                continue
            y = roof - max(0.0 if side_x else 1.0, gap * (0.5 if side_x else 1.0) + style.lift * em) - height
            _lay(canvas, shape, round(x), round(y))
            if mark in _SHAPES:
                side = abs(style.side)
                side_x = side * (0.35 * width + 0.12 * em) or 1e-6
                roof = y + side * style.drop * height
        c_left, c_top, c_right, c_bottom = _extent(canvas)
        return Glyph(
            canvas[c_top:c_bottom, c_left:c_right].copy(),
            c_left - room,
            c_top - room,
            self._plain.glyph(letter).advance,
        )


def _weighed(shape: Mask, weight: int) -> Mask:
    if weight == 0 or min(shape.shape) < 5:
        return shape
    kernel = np.ones((2, 2), np.uint8)
    changed = (
        cv2.dilate(cv2.copyMakeBorder(shape, 1, 1, 1, 1, cv2.BORDER_CONSTANT), kernel)
        if weight > 0
        else cv2.erode(shape, kernel)
    )
    return np.asarray(changed, dtype=np.uint8)


def _extent(ink: Mask) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the inked pixels; all of the mask where there is none."""
    rows, columns = np.flatnonzero(ink.max(axis=1, initial=0) > 32), np.flatnonzero(ink.max(axis=0, initial=0) > 32)
    if not len(rows):
        return 0, 0, ink.shape[1], ink.shape[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _lay(canvas: Mask, ink: Mask, x: int, y: int) -> None:
    x, y = max(0, x), max(0, y)
    region = canvas[y : y + ink.shape[0], x : x + ink.shape[1]]
    np.maximum(region, ink[: region.shape[0], : region.shape[1]], out=region)
