# mypy: allow-untyped-calls
# asn1crypto has no types
"""Keys in hardware (PKCS#11): one session per token, opened again when it was lost, used by one thread at a time.

A module serves a whole process: its login, its list of tokens and its sessions are shared by all that use it, and
python-pkcs11 initializes it for one thread at a time (``C_Initialize`` without locks; PKCS#11 2.40, 5.4). So every call
into a module is made under that module's lock: one process makes one hardware signature after the other, and more
processes make more.

Whatever goes wrong in a session, it is opened once more and the signature asked for again, provided that the token
still shows the certificate known from before: another key never signs in its place. A PIN that the token refused is
not tried again by this process until it is another one, because tokens lock themselves after a few wrong ones.

Residual risks accepted: each process tries a wrong PIN once, and again after its restart; a module that never returns
from a call holds up all signatures with it in that process.
"""

import asyncio
import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar, cast

import pkcs11
from asn1crypto import x509
from pkcs11 import Attribute, ObjectClass
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import find_token, select_pkcs11_signing_params
from pyhanko.sign.signers import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from dossier.errors import KeyUnavailable
from signing.keys import SealKey, signature_size

T = TypeVar("T")

_PIN_REFUSED = (
    pkcs11.PinIncorrect,
    pkcs11.PinInvalid,
    pkcs11.PinLenRange,
    pkcs11.PinExpired,
    pkcs11.PinLocked,
    pkcs11.UserPinNotInitialized,
)
_modules: defaultdict[Path, threading.RLock] = defaultdict(threading.RLock)
"""One lock per module: the module's state is the process's, so this is too."""


class HardwareToken:
    """A token of a hardware module, logged in when first used. Safe to share between threads.

    Args:
        module: The PKCS#11 library of the hardware's maker.
        label: Of the token.
        pin: Tells the user PIN whenever a session is opened; it is kept nowhere.
    """

    def __init__(self, module: Path, label: str, pin: Callable[[], str]) -> None:
        self._module = module
        self._label = label
        self._pin = pin
        self._refused: int | None = None
        self._session: pkcs11.Session | None = None

    def key(self, label: str) -> SealKey:
        """Return the key named ``label``; its certificate has the same label, the token's others are the chain.

        Raises:
            KeyUnavailable: Module, token, key or certificate cannot be opened, or the PIN is refused.
        """
        return self.use(lambda session: SealKey.of(_HardwareSigner(self, label, session)))

    def use(self, work: Callable[[pkcs11.Session], T]) -> T:
        """Return what ``work`` makes of the token's session; if that fails, of one opened anew.

        Raises:
            KeyUnavailable: It failed in the new session too, or there is none to be had.
        """
        with _modules[self._module]:
            if self._session is not None:
                try:
                    return work(self._session)
                except pkcs11.PKCS11Error:
                    self._leave()
            try:
                self._session = self._open_anew()
                return work(self._session)
            except (pkcs11.PKCS11Error, OSError) as error:
                self._leave()
                # The cause is left out of the chain: some modules repeat what they were given.
                raise self._unavailable(error) from None

    def _open_anew(self) -> pkcs11.Session:
        """Return a new session; the module is started again if it has none to give, as after the loss of its device."""
        try:
            return self._open()
        except _PIN_REFUSED:
            raise
        except pkcs11.PKCS11Error:
            module = pkcs11.lib(str(self._module))
            with contextlib.suppress(pkcs11.PKCS11Error):
                module.finalize()
            return self._open()

    def _open(self) -> pkcs11.Session:
        slots = pkcs11.lib(str(self._module)).get_slots()
        token = find_token(slots, token_criteria=TokenCriteria(label=self._label))
        if token is None:
            raise pkcs11.NoSuchToken
        pin = self._pin()
        if hash(pin) == self._refused:
            raise pkcs11.PinIncorrect
        try:
            return token.open(user_pin=pin or None)
        except pkcs11.UserAlreadyLoggedIn:
            return token.open()
        except _PIN_REFUSED:
            self._refused = hash(pin)
            raise

    def _leave(self) -> None:
        if self._session is not None:
            with contextlib.suppress(pkcs11.PKCS11Error):
                self._session.close()
        self._session = None

    def _unavailable(self, error: Exception) -> KeyUnavailable:
        reason_vi = "mã PIN bị từ chối" if isinstance(error, _PIN_REFUSED) else "không kết nối được"
        return KeyUnavailable(part=self._label, reason=type(error).__name__, reason_vi=reason_vi)


class _HardwareSigner(Signer):
    """Signs with a key that never leaves its token: RSASSA-PSS or ECDSA."""

    def __init__(self, token: HardwareToken, label: str, session: pkcs11.Session) -> None:
        self._certificate, others = _certificates(session, label)
        registry = SimpleCertificateStore()
        registry.register_multiple([self._certificate, *others])
        super().__init__(prefer_pss=True, signing_cert=self._certificate, cert_registry=registry)
        self._token = token
        self._label = label
        self._found = session, _private_key(session, label)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: FBT001, FBT002 - the library's signature
        """Return the signature over ``data``; zeros of the right length when ``dry_run`` only asks for the size.

        Raises:
            KeyUnavailable: The token is away, or shows another certificate than before.
        """
        if dry_run:
            return bytes(signature_size(self._certificate))
        return await asyncio.to_thread(self._sign, data, digest_algorithm)

    def _sign(self, data: bytes, digest_algorithm: str) -> bytes:
        algorithm = self.get_signature_mechanism_for_digest(digest_algorithm)
        # Many modules sign a hash by ECDSA, but do not hash themselves.
        raw = algorithm.signature_algo == "ecdsa"
        how = select_pkcs11_signing_params(algorithm, digest_algorithm, use_raw_mechanism=raw, sign_kwargs={})
        to_sign = how.pre_sign_transform(data) if how.pre_sign_transform else data
        signature: bytes = self._token.use(lambda session: self._key(session).sign(to_sign, **how.sign_kwargs))
        return how.post_sign_transform(signature) if how.post_sign_transform else signature

    def _key(self, session: pkcs11.Session) -> pkcs11.SignMixin:
        """Return the key as ``session`` knows it, once its certificate has been seen to be the known one."""
        if self._found[0] is not session:
            certificate, _ = _certificates(session, self._label)
            if certificate.dump() != self._certificate.dump():
                raise KeyUnavailable(
                    part=self._label,
                    reason="the token shows another certificate than before; start the service again to use it",
                    reason_vi="thiết bị có chứng thư số khác trước; hãy khởi động lại dịch vụ để dùng",
                )
            self._found = session, _private_key(session, self._label)
        return self._found[1]


def _private_key(session: pkcs11.Session, label: str) -> pkcs11.SignMixin:
    wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.LABEL: label}
    return cast("pkcs11.SignMixin", _only(session.get_objects(wanted)))


def _certificates(session: pkcs11.Session, label: str) -> tuple[x509.Certificate, list[x509.Certificate]]:
    """Return the certificate named ``label`` and all others of the token."""
    labelled = [
        (found[Attribute.LABEL], x509.Certificate.load(found[Attribute.VALUE]))
        for found in session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
    ]
    certificate = _only(found for name, found in labelled if name == label)
    return certificate, [found for name, found in labelled if name != label]


def _only(found: Iterable[T]) -> T:
    """Return the one object found.

    Raises:
        PKCS11Error: There are none, or several.
    """
    match list(found):
        case [one]:
            return one
        case []:
            raise pkcs11.NoSuchKey
        case _:
            raise pkcs11.MultipleObjectsReturned
