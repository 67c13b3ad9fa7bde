"""Keeping and destroying: until when a paper is kept, legal holds, disposal by two persons, answers to owners.

Threat: a paper is destroyed too early, by one person's mistake or will, or an owner is told that something was erased
which was not. What stops it: nothing is disposed of before its retention ended (by its class, and by the lock in the
object store, whichever is later), nor under a hold; two persons with two access keys must agree, to a disposal and to
the lifting of a hold; and the objects are gone when the disposal says so, or it says that they are not. Residual risk
accepted: backup folders keep a paper until their snapshots that name it are removed; bytes on a disk are unlinked, not
overwritten: encrypt the store.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import structlog

from dossier import times
from dossier.errors import NotFound, ObjectHeld, RetentionLocked, SohoaError
from dossier.identifiers import OwnerNumber, PaperId
from dossier.papers import Paper, PaperState, StoredObject
from dossier.retention import RetentionClass
from ingest.house import House
from ingest.intake.receive import batch_folder, outcomes
from ingest.upkeep.inventory import prefixes_of
from storage.lifecycle import disposal, holds
from storage.lifecycle.disposal import UNDER_WAY, Disposal
from storage.lifecycle.holds import Hold, Lifting

_KEPT = frozenset({PaperState.STORED, PaperState.EXPIRED, PaperState.SUPERSEDED, PaperState.REVOKED})
_log = structlog.get_logger(__name__)


class Decision(StrEnum):
    """What can be done when an owner asks that a paper be erased."""

    KEPT_UNTIL = "kept_until"
    KEPT_PERMANENTLY = "kept_permanently"
    HELD = "held"
    UNDER_WAY = "under_way"
    MAY_BE_DISPOSED = "may_be_disposed"


@dataclass(frozen=True, slots=True)
class Standing:
    """Until when a paper must be kept.

    Attributes:
        paper: Which. rule: Its retention class; ``None`` of one that was never stored, which no rule keeps.
        until: The first day on which it need not be kept; ``None``: now, or never, see ``decision``.
        decision: What can be done with it. disposal: Whether its disposal was proposed.
    """

    paper: Paper
    rule: RetentionClass | None
    until: dt.date | None
    decision: Decision
    disposal: Disposal | None = None


def standing(house: House, paper: Paper, *, at: dt.datetime | None = None) -> Standing:
    """Return until when a paper must be kept, and why."""
    moment = at or times.now()
    rule = house.retention_class(paper.paper_type) if paper.state in _KEPT else None
    begun = paper.confirmed_at or paper.created_at
    until = rule.ends(times.local(begun).date()) if rule else None
    if _is_held(house, paper.id):
        decision = Decision.HELD
    elif paper.state in UNDER_WAY:
        decision = Decision.UNDER_WAY
    elif rule is not None and until is None:
        decision = Decision.KEPT_PERMANENTLY
    elif until is not None and times.local(moment).date() < until:
        decision = Decision.KEPT_UNTIL
    else:
        decision = Decision.MAY_BE_DISPOSED
    return Standing(paper, rule, until, decision)


def due(house: House, *, at: dt.datetime | None = None) -> Iterator[Standing]:
    """Yield the stored papers whose retention has ended, class by class, the oldest first."""
    moment = at or times.now()
    types: dict[int, set[str | None]] = {}
    for code in (None, *house.paper_types):
        years = house.retention_class(code).years
        if years is not None:
            types.setdefault(years, set()).add(code)
    for years, codes in sorted(types.items()):
        # A day wider than the rule, which counts days in Vietnam; `standing` decides.
        before = moment - dt.timedelta(days=365 * years - 1)
        for paper in disposal.stored_papers_of_types(house.catalogue, codes, before):
            found = standing(house, house.catalogue.paper(paper), at=moment)
            if found.decision is Decision.MAY_BE_DISPOSED:
                yield found


# --- holds -----------------------------------------------------------------------------------------------------------


def hold(house: House, paper_id: PaperId, *, person: str, authority: str, reason: str, actor: str) -> None:
    """Place a paper under a legal hold, in the catalogue first, which decides, then in the object store.

    Raises:
        NotFound: No such paper. WrongState: It is disposed of. StoreUnavailable: Hold it again.
    """
    holds.place_hold(house.catalogue, Hold(paper_id, person, authority, reason, times.now()), actor=actor)
    _hold_objects(house, house.catalogue.paper(paper_id), on=True)


def propose_lifting(house: House, paper_id: PaperId, *, person: str, authority: str, reason: str, actor: str) -> int:
    """Ask that the holds of a paper be lifted; they last until a second person agrees. Return how many it is about.

    Raises:
        NotFound: No such paper.
    """
    return holds.propose_lifting(house.catalogue, paper_id, Lifting(person, actor, authority, reason, times.now()))


def lift(house: House, paper_id: PaperId, *, person: str, actor: str) -> int:
    """Agree as the second person that the holds of a paper are lifted; return how many were.

    Raises:
        NotFound: Nobody asks for it. SamePerson: The first person, or the first person's key, cannot agree.
        StoreUnavailable: Agreed, but not all objects are free yet: agree again.
    """
    lifted = holds.approve_lifting(house.catalogue, paper_id, person=person, actor=actor, at=times.now())
    if not _is_held(house, paper_id):
        _hold_objects(house, house.catalogue.paper(paper_id), on=False)
    return lifted


def hold_again(house: House) -> None:
    """Hold whatever came to held papers since, such as a renewed version."""
    for paper in holds.held_papers(house.catalogue):
        _hold_objects(house, house.catalogue.paper(paper), on=True)
        if not _is_held(house, paper):  # its holds were lifted meanwhile
            _hold_objects(house, house.catalogue.paper(paper), on=False)


def _is_held(house: House, paper_id: PaperId) -> bool:
    return any(hold.lifted_at is None for hold in holds.holds_of(house.catalogue, paper_id))


def _hold_objects(house: House, paper: Paper, *, on: bool) -> None:
    for stored in objects_of(house, paper):
        if house.objects.held(stored.key, stored.version) is not on:
            house.objects.hold(stored.key, stored.version, on=on)


# --- disposal --------------------------------------------------------------------------------------------------------


def propose(house: House, paper_id: PaperId, *, person: str, reason: str, actor: str) -> Disposal:
    """Propose the disposal of a paper whose retention has ended, or that was never stored.

    Raises:
        NotFound: No such paper. WrongState: It is under way or disposed of.
        RetentionLocked: It must be kept. ObjectHeld: It is under a hold.
    """
    paper = house.catalogue.paper(paper_id)
    _require_ended(house, paper)
    proposal = Disposal(paper_id, reason, person, actor, times.now())
    return disposal.propose(house.catalogue, proposal, actor=actor)


def approve(house: House, paper_id: PaperId, *, person: str, actor: str) -> Disposal:
    """Agree as the second person, and delete what there is of the paper.

    Where the object store fails in the middle, the paper is gone for everybody all the same, and the rest is deleted
    later (:func:`finish`).

    Raises:
        NotFound: Nobody proposed it. SamePerson: The first person, or the first person's key, cannot agree.
        WrongState, RetentionLocked, ObjectHeld: As when it is proposed.
        StoreUnavailable: Agreed, but not everything is deleted yet.
    """
    paper = house.catalogue.paper(paper_id)
    if paper.state is not PaperState.DISPOSED:
        _require_ended(house, paper)
    agreed = disposal.approve(house.catalogue, paper_id, person=person, actor=actor, at=times.now())
    if agreed.disposed_at is None:
        _delete(house, paper)
    return agreed


def finish(house: House) -> int:
    """Delete what is left of papers whose disposal was agreed upon; return how many were finished."""
    finished = 0
    for one in disposal.disposals(house.catalogue, unfinished=True):
        if one.approved_at is None:
            continue
        try:
            _delete(house, house.catalogue.paper(one.paper))
            finished += 1
        except SohoaError as error:
            _log.warning("disposal not finished; trying again", paper=one.paper.value, code=error.code)
    return finished


def erasure(
    house: House, number: OwnerNumber, *, actor: str, limit: int = 200, after: PaperId | None = None
) -> list[Standing]:
    """Return what can be erased of an owner's papers, and what forbids it of the others; asking is recorded.

    Papers of several owners are among them: what one of them asks cannot take the paper from the others, which a person
    has to weigh before proposing its disposal.

    Args:
        house: The parts.
        number: Any of the owner's.
        actor: Who asks for the owner.
        limit: Of how many papers at most, in the order they came in.
        after: Only of those that came after this one.

    Raises:
        NotFound: There is no paper ``after``.
    """
    papers = house.catalogue.papers(owner=number, but=PaperState.DISPOSED, limit=limit, after=after)
    proposed = {one.paper: one for one in disposal.disposals(house.catalogue, unfinished=True)}
    found = []
    for paper in papers:
        one = standing(house, paper)
        found.append(Standing(paper, one.rule, one.until, one.decision, proposed.get(paper.id)))
        house.catalogue.record(actor, "paper.erasure-asked", f"paper:{paper.id}", {"decision": one.decision.value})
    return found


def objects_of(house: House, paper: Paper) -> Iterator[StoredObject]:
    """Yield every version of every object that belongs to one paper alone."""
    for prefix in (*prefixes_of(paper), f"work/{paper.id}/"):
        for key in list(house.objects.keys(prefix)):
            yield from house.objects.versions(key)


def _require_ended(house: House, paper: Paper) -> None:
    found = standing(house, paper)
    if found.decision is Decision.HELD:
        raise ObjectHeld
    if found.decision is Decision.KEPT_PERMANENTLY:
        raise RetentionLocked(until="vĩnh viễn / permanently")
    if found.decision is Decision.KEPT_UNTIL and found.until is not None:
        raise RetentionLocked(until=found.until.isoformat())
    for stored in objects_of(house, paper):
        if house.objects.held(stored.key, stored.version):
            raise ObjectHeld
        locked = house.objects.retention(stored.key, stored.version)
        if locked is not None and locked > times.now():
            raise RetentionLocked(until=times.iso_local(locked))


def _delete(house: House, paper: Paper) -> None:
    for stored in objects_of(house, paper):
        try:
            house.objects.delete(stored.key, stored.version)
        except NotFound:
            continue  # another process was first
    _forget_notes(house, paper)
    disposal.finish(house.catalogue, paper.id, at=times.now())


def _forget_notes(house: House, paper: Paper) -> None:
    """Delete what senders said of batches of which nothing is left: its own, and those that had its file once more."""
    for batch in dict.fromkeys([paper.batch, *disposal.repeating_batches(house.catalogue, paper.id)]):
        if not disposal.batch_is_gone(house.catalogue, batch):
            continue
        if all(disposal.is_disposed(house.catalogue, one) for one in outcomes(house, batch).values()):
            for key in list(house.objects.keys(f"{batch_folder(batch)}/")):
                house.objects.delete(key)
