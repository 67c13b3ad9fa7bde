"""Honest files as portals and offices make them, odd in one way each; ``quirks.toml`` says what must be said."""

import asyncio
import base64
import datetime as dt
import io
import re
from collections.abc import Callable

import pikepdf
from asn1crypto import cms
from cryptography.hazmat.primitives import hashes
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.general import simple_cms_attribute

from signing.cms import _Node, _Walk
from signing.limits import Budget, Reader
from tests.signing.forge import edited, value_of, with_value
from tests.signing.kit import Kit
from tests.signing.others import add_evidence, add_timestamp, sign
from tests.signing.papers import AT, Change, annotate, fill, office_paper, sign_visibly, small_page, update, write_over
from tests.signing.raw import Update, last_startxref, number_of, objects_in

OLD = dt.datetime(2012, 1, 10, 3, tzinfo=dt.UTC)
PREFIX = (
    base64.b64decode(b"data") + b"\xfa" + base64.b64decode(b"Aapp")[1:] + base64.b64decode(b"lication/pdf")
    + base64.b64decode(b"+bas") + base64.b64decode(b"e64/")
)  # fmt: skip
"""The 21 bytes that stand before a PDF whose ``data:application/pdf;base64,`` was decoded along."""


# --- before and after the PDF


def _signed_with_prefix(kit: Kit) -> bytes:
    """Sign a file whose offsets count from before its header."""
    page = small_page()
    here = last_startxref(page)
    table = re.sub(rb"(\d{10}) (\d{5}) n", lambda m: b"%010d %s n" % (int(m[1]) + len(PREFIX), m[2]), page[here:])
    table = re.sub(rb"startxref\s+\d+", b"startxref\n%d" % (here + len(PREFIX)), table)
    reader = Reader(PREFIX + page[:here] + table, Budget(), header=len(PREFIX))
    return sign(b"", kit.gov.key(), at=AT, writer=IncrementalPdfFileWriter.from_reader(reader))


# --- values


def _with_nulls(*places: str) -> Callable[[Kit], bytes]:
    """Put a NULL where something optional is absent."""

    def make(kit: Kit) -> bytes:
        value = value_of(kit.stamped if "empty-attributes" not in places else kit.signed)
        root = _Walk(value).node(0, len(value))
        signed = (root.parts or [])[1].parts[0]  # type: ignore[index]
        parts = signed.parts or []
        null = _Node(b"\x05", 0)
        if "content" in places:
            (parts[2].parts or []).append(null)
        if "tagged-content" in places:
            (parts[2].parts or []).append(_Node(b"\xa0", 0, parts=[null]))
        if "crls" in places:
            parts.insert(4, _Node(b"\xa1", 0, parts=[null]))
        signer = (parts[-1].parts or [])[0]
        if "attributes" in places:
            (signer.parts or []).append(null)
        if "empty-attributes" in places:
            (signer.parts or []).append(_Node(b"\xa1", 0, parts=[null]))
        return with_value(kit.stamped if "empty-attributes" not in places else kit.signed, root.encode())

    return make


def _indefinite(node: _Node, depth: int) -> bytes:
    """Encode the outer ``depth`` levels with lengths that an end mark ends."""
    if depth == 0 or node.parts is None or node.tag == b"\x31":
        return node.encode()
    return node.tag + b"\x80" + b"".join(_indefinite(p, depth - 1) for p in node.parts) + b"\0\0"


def _ber(depth: int) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        value = value_of(kit.signed)
        return with_value(kit.signed, _indefinite(_Walk(value).node(0, len(value)), depth))

    return make


def _long_lengths(kit: Kit) -> bytes:
    """A length of four bytes where two would do, as programs write that reserve room."""
    value = value_of(kit.signed)
    assert value[:2] == b"\x30\x82"
    return with_value(kit.signed, b"\x30\x84" + int.from_bytes(value[2:4]).to_bytes(4) + value[4:])


# --- algorithms


def _old_sha1(kit: Kit) -> bytes:
    stamper = kit.gov.stamper(OLD)
    signed = sign(small_page(), kit.gov.older_key(), at=OLD, pades=False, digest="sha1", stamper=stamper)
    return add_evidence(signed, kit.gov.trust(OLD))


def _sha1_imprint(kit: Kit) -> bytes:
    """A time stamp over the SHA-1 of the signature, as official-duty programs ask for."""

    def edit(signed: cms.SignedData) -> None:
        signer = signed["signer_infos"][0]
        digest = hashes.Hash(hashes.SHA1())  # noqa: S303 - that is the oddity
        digest.update(signer["signature"].native)
        token = asyncio.run(kit.gov.stamper(AT).async_timestamp(digest.finalize(), "sha1"))
        signer["unsigned_attrs"] = cms.CMSAttributes([simple_cms_attribute("signature_time_stamp_token", token)])

    return edited(kit.stamped, edit)


# --- papers of offices


def _office(change: Change, page: Callable[[], bytes] = small_page) -> Callable[[Kit], bytes]:
    return lambda kit: office_paper(kit.gov.key("elliptic"), kit.gov.key(), change, page())


def _both(writer: IncrementalPdfFileWriter) -> None:
    annotate("So 12/QD-UBND")(writer)
    annotate("22/11/2026", rect=(300, 700, 380, 718), subtype="/FreeText")(writer)


def _stamp_and_seal_at_once(kit: Kit) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(kit.visible))
    annotate("So 12/QD-UBND")(writer)
    return sign(kit.visible, kit.gov.key(), at=AT, field="Cơ quan", writer=writer)


