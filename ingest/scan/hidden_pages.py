"""Hidden pages: what of a scan is not archived, because nothing is on it or it belongs to no paper.

The empty backs of one-sided sheets, which a duplex scanner delivers, and separator sheets are left out of the sealed
file. The original has every page for ever, and until somebody confirms the paper a person may take hidden pages back
in: whoever confirms that scan and original agree answers for what is hidden as well.
"""

from collections.abc import Collection
from dataclasses import replace

from dossier.errors import InvalidValue, WrongState
from dossier.identifiers import PaperId
from dossier.papers import Field, Paper, PaperState
from ingest.doubts import HIDDEN, hidden_pages_told
from ingest.house import House
from ingest.scan.pages import PageNotes, left_out_of
from ingest.workspace import Workspace
from ocr.model import Reading
from storage.under_way.claims import unclaimed_by_others

_OPEN = frozenset({PaperState.READY, PaperState.NEEDS_REVIEW})


def hideable(work: Workspace) -> tuple[int, ...]:
    """Return the pages that may be hidden: empty ones and separator sheets; none if that were all there is."""
    notes = PageNotes.of(work)
    found = notes.empty | left_out_of(work)
    return () if len(found) == len(notes.pages) else tuple(sorted(found))


def hide_pages(house: House, paper_id: PaperId, hidden: Collection[int], *, actor: str) -> Paper:
    """Say which pages are hidden; all others are shown. Saying it again changes nothing.

    Args:
        house: The parts.
        paper_id: A paper that waits to be confirmed.
        hidden: Numbers of pages of the scan, each empty or a separator sheet.
        actor: Who says so, for the audit log.

    Raises:
        NotFound: No such paper. WrongState: It has not been read yet, or somebody has confirmed it.
        ClaimedByOther: Somebody else has it in hand.
        InvalidValue: One of the pages is not among those that may be hidden.
    """
    paper = _waiting(house, paper_id)
    wanted = tuple(sorted(set(hidden)))
    if wanted == paper.hidden_pages:
        return paper
    allowed = _hideable(house, paper)
    if not set(wanted) <= set(allowed):
        named = ", ".join(map(str, allowed)) or "-"
        raise InvalidValue(
            key="hidden",
            reason=f"only empty pages and separator sheets may be hidden: {named}",
            reason_vi=f"chỉ ẩn được trang trống và tờ phân cách: {named}",
        )
    checks = (*(one for one in paper.checks if one.code != HIDDEN), *hidden_pages_told(wanted))
    detail = {"hidden": " ".join(map(str, wanted)), "before": " ".join(map(str, paper.hidden_pages))}
    changed = replace(paper, hidden_pages=wanted, checks=checks)
    return house.catalogue.save(
        changed,
        actor=actor,
        action="paper.pages-hidden",
        detail=detail,
        expected=paper.state,
        also=unclaimed_by_others(house.catalogue, actor),
    )


def may_be_hidden(house: House, paper_id: PaperId) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the numbers of the pages of a paper that are hidden, and of all that a person may hide.

    Raises:
        NotFound: No such paper. WrongState: It has not been read yet, or somebody has confirmed it.
    """
    paper = _waiting(house, paper_id)
    return paper.hidden_pages, _hideable(house, paper)


def _waiting(house: House, paper_id: PaperId) -> Paper:
    paper = house.catalogue.paper(paper_id)
    if paper.state not in _OPEN:
        raise WrongState(state=paper.state.value, needed=", ".join(sorted(_OPEN)))
    return paper


def _hideable(house: House, paper: Paper) -> tuple[int, ...]:
    return () if paper.signed_origin else hideable(Workspace(house.objects, paper.id))


def shown_pages(paper: Paper, work: Workspace) -> PageNotes:
    """Return the notes of the pages that are archived; they keep their numbers in the scan."""
    return PageNotes.of(work).without(paper.hidden_pages)


def as_archived(paper: Paper, reading: Reading) -> Reading:
    """Return what was read on the archived pages, numbered as in the sealed file."""
    shown = (page for page in reading.pages if page.number not in paper.hidden_pages)
    return Reading(tuple(replace(page, number=number) for number, page in enumerate(shown, 1)))


def fields_as_archived(paper: Paper) -> tuple[Field, ...]:
    """Return a paper's fields with the numbers that their pages have in the sealed file."""
    return tuple(replace(one, page=archived_number(paper, one.page)) if one.page else one for one in paper.fields)


def archived_number(paper: Paper, page: int) -> int:
    """Return the number in the sealed file of a page of the scan that is not hidden."""
    return page - sum(hidden < page for hidden in paper.hidden_pages)
