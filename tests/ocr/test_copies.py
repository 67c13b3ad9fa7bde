"""Words by which a page says that it is a copy."""

import pytest

from dossier.papers import Box
from ocr.copies import CopyWords, copy_words
from ocr.model import Line, PageReading, Reading, Word

COPIED, ELECTRONIC, PAPER = CopyWords.COPIED, CopyWords.CERTIFIED_ELECTRONICALLY, CopyWords.CERTIFIED_ON_PAPER


def reading(*lines: str) -> Reading:
    placed = [
        Line(tuple(Word(text, Box(60 * place, 40 * number, 50, 20), 0.9) for place, text in enumerate(line.split())))
        for number, line in enumerate(lines)
    ]
    return Reading((PageReading(1, 1654, 2339, 200, tuple(placed)),))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Sao y; Trung tâm Phục vụ hành chính công; 2026-11-22T09:15:04+07:00", COPIED),
        ("SAO Y BẢN CHÍNH", COPIED),
        ("SAO LỤC", COPIED),
        ("« TRÍCH SAO", COPIED),
        ("Hình thức sao: Sao y", COPIED),
        ("Sao y", COPIED),
        ("CHỨNG THỰC BẢN SAO ĐIỆN TỬ TỪ BẢN CHÍNH", ELECTRONIC),
        ("Chứng thực bản sao điện tử; UBND xã An Bình; 2026-11-22T09:15:04+07:00", ELECTRONIC),
        ("Bản sao điện tử được chứng thực", ELECTRONIC),
        ("Bản sao chứng thực điện tử số: 12/2026/CTĐT", ELECTRONIC),
        ("Chứng thực bản sao đúng với bản chính", PAPER),
        ("Bản sao này đúng với bản chính", PAPER),
        ("Chứng thực bản sao điện tử là thủ tục do cơ quan có thẩm quyền thực hiện", PAPER),
    ],
)
def test_a_line_says_what_kind_of_copy_it_is(line: str, says: CopyWords) -> None:
    assert copy_words(reading("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", line)) == {says}


@pytest.mark.parametrize(
    "line",
    [
        "QUYẾT ĐỊNH",
        "Điều 2. Sao y văn bản này gửi các cơ quan liên quan",
        "Thủ tục chứng thực bản sao điện tử từ bản chính",
        "Sao yên lặng thế",
        "Đề nghị cấp bản sao: Có Không",
        "",
    ],
)
def test_a_document_may_speak_of_copies_and_be_none(line: str) -> None:
    assert copy_words(reading("Số: 12/QĐ-UBND", *([line] if line else []))) == frozenset()
