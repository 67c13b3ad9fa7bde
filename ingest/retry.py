"""Retry: a paper that failed through no fault of its own goes back to where it stood."""

from dataclasses import replace

from dossier.errors import WrongState
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState
from ingest.house import House


def retry(house: House, paper_id: PaperId, *, actor: str) -> Paper:
    """Return a failed paper to ``received`` or, if it was confirmed, to ``confirmed``; its work must then be queued.

    Raises:
        NotFound: No such paper. WrongState: It has not failed.
    """
    paper = house.catalogue.paper(paper_id)
    if paper.state is not PaperState.FAILED:
        raise WrongState(state=paper.state.value, needed=PaperState.FAILED.value)
    state = PaperState.CONFIRMED if paper.confirmed_at else PaperState.RECEIVED
    checks = tuple(finding for finding in paper.checks if finding.code != paper.problem)
    return house.catalogue.save(
        replace(paper, state=state, problem=None, checks=checks), actor=actor, action="paper.retried"
    )
