"""The rules of the house that no linter knows."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest

from dossier import errors
from dossier.errors import SohoaError
from ingest import pipeline

ROOT = Path(__file__).parent.parent
NOT_OURS = {".venv", ".venv-train", ".training", "demo", "build", ".git"}
ROOMS = ("api", "dossier", "ingest", "ocr", "signing", "storage")


def all_errors() -> list[type[SohoaError]]:
    return [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, SohoaError) and kind is not SohoaError
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_lives_there(room: str) -> None:
    text = import_module(room).__doc__
    assert text is not None
    assert "import" in text.lower()


def test_error_codes_are_unique_and_plain() -> None:
    codes = [kind.code for kind in all_errors()]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)


def test_the_drawn_tree_of_errors_is_the_tree() -> None:
    drawn = set(re.findall(r"\b([A-Z][A-Za-z]+)\b(?=[,\s])", (errors.__doc__ or "").split("::")[1]))
    assert {kind.__name__ for kind in all_errors()} <= drawn


@pytest.mark.parametrize("kind", all_errors(), ids=lambda k: k.__name__)
def test_an_error_tells_what_and_what_to_do_in_both_languages(kind: type[SohoaError]) -> None:
    names = {name for text in (kind.en, kind.vi) for name in re.findall(r"{(\w+)}", text)}
    error = kind(**dict.fromkeys(names, "x"))
    for text in (error.text_vi, error.text_en, error.advice_vi, error.advice_en):
        assert text[-1] in ".'x", text
        assert "{" not in text
    assert 1 <= kind.exit_code <= 9 or kind.exit_code == 64
    assert 400 <= kind.status <= 599


def test_the_pipeline_is_drawn_as_it_runs() -> None:
    drawn = re.findall(r"[a-z]+", (pipeline.__doc__ or "").split("::")[1].split("Each step")[0])
    steps = [s.__name__ for s in (*pipeline.PREPARE, *pipeline.FINISH)]
    assert set(steps) <= set(drawn)


def test_no_file_of_ours_names_this_machine_or_a_registry() -> None:
    forbidden = re.compile(r"/work/|/root/|pypi\.org|registry\.npmjs|deb\.debian\.org")
    files = [
        p
        for pattern in ("*.py", "*.toml", "*.md", "*.sh", "*.lock", "Makefile", "Dockerfile")
        for p in ROOT.glob(f"**/{pattern}")
    ]
    ours = [p for p in files if not NOT_OURS & set(p.relative_to(ROOT).parts) and p != Path(__file__)]
    assert len(ours) > 100
    assert [str(p) for p in ours if forbidden.search(p.read_text())] == []
