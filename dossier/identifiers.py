"""Identifiers of Vietnamese administration as types: one that exists has the right form and passes its check.

Sources: citizen number — decree 137/2015 art. 13, circular 07/2016/TT-BCA; tax code — circular 105/2020 annex, circular
86/2024; agency code — decision 20/2020/QĐ-TTg; dossier number — circular 01/2018/TT-VPCP and its successors. Formats
change: the two-tier government of 2025 moved several, so both generations are accepted.
"""

import hashlib
import re
import secrets
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import ClassVar, Self

from stdnum.vn import mst

from dossier import times
from dossier.errors import InvalidIdentifier, InvalidOwnerNumber
from dossier.text import fold

_SEPARATORS = re.compile(r"[\s.\-]")
_NO_GROUPS = ("00", "00", "000")
"""What stands for levels that are not there, from above (QCVN 102:2016/BTTTT)."""


class Sex(StrEnum):
    """Sex as printed on papers and coded in the citizen number."""

    MALE = "male"
    FEMALE = "female"


@cache
def province_names() -> dict[str, str]:
    """Return the three-digit birth-registration codes and their provinces' names (never renumbered by mergers)."""
    with (files("dossier") / "catalogue" / "provinces.toml").open("rb") as source:
        provinces: dict[str, str] = tomllib.load(source)["provinces"]
    return provinces


@cache
def ethnic_groups() -> dict[str, str]:
    """Return the official names of the 54 ethnic groups by their letters and those of their variants, folded."""
    with (files("dossier") / "catalogue" / "ethnic_groups.toml").open("rb") as source:
        groups: dict[str, list[str]] = tomllib.load(source)["groups"]
    return {re.sub(r"[^a-z]", "", fold(text)): name for name, variants in groups.items() for text in (name, *variants)}


@dataclass(frozen=True, slots=True)
class CitizenNumber:
    """Personal identification number (số định danh cá nhân): 3 place, 1 century and sex, 2 birth year, 6 random digits.

    It has no check digit; place, century and year are checked. Place codes from 100 up are countries of birth.

    Raises:
        InvalidOwnerNumber: Not 12 digits, an unknown province, or a birth year in the future.
    """

    value: str
    kind: ClassVar[str] = "citizen_number"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{12}", self.value):
            raise InvalidOwnerNumber(reason="a citizen number has 12 digits", reason_vi="số định danh gồm 12 chữ số")
        place = self.value[:3]
        if place < "100" and place not in province_names():
            raise InvalidOwnerNumber(reason="unknown province code", reason_vi="mã tỉnh không tồn tại")
        if self.birth_year > times.today().year:
            raise InvalidOwnerNumber(reason="birth year in the future", reason_vi="năm sinh ở tương lai")

    @property
    def sex(self) -> Sex:
        """Sex coded in the fourth digit."""
        return Sex.FEMALE if int(self.value[3]) % 2 else Sex.MALE

    @property
    def birth_year(self) -> int:
        """Year of birth, four digits."""
        return 1900 + 100 * (int(self.value[3]) // 2) + int(self.value[4:6])


@dataclass(frozen=True, slots=True)
class OldIdentityNumber:
    """Nine-digit identity-card number (CMND); no longer an identity document since 2025, still printed on papers.

    Raises:
        InvalidOwnerNumber: Not nine digits.
    """

    value: str
    kind: ClassVar[str] = "old_identity_number"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{9}", self.value):
            raise InvalidOwnerNumber(reason="an old identity number has 9 digits", reason_vi="số CMND gồm 9 chữ số")


@dataclass(frozen=True, slots=True)
class TaxCode:
    """Tax code, which is also the enterprise code: ten digits with a check digit, branches with ``-001`` to ``-999``.

    Raises:
        InvalidOwnerNumber: Wrong form or wrong check digit.
    """

    value: str
    kind: ClassVar[str] = "tax_code"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9]{10}(-[0-9]{3})?", self.value):
            raise InvalidOwnerNumber(
                reason="a tax code has 10 digits, for a branch a dash and 3 more",
                reason_vi="mã số thuế gồm 10 chữ số, đơn vị phụ thuộc thêm gạch nối và 3 chữ số",
            )
        if not mst.is_valid(self.value):
            raise InvalidOwnerNumber(
                reason="the tax code fails its check digit", reason_vi="mã số thuế sai chữ số kiểm tra"
            )


