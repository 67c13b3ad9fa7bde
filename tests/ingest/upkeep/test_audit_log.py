"""The audit log kept day by day: segments, a head and its time stamp, proven years later, forgeries seen."""

import datetime as dt
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from dossier import times
from dossier.errors import AuditChainBroken, NotFound, ObjectDamaged, RetentionLocked, TimestampUnavailable
from ingest import duties
from ingest.upkeep import audit_log
from ingest.upkeep.audit_log import STAMPS, anchor_tail, check_log, keep_log
from signing.timestamps import rfc3161
from signing.trust import TrustStore
from storage.audit_log import audit, audit_segments
from storage.database import writing
from tests.ingest.shelved import AT, Shelf, shelf
from tests.signing.pki import Tree

if TYPE_CHECKING:
    from tests.servers import S3Server

MIDNIGHT = times.midnight(times.local(AT).date() + dt.timedelta(days=1))
NEXT = MIDNIGHT + dt.timedelta(hours=3)
"""The next day at three in the morning."""
HEAD, STAMP = "audit/heads/000000000003.json", f"{STAMPS}000000000003.json"
SEGMENT = audit_segments.key_of(1)


@pytest.fixture(params=["one machine", "servers"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, gov: Tree) -> Iterator[Shelf]:
    """A house with three entries of one day and one of the next, on SQLite with a folder, and on PostgreSQL with S3."""
    if request.param == "one machine":
        opened = shelf(tmp_path)
    else:
        server: S3Server = request.getfixturevalue("s3_server")
        url: str = request.getfixturevalue("postgres_url")
        opened = shelf(tmp_path, url=url, objects=server.store(f"test-{secrets.token_hex(6)}"))
    opened.trust(gov.trust(NEXT), gov.stamper(NEXT))
    for at in (AT, AT, MIDNIGHT - dt.timedelta(microseconds=1), MIDNIGHT):
        opened.clock.at = at
        opened.house.catalogue.record("quay-3", "paper.read", "paper:x")
    opened.clock.at = NEXT
    yield opened
    opened.house.close()


def test_a_day_that_is_over_is_kept_once_and_proven(kept: Shelf) -> None:
    house = kept.house
    assert list(keep_log(house, at=MIDNIGHT + dt.timedelta(minutes=59))) == []
    assert list(keep_log(house, at=NEXT)) == [SEGMENT, HEAD, STAMP]
    assert list(keep_log(house, at=NEXT)) == []
    report = check_log(house, segments=True, at=NEXT)
    assert (report.chain.entries, report.chain.anchored, report.chain.segmented) == (4, 3, 3)
    assert (report.stamped, report.proven_at, report.stamps, report.open) == (3, NEXT.replace(microsecond=0), 1, ())
    for key in (SEGMENT, HEAD, STAMP):
        with pytest.raises(RetentionLocked):
            house.objects.delete(key)
    assert [json.loads(line)["seq"] for line in audit_segments.proven_lines(house.objects)] == [1, 2, 3]


def test_what_a_day_kept_shows_a_log_recomputed_later(kept: Shelf) -> None:
    list(keep_log(kept.house, at=NEXT))
    with writing(kept.house.catalogue.engine) as session:
        session.execute(text("DELETE FROM audit"))
    for _ in range(4):
        kept.house.catalogue.record("nobody", "paper.read", "paper:x")
    with pytest.raises(AuditChainBroken, match=r"entry 3.*between the anchors — and 3"):
        check_log(kept.house)
    with pytest.raises(AuditChainBroken, match=r"entry 1.*segment"):
        check_log(kept.house, segments=True)


def test_an_empty_log_and_a_log_of_today_are_left(tmp_path: Path, gov: Tree) -> None:
    opened = shelf(tmp_path)
    opened.trust(gov.trust(NEXT), gov.stamper(NEXT))
    assert list(keep_log(opened.house, at=AT)) == []
    opened.house.catalogue.record("quay-3", "paper.read", "paper:x")
    assert list(keep_log(opened.house, at=AT)) == []
    assert check_log(opened.house, segments=True).chain.entries == 1
    opened.house.close()


def test_a_run_that_found_no_authority_is_gone_on_with(kept: Shelf, gov: Tree) -> None:
    kept.trust(gov.trust(NEXT), rfc3161("http://127.0.0.1:9/"))
    run = keep_log(kept.house, at=NEXT)
    assert [next(run), next(run)] == [SEGMENT, HEAD]
    with pytest.raises(TimestampUnavailable):
        next(run)
    assert check_log(kept.house, at=NEXT).stamps == 0
    kept.trust(gov.trust(NEXT), gov.stamper(NEXT))
    assert list(keep_log(kept.house, at=NEXT)) == [STAMP]


def test_a_time_stamp_of_another_head_is_seen(kept: Shelf) -> None:
    house = kept.house
    list(keep_log(house, at=NEXT))
    house.catalogue.record("quay-3", "paper.read", "paper:x")
    later = NEXT + dt.timedelta(days=1)
    assert len(list(keep_log(house, at=later))) == 3
    (first, second) = house.objects.keys(STAMPS)
    house.objects.put(second, house.objects.get(first), media_type="application/json")
    with pytest.raises(AuditChainBroken, match="time stamp"):
        check_log(house, at=later)
    house.objects.put(second, b"{}", media_type="application/json")
    with pytest.raises(ObjectDamaged):
        check_log(house, at=later)


def test_a_stamp_without_its_head_is_seen(kept: Shelf) -> None:
    list(keep_log(kept.house, at=NEXT))
    kept.house.objects.put(f"{STAMPS}000000000002.json", kept.house.objects.get(STAMP), media_type="application/json")
    with pytest.raises(ObjectDamaged):
        check_log(kept.house, at=NEXT)
    with pytest.raises(NotFound):
        kept.house.objects.head("audit/heads/000000000002.json")


def test_an_authority_that_is_not_trusted_leaves_it_open(kept: Shelf, gov: Tree) -> None:
    list(keep_log(kept.house, at=NEXT))
    kept.trust(TrustStore(), gov.stamper(NEXT))
    report = check_log(kept.house, at=NEXT)
    assert (report.stamps, report.stamped, report.proven_at) == (0, 0, None)
    ((seq, codes),) = report.open
    assert seq == 3
    assert codes


def test_a_worker_keeps_the_log(kept: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log.times, "now", lambda: NEXT)
    (duty,) = (duty for duty in duties.DUTIES if duty.name == "audit-log")
    duty.do(kept.house, lambda: True)
    assert list(kept.house.objects.keys("audit/")) == [SEGMENT]
    duty.do(kept.house, lambda: False)
    assert audit.check(kept.house.catalogue, kept.house.objects).anchored == 3


MINUTES = dt.timedelta(minutes=5)


def cut(shelf: Shelf, left: int) -> None:
    """Cut off what follows an entry, as somebody would who rules the database."""
    with writing(shelf.house.catalogue.engine) as session:
        session.execute(text("DELETE FROM audit WHERE seq > :left"), {"left": left})


def test_the_end_is_anchored_within_minutes_and_no_more_often(kept: Shelf) -> None:
    house = kept.house
    head = anchor_tail(house)
    assert head is not None
    assert head.entries == 4
    assert anchor_tail(house) is None
    with pytest.raises(RetentionLocked):
        house.objects.delete(audit.anchor_key(4))
    house.catalogue.record("quay-3", "paper.read", "paper:x")
    assert anchor_tail(house) is None, "it is fresh"
    report = check_log(house, at=NEXT)
    assert (report.unanchored, report.unanchored_since) == (1, NEXT)
    kept.clock.at = NEXT + MINUTES
    head = anchor_tail(house)
    assert head is not None
    assert head.entries == 5
    report = check_log(house, at=NEXT)
    assert (report.unanchored, report.unanchored_since) == (0, None)


def test_an_end_that_was_cut_off_is_seen_at_once_and_located(kept: Shelf) -> None:
    house = kept.house
    anchor_tail(house)
    house.catalogue.record("quay-3", "paper.read", "paper:x")
    kept.clock.at = NEXT + MINUTES
    anchor_tail(house)
    cut(kept, 4)
    with pytest.raises(AuditChainBroken, match=r"entry 5.*cut off: entries up to 5"):
        anchor_tail(house)
    with pytest.raises(AuditChainBroken, match=r"entry 5.*between the anchors 4 and 5"):
        check_log(house)
    house.catalogue.record("nobody", "paper.read", "paper:x")
    with pytest.raises(AuditChainBroken, match=r"entry 5.*rewritten"):
        anchor_tail(house)
    house.catalogue.record("nobody", "paper.read", "paper:x")
    with pytest.raises(AuditChainBroken, match=r"entry 5.*rewritten"):
        check_log(house)


def test_what_was_cut_off_before_it_was_anchored_shows_by_a_hash_noted_elsewhere(kept: Shelf) -> None:
    house = kept.house
    noted = {4: check_log(house).chain.head_hash}
    assert check_log(house, known=noted).chain.anchored == 4
    cut(kept, 3)
    assert check_log(house).unanchored == 3, "the accepted risk"
    with pytest.raises(AuditChainBroken, match=r"entry 4.*cut off"):
        check_log(house, known=noted)
    house.catalogue.record("nobody", "paper.read", "paper:x")
    with pytest.raises(AuditChainBroken, match=r"entry 4.*rewritten"):
        check_log(house, known=noted)


@pytest.mark.parametrize("locked", [True, False])
def test_anchors_of_a_day_that_has_a_head_go_when_their_lock_has_ended(
    tmp_path: Path, gov: Tree, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    if not locked:
        monkeypatch.setattr(audit_log, "ANCHOR_LOCK", dt.timedelta(days=-1))
    opened = shelf(tmp_path)
    opened.trust(gov.trust(NEXT), gov.stamper(NEXT))
    for hours in range(3):
        opened.clock.at = AT + dt.timedelta(hours=hours)
        opened.house.catalogue.record("quay-3", "paper.read", "paper:x")
        opened.clock.at += MINUTES
        assert anchor_tail(opened.house)
    anchors = [audit.anchor_key(seq) for seq in (1, 2, 3)]
    assert list(opened.house.objects.keys(audit.ANCHORS)) == anchors
    list(keep_log(opened.house, at=NEXT))
    assert list(opened.house.objects.keys(audit.ANCHORS)) == (anchors if locked else anchors[-1:])
    assert check_log(opened.house, at=NEXT).chain.anchored == 3
    assert anchor_tail(opened.house) is None
    opened.house.close()


def test_a_worker_anchors_the_end_and_says_when_it_is_gone(kept: Shelf) -> None:
    (duty,) = (duty for duty in duties.DUTIES if duty.name == "audit-anchor")
    duty.do(kept.house, lambda: True)
    assert list(kept.house.objects.keys(audit.ANCHORS)) == []
    duty.do(kept.house, lambda: False)
    assert list(kept.house.objects.keys(audit.ANCHORS)) == [audit.anchor_key(4)]
    cut(kept, 2)
    with capture_logs() as said:
        duty.do(kept.house, lambda: False)
    assert [(line["log_level"], line["event"]) for line in said] == [("error", "audit log cut off or rewritten")]
