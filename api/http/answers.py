"""The answers' shapes, for the OpenAPI document. ``api.shapes`` makes them; one that differs is an error of ours."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from api.http.access import Role
from dossier.papers import FieldSource, PaperKind, PaperState, SourceGrade
from dossier.verdicts import Severity, Verdict
from ingest.measures import Colour, Side
from ingest.quality import Advice
from signing.trust import TrustClass
from storage.records import Occasion

Indication = Literal["TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"]
"""ETSI EN 319 102-1, clause 5.1.3."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Owner(_Answer):
    """Chủ giấy tờ. / Whose paper it is."""

    number: str
    kind: Literal["citizen_number", "old_identity_number", "tax_code", "passport_number"]
    name: str | None


class Address(_Answer):
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


class Field(_Answer):
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


class Finding(_Answer):
    """Một điều đã xem xét. / One thing that was looked at."""

    code: str
    severity: Severity
    text: str
    text_en: str


class Check(Finding):
    """Một kiểm tra của giấy tờ; ``field`` là trường liên quan. / A check of a paper, and the field it is about."""

    field: str | None


class StoredFile(_Answer):
    """Tệp trong kho. / A file in the store."""

    sha256: str
    size: int
    media_type: str


class Waiting(_Answer):
    """Giấy tờ đang chờ một thành phần tạm thời không dùng được. / What a paper under way waits for."""

    code: str
    text: str
    text_en: str
    since: str
    tries: int
    retry_at: str


class Paper(_Answer):
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
    reading_version: int
    original: StoredFile | None
    sealed: StoredFile | None
    problem: str | None
    waiting: Waiting | None
    split_from: str | None
    parts: list[str]
    split_by: str | None
    split_at: str | None


class RenewalMonth(_Answer):
    """Số giấy tờ và hồ sơ bằng chứng hết giá trị chứng minh trong tháng. / What ends in one month."""

    month: str | None
    papers: int
    signed_origin: int
    records: int


class RenewalCalendar(_Answer):
    """Lịch gia hạn. / In which month how much must have been renewed."""

    months: list[RenewalMonth]


class Papers(_Answer):
    """Các giấy tờ. / Papers."""

    papers: list[Paper]


class PaperPage(Papers):
    """Một trang danh sách; ``next`` là tham số ``after`` tiếp theo. / A page of a list."""

    next: str | None


class ProposedPaper(_Answer):
    """Một giấy tờ có vẻ nằm trong bản quét. / One paper that a scan seems to hold, and what speaks for it."""

    first_page: int
    pages: list[int]
    paper_type: str
    confidence: float
    evidence: list[str]


class SplitProposal(_Answer):
    """Các giấy tờ có vẻ nằm trong bản quét. / The papers that a scan seems to hold: one, if there is nothing to split.

    Trang không thuộc giấy tờ nào là tờ phân cách. / Pages of none of them are separator sheets.
    """

    proposed: list[ProposedPaper]


class ReusablePaper(_Answer):
    """Giấy tờ dùng lại được; ``file`` là địa chỉ tệp. / A reusable paper and the address of its file."""

    id: str
    code: str | None
    paper_type: str | None
    kind: PaperKind
    title: str | None
    owner: Owner | None
    co_owners: list[Owner]
    agency: str | None
    pages: int | None
    fields: list[Field]
    verdict: Verdict | None
    grade: SourceGrade | None
    issued_on: str | None
    valid_until: str | None
    stored_at: str | None
    reading_version: int
    sealed: StoredFile | None
    file: str


class ReusablePapers(_Answer):
    """Kết quả tra cứu. / What a lookup found."""

    papers: list[ReusablePaper]


class Batch(_Answer):
    """Một lô. / A batch."""

    id: str
    station: str
    operator: str | None
    dossier: str | None
    procedure: str | None
    created_at: str


class BatchPage(_Answer):
    """Một trang danh sách; ``next`` là tham số ``before`` tiếp theo. / A page of a list, newest first."""

    batches: list[Batch]
    next: str | None


