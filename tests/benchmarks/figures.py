"""What a report costs: ``python -m tests.benchmarks.figures``. Made dossiers, counted on both databases.

``--workbook FILE`` writes the report as XLSX, which is the one pictured in docs/figures.md.
"""

import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Annotated, Any

import typer
from sqlalchemy import insert

from api.shapes.figures_xlsx import report_xlsx
from dossier.dossiers import Channel, Outcome
from dossier.papers import PaperKind, PaperState
from dossier.periods import Period
from ingest.house import House
from ingest.reports.figures import By, figures_of
from ingest.settings import Settings
from storage.database import writing
from storage.schema import BatchRow, DossierRow, PaperRow
from tests.benchmarks.usage import cpu_seconds, machine
from tests.servers import running_postgres

PERIOD = Period.parse("2026-11")
_PROCEDURES = ("1.001193", "1.000894", "2.000635", "1.004873")
_AT_ONCE = 5000
_HOUR = dt.timedelta(hours=1)
_AGENCIES = """
[[agency]]
code = "H41.12"
name = "Xã Mẫu Một"
[[agency]]
code = "H41.13"
name = "Xã Mẫu Hai"
[[agency]]
code = "H41.14"
name = "Phường Mẫu Ba"
[[agency]]
code = "H41.15"
name = "Sở Mẫu"
"""


def main(
    dossiers: Annotated[int, typer.Option(min=100, help="How many")] = 200_000,
    workbook: Annotated[Path | None, typer.Option(help="Write the report here")] = None,
) -> None:
    """Fill both databases, count, and print the table."""
    print(machine())
    print("\n| database | dossiers | papers | report, CPU s | wall s |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "agencies.toml").write_text(_AGENCIES)
        _measure(_house(folder, ""), dossiers, "SQLite", workbook)
        with running_postgres(durable=True) as url:
            _measure(_house(folder, url), dossiers, "PostgreSQL", None)


def _house(folder: Path, url: str) -> House:
    return House(Settings(data_dir=folder / "data", database_url=url, agencies_file=folder / "agencies.toml"))


def _measure(house: House, dossiers: int, database: str, workbook: Path | None) -> None:
    papers = _fill(house, dossiers)
    began, cpu = dt.datetime.now(dt.UTC), cpu_seconds()
    report = figures_of(house, PERIOD, By.AGENCY)
    cpu, wall = cpu_seconds() - cpu, (dt.datetime.now(dt.UTC) - began).total_seconds()
    print(f"| {database} | {dossiers:,} | {papers:,} | {cpu:.1f} | {wall:.1f} |")
    if workbook:
        workbook.write_bytes(report_xlsx(report))
    house.close()


def _fill(house: House, dossiers: int) -> int:
    """Put dossiers and their papers into the catalogue past all checks; return how many papers there are."""
    rng, papers = Random(7), 0  # noqa: S311 - sample data, not keys
    with writing(house.catalogue.engine) as session:
        for station in range(4):
            row = {"id": f"b{station}", "station": f"station-{station}", "operator": f"Người quét {station}"}
            session.execute(insert(BatchRow).values(**row, created_at=PERIOD.begins, content_sha256=""))
        made: list[dict[str, Any]] = []
        kept: list[dict[str, Any]] = []
        for number in range(dossiers):
            dossier, of_it = _dossier(rng, number)
            made.append(dossier)
            kept += of_it
            if len(made) == _AT_ONCE or number == dossiers - 1:
                session.execute(insert(DossierRow), made)
                session.execute(insert(PaperRow), kept)
                papers += len(kept)
                made, kept = [], []
    return papers


def _dossier(rng: Random, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    place = rng.choices((12, 13, 14, 15), (5, 3, 2, 4))[0]
    received = PERIOD.begins + rng.random() * (PERIOD.ends - PERIOD.begins)
    name = f"H41.{place}-{received:%y%m%d}-{number:06d}"
    ended = received + 90 * _HOUR * rng.random() if rng.random() < 0.8 else None
    outcome = rng.choices(list(Outcome), (90, 7, 3))[0].value if ended else None
    dossier = {
        "number": name,
        "procedure": rng.choice(_PROCEDURES),
        "agency": f"H41.{place}",
        "channel": rng.choice(list(Channel)).value,
        "received_at": received,
        "processing_started_at": received + _HOUR,
        "ended_at": ended and max(ended, received + _HOUR),
        "outcome": outcome,
    }
    papers = list(_papers(rng, name, number, received)) if rng.random() < 0.6 + place / 50 else []
    return dossier, papers


def _papers(rng: Random, dossier: str, number: int, received: dt.datetime) -> Iterator[dict[str, Any]]:
    for place in range(rng.randint(1, 4)):
        kind = PaperKind.RESULT if place == 0 and rng.random() < 0.9 else PaperKind.COMPONENT
        yield {
            "id": f"p{number:011d}{place:04d}",
            "batch": f"b{number % 4}",
            "name": "001.pdf",
            "state": PaperState.STORED.value,
            "created_at": received,
            "kind": kind.value,
            "dossier": dossier,
            "page_count": rng.randint(1, 4),
            "stored_at": received + rng.random() * 1.2 * _HOUR,
            "signed_origin": False,
            "reading_version": 1,
            "parts": [],
            "original_key": "",
            "original_version": "",
            "original_sha256": "",
            "original_size": 0,
            "original_media_type": "",
        }


if __name__ == "__main__":
    typer.run(main)
