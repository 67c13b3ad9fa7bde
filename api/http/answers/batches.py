"""Batches and their files."""

from api.http.answers.base import Answer
from dossier.lanes import Lane
from dossier.papers import PaperState
from ingest.intake.receipts import Outcome
from ingest.intake.twins import How


class Batch(Answer):
    """Một lô. / A batch."""

    id: str
    station: str
    operator: str | None
    employer: str | None
    dossier: str | None
    procedure: str | None
    created_at: str
    lane: Lane


class Twin(Answer):
    """Giấy tờ dùng lại được đã có trong kho. / A paper of the store that a file seems to be another scan of."""

    paper: str
    paper_type: str | None
    issued_on: str | None
    valid_until: str | None
    how: How


class AnnouncedFile(Answer):
    """Một tệp đã khai báo và giấy tờ có thể dùng lại thay nó. / An announced file, and what can be used instead."""

    name: str
    twins: list[Twin]


class AnnouncedBatch(Batch):
    """Một lô vừa khai báo. / A batch as announced."""

    files: list[AnnouncedFile]


class KeptComponent(Answer):
    """Một thành phần hồ sơ. / A component; ``in_store``: a paper of the owner's that can be used again is there."""

    code: str
    name: str
    name_en: str
    in_store: bool
    issued_on: str | None


class KeptComponents(Answer):
    """Thành phần hồ sơ của một thủ tục. / The components of a procedure."""

    components: list[KeptComponent]


class BatchPage(Answer):
    """Một trang danh sách; ``next`` là tham số ``before`` tiếp theo. / A page of a list, newest first."""

    batches: list[Batch]
    next: str | None


class BatchFile(Answer):
    """Một tệp đã khai báo. / An announced file; ``paper`` is what it became or duplicates, null until it was sent.

    ``problem`` không kèm ``paper``: tệp bị từ chối. / ``problem`` without ``paper``: the file was refused.

    ``parts``: các giấy tờ được tách ra. / The papers it was split into.
    """

    name: str
    paper: str | None
    state: PaperState | None
    problem: str | None
    duplicate: bool
    parts: list[str]


class BatchState(Batch):
    """Một lô và trạng thái từng tệp. / A batch and where each of its files stands."""

    files: list[BatchFile]


class Receipt(Answer):
    """Biên nhận một tệp. / Receipt of a file; ``duplicate``: these very bytes were there already."""

    name: str
    paper: str
    state: PaperState
    duplicate: bool
    sha256: str
    size: int
    twins: list[Twin]


class ReceiptLine(Answer):
    """Một tệp trong biên nhận. / A file in a receipt; ``problem`` says why it was refused."""

    name: str
    outcome: Outcome
    sha256: str | None
    size: int | None
    paper: str | None
    problem: str | None


class BatchReceipt(Answer):
    """Biên nhận của một lô đã chốt. / The receipt of a closed batch; the signed one is at ``GET``."""

    batch: str
    station: str
    operator: str | None
    employer: str | None
    dossier: str | None
    agency: str
    manifest_sha256: str | None
    closed_at: str
    files: list[ReceiptLine]
