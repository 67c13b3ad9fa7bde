"""What the largest page accepted costs: A3 at 600 dpi, two benchmark pages side by side, enlarged."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from tests.benchmarks.ocr.engines import Engine
from tests.benchmarks.ocr.pages import Scan
from tests.benchmarks.ocr.tables import MIB, Table, shown
from tests.benchmarks.ocr.worker import workers

FINE_DPI: Final = 300
"""The finest resolution of the benchmark's pages."""
_DPI: Final = 600
_A4_AT_600: Final = (4960, 7016)


def large_page(scan: Scan, folder: Path) -> Scan:
    """Write ``scan`` beside itself as an A3 sheet of 600 dpi; its truth is not kept."""
    with Image.open(scan.file) as page:
        half = np.asarray(page.convert("RGB").resize(_A4_AT_600, Image.Resampling.BICUBIC))
    file = folder / "a3-600.png"
    Image.fromarray(np.hstack([half, half])).save(file, dpi=(_DPI, _DPI), compress_level=1)
    return replace(scan, file=file, dpi=_DPI)


def memory_table(engine: Engine, scans: Sequence[Scan]) -> Table:
    """Peak memory and CPU time of each page as it is, and of the first one as an A3 sheet of 600 dpi."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        everything = [*scans, large_page(scans[0], Path(folder))]
        for scan in everything:  # a process each: memory once taken is not always given back
            with workers(engine, jobs=1, warm_up=scans[0]) as read_all:
                (measured,) = read_all([scan])
            size = "A3" if scan is everything[-1] else "A4"
            peak, cpu_s = shown(measured.peak_bytes / MIB, 0), shown(measured.cpu_s)
            rows.append([scan.name, size, str(scan.dpi), peak, cpu_s, measured.failure])
    return Table("Memory of one worker", ["page", "size", "dpi", "peak MiB", "CPU s", "failure"], rows)
