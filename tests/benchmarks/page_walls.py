"""``python -m tests.benchmarks.page_walls``: what does it cost that each page has a limited process of its own?

The same pages are cleaned and read here and in limited processes, in turn; processor seconds of both with all they
start.
"""

import json
import os
import sys
import time
from typing import Annotated

import numpy as np
import psutil
import typer

from ingest.limited import page_work
from ingest.limited.page_work import PageWork
from ingest.scan.images import PageImage, encode_image
from tests.benchmarks.usage import cpu_seconds_of, machine, resident_bytes
from tests.generator.render import Kind, PaperSpec, render

_MB = 1_000_000
_ONE_THREAD = dict.fromkeys(("OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")


def main(
    pages: Annotated[int, typer.Option(min=1, help="How many")] = 12,
    dpi: Annotated[int, typer.Option(help="Of the scans")] = 300,
) -> None:
    """Print processor seconds a page, and what a worker holds."""
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":  # libraries read it when they are loaded, as in a limited process
        os.execve(sys.executable, [sys.executable, "-m", __spec__.name, *sys.argv[1:]], os.environ | _ONE_THREAD)  # noqa: S606 - itself
    print(machine())
    drawn = [render(PaperSpec(Kind.BODY_TEXT, 7100 + number, dpi=dpi)).pages[0].image for number in range(pages)]
    scans = [PageImage(1, np.ascontiguousarray(image[..., ::-1]), dpi) for image in drawn]
    limited = PageWork(reader="sohoa", language="vie", nice=0, processes=1)
    began, wall = cpu_seconds_of(psutil.Process()), time.perf_counter()
    _limited(limited, scans[0])
    started = time.perf_counter() - wall, cpu_seconds_of(psutil.Process()) - began
    page_work.prepare(json.dumps({"reader": "sohoa", "language": "vie", "nice": 0}).encode())
    _here(scans[0])
    spent = {"here": 0.0, "limited": 0.0}
    both = [("here", _here), ("limited", lambda page: _limited(limited, page))]
    for scan in scans:
        both.reverse()  # whoever is second finds the scan in the cache
        for where, work in both:
            before = cpu_seconds_of(psutil.Process())
            work(scan)
            spent[where] += cpu_seconds_of(psutil.Process()) - before
    here, there = spent["here"] / pages, spent["limited"] / pages
    print("\n| pages | here, CPU s a page | limited | ratio | first page limited, s (CPU s) |\n|---|---|---|---|---|")
    print(f"| {pages} | {here:.3f} | {there:.3f} | {there / here:.3f} | {started[0]:.1f} ({started[1]:.1f}) |")
    (worker,) = psutil.Process().children()
    print(f"\na worker between pages holds {resident_bytes(worker.pid) / _MB:.0f} MB")


def _here(page: PageImage) -> None:
    made = page_work.make_master(encode_image(page.pixels), page.number, page.dpi)
    page_work.read_master(made.file, page.number, page.dpi, blank=False)


def _limited(work: PageWork, page: PageImage) -> None:
    master = work.clean(page)
    work.read(master.file, page.number, master.dpi, blank=False)


if __name__ == "__main__":
    typer.run(main)
