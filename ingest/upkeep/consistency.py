"""Catalogue and object store held against each other, and mended where that loses nothing.

Nothing under retention is ever deleted, and nothing that might be somebody's paper: what nobody knows is put aside
under ``lost/``. It may be done on a system that works: objects younger than an hour may just be on their way into the
catalogue, and whatever looks wrong is looked at once more before it is told.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from dossier.errors import Conflict, NotFound, ObjectDamaged, SohoaError, WrongState
from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState, StoredObject
from ingest.house import House
from ingest.intake.receive import noted_at, receive_noted
from ingest.intake.uploads import is_waiting
from ingest.upkeep.backup_folder import BackupFolder
from ingest.upkeep.fixity import mend, paper_of, sound
from ingest.upkeep.inventory import Key, compared
from ingest.workspace import Workspace
from storage.lifecycle.disposal import is_disposed
from storage.upkeep import mending, references
from storage.upkeep.inventory import WORK
from storage.upkeep.references import Reference

ACTOR = "storage"
PUT_ASIDE, LEFT_DELETED = "object.put-aside", "object.left-deleted"
"""Actions in the audit log."""
LOST = "lost/"
"""Where what nobody knows is put aside."""
YOUNG = dt.timedelta(hours=1)
"""Younger objects may be on their way into the catalogue."""
_NEEDS_WORK = (PaperState.NEEDS_REVIEW, PaperState.READY, PaperState.CONFIRMED)
"""States of papers that cannot go on without their work in progress."""
_MAY_HAVE_WORK = (*_NEEDS_WORK, PaperState.RECEIVED, PaperState.FAILED)
_PAGE = 200
_log = structlog.get_logger(__name__)


class Trouble(StrEnum):
    """What does not fit."""

    MISSING = "missing"
    """Rows name an object that is not there."""
    OTHER_CONTENT = "other-content"
    """The store has other bytes than the rows say."""
    OTHER_VERSION = "other-version"
    """The version that rows name is not there, but its bytes are, as another version."""
    UNKNOWN_ORIGINAL = "unknown-original"
    """A file that was received, and no paper of it: a crash between keeping and cataloguing."""
    UNKNOWN_SEALED = "unknown-sealed"
    """In the folder of a stored paper that the catalogue does not know as stored."""
    UNKNOWN_REPORT = "unknown-report"
    """A report that no row names: a crash between keeping and cataloguing. It is locked and harms nothing."""
    UNFINISHED_UPLOAD = "unfinished-upload"
    """A file was announced and did not arrive, or was not catalogued: its sender sends it again."""
    DISPOSED_LEFT = "disposed-left"
    """Of a paper that was disposed of, or the original of one in quarantine: it came while that was done, as a renewed
    version might, or could not be deleted then."""
    WORK_LEFT = "work-left"
    """Work in progress of a paper that needs it no more."""
    WORK_MISSING = "work-missing"
    """A paper waits for a person or to be sealed, and its work in progress is gone."""
    FOREIGN = "foreign"
    """A key that sohoa does not use."""

    @property
    def harmless(self) -> bool:
        """Whether nothing is wrong with what is kept."""
        return self in {Trouble.UNFINISHED_UPLOAD, Trouble.WORK_LEFT, Trouble.UNKNOWN_REPORT}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit.

    Attributes:
        trouble: What. key: Of the object. version: Its version, where one is meant.
        paper: Identifier of the paper it is about. mended: What was done; ``None``: nothing, or nothing yet.
    """

    trouble: Trouble
    key: str
    version: str | None = None
    paper: str | None = None
    mended: str | None = None

    @property
    def wrong(self) -> bool:
        """Whether somebody must look after it."""
        return self.mended is None and not self.trouble.harmless


def check(house: House, *, repair: bool = False, backup: BackupFolder | None = None) -> Iterator[Finding]:
    """Yield what does not fit; with ``repair`` each is mended first where that loses nothing.

    Args:
        house: The parts.
        repair: Mend; else nothing is changed.
        backup: Where to look for bytes that are in neither store.

    Raises:
        StoreUnavailable: The store or the catalogue does not answer. DiskFull: There is no room to mend anything.
    """
    originals = list[Finding]()
    for finding in _found(house):
        if not repair:
            yield finding
        elif finding.trouble is Trouble.UNKNOWN_ORIGINAL:
            originals.append(finding)  # the notes of all batches are gone through once for all of them
        else:
            yield _mended(house, finding, backup)
    yield from _catalogued(house, originals)


