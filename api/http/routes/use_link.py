"""``GET /v1/links/{link}``: the sealed PDF for whoever has a link to it."""

from typing import Annotated

from fastapi import Path, Response

from api.http.access import public
from api.http.deps import HouseDep
from api.http.fetching import NOT_MODIFIED, WantedDep, answers, given
from api.http.links import Link, link_of
from api.http.reading import new_router
from dossier import times
from dossier.errors import NotFound, UnknownAddress
from dossier.papers import PaperState, StoredObject
from ingest.house import House

router = new_router()


@router.get(
    "/v1/links/{link}",
    dependencies=[public],
    response_class=Response,
    responses=answers("application/pdf", description="Tệp PDF đã ký số / The sealed PDF"),
    summary="Tải tệp theo đường dẫn / Download by a link",
)
def use_link(house: HouseDep, link: Annotated[str, Path(max_length=1000)], wanted: WantedDep) -> Response:
    """Return the sealed PDF that a link leads to, or a part of it; no key is needed."""
    found = link_of(house, link, at=times.now())
    response = given(house, _sealed(house, found), f"{found.paper}.pdf", wanted)
    if response.status_code < NOT_MODIFIED:
        house.catalogue.record(found.maker, "paper.fetched", f"paper:{found.paper}", {"link": "used"})
    return response


def _sealed(house: House, link: Link) -> StoredObject:
    """Return the version a link was made for, which a renewal may have followed since.

    Raises:
        UnknownAddress: The paper is disposed of since, or the version is gone.
    """
    paper = house.catalogue.paper(link.paper)
    sealed = paper.sealed
    if sealed is None or paper.state is PaperState.DISPOSED:
        raise UnknownAddress
    if sealed.version == link.version:
        return sealed
    try:
        return house.objects.head(sealed.key, link.version)
    except NotFound:
        raise UnknownAddress from None
