"""The data folder is destroyed, and everything is as it was: real papers, their seals, what was under way."""

import dataclasses
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dossier.identifiers import PaperId
from dossier.papers import PaperState
from dossier.verdicts import Verdict
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.people.confirm import confirm
from ingest.proof.evidence import evidence_package
from ingest.proof.verifications import all_of
from ingest.settings import Settings
from ingest.upkeep.backup import backup
from ingest.upkeep.backup_folder import BackupFolder
from ingest.upkeep.consistency import check
from ingest.upkeep.restore import restore
from ingest.upkeep.secret_box import lock_away, put_back
from ingest.work import Work
from storage.audit_log import audit
from tests.ingest.stocked import on_servers, stock
from tests.servers import S3Server

OWNER = "001190012345"
BACK_UP = "import sys; from api.cli import main; sys.argv = ['sohoa', 'backup', sys.argv[1]]; main()"


def send(house: House, name: str, data: bytes, by: str | None) -> PaperId:
    entry = ManifestEntry(name, OWNER, "Người Thử", confirmed_by=by, despite_twin="bản quét thử")
    return receive(house, open_batch(house, Manifest("test", (entry,))).id, name, data).paper.id


def work_off(house: House, *papers: PaperId) -> None:
    with Work(house) as work:
        for paper in papers:
            work.start(paper)
        work.wait(papers)


def test_what_was_destroyed_is_as_before_and_what_was_under_way_goes_on(
    tmp_path: Path, small_scan: Path, s3_server: S3Server, postgres_url: str
) -> None:
    """From one machine to servers."""
    scan, root = small_scan.read_bytes(), tmp_path / "data"
    old = House(Settings(data_dir=root, heartbeat_s=0.1))
    stored_id = send(old, "a.jpg", scan, "Trần Văn Đối")
    waiting_id = send(old, "b.jpg", scan + b"\0", None)
    work_off(old, stored_id, waiting_id)
    received_id = send(old, "c.jpg", scan + b"\0\0", "Trần Văn Đối")  # nobody has begun with it
    stored = old.catalogue.paper(stored_id)
    assert stored.state is PaperState.STORED
    assert stored.sealed is not None
    assert stored.owner is not None
    sealed = old.objects.get(stored.sealed.key, stored.sealed.version)
    waiting, verdicts = old.catalogue.paper(waiting_id), all_of(old, stored_id)
    evidence_package(old, stored, actor="test")  # leaves anchors of the audit log
    head = audit.check(old.catalogue, old.objects)
    made = backup(old, tmp_path / "backup")
    lock_away(root, tmp_path / "secrets", "mật khẩu")
    secret = old.owner_secret
    old.close()
    shutil.rmtree(root)

    put_back(tmp_path / "secrets", root, "mật khẩu")
    there = on_servers(s3_server, postgres_url, f"test-{secrets.token_hex(6)}")
    new = House(Settings(data_dir=root, heartbeat_s=0.1, **there))  # type: ignore[arg-type]  # checked by pydantic
    restored = restore(new, tmp_path / "backup")

    assert (restored.lacking, restored.objects) == ([], made.manifest.versions)
    assert restored.audit.entries == head.entries + 1
    assert new.owner_secret == secret
    again = new.catalogue.paper(stored_id)
    assert again.sealed is not None
    assert new.objects.get(again.sealed.key, again.sealed.version) == sealed
    assert _without_versions(again) == _without_versions(stored)
    assert _without_versions(new.catalogue.paper(waiting_id)) == _without_versions(waiting)
    assert [paper.id for paper in new.catalogue.find(stored.owner.number)] == [stored_id]
    assert [v.kept for v in all_of(new, stored_id)] == [v.kept for v in verdicts]
    assert evidence_package(new, again, actor="test")
    assert [finding for finding in check(new) if finding.wrong] == []

    confirm(new, waiting_id, by="Lê Thị So", actor="test")
    with Work(new) as work:  # finds both by their states: the queue was not in the backup
        for _ in range(1200):
            states = {new.catalogue.paper(paper).state for paper in (waiting_id, received_id)}
            if states == {PaperState.STORED}:
                break
            time.sleep(0.1)
        work.wait([waiting_id, received_id])
    for paper in (waiting_id, received_id):
        finished = new.catalogue.paper(paper)
        assert (finished.state, finished.verdict) == (PaperState.STORED, Verdict.VALID)
    assert audit.check(new.catalogue, new.objects).entries > restored.audit.entries
    new.close()


def _without_versions(paper: object) -> object:
    """Return a paper without the version identifiers, which are the store's own."""
    assert dataclasses.is_dataclass(paper)
    found = {field.name: getattr(paper, field.name) for field in dataclasses.fields(paper)}
    for name in ("original", "sealed"):
        if found[name] is not None:
            found[name] = dataclasses.replace(found[name], version="")
    return found


def test_a_killed_backup_goes_on(tmp_path: Path) -> None:
    made = stock(tmp_path / "data", 60)
    process = subprocess.Popen(
        [sys.executable, "-c", BACK_UP, tmp_path / "backup"],
        env={**os.environ, "SOHOA_DATA_DIR": str(tmp_path / "data")},
        stdout=subprocess.DEVNULL,
    )
    target = BackupFolder(tmp_path / "backup")
    while process.poll() is None and not list((tmp_path / "backup" / "objects").rglob("*")):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if target.snapshots():
        pytest.skip("it was faster than the signal")
    ended = backup(made.house, tmp_path / "backup")
    assert ended.manifest.versions == 240
    assert target.snapshots() == [ended.snapshot]
    assert not [path for path in (tmp_path / "backup" / "snapshots").iterdir() if path.name != ended.snapshot]
    made.house.close()
