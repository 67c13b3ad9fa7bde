"""Keys in a hardware module: lost and found again, shared between threads, never another key's signature."""

import asyncio
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from dossier.errors import KeyUnavailable
from dossier.verdicts import Verdict
from signing import hardware
from signing.hardware import HardwareToken
from signing.keys import SealKey
from signing.seal import seal
from signing.stamp import Stamp
from signing.validate import validate
from tests.signing.conftest import AGENCY, AT
from tests.signing.pki import Tree
from tests.signing.softhsm import PIN, SOFTHSM, SoftHsm

MESSAGE = b"what is signed"


@pytest.fixture
def hsm(tmp_path: Path, gov: Tree) -> SoftHsm:
    """A token ``seals`` with the keys ``con-dau`` (RSA) and ``can-bo`` (ECDSA)."""
    module = SoftHsm(tmp_path)
    module.add_token("seals")
    ca = gov.certificate("ca")
    module.add_key("seals", "con-dau", gov.private_key("signer"), gov.certificate("signer"), ca)
    module.add_key("seals", "can-bo", gov.private_key("elliptic"), gov.certificate("elliptic"))
    return module


@pytest.fixture
def token(hsm: SoftHsm) -> HardwareToken:
    del hsm
    return HardwareToken(SOFTHSM, "seals", lambda: PIN)


def sign(key: SealKey, data: bytes = MESSAGE) -> bytes:
    return asyncio.run(key.signer.async_sign_raw(data, "sha256"))


def assert_signed(key: SealKey, data: bytes = MESSAGE) -> None:
    """The signature over ``data`` that ``key`` makes now is the one that its certificate proves."""
    public = rsa.RSAPublicNumbers(*_numbers(key)).public_key()
    public.verify(sign(key, data), data, padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO), SHA256())


def _numbers(key: SealKey) -> tuple[int, int]:
    numbers = key.certificate.public_key["public_key"].parsed.native
    return numbers["public_exponent"], numbers["modulus"]


@pytest.mark.parametrize(
    ("label", "algorithm"), [("con-dau", "RSASSA-PSS 2048, SHA-256"), ("can-bo", "ECDSA 256, SHA-256")]
)
def test_a_hardware_key_seals(token: HardwareToken, gov: Tree, page: bytes, label: str, algorithm: str) -> None:
    key = token.key(label)
    for _ in range(2):
        report = validate(_seal(page, key, gov), gov.trust(AT), at=AT)
        assert report.verdict is Verdict.VALID
        assert report.signatures[0].algorithm == algorithm


def _close(token: HardwareToken) -> None:
    token.use(lambda session: session.close())  # logs out all sessions of the process, too


def _finalize(token: HardwareToken) -> None:
    del token
    pkcs11.lib(str(SOFTHSM)).finalize()


@pytest.mark.parametrize("lose", [_close, _finalize])
def test_a_lost_session_is_opened_again(token: HardwareToken, lose: Callable[[HardwareToken], None]) -> None:
    key, second = token.key("con-dau"), token.key("can-bo")
    assert_signed(key)
    lose(token)
    assert_signed(key)
    assert sign(second), "and the other key of the token finds the new session"
    assert_signed(key)


def test_a_token_that_was_pulled_out_is_found_when_it_is_back(hsm: SoftHsm, token: HardwareToken) -> None:
    key = token.key("con-dau")
    with hsm.away():
        pkcs11.lib(str(SOFTHSM)).finalize()  # as its service starting again
        for _ in range(2):
            with pytest.raises(KeyUnavailable, match=r"'seals'.*NoSuchToken"):
                sign(key)
    assert_signed(key)


def test_a_token_that_is_away_at_first_is_found_later(hsm: SoftHsm, token: HardwareToken) -> None:
    with hsm.away(), pytest.raises(KeyUnavailable):
        token.key("con-dau")
    assert_signed(token.key("con-dau"))


def test_another_certificate_in_the_token_never_signs_in_its_place(
    hsm: SoftHsm, token: HardwareToken, gov: Tree
) -> None:
    key = token.key("con-dau")
    hsm.replace_certificate("seals", "con-dau", gov.certificate("revoked"))
    with pytest.raises(KeyUnavailable, match="another certificate"):
        sign(key)


@pytest.mark.parametrize(
    ("token_label", "label", "pin"),
    [("seals", "con-dau", "00000000"), ("elsewhere", "con-dau", PIN), ("seals", "nobody", PIN)],
)
@pytest.mark.usefixtures("hsm")
def test_a_key_that_cannot_be_opened_says_so_without_the_pin(token_label: str, label: str, pin: str) -> None:
    with pytest.raises(KeyUnavailable) as caught:
        HardwareToken(SOFTHSM, token_label, lambda: pin).key(label)
    error = caught.value
    assert error.__suppress_context__
    assert pin not in f"{error} {error.details} {error.text_vi} {''.join(traceback.format_exception(error))}"


@pytest.mark.usefixtures("hsm")
def test_a_module_that_is_not_there_is_away(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable):
        HardwareToken(tmp_path / "none.so", "seals", lambda: PIN).key("con-dau")


class _Logins:
    """Stands before the module and counts how often a PIN reaches the token."""

    def __init__(self) -> None:
        self.count = 0

    def find(self, *arguments: Any, **keywords: Any) -> Any:
        found = self._find(*arguments, **keywords)
        return found and _Counted(found, self)

    _find = staticmethod(hardware.find_token)


class _Counted:
    def __init__(self, token: pkcs11.Token, logins: _Logins) -> None:
        self._token, self._logins = token, logins

    def open(self, **options: Any) -> pkcs11.Session:
        self._logins.count += "user_pin" in options
        return self._token.open(**options)


def test_a_refused_pin_is_tried_once_and_another_one_at_once(hsm: SoftHsm, monkeypatch: pytest.MonkeyPatch) -> None:
    del hsm
    logins, pins = _Logins(), [PIN]
    monkeypatch.setattr(hardware, "find_token", logins.find)
    token = HardwareToken(SOFTHSM, "seals", lambda: pins[-1])
    key = token.key("con-dau")
    assert logins.count == 1

    pins.append("00000000")  # somebody wrote another one into the file
    pkcs11.lib(str(SOFTHSM)).finalize()
    for _ in range(5):
        with pytest.raises(KeyUnavailable, match="PinIncorrect") as caught:
            sign(key)
        assert "mã PIN" in caught.value.text_vi
    assert logins.count == 2

    pins.append(PIN)
    assert_signed(key)
    assert logins.count == 3


def test_threads_share_a_session(token: HardwareToken, hsm: SoftHsm) -> None:
    key = token.key("con-dau")
    messages = [f"{number}".encode() * 50 for number in range(24)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda message: assert_signed(key, message), messages))
        pkcs11.lib(str(SOFTHSM)).finalize()  # lost with all of them waiting
        list(threads.map(lambda message: assert_signed(key, message), messages))
    del hsm


def _seal(page: bytes, key: SealKey, gov: Tree) -> bytes:
    return seal(
        page,
        key=key,
        stamp=Stamp(agency=AGENCY),
        time_stamper=gov.stamper(AT),
        trust=gov.trust(AT),
        signing_time=AT,
    )
