"""Procedures: which papers a dossier of each consists of, and which of them must be digitized."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from dossier.errors import InvalidIdentifier
from dossier.identifiers import ProcedureCode
from dossier.text import nfc
from dossier.toml_tables import Table


@dataclass(frozen=True, slots=True)
class Component:
    """A paper that belongs to a dossier.

    Attributes:
        name: As the procedure lists it, NFC. paper_type: Code in the catalogue.
        must_digitize: Whether the published list names it. copies: How many are handed in.
    """

    name: str
    paper_type: str
    must_digitize: bool = True
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Procedure:
    """An administrative procedure.

    Attributes:
        code: In the national database of procedures. name: NFC. components: What is handed in.
        result_type: Paper type of what is issued; ``None`` if it issues no paper.
        on_the_spot: Received, examined, approved and returned at the counter in one visit.
    """

    code: ProcedureCode
    name: str
    components: tuple[Component, ...] = ()
    result_type: str | None = None
    on_the_spot: bool = False

    def missing(self, paper_types: Iterable[str]) -> tuple[Component, ...]:
        """Return the components to be digitized of which no paper of their type is among ``paper_types``."""
        present = set(paper_types)
        return tuple(c for c in self.components if c.must_digitize and c.paper_type not in present)


def load_procedures(*extra_files: Path) -> Mapping[str, Procedure]:
    """Return the procedures by code.

    Args:
        *extra_files: Further TOML files in the form of ``dossier/catalogue/procedures.toml``; a code there replaces
            ours.

    Raises:
        ConfigurationError: A file breaks the schema; the message names the file and the key.
    """
    procedures: dict[str, Procedure] = {}
    for path in (files("dossier") / "catalogue" / "procedures.toml", *extra_files):
        procedures |= _of_file(path)
    return MappingProxyType(procedures)


def _of_file(path: Path | Traversable) -> dict[str, Procedure]:
    table = Table.of_file(path)
    procedures = [_procedure(entry) for entry in table.tables("procedures")]
    table.finish()
    return {procedure.code.value: procedure for procedure in procedures}


def _procedure(table: Table) -> Procedure:
    try:
        code = ProcedureCode(table.text("code"))
    except InvalidIdentifier as fault:
        raise table.fault("code", str(fault)) from None
    procedure = Procedure(
        code=code,
        name=nfc(table.text("name")),
        components=tuple(_component(entry) for entry in table.tables("components")),
        result_type=table.optional_text("result_type"),
        on_the_spot=table.flag("on_the_spot", default=False),
    )
    table.finish()
    return procedure


def _component(table: Table) -> Component:
    component = Component(
        name=nfc(table.text("name")),
        paper_type=table.text("paper_type"),
        must_digitize=table.flag("must_digitize", default=True),
        copies=table.whole("copies", default=1),
    )
    if component.copies < 1:
        raise table.fault("copies", "must be at least 1")
    table.finish()
    return component
