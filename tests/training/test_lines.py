import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from ocr import ctc
from tests.generator.fonts import SHELVES
from tests.press.look import FILES
from tests.training import damage, feed, typefaces
from tests.training.alphabet import VIETNAMESE_LETTERS
from tests.training.glyphs import Fonts, Glyph, MarkStyle, Pen
from tests.training.lines import HEIGHT, Course, Printer
from tests.training.typefaces import Typeface, is_kept_for_tests

PLAIN = {"width": 1.0, "height": 1.0, "weight": 0, "lift": 0.0, "shift": 0.0, "drop": 0.5, "small": False, "horn": 1.0}


@pytest.fixture(scope="module")
def faces() -> list[Typeface]:
    return typefaces.survey([])


@pytest.fixture(scope="module")
def fallback(faces: list[Typeface]) -> str:
    return next(face.path for face in faces if Path(face.path).name == feed.FALLBACK)


def pen(faces: list[Typeface], fallback: str, side: float) -> Pen:
    path = next(f.path for f in faces if f.family == "TeXGyreTermes" and not f.bold and not f.italic)
    return Pen(Fonts(), path, 48, MarkStyle(side=side, **PLAIN), fallback)


def test_no_typeface_of_the_benchmarks_is_trained_on(faces: list[Typeface]) -> None:
    shelf = SHELVES["test"]
    kept = {family.value for family in (*shelf.text, *shelf.sans, *shelf.filled)}
    assert kept
    assert all(is_kept_for_tests(f"{stem}-Bold.ttf", "") for stem in kept)
    assert is_kept_for_tests("anything.ttf", "Tinos")
    assert all(is_kept_for_tests("anything.ttf", family) for family in FILES)
    assert not any(Path(face.path).name.startswith(tuple(f"{stem}-" for stem in kept)) for face in faces)
    assert {"TeXGyreTermes", "TeXGyreHeros", "TeXGyreCursor"} <= {face.family for face in faces}


def test_the_list_of_typefaces_survives_its_file(faces: list[Typeface], tmp_path: Path) -> None:
    typefaces.save(faces, tmp_path / "typefaces.json")
    assert typefaces.load(tmp_path / "typefaces.json") == faces


def test_every_marked_letter_can_be_drawn_apart(faces: list[Typeface], fallback: str) -> None:
    nib = pen(faces, fallback, 1.0)
    plain = {c: nib.glyph(c) for c in "aeiouyAEIOUY"}
    drawn = {c: nib.glyph(c) for c in VIETNAMESE_LETTERS}
    assert all(glyph.mask.any() for glyph in drawn.values())
    assert drawn["ế"].mask.sum() > drawn["ê"].mask.sum() > plain["e"].mask.sum()
    assert len({(g.mask.tobytes(), g.dy) for g in drawn.values()}) == len(drawn)


def test_a_tone_stands_beside_or_above_the_vowels_own_mark(faces: list[Typeface], fallback: str) -> None:
    def rise(glyph: Glyph) -> int:
        return -glyph.dy

    above, beside = pen(faces, fallback, 0.0), pen(faces, fallback, 1.0)
    assert all(rise(above.glyph(c)) > rise(beside.glyph(c)) for c in "ấềổẩẾỐ")
    assert all(rise(above.glyph(c)) == rise(beside.glyph(c)) for c in "áạọu")


def test_a_symbol_that_the_typeface_lacks_comes_from_the_fallback(faces: list[Typeface], fallback: str) -> None:
    box = pen(faces, fallback, 0.0).glyph("☐")
    missing = pen(faces, fallback, 0.0).glyph("\ue123")
    assert box.mask.any()
    assert box.mask.shape != missing.mask.shape or (box.mask != missing.mask).any()


