import base64
import datetime as dt
import io
import json
from collections.abc import Callable

import pikepdf
import pytest
from asn1crypto import cms, ocsp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from dossier.verdicts import Severity, Verdict
from signing.keys import LoadedSigner, SealKey
from signing.report import FileReport, SignatureReport
from signing.texts import CODES, finding
from signing.trust import TrustAnchor, TrustClass, TrustStore
from signing.validate import validate
from tests.signing.conftest import AGENCY, AT
from tests.signing.others import add_evidence, add_timestamp, sign
from tests.signing.pages import scan_pdf
from tests.signing.pki import EXPIRED_SINCE, REVOKED_SINCE, Tree

HOUR, DAY, YEAR = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=365)
INTACT = [
    "integrity-ok",
    "coverage-revision",
    "changes-long-term",
    "trust-test",
    "revocation-ok",
    "time-proven",
    "algorithm-ok",
    "stamp-matches",
]


def _codes(report: FileReport | SignatureReport) -> set[str]:
    return {f.code for f in report.findings}


# --- what is right ---------------------------------------------------------------------------------------------------


def test_a_sealed_file_is_valid_with_a_line_for_each_thing_looked_at(sealed: bytes, trust: TrustStore) -> None:
    report = validate(sealed, trust, at=AT + HOUR)

    assert report.verdict is Verdict.VALID
    assert report.findings == ()
    seal, stamp = report.signatures
    assert [f.code for f in seal.findings] == INTACT
    assert (seal.field, seal.signer, seal.profile, seal.trust_class) == ("sohoa-seal", AGENCY, "B-LTA", TrustClass.TEST)
    assert (seal.integrity, seal.coverage, seal.changes_after) == ("intact", "revision", "long-term")
    assert (seal.signing_time, seal.timestamp_time) == (AT, AT)
    assert seal.algorithm == "RSASSA-PSS 2048, SHA-256"
    assert (stamp.field, stamp.profile, stamp.coverage, stamp.verdict) == (
        "sohoa-timestamp",
        "DocTimeStamp",
        "file",
        Verdict.VALID,
    )


def test_the_report_as_json_has_exactly_the_agreed_keys(sealed: bytes, trust: TrustStore) -> None:
    report = json.loads(json.dumps(validate(sealed, trust, at=AT + HOUR).to_json()))

    assert set(report) == {
        "verdict", "indication", "sub_indication", "sha256", "size", "checked_at", "anchors", "online", "fetched",
        "status",
        "findings", "signatures",
    }  # fmt: skip
    assert set(report["signatures"][0]) == {
        "field", "verdict", "indication", "sub_indication", "signer", "unit", "issuer", "trust_class", "integrity",
        "coverage", "changes_after", "changes", "signing_time", "proven_time", "algorithm", "strength", "profile",
        "certificate", "chain", "revocation", "timestamps", "stamp_text", "findings",
    }  # fmt: skip
    assert set(report["signatures"][0]["findings"][0]) == {"code", "severity", "text", "text_en"}
    assert report["signatures"][0]["signing_time"] == "2026-11-22T09:15:04+07:00"


def test_every_sentence_exists_in_both_languages_and_ends() -> None:
    details = {
        "count": 3, "format": "x", "moment": "2026", "algorithm": "RSA", "imprint": "SHA-1", "limit": 5, "offset": 7,
        "minutes": 9, "limit_vi": "bộ nhớ", "shown": "A", "actual": "B",
        "agency": "C", "reason": "D", "reason_vi": "E",
    }  # fmt: skip
    for code in CODES:
        said = finding(code, **details)
        assert said.text.endswith(".")
        assert said.text_en.endswith(".")
        assert "{" not in said.text + said.text_en
        assert said.text != said.text_en


@pytest.mark.parametrize("later", [DAY, 60 * DAY, 4 * YEAR, 6 * YEAR, 9 * YEAR])
def test_a_sealed_file_stays_valid_offline_as_long_as_its_time_stamp(
    sealed: bytes, trust: TrustStore, later: dt.timedelta
) -> None:
    """After five years the seal's certificate has expired, and the lists in the file are long out of date."""
    assert validate(sealed, trust, at=AT + later).verdict is Verdict.VALID


