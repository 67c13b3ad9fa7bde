"""The real Tesseract, and one that fails in every way a program can."""

import stat
import unicodedata
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from pytesseract import pytesseract

from dossier.errors import LimitExceeded, PartFailed, PartMissing
from ocr.reading_image import Grey
from ocr.tesseract import TesseractEngine
from tests.ocr import drawn

Program = Callable[[str], Path]
"""Puts a shell script in Tesseract's place and returns its folder."""

HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"


def grey(image: Grey) -> Grey:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def crops() -> list[Grey]:
    """The drawn page's sentences, each cut out with a margin."""
    page = grey(drawn.page())
    return [page[85 + 80 * i : 160 + 80 * i, 80:] for i in range(len(drawn.SENTENCES))]


def test_reads_vietnamese_lines_with_places_and_confidences() -> None:
    lines = TesseractEngine().read_lines(crops(), drawn.DPI)
    assert [" ".join(word.text for word in line) for line in lines] == list(drawn.SENTENCES)
    for line in lines:
        assert abs(line[0].box.x - 20) < 10
        assert [word.box.x for word in line] == sorted(word.box.x for word in line)
        for word in line:
            assert unicodedata.is_normalized("NFC", word.text)
            assert 0.5 < word.confidence <= 1
            assert word.box.right <= drawn.WIDTH - 80
            assert word.box.bottom <= 75


def test_crops_keep_their_places_beside_one_without_text() -> None:
    empty = np.full((40, 300), 255, np.uint8)
    before, line, after = TesseractEngine().read_lines([empty, crops()[0], empty[:1, :1]], drawn.DPI)
    assert all(word.confidence < 0.5 for word in (*before, *after))
    assert " ".join(word.text for word in line) == drawn.SENTENCES[0]


def test_nothing_to_read_starts_no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pytesseract, "tesseract_cmd", str(tmp_path / "missing"))
    assert TesseractEngine().read_lines([], 200) == ()


def test_names_itself() -> None:
    engine = TesseractEngine()
    assert engine.name == f"tesseract {engine.version()} vie"
    assert engine.version().startswith("5.")
    assert "vie" in engine.languages()


def test_missing_language_is_a_missing_part(tmp_path: Path) -> None:
    for engine in (TesseractEngine(language="xyz"), TesseractEngine(tessdata=tmp_path)):
        with pytest.raises(PartMissing):
            engine.read_lines(crops(), drawn.DPI)


def test_missing_program_is_a_missing_part(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pytesseract, "tesseract_cmd", str(tmp_path / "tesseract"))
    engine = TesseractEngine()
    for ask in (engine.version, engine.languages, lambda: engine.read_lines([np.zeros((9, 9), np.uint8)], 200)):
        with pytest.raises(PartMissing):
            ask()


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Program:
    """Put a shell script in Tesseract's place; ``$2`` is the output file without its ending."""

    def install(body: str) -> Path:
        script = tmp_path / "tesseract"
        script.write_text(f'#!/bin/sh\nif [ "$1" = --version ]; then echo tesseract 5.3.0; exit 0; fi\n{body}\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(pytesseract, "tesseract_cmd", str(script))
        return tmp_path

    return install


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("exit 3", id="exit status"),
        pytest.param("kill -SEGV $$", id="crash"),
        pytest.param("kill -KILL $$", id="out of memory"),
        pytest.param("exit 0", id="no output"),
        pytest.param(rf"printf '{HEADER}\n5\t1\t1\t1\t1\t1\t0\t0\t9\t9\t90\tn\377\376m\n' > $2.tsv", id="bad UTF-8"),
        pytest.param(r"printf 'nonsense\nmore\tnonsense\n' > $2.tsv", id="garbage"),
        pytest.param(rf"printf '{HEADER}\n5\t2\t1\t1\t1\t1\t0\t0\t9\t9\t90\tnam\n' > $2.tsv", id="no such crop"),
        pytest.param(rf"printf '{HEADER}\n5\t1\t1\t1\t1\t1\tx\t0\t9\t9\t90\tnam\n' > $2.tsv", id="no number"),
        pytest.param(rf"printf '{HEADER}\n5\t1\t1\t1\t1\t1\t0\t0\t9\t9\tnan\tnam\n' > $2.tsv", id="not a number"),
    ],
)
def test_failing_program_is_a_failed_part(program: Program, body: str) -> None:
    program(body)
    with pytest.raises(PartFailed):
        TesseractEngine().read_lines([np.full((50, 50), 255, np.uint8)], 200)


def test_messages_of_the_program_stay_out_of_the_error(program: Program) -> None:
    program("echo Nguyễn Văn An >&2; exit 1")
    with pytest.raises(PartFailed) as failure:
        TesseractEngine().read_lines([np.full((50, 50), 255, np.uint8)], 200)
    assert "Nguyễn" not in str(failure.value) + str(failure.value.details)


def test_hanging_program_is_stopped(program: Program) -> None:
    program("exec sleep 60")
    with pytest.raises(LimitExceeded):
        TesseractEngine(timeout_s=0.2).read_lines([np.full((50, 50), 255, np.uint8)], 200)


def test_program_that_has_no_version_is_a_failed_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytesseract, "tesseract_cmd", "true")
    with pytest.raises(PartFailed):
        TesseractEngine().version()


def test_runs_with_one_thread_and_the_resolution(program: Program) -> None:
    folder = program(f'echo $OMP_THREAD_LIMIT "$@" > "${{0%/*}}/seen"; echo "{HEADER}" > $2.tsv')
    assert TesseractEngine().read_lines([np.full((50, 50), 255, np.uint8)], 300) == ((),)
    seen = (folder / "seen").read_text()
    assert seen.startswith("1 ")
    assert "--dpi 300" in seen
    assert "-l vie" in seen
    assert "--psm 7" in seen


def test_boxes_are_cut_to_the_crop_and_text_is_composed(program: Program) -> None:
    decomposed = unicodedata.normalize("NFD", "Việt")
    rows = [
        HEADER,
        f"5\t1\t1\t1\t1\t1\t-5\t-5\t20\t20\t96.5\t{decomposed}",
        "5\t1\t1\t1\t1\t2\t80\t0\t9\t9\t90\toutside",
    ]
    program("cat > $2.tsv <<'END'\n" + "\n".join(rows) + "\nEND")
    ((word,),) = TesseractEngine().read_lines([np.full((50, 50), 255, np.uint8)], 200)
    assert word.text == "Việt"
    assert (word.box.x, word.box.y, word.box.right, word.box.bottom) == (0, 0, 15, 15)
    assert word.confidence == pytest.approx(0.965)
