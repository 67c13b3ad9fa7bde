"""A scan of several papers is proposed to be split, is split by a person, and its parts go their own way."""

import contextlib
import io
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pikepdf
import pytest

from dossier.errors import InvalidValue, NotSplittable, WrongState
from dossier.owners import Owner
from dossier.papers import Paper, PaperState
from ingest import pipeline
from ingest.house import House
from ingest.intake.receive import outcomes, receive
from ingest.people.confirm import confirm, confirm_as_announced
from ingest.people.split import proposed, split
from ingest.scan.separator_sheets import separator_pdf
from ingest.settings import Settings
from ingest.workspace import Workspace
from ocr.separators import Separator
from storage.audit_log import audit
from tests.generator.render import Kind
from tests.generator.several import scan_together
from tests.generator.truth import Paper as Truth
from tests.ingest.test_crash import IMPATIENT, run
from tests.ingest.test_work import OWNER, send, signed_elsewhere, work_off

OTHER = "H15.50.05.13-261008-0976"
NAMED = Separator(OTHER, "diploma")
KINDS = (Kind.APPLICATION, Kind.IDENTITY_CARD)


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Truth]]:
    """An application and an identity card in one PDF."""
    path = tmp_path_factory.mktemp("dossier") / "ho-so.pdf"
    return path, scan_together(path, KINDS)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(Settings(data_dir=tmp_path / "data", heartbeat_s=0.1))
    yield house
    house.close()


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory, dossier: tuple[Path, list[Truth]]) -> Path:
    """A data folder with the dossier's scan, read and waiting for a person although one confirmed it in advance."""
    path, _ = dossier
    folder = tmp_path_factory.mktemp("read") / "data"
    with contextlib.closing(House(Settings(data_dir=folder, heartbeat_s=0.1))) as house:
        work_off(house, send(house, path.name, path.read_bytes(), by="Trần Văn Đối").paper.id)
    return folder


@pytest.fixture
def scan(house: House, read_once: Path) -> Paper:
    """That scan in the house of this test."""
    shutil.copytree(read_once, house.settings.root)
    (waiting,) = house.catalogue.papers()
    return waiting


def prepared(house: House, paper: Paper) -> Paper:
    for step in pipeline.PREPARE:
        step(house, paper.id)
    return house.catalogue.paper(paper.id)


def entries(house: House, paper: Paper) -> list[tuple[str, str]]:
    return [(e.actor, e.action) for e in audit.entries(house.catalogue, limit=1000) if e.object == f"paper:{paper.id}"]


def assert_split(house: House, scan: Paper) -> list[Paper]:
    """Assert that a scan ended as its two parts and that all of it hangs together; return the parts."""
    ended = house.catalogue.paper(scan.id)
    parts = [house.catalogue.paper(part) for part in ended.parts]
    assert (ended.state, ended.split_by) == (PaperState.SPLIT, "Người Tách")
    assert ended.split_at is not None
    assert ended.original == scan.original
    assert house.catalogue.papers() == [ended, *parts]
    assert [entry for entry in entries(house, ended) if entry[1] == "paper.split"] == [("test", "paper.split")]
    for part in parts:
        assert (part.split_from, part.batch, part.confirmed_by) == (scan.id, scan.batch, None)
        assert entries(house, part)[0] == ("test", "paper.received")
        original = house.objects.get(part.original.key, part.original.version)
        assert len(house.objects.versions(part.original.key)) == 1
        with pikepdf.open(io.BytesIO(original)) as pdf:
            assert len(pdf.pages) == 1
    assert list(house.objects.keys(f"work/{scan.id}/")) == []
    audit.check(house.catalogue, house.objects)
    return parts


