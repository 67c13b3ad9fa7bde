"""Reuse first: does the owner already have a valid paper of this type?

The rule "once only" (decree 118/2025 as amended by decree 309/2026, art. 4.2a): an agency does not ask for a paper it
already has.
"""

import datetime as dt

from dossier.identifiers import OwnerNumber
from dossier.papers import Paper
from dossier.verdicts import Verdict
from storage.catalogue import Catalogue


def find_valid(
    catalogue: Catalogue, owner: OwnerNumber, paper_type: str, on: dt.date, *, reusable: bool
) -> Paper | None:
    """Return the latest issued paper that can be used again in place of a new one, if there is one.

    That is one stored, valid on the day, and whose signatures are valid: undetermined ones do not count.

    Args:
        catalogue: Where to look.
        owner: Whose paper.
        paper_type: Its code.
        on: The day on which it must be valid.
        reusable: Whether papers of this type may be used again at all; applications never are.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    if not reusable:
        return None
    found = catalogue.find(owner, paper_type=paper_type, valid_on=on)
    return next((paper for paper in found if paper.verdict is Verdict.VALID), None)