def test_equal_seeds_give_equal_lines(faces: list[Typeface], fallback: str) -> None:
    course = Course(longest=30)
    press, again, other = Printer(faces, fallback, 1), Printer(faces, fallback, 1), Printer(faces, fallback, 2)
    press.sheet(7, course)  # what was printed before makes no difference
    for first, second in zip(press.sheet(3, course), again.sheet(3, course), strict=True):
        assert first.text == second.text
        assert np.array_equal(first.image, second.image)
    assert [s.text for s in press.sheet(3, course)] != [s.text for s in other.sheet(3, course)]


def test_lines_are_as_high_as_the_reader_wants_them_and_wide_enough_to_be_read(
    faces: list[Typeface], fallback: str
) -> None:
    press = Printer(faces, fallback, 4)
    samples = [s for i in range(40) for s in press.sheet(i, Course())]
    assert all(s.image.shape[0] == HEIGHT and s.image.dtype == np.uint8 for s in samples)
    assert 0 < sum(not s.text for s in samples) < 40
    narrow = [s for s in samples if s.image.shape[1] / 4 < 1.5 * len(s.text)]
    assert len(narrow) <= 4, [s.text for s in narrow]


def test_lines_without_text_can_be_had_alone(faces: list[Typeface], fallback: str) -> None:
    assert {s.text for i in range(3) for s in Printer(faces, fallback, 1).sheet(i, Course(empty=1.0))} == {""}


def test_a_clean_line_is_dark_on_light(faces: list[Typeface], fallback: str) -> None:
    samples = [s for i in range(6) for s in Printer(faces, fallback, 9).sheet(i, Course(hard=0)) if len(s.text) > 5]
    assert all(np.median(s.image) > 190 for s in samples)
    assert all(s.image.min() < 160 for s in samples)


def test_training_and_reading_agree_on_the_height_of_a_line() -> None:
    assert ctc.HEIGHT == HEIGHT


def test_damage_keeps_the_shape() -> None:
    for seed in range(60):
        rng = random.Random(seed)  # noqa: S311 - chance, not secrets
        ink = np.zeros((47, 210), dtype=np.uint8)
        ink[20:30, 10:200:9] = 255
        damage.seal(ink, rng)
        damage.signature(ink, rng)
        damage.guilloche(ink, rng)
        damage.rulings(ink, rng, (10, 20, 200, 30))
        image = damage.to_paper(damage.print_ink(ink, rng), rng, hard=1.0)
        image = damage.scan(damage.shade(damage.bleed(image, ink, rng), rng), rng, hard=1.0)
        assert image.shape == ink.shape
        assert image.dtype == np.uint8


def test_a_leader_is_drawn_where_it_was_asked_for() -> None:
    ink = np.zeros((40, 300), dtype=np.uint8)
    damage.leaders(ink, random.Random(1), start=100, end=250, baseline=30, em=30)  # noqa: S311 - chance
    assert ink[:, 100:250].any()
    assert not ink[:, :100].any()
    assert not ink[:, 250:].any()


def test_batches_hold_every_line_once_padded_with_white(faces: list[Typeface], fallback: str) -> None:
    press = Printer(faces, fallback, 4)
    samples = [s for i in range(12) for s in press.sheet(i, Course(longest=20))]
    batches = feed.gathered(samples, 3, random.Random(1))  # noqa: S311 - chance, not secrets
    assert sorted(t for b in batches for t in b.texts) == sorted(s.text for s in samples)
    for batch in batches:
        assert batch.chunk == 3
        assert list(batch.lengths) == [len(t) for t in batch.texts]
        assert len(batch.targets) == batch.lengths.sum()
        assert batch.images.shape == (len(batch.texts), HEIGHT, batch.images.shape[2])
        assert all((row[:, width:] == 255).all() for row, width in zip(batch.images, batch.widths, strict=True))


def test_the_course_gets_harder() -> None:
    steps = [feed.course(chunk) for chunk in (0, 10, 60, 149)]
    assert all(a.longest <= b.longest and a.hard <= b.hard for a, b in pairwise(steps))
    assert feed.course(500).hard == 1.0