def reopen_without_work(house: House) -> list[Finding]:
    """Let papers whose work in progress is gone begin anew from their originals, and return which."""
    return [_mended(house, finding, None) for finding in list(_work_missing(house))]


# --- finding --------------------------------------------------------------------------------------------------------


def _found(house: House) -> Iterator[Finding]:
    old, folder = house.catalogue.now() - YOUNG, ""
    work = ""
    for key in compared(house):
        if key.named:
            folder = key.name.rpartition("/")[0]
            yield from _contradictions(house, key)
        elif key.listed and max(one.put_at for one in key.listed) < old:
            paper = key.name.split("/")[1] if key.name.startswith(WORK) else ""
            if paper and paper == work:
                continue  # one finding for all that was left of a paper's work
            work = paper
            if key.name.rpartition("/")[0] != folder:
                yield from _unknown(house, key.name)
    yield from _work_missing(house)


def _contradictions(house: House, key: Key) -> Iterator[Finding]:
    """Yield where what rows say of a key is not so, each version once."""
    listed, told = {one.version for one in key.listed}, set[str]()
    for one in key.named:
        if one.version in told or (one.version in listed and not _differs(house, one)):
            continue
        # Looked at once more: it may have been renewed, or mended, since the rows were read.
        if _differs(house, one) and one in references.of_key(house.catalogue, key.name):
            told.add(one.version)
            trouble = Trouble.MISSING if _head(house, one) is None else Trouble.OTHER_CONTENT
            if _same_bytes(house, one):
                trouble = Trouble.OTHER_VERSION
            yield Finding(trouble, one.key, one.version, one.paper)


def _differs(house: House, one: Reference) -> bool:
    """Whether a version is gone, or not what a row says."""
    stored = _head(house, one)
    return stored is None or stored.sha256 != one.sha256 or one.size not in {None, stored.size}


def _head(house: House, one: Reference) -> StoredObject | None:
    try:
        return house.objects.head(one.key, one.version)
    except (NotFound, ObjectDamaged):
        return None


def _same_bytes(house: House, one: Reference) -> str | None:
    """Return another version with the bytes that a row names."""
    for listed in house.objects.walk(one.key):
        if listed.key == one.key and listed.version != one.version:
            try:
                if hashlib.sha256(house.objects.get(listed.key, listed.version)).hexdigest() == one.sha256:
                    return listed.version
            except (NotFound, ObjectDamaged):
                continue
    return None


def _is_secret(house: House, paper: str) -> bool:
    found = _paper(house, PaperId(paper))
    return found is not None and found.state is PaperState.QUARANTINED


def _unknown(house: House, key: str) -> Iterator[Finding]:
    """Yield what is wrong with an object that no row names, if something is."""
    room, _, rest = key.partition("/")
    paper = paper_of(key)
    if paper and (is_disposed(house.catalogue, PaperId(paper)) or (room == "originals" and _is_secret(house, paper))):
        yield Finding(Trouble.DISPOSED_LEFT, key, None, paper)
        return
    trouble = None
    match room:
        case "originals":
            trouble = Trouble.UNKNOWN_ORIGINAL
        case "papers":
            trouble = Trouble.UNKNOWN_SEALED
        case "verifications" | "status-lists":
            trouble = Trouble.UNKNOWN_REPORT
        case "records":
            trouble = Trouble.UNKNOWN_REPORT if rest[:1].isdigit() else None
        case "work":
            paper = rest.split("/")[0]
            trouble = None if _may_have_work(house, paper) else Trouble.WORK_LEFT
        case "batches":
            noted = noted_at(house, key)
            paper = noted.value if noted else None
            trouble = Trouble.UNFINISHED_UPLOAD if noted and _paper(house, noted) is None else None
        case _:
            trouble = None if room in _KNOWN_ROOMS else Trouble.FOREIGN
    if trouble and not references.of_key(house.catalogue, key):
        yield Finding(trouble, key, None, paper)


_KNOWN_ROOMS = {"validation-data", "audit", "lost", "restoring", "evidence"}
"""Rooms whose objects are named by no row."""


def _work_missing(house: House) -> Iterator[Finding]:
    for state in _NEEDS_WORK:
        last: PaperId | None = None
        while papers := house.catalogue.papers(state=state, limit=_PAGE, after=last):
            for paper in papers:
                bare = next(iter(house.objects.keys(f"{WORK}{paper.id}/")), None) is None
                if bare and _paper_is(house, paper.id, state):
                    yield Finding(Trouble.WORK_MISSING, f"{WORK}{paper.id}/", None, paper.id.value)
            last = papers[-1].id


