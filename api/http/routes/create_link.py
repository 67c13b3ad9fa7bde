"""``POST /v1/papers/{paper}/links``: an address that gives the sealed PDF without a key, for a short while."""

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.http.access import allow
from api.http.answers.links import FileLink
from api.http.deps import HouseDep, PaperIdPath
from api.http.links import Link, token_of
from api.http.reading import new_router
from api.http.routes.get_file import sealed_for
from api.keys import Caller, Role
from api.shapes import Json
from dossier import times
from ingest.upkeep.fixity import require_sound
from storage.objects.object_store import MAX_LINK_S

router = new_router()


class NewLink(BaseModel):
    """Đường dẫn dùng được bao nhiêu giây. / How many seconds the link shall work."""

    model_config = ConfigDict(extra="forbid")

    seconds: Annotated[int, Field(ge=1, le=MAX_LINK_S, strict=True)] = 300


@router.post(
    "/v1/papers/{paper}/links",
    response_model=FileLink,
    status_code=201,
    summary="Tạo đường dẫn tải tệp / Make a link to the sealed PDF",
)
def create_link(
    body: NewLink,
    caller: Annotated[Caller, allow(Role.OFFICER, Role.SYSTEM, Role.AUDITOR)],
    house: HouseDep,
    paper: PaperIdPath,
) -> Json:
    """Return the link. It counts as fetched now: where the object store serves it, nobody sees it being used."""
    sealed = sealed_for(house, caller, paper)
    require_sound(house, sealed)
    ends_at = times.now().replace(microsecond=0) + dt.timedelta(seconds=body.seconds)
    url = house.objects.presign(sealed.key, sealed.version, seconds=body.seconds, file_name=f"{paper}.pdf")
    by = "store" if url else "service"
    if url is None:
        url = f"/v1/links/{token_of(house, Link(paper, sealed.version, caller.name, ends_at))}"
    detail = {"link": "made", "by": by, "ends_at": times.iso_local(ends_at)}
    house.catalogue.record(caller.name, "paper.fetched", f"paper:{paper}", detail)
    file = {"sha256": sealed.sha256, "size": sealed.size, "media_type": sealed.media_type}
    return {"url": url, "ends_at": times.iso_local(ends_at), **file}
