"""kill -9 anywhere: the paper finishes, stored once, sealed once."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dossier import times
from dossier.papers import Paper, PaperState
from dossier.verdicts import Verdict
from ingest import pipeline
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.people.retry import retry
from ingest.settings import Settings
from signing.validate import validate
from storage.audit_log import audit
from storage.objects.folder import STALE_AFTER, FolderStore
from storage.under_way.setbacks import count_failed
from tests.servers import S3Server

STEPS = [*(s.__name__ for s in pipeline.PREPARE), "confirm", *(s.__name__ for s in pipeline.FINISH)]
DEATHS = {
    "after-each-step": [f"after:{name}" for name in STEPS],
    "before-a-write": [f"put:{n}" for n in range(1, 6)],
    "after-a-change": ["save:1", "save:1", "save:2", "save:1", "save:1"],  # classify, extract, check, confirm, store
}
IMPATIENT = {"SOHOA_HEARTBEAT_S": "0.05", "SOHOA_DEAD_AFTER_S": "0.3"}
"""Workers notice each other's deaths at once."""


def run(scenarios: list[str], environment: dict[str, str]) -> list[str]:
    """Return how each worker ended."""
    finished = subprocess.run(
        [sys.executable, "-m", "tests.ingest.crash_runner", *scenarios],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return [line.split(" ", 1)[1] for line in finished.stdout.splitlines()]


def submit(house: House, scan: Path, number: str) -> Paper:
    entry = ManifestEntry(scan.name, number, "Người Thử", confirmed_by="Người đối chiếu")
    batch = open_batch(house, Manifest("test", (entry,), batch=f"crash-{number}"))
    return receive(house, batch.id, scan.name, scan.read_bytes()).paper


def assert_stored_once(house: House, paper: Paper) -> None:
    stored = house.catalogue.paper(paper.id)
    assert stored.state is PaperState.STORED
    assert stored.sealed is not None
    assert len(house.objects.versions(stored.sealed.key)) == 1, "sealed once"
    assert validate(house.objects.get(stored.sealed.key), house.trust).verdict is Verdict.VALID
    assert [e.kind for e in house.catalogue.events(0, 100) if e.paper == paper.id] == ["paper.stored"]
    entries = [e for e in audit.entries(house.catalogue.engine, limit=1000) if e.object == f"paper:{paper.id}"]
    assert sum(e.action == "paper.stored" for e in entries) == 1, "stored once"
    audit.check(house.catalogue, house.objects)
    assert list(house.objects.keys(f"work/{paper.id}/")) == [], "no work left behind"


def survive(scan: Path, scenarios: list[str], environment: dict[str, str]) -> None:
    """Send a paper, let its workers die as ``scenarios`` say, and look at what is left."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        house = House(Settings.load())
    with contextlib.closing(house):
        paper = submit(house, scan, "001190012345")
        ends = run([*scenarios, "finish"], environment)
        assert ends == ["SIGKILL"] * len(scenarios) + ["exit 0"]
        assert_stored_once(house, paper)


@pytest.mark.parametrize("scenarios", DEATHS.values(), ids=DEATHS.keys())
def test_a_paper_survives_being_killed_everywhere(tmp_path: Path, small_scan: Path, scenarios: list[str]) -> None:
    survive(small_scan, scenarios, {"SOHOA_DATA_DIR": str(tmp_path / "data"), **IMPATIENT})
    root = tmp_path / "data" / "objects"
    FolderStore(root, clock=lambda: times.now() + 2 * STALE_AFTER)  # opened later: what a kill left goes
    assert not list((root / "tmp").iterdir()), "no temporary file left behind"


def test_a_paper_survives_on_postgresql_and_s3(
    tmp_path: Path, small_scan: Path, postgres_url: str, s3_server: S3Server
) -> None:
    distributed = {
        "SOHOA_DATA_DIR": str(tmp_path / "data"),
        "SOHOA_DATABASE_URL": postgres_url,
        "SOHOA_OBJECT_STORE": "s3",
        "SOHOA_S3_ENDPOINT": s3_server.endpoint,
        "SOHOA_S3_BUCKET": "crashes",
        "SOHOA_S3_ACCESS_KEY": s3_server.access_key,
        "SOHOA_S3_SECRET_KEY": s3_server.secret_key,
        "SOHOA_S3_SECURE": "false",
    }
    survive(small_scan, DEATHS["after-a-change"], {**distributed, **IMPATIENT})


def test_a_paper_that_ends_every_worker_is_set_aside_and_takes_no_other_with_it(
    tmp_path: Path, small_scan: Path
) -> None:
    environment = {"SOHOA_DATA_DIR": str(tmp_path / "data"), "SOHOA_WORKERS": "2", **IMPATIENT}
    house = House(Settings(data_dir=tmp_path / "data"))
    with contextlib.closing(house):
        entries = [ManifestEntry(n, "001190012345", "Người Thử", confirmed_by="A") for n in ("poison.jpg", "good.jpg")]
        batch = open_batch(house, Manifest("test", tuple(entries), batch="poisoned"))
        scans = (small_scan.read_bytes(), small_scan.with_name("don-de-nghi.jpg").read_bytes())
        poisoned, good = (
            receive(house, batch.id, entry.name, scan).paper for entry, scan in zip(entries, scans, strict=True)
        )
        ends = run(["poison:clean,poison.jpg"] * 4, environment)
        assert ends == ["SIGKILL"] * 3 + ["exit 0"]
        assert house.catalogue.paper(good.id).state is PaperState.STORED
        failed = house.catalogue.paper(poisoned.id)
        assert (failed.state, failed.problem) == (PaperState.FAILED, "worker-lost")
        assert failed.setback is not None
        assert (failed.setback.step, failed.setback.losses, len(failed.setback.trace)) == ("clean", 3, 16)
        assert count_failed(house.catalogue.engine) == {"worker-lost": 1}
        (told,) = (e for e in audit.entries(house.catalogue.engine, limit=1000) if e.action == "paper.failed")
        assert (told.detail["step"], told.detail["trace"]) == ("clean", failed.setback.trace)

        retry(house, poisoned.id, actor="test")
        assert run(["finish"], environment) == ["exit 0"]
        assert_stored_once(house, poisoned)
