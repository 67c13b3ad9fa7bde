"""Dumps that cannot be read; what a whole one restores is tested with ``ingest.upkeep.backup``."""

import gzip
import io
from pathlib import Path

import pytest

from dossier.errors import BackupDamaged
from storage.catalogue import Catalogue
from storage.database import writing
from storage.schema import REVISION
from storage.upkeep.dump import dump, load
from tests.storage.standing_papers import put


@pytest.mark.parametrize("damage", ["cut off", "no JSON", "a row too short", "no moment"])
def test_a_dump_with_damaged_rows_is_told_and_loads_nothing(tmp_path: Path, damage: str) -> None:
    here, there = (Catalogue.open(f"sqlite:///{tmp_path / name}.db") for name in ("here", "there"))
    put(here)
    dump(here, file := tmp_path / "catalogue.gz", io.StringIO())
    whole = file.read_bytes()
    if damage == "cut off":
        file.write_bytes(whole[: len(whole) // 2])
    else:
        lines = gzip.decompress(whole).decode().splitlines()
        row = next(number for number, line in enumerate(lines) if line.startswith('[1,"b-'))  # of the batch
        changed = {"no JSON": "[x", "a row too short": "[1]"}.get(damage, lines[row].replace("2026-", "MMXXVI-"))
        file.write_bytes(gzip.compress("\n".join([*lines[:row], changed, *lines[row + 1 :]]).encode()))
    with pytest.raises(BackupDamaged), writing(there.engine) as session:
        load(session, file, REVISION)
    assert there.papers() == there.batches() == []
    for one in (here, there):
        one.close()
