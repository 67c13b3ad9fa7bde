"""Every place where rows name objects is known, and rows follow to other versions."""

import dataclasses

import pytest

from dossier.papers import PaperState
from storage.catalogue import Catalogue
from storage.database import writing
from storage.schema import Base, ObjectRow
from storage.upkeep import references
from storage.upkeep.references import COLUMNS, Reference
from tests.storage.examples import NOON, batch, paper, stored_object


def test_every_table_that_names_versions_of_objects_is_known() -> None:
    known = {(column.version.class_.__tablename__, column.version.key) for column in COLUMNS}
    there = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name == "version" or column.name.endswith("_version"):
                beside = column.name.replace("version", "key")
                if beside in table.columns:
                    there.add((table.name, column.name))
    assert there - {(ObjectRow.__tablename__, "version")} == known


@pytest.fixture
def kept(catalogue: Catalogue) -> tuple[Catalogue, str]:
    first = paper(b"one")
    catalogue.add_batch(batch(), [first, paper(b"two")], actor="t")
    for state in (PaperState.READY, PaperState.CONFIRMED):
        first = catalogue.save(dataclasses.replace(first, state=state), actor="t", action="t")
    stored = dataclasses.replace(first, state=PaperState.STORED, sealed=stored_object(b"sealed"), stored_at=NOON)
    catalogue.save(stored, actor="t", action="t")
    return catalogue, stored_object(b"sealed").key


def test_what_rows_name_is_told_in_the_order_of_the_keys(kept: tuple[Catalogue, str]) -> None:
    catalogue, key = kept
    told = dict(references.in_order(catalogue))
    assert list(told) == sorted(stored_object(content).key for content in (b"one", b"two", b"sealed"))
    sealed = stored_object(b"sealed")
    (one, papers) = catalogue.papers()[0].id.value, told[key]
    assert set(papers) == {
        Reference(key, "1", sealed.sha256, sealed.size, one, original=False),
        Reference(key, "1", sealed.sha256, None, one, original=False),
    }
    assert references.of_key(catalogue, key) == papers
    assert [r.original for r in told[stored_object(b"one").key]] == [True]


def test_rows_follow_one_by_one_and_all_at_once(kept: tuple[Catalogue, str]) -> None:
    catalogue, key = kept
    with writing(catalogue.engine) as session:
        references.follow(session, key, "1", "2")
        references.follow(session, key, "1", "never")
    assert {one.version for one in references.of_key(catalogue, key)} == {"2"}
    other = stored_object(b"two").key
    with writing(catalogue.engine) as session:
        references.follow_all(session, [(key, "2", "3"), (other, "1", "9"), ("no/such", "1", "2")])
    assert {one.version for one in references.of_key(catalogue, key)} == {"3"}
    assert {one.version for one in references.of_key(catalogue, other)} == {"9"}
    assert {one.version for one in references.of_key(catalogue, stored_object(b"one").key)} == {"1"}
