"""The shapes other programs rely on, the same on the command line and over HTTP; see docs/integrate.md.

Here: papers and what is found in, of and about them, dossiers, errors. In modules of their own: ``owners`` and who read
their papers, ``retention``, ``access`` (keys, grants), ``webhooks``, and the report of ``figures`` (JSON, CSV;
``figures_xlsx``). What only HTTP answers is in ``api.http.views`` and, of the lookup, in ``api.http.found``.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from dossier import times
from dossier.addresses import Address, parse_address
from dossier.dossiers import Dossier
from dossier.errors import SohoaError
from dossier.owners import Owner
from dossier.paper_types import PaperType
from dossier.papers import Field, Paper, Setback, StoredObject, Waiting
from dossier.snippets import Snippet
from dossier.standing import ENDED, StatusChange
from dossier.verdicts import Finding
from ingest.house import House
from ingest.intake.twins import Twin
from ingest.proof.renew import Month
from ingest.proof.verifications import Change, Verified
from ingest.reuse.search import Answer
from ingest.scan.quality import Advice, Quality
from ocr.splitting import Part
from signing.report import REPORT_VERSION, FileReport
from storage.lifecycle.standing import standings

Json = dict[str, Any]
"""A JSON object."""


def papers_json(papers: Iterable[Paper], house: House) -> Json:
    """Return ``{"papers": […]}``; the house knows paper types and administrative units."""
    shown = tuple(papers)
    changes = standings(house.catalogue, [paper.id for paper in shown if paper.state in ENDED])
    return {"papers": [paper_json(paper, house, changes.get(paper.id)) for paper in shown]}


def paper_json(paper: Paper, house: House, standing: StatusChange | None = None) -> Json:
    """Return one paper; times are ISO 8601 with Vietnam's offset, dates ISO 8601, absent values ``null``.

    Args:
        paper: As the catalogue has it.
        house: Knows paper types and administrative units.
        standing: The last change of how it stands, if it is no longer in force.
    """
    paper_type = house.paper_types.get(paper.paper_type or "")
    return {
        "id": paper.id.value,
        "code": paper.code,
        "state": paper.state.value,
        "paper_type": paper.paper_type,
        "type_confidence": paper.type_confidence,
        "kind": paper.kind.value,
        "title": paper.title,
        "owner": owner_json(paper.owner),
        "co_owners": [owner_json(owner) for owner in paper.co_owners],
        "batch": paper.batch,
        "name": paper.name,
        "agency": str(paper.agency) if paper.agency else None,
        "dossier": str(paper.dossier) if paper.dossier else None,
        "procedure": str(paper.procedure) if paper.procedure else None,
        "pages": paper.page_count,
        "hidden_pages": list(paper.hidden_pages),
        "fields": fields_json(paper.fields, paper_type, house),
        "checks": [finding_json(finding) for finding in paper.checks],
        "verdict": paper.verdict.value if paper.verdict else None,
        "signed_origin": paper.signed_origin,
        "grade": paper.grade.value if paper.grade else None,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
        "valid_until": paper.valid_until.isoformat() if paper.valid_until else None,
        "created_at": times.iso_local(paper.created_at),
        "confirmed_by": paper.confirmed_by if paper.confirmed_at else None,
        "confirmed_at": _moment(paper.confirmed_at),
        "stored_at": _moment(paper.stored_at),
        "protected_until": _moment(paper.protected_until),
        "handed_over_at": _moment(paper.handed_over_at),
        "standing": standing_json(standing) if standing else None,
        "reading_version": paper.reading_version,
        "original": object_json(paper.original),
        "sealed": object_json(paper.sealed),
        "problem": paper.problem,
        "waiting": waiting_json(paper.waiting),
        "lane": paper.lane.value,
        "setback": setback_json(paper.setback),
        "split_from": paper.split_from.value if paper.split_from else None,
        "parts": [part.value for part in paper.parts],
        "split_by": paper.split_by,
        "split_at": _moment(paper.split_at),
        "joined_into": paper.joined_into.value if paper.joined_into else None,
        "joined_by": paper.joined_by,
        "joined_at": _moment(paper.joined_at),
    }


def standing_json(change: StatusChange) -> Json:
    """Return how a paper stands that is no longer in force."""
    return {
        "state": change.after.value,
        "since": times.iso_local(change.since),
        "reason": change.reason.value,
        "authority": change.authority,
        "superseded_by": change.successor.value if change.successor else None,
    }


def dossier_json(dossier: Dossier) -> Json:
    """Return what is known of a dossier."""
    return {
        "dossier": dossier.number.value,
        "procedure": dossier.procedure.value,
        "agency": dossier.agency.value,
        "decided_by": dossier.decided_by.value if dossier.decided_by else None,
        "channel": dossier.channel.value,
        "received_at": _moment(dossier.received_at),
        "processing_started_at": _moment(dossier.processing_started_at),
        "ended_at": _moment(dossier.ended_at),
        "outcome": dossier.outcome.value if dossier.outcome else None,
        "returned_at": _moment(dossier.returned_at),
    }


def found_json(answer: Answer) -> Json:
    """Return what a search found; ``box`` is ``[x, y, width, height]`` in pixels of the master page."""
    return {
        "papers": [
            {**_found_paper_json(one.paper), "snippets": list(map(_snippet_json, one.snippets))}
            for one in answer.papers
        ],
        "more": answer.following is not None,
        "next": str(answer.following) if answer.following else None,
    }


def _found_paper_json(paper: Paper) -> Json:
    return {
        "id": paper.id.value,
        "paper_type": paper.paper_type,
        "kind": paper.kind.value,
        "title": paper.title,
        "owner": owner_json(paper.owner),
        "co_owners": [owner_json(owner) for owner in paper.co_owners],
        "agency": str(paper.agency) if paper.agency else None,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
        "valid_until": paper.valid_until.isoformat() if paper.valid_until else None,
        "stored_at": _moment(paper.stored_at),
        "state": paper.state.value,
        "verdict": paper.verdict.value if paper.verdict else None,
        "grade": paper.grade.value if paper.grade else None,
        "pages": paper.page_count,
    }


def _snippet_json(snippet: Snippet) -> Json:
    return {
        "page": snippet.page,
        "text": snippet.text,
        "marks": [list(mark) for mark in snippet.marks],
        "boxes": [[box.x, box.y, box.width, box.height] for box in snippet.boxes],
    }


def waiting_json(waiting: Waiting | None) -> Json | None:
    """Return what a paper under way waits for, or ``None``."""
    if waiting is None:
        return None
    return {
        "code": waiting.code,
        "text": waiting.text,
        "text_en": waiting.text_en,
        "since": times.iso_local(waiting.since),
        "tries": waiting.tries,
        "retry_at": times.iso_local(waiting.retry_at),
    }


def setback_json(setback: Setback | None) -> Json | None:
    """Return what went wrong with a paper that is under way or failed, or ``None``."""
    if setback is None:
        return None
    return {
        "step": setback.step,
        "trace": setback.trace,
        "losses": setback.losses,
        "at": times.iso_local(setback.at),
    }


def owner_json(owner: Owner | None) -> Json | None:
    """Return the owner, or ``None``."""
    if owner is None:
        return None
    return {"number": owner.number.value, "kind": owner.number.kind, "name": owner.name}


def fields_json(fields: Sequence[Field], paper_type: PaperType | None, house: House) -> list[Json]:
    """Return a paper's fields; ``normalized`` is what is certain of a place, worked out anew each time it is shown."""
    issued_on = paper_type.issued_on(fields) if paper_type else None
    shown = []
    for field in fields:
        rule = paper_type.rule(field.key) if paper_type else None
        is_place = rule is not None and rule.value == "place" and field.value is not None
        address = parse_address(field.value or "", house.units, issued_on=issued_on) if is_place else None
        shown.append({**_field_json(field), "normalized": address_json(address) if address else None})
    return shown


