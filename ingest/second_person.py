"""A second person: what one person corrected in a critical field, another one confirms, where the settings ask for it.

Critical are the fields that the catalogue names so: an error in them is grave, and who made it does not see it. Whoever
last changed such a field of a paper cannot confirm the paper; reading it, or finding it right, changes nothing.
"""

from collections.abc import Collection

from dossier.errors import SecondPersonNeeded
from dossier.paper_types import OTHER, PaperType, find_type
from dossier.papers import Paper
from dossier.text import fold
from dossier.verdicts import Finding, Severity
from ingest.house import House
from storage.claims import Critical
from storage.corrections import changed_by

CORRECTED_CRITICAL = "critical-corrected"
"""Code of the finding."""


def critical_fields(house: House) -> Critical:
    """Return type and key of all fields whose correction asks for a second person; none if nothing does."""
    if not house.settings.second_person:
        return frozenset()
    types = house.paper_types.values()
    return frozenset((kind.code, rule.key) for kind in types for rule in kind.fields if rule.critical)


def corrected_critical(house: House, paper: Paper) -> dict[str, str]:
    """Return the critical fields of a paper that were corrected, each with the person who did so last."""
    critical = critical_fields(house)
    if not critical:
        return {}
    changed = changed_by(house.catalogue, [paper.id]).get(paper.id, {})
    return {key: person for key, person in changed.items() if (paper.paper_type or OTHER, key) in critical}


def corrected_by(house: House, paper: Paper, person: str) -> list[str]:
    """Return the critical fields of a paper that this person corrected, so that another one must confirm it."""
    return sorted(key for key, who in corrected_critical(house, paper).items() if fold(who) == fold(person))


def require_second_person(house: House, paper: Paper, *, by: str) -> None:
    """Do nothing if a person may confirm a paper.

    Raises:
        SecondPersonNeeded: The same person corrected a critical field of it.
    """
    keys = corrected_by(house, paper, by)
    if keys:
        kind = find_type(house.paper_types, paper.paper_type or OTHER)
        rules = [rule for rule in kind.fields if rule.key in keys]
        raise SecondPersonNeeded(
            fields=", ".join(rule.name_en for rule in rules), fields_vi=", ".join(rule.name_vi for rule in rules)
        )


def told(kind: PaperType, keys: Collection[str]) -> tuple[Finding, ...]:
    """Return a warning for each critical field that was corrected, for whoever comes next."""
    return tuple(
        Finding(
            CORRECTED_CRITICAL,
            Severity.WARNING,
            f"{rule.name_vi}: đã được sửa; cần người thứ hai đối chiếu và xác nhận.",
            f"{rule.name_en}: was corrected; a second person must compare and confirm it.",
            rule.key,
        )
        for rule in kind.fields
        if rule.key in keys
    )
