"""``GET /v1/papers/{paper}/evidence-record``: the proof that the sealed file existed on its day (RFC 4998)."""

from typing import Annotated

from fastapi import Response

from api.http.access import allow
from api.http.deps import HouseDep, PaperIdPath, note_read, paper_for
from api.http.reading import new_router
from api.keys import Caller, Role
from dossier.errors import NotFound
from ingest.proof.day_records import record_of

router = new_router()


@router.get(
    "/v1/papers/{paper}/evidence-record",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "RFC 4998, DER"}},
    summary="Tải hồ sơ bằng chứng / Download the evidence record",
)
def get_evidence_record(
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)], house: HouseDep, paper: PaperIdPath
) -> Response:
    """Return the evidence record of the paper's sealed file; there is none until its day is over."""
    record = record_of(house, paper_for(house, caller, paper))
    if record is None:
        raise NotFound(kind="evidence record", id=paper)
    note_read(house, caller, paper, "paper.record-fetched")
    return Response(record, media_type="application/octet-stream")
