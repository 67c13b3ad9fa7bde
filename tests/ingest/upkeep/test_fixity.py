"""Reading everything again, mending from the replica, telling what cannot be mended; all on real stores."""

import datetime as dt
import hashlib
import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from minio import Minio

from dossier.errors import ObjectDamaged
from dossier.papers import StoredObject
from ingest.house import House
from ingest.upkeep import fixity
from ingest.upkeep.fixity import LOCK_RESTORED, Checked, check_due, check_paper, sound
from ingest.upkeep.inventory import follow, walk, walk_is_due
from ingest.upkeep.replica import replicate
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.upkeep import inventory
from storage.upkeep.inventory import Outcome
from tests.ingest.stocked import Stock, all_bytes, on_servers, stock


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Stock]:
    """A house without a replica."""
    kept = stock(tmp_path / "data")
    yield kept
    kept.house.close()


@pytest.fixture(params=["one machine", "servers"])
def doubled(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stock]:
    """A house whose objects are in a replica too: folder and folder, or S3 and folder."""
    settings: dict[str, object] = {"replica_store": "folder", "replica_dir": tmp_path / "replica"}
    if request.param == "servers":
        server, url = request.getfixturevalue("s3_server"), request.getfixturevalue("postgres_url")
        settings |= on_servers(server, url, f"test-{secrets.token_hex(6)}")
    kept = stock(tmp_path / "data", **settings)
    follow(kept.house)
    replicate(kept.house)
    yield kept
    kept.house.close()


def wrong(checked: Iterator[Checked]) -> list[Checked]:
    return [one for one in checked if one.outcome is not Outcome.SOUND or one.mended_from or one.lock_restored]


def actions(kept: Stock) -> list[str]:
    return [entry.action for entry in audit.entries(kept.house.catalogue, limit=10_000)]


def spoil(kept: Stock, stored: StoredObject) -> None:
    """Spoil an object behind the store's back, whichever store it is."""
    if kept.house.settings.object_store == "folder":
        kept.tamper(stored)
        return
    settings = kept.house.settings
    client = Minio(
        settings.s3_endpoint,
        settings.s3_access_key,
        settings.s3_secret_key.get_secret_value(),
        secure=False,
        region="us-east-1",
    )
    client.remove_object(settings.s3_bucket, stored.key, version_id=stored.version)


def test_a_sound_store_is_read_once_and_then_rests(alone: Stock) -> None:
    walk(alone.house)
    expected = len(list(alone.house.objects.walk()))
    assert expected == 8
    assert [one.outcome for one in check_due(alone.house)] == [Outcome.SOUND] * expected
    assert list(check_due(alone.house)) == []
    health = inventory.health(alone.house.catalogue)
    assert (health.objects[Outcome.SOUND], health.lost) == (expected, 0)
    assert inventory.counts(alone.house.catalogue)["fixity.bytes"] > 0


class Clock:
    """A clock on which nothing takes time but waiting."""

    def __init__(self) -> None:
        self.waited = 0.0

    def monotonic(self) -> float:
        return 1000.0 + self.waited

    def sleep(self, seconds: float) -> None:
        self.waited += seconds


def test_reading_keeps_below_its_rate(alone: Stock, monkeypatch: pytest.MonkeyPatch) -> None:
    walk(alone.house)
    clock = Clock()
    monkeypatch.setattr(fixity, "time", clock)
    slow = House(alone.house.settings.model_copy(update={"fixity_mb_s": 0.001}))
    size = sum(checked.size for checked in check_due(slow, now=True))
    slow.close()
    assert size > 0
    assert clock.waited == pytest.approx(size / 1000)


def test_everything_is_due_again_before_the_days_are_over(alone: Stock) -> None:
    walk(alone.house)
    list(check_due(alone.house))
    days = alone.house.settings.fixity_days
    alone.house.catalogue._clock = lambda: dt.datetime.now(dt.UTC) + dt.timedelta(days=0.9 * days)  # noqa: SLF001
    assert len(list(check_due(alone.house))) == 8


def test_an_altered_object_is_told_and_not_served(alone: Stock) -> None:
    paper = alone.papers[0]
    assert paper.sealed is not None
    walk(alone.house)
    alone.tamper(paper.sealed)
    assert [(one.stored.key, one.outcome) for one in wrong(check_due(alone.house))] == [
        (paper.sealed.key, Outcome.DAMAGED)
    ]
    with pytest.raises(ObjectDamaged):
        sound(alone.house, paper.sealed)
    events = alone.house.catalogue.events()
    assert [(e.kind, e.paper) for e in events if e.kind == inventory.PAPER_DAMAGED] == [("paper.damaged", paper.id)]
    list(check_due(alone.house, now=True))
    assert actions(alone).count(inventory.DAMAGED) == 1  # what is known is not told again


