"""The official's signature under the agency's: both stand, and after them nothing but long-term updates."""

import asyncio
import datetime as dt
import io
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from dossier.errors import SealRefused
from dossier.verdicts import Verdict
from signing.seal import OFFICIAL_FIELD, SEAL_FIELD, TIMESTAMP_FIELD, Level
from signing.stamp import Stamp
from signing.validate import validate
from tests.signing.conftest import AGENCY, AT
from tests.signing.others import add_timestamp, sign
from tests.signing.pki import Tree
from tests.signing.poppler import render, signatures, text
from tests.signing.test_levels import sealed_at

LATER = AT + dt.timedelta(minutes=5)


@pytest.fixture(scope="module")
def witnessed(page: bytes, gov: Tree) -> bytes:
    return sealed_at(page, gov, Level.B_LTA, official=gov.key("elliptic"))


def test_what_was_there_stays_byte_for_byte(page: bytes, witnessed: bytes) -> None:
    assert witnessed.startswith(page)


def test_the_official_certifies_and_the_agency_locks(witnessed: bytes, gov: Tree) -> None:
    """ISO 32000-1, 12.8.2.2: only the first signature certifies; ISO 32000-2, 12.7.5.5: the next one lowers to 1."""
    with pikepdf.open(io.BytesIO(witnessed)) as pdf:
        official, agency, _ = pdf.Root.AcroForm.Fields
        assert [str(f.T) for f in pdf.Root.AcroForm.Fields] == [OFFICIAL_FIELD, SEAL_FIELD, TIMESTAMP_FIELD]
        assert pdf.Root.Perms.DocMDP.objgen == official.V.objgen
        (certifies,) = official.V.Reference
        assert (certifies.TransformMethod, int(certifies.TransformParams.P)) == ("/DocMDP", 2)
        assert (agency.Lock.Action, int(agency.Lock.P)) == ("/All", 1)
        (locks,) = agency.V.Reference
        assert (locks.TransformMethod, locks.TransformParams.Action) == ("/FieldMDP", "/All")
        assert int(official.V.ByteRange[3]) + int(official.V.ByteRange[2]) < int(agency.V.ByteRange[1])
        assert [float(v) for v in official.Rect] == [0, 0, 0, 0]
        assert "/AP" not in official
        assert "/Lock" not in official
        assert str(official.TU).endswith(": elliptic (gov)"), "named as in the certificate"
        for field, name in ((official, "elliptic"), (agency, "signer")):
            signed = cms.ContentInfo.load(bytes(field.V.Contents))["content"]
            assert gov.certificate(name).dump() in {c.chosen.dump() for c in signed["certificates"]}
            assert [a["type"].native for a in signed["signer_infos"][0]["unsigned_attrs"]] == [
                "signature_time_stamp_token"
            ]


@pytest.mark.parametrize("level", list(Level))
def test_both_are_valid_at_every_level(page: bytes, gov: Tree, level: Level) -> None:
    report = validate(sealed_at(page, gov, level, official=gov.key("elliptic")), gov.trust(AT), at=LATER)

    assert report.verdict is Verdict.VALID
    official, agency, *_ = report.signatures
    assert (official.field, official.signer, official.profile) == (OFFICIAL_FIELD, "elliptic (gov)", level.value)
    assert (agency.field, agency.signer, agency.profile) == (SEAL_FIELD, "signer (gov)", level.value)
    assert official.changes_after == "marks", "the agency's seal has a picture, the stamp"
    assert {(c.kind, c.by) for c in official.changes} >= {("signature-mark", agency.signer)}
    assert agency.changes_after == ("long-term" if level.has_evidence else "none")


def statuses(pdf: bytes, gov: Tree) -> list[PdfSignatureStatus]:
    """What pyHanko itself says, with its own policy on later changes."""
    trust = gov.trust(AT)
    context = {
        "trust_roots": trust.roots,
        "other_certs": trust.certificates,
        "crls": trust.crls,
        "revocation_mode": "require",
        "moment": AT,
        "retroactive_revinfo": True,
    }
    found = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    uses = KeyUsageConstraints(key_usage={"digital_signature"})
    return [
        asyncio.run(async_validate_pdf_signature(s, ValidationContext(**context), key_usage_settings=uses))
        for s in found
    ]


def test_pyhanko_agrees(witnessed: bytes, gov: Tree) -> None:
    official, agency = statuses(witnessed, gov)

    assert official.bottom_line
    assert agency.bottom_line
    assert official.docmdp_ok
    assert agency.docmdp_ok


