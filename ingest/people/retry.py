"""Retry: a paper that failed through no fault of its own goes back to where it stood; one that waits is tried now."""

from collections.abc import Iterator
from dataclasses import replace

from dossier import times
from dossier.errors import WrongState
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState
from ingest.house import House
from storage.under_way.waiting import RETRIED, try_now

_TOGETHER = 500
"""Failed papers read from the catalogue at once."""


def retry(house: House, paper_id: PaperId, *, actor: str) -> Paper:
    """Return a failed paper to ``received`` or, if it was confirmed, to ``confirmed``; its work must then be queued.

    A paper that waits for a part stays where it is; its next try is due now. Both are in the audit log.

    Raises:
        NotFound: No such paper. WrongState: It has neither failed nor waits.
    """
    paper = house.catalogue.paper(paper_id)
    if paper.waiting is not None:
        try_now(house.catalogue.engine, paper_id, at=times.now(), actor=actor)
        return paper
    if paper.state is not PaperState.FAILED:
        raise WrongState(state=paper.state.value, needed=PaperState.FAILED.value)
    state = PaperState.CONFIRMED if paper.confirmed_at else PaperState.RECEIVED
    checks = tuple(finding for finding in paper.checks if finding.code != paper.problem)
    return house.catalogue.save(
        replace(paper, state=state, problem=None, checks=checks),
        actor=actor,
        action=RETRIED,
        expected=PaperState.FAILED,
    )


def retry_failed(house: House, *, actor: str) -> Iterator[Paper]:
    """Retry all papers that failed, however many, in the order they came in, each once; yield them.

    One that somebody else sends on its way meanwhile is left to him.
    """
    last: PaperId | None = None
    while failed := house.catalogue.papers(state=PaperState.FAILED, limit=_TOGETHER, after=last):
        last = failed[-1].id
        for paper in failed:
            try:
                yield retry(house, paper.id, actor=actor)
            except WrongState:
                continue
