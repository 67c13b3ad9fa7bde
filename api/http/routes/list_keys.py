"""``GET /v1/keys``: the access keys, revoked ones too, without their secrets."""

from api.http.access import allow
from api.http.answers.keys import Keys
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.keys import Role
from api.shapes import Json
from api.shapes.access import key_json

router = new_router()


@router.get(
    "/v1/keys",
    response_model=Keys,
    dependencies=[allow(Role.ADMIN)],
    summary="Danh sách khóa truy cập / List access keys",
)
def list_keys(house: HouseDep) -> Json:
    """List the keys by name."""
    return {"keys": [key_json(key) for key in house.catalogue.keys()]}  # noqa: SIM118 - a catalogue, not a dict
