"""Status lists are made in time, once, by whichever process comes first; and papers expire by themselves."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from dossier import times
from dossier.errors import RetentionLocked, StoreUnavailable, TimestampUnavailable
from dossier.papers import PaperState
from dossier.standing import Reason
from dossier.status_lists import StatusList
from dossier.verdicts import Verdict
from ingest.duties import DUTIES
from ingest.proof import status_lists as making
from ingest.proof.status_lists import EVERY, HOLDS, SOONEST, due_list, present_list, with_own_standing
from signing.report import Circumstances, FileReport
from signing.status_check import check_status_list
from signing.timestamps import HttpTimeStamper, TimestampRules
from storage.audit_log import audit
from storage.lifecycle.standing import Revocation, revoke
from storage.proof.status_lists import KeptList, newest
from tests.ingest.shelved import AT, Shelf, shelf
from tests.signing.pki import Tree
from tests.storage.standing_papers import put

FORGED = Revocation(Reason.FORGED, AT.date() - dt.timedelta(days=1), "UBND xã Thử", "A")


@pytest.fixture
def kept(tmp_path: Path, gov: Tree) -> Iterator[Shelf]:
    opened = shelf(tmp_path)
    seals = opened.house.seals
    seals._keys[seals.declared[0]] = gov.key()  # noqa: SLF001 - a key whose authority knows any day
    move(opened, gov, AT)
    yield opened
    opened.house.close()


def move(kept: Shelf, gov: Tree, at: dt.datetime) -> None:
    """Let it be the moment ``at``, for the clock, the authorities and the revocation lists."""
    kept.clock.at = at
    kept.trust(gov.trust(at), gov.stamper(at))


def made(kept: Shelf) -> KeptList | None:
    return due_list(kept.house, at=kept.clock.at)


def read(kept: Shelf, one: KeptList | None) -> StatusList:
    """Return what a list says, its signature checked."""
    assert one is not None
    data = kept.house.objects.get(one.file.key, one.file.version)
    checked = check_status_list(data, kept.house.trust, at=kept.clock.at)
    assert [finding.code for finding in checked.findings] == ["status-list-ok"]
    assert checked.content is not None
    assert (checked.content.number, len(checked.content.entries)) == (one.number, one.entries)
    return checked.content


def test_a_list_is_made_every_day_and_soon_after_a_revocation(kept: Shelf, gov: Tree) -> None:
    paper = put(kept.house.catalogue)
    first = read(kept, made(kept))
    assert (first.number, first.entries, first.seals) == (1, (), ("signer (gov)",))
    assert (first.made_at, first.next_at) == (AT, AT + HOLDS)
    assert first.agency == kept.house.agency
    move(kept, gov, AT + EVERY - SOONEST)
    assert made(kept) is None, "nothing happened, and the day is not over"
    revoke(kept.house.catalogue, paper.id, FORGED, actor="counter")
    second = read(kept, made(kept))
    assert [entry.sha256 for entry in second.entries] == [paper.sealed.sha256 if paper.sealed else ""]
    assert made(kept) is None
    move(kept, gov, AT + 2 * EVERY)
    third = read(kept, made(kept))
    assert (third.number, third.entries) == (3, second.entries)


def test_many_revocations_in_a_row_share_a_list(kept: Shelf, gov: Tree) -> None:
    papers = [put(kept.house.catalogue) for _ in range(3)]
    made(kept)
    for number, paper in enumerate(papers):
        move(kept, gov, AT + SOONEST * (0.5 + 0.1 * number))
        revoke(kept.house.catalogue, paper.id, FORGED, actor="counter")
        assert made(kept) is None
    move(kept, gov, AT + SOONEST)
    assert len(read(kept, made(kept)).entries) == len(papers)


def test_a_list_is_locked_and_logged(kept: Shelf) -> None:
    one = made(kept)
    assert one is not None
    with pytest.raises(RetentionLocked):
        kept.house.objects.delete(one.file.key)
    (entry,) = (e for e in audit.entries(kept.house.catalogue) if e.action == "status-list.made")
    assert (entry.object, dict(entry.detail)["sha256"]) == ("status-list:1", one.file.sha256)


def test_a_run_that_was_stopped_is_gone_on_with(kept: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object, **__: object) -> bool:
        raise StoreUnavailable(part="catalogue", reason="stopped")

    with monkeypatch.context() as patched:
        patched.setattr(making.status_lists, "keep_list", crash)
        with pytest.raises(StoreUnavailable):
            made(kept)
    (key,) = kept.house.objects.keys("status-lists/")
    one = made(kept)
    assert one is not None
    assert len(kept.house.objects.versions(key)) == 1
    assert (one, one.number) == (newest(kept.house.catalogue), read(kept, one).number)


def test_of_two_processes_one_makes_it(kept: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    real, others = making.sign, list[KeptList | None]()

    def slow(*arguments: object, **named: object) -> bytes:
        if not others:
            others.append(None)
            others[0] = made(kept)  # another process is faster
        return real(*arguments, **named)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(making, "sign", slow)
    assert made(kept) is None
    assert others == [newest(kept.house.catalogue)]
    (key,) = kept.house.objects.keys("status-lists/")
    assert len(kept.house.objects.versions(key)) == 1


def test_without_time_stamps_the_last_list_stays(kept: Shelf, gov: Tree) -> None:
    first = made(kept)
    kept.clock.at = AT + EVERY
    kept.trust(gov.trust(AT + EVERY), HttpTimeStamper("http://127.0.0.1:9", TimestampRules(timeout=0.2)))
    with pytest.raises(TimestampUnavailable):
        made(kept)
    assert present_list(kept.house) == first == newest(kept.house.catalogue)


def test_the_first_list_is_made_when_it_is_asked_for(tmp_path: Path) -> None:
    with_development_keys = shelf(tmp_path)
    house = with_development_keys.house
    house.__dict__.pop("catalogue").close()
    one = present_list(house)
    assert present_list(house) == one
    data = house.objects.get(one.file.key)
    checked = check_status_list(data, house.trust, at=times.now())
    assert checked.content is not None
    assert "THỬ NGHIỆM" in checked.content.seals[0]
    assert b"SOHOA STATUS LIST 1\n" in data
    house.close()


def test_papers_expire_and_lists_are_made_by_duty(kept: Shelf) -> None:
    paper = put(kept.house.catalogue, valid_until=times.today() - dt.timedelta(days=1))
    duties = {duty.name: duty for duty in DUTIES}
    duties["expiry"].do(kept.house, lambda: False)
    assert kept.now(paper).state is PaperState.EXPIRED
    duties["expiry"].do(kept.house, lambda: True)
    made(kept)
    before = newest(kept.house.catalogue)
    assert before is not None
    assert before.entries == 1


def test_the_store_tells_how_a_file_of_its_own_stands(kept: Shelf) -> None:
    data = b"%PDF of a paper"
    digest = hashlib.sha256(data).hexdigest()
    report = FileReport(Verdict.VALID, (), (), Circumstances(AT, digest, len(data)))
    assert with_own_standing(kept.house, report, data) == report, "no paper of this store"
    paper = put(kept.house.catalogue)
    content = f"sealed {paper.id}".encode()
    told = with_own_standing(kept.house, report, content)
    assert (told.verdict, told.findings[0].code) == (Verdict.VALID, "paper-in-force")
    revoke(kept.house.catalogue, paper.id, FORGED, actor="counter")
    told = with_own_standing(kept.house, report, content)
    assert (told.verdict, told.findings[0].code) == (Verdict.UNDETERMINED, "paper-revoked")
