"""Values that people put into forms and tables, by kind."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tests.generator import people, sentences
from tests.generator.fonts import Subset
from tests.generator.numerals import grouped, short_date
from tests.generator.people import Person
from tests.generator.places import Commune

_HAMLETS: Mapping[Subset, tuple[str, ...]] = {
    "dev": ("Thượng", "Đoài", "Chùa", "Bãi", "Quýt", "Đồng Mận", "Cầu Ván", "Rặng Tre", "Nội Đình", "Ao Cả"),
    "test": ("Khe Lạnh", "Bến Gỗ", "Lũng Cao", "Nà Pán", "Suối Đục", "Trại Giữa", "Mỏm Đá", "Gò Sỏi", "Xóm Chiếu"),
}
_RELATIONS: Mapping[Subset, tuple[str, ...]] = {
    "dev": ("Con đẻ", "Vợ", "Cháu nội", "Em ruột"),
    "test": ("Bố đẻ", "Chồng", "Cháu ngoại", "Chị gái"),
}
_GRADES: Mapping[Subset, tuple[str, ...]] = {"dev": ("Tốt", "Khá", "Đạt"), "test": ("A", "B", "C")}
_CODES: Mapping[Subset, tuple[str, ...]] = {"dev": ("YT-{}", "SK{}/TYT", "{}-NVH"), "test": ("NA-{}", "BĐ.{}", "TK {}")}


@dataclass(frozen=True, slots=True)
class Filler:
    """Whose values these are.

    Attributes:
        person: Of the form. home: Where all happens.
    """

    rng: random.Random
    subset: Subset
    home: Commune
    person: Person

    @classmethod
    def draw(cls, rng: random.Random, subset: Subset, home: Commune) -> "Filler":
        """Return a filler for an invented person of ``home``."""
        return cls(rng, subset, home, people.invent_person(rng, subset, home=home))

    def other(self) -> "Filler":
        """Return one for another person of the same place."""
        return Filler.draw(self.rng, self.subset, self.home)

    def value(self, kind: str, row: int = 0) -> str:
        """Return a value of ``kind`` (a key of ``VALUES``); ``row`` is its number in a table."""
        return str(row) if kind == "no" else VALUES[kind](self)


def _sentence(filler: Filler) -> str:
    patterns = [p for p in sentences.bench_stock("clauses", filler.subset) if len(p) < 110]
    return sentences.fill(filler.rng.choice(patterns), filler.rng, filler.subset, home=filler.home)


def _stock(use: str) -> Callable[[Filler], str]:
    return lambda filler: filler.rng.choice(sentences.bench_stock(use, filler.subset))


def _one_of(choices: Mapping[Subset, tuple[str, ...]]) -> Callable[[Filler], str]:
    return lambda filler: filler.rng.choice(choices[filler.subset])


VALUES: Mapping[str, Callable[[Filler], str]] = MappingProxyType(
    {
        "blank": lambda _: "",
        "empty": lambda _: "",
        "name": lambda f: f.person.name,
        "capitals": lambda f: f.person.name.upper(),
        "number": lambda f: f.person.number.value,
        "sex": lambda f: f.person.sex_vi,
        "ethnicity": lambda f: f.person.ethnicity,
        "address": lambda f: f.person.address,
        "date": lambda f: short_date(people.random_date(f.rng, 1962, 2025)),
        "year": lambda f: str(f.rng.randint(1948, 2019)),
        "place": lambda f: f"Thôn {f.rng.choice(_HAMLETS[f.subset])}, {f.home.kind} {f.home.name}",
        "hamlet": _one_of(_HAMLETS),
        "phone": lambda f: f"0{f.rng.randint(3, 9)}{f.rng.randrange(10**8):08}",
        "relation": _one_of(_RELATIONS),
        "grade": _one_of(_GRADES),
        "code": lambda f: f.rng.choice(_CODES[f.subset]).format(f.rng.randint(100, 9999)),
        "count": lambda f: grouped(f.rng.randint(12, 2400)),
        "small": lambda f: str(f.rng.randint(1, 48)),
        "score": lambda f: f"{f.rng.randint(0, 10)},{f.rng.randint(0, 9)}",
        "money": lambda f: grouped(f.rng.randint(12, 9800) * f.rng.choice((500, 1000, 50_000))),
        "area": lambda f: grouped(f.rng.randint(24, 6800)) + f.rng.choice(("", f",{f.rng.randint(1, 9)}")),
        "tick": lambda f: f.rng.choice(("x", "x", "", "P")),
        "phrase": _stock("phrases"),
        "unit": _stock("units"),
        "note": _stock("notes"),
        "sentence": _sentence,
    }
)
"""How a value of each kind in ``benchlayouts.toml`` is made."""
