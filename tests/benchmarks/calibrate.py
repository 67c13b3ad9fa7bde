"""Fit the calibration of word confidences to the development set: ``python -m tests.benchmarks.calibrate``.

Every page is read as the pipeline reads it, with the engine's own confidences, and every word is right or wrong by what
stands in its place in the truth. To these a logistic model is fitted by Newton's method with a weak ridge, and written
to ``ocr/confidence.toml``. To be run again when the reading, the engine or the pages have changed. What it prints is
judged by folds of whole pages, so that no page speaks about itself.
"""

import argparse
import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from ocr.confidence import CURVE, features_of
from ocr.ctc import CtcReader
from ocr.engine import LineReader
from ocr.model import PageReading
from ocr.reader import read_page
from ocr.tesseract import TesseractEngine
from tests.benchmarks.ocr.engines import ReadWord, decoded, kept_master, quad
from tests.benchmarks.ocr.pages import Scan, load
from tests.benchmarks.ocr.placed import JudgedWord, judge
from tests.benchmarks.ocr.reliability import SURE, reliability_table
from tests.benchmarks.usage import cpu_seconds

ENGINES: Final[Mapping[str, Callable[[], LineReader]]] = {
    "sohoa": CtcReader,
    "tesseract": lambda: TesseractEngine("vie"),
}
FILE: Final = Path("ocr/confidence.toml")
_HEAD: Final = "# How sure words are: weights fitted by python -m tests.benchmarks.calibrate; see ocr/confidence.py.\n"
_BELOW: Final = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 0.9)
"""Shares of the words below the knots: close where words are doubtful."""
_RIDGE: Final = 1.0
_FOLDS: Final = 7
_MOST_STEPS, _SMALLEST_STEP = 50, 1e-6
_VERSION: Final = re.compile(r"\d+(\.\d+)+")
_ANY_VERSION: Final = re.compile(r"\d+(\.\d+)*")

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JudgedPage:
    """A page with the engine's confidences, and for each of its words whether it is right."""

    reading: PageReading
    words: tuple[JudgedWord, ...]


def main() -> None:
    """Read, fit, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=ENGINES, default="sohoa", help="what reads the lines")
    parser.add_argument("--limit", type=int, help="read this many pages and write nothing")
    options = parser.parse_args()
    limit: int | None = options.limit
    cv2.setNumThreads(1)
    console = Console()
    scans, began = load("dev", limit=limit), cpu_seconds()
    engine = ENGINES[options.engine]()
    pages = [judged_page(scan, engine) for scan in track(scans, "reading pages", console=console, transient=True)]
    pages = [page for page in pages if page.words]
    knots = knots_of(pages)
    names, features = design(pages, knots)
    rising = np.array([name.startswith(CURVE) for name in names])
    words = [word for page in pages for word in page.words]
    right = np.array([word.right for word in words], float)
    groups = np.repeat(np.arange(len(pages)), [len(page.words) for page in pages])
    chances = cross_validated(features, right, rising, groups)
    judged = [JudgedWord(w.text, float(p), w.truth, w.off_px) for w, p in zip(words, chances, strict=True)]
    console.print(reliability_table("ours, judged by folds of pages", judged).rich())
    sure = chances >= SURE
    console.print(
        f"{len(pages)} pages, {len(words)} words, {_percent(1 - right)} wrong; {_percent(sure)} are sure, "
        f"{_percent(1 - right[sure])} of these wrong; {cpu_seconds() - began:.0f} CPU s"
    )
    if limit is None:
        weights = dict(zip(names, fit(features, right, rising).tolist(), strict=True))
        keep(FILE, engine.name, knots, weights, words=len(words))


def judged_page(scan: Scan, engine: LineReader) -> JudgedPage:
    """Read a page as the pipeline does, but for the calibration."""
    page = decoded(scan.file)
    master, kept = kept_master(page)
    reading = read_page(kept, number=1, dpi=page.dpi, engine=engine, calibrate=False)
    words = [ReadWord(w.text, w.confidence, quad(w, master)) for w in reading.words]
    return JudgedPage(reading, judge(words, scan.words, scan.to_scan, scan.optional))


def knots_of(pages: Sequence[JudgedPage]) -> tuple[float, ...]:
    """Return the confidences, rising, between which the curve is to be straight."""
    confidences = [word.confidence for page in pages for word in page.words]
    return tuple(float(knot) for knot in np.unique(np.quantile(confidences, _BELOW).round(4)))


def design(pages: Sequence[JudgedPage], knots: Sequence[float]) -> tuple[tuple[str, ...], Array]:
    """Return the features' names, the constant first, and their values: words x features."""
    rows = [row for page in pages for row in features_of(page.reading.lines, knots)]
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    return names, np.array([[row.get(name, 0.0) for name in names] for row in rows], float)


