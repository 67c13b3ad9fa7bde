"""``POST /v1/quality-checks``: is a scan good enough to be archived, page by page. The file is not kept."""

import hashlib

from api.http.access import allow
from api.http.answers.quality import FileQuality
from api.http.deps import HouseDep
from api.http.reading import FILE_BODY, FileBody, new_router
from api.keys import Role
from api.shapes import Json, qualities_json
from ingest.quick import assess_file

router = new_router()


@router.post(
    "/v1/quality-checks",
    response_model=FileQuality,
    dependencies=[allow(Role.STATION, Role.OFFICER)],
    openapi_extra=FILE_BODY,
    summary="Kiểm tra chất lượng bản quét / Check the quality of a scan",
)
def check_quality(house: HouseDep, data: FileBody) -> Json:
    """Judge each page while the paper still lies at the scanner; ``file`` is the SHA-256 of the bytes."""
    return {"file": hashlib.sha256(data).hexdigest(), **qualities_json(assess_file(house, data))}
