"""The pipeline stores a later certificate, and the one before steps back with it; steps may run twice."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dossier.papers import Field, Paper, PaperState
from ingest import pipeline
from ingest.house import House
from ingest.people.confirm import confirm
from ingest.settings import Settings
from storage.lifecycle.standing import history
from tests.ingest.arrivals import drawn_pdf, prepared

COMPANY = "0301218962"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(Settings(data_dir=tmp_path))
    yield opened
    opened.close()


def ready(house: House, change: int) -> Paper:
    """Take a page in, and let a person say that it is the certificate of a company's n-th change."""
    paper = prepared(house, f"{change}.pdf", drawn_pdf(f"Certificate of change no. {change}"))
    fields = (
        Field("enterprise_code", COMPANY, COMPANY, 1, None, 1.0),
        Field("changes_made", str(change), str(change), 1, None, 1.0),
    )
    named = replace(paper, paper_type="business-registration", fields=fields)
    return house.catalogue.save(named, actor="counter", action="test")


def finished(house: House, paper: Paper) -> Paper:
    confirm(house, paper.id, by="Trần Văn Đối", actor="counter")
    for step in pipeline.FINISH:
        step(house, paper.id)
        step(house, paper.id)  # a crash came between the work and the note that it was done
    return house.catalogue.paper(paper.id)


def test_a_later_change_supersedes_and_an_earlier_one_is_superseded_at_once(house: House) -> None:
    second, third, first = (finished(house, ready(house, change)) for change in (2, 3, 1))
    now = [house.catalogue.paper(paper.id) for paper in (first, second, third)]
    assert [paper.state for paper in now] == [PaperState.SUPERSEDED, PaperState.SUPERSEDED, PaperState.STORED]
    assert [paper.superseded_by for paper in now] == [third.id, third.id, None]
    assert first.sealed is not None, "it is kept and proven all the same"
    assert [len(history(house.catalogue, paper.id)) for paper in now] == [1, 1, 0]
    kinds = [event.kind for event in house.catalogue.events() if event.paper == first.id]
    assert kinds == ["paper.stored", "paper.superseded"]
