"""Administrative procedures as data: which components a dossier of one consists of, and which papers those are.

Procedures are written as TOML, one file each in ``dossier/catalogue/procedures/``; a province adds its own, or replaces
one by code and version, in a folder of files of the same form (setting ``procedures_dir``). A procedure has versions
with dates in force, because decisions of the ministries change it. Source: the national database of administrative
procedures (decree 63/2010/ND-CP as amended), and the lists of components that must be digitized which decree
107/2021/ND-CP art. 21a asks every province for.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from dossier import times
from dossier.errors import UnknownProcedure
from dossier.identifiers import ProcedureCode
from dossier.roles import Role, read_roles
from dossier.text import nfc
from dossier.toml_tables import CATALOGUE, Table, read_file, toml_files


@dataclass(frozen=True, slots=True)
class Component:
    """One thing an applicant hands in.

    Attributes:
        code: Unique within the procedure: the national code of the component, or one of the province's own.
        name_vi, name_en: What people call it.
        paper_types: Codes of the paper types any of which serves; none where the catalogue knows no such type.
        must_digitize: Whether it is on the list of components that must be digitized.
        roles: Codes of the roles whose owner's papers serve; none: any owner's.
    """

    code: str
    name_vi: str
    name_en: str
    paper_types: tuple[str, ...] = ()
    must_digitize: bool = True
    roles: tuple[str, ...] = ()

    def is_of(self, role: str | None) -> bool:
        """Return whether papers of an owner of this role serve; of one whose role is not said they do."""
        return role is None or not self.roles or role in self.roles


@dataclass(frozen=True, slots=True)
class Procedure:
    """One version of one procedure.

    Attributes:
        code: Without the agency. name_vi, name_en: Its names.
        version: From 1. in_force_from, in_force_to: Days, both included; ``None``: open.
        returns_paper: Whether it ends with a paper for the applicant (figure 4.1 of decision 766/QD-TTg counts those).
        legal_basis: The rules it follows, for people.
        confirmed: Whether a person compared it with the national database; until then it is a proposal.
        components: In the order of the official list.
        roles: What an owner can be in it, where it is about several.
    """

    code: ProcedureCode
    name_vi: str
    name_en: str
    version: int
    returns_paper: bool
    legal_basis: str
    confirmed: bool = False
    in_force_from: dt.date | None = None
    in_force_to: dt.date | None = None
    components: tuple[Component, ...] = ()
    roles: tuple[Role, ...] = ()

    def in_force(self, day: dt.date) -> bool:
        """Return whether this version holds on ``day``."""
        return (self.in_force_from or dt.date.min) <= day <= (self.in_force_to or dt.date.max)

    def component(self, code: str) -> Component | None:
        """Return the component named ``code``."""
        return next((c for c in self.components if c.code == code), None)


def load_procedures(
    *extra_folders: Path, paper_types: Collection[str], on: dt.date | None = None
) -> Mapping[ProcedureCode, Procedure]:
    """Return the procedures in force, by code; of two versions in force the higher one.

    Args:
        *extra_folders: Folders with further ``*.toml`` files; they add procedures, or replace one by code and version.
        paper_types: Codes of the paper types there are.
        on: The day; today in Vietnam if not given.

    Raises:
        ConfigurationError: A file breaks the schema, or names a paper type that is not there.
    """
    day = on or times.today()
    versions: dict[tuple[str, int], Procedure] = {}
    for folder in (CATALOGUE / "procedures", *extra_folders):
        for path in toml_files(folder, "procedures"):
            procedure = read_procedure(path, paper_types)
            versions[procedure.code.value, procedure.version] = procedure
    in_force = sorted((key, p) for key, p in versions.items() if p.in_force(day))
    return MappingProxyType({p.code: p for _, p in in_force})


def find_procedure(procedures: Mapping[ProcedureCode, Procedure], code: ProcedureCode) -> Procedure:
    """Return the procedure of a code, which may be in the portal's long form.

    Raises:
        UnknownProcedure: The catalogue has none.
    """
    found = procedures.get(code.national)
    if found is None:
        raise UnknownProcedure(procedure=code.national)
    return found


def read_procedure(path: Path | Traversable, paper_types: Collection[str]) -> Procedure:
    """Return the procedure that one TOML file declares.

    Raises:
        ConfigurationError: The file breaks the schema, or names a paper type that is not there.
    """
    return read_file(path, lambda table: _procedure(table, paper_types))


def _procedure(table: Table, paper_types: Collection[str]) -> Procedure:
    roles = read_roles(table)
    procedure = Procedure(
        code=_code(table),
        name_vi=nfc(table.text("name_vi")),
        name_en=table.text("name_en"),
        version=table.whole("version"),
        returns_paper=table.flag("returns_paper", default=True),
        legal_basis=nfc(table.text("legal_basis")),
        confirmed=table.flag("confirmed", default=False),
        in_force_from=table.date("in_force_from"),
        in_force_to=table.date("in_force_to"),
        components=table.each("components", lambda one: _component(one, paper_types, [role.code for role in roles])),
        roles=roles,
    )
    table.require_distinct("components", [c.code for c in procedure.components])
    return procedure


def _code(table: Table) -> ProcedureCode:
    code = table.parsed("code", ProcedureCode)
    if code != code.national:
        raise table.fault("code", "must be without the agency")
    return code


def _component(table: Table, paper_types: Collection[str], roles: Collection[str]) -> Component:
    component = Component(
        code=table.matching("code", r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}", "up to 64 letters, digits, dots and dashes"),
        name_vi=nfc(table.text("name_vi")),
        name_en=table.text("name_en"),
        paper_types=table.texts("paper_types"),
        must_digitize=table.flag("must_digitize", default=True),
        roles=table.texts("roles"),
    )
    for code in component.paper_types:
        if code not in paper_types:
            raise table.fault("paper_types", f"names '{code}', which the catalogue of paper types does not have")
    for role in component.roles:
        if role not in roles:
            raise table.fault("roles", f"names '{role}', which the procedure does not have")
    return component
