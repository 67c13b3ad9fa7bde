"""Twins: papers that the store has already, told before the work on another scan of them is done.

"Reuse first": what was digitized is not asked for again (decree 107/2021/ND-CP art. 21a). A twin is found by the owner
and the type of the paper, by its bytes, or because it looks alike; only papers that may be used again now are told.
Threat: a station learns what an owner's store holds from its own announcements, or by asking. What stops it: it is
told identifiers and days alone, only days when it asks, and each telling is in the audit log.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from dossier import times
from dossier.errors import InputError, NotFound, NotSealed, ObjectDamaged, PaperKnown, PartError
from dossier.identifiers import DossierNumber, OwnerNumber
from dossier.owners import Owner
from dossier.papers import Paper
from dossier.procedures import Component, Procedure
from dossier.verdicts import Finding, Severity
from ingest.decoding.decode import decode
from ingest.house import House
from ingest.intake.inspect import inspect
from ingest.people.versions import versions_of
from ingest.reuse.usable import usable, usable_of_each, usable_papers
from ingest.scan.prints import ALIKE, MAY_BE_ALIKE, distance
from ocr.model import PageReading, Reading
from storage.people.numbers import numbers_of
from storage.reuse.prints import issued_on_day, prints_of, with_original

SAME_FIGURES = 0.9
"""Share of figures that two scans of one sheet have in common: measured, see ``docs/reuse.md``."""
_LEAST_FIGURES = 4
"""Fewer figures on a paper say nothing."""
_MOST_STRANGERS = _MOST_OWN = 200
"""Papers of other owners, and the owner's latest, that a paper is compared with: an organisation may have thousands."""
_MOST_TOLD = 20
"""Papers of one owner and type, the latest issued, that are told, or among which one is looked for."""
TOLD = "paper.twin-told"
"""Action in the audit log."""
TWIN, OTHERS_TWIN, KNOWN_TWIN = "twin-in-store", "twin-of-another", "twin-acknowledged"
"""Codes of findings."""


class How(StrEnum):
    """How a twin was found, the surest first."""

    SAME_BYTES = "same_bytes"
    LOOKS_ALIKE = "looks_alike"
    OWNER_AND_TYPE = "owner_and_type"

    @property
    def text(self) -> str:
        """In Vietnamese and English."""
        return _TEXTS[self]


_TEXTS = {
    How.SAME_BYTES: "cùng tệp / same bytes",
    How.LOOKS_ALIKE: "hình ảnh giống nhau / looks alike",
    How.OWNER_AND_TYPE: "cùng chủ, cùng loại / same owner and type",
}


@dataclass(frozen=True, slots=True)
class Twin:
    """A paper of the store that a file seems to be another scan of.

    Attributes:
        paper: In the store, usable again today. how: How it was found.
    """

    paper: Paper
    how: How


def announced_twins(house: House, owner: Owner | None, paper_type: str | None) -> tuple[Twin, ...]:
    """Return the usable papers of this owner and type, where both are known."""
    if owner is None or paper_type is None:
        return ()
    papers = usable_papers(house, owner.number, times.today(), paper_type=paper_type, among=_MOST_TOLD)
    return tuple(Twin(paper, How.OWNER_AND_TYPE) for paper in papers)


def received_twins(house: House, owner: Owner | None, paper_type: str | None, data: bytes) -> tuple[Twin, ...]:
    """Return the twins of a file that has just arrived, the surest first; its first page is looked at if it may help.

    A file that cannot be looked at has none by its looks: its preparation will say why.
    """
    if owner is None:
        return ()
    papers = usable_papers(house, owner.number, times.today(), paper_type=paper_type, among=_MOST_OWN)
    prints = prints_of(house.catalogue, [paper.id for paper in papers])
    seen = _first_print(house, data) if prints else ""
    twins = []
    for paper in papers:
        if distance(seen, prints.get(paper.id, {}).get(1, "")) <= ALIKE:
            twins.append(Twin(paper, How.LOOKS_ALIKE))
        elif paper_type is not None:
            twins.append(Twin(paper, How.OWNER_AND_TYPE))
    return tuple(sorted(twins, key=lambda twin: list(How).index(twin.how)))


