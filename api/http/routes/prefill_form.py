"""``POST /v1/reuse/prefill``: what the owner's papers say already of what a form asks. Nothing is decided here."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.http.access import allow
from api.http.answers.reuses import Prefill
from api.http.deps import HouseDep
from api.http.reading import Code, Words, new_router
from api.http.views import prefilled_json
from api.keys import Caller, Role
from api.shapes import Json
from dossier import times
from dossier.errors import NoGrant
from dossier.facts import find_fact
from dossier.forms import FormField, find_form
from dossier.grants import PREFILL, Scope, counter_grant, scope
from dossier.identifiers import DossierNumber, OwnerNumber, PaperId, ProcedureCode, parse_owner_number
from dossier.paper_types import FieldRule
from dossier.papers import Paper
from ingest.house import House
from ingest.reuse.prefill import prefill
from storage.reuse.disclosures import Disclosure, DisclosureKind, disclose
from storage.reuse.lookups import scopes_of

router = new_router()

MAX_FIELDS = 100


class PrefillWanted(BaseModel):
    """Biểu mẫu nào hoặc những thông tin nào, của ai, cho hồ sơ nào. / Which form or facts, of whom, for what."""

    model_config = ConfigDict(extra="forbid")

    owner_number: Annotated[Code, Field(examples=["001190012345"])]
    form: Annotated[Code | None, Field(examples=["birth-registration-form"])] = None
    role: Annotated[Code | None, Field(examples=["mother"])] = None
    fields: Annotated[list[Code], Field(max_length=MAX_FIELDS, examples=[["full_name", "birth_date"]])] = []
    dossier: Annotated[Code, Field(examples=[DossierNumber.example])]
    procedure: Annotated[Code, Field(examples=[ProcedureCode.example])]
    purpose: Words

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if (self.form is None) == (not self.fields):
            message = "either 'form' or 'fields'"
            raise ValueError(message)
        return self


@router.post(
    "/v1/reuse/prefill", response_model=Prefill, summary="Điền sẵn biểu mẫu / What is known of a form's fields"
)
def prefill_form(
    body: PrefillWanted, caller: Annotated[Caller, allow(Role.OFFICER, Role.SYSTEM)], house: HouseDep
) -> Json:
    """Return for each field every distinct value that usable papers of the owner say, with the places that say it."""
    dossier, procedure = DossierNumber.parse(body.dossier), ProcedureCode.parse(body.procedure)
    owner = parse_owner_number(body.owner_number)
    asked = _asked(house, body)
    facts = {code: find_fact(code) for _, code in asked if code}
    today = times.today()
    scopes = _scopes(house, caller, owner)

    def visible(paper: Paper, rule: FieldRule) -> bool:
        kind = house.paper_types.get(paper.paper_type or "")
        allowed = scopes.get(kind.code) if kind else None
        return kind is not None and allowed is not None and allowed.gives(kind, rule.key)

    answers = prefill(house, owner, tuple(facts.values()), today, visible)
    told: dict[PaperId, dict[str, str | None]] = {}
    for saying in (saying for known in answers for value in known.values for saying in value):
        told.setdefault(saying.paper.id, {})[saying.field.key] = saying.paper.paper_type
    disclose(
        house.catalogue,
        [
            Disclosure(
                paper=paper,
                consumer=caller.name,
                kind=DisclosureKind.PREFILL,
                dossier=dossier,
                procedure=procedure,
                purpose=PREFILL,
                note=body.purpose,
                fields=tuple(fields),
                grants=_grants(scopes, fields.values()),
                at=times.now(),
            )
            for paper, fields in told.items()
        ],
    )
    return prefilled_json(body.form, asked, {known.fact.code: known for known in answers}, today)


def _scopes(house: House, caller: Caller, owner: OwnerNumber) -> Mapping[str, Scope | None]:
    """Return what ``caller`` may be told, by type: a counter everything, a system what its grants allow.

    Raises:
        NoGrant: No grant lets this system fill in forms of this owner.
    """
    if caller.role is Role.OFFICER:
        by_law = [counter_grant(caller.name)]
        return {code: scope(by_law, code, PREFILL, times.today()) for code in house.paper_types}
    scopes = scopes_of(house.catalogue, owner, house.paper_types, PREFILL, consumer=caller.name)
    if not any(scopes.values()):
        raise NoGrant
    return scopes


def _grants(scopes: Mapping[str, Scope | None], types: Iterable[str | None]) -> tuple[str, ...]:
    found = (scopes.get(code or "") for code in types)
    return tuple(dict.fromkeys(grant for one in found if one for grant in one.grants))


def _asked(house: House, body: PrefillWanted) -> list[tuple[FormField, str | None]]:
    """Return the fields in question, each with the code of the fact that it asks of this owner."""
    if body.form is None:
        return [(_field_of(code), code) for code in dict.fromkeys(body.fields)]
    form = find_form(house.forms, body.form)
    form.require_role(body.role)
    return [(field, field.asks(body.role)) for field in form.fields]


def _field_of(code: str) -> FormField:
    fact = find_fact(code)
    return FormField(code, fact.name_vi, fact.name_en, code)
