"""A second person: what one person corrected in a critical field, another one confirms, where the settings ask for it.

Critical are the fields that the catalogue names so: an error in them is grave, and who made it does not see it. So are
what a paper with such fields is, and whose. Whoever last changed one of these cannot confirm the paper; reading it, or
finding it right, changes nothing.
"""

from collections.abc import Collection

from dossier.errors import SecondPersonNeeded
from dossier.paper_types import OTHER, PaperType, find_type
from dossier.papers import Paper
from dossier.verdicts import Finding, Severity
from ingest.house import House
from storage.records import Reviewer
from storage.under_way.claims import Critical
from storage.under_way.corrections import OWNER, PAPER_TYPE, changed_by

CORRECTED_CRITICAL = "critical-corrected"
"""Code of the finding."""
_WHOLE = {PAPER_TYPE: ("Loại giấy tờ", "Paper type"), OWNER: ("Chủ giấy tờ", "Owner")}
"""Names of what is of no field."""


def critical_fields(house: House) -> Critical:
    """Return type and key of all whose correction asks for a second person; none if nothing does.

    Another type counts whatever the paper is now: it is kept only if one of both types has critical fields.
    """
    if not house.settings.second_person:
        return frozenset()
    types = house.paper_types.values()
    fields = {(kind.code, rule.key) for kind in types for rule in kind.fields if rule.critical}
    owners = {(kind.code, OWNER) for kind in types if kind.is_critical}
    return frozenset(fields | owners | {(kind.code, PAPER_TYPE) for kind in types})


def corrected_critical(house: House, paper: Paper) -> dict[str, Reviewer]:
    """Return the critical keys of a paper that were corrected, each with who did so last."""
    critical = critical_fields(house)
    if not critical:
        return {}
    changed = changed_by(house.catalogue, [paper.id]).get(paper.id, {})
    return {key: who for key, who in changed.items() if (paper.paper_type or OTHER, key) in critical}


def corrected_by(house: House, paper: Paper, person: Reviewer) -> list[str]:
    """Return the critical keys of a paper that this person corrected, so that another one must confirm it."""
    return sorted(key for key, who in corrected_critical(house, paper).items() if who.is_same(person))


def require_second_person(house: House, paper: Paper, *, by: Reviewer, names_owner: bool) -> None:
    """Do nothing if a person may confirm a paper; ``names_owner``: the person also says only now whose it is.

    Raises:
        SecondPersonNeeded: The same person corrected a critical field of it, its type or its owner.
    """
    keys = set(corrected_by(house, paper, by))
    if names_owner and (paper.paper_type or OTHER, OWNER) in critical_fields(house):
        keys.add(OWNER)
    if keys:
        named = _named(find_type(house.paper_types, paper.paper_type or OTHER), keys)
        raise SecondPersonNeeded(
            fields=", ".join(en for _, en, _ in named), fields_vi=", ".join(vi for vi, _, _ in named)
        )


def _named(kind: PaperType, keys: Collection[str]) -> list[tuple[str, str, str | None]]:
    """Return the names, Vietnamese and English, of critical keys, and the key where it is a field's."""
    named: list[tuple[str, str, str | None]] = [(*names, None) for key, names in _WHOLE.items() if key in keys]
    return named + [(rule.name_vi, rule.name_en, rule.key) for rule in kind.fields if rule.key in keys]


def told(kind: PaperType, keys: Collection[str]) -> tuple[Finding, ...]:
    """Return a warning for each critical key that was corrected, for whoever comes next."""
    return tuple(
        Finding(
            CORRECTED_CRITICAL,
            Severity.WARNING,
            f"{vi}: đã được sửa; cần người thứ hai đối chiếu và xác nhận.",
            f"{en}: was corrected; a second person must compare and confirm it.",
            field,
        )
        for vi, en, field in _named(kind, keys)
    )
