"""The catalogue: what is known of every batch, paper and owner, changed only together with its audit entry.

Every change is one transaction, all or nothing: the rows, the audit entry and, where given, the event for others.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Engine,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased

from dossier import times
from dossier.errors import AlreadyExists, BatchMismatch, NotFound, WrongState
from dossier.identifiers import OwnerNumber, PaperId
from dossier.lanes import Lane
from dossier.owners import Owner
from dossier.papers import Paper, PaperState, SourceGrade, StoredObject, require_transition
from storage import direct
from storage.audit_log import audit
from storage.database import connect, migrate, reading, shared_clock, writing
from storage.records import AccessKey, Batch, Event
from storage.rows import (
    batch_from,
    batch_row,
    event_from,
    event_row,
    key_from,
    paper_from,
    write_paper,
)
from storage.rules import batch_content, change_told, require_same_content
from storage.schema import (
    AccessKeyRow,
    AccountRow,
    BatchRow,
    CoOwnerRow,
    EventRow,
    HeartbeatRow,
    OwnerRow,
    PaperRow,
    SealedVersionRow,
)
from storage.under_way.batch_progress import goes_on

_Row = TypeVar("_Row")
_KEY = direct.Statement(
    select(*AccessKeyRow.__table__.columns).where(
        or_(
            AccessKeyRow.sha256 == bindparam("sha256"),
            and_(AccessKeyRow.former_sha256 == bindparam("sha256"), AccessKeyRow.former_until > bindparam("now")),
        ),
        AccessKeyRow.revoked_at.is_(None),
    )
)
"""Every request asks it."""
_GRADE_RANK = case({g.value: g.rank for g in SourceGrade}, value=PaperRow.grade, else_=len(SourceGrade))
_LATEST_FIRST = (PaperRow.issued_on.desc().nulls_last(), _GRADE_RANK, PaperRow.serial.desc())
"""The order of an owner's papers: on one day the better grade first."""


