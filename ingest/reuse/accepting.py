"""Accepting papers of the store into dossiers, as the procedure's components ask for them."""

import re
from dataclasses import dataclass

from dossier import times
from dossier.accepted import Reuse, Use, use_of
from dossier.errors import InvalidIdentifier, NotFound
from dossier.identifiers import DossierNumber, PaperId, ProcedureCode
from dossier.text import nfc
from ingest.house import House
from storage.reuse.reuses import Acceptance
from storage.reuse.reuses import accept as keep

_COMPONENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants accepted, as it came.

    Attributes:
        paper: Which. dossier, procedure: For what. component: Code of the procedure's component, if it is said.
        how: As what; ``None``: as the component says.
        person: Name of the person who accepts it. purpose: In words.
    """

    paper: str
    dossier: str
    procedure: str
    person: str
    purpose: str
    component: str | None = None
    how: Use | None = None


def accept(house: House, wanted: Wanted, *, consumer: str, given_only: bool) -> Reuse:
    """Accept a paper into a dossier and return its reuse; asked again for the same, return the same.

    Args:
        house: The parts.
        wanted: What.
        consumer: Name of the access key that asks.
        given_only: Whether it may accept only what was given to it before.

    Raises:
        InvalidIdentifier: A number or code has another form.
        NotFound: There is no such paper or component, or ``consumer`` was never given the paper.
        NotReusable: The paper cannot be used again. InvalidValue: It was handed in with this very dossier.
        StoreUnavailable: The catalogue does not answer.
    """
    paper_id, code = PaperId.parse(wanted.paper), ProcedureCode.parse(wanted.procedure)
    dossier = DossierNumber.parse(wanted.dossier)
    procedure = house.procedures.get(code.national)
    if wanted.component is not None:
        if not _COMPONENT.fullmatch(wanted.component):
            raise InvalidIdentifier(kind="component", kind_vi="Mã thành phần hồ sơ", example="000.00.00.G09-KQ002269")
        if procedure is not None and procedure.component(wanted.component) is None:
            raise NotFound(kind="component", id=wanted.component)
    paper_type = house.paper_types.get(house.catalogue.paper(paper_id).paper_type or "")
    acceptance = Acceptance(
        paper=paper_id,
        dossier=dossier,
        procedure=code,
        component=wanted.component,
        how=wanted.how or use_of(procedure, wanted.component, paper_type.code if paper_type else None),
        person=nfc(wanted.person).strip(),
        purpose=nfc(wanted.purpose).strip(),
        paper_type=paper_type,
        on=times.today(),
    )
    return keep(house.catalogue, acceptance, consumer=consumer, given_only=given_only)
