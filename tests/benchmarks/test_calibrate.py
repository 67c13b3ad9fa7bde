import tomllib
from pathlib import Path

import numpy as np

from tests.benchmarks.calibrate import cross_validated, fit, keep
from tests.benchmarks.ocr.engines import ReadWord
from tests.benchmarks.ocr.placed import judge

FREE = np.array([False, False, True])


def words(rng: np.random.Generator, weights: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    features = np.column_stack([np.ones(count), rng.random((count, 2))])
    return features, (rng.random(count) < 1 / (1 + np.exp(-features @ weights))).astype(float)


def test_a_fit_finds_the_weights_that_made_the_data() -> None:
    weights = np.array([-1.0, 2.0, 3.0])
    features, right = words(np.random.default_rng(1), weights, 20_000)
    np.testing.assert_allclose(fit(features, right, FREE), weights, atol=0.2)


def test_what_must_rise_does_not_fall() -> None:
    features, right = words(np.random.default_rng(2), np.array([1.0, -2.0, -1.0]), 5_000)
    _, other, rising = fit(features, right, FREE)
    assert other < -1
    assert rising == 0


def test_folds_are_judged_by_the_other_folds() -> None:
    features, right = words(np.random.default_rng(3), np.array([-1.0, 2.0, 3.0]), 7_000)
    groups = np.repeat(np.arange(70), 100)
    chances = cross_validated(features, right, FREE, groups)
    sure = chances >= np.quantile(chances, 0.8)
    assert abs(chances[sure].mean() - right[sure].mean()) < 0.03


def test_what_is_kept_replaces_the_same_engine_only(tmp_path: Path) -> None:
    file = tmp_path / "confidence.toml"
    keep(file, "tesseract 5.3.0 vie", (0.0, 0.5), {"one": 1.0}, words=1)
    keep(file, "reader 1.0", (0.0, 0.6), {"one": 2.0}, words=2)
    keep(file, "tesseract 5.4.1 vie", (0.0, 0.7), {"one": 3.12345, "engine 1": 0.5}, words=3)
    tables = tomllib.loads(file.read_text(encoding="utf-8"))["calibrations"]
    assert [t["engine"] for t in tables] == ["reader *", "tesseract * vie"]
    assert tables[1]["fitted"] == "tesseract 5.4.1 vie"
    assert tables[1]["weights"] == {"one": 3.123, "engine 1": 0.5}


def test_a_dash_is_found_though_its_box_is_off_by_its_height() -> None:
    truth = [("-", (100.0, 20.0, 110.0, 22.0)), ("Căn", (120.0, 10.0, 160.0, 32.0)), ("cứ", (170.0, 10.0, 200.0, 32.0))]
    dash = ReadWord("-", 0.9, ((99.0, 23.0), (111.0, 23.0), (111.0, 26.0), (99.0, 26.0)))
    assert judge([dash], truth, np.eye(3))[0].right