def test_bytes_exchanged_with_their_record_do_not_pass(alone: Stock) -> None:
    """Whoever writes a good record beside other bytes deceives the store, not the catalogue."""
    paper = alone.papers[0]
    assert paper.sealed is not None
    folder = alone.version_folder(paper.sealed)
    shutil.rmtree(folder)
    alone.house.objects.mend(paper.sealed.key, paper.sealed.version, b"forged", media_type="application/pdf")
    with pytest.raises(ObjectDamaged):
        sound(alone.house, paper.sealed)
    walk(alone.house)
    assert [one.outcome for one in wrong(check_due(alone.house))] == [Outcome.DAMAGED]


def test_an_object_that_is_gone_is_told_though_nobody_had_met_it(alone: Stock) -> None:
    paper = alone.papers[0]
    shutil.rmtree(alone.version_folder(paper.original))
    walk(alone.house)
    assert [(one.stored.key, one.outcome) for one in wrong(check_due(alone.house))] == [
        (paper.original.key, Outcome.MISSING)
    ]


def test_what_may_be_deleted_is_forgotten(alone: Stock) -> None:
    alone.house.objects.put("batches/x/manifest.json", b"{}", media_type="application/json")
    walk(alone.house)
    alone.house.objects.delete("batches/x/manifest.json")
    digest = hashlib.sha256(b"{}").hexdigest()
    gone = StoredObject("batches/x/manifest.json", "00000001", digest, 2, "application/json")
    assert wrong(check_due(alone.house)) == [Checked(gone, Outcome.REPLACED)]
    assert inventory.of_key(alone.house.catalogue, "batches/x/manifest.json") == []


def test_damage_is_mended_from_the_replica(doubled: Stock) -> None:
    paper = doubled.papers[0]
    assert paper.sealed is not None
    before = doubled.house.objects.get(paper.sealed.key, paper.sealed.version)
    original = doubled.house.objects.get(paper.original.key, paper.original.version)
    spoil(doubled, paper.original)
    mended = wrong(check_due(doubled.house))
    assert [(one.stored.key, one.mended_from) for one in mended] == [(paper.original.key, "replica")]
    now = doubled.now(paper)
    assert sound(doubled.house, now.original) == original
    assert now.sealed is not None
    assert sound(doubled.house, now.sealed) == before
    assert wrong(check_due(doubled.house, now=True)) == []
    assert inventory.MENDED in actions(doubled)
    assert audit.check(doubled.house.catalogue).entries > 0


def test_a_reader_gets_mended_bytes_at_once(doubled: Stock) -> None:
    paper = doubled.papers[0]
    data = doubled.house.objects.get(paper.original.key, paper.original.version)
    spoil(doubled, paper.original)
    assert sound(doubled.house, paper.original) == data
    now = doubled.now(paper)
    assert doubled.house.objects.get(now.original.key, now.original.version) == data


