"""What is put together from prepared parts is what the library builds, and it is DER."""

import asyncio
import hashlib
from typing import Any

import pytest
from asn1crypto import cms, tsp
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from signing import cades
from signing.keys import LoadedSigner
from tests.signing import der
from tests.signing.conftest import AT
from tests.signing.pki import Tree
from tests.signing.poppler import openssl

DIGEST = hashlib.sha256(b"a document").digest()


def _signer(gov: Tree, name: str) -> LoadedSigner:
    return LoadedSigner(gov.private_key(name), gov.certificate(name), [gov.certificate("ca"), gov.certificate("root")])


def _parts(encoded: bytes) -> dict[str, Any]:
    """The structure without what differs from signature to signature, sets as sets."""
    signed = cms.ContentInfo.load(encoded, strict=True)["content"]
    (info,) = signed["signer_infos"]
    return {
        "version": signed["version"].native,
        "digests": signed["digest_algorithms"].native,
        "content": signed["encap_content_info"].dump(),
        "certificates": {c.chosen.dump() for c in signed["certificates"]},
        "signer version": info["version"].native,
        "signer": info["sid"].dump(),
        "digest": info["digest_algorithm"].native,
        "mechanism": info["signature_algorithm"].dump(),
        "attributes": {a.dump() for a in info["signed_attrs"]},
        "unsigned": [a["type"].native for a in info["unsigned_attrs"]],
    }


@pytest.mark.parametrize("name", ["signer", "elliptic"])
@pytest.mark.parametrize("stamped", ["stamped", "not stamped"])
def test_the_library_builds_the_same(gov: Tree, name: str, stamped: str) -> None:
    signer, stamper = _signer(gov, name), gov.stamper(AT) if stamped == "stamped" else None
    ours = asyncio.run(cades.signature(signer, DIGEST, stamper))
    settings = PdfCMSSignedAttributes(signing_time=AT)
    library = signer.async_sign(DIGEST, "sha256", use_pades=True, timestamper=stamper, signed_attr_settings=settings)
    assert _parts(ours) == _parts(asyncio.run(library).dump())


@pytest.mark.parametrize("name", ["signer", "elliptic"])
def test_it_is_der(gov: Tree, name: str) -> None:
    """ETSI EN 319 142-1, 6.3, and ISO 32000-1, 12.8.3.3: the contents are DER; implicit sets are looked at by hand."""
    encoded = asyncio.run(cades.signature(_signer(gov, name), DIGEST, gov.stamper(AT)))
    (whole,) = der.elements(encoded)
    der.check(whole)
    signed = cms.ContentInfo.load(encoded, strict=True)["content"]
    for implicit in (signed["certificates"], signed["signer_infos"][0]["signed_attrs"]):
        inner = der.elements(der.contents(implicit.dump()))
        assert len(inner) == 3
        assert inner == sorted(inner)


@pytest.mark.parametrize("name", ["signer", "elliptic"])
def test_openssl_verifies_it(gov: Tree, name: str, tmp_path: Any) -> None:
    document = b"a document"
    encoded = asyncio.run(cades.signature(_signer(gov, name), hashlib.sha256(document).digest(), gov.stamper(AT)))
    root = gov.certificate("root").dump()

    assert "successful" in openssl(encoded, document, root, tmp_path)
    assert "successful" not in openssl(encoded, document + b"!", root, tmp_path)


@pytest.mark.parametrize("name", ["signer", "elliptic"])
def test_no_signature_is_longer_than_expected(gov: Tree, name: str) -> None:
    signer, stamper = _signer(gov, name), gov.stamper(AT)
    expected = asyncio.run(cades.longest(signer, stamper))
    made = [len(asyncio.run(cades.signature(signer, DIGEST, stamper))) for _ in range(20)]
    assert expected - 16 <= max(made) <= expected + 16


def test_a_token_is_a_time_stamp(gov: Tree) -> None:
    """RFC 3161, 2.4.2; RFC 5652, 5.1: version 3 for content that is not plain data."""
    token = asyncio.run(gov.stamper(AT).async_timestamp(DIGEST, "sha256"))
    encoded = token.dump()
    parsed = cms.ContentInfo.load(encoded, strict=True)
    signed = parsed["content"]
    info = signed["encap_content_info"]["content"].parsed
    assert signed["version"].native == "v3"
    assert signed["encap_content_info"]["content_type"].native == "tst_info"
    assert isinstance(info, tsp.TSTInfo)
    assert info["message_imprint"]["hashed_message"].native == DIGEST
    attributes = {a["type"].native for a in signed["signer_infos"][0]["signed_attrs"]}
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}
