"""Lines that are no print: what the reader makes of strokes, signatures and handwriting, and what its filters cost."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw
from rapidfuzz.distance import LCSseq

from ocr.ctc import STRIDE, prepared, words
from ocr.decoding import Reading, decode, is_legible
from ocr.model import Line
from ocr.noise import without_noise
from tests.benchmarks.ocr.tables import Table
from tests.generator.fonts import Family, load
from tests.generator.penmanship import write_digits
from tests.generator.seals import signature
from tests.generator.typesetting import Sheet
from tests.training import measure, texts
from tests.training.alphabet import ALPHABET
from tests.training.feed import printer
from tests.training.lines import HEIGHT, Course, Grey, Sample
from tests.training.measure import HELD_OUT_SEED, Reader

_DPI: Final = 200
_SHORT: Final = 4  # characters
_SURE: Final = 0.9
_EM: Final = 42  # pixels: of the cursive hand
_COLUMNS: Final = (
    *("lines", "number", "with text", "sure enough", "no noise", "right", "right and dropped"),
    *("words", "wrong", "wrong and sure"),
)


def sets(listing: Path, count: int) -> dict[str, list[Sample]]:
    """Return ``count`` lines of each kind: empty ones, by hand, and printed ones so short that they may be dropped."""
    press = printer(listing, HELD_OUT_SEED)
    short = [line for i in range(-(-count // 10)) for line in press.sheet(i, Course(longest=_SHORT, empty=0.0))]
    return {"empty": measure.empty(listing, count), **written_by_hand(count), "short print": short[:count]}


def written_by_hand(count: int) -> dict[str, list[Sample]]:
    """Return ``count`` lines of each kind that a pen writes; signatures have no text."""
    kinds: Mapping[str, Callable[[random.Random], Sample]] = {
        "signatures": _signed,
        "numbers by pen": _numbered,
        "cursive hand": _written,
    }
    rng = random.Random(HELD_OUT_SEED)  # noqa: S311 - chance, not secrets
    return {name: [draw(rng) for _ in range(count)] for name, draw in kinds.items()}


def _signed(rng: random.Random) -> Sample:
    sheet = Sheet(_DPI, width=60, height=32)
    signature(sheet, rng, 8, 5, width=rng.uniform(30, 45), height=rng.uniform(7, 20))
    return Sample(_cut(sheet.picture), "")


def _numbered(rng: random.Random) -> Sample:
    text = rng.choice(
        (f"{rng.randrange(10**6)}", f"{rng.randint(1, 31)}/{rng.randint(1, 12)}/{rng.randint(1990, 2030)}")
    )
    sheet = Sheet(_DPI, width=60, height=16)
    write_digits(sheet, rng, text, 6, 11)
    return Sample(_cut(sheet.picture), text)


def _written(rng: random.Random) -> Sample:
    """Return text in a chancery italic, every letter moved and turned as a hand does."""
    text = texts.words(rng, rng.randint(2, 6))
    font = load(Family.CHORUS, _EM)
    picture = Image.new("L", (round(font.getlength(text)) + 2 * _EM, 3 * _EM), 255)
    ImageDraw.Draw(picture).text((_EM, 2 * _EM), text, fill=40, font=font, anchor="ls")
    image = np.asarray(picture)
    y, x = np.mgrid[: image.shape[0], : image.shape[1]].astype(np.float32)
    for reach in (1.0, 2.3, 5.1):  # em
        shift = [rng.uniform(0, 7) for _ in range(4)]
        pull = 0.1 * _EM * rng.uniform(0.6, 1.4)
        x += pull * np.sin(x / (reach * _EM) * 2 + shift[0]) * np.cos(y / _EM * 2 + shift[1])
        y += pull * np.sin(x / (reach * _EM) * 2 + shift[2]) * np.cos(y / _EM * 2 + shift[3])
    bent = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderValue=255)
    return Sample(_cut(Image.fromarray(bent)), text)


def _cut(picture: Image.Image) -> Grey:
    """Return the ink with a margin, brought to the reader's height."""
    grey = np.asarray(picture.convert("L"), dtype=np.uint8)
    rows, columns = (np.flatnonzero((grey < 160).any(axis=axis)) for axis in (1, 0))
    inked = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return prepared(np.pad(inked, 10, constant_values=255))


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of a line: its truth, its reading, whether the filters of the reader and of the page leave it."""

    truth: str
    reading: Reading
    is_legible: bool
    is_kept: bool

    def words(self) -> Iterable[tuple[bool, float]]:
        """Yield for each word read and kept whether it is right, and its least sure character's probability."""
        read = words(self.reading, STRIDE, HEIGHT) if self.is_kept else ()
        matches = LCSseq.opcodes(self.truth.split(), [word.text for word in read])
        right = {i for match in matches if match.tag == "equal" for i in range(match.dest_start, match.dest_end)}
        return ((i in right, word.confidence) for i, word in enumerate(read))


def outcomes_table(kinds: Mapping[str, Sequence[Sample]], reader: Reader) -> Table:
    """Read lines; return how many give text, before and after the filters, and how many words are wrong though sure."""
    rows = []
    for name, samples in kinds.items():
        outcomes = [
            _outcome(samples[i].text, decode(scores, ALPHABET)) for i, scores in measure.answers(samples, reader)
        ]
        read = [word for outcome in outcomes for word in outcome.words()]
        right = [outcome for outcome in outcomes if outcome.truth and outcome.truth == outcome.reading.text]
        counts = (
            *(len(outcomes), sum(bool(o.reading.text) for o in outcomes)),
            *(sum(o.is_legible for o in outcomes), sum(o.is_kept for o in outcomes)),
            *(len(right), sum(not o.is_kept for o in right)),
            *(len(read), sum(not is_right for is_right, _ in read)),
            sum(not is_right and chance >= _SURE for is_right, chance in read),
        )
        rows.append([name, *map(str, counts)])
    return Table("What is no print, and what is short", _COLUMNS, rows)


def _outcome(truth: str, reading: Reading) -> _Outcome:
    legible = is_legible(reading)
    kept = legible and without_noise([Line(words(reading, STRIDE, HEIGHT))])
    return _Outcome(truth, reading, legible, bool(kept))
