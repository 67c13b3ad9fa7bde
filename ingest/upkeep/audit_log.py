"""The audit log kept where the database cannot change it: day by day its segments, and a time-stamped head of its tree.

An hour after midnight in Vietnam the day's entries are written to the object store under retention, and the head of the
tree over all entries until then is kept there and time-stamped::

    audit/segments/000000000001.jsonl.gz    the entries themselves (``storage.audit_log.audit_segments``)
    audit/heads/000000000123.json           {"hash", "root", "seq"} (``storage.audit_log.audit_tree``)
    audit/head-stamps/000000000123.json     {"token": the time stamp over the head (RFC 3161), hex,
                                             "basis": the certificates and revocation lists it rests on}

A head made for an evidence package lies there too and counts like a day's. A day without an entry has no head.

Between two midnights the end of the log is anchored every few minutes::

    audit/anchors/000000000123.json         {"hash", "seq"} (``storage.audit_log.audit``), locked for ``ANCHOR_LOCK``

and such an anchor is deleted when its lock has ended and the head of its day is there, so that they do not pile up.

Threat: whoever rules both the database and the machine rewrites the log and all that is made of it from then on. What
was stamped before shows it: the time stamp is an authority's, and the store keeps it. Whoever rules the database alone
cuts off its end: an anchor shows it, to each worker within a minute. Residual risk accepted: against the first, entries
since the last midnight; against the second, those of the last ``audit_anchor_minutes``, and what is written while no
worker runs.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from pydantic import TypeAdapter, ValidationError

from dossier import times
from dossier.errors import AlreadyExists, AuditChainBroken, Conflict, NotFound, ObjectDamaged, TimestampUnavailable
from dossier.verdicts import Verdict
from ingest.house import House
from ingest.proof.verifications import Basis, keep_material, trust_of
from ingest.settings import Environment
from signing.evidence_record import Chain, Stamp, StampedTree, hashed
from signing.material import Material, Token, token_material
from signing.record_check import RecordReport, check_record
from signing.timestamps import token_over
from storage.audit_log import audit, audit_segments, audit_tree
from storage.audit_log.audit import AuditReport
from storage.audit_log.audit_tree import TreeHead

STAMPS = "audit/head-stamps/"
ANCHOR_LOCK = dt.timedelta(days=3)
"""For which an anchor between two midnights is locked: until then the head of its day is there."""
_GRACE = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _HeadStamp:
    """The time stamp of a head as it is kept: the token in hex, and what it rests on."""

    token: str
    basis: Basis


_STAMP = TypeAdapter(_HeadStamp)


@dataclass(frozen=True, slots=True)
class LogReport:
    """A log found whole, and what its time stamps prove.

    Attributes:
        chain: What was compared. stamped: The last entry under a time stamp that is proven, 0 if there is none.
        proven_at: Of that time stamp, UTC. stamps: How many are proven.
        open: Of each time stamp that can be neither proven nor refuted, the entry and codes of what was found.
        unanchored: How many entries at its end nothing in the object store tells of yet.
        unanchored_since: When the first of these was made, UTC; ``None`` if there is none.
    """

    chain: AuditReport
    stamped: int
    proven_at: dt.datetime | None
    stamps: int
    open: tuple[tuple[int, str], ...]
    unanchored: int = 0
    unanchored_since: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a check is: entries gone over, of how many; then time stamps judged."""

    entries: int
    of: int
    stamps: int = 0


def anchor_tail(house: House) -> AuditReport | None:
    """Anchor the log if an entry that no anchor has is ``audit_anchor_minutes`` old; return the head, if it did.

    Several processes may do it at once. Each time the newest anchor is held against the log.

    Raises:
        AuditChainBroken: The log was cut off or rewritten. AlreadyExists: Likewise, at the very head.
        StoreUnavailable, DiskFull: It cannot be done now.
    """
    tail = audit.tail(house.catalogue, house.objects)
    old = house.catalogue.now() - dt.timedelta(minutes=house.settings.audit_anchor_minutes)
    if tail.since is None or tail.since > old:
        return None
    moment = times.now()
    until = min(house.retain_until(moment), moment + ANCHOR_LOCK)
    return audit.anchor(house.catalogue, house.objects, retain_until=until)


def _tidy_anchors(house: House, last: int) -> None:
    """Delete the anchors of entries up to ``last``, which a head covers, but for those still locked and the newest."""
    for key in sorted(house.objects.keys(audit.ANCHORS))[:-1]:
        if key <= audit.anchor_key(last):
            with contextlib.suppress(Conflict, NotFound):  # locked, or another process was first
                house.objects.delete(key)


def keep_log(house: House, *, at: dt.datetime | None = None) -> Iterator[str]:
    """Write what days that are over left to be written: segments, a head, its time stamp; yield the key of each.

    It may be stopped at any moment and run again, in several processes at once.

    Raises:
        AlreadyExists: The head of these entries is another: the log was rewritten.
        AuditChainBroken: Entries are missing. TimestampUnavailable: No authority answers; the next run asks again.
        StoreUnavailable, DiskFull: Nothing more can be done now.
    """
    moment = at or times.now()
    over = times.midnight(times.local(moment - _GRACE).date())
    last = audit_tree.last_before(house.catalogue, over)
    if not last:
        return
    until = house.retain_until(moment)
    written = audit_segments.write_segments(house.catalogue, house.objects, up_to=last, retain_until=until)
    for first, _ in written:
        yield audit_segments.key_of(first)
    key = audit_tree.head_key(last)
    if not _is_kept(house, key):
        audit_tree.keep(audit_tree.head_at(house.catalogue, last), house.objects, retain_until=until)
        _tidy_anchors(house, last)
        yield key
    if not _is_kept(house, _key(last)):
        keep_stamp(house, audit_tree.load_head(house.objects, key), at=moment)
        yield _key(last)


