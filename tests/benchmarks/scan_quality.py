"""How well the quality gate tells poor scans from good ones: ``python -m tests.benchmarks.scan_quality``.

Good ones are the pages of a benchmark set as they are; poor ones the same pages with one fault each, of a strength at
which an operator would scan again. A page of the set that has one bit per pixel is rightly refused and counts apart.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from dossier.verdicts import Severity
from ingest.scan.clean import clean
from ingest.scan.images import PageImage
from ingest.scan.pixels import Pixels
from ingest.scan.quality import Advice, Quality, assess
from ocr.ctc import CtcReader
from ocr.orientation import orientation
from tests.benchmarks.usage import cpu_seconds
from tests.generator.benchset import BenchPage, bench_pages

Spoil = Callable[[Pixels, int], NDArray[np.generic]]
"""Takes pixels and dots per inch; returns levels that may lie outside 0 to 255."""


def _blurred(mm: float) -> Spoil:
    return lambda pixels, dpi: cv2.GaussianBlur(pixels, (0, 0), mm * dpi / 25.4)


def _moved(mm: float) -> Spoil:
    return lambda pixels, dpi: cv2.blur(pixels, (round(mm * dpi / 25.4), 1))


def _enlarged(from_dpi: int, interpolation: int, quality: int | None) -> Spoil:
    def spoil(pixels: Pixels, dpi: int) -> Pixels:
        height, width = pixels.shape[:2]
        size = round(width * from_dpi / dpi), round(height * from_dpi / dpi)
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
        large = np.asarray(cv2.resize(small, (width, height), interpolation=interpolation), np.uint8)
        if quality is None:
            return large
        _, data = cv2.imencode(".jpg", large, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)

    return spoil


def _cut(left: float, top: float, right: float, bottom: float) -> Spoil:
    def spoil(pixels: Pixels, _: int) -> Pixels:
        height, width = pixels.shape[:2]
        return pixels[
            round(top * height) : round((1 - bottom) * height), round(left * width) : round((1 - right) * width)
        ]

    return spoil


SPOILED: Mapping[tuple[str, str], Spoil] = MappingProxyType(
    {
        ("scan-blurred", "out of focus, sigma 0.3 mm"): _blurred(0.3),
        ("scan-blurred", "out of focus, sigma 0.24 mm"): _blurred(0.24),
        ("scan-blurred", "moved by 1.4 mm"): _moved(1.4),
        ("scan-enlarged", "from 96 dpi, cubic"): _enlarged(96, cv2.INTER_CUBIC, None),
        ("scan-enlarged", "from 100 dpi, cubic"): _enlarged(100, cv2.INTER_CUBIC, None),
        ("scan-enlarged", "from 100 dpi, linear, JPEG 90"): _enlarged(100, cv2.INTER_LINEAR, 90),
        ("scan-enlarged", "from 96 dpi, cubic, JPEG 75"): _enlarged(96, cv2.INTER_CUBIC, 75),
        ("scan-enlarged", "from 100 dpi, cubic, JPEG 75"): _enlarged(100, cv2.INTER_CUBIC, 75),
        ("scan-enlarged", "from 100 dpi, nearest"): _enlarged(100, cv2.INTER_NEAREST, None),
        ("scan-black-and-white", "threshold"): lambda p, _: np.where(
            p.min(axis=2, keepdims=True) < 150, 0, p * 0 + 255
        ),
        ("scan-faint", "a quarter of the contrast"): lambda p, _: 250 - (255 - p.astype(float)) / 4,
        ("scan-overexposed", "185 levels too bright"): lambda p, _: p.astype(float) + 185,
        ("scan-dark", "160 levels too dark"): lambda p, _: p.astype(float) - 160,
        ("scan-black", "lid open"): lambda p, _: p * 0.0 + 12,
        ("scan-cut-off", "a fifth missing on the right"): _cut(0, 0, 0.2, 0),
        ("scan-cut-off", "a fifth missing on the left"): _cut(0.2, 0, 0, 0),
        ("scan-turned", "upside down"): lambda p, _: p[::-1, ::-1],
    }
)
"""By the reason that is due and what was done."""


def _page(page: BenchPage) -> PageImage:
    image = page.page.image
    rgb = cv2.cvtColor(image, cv2.COLOR_GRAY2RGB) if image.ndim == 2 else image
    return PageImage(1, np.ascontiguousarray(rgb[:, :, ::-1]), page.page.dpi)


def _judged(page: PageImage, engine: CtcReader) -> Quality:
    return assess(page, clean(page, partial(orientation, engine=engine)))


def _poor(page: PageImage) -> Iterator[tuple[tuple[str, str], PageImage]]:
    for name, spoil in SPOILED.items():
        levels = np.clip(spoil(page.pixels, page.dpi), 0, 255)
        yield name, PageImage(page.number, np.ascontiguousarray(levels, np.uint8), page.dpi)


def main() -> None:
    """Print how often each fault is seen, and how often good pages are refused."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--set", choices=("dev", "test"), default="test")
    arguments.add_argument("--every", type=int, default=3, help="spoil every third page, say")
    chosen = arguments.parse_args()
    cv2.setNumThreads(1)
    engine = CtcReader()
    seen, named, tried, plain = Counter[tuple[str, str]](), Counter[tuple[str, str]](), 0, Counter[str]()
    seconds: list[float] = []
    for number, bench in enumerate(bench_pages(chosen.set)):
        page = _page(bench)
        master = clean(page, partial(orientation, engine=engine))
        began = cpu_seconds()
        quality = assess(page, master)
        seconds.append(cpu_seconds() - began)
        if "bilevel" in bench.faults:
            plain["pages of one bit"] += 1
            plain["pages of one bit refused"] += quality.advice is Advice.RESCAN
            continue
        plain["other pages"] += 1
        plain["other pages refused"] += quality.advice is Advice.RESCAN
        for reason in quality.reasons:
            plain[f"  {reason.code}, {reason.severity}"] += 1
            if reason.severity is Severity.ERROR:
                plain[f"  {reason.code} on {bench.name}"] += 1
        if number % chosen.every or bench.group == "empty" or "perspective" in bench.faults:
            continue
        tried += 1
        for name, poor in _poor(page):
            found = _judged(poor, engine)
            seen[name] += found.advice is Advice.RESCAN
            named[name] += name[0] in {reason.code for reason in found.reasons}
    console = Console()
    table = Table("fault", "reason due", "refused %", "reason named %", title=f"{tried} pages, each with one fault")
    for name in SPOILED:
        table.add_row(name[1], name[0], *(f"{100 * count[name] / max(1, tried):.0f}" for count in (seen, named)))
    console.print(table)
    for what, count in plain.items():
        console.print(f"{what}: {count}")
    console.print(f"assess: {np.mean(seconds):.3f} CPU s a page, at most {max(seconds):.3f}")


if __name__ == "__main__":
    main()
