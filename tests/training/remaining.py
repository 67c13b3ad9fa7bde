"""What a reader still gets wrong: which characters it takes for which, and its hardest lines as a picture."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from tests.benchmarks.ocr import metrics
from tests.benchmarks.ocr.tables import Table
from tests.training.lines import HEIGHT, Sample

_LONGEST: Final = 12
"""Longer runs of wrong characters are lost words, no confusions."""
_SHOWN: Final = str.maketrans({" ": "␣", "|": "¦"})
_KINDS: Final = ("marks", "case", "letters", "digits", "punctuation", "spaces")
_WIDTH, _MARGIN, _TYPE, _ROW = 1000, 14, 19, 24  # pixels: of the picture, its border, the height of type, of its row
_PAPER, _INK, _WRONG = "#ffffff", "#333333", "#c0392b"


@dataclass(frozen=True, slots=True)
class Read:
    """A line and what was read in it."""

    sample: Sample
    text: str

    @property
    def errors(self) -> int:
        """Edits that lead from the truth to what was read."""
        return int(Levenshtein.distance(self.sample.text, self.text))


def kinds_table(sets: Mapping[str, Sequence[Read]]) -> Table:
    """Return for each set of lines how many characters of which kind are wrong."""
    rows = []
    for name, lines in sets.items():
        spent = sum((metrics.edit_kinds(line.sample.text, line.text) for line in lines), Counter[str]())
        characters = sum(len(line.sample.text) for line in lines)
        counts = [len(lines), characters, spent.total(), *(spent[kind] for kind in _KINDS)]
        rows.append([name, *map(str, counts)])
    return Table("Wrong characters by kind", ["lines", "number", "characters", "wrong", *_KINDS], rows)


def confusions_table(sets: Mapping[str, Sequence[Read]], *, limit: int = 20) -> Table:
    """Return for each set of lines what was most often read as what, with the number of times."""
    commonest = [[f"{_shown(a)} → {_shown(b)} × {n}" for (a, b), n in _confusions(x, limit)] for x in sets.values()]
    return Table("Printed → read", list(sets), list(zip_longest(*commonest, fillvalue="")))


def _confusions(lines: Sequence[Read], limit: int) -> list[tuple[tuple[str, str], int]]:
    seen = sum((metrics.confusions(line.sample.text, line.text) for line in lines), Counter[tuple[str, str]]())
    return [(pair, n) for pair, n in seen.most_common() if max(map(len, pair)) <= _LONGEST][:limit]


def _shown(characters: str) -> str:
    return f"`{characters.translate(_SHOWN)}`" if characters else "∅"


def hardest(lines: Sequence[Read], *, limit: int = 10) -> list[Read]:
    """Return the lines with most errors, the worst first."""
    return sorted(lines, key=lambda line: -line.errors)[:limit]


def picture(lines: Sequence[Read], font: str) -> Image.Image:
    """Return the lines below each other, each with its truth and with what was read, differences in red."""
    face = ImageFont.truetype(font, _TYPE)
    row = HEIGHT + 2 * _ROW + _MARGIN
    sheet = Image.new("RGB", (_WIDTH, _MARGIN + row * len(lines)), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for number, line in enumerate(lines):
        top = _MARGIN + number * row
        image = Image.fromarray(line.sample.image)
        image.thumbnail((_WIDTH - 2 * _MARGIN, HEIGHT))
        sheet.paste(image, (_MARGIN, top))
        blocks = Levenshtein.opcodes(line.sample.text, line.text)
        truth = [(line.sample.text[b.src_start : b.src_end], b.tag == "equal") for b in blocks]
        read = [(line.text[b.dest_start : b.dest_end], b.tag == "equal") for b in blocks]
        _write(draw, (_MARGIN, top + HEIGHT + 4), truth, face)
        _write(draw, (_MARGIN, top + HEIGHT + _ROW), read, face)
    return sheet


def _write(
    draw: ImageDraw.ImageDraw,
    place: tuple[float, float],
    parts: Iterable[tuple[str, bool]],
    face: ImageFont.FreeTypeFont,
) -> None:
    """Write parts of a text one after the other, right ones in grey and wrong ones in red."""
    x, y = place
    for part, right in parts:
        draw.text((x, y), part, font=face, fill=_INK if right else _WRONG)
        x += face.getlength(part)
