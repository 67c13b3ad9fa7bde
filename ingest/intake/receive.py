"""Receive: batches and their files. When this returns, the bytes are safe: hashed, kept bit-exact, catalogued."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from dossier import times
from dossier.errors import (
    AlreadyExists,
    BatchClosed,
    EmptyFile,
    FileDiffers,
    FileTooLarge,
    InvalidIdentifier,
    NotFound,
    ObjectDamaged,
    PaperKnown,
    SohoaError,
    UnsupportedType,
)
from dossier.identifiers import AgencyCode, DossierNumber, PaperId, ProcedureCode
from dossier.lanes import Lane, lane_of
from dossier.owners import Owner
from dossier.paper_types import find_type
from dossier.papers import Paper, PaperKind, PaperState
from ingest.house import House
from ingest.intake.inspect import recognise
from ingest.intake.twins import Twin, announced_twins, received_twins, require_unknown, same_bytes, tell
from signing.stamp_rules import CopyForm
from storage.lifecycle.disposal import RECEIVED_AGAIN, is_disposed
from storage.records import Batch


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """What the sender says of one file.

    Attributes:
        name: The file's name, unique in its batch; kept for people, never used as a path.
        owner_number, owner_name: Whose paper it is, if known.
        paper_type: Code of its type, if known; else it is found out.
        kind: Component or result. copy_form: What the sealed scan is of it: a certified copy of the paper (sao y); of a
            paper that is itself a certified copy (sao lục); of a part of it (trích sao).
        confirmed_by: Name of the person who compared scan and original and states that they agree; ``None`` leaves that
            for later.
        collate: The file was scanned in two one-sided passes, all fronts and then all backs, the last one first.
        size, sha256: Of the file, in bytes and lower-case hex, if they are known before it is sent.
        despite_twin: Why the file is to be taken in although the store has its paper already, in words without
            personal data; ``None``: the sender knows of none.
    """

    name: str
    owner_number: str | None = None
    owner_name: str | None = None
    paper_type: str | None = None
    kind: PaperKind = PaperKind.COMPONENT
    confirmed_by: str | None = None
    copy_form: CopyForm = CopyForm.CERTIFIED
    despite_twin: str | None = None
    collate: bool = False
    size: int | None = None
    sha256: str | None = None

    @property
    def owner(self) -> Owner | None:
        """The owner, checked.

        Raises:
            InvalidOwnerNumber: The number fails its checks.
        """
        return Owner.parse(self.owner_number, self.owner_name) if self.owner_number is not None else None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the sender says of a batch before sending its files.

    Attributes:
        station: Who sends. batch: The sender's identifier, 1 to 64 letters, digits, dots, dashes; sending the same
            batch again is harmless.
        operator: Name or number of the person at the scanner. employer: Whom that person works for, if another than
            the agency digitizes.
        dossier, procedure: What the papers were handed in for.
        agency: Code of the agency that digitizes them, whose seal they get; ``None``: this installation's.
        on_the_spot: Somebody waits for the result: its papers go before all others.
        backlog: Old files: its papers go after all others.
        entries: The files.
    """

    station: str
    entries: tuple[ManifestEntry, ...]
    batch: str = field(default_factory=lambda: secrets.token_hex(8))
    operator: str = ""
    employer: str = ""
    dossier: str | None = None
    procedure: str | None = None
    agency: str | None = None
    on_the_spot: bool = False
    backlog: bool = False

    @property
    def lane(self) -> Lane:
        """Whether its papers go before others.

        Raises:
            InvalidValue: It asks for two lanes.
        """
        return lane_of(on_the_spot=self.on_the_spot, backlog=self.backlog)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file.

    Attributes:
        name: The file's name in the manifest. paper: The paper it became, or the one that came first.
        duplicate: These very bytes were there already for this owner; nothing new was made.
        twins: Papers of the store that the file seems to be another scan of.
    """

    name: str
    paper: Paper
    duplicate: bool = False
    twins: tuple[Twin, ...] = ()


_MANIFEST = TypeAdapter(Manifest)
_NOTE = TypeAdapter(tuple[str, str])
_NOTE_KEY = re.compile(r"batches/[0-9a-f]+/received/[0-9a-f]+\.json")
_BATCH = re.compile(r"[A-Za-z0-9._-]{1,64}")


def open_batch(house: House, manifest: Manifest) -> Batch:
    """Announce a batch; announcing it again with the same content changes nothing.

    Only reasons why files are to be taken in despite their twins may be added so.

    Raises:
        BatchMismatch: The batch was announced before with other content.
        InvalidIdentifier, InvalidOwnerNumber, InvalidValue, UnknownPaperType: Something in the manifest is wrong;
            nothing was kept.
        AgencyForbidden: The station may not send papers of that agency.
    """
    for entry in manifest.entries:
        _ = entry.owner
        if entry.paper_type is not None:
            find_type(house.paper_types, entry.paper_type)
    if not _BATCH.fullmatch(manifest.batch):
        raise InvalidIdentifier(kind="batch identifier", kind_vi="Mã lô", example="2026-11-22.001")
    dossier = DossierNumber.parse(manifest.dossier) if manifest.dossier else None
    agency = AgencyCode.parse(manifest.agency) if manifest.agency else None
    house.seals.require_sender(agency or house.agency, manifest.station)
    # An agency's code, also that in a dossier's number, may be written in two forms; the batch is the same.
    canonical = replace(
        manifest,
        dossier=dossier.canonical.value if dossier else None,
        agency=agency.canonical.value if agency else None,
    )
    content = _MANIFEST.dump_json(canonical, exclude=_unsaid(canonical))
    batch = Batch(
        id=f"{manifest.station}.{manifest.batch}",
        station=manifest.station,
        operator=manifest.operator,
        employer=manifest.employer or None,
        agency=agency or house.agency,
        dossier=dossier.canonical if dossier else None,
        procedure=ProcedureCode.parse(manifest.procedure) if manifest.procedure else None,
        created_at=times.now(),
        manifest_sha256=hashlib.sha256(content).hexdigest(),
        lane=manifest.lane,
    )
    house.catalogue.add_batch(batch, (), actor=manifest.station)
    kept = _with_reasons(house, batch.id, canonical)
    house.objects.put(_manifest_key(batch.id), _MANIFEST.dump_json(kept), media_type="application/json")
    return house.catalogue.batch(batch.id)


def manifest_of(house: House, batch: str) -> Manifest:
    """Return the manifest of an announced batch.

    Raises:
        NotFound: No such batch.
    """
    house.catalogue.batch(batch)
    return _MANIFEST.validate_json(house.objects.get(_manifest_key(batch)))


def announced(house: House, paper: Paper) -> ManifestEntry | None:
    """Return what the sender said of the file that ``paper`` came as; of a part, of the scan it was split from."""
    while paper.split_from is not None:
        paper = house.catalogue.paper(paper.split_from)
    return next((entry for entry in manifest_of(house, paper.batch).entries if entry.name == paper.name), None)


def is_collated(house: House, paper: Paper, entry: ManifestEntry | None = None) -> bool:
    """Return whether the pages of a paper's file are to be put into the paper's order; those of a part already are.

    Args:
        house: The parts.
        paper: Which.
        entry: What the sender said of it, where the caller has read that already.
    """
    if paper.split_from is not None or paper.signed_origin:
        return False
    said = entry or announced(house, paper)
    return said is not None and said.collate


def owner_of_scan(house: House, paper: Paper) -> Owner | None:
    """Return whose papers the sender said are in the scan that ``paper`` was split from; ``None`` if it is no part."""
    entry = announced(house, paper) if paper.split_from is not None else None
    return entry.owner if entry else None


def receive(house: House, batch_id: str, name: str, data: bytes) -> Received:
    """Keep one announced file of a batch and make it a paper; its preparation must then be queued.

    What was disposed of stays so: the same file sent again, even under the same name, becomes a new paper.

    Raises:
        NotFound: No such batch, or it does not announce ``name``.
        AlreadyExists: Other bytes were sent under this name.
        BatchClosed: The batch has its receipt.
        FileDiffers: These are not the bytes that were announced.
        EmptyFile, FileTooLarge, UnsupportedType: The file is refused as a whole; nothing was kept but that it was.
        PaperKnown: The store has its paper already, which the settings want used again; likewise.
    """
    manifest = manifest_of(house, batch_id)
    entry = entry_of(manifest, name)
    try:
        return _receive(house, house.catalogue.batch(batch_id), manifest, entry, data)
    except (EmptyFile, FileTooLarge, UnsupportedType, PaperKnown) as error:
        note_refusal(house, batch_id, name, error)
        raise


def _receive(house: House, batch: Batch, manifest: Manifest, entry: ManifestEntry, data: bytes) -> Received:
    name = entry.name
    if len(data) > house.limits.max_bytes:
        raise FileTooLarge(size=len(data), limit=house.limits.max_bytes)
    if not data:
        raise EmptyFile
    media_type = recognise(data)

    digest = hashlib.sha256(data).hexdigest()
    noted = _noted(house, batch.id, name)
    present = _if_there(noted)
    if present is not None and present.original.sha256 == digest:
        twins = announced_twins(house, entry.owner, entry.paper_type)
        return Received(name, present, duplicate=True, twins=tuple(t for t in twins if t.paper.id != present.id))
    if present is not None and present.state is not PaperState.REJECTED:
        raise AlreadyExists(kind="file", id=name)
    if is_closed(house, batch.id):
        raise BatchClosed
    if entry.size not in {None, len(data)} or entry.sha256 not in {None, digest}:
        raise FileDiffers

    first = house.catalogue.by_original(digest, entry.owner.number if entry.owner else None)
    if first is None:
        twins = received_twins(house, entry.owner, entry.paper_type, data)
        require_unknown(house, twins, entry.despite_twin)
    else:
        twins = same_bytes(house, first)
    tell(house, twins, actor=manifest.station)
    paper_id = first.id if first else _identifier(house, batch.id, name, digest)
    _note(house, batch.id, name, paper_id, replacing=noted is not None)
    if first is not None:
        house.catalogue.record(manifest.station, RECEIVED_AGAIN, f"paper:{first.id}", {"batch": batch.id})
        return Received(name, first, duplicate=True, twins=twins)

    paper = Paper(
        id=paper_id,
        batch=batch.id,
        name=name,
        state=PaperState.RECEIVED,
        created_at=times.now(),
        original=house.objects.put(f"originals/{paper_id}/original", data, media_type=media_type),
        owner=entry.owner,
        kind=entry.kind,
        paper_type=entry.paper_type,
        agency=batch.agency,
        dossier=batch.dossier,
        procedure=batch.procedure,
        confirmed_by=entry.confirmed_by,
        lane=batch.lane,
    )
    house.catalogue.add_papers([paper], actor=manifest.station)
    return Received(name, house.catalogue.paper(paper_id), twins=twins)


def outcomes(house: House, batch: str, names: Iterable[str] | None = None) -> dict[str, PaperId]:
    """Return, for each file received so far, the paper it became or the earlier paper it repeats.

    Args:
        house: The parts.
        batch: The batch's identifier.
        names: Of these files only; of all if ``None``.

    Raises:
        NotFound: No such batch.
    """
    house.catalogue.batch(batch)
    keys = set(house.objects.keys(f"{batch_folder(batch)}/received/"))
    if names is not None:
        keys &= {_note_key(batch, name) for name in names}
    notes = [_NOTE.validate_json(house.objects.get(key)) for key in sorted(keys)]
    return {name: PaperId(paper) for name, paper in notes}


def noted_at(house: House, key: str) -> PaperId | None:
    """Return which paper the note under an object key is about; ``None`` if it is no note."""
    if not _NOTE_KEY.fullmatch(key):
        return None
    try:
        return PaperId(_NOTE.validate_json(house.objects.get(key))[1])
    except (NotFound, ObjectDamaged, ValidationError):
        return None


def receive_noted(house: House, key: str, data: bytes) -> Received:
    """Receive once more the file that the note under an object key is about.

    Raises:
        NotFound: There is no such note, or its batch is not known.
        SohoaError: As `receive`.
    """
    name, _ = _NOTE.validate_json(house.objects.get(key))
    manifest = _MANIFEST.validate_json(house.objects.get(f"{key.partition('/received/')[0]}/manifest.json"))
    return receive(house, f"{manifest.station}.{manifest.batch}", name, data)


def twins_announced(house: House, manifest: Manifest) -> dict[str, tuple[Twin, ...]]:
    """Return by file the papers of the store that have its owner and type, and record that the station is told."""
    twins = {entry.name: announced_twins(house, entry.owner, entry.paper_type) for entry in manifest.entries}
    tell(house, (twin for found in twins.values() for twin in found), actor=manifest.station)
    return twins


def _with_reasons(house: House, batch: str, manifest: Manifest) -> Manifest:
    """Return a manifest with the reasons why files are taken in despite their twins that were given before."""
    try:
        before = {entry.name: entry.despite_twin for entry in manifest_of(house, batch).entries}
    except NotFound:
        return manifest
    entries = (replace(one, despite_twin=one.despite_twin or before.get(one.name)) for one in manifest.entries)
    return replace(manifest, entries=tuple(entries))


def _unsaid(manifest: Manifest) -> dict[str, Any]:
    """Return what a manifest leaves as it was before it could be said: announced again, it is the same batch.

    Why files are taken in despite their twins may be said later.
    """
    omitted = ("agency", "employer", "on_the_spot", "backlog")
    unsaid: dict[str, Any] = {name: True for name in omitted if not getattr(manifest, name)}
    unsaid["entries"] = {"__all__": {"despite_twin"}}
    if all(entry.copy_form is CopyForm.CERTIFIED for entry in manifest.entries):
        unsaid["entries"]["__all__"].add("copy_form")
    if not any(entry.collate for entry in manifest.entries):
        unsaid["entries"]["__all__"].add("collate")
    if all(entry.size is None and entry.sha256 is None for entry in manifest.entries):
        unsaid["entries"]["__all__"] |= {"size", "sha256"}
    return unsaid


def _note(house: House, batch: str, name: str, paper: PaperId, *, replacing: bool) -> None:
    """Note what a name stands for before its paper is made: of two files sent under it at once, one is refused."""
    try:
        house.objects.put(
            _note_key(batch, name),
            _NOTE.dump_json((name, paper.value)),
            media_type="application/json",
            if_absent=not replacing,
        )
    except AlreadyExists:
        raise AlreadyExists(kind="file", id=name) from None


def received_before(house: House, batch: str, name: str) -> Paper | None:
    """Return the paper that a name in a batch stands for, if it was received and not disposed of since."""
    return _if_there(_noted(house, batch, name))


def _if_there(noted: Paper | None) -> Paper | None:
    return noted if noted is not None and noted.state is not PaperState.DISPOSED else None


def _noted(house: House, batch: str, name: str) -> Paper | None:
    try:
        _, paper = _NOTE.validate_json(house.objects.get(_note_key(batch, name)))
        return house.catalogue.paper(PaperId(paper))
    except NotFound:
        return None


def _identifier(house: House, batch: str, name: str, digest: str) -> PaperId:
    """Return the identifier of a new paper.

    It follows from batch, name and bytes: whoever asks again, even at the same moment, makes nothing new. Where that
    paper was disposed of, it follows from what is left of it.
    """
    found = PaperId.derived(batch, name, digest)
    while is_disposed(house.catalogue, found):
        found = PaperId.derived(found.value, digest)
    return found


def note_refusal(house: House, batch: str, name: str, error: SohoaError) -> None:
    """Note that an announced file was refused, for whoever asks about the batch."""
    note = _NOTE.dump_json((name, error.code))
    house.objects.put(_refusal_key(batch, name), note, media_type="application/json")


def refusals(house: House, batch: str) -> dict[str, str]:
    """Return by file name why files were refused when they were sent last, as the code of the error."""
    keys = house.objects.keys(f"{batch_folder(batch)}/refused/")
    return dict(_NOTE.validate_json(house.objects.get(key)) for key in keys)


def is_closed(house: House, batch: str) -> bool:
    """Return whether a batch has its receipt, and so takes no more files."""
    try:
        house.objects.head(receipt_key(batch))
    except NotFound:
        return False
    return True


def entry_of(manifest: Manifest, name: str) -> ManifestEntry:
    """Return what a manifest says of the file ``name``.

    Raises:
        NotFound: Nothing.
    """
    entry = next((one for one in manifest.entries if one.name == name), None)
    if entry is None:
        raise NotFound(kind="file", id=name)
    return entry


def _note_key(batch: str, name: str) -> str:
    return f"{batch_folder(batch)}/received/{_hashed(name)}.json"


def _refusal_key(batch: str, name: str) -> str:
    return f"{batch_folder(batch)}/refused/{_hashed(name)}.json"


def receipt_key(batch: str) -> str:
    """Return where a batch's signed receipt is."""
    return f"{batch_folder(batch)}/receipt.p7m"


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _manifest_key(batch: str) -> str:
    return f"{batch_folder(batch)}/manifest.json"


def batch_folder(batch: str) -> str:
    """Return where a batch's notes are: its identifier is the sender's choice, so it is hashed, not used."""
    return f"batches/{hashlib.sha256(batch.encode()).hexdigest()[:32]}"
