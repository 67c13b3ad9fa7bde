# mypy: allow-untyped-calls
# pyHanko's PDF objects have untyped constructors
"""Sealing: one PAdES signature of the agency that makes a scan a certified copy (decree 30/2020/NĐ-CP, art. 25).

Profile B-LTA of ETSI EN 319 142-1 in one go, in two revisions appended to the file:

1. the signature (ETSI.CAdES.detached, SHA-256, RSASSA-PSS or ECDSA) with the stamp as its appearance and a signature
   time stamp inside; it certifies the file, allowing no change but long-term updates (ISO 32000-1, 12.8.2.2, level 1);
2. the document security store with certificates and revocation lists, under a document time stamp.

What was there stays byte for byte, so a PDF/A-2b file stays one: the appearance embeds its font, paints DeviceGray
black (defined by the file's output intent) and uses no transparency.
"""

import asyncio
import datetime as dt
import io
from typing import IO

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper, PreSignValidationStatus
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, RevokedError

from dossier.errors import DamagedFile, SealRefused, TimestampUnavailable
from signing.keys import SealKey, require_usable
from signing.stamp import Stamp, StampStyle, page_box
from signing.trust import TrustStore

SEAL_FIELD = "sohoa-seal"
"""Name of the form field that holds the agency's seal."""
TIMESTAMP_FIELD = "sohoa-timestamp"
"""Name of the form field that holds the first document time stamp."""

_TIMESTAMP_LABEL = "Dấu thời gian lưu trữ"
_DIGEST = "sha256"
_SLACK = 2048
"""Hex digits reserved beyond a trial signature or token: the real one's numbers may be a few bytes longer."""


def seal(
    pdf: bytes,
    *,
    key: SealKey,
    stamp: Stamp,
    time_stamper: TimeStamper,
    trust: TrustStore,
    signing_time: dt.datetime,
    environment: str = "production",
) -> bytes:
    """Return ``pdf`` with the agency's seal at PAdES B-LTA and the stamp on page 1.

    Runs an event loop of its own; call it from a thread without one.

    Args:
        pdf: A file without signatures.
        key: What signs.
        stamp: What the stamp says and where.
        time_stamper: Whose time stamps go in.
        trust: Anchors and revocation lists that prove key and time stamper; they go into the file.
        signing_time: Stated in stamp and signature; aware.
        environment: ``production`` refuses test keys.

    Raises:
        SealRefused: The certificate may not be used (validity, purpose, chain, revocation), or the file is signed.
        TimestampUnavailable: The authority did not answer, or with something else than a time stamp.
        DamagedFile: ``pdf`` cannot be read.
        InvalidValue: The stamp does not fit onto the page.
    """
    require_usable(key, environment=environment, at=signing_time)
    try:
        return asyncio.run(
            _seal(pdf, key=key, stamp=stamp, time_stamper=time_stamper, trust=trust, signing_time=signing_time)
        )
    except TimestampRequestError as error:
        raise TimestampUnavailable(reason=str(error)) from error
    except PdfError as error:
        raise DamagedFile(reason="the PDF cannot be read") from error
    except (SigningError, PathBuildingError, PathValidationError) as error:
        raise _refusal(error) from error


async def _seal(
    pdf: bytes,
    *,
    key: SealKey,
    stamp: Stamp,
    time_stamper: TimeStamper,
    trust: TrustStore,
    signing_time: dt.datetime,
) -> bytes:
    writer = _Appender(io.BytesIO(pdf))
    _require_unsigned(writer.prev)
    box = page_box(writer.find_page_for_modification(0)[0].get_object())
    fitted = stamp.fitted(signing_time, *box.size)
    signer = PdfSigner(
        PdfSignatureMetadata(
            field_name=SEAL_FIELD,
            md_algorithm=_DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            validation_context=_context(trust, signing_time),
            signer_key_usage=set(),
        ),
        key.signer,
        timestamper=time_stamper,
        stamp_style=StampStyle(stamp=fitted, rotation=box.rotation),
        new_field_spec=SigFieldSpec(
            sig_field_name=SEAL_FIELD,
            on_page=0,
            box=box.to_page(fitted.area),  # type: ignore[arg-type]  # typed for whole points, takes fractions
            readable_field_name=stamp.text(signing_time),
        ),
    )
    session = signer.init_signing_session(writer)
    session.system_time = signing_time
    evidence = await session.perform_presign_validation(writer)
    assert evidence is not None  # noqa: S101 - there is a validation context
    reserved = await session.estimate_signature_container_size(evidence, tight=True)
    to_sign = session.prepare_tbs_document(evidence, reserved + _SLACK)
    digest, output = to_sign.digest_tbs_document()
    await to_sign.perform_signature(digest.document_digest, PdfCMSSignedAttributes(signing_time=signing_time))
    return await _archive(output, evidence, time_stamper)


async def _archive(signed: IO[bytes], evidence: PreSignValidationStatus, time_stamper: TimeStamper) -> bytes:
    """Return the file with the evidence that was found before signing, under a document time stamp."""
    writer = _Appender(signed)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        sig_contents=None,
        paths=evidence.validation_paths,
        ocsps=evidence.ocsps_to_embed,
        crls=evidence.crls_to_embed,
    )
    expected = await time_stamper.async_dummy_response(_DIGEST)
    stamper = PdfTimeStamper(time_stamper, field_name=TIMESTAMP_FIELD, readable_field_name=_TIMESTAMP_LABEL)
    output = await stamper.async_timestamp_pdf(
        writer, _DIGEST, bytes_reserved=2 * len(expected.dump()) + _SLACK, in_place=True
    )
    output.seek(0)
    return bytes(output.read())


def _context(trust: TrustStore, at: dt.datetime) -> ValidationContext:
    """Return how key and time stamper must prove themselves: chain and revocation, both or nothing is signed."""
    return ValidationContext(
        trust_roots=trust.roots,
        other_certs=trust.certificates,
        crls=trust.crls,
        ocsps=trust.ocsps,
        revocation_mode="require",
        moment=at,
        retroactive_revinfo=True,
    )


class _Appender(IncrementalPdfFileWriter):
    """Appends a revision and leaves the metadata alone: XMP and document information stay as they were assembled."""

    def _update_meta(self) -> None:
        pass


def _require_unsigned(reader: PdfFileReader) -> None:
    """Do nothing if the file has no signature: what arrives signed is kept as it is, never sealed over.

    Raises:
        SealRefused: It has one.
    """
    if reader.embedded_signatures:
        raise SealRefused(reason="the file is signed already", reason_vi="tệp đã có chữ ký số")


def _refusal(error: Exception) -> SealRefused:
    """Return why the chain of the key or of the time stamper does not hold."""
    cause = error.__cause__ if isinstance(error, SigningError) and error.__cause__ else error
    match cause:
        case RevokedError():
            return SealRefused(reason="a certificate is revoked", reason_vi="chứng thư số đã bị thu hồi")
        case PathBuildingError():
            return SealRefused(
                reason="no chain leads from the certificate to a trusted root",
                reason_vi="không có đường dẫn tin cậy từ chứng thư số đến tổ chức chứng thực gốc",
            )
        case PathValidationError():
            return SealRefused(
                reason="the certificate's chain or its revocation state cannot be proven",
                reason_vi="không chứng minh được chuỗi chứng thực hoặc tình trạng thu hồi của chứng thư số",
            )
        case _:
            return SealRefused(reason="the file cannot be signed", reason_vi="không thể ký tệp này")