@dataclass(frozen=True, slots=True)
class PassportNumber:
    """Passport number of a foreigner: 6 to 9 capital letters and digits with at least one of each.

    Raises:
        InvalidOwnerNumber: Wrong form.
    """

    value: str
    kind: ClassVar[str] = "passport_number"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"(?=.*[A-Z])(?=.*[0-9])[A-Z0-9]{6,9}", self.value):
            raise InvalidOwnerNumber(
                reason="a passport number has 6 to 9 letters and digits", reason_vi="số hộ chiếu gồm 6 đến 9 chữ và số"
            )


OwnerNumber = CitizenNumber | OldIdentityNumber | TaxCode | PassportNumber
"""What keys an owner's store."""

OWNER_NUMBER_KINDS: dict[str, type[OwnerNumber]] = {
    t.kind: t for t in (CitizenNumber, OldIdentityNumber, TaxCode, PassportNumber)
}


def parse_owner_number(text: str) -> OwnerNumber:
    """Return the owner number ``text`` stands for; spaces, dots and dashes between digits are allowed.

    Raises:
        InvalidOwnerNumber: It is none of the four kinds, or fails its kind's checks.
    """
    bare = _SEPARATORS.sub("", text).upper()
    if re.fullmatch(r"[0-9]+", bare):
        match len(bare):
            case 9:
                return OldIdentityNumber(bare)
            case 10:
                return TaxCode(bare)
            case 12:
                return CitizenNumber(bare)
            case 13:
                return TaxCode(f"{bare[:10]}-{bare[10:]}")
            case _:
                raise InvalidOwnerNumber(
                    reason="expected 9, 10, 12 or 13 digits", reason_vi="cần 9, 10, 12 hoặc 13 chữ số"
                )
    return PassportNumber(bare)


@dataclass(frozen=True, slots=True)
class _Code:
    """An identifier that is a string of a fixed form."""

    value: str
    pattern: ClassVar[str]
    example: ClassVar[str]
    name_en: ClassVar[str]
    name_vi: ClassVar[str]

    def __post_init__(self) -> None:
        if not re.fullmatch(self.pattern, self.value):
            raise InvalidIdentifier(kind=self.name_en, kind_vi=self.name_vi, example=self.example)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the identifier in ``text``, surrounding spaces removed.

        Raises:
            InvalidIdentifier: Wrong form.
        """
        return cls(text.strip())

    def __str__(self) -> str:
        return self.value


class AgencyCode(_Code):
    """Electronic identifier of an agency, in either form.

    Decision 20/2020/QĐ-TTg writes the levels from above, as many as there are: ``H41.12.5``. QCVN 102:2016/BTTTT wrote
    four of them from below, zeros for those that are not there: ``V1V2V3.Z1Z2.Y1Y2.MX1X2``, as in ``000.00.53.H48``.
    """

    pattern = r"[A-Y][0-9]{2}(\.[0-9A-Z]{1,3}){0,4}|[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2}"
    example = "H41.12.5"
    name_en = "agency code"
    name_vi = "Mã định danh cơ quan"

    @property
    def levels(self) -> tuple[str, ...]:
        """Its groups from above: the ministry's or province's code, then what lies in it; (``H48``, ``53``)."""
        groups = self.value.split(".")
        if self.value[0].isdigit():
            groups.reverse()
            while not groups[-1].strip("0"):
                groups.pop()
        return tuple(groups)

    @property
    def canonical(self) -> Self:
        """The same agency's code as decision 20/2020 writes it: ``H48.53`` of ``000.00.53.H48``.

        Digits stay as they are: no rule says whether ``05`` became ``5`` where an agency was given a new code.
        """
        return type(self)(".".join(self.levels))

    @property
    def forms(self) -> tuple[Self, ...]:
        """Every way this code is written: its canonical form, and QCVN 102's where its groups fit into that."""
        head, *below = self.levels
        older = ".".join((*reversed((*below, *_NO_GROUPS[len(below) :])), head))
        canonical = self.canonical
        written = type(self)(older) if re.fullmatch(AgencyCode.pattern, older) else canonical
        return (canonical, written) if written != canonical == written.canonical else (canonical,)

    def is_same(self, other: "AgencyCode") -> bool:
        """Return whether both codes are one agency's, whichever form each has."""
        return self.levels == other.levels


