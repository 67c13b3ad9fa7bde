"""How long papers are kept: classes as data, each with the law it rests on.

A paper type names its class. A class holds for years counted from the day a paper was confirmed, or permanently. Before
its end a paper is neither disposed of nor erased, whoever asks (law on archives 33/2024/QH15; law on the protection of
personal data 91/2025/QH15 leaves what other laws order to be kept). Periods are to be confirmed by a person: see
``confirmed`` in ``dossier/catalogue/retention.toml``.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from dossier.paper_types import months_after
from dossier.text import nfc
from dossier.toml_tables import CATALOGUE, Table, read_file

GENERAL = "general"
"""Class of types that name none, and of papers whose type is not known."""


@dataclass(frozen=True, slots=True)
class RetentionClass:
    """For how long papers are kept.

    Attributes:
        code: Kebab case, stable. name_vi, name_en: Its names.
        years: From the day of confirmation; ``None``: permanently.
        legal_basis: Where that comes from. confirmed: Whether a person compared it with the text of the law.
    """

    code: str
    name_vi: str
    name_en: str
    years: int | None
    legal_basis: str
    confirmed: bool

    def ends(self, day: dt.date) -> dt.date | None:
        """Return the first day on which a paper confirmed on ``day`` need not be kept any more; ``None``: never."""
        return None if self.years is None else months_after(day, 12 * self.years)


@cache
def retention_classes() -> Mapping[str, RetentionClass]:
    """Return the classes by code.

    Raises:
        ConfigurationError: The catalogue's file breaks the schema.
    """
    return MappingProxyType({one.code: one for one in read_file(CATALOGUE / "retention.toml", _classes)})


def _classes(table: Table) -> tuple[RetentionClass, ...]:
    found = table.each("class", _class)
    codes = [one.code for one in found]
    table.require_distinct("class", codes)
    if GENERAL not in codes:
        raise table.fault("class", f"must declare '{GENERAL}'")
    return found


def _class(table: Table) -> RetentionClass:
    permanent = table.flag("permanent", default=False)
    years = None if permanent else table.whole("years")
    if years is not None and years < 1:
        raise table.fault("years", "must be at least 1")
    return RetentionClass(
        code=table.text("code"),
        name_vi=nfc(table.text("name_vi")),
        name_en=table.text("name_en"),
        years=years,
        legal_basis=nfc(table.text("legal_basis")),
        confirmed=table.flag("confirmed", default=False),
    )
