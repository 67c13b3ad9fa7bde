"""Whatever is done to the log shows at the first entry it touches, or between the anchors around it."""

import datetime as dt
import gzip
import json
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text

from dossier.errors import AuditChainBroken, ObjectDamaged, RetentionLocked
from dossier.identifiers import PaperId
from dossier.times import now
from storage.audit_log import audit, audit_segments, audit_tree
from storage.catalogue import Catalogue
from storage.database import writing
from storage.objects.folder import FolderStore
from storage.objects.object_store import ObjectStore
from storage.records import AuditEntry
from storage.schema import AuditRow, AuditSubjectRow
from tests.storage.examples import NOON

LENGTH = 12
ANCHORED = (4, 9)
HEAD = 11
PAPERS = [PaperId.derived(str(n)) for n in range(3)]
UNTIL = now() + dt.timedelta(hours=1)


def log(catalogue: Catalogue, store: ObjectStore, *, segments: int = 0) -> list[AuditEntry]:
    """Make a log of ``LENGTH`` entries with two anchors, a head, and segments up to one of them."""
    shown = {audit.SHOWN: " ".join(paper.value for paper in PAPERS)}
    entries = [
        AuditEntry(seq, "", "quay-3", "papers.listed", "papers", NOON, shown, "")
        if seq % 5 == 0
        else AuditEntry(seq, "", "quay-3", "paper.read", f"paper:{seq}", NOON, {"n": str(seq)}, "")
        for seq in range(1, LENGTH + 1)
    ]
    entries = recomputed(entries)
    for end in (*ANCHORED, LENGTH):
        rewrite(catalogue, entries[:end])
        if end in ANCHORED:
            audit.anchor(catalogue, store)
    audit_tree.keep(audit_tree.head_at(catalogue, HEAD), store, retain_until=UNTIL)
    list(audit_segments.write_segments(catalogue, store, up_to=segments, retain_until=UNTIL))
    return entries


def rewrite(catalogue: Catalogue, entries: list[AuditEntry]) -> None:
    """Put other entries in the place of the log's, as somebody would who rules the database."""
    with writing(catalogue.engine) as session:
        session.execute(text("DELETE FROM audit"))
        session.execute(text("DELETE FROM audit_subjects"))
        rows = [{name: getattr(entry, name) for name in AuditEntry.__slots__} for entry in entries]
        session.execute(insert(AuditRow), rows)
        named = [{"paper": p, "seq": e.seq} for e in entries for p in e.detail.get(audit.SHOWN, "").split()]
        if named:
            session.execute(insert(AuditSubjectRow), named)


def recomputed(entries: list[AuditEntry]) -> list[AuditEntry]:
    """Return the entries numbered and chained anew."""
    previous, chained = audit.GENESIS, list[AuditEntry]()
    for seq, entry in enumerate(entries, 1):
        bare = replace(entry, seq=seq, prev_hash=previous)
        previous = audit.entry_hash(bare)
        chained.append(replace(bare, hash=previous))
    return chained


def broken(catalogue: Catalogue, store: ObjectStore, *, segments: bool = False) -> dict[str, object]:
    with pytest.raises(AuditChainBroken) as caught:
        audit.check(catalogue, store, segments=segments)
    return {name: caught.value.details[name] for name in ("seq", "after", "before")}


def around(seq: int) -> dict[str, object]:
    """Where a fault at ``seq`` is said to be."""
    points = [0, *ANCHORED, HEAD]
    return {
        "seq": seq,
        "after": max(p for p in points if p < seq),
        "before": min([p for p in points if p >= seq] or [0]),
    }


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[FolderStore]:
    opened = FolderStore(tmp_path / secrets.token_hex(6))
    yield opened
    opened.close()


_property = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
_places = st.integers(1, LENGTH)


def fresh(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / secrets.token_hex(6))


@_property
@given(_places, st.sampled_from(["actor", "action", "object", "hash", "prev_hash"]), st.booleans())
def test_an_edited_entry_is_located(catalogue: Catalogue, tmp_path: Path, seq: int, part: str, segments: bool) -> None:  # noqa: FBT001 - drawn
    store = fresh(tmp_path)
    entries = log(catalogue, store, segments=LENGTH if segments else 0)
    entries[seq - 1] = replace(entries[seq - 1], **{part: "0" * 63 + "x"})
    rewrite(catalogue, entries)
    assert broken(catalogue, store, segments=segments) == around(seq)


