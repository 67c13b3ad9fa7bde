"""``POST /v1/verifications``: is a signed PDF genuine, and why. The file is not kept."""

import hashlib

from api.http import answers
from api.http.access import Role, allow
from api.http.deps import HouseDep
from api.http.reading import FILE_BODY, FileBody, new_router
from api.shapes import Json
from signing.validate import validate

router = new_router()


@router.post(
    "/v1/verifications",
    response_model=answers.Verifications,
    dependencies=[allow(Role.STATION, Role.OFFICER, Role.SYSTEM, Role.AUDITOR)],
    openapi_extra=FILE_BODY,
    summary="Kiểm tra chữ ký số của một tệp / Verify a file's signatures",
)
def verify(house: HouseDep, data: FileBody) -> Json:
    """Verify a PDF; ``file`` in the answer is the SHA-256 of its bytes."""
    report = validate(data, house.trust)
    return {"files": [{"file": hashlib.sha256(data).hexdigest(), **report.to_json()}]}
