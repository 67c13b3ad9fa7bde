"""The catalogue on SQLite and on PostgreSQL."""

import datetime as dt
import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, func, select, update

from dossier.errors import AlreadyExists, BatchMismatch, DiskFull, InvalidValue, NotFound, WrongState
from dossier.identifiers import DossierNumber, PaperId, ProcedureCode
from dossier.owners import Owner
from dossier.papers import TRANSITIONS, Field, Paper, PaperState, SourceGrade
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.records import AccessKey, AuditEntry, Event
from storage.reuse.disclosures import disclose, disclosures
from storage.schema import BatchRow, CheckRow, CoOwnerRow, FieldRow, OwnerRow, PaperRow, SealedVersionRow
from tests.storage.examples import NOON, OTHER_OWNER, OWNER, batch, disclosed, paper, papers, stored_object

DAY = dt.timedelta(days=1)
FIELD = Field("ho_ten", "NGUYỄN THỊ MẪU", "NGUYỄN THI MẪU", 1, None, 0.5)


def received(catalogue: Catalogue, *given: Paper) -> Paper:
    """Keep papers in the batch b1 and return the first."""
    wanted = given or (paper(),)
    catalogue.add_batch(batch(), wanted, actor="station-1")
    return wanted[0]


def stored(catalogue: Catalogue, given: Paper) -> Paper:
    """Lead a received paper to the store."""
    for state in (PaperState.READY, PaperState.CONFIRMED, PaperState.STORED):
        given = catalogue.save(
            replace(given, state=state, paper_type=given.paper_type or "giay-khai-sinh"),
            actor="w",
            action=f"paper.{state}",
        )
    return given


def audited(catalogue: Catalogue) -> list[tuple[str, str, str]]:
    return [(e.actor, e.action, e.object) for e in audit.entries(catalogue, limit=1000)]


def last_entry(catalogue: Catalogue) -> AuditEntry:
    return audit.entries(catalogue, after=audit.check(catalogue).entries - 1)[0]


# --- round trips ---------------------------------------------------------------------------------------------------


_ONCE = ("stored_at", "protected_until", "handed_over_at", "superseded_by")
"""What is kept once and not taken back."""


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=papers, second=papers, code=st.none() | st.just("số-1"))
def test_any_paper_comes_back_as_it_was(catalogue: Catalogue, first: Paper, second: Paper, code: str | None) -> None:
    with writing(catalogue.engine) as session:
        for table in (SealedVersionRow, FieldRow, CheckRow, CoOwnerRow, PaperRow, OwnerRow, BatchRow):
            session.execute(delete(table))
    first = replace(first, code=code)
    catalogue.add_batch(batch(), [first], actor="station-1")
    assert catalogue.paper(first.id) == first
    following = next(iter(TRANSITIONS[first.state]), first.state)
    if following is PaperState.STORED or first.state in (PaperState.STORED, PaperState.EXPIRED, PaperState.SUPERSEDED):
        return  # what may change of these is shown below
    same = {
        name: getattr(first, name) for name in ("id", "batch", "name", "created_at", "original", "code", "split_from")
    }
    once = {name: getattr(first, name) or getattr(second, name) for name in _ONCE}
    changed = replace(second, **same, **once, state=following)
    if first.state not in (PaperState.REVOKED, PaperState.SPLIT, PaperState.JOINED):
        assert catalogue.save(changed, actor="w", action="paper.changed") == changed
        assert catalogue.paper(first.id) == changed
        assert catalogue.papers() == [changed]


def test_a_batch_comes_back_as_it_was(catalogue: Catalogue) -> None:
    full = replace(
        batch("b2"),
        dossier=DossierNumber("H41.12.5-261122-0001"),
        procedure=ProcedureCode("1.001193"),
        manifest_sha256="0" * 64,
    )
    for wanted in (batch(), full):
        assert catalogue.add_batch(wanted, [], actor="station-1")
        assert catalogue.batch(wanted.id) == wanted
    assert catalogue.batches() == [full, batch()]
    assert catalogue.batches(limit=1) == [full]
    assert catalogue.batches(before="b2") == [batch()]
    assert catalogue.batches(before="b1") == []
    for missing in (lambda: catalogue.batch("b3"), lambda: catalogue.batches(before="b3")):
        with pytest.raises(NotFound):
            missing()


# --- batches -------------------------------------------------------------------------------------------------------


