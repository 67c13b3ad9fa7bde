"""A hardware module in software: SoftHSM with tokens of our own, which can be taken away and put back."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pkcs11
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing.keys import PrivateKey

PIN = "73519482"
_PLACES = [Path("/usr/lib/softhsm/libsofthsm2.so"), Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")]
SOFTHSM = next((p for p in _PLACES if p.exists()), _PLACES[0])


class SoftHsm:
    """Tokens in a folder; the module finds them through its environment variable, so one at a time in a process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.tokens = folder / "tokens"
        self.tokens.mkdir()
        configuration = folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {self.tokens}\nlog.level = ERROR\n")
        self.environment = {"SOFTHSM2_CONF": str(configuration)}
        os.environ |= self.environment
        with contextlib.suppress(pkcs11.PKCS11Error):
            pkcs11.lib(str(SOFTHSM)).finalize()  # an earlier one's tokens are not this one's

    def add_token(self, label: str) -> None:
        self._run("--init-token", "--free", "--label", label, "--so-pin", PIN, "--pin", PIN)

    def add_key(self, token: str, label: str, key: PrivateKey, *certificates: x509.Certificate) -> None:
        """Load a key with its certificate, and the certificates above it under names of their own."""
        file = self._folder / "key.pem"
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        number = f"{len(list(self.tokens.rglob('*.object'))):04d}"
        self._run("--import", str(file), "--token", token, "--label", label, "--id", number, "--pin", PIN)
        file.unlink()
        with self._session(token) as session:
            for name, certificate in zip((label, *(f"{label} {i}" for i in range(9))), certificates, strict=False):
                session.create_object(_certificate(name, certificate))

    def replace_certificate(self, token: str, label: str, certificate: x509.Certificate) -> None:
        wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE, pkcs11.Attribute.LABEL: label}
        with self._session(token) as session:
            for found in list(session.get_objects(wanted)):
                found.destroy()
            session.create_object(_certificate(label, certificate))

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """All tokens are pulled out while the body runs."""
        aside = self._folder / "aside"
        shutil.move(self.tokens, aside)
        self.tokens.mkdir()
        try:
            yield
        finally:
            self.tokens.rmdir()
            shutil.move(aside, self.tokens)

    @contextlib.contextmanager
    def _session(self, token: str) -> Iterator[pkcs11.Session]:
        module = pkcs11.lib(str(SOFTHSM))
        module.reinitialize()  # the tool has changed the tokens behind the module's back
        with module.get_token(token_label=token).open(user_pin=PIN, rw=True) as session:
            yield session

    def _run(self, *arguments: str) -> None:
        subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


def _certificate(label: str, certificate: x509.Certificate) -> dict[pkcs11.Attribute, object]:
    return {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
        pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
        pkcs11.Attribute.TOKEN: True,
        pkcs11.Attribute.LABEL: label,
        pkcs11.Attribute.SUBJECT: certificate.subject.dump(),
        pkcs11.Attribute.VALUE: certificate.dump(),
    }
