"""The audit log kept day by day: segments, a head and its time stamp, proven years later, forgeries seen."""

import datetime as dt
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from dossier import times
from dossier.errors import AuditChainBroken, NotFound, ObjectDamaged, RetentionLocked, TimestampUnavailable
from ingest import audit_log, duties
from ingest.audit_log import STAMPS, check_log, keep_log
from signing.timestamps import rfc3161
from signing.trust import TrustStore
from storage import audit, audit_segments
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
