"""Signature values built by hand (CMS), with whatever an honest signing program would not write."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from signing.keys import PrivateKey
from tests.signing.pki import Tree
from tests.signing.raw import contents_of, reencode

AT = dt.datetime(2026, 11, 22, 2, 15, 4, tzinfo=dt.UTC)
_HASHES = {"md5": hashes.MD5, "sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha512": hashes.SHA512}


@dataclass(frozen=True)
class Recipe:
    """What goes into a signature value.

    Attributes:
        digest: Hash of content and attributes. signed_with: Hash the signature algorithm names; the same if ``None``.
        digested_with: Hash really used for the message digest; the same if ``None``.
        content_type, without: Of the signed attributes; those left out. attributes: Whether there are any.
        certified: Name of the certificate that the ESS attribute names. key: Whose it is.
        signers: How many, all alike. content: What is encapsulated.
    """

    digest: str = "sha256"
    signed_with: str | None = None
    digested_with: str | None = None
    content_type: str = "data"
    without: Sequence[str] = ()
    attributes: bool = True
    certified: str = "signer"
    certificate: str = "signer"
    signers: int = 1
    content: bytes | None = None
    more: Sequence[cms.CMSAttribute] = field(default_factory=tuple)


def value_of(pdf: bytes, place: int = -1) -> bytes:
    """Return a signature's value without its padding."""
    start, end = contents_of(pdf)[place]
    raw = bytes.fromhex(pdf[start:end].decode())
    return bytes(cms.ContentInfo.load(raw).dump())


def with_value(pdf: bytes, value: bytes, place: int = -1) -> bytes:
    """Return the file with another value for a signature."""
    start, end = contents_of(pdf)[place]
    assert 2 * len(value) <= end - start, "the value is too long for its place"
    return reencode(pdf, start, end, value)


def edited(pdf: bytes, edit: Callable[[cms.SignedData], None], place: int = -1) -> bytes:
    """Return the file after ``edit`` of a signature's value."""
    info = cms.ContentInfo.load(value_of(pdf, place))
    edit(info["content"])
    return with_value(pdf, bytes(info.dump()), place)


def signed_again(pdf: bytes, tree: Tree, recipe: Recipe) -> bytes:
    """Return a signed file whose value was made anew by ``recipe`` with the key of ``signer``."""
    start, end = contents_of(pdf)[-1]
    covered = pdf[: start - 1] + pdf[end + 1 :]
    return with_value(pdf, _value(covered, tree, recipe))


def _value(covered: bytes, tree: Tree, recipe: Recipe) -> bytes:
    key, certificate = tree.private_key("signer"), tree.certificate(recipe.certificate)
    digest = hashlib.new(recipe.digested_with or recipe.digest, covered).digest()
    named = tree.certificate(recipe.certified)
    ess = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(named.dump()).digest()})
    every = {
        "content_type": cms.ContentType(recipe.content_type),
        "message_digest": core.OctetString(digest),
        "signing_time": cms.Time({"utc_time": AT}),
        "signing_certificate_v2": tsp.SigningCertificateV2({"certs": [ess]}),
    }
    attributes = cms.CMSAttributes(
        [cms.CMSAttribute({"type": n, "values": [v]}) for n, v in every.items() if n not in recipe.without]
        + list(recipe.more)
    )
    signed = attributes.dump() if recipe.attributes else covered
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}}
            ),
            "digest_algorithm": algos.DigestAlgorithm({"algorithm": recipe.digest}),
            "signature_algorithm": algos.SignedDigestAlgorithm(
                {"algorithm": f"{recipe.signed_with or recipe.digest}_rsa"}
            ),
            "signature": _sign(key, signed, recipe.signed_with or recipe.digest),
            **({"signed_attrs": attributes} if recipe.attributes else {}),
        }
    )
    encapsulated: dict[str, object] = {"content_type": "data"}
    if recipe.content is not None:
        encapsulated["content"] = recipe.content
    return _wrapped(encapsulated, [signer] * recipe.signers, [certificate, tree.certificate("ca")], recipe.digest)


def _wrapped(
    content: dict[str, object], signers: list[cms.SignerInfo], certificates: list[x509.Certificate], digest: str
) -> bytes:
    signed = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [algos.DigestAlgorithm({"algorithm": digest})],
            "encap_content_info": content,
            "certificates": certificates,
            "signer_infos": signers,
        }
    )
    return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())


def _sign(key: PrivateKey, data: bytes, digest: str) -> bytes:
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.sign(data, padding.PKCS1v15(), _HASHES[digest]())
