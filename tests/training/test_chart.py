from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.training.chart import drawn

HEAD = "lines,held_out_cer,real_cer\n"


def test_both_curves_are_drawn_with_their_last_value(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(HEAD + "10000,20.5,9.1\n20000,4.25,1.5\n")
    text = drawn(log)
    paths = [e.get("d") for e in ET.fromstring(text) if e.get("stroke-width")]  # noqa: S314 - our own text
    assert len(paths) == 2
    assert all(path is not None and path.count("L") == 1 for path in paths)
    assert "held out: 4.25 %" in text
    assert "real lines: 1.50 %" in text


def test_a_training_without_real_lines_has_one_curve(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("lines,held_out_cer\n10000,20.5\n20000,4.25\n")
    assert "real lines" not in drawn(log)


def test_nothing_measured_is_told(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(HEAD)
    with pytest.raises(ValueError, match=r"log\.csv"):
        drawn(log)
