# mypy: allow-untyped-calls
# pyHanko's PDF objects have untyped constructors
"""Renewal: how long a signed file proves itself, and a further document time stamp before that ends.

What proves a file ends with the certificate of the authority of its last document time stamp, or with an algorithm
that this time stamp rests on, whichever comes first. What lies under the time stamp need not hold that long: it is
proven to have existed while it still counted (ETSI EN 319 102-1, clause 5.6).

A renewal appends, as ETSI EN 319 142-1, clauses 5.4 and 5.5 ask for, one revision: the certificates and fresh
revocation lists that prove the last time stamp, and those of the new one, in the document security store, under a new
document time stamp over all bytes. What was there stays byte for byte.
"""

import asyncio
import datetime as dt
import io
from collections.abc import Iterator

from asn1crypto import cms
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation, extract_tst_data_iter
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from dossier.errors import NotRenewable, SealRefused, TimestampUnavailable
from dossier.verdicts import Severity, Verdict
from signing.algorithms import SUNSETS, Sunsets, used_by, used_by_timestamp
from signing.appender import Appender
from signing.pdf import Found, is_timestamp, open_file
from signing.precheck import CheckedTimeStamper, Holder, Prover
from signing.seal import TIMESTAMP_FIELD
from signing.trust import TrustStore
from signing.validate import validate

_LABEL = "Dấu thời gian lưu trữ"
_SLACK = 512
"""Bytes reserved beyond the expected token: the real one's numbers may be a few bytes longer."""
_ENOUGH = dt.timedelta(days=365)
"""A renewal that gains so much is made whenever it is asked for."""


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
    """Return ``pdf`` with fresh evidence for what no document time stamp covers yet, under a new one, verified.

    Runs an event loop of its own; call it from a thread without one.

    Args:
        pdf: A file that is valid at ``at``.
        time_stamper: Whose time stamp goes in.
        trust: Anchors and revocation lists, fresh at ``at``, that prove both authorities; they go into the file.
        at: The present moment, aware.
        sunsets: The ends of algorithms, which choose the hash function.

    Raises:
        NotRenewable: The file is not valid now (its protection ended, say), what it rests on cannot be proven today, or
            a new time stamp would prove it longer by less than is left to it, and by less than a year.
        TimestampUnavailable: The authority did not answer, or with something else than a time stamp.
        SealRefused: The authority's chain, or its revocation state today, cannot be proven.
    """
    require_valid(pdf, trust, at)
    try:
        renewed = asyncio.run(_renew(pdf, time_stamper, Prover(trust, at), sunsets))
    except TimestampRequestError as error:
        raise TimestampUnavailable(reason=str(error)) from error
    except (PdfError, SignatureValidationError) as error:
        raise NotRenewable(reason="the file cannot be added to", reason_vi="không thể bổ sung vào tệp") from error
    _require_gain(protected_until(pdf, sunsets), protected_until(renewed, sunsets), at)
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
    """Do nothing if ``renewed`` is ``pdf`` with something appended, and valid at ``at`` with nothing but the anchors.

    Raises:
        NotRenewable: It is not.
    """
    if not renewed.startswith(pdf):
        raise NotRenewable(reason="its bytes would change", reason_vi="nội dung tệp sẽ bị thay đổi")
    require_valid(renewed, TrustStore(anchors=trust.anchors), at)


def _require_gain(before: dt.datetime | None, after: dt.datetime | None, at: dt.datetime) -> None:
    """Do nothing if a new time stamp proves a file enough longer not to be asked for again at once.

    Raises:
        NotRenewable: It does not.
    """
    if before is None or after is None or after - before < min(before - at, _ENOUGH):
        raise NotRenewable(
            reason="a new time stamp would hardly prove it longer: the authority's certificate or algorithms end",
            reason_vi="dấu thời gian mới hầu như không kéo dài thêm: chứng thư hoặc thuật toán của tổ chức cấp sắp hết",
        )


async def _renew(pdf: bytes, time_stamper: TimeStamper, prover: Prover, sunsets: Sunsets) -> bytes:
    found, digest = open_file(pdf).found, sunsets.hash_for(prover.at + 10 * _ENOUGH)
    checked = CheckedTimeStamper(time_stamper, prover)
    expected = await checked.async_dummy_response(digest)
    _require_gain(_end_of_file(found, sunsets), end_of_timestamp(expected["content"], sunsets), prover.at)
    for signed_data, is_stamp in _uncovered(found):
        await _prove(signed_data, prover, is_stamp=is_stamp)
    writer = Appender(io.BytesIO(pdf))
    prover.keep_in(writer)
    stamper = PdfTimeStamper(checked, field_name=_free_name(found), readable_field_name=_LABEL)
    output = await stamper.async_timestamp_pdf(
        writer, digest, bytes_reserved=2 * (len(expected.dump()) + _SLACK), in_place=True
    )
    output.seek(0)
    return bytes(output.read())


def _uncovered(found: tuple[Found, ...]) -> Iterator[tuple[cms.SignedData, bool]]:
    """Yield what no document time stamp covers yet, and whether it is a time stamp, the last first."""
    for one in reversed(found):
        if one.signature is None:
            continue
        stamp = is_timestamp(one.signature)
        yield one.signature.signed_data, stamp
        if stamp:
            return
        yield from ((token, True) for token in extract_tst_data_iter(one.signature.signer_info, signed=False))


async def _prove(signed_data: cms.SignedData, prover: Prover, *, is_stamp: bool) -> None:
    """Gather what proves a signature or time stamp today.

    Raises:
        NotRenewable: An authority of time stamps cannot be proven. A signer's certificate may have expired behind his
            time stamp: whether the file has what proves it then is seen when the result is verified.
    """
    certificates = extract_certs_for_validation(signed_data)
    try:
        await prover.prove(certificates.signer_cert, Holder.TIME_STAMPER, certificates.other_certs)
    except SealRefused as error:
        if is_stamp:
            raise NotRenewable(**error.details) from error


def _free_name(found: tuple[Found, ...]) -> str:
    """Return the name of the next time stamp's form field: ``sohoa-timestamp-2``, and so on."""
    taken, number = {one.field for one in found}, 2
    while (name := f"{TIMESTAMP_FIELD}-{number}") in taken:
        number += 1
    return name
