"""Judge: what follows from a paper's fields, when they are read first and whenever they are read again."""

import datetime as dt
from dataclasses import replace

from dossier import times
from dossier.checks import check as find_doubts
from dossier.errors import InvalidValue
from dossier.paper_types import PaperType
from dossier.papers import Paper
from dossier.verdicts import Finding, Severity

VALIDITY_UNKNOWN = "validity-unknown"


def judge(paper: Paper, paper_type: PaperType, today: dt.date) -> Paper:
    """Return the paper with the title, the days, the other owners and, alone, the doubts that follow from its fields.

    Args:
        paper: With its fields, and its owner if known.
        paper_type: Its type.
        today: In Vietnam.
    """
    doubts = find_doubts(
        paper_type, paper.fields, owner=paper.owner, type_confidence=paper.type_confidence, today=today
    )
    issued_on = paper_type.issued_on(paper.fields)
    try:
        valid_until = paper_type.valid_until(issued_on, paper.fields)
    except InvalidValue as error:
        # A paper of unknown term must not pass for a permanent one: it counts for today, and a person is told.
        valid_until = times.local(paper.created_at).date()
        doubts = (*doubts, Finding(VALIDITY_UNKNOWN, Severity.WARNING, error.text_vi, error.text_en))
    co_owners = paper_type.co_owners(paper.owner, paper.fields) if paper.owner else ()
    return replace(
        paper,
        co_owners=co_owners,
        title=paper_type.subject(paper.fields),
        issued_on=issued_on,
        valid_until=valid_until,
        checks=doubts,
    )