def same_bytes(house: House, first: Paper) -> tuple[Twin, ...]:
    """Return the paper that came with a file's bytes before, if it may be used again."""
    return tuple(Twin(paper, How.SAME_BYTES) for paper in usable(house, [first], times.today()))


def component_twins(house: House, owner: OwnerNumber, procedure: Procedure) -> list[tuple[Component, Twin | None]]:
    """Return the components of a procedure, each with the owner's latest paper that serves and may be used again."""
    types = {code for component in procedure.components for code in component.paper_types}
    papers = usable_of_each(house, owner, times.today(), among=_MOST_TOLD, paper_types=types)
    found = []
    for component in procedure.components:
        latest = next((paper for paper in papers if paper.paper_type in component.paper_types), None)
        found.append((component, Twin(latest, How.OWNER_AND_TYPE) if latest else None))
    return found


def tell(house: House, twins: Iterable[Twin], *, actor: str, dossier: DossierNumber | None = None) -> None:
    """Record that somebody is told of these papers, and for which dossier, where it is known."""
    for twin in twins:
        detail = {"how": twin.how.value} | ({"dossier": str(dossier)} if dossier else {})
        house.catalogue.record(actor, TOLD, f"paper:{twin.paper.id}", detail)


def require_unknown(house: House, twins: Iterable[Twin], despite: str | None) -> None:
    """Do nothing if a file may be taken in beside its twins.

    Of a type of which an owner holds several, owner and type alone refuse nothing.

    Raises:
        PaperKnown: The settings want the paper in the store used again, and the sender gave no reason.
    """
    if house.settings.intake_twins != "refuse" or (despite or "").strip():
        return
    for twin in twins:
        kind = house.paper_types.get(twin.paper.paper_type or "")
        if twin.how is not How.OWNER_AND_TYPE or (kind and not kind.several):
            raise PaperKnown(twin=twin.paper.id.value, how=twin.how.value)


def twin_doubts(
    house: House, paper: Paper, prints: Mapping[int, str], reading: Reading, despite: str | None
) -> tuple[Finding, ...]:
    """Return what a person should know of a paper that was read and seems to be in the store already.

    Args:
        house: The parts.
        paper: With owner, type, fields and days as read.
        prints: Of its pages.
        reading: Its words.
        despite: Why the sender wants it taken in beside the twins it was told of.
    """
    if paper.owner is None:
        return ()
    own = _own(house, paper, paper.owner)
    twins = tuple(_compared(house, paper, own, prints, reading))
    findings = []
    if twins:
        named = ", ".join(f"{twin.paper.id} ({twin.how.text})" for twin in twins)
        findings.append(
            Finding(
                KNOWN_TWIN if despite else TWIN,
                Severity.INFO if despite else Severity.WARNING,
                f"Kho đã có giấy tờ dùng lại được: {named}.",
                f"The store has a paper that can be used again: {named}.",
            )
        )
    numbers = numbers_of(house.catalogue, paper.owner.number)
    strangers = [one for one in _strangers(house, paper) if one.id != paper.id and not _numbers(one) & numbers]
    others = [
        twin for twin in _compared(house, paper, strangers, prints, reading) if twin.how is not How.OWNER_AND_TYPE
    ]
    if others:
        named = ", ".join(str(twin.paper.id) for twin in others)
        findings.append(
            Finding(
                OTHERS_TWIN,
                Severity.WARNING,
                f"Giấy tờ giống hệt đang đứng tên chủ khác: {named}; hãy kiểm tra chủ giấy tờ.",
                f"The very paper is in the store as another owner's: {named}; check whose it is.",
            )
        )
    return tuple(findings)