def test_a_split_is_proposed_and_never_forced(house: House, scan: Paper) -> None:
    assert scan.state is PaperState.NEEDS_REVIEW, "whoever confirmed in advance did not know"
    (finding,) = [finding for finding in scan.checks if finding.code == "several-papers"]
    assert "trang 1: đơn đề nghị; trang 2: thẻ căn cước" in finding.text
    assert "page 2: identity card" in finding.text_en
    assert [(part.pages, part.code) for part in proposed(house, scan.id)] == [
        ((1,), "general-application"),
        ((2,), "identity-card"),
    ]
    assert scan.paper_type == "general-application"
    assert {field.page for field in scan.fields} == {1}, "the fields are the first paper's"
    assert confirm(house, scan.id, by="Trần Văn Đối", actor="test").state is PaperState.CONFIRMED
    with pytest.raises(WrongState):
        split(house, scan.id, [2], by="Người Tách", actor="test")
    with pytest.raises(WrongState):
        proposed(house, scan.id)


def test_the_parts_go_the_whole_way_and_the_scan_nowhere(
    house: House, scan: Paper, dossier: tuple[Path, list[Truth]]
) -> None:
    path, (_, card) = dossier
    split(house, scan.id, [1, 2], by=" Người Tách ", actor="test")
    application, other = work_off(house, *(part.id for part in assert_split(house, scan)))

    assert (application.name, other.name) == ("ho-so.pdf [1]", "ho-so.pdf [2]")
    assert (application.paper_type, other.paper_type) == ("general-application", "identity-card")
    assert {application.state, other.state} <= {PaperState.READY, PaperState.NEEDS_REVIEW}, "a person confirms each"
    assert "several-papers" not in {finding.code for part in (application, other) for finding in part.checks}
    assert other.owner == Owner.parse(card.owner.number, card.owner.name), "a paper that names its owner is that one's"
    assert application.owner is not None
    assert application.owner.number.value in {OWNER, *(f.value for f in application.fields)}

    for paper in (application, other):
        confirm(house, paper.id, by="Trần Văn Đối", actor="test")
    stored = work_off(house, application.id, other.id)
    assert [paper.state for paper in stored] == [PaperState.STORED] * 2
    assert [p.id for p in house.catalogue.find(other.owner.number)] == [other.id]

    with pytest.raises(WrongState):
        confirm(house, scan.id, by="Trần Văn Đối", actor="test")
    again = send(house, "again.pdf", path.read_bytes())
    assert (again.duplicate, again.paper.id, again.paper.state) == (True, scan.id, PaperState.SPLIT)
    assert outcomes(house, scan.batch) == {path.name: scan.id}
    assert receive(house, scan.batch, path.name, path.read_bytes()).duplicate


def test_asking_again_changes_nothing_and_asking_for_another_split_is_refused(house: House, scan: Paper) -> None:
    first = split(house, scan.id, [2], by="Người Tách", actor="test")
    assert split(house, scan.id, [2, 1, 2], by="Ai Khác", actor="other") == first
    assert split(house, scan.id, [2], by="", actor="other") == first
    assert_split(house, scan)
    with pytest.raises(WrongState):
        split(house, scan.id, [1], by="Người Tách", actor="test")


def test_the_same_split_at_the_same_moment_is_one(house: House, scan: Paper) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: split(house, scan.id, [2], by="Người Tách", actor="test"), range(4)))
    assert all([paper.id for paper in answer] == [paper.id for paper in answers[0]] for answer in answers)
    assert_split(house, scan)


@pytest.mark.parametrize("pages", [[], [1], [3], [0], [-1, 2], [2, 10**30]])
def test_pages_that_are_not_there_or_part_nothing_are_refused(house: House, scan: Paper, pages: list[int]) -> None:
    with pytest.raises(InvalidValue):
        split(house, scan.id, pages, by="Người Tách", actor="test")
    with pytest.raises(InvalidValue):
        split(house, scan.id, [2], by=" ", actor="test")
    assert house.catalogue.papers() == [scan]


def test_a_signed_file_is_not_split(house: House, tmp_path: Path, small_scan: Path) -> None:
    received = send(house, "signed.pdf", signed_elsewhere(tmp_path, small_scan))
    waiting = prepared(house, received.paper)
    assert waiting.signed_origin
    with pytest.raises(NotSplittable):
        split(house, waiting.id, [2], by="Người Tách", actor="test")
    assert house.catalogue.paper(waiting.id) == waiting


