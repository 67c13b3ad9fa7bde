"""How many pages are read per second by one process and by several."""

import time
from collections.abc import Sequence

from tests.benchmarks.ocr.engines import Engine
from tests.benchmarks.ocr.pages import Scan
from tests.benchmarks.ocr.tables import Table, shown
from tests.benchmarks.ocr.worker import workers


def pages_per_second(engine: Engine, scans: Sequence[Scan], *, jobs: int) -> float:
    """Read all pages with ``jobs`` processes that are already warm; return pages by wall time."""
    with workers(engine, jobs=jobs, warm_up=scans[0]) as read_all:
        began = time.perf_counter()
        pages = sum(1 for _ in read_all(scans))
        return pages / (time.perf_counter() - began)


def throughput_table(name: str, engine: Engine, scans: Sequence[Scan], *, jobs: int) -> Table:
    """One process against ``jobs`` of them."""
    one, many = (pages_per_second(engine, scans, jobs=n) for n in (1, jobs))
    rows = [["1", shown(one), "1"], [str(jobs), shown(many), shown(many / one)]]
    return Table(f"Throughput of {name}, {len(scans)} pages", ["processes", "pages per s", "times one"], rows)
