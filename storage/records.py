"""What the catalogue keeps besides papers: batches, keys, accounts, claims, verifications, events, audit entries."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from dossier.identifiers import AgencyCode, DossierNumber, PaperId, ProcedureCode
from dossier.lanes import Lane
from dossier.papers import Field, PaperState, StoredObject
from dossier.text import fold
from dossier.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class Batch:
    """Papers handed in together.

    Attributes:
        id: Chosen by the sender or by us; the same identifier with the same content is the same batch.
        station: Name of the access key it came with. operator: Name of the person at the scanner.
        employer: Whom that person works for, where it is not the agency itself.
        dossier, procedure, agency: What the papers belong to, where known.
        created_at: UTC. manifest_sha256: Hash of the sender's list of files, if one was sent.
        lane: Of its papers.
    """

    id: str
    station: str
    created_at: dt.datetime
    operator: str | None = None
    employer: str | None = None
    dossier: DossierNumber | None = None
    procedure: ProcedureCode | None = None
    agency: AgencyCode | None = None
    manifest_sha256: str | None = None
    lane: Lane = Lane.COUNTER


@dataclass(frozen=True, slots=True)
class AccessKey:
    """The right to call the API in one role; only the hash of the secret is kept.

    Attributes:
        name: Unique. role: Of the API's roles. sha256: Of the secret, lower-case hex.
        created_at, revoked_at: UTC; ``revoked_at`` ``None`` while in force.
        former_sha256: Of the secret that this one replaced, good until ``former_until``, UTC.
    """

    name: str
    role: str
    sha256: str
    created_at: dt.datetime
    revoked_at: dt.datetime | None = None
    former_sha256: str | None = None
    former_until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A person who signs in at a desk; only the hash of the password is kept.

    Attributes:
        name: To sign in with, unique among accounts and keys: it stands in the audit log.
        person: Name of the person, which stands in what the person states. role: Of the API's roles.
        password: Argon2id hash. temporary: The person must choose another one on signing in.
        created_at, closed_at: UTC; ``closed_at`` ``None`` while in force.
    """

    name: str
    person: str
    role: str
    password: str
    temporary: bool
    created_at: dt.datetime
    closed_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """That somebody has a paper in hand.

    Attributes:
        paper: Which. actor: Name of the account or key. person: Name of the person; empty if a key has it.
        until: When it ends by itself, UTC.
    """

    paper: PaperId
    actor: str
    person: str
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Queued:
    """A paper that waits for a person: what the queue shows of it, nothing of what it says.

    Attributes:
        id, name, state, paper_type, lane, dossier, pages, created_at: The paper's.
        doubts: How many findings ask for a person.
        claim: Who has it in hand. awaits_other: Whoever asked corrected it, so that another person must confirm it.
    """

    id: PaperId
    name: str
    state: PaperState
    paper_type: str | None
    lane: Lane
    dossier: DossierNumber | None
    pages: int | None
    doubts: int
    created_at: dt.datetime
    claim: Claim | None = None
    awaits_other: bool = False


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Who corrects or confirms a paper.

    Attributes:
        person: Name of the person. account: Under which the person is signed in; ``None`` with a key.
    """

    person: str
    account: str | None = None

    def is_same(self, other: "Reviewer") -> bool:
        """Whether both are one person: by account where both have one, else by name."""
        if self.account and other.account:
            return self.account == other.account
        return fold(self.person) == fold(other.person)


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person made of a field, or of the paper: its type, its owner.

    Attributes:
        paper: Which. paper_type: What it was taken for. key: Of the field.
        read: The field as it was read; ``None`` if nothing was.
        corrected: What the person says stands there: canonical text of the typed value.
        person: Name of the person. at: UTC. account: Of the person, if signed in under one.
    """

    paper: PaperId
    paper_type: str
    key: str
    read: Field | None
    corrected: str
    person: str
    at: dt.datetime
    account: str | None = None

    @property
    def is_change(self) -> bool:
        """Whether it says something else than stood there before."""
        return ((self.read and self.read.value) or "") != self.corrected


class Occasion(StrEnum):
    """Why the signatures of a paper were verified."""

    INTAKE = "intake"
    """It arrived signed."""
    SEAL = "seal"
    """It was sealed here a moment before."""
    DEMAND = "demand"
    """Somebody asked."""


@dataclass(frozen=True, slots=True)
class Verification:
    """One verification of a paper's signatures; it is kept as it was, whatever later ones say.

    Attributes:
        at: The moment for which it was made, UTC. occasion: Why.
        verdict: What came of it. file_sha256: Of the file that was verified, lower-case hex.
        trust_sha256: Which anchors were believed: see ``signing.material.trust_hash``.
        report: In the object store: the whole report, and which certificates and revocation data it rests on.
    """

    paper: PaperId
    at: dt.datetime
    occasion: Occasion
    verdict: Verdict
    file_sha256: str
    trust_sha256: str
    report: StoredObject


@dataclass(frozen=True, slots=True)
class Event:
    """Something other systems are told, kept in the transaction that made it so.

    Attributes:
        kind: E.g. ``"paper.stored"``. paper: The paper it happened to; ``None`` if it happened to something else.
        at: UTC. payload: No personal data.
        id: Rises in the order of the transactions, from 1; 0 before it is kept.
        about: What it happened to, kind and identifier, as ``"dossier:H15.50.05.13-261008-0975"``; empty for a paper.
    """

    kind: str
    paper: PaperId | None
    at: dt.datetime
    payload: Mapping[str, str] = field(default_factory=dict)
    id: int = 0
    about: str = ""

    @property
    def subject(self) -> str:
        """What it happened to, whatever that is: ``about``, or the paper as ``"paper:3f9k2m7x8c4v5b6n"``."""
        return self.about or f"paper:{self.paper}"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which thing, chained to the entry before.

    Attributes:
        seq: From 1, without gaps. prev_hash: ``hash`` of entry ``seq - 1``; 64 zeros for the first.
        actor: Name of an access key, a worker or a named person. action: E.g. ``"paper.confirmed"``.
        object: Kind and identifier, e.g. ``"paper:3f9k2m7x8c4v5b6n"``. at: UTC. detail: No personal data.
        hash: SHA-256 over all of the above, lower-case hex; see ``storage.audit_log.audit``.
    """

    seq: int
    prev_hash: str
    actor: str
    action: str
    object: str
    at: dt.datetime
    detail: Mapping[str, str]
    hash: str
