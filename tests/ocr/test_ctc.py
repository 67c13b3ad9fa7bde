import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw

from dossier.errors import PartFailed
from dossier.papers import Box
from ocr import ctc
from ocr.ctc import CtcReader, prepared, trim, words
from ocr.decoding import Reading
from ocr.model import Word
from tests.generator.fonts import Family, load

LINES = (
    "Quyết định số 12/QĐ-UBND ngày 05 tháng 3 năm 2026",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Họ và tên: Nguyễn Thị Thùy Dương",
    "1.250.000 đồng",
    "- Lưu: VT.",
)


def printed(text: str, family: Family = Family.TERMES, em: int = 38) -> np.ndarray:
    font = load(family, em)
    picture = Image.new("L", (round(font.getlength(text)) + em, round(1.6 * em)), 255)
    ImageDraw.Draw(picture).text((em / 2, 1.2 * em), text, fill=0, font=font, anchor="ls")
    return np.asarray(picture)


def crop(ink_top: int, ink_bottom: int, height: int) -> np.ndarray:
    image = np.full((height, 100), 255, dtype=np.uint8)
    image[ink_top:ink_bottom, 20:80] = 0
    return image


@pytest.fixture(scope="module")
def reader() -> CtcReader:
    return CtcReader()


@pytest.mark.parametrize("text", LINES)
def test_clean_print_is_read_as_it_stands(reader: CtcReader, text: str) -> None:
    (read,) = reader.read_lines([printed(text)], 200)
    assert " ".join(word.text for word in read) == text
    assert all(0.5 < word.confidence <= 1 for word in read)


def test_lines_of_all_sizes_come_back_in_their_order(reader: CtcReader) -> None:
    crops = [printed(text, em=em) for text, em in zip(LINES, (60, 24, 38, 80, 30), strict=True)]
    read = reader.read_lines(crops, 300)
    assert [" ".join(word.text for word in line) for line in read] == list(LINES)


def test_a_words_box_holds_its_ink(reader: CtcReader) -> None:
    image = printed("Số 12")
    first, second = reader.read_lines([image], 200)[0]
    inked = np.flatnonzero((image < 128).any(axis=0))
    gap = int(inked[np.argmax(np.diff(inked))])
    assert first.box.x - 6 <= inked[0]
    assert gap - 8 <= first.box.right <= second.box.x + 1
    assert second.box.right >= inked[-1] - 8


def test_nothing_is_read_where_nothing_is_printed(reader: CtcReader) -> None:
    assert reader.read_lines([np.full((60, 400), 255, dtype=np.uint8)], 200) == ((),)
    assert reader.read_lines([], 200) == ()


@settings(max_examples=40)  # a wide crop takes its time
@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 90), st.integers(1, 300))))
def test_any_picture_gives_words_within_it(reader: CtcReader, image: np.ndarray) -> None:
    (read,) = reader.read_lines([image], 200)
    assert all(word.text and 0 <= word.confidence <= 1 for word in read)
    assert all(word.box.x >= 0 and word.box.height == image.shape[0] for word in read)


def test_another_file_than_the_released_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctc, "_SHA256", "0" * 64)
    with pytest.raises(PartFailed):
        CtcReader().read_lines([printed("x")], 200)


def test_a_line_is_brought_to_its_height_in_proportion() -> None:
    assert prepared(np.full((80, 600), 255, dtype=np.uint8)).shape == (ctc.HEIGHT, 300)
    assert prepared(np.full((20, 100), 255, dtype=np.uint8)).shape == (ctc.HEIGHT, 200)


def test_white_around_a_full_line_is_cut() -> None:
    assert trim(crop(10, 52, 62)).shape == (46, 100)


def test_a_small_letter_keeps_the_white_that_shows_how_small_it_is() -> None:
    assert 16 / trim(crop(10, 26, 36)).shape[0] < 25 / trim(crop(10, 35, 45)).shape[0]


@pytest.mark.parametrize("image", [crop(0, 30, 30), np.full((30, 100), 255, dtype=np.uint8)])
def test_a_crop_without_white_or_without_ink_stays(image: np.ndarray) -> None:
    assert np.array_equal(trim(image), image)


def test_a_reading_is_parted_at_its_spaces() -> None:
    reading = Reading("ab c", (0.9, 0.8, 0.99, 0.7), (2.0, 4.0, 6.0, 8.0), ("ad", "ad", "", ""))
    assert words(reading, 4.0, 40) == (
        Word("ab", Box(4, 0, 16, 40), 0.8, read_as="ad"),
        Word("c", Box(26, 0, 12, 40), 0.7),
    )


def test_nothing_read_gives_no_words() -> None:
    assert words(Reading("", (), (), ()), 4.0, 40) == ()
