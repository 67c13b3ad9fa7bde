"""``GET /v1/renewals/calendar``: in which month how much must have been renewed."""

from api.http.access import allow
from api.http.answers.renewals import RenewalCalendar
from api.http.deps import HouseDep
from api.http.reading import new_router
from api.keys import Role
from api.shapes import Json, calendar_json
from ingest.proof.renew import calendar

router = new_router()


@router.get(
    "/v1/renewals/calendar",
    response_model=RenewalCalendar,
    dependencies=[allow(Role.AUDITOR, Role.ADMIN)],
    summary="Lịch gia hạn / When protection ends",
)
def show_renewals(house: HouseDep) -> Json:
    """Count papers and evidence records by the month in which what proves them ends."""
    return calendar_json(calendar(house))
