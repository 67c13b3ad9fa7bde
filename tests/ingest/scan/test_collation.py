"""A scan made in two one-sided passes is worked on in the paper's order, and parted by it."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.papers import Paper, PaperState
from ingest import pipeline
from ingest.doubts import uneven_passes
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, manifest_of, open_batch, receive
from ingest.people.split import split
from ingest.scan.collation import page_of_file, place_in_paper
from ingest.scan.images import decode_image
from ingest.scan.pages import PageNotes, keep_reading
from ingest.settings import Settings
from ingest.workspace import Workspace
from ocr.model import Reading
from tests.ingest.made import scan_pdf


@given(st.integers(1, 500))
def test_every_page_has_its_place(sheets: int) -> None:
    count = 2 * sheets
    places = [place_in_paper(page, count) for page in range(1, count + 1)]
    assert places[:sheets] == list(range(1, count, 2))
    assert places[sheets:] == list(range(count, 0, -2))
    assert [page_of_file(place, count) for place in places] == list(range(1, count + 1))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(Settings(data_dir=tmp_path / "data"))
    yield house
    house.close()


def sent(house: House, pages: int, *, collate: bool) -> Paper:
    entry = ManifestEntry("a.pdf", collate=collate)
    batch = open_batch(house, Manifest("a", (entry,), batch=f"{pages}-{collate}"))
    assert manifest_of(house, batch.id).entries == (entry,)
    data = scan_pdf(
        *(np.full((80, 60 + 10 * number, 3), 250, np.uint8) for number in range(pages))
    )  # all else may be turned
    paper = receive(house, batch.id, "a.pdf", data).paper
    for step in (pipeline.inspect, pipeline.clean):
        step(house, paper.id)
    return paper


def widths(house: House, paper: Paper) -> list[int]:
    """Return how wide each page is, in the order in which it is worked on: the file's are 60, 70, 80 …"""
    work = Workspace(house.objects, paper.id)
    return [decode_image(work.get(note.master), note.master).shape[1] for note in PageNotes.of(work).pages]


def test_pages_are_put_in_order_and_parted_by_it(house: House) -> None:
    scan = sent(house, 6, collate=True)
    assert widths(house, scan) == [60, 110, 70, 100, 80, 90]
    work = Workspace(house.objects, scan.id)
    keep_reading(work, Reading(()), ())
    read = replace(house.catalogue.paper(scan.id), state=PaperState.READY, page_count=6)
    house.catalogue.save(read, actor="test", action="paper.checked")
    _, *parts = split(house, scan.id, [1, 3], by="A", actor="test")
    for part, expected in zip(parts, ([60, 110], [70, 100, 80, 90]), strict=True):
        with pikepdf.open(io.BytesIO(house.objects.get(part.original.key))) as pdf:
            assert [int(next(iter(page.get_images().values())).Width) for page in pdf.pages] == expected
        for step in (pipeline.inspect, pipeline.clean):
            step(house, part.id)
        assert widths(house, part) == expected, "a part is in order already"


def test_passes_that_do_not_match_stay_as_they_came_and_are_told(house: House) -> None:
    assert widths(house, sent(house, 3, collate=True)) == [60, 70, 80]
    assert widths(house, sent(house, 2, collate=False)) == [60, 70]
    assert [finding.code for finding in uneven_passes(3, collated=True)] == ["passes-uneven"]
    assert uneven_passes(3, collated=False) == uneven_passes(4, collated=True) == ()
