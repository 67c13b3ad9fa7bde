"""The benchmark's pages on disk: each rendered once and kept until the sources that make it change."""

import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from rich.progress import track

import tests.generator
import tests.press
from tests.benchmarks.ocr.metrics import normal
from tests.generator.benchset import BenchPage, bench_names, bench_pages
from tests.generator.files import write_scan
from tests.generator.truth import Matrix, Rect
from tests.press import browser
from tests.press.pressset import press_names, press_pages

BUILD = Path("build/bench")
"""Where everything of the benchmark is written."""

_KEPT_S: Final = 4 * 3600
"""Long enough for other runs, of a generator that has since been changed, to end."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A page file with its truth.

    Attributes:
        file: Lossless PNG of the scan. dpi: Its resolution. name, group, faults: See ``benchset.BenchPage``.
        lines: Texts of the lines in reading order, normal. words: Texts and rectangles, upright, in reading order.
        optional: Texts that may be read or not, normal, each with the rectangle of the seal, stamp or handwriting.
        to_scan: From the words' coordinates to pixels of the file.
    """

    file: Path
    name: str
    group: str
    faults: tuple[str, ...]
    dpi: int
    lines: tuple[str, ...]
    words: tuple[tuple[str, Rect], ...]
    to_scan: Matrix
    optional: tuple[tuple[str, Rect], ...] = ()

    @property
    def text(self) -> str:
        """The whole page as it is compared."""
        return " ".join(self.lines)


SetName = Literal["dev", "test", "press"]
"""Pages to tune on, pages to judge by, and pages from another press to judge by."""


@dataclass(frozen=True, slots=True)
class PageSet:
    """A set of pages.

    Attributes:
        names: Of all its pages, in order. pages: Makes those with given names. edition: What the pages depend on.
    """

    names: Callable[[], Sequence[str]]
    pages: Callable[[Collection[str]], Iterable[BenchPage]]
    edition: Callable[[], str]


def sources_hash(room: str) -> str:
    """Return twelve hexadecimal digits that stand for the sources of a room, of which ``room`` is the module's file."""
    folder = Path(room).parent
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.suffix in {".py", ".toml", ".css", ".js"}):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _generator() -> str:
    return sources_hash(tests.generator.__file__)


def _press() -> str:
    return f"{sources_hash(tests.press.__file__)}-chromium-{browser.version()}"


SETS: Final[Mapping[SetName, PageSet]] = MappingProxyType(
    {
        "dev": PageSet(partial(bench_names, "dev"), lambda only: bench_pages("dev", only=only), _generator),
        "test": PageSet(partial(bench_names, "test"), lambda only: bench_pages("test", only=only), _generator),
        "press": PageSet(press_names, press_pages, _press),
    }
)


def load(subset: SetName, *, only: Collection[str] = (), limit: int | None = None) -> tuple[Scan, ...]:
    """Return the pages of a set, rendering those that are not on disk yet.

    Args:
        subset: Which set.
        only: Pages whose names contain one of these; all if empty.
        limit: At most this many, spread evenly over the set.

    Raises:
        ValueError: No page has such a name.
        browser.NoBrowser: The set is printed by a browser, and there is none.
    """
    pages = SETS[subset]
    names = [name for name in pages.names() if not only or any(part in name for part in only)]
    if not names:
        raise ValueError("no page has such a name")
    if limit is not None and limit < len(names):
        names = [names[i * len(names) // limit] for i in range(limit)]
    folder = _folder(pages.edition())
    missing = [name for name in names if not (folder / f"{name}.json").exists()]
    if missing:
        for page in track(pages.pages(missing), "rendering pages", total=len(missing), transient=True):
            _keep(folder, page)
    return tuple(_scan(folder / f"{name}.json") for name in names)


def _folder(edition: str) -> Path:
    """Return the folder of pages as they are made now; folders that were not used for long are removed."""
    folder = BUILD / "pages" / edition
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    for old in folder.parent.glob("*"):
        if old.stat().st_mtime < time.time() - _KEPT_S:
            shutil.rmtree(old)
    return folder


def _keep(folder: Path, bench_page: BenchPage) -> None:
    page = bench_page.page
    file = folder / f"{bench_page.name}.png"
    write_scan(file, [page])
    truth = {
        "file": file.name,
        "name": bench_page.name,
        "group": bench_page.group,
        "faults": bench_page.faults,
        "dpi": page.dpi,
        "matrix": page.matrix.tolist(),
        "lines": [[[word.text, word.rect] for word in line.words] for line in page.lines],
        "optional": [[text, mark.rect] for mark in page.marks for text in mark.texts],
    }
    file.with_suffix(".json").write_text(json.dumps(truth, ensure_ascii=False), encoding="utf-8")


def _scan(path: Path) -> Scan:
    truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    lines: Sequence[Sequence[tuple[str, Rect]]] = truth["lines"]
    return Scan(
        file=path.parent / truth["file"],
        name=truth["name"],
        group=truth["group"],
        faults=tuple(truth["faults"]),
        dpi=truth["dpi"],
        lines=tuple(normal(" ".join(text for text, _ in line)) for line in lines),
        words=tuple((normal(text), rect) for line in lines for text, rect in line),
        to_scan=np.array(truth["matrix"]),
        optional=tuple((normal(text), rect) for text, rect in truth["optional"]),
    )


def digest(scans: Sequence[Scan]) -> str:
    """Return twelve hexadecimal digits that stand for the bytes of the pages."""
    whole = hashlib.sha256()
    for data in _bytes(scans):
        whole.update(data)
    return whole.hexdigest()[:12]


def _bytes(scans: Sequence[Scan]) -> Iterator[bytes]:
    for scan in scans:
        yield scan.file.read_bytes()
