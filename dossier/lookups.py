"""The lookup: which of an owner's papers of a type can be used again on a day, the best first, and else why not.

"Once only" (decree 118/2025/NĐ-CP as amended by decree 309/2026/NĐ-CP, art. 4): what is here is not asked for again.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dossier.dossiers import Dossier
from dossier.identifiers import AgencyCode, DossierNumber, OwnerNumber, PaperId, ProcedureCode
from dossier.owners import Owner
from dossier.paper_types import PaperType
from dossier.papers import PaperKind, PaperState, SourceGrade, StoredObject
from dossier.reuse import Hindrance, hindrance
from dossier.verdicts import Verdict

MOST_IN_FULL = 20
"""Papers of one type that one answer gives with their fields; further ones are named."""
MOST_OWNERS = 10
"""Owners of one procedure's dossier that one call looks papers up of."""
MOST_LOOKED_AT = 500
"""Papers of one type that are looked at, the best: an organisation may have thousands."""
MOST_NAMED = 200
"""Further papers of one type that one answer names."""


@dataclass(frozen=True, slots=True)
class Need:
    """What is looked for, for which dossier, and what for.

    Attributes:
        owner: Whose papers. paper_types: Codes; ``None`` for all reusable types.
        on: The day in Vietnam on which the papers must be valid.
        dossier, procedure: For which they are needed. purpose: Code of the purpose. note: The same in free words.
        papers: Only these of the owner's papers; empty for the best of each type.
    """

    owner: OwnerNumber
    on: dt.date
    dossier: DossierNumber
    procedure: ProcedureCode
    purpose: str
    note: str = ""
    paper_types: tuple[str, ...] | None = None
    papers: tuple[PaperId, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper of the owner's, without its fields: what decides whether it can be used again, and what is told of it.

    Attributes are those of :class:`dossier.papers.Paper`; ``is_shared`` says whether there are co-owners.
    """

    id: PaperId
    paper_type: str
    state: PaperState
    kind: PaperKind
    verdict: Verdict | None = None
    grade: SourceGrade | None = None
    issued_on: dt.date | None = None
    valid_until: dt.date | None = None
    stored_at: dt.datetime | None = None
    dossier: DossierNumber | None = None
    handed_over_at: dt.datetime | None = None
    superseded_by: PaperId | None = None
    code: str | None = None
    title: str | None = None
    agency: AgencyCode | None = None
    page_count: int | None = None
    reading_version: int = 1
    owner: Owner | None = None
    sealed: StoredObject | None = None
    is_shared: bool = False

    @property
    def preference(self) -> tuple[int, int, float, str]:
        """Sorts the best first: by grade, then the later issued, then the later stored; never a draw."""
        return (
            self.grade.rank if self.grade else len(SourceGrade),
            -self.issued_on.toordinal() if self.issued_on else 0,
            -self.stored_at.timestamp() if self.stored_at else 0.0,
            self.id.value,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found of one type.

    Attributes:
        given: Usable papers to be given with their fields, the best first.
        others: Further usable papers, to be named.
        usable: How many are usable of those looked at; more than ``given`` and ``others`` have if there are very many.
        why_not: If none is usable: what keeps the nearest from it; ``None`` if no paper of the type was ever seen.
        nearest: Which one that is.
    """

    given: tuple[Candidate, ...] = ()
    others: tuple[Candidate, ...] = ()
    usable: int = 0
    why_not: Hindrance | None = None
    nearest: Candidate | None = None


_NEARNESS = {why: place for place, why in enumerate(Hindrance)}


def outcome(
    candidates: Iterable[Candidate],
    paper_type: PaperType,
    dossiers: Mapping[DossierNumber, Dossier],
    on: dt.date,
    *,
    every: bool = False,
) -> Outcome:
    """Return what can be given of one type.

    Of a type of which an owner holds one at a time, the best paper is given and the others are named; of one of which
    an owner holds several at once, as certificates of land, all are given.

    Args:
        candidates: The owner's papers of this type.
        paper_type: The type.
        dossiers: What is known of the papers' dossiers, by canonical number.
        on: The day in Vietnam.
        every: Whether all are to be given, because they were asked for one by one.
    """
    if not paper_type.reusable:
        return Outcome(why_not=Hindrance.NOT_REUSABLE)
    usable: list[Candidate] = []
    hindered: list[tuple[int, Candidate, Hindrance]] = []
    for one in sorted(candidates, key=lambda c: c.preference):
        dossier = dossiers.get(one.dossier.canonical) if one.dossier else None
        why = hindrance(one, paper_type, dossier, on)
        if why is None:
            usable.append(one)
        else:
            hindered.append((_NEARNESS[why], one, why))
    if usable:
        most = MOST_IN_FULL if every or paper_type.several else 1
        return Outcome(tuple(usable[:most]), tuple(usable[most : most + MOST_NAMED]), len(usable))
    if not hindered:
        return Outcome()
    _, nearest, why = min(hindered, key=lambda h: (h[0], h[1].preference))
    return Outcome(why_not=why, nearest=nearest)
