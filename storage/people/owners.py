"""Owners over time: which numbers were said to be one owner's, by whom and why, and what is known under them.

A merge states that two numbers are one owner's; a split takes a merge back. Both are kept for good. The owners that
there are follow from the merges not taken back: the numbers that these connect, directly or by others, are one owner's.
That is kept as a star: of the rows of one owner that with the lowest serial stands for it, and the others point to it
(``owners.same_as``). So a split restores exactly what there was without its merge. No paper is rewritten: it stays
under the number it came with, its code and its file as they were sealed, and is found by all numbers of its owner.

Merges come from persons, and from the QR codes of stored identity cards. One that cannot be right is refused; a person
can force it, and what a code says against what is known is kept as a conflict for a person to decide: forced, or turned
down by a split.

Functions on a `Catalogue`; like its methods each is one transaction with its audit entry and events, and each may raise
``StoreUnavailable``. Audit entries and events name owners by the serials of their rows, never by their numbers.
"""

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from dossier.errors import InvalidValue, NotFound, OwnersDiffer
from dossier.identifiers import OWNER_NUMBER_KINDS, OwnerNumber, PaperId
from dossier.owners import Contradiction, NamedNumber, contradiction
from dossier.papers import PaperState
from dossier.text import nfc
from storage.audit_log import audit
from storage.catalogue import Catalogue, is_of, owner_group, owner_row
from storage.database import reading, writing
from storage.people.owner_records import KnownNumber, KnownOwner, Merge, Source, Split, Statement
from storage.schema import CoOwnerRow, EventRow, OwnerMergeRow, OwnerRow, OwnerSplitRow, PaperRow

MERGED, SPLIT, CONFLICT = "owner.merged", "owner.split", "owner.conflict"
"""Actions in the audit log: of changes."""
LOOKED_UP, CONFLICTS_LISTED = "owner.looked-up", "owner.conflicts-listed"
"""Actions in the audit log: of readings."""
_EVENTS = {MERGED: "paper.owner-merged", SPLIT: "paper.owner-split"}
"""Kinds of events, one for each stored paper that is found by other numbers than before."""
_KEPT = tuple(s.value for s in (PaperState.STORED, PaperState.EXPIRED, PaperState.SUPERSEDED, PaperState.REVOKED))


# --- merging and splitting -------------------------------------------------------------------------------------------


def merge(
    catalogue: Catalogue,
    first: OwnerNumber,
    second: OwnerNumber,
    statement: Statement,
    *,
    actor: str,
    forced: bool = False,
) -> Merge:
    """Make two numbers one owner's, by the word of a person; said again while it holds, it changes nothing.

    Args:
        catalogue: Where.
        first: A number; one that no paper has yet is known from now on.
        second: The other, likewise.
        statement: Who answers for it, and why.
        actor: Who told us.
        forced: Though it contradicts what is known.

    Raises:
        InvalidValue: It is twice the same number. NotFound: There is no such paper of evidence.
        OwnersDiffer: It contradicts what is known, and is not forced.
    """
    with writing(catalogue.engine) as session:
        pair = _pair(session, first, second)
        if (held := _held(session, pair)) is not None:
            return _merge(session, held)
        groups = [_group(session, row) for row in pair]
        against = _contradiction(groups, session)
        if against and not forced:
            raise OwnersDiffer(reason=against.text_en, reason_vi=against.text_vi)
        if statement.paper and not session.scalar(select(PaperRow.id).where(PaperRow.id == statement.paper.value)):
            raise NotFound(kind="paper", id=statement.paper)
        row = OwnerMergeRow(
            first=pair[0].serial,
            second=pair[1].serial,
            source=Source.PERSON.value,
            at=catalogue.now(),
            actor=actor,
            person=nfc(statement.person).strip(),
            reason=nfc(statement.reason).strip(),
            paper=statement.paper.value if statement.paper else None,
            forced=against is not None,
        )
        _keep(session, row, groups, actor)
        return _merge(session, row)


def link(catalogue: Catalogue, first: OwnerNumber, second: OwnerNumber, paper: PaperId, *, actor: str) -> Merge | None:
    """Make two numbers one owner's because the code on a stored card says so; what contradicts it becomes a conflict.

    What a code said once of two numbers is not looked at again: a person may have decided otherwise since.

    Returns:
        The merge, refused if it is a conflict; ``None`` if this was said before or a person merged the two.
    """
    with writing(catalogue.engine) as session:
        pair = _pair(session, first, second)
        said = select(OwnerMergeRow.serial).where(_between(pair), OwnerMergeRow.source == Source.QR.value)
        if session.scalar(said.limit(1)) is not None or _held(session, pair) is not None:
            return None
        groups = [_group(session, row) for row in pair]
        against = _contradiction(groups, session)
        row = OwnerMergeRow(
            first=pair[0].serial,
            second=pair[1].serial,
            source=Source.QR.value,
            at=catalogue.now(),
            actor=actor,
            paper=paper.value,
            forced=False,
            refused=against.value if against else None,
        )
        _keep(session, row, groups, actor)
        return _merge(session, row)


