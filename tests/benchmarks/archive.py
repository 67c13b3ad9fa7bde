"""What archived pages weigh and what they keep: ``python -m tests.benchmarks.archive [--pages N] [--crops FILE]``.

Pages: the development set's with text, 200 dpi, in colour, as scanned. Each is written in several ways and read back.
Per way: kilobytes per area of A4 (mean, largest); peak signal-to-noise ratio, dB, of the pixels in words and in seals
and signatures, against the scan; CPU seconds to write and to read back.

Then the words of the searchable PDF: how far the boxes that ``pdftotext -bbox`` gives are from the true ones (worst of
the four edges, pixels at 300 dpi), and the share of words that ``pdftotext`` gives out of place.
"""

import argparse
import datetime as dt
import html
import io
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from rapidfuzz.distance import Levenshtein

from dossier.papers import Box
from ingest.scan.encode import JPEG_STEPS, encode_page
from ocr.model import Line, PageReading, Word
from ocr.pdfa import PdfMetadata, SearchablePage, searchable_pdf
from tests.benchmarks.usage import cpu_seconds, machine
from tests.generator.benchset import bench_pages
from tests.generator.truth import Page
from tests.ocr import drawn

Pixels = NDArray[np.uint8]
"""H×W×3 BGR."""
Mask = NDArray[np.bool_]

_DPI: Final = 200
_A4: Final = 1654 * 2339
"""Pixels of A4 at this resolution; what is scanned with a border around the paper is larger."""
_PLAIN_MARKS: Final = frozenset({"seal", "signature"})


# --- ways to write a page ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """A page written and read back: its size in bytes, its pixels, CPU seconds of both."""

    size: int
    pixels: Pixels
    write_s: float
    read_s: float


def _timed(write: Callable[[Pixels], bytes], page: Pixels) -> Written:
    start = cpu_seconds()
    data = write(page)
    between = cpu_seconds()
    with Image.open(io.BytesIO(data)) as image:
        pixels = np.ascontiguousarray(np.asarray(image.convert("RGB"))[:, :, ::-1])
    return Written(len(data), pixels, between - start, cpu_seconds() - between)


def _saved(page: Pixels, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(page[:, :, ::-1])).save(file, form, **options)
    return file.getvalue()


def _usual_jpeg(page: Pixels, quality: int, subsampling: str) -> bytes:
    return _saved(page, "JPEG", quality=quality, subsampling=subsampling, optimize=True, progressive=True)


def _jpeg_2000(page: Pixels, decibels: int) -> bytes:
    return _saved(page, "JPEG2000", quality_mode="dB", quality_layers=[decibels], irreversible=True, mct=1)


def _layers(page: Pixels) -> Written:
    """Write what is dark and grey as one bit per pixel, all else as a JPEG of half the resolution behind it."""
    start = cpu_seconds()
    grey = cv2.cvtColor(page, cv2.COLOR_BGR2GRAY)
    saturation = cv2.cvtColor(page, cv2.COLOR_BGR2HSV)[:, :, 1]
    ink = (grey < cv2.medianBlur(grey, 51).astype(int) - 50) & (saturation < 90)
    mask = io.BytesIO()
    Image.fromarray(~ink).save(mask, "TIFF", compression="group4")
    half = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    hidden = cv2.resize(cv2.dilate(ink.astype(np.uint8), np.ones((5, 5))), half.shape[1::-1])
    filled = np.asarray(cv2.inpaint(half, hidden, 3, cv2.INPAINT_TELEA), np.uint8)
    wrote_s = cpu_seconds() - start
    behind = _timed(partial(_usual_jpeg, quality=60, subsampling="4:2:0"), filled)
    pixels = np.asarray(cv2.resize(behind.pixels, page.shape[1::-1]), np.uint8)
    pixels[ink] = np.median(page[ink], axis=0) if ink.any() else 0
    return Written(len(mask.getvalue()) + behind.size, pixels, wrote_s + behind.write_s, behind.read_s)


def _archived(page: Pixels, steps: Sequence[int] = JPEG_STEPS) -> bytes:
    return encode_page(page, _DPI, steps).data


