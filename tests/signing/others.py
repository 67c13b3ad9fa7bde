"""Signatures as other programs make them: weaker profiles, older formats, whatever our own seal would refuse to do."""

import asyncio
import datetime as dt
import io
from collections.abc import Callable

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, PdfTimeStamper
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation import DocumentSecurityStore

from signing.keys import SealKey
from signing.trust import TrustStore


class _Careless(PdfSigner):
    """Signs even where a certification forbids it."""

    def _enforce_certification_constraints(self, reader: PdfFileReader) -> None:
        pass


def sign(
    pdf: bytes,
    key: SealKey,
    *,
    at: dt.datetime,
    field: str = "Signature1",
    stamper: TimeStamper | None = None,
    evidence: TrustStore | None = None,
    pades: bool = True,
    certify: MDPPerm | None = None,
    digest: str = "sha256",
    stated: dt.datetime | None = None,
    writer: IncrementalPdfFileWriter | None = None,
    last: Callable[[IncrementalPdfFileWriter], None] | None = None,
) -> bytes:
    """Sign at B-B; at B-T with a stamper; at B-LT with evidence too.

    Along with the signature is written what ``writer`` holds, and what ``last`` does to it. ``stated`` is what the
    signed attribute of the older format says, if it differs from the time of signing.
    """
    metadata = PdfSignatureMetadata(
        field_name=field,
        md_algorithm=digest,
        subfilter=SigSeedSubFilter.PADES if pades else SigSeedSubFilter.ADOBE_PKCS7_DETACHED,
        certify=certify is not None,
        docmdp_permissions=certify or MDPPerm.FILL_FORMS,
    )
    writer = writer or IncrementalPdfFileWriter(io.BytesIO(pdf))
    session = _Careless(metadata, key.signer, timestamper=stamper).init_signing_session(writer)
    session.system_time = at

    async def run() -> bytes:
        reserved = await session.estimate_signature_container_size(None)
        to_sign = session.prepare_tbs_document(None, reserved)
        if last is not None:
            last(writer)
        prepared, output = to_sign.digest_tbs_document()
        await to_sign.perform_signature(prepared.document_digest, PdfCMSSignedAttributes(signing_time=stated or at))
        output.seek(0)
        return bytes(output.read())

    signed = asyncio.run(run())
    return signed if evidence is None else add_evidence(signed, evidence)


def add_evidence(pdf: bytes, evidence: TrustStore) -> bytes:
    """Append a document security store."""
    output = io.BytesIO(pdf)
    DocumentSecurityStore.add_dss(
        output, None, certs=evidence.certificates, crls=evidence.crls, ocsps=evidence.ocsps, force_write=True
    )
    return output.getvalue()


def add_timestamp(pdf: bytes, stamper: TimeStamper, field: str = "Archive1") -> bytes:
    """Append a document time stamp."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    output = PdfTimeStamper(stamper, field_name=field).timestamp_pdf(writer, "sha256")
    output.seek(0)
    return bytes(output.read())
