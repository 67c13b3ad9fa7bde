"""Status lists: once a day, and as soon as a paper was revoked, the signed list of all files no longer in force.

They lie in the object store, locked as papers are: ``status-lists/000000000042.p7m``. What they say, byte for byte, is
in ``dossier.status_lists``; how they are checked, in ``signing.status_check``.
"""

import datetime as dt
import hashlib

from dossier import times
from dossier.errors import AlreadyExists, DamagedFile, KeyUnavailable, NotFound, ObjectDamaged, PartFailed
from dossier.papers import StoredObject
from dossier.status_lists import MEDIA_TYPE, StatusList, parse_status_list
from dossier.verdicts import Severity, Verdict
from ingest.house import House
from signing.report import FileReport
from signing.signed_content import check, sign
from signing.status_check import with_standing
from storage.proof import status_lists
from storage.proof.status_lists import KeptList

ACTOR = "status-list"
EVERY = dt.timedelta(days=1)
"""So often a list is made, whatever happened."""
SOONEST = dt.timedelta(minutes=1)
"""No sooner than so long after the one before: many revocations in a row share a list."""
HOLDS = dt.timedelta(days=3)
"""So long a list is fresh: two that could not be made are survived."""


def due_list(house: House, *, at: dt.datetime | None = None, soonest: dt.timedelta = SOONEST) -> KeptList | None:
    """Make the next list if it is time, and return it; ``None`` if it is not, or another process did.

    Args:
        house: The parts.
        at: Now, aware; the clock's moment if ``None``.
        soonest: Least distance from the list before.

    Raises:
        SealMissing, KeyUnavailable, TimestampUnavailable, SealRefused, StoreUnavailable, DiskFull: It cannot be made
            now; the one before holds until it is out of date.
    """
    moment, last = at or times.now(), status_lists.newest(house.catalogue)
    if last is not None and not _is_due(house, last, moment, soonest):
        return None
    kept = _make(house, last.number + 1 if last else 1, moment)
    return kept if status_lists.keep_list(house.catalogue, kept, actor=ACTOR) else None


def present_list(house: House) -> KeptList:
    """Return the newest list; the very first one is made when it is asked for.

    Raises:
        NotFound: It is being made at this moment. And whatever keeps `due_list` from making it.
    """
    last = status_lists.newest(house.catalogue) or due_list(house) or status_lists.newest(house.catalogue)
    if last is None:
        raise NotFound(kind="status list", id=1)
    return last


def with_own_standing(house: House, report: FileReport, data: bytes) -> FileReport:
    """Return the report on a file with how it stands in this store; as it is, if the store does not have it."""
    known, entry = status_lists.standing_of(house.catalogue, hashlib.sha256(data).hexdigest())
    return with_standing(report, entry) if known else report


def _is_due(house: House, last: KeptList, at: dt.datetime, soonest: dt.timedelta) -> bool:
    if at < last.made_at + soonest:
        return False
    return at >= last.made_at + EVERY or status_lists.lacks_revocation(house.catalogue, last)


def _make(house: House, number: int, at: dt.datetime) -> KeptList:
    name = f"status-lists/{number:012d}.p7m"
    try:
        return _kept(house, house.objects.head(name))  # left behind by a process that was stopped
    except NotFound:
        pass
    key, moment = house.seals.key(house.seals.of(house.agency, at)), at.replace(microsecond=0)
    changes, entries = status_lists.entries(house.catalogue)
    made = StatusList(number, house.agency, _seals(house), moment, moment + HOLDS, changes, entries)
    signed = sign(
        made.dump(),
        key=key,
        time_stamper=house.time_stamper,
        trust=house.trust,
        at=at,
        environment=house.settings.environment,
    )
    _require_valid(house, signed, at)
    try:
        stored = house.objects.put(
            name, signed, media_type=MEDIA_TYPE, retain_until=house.retain_until(at), if_absent=True
        )
    except AlreadyExists:
        return _kept(house, house.objects.head(name))
    return KeptList(number, made.made_at, made.next_at, len(entries), changes, stored)


def _kept(house: House, file: StoredObject) -> KeptList:
    """Return what a list in the object store says of itself."""
    try:
        found = parse_status_list(check(house.objects.get(file.key, file.version), house.trust, at=times.now()).content)
    except DamagedFile:
        raise ObjectDamaged(key=file.key) from None
    return KeptList(found.number, found.made_at, found.next_at, len(found.entries), found.changes, file)


def _require_valid(house: House, signed: bytes, at: dt.datetime) -> None:
    """Do nothing if a fresh list is what everybody will find it to be.

    Raises:
        PartFailed: It is not; the reason names the codes of what was found.
    """
    found = check(signed, house.trust, at=at)
    if found.verdict is not Verdict.VALID:
        codes = ", ".join(f.code for f in found.findings if f.severity is not Severity.INFO)
        raise PartFailed(part="status list", reason=f"the fresh signature does not validate: {codes}")


def _seals(house: House) -> tuple[str, ...]:
    """Return the names of the certificates under which papers of this store are sealed, or were."""
    names = []
    for seal in house.seals.declared:
        try:
            names.append(house.seals.key(seal).agency)
        except KeyUnavailable:
            names.append(seal.name)  # a seal of the past, whose key is gone
    return tuple(dict.fromkeys(names))
