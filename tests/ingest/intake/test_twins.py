"""A paper that the store has already is told of before another scan of it is worked on."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dossier import times
from dossier.errors import PaperKnown
from dossier.identifiers import PaperId
from dossier.owners import Owner
from dossier.papers import Box, Paper, PaperState
from dossier.verdicts import Severity
from ingest import pipeline
from ingest.house import House
from ingest.intake import twins
from ingest.intake.receive import Manifest, ManifestEntry, Received, open_batch, receive, twins_announced
from ingest.intake.twins import How, Twin, alike_figures, require_unknown
from ingest.people.confirm import confirm, confirm_as_announced
from ingest.settings import Settings
from ocr.model import Line, PageReading, Word
from storage.audit_log import audit
from storage.reuse.prints import prints_of
from tests.generator.chance import seeded
from tests.generator.faults import Scanner
from tests.generator.files import write_scan
from tests.generator.papers.birth_certificate import BirthCertificate
from tests.generator.papers.look import Look
from tests.generator.people import invent_family
from tests.generator.render import print_paper

CERTIFICATE = BirthCertificate.invent(seeded("twins"), "dev", invent_family(seeded("family"), "dev"))
OWNER = CERTIFICATE.owner.number
STRANGER = "001190012345"
BORN = "birth-certificate"
WORSE = Scanner(skew_deg=0.7, tint=(0.98, 0.97, 0.95), light=0.1, noise=3.0, blur=0.4)


def scan(folder: Path, content: BirthCertificate, *, dpi: int = 200, scanner: Scanner | None = None) -> bytes:
    look = Look.draw(seeded("look"), "dev", dpi)
    paper = print_paper(content, look, scanner or Scanner(), seeded("draw"))
    write_scan(folder / "scan.pdf", paper.pages)
    return (folder / "scan.pdf").read_bytes()


@pytest.fixture(scope="module")
def rescan(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The stored certificate on another scanner at another resolution."""
    return scan(tmp_path_factory.mktemp("rescan"), CERTIFICATE, dpi=240, scanner=WORSE)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The data folder of a house with the certificate in its store, and the file it came as."""
    folder = tmp_path_factory.mktemp("shelf")
    house = House(Settings(data_dir=folder / "data"))
    data = scan(folder, CERTIFICATE)
    paper = prepared(house, take(house, data, paper_type=None, batch="first"))
    assert paper.paper_type == BORN
    confirm(house, paper.id, by="A", actor="test", owner=Owner.parse(OWNER))
    for step in pipeline.FINISH:
        step(house, paper.id)
    house.close()
    return folder / "data", data


@pytest.fixture
def open_house(shelf: tuple[Path, bytes], tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Open the same shelf, this test's own copy of it, with settings."""
    houses: list[House] = []

    def opened(**settings: Any) -> House:
        shutil.copytree(shelf[0], tmp_path / "data")
        houses.append(House(Settings(data_dir=tmp_path / "data", **settings)))
        return houses[-1]

    yield opened
    for house in houses:
        house.close()


def manifest(owner: str | None = OWNER, paper_type: str | None = BORN, *, batch: str = "b", **more: Any) -> Manifest:
    return Manifest("test", (ManifestEntry("scan.pdf", owner, paper_type=paper_type, **more),), batch=batch)


def take(house: House, data: bytes, owner: str | None = OWNER, paper_type: str | None = BORN, **more: Any) -> Received:
    batch = open_batch(house, manifest(owner, paper_type, **more))
    return receive(house, batch.id, "scan.pdf", data)


def prepared(house: House, received: Received) -> Paper:
    for step in pipeline.PREPARE:
        step(house, received.paper.id)
    return house.catalogue.paper(received.paper.id)


def codes(paper: Paper) -> dict[str, Severity]:
    return {finding.code: finding.severity for finding in paper.checks if finding.code.startswith("twin")}


def told(house: House) -> list[str]:
    return [entry.detail["how"] for entry in audit.entries(house.catalogue) if entry.action == "paper.twin-told"]


def the_stored(house: House) -> Paper:
    (paper,) = house.catalogue.papers(state=PaperState.STORED)
    return paper


def test_an_announcement_tells_what_is_there(open_house: Callable[..., House]) -> None:
    house = open_house()
    twin = Twin(the_stored(house), How.OWNER_AND_TYPE)
    assert twins_announced(house, manifest()) == {"scan.pdf": (twin,)}
    assert told(house) == ["owner_and_type"]
    for other in (manifest(STRANGER), manifest(None), manifest(paper_type=None), manifest(paper_type="diploma")):
        assert twins_announced(house, other) == {"scan.pdf": ()}


def test_another_scan_is_known_by_its_looks_and_goes_to_a_person(
    open_house: Callable[..., House], rescan: bytes
) -> None:
    house = open_house()
    kept = the_stored(house)
    assert set(prints_of(house.catalogue, [kept.id])[kept.id]) == {1}
    received = take(house, rescan, confirmed_by="Trần Văn Bình")
    assert (received.duplicate, received.twins) == (False, (Twin(kept, How.LOOKS_ALIKE),))
    assert told(house) == ["looks_alike"]
    paper = prepared(house, received)
    assert (paper.state, codes(paper)) == (PaperState.NEEDS_REVIEW, {"twin-in-store": Severity.WARNING})
    (finding,) = (f for f in paper.checks if f.code == "twin-in-store")
    assert kept.id.value in finding.text
    assert "looks alike" in finding.text_en
    assert OWNER not in finding.text
    assert not confirm_as_announced(house, paper.id)  # who stated it in advance did not know


