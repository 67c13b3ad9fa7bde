"""What papers wait for: kept in the catalogue, beside the paper, so that it survives every process.

A wait is no statement about the paper: only its beginning goes into the audit log, not every further try. It ends with
the next change of the paper's state (`Catalogue.save`).
"""

import datetime as dt
from collections.abc import Callable, Collection

from sqlalchemy import Engine, func, select, update

from dossier.errors import PartAway
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from storage.audit_log import audit
from storage.database import reading, writing
from storage.schema import PaperRow, WaitingRow

RETRIED = "paper.retried"
"""Action in the audit log: somebody sent a paper that failed on its way again, or had one that waits tried at once."""


def postpone(
    engine: Engine,
    paper_id: PaperId,
    missed: PartAway,
    *,
    at: dt.datetime,
    delay: Callable[[int], dt.timedelta],
    actor: str,
) -> dt.datetime:
    """Keep that a paper waits for a part, and return when it is to be tried again.

    Args:
        engine: Of the catalogue.
        paper_id: The paper.
        missed: What it waits for.
        at: When that was missed, aware.
        delay: From there to the next try, by how often it was tried; counted anew where it waits for something else.
        actor: Who tells, for the audit log.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    with writing(engine) as session:
        row = session.get(WaitingRow, paper_id.value)
        if row is None or row.code != missed.code:
            row = session.merge(
                WaitingRow(paper=paper_id.value, code=missed.code, text="", text_en="", since=at, tries=0, retry_at=at)
            )
            audit.append(
                session,
                actor=actor,
                action="paper.waiting",
                about=f"paper:{paper_id}",
                at=at,
                detail={"for": missed.code},
            )
        row.text, row.text_en = missed.text_vi, missed.text_en
        row.tries += 1
        row.retry_at = at + delay(row.tries)
        return row.retry_at


def to_be_worked_on(
    engine: Engine, states: Collection[PaperState], *, after: int = 0, limit: int
) -> list[tuple[int, PaperId, PaperState]]:
    """Return up to ``limit`` papers in ``states`` that wait for no part, in the order they came in.

    Args:
        engine: Of the catalogue.
        states: Which.
        after: Only papers that came after the one of this place.
        limit: How many at most.

    Returns:
        Of each its place, its identifier and its state.
    """
    query = (
        select(PaperRow.serial, PaperRow.id, PaperRow.state)
        .where(PaperRow.state.in_(states), PaperRow.serial > after, ~PaperRow.waiting.has())
        .order_by(PaperRow.serial)
        .limit(limit)
    )
    with reading(engine) as session:
        return [(serial, PaperId(paper), PaperState(state)) for serial, paper, state in session.execute(query)]


def take_due(engine: Engine, *, at: dt.datetime, again: dt.datetime, limit: int = 20) -> list[PaperId]:
    """Return up to ``limit`` papers whose next try is due, the longest due first; nobody else is given them meanwhile.

    Args:
        engine: Of the catalogue.
        at: Now, aware.
        again: When they are due again if whoever took them dies on the way.
        limit: How many at most.
    """
    due = select(WaitingRow.paper).where(WaitingRow.retry_at <= at).order_by(WaitingRow.retry_at).limit(limit)
    with reading(engine) as session:
        if session.scalar(due.limit(1)) is None:
            return []  # most often: nobody else has to wait for a look
    with writing(engine) as session:
        taken = session.scalars(
            update(WaitingRow)
            .where(WaitingRow.paper.in_(due), WaitingRow.retry_at <= at)
            .values(retry_at=again)
            .returning(WaitingRow.paper)
            .execution_options(synchronize_session=False)
        )
        return [PaperId(paper) for paper in taken]


def try_now(engine: Engine, paper_id: PaperId, *, at: dt.datetime, actor: str) -> None:
    """Make the next try of a waiting paper due; of one that does not wait nothing changes.

    Args:
        engine: Of the catalogue.
        paper_id: The paper.
        at: Now, aware.
        actor: Who asks, for the audit log.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    with writing(engine) as session:
        row = session.get(WaitingRow, paper_id.value)
        if row is not None:
            row.retry_at = at
            about, waits_for = f"paper:{paper_id}", {"for": row.code}
            audit.append(session, actor=actor, action=RETRIED, about=about, at=at, detail=waits_for)


def count(engine: Engine) -> dict[str, int]:
    """Return how many papers wait, by the code of what for; every such code is there."""
    with reading(engine) as session:
        rows = session.execute(
            select(WaitingRow.code, func.count())
            .join(PaperRow, PaperRow.id == WaitingRow.paper)
            .group_by(WaitingRow.code)
        ).all()
    return dict.fromkeys((kind.code for kind in PartAway.__subclasses__()), 0) | {row[0]: row[1] for row in rows}
