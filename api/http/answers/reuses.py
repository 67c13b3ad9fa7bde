"""Papers accepted into dossiers, and what forms know already."""

from api.http.answers.base import Answer
from dossier.accepted import Use
from dossier.papers import FieldSource, SourceGrade


class Withdrawal(Answer):
    """Lần dùng lại đã hủy vì nhầm. / That a reuse was a mistake."""

    at: str
    actor: str
    by: str
    reason: str


class AcceptedReuse(Answer):
    """Một lần dùng lại giấy tờ trong kho. / A paper of the store that stands in a dossier.

    ``digitized_code``: mã giấy tờ số hóa. ``result_code``: mã kết quả thay thế, chỉ khi ``how`` là ``replacement``.
    / The paper's code in the store; the catalogue's code of the result that stands in for another paper.
    """

    reference: str
    paper: str
    paper_type: str | None
    digitized_code: str | None
    dossier: str
    procedure: str
    component: str | None
    how: Use
    result_code: str | None
    from_national_store: bool
    actor: str
    by: str
    purpose: str
    at: str
    withdrawn: Withdrawal | None


class AcceptedReuses(Answer):
    """Các lần dùng lại của một hồ sơ. / The papers accepted into a dossier."""

    reuses: list[AcceptedReuse]


class Source(Answer):
    """Nơi giấy tờ nêu giá trị. / Where a paper says it; ``box`` is x, y, width, height in pixels of the master page."""

    paper: str
    paper_type: str | None
    field: str
    value: str
    page: int | None
    box: tuple[int, int, int, int] | None
    source: FieldSource
    grade: SourceGrade | None
    issued_on: str | None
    age_days: int | None


class KnownValue(Answer):
    """Một giá trị và mọi nơi nêu nó. / A value and every place that says it."""

    value: str
    sources: list[Source]


class PrefilledField(Answer):
    """Một trường của biểu mẫu. / A field; several ``values`` contradict each other, and a person decides."""

    field: str
    label: str
    label_en: str
    fact: str | None
    conflict: bool
    values: list[KnownValue]


class Prefill(Answer):
    """Những gì đã biết để điền sẵn biểu mẫu. / What is known already of what a form asks."""

    form: str | None
    fields: list[PrefilledField]
    asked: int
    known: int
    conflicts: int


class FormRole(Answer):
    """Chủ giấy tờ là ai trong biểu mẫu. / What the owner can be in a form."""

    code: str
    name: str
    name_en: str


class FormField(Answer):
    """Một trường của biểu mẫu; ``fact`` là thông tin hỏi về chủ giấy tờ. / A field and the fact it asks."""

    key: str
    label: str
    label_en: str
    fact: str | None
    by_role: dict[str, str]


class Form(Answer):
    """Một biểu mẫu. / A form."""

    code: str
    name: str
    name_en: str
    paper_type: str | None
    legal_basis: str
    roles: list[FormRole]
    fields: list[FormField]


class Forms(Answer):
    """Các biểu mẫu. / The forms of the catalogue."""

    forms: list[Form]
