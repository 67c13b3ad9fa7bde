"""What a search found."""

from api.http.answers.base import Answer
from api.http.answers.papers import Owner
from dossier.papers import PaperKind, PaperState, SourceGrade
from dossier.verdicts import Verdict


class SearchSnippet(Answer):
    """Chỗ có từ tìm thấy. / Where the words stand: some words of a page as printed, and the hits among them.

    ``marks``: vị trí ký tự trong ``text``. / Of each hit, its first character in ``text`` and the one behind it.
    ``boxes``: x, y, rộng, cao, điểm ảnh của trang. / Of the same hits, in pixels of the master page.
    """

    page: int
    text: str
    marks: list[tuple[int, int]]
    boxes: list[tuple[int, int, int, int]]


class FoundPaper(Answer):
    """Một giấy tờ tìm thấy. / A paper found."""

    id: str
    paper_type: str | None
    kind: PaperKind
    title: str | None
    owner: Owner | None
    co_owners: list[Owner]
    agency: str | None
    issued_on: str | None
    valid_until: str | None
    stored_at: str | None
    state: PaperState
    verdict: Verdict | None
    grade: SourceGrade | None
    pages: int | None
    snippets: list[SearchSnippet]


class FoundPapers(Answer):
    """Kết quả tìm kiếm; ``next`` là thành viên ``after`` tiếp theo. / What was found.

    ``more``: còn nữa, tìm tiếp từ ``next``. / Whether there is more, which ``next`` as ``after`` goes on with.
    """

    papers: list[FoundPaper]
    more: bool
    next: str | None
