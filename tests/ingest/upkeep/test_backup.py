"""Backup, restore into every kind of installation, and what can go wrong on the way."""

import datetime as dt
import gzip
import json
import secrets
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from dossier import times
from dossier.errors import BackupDamaged, NotEmpty, NotFound, PassphraseWrong, StoreUnavailable
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from ingest.house import House
from ingest.settings import Settings
from ingest.upkeep import secret_box
from ingest.upkeep.backup import PRUNED, backup, prune, verify_backup
from ingest.upkeep.backup_folder import BackupFolder
from ingest.upkeep.fixity import check_due
from ingest.upkeep.restore import restore
from ingest.upkeep.secret_box import lock_away, put_back
from storage.audit_log import audit
from storage.database import reading
from storage.lifecycle import disposal
from storage.lifecycle.disposal import Disposal
from storage.lifecycle.holds import Hold, Lifting, approve_lifting, place_hold, propose_lifting
from storage.objects.disk import alone
from storage.schema import Base, PaperRow
from storage.upkeep import inventory, references
from storage.upkeep.dump import LEFT_OUT
from storage.upkeep.inventory import Outcome
from tests.ingest.stocked import OWNER, Stock, all_bytes, on_servers, stock

if TYPE_CHECKING:
    from tests.servers import S3Server

KINDS = ("one machine", "servers")


def settings_of(kind: str, request: pytest.FixtureRequest) -> dict[str, object]:
    if kind == "one machine":
        return {}
    server: S3Server = request.getfixturevalue("s3_server")
    return on_servers(server, _fresh_database(request), f"test-{secrets.token_hex(6)}")


def _fresh_database(request: pytest.FixtureRequest) -> str:
    import psycopg  # noqa: PLC0415 - only where a server is used

    server: str = request.getfixturevalue("postgres_server")
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}").text)
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=KINDS)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stock]:
    made = stock(tmp_path / "data", **settings_of(request.param, request))
    yield made
    made.house.close()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Stock]:
    made = stock(tmp_path / "data")
    yield made
    made.house.close()


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    house = House(Settings(data_dir=tmp_path / "new", **settings_of(request.param, request)))  # type: ignore[arg-type]
    yield house
    house.close()


@pytest.fixture
def new(tmp_path: Path) -> Iterator[House]:
    house = House(Settings(data_dir=tmp_path / "new"))
    yield house
    house.close()


def rows(house: House, *, versions: bool) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table that is backed up; ``versions``: as the store numbers them, or without."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with reading(house.catalogue.engine) as session:
        for table in Base.metadata.sorted_tables:
            columns = [c for c in table.columns if versions or not c.name.endswith("version")]
            if table.name not in LEFT_OUT:
                found[table.name] = [
                    tuple(row) for row in session.execute(sa.select(*columns).order_by(*table.primary_key.columns))
                ]
    return found


def test_everything_is_as_before_wherever_it_is_restored(kept: Stock, empty: House, tmp_path: Path) -> None:
    """Both kinds of store and of database, from and to: also the way from one machine to several."""
    old, paper = kept.house, kept.papers[0]
    assert paper.sealed is not None
    old.objects.put("batches/x/note.json", b"first", media_type="application/json")
    old.objects.put("batches/x/note.json", b"second", media_type="application/json")
    old.objects.hold(paper.sealed.key, paper.sealed.version, on=True)
    audit.anchor(old.catalogue, old.objects)
    before, objects = rows(old, versions=False), all_bytes(old.objects)
    made = backup(old, tmp_path / "backup")
    assert (made.manifest.versions, made.manifest.lacking) == (sum(len(v) for v in objects.values()), [])
    assert verify_backup(tmp_path / "backup").damaged == []

    restored = restore(empty, tmp_path / "backup")

    assert restored.lacking == []
    assert restored.audit.entries == made.manifest.entries + 1
    assert all_bytes(empty.objects) == objects
    after = rows(empty, versions=False)
    assert {name: found for name, found in after.items() if name != "audit"} == {
        name: found for name, found in before.items() if name != "audit"
    }
    assert after["audit"][: len(before["audit"])] == before["audit"]
    for _, named in references.in_order(empty.catalogue):
        for one in named:
            assert empty.objects.head(one.key, one.version).sha256 == one.sha256
    assert [one for one in check_due(empty, now=True) if one.outcome is not Outcome.SOUND] == []
    again = Stock(empty).add()  # new rows are numbered on
    assert empty.catalogue.paper(again.id).code is not None


