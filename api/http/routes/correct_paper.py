"""``POST /v1/papers/{paper}/corrections``: a named person mends what was read of a paper that waits."""

from typing import Annotated

from pydantic import Field

from api.http.access import allow
from api.http.answers.papers import Papers
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.reading import FIELD_KEY, Code, OwnerNamed, PersonName, new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json
from ingest.people.corrections import correct

router = new_router()
_MOST_FIELDS = 200
Key = Annotated[str, Field(pattern=FIELD_KEY)]
Typed = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]


class Corrections(OwnerNamed):
    """Giá trị đúng theo từng trường, loại giấy tờ, chủ giấy tờ. / What stands there, by field; the type; the owner.

    Chuỗi rỗng: giấy tờ không ghi. / An empty text: the paper does not say it.
    """

    by: PersonName
    fields: Annotated[dict[Key, Typed], Field(max_length=_MOST_FIELDS, default_factory=dict)]
    paper_type: Code | None = None


@router.post(
    "/v1/papers/{paper}/corrections",
    response_model=Papers,
    summary="Sửa dữ liệu đã đọc / Correct what was read",
)
def correct_paper(
    caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, paper: PaperIdPath, body: Corrections
) -> Json:
    """Correct fields, type or owner before the paper is confirmed; answered with the doubts that are left.

    Of another type the fields are read anew. Nothing is confirmed by this.
    """
    corrected = correct(
        house,
        paper,
        body.fields,
        by=body.by,
        actor=caller.name,
        account=caller.account,
        paper_type=body.paper_type,
        owner=body.owner,
    )
    note_read(house, caller, paper)
    return papers_json([corrected], house)
