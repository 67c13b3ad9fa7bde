"""Catalogue and store held against each other: what is found, what is mended, and what is left alone."""

import datetime as dt
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dossier.errors import NotFound
from dossier.papers import PaperState
from ingest.intake import receive as receiving
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.upkeep.backup import backup
from ingest.upkeep.backup_folder import BackupFolder
from ingest.upkeep.consistency import LEFT_DELETED, LOST, PUT_ASIDE, YOUNG, Finding, Trouble, check
from ingest.upkeep.disposal import objects_of
from ingest.upkeep.fixity import mend, sound
from ingest.upkeep.inventory import follow
from ingest.upkeep.replica import replicate
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.upkeep.mending import REOPENED, REPOINTED
from tests.ingest.stocked import Stock, all_bytes, on_servers, stock

JPEG = b"\xff\xd8\xff\xe0 scan"


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Stock]:
    made = stock(tmp_path / "data")
    yield made
    made.house.close()


@pytest.fixture(params=["one machine", "servers"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stock]:
    settings: dict[str, object] = {}
    if request.param == "servers":
        server, url = request.getfixturevalue("s3_server"), request.getfixturevalue("postgres_url")
        settings = on_servers(server, url, f"test-{secrets.token_hex(6)}")
    made = stock(tmp_path / "data", **settings)
    yield made
    made.house.close()


def later(kept: Stock) -> None:
    """Let so much time pass that nothing is young any more."""
    kept.house.catalogue._clock = lambda: dt.datetime.now(dt.UTC) + 2 * YOUNG  # noqa: SLF001


def found(kept: Stock, *, repair: bool = False, from_backup: Path | None = None) -> list[tuple[str, str, str | None]]:
    backup_folder = BackupFolder(from_backup) if from_backup else None
    return [(f.trouble.value, f.key, f.mended) for f in check(kept.house, repair=repair, backup=backup_folder)]


def actions(kept: Stock) -> list[str]:
    return [entry.action for entry in audit.entries(kept.house.catalogue, limit=10_000)]


def test_what_agrees_is_found_to(anywhere: Stock) -> None:
    house = anywhere.house
    house.objects.put("validation-data/" + "0" * 64, b"certificate", media_type="application/octet-stream")
    house.objects.put("records/evidence/x.pem", b"lists", media_type="text/plain")
    audit.anchor(house.catalogue, house.objects)
    later(anywhere)
    assert found(anywhere) == []


def test_nothing_is_changed_unless_asked(kept: Stock) -> None:
    kept.house.objects.put("originals/3f9k2m7x8c4v5b6n/original", b"x", media_type="image/jpeg")
    kept.house.objects.put("work/3f9k2m7x8c4v5b6n/pages.json", b"x", media_type="image/jpeg")
    shutil.rmtree(kept.version_folder(kept.papers[0].original))
    later(kept)
    before, entries = all_bytes(kept.house.objects), actions(kept)
    assert sorted(trouble for trouble, _, _ in found(kept)) == ["missing", "unknown-original", "work-left"]
    assert all_bytes(kept.house.objects) == before
    assert actions(kept) == entries


def test_what_is_young_is_on_its_way(kept: Stock) -> None:
    kept.house.objects.put("originals/3f9k2m7x8c4v5b6n/original", b"x", media_type="image/jpeg")
    assert found(kept) == []


def test_a_missing_object_is_fetched_from_a_backup(anywhere: Stock, tmp_path: Path) -> None:
    backup(anywhere.house, tmp_path / "backup")
    original = anywhere.papers[0].original
    data = anywhere.house.objects.get(original.key)
    anywhere.house.objects.delete(original.key)
    assert found(anywhere, repair=True) == [("missing", original.key, None)]
    assert found(anywhere, repair=True, from_backup=tmp_path / "backup") == [("missing", original.key, "backup")]
    assert found(anywhere) == []
    assert sound(anywhere.house, anywhere.now(anywhere.papers[0]).original) == data


def test_a_missing_object_is_fetched_from_the_replica(tmp_path: Path) -> None:
    made = stock(tmp_path / "data", replica_store="folder", replica_dir=tmp_path / "replica")
    follow(made.house)
    replicate(made.house)
    sealed = made.papers[1].sealed
    assert sealed is not None
    shutil.rmtree(made.objects_in / f"{sealed.key}~")
    later(made)
    assert found(made, repair=True) == [("missing", sealed.key, "replica")]
    assert found(made) == []
    assert made.house.objects.retention(sealed.key) is not None
    made.house.close()


def test_other_bytes_than_the_rows_say_are_found(kept: Stock) -> None:
    sealed = kept.papers[0].sealed
    assert sealed is not None
    kept.house.objects.mend(sealed.key, sealed.version, b"forged", media_type="application/pdf")
    assert found(kept, repair=True) == [("other-content", sealed.key, None)]


def test_rows_follow_to_another_version_of_the_same_bytes(anywhere: Stock) -> None:
    original = anywhere.papers[0].original
    data = anywhere.house.objects.get(original.key)
    anywhere.house.objects.delete(original.key)
    there = anywhere.house.objects.put(original.key, data, media_type="image/jpeg")
    assert found(anywhere, repair=True) == [("other-version", original.key, f"version {there.version}")]
    assert anywhere.now(anywhere.papers[0]).original.version == there.version
    assert REPOINTED in actions(anywhere)
    assert found(anywhere) == []


def test_a_file_received_just_before_a_crash_is_catalogued(anywhere: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    house = anywhere.house
    batch = open_batch(house, Manifest("station-1", (ManifestEntry("scan.jpg"),), batch="b1"))

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Catalogue, "add_papers", crash)
        with pytest.raises(KeyboardInterrupt):
            receive(house, batch.id, "scan.jpg", JPEG)
    assert receiving.outcomes(house, batch.id) != {}
    later(anywhere)
    troubles = found(anywhere)
    assert [trouble for trouble, _, _ in troubles] == ["unfinished-upload", "unknown-original"]
    mended = found(anywhere, repair=True)
    assert mended[-1][::2] == ("unknown-original", "received")
    paper = house.catalogue.paper(receiving.outcomes(house, batch.id)["scan.jpg"])
    assert (paper.state, paper.original.sha256) == (PaperState.RECEIVED, hashlib.sha256(JPEG).hexdigest())
    assert found(anywhere) == []


def test_what_nobody_knows_is_put_aside_unless_it_is_locked(kept: Stock) -> None:
    objects, key = kept.house.objects, "originals/3f9k2m7x8c4v5b6n/original"
    locked = "originals/3f9k2m7x8c4v5b6p/original"
    objects.put(key, b"x", media_type="image/jpeg")
    objects.put(locked, b"y", media_type="image/jpeg", retain_until=kept.house.retain_until(dt.datetime.now(dt.UTC)))
    later(kept)
    assert found(kept, repair=True) == [("unknown-original", key, LOST + key), ("unknown-original", locked, None)]
    assert objects.get(LOST + key) == b"x"
    assert key not in set(objects.keys())
    assert objects.get(locked) == b"y"
    assert PUT_ASIDE in actions(kept)
    assert found(kept) == [("unknown-original", locked, None)]


def test_a_paper_whose_work_is_gone_begins_anew(anywhere: Stock) -> None:
    house, paper = anywhere.house, anywhere.papers[0]
    original = house.objects.put("originals/x/original", JPEG, media_type="image/jpeg")
    waiting = replace(
        paper, id=type(paper.id).new(), state=PaperState.RECEIVED, original=original, sealed=None, code=None,
        stored_at=None, confirmed_by="A", verdict=None,
    )  # fmt: skip
    house.catalogue.add_papers([waiting], actor="test")
    for state in (PaperState.READY, PaperState.CONFIRMED):
        waiting = house.catalogue.save(replace(waiting, state=state), actor="test", action="test")
    key = f"work/{waiting.id}/"
    assert found(anywhere) == [("work-missing", key, None)]
    assert found(anywhere, repair=True) == [("work-missing", key, "received")]
    now = house.catalogue.paper(waiting.id)
    assert (now.state, now.confirmed_by) == (PaperState.RECEIVED, "A")
    assert REOPENED in actions(anywhere)
    assert found(anywhere) == []


def test_work_of_stored_papers_is_cleared(kept: Stock) -> None:
    for name in ("a.json", "b.json"):
        kept.house.objects.put(f"work/{kept.papers[0].id}/{name}", b"{}", media_type="application/json")
    later(kept)
    assert found(kept, repair=True) == [("work-left", f"work/{kept.papers[0].id}/a.json", "removed")]
    assert list(kept.house.objects.keys("work/")) == []


def test_a_sealed_file_of_a_paper_nobody_knows_stays_where_it_is(kept: Stock) -> None:
    until = kept.house.retain_until(dt.datetime.now(dt.UTC))
    key = "papers/abc/3f9k2m7x8c4v5b6n/paper.pdf"
    kept.house.objects.put(key, b"x", media_type="application/pdf", retain_until=until)
    kept.house.objects.put("something/else", b"x", media_type="text/plain")
    later(kept)
    assert found(kept, repair=True) == [("unknown-sealed", key, None), ("foreign", "something/else", None)]
    assert kept.house.objects.get(key) == b"x"


def test_what_comes_to_a_disposed_paper_is_deleted(kept: Stock) -> None:
    gone = kept.add()
    assert gone.sealed is not None
    kept.dispose(gone)
    left = [kept.house.objects.put(key, b"late", media_type="x/y").key for key in (gone.original.key, gone.sealed.key)]
    later(kept)
    assert found(kept) == [("disposed-left", key, None) for key in left]
    assert found(kept, repair=True) == [("disposed-left", key, "removed") for key in left]
    assert found(kept) == []
    assert LEFT_DELETED in actions(kept)


def test_no_copy_brings_a_disposed_paper_back(tmp_path: Path) -> None:
    made = stock(tmp_path / "data", replica_store="folder", replica_dir=tmp_path / "replica")
    follow(made.house)
    replicate(made.house)
    backup(made.house, tmp_path / "backup")
    gone = made.papers[1]
    versions = list(objects_of(made.house, gone))
    made.dispose(gone)
    for stored in versions:
        with pytest.raises(NotFound):
            sound(made.house, stored)  # somebody was just reading it
        assert mend(made.house, stored, BackupFolder(tmp_path / "backup")) is None
    found(made, repair=True, from_backup=tmp_path / "backup")
    assert list(objects_of(made.house, gone)) == []
    made.house.close()


def test_only_what_harms_is_wrong() -> None:
    wrong = {trouble for trouble in Trouble if Finding(trouble, "k").wrong}
    assert wrong == set(Trouble) - {Trouble.UNFINISHED_UPLOAD, Trouble.WORK_LEFT, Trouble.UNKNOWN_REPORT}
    assert not Finding(Trouble.MISSING, "k", mended="replica").wrong


def test_an_old_crash_s_half_written_versions_are_swept(kept: Stock) -> None:
    left = kept.objects_in.parent / "tmp" / "unfinished"
    left.mkdir()
    os.utime(left, (0, 0))
    stock(kept.house.settings.root, 0).house.objects.check()
    assert not left.exists()
