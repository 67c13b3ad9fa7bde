"""Who read an owner's papers, from the audit log, on SQLite and on PostgreSQL."""

import datetime as dt
from dataclasses import replace

from dossier.identifiers import PaperId
from dossier.owners import Owner
from storage.audit_log import audit, audit_reads
from storage.audit_log.audit_reads import Read, reads, record_owner_read, record_reads
from storage.catalogue import Catalogue
from storage.people import owners
from storage.records import AccessKey
from storage.reuse.disclosures import disclose
from tests.storage.examples import NOON, OTHER_OWNER, OWNER, disclosed
from tests.storage.people.test_owners import NUMBER, OLD, OTHER, WHY, store

HOUR = dt.timedelta(hours=1)


class Clock:
    """Tells the time it is set to."""

    at = NOON

    def __call__(self) -> dt.datetime:
        return self.at


def shown(found: list[Read]) -> list[tuple[str, str, PaperId | None]]:
    return [(read.actor, read.action, read.paper) for read in found]


def test_reads_of_one_paper_and_of_lists_are_told(catalogue: Catalogue) -> None:
    own, strangers = store(catalogue, OWNER), store(catalogue, OTHER_OWNER)
    catalogue.add_key(AccessKey("portal", "system", "0" * 64, NOON), actor="admin")
    catalogue.record("quay-3", "paper.read", f"paper:{own.id}")
    record_reads(catalogue, [own.id, strangers.id, own.id], actor="quay-3", about="batch:x")
    record_reads(catalogue, [], actor="quay-3")
    catalogue.record("quay-3", "paper.read", f"paper:{strangers.id}")
    given = disclosed(own.id, "portal")
    disclose(catalogue, [given])
    record_owner_read(catalogue, NUMBER, actor="auditor", action=owners.LOOKED_UP)
    found = reads(catalogue, NUMBER)
    assert shown(found) == [
        ("auditor", "owner.looked-up", None),
        ("portal", "paper.given", own.id),
        ("quay-3", "papers.listed", own.id),
        ("quay-3", "paper.read", own.id),
    ]
    assert (found[1].role, found[1].purpose, found[1].dossier) == ("system", given.purpose, given.dossier.value)
    assert {read.paper_type for read in found} == {None, "birth-certificate"}
    assert shown(reads(catalogue, NUMBER, limit=2)) == shown(found)[:2]
    assert reads(catalogue, OLD) == []
    assert audit.check(catalogue).entries, "the index agrees with the entries"


def test_changes_are_no_reads(catalogue: Catalogue) -> None:
    store(catalogue, OWNER)
    assert reads(catalogue, NUMBER) == []


def test_reads_are_told_under_all_numbers_and_to_both_owners(catalogue: Catalogue) -> None:
    shared = store(catalogue, OWNER, OTHER_OWNER)
    old = store(catalogue, Owner(OLD))
    for one in (shared, old):
        catalogue.record("quay-3", "paper.read", f"paper:{one.id}")
    assert [read.paper for read in reads(catalogue, OTHER)] == [shared.id]
    merged = owners.merge(catalogue, NUMBER, OLD, WHY, actor="officer")
    assert {read.paper for read in reads(catalogue, OLD)} == {shared.id, old.id}
    owners.split(catalogue, merged.serial, WHY, actor="officer")
    assert [read.paper for read in reads(catalogue, OLD)] == [old.id]


def test_only_those_of_a_span_of_time(database_url: str) -> None:
    clock = Clock()
    catalogue = Catalogue.open(database_url, clock=clock)
    own = store(catalogue, OWNER)
    for hour in range(4):
        clock.at = NOON + hour * HOUR
        catalogue.record(f"quay-{hour}", "paper.read", f"paper:{own.id}")
    found = reads(catalogue, NUMBER, since=NOON + HOUR, until=NOON + 3 * HOUR)
    assert [read.actor for read in found] == ["quay-2", "quay-1"]
    catalogue.close()


def test_a_number_that_nobody_has_is_recorded_without_it(catalogue: Catalogue) -> None:
    record_owner_read(catalogue, NUMBER, actor="auditor", action=audit_reads.READS_SHOWN)
    (entry,) = audit.entries(catalogue)
    assert replace(entry, at=NOON, hash="").object == "owner:unknown"
    assert NUMBER.value not in str(entry)
