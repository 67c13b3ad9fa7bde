# mypy: allow-untyped-calls
# parts of pyHanko have no types
"""Signed PDF files as a verifier sees them: where the PDF begins, which signatures it has, what each of them covers.

The threat: a file made to show one thing and to have another verified. What stops it here: a signature's byte range
must leave out exactly its own value and nothing else; everything added after a signature must be explained by a rule
(`signing.changes`, which refuses by default) and accounted for byte by byte (`signing.updates`); a file that other
programs may read otherwise is never valid.
"""

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfDecodeLimitError, PdfError
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from dossier.verdicts import Finding
from signing.cms import Unparsable, read
from signing.limits import MAX_CONTENTS, MAX_REVISIONS, MAX_SIGNATURES, MAX_UPDATE_BYTES, Budget, Reader, TooComplex
from signing.texts import finding
from signing.updates import about_updates, require_few_objects

_HEADER = b"%PDF-"
_HEADER_WITHIN = 1024
"""Readers look for the header within so many bytes (ISO 32000-1, Annex H.3.4.1)."""
_KNOWN_PREFIX_LENGTH = 21
_KNOWN_PREFIX = ((0, b64decode(b"data")), (6, b64decode(b"lication/pdf")))
"""What decoding ``data:application/pdf;base64,`` along with the file leaves, where all decoders agree."""


