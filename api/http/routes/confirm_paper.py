"""``POST /v1/papers/{paper}/confirmation``: a named person states that scan and original agree."""

from typing import Annotated

from api.http.access import allow
from api.http.answers.papers import Papers
from api.http.deps import HouseDep, PaperIdPath, WorkDep, note_read
from api.http.reading import OwnerNamed, PersonName, new_router
from api.keys import Caller, Role
from api.shapes import Json, papers_json
from dossier.papers import SourceGrade
from ingest.people.confirm import confirm

router = new_router()


class Confirmation(OwnerNamed):
    """Người đối chiếu; chủ giấy tờ nếu chưa biết. / Who compared scan and original; the owner if not known yet.

    ``grade``: giá trị nguồn của tệp đến kèm chữ ký số. / What a file that arrived signed is worth as a source.
    """

    by: PersonName
    grade: SourceGrade | None = None


@router.post(
    "/v1/papers/{paper}/confirmation",
    response_model=Papers,
    summary="Xác nhận bản quét khớp bản giấy / Confirm that scan and original agree",
)
def confirm_paper(
    caller: Annotated[Caller, allow(Role.OFFICER)],
    house: HouseDep,
    work: WorkDep,
    paper: PaperIdPath,
    body: Confirmation,
) -> Json:
    """Confirm a paper; its sealing and storing is queued. Confirming it again changes nothing.

    A paper without an owner gets the one named here; one that arrived signed is of the grade named here.
    """
    confirmed = confirm(
        house, paper, by=body.by, owner=body.owner, grade=body.grade, actor=caller.name, account=caller.account
    )
    note_read(house, caller, paper)
    if work:
        work.start(paper)
    return papers_json([confirmed], house)
