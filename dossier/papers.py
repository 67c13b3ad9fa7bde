"""Papers: what is known of one digitized paper, and the states it passes through."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from dossier.errors import WrongState
from dossier.identifiers import AgencyCode, DossierNumber, PaperId, ProcedureCode
from dossier.lanes import Lane
from dossier.owners import Owner
from dossier.verdicts import Finding, Verdict


class PaperState(StrEnum):
    """Where a paper stands on its way."""

    RECEIVED = "received"
    """The original is kept; preparation has not finished."""
    NEEDS_REVIEW = "needs_review"
    """Read; a check asks for a person's eye before confirmation."""
    READY = "ready"
    """Read; nothing doubtful; waits for the named person who states that scan and original agree."""
    CONFIRMED = "confirmed"
    """A named person confirmed it; being assembled, sealed and stored."""
    STORED = "stored"
    """Sealed, locked in the store, findable by its owner."""
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    REJECTED = "rejected"
    """The input cannot be digitized; the paper's ``problem`` says why."""
    QUARANTINED = "quarantined"
    """Hostile or secret; kept apart, never processed or served."""
    FAILED = "failed"
    """A part of ours failed on it repeatedly; it can be tried again."""
    SPLIT = "split"
    """A scan of several papers, which a named person split: its ``parts`` took its place. It is never served."""
    JOINED = "joined"
    """A part of a split scan, which a named person joined with others: ``joined_into`` took its place. Never served."""
    DISPOSED = "disposed"
    """Destroyed by two persons after its retention ended: what is left says that there was a paper, not whose."""


REPLACED = frozenset({PaperState.SPLIT, PaperState.JOINED})
"""States of papers in whose place others stand."""

TRANSITIONS: Mapping[PaperState, frozenset[PaperState]] = MappingProxyType(
    {
        PaperState.RECEIVED: frozenset(
            {
                PaperState.NEEDS_REVIEW,
                PaperState.READY,
                PaperState.REJECTED,
                PaperState.QUARANTINED,
                PaperState.FAILED,
            }
        ),
        PaperState.NEEDS_REVIEW: frozenset(
            {PaperState.READY, PaperState.CONFIRMED, PaperState.REJECTED, PaperState.SPLIT, PaperState.JOINED}
        ),
        PaperState.READY: frozenset(
            {PaperState.NEEDS_REVIEW, PaperState.CONFIRMED, PaperState.REJECTED, PaperState.SPLIT, PaperState.JOINED}
        ),
        PaperState.CONFIRMED: frozenset({PaperState.STORED, PaperState.FAILED}),
        PaperState.STORED: frozenset({PaperState.EXPIRED, PaperState.SUPERSEDED, PaperState.REVOKED}),
        PaperState.FAILED: frozenset({PaperState.RECEIVED, PaperState.CONFIRMED, PaperState.REJECTED}),
        PaperState.EXPIRED: frozenset({PaperState.REVOKED}),
        PaperState.SUPERSEDED: frozenset({PaperState.REVOKED}),
        PaperState.REVOKED: frozenset(),
        PaperState.REJECTED: frozenset(),
        PaperState.QUARANTINED: frozenset(),
        PaperState.SPLIT: frozenset(),
        PaperState.JOINED: frozenset(),
        PaperState.DISPOSED: frozenset(),
    }
)
"""Which state may follow which; of a paper that is not under way, ``DISPOSED`` besides
(``storage.lifecycle.disposal``).
"""


def require_transition(present: PaperState, following: PaperState) -> None:
    """Do nothing if ``following`` may come after ``present``.

    Raises:
        WrongState: It may not.
    """
    if following not in TRANSITIONS[present]:
        needed = ", ".join(s.value for s, after in TRANSITIONS.items() if following in after)
        raise WrongState(state=present.value, needed=needed or "-")


class PaperKind(StrEnum):
    """What a paper is in its dossier."""

    COMPONENT = "component"
    """Handed in by the applicant (thành phần hồ sơ)."""
    RESULT = "result"
    """Issued to the applicant (kết quả)."""


class SourceGrade(StrEnum):
    """What a stored paper is worth as a source, the best first (decree 45/2020/NĐ-CP, art. 10, 14 and 25).

    A plain scan, which nobody sealed, is below all of them and is never stored.
    """

    ELECTRONIC_ORIGINAL = "electronic_original"
    """Made and signed electronically by whoever issued it (bản điện tử gốc)."""
    CERTIFIED_COPY = "certified_copy"
    """An electronic copy of an original, certified by an authority competent to do so (bản sao chứng thực điện tử)."""
    SEALED_SCAN = "sealed_scan"
    """A scan under the seal of the agency that made it (bản sao y ký số)."""

    @property
    def rank(self) -> int:
        """0 for the best."""
        return list(SourceGrade).index(self)


