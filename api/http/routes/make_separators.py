"""``POST /v1/separators``: sheets for a station to print and lay between papers that it scans together."""

from typing import Annotated

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.deps import HouseDep
from api.http.reading import Code, Text, new_router
from api.keys import Caller, Role
from dossier.errors import InvalidValue
from dossier.identifiers import DossierNumber
from ingest.scan.separator_sheets import MOST, separator_pdf, sheets_for

router = new_router()


class SheetsWanted(BaseModel):
    """Các tờ phân cách cần in. / The separator sheets to print."""

    model_config = ConfigDict(extra="forbid")

    dossier: Annotated[Text | None, Field(examples=[DossierNumber.example])] = None
    components: Annotated[list[Code], Field(max_length=MOST)] = []
    blank: Annotated[int, Field(ge=0, le=MOST)] = 0


@router.post(
    "/v1/separators",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "Tờ phân cách / The sheets"}},
    summary="Làm tờ phân cách để in / Make separator sheets to print",
)
def make_separators(
    caller: Annotated[Caller, allow(Role.STATION, Role.OFFICER)], house: HouseDep, body: SheetsWanted
) -> Response:
    """Return a PDF of A4 to print on both sides: a sheet for each component or one for the dossier, and blank ones."""
    del caller  # who may is all that is asked
    sheets = sheets_for(house.paper_types, body.dossier, body.components, body.blank)
    if not sheets:
        raise InvalidValue(
            key="blank",
            reason="no sheet is asked for",
            reason_vi="hãy nêu 'dossier', 'components' hoặc 'blank'",
        )
    return Response(separator_pdf(sheets, house.paper_types), media_type="application/pdf")
