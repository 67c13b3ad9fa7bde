"""Empty backs and separator sheets are left out of what is archived, and nothing that says anything ever is."""

import io
import random
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pikepdf
import pytest

from dossier.errors import InvalidValue, WrongState
from dossier.papers import Paper, PaperState
from ingest.doubts import page_doubts
from ingest.house import House
from ingest.people.confirm import confirm
from ingest.people.corrections import correct
from ingest.people.truth import truth
from ingest.people.versions import versions_of
from ingest.scan.clean import clean
from ingest.scan.hidden_pages import hide_pages
from ingest.scan.images import PageImage
from ingest.scan.pages import PageNote, PageNotes
from ingest.scan.separator_sheets import separator_pdf
from ingest.settings import Settings
from ocr.model import Reading
from ocr.orientation import Orientation
from ocr.separators import Separator
from storage.audit_log import audit
from storage.reuse.prints import prints_of
from tests.generator.faint import EMPTY, FAINT, faint_side
from tests.generator.files import write_scan
from tests.generator.render import Kind, PaperSpec, render
from tests.ingest.people.test_split import prepared
from tests.ingest.test_work import send, work_off

DOSSIER = "H15.50.05.13-261008-0976"


def is_empty(name: str, seed: int) -> bool:
    rng = random.Random(f"{name} {seed}")  # noqa: S311 - chance of a test
    image = faint_side({**EMPTY, **FAINT}[name], rng)
    pixels = np.ascontiguousarray(image[..., ::-1] if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))
    return clean(PageImage(1, pixels, 150), lambda *_: Orientation(0, 0.0)).empty


@pytest.mark.parametrize("name", FAINT)
def test_a_faint_page_is_never_taken_for_empty(name: str) -> None:
    assert not any(is_empty(name, seed) for seed in range(4))


def test_the_back_of_a_sheet_is_empty() -> None:
    assert sum(is_empty("nothing", seed) for seed in range(8)) >= 6, "a fold shows, and stays"
    for colour in ((255, 255, 255), (128, 128, 128), (200, 240, 250)):
        plain = np.full((1754, 1240, 3), colour, np.uint8)
        assert clean(PageImage(1, plain, 150), lambda *_: Orientation(0, 0.0)).empty


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(Settings(data_dir=tmp_path / "data", heartbeat_s=0.1))
    yield house
    house.close()


def duplex_scan(house: House, folder: Path) -> bytes:
    """Return what a duplex scanner makes of a separator sheet printed on one side and an application on one page."""
    path = folder / "duplex.pdf"
    write_scan(path, render(PaperSpec(Kind.APPLICATION, 3, dpi=200)).pages)
    out = io.BytesIO()
    sheet = separator_pdf([Separator(DOSSIER, "general-application")], house.paper_types)
    with pikepdf.open(path) as scan, pikepdf.open(io.BytesIO(sheet)) as sheets, pikepdf.new() as back:
        back.add_blank_page(page_size=(595, 842))
        scan.pages.insert(0, sheets.pages[0])
        scan.pages.insert(1, back.pages[0])
        scan.pages.append(back.pages[0])
        scan.save(out)
    return out.getvalue()


@pytest.fixture
def waiting(house: House, tmp_path: Path) -> Paper:
    return prepared(house, send(house, "duplex.pdf", duplex_scan(house, tmp_path)).paper)


def entries(house: House, paper: Paper) -> list[tuple[str, dict[str, str]]]:
    found = (e for e in audit.entries(house.catalogue, limit=1000) if e.object == f"paper:{paper.id}")
    return [(e.actor, dict(e.detail)) for e in found if e.action == "paper.pages-hidden"]


def test_empty_backs_and_the_sheet_are_left_out_and_what_the_sheet_says_is_known(house: House, waiting: Paper) -> None:
    assert (waiting.page_count, waiting.hidden_pages) == (4, (1, 2, 4))
    assert (str(waiting.dossier), waiting.paper_type) == (DOSSIER, "general-application")
    assert {"pages-hidden"} <= {finding.code for finding in waiting.checks}
    assert not {"separator-sheet", "several-papers", "page-blank"} & {finding.code for finding in waiting.checks}
    assert {field.page for field in waiting.fields} == {3}
    field = next(one for one in waiting.fields if one.box and one.value)
    correct(house, waiting.id, {field.key: field.value or ""}, by="Trần Văn Đối", actor="test")
    (seen,) = truth(house)
    assert seen.picture

    confirm(house, waiting.id, by="Trần Văn Đối", actor="test")
    with pytest.raises(WrongState):
        hide_pages(house, waiting.id, [], actor="test")
    (stored,) = work_off(house, waiting.id)
    assert (stored.state, stored.page_count, stored.hidden_pages) == (PaperState.STORED, 1, (1, 2, 4))
    assert {field.page for field in stored.fields} == {1}, "pages are numbered as in the sealed file"
    assert stored.sealed is not None
    with pikepdf.open(io.BytesIO(house.objects.get(stored.sealed.key))) as sealed:
        assert len(sealed.pages) == 1
    with pikepdf.open(io.BytesIO(house.objects.get(stored.original.key))) as original:
        assert len(original.pages) == 4, "the original has every page"
    assert [page.number for page in versions_of(house, stored)[0].reading.pages] == [1]
    assert prints_of(house.catalogue, [stored.id])[stored.id].keys() == {1}
    assert [one.picture for one in truth(house)] == [seen.picture], "the same place, by whatever number its page has"


def test_a_person_takes_pages_back_in_before_confirming(house: House, waiting: Paper) -> None:
    with pytest.raises(InvalidValue, match="1, 2, 4"):
        hide_pages(house, waiting.id, [3], actor="officer")
    restored = hide_pages(house, waiting.id, [1, 2], actor="officer")
    assert restored.hidden_pages == (1, 2)
    assert hide_pages(house, waiting.id, (2, 1, 1), actor="other").hidden_pages == (1, 2)
    assert entries(house, waiting) == [("officer", {"hidden": "1 2", "before": "1 2 4"})]
    (told,) = [finding.text for finding in restored.checks if finding.code == "pages-hidden"]
    assert "1, 2 " in told
    everything = hide_pages(house, waiting.id, [], actor="officer")
    assert "pages-hidden" not in {finding.code for finding in everything.checks}
    confirm(house, hide_pages(house, waiting.id, [1, 2], actor="officer").id, by="Trần Văn Đối", actor="test")
    (stored,) = work_off(house, waiting.id)
    assert (stored.page_count, {field.page for field in stored.fields}) == (2, {1})


def test_a_scan_of_which_only_blank_pages_are_shown_is_blank() -> None:
    notes = PageNotes((PageNote(1, 200, blank=True), PageNote(2, 200, blank=True, empty=True)))
    codes = {one.code for one in page_doubts(notes, Reading(()), hidden=(2,))}
    assert "paper-blank" in codes


def test_nothing_is_hidden_where_nothing_would_be_left(house: House, tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        for _ in range(2):
            pdf.add_blank_page(page_size=(595, 842))
        pdf.save(tmp_path / "empty.pdf")
    paper = prepared(house, send(house, "empty.pdf", (tmp_path / "empty.pdf").read_bytes()).paper)
    assert (paper.state, paper.hidden_pages) == (PaperState.NEEDS_REVIEW, ())
    assert "paper-blank" in {finding.code for finding in paper.checks}
