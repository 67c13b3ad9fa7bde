"""Receipts: a batch is closed, and its sender gets under the agency's seal what arrived of it, file by file.

The receipt is JSON in one CMS file with a time stamp (CAdES, as status lists are), kept in the object store as long as
papers are: whoever holds a file can prove years later that it was handed in, and the agency that it was not. What is
closed stays closed: asked for again, the same receipt comes.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydantic import TypeAdapter

from dossier import times
from dossier.errors import AlreadyExists, BatchIncomplete, DamagedFile, NotFound, ObjectDamaged
from dossier.identifiers import PaperId
from ingest.house import House
from ingest.intake.receive import Manifest, entry_of, manifest_of, outcomes, receipt_key, refusals
from signing.signed_content import check, sign

MEDIA_TYPE = "application/pkcs7-mime"
"""Of a signed receipt (RFC 8551)."""
_NAMED = 20
"""So many missing files an error names."""


class Outcome(StrEnum):
    """What became of an announced file."""

    RECEIVED = "received"
    """It is kept, and is worked on as ``paper``."""
    DUPLICATE = "duplicate"
    """Its bytes were there already, as ``paper``."""
    REFUSED = "refused"
    """It was sent and not taken in: ``problem`` says why."""
    LEFT_OUT = "left_out"
    """It was not sent, and its sender says that it will not be."""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A file in a receipt.

    Attributes:
        name: As announced. outcome: What became of it. sha256, size: Of the bytes that arrived, hex and bytes.
        paper: What it became. problem: Code of the error it was refused with.
    """

    name: str
    outcome: Outcome
    sha256: str | None = None
    size: int | None = None
    paper: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What arrived of a batch.

    Attributes:
        batch: Its identifier. station: Who sent it. operator, employer: Who scanned, and for whom that person works.
        dossier: What for. agency: Who received it.
        manifest_sha256: Of the manifest as it was announced. closed_at: UTC, to the second.
        files: All that were announced, in their order.
    """

    batch: str
    station: str
    dossier: str | None
    agency: str
    manifest_sha256: str | None
    closed_at: dt.datetime
    files: tuple[ReceiptLine, ...]
    operator: str | None = None
    employer: str | None = None

    def dump(self) -> bytes:
        """Return it as JSON in one way: keys sorted, no spaces, UTF-8."""
        plain = _RECEIPT.dump_python(self, mode="json")
        return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


_RECEIPT = TypeAdapter(Receipt)


def close(house: House, batch_id: str, *, left_out: Collection[str] = (), actor: str) -> Receipt:
    """Close a batch and return its receipt; of a closed one, the receipt there is.

    Args:
        house: The parts.
        batch_id: Identifier of an announced batch.
        left_out: Names of announced files that will not be sent.
        actor: Who asks.

    Raises:
        NotFound: No such batch, or it does not announce a file of ``left_out``.
        BatchIncomplete: Other files have not arrived.
        SealMissing, KeyUnavailable, TimestampUnavailable, SealRefused, StoreUnavailable, DiskFull: It cannot be signed
            now; the batch stays open.
    """
    batch = house.catalogue.batch(batch_id)
    agency = batch.agency or house.agency
    try:
        return receipt(house, batch_id)
    except NotFound:
        pass
    manifest = manifest_of(house, batch_id)
    for name in left_out:
        entry_of(manifest, name)
    lines = tuple(_lines(house, batch_id, manifest, left_out))
    moment = house.catalogue.now().replace(microsecond=0)
    made = Receipt(
        batch=batch.id,
        station=batch.station,
        dossier=str(batch.dossier) if batch.dossier else None,
        agency=str(agency),
        manifest_sha256=batch.manifest_sha256,
        closed_at=moment,
        files=lines,
        operator=batch.operator or None,
        employer=batch.employer,
    )
    signed = sign(
        made.dump(),
        key=house.seals.key(house.seals.of(agency, moment)),
        time_stamper=house.time_stamper,
        trust=house.trust,
        at=times.now(),
        environment=house.settings.environment,
    )
    # On record first: a crash may leave an entry without its receipt, and never a receipt without its entry.
    house.catalogue.record(actor, "batch.closed", f"batch:{batch_id}", {"sha256": hashlib.sha256(signed).hexdigest()})
    try:
        house.objects.put(
            receipt_key(batch_id),
            signed,
            media_type=MEDIA_TYPE,
            retain_until=house.retain_until(moment),
            if_absent=True,
        )
    except AlreadyExists:
        return receipt(house, batch_id)  # closed at the same moment by another request
    return made


def receipt(house: House, batch_id: str) -> Receipt:
    """Return the receipt of a closed batch.

    Raises:
        NotFound: It is not closed. ObjectDamaged: What is kept is no receipt.
    """
    try:
        return _RECEIPT.validate_json(check(signed_receipt(house, batch_id), house.trust, at=times.now()).content)
    except (DamagedFile, ValueError):
        raise ObjectDamaged(key=receipt_key(batch_id)) from None


def signed_receipt(house: House, batch_id: str) -> bytes:
    """Return the receipt of a closed batch under its seal, CMS in DER.

    Raises:
        NotFound: It is not closed.
    """
    try:
        return house.objects.get(receipt_key(batch_id))
    except NotFound:
        raise NotFound(kind="receipt", id=batch_id) from None


def _lines(house: House, batch: str, manifest: Manifest, left_out: Collection[str]) -> Iterator[ReceiptLine]:
    received, refused = outcomes(house, batch), refusals(house, batch)
    missing = [
        entry.name
        for entry in manifest.entries
        if entry.name not in received and entry.name not in refused and entry.name not in left_out
    ]
    if missing:
        more = f" … ({len(missing)})" if len(missing) > _NAMED else ""
        raise BatchIncomplete(files=", ".join(missing[:_NAMED]) + more)
    for entry in manifest.entries:
        if entry.name in received:
            yield _received(house, batch, entry.name, received[entry.name])
        elif entry.name in refused:
            yield ReceiptLine(entry.name, Outcome.REFUSED, problem=refused[entry.name])
        else:
            yield ReceiptLine(entry.name, Outcome.LEFT_OUT)


def _received(house: House, batch: str, name: str, paper_id: PaperId) -> ReceiptLine:
    paper = house.catalogue.paper(paper_id)
    outcome = Outcome.RECEIVED if (paper.batch, paper.name) == (batch, name) else Outcome.DUPLICATE
    return ReceiptLine(name, outcome, paper.original.sha256, paper.original.size, paper_id.value)
