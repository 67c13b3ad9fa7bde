"""What a consumer may be given, and which grants may be given at all."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.catalogue_files import load_paper_types
from dossier.errors import InvalidValue, UnknownPaperType
from dossier.grants import (
    EVERY,
    OWNER_ACCESS,
    Basis,
    Grant,
    counter_grant,
    purposes,
    require_lookup_purpose,
    require_purpose,
    require_sound,
    scope,
)
from dossier.identifiers import CitizenNumber

DAY = dt.date(2026, 11, 22)
TYPES = load_paper_types(on=DAY)
BIRTH = TYPES["birth-certificate"]
BY_LAW = Grant("law", "land-registry", Basis.LAW, "Điều 4", ("settle-dossier",))
BY_OWNER = Grant("own", "bank", Basis.OWNER, "", ("check-paper",), owner=CitizenNumber("001190012345"), until=DAY)


def test_fields_with_personal_data_are_given_only_where_they_are_named() -> None:
    bare = scope([BY_LAW], BIRTH.code, "settle-dossier", DAY)
    assert bare is not None
    assert [r.key for r in BIRTH.fields if bare.gives(BIRTH, r.key)] == [r.key for r in BIRTH.fields if not r.pii]
    assert not bare.gives(BIRTH, "a-field-no-type-declares")
    named = scope([replace(BY_LAW, personal_fields=("full_name",))], BIRTH.code, "settle-dossier", DAY)
    assert named is not None
    assert named.gives(BIRTH, "full_name")
    assert not named.gives(BIRTH, "birth_date")
    full = scope([counter_grant("officer")], BIRTH.code, "inspect", DAY)
    assert full is not None
    assert full.everything
    assert full.file
    assert full.gives(BIRTH, "a-field-no-type-declares")


grants = st.builds(
    Grant,
    id=st.sampled_from(["a", "b", "c", "d"]),
    consumer=st.just("x"),
    basis=st.just(Basis.LAW),
    citation=st.just("Điều 4"),
    purposes=st.sampled_from([("settle-dossier",), ("inspect",), ("settle-dossier", "inspect")]),
    paper_types=st.sampled_from([(), ("birth-certificate",), ("decision",)]),
    personal_fields=st.sampled_from([(), ("full_name",), ("birth_date",), (EVERY,)]),
    file=st.booleans(),
    until=st.none() | st.dates(DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)),
    revoked_at=st.none() | st.just(dt.datetime(2026, 11, 21, tzinfo=dt.UTC)),
)


@given(st.lists(grants, max_size=4, unique_by=lambda g: g.id))
def test_grants_add_up_and_those_that_ended_count_for_nothing(held: list[Grant]) -> None:
    whole = scope(held, BIRTH.code, "settle-dossier", DAY)
    alone = [one for grant in held if (one := scope([grant], BIRTH.code, "settle-dossier", DAY))]
    standing = {
        g.id
        for g in held
        if g.revoked_at is None
        and (g.until or DAY) >= DAY
        and "settle-dossier" in g.purposes
        and g.paper_types != ("decision",)
    }
    if whole is None:
        assert not standing
        return
    assert set(whole.grants) == standing
    assert whole.file == any(one.file for one in alone)
    for rule in BIRTH.fields:
        assert whole.gives(BIRTH, rule.key) == any(one.gives(BIRTH, rule.key) for one in alone)


@pytest.mark.parametrize(
    ("grant", "key"),
    [
        (replace(BY_LAW, citation="  "), "citation"),
        (replace(BY_LAW, purposes=()), "purposes"),
        (replace(BY_LAW, purposes=("curiosity",)), "purpose"),
        (replace(BY_LAW, until=DAY - dt.timedelta(days=1)), "until"),
        (replace(BY_LAW, personal_fields=("fullname",)), "personal_fields"),
        (replace(BY_LAW, paper_types=("decision",), personal_fields=("mother_name",)), "personal_fields"),
        (replace(BY_LAW, owner=BY_OWNER.owner), "owner_number"),
        (replace(BY_OWNER, owner=None), "owner_number"),
        (replace(BY_OWNER, until=None), "until"),
    ],
)
def test_a_grant_that_says_too_little_is_refused(grant: Grant, key: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        require_sound(grant, TYPES, DAY)
    assert refused.value.details["key"] == key


def test_a_column_of_a_table_is_granted_for_all_its_rows() -> None:
    grant = replace(BY_LAW, paper_types=("decision",), personal_fields=("persons.name",))
    require_sound(grant, TYPES, DAY)
    given = scope([grant], "decision", BY_LAW.purposes[0], DAY)
    assert given
    decision = TYPES["decision"]
    assert given.gives(decision, "persons.1.name")
    assert given.gives(decision, "persons.38.name")
    assert given.gives(decision, "persons.1.area"), "which is no personal data"
    assert not given.gives(decision, "persons.1.birth_date")


def test_sound_grants_pass() -> None:
    for grant in (BY_LAW, BY_OWNER, replace(BY_LAW, personal_fields=(EVERY,)), counter_grant("officer")):
        require_sound(grant, TYPES, DAY)
    with pytest.raises(UnknownPaperType):
        require_sound(replace(BY_LAW, paper_types=("no-such",)), TYPES, DAY)


def test_purposes_are_a_closed_list() -> None:
    assert require_purpose("settle-dossier") == "settle-dossier"
    assert all(one.name_vi and one.name_en for one in purposes().values())
    with pytest.raises(InvalidValue, match="settle-dossier, prefill-form"):
        require_purpose("đăng ký thường trú")


def test_for_telling_owners_who_read_their_papers_nothing_is_looked_up() -> None:
    assert require_purpose(OWNER_ACCESS) == OWNER_ACCESS
    assert require_lookup_purpose("owner-request") == "owner-request"
    with pytest.raises(InvalidValue):
        require_lookup_purpose(OWNER_ACCESS)