def test_only_what_is_new_is_copied_again(here: Stock, tmp_path: Path) -> None:
    first = backup(here.house, tmp_path / "backup")
    here.add()
    second = backup(here.house, tmp_path / "backup")
    assert (first.copied, second.copied) == (8, 4)
    assert second.manifest.before == first.sha256
    assert BackupFolder(tmp_path / "backup").snapshots() == [first.snapshot, second.snapshot]
    entries = audit.entries(here.house.catalogue, limit=1000)
    assert [e.detail["sha256"] for e in entries if e.action == "backup.made"] == [first.sha256, second.sha256]


def test_an_earlier_snapshot_can_be_restored(here: Stock, new: House, tmp_path: Path) -> None:
    first = backup(here.house, tmp_path / "backup")
    late = here.add()
    backup(here.house, tmp_path / "backup")
    restore(new, tmp_path / "backup", first.snapshot)
    assert len(new.catalogue.papers()) == 2
    with pytest.raises(NotFound):
        new.catalogue.paper(late.id)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_disposed_of_since_an_earlier_snapshot_is_disposed_of_again(
    kind: str, empty: House, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    made = stock(tmp_path / "data", papers=3, retention_years=0, **settings_of(kind, request))
    house, (gone, held, stays) = made.house, made.papers
    place_hold(house.catalogue, Hold(held.id, "Lê Thị Hai", "Tòa án mẫu", "vụ việc", times.now()), actor="auditor")
    first = backup(house, tmp_path / "backup")
    over = Lifting("Trần Văn Một", "counter-1", "Tòa án mẫu", "đã xong", times.now())
    propose_lifting(house.catalogue, held.id, over)
    approve_lifting(house.catalogue, held.id, person="Lê Thị Hai", at=times.now(), actor="auditor")
    for paper in (gone, held):
        agreed = Disposal(paper.id, "hết hạn", "Trần Văn Một", "counter-1", times.now())
        disposal.propose(house.catalogue, agreed, actor="counter-1")
        disposal.approve(house.catalogue, paper.id, person="Lê Thị Hai", actor="counter-2", at=times.now())
    backup(house, tmp_path / "backup")
    later = backup(house, tmp_path / "backup")
    (tmp_path / "backup" / "snapshots" / later.snapshot / "catalogue.jsonl.gz").write_bytes(b"damaged")

    restored = restore(empty, tmp_path / "backup", first.snapshot)
    assert restored.disposed == 1
    states = [empty.catalogue.paper(paper.id).state for paper in (gone, held, stays)]
    assert states == [PaperState.DISPOSED, PaperState.STORED, PaperState.STORED], "a hold stands above everything"
    (row,) = disposal.disposals(empty.catalogue, unfinished=False)
    assert (row.paper, row.proposed_by, row.approved_by) == (gone.id, "Trần Văn Một", "Lê Thị Hai")
    assert [key for key in empty.objects.keys("") if gone.id.value in key] == []
    assert {one.id for one in empty.catalogue.find(OWNER.number)} == {held.id, stays.id}
    house.close()


def test_a_backup_made_before_newer_tables_is_brought_up_to_date(here: Stock, new: House, tmp_path: Path) -> None:
    made = backup(here.house, tmp_path / "backup")
    folder = tmp_path / "backup" / "snapshots" / made.snapshot
    _as_of_0008(folder)
    restore(new, tmp_path / "backup")
    papers = {paper.id: paper for paper in new.catalogue.papers()}
    assert papers == {paper.id: here.now(paper) for paper in here.papers}


def _as_of_0008(folder: Path) -> None:
    """Make a snapshot look as one of the migration before dossiers had rows."""
    newer = {
        "papers": {"handed_over_at", "superseded_by", "lane", "hidden_pages", "joined_into", "joined_by", "joined_at"},
        "batches": {"lane", "employer"},
        "owners": {"same_as", "codes_gone"},
        "access_keys": {"former_sha256", "former_until"},
    }
    known = {"alembic", "batches", "owners", "papers", "co_owners", "fields", "checks", "waiting", "sealed_versions"}
    known |= {"day_records", "access_keys", "reuses", "verifications", "events", "audit", "audit_blocks"}
    lines, keep, table = list[str](), list[int](), ""
    for line in gzip.decompress((folder / "catalogue.jsonl.gz").read_bytes()).decode().splitlines():
        said = json.loads(line)
        if isinstance(said, dict):
            table = said["table"]
            keep = [i for i, (name, _) in enumerate(said["columns"]) if name not in newer.get(table, ())]
            said["columns"] = [said["columns"][i] for i in keep]
        else:
            said = [said[i] for i in keep]
        if table in known:
            lines.append(json.dumps(said))
    with gzip.open(folder / "catalogue.jsonl.gz", "wt") as file:
        file.write("\n".join(lines) + "\n")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    from ingest.upkeep.backup_folder import hash_of  # noqa: PLC0415 - beside what it forges

    manifest |= {"revision": "0008"}
    manifest["sha256"]["catalogue.jsonl.gz"] = hash_of(folder / "catalogue.jsonl.gz")
    (folder / "manifest.json").write_text(json.dumps(manifest))


def blobs(folder: Path) -> set[str]:
    return {path.name for path in (folder / "objects").glob("*/*")}


@pytest.mark.parametrize("second", ["backup", "prune"])
def test_a_second_run_on_a_folder_waits_for_the_first(here: Stock, tmp_path: Path, second: str) -> None:
    folder = tmp_path / "backup"
    made = backup(here.house, folder)
    runs = {"backup": lambda: backup(here.house, folder), "prune": lambda: prune(here.house, folder, made, 1)}
    with ThreadPoolExecutor(1) as threads:
        with alone(folder):
            waiting = threads.submit(runs[second])
            with pytest.raises(TimeoutError):
                waiting.result(timeout=1)
        waiting.result(timeout=120)


def test_the_oldest_snapshots_go_once_the_new_one_is_whole(here: Stock, new: House, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    passing = here.house.objects.put("batches/x/note.json", b"passing", media_type="application/json")
    first = backup(here.house, folder)
    here.house.objects.delete(passing.key, passing.version)
    here.add()
    second = backup(here.house, folder)
    (folder / "objects" / "ab").mkdir(exist_ok=True)
    (folder / "objects" / "ab" / ("ab" * 32)).write_bytes(b"copied by a run that was stopped")
    (folder / "objects" / "ab" / ".draft").write_bytes(b"not even that")
    aside = folder / "objects" / passing.sha256[:2] / f"{passing.sha256}.damaged"
    aside.write_bytes(b"set aside")

    third = backup(here.house, folder)
    assert prune(here.house, folder, third, keep=3).removed == []
    assert passing.sha256 in blobs(folder), "a snapshot names it"
    assert not {"ab" * 32, ".draft"} & blobs(folder)
    assert prune(here.house, folder, third, keep=2).removed == [first.snapshot]
    assert not {passing.sha256, aside.name} & blobs(folder)
    assert BackupFolder(folder).snapshots() == [second.snapshot, third.snapshot]
    for name in (second.snapshot, third.snapshot):
        assert verify_backup(folder, name).damaged == []
    told = [entry for entry in audit.entries(here.house.catalogue, limit=1000) if entry.action == PRUNED]
    assert [dict(entry.detail) for entry in told] == [{"removed": first.snapshot}]
    assert restore(new, folder, second.snapshot).lacking == []


def test_the_only_whole_snapshot_is_never_removed(here: Stock, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    first = backup(here.house, folder)
    shutil.rmtree(here.version_folder(here.papers[0].original))
    second = backup(here.house, folder)
    assert second.manifest.lacking == [here.papers[0].original.key]
    assert prune(here.house, folder, second, keep=1).removed == []
    assert BackupFolder(folder).snapshots() == [first.snapshot, second.snapshot]
    assert verify_backup(folder, first.snapshot).damaged == []


def test_nothing_is_removed_where_what_is_to_be_kept_cannot_be_read(here: Stock, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    made = [backup(here.house, folder) for _ in range(3)]
    (folder / "snapshots" / made[1].snapshot / "objects.jsonl.gz").write_bytes(b"damaged")
    before = blobs(folder)
    with pytest.raises(BackupDamaged):
        prune(here.house, folder, made[2], keep=2)
    assert BackupFolder(folder).snapshots() == [one.snapshot for one in made]
    assert blobs(folder) == before


@pytest.mark.parametrize("stopped", ["rmtree", "unlink"])
def test_a_removal_that_was_stopped_is_done_by_the_next(
    here: Stock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stopped: str
) -> None:
    folder = tmp_path / "backup"
    passing = here.house.objects.put("batches/x/note.json", b"passing", media_type="application/json")
    backup(here.house, folder)
    here.house.objects.delete(passing.key, passing.version)
    second = backup(here.house, folder)

    def ends(*_: object, **__: object) -> None:
        raise OSError(5, "the power fails")

    with monkeypatch.context() as fault:
        if stopped == "rmtree":
            fault.setattr("ingest.upkeep.backup_folder.shutil.rmtree", ends)
        else:
            fault.setattr(BackupFolder, "sweep", ends)
        with pytest.raises(OSError, match="power"):
            prune(here.house, folder, second, keep=1)
    assert BackupFolder(folder).snapshots() == [second.snapshot], "half of one is none"
    third = backup(here.house, folder)
    assert prune(here.house, folder, third, keep=1).removed == [second.snapshot]
    assert [path.name for path in (folder / "snapshots").iterdir()] == [third.snapshot]
    assert passing.sha256 not in blobs(folder)
    assert verify_backup(folder).damaged == []


def test_an_installation_with_anything_in_it_is_left_alone(kept: Stock, tmp_path: Path) -> None:
    backup(kept.house, tmp_path / "backup")
    objects = all_bytes(kept.house.objects)
    with pytest.raises(NotEmpty):
        restore(kept.house, tmp_path / "backup")
    assert all_bytes(kept.house.objects) == objects


def test_a_store_with_anything_in_it_is_left_alone(here: Stock, new: House, tmp_path: Path) -> None:
    backup(here.house, tmp_path / "backup")
    new.objects.put("something", b"else", media_type="text/plain")
    with pytest.raises(NotEmpty):
        restore(new, tmp_path / "backup")


def test_an_interrupted_backup_goes_on(
    here: Stock, new: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills up in the middle."""
    written = BackupFolder.put

    def full(self: BackupFolder, sha256: str, data: bytes) -> None:
        if len(list((self.root / "objects").rglob("*"))) > 6:
            raise OSError(28, "No space left on device")
        written(self, sha256, data)

    monkeypatch.setattr(BackupFolder, "put", full)
    with pytest.raises(OSError, match="No space"):
        backup(here.house, tmp_path / "backup")
    monkeypatch.setattr(BackupFolder, "put", written)
    with pytest.raises(NotFound):
        restore(new, tmp_path / "backup")
    made = backup(here.house, tmp_path / "backup")
    assert 0 < made.copied < made.manifest.versions
    assert len(list((tmp_path / "backup" / "snapshots").iterdir())) == 1
    assert restore(new, tmp_path / "backup").objects == made.manifest.versions


def test_an_interrupted_restore_goes_on(kept: Stock, empty: House, tmp_path: Path) -> None:
    kept.house.objects.put("batches/x/note.json", b"first", media_type="application/json")
    kept.house.objects.put("batches/x/note.json", b"second", media_type="application/json")
    objects = all_bytes(kept.house.objects)
    made = backup(kept.house, tmp_path / "backup")
    folder = tmp_path / "backup" / "snapshots" / made.snapshot
    whole = (folder / "catalogue.jsonl.gz").read_bytes()
    put, count = empty.objects.put, 0

    def away(key: str, data: bytes, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count > 7:
            raise StoreUnavailable(part="object store", reason="gone")
        return put(key, data, **named)

    empty.objects.put = away  # type: ignore[method-assign]
    with pytest.raises(StoreUnavailable):
        restore(empty, tmp_path / "backup")
    empty.objects.put = put  # type: ignore[method-assign]
    assert empty.catalogue.papers() == []
    assert whole == (folder / "catalogue.jsonl.gz").read_bytes()
    restored = restore(empty, tmp_path / "backup")
    assert restored.lacking == []
    assert all_bytes(empty.objects) == objects
    assert len(empty.catalogue.papers()) == 2


def test_a_damaged_object_is_named_and_the_others_restored(here: Stock, new: House, tmp_path: Path) -> None:
    sealed = here.papers[0].sealed
    assert sealed is not None
    made = backup(here.house, tmp_path / "backup")
    blob = tmp_path / "backup" / "objects" / sealed.sha256[:2] / sealed.sha256
    blob.write_bytes(b"x" * sealed.size)
    restored = restore(new, tmp_path / "backup")
    assert restored.lacking == [sealed.key]
    assert restored.objects == made.manifest.versions - 1
    assert new.catalogue.paper(here.papers[0].id).sealed == sealed
    assert verify_backup(tmp_path / "backup").damaged == [sealed.key]
    backup(here.house, tmp_path / "backup")  # writes what was set aside anew
    assert verify_backup(tmp_path / "backup").damaged == []


def test_an_object_damaged_in_the_store_is_named_in_the_backup(here: Stock, tmp_path: Path) -> None:
    here.tamper(here.papers[0].original)
    shutil.rmtree(here.version_folder(here.papers[1].original))
    made = backup(here.house, tmp_path / "backup")
    assert made.manifest.lacking == sorted(paper.original.key for paper in here.papers)
    assert made.manifest.versions == 6


@pytest.mark.parametrize("name", ["manifest.json", "catalogue.jsonl.gz", "objects.jsonl.gz"])
def test_a_damaged_list_restores_nothing(here: Stock, new: House, tmp_path: Path, name: str) -> None:
    made = backup(here.house, tmp_path / "backup")
    (tmp_path / "backup" / "snapshots" / made.snapshot / name).write_bytes(b"damaged")
    for act in (lambda: restore(new, tmp_path / "backup"), lambda: verify_backup(tmp_path / "backup")):
        with pytest.raises(BackupDamaged):
            act()
    assert list(new.objects.keys()) == []
    assert new.catalogue.papers() == []


def test_what_is_finished_while_the_backup_runs_is_finished_again(
    here: Stock, new: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sealed after the view would stand in the way, and younger anchors tell of a log cut off."""
    from ingest.upkeep import backup as module  # noqa: PLC0415 - to act between its two halves

    dumped, late = module.dump, list[PaperId]()

    def then_more(*arguments: Any) -> Any:
        made = dumped(*arguments)
        late.append(here.add().id)
        audit.anchor(here.house.catalogue, here.house.objects)
        return made

    monkeypatch.setattr(module, "dump", then_more)
    backup(here.house, tmp_path / "backup")
    restored = restore(new, tmp_path / "backup")
    assert restored.lacking == []
    keys = list(new.objects.keys())
    assert f"originals/{late[0]}/original" in keys  # nobody's: to be catalogued again
    assert not any(key.startswith("papers/") and late[0].value in key for key in keys)


def test_the_store_s_clock_does_not_matter(here: Stock, new: House, tmp_path: Path) -> None:
    """A catalogue whose clock is a year behind sees everything as younger than itself."""
    here.house.catalogue._clock = lambda: times.now() - dt.timedelta(days=365)  # noqa: SLF001
    made = backup(here.house, tmp_path / "backup")
    assert made.manifest.versions == 8
    assert restore(new, tmp_path / "backup").objects == 8


def test_secrets_open_with_their_passphrase_only(tmp_path: Path) -> None:
    root, file = tmp_path / "data", tmp_path / "secrets.json"
    house = House(Settings(data_dir=root))
    secret, anchor = house.owner_secret, house.development.trust_folder
    names = lock_away(root, file, "đúng mật khẩu")
    assert "owner-secret" in names
    assert any(name.startswith("development/") for name in names)
    assert secret.hex() not in file.read_text()
    with pytest.raises(PassphraseWrong):
        put_back(file, tmp_path / "new", "sai mật khẩu")
    assert not (tmp_path / "new").exists()
    assert put_back(file, tmp_path / "new", "đúng mật khẩu") == names
    assert House(Settings(data_dir=tmp_path / "new")).owner_secret == secret
    assert anchor.exists()
    file.write_text("{}")
    with pytest.raises(BackupDamaged):
        put_back(file, tmp_path / "new", "đúng mật khẩu")


def test_secrets_are_put_back_to_their_places_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "sohoa.toml").write_text("")
    with monkeypatch.context() as other:
        other.setattr(secret_box, "PLACES", ("sohoa.toml",))
        lock_away(tmp_path / "data", tmp_path / "secrets.json", "mật khẩu")
    with pytest.raises(BackupDamaged):
        put_back(tmp_path / "secrets.json", tmp_path / "new", "mật khẩu")
    assert not (tmp_path / "new").exists()


def test_no_secret_is_in_a_backup(here: Stock, tmp_path: Path) -> None:
    secret = here.house.owner_secret
    backup(here.house, tmp_path / "backup")
    for path in (tmp_path / "backup").rglob("*"):
        if path.is_file():
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            assert secret not in data
            assert secret.hex().encode() not in data


def test_the_inventory_knows_what_was_restored(here: Stock, new: House, tmp_path: Path) -> None:
    backup(here.house, tmp_path / "backup")
    restore(new, tmp_path / "backup")
    assert inventory.health(new.catalogue).objects[Outcome.NEW] == 8
    with reading(new.catalogue.engine) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(PaperRow)) == 2
