"""Words that say that a page is a copy, and of which kind: stamps, forms of copies, certifications.

Copies of documents are headed SAO Y, SAO LỤC or TRÍCH SAO, on paper and in zone 14 of an electronic copy (decree
30/2020/NĐ-CP, art. 25 and annexes I and III). An authority that certifies says so in its own words: of an electronic
copy, that it is one (decree 45/2020/NĐ-CP, art. 10); of a copy on paper, that it agrees with the original (decree
23/2015/NĐ-CP). Only lines that begin with such words count: a document may speak of copies.
"""

import re
from enum import StrEnum

from dossier.text import fold
from ocr.model import Reading


class CopyWords(StrEnum):
    """What a page says of itself."""

    COPIED = "copied"
    """SAO Y, SAO LỤC, TRÍCH SAO."""
    CERTIFIED_ELECTRONICALLY = "certified-electronically"
    """An electronic copy, certified."""
    CERTIFIED_ON_PAPER = "certified-on-paper"
    """The words of a certification that paper copies carry too."""


_FORMS = (
    (CopyWords.COPIED, re.compile(r"\W*(?:hinh thuc sao\W+)?(?:sao y|sao luc|trich sao)\b.*")),
    (
        CopyWords.CERTIFIED_ELECTRONICALLY,
        re.compile(
            r"\W*(?:chung thuc ban sao dien tu|ban sao chung thuc dien tu|ban sao dien tu (?:duoc |co )?chung thuc)"
            r"(?: tu ban chinh)?(?:\W+so\b.*|\W*;.*|\W*)"
        ),
    ),
    (CopyWords.CERTIFIED_ON_PAPER, re.compile(r"\W*chung thuc ban sao\b.*|.*\bban sao.*\bdung voi ban chinh\b.*")),
)


def copy_words(reading: Reading) -> frozenset[CopyWords]:
    """Return all that the lines of a paper say of its being a copy; nothing if it is an original."""
    return frozenset(words for page in reading.pages for line in page.lines if (words := _of(line.text)) is not None)


def _of(line: str) -> CopyWords | None:
    folded = fold(line)
    return next((words for words, form in _FORMS if form.fullmatch(folded)), None)
