"""Facts: one name for what papers say and forms ask, and when two values are the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.catalogue_files import load_paper_types
from dossier.errors import InvalidValue
from dossier.facts import comparable, find_fact, known_facts
from dossier.values import VALUE_KINDS

NAMES = st.lists(st.sampled_from(["Nguyễn", "Văn", "Hòa", "Thị", "Thúy", "Đỗ", "Ánh", "Quý", "Loan"]), min_size=2)


@given(NAMES, st.sampled_from(["NFC", "NFD"]), st.booleans(), st.integers(1, 3))
def test_a_name_written_otherwise_is_the_same(words: list[str], form: str, capitals: bool, spaces: int) -> None:  # noqa: FBT001
    name = " ".join(words)
    other = unicodedata.normalize(form, (" " * spaces).join(words))
    assert comparable("person_name", other.upper() if capitals else other) == comparable("person_name", name)


@given(NAMES, NAMES)
def test_names_of_other_letters_are_not_the_same(one: list[str], other: list[str]) -> None:
    same = comparable("person_name", " ".join(one)) == comparable("person_name", " ".join(other))
    assert same == (one == other)


@given(st.text(), st.sampled_from(["text", "place", "date"]))
def test_the_normal_form_of_unicode_does_not_matter(text: str, kind: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert (comparable(kind, composed) == comparable(kind, decomposed)) is (kind != "date" or composed == decomposed)


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("person_name", "NGUYỄN VĂN HÒA", "Nguyễn Văn Hoà", True),
        ("person_name", "Nguyễn Văn Hùng", "Nguyễn Văn Hưng", False),
        ("person_name", "Lê Thị Sen", "Le Thi Sen", False),
        ("place", "Thôn Quýt, xã Tân Lĩnh", "thôn Quýt - xã Tân Lĩnh.", True),
        ("place", "Thôn 1, xã Tân Lĩnh", "Thôn 11, xã Tân Lĩnh", False),
        ("date", "2021-03-05", "2021-03-05", True),
        ("date", "2021-03-05", "2021-05-03", False),
    ],
)
def test_examples(kind: str, one: str, other: str, *, same: bool) -> None:
    assert (comparable(kind, one) == comparable(kind, other)) is same


def test_the_vocabulary_fits_itself_and_is_used() -> None:
    facts = known_facts()
    assert all(fact.value in VALUE_KINDS for fact in facts.values())
    assert all(fact.year_of in facts for fact in facts.values() if fact.year_of)
    assert facts["father.birth_year"].year_of == "father.birth_date"
    assert facts["father.full_name"].name_vi == "Họ, chữ đệm và tên của cha"
    told = {fact for kind in load_paper_types().values() for owner in kind.owners for fact, _ in owner.facts}
    assert {"full_name", "spouse.full_name", "mother.birth_year", "identity_issued_on"} <= told


def test_an_unknown_fact_is_refused() -> None:
    assert find_fact("spouse.residence").value == "place"
    with pytest.raises(InvalidValue):
        find_fact("shoe_size")