def fit(features: Array, right: Array, rising: NDArray[np.bool_]) -> Array:
    """Return the weights under which the words are likeliest right and wrong as they are.

    Args:
        features: Words x features, the first a constant, which the ridge spares.
        right: 1 for words that are right, else 0.
        rising: Which features must not speak against a word: where the data would have it so, they say nothing.
    """
    used = np.ones(features.shape[1], bool)
    while True:
        weights = np.zeros(features.shape[1])
        weights[used] = _newton(features[:, used], right)
        falling = rising & (weights < 0)
        if not falling.any():
            return weights
        used &= ~falling


def _newton(features: Array, right: Array) -> Array:
    ridge = np.full(features.shape[1], _RIDGE)
    ridge[0] = _SMALLEST_STEP
    weights = np.zeros(features.shape[1])
    for _ in range(_MOST_STEPS):
        chances = _chances(features, weights)
        gradient = features.T @ (right - chances) - ridge * weights
        curvature = (features * (chances * (1 - chances))[:, None]).T @ features + np.diag(ridge)
        step = np.linalg.solve(curvature, gradient)
        weights += step
        if np.abs(step).max() < _SMALLEST_STEP:
            break
    return weights


def cross_validated(features: Array, right: Array, rising: NDArray[np.bool_], groups: NDArray[np.int_]) -> Array:
    """Return for every word the chance given by a fit to words of other groups (pages) only."""
    chances = np.zeros(len(right))
    for fold in range(_FOLDS):
        held_out = groups % _FOLDS == fold
        chances[held_out] = _chances(features[held_out], fit(features[~held_out], right[~held_out], rising))
    return chances


def keep(file: Path, engine: str, knots: Sequence[float], weights: Mapping[str, float], *, words: int) -> None:
    """Write a calibration in place of the one for the same engine, of whatever version; the others stay.

    It serves all versions of a program, but of our own reader that one alone whose weights were measured.
    """
    pattern = _VERSION.sub("*", engine)
    tables: list[dict[str, Any]] = []
    if file.exists():
        known = tomllib.loads(file.read_text(encoding="utf-8"))["calibrations"]
        tables = [t for t in known if _ANY_VERSION.sub("*", t["engine"]) != _ANY_VERSION.sub("*", engine)]
    rounded = {name: round(weight, 3) for name, weight in weights.items()}
    tables.append({"engine": pattern, "fitted": engine, "words": words, "knots": list(knots), "weights": rounded})
    file.write_text(_HEAD + "".join(map(_toml, tables)), encoding="utf-8")


def _toml(table: Mapping[str, Any]) -> str:
    values = {name: value for name, value in table.items() if name != "weights"}
    lines = ["", "[[calibrations]]", *(f"{name} = {json.dumps(value)}" for name, value in values.items())]
    lines += ["", "[calibrations.weights]", *(f'"{name}" = {value}' for name, value in table["weights"].items())]
    return "\n".join(lines) + "\n"


def _chances(features: Array, weights: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-(features @ weights))))


def _percent(share: NDArray[Any]) -> str:
    return f"{100 * share.mean():.2f} %"


if __name__ == "__main__":
    main()
