"""However a file is cut up, it arrives as the file it was; what is begun waits, and does not wait for ever."""

import contextlib
import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier.errors import (
    FileDiffers,
    InvalidValue,
    NotFound,
    OffsetDiffers,
    StoreUnavailable,
    UnsupportedType,
    UploadsUnfinished,
)
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from ingest.duties import DUTIES
from ingest.house import House
from ingest.intake import uploads
from ingest.intake.receive import Manifest, ManifestEntry, open_batch
from ingest.intake.uploads import KEPT, Upload
from ingest.settings import Settings
from ingest.upkeep.consistency import YOUNG, check
from ingest.work import Work

DATA = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(Settings(data_dir=tmp_path_factory.mktemp("house")))
    yield made
    made.close()


def begin(house: House, data: bytes = DATA) -> Upload:
    digest = hashlib.sha256(data).hexdigest()
    entry = ManifestEntry("a.jpg", size=len(data), sha256=digest)
    batch = open_batch(house, Manifest("station", (entry,), batch=secrets.token_hex(8)))
    return uploads.begin(house, batch.id, "a.jpg", len(data))


def keys(house: House, upload: Upload) -> list[str]:
    return list(house.objects.keys(f"work/{upload.id}/"))


@settings(max_examples=25)
@given(cuts=st.sets(st.integers(1, len(DATA) - 1), max_size=6), salt=st.binary(min_size=8, max_size=8))
def test_any_pieces_make_the_file(house: House, cuts: set[int], salt: bytes) -> None:
    data = DATA + salt
    upload, at = begin(house, data), 0
    for end in [*sorted(cuts), len(data)]:
        upload = uploads.append(house, uploads.found(house, upload.id), data[at:end])
        at = end
    received = uploads.finish(house, upload)
    assert received.paper.state is PaperState.RECEIVED
    assert house.objects.get(received.paper.original.key) == data
    assert uploads.finish(house, upload).paper.id == received.paper.id
    assert uploads.found(house, upload.id).is_complete
    assert keys(house, upload) == [f"work/{upload.id}/upload"]


def test_of_two_senders_of_the_same_bytes_none_spoils_the_file(house: House) -> None:
    data = DATA + b"two"
    upload = begin(house, data)
    with ThreadPoolExecutor(2) as pool:

        def send(size: int) -> None:
            while not (now := uploads.found(house, upload.id)).is_complete:
                try:
                    uploads.append(house, now, data[now.offset : now.offset + size])
                except OffsetDiffers:
                    continue

        for done in [pool.submit(send, 100), pool.submit(send, 77)]:
            done.result(timeout=60)
    assert house.objects.get(uploads.finish(house, upload).paper.original.key) == data


def test_what_was_not_announced_is_not_begun(house: House) -> None:
    batch = open_batch(house, Manifest("station", (ManifestEntry("a.jpg"),), batch="bare"))
    with pytest.raises(InvalidValue):
        uploads.begin(house, batch.id, "a.jpg", 10)
    with pytest.raises(NotFound):
        uploads.begin(house, batch.id, "b.jpg", 10)


def test_more_than_announced_and_other_bytes_are_refused(house: House) -> None:
    upload = begin(house, DATA + b"more")
    with pytest.raises(FileDiffers):
        uploads.append(house, upload, DATA + b"more!")
    upload = uploads.append(house, upload, DATA + b"MORE")
    with pytest.raises(FileDiffers):
        uploads.finish(house, upload)
    assert uploads.found(house, upload.id).offset == 0


