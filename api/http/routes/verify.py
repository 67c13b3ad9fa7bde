"""``POST /v1/verifications``: is a signed PDF genuine, and why. The file is not kept."""

from enum import StrEnum

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from api.http.access import allow
from api.http.answers.verifications import Verifications
from api.http.deps import HouseDep
from api.http.reading import FILE_BODY, FileBody, new_router
from api.keys import Role
from api.shapes import verifications_json
from ingest.proof.status_lists import with_own_standing
from signing.etsi_report import report_xml
from signing.report_pdf import report_pdf

router = new_router()


class Form(StrEnum):
    """The forms of a report, by media type."""

    JSON = "application/json"
    XML = "application/xml"
    PDF = "application/pdf"


_OTHERS = {
    Form.XML.value: {"schema": {"type": "string"}},
    Form.PDF.value: {"schema": {"type": "string", "format": "binary"}},
}


@router.post(
    "/v1/verifications",
    response_model=Verifications,
    responses={200: {"content": _OTHERS, "description": "Kết luận / The report, in the form that Accept asks for"}},
    dependencies=[allow(Role.STATION, Role.OFFICER, Role.SYSTEM, Role.AUDITOR)],
    openapi_extra=FILE_BODY,
    summary="Kiểm tra chữ ký số của một tệp / Verify a file's signatures",
)
def verify(request: Request, house: HouseDep, data: FileBody) -> Response:
    """Verify a PDF: JSON, the XML of ETSI TS 119 102-2, or a page to file. ``file`` is the SHA-256 of its bytes.

    Of a paper of this store it is told besides whether it is still in force (``status``).
    """
    report = with_own_standing(house, house.verifier.verify(data), data)
    digest = report.circumstances.sha256 if report.circumstances else ""
    match wanted(request.headers.get("accept", "")):
        case Form.XML:
            return Response(report_xml(report, name=f"{digest[:16]}.pdf"), media_type=Form.XML)
        case Form.PDF:
            return Response(report_pdf(report, name=f"{digest[:16]}.pdf"), media_type=Form.PDF)
        case Form.JSON:
            return JSONResponse(verifications_json([(digest, report)]))


def wanted(accept: str) -> Form:
    """Return the form that an ``Accept`` header prefers (RFC 9110, 12.5.1); JSON if it names none of them."""
    weighed: list[tuple[float, Form]] = []
    for entry in accept.split(","):
        kind, *parameters = (part.strip().lower() for part in entry.split(";"))
        if kind in set(Form):
            weighed.append((_weight(parameters), Form(kind)))
    best = max(weighed, key=lambda w: w[0], default=(0.0, Form.JSON))
    return best[1] if best[0] > 0 else Form.JSON


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
