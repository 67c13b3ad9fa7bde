"""A restore drill: ``python -m tests.benchmarks.restore --papers 1000``. How long until everything is back?

Papers of 100 kB each, twice: as received and as sealed, with a reading of 4 kB. From one machine they are backed up
and restored to one machine, and to SeaweedFS and PostgreSQL; locks are set and every byte is held against its SHA-256.
"""

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dossier import times
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState
from ingest.house import House
from ingest.settings import Settings
from ingest.upkeep.backup import backup, verify_backup
from ingest.upkeep.consistency import check
from ingest.upkeep.fixity import check_due
from ingest.upkeep.inventory import walk
from ingest.upkeep.restore import Restored, restore
from storage.records import Batch
from tests.benchmarks.usage import cpu_seconds, machine
from tests.ingest.stocked import OWNER, on_servers
from tests.servers import running_postgres, seaweed

SIZE = 100_000
"""Bytes of a paper."""
_TOGETHER = 100


def main(papers: Annotated[int, typer.Option(min=1, help="How many")] = 1000) -> None:
    """Stock an installation, back it up, lose it, and print how long each step took."""
    print(machine())
    print("\n| what | papers | objects | MB | wall s | CPU s of ours |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        house = House(Settings(data_dir=folder / "data", fixity_mb_s=10_000))
        _stock(house, papers)
        kept, size = 0, 0
        with _row("first backup", papers) as tell:
            made = backup(house, folder / "backup")
            kept, size = made.manifest.versions, made.manifest.size
            tell(kept, size)
        with _row("next backup, nothing new", papers) as tell:
            tell(backup(house, folder / "backup").manifest.versions, 0)
        with _row("`sohoa backup --verify`", papers) as tell:
            tell(verify_backup(folder / "backup").objects, size)
        house.close()
        shutil.rmtree(folder / "data")
        with _row("**restore to folder and SQLite**", papers) as tell:
            _restore(House(Settings(data_dir=folder / "new")), folder / "backup", tell)
        with seaweed() as server, running_postgres(durable=True) as url:
            settings = Settings(data_dir=folder / "far", **on_servers(server, url, "drill"))  # type: ignore[arg-type]
            with _row("**restore to SeaweedFS and PostgreSQL**", papers) as tell:
                _restore(House(settings), folder / "backup", tell)
        house = House(Settings(data_dir=folder / "new", fixity_mb_s=10_000))
        with _row("walk through the store", papers) as tell:
            walk(house)
            tell(kept, 0)
        with _row("fixity check of everything", papers) as tell:
            tell(len(list(check_due(house, now=True))), size)
        with _row("`sohoa storage check`", papers) as tell:
            _require(not list(check(house)))
            tell(kept, 0)
        house.close()


def _restore(house: House, source: Path, tell: Callable[[int, int], None]) -> None:
    restored: Restored = restore(house, source)
    _require(not restored.lacking)
    tell(restored.objects, restored.size)
    house.close()


@contextmanager
def _row(what: str, papers: int) -> Iterator[Callable[[int, int], None]]:
    """Print a line of the table for what the body does and tells: objects, and bytes."""
    told = [0, 0]
    wall, cpu = time.monotonic(), cpu_seconds()
    yield lambda objects, size: told.__setitem__(slice(None), [objects, size])
    took, used = time.monotonic() - wall, cpu_seconds() - cpu
    size = f"{told[1] / 1e6:,.0f}" if told[1] else ""
    print(f"| {what} | {papers:,} | {told[0]:,} | {size} | {took:.1f} | {used:.1f} |", flush=True)


def _stock(house: House, papers: int) -> None:
    at = times.now()
    until = house.retain_until(at, "decision", at=at)
    batch = Batch("drill", "bench", at)
    house.catalogue.add_batch(batch, [], actor="bench")
    some = list[Paper]()
    for _ in range(papers):
        paper_id = PaperId.new()
        original = house.objects.put(
            f"originals/{paper_id}/original", secrets.token_bytes(SIZE), media_type="image/jpeg", retain_until=until
        )
        folder = f"papers/{OWNER.pseudonym(house.owner_secret)}/{paper_id}"
        sealed = house.objects.put(
            f"{folder}/paper.pdf", secrets.token_bytes(SIZE), media_type="application/pdf", retain_until=until
        )
        house.objects.put(
            f"{folder}/reading-v1.json", secrets.token_bytes(4000), media_type="application/json", retain_until=until
        )
        paper = Paper(paper_id, batch.id, "scan.jpg", PaperState.STORED, at, original, OWNER, paper_type="decision")
        some.append(replace(paper, sealed=sealed, stored_at=at))
        if len(some) == _TOGETHER:
            house.catalogue.add_papers(some, actor="bench")
            some.clear()
    house.catalogue.add_papers(some, actor="bench")


def _require(well: bool) -> None:  # noqa: FBT001 - as assert
    if not well:
        raise SystemExit("the drill failed")


if __name__ == "__main__":
    typer.run(main)
