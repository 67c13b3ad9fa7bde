"""A program that writes Vietnam's time and calls it UTC is understood; any other disagreement is not explained away."""

import datetime as dt

import pytest

from dossier.verdicts import Verdict
from signing.validate import validate
from tests.signing.conftest import AT
from tests.signing.others import sign
from tests.signing.pki import Tree

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)


def test_a_missing_zone_is_taken_from_the_entry_that_has_it(gov: Tree, page: bytes) -> None:
    signed = sign(page, gov.key(), at=AT, stamper=gov.stamper(AT), pades=False, stated=AT + 7 * HOUR)
    report = validate(signed, gov.trust(AT), at=AT + 8 * HOUR)

    (signature,) = report.signatures
    assert report.verdict is Verdict.VALID
    assert signature.signing_time == AT
    assert "time-zone-missing" in {f.code for f in signature.findings}


@pytest.mark.parametrize("off", [6 * HOUR, 8 * HOUR, 7 * HOUR + 6 * MINUTE, 24 * HOUR])
def test_any_other_difference_stays_one(gov: Tree, page: bytes, off: dt.timedelta) -> None:
    signed = sign(page, gov.key(), at=AT, stamper=gov.stamper(AT), pades=False, stated=AT + off)
    report = validate(signed, gov.trust(AT), at=AT + 48 * HOUR)

    codes = {f.code for f in report.signatures[0].findings}
    assert report.verdict is Verdict.UNDETERMINED
    assert "time-inconsistent" in codes
    assert "time-zone-missing" not in codes


def test_an_earlier_attribute_counts_as_stated(gov: Tree, page: bytes) -> None:
    signed = sign(page, gov.key(), at=AT, stamper=gov.stamper(AT), pades=False, stated=AT - HOUR)
    assert validate(signed, gov.trust(AT), at=AT + HOUR).signatures[0].signing_time == AT - HOUR
