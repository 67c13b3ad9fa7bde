"""``GET /v1/papers/{paper}/evidence``: everything that proves a paper, for an auditor with public tools alone."""

from typing import Annotated

from fastapi import Query, Response

from api.http.access import allow
from api.http.deps import HouseDep, PaperIdPath, paper_for
from api.http.reading import new_router
from api.keys import Caller, Role
from ingest.proof.evidence import evidence_package

router = new_router()


@router.get(
    "/v1/papers/{paper}/evidence",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "Gói bằng chứng / The evidence package"}},
    summary="Tải gói bằng chứng của một giấy tờ / Download a paper's evidence package",
)
def get_evidence(
    *,
    caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR)],
    house: HouseDep,
    paper: PaperIdPath,
    with_original: Annotated[
        bool, Query(description="Kèm tệp gốc như đã nhận / With the file as it was received")
    ] = False,
) -> Response:
    """Return a ZIP file: the sealed PDF, report, certificates, revocation data, time stamps, audit excerpt, README."""
    package = evidence_package(house, paper_for(house, caller, paper), actor=caller.name, with_original=with_original)
    return Response(
        package,
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{paper}-evidence.zip"',
            "Cache-Control": "no-store",
        },
    )
