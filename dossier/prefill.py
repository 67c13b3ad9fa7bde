"""Prefilling a form: what the owner's papers say of the owner, with the place where each says it.

Nothing is decided here: where papers contradict each other all that they say is told, and a person decides. A paper
speaks of its owner only where it says so itself: the side of a marriage certificate with the owner's number, the person
with that number on any other paper; a paper without a number, the person of the same name.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dossier.errors import InvalidOwnerNumber, InvalidValue
from dossier.facts import Fact, comparable, known_facts
from dossier.identifiers import OwnerNumber
from dossier.paper_types import FieldRule, OwnerFields, PaperType
from dossier.papers import Field, Paper
from dossier.values import parse_value

_YEAR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Saying:
    """One place where a paper says a fact of its owner.

    Attributes:
        fact: What. value: Canonical text of it. paper: Where. field: The field that says it. rule: How it is declared.
    """

    fact: Fact
    value: str
    paper: Paper
    field: Field
    rule: FieldRule

    def age_days(self, on: dt.date) -> int | None:
        """Return how many days before ``on`` the paper was issued; ``None`` if that is not known."""
        return (on - self.paper.issued_on).days if self.paper.issued_on else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of one fact.

    Attributes:
        fact: Which. values: The distinct values, in the order of the papers, each with all places that say it; none if
            no paper says it, several if papers contradict each other.
    """

    fact: Fact
    values: tuple[tuple[Saying, ...], ...]

    @property
    def is_known(self) -> bool:
        """Whether all papers that say it agree."""
        return len(self.values) == 1

    @property
    def is_conflict(self) -> bool:
        """Whether they do not: a person must decide."""
        return len(self.values) > 1


def answer(fact: Fact, sayings: Sequence[Saying]) -> Answer:
    """Return what is known of ``fact`` from all that an owner's papers say; a day also says its year."""
    told = [one for one in sayings if one.fact.code == fact.code]
    told += [
        Saying(fact, one.value[:_YEAR_DIGITS], one.paper, one.field, one.rule)
        for one in sayings
        if one.fact.code == fact.year_of
    ]
    values: dict[str, list[Saying]] = {}
    for one in told:
        values.setdefault(comparable(fact.value, one.value), []).append(one)
    return Answer(fact, tuple(map(tuple, values.values())))


def sayings(
    papers: Sequence[Paper], types: Mapping[str, PaperType], numbers: Collection[OwnerNumber]
) -> tuple[Saying, ...]:
    """Return all that papers say of one owner, in their order.

    Args:
        papers: That may be used again.
        types: The catalogue of paper types.
        numbers: All numbers of the owner.
    """
    typed = [(paper, kind) for paper in papers if (kind := types.get(paper.paper_type or ""))]
    own = {number.value for number in numbers}
    sides = [(paper, kind, _numbered_side(paper, kind, own)) for paper, kind in typed]
    names = {_name(paper, side) for paper, _, side in sides if side} - {None}
    names |= {
        comparable("person_name", paper.owner.name)
        for paper in papers
        if paper.owner and paper.owner.name and paper.owner.number in numbers
    }
    found: list[Saying] = []
    for paper, kind, numbered in sides:
        side = numbered or _named_side(paper, kind, names)
        if side is not None:
            found.extend(_said(paper, kind, side))
    return tuple(found)


def _numbered_side(paper: Paper, kind: PaperType, own: Collection[str]) -> OwnerFields | None:
    """Return the side of a paper that has one of the owner's numbers."""
    return next((side for side in kind.owners if _value(paper, side.number) in own), None)


def _named_side(paper: Paper, kind: PaperType, names: Collection[str | None]) -> OwnerFields | None:
    """Return the one side of a paper that has no number and the owner's name; with two of that name, neither."""
    fitting = [side for side in kind.owners if _value(paper, side.number) is None and _name(paper, side) in names]
    return fitting[0] if len(fitting) == 1 and _name(paper, fitting[0]) else None


def _name(paper: Paper, side: OwnerFields) -> str | None:
    name = _value(paper, side.name)
    return comparable("person_name", name) if name else None


def _value(paper: Paper, key: str | None) -> str | None:
    field = paper.field(key) if key else None
    return field.value if field else None


def _said(paper: Paper, kind: PaperType, side: OwnerFields) -> Iterator[Saying]:
    for code, key in side.facts:
        rule, fact = kind.rule(key), known_facts()[code]
        for field in paper.fields:
            if rule is not None and field.key == key and field.value is not None and _is_of_kind(rule, fact, field):
                yield Saying(fact, field.value, paper, field, rule)


def _is_of_kind(rule: FieldRule, fact: Fact, field: Field) -> bool:
    """Tell whether a value of a field of several kinds, an owner's number, is of the fact's kind."""
    if rule.value == fact.value:
        return True
    try:
        parse_value(fact.value, field.value or "")
    except (InvalidValue, InvalidOwnerNumber):
        return False
    return True
