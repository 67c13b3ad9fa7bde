"""Verdicts on signed files, as they are made and as they were kept."""

from typing import Any, Literal

from api.http.answers.base import Answer
from api.http.answers.papers import Finding, StoredFile
from dossier.standing import Reason
from dossier.verdicts import Verdict
from signing.trust import TrustClass
from storage.records import Occasion

Indication = Literal["TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE"]
"""ETSI EN 319 102-1, clause 5.1.3."""


class Certificate(Answer):
    """Một chứng thư số. / What a certificate says of itself; ``unit`` is the managing unit."""

    subject: str
    unit: str
    issuer: str
    serial: str
    sha256: str
    valid_from: str
    valid_until: str


class RevocationEvidence(Answer):
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


class TimeStamp(Answer):
    """Một dấu thời gian. / A time stamp over a signature; ``counts``: whether it proves its moment."""

    moment: str
    authority: str
    place: Literal["signature", "document"]
    counts: bool
    sha256: str


class LaterChange(Answer):
    """Một thay đổi sau khi ký; ``by``: ai đã ký phiên bản đó. / A change after a signature, and who signed for it."""

    kind: str
    revision: int
    by: str | None
    text: str
    text_en: str


class Signature(Answer):
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


class Anchor(Answer):
    """Một chứng thư số gốc được tin cậy. / A certificate believed without proof, and as what."""

    subject: str
    sha256: str
    trust_class: TrustClass


class Fetch(Answer):
    """Một lần tải qua mạng. / One request to the network."""

    url: str
    kind: Literal["issuer", "CRL", "OCSP"]
    outcome: Literal["fetched", "refused", "failed", "unusable"]


class UsedList(Answer):
    """Danh sách tình trạng đã dùng. / The status list that was believed."""

    number: int
    agency: str
    signer: str
    made_at: str
    next_at: str


class PaperStatus(Answer):
    """Giấy tờ còn hiệu lực hay không. / Whether a paper is in force; ``successor``: SHA-256 of what took its place.

    ``list``: null khi chính kho này trả lời. / null: the store itself says so.
    """

    state: Literal["in-force", "expired", "superseded", "revoked", "unknown"]
    since: str | None
    reason: Reason | None
    successor: str | None
    list: UsedList | None


class Verification(Answer):
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
    status: PaperStatus | None
    findings: list[Finding]
    signatures: list[Signature]


class Verifications(Answer):
    """Các kết luận. / Verdicts; ``version`` of their form."""

    version: int
    files: list[Verification]


class Change(Answer):
    """Điều mới thấy hoặc không còn thấy so với lần trước. / What was found and was not before, or the other way round.

    ``field``: chữ ký liên quan. / The signature it is about; null: the file.
    """

    field: str | None
    appeared: bool
    finding: Finding


class KeptVerification(Answer):
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


class KeptVerifications(Answer):
    """Các lần kiểm tra, cũ trước. / Verifications, oldest first."""

    verifications: list[KeptVerification]
