"""Invented companies: names that say a trade, numbers with a right check digit."""

import random
from dataclasses import dataclass
from typing import Self

from stdnum.vn import mst

from dossier.identifiers import TaxCode
from tests.generator import people
from tests.generator.fonts import Subset
from tests.generator.people import Person

_TRADES = (
    ("CHẾ BIẾN NÔNG SẢN", "AGRICULTURAL PRODUCTS"),
    ("XÂY DỰNG VÀ CƠ KHÍ", "CONSTRUCTION AND MECHANICAL"),
    ("VẬN TẢI ĐƯỜNG SÔNG", "RIVER TRANSPORT"),
    ("MAY MẶC XUẤT KHẨU", "GARMENT EXPORT"),
    ("GỐM SỨ MỸ NGHỆ", "FINE CERAMICS"),
    ("THIẾT BỊ ĐIỆN LẠNH", "COOLING EQUIPMENT"),
)
_NAMES = ("LÚA VÀNG", "SÔNG XANH", "BẾN CŨ", "ĐỒI THÔNG", "CÁNH BUỒM", "HOA GẠO", "ĐÁ TRẮNG", "TRE VIỆT")


@dataclass(frozen=True, slots=True)
class Company:
    """An invented company with a single member and its legal representative.

    Attributes:
        name, foreign_name, short_name: As registered, capitals. capital: Charter capital in đồng.
    """

    name: str
    foreign_name: str
    short_name: str
    code: TaxCode
    address: str
    phone: str
    email: str
    capital: int
    head: Person
    title: str

    @classmethod
    def invent(cls, rng: random.Random, subset: Subset) -> Self:
        """Return a company led by an adult of its commune."""
        head = people.invent_person(rng, subset, born=(1960, 1995))
        trade, name = rng.choice(_TRADES), rng.choice(_NAMES)
        digits = ""
        while len(digits + (check := mst.calc_check_digit(digits or "0"))) != 10:
            digits = f"0{rng.randint(1, 6)}{rng.randrange(10**7):07}"
        plain = "".join(word[0] for word in trade[1].split() if word != "AND")
        return cls(
            name=f"CÔNG TY TNHH MỘT THÀNH VIÊN {trade[0]} {name}",
            foreign_name=f"{plain} {trade[1]} ONE MEMBER COMPANY LIMITED",
            short_name=f"{plain} CO., LTD",
            code=TaxCode(digits + check),
            address=head.home.invent_address(rng),
            phone=f"02{rng.randint(3, 9)}{rng.randrange(10**8):08}",
            email=f"lienhe@{plain.lower()}{rng.randint(10, 99)}.example",
            capital=rng.randint(2, 180) * rng.choice((50_000_000, 100_000_000)),
            head=head,
            title=rng.choice(("Giám đốc", "Chủ tịch công ty", "Tổng giám đốc")),
        )
