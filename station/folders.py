"""The folders of a station: what was scanned, what is being sent, what arrived and what did not.

::

    scanning/  pages that the agent itself fetches from a network scanner, until its feeder is empty
    inbox/     the scanner writes here: files, or a folder for each dossier, with a ticket in it or without
    sending/   taken from the inbox, one folder a batch, named by the batch's identifier
    done/      arrived, with the receipt
    failed/    did not, with the reason

A batch's folder goes from one to the next by being renamed, so that a station stopped anywhere finds each batch in
exactly one place. Nothing is ever deleted but what has a receipt, oldest first, once ``done`` has grown too large.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TICKET = "ticket.json"
"""What a dossier's folder may hold beside scans: what the service is to be told of them."""
ANNOUNCED = ".announced.json"
RECEIPT, SIGNED_RECEIPT, REASON = "bien-nhan.json", "bien-nhan.p7m", "ly-do.txt"
_OURS = frozenset({ANNOUNCED, RECEIPT, SIGNED_RECEIPT, REASON})
_NOT_SCANS = frozenset({"thumbs.db", "desktop.ini", TICKET})
_UNFINISHED = (".tmp", ".part", ".partial", ".crdownload")
_TICKET_MEMBERS = frozenset({
    "dossier", "procedure", "agency", "operator", "employer", "on_the_spot", "backlog", "papers",
})  # fmt: skip
_FOR_EACH = ("owner_number", "owner_name", "paper_type", "kind", "confirmed_by", "copy_form", "despite_twin", "collate")
_BLOCK = 1024 * 1024


class TicketWrong(Exception):
    """A ticket that cannot be followed; the text says why, Vietnamese first."""


@dataclass(frozen=True)
class Scan:
    """A file of a batch.

    Attributes:
        path: Where it is. name: What the service knows it as: a number, since a scan's own name may tell a person's.
    """

    path: Path
    name: str


