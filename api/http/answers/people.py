"""People at desks, and the papers that wait for them."""

from api.http.answers.base import Answer
from api.http.answers.papers import Paper
from api.keys import Role
from dossier.lanes import Lane
from dossier.papers import PaperKind, PaperState


class Session(Answer):
    """Người đang đăng nhập. / Who is signed in; ``page_token`` goes with every change, ``X-Page-Token``."""

    name: str
    role: Role
    person: str | None
    page_token: str | None


class Choice(Answer):
    """Một giá trị cho sẵn và tên của nó. / One of few values, and what people call it."""

    value: str
    name: str


class TypeField(Answer):
    """Một trường của loại giấy tờ. / A field of a paper type; ``choices``: all that the value can be, if few."""

    key: str
    name: str
    name_en: str
    value: str
    required: bool
    personal: bool
    critical: bool
    choices: list[Choice]


class TypeTable(Answer):
    """Một bảng của loại giấy tờ. / A table; what row 2 has in a column is the field ``<key>.2.<key of the column>``."""

    key: str
    name: str
    name_en: str
    required: bool
    columns: list[TypeField]


class PaperType(Answer):
    """Một loại giấy tờ. / A paper type of the catalogue."""

    code: str
    name: str
    name_en: str
    kind: PaperKind
    fields: list[TypeField]
    tables: list[TypeTable]


class PaperTypes(Answer):
    """Danh mục loại giấy tờ. / The catalogue of paper types."""

    paper_types: list[PaperType]


class Claim(Answer):
    """Ai đang xử lý giấy tờ, đến khi nào. / Who has a paper in hand, until when."""

    paper: str
    person: str
    own: bool
    until: str


class Waiting(Answer):
    """Một giấy tờ chờ người xem. / A paper that waits for a person; ``doubts``: how many findings ask for one.

    ``awaits_other``: người hỏi đã sửa, người khác phải xác nhận. / Whoever asks corrected it, another one must confirm.
    """

    id: str
    name: str
    state: PaperState
    paper_type: str | None
    lane: Lane
    dossier: str | None
    pages: int | None
    doubts: int
    created_at: str
    claim: Claim | None
    awaits_other: bool


class ReviewQueue(Answer):
    """Hàng chờ xem, cũ nhất trước. / What waits for a person, the oldest first, and how many of each state."""

    ready: int
    needs_review: int
    papers: list[Waiting]


class Taken(Answer):
    """Giấy tờ vừa nhận xử lý. / The paper taken in hand, ``null`` if none waits.

    ``corrected``: trường người này đã sửa nên không được tự xác nhận. / Fields that whoever asks corrected, so that
    another person must confirm the paper; ``paper.type`` and ``paper.owner`` stand for its type and owner.
    """

    claim: Claim | None
    corrected: list[str]
    papers: list[Paper]