@dataclass(frozen=True, slots=True)
class Found:
    """One filled signature field: the signature, or what keeps it from being read.

    Attributes:
        field: Its name. signature: If it can be read. problem: Code of the finding if it cannot.
        offset: Of the byte in the signature's value that cannot be parsed. findings: On how the value is encoded.
    """

    field: str
    signature: EmbeddedPdfSignature | None
    problem: str | None = None
    offset: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A PDF opened for verification.

    Attributes:
        data: The PDF; offsets inside count from its beginning. reader: Reads it. budget: Of all work on it.
        found: Its signatures in the order of their revisions. findings: About the file as a whole.
    """

    data: bytes
    reader: Reader
    budget: Budget
    found: tuple[Found, ...]
    findings: tuple[Finding, ...]


def open_file(pdf: bytes) -> OpenedFile:
    """Return ``pdf`` opened.

    Raises:
        PdfError: It cannot be read, or needs a password.
        TooComplex: It costs more to read than any honest file.
        Exception: Whatever the parser comes to with hostile input; the caller answers for that.
    """
    budget = Budget()
    require_few_objects(pdf, budget)
    data, reader, findings = _read(pdf, budget)
    rest = len(data[data.rfind(b"%%EOF") + len(b"%%EOF") :].strip(b"\r\n \0"))
    if rest:
        findings.append(finding("trailing", count=rest))
    if reader.xrefs.total_revisions > MAX_REVISIONS:
        budget.refuse(TooComplex("too-many-updates", count=reader.xrefs.total_revisions, limit=MAX_REVISIONS))
    if reader.encrypted:
        return OpenedFile(data, reader, budget, (), (*findings, finding("encrypted")))
    if reader.xrefs.hybrid_xrefs_present:
        findings.append(finding("hybrid"))
    found = sorted(_signatures(reader), key=lambda f: f.signature.signed_revision if f.signature else -1)
    if not any(not f.signature or not is_timestamp(f.signature) for f in found):
        findings.append(finding("no-signature"))
    findings += _about_updates(data, reader, budget, found)
    return OpenedFile(data, reader, budget, tuple(found), tuple(findings))


def _read(pdf: bytes, budget: Budget) -> tuple[bytes, Reader, list[Finding]]:
    """Return the PDF in ``pdf``, its reader, and findings on what stands before it and on its structure.

    What stands before the header is either left out of all offsets, added by whoever carried the file, or counted in
    them, and then the signature covers it. Both happen.
    """
    start = max(pdf.find(_HEADER, 0, _HEADER_WITHIN), 0)
    known = start == _KNOWN_PREFIX_LENGTH and all(pdf[i : i + len(p)] == p for i, p in _KNOWN_PREFIX)
    before = [finding("prefix-known") if known else finding("prefix", count=start)] if start else []
    ways = [(pdf[start:], 0, True), (pdf[start:], 0, False)]
    if start:
        counted = finding("prefix-known-signed") if known else finding("prefix", count=start)
        ways.insert(1, (pdf, start, True))
    for data, header, strict in ways:
        try:
            reader = Reader(data, budget, strict=strict, header=header)
            _ = reader.root
        except TooComplex:
            raise
        except PdfDecodeLimitError:
            budget.refuse(TooComplex("stream-too-large"))
        except (PdfError, ValueError, TypeError, KeyError, AttributeError, AssertionError, IndexError):
            if not strict:
                raise
            continue
        return data, reader, [counted] if header else before if strict else [*before, finding("irregular")]
    raise PdfError("no way to read it")


def is_timestamp(signature: EmbeddedPdfSignature) -> bool:
    """Return whether ``signature`` is a document time stamp."""
    return bool(signature.sig_object_type == "/DocTimeStamp")


class Signature(EmbeddedPdfSignature):
    """A signature whose value is read by `signing.cms`."""

    def __init__(self, reader: Reader, field: generic.DictionaryObject, name: str) -> None:
        value = field.get_object().raw_get("/V").get_object()
        raw = value.raw_get("/Contents")
        if len(raw.original_bytes) > MAX_CONTENTS:
            reader.budget.refuse(TooComplex("signature-too-large", count=len(raw.original_bytes)))
        info, self.findings = read(raw.original_bytes)
        super().__init__(reader, field, name)
        self.signed_data = info["content"]
        (self.signer_info,) = self.signed_data["signer_infos"]


def _signatures(reader: Reader) -> Iterator[Found]:
    for count, (name, value, field) in enumerate(enumerate_sig_fields(reader, filled_status=True)):
        if count >= MAX_SIGNATURES:
            reader.budget.refuse(TooComplex("too-many-signatures", limit=MAX_SIGNATURES))
        try:
            if not _is_whole(value.get_object()):
                yield Found(name, None, "signature-malformed")
            else:
                signature = Signature(reader, field, name)
                yield Found(name, signature, findings=tuple(signature.findings))
        except TooComplex:
            raise
        except Unparsable as error:
            yield Found(name, None, "signature-unparsable", error.offset)
        except Exception:  # noqa: BLE001 - a hostile value leads the parser anywhere; it becomes a finding
            yield Found(name, None, "signature-unreadable")


def _is_whole(value: generic.DictionaryObject) -> bool:
    """Return whether a signature has a byte range of four numbers and a value (ISO 32000-1, table 252)."""
    ranges = value.raw_get("/ByteRange") if "/ByteRange" in value else None
    contents = value.raw_get("/Contents") if "/Contents" in value else None
    return (
        isinstance(ranges, generic.ArrayObject)
        and len(ranges) == 4  # noqa: PLR2004
        and all(isinstance(n, generic.NumberObject) and n >= 0 for n in ranges)
        and isinstance(contents, generic.ByteStringObject | generic.TextStringObject)
    )


def _about_updates(data: bytes, reader: Reader, budget: Budget, found: list[Found]) -> list[Finding]:
    """Return findings on the bytes added after the first signature."""
    signatures = [f.signature for f in found if f.signature and coverage(data, f.signature) != "partial"]
    if not signatures:
        return []
    first = signatures[0]
    covered = covered_to(first)
    if len(data) - covered > MAX_UPDATE_BYTES:
        budget.refuse(TooComplex("update-too-large", count=len(data) - covered, limit=MAX_UPDATE_BYTES))
    return about_updates(data, reader, first.signed_revision, covered)


def covered_to(signature: EmbeddedPdfSignature) -> int:
    """Return the end of what ``signature`` covers, for one whose coverage is ``file`` or ``revision``."""
    return int(signature.byte_range[2]) + int(signature.byte_range[3])


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
    if start2 - length > 4 * MAX_CONTENTS:
        return False
    gap = data[length:start2]
    if not (gap.startswith(b"<") and gap.endswith(b">")):
        return False
    try:
        return bytes.fromhex(gap[1:-1].decode("ascii")) == signature.pkcs7_content
    except ValueError:
        return False
