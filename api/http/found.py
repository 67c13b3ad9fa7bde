"""The JSON of a lookup's answer: as much of each paper as the grants allow, and why not where nothing is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.shapes import Json, fields_json, object_json, owner_json
from dossier import times
from dossier.grants import Scope
from dossier.lookups import Candidate, Need
from dossier.procedures import Component
from dossier.reuse import Hindrance
from ingest.house import House
from storage.reuse.lookups import Found, Given

USABLE, NOT_USABLE, NEVER_SEEN, NOT_GRANTED, NOT_KEPT = "usable", "not_usable", "never_seen", "not_granted", "not_kept"
_ORDER = (USABLE, NOT_USABLE, NOT_GRANTED, NEVER_SEEN)
_NEVER_SEEN = ("Chưa từng có giấy tờ loại này của chủ giấy tờ.", "No paper of this type of the owner was ever here.")
_NOT_GRANTED = (
    "Chưa được cấp quyền nhận loại giấy tờ này cho mục đích này.",
    "No grant lets papers of this type be given for this purpose.",
)


@dataclass(frozen=True, slots=True)
class OfOwner:
    """What was looked up of one of several owners.

    Attributes:
        role: What the owner is in the procedure, if it was said. need: What was looked for.
        found: What was found; ``None``: no grant lets anything of it be given.
    """

    role: str | None
    need: Need
    found: Sequence[Found] | None


def answer_json(found: Sequence[Found], need: Need, components: Iterable[Component] | None, house: House) -> Json:
    """Return the whole answer; of the components too if they were asked for."""
    types = [_type_json(one, need, house) for one in found]
    return {
        **_asked_json(need, house),
        "paper_types": types,
        "components": None
        if components is None
        else [_component_json(one) | _serving_json(one, types) for one in components],
    }


def owners_json(found: Sequence[OfOwner], components: Iterable[Component], house: House) -> Json:
    """Return the whole answer for several owners: what each has, and whose papers serve for which component."""
    owners: list[Json] = [
        {"role": one.role, "paper_types": [_type_json(of_type, one.need, house) for of_type in one.found or ()]}
        for one in found
    ]

    def serving(component: Component, number: int) -> Json:
        one = found[number]
        if one.found is None and component.paper_types:
            served: Json = {"status": NOT_GRANTED, "paper_type": None, "paper": None}
        else:
            served = _serving_json(component, owners[number]["paper_types"])
        return {"owner": number, "role": one.role, **served}

    return {
        **_asked_json(found[0].need, house),
        "owners": owners,
        "components": [
            {
                **_component_json(component),
                "roles": list(component.roles),
                "owners": [serving(component, n) for n, one in enumerate(found) if component.is_of(one.role)],
            }
            for component in components
        ],
    }


def _asked_json(need: Need, house: House) -> Json:
    return {
        "valid_on": need.on.isoformat(),
        "answered_at": times.iso_local(house.catalogue.now()),
        "dossier": need.dossier.value,
        "procedure": need.procedure.value,
        "purpose": need.purpose,
    }


def _status(found: Found) -> str:
    if found.scope is None:
        return NOT_GRANTED
    if found.outcome.usable:
        return USABLE
    return NOT_USABLE if found.outcome.why_not else NEVER_SEEN


def _type_json(found: Found, need: Need, house: House) -> Json:
    kind = found.paper_type
    return {
        "paper_type": kind.code,
        "name": kind.name_vi,
        "name_en": kind.name_en,
        "status": _status(found),
        "papers": [_given_json(one, found, need, house) for one in found.papers],
        "alternatives": [{"id": one.id.value, "issued_on": _day(one)} for one in found.outcome.others],
        "usable": found.outcome.usable,
        "why_not": _why_not_json(found),
    }


def _given_json(given: Given, found: Found, need: Need, house: House) -> Json:
    paper, scope, kind = given.paper, found.scope, found.paper_type
    if scope is None:  # nothing is given without one
        raise AssertionError
    title_is_given = kind.subject_field is None or scope.gives(kind, kind.subject_field)
    code_is_given = scope.everything or (paper.code or "").startswith(f"{need.owner.value}.")
    return {
        "id": paper.id.value,
        "code": paper.code if code_is_given else None,
        "kind": paper.kind.value,
        "state": paper.state.value,
        "title": paper.title if title_is_given else kind.name_vi,
        "owner": _owner_json(paper, need, scope),
        "co_owners": [owner_json(owner) for owner in given.co_owners],
        "agency": paper.agency.value if paper.agency else None,
        "pages": paper.page_count,
        "grade": paper.grade.value if paper.grade else None,
        "verdict": paper.verdict.value if paper.verdict else None,
        "issued_on": _day(paper),
        "valid_until": paper.valid_until.isoformat() if paper.valid_until else None,
        "stored_at": times.iso_local(paper.stored_at) if paper.stored_at else None,
        "reading_version": paper.reading_version,
        "fields": fields_json(given.fields, kind, house),
        "sealed": object_json(paper.sealed),
        "file": f"/v1/papers/{paper.id}/file" if scope.file else None,
    }


def _owner_json(paper: Candidate, need: Need, scope: Scope) -> Json | None:
    """Return the owner under whom the paper is kept: without the grant of personal data, only a number that was asked.

    That of a shared paper may be the other owner's.
    """
    owner = owner_json(paper.owner)
    if owner is None or scope.everything:
        return owner
    return {**owner, "name": None} if paper.owner and paper.owner.number == need.owner else None


def _why_not_json(found: Found) -> Json | None:
    why, paper = found.outcome.why_not, found.outcome.nearest
    if found.outcome.usable:
        return None
    code, (text, text_en) = NEVER_SEEN, _NEVER_SEEN
    if found.scope is None:
        code, (text, text_en) = NOT_GRANTED, _NOT_GRANTED
    elif why:
        code, (text, text_en) = why.value, (why.text, why.text_en)
    tells_state = why in {Hindrance.IN_PROCESS, Hindrance.NEVER_STORED}
    expired = why is Hindrance.EXPIRED
    return {
        "code": code,
        "text": text,
        "text_en": text_en,
        "paper": paper.id.value if paper else None,
        "state": paper.state.value if paper and tells_state else None,
        "verdict": paper.verdict.value if paper and paper.verdict and why is Hindrance.SIGNATURE_NOT_VALID else None,
        "issued_on": _day(paper) if paper else None,
        "valid_until": paper.valid_until.isoformat() if paper and paper.valid_until and expired else None,
        "superseded_by": paper.superseded_by.value if paper and paper.superseded_by else None,
    }


def _component_json(component: Component) -> Json:
    return {
        "code": component.code,
        "name": component.name_vi,
        "name_en": component.name_en,
        "must_digitize": component.must_digitize,
        "paper_types": list(component.paper_types),
    }


def _serving_json(component: Component, types: Iterable[Json]) -> Json:
    """Return which of an owner's papers serves for a component, by what was found of the types."""
    fitting = [one for one in types if one["paper_type"] in component.paper_types]
    best = min(fitting, key=lambda one: _ORDER.index(one["status"]), default=None)
    return {
        "status": best["status"] if best else NOT_KEPT,
        "paper_type": best["paper_type"] if best else None,
        "paper": best["papers"][0]["id"] if best and best["papers"] else None,
    }


def _day(paper: Candidate) -> str | None:
    return paper.issued_on.isoformat() if paper.issued_on else None
