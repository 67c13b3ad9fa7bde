"""``GET /v1/operations``: how the work goes: what waits, how long papers take, how many need a person."""

from typing import Annotated

from fastapi import Depends, Request, Response

from api.http.access import allow
from api.http.answers.operations import Operations
from api.http.reading import new_router
from api.http.routes.show_figures import XLSX, Form
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.figures_xlsx import rows_xlsx
from api.shapes.operations import operations_csv, operations_json, operations_rows
from ingest.reports.operations import Watched

router = new_router()


async def _watched(request: Request) -> Watched:
    watched: Watched = request.app.state.operations
    return watched


@router.get(
    "/v1/operations",
    response_model=Operations,
    responses={200: {"content": {"text/csv": {}, XLSX: {}}, "description": "Số liệu / The counts"}},
    summary="Tình hình vận hành / How the work goes",
)
def show_operations(
    _caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER, Role.AUDITOR, Role.ADMIN)],
    watched: Annotated[Watched, Depends(_watched)],
    form: Form = Form.JSON,
) -> Json | Response:
    """Count what waits by lane, and what became of papers in the last 24 hours and 7 days; up to 20 seconds old."""
    found = watched.now()
    name = {"Content-Disposition": f'attachment; filename="sohoa-{found.made_at:%Y-%m-%d}-operations.{form}"'}
    match form:
        case Form.CSV:
            return Response(operations_csv(found), media_type="text/csv; charset=utf-8", headers=name)
        case Form.XLSX:
            return Response(rows_xlsx(operations_rows(found)), media_type=XLSX, headers=name)
        case Form.JSON:
            return operations_json(found)
