"""What an auditor is told of the log and of the status list."""

from collections import Counter
from collections.abc import Iterable

from api.shapes import Json, finding_json
from dossier import times
from dossier.errors import SohoaError
from dossier.standing import ENDED
from dossier.status_lists import StatusEntry
from ingest.upkeep.audit_log import LogReport
from signing.status_check import CheckedList


def log_json(report: LogReport) -> Json:
    """Return what a log that was found whole was compared with, and how much of it time stamps prove."""
    chain = report.chain
    return {
        "entries": chain.entries,
        "head": chain.head_hash,
        "anchored": chain.anchored,
        "segmented": chain.segmented,
        "stamped": report.stamped,
        "proven_at": times.iso_local(report.proven_at) if report.proven_at else None,
        "stamps": report.stamps,
        "unanchored": report.unanchored,
        "unanchored_since": times.iso_local(report.unanchored_since) if report.unanchored_since else None,
        "open": [{"entry": seq, "findings": codes} for seq, codes in report.open],
    }


def break_json(error: SohoaError) -> Json:
    """Return where a log is not what it was: the entry, the anchors around it (0: none), or what of it is damaged."""
    told = {name: error.details.get(name) for name in ("seq", "after", "before")}
    return {"code": error.code, **told, "text": error.text_vi, "text_en": error.text_en}


def checked_list_json(checked: CheckedList) -> Json:
    """Return what was found of a status list, and how many files it lists in each state."""
    content, signed = checked.content, checked.signed
    counts = Counter(entry.state for entry in content.entries) if content else Counter()
    return {
        "verdict": checked.verdict.value,
        "number": content.number if content else None,
        "agency": str(content.agency) if content else None,
        "signer": signed.signer if signed else None,
        "made_at": times.iso_local(content.made_at) if content else None,
        "next_at": times.iso_local(content.next_at) if content else None,
        "checked_at": times.iso_local(checked.at),
        "findings": [finding_json(finding) for finding in checked.findings],
        "entries": {state.value: counts[state] for state in sorted(ENDED)},
    }


def listed_json(files: Iterable[tuple[str, StatusEntry | None]]) -> list[Json]:
    """Return each version of a paper's file, and what a status list says of it."""
    return [
        {
            "sha256": sha256,
            "state": entry.state.value if entry else None,
            "since": times.iso_local(entry.since) if entry else None,
            "reason": entry.reason.value if entry else None,
            "successor": entry.successor if entry else None,
        }
        for sha256, entry in files
    ]
