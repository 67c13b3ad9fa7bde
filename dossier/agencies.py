"""Agencies as data: their names, from when to when they exist, and who took over from those that ended.

An agency's code says what lies above it (``H41.12.5`` in ``H41.12`` in ``H41``, decision 20/2020/QD-TTg), so the tree
needs no table; what needs one is time: districts ended on 1 July 2025 and provinces merged. Written as TOML, one
``[[agency]]`` each; an installation names its own in a file (setting ``agencies_file``).
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from dossier.errors import ConfigurationError
from dossier.identifiers import AgencyCode
from dossier.text import nfc
from dossier.toml_tables import CATALOGUE, Table, read_file


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency.

    Attributes:
        code: Canonical. name: In Vietnamese. valid_from, valid_to: Days, both included; ``None``: open.
        successor: Who took over after ``valid_to``.
    """

    code: AgencyCode
    name: str
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    successor: AgencyCode | None = None


class Agencies:
    """All agencies that are named; others are known by their codes alone.

    Raises:
        ConfigurationError: Two have one code, or successors lead in a circle.
    """

    def __init__(self, agencies: Iterable[Agency]) -> None:
        self._by_code: dict[AgencyCode, Agency] = {}
        for agency in agencies:
            if agency.code in self._by_code:
                raise ConfigurationError(reason=f"agency {agency.code} is declared twice")
            self._by_code[agency.code] = agency
        for code in self._by_code:
            self._last_of(code, dt.date.max)

    def name(self, code: AgencyCode) -> str | None:
        """Return an agency's name, if it is declared."""
        found = self._by_code.get(code.canonical)
        return found.name if found else None

    def on(self, code: AgencyCode, day: dt.date) -> AgencyCode:
        """Return the agency that stood for ``code`` on a day: itself, or who had taken over from it by then."""
        return self._last_of(code.canonical, day)

    def _last_of(self, code: AgencyCode, day: dt.date) -> AgencyCode:
        seen = {code}
        while (agency := self._by_code.get(code)) and agency.successor and agency.valid_to and day > agency.valid_to:
            code = agency.successor.canonical
            if code in seen:
                raise ConfigurationError(reason=f"the successors of agency {agency.code} lead in a circle")
            seen.add(code)
        return code


def load_agencies(extra: Path | None = None) -> Agencies:
    """Return the agencies of the catalogue, and those of a file of the same form; the file's take precedence.

    Raises:
        ConfigurationError: A file breaks the schema.
    """
    known: dict[AgencyCode, Agency] = {}
    for path in (CATALOGUE / "agencies.toml", *([extra] if extra else [])):
        known |= _of_file(path)
    return Agencies(known.values())


def above(code: AgencyCode) -> tuple[AgencyCode, ...]:
    """Return the codes of what an agency lies in, itself last: ``H41``, ``H41.12``, ``H41.12.5``."""
    levels = code.levels
    return tuple(AgencyCode(".".join(levels[: count + 1])) for count in range(len(levels)))


def _of_file(path: Path | Traversable) -> Mapping[AgencyCode, Agency]:
    if not path.is_file():
        raise ConfigurationError(reason=f"there is no file of agencies named '{path.name}'")
    return {agency.code: agency for agency in read_file(path, _agencies)}


def _agencies(table: Table) -> tuple[Agency, ...]:
    found = table.each("agency", _agency)
    table.require_distinct("agency", [agency.code for agency in found])
    return found


def _agency(table: Table) -> Agency:
    agency = Agency(
        code=table.parsed("code", AgencyCode).canonical,
        name=nfc(table.text("name")),
        valid_from=table.date("valid_from"),
        valid_to=table.date("valid_to"),
        successor=table.parsed("successor", AgencyCode).canonical if table.has("successor") else None,
    )
    if agency.successor and agency.valid_to is None:
        raise table.fault("successor", "needs 'valid_to'")
    return agency