def _compared(
    house: House, paper: Paper, papers: Sequence[Paper], prints: Mapping[int, str], reading: Reading
) -> Iterator[Twin]:
    kept = prints_of(house.catalogue, [one.id for one in papers])
    kind = house.paper_types.get(paper.paper_type or "")
    for one in papers:
        if one.original.sha256 == paper.original.sha256:
            yield Twin(one, How.SAME_BYTES)
        elif _looks_alike(house, one, farthest(prints, kept.get(one.id, {})), reading):
            yield Twin(one, How.LOOKS_ALIKE)
        elif one.paper_type == paper.paper_type and kind and not kind.several and _may_be_one_issue(one, paper):
            yield Twin(one, How.OWNER_AND_TYPE)


def _may_be_one_issue(one: Paper, other: Paper) -> bool:
    """Tell whether two papers may have been issued on one day: another day makes another issue."""
    return one.issued_on == other.issued_on or one.issued_on is None or other.issued_on is None


def farthest(prints: Mapping[int, str], others: Mapping[int, str]) -> float:
    """Return how far apart the most different pages of two papers are; 1 if one has pages that the other lacks."""
    if not prints or prints.keys() != others.keys():
        return 1.0
    return max(distance(found, others[page]) if found or others[page] else 0.0 for page, found in prints.items())


def _looks_alike(house: House, kept: Paper, far: float, reading: Reading) -> bool:
    """Tell whether a paper looks like one in the store and, as far as figures were read, says the same."""
    if far > MAY_BE_ALIKE:
        return False
    try:
        words = versions_of(house, kept)[-1].reading.pages
    except (NotFound, NotSealed, ObjectDamaged):
        words = ()
    same = alike_figures(reading.pages, words)
    return far <= ALIKE if same is None else same >= SAME_FIGURES


def _own(house: House, paper: Paper, owner: Owner) -> list[Paper]:
    """Return other papers of a paper's owner that may be used again: the latest of all, and of its type."""
    kinds = dict.fromkeys((None, paper.paper_type))
    found = (usable_papers(house, owner.number, times.today(), paper_type=kind, among=_MOST_OWN) for kind in kinds)
    return list({one.id: one for some in found for one in some if one.id != paper.id}.values())


def _numbers(paper: Paper) -> frozenset[OwnerNumber]:
    return frozenset(owner.number for owner in (paper.owner, *paper.co_owners) if owner is not None)


def _strangers(house: House, paper: Paper) -> list[Paper]:
    """Return papers of anybody that may be this very one: forms look alike, so only those issued on the same day."""
    found = with_original(house.catalogue, paper.original.sha256, limit=_MOST_STRANGERS)
    if paper.paper_type and paper.issued_on:
        found += issued_on_day(house.catalogue, paper.paper_type, paper.issued_on, limit=_MOST_STRANGERS)
    return list({one.id: one for one in found}.values())


def _first_print(house: House, data: bytes) -> str:
    """Return the print of a file's first page; empty if it cannot be looked at."""
    try:
        inspection = inspect(data, house.limits)
        first = replace(inspection, pages=inspection.pages[:1])
        (page,) = decode(data, first, house.limits)
        return house.page_work.print(page)
    except (InputError, PartError):
        return ""


def alike_figures(pages: Sequence[PageReading], others: Sequence[PageReading]) -> float | None:
    """Return the share of figures (numbers, days) that two papers have in common, 0 to 1; ``None`` if there are few.

    Two papers of one form differ in little else, and figures are what is filled in.
    """
    one, other = _figures(pages), _figures(others)
    if min(one.total(), other.total()) < _LEAST_FIGURES:
        return None
    return 2 * (one & other).total() / (one.total() + other.total())


def _figures(pages: Iterable[PageReading]) -> Counter[str]:
    words = (re.sub(r"[\W_]", "", word.text) for page in pages for word in page.words)
    return Counter(word for word in words if sum(c.isdigit() for c in word) > 1)
