"""The lookup over the catalogue: what a consumer may be given of an owner's papers, found, chosen and put on record.

Written for speed: no paper is loaded whole, and fields are read only of the papers that are given. All is read on one
view of the catalogue; what is given is kept, with its audit entry, before it is returned.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select, union_all
from sqlalchemy.orm import aliased

from dossier import times
from dossier.dossiers import Dossier
from dossier.errors import NoGrant
from dossier.grants import Grant, Scope, scope
from dossier.identifiers import OWNER_NUMBER_KINDS, AgencyCode, DossierNumber, OwnerNumber, PaperId
from dossier.lookups import MOST_LOOKED_AT, Candidate, Need, Outcome, outcome
from dossier.owners import Owner
from dossier.paper_types import PaperType, find_type
from dossier.papers import Field, PaperKind, PaperState, SourceGrade, StoredObject
from dossier.verdicts import Verdict
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.direct import Among, Direct, Statement, reading
from storage.reuse import disclosures
from storage.reuse.disclosures import Disclosure, DisclosureKind
from storage.rows import dossier_from, field_from, grant_from
from storage.schema import CoOwnerRow, DossierRow, FieldRow, GrantRow, OwnerRow, PaperRow
from storage.together import write_together

_head = (
    select(func.coalesce(OwnerRow.same_as, OwnerRow.serial))
    .where(OwnerRow.kind == bindparam("kind"), OwnerRow.number == bindparam("number"))
    .scalar_subquery()
)
_group = select(OwnerRow.serial).where(or_(OwnerRow.serial == _head, OwnerRow.same_as == _head)).cte("owner_group")
_group_serials = select(_group.c.serial)
_kept_under = aliased(OwnerRow)
_shared = select(func.count()).where(CoOwnerRow.paper == PaperRow.id).scalar_subquery()
_papers = (
    select(
        PaperRow.id,
        PaperRow.paper_type,
        PaperRow.state,
        PaperRow.kind,
        PaperRow.verdict,
        PaperRow.grade,
        PaperRow.issued_on,
        PaperRow.valid_until,
        PaperRow.stored_at,
        PaperRow.dossier,
        PaperRow.handed_over_at,
        PaperRow.superseded_by,
        PaperRow.code,
        PaperRow.title,
        PaperRow.agency,
        PaperRow.page_count,
        PaperRow.reading_version,
        PaperRow.owner_name,
        PaperRow.sealed_key,
        PaperRow.sealed_version,
        PaperRow.sealed_sha256,
        PaperRow.sealed_size,
        PaperRow.sealed_media_type,
        _kept_under.kind.label("owner_kind"),
        _kept_under.number.label("owner_number"),
        _shared.label("shared"),
    )
    .outerjoin(_kept_under, _kept_under.serial == PaperRow.owner_serial)
    .where(Among(PaperRow.paper_type, "types"))
)
_theirs = union_all(
    # One branch for each way to a paper: with OR, PostgreSQL would read the whole table.
    _papers.where(PaperRow.owner_serial.in_(_group_serials)),
    _papers.where(PaperRow.id.in_(select(CoOwnerRow.paper).where(CoOwnerRow.owner_serial.in_(_group_serials)))),
).subquery("theirs")
_best_first = (
    case((and_(_theirs.c.state == PaperState.STORED.value, _theirs.c.verdict == Verdict.VALID.value), 0), else_=1),
    case({grade.value: grade.rank for grade in SourceGrade}, value=_theirs.c.grade, else_=len(SourceGrade)),
    _theirs.c.issued_on.desc().nulls_last(),
    _theirs.c.stored_at.desc().nulls_last(),
)
_place = func.row_number().over(partition_by=_theirs.c.paper_type, order_by=_best_first)
_placed = select(*_theirs.c, _place.label("place")).subquery("placed")
_HELD = Statement(select(*_placed.c).where(or_(_placed.c.place <= MOST_LOOKED_AT, Among(_placed.c.id, "papers"))))
_GRANTS = Statement(
    select(*GrantRow.__table__.columns).where(
        GrantRow.consumer == bindparam("consumer"),
        GrantRow.revoked_at.is_(None),
        or_(GrantRow.owner_serial.is_(None), GrantRow.owner_serial.in_(_group_serials)),
    )
)
_DOSSIERS = Statement(select(*DossierRow.__table__.columns).where(Among(DossierRow.number, "numbers")))
_FIELDS = Statement(
    select(*FieldRow.__table__.columns)
    .where(Among(FieldRow.paper, "papers"))
    .order_by(FieldRow.paper, FieldRow.position)
)
_CO_OWNERS = Statement(
    select(CoOwnerRow.paper, OwnerRow.kind, OwnerRow.number, CoOwnerRow.name)
    .join(OwnerRow, OwnerRow.serial == CoOwnerRow.owner_serial)
    .where(Among(CoOwnerRow.paper, "papers"))
    .order_by(CoOwnerRow.paper, CoOwnerRow.position)
)
_REVOKED = Statement(
    select(func.count().label("number")).where(Among(GrantRow.id, "grants"), GrantRow.revoked_at.is_not(None))
)


_Rows = Callable[[], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Given:
    """A paper that is given.

    Attributes:
        paper: What is known of it. fields: Those that may be given.
        co_owners: Whose it is besides, if that may be told.
    """

    paper: Candidate
    fields: tuple[Field, ...]
    co_owners: tuple[Owner, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The answer for one type of paper.

    Attributes:
        paper_type: The type. scope: What may be given of it; ``None``: nothing, and then nothing is told of it.
        outcome: What can be used, or why not. papers: What is given, the best first.
    """

    paper_type: PaperType
    scope: Scope | None
    outcome: Outcome
    papers: tuple[Given, ...] = ()