def split(catalogue: Catalogue, serial: int, statement: Statement, *, actor: str) -> Merge:
    """Take a merge back, or turn a refused one down; done before, it changes nothing.

    The numbers stay one owner's if other merges still connect them.

    Raises:
        NotFound: There is no such merge.
    """
    with writing(catalogue.engine) as session:
        row = session.get(OwnerMergeRow, serial)
        if row is None:
            raise NotFound(kind="merge", id=serial)
        if session.get(OwnerSplitRow, serial) is None:
            session.add(
                OwnerSplitRow(
                    merge=serial,
                    at=catalogue.now(),
                    actor=actor,
                    person=nfc(statement.person).strip(),
                    reason=nfc(statement.reason).strip(),
                )
            )
            session.flush()
            first = session.get_one(OwnerRow, row.first)
            group = _group(session, first)
            parted = _regroup(session, group)
            _tell(session, row, SPLIT, group if parted else (), at=catalogue.now(), actor=actor)
        return _merge(session, row)


def conflicts(catalogue: Catalogue, *, limit: int = 100) -> list[Merge]:
    """Return up to ``limit`` merges that wait for a person, the oldest first: refused, and their numbers apart."""
    one, other = aliased(OwnerRow), aliased(OwnerRow)
    waiting = (
        select(OwnerMergeRow)
        .join(one, one.serial == OwnerMergeRow.first)
        .join(other, other.serial == OwnerMergeRow.second)
        .outerjoin(OwnerSplitRow, OwnerSplitRow.merge == OwnerMergeRow.serial)
        .where(
            OwnerMergeRow.refused.is_not(None),
            OwnerSplitRow.merge.is_(None),
            func.coalesce(one.same_as, one.serial) != func.coalesce(other.same_as, other.serial),
        )
        .order_by(OwnerMergeRow.serial)
        .limit(limit)
    )
    with reading(catalogue.engine) as session:
        return [_merge(session, row) for row in session.scalars(waiting)]


# --- looking up ------------------------------------------------------------------------------------------------------


def known_owner(catalogue: Catalogue, number: OwnerNumber) -> KnownOwner | None:
    """Return what is known of the owner who has a number; ``None`` if nobody has it."""
    with reading(catalogue.engine) as session:
        serials = owner_group(session, number)
        if not serials:
            return None
        rows = session.scalars(select(OwnerRow).where(OwnerRow.serial.in_(serials))).all()
        numbers = [KnownNumber(_number(row), _since(session, row), _names(session, row)) for row in rows]
        numbers.sort(key=lambda one: (one.since is None, one.since, one.number.kind, one.number.value))
        history = select(OwnerMergeRow).where(or_(OwnerMergeRow.first.in_(serials), OwnerMergeRow.second.in_(serials)))
        counted = (
            select(PaperRow.paper_type, PaperRow.state, func.count())
            .where(is_of(serials))
            .group_by(PaperRow.paper_type, PaperRow.state)
        )
        papers = [(kind, PaperState(state), count) for kind, state, count in session.execute(counted)]
        return KnownOwner(
            min(serials),
            tuple(numbers),
            tuple(_merge(session, row) for row in session.scalars(history.order_by(OwnerMergeRow.serial))),
            tuple(sorted(papers, key=lambda one: (one[0] or "", one[1].value))),
        )


def _since(session: Session, row: OwnerRow) -> dt.datetime | None:
    first_paper = select(func.min(PaperRow.created_at)).where(is_of([row.serial]))
    first_merge = select(func.min(OwnerMergeRow.at)).where(
        or_(OwnerMergeRow.first == row.serial, OwnerMergeRow.second == row.serial)
    )
    found = [session.scalar(first_paper), session.scalar(first_merge)]
    return min((moment for moment in found if moment), default=None)


def _names(session: Session, row: OwnerRow) -> tuple[str, ...]:
    owned = select(PaperRow.owner_name).where(PaperRow.owner_serial == row.serial, PaperRow.owner_name.is_not(None))
    shared = select(CoOwnerRow.name).where(CoOwnerRow.owner_serial == row.serial, CoOwnerRow.name.is_not(None))
    seen = {*session.scalars(owned.distinct()), *session.scalars(shared.distinct()), row.name}
    return tuple(sorted(name for name in seen if name))


# --- within a transaction --------------------------------------------------------------------------------------------


