"""Confirm: a named person states that scan and original agree. A machine never does (decree 118/2025/NĐ-CP)."""

from dataclasses import replace

from dossier import times
from dossier.errors import InputError, InvalidOwnerNumber
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState
from dossier.text import nfc
from ingest.house import House


def confirm(house: House, paper_id: PaperId, *, by: str, actor: str) -> Paper:
    """Record the statement; the paper's finishing must then be queued. Confirming a confirmed paper changes nothing.

    Args:
        house: The parts.
        paper_id: A paper that is ready or needs review.
        by: The person's name.
        actor: Who told us, for the audit log.

    Raises:
        NotFound: No such paper.
        WrongState: The paper cannot be confirmed now, or somebody else was first.
        InvalidOwnerNumber: The paper has no owner yet, so there is nowhere to store it.
        InputError: ``by`` is empty.
    """
    paper = house.catalogue.paper(paper_id)
    if paper.state in {PaperState.CONFIRMED, PaperState.STORED}:
        return paper
    if not by.strip():
        raise InputError
    if paper.owner is None:
        raise InvalidOwnerNumber(reason="the paper has no owner", reason_vi="giấy tờ chưa xác định được chủ sở hữu")
    confirmed = replace(
        paper, state=PaperState.CONFIRMED, confirmed_by=nfc(by).strip(), confirmed_at=times.now(), problem=None
    )
    return house.catalogue.save(confirmed, actor=actor, action="paper.confirmed", expected=paper.state)


def confirm_as_announced(house: House, paper_id: PaperId) -> bool:
    """Record the statement that came with the file, if one did; return whether the paper may be finished.

    A paper without an owner keeps waiting for a person who names one.
    """
    paper = house.catalogue.paper(paper_id)
    if paper.confirmed_by is None or paper.owner is None:
        return False
    confirm(house, paper_id, by=paper.confirmed_by, actor=house.catalogue.batch(paper.batch).station)
    return True
