"""What went wrong with papers under way: kept beside the paper, so that it survives the process it happened in.

A setback ends with the next change of the paper's state (`Catalogue.save`), unless that is the paper's failure, which
keeps it.
"""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import Engine, func, select
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


def note_loss(engine: Engine, paper_id: PaperId, *, step: str, trace: str, at: dt.datetime) -> Setback:
    """Keep that the worker ended in a step of a paper, and return it with how often that happened in a row.

    Args:
        engine: Of the catalogue.
        paper_id: The paper; it must be there.
        step: The step that was not done. A paper that got further since its last loss is counted anew.
        trace: Of the run.
        at: The moment, aware.
    """
    with writing(engine) as session:
        row = session.get(SetbackRow, paper_id.value)
        losses = row.losses + 1 if row and row.step == step else 1
        row = session.merge(SetbackRow(paper=paper_id.value, step=step, trace=trace, losses=losses, at=at))
        return setback_from(row)


def keeping(setback: Setback) -> Callable[[Session, PaperRow], None]:
    """Return what keeps a setback in the transaction that fails its paper."""

    def keep(_session: Session, row: PaperRow) -> None:
        row.setback = SetbackRow(
            paper=row.id, step=setback.step, trace=setback.trace, losses=setback.losses, at=setback.at
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
