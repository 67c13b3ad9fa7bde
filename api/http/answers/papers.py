"""A paper, and pages of papers."""

from typing import Literal

from api.http.answers.base import Answer
from dossier.lanes import Lane
from dossier.papers import FieldSource, PaperKind, PaperState, SourceGrade
from dossier.standing import Reason
from dossier.verdicts import Severity, Verdict


class Owner(Answer):
    """Chủ giấy tờ. / Whose paper it is."""

    number: str
    kind: Literal["citizen_number", "old_identity_number", "tax_code", "passport_number"]
    name: str | None


class Address(Answer):
    """Địa danh đã chuẩn hóa, tên và mã theo danh mục. / A place taken apart: what is certain, with its codes."""

    detail: str | None
    commune: str | None
    commune_code: str | None
    commune_now: str | None
    commune_now_code: str | None
    district: str | None
    district_code: str | None
    province: str | None
    province_code: str | None
    province_now: str | None
    province_now_code: str | None


class Field(Answer):
    """Một trường dữ liệu. / One field; ``box`` is x, y, width, height in pixels of the master page.

    ``second_raw``: lần đọc thứ hai khi chưa chắc. / What a second engine read where the first was in doubt.
    ``normalized``: địa danh đã chuẩn hóa. / A place, taken apart.
    """

    key: str
    value: str | None
    raw: str
    page: int | None
    box: tuple[int, int, int, int] | None
    confidence: float
    source: FieldSource
    second_raw: str | None
    normalized: Address | None


class Finding(Answer):
    """Một điều đã xem xét. / One thing that was looked at."""

    code: str
    severity: Severity
    text: str
    text_en: str


class Check(Finding):
    """Một kiểm tra của giấy tờ; ``field`` là trường liên quan. / A check of a paper, and the field it is about."""

    field: str | None


class StoredFile(Answer):
    """Tệp trong kho. / A file in the store."""

    sha256: str
    size: int
    media_type: str


class Waiting(Answer):
    """Giấy tờ đang chờ một thành phần tạm thời không dùng được. / What a paper under way waits for."""

    code: str
    text: str
    text_en: str
    since: str
    tries: int
    retry_at: str


class Setback(Answer):
    """Sự cố gần nhất khi xử lý giấy tờ. / What went wrong last with a paper that is under way or failed."""

    step: str
    trace: str
    losses: int
    at: str


class Standing(Answer):
    """Giấy tờ hết hiệu lực từ khi nào, vì sao. / Since when a paper is no longer in force, and why."""

    state: Literal["expired", "superseded", "revoked"]
    since: str
    reason: Reason
    authority: str | None
    superseded_by: str | None


class Paper(Answer):
    """Một giấy tờ đã số hóa. / One digitized paper."""

    id: str
    code: str | None
    state: PaperState
    paper_type: str | None
    type_confidence: float | None
    kind: PaperKind
    title: str | None
    owner: Owner | None
    co_owners: list[Owner]
    batch: str
    name: str
    agency: str | None
    dossier: str | None
    procedure: str | None
    pages: int | None
    hidden_pages: list[int]
    fields: list[Field]
    checks: list[Check]
    verdict: Verdict | None
    signed_origin: bool
    grade: SourceGrade | None
    issued_on: str | None
    valid_until: str | None
    created_at: str
    confirmed_by: str | None
    confirmed_at: str | None
    stored_at: str | None
    protected_until: str | None
    handed_over_at: str | None
    standing: Standing | None
    reading_version: int
    original: StoredFile | None
    sealed: StoredFile | None
    problem: str | None
    waiting: Waiting | None
    lane: Lane
    setback: Setback | None
    split_from: str | None
    parts: list[str]
    split_by: str | None
    split_at: str | None
    joined_into: str | None
    joined_by: str | None
    joined_at: str | None


class Papers(Answer):
    """Các giấy tờ. / Papers."""

    papers: list[Paper]


class PaperPage(Papers):
    """Một trang danh sách; ``next`` là tham số ``after`` tiếp theo. / A page of a list."""

    next: str | None


class HiddenPages(Answer):
    """Các trang không đưa vào bản lưu, và mọi trang có thể không lưu. / Pages left out, and all that may be."""

    hidden: list[int]
    may_be_hidden: list[int]


class ProposedPaper(Answer):
    """Một giấy tờ có vẻ nằm trong bản quét. / One paper that a scan seems to hold, and what speaks for it.

    ``dossier``: tờ phân cách phía trước ghi. / As the separator sheet before it says.
    """

    first_page: int
    pages: list[int]
    paper_type: str
    dossier: str | None
    confidence: float
    evidence: list[str]


class SplitProposal(Answer):
    """Các giấy tờ có vẻ nằm trong bản quét. / The papers that a scan seems to hold: one, if there is nothing to split.

    Trang không thuộc giấy tờ nào là tờ phân cách. / Pages of none of them are separator sheets.
    """

    proposed: list[ProposedPaper]
