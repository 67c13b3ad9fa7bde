"""A small part of the corpus of wrong files; ``make corpus`` runs thousands."""

import tempfile
from pathlib import Path

import pytest

from tests.fuzz.corpus import is_fault, outcome, text_outcome
from tests.fuzz.wrong_files import GOOD, wrong_files, wrong_texts


def test_the_files_are_good_before_they_are_made_wrong() -> None:
    assert {outcome(data) for _, data in list(GOOD.values())[:2]} == {"read"}


def test_wrong_files_are_refused_stopped_or_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    found = {(name, change): outcome(data) for name, change, data in wrong_files(21, seed=3)}
    assert {one: became for one, became in found.items() if is_fault(became)} == {}
    assert "file-damaged" in found.values()
    assert not list(tmp_path.iterdir())


def test_wrong_texts_are_refused_or_read() -> None:
    found = [(name, text_outcome(name, data)) for name, data in wrong_texts(330, seed=3)]
    assert [one for one in found if is_fault(one[1])] == []


def test_equal_seeds_make_equal_files() -> None:
    assert list(wrong_files(30, seed=5)) == list(wrong_files(30, seed=5))
