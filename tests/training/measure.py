"""Lines to measure on: held-out invented ones, and a folder of line images with their text."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.ctc import prepared
from ocr.decoding import Scores, decode
from tests.training.alphabet import ALPHABET
from tests.training.feed import printer
from tests.training.lines import HEIGHT, Course, Sample
from tests.training.score import Score, scored, total

HELD_OUT_SEED: Final = 1_000_003
_BUDGET: Final = 24_000

Reader = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""Images (lines x 40 x width, grey) to scores (lines x steps x answers)."""


def held_out(listing: Path, count: int) -> list[Sample]:
    """Return lines that training never sees: another seed, all damage, every second sheet of longer lines."""
    press = printer(listing, HELD_OUT_SEED)
    samples: list[Sample] = []
    while len(samples) < count:
        samples += press.sheet(len(samples), Course(longest=90 if len(samples) % 4 == 0 else 60))
    return samples[:count]


def empty(listing: Path, count: int) -> list[Sample]:
    """Return lines without text: rulings, leaders, strokes of seals and pens, noise."""
    press = printer(listing, HELD_OUT_SEED)
    return [s for i in range(-(-count // 10)) for s in press.sheet(i, Course(empty=1.0))][:count]


def from_folder(folder: Path) -> list[Sample]:
    """Return the lines of a folder with ``lines.tsv`` (file, dpi, text) beside its images."""
    samples = []
    for row in (folder / "lines.tsv").read_text().splitlines():
        name, _, text = row.split("\t")
        image = cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE)
        samples.append(
            Sample(prepared(np.asarray(image, dtype=np.uint8)), " ".join(unicodedata.normalize("NFC", text).split()))
        )
    return samples


def read(samples: Sequence[Sample], reader: Reader) -> list[str]:
    """Return what ``reader`` reads in each sample, batched by width."""
    texts = [""] * len(samples)
    for i, scores in answers(samples, reader):
        texts[i] = decode(scores, ALPHABET).text
    return texts


def answers(samples: Sequence[Sample], reader: Reader) -> Iterator[tuple[int, Scores]]:
    """Yield the number of every sample and what ``reader`` answers, batched by width."""
    order = sorted(range(len(samples)), key=lambda i: samples[i].image.shape[1])
    while order:
        width = -(-samples[order[-1]].image.shape[1] // 32) * 32
        count = max(1, _BUDGET // width)
        part, order = order[-count:], order[:-count]
        images = np.full((len(part), HEIGHT, width), 255, dtype=np.uint8)
        for row, i in zip(images, part, strict=True):
            row[:, : samples[i].image.shape[1]] = samples[i].image
        yield from zip(part, reader(images), strict=True)


def measured(samples: Sequence[Sample], texts: Iterable[str]) -> Score:
    """Return the score of ``texts`` against the samples' truth."""
    return total(scored(sample.text, text) for sample, text in zip(samples, texts, strict=True))
