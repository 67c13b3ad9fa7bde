"""Owners, and who read their papers."""

from collections.abc import Iterable

from api.shapes import Json
from dossier import times
from dossier.identifiers import OwnerNumber
from storage.audit_reads import Read
from storage.owner_records import KnownOwner, Merge


def merge_json(merge: Merge) -> Json:
    """Return one merge, and how it was taken back if it was."""
    split = merge.split
    return {
        "merge": merge.serial,
        "numbers": [_number_json(merge.first), _number_json(merge.second)],
        "source": merge.source.value,
        "at": times.iso_local(merge.at),
        "actor": merge.actor,
        "by": merge.person,
        "reason": merge.reason,
        "paper": merge.paper.value if merge.paper else None,
        "forced": merge.forced,
        "refused": merge.refused.value if merge.refused else None,
        "split": {"at": times.iso_local(split.at), "actor": split.actor, "by": split.person, "reason": split.reason}
        if split
        else None,
    }


def owner_known_json(known: KnownOwner | None, reads: Iterable[Read]) -> Json:
    """Return what is known of an owner; all is empty where nobody has the number."""
    numbers = known.numbers if known else ()
    return {
        "numbers": [
            {
                **_number_json(one.number),
                "since": times.iso_local(one.since) if one.since else None,
                "names": list(one.names),
            }
            for one in numbers
        ],
        "history": [merge_json(merge) for merge in (known.history if known else ())],
        "papers": [
            {"paper_type": paper_type, "state": state.value, "count": count}
            for paper_type, state, count in (known.papers if known else ())
        ],
        **reads_json(reads),
    }


def reads_json(reads: Iterable[Read]) -> Json:
    """Return who read what and when, the newest first."""
    return {
        "reads": [
            {
                "at": times.iso_local(read.at),
                "paper": read.paper.value if read.paper else None,
                "paper_type": read.paper_type,
                "consumer": read.actor,
                "role": read.role,
                "person": read.person,
                "action": read.action,
                "purpose": read.purpose,
                "dossier": read.dossier,
            }
            for read in reads
        ]
    }


def _number_json(number: OwnerNumber) -> Json:
    return {"number": number.value, "kind": number.kind}
