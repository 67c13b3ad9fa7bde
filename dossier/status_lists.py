"""Status lists: which files of a store are no longer in force, as lines of text that one signature covers.

By their hashes alone, so that whoever holds a file can look it up and nobody else learns anything. UTF-8, every line
ended by one line feed (0A), the parts of a line parted by one space::

    SOHOA STATUS LIST 1
    number 42
    agency H41.99
    seal Trung tâm Phục vụ hành chính công
    made 2026-11-29T12:00:00Z
    next 2026-12-02T12:00:00Z
    changes 57
    entries 2

    03ac67…  superseded 2026-11-21T02:15:04Z later-version 9f86d0…
    5e8848…  revoked 2026-11-01T17:00:00Z withdrawn -

One ``seal`` line or more: the common names of the certificates whose papers the list speaks for. After the empty line
an entry each: SHA-256 of a version of the file (64 lower-case hexadecimal digits), ``expired``, ``superseded`` or
``revoked``, since when, the reason (:class:`dossier.standing.Reason`), and of what was superseded the SHA-256 of the
file that took its place, else ``-``; in ascending order, no hash twice. Moments are UTC, to the second.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from dossier.errors import DamagedFile, SohoaError
from dossier.identifiers import AgencyCode
from dossier.papers import PaperState
from dossier.standing import ENDED, Reason

MAGIC = "SOHOA STATUS LIST 1"
MEDIA_TYPE = "application/pkcs7-mime"
"""Of a signed list (RFC 8551)."""
_MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_HASH = r"[0-9a-f]{64}"
_STATES, _REASONS = "|".join(sorted(ENDED)), "|".join(Reason)
_ENTRY = re.compile(rf"({_HASH}) ({_STATES}) ({_MOMENT}) ({_REASONS}) ({_HASH}|-)")
_HEAD = re.compile(
    rf"{MAGIC}\nnumber ([1-9][0-9]{{0,11}})\nagency (\S+)\n((?:seal [^\n]+\n)+)"
    rf"made ({_MOMENT})\nnext ({_MOMENT})\nchanges ([0-9]{{1,18}})\nentries ([0-9]{{1,12}})\n\n"
)


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """That a file is no longer in force.

    Attributes:
        sha256: Of the file, lower-case hex. state: One of ``ENDED``. since: From when on, UTC, to the second.
        reason: Why. successor: SHA-256 of the file that took its place.
    """

    sha256: str
    state: PaperState
    since: dt.datetime
    reason: Reason
    successor: str | None = None


@dataclass(frozen=True)
class StatusList:
    """A list, whoever signed it.

    Attributes:
        number: From 1, one higher each time. agency: Who makes it. seals: Common names whose papers it speaks for.
        made_at, next_at: When it was made, and by when there will be a newer one; UTC, to the second.
        changes: Serial number, in the store, of the last change it knows.
        entries: In ascending order of their hashes.
    """

    number: int
    agency: AgencyCode
    seals: tuple[str, ...]
    made_at: dt.datetime
    next_at: dt.datetime
    changes: int
    entries: tuple[StatusEntry, ...]

    @cached_property
    def by_hash(self) -> dict[str, StatusEntry]:
        """The entries by the files' SHA-256."""
        return {entry.sha256: entry for entry in self.entries}

    def dump(self) -> bytes:
        """Return the list as bytes, in the one way there is."""
        return "".join(self._lines()).encode()

    def _lines(self) -> Iterator[str]:
        yield f"{MAGIC}\nnumber {self.number}\nagency {self.agency}\n"
        yield from (f"seal {one_line(name)}\n" for name in self.seals)
        yield f"made {_text(self.made_at)}\nnext {_text(self.next_at)}\n"
        yield f"changes {self.changes}\nentries {len(self.entries)}\n\n"
        for entry in self.entries:
            what = f"{entry.sha256} {entry.state.value} {_text(entry.since)} {entry.reason.value}"
            yield f"{what} {entry.successor or '-'}\n"


def one_line(name: str) -> str:
    """Return a name as a line of a list has it."""
    return " ".join(name.split())


def sorted_entries(entries: Iterable[StatusEntry]) -> tuple[StatusEntry, ...]:
    """Return entries in the order of a list; of several on one file the weightiest, and of these the first."""
    weight = (PaperState.REVOKED, PaperState.SUPERSEDED, PaperState.EXPIRED)
    found: dict[str, StatusEntry] = {}
    for entry in sorted(entries, key=lambda e: (e.sha256, weight.index(e.state), e.since)):
        found.setdefault(entry.sha256, entry)
    return tuple(found.values())


def parse_status_list(data: bytes) -> StatusList:
    """Return the list that ``data`` is.

    Raises:
        DamagedFile: It is none, to the last byte.
    """
    try:
        found = _parsed(data.decode())
    except DamagedFile:
        raise
    except (ValueError, SohoaError):
        raise DamagedFile(reason="it is no status list") from None
    if found.dump() != data or any(one.sha256 >= other.sha256 for one, other in pairwise(found.entries)):
        raise DamagedFile(reason="it is not written as status lists are, or its entries are not in order")
    return found


def _parsed(text: str) -> StatusList:
    head = _HEAD.match(text)
    if head is None:
        raise DamagedFile(reason="its head is not that of a status list")
    number, agency, seals, made, following, changes, _ = head.groups()
    return StatusList(
        int(number),
        AgencyCode(agency),
        tuple(line.removeprefix("seal ") for line in seals.splitlines()),
        dt.datetime.fromisoformat(made),
        dt.datetime.fromisoformat(following),
        int(changes),
        tuple(_entry(line) for line in text[head.end() :].split("\n")[:-1]),
    )


def _entry(line: str) -> StatusEntry:
    found = _ENTRY.fullmatch(line)
    if found is None:
        raise DamagedFile(reason="one of its lines is no entry")
    sha256, state, since, reason, successor = found.groups()
    return StatusEntry(
        sha256,
        PaperState(state),
        dt.datetime.fromisoformat(since),
        Reason(reason),
        None if successor == "-" else successor,
    )


def _text(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"