def test_after_the_time_stamps_end_it_is_undetermined(sealed: bytes, trust: TrustStore) -> None:
    report = validate(sealed, trust, at=AT + 11 * YEAR)

    assert report.verdict is Verdict.UNDETERMINED
    assert "timestamp-expired" in _codes(report.signatures[1])
    assert {"timestamp-expired", "expired-unproven"} <= _codes(report.signatures[0])


def test_a_newer_time_stamp_in_time_prolongs_it(gov: Tree, page: bytes) -> None:
    brief = gov.stamper(AT, "tsa-brief")
    signed = sign(page, gov.key(), at=AT, stamper=brief, evidence=gov.trust(AT))
    late = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)
    assert "timestamp-expired" in _codes(validate(signed, gov.trust(late), at=late).signatures[0])

    renewed = add_timestamp(signed, gov.stamper(AT + DAY))
    report = validate(renewed, gov.trust(AT), at=late)
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].timestamp_time == AT


def test_the_clock_of_the_machine_is_the_default_moment(sealed: bytes, trust: TrustStore) -> None:
    assert validate(sealed, trust).signatures[0].integrity == "intact"


# --- profiles and formats --------------------------------------------------------------------------------------------


def test_the_profile_is_the_level_that_is_proven(gov: Tree, page: bytes) -> None:
    key, trust = gov.key(), gov.trust(AT)
    basic = sign(page, key, at=AT)
    timed = sign(page, key, at=AT, stamper=gov.stamper(AT))
    long_term = add_evidence(timed, trust)
    archived = add_timestamp(long_term, gov.stamper(AT + HOUR))

    reports = [validate(f, trust, at=AT + 2 * HOUR) for f in (basic, timed, long_term, archived)]
    assert [r.signatures[0].profile for r in reports] == ["B-B", "B-T", "B-LT", "B-LTA"]
    assert {r.verdict for r in reports} == {Verdict.VALID}
    assert "time-claimed" in _codes(reports[0].signatures[0])


def test_the_older_format_is_read_and_named(gov: Tree, page: bytes) -> None:
    plain = sign(page, gov.key(), at=AT, pades=False)
    timed = sign(page, gov.key(), at=AT, pades=False, stamper=gov.stamper(AT))

    reports = [validate(f, gov.trust(AT), at=AT + HOUR) for f in (plain, timed)]
    assert [r.signatures[0].profile for r in reports] == ["PKCS#7", "PKCS#7-T"]
    assert {r.verdict for r in reports} == {Verdict.VALID}


def test_several_signatures_are_listed_in_order(gov: Tree, page: bytes) -> None:
    first = sign(page, gov.key(), at=AT, field="Người đối chiếu")
    both = sign(first, gov.key("elliptic"), at=AT, field="Cơ quan")

    report = validate(both, gov.trust(AT), at=AT + HOUR)
    assert [s.field for s in report.signatures] == ["Người đối chiếu", "Cơ quan"]
    assert [s.changes_after for s in report.signatures] == ["signatures", "none"]
    assert report.verdict is Verdict.VALID


