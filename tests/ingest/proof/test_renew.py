"""Stored papers renewed in bulk: what is due, what comes of it, and what happens when a run is stopped."""

import datetime as dt
import secrets
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dossier import times
from dossier.errors import NotRenewable, ObjectDamaged, RetentionLocked, TimestampUnavailable, WrongState
from dossier.papers import PaperState
from dossier.verdicts import Verdict
from ingest.proof import renew as renewing
from ingest.proof.renew import DUE_WITHIN, Month, Outcome, calendar, find_ends, renew_due, sealed_bytes
from signing.renewal import protected_until
from signing.timestamps import rfc3161
from signing.trust import TrustStore
from signing.validate import validate
from storage.audit_log import audit
from storage.proof import renewals
from tests.ingest.shelved import AT, Shelf, sealed_until_2027, shelf
from tests.signing.others import sign
from tests.signing.pages import scan_pdf
from tests.signing.pki import Tree

if TYPE_CHECKING:
    from tests.servers import S3Server

DAY = dt.timedelta(days=1)
LATER = AT + 10 * DAY
WINDOW = LATER + DUE_WITHIN


@pytest.fixture(scope="module")
def pdfs(gov: Tree) -> list[bytes]:
    """Sealed files that are proven until the end of 2026, no two alike."""
    return [sealed_until_2027(scan_pdf(pages=pages), gov) for pages in (1, 2, 3)]


@pytest.fixture
def kept(tmp_path: Path, gov: Tree) -> Iterator[Shelf]:
    opened = shelf(tmp_path)
    opened.trust(gov.trust(LATER), gov.stamper(LATER))
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
    opened.trust(gov.trust(LATER), gov.stamper(LATER))
    yield opened
    opened.house.close()


def outcomes(kept: Shelf, at: dt.datetime = LATER) -> list[object]:
    return [ended for _, ended in renew_due(kept.house, at + DUE_WITHIN, at=at)]


def test_a_due_paper_gets_a_version_with_a_further_time_stamp(anywhere: Shelf, pdfs: list[bytes], gov: Tree) -> None:
    paper = anywhere.put(pdfs[0])
    assert paper.protected_until == dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    assert outcomes(anywhere) == [Outcome.RENEWED]

    renewed, store = anywhere.now(paper), anywhere.house.objects
    assert paper.sealed
    assert renewed.sealed
    assert renewed.protected_until == dt.datetime(2036, 1, 1, tzinfo=dt.UTC)
    assert sealed_bytes(anywhere.house, renewed).startswith(pdfs[0])
    in_2030 = dt.datetime(2030, 6, 1, tzinfo=dt.UTC)
    anchors = TrustStore(anchors=gov.trust(AT).anchors)
    assert validate(sealed_bytes(anywhere.house, renewed), anchors, at=in_2030).verdict is Verdict.VALID
    assert validate(pdfs[0], anchors, at=in_2030).verdict is Verdict.UNDETERMINED

    versions = store.versions(paper.sealed.key)
    assert [v.version for v in versions] == [renewed.sealed.version, paper.sealed.version]
    assert store.get(paper.sealed.key, paper.sealed.version) == pdfs[0]
    ends = {store.retention(v.key, v.version) for v in versions}
    assert ends == {anywhere.house.retain_until(AT)}, "the retention carries over"
    with pytest.raises(RetentionLocked):
        store.delete(paper.sealed.key)

    (entry,) = [e for e in audit.entries(anywhere.house.catalogue, limit=1000) if e.action == renewals.RENEWED]
    assert entry.detail == {
        "before_sha256": paper.sealed.sha256,
        "sealed_sha256": renewed.sealed.sha256,
        "protected_until": "2036-01-01T00:00:00+00:00",
    }
    (event,) = anywhere.house.catalogue.events()
    assert (event.kind, event.paper, event.at) == ("paper.renewed", paper.id, LATER)
    assert outcomes(anywhere) == [], "it is due no more"
    assert audit.check(anywhere.house.catalogue).entries > 0