def test_the_same_batch_again_changes_nothing(catalogue: Catalogue) -> None:
    first = received(catalogue)
    before = audited(catalogue)
    again = replace(paper(), created_at=NOON + DAY)
    assert catalogue.add_batch(replace(batch(), created_at=NOON + DAY), [again], actor="station-1") is False
    catalogue.add_papers([first], actor="station-1")
    assert catalogue.papers() == [first]
    assert catalogue.batches() == [batch()]
    assert audited(catalogue) == before


def test_a_batch_grown_since_is_still_the_same(catalogue: Catalogue) -> None:
    first, second = received(catalogue), paper(b"second")
    catalogue.add_papers([second], actor="station-1")
    assert catalogue.add_batch(batch(), [paper()], actor="station-1") is False
    assert catalogue.papers(batch="b1") == [first, second]


@pytest.mark.parametrize(
    ("other_batch", "other_papers"),
    [
        (replace(batch(), station="station-2"), [paper()]),
        (replace(batch(), manifest_sha256="1" * 64), [paper()]),
        (batch(), []),
        (batch(), [paper(), paper()]),
        (batch(), [paper(b"other")]),
        (batch(), [paper(owner=OTHER_OWNER)]),
        (batch(), [replace(paper(), name="other.pdf")]),
    ],
)
def test_other_content_under_a_used_identifier_is_refused(
    catalogue: Catalogue, other_batch: object, other_papers: list[Paper]
) -> None:
    first = received(catalogue)
    before = audited(catalogue)
    with pytest.raises(BatchMismatch):
        catalogue.add_batch(other_batch, other_papers, actor="station-1")  # type: ignore[arg-type]  # a Batch
    assert catalogue.papers() == [first]
    assert audited(catalogue) == before


def test_a_batch_is_kept_whole_or_not_at_all(catalogue: Catalogue) -> None:
    first = received(catalogue)
    clash = replace(paper(b"other", in_batch="b2"), id=first.id)
    with pytest.raises(AlreadyExists):
        catalogue.add_batch(batch("b2"), [paper(in_batch="b2"), clash], actor="station-1")
    assert catalogue.batches() == [batch()]
    assert catalogue.papers() == [first]
    assert audit.check(catalogue).entries == 2
    with pytest.raises(NotFound):
        catalogue.add_papers([paper(in_batch="b3")], actor="station-1")


# --- changes of state ----------------------------------------------------------------------------------------------


def test_only_the_allowed_states_follow(catalogue: Catalogue) -> None:
    steps = list(itertools.permutations(PaperState, 2))
    wanted = [replace(paper(bytes([n])), state=present) for n, (present, _) in enumerate(steps)]
    received(catalogue, *wanted)
    for first, (present, following) in zip(wanted, steps, strict=True):
        changed = replace(first, state=following)
        if following in TRANSITIONS[present]:
            assert catalogue.save(changed, actor="w", action="paper.changed").state is following
            assert dict(last_entry(catalogue).detail) == {"from": present.value, "to": following.value}
        else:
            with pytest.raises(WrongState):
                catalogue.save(changed, actor="w", action="paper.changed")
            assert catalogue.paper(first.id) == first


def test_a_change_its_audit_entry_and_its_event_come_together(catalogue: Catalogue) -> None:
    first = received(catalogue)
    ready = replace(first, state=PaperState.READY, fields=(FIELD,))
    told = Event("paper.ready", first.id, NOON, {"state": "ready"})
    for _ in range(2):  # the second time it is there already
        assert (
            catalogue.save(ready, actor="worker-1", action="paper.prepared", detail={"pages": "3"}, event=told) == ready
        )
    assert audited(catalogue)[2:] == [("worker-1", "paper.prepared", f"paper:{first.id}")]
    assert dict(audit.entries(catalogue)[-1].detail) == {"pages": "3", "from": "received", "to": "ready"}
    assert catalogue.events() == [replace(told, id=1)]
    with pytest.raises(WrongState):
        catalogue.save(replace(ready, state=PaperState.STORED), actor="w", action="paper.stored", event=told)
    assert len(audited(catalogue)) == 3
    assert len(catalogue.events()) == 1