@_property
@given(_places)
def test_a_removed_entry_is_located(catalogue: Catalogue, tmp_path: Path, seq: int) -> None:
    store = fresh(tmp_path)
    entries = log(catalogue, store, segments=LENGTH)
    rewrite(catalogue, entries[: seq - 1] + entries[seq:])
    assert broken(catalogue, store, segments=True) == around(seq)
    if seq <= HEAD:
        assert broken(catalogue, store) == around(seq)


@_property
@given(st.lists(_places, min_size=2, max_size=2, unique=True))
def test_swapped_entries_are_located(catalogue: Catalogue, tmp_path: Path, places: list[int]) -> None:
    store = fresh(tmp_path)
    entries = log(catalogue, store)
    one, other = sorted(places)
    first, second = entries[one - 1], entries[other - 1]
    entries[one - 1], entries[other - 1] = replace(second, seq=one), replace(first, seq=other)
    rewrite(catalogue, entries)
    assert broken(catalogue, store) == around(one)


@_property
@given(st.integers(0, LENGTH))
def test_a_log_cut_off_is_located(catalogue: Catalogue, tmp_path: Path, left: int) -> None:
    store = fresh(tmp_path)
    entries = log(catalogue, store, segments=LENGTH)
    with writing(catalogue.engine) as session:
        session.execute(text("DELETE FROM audit WHERE seq > :left"), {"left": left})
        session.execute(text("DELETE FROM audit_subjects WHERE seq > :left"), {"left": left})
    if left < LENGTH:
        assert broken(catalogue, store, segments=True) == around(left + 1)
    if left < HEAD:
        assert broken(catalogue, store) == around(left + 1)
    elif left < LENGTH:
        assert audit.check(catalogue, store).entries == left, "the accepted risk: nothing after the newest anchor"
    assert [json.loads(line)["seq"] for line in audit_segments.proven_lines(store)] == [e.seq for e in entries]


@_property
@given(_places, st.booleans())
def test_a_recomputed_log_is_located(catalogue: Catalogue, tmp_path: Path, seq: int, removed: bool) -> None:  # noqa: FBT001 - drawn
    """The anchors tell between which two of them; the segments tell the entry itself."""
    store = fresh(tmp_path)
    entries = log(catalogue, store, segments=LENGTH)
    changed = [] if removed else [replace(entries[seq - 1], actor="nobody")]
    rewrite(catalogue, recomputed(entries[: seq - 1] + changed + entries[seq:] + [entries[0]] * removed))
    assert audit.check(catalogue).entries == LENGTH, "the chain alone cannot show it"
    assert broken(catalogue, store, segments=True) == around(seq)
    if seq <= HEAD:
        anchor = min(p for p in (*ANCHORED, HEAD) if p >= seq)
        assert broken(catalogue, store) == around(anchor)


def test_a_head_with_another_root_is_seen(catalogue: Catalogue, folder: FolderStore) -> None:
    log(catalogue, folder)
    head = audit_tree.head_at(catalogue, 7)
    audit_tree.keep(replace(head, root="0" * 64), folder, retain_until=UNTIL)
    assert broken(catalogue, folder)["seq"] == 7


def test_anchors_that_contradict_each_other_are_seen(catalogue: Catalogue, folder: FolderStore) -> None:
    log(catalogue, folder)
    audit_tree.keep(audit_tree.TreeHead(4, "0" * 64, "0" * 64), folder, retain_until=UNTIL)
    with pytest.raises(AuditChainBroken, match="contradict"):
        audit.check(catalogue, folder)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"7", b'{"hash":"0","seq":"2"}'])
def test_an_anchor_that_is_none_is_damaged(catalogue: Catalogue, folder: FolderStore, data: bytes) -> None:
    log(catalogue, folder)
    folder.put(f"{audit.ANCHORS}000000000002.json", data, media_type="application/json")
    with pytest.raises(ObjectDamaged):
        audit.check(catalogue, folder)


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("DELETE FROM audit_subjects WHERE seq = 5 AND paper = (SELECT min(paper) FROM audit_subjects)", 5),
        ("DELETE FROM audit_subjects WHERE seq = 10", 10),
        ("UPDATE audit_subjects SET paper = 'zzzzzzzzzzzzzzzz' WHERE seq = 5 AND paper LIKE 'de3b%'", 5),
        ("INSERT INTO audit_subjects (paper, seq) VALUES ('zzzzzzzzzzzzzzzz', 3)", 3),
        ("INSERT INTO audit_subjects (paper, seq) VALUES ('zzzzzzzzzzzzzzzz', 99)", LENGTH + 1),
    ],
)
def test_a_list_hidden_from_the_index_is_seen(
    catalogue: Catalogue, folder: FolderStore, statement: str, seq: int
) -> None:
    log(catalogue, folder)
    assert audit.check(catalogue, folder).entries == LENGTH
    with writing(catalogue.engine) as session:
        session.execute(text(statement))
    assert broken(catalogue, folder)["seq"] == seq


