"""Until when papers are kept, and who disposes of them."""

from typing import Literal

from api.http.answers.base import Answer

Decided = Literal["kept_until", "kept_permanently", "held", "under_way", "may_be_disposed"]


class HoldLifting(Answer):
    """Đề nghị gỡ tạm giữ. / Who asks that a hold be lifted, on whose order, and why."""

    by: str
    authority: str
    reason: str
    proposed_at: str


class Hold(Answer):
    """Lệnh tạm giữ; ``lifted_by`` là người thứ hai đồng ý gỡ. / A legal hold, and the second person who lifted it."""

    by: str
    authority: str
    reason: str
    since: str
    lifting: HoldLifting | None
    lifted_at: str | None
    lifted_by: str | None


class Disposal(Answer):
    """Đề nghị tiêu hủy, người đồng ý, và lúc đã xóa xong. / Who proposed, who agreed, and when it was gone."""

    paper: str
    reason: str
    proposed_by: str
    proposed_at: str
    approved_by: str | None
    approved_at: str | None
    disposed_at: str | None


class Disposals(Answer):
    """Các đề nghị tiêu hủy chưa xong; ``next`` là tham số ``after`` tiếp theo.

    A page of the disposals that wait for a second person or for the object store.
    """

    disposals: list[Disposal]
    next: str | None


class Kept(Answer):
    """Thời hạn lưu của một giấy tờ. / Until when a paper must be kept, and the law behind it."""

    paper: str
    paper_type: str | None
    state: str
    decision: Decided
    until: str | None
    retention_class: str | None
    name: str | None
    legal_basis: str | None
    text: str
    text_en: str
    disposal: Disposal | None


class KeptPaper(Kept):
    """Thời hạn lưu và các lệnh tạm giữ của một giấy tờ. / The same with the paper's holds."""

    holds: list[Hold]


class Erasure(Answer):
    """Trả lời yêu cầu xóa dữ liệu; ``next`` là ``after`` tiếp theo. / What can be erased, and what forbids the rest."""

    papers: list[Kept]
    next: str | None
