"""A service manager's request ends the processes in order: nothing is lost, nothing is complained of."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dossier.papers import PaperState
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.settings import Settings
from tests.benchmarks.usage import free_port

SOHOA = str(Path(sys.executable).with_name("sohoa"))
PATIENCE_S = 120


@pytest.mark.parametrize("command", ["worker", "serve"])
def test_a_process_that_is_asked_to_end_gives_back_its_papers(tmp_path: Path, sample: Path, command: str) -> None:
    house = House(Settings(data_dir=tmp_path / "data"))
    scan = sample / "quyet-dinh-1.pdf"
    batch = open_batch(house, Manifest("test", (ManifestEntry(scan.name),)))
    paper = receive(house, batch.id, scan.name, scan.read_bytes()).paper.id
    arguments = [SOHOA, command, *(["--port", str(free_port())] if command == "serve" else [])]
    environment = {**os.environ, "SOHOA_DATA_DIR": str(tmp_path / "data")}
    log = tmp_path / "log"
    with log.open("w") as output:
        process = subprocess.Popen(arguments, env=environment, stderr=output)
    deadline = time.monotonic() + PATIENCE_S
    while '"working"' not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_S) == 0
    told = log.read_text()
    assert "papers handed back" in told
    assert not any(word in told for word in ("Traceback", "ERROR", '"error"', "Exception")), told
    assert house.catalogue.paper(paper).state is PaperState.RECEIVED
    assert (house.catalogue.executors(), house.catalogue.paper(paper).setback) == ([], None)
    house.close()
    with sqlite3.connect(tmp_path / "data" / "work.db") as work:
        assert work.execute("SELECT status FROM workflow_status").fetchall() == [("ENQUEUED",)]
    work.close()
