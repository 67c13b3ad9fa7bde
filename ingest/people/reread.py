"""Reread: what a stored paper says by a newer catalogue or a newer reader; proposed first, accepted by a named person.

The sealed file is only ever looked at. A reading that differs is kept as a further version beside the first
(``ingest.people.versions``); the paper's fields follow it when a person accepts it, and not before (decree
309/2026/NĐ-CP: a machine may assist, never decide). What a person entered by hand always stays. Doing it again makes
nothing new.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, partial

import structlog

from dossier import times
from dossier.checks import CODES as FIELD_CODES
from dossier.checks import needs_review
from dossier.errors import NotFound, SohoaError, WrongState
from dossier.identifiers import PaperId
from dossier.paper_types import OTHER, PaperType, find_type
from dossier.papers import Field, Paper, PaperState
from dossier.verdicts import Finding
from ingest.doubts import READING_CODES, reading_doubts
from ingest.house import House
from ingest.judge import VALIDITY_UNKNOWN, judge
from ingest.people.corrections import with_manual
from ingest.people.versions import ReadingVersion, keep, versions_of
from ingest.reuse.search import index_paper
from ingest.scan.masters import Master, masters_of
from ocr.model import PageReading, Reading
from ocr.qr import Code
from storage.lifecycle.superseding import settle
from storage.records import Event

ACTOR = "reread"
PROPOSED, ACCEPTED = "paper.reading-proposed", "paper.reread"
"""Actions in the audit log."""
REREADABLE = (PaperState.STORED, PaperState.EXPIRED)
"""Superseded and revoked papers are served to nobody."""
_TELLING = 0.05
"""Less than this much more or less confidence is no difference worth telling."""
_log = structlog.get_logger(__name__)
_RECOMPUTED = FIELD_CODES | READING_CODES | {VALIDITY_UNKNOWN}


class Kind(StrEnum):
    """How a field differs from the one served."""

    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"
    SURER = "surer"
    LESS_SURE = "less-sure"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs.

    Attributes:
        field: Its key. kind: How. old, new: What was read, personal data: its value or, if it has none, its text;
            ``None`` where there is no such field.
    """

    field: str
    kind: Kind
    old: str | None
    new: str | None


class Outcome(StrEnum):
    """What came of reading a paper again."""

    UNCHANGED = "unchanged"
    """It says what is served."""
    FOUND = "found"
    """It says something else; nothing was to be kept."""
    PROPOSED = "proposed"
    """That was kept as a further version."""
    WAITING = "waiting"
    """That had been kept before, and waits to be accepted."""
    ACCEPTED = "accepted"
    """The paper's fields are now those of the version kept before."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with papers.

    Attributes:
        engine: Read the pages anew too, where the present engine has not read them.
        keep: Keep what differs.
        accept_by: Name of the person who accepts what was proposed before and still stands; ``None`` accepts nothing.
        one_by_one: This paper was looked at by itself: accept also what is not harmless.
    """

    engine: bool = False
    keep: bool = True
    accept_by: str | None = None
    one_by_one: bool = False


@dataclass(frozen=True, slots=True)
class Reread:
    """What came of one paper.

    Attributes:
        paper: As it is now. outcome: What was done. version: Of the reading that differs; ``None`` if none does.
        engine: What read its pages. type_version: Of the paper type that its fields are declared by.
        differences: From the fields served before, in the type's order. doubts: Those that the paper did not have.
        changes_validity: The last day on which the paper is valid is another one by these fields.
        changes_owners: It is found by other co-owners.
    """

    paper: Paper
    outcome: Outcome
    version: int | None
    engine: str
    type_version: int | None
    differences: tuple[Difference, ...]
    doubts: tuple[Finding, ...]
    changes_validity: bool = False
    changes_owners: bool = False

    @property
    def is_harmless(self) -> bool:
        """Whether nothing served is overruled: no value gone or changed, same validity and owners, no new doubt."""
        overruled = {Kind.GONE, Kind.CHANGED} & {difference.kind for difference in self.differences}
        return not (overruled or self.changes_validity or self.changes_owners or needs_review(self.doubts))


