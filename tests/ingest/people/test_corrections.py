"""What a person makes of a paper before it is confirmed: values, type, owner; and nothing of it is lost."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dossier.catalogue_files import load_paper_types
from dossier.errors import InvalidValue, UnknownPaperType, WrongState
from dossier.owners import Owner
from dossier.paper_types import find_type
from dossier.papers import Field, FieldSource, Paper
from ingest.house import House
from ingest.people.corrections import correct, with_manual
from ingest.people.truth import truth
from ingest.pipeline import weighed
from ingest.settings import Settings
from storage.audit_log import audit
from storage.under_way import corrections as kept_corrections
from storage.under_way.corrections import OWNER, PAPER_TYPE, corrections
from tests.ingest.people.test_split import prepared
from tests.ingest.test_work import send

PERSON = "Trần Văn Đối"
DAY = "2001-02-03"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(Settings(data_dir=tmp_path / "data"))
    yield house
    house.close()


@pytest.fixture
def card(house: House, small_scan: Path) -> Paper:
    return prepared(house, send(house, small_scan.name, small_scan.read_bytes()).paper)


def change(house: House, paper: Paper, fields: dict[str, str], paper_type: str | None = None) -> Paper:
    return correct(house, paper.id, fields, by=PERSON, actor="officer:test", paper_type=paper_type)


def test_what_a_person_entered_stays_when_the_type_is_mended_and_mended_back(house: House, card: Paper) -> None:
    assert card.paper_type == "identity-card"
    changed = change(house, card, {"birth_date": "03/02/2001"})
    entered = changed.field("birth_date")
    assert entered
    assert (entered.value, entered.source) == (DAY, FieldSource.MANUAL)
    elsewhere = change(house, card, {}, "birth-certificate")
    assert elsewhere.paper_type == "birth-certificate"
    assert elsewhere.type_confidence is None, "a person said it"
    assert elsewhere.field("birth_date") == entered
    rules = [rule.key for rule in find_type(house.paper_types, "birth-certificate").fields]
    keys = [one.key for one in elsewhere.fields]
    assert keys == sorted(keys, key=rules.index)
    back = change(house, card, {}, "identity-card")
    assert back.field("birth_date") == entered
    assert len([one for one in back.fields if one.key == "birth_date"]) == 1


def test_what_was_read_is_kept_beside_what_was_said(house: House, card: Paper) -> None:
    read = card.field("birth_date")
    assert read
    change(house, card, {"birth_date": "03/02/2001", "residence": ""})
    found = {one.key: one for one in corrections(house.catalogue)}
    assert (found["birth_date"].read, found["birth_date"].corrected) == (read, DAY)
    assert found["residence"].corrected == "", "the paper does not say it"
    assert {one.person for one in found.values()} == {PERSON}
    assert [
        (entry.actor, dict(entry.detail))
        for entry in audit.entries(house.catalogue, limit=1000)
        if entry.action == "paper.corrected"
    ] == [("officer:test", {"fields": "birth_date, residence"})]


def test_corrections_are_read_in_pieces_and_nothing_is_open_meanwhile(
    house: House, card: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_corrections, "_TOGETHER", 2)
    days = [f"{day:02}/02/2001" for day in range(1, 6)]
    for day in days:
        change(house, card, {"birth_date": day})
    seen = []
    for one in corrections(house.catalogue):
        assert house.catalogue.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # of a pool that counts
        seen.append(one.corrected)
    assert seen == [f"2001-02-{day[:2]}" for day in days]


def test_weighing_a_paper_reads_each_thing_once(house: House, card: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    read, get = list[str](), house.objects.get

    def counted(key: str, version: str | None = None) -> bytes:
        read.append(key)
        return get(key, version)

    monkeypatch.setattr(house.objects, "get", counted)
    assert weighed(house, card).checks == card.checks
    assert len([key for key in read if key.endswith("manifest.json")]) == 1
    assert not [key for key in read if "/codes/" in key], "of one paper nobody asks what parts it from others"


def test_what_is_no_value_changes_nothing(house: House, card: Paper) -> None:
    for fields, paper_type, error in (
        ({"birth_date": "31/02/2001"}, None, InvalidValue),
        ({"husband_name": "Lê Văn A"}, None, InvalidValue),
        ({"sex": "0"}, None, InvalidValue),
        ({"birth_date": "03/02/2001"}, "laissez-passer", UnknownPaperType),
    ):
        with pytest.raises(error):
            change(house, card, fields, paper_type)
    assert house.catalogue.paper(card.id) == card
    assert list(corrections(house.catalogue)) == []


def test_a_named_owner_is_the_owner(house: House, card: Paper) -> None:
    other = Owner.parse("001200012346", "Đỗ Thị Ngâu")
    named = correct(house, card.id, {}, by=PERSON, actor="officer:test", owner=other)
    assert named.owner == other


def test_what_it_is_and_whose_are_truth_too_where_the_reader_was_wrong(house: House, small_scan: Path) -> None:
    card = prepared(house, send(house, small_scan.name, small_scan.read_bytes(), owner=None).paper)
    assert card.owner
    printed = card.field("number")
    other = Owner.parse("001200012346", "Đỗ Thị Ngâu")
    correct(house, card.id, {}, by=PERSON, actor="officer:test", owner=other, paper_type="diploma")
    correct(house, card.id, {}, by=PERSON, actor="officer:test", paper_type="decision")
    found = {one.correction.key: one.correction for one in truth(house)}
    assert {key: one.corrected for key, one in found.items()} == {
        PAPER_TYPE: "decision",
        OWNER: other.number.value,
    }
    read, number = found[PAPER_TYPE].read, found[OWNER].read
    assert read
    assert (read.value, read.confidence, read.source) == ("identity-card", card.type_confidence, FieldSource.OCR)
    assert number
    assert number.value == card.owner.number.value
    assert printed is None or (number.page, number.box) == (printed.page, printed.box)


def test_whose_it_is_was_said_by_the_sender_and_is_no_truth_about_the_reader(house: House, card: Paper) -> None:
    other = Owner.parse("001200012346", "Đỗ Thị Ngâu")
    correct(house, card.id, {}, by=PERSON, actor="officer:test", owner=other)
    samples = {one.correction.key: one.correction for one in truth(house)}
    named = card.owner and card.owner.number.value
    assert (OWNER in samples) == any(field.value == named for field in card.fields)


def test_what_is_read_by_nobody_is_not_to_be_corrected(house: House, small_scan: Path) -> None:
    received = send(house, small_scan.name, small_scan.read_bytes()).paper
    with pytest.raises(WrongState):
        change(house, received, {"birth_date": "03/02/2001"})


def test_cells_of_a_table_are_entered_row_by_row(house: House, card: Paper) -> None:
    cells = {"persons.2.name": "Lê Thị Hai", "persons.1.amount": "1.500.000", "persons.1.name": "Trần Một"}
    changed = change(house, card, cells, "decision")
    found = {one.key: one.value for one in changed.fields if one.key in cells}
    assert list(found.items()) == [
        ("persons.1.name", "Trần Một"),
        ("persons.1.amount", "1500000"),
        ("persons.2.name", "Lê Thị Hai"),
    ]
    left = change(house, card, {"persons.2.name": ""})
    assert left.field("persons.2.name") is None
    with pytest.raises(InvalidValue):
        change(house, card, {"persons.1.colour": "đỏ"})
    with pytest.raises(InvalidValue):
        change(house, card, {"persons.1.birth_date": "31/02/1990"})


def test_of_a_key_a_person_entered_only_that_is_kept() -> None:
    kind = load_paper_types()["identity-card"]
    read = Field("birth_date", "1990-03-05", "05/03/1990", 1, None, 0.9, FieldSource.OCR)
    coded = replace(read, source=FieldSource.QR)
    entered = replace(read, value=DAY, source=FieldSource.MANUAL)
    sex = replace(read, key="sex", value="female", raw="Nữ")
    assert with_manual([entered, sex], [sex, read, coded], kind) == with_manual([entered], [read, sex], kind)
    assert entered in with_manual([entered], [read, sex], kind)
