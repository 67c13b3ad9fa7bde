"""The entries of the audit log as the lines that their hashes are taken over, made from raw rows.

A whole log is millions of rows, so none becomes an object here: the database gives each column as text, and the line is
put together from these. It is byte for byte what `storage.audit_log.audit.canonical` makes of the entry, which a test
shows.
"""

import json
from collections.abc import Generator
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring as quoted

from sqlalchemy import text
from sqlalchemy.orm import Session

_AT = {
    "sqlite": "CASE substr(at, 11, 1) WHEN ' ' THEN substr(at, 1, 10) || 'T' || substr(at, 12) || 'Z' END",
    "postgresql": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
}
"""The moment as the line has it; anything else where the row holds no moment as this service writes it."""
_DETAIL = {"sqlite": "detail", "postgresql": "detail::text"}
_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Line:
    """An entry.

    Attributes:
        seq: As the row has it. prev_hash: Likewise. hash: Likewise, unchecked.
        data: The line, without a line feed; empty if the row holds something that no line can have.
    """

    seq: int
    prev_hash: str
    hash: str
    data: bytes


def lines(session: Session, *, after: int = 0, up_to: int | None = None) -> Generator[Line, None, None]:
    """Yield the entries with a ``seq`` above ``after``, and not above ``up_to``, in order."""
    dialect = session.get_bind().dialect.name
    query = text(
        f"SELECT seq, prev_hash, actor, action, object, {_AT[dialect]}, {_DETAIL[dialect]}, hash FROM audit"  # noqa: S608 - both are ours
        " WHERE seq > :after AND seq <= :up_to ORDER BY seq"
    )
    bounds = {"after": after, "up_to": up_to if up_to is not None else 2**62}
    options = {"stream_results": True, "max_row_buffer": _PAGE, "yield_per": _PAGE}
    with session.connection().execution_options(**options).execute(query, bounds) as rows:
        for seq, prev_hash, actor, action, about, at, detail, digest in rows:
            yield Line(seq, prev_hash, digest, _line(seq, prev_hash, (actor, action, about, at), detail))


def _line(seq: int, prev_hash: str, texts: tuple[str, str, str, str], detail: str) -> bytes:
    try:
        actor, action, about, at = map(quoted, texts)
        return (
            f'{{"action":{action},"actor":{actor},"at":{at},"detail":{_object(detail)},"object":{about},'
            f'"prev_hash":{quoted(prev_hash)},"seq":{seq}}}'
        ).encode()
    except (TypeError, ValueError, RecursionError):  # no text, no JSON, half a surrogate pair: never written by us
        return b""


@lru_cache(maxsize=4096)
def _object(detail: str) -> str:
    return json.dumps(json.loads(detail), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