def test_pkcs1_is_accepted_and_reported(gov: Tree, page: bytes) -> None:
    report = validate(sign(page, gov.older_key(), at=AT), gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.VALID
    assert "algorithm-legacy" in _codes(report.signatures[0])
    assert report.signatures[0].algorithm == "RSA PKCS#1 v1.5 2048, SHA-256"


def test_a_block_without_null_is_named_not_called_forged(gov: Tree, page: bytes) -> None:
    signed = sign(page, gov.key_without_null(), at=AT)
    report = validate(signed, gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.VALID
    assert "encoding-nonstandard" in _codes(report.signatures[0])
    assert report.signatures[0].integrity == "intact"
    assert validate(_flip(signed, 5_000), gov.trust(AT), at=AT + HOUR).verdict is Verdict.INVALID


@pytest.mark.parametrize(("name", "digest"), [("signer", "sha1"), ("short", "sha256")])
def test_weak_cryptography_is_undetermined_though_intact(gov: Tree, page: bytes, name: str, digest: str) -> None:
    report = validate(sign(page, gov.older_key(name), at=AT, digest=digest), gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.UNDETERMINED
    assert report.signatures[0].integrity == "intact"
    assert "algorithm-weak" in _codes(report.signatures[0])


# --- who signed ------------------------------------------------------------------------------------------------------


def test_without_an_anchor_who_signed_cannot_be_told(sealed: bytes) -> None:
    report = validate(sealed, TrustStore(), at=AT + HOUR)

    assert report.verdict is Verdict.UNDETERMINED
    assert {"integrity-ok", "trust-none", "revocation-unchecked", "timestamp-untrusted"} <= _codes(report.signatures[0])
    assert report.signatures[0].trust_class is None


def test_the_right_names_with_the_wrong_keys_convince_nobody(gov: Tree, impostor: Tree, page: bytes) -> None:
    assert gov.certificate("root").subject == impostor.certificate("root").subject
    forged = sign(page, impostor.key(), at=AT, stamper=impostor.stamper(AT), evidence=impostor.trust(AT))
    report = validate(forged, gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.UNDETERMINED
    assert _codes(report.signatures[0]) & {"trust-none", "trust-broken"}
    assert "timestamp-untrusted" in _codes(report.signatures[0])


def test_a_swapped_certificate_is_found(gov: Tree, impostor: Tree, page: bytes) -> None:
    """The signature was made by one key and claims another's certificate of the same name and number."""
    swapped = SealKey.of(LoadedSigner(impostor.private_key("signer"), gov.certificate("signer"), []))
    report = validate(sign(page, swapped, at=AT), gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.INVALID
    assert "signature-broken" in _codes(report.signatures[0])


def test_test_anchors_count_only_where_they_are_allowed(sealed: bytes, trust: TrustStore) -> None:
    report = validate(sealed, trust, at=AT + HOUR, allow_test=False)

    assert report.verdict is Verdict.UNDETERMINED
    assert "trust-test-refused" in _codes(report.signatures[0])


@pytest.mark.parametrize("trust_class", [c for c in TrustClass if c is not TrustClass.TEST])
def test_the_anchors_class_is_reported(gov: Tree, page: bytes, trust_class: TrustClass) -> None:
    store = gov.trust(AT)
    labelled = TrustStore((TrustAnchor(gov.certificate("root"), trust_class),), store.certificates, store.crls)
    report = validate(sign(page, gov.key(), at=AT), labelled, at=AT + HOUR)

    assert report.signatures[0].trust_class is trust_class
    assert f"trust-{trust_class}" in _codes(report.signatures[0])


@pytest.mark.parametrize("name", ["encipher", "server"])
def test_a_certificate_for_another_purpose_does_not_sign(gov: Tree, page: bytes, name: str) -> None:
    report = validate(sign(page, gov.key(name), at=AT), gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.UNDETERMINED
    assert "trust-purpose" in _codes(report.signatures[0])


# --- revocation ------------------------------------------------------------------------------------------------------


def test_no_revocation_evidence_is_never_valid(gov: Tree, page: bytes) -> None:
    signed = sign(page, gov.key(), at=AT, stamper=gov.stamper(AT))
    report = validate(signed, gov.trust(AT, revocation=False), at=AT + HOUR)

    assert report.verdict is Verdict.UNDETERMINED
    assert {"revocation-missing", "timestamp-revocation"} <= _codes(report.signatures[0])


def test_revocation_evidence_that_is_too_old_is_none(gov: Tree, page: bytes) -> None:
    report = validate(sign(page, gov.key(), at=AT), gov.trust(AT - 120 * DAY), at=AT + HOUR)

    assert report.verdict is Verdict.UNDETERMINED
    assert "revocation-missing" in _codes(report.signatures[0])


def _with_ocsp(gov: Tree, response: ocsp.OCSPResponse, *, lists: int) -> TrustStore:
    store = gov.trust(AT)
    return TrustStore(store.anchors, store.certificates, store.crls[:lists], (response,))


def test_an_ocsp_response_is_evidence(gov: Tree, page: bytes) -> None:
    store = _with_ocsp(gov, gov.ocsp("signer", AT + HOUR), lists=1)
    report = validate(sign(page, gov.key(), at=AT), store, at=AT + HOUR)

    assert report.verdict is Verdict.VALID
    assert "revocation-ok" in _codes(report.signatures[0])


def test_an_ocsp_response_that_says_revoked_counts(gov: Tree, page: bytes) -> None:
    store = _with_ocsp(gov, gov.ocsp("revoked", AT + HOUR), lists=1)
    report = validate(sign(page, gov.key("revoked"), at=AT), store, at=AT + HOUR)

    assert report.verdict is Verdict.INVALID


def test_a_list_takes_back_what_an_older_ocsp_response_said(gov: Tree, page: bytes) -> None:
    moment = REVOKED_SINCE + dt.timedelta(minutes=5)
    signed = sign(page, gov.key("revoked"), at=moment, stamper=gov.stamper(moment))
    store = _with_ocsp(gov, gov.ocsp("revoked", REVOKED_SINCE - dt.timedelta(seconds=60)), lists=2)

    assert "revoked" in _codes(validate(signed, store, at=AT).signatures[0])


@pytest.mark.parametrize(
    ("signed_at", "stamped", "code", "verdict"),
    [
        (REVOKED_SINCE + DAY, True, "revoked", Verdict.INVALID),
        (REVOKED_SINCE + DAY, False, "revoked", Verdict.INVALID),
        (REVOKED_SINCE - DAY, False, "revoked-unproven", Verdict.UNDETERMINED),
        (REVOKED_SINCE - DAY, True, "revocation-ok", Verdict.VALID),
    ],
)
def test_a_revoked_signer(
    gov: Tree, page: bytes, *, signed_at: dt.datetime, stamped: bool, code: str, verdict: Verdict
) -> None:
    stamper = gov.stamper(signed_at) if stamped else None
    signed = sign(page, gov.key("revoked"), at=signed_at, stamper=stamper)
    report = validate(signed, gov.trust(AT), at=AT)

    assert report.verdict is verdict
    assert code in _codes(report.signatures[0])


def test_a_list_issued_after_the_end_of_a_certificate_says_nothing_about_it(gov: Tree, page: bytes) -> None:
    moment = EXPIRED_SINCE - DAY
    signed = sign(page, gov.key("expired"), at=moment, stamper=gov.stamper(moment))

    assert "revocation-missing" in _codes(validate(signed, gov.trust(AT), at=AT).signatures[0])
    in_time = add_evidence(signed, gov.trust(moment))
    assert validate(in_time, gov.trust(AT), at=AT).verdict is Verdict.VALID


# --- time ------------------------------------------------------------------------------------------------------------


def test_an_expired_signer_who_says_so_is_invalid(gov: Tree, page: bytes) -> None:
    signed = sign(page, gov.key("expired"), at=EXPIRED_SINCE + DAY, stamper=gov.stamper(EXPIRED_SINCE + DAY))
    report = validate(signed, gov.trust(AT), at=AT)

    assert report.verdict is Verdict.INVALID
    assert "expired" in _codes(report.signatures[0])


def test_an_expired_signer_without_proof_of_time_is_undetermined(gov: Tree, page: bytes) -> None:
    report = validate(sign(page, gov.key("expired"), at=EXPIRED_SINCE - DAY), gov.trust(AT), at=AT)

    assert report.verdict is Verdict.UNDETERMINED
    assert "expired-unproven" in _codes(report.signatures[0])


def test_a_signature_older_than_its_certificate_is_invalid(gov: Tree, page: bytes) -> None:
    signed = sign(page, gov.key("future"), at=AT, stamper=gov.stamper(AT))
    report = validate(signed, gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.INVALID
    assert "not-yet-valid" in _codes(report.signatures[0])


def test_a_stated_time_after_the_proven_one_is_doubtful(gov: Tree, page: bytes) -> None:
    signed = sign(page, gov.key(), at=AT + DAY, stamper=gov.stamper(AT))
    report = validate(signed, gov.trust(AT), at=AT + 2 * DAY)

    assert report.verdict is Verdict.UNDETERMINED
    assert "time-inconsistent" in _codes(report.signatures[0])


@pytest.mark.parametrize("kind", ["stranger", "not-tsa"])
def test_a_time_stamp_from_somebody_untrusted_proves_nothing(gov: Tree, impostor: Tree, page: bytes, kind: str) -> None:
    stamper = impostor.stamper(AT) if kind == "stranger" else gov.stamper(AT, "not-tsa")
    report = validate(sign(page, gov.key(), at=AT, stamper=stamper), gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.UNDETERMINED
    assert "timestamp-untrusted" in _codes(report.signatures[0])
    assert report.signatures[0].timestamp_time is None


def test_a_time_stamp_over_something_else_is_found(gov: Tree, page: bytes) -> None:
    first = sign(page, gov.key(), at=AT, stamper=gov.stamper(AT - 300 * DAY))
    other = sign(scan_pdf(pages=2), gov.key(), at=AT, stamper=gov.stamper(AT))
    forged = _with_token_of(other, first)
    report = validate(forged, gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.INVALID
    assert "timestamp-broken" in _codes(report.signatures[0])


def _contents(pdf: bytes) -> tuple[int, int]:
    start = pdf.index(b"/Contents <") + len(b"/Contents <")
    return start, pdf.index(b">", start)


def _with_token_of(pdf: bytes, donor: bytes) -> bytes:
    """The file with the time stamp of another signature in its (unsigned) attribute."""
    parts = []
    for data in (pdf, donor):
        start, end = _contents(data)
        parts.append((start, end, cms.ContentInfo.load(bytes.fromhex(data[start:end].decode()))))
    (start, end, mine), (_, _, other) = parts
    mine["content"]["signer_infos"][0]["unsigned_attrs"] = other["content"]["signer_infos"][0]["unsigned_attrs"]
    encoded = mine.dump().hex().encode()
    return pdf[:start] + encoded.ljust(end - start, b"0") + pdf[end:]


# --- what was done to it afterwards ----------------------------------------------------------------------------------


def _flip(pdf: bytes, position: int) -> bytes:
    return pdf[:position] + bytes([pdf[position] ^ 1]) + pdf[position + 1 :]


def test_a_flipped_byte_of_the_picture_is_found(sealed: bytes, trust: TrustStore) -> None:
    report = validate(_flip(sealed, 5_000), trust, at=AT + HOUR)

    assert report.verdict is Verdict.INVALID
    assert report.signatures[0].integrity == "broken"
    assert "integrity-broken" in _codes(report.signatures[0])


def _update(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _other_content(writer: IncrementalPdfFileWriter) -> None:
    page = writer.root["/Pages"]["/Kids"][0]
    page[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"0 0 300 300 re f"))
    writer.update_container(page)


def _another_page(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    pages["/Kids"].append(pages["/Kids"].raw_get(0))
    pages[pdf_name("/Count")] = generic.NumberObject(2)
    writer.update_container(pages)
    writer.update_container(pages["/Kids"])


def _annotation(writer: IncrementalPdfFileWriter) -> None:
    note = {"/Type": "/Annot", "/Subtype": "/Square"}
    entry = generic.DictionaryObject({pdf_name(k): pdf_name(v) for k, v in note.items()})
    entry[pdf_name("/Rect")] = generic.ArrayObject(generic.NumberObject(v) for v in (0, 0, 600, 850))
    page_ref = writer.root["/Pages"]["/Kids"].raw_get(0)
    writer.register_annotation(page_ref, writer.add_object(entry))


def _new_appearance(writer: IncrementalPdfFileWriter) -> None:
    field = writer.root["/AcroForm"]["/Fields"][0]
    field["/AP"][pdf_name("/N")] = writer.add_object(generic.StreamObject(stream_data=b"0 0 300 300 re f"))
    writer.update_container(field)
    writer.update_container(field["/AP"])


def _no_evidence(writer: IncrementalPdfFileWriter) -> None:
    del writer.root["/DSS"]
    writer.update_root()


def _no_form(writer: IncrementalPdfFileWriter) -> None:
    del writer.root["/AcroForm"]
    writer.update_root()


@pytest.mark.parametrize("change", [_other_content, _another_page, _annotation, _new_appearance])
def test_an_update_the_seal_does_not_allow_is_found(
    sealed: bytes, trust: TrustStore, change: Callable[[IncrementalPdfFileWriter], None]
) -> None:
    report = validate(_update(sealed, change), trust, at=AT + HOUR)

    assert report.verdict is Verdict.INVALID
    assert "changes-disallowed" in _codes(report.signatures[0])
    assert report.signatures[0].integrity == "intact"


def test_evidence_taken_away_breaks_the_time_stamp_over_it(sealed: bytes, trust: TrustStore) -> None:
    report = validate(_update(sealed, _no_evidence), trust, at=AT + HOUR)

    assert report.verdict is Verdict.INVALID
    assert "changes-disallowed" in _codes(report.signatures[1])


def test_a_file_whose_form_was_taken_away_has_no_signature(sealed: bytes, trust: TrustStore) -> None:
    report = validate(_update(sealed, _no_form), trust, at=AT + HOUR)

    assert report.verdict is Verdict.UNDETERMINED
    assert _codes(report) == {"no-signature"}


def test_another_signature_on_a_certified_file_is_not_allowed(sealed: bytes, trust: TrustStore, gov: Tree) -> None:
    twice = sign(sealed, gov.key(), at=AT)
    report = validate(twice, trust, at=AT + HOUR)
    assert "changes-disallowed" in _codes(report.signatures[0])


def test_a_signature_cannot_hide_behind_a_time_stamp_of_the_same_name(gov: Tree, impostor: Tree, page: bytes) -> None:
    forged = add_timestamp(sign(page, impostor.key(), at=AT, field="Một"), gov.stamper(AT), field="Hai")
    same = _update(forged, _same_names)
    report = validate(same, gov.trust(AT), at=AT + HOUR)

    assert report.verdict is not Verdict.VALID
    assert "DocTimeStamp" not in {s.profile for s in report.signatures if s.signer.startswith("signer")}


def _same_names(writer: IncrementalPdfFileWriter) -> None:
    for field in writer.root["/AcroForm"]["/Fields"]:
        field.get_object()[pdf_name("/T")] = generic.TextStringObject("Dấu")
        writer.update_container(field.get_object())


def test_new_evidence_and_time_stamps_are_allowed(sealed: bytes, trust: TrustStore, gov: Tree) -> None:
    longer = add_timestamp(add_evidence(sealed, gov.trust(AT)), gov.stamper(AT + DAY))
    store = gov.trust(AT)
    both = TrustStore((*trust.anchors, *store.anchors), store.certificates, (*trust.crls, *store.crls))
    report = validate(longer, both, at=AT + 2 * DAY)

    assert report.verdict is Verdict.VALID
    assert [s.profile for s in report.signatures] == ["B-LTA", "DocTimeStamp", "DocTimeStamp"]
    assert report.signatures[0].changes_after == "long-term"


def test_form_values_changed_after_an_approval_are_refused(gov: Tree, trust: TrustStore) -> None:
    del trust
    form = _with_text_field(scan_pdf())
    signed = sign(form, gov.key(), at=AT)

    def fill(writer: IncrementalPdfFileWriter) -> None:
        field = next(f for f in writer.root["/AcroForm"]["/Fields"] if f.get_object()["/T"] == "Số").get_object()
        field[pdf_name("/V")] = generic.TextStringObject("1234")
        writer.update_container(field)

    report = validate(_update(signed, fill), gov.trust(AT), at=AT + HOUR)
    assert report.verdict is Verdict.INVALID
    assert report.signatures[0].changes_after == "unsigned"
    assert "field-changed" in {c.kind for c in report.signatures[0].changes}


def _with_text_field(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        field = opened.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T="Số",
                V="1",
                Rect=[100, 100, 200, 120],
                F=4,
            )
        )
        opened.pages[0].Annots = pikepdf.Array([field])
        opened.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        output = io.BytesIO()
        opened.save(output, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return output.getvalue()


# --- byte ranges -----------------------------------------------------------------------------------------------------


def _with_byte_range(pdf: bytes, values: tuple[int, int, int, int]) -> bytes:
    start = pdf.index(b"/ByteRange")
    start = pdf.index(b"[", start)
    end = pdf.index(b"]", start)
    text = b"[%d %d %d %d" % values
    return pdf[:start] + text.ljust(end - start) + pdf[end:]


@pytest.mark.parametrize("case", ["gap", "overlap", "late start", "past the end", "shifted tail"])
def test_a_byte_range_that_leaves_out_more_than_the_signature_is_refused(gov: Tree, page: bytes, case: str) -> None:
    signed = sign(page, gov.key(), at=AT)
    start, end = _contents(signed)
    first, second = start - 1, end + 1
    rest = len(signed) - second
    ranges = {
        "gap": (0, first - 20, second, rest),
        "overlap": (0, first, second - 10, rest + 10),
        "late start": (10, first - 10, second, rest),
        "past the end": (0, first, second, rest + 5),
        "shifted tail": (0, first, second - 8, rest),
    }
    report = validate(_with_byte_range(signed, ranges[case]), gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.INVALID
    assert "coverage-partial" in _codes(report.signatures[0])


@pytest.mark.parametrize("key", [b"/ByteRange", b"/Contents"])
def test_a_signature_without_its_data_is_malformed(sealed: bytes, trust: TrustStore, key: bytes) -> None:
    position = sealed.index(key + (b" <" if key == b"/Contents" else b" ["))
    broken = sealed[:position] + key[:-1] + b"X" + sealed[position + len(key) :]
    report = validate(broken, trust, at=AT + HOUR)

    assert report.verdict is Verdict.INVALID
    assert "signature-malformed" in _codes(report.signatures[0])


def test_a_signature_value_nobody_can_parse_is_undetermined_not_forged(gov: Tree, page: bytes) -> None:
    signed = sign(page, gov.key(), at=AT)
    start, end = _contents(signed)
    for content in (b"0500", b"3003020105", b""):
        broken = signed[:start] + content.ljust(end - start, b"0") + signed[end:]
        report = validate(broken, gov.trust(AT), at=AT + HOUR)
        assert report.verdict is Verdict.UNDETERMINED
        assert _codes(report.signatures[0]) == {"signature-unparsable"}


def test_an_unsupported_format_is_named(gov: Tree, page: bytes) -> None:
    signed = sign(page, gov.key(), at=AT).replace(b"/ETSI.CAdES.detached", b"/adbe.pkcs7.sha1    ")
    report = validate(signed, gov.trust(AT), at=AT + HOUR)

    assert report.verdict is not Verdict.VALID
    assert "adbe.pkcs7.sha1" in report.signatures[0].findings[0].text


def test_a_certification_that_allows_forms_allows_a_second_signature(gov: Tree, page: bytes) -> None:
    certified = sign(page, gov.key(), at=AT, certify=MDPPerm.FILL_FORMS, field="Một")
    report = validate(sign(certified, gov.key(), at=AT, field="Hai"), gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.VALID


# --- files -----------------------------------------------------------------------------------------------------------


def test_an_unsigned_file_is_undetermined(page: bytes, trust: TrustStore) -> None:
    report = validate(page, trust, at=AT)

    assert report.verdict is Verdict.UNDETERMINED
    assert _codes(report) == {"no-signature"}
    assert report.signatures == ()


def test_a_time_stamp_alone_signs_for_nobody(page: bytes, gov: Tree) -> None:
    report = validate(add_timestamp(page, gov.stamper(AT)), gov.trust(AT), at=AT + HOUR)

    assert report.verdict is Verdict.UNDETERMINED
    assert "no-signature" in _codes(report)
    assert [s.profile for s in report.signatures] == ["DocTimeStamp"]


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"%PDF-1.7", b"hello", b"\xff\xd8\xff\xe0 a picture"])
def test_what_is_no_pdf_is_invalid(content: bytes, trust: TrustStore) -> None:
    report = validate(content, trust, at=AT)

    assert report.verdict is Verdict.INVALID
    assert _codes(report) == {"unreadable"}
    assert report.findings[0].severity is Severity.ERROR


@pytest.mark.parametrize("share", [0.3, 0.8, 0.95, 0.999])
def test_a_cut_file_is_never_valid(sealed: bytes, trust: TrustStore, share: float) -> None:
    assert validate(sealed[: int(len(sealed) * share)], trust, at=AT + HOUR).verdict is not Verdict.VALID


def test_a_file_with_a_password_is_undetermined(page: bytes, trust: TrustStore) -> None:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(page)) as pdf:
        pdf.save(output, encryption=pikepdf.Encryption(owner="a", user="b"))
    report = validate(output.getvalue(), trust, at=AT)

    assert report.verdict is Verdict.UNDETERMINED
    assert "encrypted" in _codes(report)


def test_the_portals_prefix_is_reported_and_the_rest_verified(sealed: bytes, trust: TrustStore) -> None:
    """Decoders make anything of the punctuation in ``data:application/pdf;base64,``; the rest is always the same."""
    letters = base64.b64decode(b"data") + b"\xfa" + base64.b64decode(b"Aapp")[1:] + base64.b64decode(b"lication/pdf")
    prefix = letters + base64.b64decode(b"+bas") + base64.b64decode(b"e64/")
    assert len(prefix) == 21
    report = validate(prefix + sealed, trust, at=AT + HOUR)

    assert report.verdict is Verdict.VALID
    assert _codes(report) == {"prefix-known"}


def test_other_bytes_before_or_after_are_doubtful(sealed: bytes, trust: TrustStore) -> None:
    before = validate(b"<html>junk</html>\n" + sealed, trust, at=AT + HOUR)
    assert (before.verdict, _codes(before)) == (Verdict.UNDETERMINED, {"prefix"})
    after = validate(sealed + b"<html>junk</html>", trust, at=AT + HOUR)
    assert after.verdict is not Verdict.VALID


@pytest.fixture(scope="module")
def small(gov: Tree) -> bytes:
    """A small signed file, cheap to check many times."""
    output = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 200))
        pdf.save(output, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return sign(output.getvalue(), gov.key(), at=AT, stamper=gov.stamper(AT), evidence=gov.trust(AT))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_byte_never_raises_and_never_counts_as_valid(small: bytes, gov: Tree, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(small) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda v: v != small[position]))
    changed = small[:position] + bytes([value]) + small[position + 1 :]
    report = validate(changed, gov.trust(AT), at=AT + HOUR)

    start, end = _contents(small)
    covered_to = end + 1 + int(small[small.index(b"/ByteRange") :].split(b"]")[0].split()[-1])
    if position < start - 1 or end < position < covered_to:
        assert report.verdict is not Verdict.VALID


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_pieces_cut_out_doubled_or_put_in_never_raise(small: bytes, gov: Tree, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(small)))
    second = data.draw(st.integers(first, min(len(small), first + 3000)))
    filling = data.draw(st.sampled_from([b"", small[first:second] * 2, b"endobj", b"<<", b"[" * 300, b"\0" * 50]))
    report = validate(small[:first] + filling + small[second:], gov.trust(AT), at=AT + HOUR)

    assert report.verdict in set(Verdict)
