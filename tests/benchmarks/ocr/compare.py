"""Reading pages with an engine and scoring what it read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Final, TypeVar

from tests.benchmarks.ocr import metrics
from tests.benchmarks.ocr.engines import Engine
from tests.benchmarks.ocr.metrics import MarkErrors, Share
from tests.benchmarks.ocr.order import OrderErrors, order
from tests.benchmarks.ocr.pages import Scan
from tests.benchmarks.ocr.placed import JudgedWord, judge
from tests.benchmarks.ocr.worker import Measured, workers

EMPTY: Final = "empty"
"""Group of the pages without text; their readings count apart, as false text."""

_Sum = TypeVar("_Sum", Share, MarkErrors, OrderErrors)


@dataclass(frozen=True, slots=True)
class PageScore:
    """How well a page was read and what it cost.

    Attributes:
        scan: With the truth. measured: With the reading and its cost. text: The reading as it is compared.
        characters, words, marks, order: See the functions of the same names.
        without_leaders: Like ``characters``, leaders taken out of truth and reading.
        judged: The words with places and confidences; empty if the engine gives none.
    """

    scan: Scan
    measured: Measured
    text: str
    characters: Share
    without_leaders: Share
    words: Share
    marks: MarkErrors
    order: OrderErrors
    judged: tuple[JudgedWord, ...]

    @property
    def cer(self) -> float:
        """Percent."""
        return self.characters.percent

    @property
    def false_text(self) -> int:
        """Characters read, white space not counted: what matters on an empty page."""
        return len(self.text.replace(" ", ""))


def compared(scan: Scan, text: str) -> str:
    """Return what was read on a page as it is compared with the truth: normal, without the optional text."""
    return metrics.without_optional(scan.text, metrics.normal(text), [text for text, _ in scan.optional])


def score(scan: Scan, measured: Measured) -> PageScore:
    """Compare a reading with its truth."""
    text = compared(scan, measured.outcome.text)
    return PageScore(
        scan=scan,
        measured=measured,
        text=text,
        characters=metrics.characters(scan.text, text),
        without_leaders=metrics.characters(metrics.without_leaders(scan.text), metrics.without_leaders(text)),
        words=metrics.words(scan.text, text),
        marks=metrics.marks(scan.text, text),
        order=order(scan.lines, text),
        judged=judge(measured.outcome.words, scan.words, scan.to_scan, scan.optional),
    )


def read_and_score(engine: Engine, scans: Sequence[Scan], *, jobs: int = 1) -> Iterator[PageScore]:
    """Read and score ``scans`` in order."""
    with workers(engine, jobs=jobs, warm_up=scans[0]) as read_all:
        for scan, measured in zip(scans, read_all(scans), strict=True):
            yield score(scan, measured)


def total(scores: Iterable[PageScore], part: Callable[[PageScore], _Sum], zero: _Sum) -> _Sum:
    """Add up one kind of error over pages."""
    return reduce(add, map(part, scores), zero)


def cer(scores: Iterable[PageScore]) -> float:
    """Return the CER of pages together, percent; empty pages have no characters to be wrong and are left out."""
    return total((s for s in scores if s.scan.group != EMPTY), lambda s: s.characters, Share()).percent
