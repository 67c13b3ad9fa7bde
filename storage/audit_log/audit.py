"""The audit log: a chain of entries, each holding the hash of the one before.

An entry is appended in the transaction of the change it tells of, so there is neither a change without its entry nor an
entry without its change. Its hash is SHA-256 over the UTF-8 bytes of this JSON object::

    {"action": …, "actor": …, "at": "2026-11-22T02:15:04.123456Z", "detail": {…}, "object": …, "prev_hash": …, "seq": …}

with keys sorted, no spaces, no escapes but those JSON requires (RFC 8785 for these values: strings, one integer, a flat
object of strings). ``prev_hash`` of entry 1 is 64 zeros. An auditor needs the rows of table ``audit`` and nothing else.

Threat: somebody with access to the database hides or changes what happened. An edited entry no longer has its hash; a
removed or moved one leaves a gap or a wrong ``prev_hash``. Two things the chain alone cannot show are a tail cut off
and a log recomputed from some entry on; for these ``anchor`` writes the head's hash to the object store, under
retention, and ``check`` compares every anchor. Residual risk accepted: entries since the newest anchor (``tail``) can
be cut off or rewritten unseen; workers anchor every few minutes, so these are the last few minutes'. Keep the object
store under other hands than the database: who rules both can delete what no lock keeps.

Entries hold no personal data: papers and batches by identifier, values never.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from dossier.errors import AuditChainBroken, NotFound, ObjectDamaged
from storage import direct
from storage.audit_log.audit_lines import Line, lines
from storage.audit_log.audit_segments import kept_lines
from storage.audit_log.merkle import Growing
from storage.database import reading
from storage.direct import Adding, Direct, Statement
from storage.objects.object_store import ObjectStore
from storage.records import AuditEntry
from storage.rows import audit_entry_from
from storage.schema import AuditRow, AuditSubjectRow

if TYPE_CHECKING:  # the catalogue appends to this log
    from storage.catalogue import Catalogue

SHOWN = "shown"
"""Key in the detail of an entry about several papers: their identifiers, parted by spaces."""
_NAMES_PAPERS = b'"shown":"'
_REWRITTEN = "it differs from its anchor: the log was rewritten"
_OF_ANOTHER_ENTRY = "the index of papers does not have those it names"
_SUBJECTS = (
    select(AuditSubjectRow.seq, AuditSubjectRow.paper)
    .order_by(AuditSubjectRow.seq, AuditSubjectRow.paper)
    .execution_options(yield_per=5000)
)
GENESIS = "0" * 64
"""``prev_hash`` of the first entry."""
PREFIX = "audit/"
"""What in the object store proves this log."""
ANCHORS = f"{PREFIX}anchors/"
"""Where in the object store the anchors are."""
HEADS = f"{PREFIX}heads/"
"""Where the heads of the tree over the log are (``storage.audit_log.audit_tree``): each is an anchor too."""
_LAST = Statement(select(AuditRow.seq, AuditRow.hash).order_by(AuditRow.seq.desc()).limit(1))
_APPEND = Adding(AuditRow, "seq", "prev_hash", "actor", "action", "object", "at", "detail", "hash")
_SHOW = Adding(AuditSubjectRow, "paper", "seq")
_HEARD_EVERY = 5000
"""Entries gone over between two tellings of how far a check is."""
_HEAD = "audit head"
"""Where a writing transaction keeps what gives the head, that it made itself: nobody else can have appended since."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """A chain found whole.

    Attributes:
        entries: How many. head_hash: Hash of the last, 64 zeros if there is none.
        anchored: ``seq`` of the newest anchor compared, 0 if none was.
        segmented: ``seq`` of the last entry compared with its segment, 0 if none was.
    """

    entries: int
    head_hash: str
    anchored: int = 0
    segmented: int = 0


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of the log that no anchor has yet: what could be cut off or rewritten unseen.

    Attributes:
        anchored: ``seq`` of the newest anchor, 0 if there is none. entries: How many follow it.
        since: When the first of them was made, UTC; ``None`` if there is none.
    """

    anchored: int
    entries: int
    since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What the object store holds of an entry: its hash, and the root of the tree up to it where it is a head."""

    hash: str
    root: str | None = None


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
    transaction: Session | Direct,
    *,
    actor: str,
    action: str,
    about: str,
    at: dt.datetime,
    detail: Mapping[str, str] | None = None,
    shown: Collection[str] = (),
) -> None:
    """Add an entry within a writing transaction (``storage.database.writing``), which keeps the chain from forking.

    Args:
        transaction: Of the change the entry tells of.
        actor: Name of an access key, a worker or a named person.
        action: E.g. ``"paper.confirmed"``.
        about: Kind and identifier, e.g. ``"paper:3f9k2m7x8c4v5b6n"``.
        at: Aware moment.
        detail: No personal data.
        shown: Identifiers of the papers it is about where ``about`` names none: it is found under each of them.
    """
    writer = Direct.of(transaction)
    expect(writer)
    head = writer.info[_HEAD]()
    told = {**(detail or {}), SHOWN: " ".join(shown)} if shown else dict(detail or {})
    bare = AuditEntry(head.entries + 1, head.head_hash, actor, action, about, at, told, "")
    entry = replace(bare, hash=entry_hash(bare))
    row = {
        "seq": bare.seq,
        "prev_hash": bare.prev_hash,
        "actor": actor,
        "action": action,
        "object": about,
        "at": at,
        "detail": told,
        "hash": entry.hash,
    }
    writer.add(_APPEND, [row])
    writer.add(_SHOW, [{"paper": paper, "seq": entry.seq} for paper in shown])
    appended = AuditReport(entry.seq, entry.hash)
    writer.info[_HEAD] = lambda: appended


def expect(writer: Direct) -> None:
    """Ask for the head ahead of `append`: it comes along with what else is asked."""
    if _HEAD not in writer.info:
        writer.info[_HEAD] = _head(writer)


def entries(catalogue: "Catalogue", *, after: int = 0, limit: int = 100) -> list[AuditEntry]:
    """Return up to ``limit`` entries with a ``seq`` above ``after``, in order, unchecked.

    Raises:
        StoreUnavailable: The database does not answer.
    """
    wanted = select(AuditRow).where(AuditRow.seq > after).order_by(AuditRow.seq).limit(limit)
    with reading(catalogue.engine) as session:
        return [audit_entry_from(row) for row in session.scalars(wanted)]


def head(catalogue: "Catalogue") -> AuditReport:
    """Return how many entries there are and the hash of the last, unchecked.

    Raises:
        StoreUnavailable: The database does not answer.
    """
    with direct.reading(catalogue.engine, statements=1) as asked:
        return _head(asked)()


def anchor(catalogue: "Catalogue", store: ObjectStore, *, retain_until: dt.datetime | None = None) -> AuditReport:
    """Write the present head of the chain to the object store; nothing if the log is empty.

    Raises:
        AlreadyExists: An anchor of the same entry has another hash: the chain was rewritten.
        StoreUnavailable: The database or the store does not answer.
    """
    newest = head(catalogue)
    if newest.entries:
        body = json.dumps({"hash": newest.head_hash, "seq": newest.entries}, sort_keys=True, separators=(",", ":"))
        store.put(
            anchor_key(newest.entries),
            body.encode(),
            media_type="application/json",
            retain_until=retain_until,
            if_absent=True,
        )
    return newest


def anchor_key(seq: int) -> str:
    """Return the key of the anchor of entry ``seq``."""
    return f"{ANCHORS}{seq:012d}.json"


def tail(catalogue: "Catalogue", store: ObjectStore) -> Tail:
    """Return what no anchor has yet of the log, having held the newest anchor against it.

    Raises:
        AuditChainBroken: The log ends before that anchor, or has another entry there: it was cut off or rewritten.
        ObjectDamaged: The anchor is none. StoreUnavailable: The database or the store does not answer.
    """
    newest = max(store.keys(ANCHORS), default=None)
    seq, anchor = _load_anchor(store, newest) if newest else (0, _Anchor(GENESIS))
    around = select(AuditRow.seq, AuditRow.hash, AuditRow.at).where(AuditRow.seq >= seq).order_by(AuditRow.seq)
    with reading(catalogue.engine) as session:
        last = session.scalar(select(func.max(AuditRow.seq))) or 0
        rows = session.execute(around.limit(2)).all()
    if last < seq:
        raise AuditChainBroken(seq=last + 1, reason=_cut_off(seq))
    if seq and (rows[0].seq, rows[0].hash) != (seq, anchor.hash):
        raise AuditChainBroken(seq=seq, reason=_REWRITTEN)
    return Tail(seq, last - seq, next((row.at for row in rows if row.seq > seq), None))


def check(
    catalogue: "Catalogue",
    store: ObjectStore | None = None,
    *,
    segments: bool = False,
    known: Mapping[int, str] = MappingProxyType({}),
    heard: Callable[[int, int], None] | None = None,
) -> AuditReport:
    """Recompute the whole chain, and compare it with what ``store`` holds of it if one is given.

    Args:
        catalogue: Whose log.
        store: With the anchors, the heads of the tree, and the segments.
        segments: Compare every entry with its segment too: that tells which entry was rewritten, where the anchors
            tell only between which two of them.
        known: Hashes of entries by their numbers, as somebody wrote them down elsewhere: they count as anchors.
        heard: Told from time to time how many entries were gone over, of how many; what it raises ends the check.

    Raises:
        AuditChainBroken: With the first entry at which edit, removal, reordering, rewriting or truncation shows, which
            of them, and in ``after`` and ``before`` the numbers of the anchors around it, 0 if there is none.
        ObjectDamaged: A segment or an anchor is none. StoreUnavailable: The database or the store does not answer.
    """
    anchors = _anchors(store, known) if store else {seq: _Anchor(digest) for seq, digest in known.items()}
    kept = kept_lines(store) if store and segments else iter(())
    try:
        report = _walk(catalogue, anchors, kept, heard)
    except AuditChainBroken as broken:
        seq = int(str(broken.details["seq"]))
        after = max((at for at in anchors if at < seq), default=0)
        before = min((at for at in anchors if at >= seq), default=0)
        reason = f"{broken.details['reason']}; between the anchors {after or '—'} and {before or '—'}"
        raise AuditChainBroken(seq=seq, reason=reason, after=after, before=before) from None
    return replace(report, anchored=max(anchors, default=0))


def _walk(
    catalogue: "Catalogue",
    anchors: Mapping[int, _Anchor],
    kept: Iterator[tuple[int, bytes]],
    heard: Callable[[int, int], None] | None,
) -> AuditReport:
    seq, previous, segmented = 0, GENESIS, 0
    of = head(catalogue).entries if heard else 0
    tree = Growing() if any(anchor.root for anchor in anchors.values()) else None
    with (
        reading(catalogue.engine) as session,
        session.execute(_SUBJECTS) as subjects,
        closing(lines(session)) as entered,
    ):
        index = _Index(subjects)
        for line in entered:
            seq += 1
            if wrong := _wrong(line, seq, previous):
                raise AuditChainBroken(seq=seq, reason=wrong)
            segmented, was = next(kept, (segmented, line.data))
            if was != line.data:
                raise AuditChainBroken(seq=seq, reason="it differs from its segment: the log was rewritten")
            if tree:
                tree.add(bytes.fromhex(line.hash))
            if anchor := anchors.get(seq):
                _require_anchored(seq, line.hash, tree, anchor)
            if index.next == seq or _NAMES_PAPERS in line.data:
                index.require(seq, line.data)
            previous = line.hash
            if heard and seq % _HEARD_EVERY == 0:
                heard(seq, of)
        if index.next:
            raise AuditChainBroken(seq=seq + 1, reason=_OF_ANOTHER_ENTRY)
    newest = max([*anchors, *(number for number, _ in kept)], default=0)
    if newest > seq:
        raise AuditChainBroken(seq=seq + 1, reason=_cut_off(newest))
    return AuditReport(seq, previous, segmented=segmented)


def _wrong(line: Line, seq: int, previous: str) -> str | None:
    if line.seq != seq:
        return "entry missing"
    if line.prev_hash != previous:
        return "it does not follow the entry before"
    if line.hash != hashlib.sha256(line.data).hexdigest():
        return "entry altered"
    return None


class _Index:
    """The index of papers, read along with the entries that name them.

    Attributes:
        next: The entry whose papers come next; 0 behind the last.
    """

    def __init__(self, rows: Iterable[Row[int, str]]) -> None:
        self._rows = groupby(rows, key=lambda row: row.seq)
        self.next = 0
        self._papers: list[str] = []
        self._read()

    def require(self, seq: int, line: bytes) -> None:
        """Do nothing if the index has the papers that an entry names."""
        named = sorted(json.loads(line)["detail"].get(SHOWN, "").split())
        if (seq, named) != (self.next, self._papers):
            raise AuditChainBroken(seq=seq, reason=_OF_ANOTHER_ENTRY)
        self._read()

    def _read(self) -> None:
        self.next, found = next(self._rows, (0, ()))
        self._papers = [row.paper for row in found]


def _require_anchored(seq: int, digest: str, tree: Growing | None, anchor: _Anchor) -> None:
    if anchor.hash != digest or (tree and anchor.root and anchor.root != tree.root().hex()):
        raise AuditChainBroken(seq=seq, reason=_REWRITTEN)


def _cut_off(newest: int) -> str:
    return f"log cut off: entries up to {newest} were anchored"


def _head(asked: Direct) -> Callable[[], AuditReport]:
    last = asked.ask(_LAST)

    def head() -> AuditReport:
        return next((AuditReport(row.seq, row.hash) for row in last()), AuditReport(0, GENESIS))

    return head


def _anchors(store: ObjectStore, known: Mapping[int, str]) -> dict[int, _Anchor]:
    anchors = {seq: _Anchor(digest) for seq, digest in known.items()}
    for key in [key for prefix in (ANCHORS, HEADS) for key in store.keys(prefix)]:
        try:
            seq, found = _load_anchor(store, key)
        except NotFound:  # deleted meanwhile, since a day's head has taken its place
            continue
        other = anchors.get(seq, found)
        if other.hash != found.hash:
            raise AuditChainBroken(seq=seq, reason="its anchors contradict each other")
        anchors[seq] = _Anchor(found.hash, found.root or other.root)
    return anchors


def _load_anchor(store: ObjectStore, key: str) -> tuple[int, _Anchor]:
    """Return which entry an anchor or a head is of, and what it says of it.

    Raises:
        NotFound: It is gone. ObjectDamaged: It is none.
    """
    try:
        kept = json.loads(store.get(key))
        seq, anchor = kept["seq"], _Anchor(kept["hash"], kept.get("root"))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ObjectDamaged(key=key) from None
    if type(seq) is not int:
        raise ObjectDamaged(key=key)
    return seq, anchor
