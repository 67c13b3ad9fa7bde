"""``POST /v1/papers/{paper}/revocation``: a paper is no longer in force, for good."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from api.http.access import allow
from api.http.answers.papers import Papers
from api.http.deps import HouseDep, PaperIdPath, note_read
from api.http.reading import Day, PersonName, Words, new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json
from dossier import times
from dossier.standing import RevokingReason
from storage.lifecycle.standing import Revocation, revoke

router = new_router()


class RevocationWanted(BaseModel):
    """Lý do, ai quyết định, ai báo, từ ngày nào.

    Why, who decided it by which document, who tells, and from which day on: today, if nothing is said.
    """

    model_config = ConfigDict(extra="forbid")

    reason: RevokingReason
    authority: Words
    by: PersonName
    on: Day | None = None


@router.post("/v1/papers/{paper}/revocation", response_model=Papers, summary="Thu hồi một giấy tờ / Revoke a paper")
def revoke_paper(
    caller: Annotated[Caller, allow(Role.OFFICER)], house: HouseDep, paper: PaperIdPath, body: RevocationWanted
) -> Json:
    """Take a stored paper out of force for good; the next status list, within a minute or two, says so to everybody."""
    word = Revocation(body.reason, body.on or times.today(), body.authority, body.by)
    revoked = revoke(house.catalogue, paper, word, actor=caller.name)
    note_read(house, caller, paper)
    return papers_json([revoked], house)
