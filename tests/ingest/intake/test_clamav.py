"""The virus scanner: harmful files are found, nothing passes unseen, and what is found is kept from everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dossier import times
from dossier.errors import ConfigurationError, MalwareFound, ScannerUnavailable
from dossier.papers import PaperState, Setback
from ingest import pipeline
from ingest.house import QUARANTINE, House
from ingest.intake.clamav import ClamAv
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.problems import set_aside
from ingest.settings import Settings
from tests.ingest import made
from tests.ingest.clamd import CLAMD, answering, clamd, harmless_string


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClamAv]:
    if CLAMD is None:
        pytest.skip("clamd is not installed")
    with clamd(tmp_path_factory.mktemp("clamd")) as path:
        yield ClamAv(str(path), 60.0)


def test_the_daemon_finds_what_is_harmful(daemon: ClamAv) -> None:
    daemon.require_clean(made.scan_pdf())
    daemon.require_clean(b"")
    for harmful in (harmless_string(), made.scan_pdf() + harmless_string()):
        with pytest.raises(MalwareFound):
            daemon.require_clean(harmful)
    assert daemon.version().startswith("ClamAV")


def test_a_file_that_the_daemon_does_not_take_whole_does_not_pass(daemon: ClamAv) -> None:
    with pytest.raises(ScannerUnavailable) as caught:
        daemon.require_clean(bytes(3_000_000) + harmless_string())
    assert "StreamMaxLength" in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [b"", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"stream: oops ERROR\0", b"OK\0", b"\xff\0"],
)
def test_only_a_plain_ok_lets_a_file_pass(tmp_path: Path, answer: bytes) -> None:
    with answering(tmp_path / "s", answer), pytest.raises(ScannerUnavailable):
        ClamAv(str(tmp_path / "s"), 5.0).require_clean(b"x")


def test_a_plain_ok_and_a_find(tmp_path: Path) -> None:
    with answering(tmp_path / "s", b"stream: OK\0"):
        ClamAv(str(tmp_path / "s"), 5.0).require_clean(bytes(100))
    with answering(tmp_path / "t", b"stream: Some.Name FOUND\0"), pytest.raises(MalwareFound):
        ClamAv(str(tmp_path / "t"), 5.0).require_clean(bytes(100))


def test_a_daemon_that_is_silent_or_gone_is_away(tmp_path: Path) -> None:
    with answering(tmp_path / "s", b"stream: OK\0", after_s=30), pytest.raises(ScannerUnavailable):
        ClamAv(str(tmp_path / "s"), 0.2).require_clean(b"x")
    with pytest.raises(ScannerUnavailable):
        ClamAv(str(tmp_path / "nowhere"), 1.0).require_clean(b"x")
    with pytest.raises(ConfigurationError):
        ClamAv("clamd.sock")


def test_a_harmful_paper_is_quarantined_and_waits_where_the_scanner_is_away(tmp_path: Path) -> None:
    house = House(Settings(data_dir=tmp_path / "data", clamav_socket=str(tmp_path / "s")))
    batch = open_batch(house, Manifest("test", (ManifestEntry("1.pdf", "001190012345"),)))
    data = made.scan_pdf()
    paper = receive(house, batch.id, "1.pdf", data).paper
    with pytest.raises(ScannerUnavailable):
        pipeline.inspect(house, paper.id)
    assert house.catalogue.paper(paper.id).state is PaperState.RECEIVED

    with answering(tmp_path / "s", b"stream: Some.Name FOUND\0"), pytest.raises(MalwareFound) as found:
        pipeline.inspect(house, paper.id)
    assert set_aside(house, paper.id, found.value, Setback("inspect", "", 0, times.now())) is PaperState.QUARANTINED
    kept = house.catalogue.paper(paper.id)
    assert kept.problem == "malware-found"
    assert kept.original.key.startswith(QUARANTINE)
    assert kept.original.media_type == "application/octet-stream"
    assert house.objects.get(kept.original.key, kept.original.version) == data
    assert not list(house.objects.keys("originals/"))
    assert set_aside(house, paper.id, found.value, Setback("inspect", "", 0, times.now())) is PaperState.QUARANTINED
    house.close()
