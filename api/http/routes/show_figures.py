"""``GET /v1/figures``: how much is digitized and used again, in the words and ratios the government asks for."""

from enum import StrEnum
from typing import Annotated

from fastapi import Query, Response

from api.http.access import allow
from api.http.answers.figures import Figures
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.keys import Caller, Role
from api.shapes import Json
from api.shapes.figures import report_csv, report_json
from api.shapes.figures_xlsx import report_xlsx
from dossier import times
from dossier.identifiers import AgencyCode
from dossier.periods import Period
from ingest.reports.figures import By, figures_of

router = new_router()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Form(StrEnum):
    """In which form the report comes."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


@router.get(
    "/v1/figures",
    response_model=Figures,
    responses={200: {"content": {"text/csv": {}, XLSX: {}}, "description": "Báo cáo / The report"}},
    summary="Chỉ tiêu số hóa và dùng lại / Figures of a period",
)
def show_figures(
    _caller: Annotated[Caller, allow(Role.OFFICER, Role.AUDITOR, Role.ADMIN)],
    house: HouseDep,
    period: Annotated[
        str | None,
        Query(
            max_length=30, description="2026-11: từ 21/10 đến 20/11; hoặc 2026-11-01..2026-11-30", examples=["2026-11"]
        ),
    ] = None,
    by: By = By.AGENCY,
    under: Annotated[str | None, Query(max_length=40, examples=[AgencyCode.example])] = None,
    form: Form = Form.JSON,
) -> Json | Response:
    """Return the figures of the reporting month (the present one if none is named), counted now from the facts kept."""
    days = Period.parse(period) if period else Period.containing(times.today())
    report = figures_of(house, days, by, AgencyCode.parse(under) if under else None)
    name = f'attachment; filename="sohoa-{days.first}-{days.last}.{form}"'
    match form:
        case Form.CSV:
            body = report_csv(report)
            return Response(body, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})
        case Form.XLSX:
            return Response(report_xlsx(report), media_type=XLSX, headers={"Content-Disposition": name})
        case Form.JSON:
            return report_json(report)
