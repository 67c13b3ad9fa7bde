"""Accepted reuses: a paper of the store that stands in a later dossier in place of one handed in again.

Sources: decree 107/2021/ND-CP art. 21a, decision 766/QD-TTg figure 4.3 (dossiers with a component used again), and the
national portal's marks of a component: used again not at all (0), as the file (1), replaced by another result (2).
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from dossier.identifiers import DossierNumber, PaperId, ProcedureCode, ResultCode, ReuseReference
from dossier.paper_types import PaperType
from dossier.procedures import Procedure


class Use(StrEnum):
    """How a paper stands in for a component."""

    FILE = "file"
    """It is the paper that the component asks for."""
    REPLACEMENT = "replacement"
    """It is another result, which says what the component's paper would."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How the national portal marks a component of a dossier.

    Attributes:
        reused: ``DuocTaiSuDung``: 0 digitized for this dossier, 1 used again as the file, 2 replaced by another result.
        result: ``MaKetQuaThayThe``: which result, with 2 and where its type is in the national catalogue of results.
        from_national_store: ``DuocLayTuKhoDMQG``: whether it came from the national store; all of ours are from here.
    """

    reused: int
    result: ResultCode | None = None
    from_national_store: bool = False


def marks_of(how: Use | None, result: PaperType | None) -> Marks:
    """Return the marks of a component.

    Args:
        how: As what a paper of the store stands for it; ``None``: it was digitized for this dossier.
        result: The type of the paper that stands for it.
    """
    match how:
        case None:
            return Marks(0)
        case Use.FILE:
            return Marks(1)
        case Use.REPLACEMENT:
            return Marks(2, result.result_code if result else None)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That a reuse was accepted by mistake.

    Attributes:
        at: UTC. by: Name of the access key. person: Name of the person. reason: In words.
    """

    at: dt.datetime
    by: str
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reuse:
    """A paper of the store accepted into a dossier.

    Attributes:
        reference: Its own. paper: Which. dossier, procedure: For what.
        component: Code of the procedure's component that it stands for; ``None``: not said.
        how: As what. accepted_by: Name of the access key. person: Name of the person who accepted it.
        purpose: What for. at: When, UTC.
        withdrawn: That it was a mistake; it no longer counts then.
    """

    reference: ReuseReference
    paper: PaperId
    dossier: DossierNumber
    procedure: ProcedureCode
    component: str | None
    how: Use
    accepted_by: str
    person: str
    purpose: str
    at: dt.datetime
    withdrawn: Withdrawal | None = None


def use_of(procedure: Procedure | None, component: str | None, paper_type: str | None) -> Use:
    """Return as what a paper of a type stands for a component: as that paper, unless the component lists others."""
    declared = procedure.component(component) if procedure and component else None
    wanted = declared.paper_types if declared else ()
    return Use.REPLACEMENT if wanted and paper_type not in wanted else Use.FILE
