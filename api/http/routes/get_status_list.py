"""``GET /v1/status-list``: the signed list of all files no longer in force, by their hashes; for everybody."""

from fastapi import Response

from api.http.access import public
from api.http.deps import HouseDep
from api.http.fetching import WantedDep, answers, given
from api.http.reading import new_router
from dossier.status_lists import MEDIA_TYPE
from ingest.proof.status_lists import present_list

router = new_router()


@router.get(
    "/v1/status-list",
    dependencies=[public],
    response_class=Response,
    responses=answers(MEDIA_TYPE, description="CMS (CAdES), DER"),
    summary="Tải danh sách tình trạng / Download the status list",
)
def get_status_list(house: HouseDep, wanted: WantedDep) -> Response:
    """Return the newest status list; it is checked offline, with ``sohoa verify --status-list`` or openssl."""
    kept = present_list(house)
    return given(house, kept.file, f"status-list-{kept.number}.p7m", wanted)
