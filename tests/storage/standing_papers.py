"""Stored papers whose standing changes: whose, of which type, with which fields, in which dossier."""

from dataclasses import replace

from dossier.catalogue_files import load_paper_types
from dossier.owners import Owner
from dossier.papers import Field, Paper, PaperKind, PaperState
from dossier.verdicts import Verdict
from storage.catalogue import Catalogue
from storage.lifecycle.storing import at_storing
from storage.records import Event
from tests.storage.examples import NOON, OWNER, batch, paper, stored_object

TYPES = load_paper_types()
COMPANY = "0301218962"
"""An invented company's number; its check digit is right."""


def confirmed(catalogue: Catalogue, given: Paper) -> Paper:
    """Lead a new paper up to its confirmation, in a batch of its own."""
    given = replace(given, batch=f"b-{given.id}", original=stored_object(given.id.value.encode()))
    catalogue.add_batch(batch(given.batch), [given], actor="station-1")
    for state in (PaperState.READY, PaperState.CONFIRMED):
        given = catalogue.save(replace(given, state=state), actor="w", action=f"paper.{state}")
    return given


def store(catalogue: Catalogue, given: Paper) -> Paper:
    """Store a confirmed paper as the pipeline does."""
    sealed = stored_object(f"sealed {given.id}".encode())
    stored = replace(given, state=PaperState.STORED, sealed=sealed, stored_at=NOON, verdict=Verdict.VALID)
    return catalogue.save(
        stored,
        actor="pipeline",
        action="paper.stored",
        event=Event("paper.stored", given.id, NOON),
        also=at_storing(TYPES.get(given.paper_type or ""), at=NOON, actor="pipeline"),
    )


def put(catalogue: Catalogue, paper_type: str = "birth-certificate", owner: Owner = OWNER, **known: object) -> Paper:
    """Store a paper of a type; ``known``: more of what is known of it."""
    given = replace(paper(owner=owner), paper_type=paper_type, **known)  # type: ignore[arg-type]  # of its field's type
    return store(catalogue, confirmed(catalogue, given))


def registration(change: str | None, *, company: str = COMPANY) -> Paper:
    """Return a certificate of a company's n-th change, as it is received; ``None``: of its foundation."""
    fields = [Field("enterprise_code", company, company, 1, None, 0.9)]
    if change is not None:
        fields.append(Field("changes_made", change, change, 1, None, 0.9))
    given = paper(owner=Owner.parse(COMPANY, "CÔNG TY MẪU"))
    return replace(given, paper_type="business-registration", kind=PaperKind.RESULT, fields=tuple(fields))


def told(catalogue: Catalogue, of: Paper | None = None) -> list[str]:
    """Return the kinds of events, of one paper or of all, in order."""
    return [e.kind for e in catalogue.events(limit=1000) if of is None or e.paper == of.id]
