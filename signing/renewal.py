# mypy: allow-untyped-calls
# pyHanko's PDF objects have untyped constructors
"""Renewal: how long a signed file proves itself, and a further document time stamp before that ends.

What proves a file ends with the certificate of the authority of its last document time stamp, or with an algorithm
that this time stamp rests on, whichever comes first. What lies under the time stamp need not hold that long: it is
proven to have existed while it still counted (ETSI EN 319 102-1, clause 5.6.2.3).

A renewal appends, as ETSI EN 319 142-1, clauses 5.4 and 5.5 ask for, one revision: the certificates and fresh
revocation lists that prove the last time stamp, and those of the new one, in the document security store, under a new
document time stamp over all bytes. What was there stays byte for byte.
"""

import asyncio
import datetime as dt
import io
from collections.abc import Iterable

from asn1crypto import cms, crl
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation import DocumentSecurityStore
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, PathValidationError, ValidationError
from pyhanko_certvalidator.path import ValidationPath

from dossier.errors import NotRenewable, PartFailed, TimestampUnavailable
from dossier.verdicts import Severity, Verdict
from signing.algorithms import SUNSETS, Sunsets, used_by, used_by_timestamp
from signing.pdf import Found, is_timestamp, open_file
from signing.seal import TIMESTAMP_FIELD
from signing.trust import TrustStore
from signing.validate import validate

_LABEL = "Dấu thời gian lưu trữ"
_SLACK = 2048
"""Hex digits reserved beyond a trial token: the real one's numbers may be a few bytes longer."""
_FURTHER = dt.timedelta(days=365)
"""A renewal must gain at least this: one that gains less would have to be made again at once."""


# --- how long a file proves itself ---------------------------------------------------------------------------------


def protected_until(pdf: bytes, sunsets: Sunsets = SUNSETS) -> dt.datetime | None:
    """Return the first moment at which ``pdf`` alone can no longer be proven, UTC.

    That is the end of its last document time stamp or, of a signature that none covers, of its own time stamp or, if
    it has none, of its certificate; the earliest where several signatures stand so. Nothing is verified here.

    Args:
        pdf: The file's bytes.
        sunsets: The ends of algorithms.

    Returns:
        ``None`` if nothing is signed, or what is signed cannot be read.
    """
    try:
        return _end_of_file(open_file(pdf).found, sunsets)
    except Exception:  # noqa: BLE001 - hostile input leads the parser anywhere; of all of it nothing is known
        return None


def _end_of_file(found: tuple[Found, ...], sunsets: Sunsets) -> dt.datetime | None:
    ends = list[dt.datetime]()
    for one in reversed(found):
        if one.signature is None:
            return None
        if is_timestamp(one.signature):
            ends.append(end_of_timestamp(one.signature.signed_data, sunsets))
            break  # it covers all that came before
        ends.append(_end_of_signature(one.signature, sunsets))
    return min(ends, default=None)


def end_of_timestamp(token: cms.SignedData, sunsets: Sunsets = SUNSETS) -> dt.datetime:
    """Return the first moment at which a time stamp no longer counts: its certificate's end, or an algorithm's.

    Raises:
        ValueError: It is no time stamp. SignatureValidationError: It lacks its certificate.
    """
    certificate = extract_certs_for_validation(token).signer_cert
    return _earlier(certificate.not_valid_after, sunsets.end(used_by_timestamp(token, certificate)))


def _end_of_signature(signature: EmbeddedPdfSignature, sunsets: Sunsets) -> dt.datetime:
    """Return the end of a signature that no document time stamp covers.

    Its own time stamp covers the signature's value and not the document, so the hash of the document must hold besides.
    """
    info, certificate = signature.signer_info, signature.signer_cert
    stamps = [end_of_timestamp(token, sunsets) for token in extract_tst_data_iter(info, signed=False)]
    if not stamps:
        return _earlier(certificate.not_valid_after, sunsets.end(used_by(info, certificate)))
    return _earlier(max(stamps), sunsets.of_hash(info["digest_algorithm"]["algorithm"].native).until)


def _earlier(one: dt.datetime, other: dt.datetime | None) -> dt.datetime:
    return min(one, other) if other is not None else one


# --- a further time stamp ------------------------------------------------------------------------------------------