@dataclass
class Station:
    """A station's folders.

    Attributes:
        root: They are in here. settle_s: So long nothing may have changed before something is taken from the inbox.
        keep_bytes: Most that ``done`` may hold.
        queue_bytes: Most that waits in ``sending``: while more does, nothing is taken.
    """

    root: Path
    settle_s: float = 5.0
    keep_bytes: int = 2 * 1024**3
    queue_bytes: int = 20 * 1024**3
    _seen: dict[Path, tuple[object, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder in (self.scanning, self.inbox, self.sending, self.done, self.failed):
            folder.mkdir(parents=True, exist_ok=True)

    @property
    def scanning(self) -> Path:
        """What comes out of a network scanner."""
        return self.root / "scanning"

    @property
    def has_room(self) -> bool:
        """Whether more may be taken: what waits to be sent has not reached its limit."""
        return _size(self.sending) < self.queue_bytes

    @property
    def inbox(self) -> Path:
        """Where the scanner writes."""
        return self.root / "inbox"

    @property
    def sending(self) -> Path:
        """Batches under way."""
        return self.root / "sending"

    @property
    def done(self) -> Path:
        """Batches that arrived."""
        return self.root / "done"

    @property
    def failed(self) -> Path:
        """What was refused."""
        return self.root / "failed"

    def take(self) -> list[Path]:
        """Move what lies finished in the inbox to ``sending`` and return the new batches' folders.

        A file is finished when neither its size nor its time has changed for ``settle_s`` seconds, as seen by two
        calls; a folder, when that holds for all in it. Whatever another program still holds open stays (Windows does
        not let it be moved), and so do an empty folder, and everything while too much waits to be sent.
        """
        now, present = time.monotonic(), dict[Path, tuple[object, float]]()
        for found in sorted(self.inbox.iterdir()):
            state = _state(found)
            if not state:
                continue
            known, since = self._seen.get(found, (None, now))
            present[found] = (state, since if known == state else now)
        self._seen = present
        taken = []
        for found, (_, since) in list(present.items()):
            if now - since >= self.settle_s and self.has_room:
                with contextlib.suppress(OSError):
                    taken.append(self._take(found))
        return taken

    def _take(self, found: Path) -> Path:
        batch = self.sending / batch_name()
        if found.is_dir():
            found.rename(batch)
        else:
            batch.mkdir()
            found.rename(batch / found.name)
        del self._seen[found]
        return batch

    def batches(self) -> list[Path]:
        """Return the folders of the batches under way: those that somebody waits for first, backlog last."""
        folders = sorted(folder for folder in self.sending.iterdir() if folder.is_dir())
        present = [folder for folder in folders if (folder / ANNOUNCED).exists() or scans(folder)]
        return sorted(present, key=_turn)

    def finish(self, batch: Path, refused: dict[str, str]) -> None:
        """Move a batch out of ``sending``: what arrived to ``done``, what was refused to ``failed``.

        Args:
            batch: Its folder.
            refused: By the service's name of a file, why. Doing it again after a crash in the middle is harmless.
        """
        left = scans(batch)
        if left and all(scan.name in refused for scan in left):
            self.give_up(batch, "\n".join(f"{scan.path.name}: {refused[scan.name]}" for scan in left))
            return
        for scan in left:
            if scan.name in refused:
                self._fail(batch, scan.path, refused[scan.name])
        batch.rename(_free(self.done / batch.name))
        self._keep_few()

    def give_up(self, batch: Path, reason: str) -> None:
        """Move a whole batch that the service does not take to ``failed``."""
        (batch / ANNOUNCED).unlink(missing_ok=True)  # moved back into the inbox, it is a new batch
        (batch / REASON).write_text(f"{reason}\n", encoding="utf-8")
        batch.rename(_free(self.failed / batch.name))

    def _fail(self, batch: Path, scan: Path, reason: str) -> None:
        folder = self.failed / batch.name
        folder.mkdir(exist_ok=True)
        with (folder / REASON).open("a", encoding="utf-8") as told:
            told.write(f"{scan.name}: {reason}\n")
        scan.rename(_free(folder / scan.name))

    def _keep_few(self) -> None:
        """Delete the oldest batches with a receipt while ``done`` is too large."""
        batches = sorted(folder for folder in self.done.iterdir() if folder.is_dir())
        sizes = {batch: _size(batch) for batch in batches}
        total = sum(sizes.values())
        for batch in batches[:-1]:
            if total <= self.keep_bytes:
                return
            if (batch / SIGNED_RECEIPT).exists():
                shutil.rmtree(batch)
                total -= sizes[batch]


def batch_name() -> str:
    """Return a new batch's identifier."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(4)}"


def scans(batch: Path) -> list[Scan]:
    """Return the files of a batch in the order of their names."""
    found = sorted(path for path in batch.rglob("*") if path.is_file() and _is_scan(path))
    told = _announced(batch)
    if told is not None:  # what was refused may have been moved away meanwhile
        names = {value: key for key, value in told["files"].items()}
        return [Scan(path, names[_within(batch, path)]) for path in found if _within(batch, path) in names]
    return [Scan(path, f"{number:03}{path.suffix.lower()}") for number, path in enumerate(found, 1)]


def announcement(batch: Path) -> dict[str, Any]:
    """Return what is to be announced of a batch; made once and kept, so that it is the same each time.

    Raises:
        TicketWrong: The batch's ticket cannot be followed.
    """
    told = _announced(batch)
    if told is None:
        ticket, files = _ticket(batch), scans(batch)
        papers = [_paper(ticket, scan, _within(batch, scan.path)) for scan in files]
        body = {key: value for key, value in ticket.items() if key in _TICKET_MEMBERS - {"papers"}}
        told = {
            "files": {scan.name: _within(batch, scan.path) for scan in files},
            "body": {"batch": batch.name, **body, "papers": papers},
        }
        write(batch / ANNOUNCED, json.dumps(told, ensure_ascii=False).encode())
    body = told["body"]
    assert isinstance(body, dict)  # noqa: S101 - of our own file
    return body


def sent_as(batch: Path) -> dict[str, str]:
    """Return by the service's name of each announced file the path of the scan in its folder."""
    told = _announced(batch)
    return dict(told["files"]) if told else {}


def _announced(batch: Path) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = json.loads((batch / ANNOUNCED).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return told


def is_urgent(batch: Path) -> bool:
    """Return whether somebody waits at the counter for a batch."""
    return _turn(batch) < 0


def _turn(batch: Path) -> int:
    """Return the lower number the sooner a batch is to be sent, as its ticket says."""
    with contextlib.suppress(TicketWrong):
        ticket = _ticket(batch)
        return -1 if ticket.get("on_the_spot") else int(bool(ticket.get("backlog")))
    return 0


def _ticket(batch: Path) -> dict[str, Any]:
    # Windows knows one file by any case of its name; a share seen from elsewhere does not.
    path = next((one for one in sorted(batch.iterdir()) if one.name.lower() == TICKET), None)
    if path is None:
        return {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TicketWrong(f"{TICKET} không đọc được. / {TICKET} cannot be read: {error}") from None
    try:
        ticket = json.loads(text)
    except ValueError as error:
        raise TicketWrong(f"{TICKET} không phải JSON. / {TICKET} is no JSON: {error}") from None
    papers = ticket.get("papers", []) if isinstance(ticket, dict) else None
    if not isinstance(papers, list) or not all(isinstance(one, dict) and "name" in one for one in papers):
        raise TicketWrong(f"{TICKET} sai cấu trúc: 'papers' là danh sách có 'name'. / {TICKET}: 'papers' lists names.")
    unknown = sorted(set(ticket) - _TICKET_MEMBERS - set(_FOR_EACH))
    if unknown:
        raise TicketWrong(f"{TICKET} có mục không hiểu: {', '.join(unknown)}. / {TICKET} has unknown members.")
    there = {_plain(_within(batch, scan.path)) for scan in scans(batch)}
    missing = sorted(str(one["name"]) for one in papers if _plain(str(one["name"])) not in there)
    if missing:
        raise TicketWrong(f"Thiếu tệp nêu trong {TICKET}: {', '.join(missing)}. / Files of the ticket are missing.")
    return dict(ticket)


def _paper(ticket: dict[str, Any], scan: Scan, told_as: str) -> dict[str, Any]:
    """Return what is told of a scan: what the ticket says of it, and of all."""
    own: dict[str, Any] = next(
        (one for one in ticket.get("papers", []) if _plain(str(one["name"])) == _plain(told_as)), {}
    )
    of_all = {key: ticket[key] for key in _FOR_EACH if key in ticket}
    size, digest = 0, hashlib.sha256()
    with scan.path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return {**of_all, **own, "name": scan.name, "size": size, "sha256": digest.hexdigest()}


def write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and on the disk when this returns."""
    draft = path.with_name(f"{path.name}.tmp")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _state(found: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what changes while something is being written; nothing if there is nothing to send, or not yet."""
    files = [found] if found.is_file() else sorted(path for path in found.rglob("*") if path.is_file())
    if any(path.name.lower().endswith(_UNFINISHED) for path in files) or not any(map(_is_scan, files)):
        return ()
    try:
        return tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files)
    except OSError:
        return ()  # it is being moved or deleted


def _is_scan(path: Path) -> bool:
    name = path.name.lower()
    hidden = name.startswith((".", "~$"))
    return not hidden and name not in _NOT_SCANS and path.name not in _OURS and not name.endswith(_UNFINISHED)


def _plain(name: str) -> str:
    """Return a path within a batch as it is compared: with slashes, whatever Windows wrote, its marks composed."""
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _size(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # it is being moved or deleted
            total += path.stat().st_size if path.is_file() else 0
    return total


def _within(batch: Path, path: Path) -> str:
    return path.relative_to(batch).as_posix()


def _free(path: Path) -> Path:
    """Return ``path``, or one beside it if there is something."""
    return next(one for one in _names(path) if not one.exists())


def _names(path: Path) -> Iterator[Path]:
    yield path
    number = 2
    while True:
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
