"""The outbox to the national portal: of each paper in each dossier what it is to know and what it knows, by hashes.

What is told is made anew from the catalogue each time; only its hash is kept here, so no personal data lies in the
outbox. What came of it goes into the audit log, each single try does not.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dossier.errors import NotFound
from dossier.identifiers import DossierNumber, PaperId, ReuseReference
from storage.audit_log import audit
from storage.database import reading, writing
from storage.schema import FollowerRow, PaperRow, PortalRow, ReuseRow
from storage.telling.changes import events_after

if TYPE_CHECKING:  # it is opened elsewhere
    from storage.catalogue import Catalogue

FOLLOWER = "portal"
_DOSSIER = "dossier:"


class PortalState(StrEnum):
    """Where telling the portal of a paper in a dossier stands."""

    WAITING = "waiting"
    """To be told, for the first time or again."""
    SENT = "sent"
    """Being told; what the portal said is not known yet."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The portal says that something is wrong with it; it is told again when it changed, or when somebody asks."""
    DEAD = "dead"
    """It was given up after a week; somebody must ask for it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What one message tells of.

    Attributes:
        paper: Which paper. reference: The reuse by which it is in another dossier; ``None``: in its own.
    """

    paper: PaperId
    reference: ReuseReference | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What the portal is told of one paper in one dossier.

    Attributes:
        paper, reference: As in :class:`Subject`.
        wanted: Hash of what it should know. known: Of what it accepted last.
        attempts: Tries at what is wanted. since: When it became wanted. last_at: When it was tried last.
        retry_at: When it is due. error: Why the last try failed.
    """

    paper: PaperId
    reference: ReuseReference | None
    state: PortalState
    wanted: str
    known: str | None
    attempts: int
    since: dt.datetime
    last_at: dt.datetime | None
    retry_at: dt.datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class Followed:
    """Which papers may have to be told anew.

    Attributes:
        papers: Touched by the events after ``begins`` up to ``ends``, themselves or in a dossier that has them.
    """

    papers: tuple[PaperId, ...]
    begins: int
    ends: int


def touched(catalogue: "Catalogue", *, limit: int = 200) -> Followed:
    """Return the papers touched by the next ``limit`` events that nobody followed yet for the portal."""
    with reading(catalogue.engine) as session:
        begins = _position(session)
        rows = events_after(session, begins, limit=limit)
        papers = {row.paper for row in rows if row.paper}
        dossiers = {row.about.removeprefix(_DOSSIER) for row in rows if row.about and row.about.startswith(_DOSSIER)}
        for number in dossiers:
            papers.update(_of_dossier(session, DossierNumber(number)))
        ends = rows[-1].id if rows else begins
        return Followed(tuple(PaperId(paper) for paper in sorted(papers)), begins, ends)


def want(catalogue: "Catalogue", followed: Followed, digests: Mapping[Subject, str]) -> int:
    """Keep what the portal should know, and that the events were followed; return how many messages must be sent.

    Does nothing if another worker has followed these events meanwhile.
    """
    told = 0
    with writing(catalogue.engine) as session:
        if _position(session) != followed.begins:
            return 0
        session.merge(FollowerRow(name=FOLLOWER, position=followed.ends))
        now = catalogue.now()
        for subject, digest in digests.items():
            key = _key(subject.paper, subject.reference)
            row = session.get(PortalRow, key)
            if row is None:
                row = PortalRow(**key, wanted="", known=None)
                session.add(row)
            if row.wanted == digest:
                continue
            row.wanted, row.attempts, row.since, row.error = digest, 0, now, None
            # One at a time: while something older is being sent, this waits for its end, or it might arrive before it.
            if row.state != PortalState.SENT.value or row.retry_at <= now:
                row.state = PortalState.WAITING.value  # even of what it knew: what was sent since may have reached it
                row.retry_at = now
            told += 1
    return told


def take(catalogue: "Catalogue", *, at: dt.datetime, again: dt.datetime) -> Entry | None:
    """Return what is due longest, now being sent; nobody else is given it until ``again``."""
    open_ = [PortalState.WAITING.value, PortalState.SENT.value]
    due = (
        select(PortalRow)
        .where(PortalRow.state.in_(open_), PortalRow.retry_at <= at)
        .order_by(PortalRow.retry_at)
        .limit(1)
    )
    with reading(catalogue.engine) as session:
        if session.scalar(due) is None:
            return None  # most often: nobody else has to wait for a look
    with writing(catalogue.engine) as session:
        row = session.scalar(due)
        if row is None:
            return None
        row.state, row.last_at, row.retry_at = PortalState.SENT.value, at, again
        row.attempts += 1
        return _from(row)


def about_to_send(catalogue: "Catalogue", taken: Entry, digest: str) -> Entry:
    """Keep what is sent now, which may be newer than what was wanted when it was taken, and return the entry.

    So whoever follows the change finds it told, and whoever sends it again does so as the same telling. Where something
    else is wanted meanwhile, that stays wanted: it comes next.
    """
    if digest == taken.wanted:
        return taken
    with writing(catalogue.engine) as session:
        row = session.get(PortalRow, _key(taken.paper, taken.reference))
        if row is None or row.wanted not in {taken.wanted, digest}:
            return taken
        if row.wanted != digest:
            row.wanted, row.since = digest, catalogue.now()
            session.flush()
            session.refresh(row)
        return _from(row)


def settle(
    catalogue: "Catalogue",
    taken: Entry,
    state: PortalState,
    *,
    digest: str,
    retry_at: dt.datetime | None = None,
    error: str | None = None,
) -> None:
    """Keep what came of telling the portal.

    Args:
        catalogue: Where it is kept.
        taken: As it was when it was taken.
        state: What came of it.
        digest: Hash of what was sent.
        retry_at: When it is due again, where it failed.
        error: Why it failed.
    """
    with writing(catalogue.engine) as session:
        row = session.get(PortalRow, _key(taken.paper, taken.reference))
        if row is None:
            return
        if state is PortalState.ACCEPTED:
            row.known = digest
        if row.wanted in {taken.wanted, digest}:
            row.wanted, row.state, row.error = digest, state.value, error
            row.retry_at = retry_at or row.retry_at
        elif row.last_at == taken.last_at:  # it changed while it was sent, and is due with what it is now
            row.state, row.retry_at = PortalState.WAITING.value, catalogue.now()
        if state is not PortalState.WAITING:
            session.flush()
            detail = {"told": digest} | ({"reference": row.reference} if row.reference else {})
            about, now = f"paper:{taken.paper}", catalogue.now()
            audit.append(session, actor="worker", action=f"portal.{state}", about=about, at=now, detail=detail)


def retry(
    catalogue: "Catalogue", *, paper: PaperId | None = None, states: frozenset[PortalState] = frozenset(), actor: str
) -> int:
    """Make one paper in all its dossiers, or all in some states, due now; return how many messages that are.

    What is being sent at this moment is left to whoever sends it.

    Raises:
        NotFound: The portal is not to be told of this paper.
    """
    in_state = PortalRow.state.in_([state.value for state in states])
    chosen = in_state if paper is None else or_(in_state, PortalRow.paper == paper.value)
    with writing(catalogue.engine) as session:
        rows = session.scalars(select(PortalRow).where(chosen)).all()
        if paper is not None and not rows:
            raise NotFound(kind="paper", id=paper)
        now = catalogue.now()
        for row in rows:
            if row.state == PortalState.SENT.value and row.retry_at > now:
                continue
            row.state, row.attempts, row.since, row.retry_at = PortalState.WAITING.value, 0, now, now
            session.flush()
            audit.append(session, actor=actor, action="portal.retried", about=f"paper:{row.paper}", at=now)
        return len(rows)


def entries(catalogue: "Catalogue", *, state: PortalState | None = None, limit: int = 100) -> list[Entry]:
    """Return up to ``limit`` entries, of one state or of all, those wanted longest first."""
    query = select(PortalRow).order_by(PortalRow.since, PortalRow.paper, PortalRow.reference).limit(limit)
    if state is not None:
        query = query.where(PortalRow.state == state.value)
    with reading(catalogue.engine) as session:
        return [_from(row) for row in session.scalars(query)]


def count(catalogue: "Catalogue") -> dict[PortalState, int]:
    """Return how many messages are in each state, none left out."""
    with reading(catalogue.engine) as session:
        rows = session.execute(select(PortalRow.state, func.count()).group_by(PortalRow.state)).all()
    return dict.fromkeys(PortalState, 0) | {PortalState(state): number for state, number in rows}


def oldest(catalogue: "Catalogue") -> dt.datetime | None:
    """Return since when the portal should know what it has neither accepted nor refused; ``None``: it knows all."""
    settled = [PortalState.ACCEPTED.value, PortalState.REFUSED.value]
    with reading(catalogue.engine) as session:
        return session.scalar(
            select(PortalRow.since).where(PortalRow.state.not_in(settled)).order_by(PortalRow.since).limit(1)
        )


def _position(session: Session) -> int:
    row = session.get(FollowerRow, FOLLOWER)
    return row.position if row else 0


def _of_dossier(session: Session, number: DossierNumber) -> Iterable[str]:
    """Return the papers of a dossier, in whichever form each has its number, and those accepted into it."""
    forms = [form.value for form in number.forms]
    own = select(PaperRow.id).where(PaperRow.dossier.in_(forms))
    accepted = select(ReuseRow.paper).where(ReuseRow.dossier == number.canonical.value)
    return session.scalars(own.union(accepted))


def _key(paper: PaperId, reference: ReuseReference | None) -> dict[str, str]:
    return {"paper": paper.value, "reference": reference.value if reference else ""}


def _from(row: PortalRow) -> Entry:
    return Entry(
        PaperId(row.paper),
        ReuseReference(row.reference) if row.reference else None,
        PortalState(row.state),
        row.wanted,
        row.known,
        row.attempts,
        row.since,
        row.last_at,
        row.retry_at,
        row.error,
    )
