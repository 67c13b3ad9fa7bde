"""What was read on the pages of a paper under work is found again, however it was kept."""

from pathlib import Path

import pytest

from dossier.errors import NotFound
from dossier.identifiers import PaperId
from dossier.papers import Box
from ingest.scan.pages import codes_of, keep_reading, reading_of
from ingest.workspace import Workspace
from ocr.model import PageReading, Reading
from ocr.qr import Code
from storage.objects.folder import FolderStore

PAGES = tuple(PageReading(number, 1000, 1400, 150, ()) for number in range(1, 12))
CODES = tuple(Code(f"00119001234{number}", Box(1, 2, 30, 30), number) for number in (2, 3, 11))


def test_a_reading_is_kept_whole(tmp_path: Path) -> None:
    work = Workspace(FolderStore(tmp_path), PaperId.new())
    keep_reading(work, Reading(PAGES), CODES)
    assert (reading_of(work), codes_of(work)) == (Reading(PAGES), CODES)


def test_a_reading_that_was_kept_page_by_page_is_found(tmp_path: Path) -> None:
    work = Workspace(FolderStore(tmp_path), PaperId.new())
    for page in PAGES:
        codes = tuple(code for code in CODES if code.page == page.number)
        work.put_value(f"reading/{page.number:04}.json", page)
        work.put_value(f"codes/{page.number:04}.json", codes, tuple[Code, ...])
    assert (reading_of(work), codes_of(work)) == (Reading(PAGES), CODES)


def test_a_reading_that_is_lost_is_no_empty_one(tmp_path: Path) -> None:
    work = Workspace(FolderStore(tmp_path), PaperId.new())
    for lost in (reading_of, codes_of):
        with pytest.raises(NotFound):
            lost(work)
