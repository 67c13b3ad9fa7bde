from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.training.chart import drawn, with_run

HEAD = "run,lines,held_out_cer,real_cer\n"


def log_of(tmp_path: Path, rows: str, head: str = HEAD) -> Path:
    log = tmp_path / "log.csv"
    log.write_text(head + rows)
    return log


def lines_of(text: str) -> list[str]:
    return [e.get("d") or "" for e in ET.fromstring(text) if e.get("stroke-width")]  # noqa: S314 - our own text


def test_both_curves_are_drawn_with_their_last_value(tmp_path: Path) -> None:
    text = drawn(log_of(tmp_path, "1,10000,20.5,9.1\n1,20000,4.25,1.5\n"))
    assert [way.count("L") for way in lines_of(text)] == [1, 1]
    assert "held out: 4.25 %" in text
    assert "real lines: 1.50 %" in text


def test_curves_break_between_runs(tmp_path: Path) -> None:
    text = drawn(log_of(tmp_path, "1,10000,20.5,9.1\n1,20000,4.25,1.5\n2,30000,6.0,1.2\n2,40000,3.0,1.1\n"))
    assert [way.count("L") for way in lines_of(text)] == [1, 1, 1, 1]
    assert "held out: 3.00 %" in text


def test_a_training_without_real_lines_has_one_curve(tmp_path: Path) -> None:
    assert "real lines" not in drawn(log_of(tmp_path, "1,10000,20.5\n1,20000,4.25\n", "run,lines,held_out_cer\n"))


def test_nothing_measured_is_told(tmp_path: Path) -> None:
    log = log_of(tmp_path, "")
    with pytest.raises(ValueError, match=r"log\.csv"):
        drawn(log)


def test_a_run_goes_on_counting_lines(tmp_path: Path) -> None:
    run = tmp_path / "run.csv"
    run.write_text("utc,lines,loss,held_out_cer\n2026-05-01T00:00:00Z,5000,0.1,2.5\n")
    rows = "1,20000,4.25,1.5\n"
    assert with_run(log_of(tmp_path, rows), run) == HEAD + rows + "2,25000,2.5,\n"
    assert with_run(log_of(tmp_path, ""), run) == HEAD + "1,5000,2.5,\n"
