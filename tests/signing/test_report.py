"""A report says the same in every form, and in the words of the standards."""

import datetime as dt
import hashlib
import io
import re
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import pdfa
from pyhanko.generated.etsi.ts_11910202 import ValidationReport
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig

from dossier.verdicts import Severity, Verdict
from signing.etsi_report import FINDING_URN, report_xml
from signing.report import FileReport, reasons
from signing.report_pdf import report_pdf
from signing.texts import CODES, SUB_INDICATIONS, advice, finding, word
from signing.trust import TrustClass, TrustStore
from signing.validate import validate
from tests.signing import poppler
from tests.signing.conftest import AGENCY, AT
from tests.signing.others import add_evidence, add_timestamp, sign
from tests.signing.pki import EXPIRED_SINCE, Tree

HOUR = dt.timedelta(hours=1)
FAILED = {"FORMAT_FAILURE", "HASH_FAILURE", "SIG_CRYPTO_FAILURE", "REVOKED", "EXPIRED", "NOT_YET_VALID"}
INDETERMINATE = {
    "SIG_CONSTRAINTS_FAILURE", "CHAIN_CONSTRAINTS_FAILURE", "CERTIFICATE_CHAIN_GENERAL_FAILURE",
    "CRYPTO_CONSTRAINTS_FAILURE", "POLICY_PROCESSING_ERROR", "SIGNATURE_POLICY_NOT_AVAILABLE",
    "TIMESTAMP_ORDER_FAILURE", "NO_SIGNING_CERTIFICATE_FOUND", "NO_CERTIFICATE_CHAIN_FOUND", "REVOKED_NO_POE",
    "REVOKED_CA_NO_POE", "OUT_OF_BOUNDS_NOT_REVOKED", "OUT_OF_BOUNDS_NO_POE", "REVOCATION_OUT_OF_BOUNDS_NO_POE",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "NO_POE", "TRY_LATER", "SIGNED_DATA_NOT_FOUND", "GENERIC",
}  # fmt: skip
"""ETSI EN 319 102-1, tables 5 and 6: which sub-indication goes with which indication."""
DETAILS = dict.fromkeys(
    (
        "count",
        "format",
        "moment",
        "algorithm",
        "limit",
        "limit_vi",
        "shown",
        "actual",
        "imprint",
        "offset",
        "minutes",
        "agency",
        "reason",
        "reason_vi",
    ),
    "1",
)


@pytest.fixture(scope="module")
def report(sealed: bytes, trust: TrustStore) -> FileReport:
    return validate(sealed, trust, at=AT + HOUR)


# --- indications -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_finding_that_weighs_has_a_sub_indication_of_its_weight(code: str) -> None:
    allowed = {Severity.ERROR: FAILED, Severity.WARNING: INDETERMINATE, Severity.INFO: {None}}
    assert SUB_INDICATIONS.get(code) in allowed[finding(code, **DETAILS).severity]


def test_the_weightiest_finding_gives_the_sub_indication(gov: Tree, page: bytes, report: FileReport) -> None:
    assert (report.verdict.indication, report.sub_indication) == ("TOTAL-PASSED", None)
    revoked = validate(sign(page, gov.key("revoked"), at=AT), gov.trust(AT), at=AT)
    assert (revoked.verdict.indication, revoked.sub_indication) == ("TOTAL-FAILED", "REVOKED")
    unknown = validate(sign(page, gov.key(), at=AT), TrustStore(), at=AT)
    assert (unknown.verdict.indication, unknown.sub_indication) == ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND")
    late = validate(sign(page, gov.key("expired"), at=EXPIRED_SINCE - HOUR), gov.trust(AT), at=AT)
    assert late.sub_indication == "OUT_OF_BOUNDS_NO_POE"
    unsigned = validate(page, TrustStore(), at=AT)
    assert (unsigned.verdict.indication, unsigned.sub_indication) == ("INDETERMINATE", "SIGNED_DATA_NOT_FOUND")
    assert [f.code for f in reasons(unsigned)] == ["no-signature"]


@pytest.mark.parametrize("reason", [None, *sorted(INDETERMINATE)])
def test_there_is_advice_for_every_outcome(reason: str | None) -> None:
    for verdict in Verdict:
        vietnamese, english = advice(verdict.indication, reason)
        assert vietnamese.endswith(".")
        assert english.endswith(".")
    assert advice("TOTAL-FAILED", "TRY_LATER") == advice("TOTAL-FAILED", None)


def test_every_value_has_a_name() -> None:
    values = {
        "verdict": Verdict,
        "integrity": ("intact", "broken", "unknown"),
        "coverage": ("file", "revision", "partial", "unknown"),
        "changes": tuple(code.removeprefix("changes-") for code in CODES if code.startswith("changes-")),
        "trust": (*TrustClass, "none"),
        "strength": ("strong", "legacy", "weak", "unknown"),
        "source": ("DSS", "signature", "trust", "online"),
    }
    assert all(word(kind, value)[0] != value for kind, names in values.items() for value in names)


