"""What a report says of a paper's standing: whether it is in force, which no signature tells."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from dossier.times import iso_local


@dataclass(frozen=True, slots=True)
class ListFacts:
    """A status list that was believed.

    Attributes:
        number, agency: Its number, and the code of the agency that makes it. signer: Common name of its signer.
        made_at, next_at: When it was made, and by when there will be a newer one.
    """

    number: int
    agency: str
    signer: str
    made_at: dt.datetime
    next_at: dt.datetime

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return {
            "number": self.number,
            "agency": self.agency,
            "signer": self.signer,
            "made_at": iso_local(self.made_at),
            "next_at": iso_local(self.next_at),
        }


@dataclass(frozen=True, slots=True)
class PaperStatus:
    """Whether a paper is in force, which no signature tells.

    Attributes:
        state: ``in-force``, ``expired``, ``superseded``, ``revoked`` or ``unknown``.
        since, reason: From when on it is no longer in force, and why (`dossier.standing.Reason`).
        successor: SHA-256 of the file that took its place. of_list: The list that says so; ``None``: the store itself.
    """

    state: str
    since: dt.datetime | None = None
    reason: str | None = None
    successor: str | None = None
    of_list: ListFacts | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return {
            "state": self.state,
            "since": iso_local(self.since) if self.since else None,
            "reason": self.reason,
            "successor": self.successor,
            "list": self.of_list.to_json() if self.of_list else None,
        }
