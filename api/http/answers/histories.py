"""How a signed file came about."""

from api.http.answers.base import Answer
from api.http.answers.verifications import LaterChange


class MarkedPage(Answer):
    """Một trang sau phiên bản đó, chỗ thay đổi được khoanh. / A page after a revision, changed places marked.

    ``picture``: JPEG, base64. ``boxes``: x, y, width, height in its pixels.
    """

    page: int
    boxes: list[tuple[int, int, int, int]]
    picture: str


class RevisionShown(Answer):
    """Một phiên bản của tệp. / A revision: what it changed, and pages that look another way.

    ``fields``: of its signatures; who signed, and when, is in the verification under the same field.
    """

    number: int
    fields: list[str]
    changes: list[LaterChange]
    pages: list[MarkedPage]


class Unseen(Answer):
    """Vì sao không có ảnh. / Why there are no pictures, or no more of them."""

    code: str
    text: str
    text_en: str


class FileHistory(Answer):
    """Diễn biến của một tệp. / How a file came about; ``cut``: there are more changed pages than pictures."""

    revisions: list[RevisionShown]
    cut: bool
    unseen: Unseen | None
