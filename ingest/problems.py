"""Problems: a paper that cannot go on is set aside with its reason, its original kept, and harms no other.

Where only a part is away, the paper is not set aside: it waits, and is tried again by itself.
"""

import datetime as dt
from dataclasses import replace

from dossier import times
from dossier.errors import InputError, LimitExceeded, MalwareFound, PartAway, SecrecyMark, SohoaError
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState, Setback
from dossier.verdicts import Finding, Severity
from ingest.house import QUARANTINE, House
from ingest.workspace import Workspace
from storage.under_way.setbacks import keeping
from storage.under_way.waiting import postpone

_OPAQUE = "application/octet-stream"
_UNDER_WAY = frozenset({PaperState.RECEIVED, PaperState.CONFIRMED})
_LONGEST = 64
"""Of the times between two tries, in the first one: 5 seconds grow to 320."""


def set_aside(house: House, paper_id: PaperId, error: BaseException, setback: Setback) -> PaperState:
    """Record why and where a paper stopped, and return its new state: rejected, quarantined or failed."""
    paper = house.catalogue.paper(paper_id)
    if paper.state is PaperState.QUARANTINED:
        _remove_original(house, paper_id)  # a crash came between telling and removing
    if paper.state not in _UNDER_WAY:
        return paper.state  # it had arrived where this work was to bring it: only tidying up failed
    known = error if isinstance(error, SohoaError) else SohoaError()
    if isinstance(known, SecrecyMark | MalwareFound):
        state = PaperState.QUARANTINED
    elif isinstance(known, InputError | LimitExceeded) and paper.state is PaperState.RECEIVED:
        state = PaperState.REJECTED
    else:
        state = PaperState.FAILED
    finding = Finding(
        known.code, Severity.ERROR, f"{known.text_vi} {known.advice_vi}", f"{known.text_en} {known.advice_en}"
    )
    stopped = replace(paper, state=state, problem=known.code, checks=(*paper.checks, finding))
    if state is PaperState.QUARANTINED:
        stopped = _quarantined(house, stopped)
    also = keeping(setback) if state is PaperState.FAILED else None
    detail = {"code": known.code, "step": setback.step, "trace": setback.trace} if also else None
    house.catalogue.save(stopped, actor="pipeline", action=f"paper.{state}", detail=detail, also=also)
    if state is PaperState.QUARANTINED:
        _remove_original(house, paper_id)
    if state is not PaperState.FAILED:
        Workspace(house.objects, paper_id).clear()  # only a failed paper is tried again
    return state


def _quarantined(house: House, paper: Paper) -> Paper:
    """Return a paper whose original lies in quarantine, a place that nothing is served from, and nothing read remains.

    The copy is made first, and the catalogue told last: after a crash in between this is done again. What was
    received stays where it was until then.
    """
    key = f"{QUARANTINE}{paper.id}/original"
    if paper.original.key == key:
        return paper
    data = house.objects.get(paper.original.key, paper.original.version)
    kept = house.objects.put(key, data, media_type=_OPAQUE, if_absent=True)
    return replace(
        paper,
        original=replace(kept, media_type=_OPAQUE),
        fields=(),
        title=None,
        paper_type=None,
        type_confidence=None,
        issued_on=None,
        valid_until=None,
    )


def _remove_original(house: House, paper_id: PaperId) -> None:
    house.objects.clear(f"originals/{paper_id}/")


def wait_for(house: House, paper_id: PaperId, missed: PartAway) -> PaperState:
    """Record what a paper under way waits for and when it is tried again, and return its state, which stays."""
    state = house.catalogue.paper(paper_id).state
    if state in _UNDER_WAY:
        first = dt.timedelta(seconds=house.settings.retry_s)

        def delay(tries: int) -> dt.timedelta:
            return first * min(1 << (tries - 1), _LONGEST)

        postpone(house.catalogue.engine, paper_id, missed, at=times.now(), delay=delay, actor="pipeline")
    return state
