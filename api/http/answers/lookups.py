"""What a lookup found, and what not and why."""

from typing import Literal

from api.http.answers.base import Answer
from api.http.answers.papers import Field, Owner, StoredFile
from dossier.papers import PaperKind, PaperState, SourceGrade
from dossier.verdicts import Verdict

Status = Literal["usable", "not_usable", "never_seen", "not_granted"]
ComponentStatus = Literal["usable", "not_usable", "never_seen", "not_granted", "not_kept"]


class GivenPaper(Answer):
    """Giấy tờ dùng lại được. / A paper that can be used again.

    Phần không được cấp quyền là null. / What no grant allows is ``null``, and fields that none allows are left out.
    """

    id: str
    code: str | None
    kind: PaperKind
    state: PaperState
    title: str | None
    owner: Owner | None
    co_owners: list[Owner]
    agency: str | None
    pages: int | None
    grade: SourceGrade | None
    verdict: Verdict | None
    issued_on: str | None
    valid_until: str | None
    stored_at: str | None
    reading_version: int
    fields: list[Field]
    sealed: StoredFile | None
    file: str | None


class NamedPaper(Answer):
    """Giấy tờ khác cũng dùng được. / Another one that could be used too: ask for it by ``papers``."""

    id: str
    issued_on: str | None


class WhyNot(Answer):
    """Vì sao không có giấy tờ dùng được. / Why nothing of this type can be used; of the nearest ``paper``, if any."""

    code: str
    text: str
    text_en: str
    paper: str | None
    state: PaperState | None
    verdict: Verdict | None
    issued_on: str | None
    valid_until: str | None
    superseded_by: str | None


class FoundType(Answer):
    """Một loại giấy tờ: ``papers`` tốt nhất trước. / One type: the papers given, the best first, or why none is."""

    paper_type: str
    name: str
    name_en: str
    status: Status
    papers: list[GivenPaper]
    alternatives: list[NamedPaper]
    usable: int
    why_not: WhyNot | None


class FoundComponent(Answer):
    """Một thành phần hồ sơ. / A component of the procedure, and which of its types is here."""

    code: str
    name: str
    name_en: str
    must_digitize: bool
    paper_types: list[str]
    status: ComponentStatus
    paper_type: str | None
    paper: str | None


class ServingOwner(Answer):
    """Giấy tờ của một chủ cho một thành phần. / Of one owner: ``owner`` is the place among those asked, from 0."""

    owner: int
    role: str | None
    status: ComponentStatus
    paper_type: str | None
    paper: str | None


class OwnersComponent(Answer):
    """Một thành phần hồ sơ và các chủ có thể dùng. / A component, and what each owner has who may serve for it.

    ``roles`` rỗng: của bất kỳ chủ nào. / No ``roles``: anybody's papers serve.
    """

    code: str
    name: str
    name_en: str
    must_digitize: bool
    paper_types: list[str]
    roles: list[str]
    owners: list[ServingOwner]


class OfOwner(Answer):
    """Giấy tờ của một chủ, theo loại. / What one owner has, by type, in the order in which owners were named."""

    role: str | None
    paper_types: list[FoundType]


class OwnersLookupAnswer(Answer):
    """Kết quả tra cứu cho nhiều chủ của một hồ sơ. / What was found of the several owners of one dossier."""

    valid_on: str
    answered_at: str
    dossier: str
    procedure: str
    purpose: str
    owners: list[OfOwner]
    components: list[OwnersComponent]


class LookupAnswer(Answer):
    """Kết quả tra cứu theo loại giấy tờ. / What a lookup found, by type; ``components`` if they were asked for."""

    valid_on: str
    answered_at: str
    dossier: str
    procedure: str
    purpose: str
    paper_types: list[FoundType]
    components: list[FoundComponent] | None
