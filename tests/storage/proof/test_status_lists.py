"""Which files are no longer in force, and that each list is kept once."""

import datetime as dt
from dataclasses import replace

from dossier import times
from dossier.papers import Paper, PaperState, StoredObject
from dossier.standing import Reason, first_moment
from dossier.status_lists import MEDIA_TYPE, StatusEntry
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import writing
from storage.lifecycle.disposal import Disposal, approve, finish, propose
from storage.lifecycle.standing import Revocation, expire, history, revoke
from storage.lifecycle.superseding import Supersession, supersede
from storage.proof import status_lists
from storage.proof.renewals import keep_renewed
from storage.proof.status_lists import KeptList, entries, keep_list, lacks_revocation, newest, standing_of
from storage.schema import SealedVersionRow
from tests.storage.examples import NOON, stored_object
from tests.storage.standing_papers import put

DAY = dt.timedelta(days=1)
FORGED = Revocation(Reason.FORGED, NOON.date(), "UBND xã Thử", "A")


def file_of(paper: Paper) -> str:
    assert paper.sealed
    return paper.sealed.sha256


def a_list(number: int, changes: int = 0, *, at: dt.datetime = NOON) -> KeptList:
    key, sha256 = f"status-lists/{number}", f"{number:064x}"
    return KeptList(number, at, at + DAY, 3, changes, StoredObject(key, "1", sha256, 9, MEDIA_TYPE))


def test_every_ended_paper_is_listed_with_why_and_since_when(catalogue: Catalogue) -> None:
    old, new, past, false = put(catalogue), put(catalogue), put(catalogue, valid_until=NOON.date()), put(catalogue)
    put(catalogue)
    assert entries(catalogue) == (0, ())
    supersede(catalogue, old.id, Supersession(new.id, Reason.CORRECTED, "A"), actor="counter")
    expire(catalogue, times.today(), actor="expiry")
    revoke(catalogue, false.id, FORGED, actor="counter")
    (change,) = history(catalogue, old.id)
    last, listed = entries(catalogue)
    assert last == 3
    assert {entry.sha256: entry for entry in listed} == {
        file_of(one): StatusEntry(file_of(one), state, since, reason, successor)
        for one, state, since, reason, successor in (
            (old, PaperState.SUPERSEDED, change.since.replace(microsecond=0), Reason.CORRECTED, file_of(new)),
            (past, PaperState.EXPIRED, first_moment(NOON.date() + DAY), Reason.VALIDITY_ENDED, None),
            (false, PaperState.REVOKED, first_moment(NOON.date()), Reason.FORGED, None),
        )
    }
    assert [entry.sha256 for entry in listed] == sorted(entry.sha256 for entry in listed)
    for entry in listed:
        assert standing_of(catalogue, entry.sha256) == (True, entry)
    assert standing_of(catalogue, file_of(new)) == (True, None)
    assert standing_of(catalogue, "0" * 64) == (False, None)


def test_the_last_change_of_a_paper_counts(catalogue: Catalogue) -> None:
    kept = put(catalogue, valid_until=NOON.date())
    expire(catalogue, times.today(), actor="expiry")
    revoke(catalogue, kept.id, FORGED, actor="counter")
    ((entry,),) = (entries(catalogue)[1],)
    assert (entry.state, entry.reason) == (PaperState.REVOKED, Reason.FORGED)


def test_every_version_of_a_file_is_listed(catalogue: Catalogue) -> None:
    kept = put(catalogue)
    assert kept.sealed
    longer = replace(stored_object(b"longer"), key=kept.sealed.key, version="2")
    keep_renewed(catalogue, kept, longer, NOON + DAY, actor="renew", at=NOON)
    revoke(catalogue, kept.id, FORGED, actor="counter")
    assert {entry.sha256 for entry in entries(catalogue)[1]} == {file_of(kept), longer.sha256}


def test_a_file_two_papers_share_is_in_force_as_long_as_one_is(catalogue: Catalogue) -> None:
    one, other = put(catalogue), put(catalogue)
    with writing(catalogue.engine) as session:
        row = session.get(SealedVersionRow, (other.id.value, 1))
        assert row is not None
        row.sha256 = file_of(one)
    revoke(catalogue, one.id, FORGED, actor="counter")
    assert entries(catalogue)[1] == ()
    assert standing_of(catalogue, file_of(one)) == (True, None)
    revoke(catalogue, other.id, replace(FORGED, on=NOON.date() - DAY), actor="counter")
    ((entry,),) = (entries(catalogue)[1],)
    assert entry.since == first_moment(NOON.date() - DAY)


def test_a_revoked_paper_is_listed_even_after_it_was_disposed_of(catalogue: Catalogue) -> None:
    revoked, stored = put(catalogue), put(catalogue)
    revoke(catalogue, revoked.id, FORGED, actor="counter")
    before = entries(catalogue)
    for one in (revoked, stored):
        propose(catalogue, Disposal(one.id, "x", "A", "a", NOON), actor="a")
        approve(catalogue, one.id, person="B", actor="b", at=NOON)
        finish(catalogue, one.id, at=NOON)
        assert catalogue.paper(one.id).state is PaperState.DISPOSED
    assert entries(catalogue) == before
    assert standing_of(catalogue, file_of(revoked)) == (True, before[1][0])
    assert standing_of(catalogue, file_of(stored)) == (False, None)


def test_a_list_is_kept_once(catalogue: Catalogue) -> None:
    assert newest(catalogue) is None
    assert keep_list(catalogue, a_list(1), actor="w1")
    assert not keep_list(catalogue, replace(a_list(1), entries=9), actor="w2")
    assert newest(catalogue) == a_list(1)
    assert keep_list(catalogue, a_list(2, at=NOON + DAY), actor="w1")
    assert newest(catalogue) == a_list(2, at=NOON + DAY)
    told = [dict(e.detail) for e in audit.entries(catalogue, limit=999) if e.action == status_lists.MADE]
    assert told == [{"sha256": f"{number:064x}", "entries": "3", "changes": "0"} for number in (1, 2)]


def test_only_a_revocation_makes_a_list_outdated(catalogue: Catalogue) -> None:
    kept, past = put(catalogue), put(catalogue, valid_until=NOON.date())
    expire(catalogue, times.today(), actor="expiry")
    assert not lacks_revocation(catalogue, a_list(1, 0))
    revoke(catalogue, kept.id, FORGED, actor="counter")
    assert lacks_revocation(catalogue, a_list(1, 0))
    assert lacks_revocation(catalogue, a_list(1, 1))
    assert not lacks_revocation(catalogue, a_list(1, entries(catalogue)[0]))
    revoke(catalogue, past.id, FORGED, actor="counter")
    assert lacks_revocation(catalogue, a_list(1, 2))