def _eleven(kit: Kit) -> bytes:
    pdf = small_page(pages=2)
    keys = [kit.gov.key("elliptic"), kit.gov.key(), kit.gov.older_key()]
    for place in range(11):
        left, bottom = 40 + 130 * (place % 4), 400 - 60 * (place // 4)
        pdf = sign_visibly(
            pdf, keys[place % 3], field=f"Chữ ký {place + 1}", rect=(left, bottom, left + 110, bottom + 45),
            pades=place % 2 == 0, stamper=kit.gov.stamper(AT) if place % 5 == 0 else None,
        )  # fmt: skip
        if place == 4:
            pdf = update(pdf, annotate("So 12/QD-UBND"))
    return add_timestamp(add_evidence(pdf, kit.trust), kit.gov.stamper(AT))


def _metadata(kit: Kit) -> bytes:
    return Update({number_of(kit.signed, b"/Producer"): b"<< /Producer (Mot cua) /Title (Ban sao) >>"}).append(
        kit.signed
    )


def _dangling(kit: Kit) -> bytes:
    """A page that points to a note which is not there, time-stamped later."""
    page = small_page()
    number = number_of(page, b"/MediaBox")
    pointed = Update({number: objects_in(page)[number].replace(b"<<", b"<< /B 77 0 R", 1)}, size=90).append(page)
    signed = sign(pointed, kit.gov.key(), at=AT)
    return add_timestamp(add_evidence(signed, kit.trust), kit.gov.stamper(AT))


def _linearized(kit: Kit) -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(small_page(pages=3))) as pdf:
        pdf.save(output, linearize=True)
    signed = sign(output.getvalue(), kit.gov.key(), at=AT)
    return add_timestamp(signed, kit.gov.stamper(AT))


def _empty_picture(kit: Kit) -> bytes:
    """A field without area that has a picture all the same, as Acrobat makes them."""
    blank = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(generic.NumberObject(v) for v in (0, 0, 100, 100)),
        },
        stream_data=b"% DSBlank\n",
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(kit.signed))
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field  # noqa: PLC0415 - only here

    append_signature_field(writer, SigFieldSpec("Cơ quan"))
    own = next(f.get_object() for f in writer.root["/AcroForm"]["/Fields"] if f.get_object().get("/T") == "Cơ quan")
    own[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(blank)})
    return sign(b"", kit.gov.key("elliptic"), at=AT, field="Cơ quan", writer=writer)


def _format(name: bytes) -> Callable[[Kit], bytes]:
    return lambda kit: sign(small_page(), kit.gov.older_key(), at=AT, pades=False).replace(
        b"/adbe.pkcs7.detached", name.ljust(20)
    )


MAKERS: dict[str, Callable[[Kit], bytes]] = {
    "prefix": lambda k: PREFIX + k.signed,
    "prefix-archived": lambda k: PREFIX + k.archived,
    "prefix-signed": _signed_with_prefix,
    "end-padded": lambda k: k.signed + b"\r\n" + bytes(300),
    "null-missing": lambda k: sign(small_page(), k.gov.key_without_null(), at=AT),
    "null-content": _with_nulls("content"),
    "null-tagged-content": _with_nulls("tagged-content"),
    "null-crls": _with_nulls("crls"),
    "null-attributes": _with_nulls("attributes"),
    "null-empty-attributes": _with_nulls("empty-attributes"),
    "ber-outer": _ber(2),
    "ber-inner": _ber(4),
    "ber-long-length": _long_lengths,
    "surplus": lambda k: with_value(k.signed, value_of(k.signed) + b"\0\0END"),
    "sha1-unproven": lambda k: sign(small_page(), k.gov.older_key(), at=OLD, pades=False, digest="sha1"),
    "sha1-proven-late": lambda k: sign(
        small_page(), k.gov.older_key(), at=AT, pades=False, digest="sha1", stamper=k.gov.stamper(AT)
    ),
    "sha1-proven": _old_sha1,
    "sha1-imprint": _sha1_imprint,
    "clock": lambda k: sign(small_page(), k.gov.key(), at=AT + dt.timedelta(minutes=12), stamper=k.gov.stamper(AT)),
    "pkcs1": lambda k: sign(small_page(), k.gov.older_key(), at=AT),
    "adbe-detached": lambda k: k.older,
    "adbe-detached-stamped": lambda k: sign(
        small_page(), k.gov.older_key(), at=AT, pades=False, stamper=k.gov.stamper(AT)
    ),
    "cades-detached": lambda k: k.signed,
    "cades-detached-stamped": lambda k: k.stamped,
    "adbe-rsa-sha1": _format(b"/adbe.x509.rsa_sha1"),
    "adbe-sha1": _format(b"/adbe.pkcs7.sha1"),
    "eleven": _eleven,
    "office-stamp": _office(annotate("So 12/QD-UBND")),
    "office-text": _office(_both),
    "office-field": _office(fill("So", "12"), lambda: small_page(fields=[("So", None)])),
    "office-at-once": _stamp_and_seal_at_once,
    "office-content": _office(write_over(b"BT /F1 12 Tf 90 740 Td (12) Tj ET")),
    "office-compressed": _office(annotate("So 12"), lambda: small_page(compressed=True)),
    "metadata": _metadata,
    "blank-picture": _empty_picture,
    "dangling": _dangling,
    "linearized": _linearized,
}
