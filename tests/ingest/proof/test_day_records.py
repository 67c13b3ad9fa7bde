"""Days closed with an evidence record: which files go into which, what happens when a run is stopped, renewals."""

import datetime as dt
import secrets
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import pem

from dossier import times
from dossier.errors import NotFound, NotRenewable, ObjectDamaged, RetentionLocked, TimestampUnavailable
from dossier.papers import Paper
from dossier.verdicts import Verdict
from ingest import duties
from ingest.proof import day_records as making
from ingest.proof.day_records import evidence_of, make_records, open_day, record_of, renew_records
from ingest.proof.renew import Month, calendar, renew_due, sealed_bytes
from ingest.upkeep.backup import backup
from ingest.upkeep.disposal import finish, objects_of
from ingest.upkeep.restore import restore
from ingest.work import Work
from signing.algorithms import SUNSETS, Sunset, Sunsets
from signing.evidence_record import EvidenceRecord
from signing.record_check import check_record
from signing.timestamps import rfc3161
from signing.trust import TrustStore
from signing.validate import validate
from storage.audit_log import audit
from storage.lifecycle import disposal
from storage.lifecycle.disposal import Disposal
from storage.proof import day_records
from tests.ingest.shelved import AT, Shelf, sealed_until_2027, shelf
from tests.servers import S3Server
from tests.signing.others import sign
from tests.signing.pages import scan_pdf
from tests.signing.pki import Tree

DAY = dt.timedelta(days=1)
TODAY = times.local(AT).date()
MIDNIGHT = dt.datetime.combine(TODAY + DAY, dt.time(), times.VIETNAM)
NEXT = MIDNIGHT + dt.timedelta(hours=3)
"""The next day at three in the morning."""


@pytest.fixture(scope="module")
def page_until_2027(gov: Tree) -> bytes:
    return sealed_until_2027(scan_pdf(), gov)


@pytest.fixture
def kept(tmp_path: Path, gov: Tree) -> Iterator[Shelf]:
    opened = shelf(tmp_path)
    opened.trust(gov.trust(NEXT), gov.stamper(NEXT))
    yield opened
    opened.house.close()