def test_a_scan_and_its_parts_change_together_or_not_at_all(catalogue: Catalogue) -> None:
    scan = catalogue.save(replace(received(catalogue), state=PaperState.READY), actor="w", action="paper.prepared")
    parts = [replace(paper(content), split_from=scan.id) for content in (b"one", b"two")]
    ended = replace(scan, state=PaperState.SPLIT, parts=tuple(part.id for part in parts), split_by="A", split_at=NOON)

    taken = [parts[0], replace(paper(b"three"), id=scan.id)]
    with pytest.raises(AlreadyExists):
        catalogue.save(ended, actor="officer", action="paper.split", parts=taken)
    assert catalogue.papers() == [scan]

    for _ in range(2):  # the second time it is there already
        assert catalogue.save(ended, actor="officer", action="paper.split", parts=parts) == ended
    assert catalogue.papers() == [ended, *parts]
    assert audited(catalogue)[3:] == [
        ("officer", "paper.split", f"paper:{scan.id}"),
        *(("officer", "paper.received", f"paper:{part.id}") for part in parts),
    ]
    assert dict(last_entry(catalogue).detail)["split_from"] == scan.id.value
    for other in ({"parts": ()}, {"split_by": "B"}, {"owner": None}):
        with pytest.raises(AlreadyExists):
            catalogue.save(replace(ended, **other), actor="w", action="paper.changed")  # type: ignore[arg-type]  # of its field's type


def test_two_who_confirm_at_once_are_told_apart(catalogue: Catalogue) -> None:
    ready = catalogue.save(replace(received(catalogue), state=PaperState.READY), actor="w", action="paper.prepared")

    def confirm(name: str) -> bool:
        confirmed = replace(ready, state=PaperState.CONFIRMED, confirmed_by=name, confirmed_at=NOON)
        try:
            catalogue.save(confirmed, actor=name, action="paper.confirmed", expected=PaperState.READY)
        except WrongState:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = [name for name, ok in zip("abcd", pool.map(confirm, "abcd"), strict=True) if ok]
    assert won == [catalogue.paper(ready.id).confirmed_by]


def test_the_original_never_changes(catalogue: Catalogue) -> None:
    first = received(catalogue)
    for other in ({"original": stored_object(b"other")}, {"name": "x"}, {"created_at": NOON + DAY}, {"batch": "b2"}):
        with pytest.raises(AlreadyExists):
            catalogue.save(replace(first, **other), actor="w", action="paper.changed")  # type: ignore[arg-type]  # of its field's type
    assert catalogue.paper(first.id) == first


def test_the_content_of_a_stored_paper_never_changes(catalogue: Catalogue) -> None:
    kept = stored(catalogue, received(catalogue, replace(paper(), sealed=stored_object(b"sealed"))))
    for other in (
        {"sealed": stored_object(b"other")},
        {"owner": OTHER_OWNER},
        {"fields": (FIELD,)},
        {"paper_type": "x"},
        {"grade": SourceGrade.ELECTRONIC_ORIGINAL},
    ):
        with pytest.raises(AlreadyExists):
            catalogue.save(replace(kept, **other), actor="w", action="paper.changed")  # type: ignore[arg-type]  # of its field's type
    revoked = catalogue.save(replace(kept, state=PaperState.REVOKED), actor="officer", action="paper.revoked")
    assert catalogue.paper(kept.id) == revoked == replace(kept, state=PaperState.REVOKED)


def test_a_later_reading_replaces_what_was_read_and_nothing_else(catalogue: Catalogue) -> None:
    kept = stored(catalogue, received(catalogue, replace(paper(), sealed=stored_object(b"sealed"))))
    assert kept.reading_version == 1
    day = NOON.date()
    reread = replace(kept, fields=(FIELD,), issued_on=day, valid_until=day, title="x", reading_version=3)
    for other in ({"sealed": stored_object(b"other")}, {"owner": OTHER_OWNER}, {"paper_type": "x"}):
        with pytest.raises(AlreadyExists):
            catalogue.save(replace(reread, **other), actor="A", action="paper.reread")  # type: ignore[arg-type]  # of its field's type
    assert catalogue.save(reread, actor="A", action="paper.reread", detail={"fields": "ho_ten"}) == reread
    assert catalogue.paper(kept.id) == reread
    assert dict(last_entry(catalogue).detail) == {"fields": "ho_ten", "from_version": "1", "to_version": "3"}
    for version in (1, 2, 3):
        with pytest.raises(AlreadyExists):
            catalogue.save(replace(reread, fields=(), reading_version=version), actor="A", action="paper.reread")
    assert catalogue.paper(kept.id) == reread