def test_a_part_may_be_split_again(house: House, tmp_path: Path) -> None:
    path = tmp_path / "ba.tif"
    scan_together(path, [*KINDS, Kind.DIPLOMA])
    scan = prepared(house, send(house, path.name, path.read_bytes()).paper)
    assert [part.pages for part in proposed(house, scan.id)] == [(1,), (2,), (3,)]
    _, _, rest = split(house, scan.id, [2], by="Người Tách", actor="test")
    rest = prepared(house, rest)
    assert [part.code for part in proposed(house, rest.id)] == ["identity-card", "diploma"]
    _, _, diploma = split(house, rest.id, [2], by="Người Tách", actor="test")
    diploma = prepared(house, diploma)
    assert (diploma.paper_type, diploma.name) == ("diploma", "ba.tif [2-3] [2]")
    assert diploma.owner is not None
    assert diploma.owner.number.value == OWNER, "the sender named the owner of the scan of the scan"


def test_separator_sheets_belong_to_no_part(house: House, tmp_path: Path) -> None:
    path = tmp_path / "phan-cach.pdf"
    scan_together(path, [Kind.BODY_TEXT, Kind.BODY_TEXT])
    with (
        pikepdf.open(path, allow_overwriting_input=True) as pdf,
        pikepdf.open(io.BytesIO(separator_pdf([NAMED], house.paper_types))) as sheet,
        pikepdf.new() as back,
    ):
        pdf.pages.insert(1, sheet.pages[0])
        back.add_blank_page(page_size=(595, 842))
        pdf.pages.insert(2, back.pages[0])  # the sheet was printed on one side
        pdf.save()
    scan = prepared(house, send(house, path.name, path.read_bytes(), by="Trần Văn Đối").paper)
    assert not confirm_as_announced(house, scan.id)
    assert {"several-papers", "separator-sheet"} <= {finding.code for finding in scan.checks}
    (told,) = [finding.text for finding in scan.checks if finding.code == "separator-sheet"]
    assert "H15.50.05.13-261008-0976 diploma" in told
    assert [(part.pages, part.code) for part in proposed(house, scan.id)] == [((1,), "other"), ((4,), "diploma")]
    assert scan.hidden_pages == (2, 3)
    _, *parts = split(house, scan.id, [1, 4], by="Người Tách", actor="test")
    assert [part.name for part in parts] == ["phan-cach.pdf [1]", "phan-cach.pdf [4]"]
    assert [(part.paper_type, str(part.dossier)) for part in parts] == [(None, str(scan.dossier)), ("diploma", OTHER)]
    assert scan.dossier != parts[1].dossier


def test_nothing_is_split_before_it_was_read(house: House, dossier: tuple[Path, list[Truth]]) -> None:
    path, _ = dossier
    received = send(house, path.name, path.read_bytes())
    for attempt in (lambda: split(house, received.paper.id, [2], by="A", actor="test"),
                    lambda: proposed(house, received.paper.id)):  # fmt: skip
        with pytest.raises(WrongState):
            attempt()


def test_a_paper_read_before_there_were_proposals_has_none(house: House, scan: Paper) -> None:
    Workspace(house.objects, scan.id).clear("papers.json")
    assert proposed(house, scan.id) == ()


def test_a_split_survives_being_killed_anywhere(house: House, scan: Paper) -> None:
    deaths = ["put:1", "put:2", "save:1"]  # before either part is kept, after the catalogue's change
    environment = {"SOHOA_DATA_DIR": str(house.settings.root), **IMPATIENT}
    ends = run([*(f"split/{death}" for death in deaths), "split/finish", "finish"], environment)
    assert ends == ["SIGKILL"] * len(deaths) + ["exit 0"] * 2
    parts = assert_split(house, scan)
    assert all(part.state in {PaperState.READY, PaperState.NEEDS_REVIEW} for part in parts)
    assert [part.paper_type for part in parts] == ["general-application", "identity-card"]
