"""What papers say of their owner, and what stays open."""

import datetime as dt
from collections.abc import Mapping

from dossier import times
from dossier.catalogue_files import load_paper_types
from dossier.facts import find_fact
from dossier.identifiers import CitizenNumber, OwnerNumber, PaperId, PassportNumber
from dossier.owners import Owner
from dossier.papers import Box, Field, Paper, PaperState, StoredObject
from dossier.prefill import Answer, answer, sayings

TYPES = load_paper_types()
WIFE, HUSBAND = CitizenNumber("001190012345"), CitizenNumber("001088000123")
TODAY = dt.date(2026, 11, 29)


def paper(
    kind: str, fields: Mapping[str, str], *, owner: OwnerNumber = WIFE, name: str | None = None, issued: str = ""
) -> Paper:
    return Paper(
        id=PaperId.new(),
        batch="s.1",
        name="1.pdf",
        state=PaperState.STORED,
        created_at=times.now(),
        original=StoredObject("k", "v", "0" * 64, 1, "application/pdf"),
        owner=Owner(owner, name),
        paper_type=kind,
        issued_on=dt.date.fromisoformat(issued) if issued else None,
        fields=tuple(Field(key, value, value, 1, Box(1, 2, 3, 4), 0.9) for key, value in fields.items()),
    )


CARD = {
    "citizen_number": WIFE.value,
    "full_name": "Lê Thị Hòa",
    "birth_date": "1990-03-05",
    "sex": "female",
    "residence": "Thôn Quýt, xã Tân Lĩnh",
}
MARRIAGE = {
    "husband_name": "TRẦN VĂN BÌNH",
    "husband_birth_date": "1988-01-02",
    "husband_citizen_number": HUSBAND.value,
    "husband_residence": "Phường Hoa Lư",
    "wife_name": "LÊ THỊ HOÀ",
    "wife_birth_date": "1990-03-05",
    "wife_citizen_number": WIFE.value,
    "wife_residence": "Thôn Mơ, xã Tân Lĩnh",
}


def known(fact: str, *papers: Paper, numbers: tuple[OwnerNumber, ...] = (WIFE,)) -> Answer:
    return answer(find_fact(fact), sayings(papers, TYPES, numbers))


def texts(found: Answer) -> list[list[str]]:
    return [[one.value for one in value] for value in found.values]


def test_one_fact_of_two_papers_written_two_ways_is_one_value() -> None:
    found = known("full_name", paper("identity-card", CARD), paper("marriage-certificate", MARRIAGE))
    assert texts(found) == [["Lê Thị Hòa", "LÊ THỊ HOÀ"]]
    assert found.is_known
    assert not found.is_conflict


def test_papers_that_contradict_each_other_are_all_told() -> None:
    found = known("residence", paper("identity-card", CARD), paper("marriage-certificate", MARRIAGE))
    assert texts(found) == [["Thôn Quýt, xã Tân Lĩnh"], ["Thôn Mơ, xã Tân Lĩnh"]]
    assert found.is_conflict
    assert not found.is_known


def test_only_the_side_with_the_owners_number_counts() -> None:
    shared = paper("marriage-certificate", MARRIAGE, owner=HUSBAND)
    assert texts(known("full_name", shared)) == [["LÊ THỊ HOÀ"]]
    assert texts(known("spouse.full_name", shared)) == [["TRẦN VĂN BÌNH"]]
    assert texts(known("full_name", shared, numbers=(HUSBAND,))) == [["TRẦN VĂN BÌNH"]]
    assert texts(known("full_name", shared, numbers=(CitizenNumber("001190012346"),))) == []


def test_a_paper_of_another_number_says_nothing_of_its_owner() -> None:
    # A child's certificate kept under its mother's number.
    child = paper("birth-certificate", {"full_name": "Trần Văn An", "citizen_number": HUSBAND.value}, name="Lê Thị Hòa")
    assert texts(known("full_name", child)) == []
    unnumbered = paper("birth-certificate", {"full_name": "Trần Văn An"}, name="Lê Thị Hòa")
    assert texts(known("full_name", unnumbered)) == []


def test_a_paper_without_a_number_counts_by_the_name() -> None:
    diploma = {"full_name": "LÊ THỊ HOÀ", "birth_place": "Bắc Giang"}
    assert texts(known("birth_place", paper("diploma", diploma, name="Lê Thị Hòa"))) == [["Bắc Giang"]]
    assert texts(known("birth_place", paper("identity-card", CARD), paper("diploma", diploma))) == [["Bắc Giang"]]
    assert texts(known("birth_place", paper("diploma", diploma))) == []  # the name is nowhere proven
    assert texts(known("birth_place", paper("diploma", {"birth_place": "Bắc Giang"}, name="Lê Thị Hòa"))) == []


def test_parents_facts_are_theirs() -> None:
    certificate = {**CARD, "father_name": "Lê Văn Cả", "mother_birth_year": "1965"}
    del certificate["residence"]
    found = paper("birth-certificate", certificate)
    assert texts(known("father.full_name", found)) == [["Lê Văn Cả"]]
    assert texts(known("mother.birth_year", found)) == [["1965"]]
    assert texts(known("full_name", found)) == [["Lê Thị Hòa"]]


def test_a_day_says_its_year() -> None:
    found = known("birth_year", paper("identity-card", CARD))
    assert texts(found) == [["1990"]]
    assert found.values[0][0].field.key == "birth_date"


def test_a_passport_is_no_citizen_number() -> None:
    passport = PassportNumber("C1234567")
    record = {"full_name": "Lê Thị Hòa", "citizen_number": passport.value, "nationality": "Việt Nam"}
    found = paper("judicial-record", record, owner=passport)
    assert texts(known("citizen_number", found, numbers=(passport,))) == []
    assert texts(known("nationality", found, numbers=(passport,))) == [["Việt Nam"]]


def test_where_a_value_stands_and_how_old_it_is_goes_with_it() -> None:
    ((first,),) = known("sex", paper("identity-card", CARD, issued="2026-11-19")).values
    assert (first.field.page, first.field.box, first.age_days(TODAY)) == (1, Box(1, 2, 3, 4), 10)
    ((second,),) = known("sex", paper("identity-card", CARD)).values
    assert second.age_days(TODAY) is None


def test_papers_of_unknown_types_say_nothing() -> None:
    assert sayings([paper("no-such-type", CARD)], TYPES, (WIFE,)) == ()