@pytest.fixture(params=["one machine", "servers"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, gov: Tree) -> Iterator[Shelf]:
    """The same on SQLite with a folder, and on PostgreSQL with S3."""
    if request.param == "one machine":
        opened = shelf(tmp_path)
    else:
        server: S3Server = request.getfixturevalue("s3_server")
        url: str = request.getfixturevalue("postgres_url")
        opened = shelf(tmp_path, url=url, objects=server.store(f"test-{secrets.token_hex(6)}"))
    opened.trust(gov.trust(NEXT), gov.stamper(NEXT))
    yield opened
    opened.house.close()


def fill(kept: Shelf, count: int, at: dt.datetime = AT) -> list[Paper]:
    """Store files at a moment; what they hold does not matter to a record."""
    kept.clock.at = at
    return [kept.put(f"{at} file {number}".encode(), signed_origin=number % 2 == 0) for number in range(count)]


def proves(kept: Shelf, paper: Paper, gov: Tree, at: dt.datetime) -> bool:
    record = record_of(kept.house, kept.now(paper))
    assert record is not None
    anchors = TrustStore(anchors=gov.trust(AT).anchors)
    report = check_record(sealed_bytes(kept.house, kept.now(paper)), record, anchors, at=at)
    return report.verdict is Verdict.VALID


# --- closing days --------------------------------------------------------------------------------------------------


def test_each_day_gets_a_record_that_proves_its_files(anywhere: Shelf, gov: Tree) -> None:
    first, second = fill(anywhere, 5), fill(anywhere, 3, AT + DAY)
    today = fill(anywhere, 1, AT + 2 * DAY)
    late = NEXT + DAY
    anywhere.trust(gov.trust(late), gov.stamper(late))
    made = list(make_records(anywhere.house, at=late))
    assert [(record.day, record.files) for record in made] == [(TODAY, 5), (TODAY + DAY, 3)]
    assert all(proves(anywhere, paper, gov, late) for paper in (*first, *second))
    assert record_of(anywhere.house, today[0]) is None
    assert list(make_records(anywhere.house, at=late)) == [], "a day is closed once"
    assert day_records.day_records(anywhere.house.catalogue) == made
    with pytest.raises(RetentionLocked):
        anywhere.house.objects.delete(made[0].key)
    told = [e for e in audit.entries(anywhere.house.catalogue, limit=1000) if e.action == day_records.MADE]
    assert [(e.object, e.detail["files"]) for e in told] == [(f"record:{TODAY}", "5"), (f"record:{TODAY + DAY}", "3")]
    assert calendar(anywhere.house)[0] == Month("2036-01", 0, 0, 2)


def test_a_paper_that_brought_no_evidence_is_judged_by_what_was_known_that_day(kept: Shelf, gov: Tree) -> None:
    signed = sign(scan_pdf(), gov.key("elliptic"), at=AT)
    paper = kept.put(signed, signed_origin=True)
    assert evidence_of(kept.house, paper) is None
    list(make_records(kept.house, at=NEXT))
    found = evidence_of(kept.house, paper)
    assert found is not None
    lists, record = found
    anchors = TrustStore(anchors=gov.trust(AT).anchors)
    in_2030 = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    report = check_record(lists, record, anchors, at=in_2030)
    assert (report.verdict, report.proven) == (Verdict.VALID, NEXT)
    assert validate(signed, anchors, at=NEXT).verdict is Verdict.UNDETERMINED
    trust = kept.house.settings.root / "trust"
    trust.mkdir()
    (trust / "lists.pem").write_bytes(lists)
    (trust / "public-root.pem").write_bytes(pem.armor("CERTIFICATE", gov.certificate("root").dump()))
    loaded = TrustStore.load(trust)
    assert [a.certificate.sha256 for a in loaded.anchors] == [gov.certificate("root").sha256]
    assert validate(signed, loaded, at=NEXT).verdict is Verdict.VALID


def test_a_day_ends_at_midnight_in_vietnam(kept: Shelf) -> None:
    before = fill(kept, 1, MIDNIGHT - dt.timedelta(seconds=1))
    after = fill(kept, 1, MIDNIGHT)
    assert list(make_records(kept.house, at=MIDNIGHT + dt.timedelta(minutes=59))) == []
    (record,) = make_records(kept.house, at=NEXT)
    assert record.day == TODAY
    assert [file.paper for file in open_day(kept.house, TODAY).files] == [before[0].id]
    assert record_of(kept.house, after[0]) is None


def test_a_file_that_comes_after_its_day_was_closed_goes_into_the_next(kept: Shelf, gov: Tree) -> None:
    fill(kept, 2)
    assert len(list(make_records(kept.house, at=NEXT))) == 1
    late = fill(kept, 1, AT + dt.timedelta(hours=1))
    assert list(make_records(kept.house, at=NEXT)) == []
    following = NEXT + DAY
    kept.trust(gov.trust(following), gov.stamper(following))
    (record,) = make_records(kept.house, at=following)
    assert (record.day, record.files) == (TODAY + DAY, 1)
    assert proves(kept, late[0], gov, following)


def test_equal_files_are_both_proven(kept: Shelf, gov: Tree) -> None:
    papers = [kept.put(b"the same") for _ in range(3)]
    list(make_records(kept.house, at=NEXT))
    assert all(proves(kept, paper, gov, NEXT) for paper in papers)


def test_without_files_there_is_nothing_to_make(kept: Shelf) -> None:
    assert list(make_records(kept.house, at=NEXT)) == []
    with pytest.raises(NotFound):
        open_day(kept.house, TODAY)


def test_a_silent_authority_leaves_the_day_open(kept: Shelf, gov: Tree) -> None:
    fill(kept, 2)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        kept.trust(gov.trust(NEXT), rfc3161(f"http://127.0.0.1:{unused.getsockname()[1]}/", timeout=1))
        with pytest.raises(TimestampUnavailable):
            list(make_records(kept.house, at=NEXT))
    kept.trust(gov.trust(NEXT), gov.stamper(NEXT))
    assert len(list(make_records(kept.house, at=NEXT))) == 1


def test_a_record_left_behind_by_a_crash_is_taken(kept: Shelf, gov: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    papers = fill(kept, 3)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(making.day_records, "close_day", crash)
        with pytest.raises(KeyboardInterrupt):
            list(make_records(kept.house, at=NEXT))
    late = fill(kept, 1, AT + dt.timedelta(minutes=1))
    (record,) = make_records(kept.house, at=NEXT)
    assert record.files == 3
    assert len(kept.house.objects.versions(record.key)) == 1
    assert all(proves(kept, paper, gov, NEXT) for paper in papers)
    assert record_of(kept.house, late[0]) is None, "it came while the day was being closed"


def test_a_damaged_file_keeps_no_day_open(kept: Shelf, gov: Tree, tmp_path: Path) -> None:
    damaged, good = fill(kept, 2)
    assert damaged.sealed
    file = tmp_path / "objects" / "objects" / f"{damaged.sealed.key}~" / damaged.sealed.version / "data.enc"
    file.chmod(0o600)
    file.write_bytes(b"something else")
    assert len(list(make_records(kept.house, at=NEXT))) == 1
    assert proves(kept, good, gov, NEXT)


def test_two_processes_at_once_close_a_day_once(kept: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(kept, 2)
    close, others = day_records.close_day, list[object]()

    def close_behind_another(*arguments: object, **named: object) -> bool:
        if not others:
            others.append(True)
            others.extend(make_records(kept.house, at=NEXT))
        return close(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(making.day_records, "close_day", close_behind_another)
    assert list(make_records(kept.house, at=NEXT)) == []
    assert len(others) == 2
    assert len(day_records.day_records(kept.house.catalogue)) == 1


def test_a_damaged_record_is_told(kept: Shelf) -> None:
    (paper,) = fill(kept, 1)
    (record,) = make_records(kept.house, at=NEXT)
    stored = kept.house.objects.put(record.key, b"{}", media_type="application/json")
    assert day_records.keep_renewed(kept.house.catalogue, record, replace(record, version=stored.version), actor="test")
    with pytest.raises(ObjectDamaged):
        record_of(kept.house, paper)


def test_the_version_that_a_renewal_makes_is_proven_by_its_own_day(
    kept: Shelf, gov: Tree, page_until_2027: bytes
) -> None:
    paper = kept.put(page_until_2027)
    list(make_records(kept.house, at=NEXT))
    first = record_of(kept.house, paper)
    kept.clock.at = NEXT
    list(renew_due(kept.house, NEXT + 300 * DAY, at=NEXT))
    assert record_of(kept.house, kept.now(paper)) is None
    following = NEXT + DAY
    kept.trust(gov.trust(following), gov.stamper(following))
    (record,) = make_records(kept.house, at=following)
    assert (record.day, record.files) == (TODAY + DAY, 1)
    assert proves(kept, paper, gov, following)
    assert record_of(kept.house, paper) == first, "the former version keeps its record"


def test_a_worker_makes_the_records_by_itself(kept: Shelf, gov: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    now = times.now()
    (paper,) = fill(kept, 1, now - 2 * DAY)
    kept.trust(gov.trust(now), gov.stamper(now))
    soon = (replace(duty, every_s=0.05) for duty in duties.DUTIES if duty.name == "evidence-records")
    monkeypatch.setattr(duties, "DUTIES", tuple(soon))
    with Work(kept.house):
        deadline = time.monotonic() + 60
        while record_of(kept.house, paper) is None and time.monotonic() < deadline:
            time.sleep(0.05)
    assert record_of(kept.house, paper) is not None


# --- renewing ------------------------------------------------------------------------------------------------------

SOON = NEXT + 100 * DAY
WINDOW = SOON + 365 * DAY


def brief(kept: Shelf, gov: Tree, days: int = 2) -> list[Paper]:
    """Fill and close days under an authority whose certificate ends with the year 2026."""
    papers = [paper for day in range(days) for paper in fill(kept, 3, AT + day * DAY)]
    at = NEXT + (days - 1) * DAY
    kept.trust(gov.trust(at), gov.stamper(at, "tsa-brief"))
    assert len(list(make_records(kept.house, at=at))) == days
    soon = at + DAY
    kept.trust(gov.trust(soon), gov.stamper(soon))
    kept.clock.at = soon
    return papers


def test_days_are_renewed_by_one_new_time_stamp(anywhere: Shelf, gov: Tree) -> None:
    papers = brief(anywhere, gov)
    in_2030 = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    assert not any(proves(anywhere, paper, gov, in_2030) for paper in papers)
    renewed = [record for record, problem in renew_records(anywhere.house, WINDOW, at=anywhere.clock()) if not problem]
    assert [record.day for record in renewed] == [TODAY, TODAY + DAY]
    assert all(proves(anywhere, paper, gov, in_2030) for paper in papers)
    tokens = {open_day(anywhere.house, record.day).tree.last.token for record in renewed}
    assert len(tokens) == 1
    assert list(renew_records(anywhere.house, WINDOW, at=anywhere.clock())) == [], "they are due no more"
    for record in renewed:
        versions = anywhere.house.objects.versions(record.key)
        ends = {anywhere.house.objects.retention(v.key, v.version) for v in versions}
        assert (len(versions), len(ends)) == (2, 1), "the former version stays, and the retention carries over"
    told = [e for e in audit.entries(anywhere.house.catalogue, limit=1000) if e.action == day_records.RENEWED]
    assert [e.object for e in told] == [f"record:{TODAY}", f"record:{TODAY + DAY}"]


def test_days_are_hashed_again_when_their_hash_function_weakens(kept: Shelf, gov: Tree) -> None:
    papers = brief(kept, gov)
    soon = Sunset(kept.clock() + 30 * DAY, confirmed=True, source="a test")
    weak = Sunsets({**SUNSETS.hashes, "sha256": soon}, SUNSETS.keys, SUNSETS.schemes)
    renewed = [record for record, _ in renew_records(kept.house, WINDOW, at=kept.clock(), sunsets=weak)]
    assert len(renewed) == 2
    record = record_of(kept.house, papers[0])
    assert record is not None
    chains = EvidenceRecord.load(record)["sequence"]
    assert [chain[0]["digest_algorithm"]["algorithm"].native for chain in chains] == ["sha256", "sha512"]
    in_2030 = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    assert all(proves(kept, paper, gov, in_2030) for paper in papers)


def test_a_damaged_file_keeps_its_day_from_being_hashed_again_and_no_other(
    kept: Shelf, gov: Tree, tmp_path: Path
) -> None:
    papers = brief(kept, gov)
    assert papers[1].sealed
    file = tmp_path / "objects" / "objects" / f"{papers[1].sealed.key}~" / papers[1].sealed.version / "data.enc"
    file.chmod(0o600)
    file.write_bytes(b"something else")
    weak = Sunset(kept.clock() + 30 * DAY, confirmed=True, source="a test")
    table = Sunsets({**SUNSETS.hashes, "sha256": weak}, SUNSETS.keys, SUNSETS.schemes)
    told = [(r.day, type(problem)) for r, problem in renew_records(kept.house, WINDOW, at=kept.clock(), sunsets=table)]
    assert told == [(TODAY, ObjectDamaged), (TODAY + DAY, type(None))]
    assert len(open_day(kept.house, TODAY).tree.chains) == 1


def test_a_disposed_file_keeps_its_day_not_from_being_hashed_again(kept: Shelf, gov: Tree, tmp_path: Path) -> None:
    gone, *others = brief(kept, gov, days=1)
    for stored in objects_of(kept.house, gone):
        (tmp_path / "objects" / "objects" / f"{stored.key}~" / stored.version / "retain").unlink(missing_ok=True)
    agreed = Disposal(gone.id, "hết hạn", "Trần Văn Một", "counter-1", times.now())
    disposal.propose(kept.house.catalogue, agreed, actor="counter-1")
    disposal.approve(kept.house.catalogue, gone.id, person="Lê Thị Hai", actor="counter-2", at=times.now())
    assert finish(kept.house) == 1
    weak = Sunset(kept.clock() + 30 * DAY, confirmed=True, source="a test")
    table = Sunsets({**SUNSETS.hashes, "sha256": weak}, SUNSETS.keys, SUNSETS.schemes)
    told = [(r.day, problem) for r, problem in renew_records(kept.house, WINDOW, at=kept.clock(), sunsets=table)]
    assert told == [(TODAY, None)]
    assert len(open_day(kept.house, TODAY).tree.chains) == 2
    in_2030 = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    assert all(proves(kept, paper, gov, in_2030) for paper in others)


def test_a_record_that_ended_is_told_and_not_renewed(kept: Shelf, gov: Tree) -> None:
    brief(kept, gov, days=1)
    late = dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
    ((record, problem),) = renew_records(kept.house, late + 365 * DAY, at=late)
    assert (record.day, type(problem)) == (TODAY, NotRenewable)
    assert day_records.day_records(kept.house.catalogue) == [record]


def test_records_hold_where_the_store_was_restored_elsewhere(
    kept: Shelf, gov: Tree, tmp_path: Path, s3_server: S3Server, postgres_url: str
) -> None:
    """They name versions as the first store did; the rows followed to those of the second."""
    papers = brief(kept, gov)
    backup(kept.house, tmp_path / "backup")
    store = s3_server.store(f"test-{secrets.token_hex(6)}")
    new = shelf(tmp_path / "new", url=postgres_url, objects=store)
    new.clock.at = kept.clock()
    new.trust(gov.trust(new.clock()), gov.stamper(new.clock()))
    restore(new.house, tmp_path / "backup")
    soon = Sunset(new.clock() + 30 * DAY, confirmed=True, source="a test")
    weak = Sunsets({**SUNSETS.hashes, "sha256": soon}, SUNSETS.keys, SUNSETS.schemes)
    told = [problem for _, problem in renew_records(new.house, WINDOW, at=new.clock(), sunsets=weak)]
    assert told == [None, None]
    in_2030 = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    assert all(proves(new, new.now(paper), gov, in_2030) for paper in papers)
    before, after = evidence_of(kept.house, papers[0]), evidence_of(new.house, new.now(papers[0]))
    assert before is not None
    assert after is not None
    assert after[0] == before[0]
    new.house.close()
