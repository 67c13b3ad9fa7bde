"""Keeping and destroying, on both databases and both object stores."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from dossier import times
from dossier.errors import (
    NotFound,
    ObjectHeld,
    RetentionLocked,
    SamePerson,
    StoreUnavailable,
    WrongState,
)
from dossier.identifiers import PaperId
from dossier.owners import Owner
from dossier.papers import Field, Paper, PaperState, StoredObject
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, Received, open_batch, receive
from ingest.settings import Settings
from ingest.upkeep import disposal
from ingest.upkeep.disposal import (
    Decision,
    approve,
    due,
    erasure,
    finish,
    hold,
    hold_again,
    lift,
    objects_of,
    propose,
    propose_lifting,
    standing,
)
from storage.audit_log import audit
from storage.lifecycle import disposal as kept_disposals
from storage.lifecycle.disposal import disposals, withdraw
from storage.lifecycle.holds import holds_of
from storage.records import Batch

if TYPE_CHECKING:
    from tests.servers import S3Server

OWNER = Owner.parse("001190012345", "NGUYỄN THỊ MẪU")
DAY = dt.timedelta(days=1)
LONG_AGO = times.now() - 366 * 21 * DAY
FIRST, SECOND = "Trần Văn Một", "Lê Thị Hai"


@pytest.fixture(params=["folder-sqlite", "s3-postgresql"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("house"), retention_years=0)
    if request.param == "s3-postgresql":
        server: S3Server = request.getfixturevalue("s3_server")
        settings = settings.model_copy(
            update={
                "database_url": type(settings.database_url)(request.getfixturevalue("postgres_url")),
                "object_store": "s3",
                "s3_endpoint": server.endpoint,
                "s3_bucket": f"disposal-{settings.data_dir.name.lower().replace('_', '-')}",
                "s3_access_key": server.access_key,
                "s3_secret_key": type(settings.s3_secret_key)(server.secret_key),
                "s3_secure": False,
            }
        )
    opened = House(settings)
    yield opened
    opened.close()


def put(
    house: House,
    *,
    state: PaperState = PaperState.STORED,
    confirmed: dt.datetime = LONG_AGO,
    paper_type: str = "decision",
    locked: dt.datetime | None = None,
) -> Paper:
    """Put a paper into the house as the pipeline would have at that time."""
    catalogue = house.catalogue
    paper = _received(house, confirmed, paper_type)
    if state is PaperState.RECEIVED:
        return paper
    if state is PaperState.REJECTED:
        return catalogue.save(replace(paper, state=state, problem="file-damaged"), actor="t", action="t")
    paper = catalogue.save(replace(paper, state=PaperState.READY), actor="t", action="t")
    if state is PaperState.READY:
        return paper
    confirmed_paper = replace(paper, state=PaperState.CONFIRMED, confirmed_by=FIRST, confirmed_at=confirmed)
    paper = catalogue.save(confirmed_paper, actor="t", action="t")
    key = f"papers/{OWNER.pseudonym(house.owner_secret)}/{paper.id}/paper.pdf"
    sealed = house.objects.put(key, b"%PDF sealed", media_type="application/pdf", retain_until=locked)
    house.objects.put(key.replace("paper.pdf", "reading-v1.json"), b"{}", media_type="application/json")
    stored = replace(paper, state=PaperState.STORED, sealed=sealed, stored_at=confirmed)
    return catalogue.save(stored, actor="t", action="t")


def _received(house: House, at: dt.datetime, paper_type: str) -> Paper:
    paper_id = PaperId.new()
    batch = Batch(f"station.{paper_id}", "station", at)
    original: StoredObject = house.objects.put(f"originals/{paper_id}/original", b"scan", media_type="image/png")
    paper = Paper(
        id=paper_id,
        batch=batch.id,
        name="scan.png",
        state=PaperState.RECEIVED,
        created_at=at,
        original=original,
        owner=OWNER,
        paper_type=paper_type,
        title="Về việc mẫu",
        fields=(Field("subject", "Về việc mẫu", "Về việc mẫu", 1, None, 0.9),),
    )
    house.catalogue.add_batch(batch, [paper], actor="station")
    return paper


def decide(house: House, paper: Paper) -> Decision:
    return standing(house, house.catalogue.paper(paper.id)).decision


def test_two_persons_destroy_a_paper_and_a_tombstone_is_left(house: House) -> None:
    paper = put(house)
    propose(house, paper.id, person=FIRST, reason="hết thời hạn lưu", actor="counter-1")
    assert house.catalogue.find(OWNER.number) == [paper]
    done = approve(house, paper.id, person=SECOND, actor="counter-2")
    assert done.approved_by == SECOND

    left = house.catalogue.paper(paper.id)
    assert left.state is PaperState.DISPOSED
    assert (left.owner, left.fields, left.title, left.code, left.name) == (None, (), None, None, "")
    assert (left.paper_type, left.stored_at, left.original.sha256) == (
        paper.paper_type, paper.stored_at, paper.original.sha256,
    )  # fmt: skip
    assert house.catalogue.find(OWNER.number, states=frozenset(PaperState)) == []
    assert [key for key in house.objects.keys("") if paper.id.value in key] == []
    assert disposals(house.catalogue, unfinished=True) == []
    (kept,) = disposals(house.catalogue, unfinished=False)
    assert (kept.proposed_by, kept.approved_by, kept.reason) == (FIRST, SECOND, "hết thời hạn lưu")
    told = [entry.action for entry in audit.entries(house.catalogue, limit=1000) if paper.id.value in entry.object]
    assert told[-2:] == ["paper.disposal-proposed", "paper.disposed"]
    assert audit.check(house.catalogue).entries
    assert house.catalogue.events()[-1].kind == "paper.disposed"


def test_nothing_personal_is_left_in_any_table(house: House) -> None:
    paper = put(house)
    propose(house, paper.id, person=FIRST, reason="hết hạn", actor="counter-1")
    approve(house, paper.id, person=SECOND, actor="counter-2")
    with house.catalogue.engine.connect() as connection:
        for table in ("fields", "checks", "co_owners", "sealed_versions", "verifications", "waiting"):
            query = text(f"SELECT count(*) FROM {table} WHERE paper = :paper")  # noqa: S608 - from the list above
            assert connection.execute(query, {"paper": paper.id.value}).scalar() == 0
        keys = connection.execute(text("SELECT original_key, sealed_key FROM papers")).all()
    assert set(keys) == {("disposed", "disposed")}


@pytest.mark.parametrize(
    ("person", "key"), [(FIRST, "counter-2"), ("tran van  MỘT", "counter-2"), (SECOND, "counter-1")]
)
def test_one_person_or_one_key_is_not_enough(house: House, person: str, key: str) -> None:
    paper = put(house)
    propose(house, paper.id, person=FIRST, reason="hết hạn", actor="counter-1")
    with pytest.raises(SamePerson):
        approve(house, paper.id, person=person, actor=key)
    assert house.catalogue.paper(paper.id) == paper


def test_what_must_be_kept_is_not_disposed_of(house: House) -> None:
    recent, permanent = put(house, confirmed=times.now() - DAY), put(house, paper_type="birth-certificate")
    for paper in (recent, permanent):
        with pytest.raises(RetentionLocked):
            propose(house, paper.id, person=FIRST, reason="nhầm", actor="counter-1")
    assert (decide(house, recent), decide(house, permanent)) == (Decision.KEPT_UNTIL, Decision.KEPT_PERMANENTLY)


def test_a_lock_in_the_store_counts_even_when_the_class_has_ended(house: House) -> None:
    paper = put(house, locked=times.now() + DAY)
    assert decide(house, paper) is Decision.MAY_BE_DISPOSED
    with pytest.raises(RetentionLocked):
        propose(house, paper.id, person=FIRST, reason="hết hạn", actor="counter-1")


def test_a_hold_stands_above_everything_until_it_is_lifted(house: House) -> None:
    paper = put(house)
    propose(house, paper.id, person=FIRST, reason="hết hạn", actor="counter-1")
    hold(house, paper.id, person=SECOND, authority="Tòa án mẫu", reason="vụ việc mẫu", actor="auditor")
    with pytest.raises(ObjectHeld):
        approve(house, paper.id, person=SECOND, actor="counter-2")
    assert decide(house, paper) is Decision.HELD
    for stored in objects_of(house, paper):
        with pytest.raises(ObjectHeld):
            house.objects.delete(stored.key, stored.version)
    ask_to_lift(house, paper)
    assert lift(house, paper.id, person=SECOND, actor="auditor") == 1
    assert lift(house, paper.id, person=SECOND, actor="auditor") == 0
    approve(house, paper.id, person=SECOND, actor="counter-2")
    assert list(objects_of(house, paper)) == []


def ask_to_lift(house: House, paper: Paper, actor: str = "counter-1") -> int:
    order = {"authority": "Tòa án mẫu", "reason": "vụ việc đã kết thúc"}
    return propose_lifting(house, paper.id, person=FIRST, actor=actor, **order)


@pytest.mark.parametrize(("person", "key"), [(FIRST, "auditor"), ("tran van  MỘT", "auditor"), (SECOND, "counter-1")])
def test_one_person_or_one_key_lifts_no_hold(house: House, person: str, key: str) -> None:
    paper = put(house)
    hold(house, paper.id, person=SECOND, authority="Tòa án mẫu", reason="vụ việc mẫu", actor="auditor")
    with pytest.raises(NotFound):
        lift(house, paper.id, person=SECOND, actor="auditor")
    assert ask_to_lift(house, paper) == 1
    with pytest.raises(SamePerson):
        lift(house, paper.id, person=person, actor=key)
    assert decide(house, paper) is Decision.HELD
    assert all(house.objects.held(one.key, one.version) for one in objects_of(house, paper))


def test_only_what_stood_when_it_was_asked_for_is_lifted(house: House) -> None:
    paper = put(house)
    hold(house, paper.id, person=FIRST, authority="Tòa án mẫu", reason="vụ việc 1", actor="auditor")
    assert ask_to_lift(house, paper) == 1
    assert ask_to_lift(house, paper, actor="auditor") == 0, "it was asked for before"
    hold(house, paper.id, person=FIRST, authority="Thanh tra mẫu", reason="vụ việc 2", actor="auditor")
    assert lift(house, paper.id, person=SECOND, actor="auditor") == 1
    assert decide(house, paper) is Decision.HELD
    assert all(house.objects.held(one.key, one.version) for one in objects_of(house, paper))
    first, second = holds_of(house.catalogue, paper.id)
    assert (first.lifted_by, second.lifted_by) == (SECOND, None)
    assert first.lifting
    assert (first.lifting.person, first.lifting.reason) == (FIRST, "vụ việc đã kết thúc")
    with pytest.raises(NotFound):
        lift(house, paper.id, person=SECOND, actor="auditor")
    ask_to_lift(house, paper)
    assert lift(house, paper.id, person=SECOND, actor="auditor") == 1
    assert not any(house.objects.held(one.key, one.version) for one in objects_of(house, paper))


def test_objects_that_the_store_did_not_let_go_are_freed_when_it_is_agreed_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    paper = put(house)
    hold(house, paper.id, person=FIRST, authority="Tòa án mẫu", reason="vụ việc", actor="auditor")
    ask_to_lift(house, paper)

    def fails(*_: object, **__: object) -> None:
        raise StoreUnavailable(part="object store", reason="gone")

    with monkeypatch.context() as fault:
        fault.setattr(house.objects, "hold", fails)
        with pytest.raises(StoreUnavailable):
            lift(house, paper.id, person=SECOND, actor="auditor")
    assert lift(house, paper.id, person=SECOND, actor="auditor") == 0
    assert not any(house.objects.held(one.key, one.version) for one in objects_of(house, paper))


def test_what_comes_to_a_held_paper_is_held_too(house: House) -> None:
    paper = put(house)
    hold(house, paper.id, person=FIRST, authority="Tòa án mẫu", reason="vụ việc", actor="auditor")
    assert paper.sealed is not None
    newer = house.objects.put(paper.sealed.key, b"%PDF renewed", media_type="application/pdf")
    assert not house.objects.held(newer.key, newer.version)
    hold_again(house)
    assert house.objects.held(newer.key, newer.version)


def test_what_is_lifted_while_it_is_held_again_is_free(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = put(house)
    hold(house, paper.id, person=FIRST, authority="Tòa án mẫu", reason="vụ việc", actor="auditor")
    ask_to_lift(house, paper)
    assert paper.sealed is not None
    house.objects.put(paper.sealed.key, b"%PDF renewed", media_type="application/pdf")
    held, before = house.objects.hold, list[str]()

    def lifted_before(key: str, version: str, *, on: bool) -> None:
        if not before:
            before.append(key)
            assert lift(house, paper.id, person=SECOND, actor="auditor") == 1
        held(key, version, on=on)

    with monkeypatch.context() as fault:
        fault.setattr(house.objects, "hold", lifted_before)
        hold_again(house)
    assert before
    assert not any(house.objects.held(one.key, one.version) for one in objects_of(house, paper))


def test_a_paper_that_was_never_stored_may_go_at_any_time(house: House) -> None:
    for state in (PaperState.REJECTED, PaperState.READY):
        paper = put(house, state=state, confirmed=times.now())
        propose(house, paper.id, person=FIRST, reason="không dùng", actor="counter-1")
        approve(house, paper.id, person=SECOND, actor="counter-2")
        assert house.catalogue.paper(paper.id).state is PaperState.DISPOSED


def test_a_paper_under_way_waits(house: House) -> None:
    paper = put(house, state=PaperState.RECEIVED)
    with pytest.raises(WrongState):
        propose(house, paper.id, person=FIRST, reason="nhầm", actor="counter-1")


def test_a_proposal_can_be_taken_back_until_a_second_person_agreed(house: House) -> None:
    paper = put(house)
    with pytest.raises(NotFound):
        approve(house, paper.id, person=SECOND, actor="counter-2")
    propose(house, paper.id, person=FIRST, reason="hết hạn", actor="counter-1")
    again = propose(house, paper.id, person=SECOND, reason="khác", actor="counter-2")
    assert again.proposed_by == FIRST
    withdraw(house.catalogue, paper.id, actor="counter-2")
    with pytest.raises(NotFound):
        withdraw(house.catalogue, paper.id, actor="counter-2")


def test_what_the_store_did_not_let_finish_is_finished_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    paper = put(house)
    propose(house, paper.id, person=FIRST, reason="hết hạn", actor="counter-1")
    delete, calls = house.objects.delete, iter([True, False])

    def fails_once(key: str, version: str | None = None) -> None:
        if not next(calls, True):
            raise StoreUnavailable(part="object store", reason="gone")
        delete(key, version)

    with monkeypatch.context() as fault:
        fault.setattr(house.objects, "delete", fails_once)
        with pytest.raises(StoreUnavailable):
            approve(house, paper.id, person=SECOND, actor="counter-2")
        assert house.catalogue.paper(paper.id).state is PaperState.DISPOSED
        assert [one.paper for one in disposals(house.catalogue, unfinished=True)] == [paper.id]
    assert finish(house) == 1
    assert finish(house) == 0
    assert [key for key in house.objects.keys("") if paper.id.value in key] == []


PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.mark.parametrize("owner", [None, OWNER.number.value])
@pytest.mark.parametrize("others", [(), ("b.png",)])
def test_the_scan_of_a_disposed_paper_that_comes_again_is_a_new_paper(
    house: House, owner: str | None, others: tuple[str, ...]
) -> None:
    batch = f"lo-{PaperId.new()}"
    entries = tuple(ManifestEntry(name, owner_number=owner) for name in ("a.png", *others))

    def send(again: str = "") -> Received:
        opened = open_batch(house, Manifest("station-1", entries, batch=batch + again))
        return receive(house, opened.id, "a.png", PNG)

    first = send()
    for name in others:
        receive(house, first.paper.batch, name, PNG + b"b")
    for _ in range(2):
        house.catalogue.save(replace(first.paper, state=PaperState.READY), actor="t", action="t")
        propose(house, first.paper.id, person=FIRST, reason="không dùng", actor="counter-1")
        approve(house, first.paper.id, person=SECOND, actor="counter-2")
        gone, first = first, send()
        assert (first.duplicate, first.paper.state, first.paper.batch) == (False, PaperState.RECEIVED, gone.paper.batch)
        assert first.paper.id != gone.paper.id
        assert house.objects.get(first.paper.original.key) == PNG
        assert house.catalogue.paper(gone.paper.id).state is PaperState.DISPOSED
        assert list(house.objects.keys(f"originals/{gone.paper.id}")) == []
        for again in ("", "-2"):
            known = send(again)
            assert (known.duplicate, known.paper.id) == (True, first.paper.id)


@pytest.mark.parametrize("order", [1, -1])
def test_what_senders_said_goes_with_the_last_paper_it_was_said_of(house: House, order: int) -> None:
    def send(*names: str) -> list[Paper]:
        entries = tuple(ManifestEntry(name, OWNER.number.value, OWNER.name) for name in names)
        batch = open_batch(house, Manifest("station-1", entries, batch=f"lo-{PaperId.new()}")).id
        return [receive(house, batch, name, PNG + name.encode()).paper for name in names]

    def dispose(paper: Paper) -> None:
        house.catalogue.save(replace(paper, state=PaperState.READY), actor="t", action="t")
        propose(house, paper.id, person=FIRST, reason="không dùng", actor="counter-1")
        approve(house, paper.id, person=SECOND, actor="counter-2")

    (first,), (again, other) = send("a"), send("a", "b")
    assert again.id == first.id
    for left, paper in zip((1 if order == 1 else 2, 0), (first, other)[::order], strict=True):
        dispose(paper)
        said = [key for key in house.objects.keys("batches/") if key.endswith("manifest.json")]
        assert len(said) == left
    assert list(house.objects.keys("batches/")) == []


def test_due_is_what_no_class_keeps(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_disposals, "_TOGETHER", 1)
    old = put(house)
    put(house, confirmed=times.now() - 366 * 12 * DAY)
    form = put(house, confirmed=times.now() - 366 * 11 * DAY, paper_type="general-application")
    put(house, paper_type="land-use-certificate")
    assert [one.paper.id for one in due(house)] == [form.id, old.id]
    same = put(house)
    assert [one.paper.id for one in due(house)] == [form.id, old.id, same.id], "confirmed at the same moment"
    last = times.local(LONG_AGO).date().replace(year=times.local(LONG_AGO).year + 20)
    before = dt.datetime.combine(last - DAY, dt.time(23, 59), times.VIETNAM)
    assert old.id not in [one.paper.id for one in due(house, at=before)]
    assert old.id in [one.paper.id for one in due(house, at=before + dt.timedelta(minutes=1))]


def test_an_owner_is_told_what_the_law_keeps(house: House) -> None:
    old, birth = put(house), put(house, paper_type="birth-certificate")
    rejected = put(house, state=PaperState.REJECTED)
    answer = {one.paper.id: (one.decision, one.rule.code if one.rule else None) for one in _ask(house)}
    assert answer == {
        old.id: (Decision.MAY_BE_DISPOSED, "general"),
        birth.id: (Decision.KEPT_PERMANENTLY, "civil-status"),
        rejected.id: (Decision.MAY_BE_DISPOSED, None),
    }
    asked = [e for e in audit.entries(house.catalogue, limit=1000) if e.action == "paper.erasure-asked"]
    assert len(asked) == len(answer)
    assert OWNER.number.value not in str(asked)


def _ask(house: House) -> list[disposal.Standing]:
    return erasure(house, OWNER.number, actor="counter-1")


def test_locks_follow_the_class_and_permanent_ones_are_lengthened(house: House) -> None:
    settings = house.settings.model_copy(update={"retention_years": 20})
    locks, moment = House(settings), dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    year = 365.2425 * DAY
    assert locks.retain_until(moment, "general-application", at=moment) - moment < 10.01 * year
    assert 19.99 * year < locks.retain_until(moment, "birth-certificate", at=moment) - moment < 20.01 * year
    later = moment + 15 * year
    assert locks.retain_until(moment, "birth-certificate", at=later) > later + 10 * year
    assert locks.retain_until(moment, "birth-certificate", at=moment + 9 * year) - moment < 20.01 * year
    locks.close()
