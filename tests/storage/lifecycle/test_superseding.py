"""What takes the place of what: of a series only the latest is in force, whatever the order they are stored in."""

from dataclasses import replace
from itertools import permutations

import pytest

from dossier.errors import InvalidValue, WrongState
from dossier.identifiers import parse_owner_number
from dossier.owners import Owner
from dossier.papers import Field, Paper, PaperState
from dossier.standing import Reason
from storage.catalogue import Catalogue, paper_row
from storage.database import writing
from storage.lifecycle.standing import Revocation, history, revoke
from storage.lifecycle.superseding import Supersession, settle, supersede
from storage.schema import OwnerRow
from tests.storage.examples import NOON, OTHER_OWNER, OWNER
from tests.storage.standing_papers import COMPANY, TYPES, confirmed, put, registration, store, told

REISSUED = Reason.REISSUED
SECOND_COMPANY = "0100109106"


def kept(catalogue: Catalogue, given: Paper) -> Paper:
    return store(catalogue, confirmed(catalogue, given))


def states(catalogue: Catalogue, *papers: Paper) -> list[PaperState]:
    return [catalogue.paper(one.id).state for one in papers]


@pytest.mark.parametrize("order", list(permutations((None, "1", "12"))))
def test_only_the_latest_change_of_a_company_is_in_force(catalogue: Catalogue, order: tuple[str | None, ...]) -> None:
    papers = {change: kept(catalogue, registration(change)) for change in order}
    now = {change: catalogue.paper(one.id) for change, one in papers.items()}
    assert {change: one.state for change, one in now.items()} == {
        None: PaperState.SUPERSEDED,
        "1": PaperState.SUPERSEDED,
        "12": PaperState.STORED,
    }
    assert now["12"].superseded_by is None
    assert {now[change].superseded_by for change in (None, "1")} <= {now["1"].id, now["12"].id}
    for change in (None, "1"):
        (one,) = history(catalogue, papers[change].id)
        assert (one.reason, one.successor) == (Reason.LATER_VERSION, now[change].superseded_by)
        assert told(catalogue, papers[change]) == ["paper.stored", "paper.superseded"]
    assert told(catalogue, papers["12"]) == ["paper.stored"]


def test_each_company_of_an_owner_has_a_series_of_its_own(catalogue: Catalogue) -> None:
    one = kept(catalogue, registration("1"))
    other = kept(catalogue, registration("2", company=SECOND_COMPANY))
    twice = kept(catalogue, registration("1"))
    assert states(catalogue, one, other, twice) == [PaperState.STORED] * 3


def test_a_number_that_cannot_be_read_supersedes_nothing(catalogue: Catalogue) -> None:
    unread = replace(
        registration(None), fields=(*registration(None).fields, Field("changes_made", None, "l", 1, None, 0))
    )
    papers = [kept(catalogue, given) for given in (registration("1"), unread)]
    papers.append(kept(catalogue, replace(registration("3"), fields=registration("3").fields[1:])))
    assert states(catalogue, *papers) == [PaperState.STORED] * 3


def test_a_revoked_paper_takes_nobodys_place(catalogue: Catalogue) -> None:
    false = kept(catalogue, registration("9"))
    revoke(catalogue, false.id, Revocation(Reason.FORGED, NOON.date(), "UBND xã Thử", "A"), actor="counter")
    real = kept(catalogue, registration("2"))
    assert states(catalogue, false, real) == [PaperState.REVOKED, PaperState.STORED]


def test_of_two_identity_cards_the_later_issued_counts(catalogue: Catalogue) -> None:
    def card(day: str | None, number: str = OWNER.number.value) -> Paper:
        fields = [Field("citizen_number", number, number, 1, None, 1.0)]
        if day:
            fields.append(Field("issued_on", day, day, 1, None, 1.0))
        return put(catalogue, "identity-card", fields=tuple(fields))

    later, undated, earlier = card("2024-08-01"), card(None), card("2021-05-20")
    assert states(catalogue, later, undated, earlier) == [PaperState.STORED, PaperState.STORED, PaperState.SUPERSEDED]
    assert catalogue.paper(earlier.id).superseded_by == later.id


def test_an_owner_found_to_be_one_with_another_is_settled_anew(catalogue: Catalogue) -> None:
    person = Owner.parse("001090054321")
    first = kept(catalogue, replace(registration("1"), owner=person))
    second = kept(catalogue, registration("2"))
    assert states(catalogue, first, second) == [PaperState.STORED] * 2
    with writing(catalogue.engine) as session:
        serials = {row.number: row for row in session.query(OwnerRow)}
        serials[person.number.value].same_as = serials[COMPANY].serial
        session.flush()
        for _ in range(2):
            settle(session, paper_row(session, first.id), TYPES["business-registration"], at=NOON, actor="merge")
    assert catalogue.paper(first.id).superseded_by == second.id
    assert len(history(catalogue, first.id)) == 1
    assert catalogue.find(parse_owner_number(COMPANY)) == [catalogue.paper(second.id)]


def test_a_person_says_what_takes_the_place_of_what(catalogue: Catalogue) -> None:
    old, new = put(catalogue), put(catalogue)
    word = Supersession(new.id, REISSUED, "Trần Văn Bình")
    done = supersede(catalogue, old.id, word, actor="counter")
    assert done == replace(old, state=PaperState.SUPERSEDED, superseded_by=new.id)
    assert supersede(catalogue, old.id, replace(word, person="B"), actor="other") == done
    (change,) = history(catalogue, old.id)
    assert (change.person, change.by, change.reason) == ("Trần Văn Bình", "counter", REISSUED)
    third = put(catalogue)
    with pytest.raises(WrongState):
        supersede(catalogue, old.id, Supersession(third.id, REISSUED, "A"), actor="counter")
    with pytest.raises(WrongState):
        supersede(catalogue, new.id, Supersession(old.id, REISSUED, "A"), actor="counter")


def test_nobody_elses_paper_takes_a_place(catalogue: Catalogue) -> None:
    old, strangers = put(catalogue), put(catalogue, owner=OTHER_OWNER)
    shared = put(catalogue, owner=OTHER_OWNER, co_owners=(OWNER,))
    for by in (old, strangers):
        with pytest.raises(InvalidValue):
            supersede(catalogue, old.id, Supersession(by.id, REISSUED, "A"), actor="counter")
    for reason in (Reason.FORGED, Reason.LATER_VERSION):
        with pytest.raises(InvalidValue):
            Supersession(shared.id, reason, "A")
    assert (
        supersede(catalogue, old.id, Supersession(shared.id, REISSUED, "A"), actor="counter").superseded_by == shared.id
    )