def _pair(session: Session, first: OwnerNumber, second: OwnerNumber) -> tuple[OwnerRow, OwnerRow]:
    """Return the rows of two numbers, made if missing.

    Raises:
        InvalidValue: It is twice the same.
    """
    if first == second:
        raise InvalidValue(key="numbers", reason="it is twice the same number", reason_vi="hai số trùng nhau")
    return _row(session, first), _row(session, second)


def _row(session: Session, number: OwnerNumber) -> OwnerRow:
    row = owner_row(session, number)
    session.flush()
    return row


def _between(pair: tuple[OwnerRow, OwnerRow]) -> ColumnElement[bool]:
    one, other = (row.serial for row in pair)
    return or_(
        and_(OwnerMergeRow.first == one, OwnerMergeRow.second == other),
        and_(OwnerMergeRow.first == other, OwnerMergeRow.second == one),
    )


def _in_force() -> ColumnElement[bool]:
    return and_(OwnerMergeRow.refused.is_(None), OwnerMergeRow.serial.not_in(select(OwnerSplitRow.merge)))


def _held(session: Session, pair: tuple[OwnerRow, OwnerRow]) -> OwnerMergeRow | None:
    return session.scalar(select(OwnerMergeRow).where(_between(pair), _in_force()).limit(1))


def _group(session: Session, row: OwnerRow) -> list[OwnerRow]:
    head = row.same_as or row.serial
    members = select(OwnerRow).where(or_(OwnerRow.serial == head, OwnerRow.same_as == head))
    return list(session.scalars(members.order_by(OwnerRow.serial)))


def _contradiction(groups: Sequence[Sequence[OwnerRow]], session: Session) -> Contradiction | None:
    one, other = ([NamedNumber(_number(row), _names(session, row)) for row in group] for group in groups)
    return None if {row.serial for row in groups[0]} == {row.serial for row in groups[1]} else contradiction(one, other)


def _keep(session: Session, row: OwnerMergeRow, groups: Sequence[Sequence[OwnerRow]], actor: str) -> None:
    """Keep a merge, and follow it unless it is refused."""
    session.add(row)
    session.flush()
    union = list({one.serial: one for group in groups for one in group}.values())
    joined = row.refused is None and len(union) > len(groups[0])
    if joined:
        _regroup(session, union)
    _tell(session, row, CONFLICT if row.refused else MERGED, union if joined else (), at=row.at, actor=actor)


def _regroup(session: Session, rows: Sequence[OwnerRow]) -> bool:
    """Make stars of what the merges in force connect among ``rows``; return whether any number's owner is another."""
    serials = [row.serial for row in rows]
    links = select(OwnerMergeRow.first, OwnerMergeRow.second).where(_in_force(), OwnerMergeRow.first.in_(serials))
    head = {serial: serial for serial in serials}
    for first, second in session.execute(links).all():
        low, high = sorted((head[first], head[second]))
        head = {serial: low if at == high else at for serial, at in head.items()}
    before = {row.serial: row.same_as for row in rows}
    for row in rows:
        row.same_as = head[row.serial] if head[row.serial] != row.serial else None
    session.flush()
    return before != {row.serial: row.same_as for row in rows}


def _tell(
    session: Session, row: OwnerMergeRow, action: str, moved: Collection[OwnerRow], *, at: dt.datetime, actor: str
) -> None:
    """Write the audit entry about a merge, and an event for each stored paper of the owners it moved."""
    detail = {"merge": str(row.serial), "source": row.source, "rows": f"{row.first} {row.second}"}
    detail |= {"forced": "yes"} if row.forced else {}
    detail |= {"refused": row.refused} if row.refused else {}
    detail |= {"paper": row.paper} if row.paper else {}
    about = min((one.serial for one in moved), default=min(row.first, row.second))
    audit.append(session, actor=actor, action=action, about=f"owner:{about}", at=at, detail=detail)
    if moved:
        stored = select(PaperRow.id).where(is_of([one.serial for one in moved]), PaperRow.state.in_(_KEPT))
        for paper in session.scalars(stored.order_by(PaperRow.serial)).all():
            session.add(EventRow(kind=_EVENTS[action], paper=paper, at=at, payload={"merge": str(row.serial)}))


def _number(row: OwnerRow) -> OwnerNumber:
    return OWNER_NUMBER_KINDS[row.kind](row.number)


def _merge(session: Session, row: OwnerMergeRow) -> Merge:
    taken_back = session.get(OwnerSplitRow, row.serial)
    return Merge(
        row.serial,
        _number(session.get_one(OwnerRow, row.first)),
        _number(session.get_one(OwnerRow, row.second)),
        Source(row.source),
        row.at,
        row.actor,
        row.person,
        row.reason,
        PaperId(row.paper) if row.paper else None,
        row.forced,
        Contradiction(row.refused) if row.refused else None,
        Split(taken_back.at, taken_back.actor, taken_back.person, taken_back.reason) if taken_back else None,
    )
