"""The folder store under crashes, a full disk, damage and several processes."""

import datetime as dt
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossier import times
from dossier.errors import NotFound, ObjectDamaged, RetentionLocked, StoreUnavailable
from storage.objects.folder import STALE_AFTER, FolderStore
from storage.objects.object_keys import ObjectKeys

PDF = "application/pdf"

WRITE_FOR_EVER = """
import datetime as dt, os, random, sys
from pathlib import Path
from dossier import times
from storage.objects.folder import FolderStore
from storage.objects.object_keys import ObjectKeys
store = FolderStore(Path(sys.argv[1]), keys=ObjectKeys(Path(sys.argv[3])) if sys.argv[3] else None)
drawn = random.Random(int(sys.argv[2]))
while True:
    key = f"papers/{drawn.randrange(3)}/original.pdf"
    match drawn.randrange(4):
        case 0 if len(store.versions(key)) > 3:
            store.delete(key, store.versions(key)[-1].version)
        case 1 if store.versions(key):
            store.put("locked", drawn.randbytes(100), media_type="application/pdf", retain_until=times.now())
            store.retain("locked", store.head("locked").version, times.now() + dt.timedelta(days=1))
        case _:
            stored = store.put(key, drawn.randbytes(drawn.randrange(200_000)), media_type="application/pdf")
            os.write(1, f"{key} {stored.version} {stored.sha256}\\n".encode())
"""

WRITE_ONCE = """
import sys
from pathlib import Path
from dossier.errors import AlreadyExists
from storage.objects.folder import FolderStore
store = FolderStore(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for i in range(100):
    try:
        store.put(f"once/{i}", sys.argv[2].encode(), media_type="application/pdf", if_absent=True)
        print(i, flush=True)
    except AlreadyExists:
        pass
"""

FILL_THE_DISK = """
import sys
from pathlib import Path
from dossier.errors import DiskFull, StoreUnavailable
from storage.objects.folder import FolderStore
from storage.objects.object_keys import ObjectKeys
root = Path(sys.argv[1])
store = FolderStore(root, keys=ObjectKeys(Path(sys.argv[2])) if sys.argv[2] else None)
small = store.put("a", b"small", media_type="application/pdf")
try:
    store.put("a", bytes(4_000_000), media_type="application/pdf")
except (DiskFull, StoreUnavailable) as error:
    print(error)
assert store.versions("a") == [small], store.versions("a")
assert store.get("a") == b"small"
assert list(store.keys()) == ["a"]
assert list((root / "tmp").iterdir()) == []
store.put("a", b"small again", media_type="application/pdf")
store.check()
"""


def run_python(*command: str, **options: object) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", *command], text=True, stdout=subprocess.PIPE, **options)  # type: ignore[call-overload,no-any-return]  # options pass through


@pytest.mark.parametrize("encrypted", [False, True])
def test_killed_at_any_moment_it_keeps_every_answered_object(tmp_path: Path, *, encrypted: bool) -> None:
    root, key_file = tmp_path / "objects", str(tmp_path / "keys") if encrypted else ""
    keys = ObjectKeys(Path(key_file)) if encrypted else None
    drawn = random.Random(7)  # noqa: S311 - moments to kill at, not secrets
    answered = 0
    for round_number in range(6 if encrypted else 12):
        with run_python(WRITE_FOR_EVER, str(root), str(round_number), key_file) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline()]
            time.sleep(drawn.random() * 0.1)
            os.kill(writer.pid, signal.SIGKILL)
            lines += writer.stdout.readlines()
        store = FolderStore(root, keys=keys)
        for key in list(store.keys()):
            for version in store.versions(key):
                store.get(key, version.version)
        newest: dict[str, str] = {}
        for line in lines:
            key, _, sha256 = line.split()
            newest[key] = sha256
            answered += 1
        for key, sha256 in newest.items():
            # The newest answered version is there; after it at most the one the kill left unanswered.
            assert sha256 in [version.sha256 for version in store.versions(key)][:2]
    assert answered > 6
    later = FolderStore(root, keys=keys, clock=lambda: times.now() + 2 * STALE_AFTER)
    assert list((root / "tmp").iterdir()) == []
    later.check()


def test_of_two_processes_one_wins_each_key(tmp_path: Path) -> None:
    writers = [run_python(WRITE_ONCE, str(tmp_path), name, stdin=subprocess.PIPE) for name in ("one", "two")]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    won = [set(writer.communicate()[0].split()) for writer in writers]
    assert won[0] | won[1] == {str(i) for i in range(100)}
    assert not won[0] & won[1]
    store = FolderStore(tmp_path)
    for name, keys in zip((b"one", b"two"), won, strict=True):
        assert all(store.get(f"once/{i}") == name for i in keys)


