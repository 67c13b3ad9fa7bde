"""Answers that only HTTP gives, but for the lookup's (``api.http.found``); all others are in ``api.shapes``."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from api.keys import Caller
from api.shapes import Json, papers_json
from dossier import times
from dossier.accepted import Reuse, marks_of
from dossier.forms import Form, FormField
from dossier.paper_types import FieldRule, PaperType
from dossier.papers import Paper
from dossier.prefill import Answer as Known
from dossier.prefill import Saying
from ingest.house import House
from ingest.intake.receipts import Receipt
from ingest.people.second_person import corrected_by
from storage.records import Batch, Claim, Queued, Reviewer


def batch_json(batch: Batch) -> Json:
    """Return one batch."""
    return {
        "id": batch.id,
        "station": batch.station,
        "operator": batch.operator,
        "employer": batch.employer,
        "dossier": str(batch.dossier) if batch.dossier else None,
        "procedure": str(batch.procedure) if batch.procedure else None,
        "created_at": times.iso_local(batch.created_at),
        "lane": batch.lane.value,
    }


def reuse_json(reuse: Reuse, paper: Paper, house: House) -> Json:
    """Return a paper accepted into a dossier, with what the national portal is told of it."""
    withdrawn = reuse.withdrawn
    marks = marks_of(reuse.how, house.paper_types.get(paper.paper_type or ""))
    return {
        "reference": reuse.reference.value,
        "paper": reuse.paper.value,
        "paper_type": paper.paper_type,
        "digitized_code": paper.code,
        "dossier": reuse.dossier.value,
        "procedure": reuse.procedure.value,
        "component": reuse.component,
        "how": reuse.how.value,
        "result_code": str(marks.result) if marks.result else None,
        "from_national_store": marks.from_national_store,
        "actor": reuse.accepted_by,
        "by": reuse.person,
        "purpose": reuse.purpose,
        "at": times.iso_local(reuse.at),
        "withdrawn": {
            "at": times.iso_local(withdrawn.at),
            "actor": withdrawn.by,
            "by": withdrawn.person,
            "reason": withdrawn.reason,
        }
        if withdrawn
        else None,
    }


def form_json(form: Form) -> Json:
    """Return one form of the catalogue."""
    return {
        "code": form.code,
        "name": form.name_vi,
        "name_en": form.name_en,
        "paper_type": form.paper_type,
        "legal_basis": form.legal_basis,
        "roles": [{"code": role.code, "name": role.name_vi, "name_en": role.name_en} for role in form.roles],
        "fields": [
            {
                "key": field.key,
                "label": field.label_vi,
                "label_en": field.label_en,
                "fact": field.fact,
                "by_role": dict(field.by_role),
            }
            for field in form.fields
        ],
    }


def prefilled_json(
    form: str | None, asked: Sequence[tuple[FormField, str | None]], answers: Mapping[str, Known], today: dt.date
) -> Json:
    """Return what is known of each field asked, by the code of the fact that it asks."""
    told = [answers[fact] for _, fact in asked if fact]
    return {
        "form": form,
        "fields": [_prefilled_field_json(field, answers[fact] if fact else None, today) for field, fact in asked],
        "asked": len(asked),
        "known": sum(known.is_known for known in told),
        "conflicts": sum(known.is_conflict for known in told),
    }


def _prefilled_field_json(field: FormField, known: Known | None, today: dt.date) -> Json:
    return {
        "field": field.key,
        "label": field.label_vi,
        "label_en": field.label_en,
        "fact": known.fact.code if known else None,
        "conflict": known is not None and known.is_conflict,
        "values": [
            {"value": sayings[0].value, "sources": [_source_json(saying, today) for saying in sayings]}
            for sayings in (known.values if known else ())
        ],
    }


def _source_json(saying: Saying, today: dt.date) -> Json:
    field, paper = saying.field, saying.paper
    return {
        "paper": paper.id.value,
        "paper_type": paper.paper_type,
        "field": field.key,
        "value": saying.value,
        "page": field.page,
        "box": [field.box.x, field.box.y, field.box.width, field.box.height] if field.box else None,
        "source": field.source.value,
        "grade": paper.grade.value if paper.grade else None,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
        "age_days": saying.age_days(today),
    }


def receipt_json(receipt: Receipt) -> Json:
    """Return the receipt of a batch."""
    return asdict(receipt) | {"closed_at": times.iso_local(receipt.closed_at)}


def session_json(caller: Caller, token: str | None) -> Json:
    """Return who is signed in, with the token of the pages shown under the session."""
    return {"name": caller.name, "role": caller.role.value, "person": caller.person, "page_token": token}


def paper_type_json(paper_type: PaperType) -> Json:
    """Return one paper type of the catalogue."""
    return {
        "code": paper_type.code,
        "name": paper_type.name_vi,
        "name_en": paper_type.name_en,
        "kind": paper_type.kind.value,
        "fields": [_rule_json(rule) for rule in paper_type.fields],
        "tables": [
            {
                "key": table.key,
                "name": table.name_vi,
                "name_en": table.name_en,
                "required": table.required,
                "columns": [_rule_json(column) for column in table.columns],
            }
            for table in paper_type.tables
        ],
    }


def _rule_json(rule: FieldRule) -> Json:
    return {
        "key": rule.key,
        "name": rule.name_vi,
        "name_en": rule.name_en,
        "value": rule.value,
        "required": rule.required,
        "personal": rule.pii,
        "critical": rule.critical,
        "choices": [
            *({"value": value, "name": value} for value in rule.choices),
            *({"value": box.value, "name": box.label} for box in rule.boxes),
        ],
    }


def claim_json(claim: Claim, caller: Caller) -> Json:
    """Return who has a paper in hand; keys have no person, so they go by their name."""
    return {
        "paper": claim.paper.value,
        "person": claim.person or claim.actor,
        "own": claim.actor == caller.name,
        "until": times.iso_local(claim.until),
    }


def taken_json(claim: Claim, caller: Caller, house: House) -> Json:
    """Return a paper taken in hand, with the fields that keep the caller from confirming it."""
    paper = house.catalogue.paper(claim.paper)
    corrected = corrected_by(house, paper, Reviewer(caller.person, caller.account)) if caller.person else []
    return {"claim": claim_json(claim, caller), "corrected": corrected, **papers_json([paper], house)}


def waiting_paper_json(paper: Queued, caller: Caller) -> Json:
    """Return a paper of the queue: nothing of what it says."""
    return {
        "id": paper.id.value,
        "name": paper.name,
        "state": paper.state.value,
        "paper_type": paper.paper_type,
        "lane": paper.lane.value,
        "dossier": str(paper.dossier) if paper.dossier else None,
        "pages": paper.pages,
        "doubts": paper.doubts,
        "created_at": times.iso_local(paper.created_at),
        "claim": claim_json(paper.claim, caller) if paper.claim else None,
        "awaits_other": paper.awaits_other,
    }