class Catalogue:
    """The catalogue in one database. Safe to share between threads; each process opens its own.

    Every method may raise ``StoreUnavailable``; one that writes text that no database takes (NUL), ``InvalidValue``.

    Attributes:
        engine: For ``storage.audit_log.audit``.
    """

    def __init__(self, engine: Engine, clock: Callable[[], dt.datetime] = times.now) -> None:
        self.engine = engine
        self._clock = clock

    @classmethod
    def open(cls, url: str, *, clock: Callable[[], dt.datetime] = times.now) -> "Catalogue":
        """Open the catalogue at ``sqlite:///path`` or ``postgresql://…``, made or brought up to date where needed.

        Raises:
            ConfigurationError: The URL is of another kind.
            StoreUnavailable: The database does not answer, or belongs to a newer version of sohoa.
        """
        engine = connect(url)
        try:
            migrate(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, clock)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def now(self) -> dt.datetime:
        """Return the present moment by this catalogue's clock, which dates audit entries."""
        return self._clock()

    # --- batches and their papers ----------------------------------------------------------------------------------

    def add_batch(self, batch: Batch, papers: Sequence[Paper], *, actor: str) -> bool:
        """Keep a batch and its papers; ``False``, and nothing changed, if the same batch is there already.

        The same means: the same identifier, sender and dossier, and papers of the same names, bytes and owners. Paper
        identifiers and times do not count, because a sender who repeats a request has new ones made.

        Raises:
            BatchMismatch: The identifier was used for other content.
            AlreadyExists: A paper's identifier is taken.
        """
        content = batch_content(batch, papers)
        with writing(self.engine) as session:
            present = session.scalar(select(BatchRow).where(BatchRow.id == batch.id))
            if present:
                if present.content_sha256 != content:
                    raise BatchMismatch(batch=batch.id)
                return False
            session.add(batch_row(batch, content))
            session.flush()
            self._audit(session, actor, "batch.received", f"batch:{batch.id}", {"papers": str(len(papers))})
            self.insert(session, papers, actor)
        return True

    def add_papers(self, papers: Sequence[Paper], *, actor: str) -> None:
        """Keep further papers of batches that exist; papers already there are left as they are.

        Raises:
            NotFound: A paper's batch does not exist.
            AlreadyExists: A paper's identifier stands for other bytes.
        """
        with writing(self.engine) as session:
            for batch in {paper.batch for paper in papers}:
                _one(session, select(BatchRow).where(BatchRow.id == batch), "batch", batch)
            self.insert(session, papers, actor)

    def batch(self, batch_id: str) -> Batch:
        """Return a batch.

        Raises:
            NotFound: There is none of this identifier.
        """
        with reading(self.engine) as session:
            return batch_from(_one(session, select(BatchRow).where(BatchRow.id == batch_id), "batch", batch_id))

    def batches(
        self,
        *,
        limit: int = 100,
        before: str | None = None,
        station: str | None = None,
        lane: Lane | None = None,
        going_on_since: dt.datetime | None = None,
    ) -> list[Batch]:
        """Return up to ``limit`` batches, newest first.

        Args:
            limit: How many at most.
            before: Only those that came before this batch.
            station: Only of this sender.
            lane: Only in this one.
            going_on_since: Only those announced at or after this moment of which something still changes.

        Raises:
            NotFound: There is no batch ``before``.
        """
        query = select(BatchRow).order_by(BatchRow.serial.desc()).limit(limit)
        if station is not None:
            query = query.where(BatchRow.station == station)
        if lane is not None:
            query = query.where(BatchRow.lane == lane.value)
        if going_on_since is not None:
            query = query.where(BatchRow.created_at >= going_on_since, goes_on())
        with reading(self.engine) as session:
            if before is not None:
                edge = _one(session, select(BatchRow).where(BatchRow.id == before), "batch", before)
                query = query.where(BatchRow.serial < edge.serial)
            return [batch_from(row) for row in session.scalars(query)]

    # --- papers ----------------------------------------------------------------------------------------------------

    def paper(self, paper_id: PaperId) -> Paper:
        """Return a paper.

        Raises:
            NotFound: There is none of this identifier.
        """
        with reading(self.engine) as session:
            return paper_from(paper_row(session, paper_id))

    def papers(
        self,
        *,
        state: PaperState | None = None,
        but: PaperState | None = None,
        owner: OwnerNumber | None = None,
        batch: str | None = None,
        paper_type: str | None = None,
        stored_from: dt.datetime | None = None,
        limit: int = 100,
        after: PaperId | None = None,
        newest_first: bool = False,
    ) -> list[Paper]:
        """Return up to ``limit`` papers in the order they came in, or the other way round, those after ``after``.

        Args:
            state: Only in this one.
            but: Not in this one.
            owner: Only of this one, alone or with others, under any of his numbers.
            batch: Only of this one.
            paper_type: Only of this one.
            stored_from: Only those stored at or after this moment.
            limit: How many at most.
            after: Only those that follow this paper in the list.
            newest_first: The other way round.

        Raises:
            NotFound: There is no paper ``after``.
        """
        query = select(PaperRow).order_by(PaperRow.serial.desc() if newest_first else PaperRow.serial).limit(limit)
        if state is not None:
            query = query.where(PaperRow.state == state.value)
        if but is not None:
            query = query.where(PaperRow.state != but.value)
        if batch is not None:
            query = query.where(PaperRow.batch == batch)
        if paper_type is not None:
            query = query.where(PaperRow.paper_type == paper_type)
        if stored_from is not None:
            query = query.where(PaperRow.stored_at >= stored_from)
        with reading(self.engine) as session:
            if after is not None:
                edge = paper_row(session, after).serial
                query = query.where(PaperRow.serial < edge if newest_first else PaperRow.serial > edge)
            if owner is not None:
                query = query.where(is_of(owner_group(session, owner)))
            return _papers(session, query)

    def save(
        self,
        paper: Paper,
        *,
        actor: str,
        action: str,
        detail: Mapping[str, str] | None = None,
        event: Event | None = None,
        expected: PaperState | None = None,
        parts: Sequence[Paper] = (),
        also: Callable[[Session, PaperRow], None] | None = None,
    ) -> Paper:
        """Keep the new state of a paper with its audit entry and event, and return the paper as kept.

        Saving what is already kept changes nothing and adds neither entry nor event. A paper that becomes stored gets
        its ``code`` here; it, ``stored_at``, ``protected_until`` and what ``storage.lifecycle.standing`` told of it
        are given once and stay, so that a step may safely be run twice (``storage.proof.renewals`` moves the end of
        protection on). What it waited for, and what went wrong with it, ends with a change of its state.

        Args:
            paper: Read from this catalogue and changed.
            actor: Who changed it.
            action: What was done, e.g. ``"paper.confirmed"``.
            detail: Goes into the audit entry, which also tells the change of state; no personal data.
            event: For other systems.
            expected: The state the paper must be in at this moment, where two callers may do the same.
            parts: New papers that take the place of a scan that is split.
            also: What else the same transaction does, given the paper's row as kept.

        Raises:
            NotFound: There is no such paper.
            WrongState: The kept state does not allow the new one, or is not ``expected``.
            AlreadyExists: A part that is fixed (batch and original always, the content of a stored paper) was changed.
        """
        with writing(self.engine) as session:
            row = paper_row(session, paper.id)
            kept = paper_from(row)
            paper = replace(
                paper,
                code=kept.code,
                stored_at=kept.stored_at or paper.stored_at,
                waiting=kept.waiting,
                setback=kept.setback,
                protected_until=kept.protected_until or paper.protected_until,
                handed_over_at=kept.handed_over_at or paper.handed_over_at,
                superseded_by=kept.superseded_by or paper.superseded_by,
            )
            if paper == kept:
                return kept
            if expected is not None and kept.state is not expected:
                raise WrongState(state=kept.state.value, needed=expected.value)
            if paper.state is not kept.state:
                require_transition(kept.state, paper.state)
                row.waiting = row.setback = None
                paper = replace(paper, waiting=None, setback=None)
            require_same_content(kept, paper)
            if paper.state is PaperState.STORED and paper.code is None:
                paper = replace(paper, code=_next_code(session, paper))
            write_paper(row, paper, partial(_owner_row, session))
            session.flush()
            if paper.sealed and not kept.sealed:
                session.add(_first_version(paper.id, paper.sealed, self._clock()))
            self._audit(session, actor, action, _about(paper.id), {**(detail or {}), **change_told(kept, paper)})
            self.insert(session, parts, actor)
            if event:
                session.add(event_row(event))
            if also:
                session.flush()
                also(session, row)
                session.flush()
                paper = paper_from(row)
        return paper

    def find(
        self,
        owner: OwnerNumber,
        *,
        paper_type: str | None = None,
        valid_on: dt.date | None = None,
        states: Collection[PaperState] = (PaperState.STORED,),
        limit: int | None = None,
    ) -> list[Paper]:
        """Return an owner's papers under all numbers of his, the latest issued first; shared ones among them.

        Of papers issued on the same day those of the better grade come first.

        Args:
            owner: Whose.
            paper_type: Only of this type.
            valid_on: Only stored papers issued on or before this day (or of unknown date) and valid through it.
            states: Only in one of these; with ``valid_on`` only stored ones count.
            limit: How many at most; ``None``: all.
        """
        query = (
            select(PaperRow)
            .where(PaperRow.state.in_([state.value for state in states]))
            .order_by(*_LATEST_FIRST)
            .limit(limit)
        )
        if paper_type is not None:
            query = query.where(PaperRow.paper_type == paper_type)
        if valid_on is not None:
            query = query.where(*_valid(valid_on))
        with reading(self.engine) as session:
            return _papers(session, query.where(is_of(owner_group(session, owner))))

    def latest(
        self, owner: OwnerNumber, on: dt.date, *, each: int, paper_types: Collection[str] | None = None
    ) -> list[Paper]:
        """Return an owner's stored papers that are valid on a day, of each type the latest issued, as `find` does.

        However many papers an owner has, no more are loaded than these.

        Args:
            owner: Whose.
            on: The day.
            each: How many of each type at most.
            paper_types: Only of these types; ``None``: of any.
        """
        place = func.row_number().over(partition_by=PaperRow.paper_type, order_by=_LATEST_FIRST).label("place")
        with reading(self.engine) as session:
            ranked = select(PaperRow.serial, place).where(is_of(owner_group(session, owner)), *_valid(on))
            if paper_types is not None:
                ranked = ranked.where(PaperRow.paper_type.in_(paper_types))
            first = ranked.subquery()
            taken = select(first.c.serial).where(first.c.place <= each)
            return _papers(session, select(PaperRow).where(PaperRow.serial.in_(taken)).order_by(*_LATEST_FIRST))

    def by_original(self, sha256: str, owner: OwnerNumber | None) -> Paper | None:
        """Return the first paper that came with these bytes, neither rejected nor disposed of, to tell duplicates.

        A paper that is no duplicate is its own first.

        Args:
            sha256: Of the original, lower-case hex.
            owner: Only this owner's, alone or with others; ``None`` for anybody's.
        """
        gone = (PaperState.REJECTED.value, PaperState.DISPOSED.value)
        query = select(PaperRow).where(PaperRow.original_sha256 == sha256, PaperRow.state.not_in(gone))
        with reading(self.engine) as session:
            if owner is not None:
                query = query.where(is_of(owner_group(session, owner)))
            return next(iter(_papers(session, query.order_by(PaperRow.serial).limit(1))), None)

    def count_by_state(self) -> dict[PaperState, int]:
        """Return how many papers are in each state, none left out."""
        with reading(self.engine) as session:
            rows = session.execute(select(PaperRow.state, func.count()).group_by(PaperRow.state)).all()
        return dict.fromkeys(PaperState, 0) | {PaperState(state): count for state, count in rows}

    def count_under_way(self) -> int:
        """Return how many papers are received or confirmed, and so are or will be worked on."""
        states = [PaperState.RECEIVED.value, PaperState.CONFIRMED.value]
        with reading(self.engine, statements=1) as session:
            return session.scalar(select(func.count()).where(PaperRow.state.in_(states))) or 0

    # --- access keys -----------------------------------------------------------------------------------------------

    def add_key(self, key: AccessKey, *, actor: str) -> None:
        """Keep an access key.

        Raises:
            AlreadyExists: The name or the secret is taken; an account's name is.
        """
        with writing(self.engine) as session:
            taken = or_(AccessKeyRow.name == key.name, AccessKeyRow.sha256 == key.sha256)
            account = select(AccountRow).where(AccountRow.name == key.name)
            if session.scalar(select(AccessKeyRow).where(taken)) or session.scalar(account):
                raise AlreadyExists(kind="access key", id=key.name)
            session.add(
                AccessKeyRow(
                    name=key.name,
                    role=key.role,
                    sha256=key.sha256,
                    created_at=key.created_at,
                    revoked_at=key.revoked_at,
                )
            )
            self._audit(session, actor, "key.added", f"key:{key.name}", {"role": key.role})

    def key_by_hash(self, sha256: str) -> AccessKey | None:
        """Return the key in force whose secret has this SHA-256 (lower-case hex), if there is one."""
        with direct.reading(self.engine, statements=1) as asked:
            found = asked.rows(_KEY, sha256=sha256, now=self._clock())
        return key_from(found[0]) if found else None

    def keys(self, *, limit: int | None = None, after: str | None = None) -> list[AccessKey]:
        """Return keys, revoked ones too, by name.

        Args:
            limit: How many at most; ``None``: all.
            after: Only those whose names follow this one.
        """
        query = select(AccessKeyRow).order_by(AccessKeyRow.name).limit(limit)
        if after is not None:
            query = query.where(AccessKeyRow.name > after)
        with reading(self.engine) as session:
            return [key_from(row) for row in session.scalars(query)]

    def rotate_key(self, name: str, sha256: str, *, until: dt.datetime, actor: str) -> None:
        """Give a key in force another secret; the present one is good until then, one before it no longer.

        Raises:
            NotFound: There is no key in force of this name.
        """
        with writing(self.engine) as session:
            wanted = select(AccessKeyRow).where(AccessKeyRow.name == name, AccessKeyRow.revoked_at.is_(None))
            row = _one(session, wanted, "access key", name)
            row.former_sha256, row.former_until, row.sha256 = row.sha256, until, sha256
            self._audit(session, actor, "key.rotated", f"key:{name}")

    def revoke_key(self, name: str, *, actor: str) -> None:
        """Take a key out of force; a revoked one stays as it is.

        Raises:
            NotFound: There is no key of this name.
        """
        with writing(self.engine) as session:
            row = _one(session, select(AccessKeyRow).where(AccessKeyRow.name == name), "access key", name)
            if row.revoked_at is None:
                row.revoked_at = self._clock()
                self._audit(session, actor, "key.revoked", f"key:{name}")

    # --- reading, reuse, events ------------------------------------------------------------------------------------

    def record(self, actor: str, action: str, about: str, detail: Mapping[str, str] | None = None) -> None:
        """Append to the audit log what changed nothing in the catalogue, such as the reading of a paper.

        Args:
            actor: Who.
            action: E.g. ``"paper.read"``.
            about: E.g. ``"paper:3f9k2m7x8c4v5b6n"``.
            detail: No personal data.
        """
        with writing(self.engine) as session:
            self._audit(session, actor, action, about, detail)

    def events(self, after: int = 0, limit: int = 100) -> list[Event]:
        """Return up to ``limit`` events with an ``id`` above ``after``, in order; no event ever appears in between."""
        query = select(EventRow).where(EventRow.id > after).order_by(EventRow.id).limit(limit)
        with reading(self.engine) as session:
            return [event_from(row) for row in session.scalars(query)]

    # --- workers ---------------------------------------------------------------------------------------------------

    def shared_now(self) -> dt.datetime:
        """Return the present moment by the clock that all workers share, so that their own do not matter."""
        with reading(self.engine, statements=1) as session:
            return shared_clock(session)

    def beat(self, executor: str, at: dt.datetime) -> None:
        """Keep a worker's sign of life, dated by `shared_now`."""
        with writing(self.engine) as session:
            session.merge(HeartbeatRow(executor=executor, at=at))

    def dead_executors(self, older_than: dt.datetime) -> list[str]:
        """Return the workers whose last sign of life is older, by name."""
        query = select(HeartbeatRow.executor).where(HeartbeatRow.at < older_than).order_by(HeartbeatRow.executor)
        with reading(self.engine) as session:
            return list(session.scalars(query))

    def claim_executor(self, executor: str, older_than: dt.datetime, at: dt.datetime) -> bool:
        """Return whether a silent worker is the caller's to take over from; nobody else is told so meanwhile.

        Whoever claimed it and dies on the way leaves it silent since ``at``.
        """
        with writing(self.engine) as session:
            claimed = session.execute(
                update(HeartbeatRow)
                .where(HeartbeatRow.executor == executor, HeartbeatRow.at < older_than)
                .values(at=at)
                .returning(HeartbeatRow.executor)
            )
            return claimed.first() is not None

    def executors(self) -> list[str]:
        """Return the workers that are known, by name; among them such as have died a moment ago."""
        with reading(self.engine, statements=1) as session:
            return list(session.scalars(select(HeartbeatRow.executor)))

    def forget_executor(self, executor: str) -> None:
        """Drop a worker from the list."""
        with writing(self.engine) as session:
            session.execute(delete(HeartbeatRow).where(HeartbeatRow.executor == executor))

    # --- within a transaction --------------------------------------------------------------------------------------

    def insert(self, session: Session, papers: Sequence[Paper], actor: str) -> None:
        """Keep new papers within a writing transaction; see `add_papers`."""
        for paper in papers:
            present = session.scalar(select(PaperRow).where(PaperRow.id == paper.id.value))
            if present:
                if present.original_sha256 != paper.original.sha256 or present.batch != paper.batch:
                    raise AlreadyExists(kind="paper", id=paper.id)
                continue
            row = PaperRow()
            write_paper(row, paper, partial(_owner_row, session))
            session.add(row)
            session.flush()
            detail = {"batch": paper.batch, "original_sha256": paper.original.sha256, "state": paper.state.value}
            if paper.split_from:
                detail["split_from"] = paper.split_from.value
            self._audit(session, actor, "paper.received", _about(paper.id), detail)

    def _audit(
        self, session: Session, actor: str, action: str, about: str, detail: Mapping[str, str] | None = None
    ) -> None:
        audit.append(session, actor=actor, action=action, about=about, at=self._clock(), detail=detail)


