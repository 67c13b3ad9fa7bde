"""What failed is tried again: all of it, each paper once, and the audit log tells who asked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dossier.errors import StoreUnavailable, WrongState
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from ingest.house import House
from ingest.people import retry as retrying
from ingest.people.retry import retry, retry_failed
from ingest.problems import wait_for
from ingest.settings import Settings
from storage.audit_log import audit
from storage.under_way.waiting import RETRIED
from tests.ingest.test_queue import send


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(Settings(data_dir=tmp_path / "data"))
    yield house
    house.close()


def fail(house: House, paper: PaperId) -> None:
    failed = replace(house.catalogue.paper(paper), state=PaperState.FAILED, problem="part-failed")
    house.catalogue.save(failed, actor="test", action="paper.failed")


def retried(house: House) -> list[str]:
    found = audit.entries(house.catalogue, limit=1000)
    return [entry.object for entry in found if (entry.action, entry.actor) == (RETRIED, "officer-1")]


def test_all_that_failed_are_tried_again_each_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "_TOGETHER", 2)
    papers = send(house, 8)
    for paper in papers[:7]:
        fail(house, paper)
    tried = []
    for paper in retry_failed(house, actor="officer-1"):
        tried.append(paper.id)
        fail(house, paper.id)  # at once, once more: that is for another call
    assert tried == papers[:7]
    assert retried(house) == [f"paper:{paper}" for paper in papers[:7]]
    assert house.catalogue.paper(papers[7]).state is PaperState.RECEIVED


def test_what_somebody_else_sent_on_its_way_is_left_to_him(house: House) -> None:
    first, second, third = send(house, 3)
    for paper in (first, second, third):
        fail(house, paper)
    tried = []
    for paper in retry_failed(house, actor="officer-1"):
        tried.append(paper.id)
        if paper.id == first:
            retry(house, second, actor="officer-2")
    assert tried == [first, third]
    assert retried(house) == [f"paper:{first}", f"paper:{third}"]


def test_that_one_which_waits_was_tried_is_told(house: House) -> None:
    (paper,) = send(house)
    with pytest.raises(WrongState):
        retry(house, paper, actor="officer-1")
    wait_for(house, paper, StoreUnavailable(part="objects", reason="away"))
    retry(house, paper, actor="officer-1")
    assert retried(house) == [f"paper:{paper}"]