def test_the_soonest_end_comes_first_and_all_pages_are_gone_through(
    kept: Shelf, pdfs: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewals, "_PAGE", 2)
    papers = [kept.put(pdf) for pdf in (*pdfs, *pdfs)]
    ends = [AT + days * DAY for days in (50, 30, 30, 50, 40, 30)]
    for paper, end in zip(papers, ends, strict=True):
        assert renewals.keep_end(kept.house.catalogue, paper, end, actor="test")
    told = [paper.id for paper, _ in renew_due(kept.house, WINDOW, keep=False, at=LATER)]
    assert told == [papers[place].id for place in (1, 2, 5, 4, 0, 3)]
    assert renewals.count_due(kept.house.catalogue, WINDOW, LATER) == 6
    assert renewals.count_due(kept.house.catalogue, WINDOW, AT + 35 * DAY) == 3


def test_a_dry_run_keeps_nothing(kept: Shelf, pdfs: list[bytes]) -> None:
    paper = kept.put(pdfs[0])
    before = audit.check(kept.house.catalogue)
    assert list(renew_due(kept.house, WINDOW, keep=False, at=LATER)) == [(paper, Outcome.DUE)]
    assert kept.now(paper) == paper
    assert audit.check(kept.house.catalogue) == before


def test_what_is_proven_long_enough_is_left_alone(kept: Shelf, pdfs: list[bytes]) -> None:
    kept.put(pdfs[0])
    assert list(renew_due(kept.house, AT + DAY, at=LATER)) == []


def test_too_late_is_told_and_never_renewed(kept: Shelf, pdfs: list[bytes], gov: Tree) -> None:
    paper, late = kept.put(pdfs[0]), dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
    kept.trust(gov.trust(late), gov.stamper(late))
    assert outcomes(kept, late) == [Outcome.TOO_LATE]
    assert kept.now(paper) == paper
    assert renewals.count_due(kept.house.catalogue, late + DUE_WITHIN, late) == 0


def test_what_arrived_signed_is_never_added_to(kept: Shelf, gov: Tree) -> None:
    signed = sign(scan_pdf(), gov.key(), at=AT, stamper=gov.stamper(AT, "tsa-brief"), evidence=gov.trust(AT))
    paper = kept.put(signed, signed_origin=True)
    assert paper.protected_until == dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
    assert outcomes(kept) == []
    assert sealed_bytes(kept.house, kept.now(paper)) == signed


def test_one_bad_paper_harms_no_other(kept: Shelf, pdfs: list[bytes], tmp_path: Path) -> None:
    damaged, changed, good = kept.put(pdfs[0]), kept.put(pdfs[1].replace(b"%PDF", b"%PdF", 1)), kept.put(pdfs[2])
    assert damaged.sealed
    renewals.keep_end(kept.house.catalogue, changed, AT + 40 * DAY, actor="test")
    file = tmp_path / "objects" / "objects" / f"{damaged.sealed.key}~" / damaged.sealed.version / "data.enc"
    file.chmod(0o600)
    file.write_bytes(b"something else")
    ended = dict(renew_due(kept.house, WINDOW, at=LATER))
    assert {p.id: type(e) for p, e in ended.items()} == {
        damaged.id: ObjectDamaged,
        changed.id: NotRenewable,
        good.id: Outcome,
    }
    assert kept.now(good).protected_until != good.protected_until


def test_a_silent_authority_stops_the_run_which_goes_on_later(kept: Shelf, pdfs: list[bytes], gov: Tree) -> None:
    papers = [kept.put(pdf) for pdf in pdfs]
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        silent = rfc3161(f"http://127.0.0.1:{unused.getsockname()[1]}/", timeout=1)
        run = renew_due(kept.house, WINDOW, at=LATER)
        assert next(run)[1] is Outcome.RENEWED
        kept.trust(gov.trust(LATER), silent)
        with pytest.raises(TimestampUnavailable):
            next(run)
    assert renewals.count_due(kept.house.catalogue, WINDOW, LATER) == 2
    kept.trust(gov.trust(LATER), gov.stamper(LATER))
    assert outcomes(kept) == [Outcome.RENEWED] * 2
    assert [kept.house.objects.head(p.sealed.key).version for p in papers if p.sealed] == ["00000002"] * 3