def test_what_is_begun_waits_and_is_dropped_when_nobody_comes(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = uploads.append(house, begin(house, DATA + b"old"), DATA)
    now = dt.datetime.now(dt.UTC)
    monkeypatch.setattr(house.catalogue, "_clock", lambda: now + KEPT - dt.timedelta(minutes=1))
    assert uploads.drop_expired(house) == 0
    assert [one for one in check(house) if str(upload.id) in one.key] == []
    assert uploads.found(house, upload.id).offset == len(DATA)
    monkeypatch.setattr(house.catalogue, "_clock", lambda: now + KEPT + YOUNG)
    assert [one.trouble for one in check(house) if str(upload.id) in one.key] == ["work-left"]
    (duty,) = [duty for duty in DUTIES if duty.name == "uploads"]
    duty.do(house, lambda: False)
    assert keys(house, upload) == []
    with pytest.raises(NotFound):
        uploads.found(house, upload.id)


def test_a_store_that_is_away_costs_no_piece(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    data = DATA + b"away"
    upload = uploads.append(house, begin(house, data), data)

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable(part="store", reason="away")

    with monkeypatch.context() as patched:
        patched.setattr(house.objects, "put", away)
        with pytest.raises(StoreUnavailable):
            uploads.finish(house, upload)
    assert uploads.found(house, upload.id).is_complete
    assert house.objects.get(uploads.finish(house, upload).paper.original.key) == data


def test_a_worker_that_starts_leaves_what_is_being_uploaded(house: House) -> None:
    upload = uploads.append(house, begin(house, DATA + b"start"), DATA)
    left = f"work/{PaperId.new()}/pages.json"
    house.objects.put(left, b"of nobody", media_type="application/json")
    with Work(house, draws=False) as work:
        work._tidy_up()  # noqa: SLF001 - what a start does
    assert uploads.found(house, upload.id).offset == len(DATA)
    assert left not in house.objects.keys("work/")


def test_tidying_up_goes_on_when_the_store_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = House(Settings(data_dir=tmp_path, retry_s=0.05))
    left = f"work/{PaperId.new()}/pages.json"
    house.objects.put(left, b"of nobody", media_type="application/json")
    keys, asked = house.objects.keys, []

    def away_at_first(prefix: str = "") -> Iterator[str]:
        asked.append(prefix)
        if len(asked) == 1:
            raise StoreUnavailable(part="store", reason="away")
        return iter(list(keys(prefix)))

    with Work(house, draws=False) as work:
        monkeypatch.setattr(house.objects, "keys", away_at_first)
        work._tidy_up()  # noqa: SLF001 - what a start does
    assert left not in keys("work/")
    house.close()


def test_a_file_received_by_another_request_meanwhile_is_received(house: House) -> None:
    data = DATA + b"meanwhile"
    upload = uploads.append(house, begin(house, data), data)
    first = uploads.finish(house, upload)
    assert keys(house, upload) == [f"work/{upload.id}/upload"]
    assert uploads.finish(house, upload).paper.id == first.paper.id
    refused = begin(house, b"no scan")
    with pytest.raises(UnsupportedType):
        uploads.finish(house, uploads.append(house, refused, b"no scan"))
    with pytest.raises(FileDiffers):
        uploads.finish(house, refused)


def test_a_station_may_leave_only_so_much_unfinished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data_dir=tmp_path, station_unfinished_bytes=2 * len(DATA))
    with contextlib.closing(House(settings)) as house:
        first, second = begin(house), begin(house, DATA[:-1])
        for _ in range(2):
            with pytest.raises(UploadsUnfinished):
                begin(house)
        assert uploads.begin(house, first.begun.batch, "a.jpg", len(DATA)) == first, "what was begun goes on"
        uploads.drop(house, second.id)
        third = begin(house)
        with pytest.raises(UploadsUnfinished):
            begin(house, DATA[:2])
        uploads.finish(house, uploads.append(house, first, DATA))
        begin(house, DATA[:2])
        large = DATA * 5
        with pytest.raises(UploadsUnfinished):
            begin(house, large)
        later = house.catalogue.now() + KEPT
        monkeypatch.setattr(house.catalogue, "_clock", lambda: later)
        assert begin(house, large).offset == 0, "a single one always may, and what was given up is forgotten"
        assert uploads.found(house, third.id).id == third.id


def test_pieces_that_a_crash_left_of_a_received_file_are_dropped(house: House) -> None:
    data = DATA + b"crash"
    upload = uploads.append(house, begin(house, data), data)
    piece = next(key for key in keys(house, upload) if "piece" in key)
    uploads.finish(house, upload)
    house.objects.put(piece, data, media_type="application/octet-stream")
    under_way = uploads.append(house, begin(house, DATA + b"under way"), DATA)
    assert uploads.drop_expired(house) == 0
    assert keys(house, upload) == [f"work/{upload.id}/upload"]
    assert uploads.found(house, under_way.id).offset == len(DATA)