def test_papers_are_listed_by_type_and_by_when_they_were_stored(catalogue: Catalogue) -> None:
    wanted = [replace(paper(bytes([i])), stored_at=NOON + i * DAY) for i in range(3)]
    wanted[1] = replace(wanted[1], paper_type="bang-tot-nghiep")
    received(catalogue, *wanted, paper(b"x"))
    kept = [stored(catalogue, each) for each in wanted]
    assert catalogue.papers(stored_from=NOON + DAY) == kept[1:]
    assert catalogue.papers(stored_from=NOON, paper_type="giay-khai-sinh", limit=1) == kept[:1]
    assert catalogue.papers(paper_type="giay-khai-sinh", after=kept[0].id) == kept[2:]


def test_storing_twice_keeps_the_first_code_and_moment(catalogue: Catalogue) -> None:
    confirmed = replace(paper(), state=PaperState.CONFIRMED, paper_type="giay-khai-sinh")
    received(catalogue, confirmed)
    told = Event("paper.stored", confirmed.id, NOON)
    once, again = (
        catalogue.save(
            replace(confirmed, state=PaperState.STORED, stored_at=moment), actor="w", action="paper.stored", event=told
        )
        for moment in (NOON, NOON + DAY)
    )
    assert once == again == catalogue.paper(confirmed.id)
    assert once.stored_at == NOON
    assert len(catalogue.events()) == 1
    assert [action for _, action, _ in audited(catalogue)][2:] == ["paper.stored"]
    assert once.code == f"{OWNER.number.value}.giay-khai-sinh.01"


def test_codes_go_on_counting_behind_ninety_nine(catalogue: Catalogue) -> None:
    first, second, third = (replace(paper(n.encode()), paper_type="giay-khai-sinh") for n in ("a", "b", "c"))
    received(catalogue, first, second, third)
    for one in (first, second):
        stored(catalogue, one)
    with writing(catalogue.engine) as session:
        for one, number in ((first, "99"), (second, "100")):
            code = f"{OWNER.number.value}.giay-khai-sinh.{number}"
            session.execute(update(PaperRow).where(PaperRow.id == one.id.value).values(code=code))
    assert stored(catalogue, third).code == f"{OWNER.number.value}.giay-khai-sinh.101"


def test_paper_codes_count_up_per_owner_and_type(catalogue: Catalogue) -> None:
    wanted = [paper(bytes([i]), owner=owner) for i, owner in enumerate((OWNER, OWNER, OTHER_OWNER, OWNER, None))]
    wanted[3] = replace(wanted[3], paper_type="bang-tot-nghiep")
    received(catalogue, *wanted)
    codes = [stored(catalogue, each).code for each in wanted]
    assert codes == [
        "001190012345.giay-khai-sinh.01",
        "001190012345.giay-khai-sinh.02",
        "001090054321.giay-khai-sinh.01",
        "001190012345.bang-tot-nghiep.01",
        None,
    ]


def test_a_paper_of_two_is_found_by_either_and_by_nobody_else(catalogue: Catalogue) -> None:
    shared = replace(paper(b"shared"), co_owners=(OTHER_OWNER,))
    alone = paper(b"alone", owner=OTHER_OWNER)
    stranger = Owner.parse("001090099999")
    received(catalogue, shared, alone)
    kept, own = stored(catalogue, shared), stored(catalogue, alone)
    assert catalogue.paper(kept.id).co_owners == (OTHER_OWNER,)
    assert catalogue.find(OWNER.number, paper_type="giay-khai-sinh", valid_on=NOON.date()) == [kept]
    assert catalogue.find(OTHER_OWNER.number) == [own, kept]
    assert catalogue.find(stranger.number) == []
    assert (kept.code, own.code) == ("001190012345.giay-khai-sinh.01", "001090054321.giay-khai-sinh.01")
    for owner, found in ((OWNER, kept), (OTHER_OWNER, kept), (stranger, None)):
        assert catalogue.by_original(shared.original.sha256, owner.number) == found
    with pytest.raises(AlreadyExists):
        catalogue.save(replace(kept, co_owners=(stranger,)), actor="w", action="paper.changed")
    assert catalogue.find(stranger.number) == []


