"""kill -9 anywhere: the paper finishes, stored once, sealed once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dossier.papers import Paper, PaperState
from dossier.verdicts import Verdict
from ingest import pipeline
from ingest.house import House
from ingest.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.settings import Settings
from signing.validate import validate
from storage import audit

STEPS = [*(s.__name__ for s in pipeline.PREPARE), "confirm", *(s.__name__ for s in pipeline.FINISH)]
DEATHS = {
    "after-each-step": [f"after:{name}" for name in STEPS],
    "before-a-write": [f"put:{n}" for n in range(1, 6)],
    "after-a-change": ["save:1", "save:1", "save:2", "save:2", "save:1"],  # classify, extract, check, confirm, store
}


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


@pytest.mark.parametrize("scenarios", DEATHS.values(), ids=DEATHS.keys())
def test_a_paper_survives_being_killed_everywhere(tmp_path: Path, small_scan: Path, scenarios: list[str]) -> None:
    data = tmp_path / "data"
    house = House(Settings(data_dir=data))
    paper = submit(house, small_scan, "001190012345")
    environment = {"SOHOA_DATA_DIR": str(data), "SOHOA_HEARTBEAT_S": "0.05", "SOHOA_DEAD_AFTER_S": "0.3"}

    ends = run([*scenarios, "finish"], environment)

    assert ends == ["SIGKILL"] * len(scenarios) + ["exit 0"]
    assert_stored_once(house, paper)
    assert not list((data / "objects" / "tmp").iterdir()), "no temporary file left behind"
    house.close()
