"""Sentences: the stock of ``stock.toml`` and ``benchstock.toml``, its slots filled: no two papers say the same."""

import datetime as dt
import random
import tomllib
from functools import cache
from importlib.resources import files

from tests.generator import numerals, people, places
from tests.generator.fonts import Subset

_BODY = ("reports", "tasks", "rules", "land", "social", "economy", "letters")


@cache
def stock(use: str, subset: Subset) -> tuple[str, ...]:
    """Return the sentence patterns for ``use`` (a key of ``stock.toml``): every third is kept for ``test``."""
    with files("tests.generator").joinpath("stock.toml").open("rb") as source:
        patterns: list[str] = tomllib.load(source)[use]
    return tuple(p for i, p in enumerate(patterns) if (i % 3 == 2) == (subset == "test"))


@cache
def bench_stock(use: str, subset: Subset) -> tuple[str, ...]:
    """Return what ``benchstock.toml`` keeps for ``use`` on benchmark pages of ``subset``."""
    with files("tests.generator").joinpath("benchstock.toml").open("rb") as source:
        return tuple(tomllib.load(source)[subset][use])


_NOW = dt.date(2025, 6, 30)


def fill(
    pattern: str, rng: random.Random, subset: Subset, *, now: dt.date = _NOW, home: places.Commune | None = None
) -> str:
    """Return ``pattern`` with every slot filled, beginning with a capital.

    Args:
        pattern: From the stock.
        rng: Chance.
        subset: Whose names to use.
        now: The paper's date: ``{date}`` lies before it, ``{due}`` after it.
        home: The commune it speaks of; invented if ``None``.
    """
    date = now - dt.timedelta(days=rng.randrange(5, 700))
    due = now + dt.timedelta(days=rng.randrange(12, 150))
    commune = home or places.Commune.invent(rng)
    person = people.invent_person(rng, subset)
    text = pattern.format(
        agency=places.peoples_committee(commune).spoken,
        area=numerals.grouped(rng.randint(40, 4800)) + rng.choice(("", f",{rng.randint(1, 9)}")),
        commune=f"{commune.kind} {commune.name}",
        date=numerals.long_date(date),
        due=numerals.long_date(due),
        km=f"{rng.randint(0, 18)},{rng.randint(1, 9)}",
        money=numerals.grouped(rng.randint(35, 990) * rng.choice((1_000, 5_000, 50_000))),
        month=rng.randint(1, 12),
        n=f"{rng.randint(2, 15):02}",
        name=person.name,
        nn=rng.randint(16, 90),
        nnn=numerals.grouped(rng.randint(101, 4800)),
        percent=f"{rng.randint(2, 99)},{rng.randint(1, 9)}",
        person=f"{person.title} {person.name}",
        province=f"{commune.province_kind} {commune.province}",
        year=now.year - rng.randint(0, 2),
    )
    return text[0].upper() + text[1:]


def pick(
    use: str,
    count: int,
    rng: random.Random,
    subset: Subset,
    *,
    now: dt.date = _NOW,
    home: places.Commune | None = None,
) -> list[str]:
    """Return ``count`` filled sentences for ``use``, no pattern twice until all have been used; see ``fill``."""
    patterns = list(stock(use, subset))
    chosen: list[str] = []
    while len(chosen) < count:
        chosen += rng.sample(patterns, min(len(patterns), count - len(chosen)))
    return [fill(pattern, rng, subset, now=now, home=home) for pattern in chosen]


def paragraph(rng: random.Random, subset: Subset, *, sentences: int = 3) -> str:
    """Return body text of ``sentences`` sentences on one subject."""
    return " ".join(pick(rng.choice(_BODY), sentences, rng, subset))
