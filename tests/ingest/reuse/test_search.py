"""The index follows what is stored and what is accepted later; a hit is shown where it stands on the page."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dossier.catalogue_files import load_paper_types
from dossier.papers import Paper, PaperState
from dossier.search import parse_query
from ingest import pipeline
from ingest.duties import DUTIES
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.people.confirm import confirm
from ingest.people.versions import versions_of
from ingest.reuse.search import NUMBER_FIELDS, SEARCHED, Answer, catch_up, find, index_paper
from ingest.settings import Settings
from ocr.model import Reading
from storage.audit_log import audit
from storage.searching import search_index
from storage.searching.search import Filters


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, small_scan: Path) -> Iterator[tuple[House, Paper]]:
    """A house with one card in its store."""
    house = House(Settings(data_dir=tmp_path_factory.mktemp("house")))
    batch = open_batch(house, Manifest("test", (ManifestEntry("can-cuoc.jpg", "001190012345"),)))
    paper = receive(house, batch.id, "can-cuoc.jpg", small_scan.read_bytes()).paper.id
    for step in pipeline.PREPARE:
        step(house, paper)
    assert not search_index.put(house.catalogue, paper, [], [], 1)
    confirm(house, paper, by="A", actor="test")
    for step in pipeline.FINISH:
        step(house, paper)
    yield house, house.catalogue.paper(paper)
    house.close()


def asked(house: House, text: str) -> Answer:
    return find(house, parse_query(text), Filters(), actor="quay-3")


def test_a_stored_paper_is_found_by_its_words_which_are_shown_in_their_boxes(kept: tuple[House, Paper]) -> None:
    house, paper = kept
    (version,) = versions_of(house, paper)
    (one,) = asked(house, "can cuoc cong dan").papers
    assert one.paper == paper
    (snippet,) = one.snippets
    first, behind = snippet.marks[0]
    assert snippet.text[first:behind] == "CĂN"
    words = {word.box: word.text for word in version.reading.pages[0].words}
    assert [words[box] for box in snippet.boxes] == [snippet.text[first:behind] for first, behind in snippet.marks]


def test_a_step_that_runs_twice_changes_nothing(kept: tuple[House, Paper]) -> None:
    house, paper = kept
    before = asked(house, "can cuoc")
    pipeline.index(house, paper.id)
    assert asked(house, "can cuoc") == before


def test_what_was_looked_for_is_recorded_nowhere_and_who_saw_what_is(kept: tuple[House, Paper]) -> None:
    house, paper = kept
    asked(house, "kín đáo")
    asked(house, "can cuoc")
    none, one = audit.entries(house.catalogue, limit=1000)[-2:]
    assert (one.actor, one.action, one.detail) == ("quay-3", SEARCHED, {"found": "1", "shown": paper.id.value})
    assert none.detail == {"found": "0"}


def test_a_paper_is_found_by_the_words_of_the_reading_that_was_accepted(kept: tuple[House, Paper]) -> None:
    house, paper = kept
    (version,) = versions_of(house, paper)
    page = version.reading.pages[0]
    misread = replace(page.lines[0].words[0], text="Khuyếtthảo")
    other = replace(page, lines=(replace(page.lines[0], words=(misread,)), *page.lines[1:]))
    assert index_paper(house, paper, Reading((other,)))
    assert len(asked(house, "khuyetthao").papers) == 1
    assert index_paper(house, paper, version.reading)
    assert asked(house, "khuyetthao").papers == ()


def test_what_is_missing_is_caught_up_by_a_duty(kept: tuple[House, Paper]) -> None:
    house, _ = kept
    search_index.empty(house.catalogue)
    assert asked(house, "can cuoc").papers == ()
    (duty,) = (duty for duty in DUTIES if duty.name == "search-index")
    duty.do(house, lambda: True)
    assert len(asked(house, "can cuoc").papers) == 1
    assert list(catch_up(house)) == []


def test_a_paper_whose_reading_is_gone_is_told_and_harms_no_other(kept: tuple[House, Paper]) -> None:
    house, paper = kept
    house.catalogue.save(replace(paper, reading_version=7), actor="test", action="test")
    ((failed, error),) = catch_up(house)
    assert failed == paper.id
    assert error is not None
    assert error.code == "not-found"


def test_a_revoked_paper_is_found_no_more(kept: tuple[House, Paper]) -> None:
    house, paper = kept
    stored = house.catalogue.paper(paper.id)
    house.catalogue.save(replace(stored, state=PaperState.REVOKED), actor="test", action="test")
    assert asked(house, "can cuoc").papers == ()
    assert list(catch_up(house)) == []
    assert search_index.take_out_gone(house.catalogue) == 0


def test_fields_of_numbers_and_symbols_are_declared_by_types() -> None:
    declared = {rule.key for paper_type in load_paper_types().values() for rule in paper_type.fields}
    assert declared >= NUMBER_FIELDS
