"""Invented people: names, birth dates, citizen numbers that agree with them, families."""

import datetime as dt
import random
from dataclasses import dataclass

from dossier.identifiers import CitizenNumber, OldIdentityNumber, Sex, province_names
from dossier.values import parse_value
from tests.generator.fonts import Subset
from tests.generator.places import Commune

_SURNAMES = (
    *("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương"),
    *("Lý", "Đinh", "Mai", "Trịnh", "Đoàn", "Lương", "Tạ", "Quách", "Thái", "Cao", "Kiều", "Chử", "Lưu", "Vương", "Tô"),
)
_MIDDLE = {
    Sex.MALE: ("Văn", "Hữu", "Đức", "Quốc", "Minh", "Gia", "Xuân", "Công", "Trọng", "Đình", "Thế", "Bá", "Khắc", "Duy"),
    Sex.FEMALE: ("Thị", "Thị", "Ngọc", "Thùy", "Thanh", "Bích", "Hồng", "Diệu", "Khánh", "Phương", "Mỹ", "Quỳnh"),
}
GIVEN_NAMES: dict[Subset, dict[Sex, tuple[str, ...]]] = {
    "dev": {
        Sex.MALE: (
            *("An", "Bảo", "Cường", "Dũng", "Hiếu", "Hưng", "Khôi", "Long", "Nghĩa", "Phúc", "Quân", "Sơn", "Thắng"),
            *("Tuấn", "Việt", "Vượng", "Đạt", "Lộc", "Nhật", "Trường"),
        ),
        Sex.FEMALE: (
            *("Ánh", "Châu", "Dung", "Hạnh", "Hường", "Lan", "Liễu", "Mận", "Nga", "Nguyệt", "Oanh", "Phượng", "Thảo"),
            *("Thủy", "Tuyết", "Vân", "Yến", "Diễm", "Huệ", "Thắm"),
        ),
    },
    "test": {
        Sex.MALE: (
            *("Bình", "Chiến", "Dương", "Hải", "Hoàng", "Kiên", "Lâm", "Nam", "Phong", "Quyết", "Tâm", "Thịnh", "Tiến"),
            *("Vinh", "Đông", "Giáp", "Khải", "Mạnh", "Sáng", "Thưởng"),
        ),
        Sex.FEMALE: (
            *("Cúc", "Đào", "Giang", "Hằng", "Hiền", "Hòa", "Kiều", "Linh", "Loan", "Mai", "Ngân", "Nhung", "Quyên"),
            *("Tâm", "Thơm", "Trang", "Trúc", "Uyên", "Xuyến", "Bưởi"),
        ),
    },
}
"""By subset and sex."""
ETHNICITIES = ("Kinh", "Kinh", "Kinh", "Kinh", "Tày", "Thái", "Mường", "Khmer", "Nùng", "Ê Đê", "Hoa", "Chăm")
"""Ethnic groups as papers print them."""


@dataclass(frozen=True, slots=True)
class Person:
    """An invented person.

    Attributes:
        name: In ordinary spelling, family name first. number: Agrees with ``sex`` and ``birth_date``.
        ethnicity: As printed.
        old_number: Nine digits, for those grown up before 2016. card_issued_on: ``None`` for children.
    """

    name: str
    sex: Sex
    birth_date: dt.date
    number: CitizenNumber
    ethnicity: str
    home: Commune
    address: str
    old_number: OldIdentityNumber | None = None
    card_issued_on: dt.date | None = None

    @property
    def sex_vi(self) -> str:
        """As printed."""
        return {Sex.MALE: "Nam", Sex.FEMALE: "Nữ"}[self.sex]

    @property
    def ethnic_group(self) -> str:
        """The official name of the ethnic group."""
        return parse_value("ethnic_group", self.ethnicity)

    @property
    def title(self) -> str:
        """Ông or bà."""
        return {Sex.MALE: "ông", Sex.FEMALE: "bà"}[self.sex]


@dataclass(frozen=True, slots=True)
class Family:
    """Parents and a child that lives with them."""

    mother: Person
    father: Person
    child: Person


def invent_name(rng: random.Random, sex: Sex, subset: Subset, *, surname: str | None = None) -> str:
    """Return a name of two to four syllables."""
    middle = rng.choice(_MIDDLE[sex])
    given = rng.choice(GIVEN_NAMES[subset][sex])
    if rng.random() < 0.2:
        middle += " " + rng.choice([m for m in _MIDDLE[sex] if m not in {"Thị", middle}])
    return f"{surname or rng.choice(_SURNAMES)} {middle} {given}"


def invent_number(rng: random.Random, sex: Sex, birth_date: dt.date, province: str | None = None) -> CitizenNumber:
    """Return a valid citizen number for a person born on ``birth_date`` (1900 to 2399)."""
    place = province or rng.choice(sorted(province_names()))
    century = 2 * (birth_date.year // 100 - 19) + (sex is Sex.FEMALE)
    return CitizenNumber(f"{place}{century}{birth_date.year % 100:02}{rng.randrange(10**6):06}")


def random_date(rng: random.Random, first: int, last: int) -> dt.date:
    """Return a day of the years ``first`` to ``last``."""
    start, end = dt.date(first, 1, 1), dt.date(last, 12, 31)
    return start + dt.timedelta(days=rng.randrange((end - start).days + 1))


def invent_person(
    rng: random.Random,
    subset: Subset,
    *,
    sex: Sex | None = None,
    home: Commune | None = None,
    born: tuple[int, int] = (1956, 2004),
) -> Person:
    """Return an adult born in the years ``born``."""
    sex = sex or rng.choice(list(Sex))
    home = home or Commune.invent(rng)
    birth_date = random_date(rng, *born)
    return Person(
        name=invent_name(rng, sex, subset),
        sex=sex,
        birth_date=birth_date,
        number=invent_number(rng, sex, birth_date, home.province_code),
        ethnicity=rng.choice(ETHNICITIES),
        home=home,
        address=home.invent_address(rng),
        old_number=OldIdentityNumber(f"{rng.randrange(10**8, 4 * 10**8)}") if birth_date.year < 1998 else None,
        card_issued_on=random_date(rng, 2021, 2024),
    )


def invent_family(rng: random.Random, subset: Subset) -> Family:
    """Return parents and a child born 2019 to 2025, all of one commune."""
    home = Commune.invent(rng)
    mother = invent_person(rng, subset, sex=Sex.FEMALE, home=home, born=(1985, 2000))
    father = invent_person(rng, subset, sex=Sex.MALE, home=home, born=(1980, 1998))
    sex, birth_date = rng.choice(list(Sex)), random_date(rng, 2019, 2025)
    child = Person(
        name=invent_name(rng, sex, subset, surname=father.name.split(maxsplit=1)[0]),
        sex=sex,
        birth_date=birth_date,
        number=invent_number(rng, sex, birth_date, home.province_code),
        ethnicity=father.ethnicity,
        home=home,
        address=mother.address,
    )
    return Family(mother, father, child)