def test_what_is_unknown_is_not_found(catalogue: Catalogue) -> None:
    nobody = PaperId.new()
    received(catalogue)
    for missing in (
        lambda: catalogue.paper(nobody),
        lambda: catalogue.papers(after=nobody),
        lambda: catalogue.save(paper(), actor="w", action="paper.changed"),
        lambda: catalogue.revoke_key("nobody", actor="admin"),
    ):
        with pytest.raises(NotFound):
            missing()
    assert disclosures(catalogue, nobody) == []


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_no_database_takes_is_refused_whole(catalogue: Catalogue, text: str) -> None:
    first = received(catalogue)
    with pytest.raises(InvalidValue):
        catalogue.save(replace(first, fields=(replace(FIELD, raw=text),)), actor="w", action="paper.read")
    with pytest.raises(InvalidValue):
        catalogue.save(replace(first, title=text), actor="w", action="paper.read")
    assert catalogue.paper(first.id) == first


# --- lists and finding ---------------------------------------------------------------------------------------------


def test_papers_are_listed_in_the_order_they_came(catalogue: Catalogue) -> None:
    wanted = [paper(bytes([i])) for i in range(7)]
    received(catalogue, *wanted)
    catalogue.add_batch(batch("b2"), [other := paper(b"x", in_batch="b2")], actor="station-1")
    ready = catalogue.save(replace(wanted[4], state=PaperState.READY), actor="w", action="paper.prepared")
    wanted[4] = ready
    assert catalogue.papers() == [*wanted, other]
    assert catalogue.papers(limit=3) == wanted[:3]
    assert catalogue.papers(after=wanted[2].id, limit=3) == wanted[3:6]
    assert catalogue.papers(batch="b1", after=wanted[5].id) == [wanted[6]]
    assert catalogue.papers(state=PaperState.READY) == [ready]
    assert catalogue.papers(state=PaperState.READY, batch="b2") == []


def test_an_owners_papers_are_found_by_type_and_day(catalogue: Catalogue) -> None:
    day = dt.date(2026, 6, 15)
    one = dt.timedelta(days=1)
    known = {
        "open": (day - one, None),
        "last day": (day - 2 * one, day),
        "today": (day, day + one),
        "undated": (None, None),
        "over": (day - 9 * one, day - one),
        "future": (day + one, None),
    }
    wanted = [
        replace(paper(name.encode()), title=name, issued_on=start, valid_until=end)
        for name, (start, end) in known.items()
    ]
    waiting = replace(paper(b"waiting"), title="waiting", issued_on=day)
    others = replace(paper(b"others", owner=OTHER_OWNER), title="others", issued_on=day)
    diploma = replace(paper(b"diploma"), title="diploma", issued_on=day - 20 * one, paper_type="bang-tot-nghiep")
    received(catalogue, *wanted, waiting, others, diploma)
    for each in (*wanted, others, diploma):
        stored(catalogue, each)

    def titles(found: list[Paper]) -> list[str | None]:
        return [each.title for each in found]

    latest_first = ["future", "today", "open", "last day", "over", "diploma", "undated"]
    assert titles(catalogue.find(OWNER.number)) == latest_first
    assert titles(catalogue.find(OWNER.number, paper_type="giay-khai-sinh", valid_on=day)) == [
        "today",
        "open",
        "last day",
        "undated",
    ]
    assert titles(catalogue.find(OWNER.number, states=[PaperState.RECEIVED])) == ["waiting"]
    assert catalogue.find(OWNER.number, states=[PaperState.RECEIVED], valid_on=day) == []
    assert catalogue.find(OWNER.number, states=[]) == []
    assert titles(catalogue.find(OTHER_OWNER.number, valid_on=day)) == ["others"]
    assert catalogue.find(Owner.parse("001190099999").number) == []


def test_of_papers_issued_on_one_day_the_better_grade_comes_first(catalogue: Catalogue) -> None:
    day = dt.date(2026, 6, 15)
    grades = [SourceGrade.SEALED_SCAN, SourceGrade.ELECTRONIC_ORIGINAL, None, SourceGrade.CERTIFIED_COPY]
    same_day = [replace(paper(str(g).encode()), grade=g, issued_on=day) for g in grades]
    newer = replace(paper(b"newer"), grade=SourceGrade.SEALED_SCAN, issued_on=day + DAY)
    received(catalogue, *same_day, newer)
    for each in (*same_day, newer):
        stored(catalogue, each)
    found = catalogue.find(OWNER.number, valid_on=day + DAY)
    assert [each.issued_on for each in found] == [day + DAY, *[day] * 4]
    assert [each.grade for each in found[1:]] == [*SourceGrade, None]


