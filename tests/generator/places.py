"""Invented places and agencies: communes put together from common syllables, in provinces that exist."""

import random
from dataclasses import dataclass
from typing import Self

from dossier.identifiers import province_names

_FIRST = (
    "An",
    "Bình",
    "Đông",
    "Hòa",
    "Long",
    "Mỹ",
    "Ngọc",
    "Phú",
    "Phước",
    "Quảng",
    "Sơn",
    "Tân",
    "Thạnh",
    "Thượng",
    "Vĩnh",
)
_SECOND = (
    "Cẩm",
    "Điền",
    "Hải",
    "Hưng",
    "Khê",
    "Lạc",
    "Lĩnh",
    "Lộc",
    "Nghĩa",
    "Ninh",
    "Phong",
    "Quý",
    "Thịnh",
    "Thủy",
    "Trạch",
)
_THIRD = ("Bắc", "Nam", "Đông", "Tây", "Thượng", "Hạ")
_STREETS = (
    *(
        "Hoa Phượng",
        "Bờ Sông",
        "Lúa Mới",
        "Ao Sen",
        "Gốc Gạo",
        "Cây Đa",
        "Đồi Thông",
        "Suối Mơ",
        "Bến Cũ",
        "Giếng Ngọc",
    ),
    *("Ruộng Bậc Thang", "Vườn Ươm", "Chợ Phiên", "Hàng Dừa", "Mỏ Đá", "Đình Làng"),
)
_HAMLETS = (
    "Thượng",
    "Hạ",
    "Trung",
    "Đoài",
    "Chùa",
    "Nội",
    "Ngoại",
    "Bãi",
    "Mới",
    "Quýt",
    "Trầm",
    "Đồng Mận",
    "Cầu Ván",
    "Rặng Tre",
)
DEPARTMENTS = {
    "SNV": ("SỞ NỘI VỤ",),
    "STP": ("SỞ TƯ PHÁP",),
    "SYT": ("SỞ Y TẾ",),
    "SXD": ("SỞ XÂY DỰNG",),
    "SGDĐT": ("SỞ GIÁO DỤC", "VÀ ĐÀO TẠO"),
    "SNNMT": ("SỞ NÔNG NGHIỆP", "VÀ MÔI TRƯỜNG"),
}
"""Departments of a province, in header lines, by the symbol in their document numbers."""

_CITIES = {"001", "031", "046", "048", "079", "092"}


@dataclass(frozen=True, slots=True)
class Commune:
    """An invented commune or ward.

    Attributes:
        kind: ``xã`` or ``phường``. province_code: Three digits of the citizen number's catalogue.
    """

    kind: str
    name: str
    province_code: str

    @classmethod
    def invent(cls, rng: random.Random, share: slice = slice(None)) -> Self:
        """Return a commune of two or three syllables somewhere in the country; ``share`` of the names are used."""
        name = f"{rng.choice(_FIRST[share])} {rng.choice(_SECOND[share])}"
        if rng.random() < 0.25:
            name += " " + rng.choice(_THIRD[share])
        return cls(rng.choice(("xã", "xã", "phường")), name, rng.choice(sorted(province_names())[share]))

    @property
    def province(self) -> str:
        """The province's name without its kind."""
        return province_names()[self.province_code].removeprefix("Thành phố ")

    @property
    def province_kind(self) -> str:
        """``tỉnh`` or ``thành phố``."""
        return "thành phố" if self.province_code in _CITIES else "tỉnh"

    @property
    def full(self) -> str:
        """``xã Tân Lộc, tỉnh Nghệ An``."""
        return f"{self.kind} {self.name}, {self.province_kind} {self.province}"

    @property
    def titled(self) -> str:
        """``Xã Tân Lộc``, to begin a line with."""
        return f"{self.kind.capitalize()} {self.name}"

    def invent_address(self, rng: random.Random) -> str:
        """Return an address below the commune, with it."""
        if self.kind == "phường":
            below = f"Số {rng.randint(1, 240)} đường {rng.choice(_STREETS)}, tổ dân phố {rng.randint(1, 12)}"
        else:
            below = f"Thôn {rng.choice(_HAMLETS)}" if rng.random() < 0.7 else f"Xóm {rng.randint(1, 14)}"
        return f"{below}, {self.full}"


@dataclass(frozen=True, slots=True)
class Agency:
    """An invented agency that issues papers.

    Attributes:
        superior: Line above its name, or empty. name: In capitals, one or two lines of the header.
        symbol: In the number-symbol, e.g. ``UBND``. seat: Place name of the date line. head, deputy: Offices, capitals.
        acts_for: ``TM. …`` line of a collective body, or empty.
    """

    superior: str
    name: tuple[str, ...]
    symbol: str
    seat: str
    head: str
    deputy: str
    acts_for: str
    commune: Commune

    @property
    def full(self) -> str:
        """Its name in capitals on one line."""
        return " ".join(self.name)

    @property
    def spoken(self) -> str:
        """Its name inside a sentence."""
        place = self.commune
        if self.acts_for:
            return f"Ủy ban nhân dân {place.kind} {place.name}"
        words = self.full.capitalize().removeprefix("Sở ")
        return "Sở " + " và ".join(part[0].upper() + part[1:] for part in words.split(" và "))

    @property
    def ring(self) -> tuple[str, str]:
        """Text around its seal: above and below."""
        return self.full, f"{self.commune.province_kind} {self.commune.province}".upper()


def peoples_committee(commune: Commune) -> Agency:
    """Return the commune's people's committee."""
    return Agency(
        superior="",
        name=("ỦY BAN NHÂN DÂN", f"{commune.kind} {commune.name}".upper()),
        symbol="UBND",
        seat=commune.name,
        head="CHỦ TỊCH",
        deputy="PHÓ CHỦ TỊCH",
        acts_for="TM. ỦY BAN NHÂN DÂN",
        commune=commune,
    )


def department(commune: Commune, symbol: str) -> Agency:
    """Return the department with ``symbol`` (a key of ``DEPARTMENTS``) of the commune's province."""
    return Agency(
        superior=f"UBND {commune.province_kind} {commune.province}".upper(),
        name=DEPARTMENTS[symbol],
        symbol=symbol,
        seat=commune.province,
        head="GIÁM ĐỐC",
        deputy="PHÓ GIÁM ĐỐC",
        acts_for="",
        commune=commune,
    )
