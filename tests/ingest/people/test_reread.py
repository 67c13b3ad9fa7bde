"""Stored papers read again: proposed, accepted, kept beside the first reading; the sealed file never changes."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from dossier import times
from dossier.errors import NotFound, ObjectDamaged, RetentionLocked, SohoaError, StoreUnavailable, WrongState
from dossier.papers import Field, FieldSource, Paper, PaperState, StoredObject
from dossier.verdicts import Finding, Severity, Verdict
from ingest import pipeline
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.limited.page_work import PageWork
from ingest.people.confirm import confirm
from ingest.people.reread import (
    Difference,
    Kind,
    Order,
    Outcome,
    Reread,
    reread,
    reread_all,
    stored_paper,
    stored_papers,
)
from ingest.people.versions import versions_of
from ingest.settings import Settings
from ocr.pdfa import page_images
from signing.validate import validate
from storage.audit_log import audit
from storage.records import AuditEntry
from tests.ingest.test_work import signed_elsewhere

OWNER, PERSON = "001190012345", "Trần Văn Đối"
AWARD = """
[[fields]]
key = "award"
name_vi = "Tiền thưởng"
name_en = "Award"
value = "money"
pii = true
labels = ["Tặng Giấy khen kèm tiền thưởng"]
"""
"""A field that the type of decisions does not have and the sample's decision does."""


def store(house: House, name: str, data: bytes, owner: str | None = OWNER) -> Paper:
    batch = open_batch(house, Manifest("test", (ManifestEntry(name, owner),)))
    paper = receive(house, batch.id, name, data).paper.id
    for step in pipeline.PREPARE:
        step(house, paper)
    confirm(house, paper, by="A", actor="test")
    for step in pipeline.FINISH[:-1]:
        step(house, paper)
    return house.catalogue.paper(paper)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Path:
    """The data folder of a house with a card and a decision in its store, their workspaces not yet cleared."""
    folder = tmp_path_factory.mktemp("shelf")
    house = House(Settings(data_dir=folder))
    for name, owner in (("can-cuoc.jpg", None), ("quyet-dinh-1.pdf", OWNER)):
        store(house, name, (sample / name).read_bytes(), owner)
    house.close()
    return folder