def renew(
    pdf: bytes, *, time_stamper: TimeStamper, trust: TrustStore, at: dt.datetime, sunsets: Sunsets = SUNSETS
) -> bytes:
    """Return ``pdf`` with fresh evidence for its last document time stamp, under a new one, verified.

    Runs an event loop of its own; call it from a thread without one.

    Args:
        pdf: A file whose last signature is a document time stamp, valid at ``at``.
        time_stamper: Whose time stamp goes in.
        trust: Anchors and revocation lists, fresh at ``at``, that prove both authorities; they go into the file.
        at: The present moment, aware.
        sunsets: The ends of algorithms, which choose the hash function.

    Raises:
        NotRenewable: The file is not valid now (its protection ended, say), has no document time stamp at its end, or
            a new one would not prove it longer.
        TimestampUnavailable: The authority did not answer, or with something else than a time stamp.
        PartFailed: An authority's chain, or its revocation state today, cannot be proven.
    """
    require_valid(pdf, trust, at)
    before = protected_until(pdf, sunsets)
    try:
        renewed = asyncio.run(_renew(pdf, time_stamper, trust, at, sunsets.hash_for(at + 10 * _FURTHER)))
    except TimestampRequestError as error:
        raise TimestampUnavailable(reason=str(error)) from error
    except (PathBuildingError, PathValidationError, ValidationError) as error:
        raise PartFailed(part="trust", reason="a time-stamp authority cannot be proven today") from error
    except (PdfError, SignatureValidationError) as error:
        raise NotRenewable(reason="the file cannot be added to", reason_vi="không thể bổ sung vào tệp") from error
    after = protected_until(renewed, sunsets)
    if before is None or after is None or after < before + _FURTHER:
        raise NotRenewable(
            reason="a new time stamp would not prove it a year longer: the authority's certificate or algorithms end",
            reason_vi="dấu thời gian mới không kéo dài thêm được một năm: chứng thư hoặc thuật toán sắp hết hạn",
        )
    require_prolonged(pdf, renewed, trust, at)
    return renewed


def require_valid(pdf: bytes, trust: TrustStore, at: dt.datetime) -> None:
    """Do nothing if ``pdf`` is valid at ``at``.

    Raises:
        NotRenewable: It is not; the reason names the codes of what was found.
    """
    report = validate(pdf, trust, at=at)
    if report.verdict is Verdict.VALID:
        return
    found = (*report.findings, *(f for signature in report.signatures for f in signature.findings))
    codes = ", ".join(sorted({f.code for f in found if f.severity is not Severity.INFO}))
    raise NotRenewable(
        reason=f"it cannot be proven today: {codes}", reason_vi=f"hiện không chứng minh được chữ ký: {codes}"
    )


def require_prolonged(pdf: bytes, renewed: bytes, trust: TrustStore, at: dt.datetime) -> None:
    """Do nothing if ``renewed`` is ``pdf`` with something appended, and valid at ``at``.

    Raises:
        NotRenewable: It is not.
    """
    if not renewed.startswith(pdf):
        raise NotRenewable(reason="its bytes would change", reason_vi="nội dung tệp sẽ bị thay đổi")
    require_valid(renewed, trust, at)


async def _renew(pdf: bytes, time_stamper: TimeStamper, trust: TrustStore, at: dt.datetime, digest: str) -> bytes:
    found = open_file(pdf).found
    last = found[-1].signature
    if last is None or not is_timestamp(last):
        raise NotRenewable(reason="it has no document time stamp", reason_vi="tệp không có dấu thời gian lưu trữ")
    expected = await time_stamper.async_dummy_response(digest)
    paths = [await prove(token, trust, at) for token in (last.signed_data, expected["content"])]
    writer = _Appender(io.BytesIO(pdf))
    DocumentSecurityStore.supply_dss_in_writer(
        writer, sig_contents=None, paths=paths, ocsps=trust.ocsps, crls=relevant_crls(trust.crls, paths)
    )
    stamper = PdfTimeStamper(time_stamper, field_name=_free_name(found), readable_field_name=_LABEL)
    output = await stamper.async_timestamp_pdf(
        writer, digest, bytes_reserved=2 * len(expected.dump()) + _SLACK, in_place=True
    )
    output.seek(0)
    return bytes(output.read())


def _free_name(found: tuple[Found, ...]) -> str:
    """Return the name of the next time stamp's form field: ``sohoa-timestamp-2``, and so on."""
    taken, number = {one.field for one in found}, 2
    while (name := f"{TIMESTAMP_FIELD}-{number}") in taken:
        number += 1
    return name


async def prove(token: cms.SignedData, trust: TrustStore, at: dt.datetime) -> ValidationPath:
    """Return the chain of a time stamp's certificate, with revocation evidence in ``trust`` that is fresh at ``at``.

    Raises:
        PathBuildingError, PathValidationError, ValidationError: There is no such chain or evidence.
    """
    certificates = extract_certs_for_validation(token)
    context = ValidationContext(
        trust_roots=trust.roots,
        other_certs=[*trust.certificates, *certificates.other_certs],
        crls=trust.crls,
        ocsps=trust.ocsps,
        revocation_mode="require",
        moment=at,
        retroactive_revinfo=True,
    )
    return await CertificateValidator(certificates.signer_cert, validation_context=context).async_validate_path()


def relevant_crls(crls: Iterable[crl.CertificateList], paths: Iterable[ValidationPath]) -> list[crl.CertificateList]:
    """Return the lists by issuers of the chains: a trust folder may hold large ones of many other authorities."""
    issuers = {c.subject.dump() for path in paths for c in path.iter_certs(include_root=True)}
    return [one for one in crls if one.issuer.dump() in issuers or _is_indirect(one)]


def _is_indirect(one: crl.CertificateList) -> bool:
    point = one.issuing_distribution_point_value
    return point is not None and bool(point["indirect_crl"].native)


class _Appender(IncrementalPdfFileWriter):
    """Appends a revision and leaves the metadata alone."""

    def _update_meta(self) -> None:
        pass
