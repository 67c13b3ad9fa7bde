"""Day records: one evidence record (RFC 4998) over all files sealed on a day, and from it a proof for each.

They lie in the object store, locked as papers are, a further version for each renewal::

    records/2026/2026-11-28.json    {"day", "files": [{"paper", "number", "key", "version", "sha256"}, …],
                                     "evidence": {"key", "version", "sha256", "size", "media_type"},
                                     "chains": [{"algorithm", "leaves": [hex, …],
                                                 "stamps": [{"token": base 64, "shared": [[hex, …], …]}, …]}, …]}
    records/evidence/<SHA-256>.pem

The leaves of the first chain are the files' hashes in their order, and last the evidence's. Papers that arrived signed
are among the files, and so is every version that a renewal made. The evidence is what the trust folder held when the
day was closed: the revocation lists that judge the signatures of papers that brought none. A day is closed an hour
after its midnight in Vietnam.
"""

import base64
import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from dossier import times
from dossier.errors import AlreadyExists, NotFound, NotRenewable, ObjectDamaged, PartFailed, SohoaError
from dossier.identifiers import PaperId
from dossier.papers import Paper, StoredObject
from dossier.verdicts import Severity, Verdict
from ingest.house import House
from signing.algorithms import SUNSETS, Sunsets
from signing.evidence_record import Chain, Groups, Stamp, StampedTree, hashed
from signing.record_check import check_record
from signing.record_stamps import end_of_tree, evidence_pem, restamp, stamp_leaves, with_evidence
from storage.lifecycle.disposal import is_disposed
from storage.proof import day_records
from storage.proof.day_records import DayRecord, SealedVersion

ACTOR = "records"
_GRACE = dt.timedelta(hours=1)
"""So long after midnight a file may still be on its way into yesterday."""
_HORIZON = dt.timedelta(days=3653)
"""A new record's hash function should hold for ten years."""
_TOGETHER = 100
"""Records renewed with one time stamp: as many as fit into memory."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day's record, opened.

    Attributes:
        day: In Vietnam. files: What it proves. evidence: The certificates and revocation lists known then, PEM.
        tree: Proves the files, and behind the last one the evidence.
    """

    day: dt.date
    files: tuple[SealedVersion, ...]
    evidence: StoredObject
    tree: StampedTree

    @property
    def objects(self) -> tuple[SealedVersion | StoredObject, ...]:
        """What the leaves stand for."""
        return (*self.files, self.evidence)

    def record(self, sha256: str) -> bytes:
        """Return the evidence record of the file with this hash, DER.

        Raises:
            NotFound: The day has no such file.
        """
        for place, file in enumerate(self.files):
            if file.sha256 == sha256:
                return self.tree.record(place)
        raise NotFound(kind="evidence record", id=self.day)


# --- making and giving out ------------------------------------------------------------------------------------------


def make_records(house: House, *, at: dt.datetime | None = None) -> Iterator[DayRecord]:
    """Close every day that is over and has files no record proves, the oldest first; yield the records made.

    It may be stopped at any moment and run again, in several processes at once.

    Raises:
        TimestampUnavailable: The authority did not answer; the days are left open for the next run.
        SealRefused: The authority cannot be proven today. PartFailed: Its clock is wrong.
        StoreUnavailable, DiskFull: Nothing more can be done now.
    """
    while (day := _next_day(house, at or times.now())) is not None:
        record = _close(house, day, at or times.now())
        if record is not None:
            yield record


def record_of(house: House, paper: Paper) -> bytes | None:
    """Return the evidence record of a stored paper's sealed file, DER; ``None`` until its day is closed.

    Raises:
        ObjectDamaged: The day's record is damaged.
    """
    if paper.sealed is None:
        return None
    day = day_records.day_of(house.catalogue, paper.id, paper.sealed.sha256)
    return open_day(house, day).record(paper.sealed.sha256) if day else None


def evidence_of(house: House, paper: Paper) -> tuple[bytes, bytes] | None:
    """Return the certificates and revocation lists known when a paper's day was closed, PEM, and their own record, DER.

    Returns:
        ``None`` until its day is closed.

    Raises:
        NotFound, ObjectDamaged: The day's record or evidence is gone or damaged.
    """
    if paper.sealed is None:
        return None
    day = day_records.day_of(house.catalogue, paper.id, paper.sealed.sha256)
    if day is None:
        return None
    opened = open_day(house, day)
    return _evidence(house, opened), opened.tree.record(len(opened.files))


def open_day(house: House, day: dt.date) -> Day:
    """Return a closed day's record.

    Raises:
        NotFound: The day has none. ObjectDamaged: It is damaged.
    """
    known = day_records.day_records(house.catalogue, day=day)
    if not known:
        raise NotFound(kind="evidence record", id=day)
    return _load(house, known[0].key, known[0].version)


