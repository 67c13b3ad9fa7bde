from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.papers import Box
from ocr.confidence import CURVE, REPAIRED, Calibration, Kind, calibrated, calibrations, features_of, kind_of
from ocr.model import Line, Word

TESSERACT = "tesseract 5.3.0 vie"


def line(*words: tuple[str, float]) -> Line:
    return Line(tuple(Word(text, Box(40 * i, 0, 35, 20), sure) for i, (text, sure) in enumerate(words)))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Quyết", Kind.MARKED),
        ("(thường,", Kind.MARKED),
        ("kinh-tế", Kind.MARKED),
        ("ban", Kind.PLAIN),
        ("QUYÉT", Kind.IMPOSSIBLE),
        ("Đắk", Kind.IMPOSSIBLE),
        ("UBND", Kind.FOREIGN),
        ("05/03/2021", Kind.NUMBER),
        ("HĐND", Kind.FOREIGN),
        ("05/QĐ-UBND", Kind.CODE),
        ("16/09/1o67", Kind.MIXED),
        ("g1ao", Kind.MIXED),
        ("–", Kind.SYMBOL),
        ("", Kind.SYMBOL),
    ],
)
def test_what_a_word_looks_like(text: str, kind: Kind) -> None:
    assert kind_of(text) is kind


def test_what_was_fitted_knows_every_feature_and_rises_with_the_engine() -> None:
    (calibration,) = [c for c in calibrations() if c.engine.startswith("tesseract")]
    assert list(calibration.knots) == sorted(set(calibration.knots))
    (features,) = features_of([line(("ban", 0.9))], calibration.knots)
    kinds = {kind.name.lower() for kind in Kind}
    assert set(features) - kinds <= set(calibration.weights)
    assert all(weight >= 0 for name, weight in calibration.weights.items() if name.startswith(CURVE))


def test_what_spelling_forbids_is_less_sure() -> None:
    (after,) = calibrated([line(("quyết", 0.96), ("quyét", 0.96))], TESSERACT)
    possible, impossible = (word.confidence for word in after.words)
    assert possible > 0.9
    assert impossible < 0.7


def test_a_circumflex_that_may_have_lost_its_tone_is_less_sure() -> None:
    (after,) = calibrated([line(("tô", 0.96), ("tổ", 0.96))], TESSERACT)
    alone, stacked = (word.confidence for word in after.words)
    assert alone < stacked


def test_a_repaired_word_is_never_sure() -> None:
    (before,) = (line(("QUYẾT", 0.97), ("ĐỊNH", 0.97)),)
    repaired = Line((replace(before.words[0], read_as="QUYÉT"), before.words[1]))
    as_read, after = (calibrated([ln], TESSERACT)[0].words[0] for ln in (before, repaired))
    assert as_read.confidence > REPAIRED
    assert after == replace(as_read, confidence=REPAIRED, read_as="QUYÉT")


def test_words_are_surer_among_sure_words() -> None:
    good, bad = (calibrated([line(("ban", 0.96), ("hành", sure))], TESSERACT)[0].words[0] for sure in (0.97, 0.2))
    assert good.confidence > bad.confidence


def test_other_engines_keep_their_figures() -> None:
    lines = (line(("ban", 0.7)),)
    assert calibrated(lines, "an engine 1.0 nobody knows") == lines


def test_nothing_but_confidence_changes() -> None:
    before = (replace(line(("ban", 0.7), ("hành", 0.9)), block=4), line(("QUYẾT", 0.5)))
    after = calibrated(before, TESSERACT)
    assert [(w.text, w.box) for ln in after for w in ln.words] == [(w.text, w.box) for ln in before for w in ln.words]
    assert [ln.block for ln in after] == [4, 0]
    assert calibrated((), TESSERACT) == ()


@given(st.lists(st.floats(0, 1), min_size=2, max_size=2), st.text(max_size=12))
def test_a_surer_engine_is_never_less_sure(confidences: list[float], text: str) -> None:
    low, high = (
        calibrated([line((text, sure), ("ban", 0.9))], TESSERACT)[0].words[0].confidence for sure in sorted(confidences)
    )
    assert 0 <= low <= high <= 1


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=8, unique=True), st.floats(0, 1))
def test_the_curve_is_straight_between_knots(knots: list[float], confidence: float) -> None:
    knots = sorted(knots)
    (features,) = features_of([line(("ban", confidence))], knots)
    curve = [features[f"{CURVE}{i}"] for i in range(1, len(knots))]
    assert all(0 <= part <= 1 for part in curve)
    assert curve == sorted(curve, reverse=True)
    inside = min(max(confidence, knots[0]), knots[-1])
    lengths = [b - a for a, b in pairwise(knots)]
    assert knots[0] + sum(p * n for p, n in zip(curve, lengths, strict=True)) == pytest.approx(inside)


def test_a_probability_is_one_whatever_the_features() -> None:
    certain = Calibration("x", (), {"one": 1e6})
    assert certain.probability({"one": 1.0}) == pytest.approx(1)
    assert certain.probability({"one": -1.0}) == pytest.approx(0)
    assert certain.probability({"unknown": 5.0}) == 0.5
