"""Batches of lines, made in a process of their own while the network learns."""

import multiprocessing
import queue
import random
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.training import typefaces
from tests.training.alphabet import encode
from tests.training.lines import HEIGHT, Course, Printer, Sample

_SHEETS: Final = 32  # of a chunk: what is sorted by width together
_BUDGET: Final = 10_000  # pixels of width in a batch
_WIDEST: Final = 1600
_STEP: Final = 64  # widths are multiples of this: few shapes, so that prepared convolutions are used again
FULL_COURSE: Final = 150  # the chunk from which on all is practised
FALLBACK: Final = "DejaVuSans.ttf"


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines of about one width.

    Attributes:
        images: lines x HEIGHT x width, grey, white on the right where a line is shorter. widths: Of each line.
        targets: Indices of all lines' characters, one line after the other. lengths: Characters of each line.
        chunk: Which chunk of the course it belongs to. texts: What stands there.
    """

    images: NDArray[np.uint8]
    widths: NDArray[np.int64]
    targets: NDArray[np.int64]
    lengths: NDArray[np.int64]
    chunk: int
    texts: tuple[str, ...]


def course(chunk: int) -> Course:
    """Return what is practised in ``chunk``: short clean lines first, long and spoilt ones later."""
    if chunk < 24:
        return Course(longest=10 + chunk, hard=0.0)
    if chunk < FULL_COURSE:
        return Course(longest=34 + chunk // 6, hard=min(1.0, chunk / FULL_COURSE))
    return Course(longest=60 if chunk % 4 else 100, hard=1.0)


def gathered(samples: list[Sample], chunk: int, rng: random.Random) -> list[Batch]:
    """Return the samples in batches of like width, in random order."""
    usable = sorted((s for s in samples if s.image.shape[1] <= _WIDEST), key=lambda s: s.image.shape[1])
    batches = []
    while usable:
        width = -(-usable[-1].image.shape[1] // _STEP) * _STEP
        count = max(4, _BUDGET // width)
        part, usable = usable[-count:], usable[:-count]
        batches.append(batch(part, width, chunk))
    rng.shuffle(batches)
    return batches


def batch(samples: list[Sample], width: int, chunk: int = 0) -> Batch:
    """Return ``samples`` as one batch ``width`` pixels wide."""
    images = np.full((len(samples), HEIGHT, width), 255, dtype=np.uint8)
    for row, sample in zip(images, samples, strict=True):
        row[:, : sample.image.shape[1]] = sample.image
    codes = [encode(sample.text) for sample in samples]
    return Batch(
        images=images,
        widths=np.array([s.image.shape[1] for s in samples], dtype=np.int64),
        targets=np.concatenate(codes) if codes else np.zeros(0, dtype=np.int64),
        lengths=np.array([len(code) for code in codes], dtype=np.int64),
        chunk=chunk,
        texts=tuple(s.text for s in samples),
    )


def printer(listing: Path, seed: int) -> Printer:
    """Return a printer with the typefaces listed in the file ``listing``."""
    faces = typefaces.load(listing)
    fallback = next(face.path for face in faces if Path(face.path).name == FALLBACK)
    return Printer(faces, fallback, seed)


def chunks(listing: Path, seed: int, first: int, step: int = 1) -> Iterator[list[Batch]]:
    """Yield every ``step``-th chunk from number ``first`` on, without end."""
    cv2.setNumThreads(1)
    press, number = printer(listing, seed), first
    while True:
        rng = random.Random(f"{seed}/order/{number}")  # noqa: S311 - chance, not secrets
        samples = [s for i in range(_SHEETS) for s in press.sheet(number * _SHEETS + i, course(number))]
        yield gathered(samples, number, rng)
        number += step


def _supply(listing: Path, seed: int, first: int, step: int, out: "multiprocessing.Queue[list[Batch]]") -> None:
    parent = multiprocessing.parent_process()
    for batches in chunks(listing, seed, first, step):
        while parent is None or parent.is_alive():
            try:
                out.put(batches, timeout=5)
            except queue.Full:
                continue
            break
        else:  # nobody is left to read them
            out.cancel_join_thread()
            return


def supplied(listing: Path, seed: int, first: int, workers: int = 1) -> Iterator[Batch]:
    """Yield batches from processes of their own, which end with this one; their number changes nothing else.

    Raises:
        RuntimeError: One of the processes died; its error is on the screen.
    """
    context = multiprocessing.get_context("spawn")
    shelves: list[multiprocessing.Queue[list[Batch]]] = [context.Queue(maxsize=3) for _ in range(workers)]
    makers = [
        context.Process(target=_supply, args=(listing, seed, first + i, workers, shelf), daemon=True)
        for i, shelf in enumerate(shelves)
    ]
    for maker in makers:
        maker.start()
    while True:
        for maker, shelf in zip(makers, shelves, strict=True):
            yield from _next(maker, shelf)


def _next(maker: BaseProcess, shelf: "multiprocessing.Queue[list[Batch]]") -> list[Batch]:
    while True:
        try:
            return shelf.get(timeout=10)
        except queue.Empty:
            if not maker.is_alive():
                raise RuntimeError("no more lines are made") from None
