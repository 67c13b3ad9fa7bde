"""What about a paper or batch is fixed, and what is told of a change: plain functions of values."""

import hashlib
import json
from collections.abc import Sequence

from dossier.errors import AlreadyExists, SamePerson
from dossier.papers import REPLACED, Paper, PaperState
from dossier.text import fold
from storage.records import Batch

FINAL_CONTENT = frozenset({PaperState.STORED, PaperState.EXPIRED, PaperState.SUPERSEDED, PaperState.REVOKED, *REPLACED})
"""States in which owner, type, fields and files of a paper are fixed: only its standing may still change."""
_ALWAYS_FIXED = ("batch", "name", "created_at", "original", "split_from")
_FIXED_ONCE_STORED = (
    "owner",
    "co_owners",
    "kind",
    "paper_type",
    "sealed",
    "fields",
    "page_count",
    "hidden_pages",
    "signed_origin",
    "grade",
    "dossier",
    "procedure",
    "agency",
    "issued_on",
    "confirmed_by",
    "confirmed_at",
    "stored_at",
    "parts",
    "split_by",
    "split_at",
    "joined_into",
    "joined_by",
    "joined_at",
)
_OF_THE_READING = frozenset({"fields", "issued_on", "co_owners"})
"""What a later version of a stored paper's reading may replace."""


def require_same_content(kept: Paper, new: Paper) -> None:
    """Do nothing if ``new`` changes of ``kept`` only what may change.

    Of a stored paper what was read may change only together with a higher version of the reading.

    Raises:
        AlreadyExists: It changes something fixed.
    """
    is_final, is_reread = kept.state in FINAL_CONTENT, new.reading_version > kept.reading_version
    if is_final and new.reading_version < kept.reading_version:
        raise AlreadyExists(kind="paper", id=f"{kept.id}, reading_version")
    for name in _ALWAYS_FIXED + (_FIXED_ONCE_STORED if is_final else ()):
        if is_reread and name in _OF_THE_READING:
            continue
        if name == "original" and new.state is PaperState.QUARANTINED and new.original.sha256 == kept.original.sha256:
            continue  # the same bytes, kept apart
        if getattr(kept, name) != getattr(new, name):
            raise AlreadyExists(kind="paper", id=f"{kept.id}, {name}")


def batch_content(batch: Batch, papers: Sequence[Paper]) -> str:
    """Return the hash that two requests for the same batch share."""
    content = {
        "batch": [
            str(part) if part else None
            for part in (
                batch.station,
                batch.operator,
                batch.dossier.canonical if batch.dossier else None,
                batch.procedure,
                batch.agency.canonical if batch.agency else None,
                batch.manifest_sha256,
                *([batch.employer] if batch.employer else []),
            )
        ],
        "papers": [
            [
                paper.name,
                paper.original.sha256,
                f"{paper.owner.number.kind}:{paper.owner.number.value}" if paper.owner else None,
                paper.kind.value,
            ]
            for paper in papers
        ],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def change_told(kept: Paper, new: Paper) -> dict[str, str]:
    """Return what the audit entry tells of a change: states, the hash of a new sealed file, versions of the reading."""
    told: dict[str, str] = {}
    if new.state is not kept.state:
        told |= {"from": kept.state.value, "to": new.state.value}
    if new.sealed and new.sealed != kept.sealed:
        told["sealed_sha256"] = new.sealed.sha256
    if new.reading_version != kept.reading_version:
        told |= {"from_version": str(kept.reading_version), "to_version": str(new.reading_version)}
    return told


def require_second_person(person: str, key: str, *, first: str, first_key: str) -> None:
    """Do nothing if whoever agrees is another person with another access key than whoever asked.

    Args:
        person: Name of the person who agrees.
        key: Name of the access key.
        first: Name of the person who asked.
        first_key: Name of that access key.

    Raises:
        SamePerson: It is not so.
    """
    if fold(person) == fold(first) or key == first_key:
        raise SamePerson
