"""Owners: their numbers, merges and splits of these, and who read their papers."""

from typing import Literal

from api.http.answers.base import Answer
from dossier.owners import Contradiction
from dossier.papers import PaperState
from storage.people.owner_records import Source


class CardOwner(Answer):
    """Số và tên trong mã QR. / Number and name that the code of an identity card says."""

    number: str
    name: str


class Number(Answer):
    """Một số định danh. / One number of an owner."""

    number: str
    kind: Literal["citizen_number", "old_identity_number", "tax_code", "passport_number"]


class KnownNumber(Number):
    """Số định danh, có từ khi nào, các tên đã ghi. / A number, since when it is known, names papers give with it."""

    since: str | None
    names: list[str]


class Split(Answer):
    """Lần tách. / How a merge was taken back."""

    at: str
    actor: str
    by: str
    reason: str


class Merge(Answer):
    """Lần gộp hai số; ``refused``: chưa gộp vì mâu thuẫn. / A merge; ``refused``: why it waits for a person."""

    merge: int
    numbers: list[Number]
    source: Source
    at: str
    actor: str
    by: str | None
    reason: str | None
    paper: str | None
    forced: bool
    refused: Contradiction | None
    split: Split | None


class Merges(Answer):
    """Các lần gộp. / Merges."""

    merges: list[Merge]


class PaperCount(Answer):
    """Số giấy tờ theo loại và trạng thái. / How many papers of a type are in a state."""

    paper_type: str | None
    state: PaperState
    count: int


class Read(Answer):
    """Một lần xem; ``paper`` là ``null`` khi xem thông tin chủ. / One reading; no ``paper``: of what is known.

    ``person``: họ tên người có tài khoản ``consumer``. / The person whose account ``consumer`` is, if it is one.
    """

    at: str
    paper: str | None
    paper_type: str | None
    consumer: str
    role: str | None
    person: str | None
    action: str
    purpose: str | None
    dossier: str | None


class Reads(Answer):
    """Ai đã xem giấy tờ của một chủ. / Who read an owner's papers."""

    reads: list[Read]


class ReadPaper(Answer):
    """Giấy tờ đã được xem. / A paper that was read."""

    paper: str
    paper_type: str | None


class OwnReadsGroup(Answer):
    """Các lần xem của cùng một nơi, cùng mục đích. / Readings by the same consumer for the same purpose and dossier.

    ``consumer`` là ``null`` khi người xem là cán bộ. / No ``consumer``: an officer, of whom only the role is told.
    """

    consumer: str | None
    role: str | None
    action: str
    purpose: str | None
    dossier: str | None
    times: int
    first_at: str
    last_at: str
    papers: list[ReadPaper]


class OwnReads(Answer):
    """Ai đã xem giấy tờ của chủ đang hỏi; ``more``: còn nữa. / Who read the papers of the owner who asks."""

    reads: list[OwnReadsGroup]
    more: bool


class KnownOwner(Reads):
    """Điều đã biết về một chủ. / What is known of an owner."""

    numbers: list[KnownNumber]
    history: list[Merge]
    papers: list[PaperCount]
