"""What is doubtful about a paper besides its fields."""

import datetime as dt

from ingest.doubts import date_doubts
from ocr.additions import SignaturePrint

SIGNED = SignaturePrint("", dt.datetime(2024, 6, 13, 18, 0, tzinfo=dt.UTC))
"""On the 14th in Vietnam."""


def test_a_paper_issued_after_its_own_signature_is_doubtful() -> None:
    (doubt,) = date_doubts(dt.date(2024, 6, 15), SIGNED)
    assert doubt.code == "issued-after-signing"
    assert "15" not in doubt.text + doubt.text_en


def test_a_paper_signed_on_its_day_or_later_or_by_pen_alone_is_not() -> None:
    assert date_doubts(dt.date(2024, 6, 14), SIGNED) == ()
    assert date_doubts(dt.date(2024, 6, 1), SIGNED) == ()
    assert date_doubts(None, SIGNED) == ()
    assert date_doubts(dt.date(2024, 6, 15), None) == ()
