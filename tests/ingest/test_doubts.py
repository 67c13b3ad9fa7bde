from dataclasses import replace

import pytest

from dossier.papers import Field, FieldSource
from ingest.doubts import misnamed, reading_doubts
from ingest.intake.inspect import MediaType
from ocr.model import Reading
from tests.ocr.forms import form

NUMBER = Field("citizen_number", "001190012345", "001190012345", 1, None, 1.0)


def _unsure(*lines: str) -> Reading:
    (page,) = form(*lines).pages
    low = tuple(replace(line, words=tuple(replace(w, confidence=0.4) for w in line.words)) for line in page.lines)
    return Reading((replace(page, lines=low),))


def test_a_page_that_could_hardly_be_read_is_told() -> None:
    assert [f.code for f in reading_doubts(_unsure("Họ và tên / Full name"))] == ["page-unreadable"]
    assert reading_doubts(form("Họ và tên / Full name")) == ()


@pytest.mark.parametrize(
    ("source", "page", "told"),
    [
        (FieldSource.QR, 1, []),
        (FieldSource.MRZ, 1, []),
        (FieldSource.OCR, 1, ["page-unreadable"]),
        (FieldSource.QR, 2, ["page-unreadable"]),
    ],
)
def test_a_page_whose_code_says_what_it_says_need_not_be_read(source: FieldSource, page: int, told: list[str]) -> None:
    fields = [replace(NUMBER, source=source, page=page)]
    assert [f.code for f in reading_doubts(_unsure("Họ và tên / Full name"), fields)] == told


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("don.pdf", MediaType.PDF, False),
        ("don.PDF", MediaType.JPEG, True),
        ("anh.jpeg", MediaType.JPEG, False),
        ("anh.tif", MediaType.PNG, True),
        ("Quyết định 12.2024", MediaType.PDF, False),
        ("không đuôi", MediaType.TIFF, False),
    ],
)
def test_a_name_that_says_another_type_than_the_content_is_told(name: str, content: MediaType, *, told: bool) -> None:
    assert [finding.code for finding in misnamed(name, content)] == ["file-misnamed"] * told