def look_up(
    catalogue: Catalogue,
    need: Need,
    paper_types: Mapping[str, PaperType],
    *,
    consumer: str,
    built_in: Grant | None = None,
) -> list[Found]:
    """Return what can be used again, by type in the order asked for, and put on record what is given.

    Types that were not asked for by name and may not be given are left out.

    Args:
        catalogue: Where.
        need: What is looked for.
        paper_types: The catalogue of types.
        consumer: Name of the access key.
        built_in: A grant that comes with the consumer's role.

    Raises:
        UnknownPaperType: A type that is not there.
        NoGrant: Nothing of what was asked for may be given; this is in the audit log.
        StoreUnavailable: The catalogue does not answer.
    """
    by_name = need.paper_types is not None
    asked = _asked(need, paper_types)
    with reading(catalogue.engine) as view:
        whose = {"kind": need.owner.kind, "number": need.owner.value}
        granted = view.ask(_GRANTS, consumer=consumer, **whose) if built_in is None else tuple
        named = [paper.value for paper in need.papers]
        kept = view.ask(_HELD, types=[one.code for one in asked], papers=named, **whose)
        grants = [*map(grant_from, granted()), *([built_in] if built_in else ())]
        today = times.local(catalogue.now()).date()
        scopes = {one.code: scope(grants, one.code, need.purpose, today) for one in asked}
        may = [one for one in asked if scopes[one.code]]
        held = _held(kept(), may, need.papers)
        outcomes = _outcomes(view, may, held, need)
        fields, co_owners = _ask_what_is_said(view, outcomes, scopes)
    given = _given(may, outcomes, scopes, _fields(fields()), _co_owners(co_owners()))
    found = [
        Found(one, scopes[one.code], outcomes.get(one.code, Outcome()), given.get(one.code, ()))
        for one in asked
        if scopes[one.code] or by_name
    ]
    if need.papers and not by_name:
        found = [one for one in found if one.papers or one.outcome.nearest]
    _record(catalogue, need, consumer, found if may or not asked else None)
    return found


def scopes_of(
    catalogue: Catalogue, owner: OwnerNumber, types: Iterable[str], purpose: str, *, consumer: str
) -> dict[str, Scope | None]:
    """Return what a consumer's grants allow of an owner's papers of some types for a purpose.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    with reading(catalogue.engine, statements=1) as view:
        grants = list(map(grant_from, view.rows(_GRANTS, consumer=consumer, kind=owner.kind, number=owner.value)))
    today = times.local(catalogue.now()).date()
    return {code: scope(grants, code, purpose, today) for code in types}


def _asked(need: Need, paper_types: Mapping[str, PaperType]) -> list[PaperType]:
    if need.paper_types is None:
        return [paper_types[code] for code in sorted(paper_types) if paper_types[code].reusable]
    return [find_type(paper_types, code) for code in dict.fromkeys(need.paper_types)]


def _held(rows: Iterable[Any], types: Iterable[PaperType], papers: Collection[PaperId]) -> dict[str, list[Candidate]]:
    """Return the owner's papers of some types, shared ones among them, by type."""
    codes = {one.code for one in types}
    found = {row.id: row for row in rows if row.paper_type in codes}
    wanted = {paper.value for paper in papers} or found.keys()
    held: defaultdict[str, list[Candidate]] = defaultdict(list)
    for row in found.values():
        if row.id in wanted:
            held[row.paper_type].append(_candidate(row))
    return held


def _candidate(row: Any) -> Candidate:  # noqa: ANN401 - of `_HELD`
    sealed = None
    if row.sealed_key is not None:
        sealed = StoredObject(
            row.sealed_key, row.sealed_version, row.sealed_sha256, row.sealed_size, row.sealed_media_type
        )
    number = OWNER_NUMBER_KINDS[row.owner_kind](row.owner_number) if row.owner_kind else None
    return Candidate(
        id=PaperId(row.id),
        paper_type=row.paper_type,
        state=PaperState(row.state),
        kind=PaperKind(row.kind),
        verdict=Verdict(row.verdict) if row.verdict else None,
        grade=SourceGrade(row.grade) if row.grade else None,
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        stored_at=row.stored_at,
        dossier=DossierNumber(row.dossier) if row.dossier else None,
        handed_over_at=row.handed_over_at,
        superseded_by=PaperId(row.superseded_by) if row.superseded_by else None,
        code=row.code,
        title=row.title,
        agency=AgencyCode(row.agency) if row.agency else None,
        page_count=row.page_count,
        reading_version=row.reading_version,
        owner=Owner(number, row.owner_name) if number else None,
        sealed=sealed,
        is_shared=row.shared > 0,
    )


