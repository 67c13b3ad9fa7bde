"""Facts: what papers say of their owners and forms ask of them, by one name each.

The name on an identity card and the child's name on a birth certificate are the same fact of the same person. Papers of
one owner may contradict each other; whether two values are the same is told here, which of them is right is not.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from dossier.errors import InvalidValue
from dossier.text import nfc
from dossier.toml_tables import CATALOGUE, Table, read_file
from dossier.values import VALUE_KINDS

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TEXTS = frozenset({"text", "foreign_name", "place", "person_name", "nationality", "ethnic_group"})
"""Kinds of values that may be written in more than one way."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that may be known of an owner.

    Attributes:
        code: Snake case, stable; of somebody who belongs to the owner with the relation before: ``father.full_name``.
        name_vi, name_en: What people call it.
        value: Its kind, a key of :data:`dossier.values.VALUE_KINDS`.
        year_of: Code of the fact, a day, that says this year too.
    """

    code: str
    name_vi: str
    name_en: str
    value: str
    year_of: str | None = None


@cache
def known_facts() -> Mapping[str, Fact]:
    """Return all facts by code.

    Raises:
        ConfigurationError: The catalogue's file breaks the schema.
    """
    return MappingProxyType(read_file(CATALOGUE / "facts.toml", _facts))


def _facts(table: Table) -> dict[str, Fact]:
    relations, own = table.table("relations"), table.each("facts", _fact)
    table.require_distinct("facts", [fact.code for fact in own])
    facts = {fact.code: fact for fact in own}
    for relation in relations:
        of_whom_vi, of_whom_en = _named(relations.table(relation))
        for fact in own:
            code = f"{relation}.{fact.code}"
            facts[code] = Fact(
                code,
                f"{fact.name_vi} {of_whom_vi}",
                f"{fact.name_en} ({of_whom_en})",
                fact.value,
                f"{relation}.{fact.year_of}" if fact.year_of else None,
            )
    return facts


def find_fact(code: str) -> Fact:
    """Return the fact named ``code``.

    Raises:
        InvalidValue: There is none.
    """
    fact = known_facts().get(code)
    if fact is None:
        raise InvalidValue(key="fact", reason="no such fact", reason_vi="không có thông tin này trong danh mục")
    return fact


def comparable(kind: str, value: str) -> str:
    """Return what two values have in common exactly if they say the same.

    Names and places are the same in capitals, with other spaces and punctuation, and with the tone mark on the other
    vowel ("Hòa", "Hoà"); another mark makes another name. Other values are canonical as they are.

    Args:
        kind: A key of :data:`dossier.values.VALUE_KINDS`.
        value: Canonical text of such a value.
    """
    if kind not in _TEXTS:
        return value
    return " ".join(_spelling(word) for word in re.findall(r"\w+", nfc(value).casefold()))


def _spelling(word: str) -> str:
    """Return a word's letters with their own marks, and its tones behind them."""
    parts = unicodedata.normalize("NFD", word)
    letters = "".join(c for c in parts if c not in _TONES)
    return unicodedata.normalize("NFC", letters) + "".join(sorted(c for c in parts if c in _TONES))


def _fact(table: Table) -> Fact:
    fact = Fact(
        code=table.text("code"),
        name_vi=nfc(table.text("name_vi")),
        name_en=table.text("name_en"),
        value=table.text("value"),
        year_of=table.optional_text("year_of"),
    )
    if fact.value not in VALUE_KINDS:
        raise table.fault("value", f"must be one of: {', '.join(VALUE_KINDS)}")
    return fact


def _named(table: Table) -> tuple[str, str]:
    names = nfc(table.text("vi")), table.text("en")
    table.finish()
    return names