def test_the_owners_row_keeps_the_last_name_a_paper_gave(catalogue: Catalogue) -> None:
    named = paper(owner=replace(OWNER, name="Tên Sau"))
    received(catalogue, paper(b"a"), named, paper(b"c", owner=replace(OWNER, name=None)))
    assert catalogue.paper(named.id) == named
    with reading(catalogue.engine) as session:
        assert session.execute(select(OwnerRow.name, func.count()).group_by(OwnerRow.name)).all() == [("Tên Sau", 1)]


def test_duplicates_are_found_by_their_bytes(catalogue: Catalogue) -> None:
    refused, first, second, others = paper(), paper(), paper(), paper(owner=OTHER_OWNER)
    refused = replace(refused, state=PaperState.REJECTED)
    received(catalogue, refused, first, second, others)
    sha256 = first.original.sha256
    assert catalogue.by_original(sha256, OWNER.number) == first
    assert catalogue.by_original(sha256, OTHER_OWNER.number) == others
    assert catalogue.by_original(sha256, None) == first
    assert catalogue.by_original("0" * 64, None) is None


# --- keys, reuse, events, workers ----------------------------------------------------------------------------------


def test_access_keys_are_known_by_their_hash_until_revoked(catalogue: Catalogue) -> None:
    key = AccessKey("portal", "system", "a" * 64, NOON)
    catalogue.add_key(key, actor="admin")
    assert catalogue.key_by_hash("a" * 64) == key
    assert catalogue.key_by_hash("b" * 64) is None
    for clash in (replace(key, sha256="b" * 64), replace(key, name="other")):
        with pytest.raises(AlreadyExists):
            catalogue.add_key(clash, actor="admin")
    for _ in range(2):
        catalogue.revoke_key("portal", actor="admin")
    assert catalogue.key_by_hash("a" * 64) is None
    access_keys = catalogue.keys()
    assert [(k.name, k.revoked_at is not None) for k in access_keys] == [("portal", True)]
    assert audited(catalogue) == [("admin", "key.added", "key:portal"), ("admin", "key.revoked", "key:portal")]


def test_what_was_given_is_kept_with_one_entry_that_names_the_papers(catalogue: Catalogue) -> None:
    kept = received(catalogue)
    given = disclosed(kept.id, "portal")
    disclose(catalogue, [given])
    disclose(catalogue, [])
    catalogue.record("auditor", "paper.read", f"paper:{kept.id}", {"purpose": "inspection"})
    assert disclosures(catalogue, kept.id) == [given]
    assert [action for _, action, _ in audited(catalogue)][2:] == ["paper.given", "paper.read"]
    assert audit.check(catalogue).entries, "the index agrees with the entries"


def test_events_are_read_on_from_where_one_stopped(catalogue: Catalogue) -> None:
    kept = received(catalogue)
    for number in range(5):
        told = Event("paper.titled", kept.id, NOON, {"number": str(number)})
        catalogue.save(replace(kept, title=str(number)), actor="w", action="paper.titled", event=told)
    assert [e.id for e in catalogue.events()] == [1, 2, 3, 4, 5]
    assert [e.payload["number"] for e in catalogue.events(after=3)] == ["3", "4"]
    assert [e.id for e in catalogue.events(after=1, limit=2)] == [2, 3]


def test_workers_that_fall_silent_are_known(catalogue: Catalogue) -> None:
    catalogue.beat("a", NOON)
    catalogue.beat("b", NOON)
    catalogue.beat("b", NOON + DAY)
    assert catalogue.dead_executors(NOON) == []
    assert catalogue.dead_executors(NOON + dt.timedelta(seconds=1)) == ["a"]
    assert catalogue.dead_executors(NOON + 2 * DAY) == ["a", "b"]
    catalogue.forget_executor("a")
    assert catalogue.dead_executors(NOON + 2 * DAY) == ["b"]


# --- failures ------------------------------------------------------------------------------------------------------


def test_a_full_database_keeps_what_it_has(tmp_path_factory: pytest.TempPathFactory) -> None:
    catalogue = Catalogue.open(f"sqlite:///{tmp_path_factory.mktemp('full')}/catalogue.db")
    first = received(catalogue)
    catalogue.engine.dispose()

    def stop_growing(connection: object, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # type: ignore[attr-defined]  # as small as it already is

    event.listen(catalogue.engine, "connect", stop_growing)
    with pytest.raises(DiskFull, match="full"):
        catalogue.save(replace(first, title="x" * 1_000_000), actor="w", action="paper.titled")
    assert catalogue.paper(first.id) == first
    assert audit.check(catalogue).entries == 2
    catalogue.close()