def _one(session: Session, query: Select[_Row], kind: str, name: str) -> _Row:
    row = session.scalar(query)
    if row is None:
        raise NotFound(kind=kind, id=name)
    return row


def paper_row(session: Session, paper_id: PaperId) -> PaperRow:
    """Return the row of a paper.

    Raises:
        NotFound: There is none.
    """
    return _one(session, select(PaperRow).where(PaperRow.id == paper_id.value), "paper", paper_id.value)


def _papers(session: Session, query: Select[PaperRow]) -> list[Paper]:
    return [paper_from(row) for row in session.scalars(query)]


def _about(paper_id: PaperId) -> str:
    return f"paper:{paper_id}"


def _first_version(paper_id: PaperId, sealed: StoredObject, since: dt.datetime) -> SealedVersionRow:
    return SealedVersionRow(
        paper=paper_id.value, number=1, key=sealed.key, version=sealed.version, sha256=sealed.sha256, since=since
    )


def _is_owner(number: OwnerNumber) -> ColumnElement[bool]:
    return and_(OwnerRow.kind == number.kind, OwnerRow.number == number.value)


def owner_group(session: Session, number: OwnerNumber) -> list[int]:
    """Return the serials of all numbers of the owner who has this one; none if nobody has it."""
    head = select(func.coalesce(OwnerRow.same_as, OwnerRow.serial)).where(_is_owner(number)).scalar_subquery()
    return list(session.scalars(select(OwnerRow.serial).where(or_(OwnerRow.serial == head, OwnerRow.same_as == head))))