# --- facts -----------------------------------------------------------------------------------------------------------


def test_who_signed_and_what_proves_it(report: FileReport, trust: TrustStore) -> None:
    seal, stamp = report.signatures
    assert seal.certificate is not None
    assert seal.certificate.subject == AGENCY
    assert seal.certificate.unit.startswith(AGENCY)
    assert re.fullmatch(r"[0-9a-f]{64}", seal.certificate.sha256)
    assert seal.certificate.valid_from < AT < seal.certificate.valid_until
    assert [c.sha256 for c in seal.chain] == [trust.anchors[0].certificate.sha256.hex()]
    (used,) = seal.revocation
    assert (used.certificate, used.kind, used.says, used.source) == (seal.certificate.sha256, "CRL", "good", "DSS")
    assert used.this_update <= AT
    assert [(t.place, t.moment, t.counts) for t in seal.timestamps] == [("signature", AT, True), ("document", AT, True)]
    assert seal.timestamps[1].sha256 == stamp.token_sha256
    assert stamp.is_timestamp
    assert not seal.is_timestamp
    assert report.circumstances is not None
    assert [a.trust_class for a in report.circumstances.anchors] == [TrustClass.TEST]


def test_where_evidence_came_from_is_told(gov: Tree, page: bytes) -> None:
    store = gov.trust(AT)
    timed = sign(page, gov.key(), at=AT, stamper=gov.stamper(AT))
    brought, kept = (validate(f, store, at=AT + HOUR).signatures[0] for f in (timed, add_evidence(timed, store)))
    assert [r.source for r in brought.revocation] == ["trust", "trust"]
    assert [r.source for r in kept.revocation] == ["DSS", "DSS"]
    assert [r.certificate for r in kept.revocation] == [kept.certificate.sha256, kept.chain[0].sha256]  # type: ignore[union-attr]
    assert (brought.profile, kept.profile) == ("B-T", "B-LT")


def test_evidence_of_somebody_elses_hand_is_not_said_to_be_used(gov: Tree, impostor: Tree, page: bytes) -> None:
    mine, false = gov.trust(AT), impostor.trust(AT)
    mixed = replace(mine, crls=(*false.crls, *mine.crls))
    signature = validate(sign(page, gov.key(), at=AT), mixed, at=AT + HOUR).signatures[0]
    alone = validate(sign(page, gov.key(), at=AT), replace(mine, crls=false.crls), at=AT + HOUR).signatures[0]

    assert signature.verdict is Verdict.VALID
    genuine = {hashlib.sha256(c.dump()).hexdigest() for c in mine.crls}
    assert {r.sha256 for r in signature.revocation} == genuine
    assert (alone.verdict, alone.revocation) == (Verdict.UNDETERMINED, ())


def test_a_revoked_certificate_is_shown_with_the_list_that_says_so(gov: Tree, page: bytes) -> None:
    signature = validate(sign(page, gov.key("revoked"), at=AT), gov.trust(AT), at=AT + HOUR).signatures[0]
    assert [r.says for r in signature.revocation] == ["revoked", "good"]


# --- XML -------------------------------------------------------------------------------------------------------------


def _parsed(xml: bytes) -> ValidationReport:
    """The report read by the schema's own classes, which know no element that is not in it."""
    strict = ParserConfig(fail_on_unknown_properties=True, fail_on_unknown_attributes=True)
    return XmlParser(config=strict).from_bytes(xml, ValidationReport)


def test_the_xml_says_what_the_report_says(report: FileReport) -> None:
    xml = report_xml(report, name="giấy tờ.pdf")
    tree = _parsed(xml)

    (seal,) = tree.signature_validation_report
    status = seal.signature_validation_status
    assert status is not None
    assert status.main_indication == "urn:etsi:019102:mainindication:total-passed"
    assert status.sub_indication == ()
    assert seal.signature_identifier is not None
    assert seal.signature_identifier.signature_value is not None
    known = report.signatures[0].identifier
    assert known is not None
    assert seal.signature_identifier.signature_value.value.hex() == known.value  # type: ignore[union-attr]
    told = seal.validation_constraints_evaluation_report
    assert told is not None
    codes = [str(c.validation_constraint_identifier).removeprefix(FINDING_URN) for c in told.validation_constraint]
    assert codes[1:] == [f.code for f in report.signatures[0].findings]
    assert tree.signature_validation_objects is not None
    kinds = [str(o.object_type).rpartition(":")[2] for o in tree.signature_validation_objects.validation_object]
    assert sorted(kinds) == ["CRL", "certificate", "certificate", "certificate", "timestamp", "timestamp"]
    assert xml == report_xml(report, name="giấy tờ.pdf")


