"""What the papers say: patterns of ``stock.toml``, their slots filled; people, places and dates."""

import random
import re
import tomllib
from collections.abc import Callable
from functools import cache
from html import escape
from importlib.resources import files

_Write = Callable[[], str]


@cache
def stock(use: str) -> tuple[str, ...]:
    """Return what ``stock.toml`` keeps for ``use``."""
    with files("tests.press").joinpath("stock.toml").open("rb") as source:
        return tuple(tomllib.load(source)[use])


def grouped(number: int) -> str:
    """Return ``number`` with a point between thousands."""
    return f"{number:,}".replace(",", ".")


class Pen:
    """Chance that writes Vietnamese; every text is escaped for HTML.

    Attributes:
        rng: Chance. commune, village, province: Where the paper comes from.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.commune, self.village, self.province = (
            rng.choice(stock(of)) for of in ("communes", "villages", "provinces")
        )

    def name(self) -> str:
        """Invent a person's name."""
        words = [self.rng.choice(stock(of)) for of in ("surnames", "middles", "givens")]
        if self.rng.random() < 0.15:
            del words[1]
        return " ".join(words)

    def day(self, *, spoken: bool | None = None) -> str:
        """Invent a date, ``spoken`` in words or in figures."""
        day, month, year = self.rng.randint(1, 28), self.rng.randint(1, 12), self.rng.randint(2019, 2027)
        if self.rng.random() < 0.5 if spoken is None else spoken:
            return f"ngày {day:02} tháng {month:02} năm {year}"
        return self.rng.choice((f"{day:02}/{month:02}/{year}", f"{day}/{month}/{year}", f"{day:02}-{month:02}-{year}"))

    def money(self) -> str:
        """Invent a sum in đồng."""
        return grouped(self.rng.randint(7, 900) * self.rng.choice((500, 1000, 10_000, 125_000)))

    def digits(self, count: int) -> str:
        """Invent a number of so many digits, the first not zero."""
        return str(self.rng.randint(1, 9)) + "".join(str(self.rng.randint(0, 9)) for _ in range(count - 1))

    def area(self) -> str:
        """Invent an area in square metres."""
        return f"{grouped(self.rng.randint(38, 3200))},{self.rng.randint(0, 9)}"

    def _slot(self, name: str) -> str:
        if name.strip("n") == "":  # n, nn, nnn: so many digits
            return self.digits(len(name))
        write: dict[str, _Write] = {
            **dict.fromkeys(("village", "commune"), lambda: self.rng.choice(stock(f"{name}s"))),
            **dict.fromkeys(("date", "due"), self.day),
            "hour": lambda: f"{self.rng.randint(6, 17)} giờ {self.rng.choice(('00', '15', '30', '45'))} phút",
            "name": self.name,
            "money": self.money,
            "area": self.area,
            "percent": lambda: f"{self.rng.randint(11, 99)},{self.rng.randint(1, 9)}",
            "year": lambda: str(self.rng.randint(1988, 2026)),
        }
        return write[name]()

    def fill(self, pattern: str) -> str:
        """Return ``pattern`` with its slots filled."""
        return escape(re.sub(r"\{(\w+)\}", lambda slot: self._slot(slot[1]), pattern))

    def one(self, use: str) -> str:
        """Return one of the stock, filled."""
        return self.fill(self.rng.choice(stock(use)))

    def some(self, use: str, count: int) -> list[str]:
        """Return ``count`` of the stock, filled, none twice while there are others."""
        patterns = list[str]()
        while len(patterns) < count:
            patterns += self.rng.sample(stock(use), min(len(stock(use)), count - len(patterns)))
        return [self.fill(pattern) for pattern in patterns]

    def citizen(self) -> str:
        """Invent twelve digits that belong to nobody: no province has the code 099."""
        return f"099{self.digits(9)}"
