"""``POST /v1/papers/{paper}/hand-over``: a result was given to its owner, by itself."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.papers import Papers
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json
from storage.lifecycle.standing import hand_over

router = new_router()


@router.post(
    "/v1/papers/{paper}/hand-over", response_model=Papers, summary="Trả kết quả cho chủ giấy tờ / Hand over a result"
)
def hand_over_paper(caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, paper: PaperIdPath) -> Json:
    """Let the owner see a result from now on, before its dossier is returned; this cannot be taken back.

    A result that was handed over already stays as it is.
    """
    given = hand_over(house.catalogue, paper, actor=caller.name)
    note_read(house, caller, paper)
    return papers_json([given], house)