def test_poppler_agrees(tmp_path: Path, witnessed: bytes) -> None:
    said = signatures(witnessed, tmp_path)

    assert said.count("Signature Validation: Signature is Valid.") == 2
    assert said.index(f"Field Name: {OFFICIAL_FIELD}") < said.index(f"Field Name: {SEAL_FIELD}")
    assert "Signer Certificate Common Name: elliptic (gov)" in said


def test_the_officials_signature_shows_nothing(tmp_path: Path, page: bytes, gov: Tree, witnessed: bytes) -> None:
    alone = sealed_at(page, gov, Level.B_LTA)

    assert (render(witnessed, tmp_path) == render(alone, tmp_path)).all()
    assert np.any(render(witnessed, tmp_path) != render(page, tmp_path))
    assert text(witnessed, tmp_path) == Stamp(AGENCY).text(AT)


# --- nothing afterwards ----------------------------------------------------------------------------------------


def _write(writer: IncrementalPdfFileWriter) -> bytes:
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def _seal_field(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    fields = [reference.get_object() for reference in writer.root["/AcroForm"]["/Fields"]]
    return next(f for f in fields if f["/T"] == SEAL_FIELD)


def annotated(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Text"),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 100, 120, 120))),
            pdf_name("/Contents"): generic.pdf_string("Duyet"),
        }
    )
    writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(note))
    return _write(writer)


def with_empty_field(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    append_signature_field(writer, SigFieldSpec("Another", box=(100, 100, 200, 150)))
    return _write(writer)


def with_text_field(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    field = {
        "/FT": pdf_name("/Tx"),
        "/T": generic.pdf_string("so"),
        "/V": generic.pdf_string("1"),
        "/Type": pdf_name("/Annot"),
        "/Subtype": pdf_name("/Widget"),
        "/Rect": generic.ArrayObject(map(generic.NumberObject, (0, 0, 0, 0))),
    }
    reference = writer.add_object(generic.DictionaryObject({pdf_name(k): v for k, v in field.items()}))
    fields = writer.root["/AcroForm"]["/Fields"]
    fields.append(reference)
    writer.update_container(fields)
    writer.register_annotation(writer.find_page_for_modification(0)[0], reference)
    return _write(writer)


def with_another_stamp(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    field = _seal_field(writer)
    form = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 50, 20))),
        },
        stream_data=b"0 g 0 0 50 20 re f",
    )
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(form)})
    writer.update_container(field)
    return _write(writer)


def without_lock(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    field = _seal_field(writer)
    field["/Lock"]["/P"] = generic.NumberObject(3)
    writer.update_container(field["/Lock"])
    return _write(writer)


CHANGES = {
    "note": annotated,
    "empty signature field": with_empty_field,
    "text field": with_text_field,
    "another stamp": with_another_stamp,
    "another lock": without_lock,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("level", list(Level))
def test_no_later_change_is_accepted(page: bytes, gov: Tree, change: str, level: Level) -> None:
    changed = CHANGES[change](sealed_at(page, gov, level, official=gov.key("elliptic")))

    report = validate(changed, gov.trust(AT), at=LATER)
    assert report.verdict is Verdict.INVALID
    assert next(s for s in report.signatures if s.field == SEAL_FIELD).changes_after == "disallowed"
    _, agency = statuses(changed, gov)
    assert not agency.bottom_line


@pytest.mark.parametrize("certify", [None, MDPPerm.FILL_FORMS])
def test_no_later_signature_is_accepted(gov: Tree, witnessed: bytes, certify: MDPPerm | None) -> None:
    changed = sign(witnessed, gov.key(), at=AT, field="Another", certify=certify)

    report = validate(changed, gov.trust(AT), at=LATER)
    assert report.verdict is Verdict.INVALID
    assert not statuses(changed, gov)[1].bottom_line


def test_a_later_document_time_stamp_is_accepted(gov: Tree, witnessed: bytes) -> None:
    renewed = add_timestamp(witnessed, gov.stamper(LATER), "Archive2")

    report = validate(renewed, gov.trust(AT), at=LATER + dt.timedelta(minutes=5))
    assert report.verdict is Verdict.VALID
    assert all(s.bottom_line for s in statuses(renewed, gov))


def test_one_key_does_not_witness_for_itself(page: bytes, gov: Tree) -> None:
    with pytest.raises(SealRefused, match="the agency's own") as caught:
        sealed_at(page, gov, Level.B_B, official=gov.key())
    assert "trùng" in caught.value.text_vi
