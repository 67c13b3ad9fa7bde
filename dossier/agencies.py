"""Agencies: who digitizes and who decides, with the days on which they existed.

Codes follow decision 20/2020/QĐ-TTg. The two-tier government of 2025 abolished districts and merged provinces, so an
agency has a last day and may have a successor; papers keep the agency they were issued by.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from dossier.errors import InvalidIdentifier
from dossier.identifiers import AgencyCode
from dossier.text import nfc
from dossier.toml_tables import Table


class AgencyLevel(StrEnum):
    """Administrative level, by which indicators are counted (decision 766/QĐ-TTg)."""

    MINISTRY = "ministry"
    PROVINCE = "province"
    DISTRICT = "district"
    """Until 30 June 2025."""
    COMMUNE = "commune"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Agency:
    """One agency.

    Attributes:
        code: Its electronic identifier. name: As its papers print it, NFC. level: Where it stands.
        from_day, to_day: First and last day, both included; ``None``: open. successor: Who took over its work.
    """

    code: AgencyCode
    name: str
    level: AgencyLevel
    from_day: dt.date | None = None
    to_day: dt.date | None = None
    successor: AgencyCode | None = None

    def exists_on(self, day: dt.date) -> bool:
        """Return whether the agency existed on ``day``."""
        return (self.from_day or dt.date.min) <= day <= (self.to_day or dt.date.max)


def load_agencies(*extra_files: Path) -> Mapping[str, Agency]:
    """Return the agencies by code.

    Args:
        *extra_files: Further TOML files in the form of ``dossier/catalogue/agencies.toml``; a code there replaces ours.

    Raises:
        ConfigurationError: A file breaks the schema; the message names the file and the key.
    """
    agencies: dict[str, Agency] = {}
    for path in (files("dossier") / "catalogue" / "agencies.toml", *extra_files):
        agencies |= _of_file(path)
    return MappingProxyType(agencies)


def _of_file(path: Path | Traversable) -> dict[str, Agency]:
    table = Table.of_file(path)
    agencies = [_agency(entry) for entry in table.tables("agencies")]
    table.finish()
    return {agency.code.value: agency for agency in agencies}


def _agency(table: Table) -> Agency:
    successor = table.optional_text("successor")
    try:
        level = AgencyLevel(table.text("level"))
    except ValueError:
        raise table.fault("level", f"must be one of: {', '.join(AgencyLevel)}") from None
    try:
        agency = Agency(
            code=AgencyCode(table.text("code")),
            name=nfc(table.text("name")),
            level=level,
            from_day=table.date("from_day"),
            to_day=table.date("to_day"),
            successor=AgencyCode(successor) if successor else None,
        )
    except InvalidIdentifier as fault:
        raise table.fault("code", str(fault)) from None
    table.finish()
    return agency
