"""Bytes under a seal: proven with the anchors alone, by OpenSSL too; any change of them shows."""

import datetime as dt
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from asn1crypto import cms
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import DamagedFile, SealRefused, TimestampUnavailable
from dossier.verdicts import Verdict
from signing.development import DevelopmentAuthority
from signing.signed_content import SignedContent, check, sign
from signing.timestamps import HttpTimeStamper, TimestampRules
from signing.trust import TrustClass, TrustStore
from tests.signing.conftest import AT
from tests.signing.pki import Tree

CONTENT = "Nội dung\nbất kỳ\r\n".encode() + bytes(range(256))
YEARS = dt.timedelta(days=3653)


def signed_by(tree: Tree, name: str = "signer", content: bytes = CONTENT) -> bytes:
    return sign(
        content,
        key=tree.key(name),
        time_stamper=tree.stamper(AT),
        trust=tree.trust(AT),
        at=AT,
        environment="production",
    )


@pytest.fixture(scope="module")
def signed(gov: Tree) -> bytes:
    return signed_by(gov)


def anchors(tree: Tree) -> TrustStore:
    """Return the anchors and nothing else: no intermediate certificate, no revocation list."""
    return TrustStore(anchors=tree.trust(AT).anchors)


def codes(found: SignedContent) -> set[str]:
    return {finding.code for finding in found.findings}


@pytest.mark.parametrize("name", ["signer", "elliptic"])
@pytest.mark.parametrize("later", [dt.timedelta(0), YEARS])
def test_the_anchors_alone_prove_it(gov: Tree, name: str, later: dt.timedelta) -> None:
    found = check(signed_by(gov, name), anchors(gov), at=AT + later)
    assert (found.verdict, found.content, found.proven) == (Verdict.VALID, CONTENT, AT)
    assert (found.signer, found.trust_class) == (f"{name} (gov)", TrustClass.PUBLIC)
    assert {"integrity-ok", "trust-public", "revocation-ok", "time-proven", "algorithm-ok"} <= codes(found)


def test_openssl_says_the_same(gov: Tree, signed: bytes, tmp_path: Path) -> None:
    (tmp_path / "s.p7m").write_bytes(signed)
    (tmp_path / "r.der").write_bytes(gov.certificate("root").dump())
    command = (
        "openssl x509 -inform DER -in r.der -out r.pem && openssl cms -verify -cades -inform DER -in s.p7m"
        f" -CAfile r.pem -purpose any -attime {int(AT.timestamp())} -out content"
    )
    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert "CAdES Verification successful" in done.stderr
    assert (tmp_path / "content").read_bytes() == CONTENT


def test_the_stated_time_is_signed(signed: bytes) -> None:
    (info,) = cms.ContentInfo.load(signed, strict=True)["content"]["signer_infos"]
    (stated,) = [a["values"][0].native for a in info["signed_attrs"] if a["type"].native == "signing_time"]
    assert stated == AT


def test_of_a_large_store_only_what_speaks_for_the_signer_goes_in(gov: Tree, impostor: Tree) -> None:
    trust = gov.trust(AT)
    more = replace(trust, crls=(*trust.crls, *impostor.trust(AT).crls), ocsps=(gov.ocsp("signer", AT),))
    data = sign(CONTENT, key=gov.key(), time_stamper=gov.stamper(AT), trust=more, at=AT, environment="production")
    kinds = [choice.name for choice in cms.ContentInfo.load(data)["content"]["crls"]]
    assert sorted(kinds) == ["crl", "crl", "other"]
    assert check(data, anchors(gov), at=AT).verdict is Verdict.VALID


@given(st.data())
def test_no_changed_byte_goes_unseen(signed: bytes, gov: Tree, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(signed) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda b: b != signed[place]))
    changed = signed[:place] + bytes([byte]) + signed[place + 1 :]
    try:
        found = check(changed, gov.trust(AT), at=AT)
    except DamagedFile:
        return
    # What no signature covers may be spoiled; it can take away proof, never change what is proven.
    assert found.verdict is not Verdict.VALID or found.content == CONTENT


def test_changed_content_is_told(signed: bytes, gov: Tree) -> None:
    place = signed.index(CONTENT)
    found = check(signed[:place] + b"n" + signed[place + 1 :], gov.trust(AT), at=AT)
    assert (found.verdict, "integrity-broken" in codes(found)) == (Verdict.INVALID, True)


def test_a_stranger_is_not_believed(signed: bytes, gov: Tree, impostor: Tree) -> None:
    stranger = check(signed_by(impostor), gov.trust(AT), at=AT)
    assert stranger.verdict is not Verdict.VALID
    assert "trust-none" in codes(stranger) | {"trust-none" if "trust-broken" in codes(stranger) else ""}
    assert check(signed, impostor.trust(AT), at=AT).verdict is not Verdict.VALID
    assert check(signed, TrustStore(), at=AT).verdict is not Verdict.VALID


@pytest.mark.parametrize("name", ["revoked", "expired", "future", "server", "short"])
def test_nobody_signs_with_a_certificate_that_does_not_stand(gov: Tree, name: str) -> None:
    with pytest.raises(SealRefused):
        signed_by(gov, name)


def test_without_a_time_stamp_nothing_is_signed(gov: Tree) -> None:
    away = HttpTimeStamper("http://127.0.0.1:9", TimestampRules(timeout=0.2))
    with pytest.raises(TimestampUnavailable):
        sign(CONTENT, key=gov.key(), time_stamper=away, trust=gov.trust(AT), at=AT, environment="production")


def test_a_test_key_counts_only_where_it_may(authority: DevelopmentAuthority, trust: TrustStore) -> None:
    key, stamper = authority.seal_key(at=AT), authority.time_stamper(lambda: AT)
    with pytest.raises(SealRefused):
        sign(CONTENT, key=key, time_stamper=stamper, trust=trust, at=AT, environment="production")
    data = sign(CONTENT, key=key, time_stamper=stamper, trust=trust, at=AT, environment="development")
    assert check(data, trust, at=AT).verdict is Verdict.VALID
    assert check(data, trust, at=AT, allow_test=False).verdict is not Verdict.VALID


@given(st.binary(max_size=200))
def test_anything_else_is_refused(gov: Tree, data: bytes) -> None:
    with pytest.raises(DamagedFile):
        check(data, gov.trust(AT), at=AT)


def test_a_detached_signature_or_one_cut_short_is_refused(signed: bytes, gov: Tree) -> None:
    info = cms.ContentInfo.load(signed)
    info["content"]["encap_content_info"] = {"content_type": "data"}
    for data in (info.dump(), signed[:-1], signed + b"\x00"):
        with pytest.raises(DamagedFile):
            check(data, gov.trust(AT), at=AT)
