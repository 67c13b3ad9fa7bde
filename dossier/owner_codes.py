"""Which numbers the code on a card says are one person's.

Threat: a misread digit, or a forged print, gives one person the papers of another. What stops it: only the QR code that
the Ministry of Public Security puts on identity cards counts, which is read without error or not at all; only on a
paper that a named person stated to agree with its original; and only where nothing found on the paper contradicts the
code. Residual risk accepted: the code is not signed, so a card forged well enough to pass that person is believed.
"""

from dossier.errors import InvalidOwnerNumber
from dossier.identifiers import CitizenNumber, OldIdentityNumber, OwnerNumber, PassportNumber, parse_owner_number
from dossier.paper_types import PaperType
from dossier.papers import FieldSource, Paper, PaperState

_KINDS = {"citizen_number", "old_identity_number", "passport_number", "owner_number"}
"""Kinds of values that number persons."""
_CONTRADICTED = {"code-contradicts-print", "lines-contradict-code", "lines-contradict-print"}
"""Codes of findings after which a card's code is not believed."""


def coded_numbers(paper: Paper, paper_type: PaperType) -> tuple[OwnerNumber, ...]:
    """Return the further numbers of the owner of a stored card that its QR code says.

    Returns:
        None of them if the code does not say the owner's own number, or something contradicts it.
    """
    if paper.state is not PaperState.STORED or paper.owner is None or paper_type.code_form is None:
        return ()
    if _CONTRADICTED & {finding.code for finding in paper.checks}:
        return ()
    kinds = {rule.key for rule in paper_type.fields if rule.value in _KINDS}
    said = [
        field.value
        for field in paper.fields
        if field.source is FieldSource.QR and field.key in kinds and field.value is not None
    ]
    numbers = dict.fromkeys(number for value in said if (number := _number(value)))
    if paper.owner.number not in numbers:
        return ()
    return tuple(number for number in numbers if number != paper.owner.number)


def _number(value: str) -> OwnerNumber | None:
    try:
        number = parse_owner_number(value)
    except InvalidOwnerNumber:
        return None
    return number if isinstance(number, CitizenNumber | OldIdentityNumber | PassportNumber) else None
