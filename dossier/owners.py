"""Owners: the persons and organisations whose papers are kept."""

import hashlib
import hmac
from dataclasses import dataclass

from dossier.identifiers import OwnerNumber, parse_owner_number
from dossier.text import nfc


@dataclass(frozen=True, slots=True)
class Owner:
    """A person or organisation, known by one number.

    Attributes:
        number: The identifier that keys the store.
        name: As printed on the papers, NFC; ``None`` while unknown.
    """

    number: OwnerNumber
    name: str | None = None

    @classmethod
    def parse(cls, number: str, name: str | None = None) -> "Owner":
        """Return the owner for texts from outside.

        Raises:
            InvalidOwnerNumber: ``number`` fails its checks.
        """
        return cls(parse_owner_number(number), nfc(name).strip() or None if name else None)

    def pseudonym(self, secret: bytes) -> str:
        """Return 32 hex digits that stand for the owner in object keys and logs (HMAC-SHA-256 under ``secret``)."""
        message = f"{self.number.kind}:{self.number.value}".encode()
        return hmac.new(secret, message, hashlib.sha256).hexdigest()[:32]