def _paper(house: House, paper: PaperId) -> Paper | None:
    try:
        return house.catalogue.paper(paper)
    except NotFound:
        return None


def _paper_is(house: House, paper: PaperId, state: PaperState) -> bool:
    found = _paper(house, paper)
    return found is not None and found.state is state


def _may_have_work(house: House, paper: str) -> bool:
    try:
        found = _paper(house, PaperId.parse(paper))
    except SohoaError:
        return False
    if found is None:
        return is_waiting(house, PaperId(paper))
    return found.state in _MAY_HAVE_WORK


# --- mending --------------------------------------------------------------------------------------------------------


def _mended(house: House, finding: Finding, backup: BackupFolder | None) -> Finding:
    """Return a finding with what was done about it; what may be done is told to the audit log by whoever does it."""
    match finding.trouble:
        case Trouble.MISSING | Trouble.OTHER_CONTENT | Trouble.OTHER_VERSION:
            done = _restored(house, finding, backup)
        case Trouble.WORK_LEFT:
            Workspace(house.objects, PaperId(finding.key.split("/")[1])).clear()
            done = "removed"
        case Trouble.DISPOSED_LEFT:
            done = _deleted(house, finding.key)
        case Trouble.WORK_MISSING:
            done = _reopened(house, finding)
        case _:
            done = None
    return replace(finding, mended=done)


def _deleted(house: House, key: str) -> str | None:
    """Delete what is left of a disposed paper; ``None`` if it is locked or held, and stays."""
    versions = house.objects.versions(key)
    try:
        for stored in versions:
            house.objects.delete(stored.key, stored.version)
    except Conflict:
        return None
    except NotFound:
        pass  # it was just being deleted
    detail = {"key": key, "versions": str(len(versions))}
    house.catalogue.record(ACTOR, LEFT_DELETED, f"paper:{paper_of(key)}", detail)
    return "removed"


def _restored(house: House, finding: Finding, backup: BackupFolder | None) -> str | None:
    for one in references.of_key(house.catalogue, finding.key):
        if one.version != finding.version:
            continue
        if (other := _same_bytes(house, one)) is not None:
            mending.repoint(house.catalogue, one.key, one.version, other, actor=ACTOR)
            return f"version {other}"
        return mend(house, StoredObject(one.key, one.version, one.sha256, one.size or 0, _media_type(one.key)), backup)
    return None


def _media_type(key: str) -> str:
    return {"json": "application/json", "pdf": "application/pdf"}.get(key.rpartition(".")[2], _UNKNOWN)


_UNKNOWN = "application/octet-stream"


def _reopened(house: House, finding: Finding) -> str | None:
    paper = _paper(house, PaperId(str(finding.paper)))
    try:
        if paper is None:
            return None
        sound(house, paper.original)
        mending.reopen(house.catalogue, paper.id, paper.state, actor=ACTOR)
    except (NotFound, ObjectDamaged, WrongState):
        return None
    return "received"


def _catalogued(house: House, findings: list[Finding]) -> Iterator[Finding]:
    """Catalogue originals of which there is a note, and put the others aside."""
    wanted = {finding.paper for finding in findings if finding.paper}
    notes = dict[str, str]()
    for key in house.objects.keys("batches/") if wanted else ():
        noted = noted_at(house, key)
        if noted is not None and noted.value in wanted:
            notes[noted.value] = key
    for finding in findings:
        done = _received(house, finding, notes.get(finding.paper or "")) or _put_aside(house, finding.key)
        yield replace(finding, mended=done)


def _received(house: House, finding: Finding, note: str | None) -> str | None:
    if note is None:
        return None
    try:
        receive_noted(house, note, house.objects.get(finding.key))
    except SohoaError as error:
        _log.warning("not catalogued", key=finding.key, code=error.code)
        return None
    return "received" if _paper(house, PaperId(str(finding.paper))) else None


def _put_aside(house: House, key: str) -> str | None:
    """Move an object nobody knows to where such things are kept; ``None`` if it is locked, and stays."""
    kept = house.objects.kept(key)
    if kept.held or (kept.locked_until is not None and kept.locked_until > house.catalogue.now()):
        return None
    try:
        data = house.objects.get(key)
    except ObjectDamaged:
        return None
    house.objects.put(f"{LOST}{key}", data, media_type=kept.stored.media_type)
    house.objects.delete(key, kept.stored.version)
    detail = {"key": key, "sha256": kept.stored.sha256}
    house.catalogue.record(ACTOR, PUT_ASIDE, f"object:{LOST}{key}", detail)
    return f"{LOST}{key}"
