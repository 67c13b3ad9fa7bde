"""Keeping the national portal told: follow the events, note what it should know, send that until it knows.

Every worker does this; of a paper in a dossier one message is under way at a time, so that an older one never arrives
after a newer one. What is sent is what the catalogue says at that moment, and is noted as told before it goes, under a
key by which the portal can tell a repetition from what is so once more (A, B, A: three tellings). It is away
for a day: messages wait, each tried again after 30 s, a minute, … at most a quarter of an hour, and a round ends after
a few misses. What it refuses waits for a change or for a person; what failed for a week is given up until somebody
asks.
"""

import datetime as dt
import hashlib
from collections.abc import Callable

import structlog

from dossier.errors import NotFound, PortalUnavailable
from dossier.identifiers import PaperId, ReuseReference
from dossier.paper_types import OTHER, PaperType
from dossier.papers import Paper
from ingest.house import House
from ingest.telling.national_portal import Answer, Facts, Message, NationalPortal, message
from ingest.telling.outward import delay_after
from storage.reports.dossiers import known_dossiers
from storage.reuse.reuses import reuses_of
from storage.telling import portal
from storage.telling.portal import Entry, PortalState, Subject

FIRST_DELAY = dt.timedelta(seconds=30)
MOST_DELAY = dt.timedelta(minutes=15)
GIVE_UP = dt.timedelta(days=7)
LEASE = dt.timedelta(minutes=5)
"""For how long a message is left to the worker that sends it."""
MOST_MISSES = 3
"""Of one round: then the portal is away, and is left alone until the next."""
_log = structlog.get_logger(__name__)


def keep_told(house: House, stop: Callable[[], bool]) -> None:
    """Do one round: what a worker does beside papers. Nothing where no portal is set up."""
    if house.portal is None:
        return
    while not stop() and follow(house):
        pass
    send(house, house.portal, stop)


def follow(house: House) -> bool:
    """Note what the portal should know of the papers that further events touched; return whether there were any."""
    followed = portal.touched(house.catalogue)
    if followed.begins == followed.ends:
        return False
    digests = {}
    for paper in followed.papers:
        digests.update({subject: told.digest for subject, told in messages_of(house, paper).items()})
    portal.want(house.catalogue, followed, digests)
    return True


def send(house: House, to: NationalPortal, stop: Callable[[], bool] = lambda: False) -> int:
    """Send what is due, until nothing is or the portal is away; return how many it accepted."""
    catalogue, misses, accepted = house.catalogue, 0, 0
    while misses < MOST_MISSES and not stop():
        at = catalogue.now()
        taken = portal.take(catalogue, at=at, again=at + LEASE)
        if taken is None:
            break
        told = message_of(house, taken.paper, taken.reference)
        if told is None:
            _log.warning("nothing to tell the portal any more", paper=taken.paper.value)
            portal.settle(catalogue, taken, PortalState.REFUSED, digest=taken.wanted, error="nothing to tell any more")
            continue
        taken = portal.about_to_send(catalogue, taken, told.digest)
        try:
            answer = to.push(told, _key(taken, told))
        except PortalUnavailable as missed:
            misses += 1
            _put_off(house, taken, told, str(missed.details["reason"]))
        else:
            accepted += answer.accepted
            _settle(house, taken, told, answer)
    return accepted


def message_of(house: House, paper_id: PaperId, reference: ReuseReference | None = None) -> Message | None:
    """Return what the portal is to know of a paper in one dossier now, ``None`` as long as that is nothing.

    Args:
        house: The parts.
        paper_id: Which paper.
        reference: The reuse by which it was accepted into the dossier; ``None``: its own dossier.

    Raises:
        NotFound: There is no such paper.
    """
    return messages_of(house, paper_id).get(Subject(paper_id, reference))


def messages_of(house: House, paper_id: PaperId) -> dict[Subject, Message]:
    """Return all that the portal is to know of a paper now: in its own dossier, and in those it was accepted into.

    Raises:
        NotFound: There is no such paper.
    """
    paper = house.catalogue.paper(paper_id)
    reuses = [None, *reuses_of(house.catalogue, paper_id)]
    told_in = {reuse: reuse.dossier if reuse else paper.dossier for reuse in reuses}
    dossiers = known_dossiers(house.catalogue, [number for number in told_in.values() if number])
    paper_type, successor = _type(house, paper), _successor(house, paper)
    files_url = house.settings.portal_files_url.rstrip("/")
    messages = {}
    for reuse, number in told_in.items():
        dossier = dossiers.get(number.canonical) if number else None
        procedure = house.procedures.get(dossier.procedure.national) if dossier else None
        told = message(Facts(paper, paper_type, dossier, procedure, successor, files_url, reuse))
        if told is not None:
            messages[Subject(paper_id, reuse.reference if reuse else None)] = told
    return messages


def _key(taken: Entry, told: Message) -> str:
    """Return what says that a message is the same telling, however often it is tried."""
    return hashlib.sha256(f"{told.digest} {taken.since.isoformat()}".encode()).hexdigest()


def _put_off(house: House, taken: Entry, told: Message, reason: str) -> None:
    at = house.catalogue.now()
    state = PortalState.DEAD if at - taken.since > GIVE_UP else PortalState.WAITING
    _log.warning("the portal was not told", paper=taken.paper.value, reason=reason, state=state.value)
    retry_at = at + delay_after(taken.attempts, first=FIRST_DELAY, most=MOST_DELAY)
    portal.settle(house.catalogue, taken, state, digest=told.digest, retry_at=retry_at, error=reason)


def _settle(house: House, taken: Entry, told: Message, answer: Answer) -> None:
    state = PortalState.ACCEPTED if answer.accepted else PortalState.REFUSED
    _log.info("the portal was told", paper=taken.paper.value, state=state.value)
    portal.settle(house.catalogue, taken, state, digest=told.digest, error="; ".join(answer.reasons) or None)


def _type(house: House, paper: Paper) -> PaperType:
    return house.paper_types.get(paper.paper_type or OTHER, house.paper_types[OTHER])


def _successor(house: House, paper: Paper) -> PaperType | None:
    """Return the type of the paper that took this one's place."""
    if paper.superseded_by is None:
        return None
    try:
        return _type(house, house.catalogue.paper(paper.superseded_by))
    except NotFound:
        return None
