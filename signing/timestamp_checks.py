# mypy: allow-untyped-calls
# asn1crypto has no types
"""What a time-stamp authority's answer must be before it is used (RFC 3161, 2.2 to 2.4.2; EN 319 422).

Its chain and revocation are proven where it is used, with the trust store; here it is proven that the answer is the one
that was asked for, made by a certificate for nothing else, and that the time it states is the present.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from asn1crypto import cms, tsp, x509
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import get_signing_cert_attr, validate_sig_integrity

from signing.trust import is_test

TOLERANCE = dt.timedelta(seconds=60)
"""How far from our clock a stated time may be, its stated accuracy included."""


class AnswerRefused(Exception):
    """An answer that is not used, and why: ``str`` in English, ``vi`` in Vietnamese."""

    def __init__(self, en: str, vi: str) -> None:
        super().__init__(en)
        self.vi = vi


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer is compared with.

    Attributes:
        request: What was asked.
        sent, received: Between these moments of our clock the authority told the time, aware.
        policy: Identifier of the only policy accepted, e.g. ``1.3.6.1.4.1.13762.3``; any if empty.
        tolerance: How far from our clock the stated time may be.
        test_allowed: Whether a certificate marked TEST may stamp.
    """

    request: tsp.TimeStampReq
    sent: dt.datetime
    received: dt.datetime
    policy: str = ""
    tolerance: dt.timedelta = TOLERANCE
    test_allowed: bool = True


def require_usable_answer(answer: tsp.TimeStampResp, expected: Expected) -> cms.ContentInfo:
    """Return the token in ``answer``.

    Raises:
        AnswerRefused: It is none, or not what was asked for, or not to be believed.
    """
    try:
        return _checked(answer, expected)
    except (SignatureValidationError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise AnswerRefused("the answer is malformed", "câu trả lời sai cấu trúc") from error


def time_off(token: cms.ContentInfo, sent: dt.datetime, received: dt.datetime) -> dt.timedelta:
    """Return how far at least the time in a token is from our clock, which went from ``sent`` to ``received``.

    Negative: the authority is behind.
    """
    stated: dt.datetime = _info(token)["gen_time"].native
    if stated > received:
        return stated - received
    return min(stated - sent, dt.timedelta())


def _checked(answer: tsp.TimeStampResp, expected: Expected) -> cms.ContentInfo:
    if (status := answer["status"]["status"].native) != "granted":
        raise AnswerRefused(f"it answered '{status}'", f"máy chủ trả lời '{status}'")
    token: cms.ContentInfo = answer["time_stamp_token"]
    info, asked = _info(token), expected.request
    if info["version"].native != "v1" or _imprint(info) != _imprint(asked):
        raise AnswerRefused("it stamped something else", "dấu thời gian không thuộc dữ liệu đã gửi")
    if info["nonce"].native != asked["nonce"].native:
        raise AnswerRefused("it answered another request", "câu trả lời không thuộc yêu cầu đã gửi")
    if expected.policy and info["policy"].dotted != expected.policy:
        raise AnswerRefused("it stamped under another policy", "dấu thời gian theo chính sách khác")
    _require_own_signature(token["content"], info, test_allowed=expected.test_allowed)
    _require_present(token, info, expected)
    return token


def _imprint(message: tsp.TSTInfo | tsp.TimeStampReq) -> tuple[str, bytes]:
    imprint = message["message_imprint"]
    return imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native


def _info(token: cms.ContentInfo) -> tsp.TSTInfo:
    if token["content_type"].native != "signed_data":
        raise ValueError("no signed data")
    content = token["content"]["encap_content_info"]
    info = content["content"].parsed
    if content["content_type"].native != "tst_info" or not isinstance(info, tsp.TSTInfo):
        raise ValueError("no time-stamp token")
    return info


def _require_own_signature(signed: cms.SignedData, info: tsp.TSTInfo, *, test_allowed: bool) -> None:
    """Do nothing if exactly one signature holds, of a certificate in the token that is for time stamps alone."""
    (signer,) = signed["signer_infos"]
    certificate = _signers_certificate(signed, signer)
    purposes, critical = certificate.extended_key_usage_value, certificate.critical_extensions
    if purposes is None or purposes.native != ["time_stamping"] or "extended_key_usage" not in critical:
        raise AnswerRefused("its certificate is not for time stamps", "chứng thư số không dùng để cấp dấu thời gian")
    if not certificate.not_valid_before <= info["gen_time"].native <= certificate.not_valid_after:
        raise AnswerRefused("its certificate has expired", "chứng thư số hết hiệu lực")
    if is_test(certificate) and not test_allowed:
        raise AnswerRefused("its certificate is a TEST", "chứng thư số thử nghiệm không được dùng chính thức")
    if get_signing_cert_attr(signer["signed_attrs"]) is None:
        raise ValueError("the signature does not name its certificate")
    content = bytes(signed["encap_content_info"]["content"])
    digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native, content).digest()
    if validate_sig_integrity(signer, certificate, "tst_info", digest) != (True, True):
        raise AnswerRefused("its signature does not hold", "chữ ký của dấu thời gian không đúng")


def _signers_certificate(signed: cms.SignedData, signer: cms.SignerInfo) -> x509.Certificate:
    wanted = signer["sid"]
    for choice in signed["certificates"]:
        certificate: x509.Certificate = choice.chosen
        if wanted.name == "issuer_and_serial_number":
            found = (certificate.issuer.dump(), certificate.serial_number) == (
                wanted.chosen["issuer"].dump(),
                wanted.chosen["serial_number"].native,
            )
        else:
            found = certificate.key_identifier == wanted.chosen.native
        if found:
            return certificate
    raise ValueError("the signer's certificate is not there")


def _require_present(token: cms.ContentInfo, info: tsp.TSTInfo, expected: Expected) -> None:
    """Do nothing if all of the stated time, give and take its accuracy, is within the tolerance of our clock."""
    off, accuracy = time_off(token, expected.sent, expected.received), _accuracy(info)
    if abs(off) + accuracy > expected.tolerance:
        seconds, width = off.total_seconds(), accuracy.total_seconds()
        raise AnswerRefused(
            f"its time is {seconds:+.0f} s from our clock, accurate to {width:g} s",
            f"giờ lệch {seconds:+.0f} giây so với máy này, sai số {width:g} giây",
        )


def _accuracy(info: tsp.TSTInfo) -> dt.timedelta:
    stated = info["accuracy"].native or {}
    return dt.timedelta(
        seconds=stated.get("seconds") or 0,
        milliseconds=stated.get("millis") or 0,
        microseconds=stated.get("micros") or 0,
    )
