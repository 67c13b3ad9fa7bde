"""``POST /v1/papers/{paper}/corrections``: a named person mends what was read of a paper that waits."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.papers import Papers
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.reading import Code, PersonName, Text, new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json
from dossier.owners import Owner
from ingest.corrections import correct

router = new_router()
_MOST_FIELDS = 200
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Typed = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]


class Corrections(BaseModel):
    """Giá trị đúng theo từng trường, loại giấy tờ, chủ giấy tờ. / What stands there, by field; the type; the owner.

    Chuỗi rỗng: giấy tờ không ghi. / An empty text: the paper does not say it.
    """

    model_config = ConfigDict(extra="forbid")

    by: PersonName
    fields: Annotated[dict[Key, Typed], Field(max_length=_MOST_FIELDS)] = {}
    paper_type: Code | None = None
    owner_number: Text | None = None
    owner_name: Text | None = None

    @property
    def owner(self) -> Owner | None:
        """The owner, checked.

        Raises:
            InvalidOwnerNumber: The number fails its checks, or there is a name without a number.
        """
        if self.owner_number is None and self.owner_name is None:
            return None
        return Owner.parse(self.owner_number or "", self.owner_name)


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
        paper_type=body.paper_type,
        owner=body.owner,
    )
    note_read(house, caller, paper)
    return papers_json([corrected], house)