def address_json(address: Address) -> Json:
    """Return an address taken apart; codes are those of the statistical office, present or former as the name is."""
    commune, district, province = address.commune, address.district, address.province
    return {
        "detail": address.detail,
        "commune": commune.name if commune else None,
        "commune_code": commune.unit.code if commune and commune.unit else None,
        "commune_now": address.commune_now.full if address.commune_now else None,
        "commune_now_code": address.commune_now.code if address.commune_now else None,
        "district": district.name if district else None,
        "district_code": district.unit.code if district and district.unit else None,
        "province": province.name if province else None,
        "province_code": province.unit.code if province and province.unit else None,
        "province_now": address.province_now.name if address.province_now else None,
        "province_now_code": address.province_now.code if address.province_now else None,
    }


def _field_json(field: Field) -> Json:
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
                "dossier": part.named.dossier,
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


def verified_json(verified: Verified) -> Json:
    """Return one kept verification: its report, and what changed since the one before if the verdict did."""
    one = verified.verification
    return {
        "at": times.iso_local(one.at),
        "occasion": one.occasion.value,
        "verdict": one.verdict.value,
        "verdict_before": verified.before.value if verified.before else None,
        "changes": [_change_json(change) for change in verified.changes],
        "file": one.file_sha256,
        "trust": one.trust_sha256,
        "kept": object_json(one.report),
        "report": verified.kept.report,
    }


def _change_json(change: Change) -> Json:
    finding = finding_json(change.finding)
    del finding["field"]
    return {"field": change.field, "appeared": change.appeared, "finding": finding}


def calendar_json(months: Iterable[Month]) -> Json:
    """Return in which month how much ends; ``month`` is ``null`` for what ends nobody knows when."""
    return {"months": [asdict(month) for month in months]}


def verifications_json(reports: Iterable[tuple[str, FileReport]]) -> Json:
    """Return what was found of each file, under the name it is known by."""
    return {"version": REPORT_VERSION, "files": [{"file": name, **report.to_json()} for name, report in reports]}


def object_json(stored: StoredObject | None) -> Json | None:
    """Return what may be known of a stored object outside the store: its hash and size, never its key."""
    if stored is None:
        return None
    return {"sha256": stored.sha256, "size": stored.size, "media_type": stored.media_type}


def twin_json(twin: Twin) -> Json:
    """Return what a station may know of a paper in the store: which, of which days, and how it was found."""
    paper = twin.paper
    return {
        "paper": paper.id.value,
        "paper_type": paper.paper_type,
        "issued_on": paper.issued_on.isoformat() if paper.issued_on else None,
        "valid_until": paper.valid_until.isoformat() if paper.valid_until else None,
        "how": twin.how.value,
    }


def problem_json(error: SohoaError) -> Json:
    """Return an error's stable code and its texts."""
    return {
        "code": error.code,
        "text": error.text_vi,
        "text_en": error.text_en,
        "advice": error.advice_vi,
        "advice_en": error.advice_en,
        **{name: error.details[name] for name in error.members},
    }


def _moment(moment: dt.datetime | None) -> str | None:
    return times.iso_local(moment) if moment else None
