"""What is encrypted comes back whole or in part; whatever is done to the file is noticed; keys can be replaced."""

import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import ConfigurationError, ObjectDamaged, ObjectKeyMissing, StoreUnavailable
from storage.objects.encryption import CHUNK, NotAuthentic, decrypted, encrypted
from storage.objects.folder import FolderStore
from storage.objects.object_keys import ObjectKey, ObjectKeys

PDF = "application/pdf"
KEY = ObjectKey(bytes(range(32)))
PLACE = "papers/a~/00000001/data"
SIZES = st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 77])


def content_of(size: int) -> bytes:
    return hashlib.shake_256(b"content").digest(size)


def written(content: bytes, key: ObjectKey = KEY, place: str = PLACE) -> bytes:
    return b"".join(encrypted(content, key, place))


def read(file: bytes, place: str = PLACE, **part: int) -> bytes:
    return decrypted(io.BytesIO(file), {KEY.id: KEY}.__getitem__, place, **part)


class Watched(io.BytesIO):
    """Counts what is read."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.count += len(data)
        return data


@given(size=SIZES)
def test_all_comes_back(size: int) -> None:
    assert read(written(content_of(size))) == content_of(size)


@given(size=SIZES, bounds=st.tuples(st.integers(0, 4 * CHUNK), st.integers(0, 4 * CHUNK)).map(sorted))
def test_a_part_comes_back_and_little_more_is_read(size: int, bounds: list[int]) -> None:
    content, (start, end) = content_of(size), bounds
    file = Watched(written(content))
    assert decrypted(file, {KEY.id: KEY}.__getitem__, PLACE, start, end) == content[start:end]
    assert file.count <= len(content[start:end]) + 2 * CHUNK + 200


@given(size=SIZES, data=st.data())
def test_any_changed_bit_is_noticed(size: int, data: st.DataObject) -> None:
    file = bytearray(written(content_of(size)))
    at = data.draw(st.integers(0, len(file) - 1))
    file[at] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((NotAuthentic, KeyError)) as noticed:
        read(bytes(file))
    assert (noticed.type is KeyError) == (8 <= at < 16)  # the key's identifier


@given(size=SIZES, data=st.data())
def test_a_cut_is_noticed_wherever_it_is(size: int, data: st.DataObject) -> None:
    file = written(content_of(size))
    with pytest.raises(NotAuthentic):
        read(file[: data.draw(st.integers(0, len(file) - 1))])


def test_chunks_that_changed_places_are_noticed() -> None:
    file, step = written(content_of(3 * CHUNK)), CHUNK + 16
    head, chunks = file[:56], [file[56 + i * step : 56 + (i + 1) * step] for i in range(3)]
    with pytest.raises(NotAuthentic):
        read(head + chunks[1] + chunks[0] + chunks[2])


def test_a_file_in_the_place_of_another_is_noticed() -> None:
    with pytest.raises(NotAuthentic):
        read(written(b"content"), place="papers/b~/00000001/data")


def test_the_same_content_never_looks_the_same() -> None:
    files = [written(bytes(CHUNK)) for _ in range(3)]
    assert len({file[16:48] for file in files}) == len({file[56:] for file in files}) == 3
    assert all(bytes(16) not in file[56:] for file in files)


def test_the_form_on_the_disk_stays() -> None:
    # Written once by this format; every later version must read it.
    file = bytes.fromhex(
        "534f484f412d453151385a100786360e200b4a4c3c8b942b8981ce346a79dae8eea5bc88fdc2269fcd8671742db7612b"
        "0000000000000010e0d13bd426761c762920fbc64050627e10718029d8105bdb9973665222fc36ea"
    )
    assert read(file) == "giấy khai sinh".encode()


def opened(folder: Path, keys: str = "object-keys") -> FolderStore:
    return FolderStore(folder / "objects", keys=ObjectKeys(folder / keys))


def test_nothing_readable_lies_on_the_disk(tmp_path: Path) -> None:
    store = opened(tmp_path)
    stored = store.put("papers/a", b"giay khai sinh " * 1000, media_type=PDF)
    store.hold("papers/a", stored.version, on=True)
    on_disk = b"".join(path.read_bytes() for path in (tmp_path / "objects").rglob("*") if path.is_file())
    for clear in (b"khai sinh", PDF.encode(), stored.sha256.encode(), bytes.fromhex(stored.sha256)):
        assert clear not in on_disk
    assert (tmp_path / "object-keys").stat().st_mode & 0o777 == 0o600


def test_what_was_kept_before_encryption_stays_readable(tmp_path: Path) -> None:
    before = FolderStore(tmp_path / "objects").put("a", b"before", media_type=PDF)
    store = opened(tmp_path)
    assert store.put("a", b"before", media_type=PDF) == before
    after = store.put("a", b"after", media_type=PDF)
    assert store.versions("a") == [after, before]
    assert [store.get("a", v.version) for v in (before, after)] == [b"before", b"after"]
    assert store.get_range("a", 1, 3, before.version) == b"ef"


def test_a_new_key_encrypts_what_is_new_and_the_old_opens_what_is_old(tmp_path: Path) -> None:
    running = opened(tmp_path)
    old = running.put("a", b"old", media_type=PDF)
    ObjectKeys(tmp_path / "object-keys").add()
    later = opened(tmp_path)
    new = later.put("a", b"new", media_type=PDF)
    heads = [next(tmp_path.rglob(f"{v.version}/data.enc")).read_bytes()[8:16] for v in (old, new)]
    assert heads[0] != heads[1]
    # A process that was running before reads the new key's objects as well.
    for store in (running, later, opened(tmp_path)):
        assert [store.get("a", v.version) for v in (old, new)] == [b"old", b"new"]


def test_a_store_whose_key_is_gone_does_not_open_and_makes_no_new_one(tmp_path: Path) -> None:
    stored = opened(tmp_path).put("a", b"content", media_type=PDF)
    (tmp_path / "object-keys").rename(tmp_path / "elsewhere")
    with pytest.raises(ObjectKeyMissing):
        opened(tmp_path)
    assert not (tmp_path / "object-keys").exists()
    opened(tmp_path / "another", "keys").put("a", b"", media_type=PDF)
    (tmp_path / "another" / "keys").rename(tmp_path / "object-keys")
    with pytest.raises(ObjectKeyMissing):
        opened(tmp_path)
    assert opened(tmp_path, "elsewhere").get("a") == b"content"
    plain = FolderStore(tmp_path / "objects")
    assert plain.put("b", b"plain", media_type=PDF).version == stored.version
    with pytest.raises(ObjectKeyMissing):
        plain.get("a")


@pytest.mark.parametrize("name", ["data.enc", "meta.json.enc"])
@pytest.mark.parametrize("damage", ["flip", "truncate", "empty", "swap"])
def test_damage_is_noticed(tmp_path: Path, name: str, damage: str) -> None:
    store = opened(tmp_path)
    stored = store.put("a", content_of(3 * CHUNK), media_type=PDF)
    other = store.put("b", content_of(3 * CHUNK), media_type=PDF)
    path, others = (next(tmp_path.rglob(f"{key}~/*/{name}")) for key in (stored.key, other.key))
    path.chmod(0o600)
    file = path.read_bytes()
    match damage:
        case "flip":
            path.write_bytes(file[:-20] + bytes([file[-20] ^ 1]) + file[-19:])
        case "truncate":
            path.write_bytes(file[:-1])
        case "empty":
            path.write_bytes(b"")
        case "swap":
            path.write_bytes(others.read_bytes())
    with pytest.raises(ObjectDamaged):
        store.get("a")
    with pytest.raises(ObjectDamaged):
        store.get_range("a", 3 * CHUNK - 1, 3 * CHUNK)
    assert store.get("b") == content_of(3 * CHUNK)


def test_a_part_before_the_damage_is_still_proven(tmp_path: Path) -> None:
    store = opened(tmp_path)
    store.put("a", content_of(3 * CHUNK), media_type=PDF)
    path = next(tmp_path.rglob("data.enc"))
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\0")
    assert store.get_range("a", 5, CHUNK + 5) == content_of(3 * CHUNK)[5 : CHUNK + 5]
    with pytest.raises(ObjectDamaged):
        store.get_range("a", 2 * CHUNK, 2 * CHUNK + 1)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-6] + "AAAA=\n",
        lambda text: text + "0011223344556677\n",
        lambda text: text + "0011223344556677 not-base64!\n",
        lambda text: text.rstrip().rpartition(" ")[0] + " AAAA\n",
        lambda text: "ÿ" + text.partition("\n")[2].partition("\n")[2],
    ],
)
def test_a_damaged_key_file_is_refused_and_not_repeated(tmp_path: Path, spoil: object) -> None:
    path = tmp_path / "keys"
    ObjectKeys(path).newest()
    good = path.read_text()
    path.write_text(spoil(good))  # type: ignore[operator]  # a function of text
    with pytest.raises(ConfigurationError) as refused:
        ObjectKeys(path).newest()
    assert good.split()[-1][:20] not in str(refused.value)


def test_processes_that_start_at_once_agree_on_a_key(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; "
        "from storage.objects.object_keys import ObjectKeys; sys.stdin.readline();"
        "print(ObjectKeys(Path(sys.argv[1]) / 'keys').newest().id.hex())"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = [process.communicate("\n")[0] for process in started]
    assert len(set(answers)) == 1
    assert answers[0].strip()


def test_a_key_file_that_cannot_be_read_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    with pytest.raises(StoreUnavailable):
        ObjectKeys(tmp_path / "keys").newest()


def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    keys = ObjectKeys(tmp_path / "keys")
    assert keys.ids() == []
    newest = keys.newest().id.hex()
    assert keys.ids() == [newest]
    (tmp_path / "keys").chmod(0o640)
    with pytest.raises(ConfigurationError, match="others may read"):
        keys.ids()


def test_a_key_is_not_shown() -> None:
    assert KEY.secret.hex() not in repr(KEY)
    assert repr(KEY.secret) not in repr(KEY)