def _references_resolve(xml: bytes) -> bool:
    text = xml.decode()
    ids, used = re.findall(r' id="([^"]+)"', text), re.findall(r'VOReference="([^"]+)"', text)
    return len(ids) == len(set(ids)) and set(used) <= set(ids)


def test_references_in_the_xml_lead_somewhere(report: FileReport, gov: Tree, page: bytes) -> None:
    first = sign(page, gov.key(), at=AT, field="Một", stamper=gov.stamper(AT))
    both = add_timestamp(sign(first, gov.key("elliptic"), at=AT, field="Hai"), gov.stamper(AT))
    several = validate(both, gov.trust(AT), at=AT + HOUR)

    assert _references_resolve(report_xml(report, name="a"))
    xml = report_xml(several, name="b")
    assert _references_resolve(xml)
    tree = _parsed(xml)
    assert [r.signature_identifier.id for r in tree.signature_validation_report] == ["signature-1", "signature-2"]  # type: ignore[union-attr]
    assert xml.count(b'<vr:ValidationObject VOReference="signature-2"/>') == 1


@pytest.mark.parametrize("content", [b"hello", None])
def test_a_file_without_signatures_has_one_report(page: bytes, content: bytes | None) -> None:
    report = validate(content or page, TrustStore(), at=AT)
    (only,) = _parsed(report_xml(report, name="x")).signature_validation_report
    status = only.signature_validation_status
    assert status is not None
    assert status.sub_indication == (f"urn:etsi:019102:subindication:{report.sub_indication}",)


@pytest.mark.parametrize(("key", "word"), [("signer", "rsa-MGF1"), ("elliptic", "ecdsa-sha256")])
def test_algorithms_have_their_registered_names(gov: Tree, page: bytes, key: str, word: str) -> None:
    xml = report_xml(validate(sign(page, gov.key(key), at=AT), gov.trust(AT), at=AT), name="x").decode()
    assert word in xml
    old = validate(sign(page, gov.older_key(), at=AT), gov.trust(AT), at=AT)
    assert "xmldsig-more#rsa-sha256" in report_xml(old, name="x").decode()


# --- the page --------------------------------------------------------------------------------------------------------


def _pages(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return len(opened.pages)


def test_the_page_says_what_matters(report: FileReport, tmp_path: Path) -> None:
    pdf = report_pdf(report, name="giấy khai sinh.pdf")
    text = poppler.text(pdf, tmp_path)

    assert _pages(pdf) == 1
    for words in ("HỢP LỆ", "TOTAL-PASSED", "giấy khai sinh.pdf", AGENCY, "B-LTA", "THỬ NGHIỆM", "22/11/2026 09:15:04"):
        assert words in text
    assert report.circumstances is not None
    assert report.circumstances.sha256 in text.replace(" ", "")
    assert pdf == report_pdf(report, name="giấy khai sinh.pdf")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert not pdfa.check(opened, "2b").findings


def test_the_page_of_a_forged_file_says_why_and_what_to_do(sealed: bytes, trust: TrustStore, tmp_path: Path) -> None:
    forged = validate(sealed[:5_000] + bytes([sealed[5_000] ^ 1]) + sealed[5_001:], trust, at=AT + HOUR)
    text = poppler.text(report_pdf(forged, name="x.pdf"), tmp_path)

    assert "KHÔNG HỢP LỆ" in text
    assert "HASH_FAILURE" in text
    assert "Nội dung đã bị thay đổi sau khi ký" in text
    assert "Không sử dụng tệp này" in text


def test_many_signatures_take_more_pages(report: FileReport, tmp_path: Path) -> None:
    many = replace(report, signatures=report.signatures[:1] * 11)
    pdf = report_pdf(many, name="x.pdf")

    assert 2 <= _pages(pdf) <= 4
    text = poppler.text(pdf, tmp_path)
    assert "Chữ ký 11:" in text
    assert f"Trang {_pages(pdf)}/{_pages(pdf)}" in text


@settings(max_examples=25)
@given(name=st.text(max_size=400), signer=st.text(max_size=400), unit=st.text(max_size=3000))
def test_any_words_can_be_set(report: FileReport, name: str, signer: str, unit: str) -> None:
    seal = report.signatures[0]
    assert seal.certificate is not None
    odd = replace(seal, signer=signer, stamp_text=unit, certificate=replace(seal.certificate, unit=unit, issuer=name))
    other = replace(report, signatures=(odd,))

    assert _pages(report_pdf(other, name=name)) >= 1
    _parsed(report_xml(other, name=name))


def test_a_report_without_its_circumstances_cannot_be_filed(report: FileReport) -> None:
    loose = replace(report, circumstances=None)
    for form in (report_pdf, report_xml):
        with pytest.raises(ValueError, match="circumstances"):
            form(loose, name="x")
