"""The facts behind the figures as a file, so that anybody can count again, without us or with ``sohoa figures``.

One line of CSV (RFC 4180, UTF-8) per dossier; moments are ISO 8601 with Vietnam's offset, absent values empty. It holds
no personal data: dossiers by number, no owners, no persons.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator

from dossier import times
from dossier.dossiers import Channel, Dossier, Outcome
from dossier.errors import InvalidIdentifier, InvalidValue
from dossier.figures import DossierFacts
from dossier.identifiers import AgencyCode, DossierNumber, ProcedureCode

COLUMNS = (
    "dossier", "procedure", "agency", "decided_by", "channel", "received_at", "processing_started_at", "ended_at",
    "outcome", "returned_at", "components", "results", "reuses", "shared", "last_stored_at",
)  # fmt: skip


def facts_lines(facts: Iterable[DossierFacts]) -> Iterator[str]:
    """Yield the file's lines, the first with the names of the columns."""
    yield _line(COLUMNS)
    for one in facts:
        dossier = one.dossier
        yield _line(
            (
                str(dossier.number),
                str(dossier.procedure),
                str(dossier.agency),
                str(dossier.decided_by or ""),
                dossier.channel.value,
                _text(dossier.received_at),
                _text(dossier.processing_started_at),
                _text(dossier.ended_at),
                dossier.outcome.value if dossier.outcome else "",
                _text(dossier.returned_at),
                *(str(n) for n in (one.components, one.results, one.reuses, one.shared)),
                _text(one.last_stored_at),
            )
        )


def read_facts(lines: Iterable[str]) -> Iterator[DossierFacts]:
    """Yield the facts that a file of :func:`facts_lines` holds.

    Raises:
        InvalidValue: It has other columns, or a line cannot be read; the line is named.
    """
    rows = csv.reader(lines)
    try:
        head = next(rows, None)
    except csv.Error:
        head = None
    if head is None or tuple(head) != COLUMNS:
        raise InvalidValue(key="facts", reason="it has other columns", reason_vi="tệp có cột khác")
    try:
        for row in rows:
            yield _facts(dict(zip(COLUMNS, row, strict=True)))
    except (ValueError, csv.Error, InvalidIdentifier, InvalidValue):
        where = rows.line_num
        raise InvalidValue(
            key="facts", reason=f"line {where} cannot be read", reason_vi=f"không đọc được dòng {where}"
        ) from None


def _facts(row: dict[str, str]) -> DossierFacts:
    dossier = Dossier(
        number=DossierNumber(row["dossier"]),
        procedure=ProcedureCode(row["procedure"]),
        agency=AgencyCode(row["agency"]),
        decided_by=AgencyCode(row["decided_by"]) if row["decided_by"] else None,
        channel=Channel(row["channel"]),
        received_at=_moment(row["received_at"]),
        processing_started_at=_moment(row["processing_started_at"]),
        ended_at=_moment(row["ended_at"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        returned_at=_moment(row["returned_at"]),
    )
    components, results, reuses, shared = (_count(row[name]) for name in ("components", "results", "reuses", "shared"))
    return DossierFacts(dossier, components, results, reuses, shared, _moment(row["last_stored_at"]))


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(text)
    return int(text)


def _line(values: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(values)
    return line.getvalue()


def _text(moment: dt.datetime | None) -> str:
    return moment.astimezone(times.VIETNAM).isoformat() if moment else ""


def _moment(text: str) -> dt.datetime | None:
    if not text:
        return None
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(dt.UTC)