WAYS: Final[dict[str, Callable[[Pixels], Written]]] = {
    "JPEG, usual tables, quality 85, 4:4:4": partial(_timed, partial(_usual_jpeg, quality=85, subsampling="4:4:4")),
    "JPEG, usual tables, quality 75, 4:2:0": partial(_timed, partial(_usual_jpeg, quality=75, subsampling="4:2:0")),
    "JPEG, usual tables, quality 50, 4:2:0": partial(_timed, partial(_usual_jpeg, quality=50, subsampling="4:2:0")),
    **{f"JPEG, one step of {step}": partial(_timed, partial(_archived, steps=(step,))) for step in JPEG_STEPS},
    "**as archived: steps by size**": partial(_timed, _archived),
    "JPEG 2000, 37 dB": partial(_timed, partial(_jpeg_2000, decibels=37)),
    "JPEG 2000, 35 dB": partial(_timed, partial(_jpeg_2000, decibels=35)),
    "layers: 1-bit ink, JPEG of 100 dpi": _layers,
}


# --- how close -----------------------------------------------------------------------------------------------------


def _within(page: Page, boxes: list[tuple[int, int, int, int]]) -> Mask:
    mask = np.zeros(page.image.shape[:2], np.bool_)
    for x, y, width, height in boxes:
        mask[y : y + height, x : x + width] = True
    return mask


def _decibels(scan: Pixels, back: Pixels, where: Mask) -> float:
    if not where.any():
        return float("nan")
    return float(10 * np.log10(255**2 / max(1e-9, np.square(scan[where].astype(float) - back[where]).mean())))


def _scans(count: int | None) -> Iterator[Page]:
    fitting = (
        bench.page
        for bench in bench_pages("dev")
        if bench.page.dpi == _DPI and bench.page.image.ndim == 3 and bench.page.lines
    )
    return islice(fitting, count)


def images(count: int | None) -> None:
    """Print the table of images."""
    rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in WAYS}
    for page in _scans(count):
        scan = np.ascontiguousarray(page.image[:, :, ::-1])
        words = _within(page, [page.box(word.rect) for line in page.lines for word in line.words])
        seals = _within(page, [page.box(mark.rect) for mark in page.marks if mark.kind in _PLAIN_MARKS])
        for name, way in WAYS.items():
            written = way(scan)
            near = (_decibels(scan, written.pixels, where) for where in (words, seals))
            size = written.size / 1000 * _A4 / words.size
            rows[name].append((size, *near, written.write_s, written.read_s))
    print(f"{len(next(iter(rows.values())))} pages, {machine()}\n")
    print("| | kB per A4, mean | largest | words, dB | seals and signatures, dB | CPU s to write | to read |")
    print("|---|---|---|---|---|---|---|")
    for name, values in rows.items():
        size, text, seal, write_s, read_s = np.nanmean(values, axis=0)
        largest = max(value[0] for value in values)
        print(f"| {name} | {size:.0f} | {largest:.0f} | {text:.1f} | {seal:.1f} | {write_s:.2f} | {read_s:.2f} |")


_SAMPLES: Final = ("QUYẾT ĐỊNH trợ cấp mất việc,", "Nguyễn Thị Ngữ, ấp Bàu Sỏi,", "Đỗ Hữu Chiểu 1.234 đồng")
_SHOWN: Final = (1, 2, 3, 5, 9, 10, 11)
"""Which of the ways, by their places in ``WAYS``."""
_TILE: Final = (560, 500)