def _outcomes(
    view: Direct, types: Iterable[PaperType], held: Mapping[str, list[Candidate]], need: Need
) -> dict[str, Outcome]:
    dossiers = _dossiers(view, [one for papers in held.values() for one in papers])
    every = bool(need.papers)
    return {one.code: outcome(held.get(one.code, ()), one, dossiers, need.on, every=every) for one in types}


def _dossiers(view: Direct, papers: Iterable[Candidate]) -> dict[DossierNumber, Dossier]:
    numbers = {one.dossier.canonical.value for one in papers if one.dossier and one.state is PaperState.STORED}
    rows = view.rows(_DOSSIERS, numbers=sorted(numbers)) if numbers else ()
    return {DossierNumber(row.number): dossier_from(row) for row in rows}


def _ask_what_is_said(
    view: Direct, outcomes: Mapping[str, Outcome], scopes: Mapping[str, Scope | None]
) -> tuple[_Rows, _Rows]:
    """Ask for the fields of the papers to be given, and for the co-owners of those whose owners may be told."""
    chosen = [(one, scopes[code]) for code, found in outcomes.items() for one in found.given]
    shared = [one.id.value for one, allowed in chosen if one.is_shared and allowed and allowed.everything]
    co_owners = view.ask(_CO_OWNERS, papers=shared) if shared else tuple
    fields = view.ask(_FIELDS, papers=[one.id.value for one, _ in chosen]) if chosen else tuple
    return fields, co_owners


def _given(
    types: Iterable[PaperType],
    outcomes: Mapping[str, Outcome],
    scopes: Mapping[str, Scope | None],
    fields: Mapping[str, list[Field]],
    co_owners: Mapping[str, list[Owner]],
) -> dict[str, tuple[Given, ...]]:
    """Return the papers to be given with as much of them as may be given."""
    given: dict[str, tuple[Given, ...]] = {}
    for paper_type in types:
        allowed = scopes[paper_type.code]
        given[paper_type.code] = tuple(
            Given(
                one,
                tuple(f for f in fields[one.id.value] if allowed and allowed.gives(paper_type, f.key)),
                tuple(co_owners[one.id.value]),
            )
            for one in outcomes[paper_type.code].given
        )
    return given


def _fields(rows: Iterable[Any]) -> Mapping[str, list[Field]]:
    fields: defaultdict[str, list[Field]] = defaultdict(list)
    for row in rows:
        fields[row.paper].append(field_from(row))
    return fields


def _co_owners(rows: Iterable[Any]) -> Mapping[str, list[Owner]]:
    owners: defaultdict[str, list[Owner]] = defaultdict(list)
    for paper, kind, number, name in rows:
        owners[paper].append(Owner(OWNER_NUMBER_KINDS[kind](number), name))
    return owners


def _record(catalogue: Catalogue, need: Need, consumer: str, found: Sequence[Found] | None) -> None:
    """Put a lookup on record: what was given, that nothing was found, or (``None``) that it was refused.

    Raises:
        NoGrant: It was refused, or a grant it rests on was revoked while it was answered.
    """
    at = catalogue.now()
    given = [
        Disclosure(
            paper=one.paper.id,
            consumer=consumer,
            kind=DisclosureKind.LOOKUP,
            dossier=need.dossier,
            procedure=need.procedure,
            purpose=need.purpose,
            note=need.note,
            fields=tuple(field.key for field in one.fields),
            grants=answer.scope.grants if answer.scope else (),
            at=at,
        )
        for answer in found or ()
        for one in answer.papers
    ]
    about = f"dossier:{need.dossier.canonical}"
    detail = {"dossier": str(need.dossier), "procedure": str(need.procedure), "purpose": need.purpose}
    stands = False

    def write(turn: Direct) -> None:
        nonlocal stands
        audit.expect(turn)
        stands = found is not None and _stand(turn, {grant for one in given for grant in one.grants})
        shown = {one.paper.value: None for one in given} if stands else {}
        disclosures.keep(turn, given if stands else ())
        action = disclosures.GIVEN if shown else "lookup.empty" if stands else "lookup.refused"
        audit.append(turn, actor=consumer, action=action, about=about, at=at, detail=detail, shown=shown)

    write_together(catalogue.engine, write)
    if not stands:
        raise NoGrant


def _stand(turn: Direct, grants: Collection[str]) -> bool:
    """Return whether none of ``grants`` was revoked meanwhile."""
    return not grants or not turn.rows(_REVOKED, grants=list(grants))[0].number
