"""The audit log and the status list, as they were found."""

from api.http.answers.base import Answer
from api.http.answers.papers import Check
from dossier.papers import PaperState
from dossier.standing import Reason
from dossier.verdicts import Verdict


class OpenStamp(Answer):
    """Một dấu thời gian chưa chứng minh được. / A time stamp neither proven nor refuted: of which entry, and why."""

    entry: int
    findings: str


class WholeLog(Answer):
    """Nhật ký nguyên vẹn. / A log found whole; ``stamped``: the last entry under a proven time stamp, 0: none.

    ``unanchored``: số mục cuối chưa có gì trong kho chứng minh. / Entries at its end that nothing kept tells of yet.
    """

    entries: int
    head: str
    anchored: int
    segmented: int
    stamped: int
    proven_at: str | None
    stamps: int
    unanchored: int
    unanchored_since: str | None
    open: list[OpenStamp]


class LogBreak(Answer):
    """Chỗ nhật ký bị sửa. / Where the log is not what it was; ``after``, ``before``: the anchors around it, 0: none."""

    code: str
    seq: int | None
    after: int | None
    before: int | None
    text: str
    text_en: str


class LogCheck(Answer):
    """Kết quả kiểm tra nhật ký: nguyên vẹn hoặc bị sửa. / One of both is ``null``."""

    checked_at: str
    whole: WholeLog | None
    broken: LogBreak | None


class ListedFile(Answer):
    """Một phiên bản tệp của giấy tờ trong danh sách. / What the list says of a version; ``state`` null: nothing."""

    sha256: str
    state: PaperState | None
    since: str | None
    reason: Reason | None
    successor: str | None


class StatusListCheck(Answer):
    """Danh sách tình trạng mới nhất. / The newest status list; ``files``: of the paper asked for, else ``null``."""

    verdict: Verdict
    number: int | None
    agency: str | None
    signer: str | None
    made_at: str | None
    next_at: str | None
    checked_at: str
    findings: list[Check]
    entries: dict[PaperState, int]
    files: list[ListedFile] | None
