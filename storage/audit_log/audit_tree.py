"""Places of entries in the audit log that can be shown without showing the other entries: a Merkle tree over the log.

The chain proves an entry only to whoever has all entries after it. A tree over the entries' hashes proves one entry
with a few hashes more, about as many as the number of entries has binary digits, and tells nothing of the others. It
is the tree of RFC 9162 (Certificate Transparency), clause 2.1, with SHA-256:

- its leaves are the entries' hashes as 32 bytes (``storage.audit_log.audit``), in the order of ``seq``: entry 1 is
  leaf 0;
- a leaf's node is ``SHA-256(00 ‖ leaf)``, an inner node ``SHA-256(01 ‖ left ‖ right)``;
- of ``n`` leaves the left half has the greatest power of two smaller than ``n``.

A head names the root over the first ``seq`` entries and the hash of the last of them. It is kept in the object store::

    audit/heads/000000000123.json    {"hash": "…", "root": "…", "seq": 123}

Full blocks of entries never change, so the node above each is hashed once and kept in the catalogue. Nobody has to
trust it: a wrong one gives another root than the heads have.

Threat: as of ``storage.audit_log.audit``; a head under retention and time-stamped shows a log that was rewritten
before it. Residual risk accepted: the excerpt proves the entries it shows, not that it shows all there are about the
thing; for that the whole log is needed.
"""

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dossier.errors import AuditChainBroken, ObjectDamaged
from storage.audit_log import audit
from storage.audit_log.merkle import levels, nodes, path, root_over
from storage.database import reading, writing
from storage.objects.object_store import ObjectStore
from storage.records import AuditEntry
from storage.rows import audit_entry_from
from storage.schema import AuditBlockRow, AuditRow

if TYPE_CHECKING:  # it is opened elsewhere
    from storage.catalogue import Catalogue


BLOCK = 4096
"""Entries in a block; a power of two."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The log up to one entry.

    Attributes:
        seq: Of the last entry. hash: Of that entry. root: Of the tree, lower-case hex both.
    """

    seq: int
    hash: str
    root: str

    def dump(self) -> bytes:
        """Return it as it is kept and time-stamped: JSON, keys sorted, no spaces."""
        body = {"hash": self.hash, "root": self.root, "seq": self.seq}
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode()

    @property
    def key(self) -> str:
        """Its key in the object store."""
        return head_key(self.seq)


