"""Owners over time: merged, split, linked by a card's code, and looked up, on SQLite and on PostgreSQL."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from dossier.errors import InvalidValue, NotFound, OwnersDiffer
from dossier.identifiers import OwnerNumber, PaperId, parse_owner_number
from dossier.owners import Contradiction, Owner
from dossier.papers import Paper, PaperState
from storage.audit_log import audit
from storage.catalogue import Catalogue, owner_group
from storage.database import reading, writing
from storage.people import owners
from storage.people.owner_records import Merge, Source, Statement
from storage.schema import OwnerMergeRow, OwnerRow, OwnerSplitRow
from tests.storage.examples import OTHER_OWNER, OWNER, batch, paper

NUMBER, OTHER = OWNER.number, OTHER_OWNER.number
OLD = parse_owner_number("012345678")
PASSPORT = parse_owner_number("C1234567")
COMPANY = parse_owner_number("0100109106")
WHY = Statement("Trần Văn Bình", "căn cước ghi cả hai số")
_names = (f"{n}" for n in itertools.count())


def store(catalogue: Catalogue, owner: Owner, *co_owners: Owner, paper_type: str = "birth-certificate") -> Paper:
    """Put a paper of these owners into the store."""
    name = next(_names)
    kept = replace(paper(name.encode(), owner=owner, in_batch=name), co_owners=co_owners, paper_type=paper_type)
    catalogue.add_batch(replace(batch(name), id=name), [kept], actor="station-1")
    for state in (PaperState.READY, PaperState.CONFIRMED, PaperState.STORED):
        kept = catalogue.save(replace(kept, state=state), actor="w", action=f"paper.{state}")
    return kept


def stars(catalogue: Catalogue) -> dict[int, int | None]:
    with reading(catalogue.engine) as session:
        return {row.serial: row.same_as for row in session.scalars(select(OwnerRow).order_by(OwnerRow.serial))}


def found(catalogue: Catalogue, *numbers: OwnerNumber) -> list[set[PaperId]]:
    return [{one.id for one in catalogue.find(number)} for number in numbers]


def test_numbers_merged_find_each_others_papers_and_split_they_do_not(catalogue: Catalogue) -> None:
    old, new = store(catalogue, Owner(OLD)), store(catalogue, OWNER)
    before = stars(catalogue)
    merged = owners.merge(catalogue, OLD, NUMBER, replace(WHY, paper=new.id), actor="officer")
    assert merged.in_force
    assert found(catalogue, OLD, NUMBER) == [{old.id, new.id}] * 2
    assert catalogue.paper(old.id) == old, "no paper is rewritten"
    assert owners.merge(catalogue, NUMBER, OLD, WHY, actor="officer") == merged
    split = owners.split(catalogue, merged.serial, replace(WHY, reason="nhầm người"), actor="officer")
    assert split.split is not None
    assert (split.split.reason, split.in_force) == ("nhầm người", False)
    assert owners.split(catalogue, merged.serial, WHY, actor="officer") == split
    assert found(catalogue, OLD, NUMBER) == [{old.id}, {new.id}]
    assert stars(catalogue) == before


def test_a_paper_of_two_owners_is_found_by_all_numbers_of_either(catalogue: Catalogue) -> None:
    shared = store(catalogue, OWNER, OTHER_OWNER, paper_type="marriage-certificate")
    own = store(catalogue, OTHER_OWNER)
    owners.merge(catalogue, OLD, OTHER, WHY, actor="officer")
    owners.merge(catalogue, PASSPORT, NUMBER, WHY, actor="officer")
    both = {shared.id, own.id}
    assert found(catalogue, NUMBER, PASSPORT, OTHER, OLD) == [{shared.id}, {shared.id}, both, both]
    known = owners.known_owner(catalogue, OLD)
    assert known is not None
    assert known.papers == (
        ("birth-certificate", PaperState.STORED, 1),
        ("marriage-certificate", PaperState.STORED, 1),
    )
    assert {one.number for one in known.numbers} == {OLD, OTHER}


def test_two_groups_merged_are_one_star_and_each_merge_is_taken_back_alone(catalogue: Catalogue) -> None:
    for owner in (OWNER, Owner(OLD), Owner(PASSPORT)):
        store(catalogue, owner)
    first = owners.merge(catalogue, NUMBER, OLD, WHY, actor="officer")
    second_old = parse_owner_number("987654321")
    owners.merge(catalogue, PASSPORT, second_old, WHY, actor="officer")
    joined = owners.merge(catalogue, second_old, OLD, WHY, actor="officer")
    assert set(stars(catalogue).values()) == {None, 1}
    owners.split(catalogue, first.serial, WHY, actor="officer")
    assert stars(catalogue) == {1: None, 2: None, 3: 2, 4: 2}
    owners.split(catalogue, joined.serial, WHY, actor="officer")
    assert stars(catalogue) == {1: None, 2: None, 3: None, 4: 3}


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (OWNER, OTHER_OWNER, Contradiction.TWO_CITIZENS),
        (OWNER, Owner(COMPANY, "CÔNG TY MẪU"), Contradiction.PERSON_AND_ORGANISATION),
        (Owner(COMPANY), Owner(OLD), Contradiction.PERSON_AND_ORGANISATION),
        (Owner(COMPANY), Owner.parse("0200136872"), Contradiction.TWO_ORGANISATIONS),
    ],
)
def test_what_cannot_be_right_is_refused_unless_a_person_forces_it(
    catalogue: Catalogue, one: Owner, other: Owner, why: Contradiction
) -> None:
    first, second = store(catalogue, one), store(catalogue, other)
    before = stars(catalogue), audit.check(catalogue).entries
    with pytest.raises(OwnersDiffer, match=why.text_en):
        owners.merge(catalogue, one.number, other.number, WHY, actor="officer")
    assert (stars(catalogue), audit.check(catalogue).entries) == before
    forced = owners.merge(catalogue, one.number, other.number, WHY, actor="officer", forced=True)
    assert forced.forced
    assert found(catalogue, one.number) == [{first.id, second.id}]


def test_a_contradiction_is_seen_through_groups(catalogue: Catalogue) -> None:
    owners.merge(catalogue, NUMBER, OLD, WHY, actor="officer")
    owners.merge(catalogue, OTHER, PASSPORT, WHY, actor="officer")
    with pytest.raises(OwnersDiffer):
        owners.merge(catalogue, OLD, PASSPORT, WHY, actor="officer")


def test_a_refused_merge_leaves_no_trace_of_unknown_numbers(catalogue: Catalogue) -> None:
    with pytest.raises(OwnersDiffer):
        owners.merge(catalogue, NUMBER, OTHER, WHY, actor="officer")
    assert stars(catalogue) == {}
    with pytest.raises(InvalidValue):
        owners.merge(catalogue, NUMBER, NUMBER, WHY, actor="officer")
    with pytest.raises(NotFound):
        owners.merge(catalogue, NUMBER, OLD, replace(WHY, paper=PaperId.new()), actor="officer")
    with pytest.raises(NotFound):
        owners.split(catalogue, 77, WHY, actor="officer")
    with pytest.raises(InvalidValue):
        Statement(" ", "x")
    assert owners.known_owner(catalogue, NUMBER) is None


def test_the_former_tax_code_of_a_person_is_known_by_the_name(catalogue: Catalogue) -> None:
    store(catalogue, OWNER)
    store(catalogue, Owner(COMPANY, "Hộ kinh doanh Nguyễn Thị Mẫu"))
    assert owners.merge(catalogue, COMPANY, NUMBER, WHY, actor="officer").in_force


def test_a_card_links_and_what_contradicts_it_waits_for_a_person(catalogue: Catalogue) -> None:
    card, other = store(catalogue, OWNER), store(catalogue, OTHER_OWNER)
    linked = owners.link(catalogue, NUMBER, OLD, card.id, actor="pipeline")
    assert linked is not None
    assert (linked.source, linked.paper, linked.in_force) == (Source.QR, card.id, True)
    assert owners.link(catalogue, NUMBER, OLD, card.id, actor="pipeline") is None
    conflict = owners.link(catalogue, OTHER, OLD, other.id, actor="pipeline")
    assert conflict is not None
    assert (conflict.refused, conflict.in_force) == (Contradiction.TWO_CITIZENS, False)
    assert owners.link(catalogue, OTHER, OLD, other.id, actor="pipeline") is None
    assert found(catalogue, OTHER, OLD) == [{other.id}, {card.id}]
    assert owners.conflicts(catalogue) == [conflict]
    owners.split(catalogue, conflict.serial, WHY, actor="officer")
    assert owners.conflicts(catalogue) == []
    assert found(catalogue, OTHER, OLD) == [{other.id}, {card.id}]


def test_a_forced_merge_settles_a_conflict_and_a_split_link_is_not_made_again(catalogue: Catalogue) -> None:
    card, other = store(catalogue, OWNER), store(catalogue, OTHER_OWNER)
    linked = owners.link(catalogue, NUMBER, OLD, card.id, actor="pipeline")
    assert linked is not None
    owners.link(catalogue, OTHER, OLD, other.id, actor="pipeline")
    owners.merge(catalogue, OTHER, OLD, WHY, actor="officer", forced=True)
    assert owners.conflicts(catalogue) == []
    owners.split(catalogue, linked.serial, WHY, actor="officer")
    assert owners.link(catalogue, NUMBER, OLD, card.id, actor="pipeline") is None
    assert found(catalogue, NUMBER, OLD) == [{card.id}, {other.id}]


def test_the_log_and_the_events_tell_of_it_without_numbers(catalogue: Catalogue) -> None:
    old, new = store(catalogue, Owner(OLD, "Nguyễn Thị Mẫu")), store(catalogue, OWNER)
    received = store(catalogue, OTHER_OWNER)
    after, seq = catalogue.events(limit=1000), audit.check(catalogue).entries
    merged = owners.merge(catalogue, NUMBER, OLD, replace(WHY, paper=new.id), actor="officer")
    owners.split(catalogue, merged.serial, WHY, actor="officer")
    entries = audit.entries(catalogue, after=seq)
    detail = {"merge": "1", "source": "person", "rows": "2 1", "paper": new.id.value}
    assert [(e.action, e.object, e.detail) for e in entries] == [
        ("owner.merged", "owner:1", detail),
        ("owner.split", "owner:1", detail),
    ]
    told = catalogue.events(after=after[-1].id if after else 0)
    assert [(e.kind, e.paper, e.payload) for e in told] == [
        (kind, one.id, {"merge": "1"}) for kind in ("paper.owner-merged", "paper.owner-split") for one in (old, new)
    ]
    assert received.id not in {e.paper for e in told}


def test_what_is_known_of_an_owner(catalogue: Catalogue) -> None:
    first = store(catalogue, Owner(OLD, "Nguyễn Thị Mẩu"))
    store(catalogue, OWNER)
    waiting = paper(b"waiting")
    catalogue.add_batch(replace(batch(), id="b1"), [waiting], actor="station-1")
    merged = owners.merge(catalogue, NUMBER, OLD, WHY, actor="officer")
    known = owners.known_owner(catalogue, OLD)
    assert known is not None
    assert known == owners.known_owner(catalogue, NUMBER)
    assert [(one.number, one.since, one.names) for one in known.numbers] == [
        (NUMBER, first.created_at, ("NGUYỄN THỊ MẪU",)),
        (OLD, first.created_at, ("Nguyễn Thị Mẩu",)),
    ]
    assert known.history == (merged,)
    assert known.papers == ((None, PaperState.RECEIVED, 1), ("birth-certificate", PaperState.STORED, 2))


OLD_NUMBERS = [parse_owner_number(f"{n:09d}") for n in range(1, 7)]
_steps = st.lists(
    st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 5)),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_steps)
def test_owners_are_what_the_merges_in_force_connect(catalogue: Catalogue, steps: list[tuple[bool, int, int]]) -> None:
    with writing(catalogue.engine) as session:
        for table in (OwnerSplitRow, OwnerMergeRow, OwnerRow):
            session.execute(delete(table))
    made: list[Merge] = []
    for is_merge, one, other in steps:
        if is_merge and one != other:
            merge = owners.merge(catalogue, OLD_NUMBERS[one], OLD_NUMBERS[other], WHY, actor="officer")
            made = [*(m for m in made if m.serial != merge.serial), merge]
        elif not is_merge and made:
            owners.split(catalogue, made.pop(one % len(made)).serial, WHY, actor="officer")
    with reading(catalogue.engine) as session:
        groups = {number: frozenset(owner_group(session, number)) for number in OLD_NUMBERS}
        rows = session.scalars(select(OwnerRow)).all()
        heads = {row.serial: row.same_as for row in rows}
    assert all(heads[head] is None and head < row for row, head in heads.items() if head is not None), "stars"
    connected = {number: {number} for number in OLD_NUMBERS}
    for merge in made:
        union = connected[merge.first] | connected[merge.second]
        for number in union:
            connected[number] = union
    for here, there in itertools.product(OLD_NUMBERS, repeat=2):
        known = bool(groups[here]) and bool(groups[there])
        assert not known or (groups[here] == groups[there]) == (there in connected[here])