def is_of(serials: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a paper is one of these numbers', alone or with others; given by their serials."""
    # One branch for each way to a paper: with OR, PostgreSQL would read the whole table.
    own, shared = aliased(PaperRow), aliased(PaperRow)
    theirs: CompoundSelect[Any] = union_all(
        select(own.serial).where(own.owner_serial.in_(serials)),
        select(shared.serial)
        .join(CoOwnerRow, CoOwnerRow.paper == shared.id)
        .where(CoOwnerRow.owner_serial.in_(serials)),
    )
    return PaperRow.serial.in_(theirs)


def _valid(on: dt.date) -> tuple[ColumnElement[bool], ...]:
    """Return what a stored paper is that is valid on a day, as far as it says from when to when."""
    return (
        PaperRow.state == PaperState.STORED.value,
        or_(PaperRow.issued_on.is_(None), PaperRow.issued_on <= on),
        or_(PaperRow.valid_until.is_(None), PaperRow.valid_until >= on),
    )


def owner_row(session: Session, number: OwnerNumber, name: str | None = None) -> OwnerRow:
    """Return the row of a number, made if missing, with the newest known name."""
    row = session.scalar(select(OwnerRow).where(_is_owner(number)))
    if row is None:
        row = OwnerRow(kind=number.kind, number=number.value)
        session.add(row)
    row.name = name or row.name
    return row


def _owner_row(session: Session, owner: Owner) -> OwnerRow:
    return owner_row(session, owner.number, owner.name)


def _next_code(session: Session, paper: Paper) -> str | None:
    """Return ``<owner number>.<paper type>.<running number>``; ``None`` while owner or type is unknown.

    No code is given twice, not even when its paper was disposed of.
    """
    if paper.owner is None or paper.paper_type is None:
        return None
    stem = f"{paper.owner.number.value}.{paper.paper_type}."
    last = session.scalar(  # of texts with one beginning, the highest number is the longest, and of these the last
        select(PaperRow.code)
        .join(OwnerRow, PaperRow.owner_serial == OwnerRow.serial)
        .where(
            _is_owner(paper.owner.number),
            PaperRow.paper_type == paper.paper_type,
            PaperRow.code.startswith(stem, autoescape=True),
        )
        .order_by(func.length(PaperRow.code).desc(), PaperRow.code.desc())
        .limit(1)
    )
    gone = session.scalar(select(OwnerRow.codes_gone).where(_is_owner(paper.owner.number))) or 0
    return f"{stem}{max(gone, running_number(last) if last else 0) + 1:02d}"


def running_number(code: str) -> int:
    """Return the last part of a paper's code."""
    return int(code.rpartition(".")[2])
