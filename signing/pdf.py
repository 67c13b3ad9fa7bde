# mypy: allow-untyped-calls
# parts of pyHanko have no types
"""Signed PDF files as a verifier sees them: where the PDF begins, which signatures it has, what each of them covers.

The threat: a file made to show one thing and to have another verified. What stops it here: a signature's byte range
must leave out exactly its own value and nothing else; everything added after a signature must be explained by a rule
(pyHanko's difference policy, which refuses by default); a file that other programs may read otherwise is never valid.
"""

import io
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from dossier.verdicts import Finding
from signing.texts import finding

_HEADER = b"%PDF-"
_HEADER_WITHIN = 1024
"""Readers look for the header within so many bytes (ISO 32000-1, Annex H.3.4.1)."""
_KNOWN_PREFIX_LENGTH = 21
_KNOWN_PREFIX = ((0, b64decode(b"data")), (6, b64decode(b"lication/pdf")))
"""What decoding ``data:application/pdf;base64,`` along with the file leaves, where all decoders agree."""


@dataclass(frozen=True, slots=True)
class Found:
    """One filled signature field: the signature, or the code of what keeps it from being read."""

    field: str
    signature: EmbeddedPdfSignature | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A PDF opened for verification.

    Attributes:
        data: From the header on. reader: Reads it. found: Its signatures in the order of their revisions.
        findings: About the file as a whole.
    """

    data: bytes
    reader: PdfFileReader
    found: tuple[Found, ...]
    findings: tuple[Finding, ...]


def open_file(pdf: bytes) -> OpenedFile:
    """Return ``pdf`` opened.

    Raises:
        PdfError: It cannot be read, or needs a password.
        Exception: Whatever the parser comes to with hostile input; the caller answers for that.
    """
    start = max(pdf.find(_HEADER, 0, _HEADER_WITHIN), 0)
    data, findings = pdf[start:], []
    if start:
        known = start == _KNOWN_PREFIX_LENGTH and all(pdf[i : i + len(p)] == p for i, p in _KNOWN_PREFIX)
        findings.append(finding("prefix-known") if known else finding("prefix", count=start))
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=True)
        _ = reader.root
    except PdfError:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        _ = reader.root
        findings.append(finding("irregular"))
    rest = len(data[data.rfind(b"%%EOF") + len(b"%%EOF") :].strip(b"\r\n \0"))
    if rest:
        findings.append(finding("trailing", count=rest))
    if reader.encrypted:
        return OpenedFile(data, reader, (), (*findings, finding("encrypted")))
    found = sorted(_signatures(reader), key=lambda f: f.signature.signed_revision if f.signature else -1)
    if not any(not f.signature or not is_timestamp(f.signature) for f in found):
        findings.append(finding("no-signature"))
    return OpenedFile(data, reader, tuple(found), tuple(findings))


def is_timestamp(signature: EmbeddedPdfSignature) -> bool:
    """Return whether ``signature`` is a document time stamp."""
    return bool(signature.sig_object_type == "/DocTimeStamp")


def _signatures(reader: PdfFileReader) -> Iterator[Found]:
    for name, value, field in enumerate_sig_fields(reader, filled_status=True):
        try:
            if not {"/ByteRange", "/Contents"} <= value.get_object().keys():
                yield Found(name, None, "signature-malformed")
            else:
                yield Found(name, EmbeddedPdfSignature(reader, field, name))
        except Exception:  # noqa: BLE001 - a hostile value leads the parser anywhere; it becomes a finding
            yield Found(name, None, "signature-unreadable")


def coverage(data: bytes, signature: EmbeddedPdfSignature) -> str:
    """Return what ``signature`` covers: ``file``, ``revision`` or ``partial``."""
    if not _leaves_out_only_itself(data, signature):
        return "partial"
    match signature.evaluate_signature_coverage():
        case SignatureCoverageLevel.ENTIRE_FILE:
            return "file"
        case SignatureCoverageLevel.ENTIRE_REVISION:
            return "revision"
        case _:
            return "partial"


def _leaves_out_only_itself(data: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Return whether the byte range is two pieces from byte 0 on, parted by exactly the signature's own hex string."""
    try:
        start, length, start2, length2 = (int(v) for v in signature.byte_range)
    except (TypeError, ValueError):
        return False
    if start != 0 or not 0 < length < start2 or length2 < 0 or start2 + length2 > len(data):
        return False
    gap = data[length:start2]
    if not (gap.startswith(b"<") and gap.endswith(b">")):
        return False
    try:
        return bytes.fromhex(gap[1:-1].decode("ascii")) == signature.pkcs7_content
    except ValueError:
        return False


def changes_after(signature: EmbeddedPdfSignature, signature_fields: frozenset[str]) -> str:
    """Return what was changed after ``signature`` was made; see `SignatureReport.changes_after`.

    Args:
        signature: One whose coverage is ``file`` or ``revision``.
        signature_fields: Names of the file's signature fields.
    """
    signature.compute_integrity_info()
    result: object = signature.diff_result
    if not isinstance(result, DiffResult) or not signature.summarise_integrity_info()["docmdp_ok"]:
        return "disallowed"
    match result.modification_level:
        case ModificationLevel.NONE:
            return "none"
        case ModificationLevel.LTA_UPDATES:
            return "long-term"
        case ModificationLevel.FORM_FILLING:
            return "signatures" if result.changed_form_fields <= signature_fields else "fields"
        case ModificationLevel.ANNOTATIONS:
            return "annotations"
        case _:
            return "disallowed"
