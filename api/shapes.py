"""The JSON shapes other programs rely on, the same on the command line and over HTTP; see docs/integrate.md."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from dossier import times
from dossier.errors import SohoaError
from dossier.owners import Owner
from dossier.papers import Field, Paper, StoredObject
from dossier.verdicts import Finding
from ingest.quality import Advice, Quality
from ocr.splitting import Part

Json = dict[str, Any]
"""A JSON object."""


def papers_json(papers: Iterable[Paper]) -> Json:
    """Return ``{"papers": […]}``."""
    return {"papers": [paper_json(paper) for paper in papers]}


def paper_json(paper: Paper) -> Json:
    """Return one paper; times are ISO 8601 with Vietnam's offset, dates ISO 8601, absent values ``null``."""
    return {
        "id": paper.id.value,
        "code": paper.code,
        "state": paper.state.value,
        "paper_type": paper.paper_type,
        "type_confidence": paper.type_confidence,
        "kind": paper.kind.value,
        "title": paper.title,
        "owner": owner_json(paper.owner),
        "batch": paper.batch,
        "name": paper.name,
        "agency": str(paper.agency) if paper.agency else None,
        "dossier": str(paper.dossier) if paper.dossier else None,
        "procedure": str(paper.procedure) if paper.procedure else None,
        "pages": paper.page_count,
        "fields": [field_json(field) for field in paper.fields],
        "checks": [finding_json(finding) for finding in paper.checks],
        "verdict": paper.verdict.value if paper.verdict else None,
        "signed_origin": paper.signed_origin,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
        "valid_until": paper.valid_until.isoformat() if paper.valid_until else None,
        "created_at": times.iso_local(paper.created_at),
        "confirmed_by": paper.confirmed_by if paper.confirmed_at else None,
        "confirmed_at": _moment(paper.confirmed_at),
        "stored_at": _moment(paper.stored_at),
        "original": object_json(paper.original),
        "sealed": object_json(paper.sealed),
        "problem": paper.problem,
        "split_from": paper.split_from.value if paper.split_from else None,
        "parts": [part.value for part in paper.parts],
        "split_by": paper.split_by,
        "split_at": _moment(paper.split_at),
    }


def owner_json(owner: Owner | None) -> Json | None:
    """Return the owner, or ``None``."""
    if owner is None:
        return None
    return {"number": owner.number.value, "kind": owner.number.kind, "name": owner.name}


def field_json(field: Field) -> Json:
    """Return one field; ``box`` is ``[x, y, width, height]`` in pixels of the master page."""
    box = field.box
    return {
        "key": field.key,
        "value": field.value,
        "raw": field.raw,
        "page": field.page,
        "box": [box.x, box.y, box.width, box.height] if box else None,
        "confidence": round(field.confidence, 4),
        "source": field.source.value,
        "second_raw": field.second_raw,
    }


def finding_json(finding: Finding) -> Json:
    """Return one finding."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "text": finding.text,
        "text_en": finding.text_en,
        "field": finding.field,
    }


def proposal_json(proposed: Iterable[Part]) -> Json:
    """Return the papers that a scan seems to hold, each by the page it begins on."""
    return {
        "proposed": [
            {
                "first_page": part.pages[0],
                "pages": list(part.pages),
                "paper_type": part.code,
                "confidence": round(part.confidence, 4),
                "evidence": list(part.evidence),
            }
            for part in proposed
        ]
    }


def qualities_json(qualities: Iterable[Quality]) -> Json:
    """Return the verdict on a file's pages: ``rescan`` if any page asks for it."""
    pages = [_quality_json(quality) for quality in qualities]
    asked = any(page["advice"] == Advice.RESCAN.value for page in pages)
    return {"advice": (Advice.RESCAN if asked else Advice.ACCEPT).value, "pages": pages}


def _quality_json(quality: Quality) -> Json:
    measures = asdict(quality.measures)
    measures["colour"] = quality.measures.colour.value
    measures["cut_off"] = [side.value for side in quality.measures.cut_off]
    reasons = [finding_json(reason) for reason in quality.reasons]
    for reason in reasons:
        del reason["field"]
    return {"page": quality.number, "advice": quality.advice.value, "reasons": reasons, "measures": measures}


def object_json(stored: StoredObject | None) -> Json | None:
    """Return what may be known of a stored object outside the store: its hash and size, never its key."""
    if stored is None:
        return None
    return {"sha256": stored.sha256, "size": stored.size, "media_type": stored.media_type}


def problem_json(error: SohoaError) -> Json:
    """Return an error's stable code and its texts."""
    return {
        "code": error.code,
        "text": error.text_vi,
        "text_en": error.text_en,
        "advice": error.advice_vi,
        "advice_en": error.advice_en,
    }


def _moment(moment: dt.datetime | None) -> str | None:
    return times.iso_local(moment) if moment else None
