"""How large a status list gets, and how long it takes: ``python -m tests.benchmarks.status_lists``.

Makes a catalogue with so many papers, ends them, and does with it what a service and an auditor do. ``--document``
writes the table into a document as well; ``--database`` measures another database than a new SQLite file.
"""

import argparse
import datetime as dt
import gc
import hashlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import insert

from dossier import times
from dossier.identifiers import AgencyCode, PaperId
from dossier.papers import PaperState
from dossier.standing import Reason
from dossier.status_lists import StatusList
from signing.development import DevelopmentAuthority
from signing.signed_content import sign
from signing.status_check import check_status_list
from storage.catalogue import Catalogue
from storage.database import writing
from storage.proof.status_lists import entries, standing_of
from storage.schema import PaperRow, SealedVersionRow, StatusChangeRow
from tests.benchmarks.ocr.document import fill
from tests.benchmarks.usage import cpu_seconds, machine
from tests.storage.examples import NOON, batch

A = TypeVar("A")
_PART = 5000
_LOOKED_UP = 1000


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=100_000, help="papers no longer in force")
    parser.add_argument("--database", default="", help="URL of an empty database")
    parser.add_argument("--document", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = wanted.database or f"sqlite:///{folder}/catalogue.db"
        text = _measured(Catalogue.open(url), DevelopmentAuthority.open(Path(folder) / "authority"), wanted.papers)
    print(text)
    if wanted.document:
        fill(wanted.document, "status-lists", text)


def _measured(catalogue: Catalogue, authority: DevelopmentAuthority, count: int) -> str:
    hashes = _fill(catalogue, count)
    key, trust, at = authority.seal_key(), authority.trust(), times.now()
    rows = [("step", "seconds", "CPU s")]

    def timed(name: str, work: Callable[[], A]) -> A:
        gc.collect()
        began, used = time.perf_counter(), cpu_seconds()
        result = work()
        rows.append((name, f"{time.perf_counter() - began:.2f}", f"{cpu_seconds() - used:.2f}"))
        return result

    _, listed = timed("ask the catalogue for all", lambda: entries(catalogue))
    moment = at.replace(microsecond=0)
    made = StatusList(1, AgencyCode("H41.99"), (key.agency,), moment, moment + dt.timedelta(days=3), count, listed)
    text = timed("write the list", made.dump)
    signed = timed(
        "sign and time-stamp it",
        lambda: sign(
            text, key=key, time_stamper=authority.time_stamper(), trust=trust, at=at, environment="development"
        ),
    )
    checked = timed("check its signature and read it", lambda: check_status_list(signed, trust, at=times.now()))
    timed(
        f"ask the catalogue for {_LOOKED_UP:,} files, one by one", lambda: [standing_of(catalogue, h) for h in hashes]
    )
    catalogue.close()
    assert checked.content is not None
    assert len(checked.content.entries) == count
    kind, size = catalogue.engine.dialect.name, len(signed) / 1e6
    lines = [
        f"{machine()}, {kind}; {count:,} entries, {size:.1f} MB signed ({len(signed) / count:.0f} bytes an entry).",
        "",
    ]
    for number, row in enumerate(rows):
        lines.append(f"| {' | '.join(row)} |")
        if not number:
            lines.append("|---|---:|---:|")
    return "\n".join(lines)


def _fill(catalogue: Catalogue, count: int) -> list[str]:
    """Put papers into the catalogue that are no longer in force, and as many that are; return some hashes."""
    catalogue.add_batch(batch(), [], actor="benchmark")
    shown: list[str] = []
    for start in range(0, 2 * count, _PART):
        papers, versions, changes = [], [], []
        for number in range(start, min(start + _PART, 2 * count)):
            name = PaperId.derived(str(number)).value
            sha256 = hashlib.sha256(name.encode()).hexdigest()
            state, reason, successor = _ended(number) if number < count else (PaperState.STORED, None, None)
            papers.append(_paper(name, state, sha256))
            versions.append(
                {"paper": name, "number": 1, "key": "k", "version": "1", "sha256": sha256, "since": NOON, "day": None}
            )
            if reason:
                changes.append(_change(name, state, reason, successor))
            if len(shown) < _LOOKED_UP:
                shown.append(sha256)
        with writing(catalogue.engine) as session:
            session.execute(insert(PaperRow), papers)
            session.execute(insert(SealedVersionRow), versions)
            if changes:
                session.execute(insert(StatusChangeRow), changes)
    return shown


def _ended(number: int) -> tuple[PaperState, Reason, str | None]:
    """Return how one paper ended: of ten one revoked, three superseded, the rest expired."""
    if number % 10 == 0:
        return PaperState.REVOKED, Reason.WITHDRAWN, None
    if number % 10 < 4:
        return PaperState.SUPERSEDED, Reason.LATER_VERSION, PaperId.derived(str(number + 1)).value
    return PaperState.EXPIRED, Reason.VALIDITY_ENDED, None


def _paper(name: str, state: PaperState, sha256: str) -> dict[str, object]:
    original = {"key": f"o/{name}", "version": "1", "sha256": sha256, "size": 1, "media_type": "application/pdf"}
    return {
        "id": name,
        "batch": "b1",
        "name": "x",
        "state": state.value,
        "created_at": NOON,
        "kind": "component",
        "signed_origin": False,
        "reading_version": 1,
        "parts": [],
        **{f"original_{key}": value for key, value in original.items()},
        **{f"sealed_{key}": value for key, value in original.items()},
    }


def _change(name: str, state: PaperState, reason: Reason, successor: str | None) -> dict[str, object]:
    return {
        "paper": name,
        "at": NOON,
        "since": NOON,
        "before": PaperState.STORED.value,
        "after": state.value,
        "reason": reason.value,
        "by": "benchmark",
        "successor": successor,
    }


if __name__ == "__main__":
    main()
