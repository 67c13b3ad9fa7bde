"""What renewals and evidence records cost: ``python -m tests.benchmarks.renewals [--papers N] [--files N]``.

Papers: one page each, sealed under a time stamp that ends within the year, in a house on SQLite and a folder; each is
renewed once, by `ingest.proof.renew`, with every check it makes. Files: one day of N in a house likewise; then a proof
is cut out for some, and checked alone. Time stamps come from an authority within the process: a real one adds its own
time once per paper, and once per day of records.
"""

import argparse
import datetime as dt
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dossier import times
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState, StoredObject
from ingest.proof.day_records import make_records, open_day, renew_records
from ingest.proof.renew import DUE_WITHIN, Outcome, renew_due
from signing.algorithms import SUNSETS, Sunset, Sunsets
from signing.record_check import check_record
from signing.trust import TrustStore
from storage.database import writing
from storage.proof import day_records
from storage.records import Batch
from storage.schema import SealedVersionRow
from tests.benchmarks.usage import cpu_seconds, machine
from tests.ingest.shelved import AT, Shelf, sealed_until_2027, shelf
from tests.signing.pages import scan_pdf
from tests.signing.pki import Tree, make_trees, tree

_LATER = AT + dt.timedelta(days=10)
_PROOFS = 200


class Watch:
    """CPU seconds since it was made."""

    def __init__(self) -> None:
        self._start = cpu_seconds()

    def row(self, what: str, count: int, more: str = "") -> None:
        """Print a row of the table: what was done ``count`` times since the watch was started."""
        print(f"| {what} | {count:,} | {1000 * (cpu_seconds() - self._start) / count:,.1f} | {more} |")


def papers(kept: Shelf, gov: Tree, count: int) -> None:
    """Renew papers."""
    pdf = sealed_until_2027(scan_pdf(), gov)
    for _ in range(count):
        kept.put(pdf)
    kept.trust(gov.trust(_LATER), gov.stamper(_LATER))
    watch = Watch()
    outcomes = [ended for _, ended in renew_due(kept.house, _LATER + DUE_WITHIN, at=_LATER)]
    assert outcomes == [Outcome.RENEWED] * count
    first = kept.now(kept.papers[0]).sealed
    assert first is not None
    grown = (first.size - len(pdf)) / 1000
    watch.row("paper renewed: read, proven, stamped, proven again, kept", count, f"{grown:.1f} kB more per paper")


def records(kept: Shelf, gov: Tree, count: int) -> None:
    """Make, cut out, check and renew the records of one day."""
    _fill(kept, count)
    at = dt.datetime.combine(times.local(AT).date() + dt.timedelta(days=1), dt.time(3), times.VIETNAM)
    kept.trust(gov.trust(at), gov.stamper(at, "tsa-brief"))
    watch = Watch()
    (made,) = make_records(kept.house, at=at)
    size = kept.house.objects.head(made.key).size
    watch.row(f"day of {count:,} files closed", 1, f"{size / 1e6:.2f} MB kept")
    watch = Watch()
    day = open_day(kept.house, made.day)
    proofs = [day.tree.record(place) for place in range(min(_PROOFS, count))]
    watch.row("proofs cut out, the day opened once", len(proofs), f"{max(map(len, proofs)):,} bytes per proof at most")
    anchors, contents = TrustStore(anchors=gov.trust(AT).anchors), kept.house.objects
    read = [contents.get(file.key, file.version) for file in day.files[: len(proofs)]]
    watch = Watch()
    for content, proof in zip(read, proofs, strict=True):
        assert check_record(content, proof, anchors, at=at).proven is not None
    watch.row("proof checked alone", len(proofs))
    kept.trust(gov.trust(at), gov.stamper(at))
    watch = Watch()
    ((_, problem),) = renew_records(kept.house, at + DUE_WITHIN, at=at)
    assert problem is None
    proof = open_day(kept.house, made.day).tree.record(0)
    watch.row("day renewed by a new time stamp", 1, f"{len(proof):,} bytes per proof")
    weak = Sunset(at + dt.timedelta(days=30), confirmed=False, source="a benchmark")
    table = Sunsets({**SUNSETS.hashes, "sha256": weak}, SUNSETS.keys, SUNSETS.schemes)
    (due,) = day_records.day_records(kept.house.catalogue)
    watch = Watch()
    list(renew_records(kept.house, due.protected_until + dt.timedelta(days=1), at=at, sunsets=table))
    proof = open_day(kept.house, made.day).tree.record(0)
    watch.row("day renewed by hashing every file again, SHA-512", 1, f"{len(proof):,} bytes per proof")


def _fill(kept: Shelf, count: int) -> None:
    """Put files of 16 bytes into the store, and into the catalogue as if they had been sealed."""
    house = kept.house

    def put(number: int) -> tuple[Paper, StoredObject]:
        paper_id = PaperId.new()
        kept_file = house.objects.put(f"papers/x/{paper_id}/paper.pdf", b"file %011d" % number, media_type="text/plain")
        return Paper(paper_id, "b", f"{number}", PaperState.RECEIVED, AT, kept_file), kept_file

    with ThreadPoolExecutor(16) as threads:
        files = list(threads.map(put, range(count)))
    house.catalogue.add_batch(Batch("b", "test", AT), [paper for paper, _ in files], actor="test")
    with writing(house.catalogue.engine) as session:
        session.add_all(
            SealedVersionRow(
                paper=paper.id.value, number=1, key=file.key, version=file.version, sha256=file.sha256, since=AT
            )
            for paper, file in files
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=200, help="papers to renew")
    parser.add_argument("--files", type=int, default=10_000, help="files of the day")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "trees").mkdir()
        gov = tree(make_trees(place / "trees"), "gov")
        print(f"{machine()}\n\n| | times | CPU ms each | |\n|---|---:|---:|---|")
        for name, step, count in (("papers", papers, given.papers), ("records", records, given.files)):
            kept = shelf(place / name)
            step(kept, gov, count)
            kept.house.close()


if __name__ == "__main__":
    main()