def reread(house: House, paper: Paper, order: Order) -> Reread:
    """Read a stored paper again.

    Raises:
        NotFound, ObjectDamaged: Its sealed file or first reading is gone or damaged.
        UnknownPaperType: The catalogue no longer has its type.
        SohoaError: A part is missing or failed, or somebody else changed the paper meanwhile.
    """
    paper_type = find_type(house.paper_types, paper.paper_type or OTHER)
    versions = versions_of(house, paper)
    later = tuple(version for version in versions if version.number >= paper.reading_version)
    if not later or later[0].number != paper.reading_version:
        raise NotFound(kind="object", id=f"reading-v{paper.reading_version}.json")
    served = later[0]
    new = _read_again(house, paper, later, paper_type, anew=order.engine)
    new = replace(new, number=versions[-1].number + 1)
    known = next((version for version in reversed(later) if _is_same(version, new, paper_type)), None)
    following = _following(paper, known or new, paper_type)
    if known is served and following.co_owners != paper.co_owners:
        known, following = None, replace(following, reading_version=new.number)
    if known is served:
        return Reread(paper, Outcome.UNCHANGED, None, served.engine, served.type_version, (), ())
    version = known or new
    told = Reread(
        paper,
        Outcome.WAITING if known else Outcome.FOUND,
        version.number,
        version.engine,
        version.type_version,
        differences(paper.fields, version.fields, paper_type),
        _new_doubts(paper, following),
        following.valid_until != paper.valid_until,
        following.co_owners != paper.co_owners,
    )
    if known is None and order.keep:
        return _propose(house, told, version)
    if known and order.accept_by and (order.one_by_one or told.is_harmless):
        return _accept(house, told, following, version, order.accept_by)
    return told


def differences(old: Sequence[Field], new: Sequence[Field], paper_type: PaperType) -> tuple[Difference, ...]:
    """Return what differs, key by key, in the type's order; keys it no longer declares come last."""
    declared = [rule.key for rule in paper_type.fields]
    keys = dict.fromkeys([*declared, *(field.key for field in (*old, *new))])
    found = (_difference(_of(old, key), _of(new, key)) for key in keys)
    return tuple(difference for difference in found if difference)


def _difference(old: Sequence[Field], new: Sequence[Field]) -> Difference | None:
    """Return how the fields of one key differ; a second one contradicts the first."""
    if not old and not new:
        return None
    texts = [one[0].value or one[0].raw if one else None for one in (old, new)]
    rise = new[0].confidence - old[0].confidence if old and new else 0.0
    kind: Kind | None = None
    if not old:
        kind = Kind.NEW
    elif not new:
        kind = Kind.GONE
    elif [f.value for f in old] != [f.value for f in new]:
        kind = Kind.CHANGED if new[0].value or not old[0].value else Kind.GONE
    elif abs(rise) >= _TELLING:
        kind = Kind.SURER if rise > 0 else Kind.LESS_SURE
    return Difference((old or new)[0].key, kind, *texts) if kind else None


def _of(fields: Iterable[Field], key: str) -> tuple[Field, ...]:
    return tuple(field for field in fields if field.key == key)


# --- reading again ---------------------------------------------------------------------------------------------


class _Pages:
    """A paper's master pages, taken out of its sealed file when first asked for."""

    def __init__(self, house: House, paper: Paper, reading: Reading) -> None:
        self._house, self._paper, self._reading = house, paper, reading

    @cached_property
    def masters(self) -> tuple[Master, ...]:
        return masters_of(self._house, self._paper, self._reading)

    def file(self, number: int) -> bytes:
        """Return a page's file."""
        return self.masters[number - 1].file


def _read_again(
    house: House, paper: Paper, later: Sequence[ReadingVersion], paper_type: PaperType, *, anew: bool
) -> ReadingVersion:
    """Return what a paper says now; the number is that of the version whose words it has, as far as it has any.

    Args:
        house: The parts.
        paper: Stored.
        later: The versions from the served one on.
        paper_type: Its type today.
        anew: Read the pages too, unless the present engine has.
    """
    pages, base = _Pages(house, paper, later[0].reading), later[0]
    if anew:
        own = (version for version in reversed(later) if version.engine in {"", house.readers.first.name})
        base = next(own, None) or _read_pages(house, pages, base)
    reading, codes = base.reading, base.codes
    if codes is None and paper_type.code_form == "identity":
        numbers = (page.number for page in reading.pages)
        codes = tuple(code for number in numbers for code in house.page_work.codes_of_file(pages.file(number), number))
    fields = house.page_work.fields(reading, paper_type, codes or (), pages.file)
    return replace(
        base, codes=codes, fields=with_manual(paper.fields, fields, paper_type), type_version=paper_type.version
    )