def crops(file: Path) -> None:
    """Draw 9-point print with stacked marks, a seal and a signature, written in each way, side by side."""
    page = next(p for p in _scans(None) if {mark.kind for mark in p.marks} >= _PLAIN_MARKS)
    x, y, _, height = next(page.box(mark.rect) for mark in page.marks if mark.kind == "seal")
    small_print = [(60, 2 + 30 * i, text) for i, text in enumerate(_SAMPLES)]
    scan = drawn.write(np.ascontiguousarray(page.image[:, :, ::-1]), small_print, size=25)
    tiles = [_tile("scan", scan, x, y + height // 3)]
    for name, way in (list(WAYS.items())[i] for i in _SHOWN):
        written = way(scan)
        tiles.append(_tile(f"{name.strip('*')}, {written.size // 1000} kB", written.pixels, x, y + height // 3))
    whole = Image.new("RGB", (2 * _TILE[0], -(-len(tiles) // 2) * _TILE[1]), "white")
    for i, tile in enumerate(tiles):
        whole.paste(tile, (i % 2 * _TILE[0], i // 2 * _TILE[1]))
    whole.save(file, quality=80, optimize=True)


def _tile(title: str, page: Pixels, x: int, y: int) -> Image.Image:
    tile = Image.new("RGB", _TILE, "white")
    ImageDraw.Draw(tile).text((4, 2), title, fill="black", font=drawn.font(22))
    for part, top in ((page[:95, 50:320], 34), (page[y : y + 120, x + 20 :][:, :270], 240)):
        enlarged = cv2.resize(part, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
        tile.paste(Image.fromarray(np.ascontiguousarray(enlarged[:, :, ::-1])), (0, top))
    return tile


# --- words ---------------------------------------------------------------------------------------------------------

_WORD: Final = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>')


def _truth(page: Page) -> PageReading:
    """Return what a perfect reader gives of the page as it lay before it was scanned."""

    def box(rect: tuple[float, float, float, float]) -> Box:
        left, top, right, bottom = map(round, rect)
        return Box(left, top, max(1, right - left), max(1, bottom - top))

    across, down = (round(max(w.rect[i] for line in page.lines for w in line.words)) + 50 for i in (2, 3))
    lines = tuple(Line(tuple(Word(w.text, box(w.rect), 1.0) for w in line.words), line.block) for line in page.lines)
    return PageReading(page.number, across, down, page.dpi, lines)


def _worst_edges(reading: PageReading, told: str) -> list[float]:
    found: dict[str, list[list[float]]] = {}
    for m in _WORD.finditer(told):
        found.setdefault(html.unescape(m[5]), []).append([float(m[i]) * reading.dpi / 72 for i in range(1, 5)])
    return [
        min(
            max(abs(a - b) for a, b in zip(box, (w.box.x, w.box.y, w.box.right, w.box.bottom), strict=True))
            for box in found[w.text]
        )
        * 300
        / reading.dpi
        for w in reading.words
    ]


def _told(pdf: bytes, *options: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.pdf")
        path.write_bytes(pdf)
        command = ["pdftotext", *options, str(path), "-"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def words(count: int | None) -> None:
    """Print how true the words of the searchable PDF lie, and in which order they come out."""
    edges: list[float] = []
    moved: dict[tuple[str, str], list[float]] = {}
    cpu: list[float] = []
    for bench in islice((b for b in bench_pages("dev") if b.page.lines), count):
        reading = _truth(bench.page)
        blank = io.BytesIO()
        Image.new("1", (reading.width, reading.height), 1).save(blank, "PNG")
        start = cpu_seconds()
        pdf = searchable_pdf([SearchablePage(blank.getvalue(), reading)], PdfMetadata("", dt.datetime.now(dt.UTC)))
        cpu.append(cpu_seconds() - start)
        edges += _worst_edges(reading, _told(pdf, "-bbox"))
        for mode, text in (("-raw", _told(pdf, "-raw")), ("without options", _told(pdf))):
            distance = Levenshtein.normalized_distance(reading.text.split(), text.split())
            moved.setdefault((mode, bench.group), []).append(100 * distance)
    median, most = np.percentile(edges, (50, 95))
    print(f"\n{len(cpu)} pages, {len(edges)} words; CPU s per page to assemble: {np.mean(cpu):.2f}")
    print(f"worst edge of a word, pixels at 300 dpi: median {median:.1f}, of 95 % at most {most:.1f}")
    for (mode, group), values in sorted(moved.items()):
        print(f"pdftotext {mode}, {group}: {np.mean(values):.1f} % of words out of place")


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, help="at most so many pages")
    parser.add_argument("--crops", type=Path, help="write the picture of crops here, and nothing else")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    if given.crops:
        crops(given.crops)
        return
    images(given.pages)
    words(given.pages)


if __name__ == "__main__":
    main()
