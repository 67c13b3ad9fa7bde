import traceback
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    pkcs12,
)

from dossier.errors import ConfigurationError, SealRefused
from dossier.verdicts import Verdict
from signing.development import DevelopmentAuthority
from signing.keys import SealKey, load_pkcs12, require_usable
from signing.seal import seal
from signing.stamp import Stamp
from signing.validate import validate
from tests.signing.conftest import AGENCY, AT
from tests.signing.pki import Tree

PASSPHRASE = "mật khẩu bí mật"  # noqa: S105 - of a file made here


def _bundle(gov: Tree, certificate: str = "signer", key: str = "signer") -> bytes:
    loaded = [x509.load_der_x509_certificate(gov.certificate(n).dump()) for n in (certificate, "ca")]
    encryption = BestAvailableEncryption(PASSPHRASE.encode())
    return pkcs12.serialize_key_and_certificates(b"seal", gov.private_key(key), loaded[0], loaded[1:], encryption)


def test_a_pkcs12_file_seals(tmp_path: Path, gov: Tree, page: bytes) -> None:
    (tmp_path / "seal.p12").write_bytes(_bundle(gov))
    key = load_pkcs12(tmp_path / "seal.p12", PASSPHRASE)
    out = _seal(page, key, gov)

    report = validate(out, gov.trust(AT), at=AT)
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].algorithm == "RSASSA-PSS 2048, SHA-256"
    assert (key.agency, key.is_test) == ("signer (gov)", False)


def test_a_wrong_passphrase_is_refused_and_not_repeated(tmp_path: Path, gov: Tree) -> None:
    (tmp_path / "seal.p12").write_bytes(_bundle(gov))

    wrong = PASSPHRASE[::-1]

    with pytest.raises(ConfigurationError) as caught:
        load_pkcs12(tmp_path / "seal.p12", wrong)
    assert wrong not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("content", [b"", b"not a bundle"])
def test_a_file_that_is_no_bundle_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "seal.p12").write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"seal\.p12"):
        load_pkcs12(tmp_path / "seal.p12", None)


def test_a_missing_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"seal\.p12"):
        load_pkcs12(tmp_path / "seal.p12", None)


def test_ecdsa_seals_too(gov: Tree, page: bytes) -> None:
    report = validate(_seal(page, gov.key("elliptic"), gov), gov.trust(AT), at=AT)

    assert report.verdict is Verdict.VALID
    assert report.signatures[0].algorithm == "ECDSA 256, SHA-256"


def test_a_test_key_is_refused_in_production(authority: DevelopmentAuthority) -> None:
    key = authority.seal_key(AGENCY, at=AT)
    require_usable(key, environment="development", at=AT)

    with pytest.raises(SealRefused, match="test certificate"):
        require_usable(key, environment="production", at=AT)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("expired", "valid from 2024-01-01 to 2026-01-01"),
        ("future", "valid from 2030"),
        ("encipher", "not meant for signing"),
        ("server", "not meant for signing"),
        ("short", "too weak"),
    ],
)
def test_a_certificate_that_cannot_seal_is_refused_before_signing(gov: Tree, name: str, why: str) -> None:
    with pytest.raises(SealRefused, match=why):
        require_usable(gov.key(name), environment="production", at=AT)


def test_a_good_certificate_may_seal_in_production(gov: Tree) -> None:
    require_usable(gov.key(), environment="production", at=AT)


def _seal(page: bytes, key: SealKey, gov: Tree) -> bytes:
    return seal(
        page,
        key=key,
        stamp=Stamp(agency=AGENCY),
        time_stamper=gov.stamper(AT),
        trust=gov.trust(AT),
        signing_time=AT,
    )
