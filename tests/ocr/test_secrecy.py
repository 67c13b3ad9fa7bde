"""State-secret marks are seen where they are stamped, and nowhere else."""

import pytest

from ocr.ctc import CtcReader
from ocr.reader import read_page
from ocr.secrecy import MARKS, has_secrecy_mark, says_mark
from tests.generator.faults import Scanner
from tests.generator.render import Kind
from tests.ocr.secrecy_pages import BLACK, Stamp, page_of, scanned, stamped

ORDINARY = Scanner(jpeg=80, noise=3.0, blur=0.4)


@pytest.fixture(scope="module")
def reader() -> CtcReader:
    return CtcReader()


def is_secret(reader: CtcReader, stamp: Stamp | None, scanner: Scanner = ORDINARY) -> bool:
    page = page_of(Kind.OFFICIAL_LETTER, 4, 150)
    pixels = scanned(stamped(page, stamp) if stamp else page, scanner, 1)
    return has_secrecy_mark(pixels, read_page(pixels, number=1, dpi=150, engine=reader), reader)


@pytest.mark.parametrize("mark", MARKS)
def test_a_stamped_mark_is_seen(reader: CtcReader, mark: str) -> None:
    assert is_secret(reader, Stamp(mark, tilt=3.0, where=(0.1, 0.17)))


def test_a_mark_without_frame_or_without_colour_is_seen(reader: CtcReader) -> None:
    assert is_secret(reader, Stamp("TỐI MẬT", frame=False, where=(0.1, 0.17)))
    assert is_secret(reader, Stamp("TỐI MẬT", BLACK, where=(0.1, 0.17)), Scanner(mode="bilevel"))


@pytest.mark.parametrize("word", ["KHẨN", "HỎA TỐC", "BẢO MẬT", "MẬT KHẨU"])
def test_other_stamps_are_no_marks(reader: CtcReader, word: str) -> None:
    assert not is_secret(reader, Stamp(word, where=(0.1, 0.17)))


def test_an_ordinary_page_has_none(reader: CtcReader) -> None:
    assert not is_secret(reader, None)


@pytest.mark.parametrize(
    "text", ["MẬT", "TỐI MẬT", "TUYỆT MẬT", "TUYÊT MẬT", "[TỐI MẬT]", "TOI MAT", "| MẬT |", "TUYỆT MẠT"]
)
def test_what_says_a_mark(text: str) -> None:
    assert says_mark(text)


@pytest.mark.parametrize(
    "text", ["", "mật", "Mật ong", "bảo mật", "BẢO MẬT", "mật khẩu", "MẬT ĐỘ", "bí mật nhà nước", "TỐI MẬT VÀ MẬT"]
)
def test_what_does_not(text: str) -> None:
    assert not says_mark(text)
