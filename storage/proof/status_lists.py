"""Which files are no longer in force, as the catalogue knows at one moment; and the signed lists made of that.

Functions on a `Catalogue`; each may raise ``StoreUnavailable``.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Row, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from dossier.identifiers import PaperId
from dossier.papers import PaperState, StoredObject
from dossier.standing import ENDED, Reason
from dossier.status_lists import MEDIA_TYPE, StatusEntry, sorted_entries
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.schema import PaperRow, SealedVersionRow, StatusChangeRow, StatusListRow

MADE = "status-list.made"
"""Action in the audit log."""
_ENDED = tuple(sorted({*ENDED, PaperState.DISPOSED}))
"""A paper that had ended before it was disposed of has not come into force again; of others nothing is left to list."""
_Ended = Select[str, str, dt.datetime, str, str | None]


@dataclass(frozen=True, slots=True)
class KeptList:
    """A signed list that was made.

    Attributes:
        number: From 1. made_at, next_at: When, and by when there will be a newer one, UTC. entries: How many files.
        changes: Serial number of the last change of a paper's standing that is in it.
        file: In the object store.
    """

    number: int
    made_at: dt.datetime
    next_at: dt.datetime
    entries: int
    changes: int
    file: StoredObject


def entries(catalogue: Catalogue) -> tuple[int, tuple[StatusEntry, ...]]:
    """Return the serial number of the last change of a paper's standing, and every file that is not in force then.

    Every version of a paper's file is listed. A file that several papers share is in force as long as one of them is.
    """
    with reading(catalogue.engine) as session:
        last = session.scalar(select(func.max(StatusChangeRow.serial))) or 0
        rows = session.execute(_ended().execution_options(yield_per=2000))
        return last, sorted_entries(_entry(row) for row in rows)


def standing_of(catalogue: Catalogue, sha256: str) -> tuple[bool, StatusEntry | None]:
    """Return whether the store has a file with this hash as a paper's, in any version, and its entry if it has ended.

    Args:
        catalogue: Where.
        sha256: Lower-case hex.
    """
    having = select(SealedVersionRow.paper).where(SealedVersionRow.sha256 == sha256)
    with reading(catalogue.engine) as session:
        papers = session.scalars(having).all()
        of_it = _ended().where(PaperRow.id.in_(papers), SealedVersionRow.sha256 == sha256)
        found = sorted_entries(_entry(row) for row in session.execute(of_it)) if papers else ()
    return bool(papers), found[0] if found else None


def files_of(catalogue: Catalogue, paper: PaperId) -> list[str]:
    """Return the SHA-256 of each version of a paper's file, the first one first; none if it was never stored."""
    having = select(SealedVersionRow.sha256).where(SealedVersionRow.paper == paper.value)
    with reading(catalogue.engine) as session:
        return list(session.scalars(having.order_by(SealedVersionRow.number)))


def newest(catalogue: Catalogue) -> KeptList | None:
    """Return the list that was made last, if one was."""
    with reading(catalogue.engine) as session:
        row = _newest(session)
        return _kept_from(row) if row else None


def lacks_revocation(catalogue: Catalogue, kept: KeptList) -> bool:
    """Return whether a paper was revoked that is not in a list."""
    later = select(StatusChangeRow.serial).where(
        StatusChangeRow.serial > kept.changes, StatusChangeRow.after == PaperState.REVOKED.value
    )
    with reading(catalogue.engine) as session:
        return session.scalar(later.limit(1)) is not None


def keep_list(catalogue: Catalogue, kept: KeptList, *, actor: str) -> bool:
    """Keep that a list was made, once; ``False``, and nothing changed, if another process kept that number first."""
    with writing(catalogue.engine) as session:
        last = _newest(session)
        if last is not None and last.number >= kept.number:
            return False
        session.add(
            StatusListRow(
                number=kept.number,
                made_at=kept.made_at,
                next_at=kept.next_at,
                entries=kept.entries,
                changes=kept.changes,
                key=kept.file.key,
                version=kept.file.version,
                sha256=kept.file.sha256,
                size=kept.file.size,
            )
        )
        detail = {"sha256": kept.file.sha256, "entries": str(kept.entries), "changes": str(kept.changes)}
        about, at = f"status-list:{kept.number}", catalogue.now()
        audit.append(session, actor=actor, action=MADE, about=about, at=at, detail=detail)
    return True


@cache
def _ended() -> _Ended:
    """Return the query for the files of papers that have ended, with the last change of each."""
    change, successor = aliased(StatusChangeRow), aliased(PaperRow)
    other, shared = aliased(PaperRow), aliased(SealedVersionRow)
    last = select(func.max(StatusChangeRow.serial)).where(StatusChangeRow.paper == PaperRow.id).scalar_subquery()
    in_force = exists().where(
        shared.sha256 == SealedVersionRow.sha256, other.id == shared.paper, other.state == PaperState.STORED.value
    )
    return (
        select(SealedVersionRow.sha256, change.after, change.since, change.reason, successor.sealed_sha256)
        .join(PaperRow, PaperRow.id == SealedVersionRow.paper)
        .join(change, and_(change.paper == PaperRow.id, change.serial == last))
        .outerjoin(successor, successor.id == change.successor)
        .where(PaperRow.state.in_(_ENDED), ~in_force)
    )


def _entry(row: Row[str, str, dt.datetime, str, str | None]) -> StatusEntry:
    sha256, state, since, reason, successor = row
    return StatusEntry(sha256, PaperState(state), since.replace(microsecond=0), Reason(reason), successor)


def _newest(session: Session) -> StatusListRow | None:
    return session.scalars(select(StatusListRow).order_by(StatusListRow.number.desc()).limit(1)).first()


def _kept_from(row: StatusListRow) -> KeptList:
    file = StoredObject(row.key, row.version, row.sha256, row.size, MEDIA_TYPE)
    return KeptList(row.number, row.made_at, row.next_at, row.entries, row.changes, file)
