"""What the catalogue keeps and tells of owners: statements about their numbers, and what is known under these."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from dossier.errors import InvalidValue
from dossier.identifiers import OwnerNumber, PaperId
from dossier.owners import Contradiction
from dossier.papers import PaperState


class Source(StrEnum):
    """Who says that two numbers are one owner's."""

    PERSON = "person"
    QR = "qr"


@dataclass(frozen=True, slots=True)
class Statement:
    """Why numbers are merged, or no longer.

    Attributes:
        person: Name of the person who answers for it. reason: In words. paper: The evidence, if there is some.
    """

    person: str
    reason: str
    paper: PaperId | None = None

    def __post_init__(self) -> None:
        for key, value in (("by", self.person), ("reason", self.reason)):
            if not value.strip():
                raise InvalidValue(key=key, reason="nothing is written", reason_vi="chưa ghi gì")


@dataclass(frozen=True, slots=True)
class Split:
    """A merge taken back, or a refused one turned down.

    Attributes:
        at: UTC. actor: Who told us. person: Who answers for it. reason: In words.
    """

    at: dt.datetime
    actor: str
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class Merge:
    """A statement that two numbers are one owner's.

    Attributes:
        serial: Its number. first, second: The two. source: Who says so. at: UTC. actor: Who told us.
        person, reason: Who answers for it, and why, if a person does. paper: The evidence, if there is some.
        forced: Though it contradicts what is known. refused: Why it is not followed. split: How it was taken back.
    """

    serial: int
    first: OwnerNumber
    second: OwnerNumber
    source: Source
    at: dt.datetime
    actor: str
    person: str | None
    reason: str | None
    paper: PaperId | None
    forced: bool
    refused: Contradiction | None
    split: Split | None

    @property
    def in_force(self) -> bool:
        """Whether the two numbers are one owner's by it."""
        return self.refused is None and self.split is None


@dataclass(frozen=True, slots=True)
class KnownNumber:
    """One number of an owner.

    Attributes:
        number: The number. since: When the first paper or statement with it came, UTC. names: As papers give them.
    """

    number: OwnerNumber
    since: dt.datetime | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownOwner:
    """What is known of an owner.

    Attributes:
        serial: Of the row that stands for the owner. numbers: All, the longest known first.
        history: Every merge one of the numbers is in, the oldest first, those taken back among them.
        papers: How many by paper type and state, shared ones among them.
    """

    serial: int
    numbers: tuple[KnownNumber, ...]
    history: tuple[Merge, ...]
    papers: tuple[tuple[str | None, PaperState, int], ...]
