"""How many machines so many dossiers a day need: ``python -m deploy.sizing`` prints the tables.

``--document`` writes them into docs/go-distributed.md. What is measured and what is assumed is told apart; a province
puts its own numbers in.
"""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.ocr.document import fill

DOCUMENT = Path("docs/go-distributed.md")
OPEN_DAYS = 250
"""Days a year on which counters are open."""
_KB, _GB, _TB = 1e3, 1e9, 1e12


@dataclass(frozen=True, slots=True)
class Measured:
    """What one page costs, as measured.

    Attributes:
        cpu_s: Processor seconds from the received bytes to the announced paper (docs/benchmarks.md).
        original, sealed, evidence: Bytes in the object store: of the scan as it came, of the sealed PDF, of readings,
            verdicts and what they rest on (the sample batch of ``make demo``).
        catalogue: Bytes in PostgreSQL: words with their boxes, the index of words (docs/search.md), rows.
    """

    cpu_s: float = 1.36
    original: float = 1135 * _KB
    sealed: float = 235 * _KB
    evidence: float = 31 * _KB
    catalogue: float = 10 * _KB

    @property
    def pages_per_core_hour(self) -> float:
        """Pages that one processor finishes in an hour."""
        return 3600 / self.cpu_s


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is assumed of the counters and the machines.

    Attributes:
        pages_per_dossier: Pages. busiest_hour: Share of a day's pages that comes in its busiest hour.
        busy: Share of the processors' time that this hour may take: what is left keeps citizens from waiting.
        cores: Processors of a worker's machine. spare: Machines that may be away at any time.
    """

    pages_per_dossier: float = 10
    busiest_hour: float = 0.25
    busy: float = 0.6
    cores: int = 8
    spare: int = 1


@dataclass(frozen=True, slots=True)
class Size:
    """What so many pages a day need.

    Attributes:
        cores: Processors for the busiest hour. machines: With the spare one.
        objects, catalogue: Bytes a year, one copy.
    """

    cores: int
    machines: int
    objects: float
    catalogue: float


def size(pages: float, measured: Measured, assumed: Assumed) -> Size:
    """Return what ``pages`` a day need."""
    cores = math.ceil(pages * assumed.busiest_hour * measured.cpu_s / 3600 / assumed.busy)
    yearly = pages * OPEN_DAYS
    return Size(
        cores,
        math.ceil(cores / assumed.cores) + assumed.spare,
        yearly * (measured.original + measured.sealed + measured.evidence),
        yearly * measured.catalogue,
    )


def table(measured: Measured, assumed: Assumed) -> str:
    """Return what is known, what is assumed, and what follows."""
    per_page = measured.original + measured.sealed + measured.evidence
    known = [
        ("measured", "processor seconds a page", f"{measured.cpu_s:g}"),
        ("", "that is, pages per core-hour", f"{measured.pages_per_core_hour:,.0f}"),
        (
            "",
            "object store, a page",
            f"{per_page / 1e6:.1f} MB, of it the scan as it came {measured.original / 1e6:.1f}",
        ),
        ("", "catalogue, a page", f"{measured.catalogue / _KB:.0f} kB"),
        ("assumed", "pages a dossier", f"{assumed.pages_per_dossier:g}"),
        ("", "of a day's pages, in its busiest hour", f"{assumed.busiest_hour:.0%}"),
        ("", "of the processors' time, that hour takes at most", f"{assumed.busy:.0%}"),
        ("", "open days a year", f"{OPEN_DAYS}"),
        ("", "processors of a machine; machines to spare", f"{assumed.cores}; {assumed.spare}"),
    ]
    places = [
        ("a commune's counter, 30 dossiers", 30 * assumed.pages_per_dossier),
        ("100 counters, 2,500 dossiers", 2_500 * assumed.pages_per_dossier),
        ("a province, 10,000 dossiers", 10_000 * assumed.pages_per_dossier),
        ("a large province, 50,000 dossiers", 50_000 * assumed.pages_per_dossier),
        ("the country, on paper", 1e7),
    ]
    lines = ["| | | |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in known), ""]
    lines += ["| a day | pages | processors for workers | machines | objects a year, one copy | catalogue a year |"]
    lines += ["|---|---:|---:|---:|---:|---:|"]
    for name, pages in places:
        needed = size(pages, measured, assumed)
        machines = f"{needed.cores:,} | {needed.machines:,}"
        lines.append(f"| {name} | {pages:,.0f} | {machines} | {_bytes(needed.objects)} | {_bytes(needed.catalogue)} |")
    return "\n".join(lines)


def _bytes(amount: float) -> str:
    return f"{amount / _TB:,.1f} TB" if amount >= _TB else f"{amount / _GB:,.0f} GB"


def main() -> None:
    """Print the table."""
    measured, assumed = Measured(), Assumed()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cpu-s", type=float, default=measured.cpu_s, help="processor seconds a page on your machines")
    parser.add_argument("--pages-per-dossier", type=float, default=assumed.pages_per_dossier)
    parser.add_argument("--cores", type=int, default=assumed.cores, help="of a machine")
    parser.add_argument("--document", action="store_true", help="write it into docs/go-distributed.md")
    given = parser.parse_args()
    text = table(Measured(cpu_s=given.cpu_s), Assumed(pages_per_dossier=given.pages_per_dossier, cores=given.cores))
    if given.document:
        fill(DOCUMENT, "sizing", text)
    print(text)  # noqa: T201 - it reports by printing


if __name__ == "__main__":
    main()
