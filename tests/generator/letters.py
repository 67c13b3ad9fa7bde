"""Letters with their diacritic marks set apart from the base.

Times New Roman stacks Vietnamese marks otherwise than the free fonts do (in ấ the acute stands beside the circumflex,
in ẫ the tilde above it), and prints them smaller. A reader trained on the free fonts alone confuses them, so here a
letter is rebuilt: the font's own base letter, and the font's own marks moved and scaled by a ``MarkStyle``.
"""

import random
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image as PilImage
from PIL import ImageDraw, ImageFont

from tests.generator.fonts import VIETNAMESE_LETTERS
from tests.generator.truth import Image, Rect

_BELOW = "\u0323"
_SHAPES = "\u0302\u0306"  # circumflex and breve belong to the vowel and stand next to it
_HORN = "\u031b"


@dataclass(frozen=True, slots=True)
class MarkStyle:
    """How a page's font places its marks; one style holds for a page, as it does in a real font.

    Attributes:
        scale: Size of the marks against the font's own. lift: Moves marks off the letter, in em (negative: closer).
        side: Where a tone stands on â ê ô ă: 0 above the vowel's own mark, 1 to its right.
        shift: Moves every mark to the right, in em.
    """

    scale: float = 1.0
    lift: float = 0.0
    side: float = 0.0
    shift: float = 0.0

    @classmethod
    def draw(cls, rng: random.Random) -> "MarkStyle":
        """Return a random style within what real fonts do."""
        return cls(
            scale=rng.uniform(0.75, 1.15),
            lift=rng.uniform(-0.015, 0.03),
            side=rng.choice((0.0, 1.0, rng.random())),
            shift=rng.uniform(-0.03, 0.03),
        )


def _ink(font: ImageFont.FreeTypeFont, text: str) -> tuple[Image, int, int]:
    """Return the ink of ``text``, with the offset of its top left corner from the pen on the baseline."""
    left, top, right, bottom = (int(v) for v in font.getbbox(text, anchor="ls"))
    picture = PilImage.new("L", (max(1, right - left + 2), max(1, bottom - top + 2)))
    ImageDraw.Draw(picture).text((1 - left, 1 - top), text, fill=255, font=font, anchor="ls")
    return np.asarray(picture), left - 1, top - 1


def _extent(ink: Image) -> Rect:
    """Return the rectangle of the inked pixels."""
    rows, columns = np.flatnonzero(ink.max(axis=1) > 32), np.flatnonzero(ink.max(axis=0) > 32)
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


@lru_cache(maxsize=4096)
def _mark_of(font: ImageFont.FreeTypeFont, mark: str, *, upper: bool) -> tuple[Image, float, float]:
    """Return a mark's ink as the font has it on ``a``, how far its centre is right of the letter's, its gap to it."""
    letter = "A" if upper else "a"
    bare, bare_x, bare_y = _ink(font, letter)
    whole, whole_x, whole_y = _ink(font, unicodedata.normalize("NFC", letter + mark))
    left, top, right, bottom = _extent(bare)
    centre = bare_x + (left + right) / 2
    if mark == _BELOW:
        cut = whole[int(bottom) + bare_y - whole_y :]
        m_left, m_top, m_right, m_bottom = _extent(cut)
        gap = m_top
    else:
        cut = whole[: int(top) + bare_y - whole_y]
        m_left, m_top, m_right, m_bottom = _extent(cut)
        gap = cut.shape[0] - m_bottom
    shape = cut[int(m_top) : int(m_bottom), int(m_left) : int(m_right)]
    return shape, whole_x + (m_left + m_right) / 2 - centre, gap


@lru_cache(maxsize=8192)
def _compose(font: ImageFont.FreeTypeFont, letter: str, style: MarkStyle) -> tuple[PilImage.Image, int, int]:
    """Return a letter rebuilt in ``style`` as a mask, with the offset of its corner from the pen on the baseline."""
    parts = unicodedata.normalize("NFD", letter)
    marks = [m for m in parts[1:] if m != _HORN]
    base = unicodedata.normalize("NFC", parts[0] + (_HORN if _HORN in parts else ""))
    if base == "i" and marks != [_BELOW]:
        base = "ı"
    bare, bare_x, bare_y = _ink(font, base)
    left, top, right, bottom = _extent(bare)
    centre = bare_x + (left + right) / 2
    if _HORN in parts:  # the horn is no part of the letter's width to the eye
        plain, plain_x, _ = _ink(font, parts[0])
        plain_left, _, plain_right, _ = _extent(plain)
        centre = plain_x + (plain_left + plain_right) / 2
    em = font.size
    room = int(em * 1.5)
    canvas = np.zeros((3 * room, 3 * room), dtype=np.uint8)  # the pen stands at (room, 2 * room)
    _lay(canvas, bare, room + bare_x, 2 * room + bare_y)
    roof, side_x = 2 * room + bare_y + top, 0.0
    for mark in sorted(marks, key=lambda m: (m == _BELOW, m not in _SHAPES)):
        shape, offset, gap = _mark_of(font, mark, upper=letter.isupper())
        height, width = (max(1, round(v * style.scale)) for v in shape.shape)
        shape = cv2.resize(shape, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)
        x = room + centre + offset + style.shift * em - width / 2 + side_x
        if mark == _BELOW:
            _lay(canvas, shape, round(x), round(2 * room + bare_y + bottom + gap))
            continue
        y = roof - max(1.0, gap * (0.5 if side_x else 1.0) + style.lift * em) - height
        _lay(canvas, shape, round(x), round(y))
        if mark in _SHAPES:  # a tone that follows stands above this mark, or beside it and lower
            side_x = style.side * (0.35 * width + 0.12 * em) or 1e-6
            roof = y + style.side * 0.8 * height
    c_left, c_top, c_right, c_bottom = (int(v) for v in _extent(canvas))
    cut = canvas[c_top:c_bottom, c_left:c_right]
    return PilImage.fromarray(cut), c_left - room, c_top - 2 * room


def _lay(canvas: Image, ink: Image, x: int, y: int) -> None:
    region = canvas[y : y + ink.shape[0], x : x + ink.shape[1]]
    np.maximum(region, ink, out=region)


def draw_apart(
    draw: ImageDraw.ImageDraw,
    pen: tuple[float, float],
    text: str,
    font: ImageFont.FreeTypeFont,
    *,
    ink: tuple[int, int, int],
    style: MarkStyle,
) -> Rect:
    """Write ``text`` with marks in ``style`` from ``pen`` on the baseline; return the rectangle of its ink."""
    x, y = pen
    rects: list[Rect] = []
    for letter in text:
        if letter in VIETNAMESE_LETTERS and letter not in "đĐơƠưƯ":
            mask, dx, dy = _compose(font, letter, style)
            corner = (round(x) + dx, round(y) + dy)
            draw.bitmap(corner, mask, fill=ink)
            rects.append((corner[0], corner[1], corner[0] + mask.width, corner[1] + mask.height))
        else:
            draw.text((x, y), letter, fill=ink, font=font, anchor="ls")
            left, top, right, bottom = font.getbbox(letter, anchor="ls")
            rects.append((x + left, y + top, x + right, y + bottom))
        x += font.getlength(letter)
    lefts, tops, rights, bottoms = zip(*rects, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