class DossierNumber(_Code):
    """Dossier number: agency, date, running number, e.g. ``H15.50.05.13-261008-0975``."""

    pattern = rf"(?:{AgencyCode.pattern})-(?:[0-9]{{6}}|[0-9]{{8}})-[0-9]{{4,7}}"
    example = "H15.50.05.13-261008-0975"
    name_en = "dossier number"
    name_vi = "Mã hồ sơ"

    @property
    def agency(self) -> AgencyCode:
        """The agency that gave it."""
        return AgencyCode(self.value.partition("-")[0])

    @property
    def canonical(self) -> Self:
        """The same number with the agency's code as decision 20/2020 writes it."""
        return type(self)(f"{self.agency.canonical}-{self.value.partition('-')[2]}")

    @property
    def forms(self) -> tuple[Self, ...]:
        """Every way this number is written: in its canonical form, and in the older one where the agency has that."""
        running = self.value.partition("-")[2]
        return tuple(type(self)(f"{agency}-{running}") for agency in self.agency.forms)

    def is_same(self, other: "DossierNumber") -> bool:
        """Return whether both are one dossier's number, whichever form the agency's code has in each."""
        return self.canonical == other.canonical


class ProcedureCode(_Code):
    """Code of an administrative procedure, e.g. ``1.001193``; the portal's long form adds the agency."""

    pattern = r"[123]\.[0-9]{6}(?:\.[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Y][0-9]{2})?"
    example = "1.001193"
    name_en = "procedure code"
    name_vi = "Mã thủ tục hành chính"

    @property
    def national(self) -> Self:
        """The same procedure's code without the agency."""
        return type(self)(self.value[:8])


class ResultCode(_Code):
    """Code of a kind of result paper, e.g. ``KQ.G15.000031`` (birth certificate)."""

    pattern = r"KQ\.[A-Z][0-9]{2}\.[0-9]{6}"
    example = "KQ.G15.000031"
    name_en = "result code"
    name_vi = "Mã kết quả"


_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class PaperId(_Code):
    """Identifier of a paper in this store: 16 letters and digits of Crockford's alphabet (80 random bits)."""

    pattern = r"[0-9a-hjkmnp-tv-z]{16}"
    example = "3f9k2m7x8c4v5b6n"
    name_en = "paper identifier"
    name_vi = "Mã giấy tờ trong kho"

    @classmethod
    def new(cls) -> Self:
        """Return a fresh random identifier."""
        return cls("".join(secrets.choice(_ALPHABET) for _ in range(16)))

    @classmethod
    def derived(cls, *parts: str) -> Self:
        """Return the identifier that stands for ``parts``: the same for the same, no two alike in practice."""
        number = int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:10])
        return cls("".join(_ALPHABET[number >> shift & 31] for shift in range(75, -1, -5)))


class ReuseReference(_Code):
    """Reference of one use of a paper in another dossier: 16 letters and digits, as a paper's identifier."""

    pattern = PaperId.pattern
    example = "7q2w9r4t6y8v0bzx"
    name_en = "reuse reference"
    name_vi = "Mã lần dùng lại"

    @classmethod
    def new(cls) -> Self:
        """Return a fresh random reference."""
        return cls("".join(secrets.choice(_ALPHABET) for _ in range(16)))
