"""Prints of pages, and the papers they are compared with."""

import datetime as dt
from dataclasses import replace

from dossier.identifiers import OldIdentityNumber, OwnerNumber, PaperId
from storage.catalogue import Catalogue
from storage.database import writing
from storage.lifecycle.disposal import Disposal, approve, propose
from storage.people.numbers import numbers_of
from storage.reuse.prints import issued_on_day, keep_prints, prints_of, with_original
from storage.schema import OwnerRow
from tests.storage.examples import NOON, OTHER_OWNER, OWNER, batch, paper
from tests.storage.reuse.test_reuses import stored

DAY = dt.date(2021, 3, 5)


def test_prints_are_kept_by_page_and_replaced(catalogue: Catalogue) -> None:
    kept = paper()
    catalogue.add_batch(batch(), [kept], actor="station-1")
    keep_prints(catalogue, kept.id, {1: "ab", 2: ""})
    keep_prints(catalogue, kept.id, {1: "cd", 2: ""})
    assert prints_of(catalogue, [kept.id, PaperId.new()]) == {kept.id: {1: "cd", 2: ""}}
    assert prints_of(catalogue, []) == {}


def test_only_stored_papers_are_found(catalogue: Catalogue) -> None:
    kept = stored(catalogue)
    waiting = replace(paper(), paper_type=kept.paper_type, issued_on=DAY)
    catalogue.add_papers([waiting], actor="station-1")
    assert with_original(catalogue, kept.original.sha256, limit=5) == [kept]
    assert with_original(catalogue, kept.original.sha256, limit=0) == []
    assert with_original(catalogue, "0" * 64, limit=5) == []
    assert issued_on_day(catalogue, "birth-certificate", DAY, limit=5) == []


def test_the_numbers_of_one_owner(catalogue: Catalogue) -> None:
    kept = paper()
    catalogue.add_batch(batch(), [kept, paper(b"other", owner=OTHER_OWNER)], actor="station-1")
    old: OwnerNumber = OldIdentityNumber("123456789")
    assert numbers_of(catalogue, OWNER.number) == {OWNER.number}
    assert numbers_of(catalogue, old) == {old}
    with writing(catalogue.engine) as session:
        (head,) = [row for row in session.query(OwnerRow) if row.number == OWNER.number.value]
        session.add(OwnerRow(kind=old.kind, number=old.value, same_as=head.serial))
    assert numbers_of(catalogue, OWNER.number) == numbers_of(catalogue, old) == {OWNER.number, old}


def test_nothing_is_left_of_how_a_paper_looked_once_it_is_disposed_of(catalogue: Catalogue) -> None:
    kept = stored(catalogue)
    keep_prints(catalogue, kept.id, {1: "ab"})
    propose(catalogue, Disposal(kept.id, "hết hạn", "A", "officer", NOON), actor="officer")
    approve(catalogue, kept.id, person="B", actor="officer-2", at=NOON)
    assert prints_of(catalogue, [kept.id]) == {}