def head_key(seq: int) -> str:
    """Return the key of the head of the log up to entry ``seq``."""
    return f"{audit.HEADS}{seq:012d}.json"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Entries about one thing, and the proof of their places.

    Attributes:
        head: Of the tree. entries: In order. paths: For each the hashes beside its way to the root, from its leaf up,
            lower-case hex (RFC 9162, 2.1.3.1).
    """

    head: TreeHead
    entries: tuple[AuditEntry, ...]
    paths: tuple[tuple[str, ...], ...]


def excerpt(catalogue: "Catalogue", about: str, *, up_to: int | None = None) -> Excerpt:
    """Return the entries about one thing with their proof, and the head they are proven by.

    Args:
        catalogue: Whose log.
        about: Kind and identifier, e.g. ``"paper:3f9k2m7x8c4v5b6n"``.
        up_to: The last entry of the tree; the newest if ``None``.

    Raises:
        AuditChainBroken: The log is empty, ends before ``up_to``, or one of the entries is not what was hashed.
    """
    with reading(catalogue.engine) as session:
        newest = session.scalar(select(func.max(AuditRow.seq))) or 0
        size = newest if up_to is None else up_to
        if not 0 < size <= newest:
            raise AuditChainBroken(seq=newest + 1, reason="entry missing")
        wanted = select(AuditRow).where(AuditRow.object == about, AuditRow.seq <= size).order_by(AuditRow.seq)
        entries = tuple(audit_entry_from(row) for row in session.scalars(wanted))
        known = {row.block: row.root for row in session.scalars(select(AuditBlockRow))}
        blocks = {block: _leaves(session, block, size) for block in {(e.seq - 1) // BLOCK for e in entries}}
        fresh: dict[int, str] = {}
        for block in range((size - 1) // BLOCK + 1):
            if block not in known or size < (block + 1) * BLOCK:
                leaves = blocks.get(block) or _leaves(session, block, size)
                (fresh if len(leaves) == BLOCK else known)[block] = root_over(leaves).hex()
        last = session.scalar(select(AuditRow.hash).where(AuditRow.seq == size)) or ""
    _keep_blocks(catalogue, fresh)
    roots = {**known, **fresh}
    above = levels([bytes.fromhex(roots[block]) for block in range((size - 1) // BLOCK + 1)])
    paths = []
    for entry in entries:
        block, place = divmod(entry.seq - 1, BLOCK)
        if entry.hash != audit.entry_hash(entry) or bytes.fromhex(entry.hash) != blocks[block][place]:
            raise AuditChainBroken(seq=entry.seq, reason="entry altered")
        paths.append((*path(levels(nodes(blocks[block])), place), *path(above, block)))
    return Excerpt(TreeHead(size, last, above[-1][0].hex()), entries, tuple(paths))


def _leaves(session: Session, block: int, size: int) -> list[bytes]:
    """Return the hashes of a block's entries, of the last one up to entry ``size``.

    Raises:
        AuditChainBroken: One is missing.
    """
    first, end = block * BLOCK, min((block + 1) * BLOCK, size)
    hashes = select(AuditRow.hash).where(AuditRow.seq > first, AuditRow.seq <= end).order_by(AuditRow.seq)
    leaves = [bytes.fromhex(one) for one in session.scalars(hashes)]
    if len(leaves) != end - first:
        raise AuditChainBroken(seq=first + len(leaves) + 1, reason="entry missing")
    return leaves


def _keep_blocks(catalogue: "Catalogue", fresh: Mapping[int, str]) -> None:
    if fresh:
        with writing(catalogue.engine) as session:
            there = set(session.scalars(select(AuditBlockRow.block).where(AuditBlockRow.block >= min(fresh))))
            session.add_all(AuditBlockRow(block=b, root=root) for b, root in fresh.items() if b not in there)


def last_seq(catalogue: "Catalogue", about: str, *, but: Collection[str] = ()) -> int:
    """Return the number of the newest entry about one thing that tells of no action in ``but``; 0 if there is none."""
    newest = select(AuditRow.seq).where(AuditRow.object == about, AuditRow.action.not_in(but))
    with reading(catalogue.engine) as session:
        return session.scalar(newest.order_by(AuditRow.seq.desc()).limit(1)) or 0


def keep(head: TreeHead, store: ObjectStore, *, retain_until: dt.datetime) -> None:
    """Keep a head; keeping it again changes nothing.

    Raises:
        AlreadyExists: Another one of the same number is kept: the log was rewritten.
    """
    store.put(head.key, head.dump(), media_type="application/json", retain_until=retain_until, if_absent=True)


def newest_head(store: ObjectStore) -> TreeHead | None:
    """Return the newest head kept, if there is one.

    Raises:
        ObjectDamaged: It is no head.
    """
    keys = list(store.keys(audit.HEADS))
    return load_head(store, keys[-1]) if keys else None


def load_head(store: ObjectStore, key: str) -> TreeHead:
    """Return the head kept under ``key``.

    Raises:
        NotFound: There is none. ObjectDamaged: It is no head, or another's.
    """
    try:
        head = TreeHead(**json.loads(store.get(key)))
    except (ValueError, TypeError):
        raise ObjectDamaged(key=key) from None
    if head.key != key:
        raise ObjectDamaged(key=key)
    return head


def head_at(catalogue: "Catalogue", seq: int) -> TreeHead:
    """Return the head of the log up to entry ``seq``.

    Raises:
        AuditChainBroken: Entries are missing.
    """
    return excerpt(catalogue, "", up_to=seq).head


def last_before(catalogue: "Catalogue", moment: dt.datetime) -> int:
    """Return the number of the newest entry made before ``moment``; 0 if there is none."""
    newest = select(AuditRow.seq).where(AuditRow.at < moment).order_by(AuditRow.seq.desc()).limit(1)
    with reading(catalogue.engine) as session:
        return session.scalar(newest) or 0