def test_what_only_the_reading_shows_is_found_then(open_house: Callable[..., House], rescan: bytes) -> None:
    house = open_house()
    received = take(house, rescan, owner=None, paper_type=None)
    assert received.twins == ()
    assert codes(prepared(house, received)) == {"twin-in-store": Severity.WARNING}


def test_of_an_owner_with_very_many_papers_the_latest_and_those_of_the_type_are_looked_at(
    open_house: Callable[..., House], rescan: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twins, "_MOST_OWN", 1)
    house = open_house()
    kept = the_stored(house)
    assert kept.owner is not None
    original = replace(kept.original, sha256="0" * 64)
    later = replace(
        kept,
        id=PaperId.new(),
        name="later",
        paper_type="diploma",
        code=None,
        issued_on=times.today(),
        original=original,
    )
    house.catalogue.add_papers([later], actor="test")
    assert [paper.id for paper in house.catalogue.find(kept.owner.number, limit=1)] == [later.id]
    received = take(house, rescan, paper_type=None)
    assert received.twins == (), "only the latest was looked at"
    assert codes(prepared(house, received)) == {"twin-in-store": Severity.WARNING}


def test_the_very_bytes_are_known(open_house: Callable[..., House], shelf: tuple[Path, bytes]) -> None:
    house = open_house()
    received = take(house, shelf[1])
    assert (received.duplicate, received.twins) == (True, (Twin(the_stored(house), How.SAME_BYTES),))


def test_another_issue_is_no_twin(open_house: Callable[..., House], tmp_path: Path) -> None:
    house = open_house()
    later = replace(
        CERTIFICATE,
        register_number=CERTIFICATE.register_number + 23,
        registered_on=CERTIFICATE.registered_on + dt.timedelta(days=37),
    )
    assert codes(prepared(house, take(house, scan(tmp_path, later, scanner=WORSE)))) == {}


def test_the_very_paper_of_another_owner_is_flagged(open_house: Callable[..., House], rescan: bytes) -> None:
    house = open_house()
    received = take(house, rescan, owner=STRANGER)
    assert received.twins == ()  # a station learns nothing of another owner
    assert codes(prepared(house, received)) == {"twin-of-another": Severity.WARNING}


def test_by_policy_it_is_refused_until_a_reason_is_given(open_house: Callable[..., House], rescan: bytes) -> None:
    house = open_house(intake_twins="refuse")
    kept = the_stored(house)
    with pytest.raises(PaperKnown) as refused:
        take(house, rescan)
    assert refused.value.details == {"twin": kept.id.value, "how": "looks_alike"}
    assert house.catalogue.papers() == [kept]
    received = take(house, rescan, despite_twin="bản chính đã cấp lại")
    assert received.paper.state is PaperState.RECEIVED
    assert take(house, rescan).paper.id == received.paper.id  # the reason stays, announced again without it
    assert codes(prepared(house, received)) == {"twin-acknowledged": Severity.INFO}


def test_a_file_that_cannot_be_looked_at_is_taken_in(open_house: Callable[..., House]) -> None:
    house = open_house()
    received = take(house, b"%PDF-1.7\nbroken", paper_type=None)
    assert (received.paper.state, received.twins) == (PaperState.RECEIVED, ())


def test_of_what_one_may_have_several_only_the_same_is_refused(open_house: Callable[..., House]) -> None:
    house = open_house(intake_twins="refuse")
    diploma = replace(the_stored(house), paper_type="diploma")
    require_unknown(house, [Twin(diploma, How.OWNER_AND_TYPE)], None)
    with pytest.raises(PaperKnown):
        require_unknown(house, [Twin(diploma, How.LOOKS_ALIKE)], " ")
    require_unknown(house, [Twin(diploma, How.LOOKS_ALIKE)], "cấp lại")


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ("số 15/2021 ngày 05 tháng 03 năm 2021", "số 15/2021 ngày 05 tháng 03 năm 2021", 1.0),
        ("số 15/2021 ngày 05 tháng 03 năm 2021", "số 38/2021 ngày 05 tháng 03 năm 2021", 0.75),
        ("số 15/2021 ngày 05 tháng 03 năm 2021", "15/2021; 05, 03, 2021.", 1.0),
        ("số 15 năm 2021", "số 15 năm 2021", None),
        ("", "số 15/2021 ngày 05 tháng 03 năm 2021", None),
    ],
)
def test_figures_tell_papers_of_one_form_apart(one: str, other: str, share: float | None) -> None:
    assert alike_figures([read(one)], [read(other)]) == alike_figures([read(other)], [read(one)]) == share


def read(text: str) -> PageReading:
    words = tuple(Word(word, Box(0, 0, 1, 1), 1.0) for word in text.split())
    return PageReading(1, 10, 10, 200, (Line(words),) if words else ())
