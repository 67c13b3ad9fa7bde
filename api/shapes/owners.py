"""Owners, and who read their papers."""

from collections.abc import Iterable

from api.keys import TOKEN_NAMES
from api.shapes import Json
from dossier import times
from dossier.identifiers import OwnerNumber
from storage.audit_log.audit_reads import Read
from storage.people.owner_records import KnownOwner, Merge


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


def grouped_reads_json(reads: Iterable[Read]) -> list[Json]:
    """Return reads by who, what, what for and for which dossier, the newest group first, with no person's name.

    Of whoever has an account, or came with another issuer's token, only the role is told: their names are persons'.

    Args:
        reads: The newest first.
    """
    groups: dict[tuple[str | None, ...], list[Read]] = {}
    for read in reads:
        is_person = read.person is not None or read.actor.startswith(TOKEN_NAMES)
        consumer = None if is_person else read.actor
        groups.setdefault((consumer, read.role, read.action, read.purpose, read.dossier), []).append(read)
    return [
        {
            "consumer": consumer,
            "role": role,
            "action": action,
            "purpose": purpose,
            "dossier": dossier,
            "times": len({read.seq for read in some}),
            "first_at": times.iso_local(some[-1].at),
            "last_at": times.iso_local(some[0].at),
            "papers": [
                {"paper": paper.value, "paper_type": paper_type}
                for paper, paper_type in dict.fromkeys((read.paper, read.paper_type) for read in some)
                if paper is not None
            ],
        }
        for (consumer, role, action, purpose, dossier), some in groups.items()
    ]


def _number_json(number: OwnerNumber) -> Json:
    return {"number": number.value, "kind": number.kind}
