"""The demonstration of ``make demo``: generates the sample batch, digitizes it, and shows where everything is.

Everything is kept in ``./demo``; running it again finds the same papers in the store and changes nothing.
"""

import json
import logging
import sys
import time
from pathlib import Path
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table

from dossier.papers import Paper
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.settings import Settings
from tests.generator.batch import sample_batch
from tests.generator.contact_sheet import contact_sheet

DEMO = Path("demo")
CONFIRMED_BY = "Nguyễn Thị Đối Chiếu"


def main() -> None:
    """Digitize the sample batch."""
    began = time.monotonic()
    scans = DEMO / "scans"
    if not (scans / "batch.json").exists():
        sample_batch(scans)
    files = [scans / entry["file"] for entry in sample(scans)]
    house = House(Settings(data_dir=DEMO / "data"))
    papers = digitize(house, scans, files)
    sealed = [fetch(house, paper) for paper in papers if paper.sealed]
    if not (DEMO / "contact-sheet.png").exists():
        contact_sheet(DEMO / "contact-sheet.png", sealed)

    console = Console(width=None if sys.stdout.isatty() else 140)
    table = Table(title="Lô mẫu / sample batch", title_justify="left")
    for name in (
        "Giấy tờ / paper",
        "Loại / type",
        "Chủ / owner",
        "Trang / pages",
        "Trường / fields",
        "Chữ ký / verdict",
    ):
        table.add_column(name, overflow="fold")
    for paper in papers:
        table.add_row(
            f"{paper.name}\n[dim]{paper.id}[/]",
            house.paper_types[paper.paper_type or "other"].name_vi,
            f"{paper.owner.number.value}\n{paper.owner.name}" if paper.owner else "—",
            str(paper.page_count),
            str(sum(field.value is not None for field in paper.fields)),
            paper.verdict.text_vi if paper.verdict else paper.state.value,
        )
    console.print(table)
    owner = papers[0].owner
    house.close()
    console.print(f"Bản đã ký số / sealed papers: {DEMO / 'sealed'}")
    console.print(f"Ảnh tổng hợp / contact sheet: {DEMO / 'contact-sheet.png'}   ({time.monotonic() - began:.1f} s)")
    console.print("Thử tiếp / try next:")
    prefix = f"  SOHOA_DATA_DIR={DEMO / 'data'} .venv/bin/sohoa"
    if owner:
        console.print(f"{prefix} find --owner {owner.number.value}", highlight=False)
    console.print(f"{prefix} verify {sealed[0]}", highlight=False)
    console.print(f"{prefix} serve   → http://127.0.0.1:8080/desk (bàn làm việc / desks)", highlight=False)


def sample(scans: Path) -> list[dict[str, Any]]:
    """Return what the sample batch says of its files."""
    entries: list[dict[str, Any]] = json.loads((scans / "batch.json").read_text())["files"]
    return entries


def digitize(house: House, scans: Path, files: list[Path]) -> list[Paper]:
    """Send the files as one batch and work until every paper is stored; papers already there stay as they are."""
    entries = tuple(
        ManifestEntry(f["file"], f["owner"]["number"], f["owner"]["name"], confirmed_by=CONFIRMED_BY)
        for f in sample(scans)
    )
    batch = open_batch(house, Manifest(station="demo", batch="sample", operator="demo", entries=entries))
    received = [receive(house, batch.id, path.name, path.read_bytes()) for path in files]
    if not all(r.duplicate for r in received):
        # What a worker does beside papers is no part of the picture.
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
        from ingest.work import Work  # noqa: PLC0415 - importing DBOS costs two seconds; a second run needs none of it

        with Work(house) as work:
            for r in received:
                work.start(r.paper.id)
            work.wait(r.paper.id for r in received)
    return [house.catalogue.paper(r.paper.id) for r in received]


def sealed_path(paper: Paper) -> Path:
    """Return where a paper's sealed PDF is laid out for looking at."""
    return DEMO / "sealed" / f"{Path(paper.name).stem}.pdf"


def fetch(house: House, paper: Paper) -> Path:
    """Lay out a paper's sealed PDF, and return where."""
    path = sealed_path(paper)
    if paper.sealed and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(house.objects.get(paper.sealed.key, paper.sealed.version))
    return path


if __name__ == "__main__":
    main()