def test_of_several_readers_who_meet_the_same_damage_one_mends_it_and_it_is_told_once(
    doubled: Stock, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, original = doubled.house, doubled.papers[0].original
    spoil(doubled, original)
    mend, others = house.objects.mend, list[bytes]()

    def meanwhile(*arguments: object, **more: object) -> StoredObject:
        others.append(sound(house, original))
        return mend(*arguments, **more)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(house.objects, "mend", meanwhile)
    data = sound(house, original)
    late = sound(house, original)  # who knows only the version that was damaged
    assert [*others, late] == [data, data]
    assert hashlib.sha256(data).hexdigest() == original.sha256
    assert actions(doubled).count(inventory.MENDED) == 1
    told = [event for event in house.catalogue.events(limit=1000) if event.kind == inventory.PAPER_MENDED]
    assert [event.paper for event in told] == [doubled.papers[0].id]
    assert [one.outcome for one in wrong(check_due(house, now=True))] == []


def test_what_was_mended_before_it_could_be_taken_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = stock(tmp_path / "data", 1, replica_store="folder", replica_dir=tmp_path / "replica")
    house, original = kept.house, kept.papers[0].original
    follow(house)
    replicate(house)
    kept.tamper(original)
    take = inventory.take

    def late(catalogue: Catalogue, stored: StoredObject, *, until: dt.datetime) -> bool:
        with monkeypatch.context() as first:
            first.setattr(inventory, "take", take)
            sound(house, original)
        return take(catalogue, stored, until=until)

    monkeypatch.setattr(inventory, "take", late)
    sound(house, original)
    assert actions(kept).count(inventory.MENDED) == 1
    assert original in [checked.stored for checked in check_due(house, now=True)], "nobody has it any more"
    house.close()


def test_the_replica_has_everything_and_its_locks(doubled: Stock) -> None:
    assert doubled.house.replica is not None
    expected = all_bytes(doubled.house.objects)
    assert len(expected) == 8
    assert all_bytes(doubled.house.replica) == expected
    health = inventory.health(doubled.house.catalogue)
    assert (health.replicated, health.waiting) == (8, 0)
    doubled.add()
    follow(doubled.house)
    assert inventory.health(doubled.house.catalogue).waiting == 4
    assert replicate(doubled.house) == 4


def test_a_twin_goes_when_its_version_was_deleted_as_it_may_be(doubled: Stock) -> None:
    key, replica = "batches/x/manifest.json", doubled.house.replica
    assert replica is not None
    stored = doubled.house.objects.put(key, b"{}", media_type="application/json")
    walk(doubled.house)
    replicate(doubled.house)
    assert replica.get(key) == b"{}"
    doubled.house.objects.delete(key, stored.version)
    assert [one.outcome for one in wrong(check_due(doubled.house))] == [Outcome.REPLACED]
    assert key not in set(replica.keys())


def test_a_spoilt_twin_is_mended_from_the_store(tmp_path: Path) -> None:
    kept = stock(tmp_path / "data", 1, replica_store="folder", replica_dir=tmp_path / "replica")
    follow(kept.house)
    replicate(kept.house)
    key = kept.papers[0].original.key
    (twin,) = (tmp_path / "replica" / "objects" / f"{key}~" / "00000001").glob("data*")
    twin.chmod(0o600)
    twin.write_bytes(b"spoilt")
    assert [one.mended_from for one in wrong(check_due(kept.house))] == ["store"]
    assert kept.house.replica is not None
    assert kept.house.replica.get(key) == kept.house.objects.get(key)
    kept.house.close()


def test_a_lock_that_was_lifted_is_restored_and_told(alone: Stock) -> None:
    paper = alone.papers[0]
    assert paper.sealed is not None
    walk(alone.house)
    until = alone.house.objects.retention(paper.sealed.key)
    (alone.version_folder(paper.sealed) / "retain").unlink()
    assert [one.lock_restored for one in wrong(check_due(alone.house))] == [True]
    assert alone.house.objects.retention(paper.sealed.key) == until
    assert LOCK_RESTORED in actions(alone)


@pytest.mark.parametrize("years", [0, 1])
def test_the_lock_of_a_permanent_paper_is_made_longer(tmp_path: Path, years: int) -> None:
    kept = stock(tmp_path / "data", 0, retention_years=years)
    sealed = kept.add(paper_type="birth-certificate").sealed
    assert sealed is not None
    assert kept.house.retention_class("birth-certificate").years is None
    walk(kept.house)
    short = kept.house.objects.retention(sealed.key)
    kept.house.__dict__["settings"] = kept.house.settings.model_copy(update={"retention_years": 20})
    assert wrong(check_due(kept.house)) == []
    for stored in (sealed, kept.papers[0].original):
        longer = kept.house.objects.retention(stored.key)
        assert longer is not None
        assert short is None or longer - short > dt.timedelta(days=18 * 365)
    kept.house.close()


def test_several_workers_share_the_work_and_read_nothing_twice(doubled: Stock) -> None:
    for _ in range(10):
        doubled.add()
    walk(doubled.house)
    read, lock = list[str](), threading.Lock()

    def work() -> None:
        for one in check_due(doubled.house):
            with lock:
                read.append(one.stored.key)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(read) == sorted(one.key for one in doubled.house.objects.walk())


def test_a_stopped_check_goes_on_where_it_was(alone: Stock) -> None:
    walk(alone.house)
    run = check_due(alone.house)
    first = {next(run).stored.key for _ in range(3)}
    run.close()
    later = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    alone.house.catalogue._clock = lambda: later  # noqa: SLF001 - what the stopped run had taken is free again
    rest = {one.stored.key for one in check_due(alone.house)}
    assert len(first) == 3
    assert len(rest) == 5
    assert not first & rest


def test_one_paper_is_read_alone(alone: Stock) -> None:
    walk(alone.house)
    checked = list(check_paper(alone.house, alone.papers[0]))
    assert len(checked) == 4
    assert {one.outcome for one in checked} == {Outcome.SOUND}
    assert inventory.health(alone.house.catalogue).objects[Outcome.NEW] == 4


def test_the_audit_log_is_followed_past_a_disposed_paper(alone: Stock) -> None:
    gone = alone.papers[0]
    alone.dispose(gone)
    late = alone.add()
    follow(alone.house)
    assert inventory.of_key(alone.house.catalogue, late.original.key) != []
    assert follow(alone.house) == 0
    assert list(check_paper(alone.house, alone.now(gone))) == []


def test_a_walk_is_due_once_a_day(alone: Stock) -> None:
    day = dt.timedelta(days=1)
    assert walk_is_due(alone.house, day)
    assert walk(alone.house) == 8
    assert not walk_is_due(alone.house, day)
    assert walk(alone.house) == 0
    assert walk(alone.house, lambda: True) is None


def test_work_in_progress_is_left_out(alone: Stock) -> None:
    alone.house.objects.put("work/3f9k2m7x8c4v5b6n/pages.json", b"{}", media_type="application/json")
    assert walk(alone.house) == 8