# --- segments --------------------------------------------------------------------------------------------------------


def test_the_whole_log_is_read_back_from_segments_alone(
    catalogue: Catalogue, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_segments, "LONGEST", 5)
    entries = log(catalogue, store, segments=7)
    until = now() + dt.timedelta(hours=1)
    assert audit_segments.covered(store) == 7
    assert audit.check(catalogue, store, segments=True).segmented == 7
    written = audit_segments.write_segments(catalogue, store, up_to=LENGTH, retain_until=until)
    assert list(written) == [(8, 12)]
    assert list(audit_segments.write_segments(catalogue, store, up_to=LENGTH, retain_until=until)) == []
    keys = list(store.keys(audit_segments.SEGMENTS))
    assert [key[-21:] for key in keys] == [f"{first:012d}.jsonl.gz" for first in (1, 6, 8)]
    for key in keys:
        with pytest.raises(RetentionLocked):
            store.delete(key)
    with writing(catalogue.engine) as session:
        session.execute(text("DELETE FROM audit"))
    assert list(audit_segments.proven_lines(store)) == [audit.canonical(entry) for entry in entries]


def test_the_same_entries_give_the_same_segment(catalogue: Catalogue, tmp_path: Path) -> None:
    first, second = fresh(tmp_path), fresh(tmp_path)
    log(catalogue, first, segments=6)
    list(audit_segments.write_segments(catalogue, second, up_to=6, retain_until=UNTIL))
    (key,) = first.keys(audit_segments.SEGMENTS)
    assert first.get(key) == second.get(key)


def test_a_segment_written_by_another_process_counts(
    catalogue: Catalogue, folder: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    log(catalogue, folder, segments=6)
    answers = iter([0, 6])
    monkeypatch.setattr(audit_segments, "covered", lambda _: next(answers))
    written = audit_segments.write_segments(catalogue, folder, up_to=LENGTH, retain_until=UNTIL)
    assert list(written) == [(7, LENGTH)]


def test_a_missing_or_foreign_segment_is_seen(catalogue: Catalogue, tmp_path: Path) -> None:
    log(catalogue, store := fresh(tmp_path))
    store.put(audit_segments.key_of(3), b"", media_type="application/gzip")
    with pytest.raises(AuditChainBroken, match="segment is missing"):
        audit.check(catalogue, store, segments=True)
    for data in (b"", b"no gzip", b"\x1f\x8b"):
        store = fresh(tmp_path)
        store.put(audit_segments.key_of(1), data, media_type="application/gzip")
        with pytest.raises(ObjectDamaged):
            audit.check(catalogue, store, segments=True)
    (store := fresh(tmp_path)).put(f"{audit_segments.SEGMENTS}x", b"", media_type="application/gzip")
    with pytest.raises(ObjectDamaged):
        audit.check(catalogue, store, segments=True)


def test_segments_that_do_not_follow_each_other_prove_nothing(catalogue: Catalogue, tmp_path: Path) -> None:
    entries = log(catalogue, fresh(tmp_path))
    rewrite(catalogue, [entries[0], *recomputed([entries[2], *entries[1:]])[1:]])
    store = fresh(tmp_path)
    list(audit_segments.write_segments(catalogue, store, up_to=LENGTH, retain_until=UNTIL))
    with pytest.raises(AuditChainBroken, match="entry 2"):
        list(audit_segments.proven_lines(store))


@pytest.mark.parametrize("line", [b"x", b"[1]", b"{}"])
def test_a_segment_of_other_lines_proves_nothing(tmp_path: Path, line: bytes) -> None:
    store = fresh(tmp_path)
    store.put(audit_segments.key_of(1), gzip.compress(line + b"\n"), media_type="application/gzip")
    with pytest.raises(AuditChainBroken, match="no entry"):
        list(audit_segments.proven_lines(store))
