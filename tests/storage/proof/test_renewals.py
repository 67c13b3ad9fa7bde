"""Until when papers are proven, on SQLite and on PostgreSQL; whole runs are tested with ``ingest.proof.renew``."""

import datetime as dt
from dataclasses import replace

import pytest

from dossier.errors import AlreadyExists, NotFound, WrongState
from dossier.papers import Paper, PaperState
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.proof import day_records, renewals
from storage.proof.renewals import Ending
from tests.storage.examples import NOON, batch, paper, stored_object

DAY = dt.timedelta(days=1)


def kept(catalogue: Catalogue, *ends: dt.datetime | None, signed_origin: bool = False) -> list[Paper]:
    papers = [paper(f"{signed_origin} {number}".encode()) for number in range(len(ends))]
    name = f"b-{signed_origin}"
    papers = [replace(one, batch=name) for one in papers]
    catalogue.add_batch(batch(name), papers, actor="test")
    done = []
    for one, end in zip(papers, ends, strict=True):
        for state in (PaperState.READY, PaperState.CONFIRMED):
            one = catalogue.save(replace(one, state=state), actor="t", action="t")  # noqa: PLW2901
        one = replace(one, state=PaperState.STORED, sealed=stored_object(one.id.value.encode()))  # noqa: PLW2901
        stored = replace(one, stored_at=NOON, protected_until=end, signed_origin=signed_origin)
        done.append(catalogue.save(stored, actor="t", action="t"))
    return done


def test_ends_are_counted_by_moment_and_origin(catalogue: Catalogue) -> None:
    assert renewals.endings(catalogue) == []
    kept(catalogue, NOON + DAY, NOON, None, NOON)
    kept(catalogue, NOON, signed_origin=True)
    assert renewals.endings(catalogue) == [
        Ending(NOON, signed_origin=False, papers=2),
        Ending(NOON, signed_origin=True, papers=1),
        Ending(NOON + DAY, signed_origin=False, papers=1),
        Ending(None, signed_origin=False, papers=1),
    ]


def test_due_is_what_we_sealed_and_ends_before(catalogue: Catalogue) -> None:
    later, soon, unknown, never = kept(catalogue, NOON + DAY, NOON, None, NOON + 9 * DAY)
    kept(catalogue, NOON, signed_origin=True)
    assert list(renewals.due(catalogue, NOON + 2 * DAY)) == [soon, later]
    assert renewals.count_due(catalogue, NOON + 2 * DAY, NOON) == 1, "the other has ended"
    assert list(renewals.of_unknown_end(catalogue)) == [unknown]
    assert len(list(renewals.all_stored(catalogue))) == 5
    assert never not in renewals.due(catalogue, NOON + 9 * DAY)


def test_an_end_belongs_to_the_version_it_was_found_in(catalogue: Catalogue) -> None:
    (one,) = kept(catalogue, None)
    assert one.sealed
    other = replace(one, sealed=replace(one.sealed, version="9"))
    assert not renewals.keep_end(catalogue, other, NOON, actor="t")
    assert renewals.keep_end(catalogue, one, NOON, actor="t")
    assert not renewals.keep_end(catalogue, one, NOON, actor="t")
    assert catalogue.paper(one.id) == replace(one, protected_until=NOON)
    with pytest.raises(NotFound):
        renewals.keep_end(catalogue, paper(), NOON, actor="t")


def test_a_renewal_is_kept_once_with_its_version_entry_and_event(catalogue: Catalogue) -> None:
    (one,) = kept(catalogue, NOON)
    assert one.sealed
    sealed = replace(stored_object(b"longer"), key=one.sealed.key, version="2")
    renewed = renewals.keep_renewed(catalogue, one, sealed, NOON + DAY, actor="t", at=NOON)
    assert catalogue.paper(one.id) == renewed
    assert [e.kind for e in catalogue.events()] == ["paper.renewed"]
    assert [(v.number, v.version) for v in day_records.unproven(catalogue, NOON + 99999 * DAY)] == [(1, "1"), (2, "2")]
    with pytest.raises(WrongState):
        renewals.keep_renewed(catalogue, one, sealed, NOON + DAY, actor="t", at=NOON)
    elsewhere = replace(sealed, key="another/key", version="3")
    with pytest.raises(WrongState):
        renewals.keep_renewed(catalogue, renewed, elsewhere, NOON + DAY, actor="t", at=NOON)
    assert audit.check(catalogue).entries > 0


def test_who_read_a_paper_before_it_was_renewed_cannot_bring_the_former_file_back(catalogue: Catalogue) -> None:
    (one,) = kept(catalogue, NOON)
    assert one.sealed
    sealed = replace(stored_object(b"longer"), key=one.sealed.key, version="2")
    renewed = renewals.keep_renewed(catalogue, one, sealed, NOON + DAY, actor="t", at=NOON)
    with pytest.raises(AlreadyExists):
        catalogue.save(replace(one, title="stale"), actor="t", action="t")
    titled = catalogue.save(replace(renewed, title="new", protected_until=NOON), actor="t", action="t")
    assert titled.protected_until == NOON + DAY, "only a renewal moves it on"
