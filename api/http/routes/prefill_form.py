"""``POST /v1/reuse/prefill``: what the owner's papers say already of what a form asks. Nothing is decided here."""

from collections.abc import Callable
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.http.access import Caller, Role, allow
from api.http.answers.reuses import Prefill
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.http.views import prefilled_json
from api.shapes import Json
from dossier import times
from dossier.errors import NoGrant
from dossier.facts import find_fact
from dossier.forms import FormField, find_form
from dossier.grants import PREFILL
from dossier.identifiers import DossierNumber, OwnerNumber, ProcedureCode, parse_owner_number
from dossier.paper_types import FieldRule
from dossier.papers import Paper
from ingest.house import House
from ingest.prefill import prefill
from storage.lookups import scopes_of
from storage.records import Given

router = new_router()

_Code = Annotated[str, Field(max_length=100)]
MAX_FIELDS = 100


class PrefillWanted(BaseModel):
    """Biểu mẫu nào hoặc những thông tin nào, của ai, cho hồ sơ nào. / Which form or facts, of whom, for what."""

    model_config = ConfigDict(extra="forbid")

    owner_number: Annotated[_Code, Field(examples=["001190012345"])]
    form: Annotated[_Code | None, Field(examples=["birth-registration-form"])] = None
    role: Annotated[_Code | None, Field(examples=["mother"])] = None
    fields: Annotated[list[_Code], Field(max_length=MAX_FIELDS, examples=[["full_name", "birth_date"]])] = []
    dossier: Annotated[_Code, Field(examples=[DossierNumber.example])]
    procedure: Annotated[_Code, Field(examples=[ProcedureCode.example])]
    purpose: Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")]

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

    may_see = _visible(house, caller, owner)
    answers, papers = prefill(house, owner, tuple(facts.values()), today, may_see)
    for paper in papers:
        house.catalogue.record_given(Given(paper.id, caller.name, body.purpose, times.now(), dossier, procedure))
    return prefilled_json(body.form, asked, {known.fact.code: known for known in answers}, today)


def _visible(house: House, caller: Caller, owner: OwnerNumber) -> Callable[[Paper, FieldRule], bool]:
    """Return what tells whether ``caller`` may be told a field: a counter everything, a system what its grants allow.

    Raises:
        NoGrant: No grant lets this system fill in forms of this owner.
    """
    if caller.role is Role.OFFICER:
        return lambda _paper, _rule: True
    scopes = scopes_of(house.catalogue, owner, house.paper_types, PREFILL, consumer=caller.name)
    if not any(scopes.values()):
        raise NoGrant

    def may_see(paper: Paper, rule: FieldRule) -> bool:
        kind = house.paper_types.get(paper.paper_type or "")
        allowed = scopes.get(kind.code) if kind else None
        return kind is not None and allowed is not None and allowed.gives(kind, rule.key)

    return may_see


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
