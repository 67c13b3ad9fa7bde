"""What is given to be used again."""

from api.http.answers.base import Answer
from api.http.answers.papers import Field, Owner, StoredFile
from dossier.papers import PaperKind, SourceGrade
from dossier.verdicts import Verdict


class ReusablePaper(Answer):
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


class ReusablePapers(Answer):
    """Kết quả tra cứu. / What a lookup found."""

    papers: list[ReusablePaper]