def keep_stamp(house: House, head: TreeHead, *, at: dt.datetime | None = None) -> None:
    """Keep a time stamp over a head, got now; another one that is kept already counts.

    Raises:
        TimestampUnavailable: No authority answers.
    """
    token = token_over(head.dump(), house.time_stamper)
    until = house.retain_until(at or times.now())
    _, rests_on = token_material(token, house.trust)
    stamp = _STAMP.dump_json(_HeadStamp(token.hex(), keep_material(house, rests_on, until)))
    with contextlib.suppress(AlreadyExists):  # somebody else was first: that one counts
        house.objects.put(_key(head.seq), stamp, media_type="application/json", retain_until=until, if_absent=True)


def stamp_of(house: House, head: TreeHead) -> tuple[Token | None, Material]:
    """Return the time stamp of a head and what it rests on, got now if it has none; none if nobody answers."""
    key = _key(head.seq)
    if not _is_kept(house, key):
        try:
            keep_stamp(house, head)
        except TimestampUnavailable:
            return None, Material()
    kept = _load(house, key)
    return token_material(bytes.fromhex(kept.token), trust_of(house, kept.basis))


def check_log(
    house: House,
    *,
    segments: bool = False,
    known: Mapping[int, str] = MappingProxyType({}),
    at: dt.datetime | None = None,
    heard: Callable[[Progress], None] = lambda _: None,
) -> LogReport:
    """Recompute the log, compare it with all that the object store holds of it, and prove the heads' time stamps.

    Args:
        house: The parts.
        segments: Compare every entry with its segment too.
        known: Hashes of entries by their numbers, as somebody wrote them down elsewhere: compared too.
        at: The moment at which time stamps are judged; now if ``None``.
        heard: Told from time to time how far the check is; what it raises ends it.

    Raises:
        AuditChainBroken: The log is not what it was (see `storage.audit_log.audit.check`), or a time stamp is of
            another head.
        ObjectDamaged: A head, a time stamp or a segment is damaged.
    """
    chain = audit.check(
        house.catalogue,
        house.objects,
        segments=segments,
        known=known,
        heard=lambda done, of: heard(Progress(done, of)),
    )
    report = LogReport(chain, 0, None, 0, (), *_unanchored(house, chain))
    for number, key in enumerate(house.objects.keys(STAMPS)):
        heard(Progress(chain.entries, chain.entries, number))
        seq, found = _judged(house, key, at or times.now())
        if found.verdict is Verdict.VALID:
            report = replace(report, stamped=seq, proven_at=found.proven, stamps=report.stamps + 1)
        elif found.verdict is Verdict.INVALID:
            raise AuditChainBroken(seq=seq, reason="the time stamp of the head is of another head, or forged")
        else:
            codes = ", ".join(finding.code for finding in found.findings)
            report = replace(report, open=(*report.open, (seq, codes)))
    return report


def _unanchored(house: House, chain: AuditReport) -> tuple[int, dt.datetime | None]:
    """Return how many entries at the end of a log are in nothing that it was compared with, and since when."""
    compared = max(chain.anchored, chain.segmented)
    first = audit.entries(house.catalogue, after=compared, limit=1) if compared < chain.entries else []
    return chain.entries - compared, first[0].at if first else None


def _judged(house: House, key: str, at: dt.datetime) -> tuple[int, RecordReport]:
    """Return what the time stamp kept under ``key`` proves of its head.

    It is checked as an evidence record of one file, the head (RFC 4998), whose archive time stamp it is.
    """
    name = key.removeprefix(STAMPS)
    try:
        head = audit_tree.load_head(house.objects, audit.HEADS + name)
    except NotFound:
        raise ObjectDamaged(key=audit.HEADS + name) from None
    kept, data = _load(house, key), head.dump()
    chain = Chain("sha256", (hashed("sha256", data),), (Stamp(bytes.fromhex(kept.token)),))
    mine, then = house.trust, trust_of(house, kept.basis)
    trust = replace(
        mine,
        certificates=(*mine.certificates, *then.certificates),
        crls=(*mine.crls, *then.crls),
        ocsps=(*mine.ocsps, *then.ocsps),
    )
    test_allowed = house.settings.environment is not Environment.PRODUCTION
    record = StampedTree((chain,)).record(0)
    return head.seq, check_record(data, record, trust, at=at, allow_test=test_allowed)


def _load(house: House, key: str) -> _HeadStamp:
    try:
        return _STAMP.validate_json(house.objects.get(key))
    except ValidationError:
        raise ObjectDamaged(key=key) from None


def _is_kept(house: House, key: str) -> bool:
    try:
        house.objects.head(key)
    except NotFound:
        return False
    return True


def _key(seq: int) -> str:
    return f"{STAMPS}{seq:012d}.json"
