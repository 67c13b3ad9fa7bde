import datetime as dt
from pathlib import Path

import pytest

from dossier.verdicts import Severity
from signing.etsi_report import report_xml
from signing.report import HARMLESS_CHANGES
from signing.report_pdf import report_pdf
from signing.strength import believed
from signing.validate import validate
from tests.signing import poppler
from tests.signing.attacks import QUIRKS, Case
from tests.signing.kit import MOMENT, Kit
from tests.signing.pki import Tree
from tests.signing.test_attacks import codes


@pytest.fixture(scope="module")
def kit(gov: Tree, impostor: Tree) -> Kit:
    return Kit(gov, impostor)


@pytest.mark.parametrize("quirk", QUIRKS, ids=lambda q: q.name)
def test_an_oddity_is_named_and_never_called_forged(kit: Kit, quirk: Case) -> None:
    report = validate(quirk.make(kit), kit.trust, at=MOMENT)

    assert report.verdict is quirk.verdict, codes(report)
    assert quirk.code in codes(report)
    assert all(s.integrity != "broken" for s in report.signatures)
    assert all(f.severity is not Severity.ERROR for s in report.signatures for f in s.findings)
    if quirk.kind is not None:
        assert quirk.kind in {c.kind for s in report.signatures for c in s.changes}


def test_changes_are_told_with_who_made_them_in_both_languages(kit: Kit) -> None:
    leader, agency = validate(kit.office, kit.trust, at=MOMENT).signatures
    stamp = next(c for c in leader.changes if c.kind == "annotation-added")
    seal = next(c for c in leader.changes if c.kind == "signature-mark")

    assert (stamp.revision, stamp.by) == (3, None)
    assert (seal.revision, seal.by) == (4, agency.signer)
    assert stamp.text == "Thêm dấu hoặc chữ (Stamp) trên trang 1 (1 % diện tích trang)."
    assert stamp.text_en == "Stamp or text (Stamp) added on page 1 (1 % of the page)."
    assert set(stamp.to_json()) == {"kind", "revision", "by", "text", "text_en"}
    assert agency.changes == ()


def test_every_form_of_the_report_tells_the_changes(kit: Kit, tmp_path: Path) -> None:
    report = validate(kit.office, kit.trust, at=MOMENT)
    assert report.signatures[0].changes_after not in HARMLESS_CHANGES
    xml, page = report_xml(report, name="x.pdf").decode(), poppler.text(report_pdf(report, name="x.pdf"), tmp_path)

    for change in report.signatures[0].changes:
        assert f"{change.revision} {change.kind}: {change.text_en}" in xml
        assert change.text in " ".join(page.split())


@pytest.mark.parametrize(
    ("name", "stamp", "year", "good"),
    [
        ("sha256", False, 2026, True),
        ("sha1", False, 2012, True),
        ("sha1", False, 2013, False),
        ("sha1", True, 2026, True),
        ("sha1", True, 2031, False),
        ("sha224", False, 2026, False),
        ("md5", False, 2026, False),
        ("md5", True, 2026, False),
        ("new", False, 1999, False),
    ],
)
def test_a_hash_function_is_believed_by_use_and_date(name: str, *, stamp: bool, year: int, good: bool) -> None:
    assert believed(name, dt.datetime(year, 1, 1, tzinfo=dt.UTC), in_timestamp=stamp) is good
