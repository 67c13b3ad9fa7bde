"""Where the processor time of a page goes, step by step, from the file to its words."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial, wraps
from statistics import mean
from typing import Final, ParamSpec, TypeVar
from unittest import mock

import cv2
from onnxruntime import InferenceSession

import ocr.ctc
import ocr.orientation
import ocr.reader
from ingest.scan.clean import clean
from ingest.scan.encode import encode_master
from ingest.scan.images import decode_image
from ingest.scan.quality import assess
from ocr.cleanup.step import Measured, Sheet, Step
from ocr.ctc import CtcReader
from ocr.reader import read_page
from ocr.reading_image import STEPS
from tests.benchmarks.ocr import engines
from tests.benchmarks.ocr.pages import Scan
from tests.benchmarks.ocr.tables import Table, shown
from tests.benchmarks.usage import cpu_seconds

P = ParamSpec("P")
R = TypeVar("R")

_TIMES: Final = 3
"""How often each page is read; the least of every part counts, for what else runs on the machine only ever adds."""

_NESTED: Final = (
    ("inspect", engines, "inspect"),
    ("find lines to tell which way up", ocr.orientation, "orientation"),
    ("cleanup: the rest", ocr.reader, "reading_image"),
    ("find lines", ocr.reader, "find_lines"),
    ("cut lines out", ocr.reader, "cut"),
    ("bring lines to size", ocr.ctc, "prepared"),
    ("network", InferenceSession, "run"),
    ("characters and words", CtcReader, "read_lines"),
)
"""Parts within others, each known by its function and where that is called from."""


class _Watch:
    """Takes the processor time of parts; time of a part within another is that one's alone."""

    def __init__(self) -> None:
        self.parts = defaultdict[str, float](float)
        self._within = [0.0]

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        before = cpu_seconds()
        self._within.append(0.0)
        yield
        taken = cpu_seconds() - before
        self.parts[name] += taken - self._within.pop()
        self._within[-1] += taken

    def of(self, name: str, function: Callable[P, R]) -> Callable[P, R]:
        """Return ``function`` as one whose time is taken."""

        @wraps(function)
        def taken(*args: P.args, **kwargs: P.kwargs) -> R:
            with self.part(name):
                return function(*args, **kwargs)

        return taken

    def of_step(self, step: Step) -> Step:
        """Return a step of the cleanup whose time is taken."""

        def measure(sheet: Sheet) -> Measured:
            found = self.of(f"cleanup: {step.name}", step.measure)(sheet)
            return replace(found, mend=self.of(f"cleanup: {step.name}", found.mend))

        return replace(step, measure=measure)


def _parts(scan: Scan, reader: CtcReader) -> Mapping[str, float]:
    """Take a page its whole way; return the CPU seconds of every part."""
    watch = _Watch()
    with ExitStack() as patches:
        for name, owner, attribute in _NESTED:
            taken = watch.of(name, getattr(owner, attribute))
            patches.enter_context(mock.patch.object(owner, attribute, taken))
        with watch.part("decode"):
            page = engines.decoded(scan.file)
        with watch.part("geometry and master"):
            master = clean(page, partial(ocr.orientation.orientation, engine=reader))
        with watch.part("quality of the scan"):
            assess(page, master)
        with watch.part("write the file to be archived"):
            file = encode_master(master)
        with watch.part("open it again"):
            pixels = decode_image(file.data, scan.name)
        with watch.part("tables, order, repairs, confidences"):
            if not master.blank:
                steps = map(watch.of_step, STEPS)
                read_page(pixels, number=1, dpi=master.dpi, engine=reader, steps=steps)
    return watch.parts


def profile_table(scans: Sequence[Scan], progress: Callable[[Iterable[Scan]], Iterable[Scan]]) -> Table:
    """CPU milliseconds of a page by part, in the order in which parts end, by resolution and of all pages."""
    cv2.setNumThreads(1)
    reader = CtcReader()
    _parts(scans[0], reader)  # what is done once per process is not a page's cost
    by_dpi: dict[int, list[Mapping[str, float]]] = {dpi: [] for dpi in sorted({scan.dpi for scan in scans})}
    for scan in progress(scans):
        runs = [_parts(scan, reader) for _ in range(_TIMES)]
        by_dpi[scan.dpi].append({part: min(run[part] for run in runs) for part in runs[0]})
    columns = [*by_dpi.values(), [page for pages in by_dpi.values() for page in pages]]
    parts = dict.fromkeys(part for page in columns[-1] for part in page)
    rows = [[part, *(_ms(page.get(part, 0.0) for page in pages) for pages in columns)] for part in parts]
    rows.append(["**whole**", *(_ms(sum(page.values()) for page in pages) for pages in columns)])
    head = [f"{len(pages)} pages of {dpi} dpi" for dpi, pages in by_dpi.items()]
    return Table("CPU milliseconds of a page by step", ["step", *head, "all"], rows)


def _ms(seconds: Iterable[float]) -> str:
    return shown(1000 * mean(seconds), 0)