def test_a_version_left_behind_by_a_crash_is_taken(
    kept: Shelf, pdfs: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = kept.put(pdfs[0])
    assert paper.sealed

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(renewing.renewals, "keep_renewed", crash)
        with pytest.raises(KeyboardInterrupt):
            outcomes(kept)
    assert kept.now(paper) == paper
    assert outcomes(kept) == [Outcome.RENEWED]
    assert len(kept.house.objects.versions(paper.sealed.key)) == 2


def test_a_strange_version_left_behind_is_not_taken(kept: Shelf, pdfs: list[bytes]) -> None:
    paper = kept.put(pdfs[0])
    assert paper.sealed
    for strange in (b"not a pdf", pdfs[1]):
        kept.house.objects.put(paper.sealed.key, strange, media_type="application/pdf")
    assert outcomes(kept) == [Outcome.RENEWED]
    assert sealed_bytes(kept.house, kept.now(paper)).startswith(pdfs[0])
    assert len(kept.house.objects.versions(paper.sealed.key)) == 4


def test_two_runs_at_once_renew_once(kept: Shelf, pdfs: list[bytes]) -> None:
    paper = kept.put(pdfs[0])
    first, second = (renew_due(kept.house, WINDOW, at=LATER) for _ in range(2))
    stale = next(renewals.due(kept.house.catalogue, WINDOW))
    assert next(first)[1] is Outcome.RENEWED
    assert list(second) == []
    renewed = kept.now(paper)
    assert renewed.sealed
    with pytest.raises(WrongState):
        renewals.keep_renewed(kept.house.catalogue, stale, renewed.sealed, AT, actor="test", at=AT)


# --- until when ----------------------------------------------------------------------------------------------------


def test_what_nobody_knows_is_found_out_from_the_file(kept: Shelf, pdfs: list[bytes]) -> None:
    paper, unsigned = kept.put(pdfs[0], known=False), kept.put(scan_pdf(), known=False)
    assert outcomes(kept) == []
    unknown = list(renewals.of_unknown_end(kept.house.catalogue))
    assert unknown == [paper, unsigned]
    assert dict(find_ends(kept.house, unknown)) == {paper: protected_until(pdfs[0]), unsigned: None}
    assert list(renewals.of_unknown_end(kept.house.catalogue)) == [unsigned]
    assert outcomes(kept) == [Outcome.RENEWED]


def test_an_end_is_found_out_anew_and_told_once(kept: Shelf, pdfs: list[bytes]) -> None:
    paper = kept.put(pdfs[0])
    renewals.keep_end(kept.house.catalogue, paper, AT, actor="test")
    for _ in range(2):
        list(find_ends(kept.house, renewals.all_stored(kept.house.catalogue)))
    assert kept.now(paper) == paper
    told = [e for e in audit.entries(kept.house.catalogue, limit=1000) if e.action == renewals.PROTECTION]
    assert [e.detail for e in told] == [
        {"protected_until": AT.isoformat()},
        {"protected_until": "2027-01-01T00:00:00+00:00"},
    ]


def test_the_calendar_counts_by_months_of_vietnam(kept: Shelf, pdfs: list[bytes], gov: Tree) -> None:
    assert calendar(kept.house) == []
    first, second, third = (kept.put(pdf) for pdf in pdfs)
    kept.put(sign(scan_pdf(), gov.key(), at=AT), signed_origin=True)
    kept.put(scan_pdf(), known=False)
    renewals.keep_end(kept.house.catalogue, second, dt.datetime(2026, 12, 31, 16, 59, tzinfo=dt.UTC), actor="test")
    renewals.keep_end(kept.house.catalogue, third, dt.datetime(2026, 12, 31, 17, 0, tzinfo=dt.UTC), actor="test")
    assert times.local(first.protected_until or AT).date() == dt.date(2027, 1, 1)
    assert calendar(kept.house) == [
        Month("2026-12", 1, 0, 0),
        Month("2027-01", 2, 0, 0),
        Month("2029-01", 0, 1, 0),
        Month(None, 1, 0, 0),
    ]


def test_papers_that_nobody_is_served_any_more_are_renewed_too(kept: Shelf, pdfs: list[bytes]) -> None:
    paper = kept.put(pdfs[0])
    revoked = replace(paper, state=PaperState.REVOKED)
    kept.house.catalogue.save(replace(paper, state=PaperState.SUPERSEDED), actor="t", action="t")
    kept.house.catalogue.save(revoked, actor="t", action="t")
    assert outcomes(kept) == [Outcome.RENEWED]