def _next_day(house: House, at: dt.datetime) -> dt.date | None:
    since = day_records.first_open(house.catalogue)
    if since is None:
        return None
    day = times.local(since).date()
    while day_records.day_records(house.catalogue, day=day):
        day += dt.timedelta(days=1)  # closed without this file, which came late
    return day if day < times.local(at - _GRACE).date() else None


def _close(house: House, day: dt.date, at: dt.datetime) -> DayRecord | None:
    """Return the record of a day; ``None`` if another process closed it at this moment."""
    key = _key(day)
    try:
        stored = house.objects.head(key)  # left behind by a run that was stopped
    except NotFound:
        stored = None
    if stored is None:
        midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), times.VIETNAM)
        made = _make(house, day, day_records.unproven(house.catalogue, midnight), at)
        try:
            stored = _put(house, made, house.retain_until(at), if_absent=True)
        except AlreadyExists:
            stored = house.objects.head(key)
    made = _load(house, stored.key, stored.version)
    record = _described(made, stored, at)
    return record if day_records.close_day(house.catalogue, record, made.files, actor=ACTOR) else None


def _make(house: House, day: dt.date, files: Sequence[SealedVersion], at: dt.datetime) -> Day:
    algorithm, evidence = SUNSETS.hash_for(at + _HORIZON), _keep_evidence(house, at)
    leaves = [*(_hash(house, file, algorithm) for file in files), _hash(house, evidence, algorithm)]
    chain = stamp_leaves(leaves, algorithm, time_stamper=house.time_stamper, trust=house.trust, at=at)
    made = Day(day, tuple(files), evidence, StampedTree((chain,)))
    _require_proof(house, made, at)
    return made


def _keep_evidence(house: House, at: dt.datetime) -> StoredObject:
    evidence = evidence_pem(house.trust)
    key = f"records/evidence/{hashed('sha256', evidence).hex()}.pem"
    return house.objects.put(key, evidence, media_type="application/x-pem-file", retain_until=house.retain_until(at))


# --- renewing -------------------------------------------------------------------------------------------------------


def renew_records(
    house: House, before: dt.datetime, *, at: dt.datetime | None = None, sunsets: Sunsets = SUNSETS
) -> Iterator[tuple[DayRecord, SohoaError | None]]:
    """Renew the records that end before ``before``; yield each, with the reason where that cannot be done.

    A record gets a new time stamp, one for up to a hundred of them; where its hash function ends before ``before``,
    all its files are hashed again by a stronger one. A day of which a file is damaged or gone, and not disposed of, is
    left as it is until the file is restored. It may be stopped at any moment and run again.

    Args:
        house: The parts.
        before: Records that end before this moment.
        at: The present moment, aware; the clock's if ``None``.
        sunsets: The ends of algorithms.

    Raises:
        TimestampUnavailable, SealRefused, StoreUnavailable, DiskFull, PartFailed: Nothing more can be done now.
    """
    moment = at or times.now()
    restamped: dict[str, list[DayRecord]] = {}
    for record in day_records.day_records(house.catalogue, until=before):
        if record.protected_until <= moment:
            yield record, NotRenewable(reason="its time stamp has ended", reason_vi="dấu thời gian đã hết giá trị")
            continue
        try:
            day = _load(house, record.key, record.version)
            algorithm = day.tree.chains[-1].algorithm
            weak = sunsets.of_hash(algorithm).until
            if weak is not None and weak < before:
                record = _keep(house, record, _rehashed(house, day, moment, sunsets), moment, sunsets)  # noqa: PLW2901
                yield record, None
            else:
                restamped.setdefault(algorithm, []).append(record)
        except (NotFound, ObjectDamaged) as error:
            yield record, error
    for records in restamped.values():
        for start in range(0, len(records), _TOGETHER):
            together = records[start : start + _TOGETHER]
            for record, day in zip(together, _restamped(house, together, moment), strict=True):
                yield _keep(house, record, day, moment, sunsets), None


def _restamped(house: House, records: Sequence[DayRecord], at: dt.datetime) -> list[Day]:
    days = [_load(house, record.key, record.version) for record in records]
    trees = restamp([day.tree for day in days], time_stamper=house.time_stamper, trust=house.trust, at=at)
    return [replace(day, tree=tree) for day, tree in zip(days, trees, strict=True)]


