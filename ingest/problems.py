"""Problems: a paper that cannot go on is set aside with its reason, its original kept, and harms no other."""

from dataclasses import replace

from dossier.errors import InputError, LimitExceeded, SecrecyMark, SohoaError
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from dossier.verdicts import Finding, Severity
from ingest.house import House
from ingest.workspace import Workspace


def set_aside(house: House, paper_id: PaperId, error: BaseException) -> PaperState:
    """Record why a paper stopped, and return its new state: rejected, quarantined or failed."""
    paper = house.catalogue.paper(paper_id)
    if paper.state not in {PaperState.RECEIVED, PaperState.CONFIRMED}:
        return paper.state  # it had arrived where this work was to bring it: only tidying up failed
    known = error if isinstance(error, SohoaError) else SohoaError()
    if isinstance(known, SecrecyMark):
        state = PaperState.QUARANTINED
    elif isinstance(known, InputError | LimitExceeded) and paper.state is PaperState.RECEIVED:
        state = PaperState.REJECTED
    else:
        state = PaperState.FAILED
    finding = Finding(
        known.code, Severity.ERROR, f"{known.text_vi} {known.advice_vi}", f"{known.text_en} {known.advice_en}"
    )
    stopped = replace(paper, state=state, problem=known.code, checks=(*paper.checks, finding))
    house.catalogue.save(stopped, actor="pipeline", action=f"paper.{state}")
    if state is not PaperState.FAILED:
        Workspace(house.objects, paper_id).clear()  # only a failed paper is tried again
    return state