@pytest.mark.parametrize("encrypted", [False, True])
def test_a_full_disk_leaves_what_was_there(tmp_path: Path, *, encrypted: bool) -> None:
    root, keys = tmp_path / "disk", str(tmp_path / "keys") if encrypted else ""
    root.mkdir()
    # A disk of 1 MB where this user may mount one, else a limit on the size of files.
    mount = ["unshare", "--mount", "--map-root-user", "sh", "-ec"]
    script = 'mount -t tmpfs -o size=1m none "$1"; shift; exec "$@"'
    mountable = subprocess.run([*mount, script, "sh", str(root), "true"], check=False, capture_output=True)
    limited = [*mount, script, "sh", str(root)] if mountable.returncode == 0 else ["prlimit", "--fsize=1000000"]
    done = subprocess.run(
        [*limited, sys.executable, "-c", FILL_THE_DISK, str(root), keys], text=True, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "The disk is full" in done.stdout or "File too large" in done.stdout


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        FolderStore(tmp_path / "file" / "objects")


def test_a_folder_that_vanished_is_unavailable(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "objects")
    shutil.rmtree(tmp_path / "objects")
    with pytest.raises(StoreUnavailable):
        store.check()


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove", "record", "record-fields"])
def test_damage_is_noticed(tmp_path: Path, damage: str) -> None:
    store = FolderStore(tmp_path)
    store.put("a", b"content", media_type=PDF)
    data, meta = next(tmp_path.rglob("data")), next(tmp_path.rglob("meta.json"))
    for path in (data, meta):
        path.chmod(0o600)
    match damage:
        case "flip":
            data.write_bytes(b"cOntent")
        case "truncate":
            data.write_bytes(b"conten")
        case "remove":
            data.unlink()
        case "record":
            meta.write_bytes(b"{")
        case "record-fields":
            meta.write_bytes(b"[]")
    with pytest.raises(ObjectDamaged):
        store.get("a")


def test_objects_are_read_only_and_private(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "objects")
    store.put("a/b", b"x", media_type=PDF, retain_until=times.now() + dt.timedelta(days=1))
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*/0*/*") if path.is_file()} == {0o400}
    assert (tmp_path / "objects").stat().st_mode & 0o777 == 0o700


def test_only_old_leftovers_are_swept(tmp_path: Path) -> None:
    FolderStore(tmp_path)
    for name, age in (("old", 2 * STALE_AFTER), ("new", STALE_AFTER / 2)):
        left = tmp_path / "tmp" / name
        left.mkdir()
        (left / "data").write_bytes(b"x")
        then = time.time() - age.total_seconds()
        os.utime(left, (then, then))
    FolderStore(tmp_path)
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == ["new"]


_operations = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from("ab"), st.sampled_from([b"", b"1", b"2"])),
        st.tuples(st.just("delete"), st.sampled_from("ab"), st.integers(0, 3)),
        st.tuples(st.just("lock"), st.sampled_from("ab"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.just(""), st.integers(1, 3)),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(operations=_operations)
def test_it_behaves_as_a_list_of_versions_would(
    tmp_path_factory: pytest.TempPathFactory, operations: list[tuple[str, str, int | bytes]]
) -> None:
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    store = FolderStore(tmp_path_factory.mktemp("model"), clock=lambda: moment)
    model: dict[str, list[tuple[str, bytes]]] = {"a": [], "b": []}
    locks: dict[tuple[str, str], dt.datetime] = {}
    for operation, key, argument in operations:
        versions = model.get(key, [])
        match operation, argument:
            case "put", bytes(data):
                stored = store.put(key, data, media_type=PDF)
                if not versions or versions[-1][1] != data:
                    assert stored.version not in [version for version, _ in versions]
                    versions.append((stored.version, data))
            case "delete", int(index) if index < len(versions):
                version = versions[index][0]
                if locks.get((key, version), moment) > moment:
                    with pytest.raises(RetentionLocked):
                        store.delete(key, version)
                else:
                    store.delete(key, version)
                    del versions[index]
            case "lock", int(index) if index < len(versions):
                until = moment + dt.timedelta(hours=2)
                store.retain(key, versions[index][0], until)
                locks[key, versions[index][0]] = until
            case "wait", int(hours):
                moment += dt.timedelta(hours=hours)
            case _:
                with pytest.raises(NotFound):
                    store.head(key or "nothing", "99999999")
        assert {
            key: [(v.version, store.get(key, v.version)) for v in reversed(store.versions(key))] for key in model
        } == model
