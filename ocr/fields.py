"""The fields of a paper, step by step: found in the reading, handwriting taken out, doubtful print read again."""

from collections.abc import Sequence
from functools import cache

from dossier.paper_types import PaperType
from dossier.papers import Field
from ocr.additions import signature_print, without_additions
from ocr.engine import LineReader
from ocr.extract import find_fields
from ocr.filled import without_filled_in
from ocr.gaps import without_handwriting
from ocr.model import Reading
from ocr.opinion import Master, second_opinion, with_signature_print
from ocr.qr import Code


def read_fields(
    reading: Reading, paper_type: PaperType, codes: Sequence[Code], master: Master, second: LineReader
) -> tuple[Field, ...]:
    """Return the fields that a paper's type declares, each with its evidence.

    Args:
        reading: The whole paper.
        paper_type: What to look for.
        codes: QR codes of its pages.
        master: Asked for the pages that must be looked at again, once each.
        second: An engine of another make than the one that read the paper.
    """
    master = cache(master)
    document = without_additions(reading)
    found = find_fields(document, paper_type, codes)
    typed = without_filled_in(found, paper_type, document, master)
    printed = without_handwriting(typed, paper_type, document, master)
    weighed = with_signature_print(printed, paper_type, signature_print(reading))
    return second_opinion(weighed, paper_type, reading, master, second)
