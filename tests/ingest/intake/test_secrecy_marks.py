"""A paper with a state-secret mark: work stops, the file is kept apart, and nothing of it is anywhere else."""

import json
from pathlib import Path

import pytest
import structlog

from dossier import times
from dossier.errors import SecrecyMark
from dossier.papers import PaperState, Setback
from ingest import pipeline
from ingest.house import QUARANTINE, House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.problems import set_aside
from ingest.settings import Settings
from storage.audit_log import audit
from tests.generator.faults import Scanner
from tests.generator.render import Kind
from tests.ingest import made
from tests.ocr.secrecy_pages import Stamp, page_of, scanned, stamped


def test_a_secret_paper_stops_and_leaves_no_trace(tmp_path: Path) -> None:
    page = scanned(stamped(page_of(Kind.OFFICIAL_LETTER, 4, 150), Stamp("TỐI MẬT", where=(0.1, 0.17))), Scanner(), 1)
    data = made.encoded(page[..., ::-1], "JPEG", dpi=(150, 150), quality=90)
    house = House(Settings(data_dir=tmp_path / "data"))
    batch = open_batch(house, Manifest("test", (ManifestEntry("1.jpg", "001190012345"),)))
    paper = receive(house, batch.id, "1.jpg", data).paper.id
    with structlog.testing.capture_logs() as logs:
        for step in (pipeline.inspect, pipeline.clean):
            step(house, paper)
        with pytest.raises(SecrecyMark) as caught:
            pipeline.read(house, paper)
        assert set_aside(house, paper, caught.value, Setback("read", "", 0, times.now())) is PaperState.QUARANTINED

    kept = house.catalogue.paper(paper)
    assert (kept.fields, kept.title, kept.paper_type) == ((), None, None)
    own = [listed.key for listed in house.objects.walk() if str(paper) in listed.key]
    assert own == [f"{QUARANTINE}{paper}/original"]
    told = json.dumps([logs, [str(entry) for entry in audit.entries(house.catalogue)]], ensure_ascii=False, default=str)
    assert "TỐI MẬT" not in told
    assert "Tân" not in told
    for step in pipeline.PREPARE[3:]:
        step(house, paper)
    assert house.catalogue.paper(paper) == kept
    house.close()