def _rehashed(house: House, day: Day, at: dt.datetime, sunsets: Sunsets) -> Day:
    algorithm = sunsets.hash_for(at + _HORIZON)
    tree = day.tree.with_evidence(with_evidence(day.tree.last.token, house.trust, at))
    leaves = tree.rehashed_leaves(algorithm, lambda place: _hash(house, day.objects[place], algorithm))
    chain = stamp_leaves(leaves, algorithm, time_stamper=house.time_stamper, trust=house.trust, at=at)
    return replace(day, tree=tree.rehashed(chain))


def _keep(house: House, before: DayRecord, day: Day, at: dt.datetime, sunsets: Sunsets) -> DayRecord:
    _require_proof(house, day, at)
    locked = house.objects.retention(before.key, before.version)
    stored = _put(house, day, locked if locked and locked > at else None)
    record = _described(day, stored, at, sunsets)
    day_records.keep_renewed(house.catalogue, before, record, actor=ACTOR)
    return record


# --- what these share -----------------------------------------------------------------------------------------------


def _hash(house: House, file: SealedVersion | StoredObject, algorithm: str) -> bytes:
    """Return the hash of a file; its SHA-256 is known, for any other it is read (and its SHA-256 checked).

    Of a file that was disposed of, nothing can be proven any more, nor need be: the hash of its hash stands for it, so
    that the other files of its day can go on being proven.
    """
    if algorithm == "sha256":
        return bytes.fromhex(file.sha256)
    if isinstance(file, StoredObject):
        return hashed(algorithm, house.objects.get(file.key))
    if is_disposed(house.catalogue, file.paper):
        return hashed(algorithm, bytes.fromhex(file.sha256))
    return hashed(algorithm, house.objects.get(file.key, day_records.present_version(house.catalogue, file)))


def _evidence(house: House, day: Day) -> bytes:
    """Return the certificates and revocation lists of a day; their key tells their SHA-256, so any version is right."""
    return house.objects.get(day.evidence.key)


def _require_proof(house: House, day: Day, at: dt.datetime) -> None:
    """Do nothing if a record cut out of ``day`` proves its object: all share the time stamps.

    Raises:
        NotFound, ObjectDamaged: The evidence, the one object that is looked at, is gone or damaged.
        PartFailed: The record does not prove it; the reason names the codes of what was found.
    """
    evidence = _evidence(house, day)
    report = check_record(evidence, day.tree.record(len(day.files)), house.trust, at=at)
    if report.verdict is not Verdict.VALID:
        codes = ", ".join(f.code for f in report.findings if f.severity is not Severity.INFO)
        raise PartFailed(part="evidence record", reason=f"the fresh record proves nothing: {codes}")


def _described(day: Day, stored: StoredObject, at: dt.datetime, sunsets: Sunsets = SUNSETS) -> DayRecord:
    until = end_of_tree(day.tree, sunsets)
    return DayRecord(day.day, len(day.files), stored.key, stored.version, stored.sha256, at, until)


def _key(day: dt.date) -> str:
    return f"records/{day:%Y}/{day}.json"


def _put(house: House, day: Day, retain_until: dt.datetime | None, *, if_absent: bool = False) -> StoredObject:
    return house.objects.put(
        _key(day.day), _dumped(day), media_type="application/json", retain_until=retain_until, if_absent=if_absent
    )


def _dumped(day: Day) -> bytes:
    files = [{**asdict(file), "paper": file.paper.value} for file in day.files]
    chains = [
        {
            "algorithm": chain.algorithm,
            "leaves": [leaf.hex() for leaf in chain.leaves],
            "stamps": [
                {
                    "token": base64.b64encode(stamp.token).decode(),
                    "shared": [[value.hex() for value in group] for group in stamp.shared],
                }
                for stamp in chain.stamps
            ],
        }
        for chain in day.tree.chains
    ]
    evidence = asdict(day.evidence)
    return json.dumps({"day": day.day.isoformat(), "files": files, "evidence": evidence, "chains": chains}).encode()


def _load(house: House, key: str, version: str) -> Day:
    try:
        value = json.loads(house.objects.get(key, version))
        files = tuple(SealedVersion(**{**file, "paper": PaperId(file["paper"])}) for file in value["files"])
        chains = tuple(
            Chain(
                chain["algorithm"],
                tuple(bytes.fromhex(leaf) for leaf in chain["leaves"]),
                tuple(Stamp(base64.b64decode(s["token"]), _groups(s["shared"])) for s in chain["stamps"]),
            )
            for chain in value["chains"]
        )
        day, evidence = dt.date.fromisoformat(value["day"]), StoredObject(**value["evidence"])
        return Day(day, files, evidence, StampedTree(chains))
    except (ValueError, KeyError, TypeError):
        raise ObjectDamaged(key=key) from None


def _groups(groups: Sequence[Sequence[str]]) -> Groups:
    return tuple(tuple(bytes.fromhex(value) for value in group) for group in groups)
