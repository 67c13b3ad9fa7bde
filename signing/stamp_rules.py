"""How the stamp of a copy is worded: rules with the day they came into force, kept as data in ``stamp_rules.toml``.

The law that words the stamp changes, and copies stamped before stay as they were; so the rules in force at the moment
of signing decide, and none of their words stands in code.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from dossier.errors import ConfigurationError
from dossier.times import local

_FONT_SIZES = (6.0, 24.0)
_DIRECTIVES = ("%Y", "%m", "%d", "%H", "%M", "%S", "%z")
"""A time of signing says day, second and zone (decree 30/2020/NĐ-CP, Annex I, part II.I.3)."""


class CopyForm(StrEnum):
    """The three forms of a copy (decree 30/2020/NĐ-CP, art. 25)."""

    CERTIFIED = "certified"
    """The whole of an original (sao y)."""
    RECOPIED = "recopied"
    """The whole of a certified copy (sao lục)."""
    EXTRACT = "extract"
    """A part of an original (trích sao)."""


class TimeFormat(StrEnum):
    """How the stamp writes the time of signing; the decree asks for ISO 8601 with Vietnam's zone."""

    ISO = "iso"
    """``2026-11-22T09:15:04+07:00``"""
    DAY_FIRST = "day-first"
    """``22-11-2026 09:15:04 +07:00``, as many agencies write it."""
    DOTTED = "dotted"
    """``22.11.2026 09:15:04 +07:00``, as signing programs in Vietnam write it."""


@dataclass(frozen=True, slots=True)
class StampRules:
    """The wording in force from one day on.

    Attributes:
        in_force: First day, in Vietnam. source: Where the law says so.
        font_size: In points. time_format: What is used unless something else is asked for.
        copy_forms: The words of each form. time_formats: The pattern of each, for ``strftime``.
    """

    in_force: dt.date
    source: str
    font_size: float
    time_format: TimeFormat
    copy_forms: Mapping[CopyForm, str]
    time_formats: Mapping[TimeFormat, str]

    def time_text(self, moment: dt.datetime, time_format: TimeFormat | None = None) -> str:
        """Return the aware ``moment`` as the stamp writes it, in Vietnam's zone."""
        shown = local(moment)
        offset = shown.isoformat()[-len("+07:00") :]
        return shown.strftime(self.time_formats[time_format or self.time_format].replace("%z", offset))


def rules_at(moment: dt.datetime) -> StampRules:
    """Return the rules in force at the aware ``moment``.

    Raises:
        ConfigurationError: There were none yet.
    """
    day = local(moment).date()
    for rules in reversed(_rules()):
        if rules.in_force <= day:
            return rules
    raise ConfigurationError(reason=f"no rule says how a copy of {day} is stamped")


def read_rules(text: str) -> tuple[StampRules, ...]:
    """Return the rules in a TOML ``text``, the oldest first.

    Raises:
        ConfigurationError: A rule lacks something, two begin on one day, or a time does not say all it must.
    """
    try:
        rules = [_rule(table) for table in tomllib.loads(text)["rules"]]
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ConfigurationError(reason=f"the rules of the stamp cannot be read: {error}") from error
    ordered = sorted(rules, key=lambda r: r.in_force)
    if not ordered or len({r.in_force for r in ordered}) < len(ordered):
        raise ConfigurationError(reason="the rules of the stamp need one wording for each day")
    return tuple(ordered)


def _rule(table: dict[str, object]) -> StampRules:
    """Return one table of the file as rules.

    Raises:
        KeyError, TypeError, ValueError: It does not say what it must.
    """
    day, size = table["in_force"], table["font_size"]
    forms, patterns = table["copy_forms"], table["time_formats"]
    if not (type(day) is dt.date and isinstance(size, float) and _FONT_SIZES[0] <= size <= _FONT_SIZES[1]):
        raise ValueError("a day and a size in points are needed")
    if not (isinstance(forms, dict) and isinstance(patterns, dict)):
        raise TypeError("the words and the patterns are tables")
    if lacking := [p for p in patterns.values() if any(p.count(d) != 1 for d in _DIRECTIVES)]:
        raise ValueError(f"a time says day, second and zone, unlike {lacking}")
    return StampRules(
        in_force=day,
        source=str(table["source"]),
        font_size=size,
        time_format=TimeFormat(str(table["time_format"])),
        copy_forms={form: forms[form.value] for form in CopyForm},
        time_formats={time_format: patterns[time_format.value] for time_format in TimeFormat},
    )


@cache
def _rules() -> tuple[StampRules, ...]:
    return read_rules(files("signing").joinpath("stamp_rules.toml").read_text("utf-8"))
