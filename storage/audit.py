"""The audit log: a chain of entries, each holding the hash of the one before.

An entry is appended in the transaction of the change it tells of, so there is neither a change without its entry nor an
entry without its change. Its hash is SHA-256 over the UTF-8 bytes of this JSON object::

    {"action": …, "actor": …, "at": "2026-11-22T02:15:04.123456Z", "detail": {…}, "object": …, "prev_hash": …, "seq": …}

with keys sorted, no spaces, no escapes but those JSON requires (RFC 8785 for these values: strings, one integer, a flat
object of strings). ``prev_hash`` of entry 1 is 64 zeros. An auditor needs the rows of table ``audit`` and nothing else.

Threat: somebody with access to the database hides or changes what happened. An edited entry no longer has its hash; a
removed or moved one leaves a gap or a wrong ``prev_hash``. Two things the chain alone cannot show are a tail cut off
and a log recomputed from some entry on; for these ``anchor`` writes the head's hash to the object store, under
retention, and ``check`` compares every anchor. Residual risk accepted: entries since the newest anchor can be cut off
or rewritten unseen, so anchor often, and keep the object store under other hands than the database.

Entries hold no personal data: papers and batches by identifier, values never.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from dossier.errors import AuditChainBroken
from storage.database import reading
from storage.objects import ObjectStore
from storage.records import AuditEntry
from storage.rows import audit_entry_from
from storage.schema import AuditRow

if TYPE_CHECKING:  # the catalogue appends to this log
    from storage.catalogue import Catalogue

GENESIS = "0" * 64
"""``prev_hash`` of the first entry."""
PREFIX = "audit/"
"""What in the object store proves this log."""
ANCHORS = f"{PREFIX}anchors/"
"""Where in the object store the anchors are."""
HEADS = f"{PREFIX}heads/"
"""Where the heads of the tree over the log are (``storage.audit_tree``): each is an anchor too."""
_WHOLE_CHAIN = (
    select(
        AuditRow.seq,
        AuditRow.prev_hash,
        AuditRow.actor,
        AuditRow.action,
        AuditRow.object,
        AuditRow.at,
        AuditRow.detail,
        AuditRow.hash,
    )
    .order_by(AuditRow.seq)
    .execution_options(yield_per=2000)
)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """A chain found whole.

    Attributes:
        entries: How many. head_hash: Hash of the last, 64 zeros if there is none.
        anchored: ``seq`` of the newest anchor compared, 0 if none was.
    """

    entries: int
    head_hash: str
    anchored: int = 0


def canonical(entry: AuditEntry) -> bytes:
    """Return the bytes whose SHA-256 is the hash of ``entry``."""
    body = {
        "action": entry.action,
        "actor": entry.actor,
        "at": entry.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "detail": dict(entry.detail),
        "object": entry.object,
        "prev_hash": entry.prev_hash,
        "seq": entry.seq,
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def entry_hash(entry: AuditEntry) -> str:
    """Return the hash ``entry`` must have, lower-case hex."""
    return hashlib.sha256(canonical(entry)).hexdigest()


def append(
    session: Session, *, actor: str, action: str, about: str, at: dt.datetime, detail: Mapping[str, str] | None = None
) -> int:
    """Add an entry within a writing transaction (``storage.database.writing``), which keeps the chain from forking.

    Returns:
        Its ``seq``.

    Args:
        session: Of the change the entry tells of.
        actor: Name of an access key, a worker or a named person.
        action: E.g. ``"paper.confirmed"``.
        about: Kind and identifier, e.g. ``"paper:3f9k2m7x8c4v5b6n"``.
        at: Aware moment.
        detail: No personal data.
    """
    head = _head(session)
    bare = AuditEntry(head.entries + 1, head.head_hash, actor, action, about, at, dict(detail or {}), "")
    session.add(
        AuditRow(
            seq=bare.seq,
            prev_hash=bare.prev_hash,
            actor=actor,
            action=action,
            object=about,
            at=at,
            detail=dict(bare.detail),
            hash=entry_hash(bare),
        )
    )
    session.flush()
    return bare.seq


def entries(catalogue: "Catalogue", *, after: int = 0, limit: int = 100) -> list[AuditEntry]:
    """Return up to ``limit`` entries with a ``seq`` above ``after``, in order, unchecked.

    Raises:
        StoreUnavailable: The database does not answer.
    """
    wanted = select(AuditRow).where(AuditRow.seq > after).order_by(AuditRow.seq).limit(limit)
    with reading(catalogue.engine) as session:
        return [audit_entry_from(row) for row in session.scalars(wanted)]


def anchor(catalogue: "Catalogue", store: ObjectStore, *, retain_until: dt.datetime | None = None) -> AuditReport:
    """Write the present head of the chain to the object store; nothing if the log is empty.

    Raises:
        AlreadyExists: An anchor of the same entry has another hash: the chain was rewritten.
        StoreUnavailable: The database or the store does not answer.
    """
    with reading(catalogue.engine) as session:
        head = _head(session)
    if head.entries:
        body = json.dumps({"hash": head.head_hash, "seq": head.entries}, sort_keys=True, separators=(",", ":"))
        store.put(
            f"{ANCHORS}{head.entries:012d}.json",
            body.encode(),
            media_type="application/json",
            retain_until=retain_until,
            if_absent=True,
        )
    return head


def check(catalogue: "Catalogue", store: ObjectStore | None = None) -> AuditReport:
    """Recompute the whole chain, and compare it with the anchors in ``store`` if one is given.

    Raises:
        AuditChainBroken: With the first entry at which edit, removal, reordering or truncation shows, and which.
        StoreUnavailable: The database or the store does not answer.
    """
    anchors = _anchors(store) if store else {}
    seq, previous = 0, GENESIS
    with reading(catalogue.engine) as session, session.execute(_WHOLE_CHAIN) as rows:
        for row in rows:
            entry = AuditEntry(*row)
            seq += 1
            if entry.seq != seq:
                raise AuditChainBroken(seq=seq, reason="entry missing")
            if entry.prev_hash != previous:
                raise AuditChainBroken(seq=seq, reason="it does not follow the entry before")
            if entry.hash != entry_hash(entry):
                raise AuditChainBroken(seq=seq, reason="entry altered")
            if anchors.get(seq, entry.hash) != entry.hash:
                raise AuditChainBroken(seq=seq, reason="it differs from its anchor: the log was rewritten")
            previous = entry.hash
    newest = max(anchors, default=0)
    if newest > seq:
        raise AuditChainBroken(seq=seq + 1, reason=f"log cut off: entries up to {newest} were anchored")
    return AuditReport(seq, previous, newest)


def _head(session: Session) -> AuditReport:
    last = session.execute(select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1)).first()
    return AuditReport(last.seq, last.hash) if last else AuditReport(0, GENESIS)


def _anchors(store: ObjectStore) -> dict[int, str]:
    found = (json.loads(store.get(key)) for prefix in (ANCHORS, HEADS) for key in store.keys(prefix))
    return {anchored["seq"]: anchored["hash"] for anchored in found}
