# mypy: allow-untyped-calls
# asn1crypto has no types
"""The CMS structures (RFC 5652): signatures of PAdES (ETSI EN 319 142-1, 6.3) and CAdES, and time-stamp tokens.

Of a signature only digest, signature value and time stamp are new; all else depends on the key alone, is encoded once,
and everything is put together as DER. The library's own builder gives the same in many times the time; a test compares
the two.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from asn1crypto import algos, cms, core, parser
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.signers import Signer
from pyhanko.sign.timestamps import TimeStamper

DIGEST = "sha256"
"""Digest algorithm of documents, signatures and time stamps (TT 15/2025/TT-BKHCN)."""

_UNIVERSAL, _CONTEXT = 0, 2
_OCTET_STRING, _SEQUENCE, _SET = 4, 16, 17


async def signature(signer: Signer, digest: bytes, time_stamper: TimeStamper | None) -> bytes:
    """Return a detached CAdES signature over a document, DER.

    Args:
        signer: The key, its certificate and those above it.
        digest: SHA-256 of the document's byte range.
        time_stamper: Whose time stamp over the signature value goes in, if any.
    """
    parts = _parts(signer, "data")
    attributes = parts.signed_attributes(digest)
    value = await signer.async_sign_raw(_tlv(_SET, attributes), DIGEST)
    token = None
    if time_stamper is not None:
        stamped = await time_stamper.async_timestamp(hashlib.sha256(value).digest(), DIGEST)
        token = stamped.dump()
    return parts.content_info(attributes, value, token)


async def signed_content(signer: Signer, content: bytes, at: dt.datetime, time_stamper: TimeStamper) -> bytes:
    """Return a CAdES signature with what it signs inside (ETSI EN 319 122-1, level B-T), DER.

    Args:
        signer: The key, its certificate and those above it.
        content: Any bytes.
        at: The time of signing that is stated, aware.
        time_stamper: Whose time stamp over the signature value goes in.
    """
    parts = _parts(signer, "data")
    stated = _attribute("signing_time", cms.Time({"utc_time": at.astimezone(dt.UTC).replace(microsecond=0)}).dump())
    attributes = parts.signed_attributes(hashlib.sha256(content).digest(), stated)
    value = await signer.async_sign_raw(_tlv(_SET, attributes), DIGEST)
    token = await time_stamper.async_timestamp(hashlib.sha256(value).digest(), DIGEST)
    return parts.content_info(attributes, value, token.dump(), _context(0, _tlv(_OCTET_STRING, content)))


async def longest(signer: Signer, time_stamper: TimeStamper | None) -> int:
    """Return how many bytes such a signature takes, a time stamp being as long as the authority's first one."""
    parts = _parts(signer, "data")
    attributes = parts.signed_attributes(bytes(hashlib.sha256().digest_size))
    value = await signer.async_sign_raw(_tlv(_SET, attributes), DIGEST, dry_run=True)
    token = None if time_stamper is None else (await time_stamper.async_dummy_response(DIGEST)).dump()
    return len(parts.content_info(attributes, value, token))


async def time_stamp_token(signer: Signer, info: bytes) -> bytes:
    """Return a time-stamp token around the encoded TSTInfo ``info``, DER; ``signer`` is the authority."""
    parts = _parts(signer, "tst_info")
    attributes = parts.signed_attributes(hashlib.sha256(info).digest())
    value = await signer.async_sign_raw(_tlv(_SET, attributes), DIGEST)
    return parts.content_info(attributes, value, content=_context(0, _tlv(_OCTET_STRING, info)))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is the same in every signature of a key over one type of content, encoded.

    Attributes:
        algorithms: Version and digest algorithms of the SignedData. content_type: Of what is signed.
        certificates: The signer's and those above it.
        identifier: Version, signer and digest algorithm of the SignerInfo. mechanism: Its signature algorithm.
        attributes: The signed attributes that do not depend on the document.
    """

    algorithms: bytes
    content_type: bytes
    certificates: bytes
    identifier: bytes
    mechanism: bytes
    attributes: tuple[bytes, ...]

    def signed_attributes(self, digest: bytes, *more: bytes) -> bytes:
        """Return the signed attributes, and ``more``, in the order of DER, without the header of their set."""
        of_content = _attribute("message_digest", core.OctetString(digest).dump())
        return b"".join(sorted((*self.attributes, of_content, *more)))

    def content_info(self, attributes: bytes, value: bytes, token: bytes | None = None, content: bytes = b"") -> bytes:
        """Return the whole structure around a signature ``value``, with a time stamp over it and what it signs."""
        info = self.identifier + _context(0, attributes) + self.mechanism + _tlv(_OCTET_STRING, value)
        if token is not None:
            info += _context(1, _attribute("signature_time_stamp_token", token))
        encapsulated = _tlv(_SEQUENCE, self.content_type + content)
        signed = self.algorithms + encapsulated + self.certificates + _tlv(_SET, _tlv(_SEQUENCE, info))
        return _tlv(_SEQUENCE, cms.ContentType("signed_data").dump() + _context(0, _tlv(_SEQUENCE, signed)))


_prepared: WeakKeyDictionary[Signer, dict[str, _Parts]] = WeakKeyDictionary()


def _parts(signer: Signer, content_type: str) -> _Parts:
    kinds = _prepared.setdefault(signer, {})
    if content_type not in kinds:
        kinds[content_type] = _prepare(signer, content_type)
    return kinds[content_type]


def _prepare(signer: Signer, content_type: str) -> _Parts:
    certificate = signer.signing_cert
    assert certificate is not None  # noqa: S101 - a SealKey has one
    one = core.Integer(1).dump()
    # RFC 5652, 5.1: version 1 for plain data, 3 for any other content.
    version = one if content_type == "data" else core.Integer(3).dump()
    kind = cms.ContentType(content_type).dump()
    algorithm = algos.DigestAlgorithm({"algorithm": DIGEST}).dump()
    certificates = {c.dump() for c in (certificate, *signer.cert_registry)}
    identifier = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    ).dump()
    return _Parts(
        algorithms=version + _tlv(_SET, algorithm),
        content_type=kind,
        certificates=_context(0, b"".join(sorted(certificates))),
        identifier=one + identifier + algorithm,
        mechanism=signer.get_signature_mechanism_for_digest(DIGEST).dump(),
        attributes=(
            _attribute("content_type", kind),
            _attribute("signing_certificate_v2", as_signing_certificate_v2(certificate, DIGEST).dump()),
        ),
    )


def _attribute(name: str, value: bytes) -> bytes:
    """Return an attribute with one encoded value."""
    return _tlv(_SEQUENCE, cms.CMSAttributeType(name).dump() + _tlv(_SET, value))


def _tlv(tag: int, contents: bytes) -> bytes:
    encoded: bytes = parser.emit(_UNIVERSAL, tag != _OCTET_STRING, tag, contents)
    return encoded


def _context(tag: int, contents: bytes) -> bytes:
    encoded: bytes = parser.emit(_CONTEXT, 1, tag, contents)
    return encoded