class BatchFile(_Answer):
    """Một tệp đã khai báo. / An announced file; ``paper`` is what it became or duplicates, null until it was sent.

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


class Receipt(_Answer):
    """Biên nhận một tệp. / Receipt of a file; ``duplicate``: these very bytes were there already."""

    name: str
    paper: str
    state: PaperState
    duplicate: bool
    sha256: str
    size: int


class Certificate(_Answer):
    """Một chứng thư số. / What a certificate says of itself; ``unit`` is the managing unit."""

    subject: str
    unit: str
    issuer: str
    serial: str
    sha256: str
    valid_from: str
    valid_until: str


class RevocationEvidence(_Answer):
    """Bằng chứng thu hồi đã dùng cho một chứng thư số. / The evidence that speaks for ``certificate`` (SHA-256)."""

    certificate: str
    says: Literal["good", "revoked"]
    kind: Literal["CRL", "OCSP"]
    issuer: str
    this_update: str
    next_update: str | None
    sha256: str
    source: Literal["DSS", "signature", "trust", "online"]
    url: str | None


class TimeStamp(_Answer):
    """Một dấu thời gian. / A time stamp over a signature; ``counts``: whether it proves its moment."""

    moment: str
    authority: str
    place: Literal["signature", "document"]
    counts: bool
    sha256: str


class LaterChange(_Answer):
    """Một thay đổi sau khi ký; ``by``: ai đã ký phiên bản đó. / A change after a signature, and who signed for it."""

    kind: str
    revision: int
    by: str | None
    text: str
    text_en: str


class Signature(_Answer):
    """Một chữ ký và kết luận về nó. / One signature and what was found of it."""

    field: str
    verdict: Verdict
    indication: Indication
    sub_indication: str | None
    signer: str
    unit: str
    issuer: str
    trust_class: TrustClass | None
    integrity: str
    coverage: str
    changes_after: str
    changes: list[LaterChange]
    signing_time: str | None
    proven_time: str | None
    algorithm: str
    strength: Literal["strong", "legacy", "weak", "unknown"]
    profile: str
    certificate: Certificate | None
    chain: list[Certificate]
    revocation: list[RevocationEvidence]
    timestamps: list[TimeStamp]
    stamp_text: str | None
    findings: list[Finding]


class Anchor(_Answer):
    """Một chứng thư số gốc được tin cậy. / A certificate believed without proof, and as what."""

    subject: str
    sha256: str
    trust_class: TrustClass


class Fetch(_Answer):
    """Một lần tải qua mạng. / One request to the network."""

    url: str
    kind: Literal["issuer", "CRL", "OCSP"]
    outcome: Literal["fetched", "refused", "failed", "unusable"]


class Verification(_Answer):
    """Kết luận về một tệp; ``file`` là mã băm SHA-256. / The verdict on a file, named by its SHA-256."""

    file: str
    verdict: Verdict
    indication: Indication
    sub_indication: str | None
    sha256: str | None
    size: int | None
    checked_at: str | None
    anchors: list[Anchor]
    online: bool
    fetched: list[Fetch]
    findings: list[Finding]
    signatures: list[Signature]


class Verifications(_Answer):
    """Các kết luận. / Verdicts; ``version`` of their form."""

    version: int
    files: list[Verification]


class Change(_Answer):
    """Điều mới thấy hoặc không còn thấy so với lần trước. / What was found and was not before, or the other way round.

    ``field``: chữ ký liên quan. / The signature it is about; null: the file.
    """

    field: str | None
    appeared: bool
    finding: Finding


class KeptVerification(_Answer):
    """Một lần kiểm tra chữ ký số đã lưu. / A kept verification of a paper's signatures.

    ``trust``: mã băm tập chứng thư gốc tin cậy. / Hash of the set of anchors that were believed.
    ``report``: báo cáo như khi được lập. / The report as it was made then, with the members it had then.
    """

    at: str
    occasion: Occasion
    verdict: Verdict
    verdict_before: Verdict | None
    changes: list[Change]
    file: str
    trust: str
    kept: StoredFile
    report: dict[str, Any]


class KeptVerifications(_Answer):
    """Các lần kiểm tra, cũ trước. / Verifications, oldest first."""

    verifications: list[KeptVerification]


class Measures(_Answer):
    """Các số đo của một trang. / What was measured on a page."""

    dpi: int
    width_mm: float
    height_mm: float
    colour: Colour
    effective_dpi: int
    enlarged: float
    edge_px: float | None
    contrast: float | None
    paper: int
    burnt: float
    shadow: float
    cut_off: list[Side]
    skew_deg: float
    rotation: Literal[0, 90, 180, 270]
    photographed: bool
    blank: bool


class PageQuality(_Answer):
    """Chất lượng một trang. / How good a page is, why, and what was measured."""

    page: int
    advice: Advice
    reasons: list[Finding]
    measures: Measures


class FileQuality(_Answer):
    """Chất lượng một tệp: ``rescan`` nếu có trang phải quét lại. / How good a file's pages are."""

    file: str
    advice: Advice
    pages: list[PageQuality]


class Event(_Answer):
    """Một sự kiện. / Something that happened to a paper."""

    id: int
    kind: str
    paper: str
    at: str
    payload: dict[str, str]


class Events(_Answer):
    """Sự kiện theo thứ tự; ``next`` là tham số ``after`` tiếp theo. / Events in order."""

    events: list[Event]
    next: int


class Key(_Answer):
    """Một khóa truy cập (không có nội dung khóa). / An access key without its secret."""

    name: str
    role: Role
    created_at: str
    revoked_at: str | None


class Keys(_Answer):
    """Các khóa. / The keys."""

    keys: list[Key]


class NewKey(Key):
    """Khóa mới; ``key`` chỉ hiện một lần. / A fresh key, shown once."""

    key: str


class WrongPart(BaseModel):
    """Phần sai của yêu cầu. / A part of a request that is wrong."""

    field: str
    reason: str
    kind: str


class Problem(BaseModel):
    """Lỗi (RFC 9457). / An error."""

    type: str
    title: str
    title_en: str
    status: int
    detail: str
    detail_en: str
    instance: str
    code: str
    advice: str
    advice_en: str
    errors: list[WrongPart] = []
    parts: list[str] = []


class Alive(_Answer):
    """Dịch vụ đang chạy. / The service runs."""

    status: Literal["ok"]


class Version(_Answer):
    """Phiên bản. / What is running."""

    name: str
    version: str
    api: str
