"""What went wrong with papers under way: kept beside the paper, so that it survives the process it happened in.

A setback ends with the next change of the paper's state (`Catalogue.save`), unless that is the paper's failure, which
keeps it.
"""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from dossier.identifiers import PaperId
from dossier.papers import PaperState, Setback
from storage.database import reading, writing
from storage.rows import setback_from
from storage.schema import PaperRow, SetbackRow


def setback_of(engine: Engine, paper_id: PaperId) -> Setback | None:
    """Return what went wrong with a paper last."""
    with reading(engine, statements=1) as session:
        row = session.scalar(select(SetbackRow).where(SetbackRow.paper == paper_id.value))
        return setback_from(row) if row else None


def begin_last_try(engine: Engine, paper_id: PaperId) -> None:
    """Keep that a paper's last try begins, which it has for itself: if the worker ends now, it ended for this paper."""
    with writing(engine) as session:
        session.execute(update(SetbackRow).where(SetbackRow.paper == paper_id.value).values(alone=True))


def note_loss(engine: Engine, paper_id: PaperId, *, step: str, trace: str, at: dt.datetime, most: int) -> Setback:
    """Keep that the worker ended in a step of a paper, and return it with how often that happened in a row.

    The last loss of ``most`` counts only if the paper's last try had begun; else another paper ended the worker.

    Args:
        engine: Of the catalogue.
        paper_id: The paper; it must be there.
        step: The step that was not done. A paper that got further since its last loss is counted anew.
        trace: Of the run.
        at: The moment, aware.
        most: Losses after which the paper is left alone.
    """
    with writing(engine) as session:
        row = session.get(SetbackRow, paper_id.value)
        if row is None or row.step != step:
            losses = 1
        elif row.losses >= most - 1 and not row.alone:
            return setback_from(row)
        else:
            losses = row.losses + 1
        row = session.merge(SetbackRow(paper=paper_id.value, step=step, trace=trace, losses=losses, alone=False, at=at))
        return setback_from(row)


def keeping(setback: Setback) -> Callable[[Session, PaperRow], None]:
    """Return what keeps a setback in the transaction that fails its paper."""

    def keep(_session: Session, row: PaperRow) -> None:
        row.setback = SetbackRow(
            paper=row.id, step=setback.step, trace=setback.trace, losses=setback.losses, alone=False, at=setback.at
        )

    return keep


def count_failed(engine: Engine) -> dict[str, int]:
    """Return how many papers stand failed, by the code of why."""
    with reading(engine, statements=1) as session:
        rows = session.execute(
            select(PaperRow.problem, func.count())
            .where(PaperRow.state == PaperState.FAILED.value)
            .group_by(PaperRow.problem)
        ).all()
    return {code or "error": number for code, number in rows}
