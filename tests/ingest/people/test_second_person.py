"""What one person corrected in a critical field, another one confirms, where the settings ask for it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dossier.errors import SecondPersonNeeded
from dossier.owners import Owner
from dossier.papers import Paper, PaperState
from ingest.house import House
from ingest.people.confirm import confirm
from ingest.people.corrections import correct
from ingest.people.second_person import CORRECTED_CRITICAL, corrected_by, critical_fields
from ingest.people.truth import truth
from ingest.settings import Settings
from storage.records import Reviewer
from storage.under_way import claims
from storage.under_way.corrections import OWNER, PAPER_TYPE, USUAL_OWNER, USUAL_TYPE, corrections
from tests.ingest.people.test_split import prepared
from tests.ingest.test_work import send

FIRST, SECOND = "Trần Văn Đối", "Lê Thị Chiếu"
OTHER_OWNER = Owner.parse("001190054321", "Ngô Văn Chủ")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(Settings(data_dir=tmp_path / "data", second_person=True))
    yield house
    house.close()


@pytest.fixture
def card(house: House, small_scan: Path) -> Paper:
    return prepared(house, send(house, small_scan.name, small_scan.read_bytes()).paper)


def change(house: House, paper: Paper, by: str, **fields: str) -> Paper:
    return correct(house, paper.id, fields, by=by, actor="test")


def told(paper: Paper) -> list[str | None]:
    return [finding.field for finding in paper.checks if finding.code == CORRECTED_CRITICAL]


def test_who_corrected_a_critical_field_cannot_confirm(house: House, card: Paper) -> None:
    corrected = change(house, card, FIRST, birth_date="03/02/2001")
    assert (corrected.state, told(corrected)) == (PaperState.NEEDS_REVIEW, ["birth_date"])
    for name in (FIRST, f" {FIRST.upper()} "):
        with pytest.raises(SecondPersonNeeded) as refused:
            confirm(house, card.id, by=name, actor="test")
    assert "sinh" in str(refused.value.text_vi).lower()
    assert house.catalogue.paper(card.id) == corrected
    assert confirm(house, card.id, by=SECOND, actor="test").state is PaperState.CONFIRMED


def test_nobody_else_is_needed_for_what_was_found_right_or_is_not_critical(house: House, card: Paper) -> None:
    name = card.field("full_name")
    assert name
    assert name.value
    same = change(house, card, FIRST, full_name=name.value, residence="Thôn Quýt")
    assert told(same) == []
    assert confirm(house, card.id, by=FIRST, actor="test").confirmed_by == FIRST


def test_a_field_emptied_is_corrected_too(house: House, card: Paper) -> None:
    emptied = change(house, card, FIRST, birth_date="")
    assert told(emptied) == ["birth_date"]
    assert corrected_by(house, emptied, Reviewer(FIRST)) == ["birth_date"]


def test_a_correction_of_the_second_persons_is_looked_at_by_the_first(house: House, card: Paper) -> None:
    change(house, card, FIRST, birth_date="03/02/2001")
    again = change(house, card, SECOND, birth_date="04/02/2001")
    assert told(again) == ["birth_date"]
    with pytest.raises(SecondPersonNeeded):
        confirm(house, card.id, by=SECOND, actor="test")
    assert confirm(house, card.id, by=FIRST, actor="test").state is PaperState.CONFIRMED


def test_the_queue_offers_it_to_the_others(house: House, card: Paper) -> None:
    change(house, card, FIRST, birth_date="03/02/2001", residence="Thôn Quýt")
    asked = {"states": claims.WAITING, "critical": critical_fields(house)}
    assert claims.claim_next(house.catalogue, actor="a", person=FIRST, **asked) is None  # type: ignore[arg-type]
    taken = claims.claim_next(house.catalogue, actor="b", person=SECOND, **asked)  # type: ignore[arg-type]
    assert taken
    assert taken.paper == card.id


def test_accounts_tell_persons_apart_whatever_their_names(house: House, card: Paper) -> None:
    correct(house, card.id, {"birth_date": "03/02/2001"}, by=FIRST, actor="a", account="a")
    with pytest.raises(SecondPersonNeeded):
        confirm(house, card.id, by=SECOND, actor="a", account="a")
    with pytest.raises(SecondPersonNeeded):
        confirm(house, card.id, by=FIRST, actor="key")
    asked = {"states": claims.WAITING, "critical": critical_fields(house)}
    assert claims.claim_next(house.catalogue, actor="a", person=SECOND, account="a", **asked) is None  # type: ignore[arg-type]
    assert claims.claim_next(house.catalogue, actor="key", person=FIRST, **asked) is None  # type: ignore[arg-type]
    namesake = claims.claim_next(house.catalogue, actor="b", person=FIRST, account="b", **asked)  # type: ignore[arg-type]
    assert namesake
    assert confirm(house, card.id, by=FIRST, actor="b", account="b").state is PaperState.CONFIRMED


def test_who_said_whose_a_paper_is_cannot_confirm(house: House, card: Paper) -> None:
    given = correct(house, card.id, {}, by=FIRST, actor="test", owner=OTHER_OWNER)
    assert (given.owner, given.state) == (OTHER_OWNER, PaperState.NEEDS_REVIEW)
    assert corrected_by(house, given, Reviewer(FIRST)) == [OWNER]
    assert [finding.text_en for finding in given.checks if finding.code == CORRECTED_CRITICAL] == [
        "Owner: was corrected; a second person must compare and confirm it."
    ]
    with pytest.raises(SecondPersonNeeded) as refused:
        confirm(house, card.id, by=FIRST, actor="test")
    assert "Chủ giấy tờ" in str(refused.value.text_vi)
    assert confirm(house, card.id, by=SECOND, actor="test").owner == OTHER_OWNER


def test_nobody_says_whose_a_paper_is_and_confirms_it_at_once(house: House, small_scan: Path) -> None:
    card = prepared(house, send(house, small_scan.name, small_scan.read_bytes(), owner=None).paper)
    card = house.catalogue.save(replace(card, owner=None), actor="test", action="test")
    with pytest.raises(SecondPersonNeeded):
        confirm(house, card.id, by=FIRST, actor="test", owner=OTHER_OWNER)
    assert house.catalogue.paper(card.id) == card


@pytest.mark.parametrize("kind", ["diploma", "other"])
def test_who_said_what_a_paper_is_cannot_confirm(house: House, card: Paper, kind: str) -> None:
    retyped = correct(house, card.id, {}, by=FIRST, actor="test", paper_type=kind)
    assert corrected_by(house, retyped, Reviewer(FIRST)) == [PAPER_TYPE]
    with pytest.raises(SecondPersonNeeded):
        confirm(house, card.id, by=FIRST, actor="test")
    (sample,) = truth(house)
    assert sample.correction.read
    assert (sample.correction.key, sample.correction.read.value, sample.correction.corrected) == (
        PAPER_TYPE,
        "identity-card",
        kind,
    )
    assert sample.picture is None
    assert confirm(house, card.id, by=SECOND, actor="test").paper_type == kind


def test_owner_and_type_of_papers_without_critical_fields_need_nobody_else(house: House, card: Paper) -> None:
    other = house.catalogue.save(replace(card, paper_type="other"), actor="test", action="test")
    letter = correct(house, other.id, {}, by=FIRST, actor="test", paper_type="official-letter", owner=OTHER_OWNER)
    assert told(letter) == []
    kept = [(one.key, one.read and one.read.value, one.corrected) for one in corrections(house.catalogue)]
    assert card.owner
    assert kept == [
        (USUAL_TYPE, "other", "official-letter"),
        (USUAL_OWNER, card.owner.number.value, OTHER_OWNER.number.value),
    ]
    assert confirm(house, letter.id, by=FIRST, actor="test").state is PaperState.CONFIRMED


def test_where_the_settings_do_not_ask_one_person_is_enough(tmp_path: Path, small_scan: Path) -> None:
    house = House(Settings(data_dir=tmp_path / "data"))
    card = prepared(house, send(house, small_scan.name, small_scan.read_bytes()).paper)
    assert told(change(house, card, FIRST, birth_date="03/02/2001")) == []
    assert confirm(house, card.id, by=FIRST, actor="test").state is PaperState.CONFIRMED
    house.close()
