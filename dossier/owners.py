"""Owners: the persons and organisations whose papers are kept, and which of their numbers can be one owner's.

A person has several numbers over the years: an old identity number, the citizen number that took its place, passports,
and, before 01/7/2025, a tax code of ten digits. Since that day the citizen number is the tax code of persons and of
household businesses (circular 86/2024/TT-BTC), so a tax code is an organisation's unless it is known to be the former
one of a person: it names no branch, and the papers under it name the person.
"""

import hashlib
import hmac
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from dossier.identifiers import CitizenNumber, OwnerNumber, TaxCode, parse_owner_number
from dossier.text import fold, nfc

_BUSINESS_OF = re.compile(r"^(?:ho kinh doanh|hkd)\b[\s:.,\-]*")
"""What stands before a person's name in the name of a household business, folded."""


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


@dataclass(frozen=True, slots=True)
class NamedNumber:
    """A number with the names that papers under it give its owner."""

    number: OwnerNumber
    names: tuple[str, ...] = ()


class Contradiction(StrEnum):
    """Why two numbers cannot be one owner's."""

    TWO_CITIZENS = "two-citizens"
    TWO_ORGANISATIONS = "two-organisations"
    PERSON_AND_ORGANISATION = "person-and-organisation"

    @property
    def text_en(self) -> str:
        """In English."""
        return _CONTRADICTIONS[self][0]

    @property
    def text_vi(self) -> str:
        """In Vietnamese."""
        return _CONTRADICTIONS[self][1]


_CONTRADICTIONS = {
    Contradiction.TWO_CITIZENS: (
        "they have different citizen numbers",
        "hai bên có số định danh cá nhân khác nhau",
    ),
    Contradiction.TWO_ORGANISATIONS: (
        "they have different tax codes",
        "hai bên có mã số thuế khác nhau",
    ),
    Contradiction.PERSON_AND_ORGANISATION: (
        "one is a person, the other has an organisation's tax code",
        "một bên là cá nhân, bên kia có mã số thuế của tổ chức",
    ),
}


def contradiction(one: Collection[NamedNumber], other: Collection[NamedNumber]) -> Contradiction | None:
    """Return why the numbers of two owners cannot be those of one, if they cannot.

    A person has one citizen number for life (Law on identification 26/2023, art. 12), an organisation one tax code.
    """
    for first in one:
        for second in other:
            match first.number, second.number:
                case CitizenNumber(), CitizenNumber() if first.number != second.number:
                    return Contradiction.TWO_CITIZENS
                case TaxCode(), TaxCode() if first.number != second.number:
                    return Contradiction.TWO_ORGANISATIONS
                case TaxCode(), TaxCode():
                    continue
                case (TaxCode(), _) if not _is_persons_own(first, other):
                    return Contradiction.PERSON_AND_ORGANISATION
                case (_, TaxCode()) if not _is_persons_own(second, one):
                    return Contradiction.PERSON_AND_ORGANISATION
    return None


def _is_persons_own(code: NamedNumber, person: Collection[NamedNumber]) -> bool:
    """Return whether a tax code is known to be the former one of a person."""
    return "-" not in code.number.value and not set(_bare(code.names)).isdisjoint(
        name for number in person for name in _bare(number.names)
    )


def _bare(names: Collection[str]) -> Iterator[str]:
    for name in names:
        yield " ".join(_BUSINESS_OF.sub("", fold(name).casefold()).split())
