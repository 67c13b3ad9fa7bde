"""Attacks on signature values, algorithms, keys, certificates and time stamps."""

from collections.abc import Callable

from asn1crypto import cms, core

from signing.keys import LoadedSigner, SealKey
from tests.signing.forge import Recipe, edited, signed_again, value_of, with_value
from tests.signing.kit import Kit
from tests.signing.others import sign
from tests.signing.papers import AT, small_page
from tests.signing.pki import EXPIRED_SINCE, REVOKED_SINCE
from tests.signing.raw import Update


def _forged(*, older: bool = True, **recipe: object) -> Callable[[Kit], bytes]:
    """The older format says less of what the attributes must be."""
    return lambda kit: signed_again(kit.older if older else kit.signed, kit.gov, Recipe(**recipe))  # type: ignore[arg-type]


def _wrong_key(kit: Kit) -> bytes:
    key = SealKey.of(LoadedSigner(kit.impostor.private_key("signer"), kit.gov.certificate("signer"), []))
    return sign(small_page(), key, at=AT)


def _stranger(kit: Kit) -> bytes:
    return sign(
        small_page(), kit.impostor.key(), at=AT, stamper=kit.impostor.stamper(AT), evidence=kit.impostor.trust(AT)
    )


def _other_value(kit: Kit) -> bytes:
    """The value of a signature of another paper."""
    other = sign(small_page(pages=2), kit.gov.key(), at=AT)
    return with_value(kit.signed, value_of(other))


def _swapped_certificate(kit: Kit) -> bytes:
    """The certificate exchanged for another of the same key."""

    def edit(signed: cms.SignedData) -> None:
        certificate = kit.gov.certificate("revoked")
        signed["certificates"][0] = cms.CertificateChoices("certificate", certificate)
        signed["signer_infos"][0]["sid"] = cms.SignerIdentifier(
            {"issuer_and_serial_number": {"issuer": certificate.issuer, "serial_number": certificate.serial_number}}
        )

    return edited(kit.signed, edit)


def _no_certificate(kit: Kit) -> bytes:
    def edit(signed: cms.SignedData) -> None:
        signed["certificates"] = cms.CertificateSet([])

    return edited(kit.signed, edit)


def _two_signers(kit: Kit) -> bytes:
    return _forged(signers=2)(kit)


def _no_signer(kit: Kit) -> bytes:
    def edit(signed: cms.SignedData) -> None:
        signed["signer_infos"] = cms.SignerInfos([])

    return edited(kit.signed, edit)


def _flipped_attribute(kit: Kit) -> bytes:
    def edit(signed: cms.SignedData) -> None:
        for attribute in signed["signer_infos"][0]["signed_attrs"]:
            if attribute["type"].native == "signing_time":
                attribute["values"] = cms.SetOfTime([cms.Time({"utc_time": EXPIRED_SINCE})])

    return edited(kit.older, edit)


def _downgraded(kit: Kit) -> bytes:
    """Name another hash in the value than the one that was signed with."""

    def edit(signed: cms.SignedData) -> None:
        signed["signer_infos"][0]["digest_algorithm"]["algorithm"] = "sha1"

    return edited(kit.signed, edit)


def _stamped_by_stranger(kit: Kit) -> bytes:
    return sign(small_page(), kit.gov.key(), at=AT, stamper=kit.impostor.stamper(AT))


def _other_stamp(kit: Kit) -> bytes:
    donor = cms.ContentInfo.load(value_of(sign(small_page(pages=2), kit.gov.key(), at=AT, stamper=kit.gov.stamper(AT))))

    def edit(signed: cms.SignedData) -> None:
        signed["signer_infos"][0]["unsigned_attrs"] = donor["content"]["signer_infos"][0]["unsigned_attrs"]

    return edited(kit.stamped, edit)


def _not_a_signature(kit: Kit) -> bytes:
    """A CMS of another kind."""
    return with_value(
        kit.signed, cms.ContentInfo({"content_type": "data", "content": core.OctetString(b"x" * 400)}).dump()
    )


def _signed_as(certificate: str, *, at: object) -> Callable[[Kit], bytes]:
    return lambda kit: sign(small_page(), kit.gov.key(certificate), at=at, stamper=kit.gov.stamper(at))  # type: ignore[arg-type]


MAKERS: dict[str, Callable[[Kit], bytes]] = {
    "key-right-name": _stranger,
    "key-wrong": _wrong_key,
    "key-swapped-certificate": _swapped_certificate,
    "key-no-certificate": _no_certificate,
    "key-revoked": _signed_as("revoked", at=AT),
    "key-expired": _signed_as("expired", at=AT),
    "key-not-yet": _signed_as("future", at=AT),
    "key-revoked-backdated": lambda k: sign(small_page(), k.gov.key("revoked"), at=REVOKED_SINCE.replace(month=5)),
    "key-purpose": _signed_as("server", at=AT),
    "stamp-stranger": _stamped_by_stranger,
    "stamp-not-authority": lambda k: sign(small_page(), k.gov.key(), at=AT, stamper=k.gov.stamper(AT, "not-tsa")),
    "stamp-of-another": _other_stamp,
    "value-of-another": _other_value,
    "value-other-kind": _not_a_signature,
    "value-two-signers": _two_signers,
    "value-no-signer": _no_signer,
    "value-attribute": _flipped_attribute,
    "value-encapsulated": _forged(content=b"other", digested_with="md5"),
    "value-bytes-sha1": lambda k: k.older.replace(b"/adbe.pkcs7.detached", b"/adbe.x509.rsa_sha1 "),
    "hash-md5": _forged(digest="md5"),
    "hash-sha1": _forged(digest="sha1"),
    "hash-sha1-attributes": _forged(signed_with="sha1"),
    "hash-sha1-content": _forged(digest="sha1", signed_with="sha256"),
    "hash-other": _forged(digested_with="sha1"),
    "hash-renamed": _downgraded,
    "attributes-none": _forged(older=False, attributes=False),
    "attributes-no-digest": _forged(without=("message_digest",)),
    "attributes-no-type": _forged(without=("content_type",)),
    "attributes-other-type": _forged(content_type="tst_info"),
    "attributes-no-certificate": _forged(older=False, without=("signing_certificate_v2",)),
    "attributes-other-certificate": _forged(certified="revoked"),
    "value-zeroed": lambda k: with_value(k.signed, value_of(k.signed)[:-100]),
    "value-cut": lambda k: with_value(k.signed, b"\xff" * 10 + value_of(k.signed)[:500]),
    "value-not-updated": lambda k: Update({}).append(
        k.signed.replace(b"/ETSI.CAdES.detached", b"/Unsigned.detached   ")
    ),
}
