"""Renew: a further document time stamp on every stored paper before what proves it ends; in bulk, resumable.

The new version lies beside the old one under the same key, both locked: nothing is overwritten, and the old bytes are
the beginning of the new. A paper that arrived signed is never added to; the evidence record of its day proves it
(``ingest.proof.day_records``). A paper whose protection has ended is told, never renewed: a time stamp made now would
not prove what was there while it still counted.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import structlog

from dossier import times
from dossier.errors import (
    ConfigurationError,
    DiskFull,
    NotSealed,
    SealRefused,
    SohoaError,
    StoreUnavailable,
    TimestampUnavailable,
)
from dossier.papers import Paper, StoredObject
from ingest.house import House
from ingest.upkeep.fixity import sound
from signing.renewal import protected_until, renew, require_prolonged
from storage.proof import renewals
from storage.proof.day_records import day_records

ACTOR = "renew"
DUE_WITHIN = dt.timedelta(days=365)
"""How long before its end a paper is due, unless somebody says otherwise: time for a year of failed attempts."""
_FOR_ALL = (TimestampUnavailable, SealRefused, StoreUnavailable, DiskFull, ConfigurationError)
"""What would go wrong with every other paper too: the run stops."""
_log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What came of a paper that is due."""

    RENEWED = "renewed"
    """A version with a further time stamp is kept."""
    DUE = "due"
    """It would have been renewed; nothing was to be kept."""
    TOO_LATE = "too-late"
    """Its protection has ended already: only what else proves it, as its day's evidence record, can help."""


@dataclass(frozen=True, slots=True)
class Month:
    """What ends in one month, by Vietnam's calendar.

    Attributes:
        month: As ``2035-12``; ``None`` for what ends nobody knows when.
        papers: That we sealed. signed_origin: That arrived signed: kept as they are, proven by the days' records.
        records: Days whose evidence records end.
    """

    month: str | None
    papers: int
    signed_origin: int
    records: int


def calendar(house: House) -> list[Month]:
    """Return what ends when, the soonest month first, what is not known last."""
    counts: dict[str | None, Counter[str]] = {}
    for ending in renewals.endings(house.catalogue):
        kind = "signed_origin" if ending.signed_origin else "papers"
        counts.setdefault(_month(ending.until), Counter())[kind] += ending.papers
    for record in day_records(house.catalogue):
        counts.setdefault(_month(record.protected_until), Counter())["records"] += 1
    months = sorted(counts, key=lambda month: (month is None, month or ""))
    return [Month(m, counts[m]["papers"], counts[m]["signed_origin"], counts[m]["records"]) for m in months]


def find_ends(house: House, papers: Iterable[Paper]) -> Iterator[tuple[Paper, dt.datetime | SohoaError | None]]:
    """Find out from their files until when ``papers`` are proven, keep it, and yield it; a bad one harms no other.

    Raises:
        StoreUnavailable, DiskFull: Nothing more can be done now.
    """
    for paper in papers:
        try:
            until = protected_until(sealed_bytes(house, paper))
            renewals.keep_end(house.catalogue, paper, until, actor=ACTOR)
            yield paper, until
        except _FOR_ALL:
            raise
        except SohoaError as error:
            yield paper, error


def renew_due(
    house: House, before: dt.datetime, *, keep: bool = True, at: dt.datetime | None = None
) -> Iterator[tuple[Paper, Outcome | SohoaError]]:
    """Yield what came of each paper whose protection ends before ``before``, the soonest first.

    Whatever goes wrong with one harms no other, and the next run tries it again; what is done is not due any more.

    Args:
        house: The parts.
        before: Papers that end before this moment.
        keep: Renew; otherwise only tell.
        at: The present moment, aware; the clock's if ``None``.

    Raises:
        TimestampUnavailable, SealRefused, StoreUnavailable, DiskFull, ConfigurationError: Nothing more can be done now.
    """
    for paper in renewals.due(house.catalogue, before):
        moment = at or times.now()
        if paper.protected_until is not None and paper.protected_until <= moment:
            yield paper, Outcome.TOO_LATE
            continue
        if not keep:
            yield paper, Outcome.DUE
            continue
        try:
            yield _renew(house, paper, moment), Outcome.RENEWED
        except _FOR_ALL:
            raise
        except SohoaError as error:
            yield paper, error
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this paper alone
            _log.warning("not renewed", paper=paper.id.value, code=type(error).__name__)
            yield paper, SohoaError()


def sealed_bytes(house: House, paper: Paper) -> bytes:
    """Return the sealed file of a stored paper.

    Raises:
        NotSealed: It has none. NotFound, ObjectDamaged: It is gone or damaged.
    """
    if paper.sealed is None:
        raise NotSealed(state=paper.state.value)
    return sound(house, paper.sealed)


def _renew(house: House, paper: Paper, at: dt.datetime) -> Paper:
    before = sealed_bytes(house, paper)
    assert paper.sealed is not None  # noqa: S101 - else it would have no bytes
    locked = house.objects.retention(paper.sealed.key, paper.sealed.version)
    kept = _left_behind(house, paper.sealed, before, at)
    after = house.objects.get(kept.key, kept.version) if kept else _prolonged(house, before, at)
    until = protected_until(after)
    assert until is not None  # noqa: S101 - it was verified
    if kept is None:
        kept = house.objects.put(
            paper.sealed.key,
            after,
            media_type=paper.sealed.media_type,
            retain_until=locked if locked and locked > at else None,
        )
    return renewals.keep_renewed(house.catalogue, paper, kept, until, actor=ACTOR, at=at)


def _prolonged(house: House, before: bytes, at: dt.datetime) -> bytes:
    return renew(before, time_stamper=house.time_stamper, trust=house.trust, at=at)


def _left_behind(house: House, sealed: StoredObject, before: bytes, at: dt.datetime) -> StoredObject | None:
    """Return the newer version that a run left behind when it was stopped, if it is a good one."""
    newest = house.objects.head(sealed.key)
    if newest.version == sealed.version:
        return None
    after, ended = house.objects.get(newest.key, newest.version), protected_until(before)
    until = protected_until(after)
    if until is None or ended is None or until <= ended:
        return None
    try:
        require_prolonged(before, after, house.trust, at)
    except SohoaError:
        return None
    return newest


def _month(moment: dt.datetime | None) -> str | None:
    return f"{times.local(moment):%Y-%m}" if moment else None
