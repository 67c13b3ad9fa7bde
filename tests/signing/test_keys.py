import os
import subprocess
import traceback
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from dossier.errors import ConfigurationError, PartFailed, SealRefused
from dossier.verdicts import Verdict
from signing.development import DevelopmentAuthority
from signing.keys import SealKey, load_pkcs12, open_pkcs11, require_usable
from signing.seal import seal
from signing.stamp import Stamp
from signing.validate import validate
from tests.signing.conftest import AGENCY, AT
from tests.signing.pki import Tree

PASSPHRASE = "mật khẩu bí mật"  # noqa: S105 - of a file made here
PIN = "73519482"
_PLACES = [Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")]
SOFTHSM = next((p for p in _PLACES if p.exists()), _PLACES[0])


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


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory, gov: Tree) -> str:
    """A SoftHSM token named ``seals`` with key and certificate ``con-dau``, and the CA's certificate."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    start = ["softhsm2-util", "--init-token", "--free", "--label", "seals", "--so-pin", PIN, "--pin", PIN]
    subprocess.run(start, check=True, capture_output=True)
    key_file = folder / "key.pem"
    key_file.write_bytes(gov.private_key("signer").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    load = [
        "softhsm2-util",
        "--import",
        str(key_file),
        "--token",
        "seals",
        "--label",
        "con-dau",
        "--id",
        "01",
        "--pin",
        PIN,
    ]
    subprocess.run(load, check=True, capture_output=True)
    opened = pkcs11.lib(str(SOFTHSM)).get_token(token_label="seals")  # noqa: S106 - a name
    with opened.open(user_pin=PIN, rw=True) as session:
        for label, name in (("con-dau", "signer"), ("ca", "ca")):
            certificate = gov.certificate(name)
            session.create_object(
                {
                    pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                    pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                    pkcs11.Attribute.TOKEN: True,
                    pkcs11.Attribute.LABEL: label,
                    pkcs11.Attribute.SUBJECT: certificate.subject.dump(),
                    pkcs11.Attribute.VALUE: certificate.dump(),
                }
            )
    return "seals"


def test_a_hardware_key_seals(token: str, gov: Tree, page: bytes) -> None:
    key = open_pkcs11(SOFTHSM, token, "con-dau", PIN)
    first, second = _seal(page, key, gov), _seal(page, key, gov)

    for out in (first, second):
        report = validate(out, gov.trust(AT), at=AT)
        assert report.verdict is Verdict.VALID
        assert report.signatures[0].algorithm == "RSASSA-PSS 2048, SHA-256"


@pytest.mark.parametrize(
    ("token_label", "label", "pin"),
    [("seals", "con-dau", "00000000"), ("elsewhere", "con-dau", PIN), ("seals", "nobody", PIN)],
)
def test_a_hardware_key_that_cannot_be_opened_is_a_failed_part_and_the_pin_stays_out_of_it(
    token: str, token_label: str, label: str, pin: str
) -> None:
    del token
    with pytest.raises(PartFailed) as caught:
        open_pkcs11(SOFTHSM, token_label, label, pin)
    error = caught.value
    assert error.__suppress_context__
    assert pin not in f"{error} {error.details} {error.text_vi}"


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