class FieldSource(StrEnum):
    """Where a field's value came from."""

    OCR = "ocr"
    QR = "qr"
    MRZ = "mrz"
    HANDWRITING = "handwriting"
    """It stands there in handwriting, which is never read: the field has no value, and its box shows a person where."""
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a master page, in that page's pixels; the origin is the top left corner.

    Attributes:
        x, y: Top left corner. width, height: Size, each at least 0.
    """

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column to the right of the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below the box."""
        return self.y + self.height

    def union(self, other: "Box") -> "Box":
        """Return the smallest box around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)


@dataclass(frozen=True, slots=True)
class Field:
    """One piece of data read from a paper, with its evidence.

    Attributes:
        key: Its name in the paper type's declaration.
        value: Canonical text of the typed value (dates ISO 8601, numbers bare digits); ``None`` if ``raw`` does not
            parse.
        raw: The characters as read.
        page: Page number from 1; ``None`` for a value typed by a person.
        box: Where on the master page, in pixels.
        confidence: 0 to 1.
        source: How it was read.
        second_raw: What another engine read in the same place, asked because the first was in doubt; empty if it made
            out nothing, ``None`` if it was not asked. Of a date written by hand: the day that the paper's digital
            signature prints, a hint for whoever reads it. The value never comes from it.
    """

    key: str
    value: str | None
    raw: str
    page: int | None
    box: Box | None
    confidence: float
    source: FieldSource = FieldSource.OCR
    second_raw: str | None = None


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A version of an object in the object store.

    Attributes:
        key: Its key. version: The store's version identifier. sha256: Lower-case hex. size: Bytes.
        media_type: E.g. ``application/pdf``.
    """

    key: str
    version: str
    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a paper waits for that is under way: a part of ours that is away.

    Attributes:
        code: Stable code of the error. text, text_en: What is away, in both languages.
        since: When it first was missed, UTC. tries: How often, at least 1. retry_at: When it is tried again, UTC.
    """

    code: str
    text: str
    text_en: str
    since: dt.datetime
    tries: int
    retry_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Setback:
    """What went wrong last with a paper that is under way or failed; its next state that is not a failure ends it.

    Attributes:
        step: Of the pipeline, where it happened. trace: Of that run, as the logs have it.
        losses: Workers that ended in that step one after the other, 0 if none did. at: UTC.
    """

    step: str
    trace: str
    losses: int
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Paper:
    """One digitized paper.

    Attributes:
        id: Its identifier. batch: The batch it came in. name: Name of the file it came as.
        state: Where it stands. owner: Whose it is; ``None`` until known.
        co_owners: Whose it is besides, as the other spouse of a marriage certificate: found as theirs too, kept once,
            in the owner's folder.
        kind: Component or result. paper_type: Code in the catalogue; ``None`` before classification.
        type_confidence: Of the classification, 0 to 1.
        agency: The digitizing agency. dossier, procedure: What it was handed in for.
        original: The bytes as received. sealed: The sealed PDF, once stored.
        page_count: Pages after splitting, once stored those of the sealed file. hidden_pages: Numbers of the scan's
            pages that the sealed file leaves out, rising: empty ones and separator sheets.
        fields: What was read. checks: What was found doubtful.
        verdict: Of the sealed file's signatures, or of the signatures it arrived with, as last verified.
        signed_origin: It arrived signed and is kept bit-exact.
        grade: What it is worth as a source; ``None`` before that is known: when a signed file is checked, when a scan
            is stored.
        title: One line for lists (document kind and subject), no personal data beyond the paper's own title.
        issued_on, valid_until: From the fields and the type's validity rule; ``valid_until`` ``None`` means permanent
            once stored.
        created_at, confirmed_at, stored_at: Moments, UTC. confirmed_by: Name of the person.
        protected_until: The first moment at which the sealed file alone can no longer be proven, unless it is renewed
            before, UTC; ``None`` if that is not known.
        reading_version: Which reading the fields are of: 1 is what was confirmed, a higher one was accepted later.
        problem: Stable error code for rejected, quarantined and failed papers. duplicate_of: The paper that came first.
        split_from: The scan of several papers that this one was part of. parts: The papers a split scan became, in the
            order of its pages; parts that were joined again are left out, what they became stands there. split_by,
            split_at: Name of the person who split it, and when, UTC.
        joined_into: The paper that this part and others of its scan became. joined_by, joined_at: Name of the person
            who joined them, and when, UTC.
        handed_over_at: When a result was given to its owner by itself, apart from its dossier's others, UTC.
        superseded_by: The paper that took its place.
        waiting: What it waits for while it is received or confirmed; the catalogue keeps it apart from the rest.
        lane: Whether it goes before others.
        setback: What went wrong with it; the catalogue keeps it apart from the rest.
        code: ``<owner number>.<paper type>.<running number>``, given once, when the paper is stored (decree 107/2021
            art. 21a); it holds the owner's number, so it belongs in no log line, URL or object key.
    """

    id: PaperId
    batch: str
    name: str
    state: PaperState
    created_at: dt.datetime
    original: StoredObject
    owner: Owner | None = None
    co_owners: tuple[Owner, ...] = ()
    kind: PaperKind = PaperKind.COMPONENT
    paper_type: str | None = None
    type_confidence: float | None = None
    agency: AgencyCode | None = None
    dossier: DossierNumber | None = None
    procedure: ProcedureCode | None = None
    sealed: StoredObject | None = None
    page_count: int | None = None
    hidden_pages: tuple[int, ...] = ()
    fields: tuple[Field, ...] = ()
    checks: tuple[Finding, ...] = ()
    verdict: Verdict | None = None
    signed_origin: bool = False
    grade: SourceGrade | None = None
    title: str | None = None
    issued_on: dt.date | None = None
    valid_until: dt.date | None = None
    confirmed_by: str | None = None
    confirmed_at: dt.datetime | None = None
    stored_at: dt.datetime | None = None
    protected_until: dt.datetime | None = None
    reading_version: int = 1
    problem: str | None = None
    duplicate_of: PaperId | None = None
    code: str | None = None
    split_from: PaperId | None = None
    parts: tuple[PaperId, ...] = ()
    split_by: str | None = None
    split_at: dt.datetime | None = None
    joined_into: PaperId | None = None
    joined_by: str | None = None
    joined_at: dt.datetime | None = None
    handed_over_at: dt.datetime | None = None
    superseded_by: PaperId | None = None
    waiting: Waiting | None = None
    lane: Lane = Lane.COUNTER
    setback: Setback | None = None

    def field(self, key: str) -> Field | None:
        """Return the field named ``key``, if the paper has it."""
        return next((f for f in self.fields if f.key == key), None)