def _read_pages(house: House, pages: _Pages, base: ReadingVersion) -> ReadingVersion:
    def read_one(master: Master) -> tuple[PageReading, tuple[Code, ...]]:
        return house.page_work.read(master.file, master.number, master.dpi, blank=master.blank)

    read = list(house.over_pages(read_one, pages.masters))
    reading = Reading(tuple(page for page, _ in read))
    return replace(base, reading=reading, codes=tuple(code for _, codes in read for code in codes))


def _is_same(kept: ReadingVersion, new: ReadingVersion, paper_type: PaperType) -> bool:
    return kept.reading == new.reading and not differences(kept.fields, new.fields, paper_type)


# --- proposing and accepting -----------------------------------------------------------------------------------


def _following(paper: Paper, version: ReadingVersion, paper_type: PaperType) -> Paper:
    """Return the paper as it will be once a version is accepted; doubts about its pages and signatures stay."""
    judged = judge(replace(paper, fields=version.fields, reading_version=version.number), paper_type, times.today())
    stay = tuple(finding for finding in paper.checks if finding.code not in _RECOMPUTED)
    return replace(judged, checks=(*judged.checks, *reading_doubts(version.reading, judged.fields), *stay))


def _new_doubts(paper: Paper, following: Paper) -> tuple[Finding, ...]:
    had = {(finding.code, finding.field) for finding in paper.checks}
    return tuple(finding for finding in following.checks if (finding.code, finding.field) not in had)


def _propose(house: House, told: Reread, version: ReadingVersion) -> Reread:
    # The entry comes first: a crash in between leaves one too many, never a version that nobody was told of.
    house.catalogue.record(ACTOR, PROPOSED, f"paper:{told.paper.id}", {"version": str(version.number), **_detail(told)})
    keep(house, told.paper, version)
    return replace(told, outcome=Outcome.PROPOSED)


def _accept(house: House, told: Reread, following: Paper, version: ReadingVersion, by: str) -> Reread:
    at, paper_type = times.now(), house.paper_types.get(following.paper_type or OTHER)
    accepted = house.catalogue.save(
        following,
        actor=by,
        action=ACCEPTED,
        detail=_detail(told),
        event=Event(ACCEPTED, following.id, at, {"reading_version": str(following.reading_version)}),
        expected=told.paper.state,
        also=partial(settle, paper_type=paper_type, at=at, actor=by),
    )
    index_paper(house, accepted, version.reading)
    return replace(told, paper=accepted, outcome=Outcome.ACCEPTED)


def _detail(told: Reread) -> dict[str, str]:
    return {
        "engine": told.engine,
        "type_version": str(told.type_version),
        "fields": ", ".join(difference.field for difference in told.differences),
    }


# --- many papers -----------------------------------------------------------------------------------------------


def stored_paper(house: House, paper_id: PaperId) -> Paper:
    """Return a paper that may be read again.

    Raises:
        NotFound: No such paper. WrongState: It is neither stored nor expired.
    """
    paper = house.catalogue.paper(paper_id)
    if paper.state not in REREADABLE:
        raise WrongState(state=paper.state.value, needed=", ".join(REREADABLE))
    return paper


def stored_papers(house: House, paper_type: str | None, since: dt.date | None) -> Iterator[Paper]:
    """Yield the papers that may be read again, stored or expired, in the order they came in.

    Args:
        house: The parts.
        paper_type: Only of this type.
        since: Only those stored on this day in Vietnam, or later.
    """
    moment = dt.datetime.combine(since, dt.time(), times.VIETNAM) if since else None
    for state in REREADABLE:
        after = None
        while some := house.catalogue.papers(state=state, paper_type=paper_type, stored_from=moment, after=after):
            yield from some
            after = some[-1].id


def reread_all(house: House, papers: Iterable[Paper], order: Order) -> Iterator[tuple[Paper, Reread | SohoaError]]:
    """Yield what came of each paper: whatever goes wrong with one harms no other, and the next run tries it again."""
    for paper in papers:
        try:
            yield paper, reread(house, paper, order)
        except SohoaError as error:
            yield paper, error
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this paper alone
            # Its words may quote what stands on the paper.
            _log.warning("not read again", paper=paper.id.value, code=type(error).__name__)
            yield paper, SohoaError()
