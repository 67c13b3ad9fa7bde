"""Answers that only HTTP gives; those shared with the command line are in ``api.shapes``."""

from api.shapes import Json, paper_json
from dossier import times
from dossier.papers import Paper
from ingest.house import House
from storage.records import AccessKey, Batch

_REUSE_KEYS = (
    "id",
    "code",
    "paper_type",
    "kind",
    "title",
    "owner",
    "co_owners",
    "agency",
    "pages",
    "fields",
    "verdict",
    "grade",
    "issued_on",
    "valid_until",
    "stored_at",
    "reading_version",
    "sealed",
)


def batch_json(batch: Batch) -> Json:
    """Return one batch."""
    return {
        "id": batch.id,
        "station": batch.station,
        "operator": batch.operator,
        "dossier": str(batch.dossier) if batch.dossier else None,
        "procedure": str(batch.procedure) if batch.procedure else None,
        "created_at": times.iso_local(batch.created_at),
    }


def reusable_json(paper: Paper, house: House) -> Json:
    """Return what another system needs of a paper: nothing of how and by whom it was digitized."""
    known = paper_json(paper, house)
    return {**{key: known[key] for key in _REUSE_KEYS}, "file": f"/v1/papers/{paper.id}/file"}


def key_json(key: AccessKey) -> Json:
    """Return one access key without its secret or hash."""
    return {
        "name": key.name,
        "role": key.role,
        "created_at": times.iso_local(key.created_at),
        "revoked_at": times.iso_local(key.revoked_at) if key.revoked_at else None,
    }
