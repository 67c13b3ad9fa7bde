"""Papers handed over, expired and revoked: each change once, with its row, its audit entry and its event."""

import datetime as dt
from dataclasses import replace

import pytest

from dossier import times
from dossier.errors import InvalidValue, NotFound, WrongState
from dossier.identifiers import PaperId
from dossier.papers import PaperKind, PaperState
from dossier.standing import SUPERSEDING, Reason, StatusChange
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.lifecycle.standing import Revocation, expire, hand_over, history, revoke, standings
from tests.storage.examples import paper
from tests.storage.standing_papers import confirmed, put, told

DAY = dt.timedelta(days=1)
WITHDRAWN = Revocation(Reason.WITHDRAWN, dt.date(2026, 11, 2), "Quyết định 12/QĐ-UBND, UBND xã Thử", "Trần Văn Bình")


def test_a_result_is_handed_over_once(catalogue: Catalogue) -> None:
    result = put(catalogue, kind=PaperKind.RESULT)
    given = hand_over(catalogue, result.id, actor="counter")
    assert given == replace(result, handed_over_at=given.handed_over_at)
    assert given.handed_over_at is not None
    assert hand_over(catalogue, result.id, actor="other") == given
    assert told(catalogue, result) == ["paper.stored", "paper.handed-over"]
    assert [e.actor for e in audit.entries(catalogue, limit=999) if e.action == "paper.handed-over"] == ["counter"]


def test_a_step_that_read_the_paper_before_takes_nothing_back(catalogue: Catalogue) -> None:
    before = put(catalogue, kind=PaperKind.RESULT)
    given = hand_over(catalogue, before.id, actor="counter")
    saved = catalogue.save(replace(before, title="x"), actor="w", action="test")
    assert saved == replace(given, title="x") == catalogue.paper(before.id)


def test_only_a_stored_result_is_handed_over(catalogue: Catalogue) -> None:
    with pytest.raises(InvalidValue):
        hand_over(catalogue, put(catalogue).id, actor="counter")
    with pytest.raises(WrongState):
        hand_over(catalogue, confirmed(catalogue, replace(paper(), kind=PaperKind.RESULT)).id, actor="counter")
    with pytest.raises(NotFound):
        hand_over(catalogue, PaperId.new(), actor="counter")


def test_a_revoked_paper_says_why_since_when_and_by_whom(catalogue: Catalogue) -> None:
    kept, other = put(catalogue), put(catalogue)
    revoked = revoke(catalogue, kept.id, WITHDRAWN, actor="counter")
    assert revoked == replace(kept, state=PaperState.REVOKED) == catalogue.paper(kept.id)
    (change,) = history(catalogue, kept.id)
    assert change == StatusChange(
        kept.id,
        change.at,
        dt.datetime(2026, 11, 2, tzinfo=times.VIETNAM),
        PaperState.STORED,
        PaperState.REVOKED,
        Reason.WITHDRAWN,
        "counter",
        WITHDRAWN.person,
        WITHDRAWN.authority,
    )
    assert standings(catalogue, [kept.id, other.id]) == {kept.id: change}
    assert told(catalogue, kept) == ["paper.stored", "paper.revoked"]
    (entry,) = (e for e in audit.entries(catalogue, limit=999) if e.action == "paper.revoked")
    assert dict(entry.detail) == {
        "from": "stored",
        "to": "revoked",
        "reason": "withdrawn",
        "since": "2026-11-02T00:00:00+07:00",
    }
    audit.check(catalogue)


def test_a_revocation_is_final(catalogue: Catalogue) -> None:
    kept = put(catalogue)
    revoked = revoke(catalogue, kept.id, WITHDRAWN, actor="counter")
    assert revoke(catalogue, kept.id, replace(WITHDRAWN, person="Lê Thị Sen"), actor="other") == revoked
    with pytest.raises(WrongState):
        revoke(catalogue, kept.id, replace(WITHDRAWN, reason=Reason.FORGED), actor="counter")
    assert len(history(catalogue, kept.id)) == 1
    assert told(catalogue, kept).count("paper.revoked") == 1


def test_what_is_not_stored_or_not_yet_so_is_not_revoked(catalogue: Catalogue) -> None:
    with pytest.raises(WrongState):
        revoke(catalogue, confirmed(catalogue, paper()).id, WITHDRAWN, actor="counter")
    kept = put(catalogue)
    with pytest.raises(InvalidValue):
        revoke(catalogue, kept.id, replace(WITHDRAWN, on=times.today() + 2 * DAY), actor="counter")
    for reason in (*SUPERSEDING, Reason.VALIDITY_ENDED):
        with pytest.raises(InvalidValue):
            replace(WITHDRAWN, reason=reason)
    assert catalogue.paper(kept.id) == kept


def test_papers_expire_after_their_last_day_in_small_parts_and_once(catalogue: Catalogue) -> None:
    today = times.today()
    past = [put(catalogue, valid_until=today - days * DAY) for days in (3, 2, 1)]
    valid = [put(catalogue, valid_until=today), put(catalogue), put(catalogue, valid_until=today + DAY)]
    assert expire(catalogue, today, actor="expiry", limit=2) == [past[0].id, past[1].id]
    assert expire(catalogue, today, actor="expiry", limit=2) == [past[2].id]
    assert expire(catalogue, today, actor="expiry", limit=2) == []
    assert [catalogue.paper(one.id).state for one in past] == [PaperState.EXPIRED] * 3
    assert [catalogue.paper(one.id) for one in valid] == valid
    for one in past:
        assert told(catalogue, one) == ["paper.stored", "paper.expired"]
        (change,) = history(catalogue, one.id)
        assert one.valid_until
        assert times.local(change.since).date() == one.valid_until + DAY
        assert (change.reason, change.by, change.successor) == (Reason.VALIDITY_ENDED, "expiry", None)


def test_an_expired_paper_may_still_be_revoked(catalogue: Catalogue) -> None:
    kept = put(catalogue, valid_until=times.today() - DAY)
    expire(catalogue, times.today(), actor="expiry")
    revoke(catalogue, kept.id, WITHDRAWN, actor="counter")
    assert [change.after for change in history(catalogue, kept.id)] == [PaperState.EXPIRED, PaperState.REVOKED]
    assert standings(catalogue, [kept.id])[kept.id].after is PaperState.REVOKED
    assert standings(catalogue, []) == {}


def test_reasons_have_words_in_both_languages() -> None:
    assert len({reason.text for reason in Reason} | {reason.text_en for reason in Reason}) == 2 * len(Reason)
