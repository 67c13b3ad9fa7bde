"""Confirm: a named person states that scan and original agree. A machine never does (decree 118/2025/NĐ-CP)."""

from dataclasses import replace

from dossier import times
from dossier.errors import InvalidOwnerNumber, InvalidValue, WrongState
from dossier.identifiers import PaperId
from dossier.owners import Owner
from dossier.paper_types import OTHER
from dossier.papers import Paper, PaperState, SourceGrade
from dossier.text import nfc
from ingest.house import House
from ingest.intake.twins import OTHERS_TWIN, TWIN
from ingest.people.second_person import require_second_person
from ingest.reuse.grades import chosen_grade
from storage.records import Reviewer
from storage.under_way.claims import unclaimed_by_others

_CONFIRMABLE = frozenset({PaperState.READY, PaperState.NEEDS_REVIEW})
_UNFORESEEN = frozenset(
    {"signature-invalid", "paper-blank", "several-papers", "separator-sheet", "passes-uneven", TWIN, OTHERS_TWIN}
)
"""Codes of findings that nobody can have meant who stated in advance that scan and original agree."""


def confirm(
    house: House,
    paper_id: PaperId,
    *,
    by: str,
    actor: str,
    account: str | None = None,
    owner: Owner | None = None,
    co_owners: tuple[Owner, ...] | None = None,
    grade: SourceGrade | None = None,
) -> Paper:
    """Record the statement; the paper's finishing must then be queued. Confirming a confirmed paper changes nothing.

    Args:
        house: The parts.
        paper_id: A paper that is ready or needs review.
        by: The person's name.
        actor: Who told us, for the audit log.
        account: Of the person, if signed in under one.
        owner: Whose the paper is, where it has no owner yet.
        co_owners: Whose it is besides; ``None``: as it was read.
        grade: What the person says a file that arrived signed is; ``None``: what the evidence gave.

    Raises:
        NotFound: No such paper.
        WrongState: The paper cannot be confirmed now, or somebody else was first.
        ClaimedByOther: Somebody else has it in hand.
        InvalidOwnerNumber: The paper has no owner yet, so there is nowhere to store it.
        SecondPersonNeeded: The same person corrected a critical field of it, or names its owner now.
        InvalidValue: ``by`` is empty, or the paper cannot be of that grade.
    """
    paper = house.catalogue.paper(paper_id)
    if paper.state in {PaperState.CONFIRMED, PaperState.STORED}:
        return paper
    if paper.state not in _CONFIRMABLE:
        raise WrongState(state=paper.state.value, needed=", ".join(sorted(_CONFIRMABLE)))
    if not by.strip():
        raise InvalidValue(key="by", reason="a name is needed", reason_vi="cần họ tên người đối chiếu")
    require_second_person(house, paper, by=Reviewer(by, account), names_owner=paper.owner is None and owner is not None)
    owner = paper.owner or owner
    if owner is None:
        raise InvalidOwnerNumber(reason="the paper has no owner", reason_vi="giấy tờ chưa xác định được chủ sở hữu")
    if co_owners is None:
        paper_type = house.paper_types.get(paper.paper_type or OTHER)
        co_owners = paper_type.co_owners(owner, paper.fields) if paper_type else ()
    confirmed = replace(
        paper,
        state=PaperState.CONFIRMED,
        owner=owner,
        co_owners=co_owners,
        grade=chosen_grade(paper, grade),
        confirmed_by=nfc(by).strip(),
        confirmed_at=times.now(),
    )
    detail = {"grade": confirmed.grade.value} if confirmed.grade else None
    free = unclaimed_by_others(house.catalogue, actor)
    return house.catalogue.save(
        confirmed, actor=actor, action="paper.confirmed", detail=detail, expected=paper.state, also=free
    )


def confirm_as_announced(house: House, paper_id: PaperId) -> bool:
    """Record the statement that came with the file, if one did; return whether the paper may be finished.

    Whoever stated in advance that scan and original agree did not know of a broken signature, of pages that turned out
    blank, or that the scan would seem to hold several papers; and a paper without an owner waits for a person who names
    one. These wait for a statement of their own. Nor did they see whose else the paper was read to be: only co-owners
    read beyond doubt stay.
    """
    paper = house.catalogue.paper(paper_id)
    if paper.state is PaperState.CONFIRMED:
        return True
    unforeseen = _UNFORESEEN & {finding.code for finding in paper.checks}
    if paper.state not in _CONFIRMABLE or paper.confirmed_by is None or paper.owner is None or unforeseen:
        return False
    station = house.catalogue.batch(paper.batch).station
    confirm(house, paper_id, by=paper.confirmed_by, actor=station, co_owners=_undoubted(paper))
    return True


def _undoubted(paper: Paper) -> tuple[Owner, ...]:
    """Return the co-owners whose numbers were read beyond doubt: a misread number may be a stranger's."""
    doubted = {finding.field for finding in paper.checks}
    numbers = {field.value for field in paper.fields if field.key in doubted}
    return tuple(owner for owner in paper.co_owners if owner.number.value not in numbers)