@pytest.fixture
def open_house(shelf: Path, tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Open the same shelf, this test's own copy of it, with settings."""
    data, houses = tmp_path / "data", list[House]()
    shutil.copytree(shelf, data)

    def opened(**settings: Any) -> House:
        houses.append(House(Settings(data_dir=data, **settings)))
        return houses[-1]

    yield opened
    for house in houses:
        house.close()


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A folder with a newer type of decisions."""
    return newer_type(tmp_path, lambda text: text + AWARD)


def newer_type(folder: Path, changed: Callable[[str], str]) -> Path:
    built_in = (files("dossier") / "catalogue" / "paper_types" / "decision.toml").read_text(encoding="utf-8")
    types = folder / "types"
    types.mkdir(exist_ok=True)
    text = changed(built_in).replace("\nversion = 1\n", "\nversion = 2\n")
    (types / "decision.toml").write_text(text, encoding="utf-8")
    return types


def decision(house: House) -> Paper:
    (paper,) = stored_papers(house, "decision", None)
    return paper


def entries(house: House, action: str) -> list[AuditEntry]:
    return [entry for entry in audit.entries(house.catalogue, limit=1000) if entry.action == action]


def kept_names(house: House, paper: Paper) -> list[str]:
    assert paper.sealed is not None
    folder = paper.sealed.key.rpartition("/")[0]
    return [key.rpartition("/")[2] for key in house.objects.keys(folder + "/")]


def told(found: Reread) -> dict[str, Kind]:
    return {difference.field: difference.kind for difference in found.differences}


# --- proposing -------------------------------------------------------------------------------------------------


def test_the_same_catalogue_and_reader_say_the_same(open_house: Callable[..., House]) -> None:
    house = open_house()
    papers = list(stored_papers(house, None, None))
    assert len(papers) == 2
    for order in (Order(), Order(engine=True)):
        for paper in papers:
            assert reread(house, paper, order).outcome is Outcome.UNCHANGED
            assert kept_names(house, paper) == ["paper.pdf", "reading.json"]


def test_a_newer_catalogue_proposes_once_and_changes_nothing_served(
    open_house: Callable[..., House], newer: Path
) -> None:
    house = open_house(paper_types_dir=newer)
    paper = decision(house)
    assert paper.sealed is not None
    before = house.objects.head(paper.sealed.key)

    looked = reread(house, paper, Order(keep=False))
    assert (looked.outcome, looked.differences) == (
        Outcome.FOUND,
        (Difference("award", Kind.NEW, None, "19550000"),),
    )
    assert kept_names(house, paper) == ["paper.pdf", "reading.json"]

    first = reread(house, paper, Order())
    assert first == replace(looked, outcome=Outcome.PROPOSED)
    assert first.version == 2
    assert reread(house, paper, Order()).outcome is Outcome.WAITING
    names = ["paper.pdf", "reading-v1.json", "reading-v2.json", "reading.json"]
    assert kept_names(house, paper) == names
    one, two = versions_of(house, paper)
    assert (one.number, one.fields, one.type_version) == (1, paper.fields, None)
    assert (two.number, two.type_version, two.engine, two.reading) == (2, 2, house.readers.first.name, one.reading)

    assert house.catalogue.paper(paper.id) == paper
    assert house.objects.versions(paper.sealed.key) == [before]
    assert validate(house.objects.get(paper.sealed.key), house.trust).verdict is Verdict.VALID
    (entry,) = entries(house, "paper.reading-proposed")
    assert dict(entry.detail) == {"version": "2", "engine": two.engine, "type_version": "2", "fields": "award"}
    folder = paper.sealed.key.rpartition("/")[0]
    locked = house.objects.retention(paper.sealed.key)
    for name in names:
        assert house.objects.retention(f"{folder}/{name}") == locked
        with pytest.raises(RetentionLocked):
            house.objects.delete(f"{folder}/{name}")


def test_another_reader_reads_the_archived_pages(open_house: Callable[..., House]) -> None:
    house = open_house(reader="tesseract")
    for paper in list(stored_papers(house, None, None)):
        assert reread(house, paper, Order()).outcome is Outcome.UNCHANGED, "its words are as they were"
        found = reread(house, paper, Order(engine=True))
        assert (found.outcome, found.engine) == (Outcome.PROPOSED, house.readers.tesseract.name)
        assert reread(house, paper, Order(engine=True)).outcome is Outcome.WAITING
        one, two = versions_of(house, paper)
        assert [(p.number, p.width, p.height, p.dpi) for p in two.reading.pages] == [
            (p.number, p.width, p.height, p.dpi) for p in one.reading.pages
        ]
        assert two.reading != one.reading
        assert bool(two.codes) == (paper.paper_type == "identity-card")


def test_what_one_run_has_read_the_next_does_not_read_again(
    open_house: Callable[..., House], newer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(reader="tesseract")
    reread(house, decision(house), Order(engine=True))
    again = open_house(reader="tesseract", paper_types_dir=newer)

    def unasked(*_: object) -> None:
        pytest.fail("a page was read again")

    monkeypatch.setattr(PageWork, "read", unasked)
    third = reread(again, decision(again), Order(engine=True))
    assert (third.outcome, third.version) == (Outcome.PROPOSED, 3)
    assert told(third)["award"] is Kind.NEW


def test_the_masters_come_back_as_they_were_archived(open_house: Callable[..., House]) -> None:
    house = open_house()
    for paper in stored_papers(house, None, None):
        assert paper.sealed is not None
        (image,) = page_images(house.objects.get(paper.sealed.key))
        assert image == house.objects.get(f"work/{paper.id}/master/0001")


def test_a_paper_that_arrived_signed_is_decoded_anew(
    open_house: Callable[..., House], tmp_path: Path, sample: Path
) -> None:
    house = open_house(reader="tesseract")
    genuine = signed_elsewhere(tmp_path, sample / "can-cuoc.jpg")
    paper = store(open_house(), "signed.pdf", genuine)
    assert paper.signed_origin
    found = reread(house, paper, Order(engine=True))
    assert (found.outcome, found.engine) == (Outcome.PROPOSED, house.readers.tesseract.name)
    assert paper.sealed is not None
    assert house.objects.get(paper.sealed.key) == genuine


# --- accepting -------------------------------------------------------------------------------------------------


def test_a_named_person_accepts_what_was_proposed_before(open_house: Callable[..., House], newer: Path) -> None:
    house = open_house(paper_types_dir=newer)
    paper = decision(house)
    order = Order(accept_by=PERSON, one_by_one=True)
    assert reread(house, paper, order).outcome is Outcome.PROPOSED, "nobody has seen it yet"
    assert house.catalogue.paper(paper.id) == paper

    accepted = reread(house, paper, order)
    assert accepted.outcome is Outcome.ACCEPTED
    now = house.catalogue.paper(paper.id)
    assert now == accepted.paper
    assert now.reading_version == 2
    award = now.field("award")
    assert award is not None
    assert award.value == "19550000"
    assert now.fields[:-1] == paper.fields
    assert (now.sealed, now.confirmed_by, now.stored_at, now.code) == (
        paper.sealed,
        paper.confirmed_by,
        paper.stored_at,
        paper.code,
    )
    assert {(f.code, f.field) for f in now.checks} == {(f.code, f.field) for f in (*paper.checks, *accepted.doubts)}
    (entry,) = entries(house, "paper.reread")
    assert entry.actor == PERSON
    assert dict(entry.detail) == {
        "from_version": "1",
        "to_version": "2",
        "engine": house.readers.first.name,
        "type_version": "2",
        "fields": "award",
    }
    (event,) = [event for event in house.catalogue.events() if event.kind == "paper.reread"]
    assert (event.paper, dict(event.payload)) == (paper.id, {"reading_version": "2"})

    assert reread(house, now, order).outcome is Outcome.UNCHANGED
    assert len(entries(house, "paper.reread")) == 1
    assert audit.check(house.catalogue).entries > 0


def test_back_to_the_older_catalogue_is_a_version_of_its_own(open_house: Callable[..., House], newer: Path) -> None:
    house = open_house(paper_types_dir=newer)
    for _ in range(2):
        reread(house, decision(house), Order(accept_by=PERSON, one_by_one=True))
    older = open_house()
    back = reread(older, decision(older), Order())
    assert (back.outcome, back.version, told(back)) == (Outcome.PROPOSED, 3, {"award": Kind.GONE})
    assert reread(older, decision(older), Order(accept_by=PERSON)).outcome is Outcome.WAITING, "a value would be lost"


def test_many_at_once_are_accepted_only_where_nothing_is_overruled(
    open_house: Callable[..., House], tmp_path: Path
) -> None:
    needed = newer_type(tmp_path, lambda text: text + AWARD + "required = true\n")
    doubtful = open_house(paper_types_dir=needed)
    for outcome in (Outcome.PROPOSED, Outcome.WAITING):
        found = reread(doubtful, decision(doubtful), Order(accept_by=PERSON))
        assert found.outcome is outcome
        assert [(doubt.code, doubt.severity) for doubt in found.doubts] == [("field-uncertain", Severity.WARNING)]
    house = open_house(paper_types_dir=newer_type(tmp_path, lambda text: text + AWARD))
    found = reread(house, decision(house), Order(accept_by=PERSON))
    assert (found.outcome, found.is_harmless) == (Outcome.ACCEPTED, True)


def test_dates_follow_the_accepted_fields(open_house: Callable[..., House], tmp_path: Path) -> None:
    types = newer_type(tmp_path, lambda text: text.replace('validity = "permanent"', 'validity = "P6M"') + AWARD)
    house = open_house(paper_types_dir=types)
    paper = decision(house)
    assert (paper.issued_on, paper.valid_until) == (dt.date(2025, 3, 13), None)
    found = reread(house, paper, Order())
    assert found.changes_validity
    assert not found.is_harmless
    assert reread(house, paper, Order(accept_by=PERSON)).outcome is Outcome.WAITING
    reread(house, paper, Order(accept_by=PERSON, one_by_one=True))
    assert decision(house).valid_until == dt.date(2025, 9, 13)


def test_what_a_person_entered_stays(open_house: Callable[..., House], newer: Path) -> None:
    house = open_house(paper_types_dir=newer)
    paper = decision(house)
    typed = Field("award", "20000000", "20.000.000", None, None, 1.0, FieldSource.MANUAL)
    agency = replace(paper.fields[0], value="ỦY BAN NHÂN DÂN XÃ MẪU", source=FieldSource.MANUAL)
    corrected = replace(paper, fields=(agency, *paper.fields[1:], typed))
    assert reread(house, corrected, Order()).outcome is Outcome.UNCHANGED
    other = open_house(reader="tesseract", paper_types_dir=newer)
    found = reread(other, corrected, Order(engine=True))
    assert not {"award", "agency"} & set(told(found))
    fields = versions_of(other, corrected)[-1].fields
    assert (fields[0], fields[-1]) == (agency, typed)


def test_doubts_about_the_pages_stay_and_new_ones_are_told(open_house: Callable[..., House], tmp_path: Path) -> None:
    missing = AWARD.replace("Tặng Giấy khen kèm tiền thưởng", "Không có trên giấy") + "required = true\n"
    house = open_house(paper_types_dir=newer_type(tmp_path, lambda text: text + missing))
    soft = Finding("scan-blurred", Severity.ERROR, "Trang 1: mờ.", "Page 1: blurred.")
    paper = replace(decision(house), checks=(soft,), fields=decision(house).fields[1:])
    found = reread(house, paper, Order(keep=False))
    assert told(found) == {"agency": Kind.NEW}
    doubts = {(doubt.code, doubt.field) for doubt in found.doubts}
    assert ("field-missing", "award") in doubts
    assert {field for _, field in doubts} <= {"award", "agency"}, "that the scan is blurred is known already"
    assert not found.is_harmless


# --- one by one ------------------------------------------------------------------------------------------------


def test_one_paper_whose_object_is_gone_harms_no_other(open_house: Callable[..., House], newer: Path) -> None:
    house = open_house(paper_types_dir=newer)
    card = next(paper for paper in stored_papers(house, "identity-card", None))
    gone = StoredObject("papers/x/y/paper.pdf", "1", "0" * 64, 1, "application/pdf")
    ended = dict(reread_all(house, [replace(card, sealed=gone), decision(house)], Order()))
    problem, found = ended.values()
    assert isinstance(problem, NotFound)
    with pytest.raises(NotFound):
        reread(house, replace(card, reading_version=2), Order())
    assert isinstance(found, Reread)
    assert found.outcome is Outcome.PROPOSED


def test_a_sealed_file_that_is_not_the_one_sealed_is_not_read(open_house: Callable[..., House]) -> None:
    house = open_house(reader="tesseract")
    paper = decision(house)
    assert paper.sealed is not None
    with pytest.raises(ObjectDamaged):
        reread(house, replace(paper, sealed=replace(paper.sealed, sha256="0" * 64)), Order(engine=True))


@dataclass(frozen=True)
class FullStore:
    """A store that keeps nothing more once ``names`` ends a key; all else is the real one's."""

    store: Any
    name: str

    def put(self, key: str, data: bytes, **options: Any) -> StoredObject:
        if key.endswith(self.name):
            raise StoreUnavailable(part="objects", reason="no room")
        kept: StoredObject = self.store.put(key, data, **options)
        return kept

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


@pytest.mark.parametrize("name", ["reading-v1.json", "reading-v2.json"])
def test_what_was_interrupted_is_done_by_the_next_run(open_house: Callable[..., House], newer: Path, name: str) -> None:
    house = open_house(paper_types_dir=newer)
    whole = house.objects
    house.__dict__["objects"] = FullStore(whole, name)
    ((paper, problem),) = reread_all(house, [decision(house)], Order())
    assert isinstance(problem, StoreUnavailable)
    assert decision(house) == paper

    house.__dict__["objects"] = whole
    assert reread(house, paper, Order()).outcome is Outcome.PROPOSED
    assert [version.number for version in versions_of(house, paper)] == [1, 2]
    assert reread(house, paper, Order()).outcome is Outcome.WAITING


def test_papers_are_chosen_by_type_day_and_state(open_house: Callable[..., House]) -> None:
    house = open_house()
    paper = decision(house)
    assert paper.stored_at is not None
    day = times.local(paper.stored_at).date()
    assert [p.id for p in stored_papers(house, "decision", day)] == [paper.id]
    assert list(stored_papers(house, "decision", day + dt.timedelta(days=1))) == []
    assert list(stored_papers(house, "birth-certificate", None)) == []
    expired = house.catalogue.save(replace(paper, state=PaperState.EXPIRED), actor="test", action="paper.expired")
    assert list(stored_papers(house, "decision", None)) == [expired]
    house.catalogue.save(replace(expired, state=PaperState.REVOKED), actor="test", action="paper.revoked")
    assert list(stored_papers(house, "decision", None)) == []
    with pytest.raises(WrongState):
        stored_paper(house, paper.id)


def test_what_nobody_foresaw_is_logged_without_its_words(
    open_house: Callable[..., House], capsys: pytest.CaptureFixture[str]
) -> None:
    class Quoting:
        def __getattr__(self, name: str) -> Any:
            raise ValueError("Lê Thị Ánh, 001190012345")

    house = open_house()
    paper, whole = decision(house), house.objects
    house.__dict__["objects"] = Quoting()
    ((_, problem),) = reread_all(house, [paper], Order())
    house.__dict__["objects"] = whole
    assert type(problem) is SohoaError
    said = "".join(capsys.readouterr())
    assert "ValueError" in said
    assert "001190012345" not in said
