"""A station asks what of a procedure an owner need not hand in: it is told whether and of which day, and no more."""

import datetime as dt
from collections.abc import Iterator

import pytest

from api.keys import Role
from dossier import times
from dossier.papers import PaperState
from storage.audit_log import audit
from tests.api.http_service import DOSSIER, OWNER_NUMBER, PROCEDURE, Service, keep_paper, running

ASKED = {"owner_number": OWNER_NUMBER, "dossier": DOSSIER, "procedure": PROCEDURE}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        yield service


def days(service: Service, **asked: str) -> list[str | None]:
    """Return the days of the components that the store has."""
    answer = service.call(Role.STATION, "POST", "/v1/twins", json={**ASKED, **asked})
    assert answer.status_code == 200, answer.text
    components = answer.json()["components"]
    assert {key for one in components for key in one} == {"code", "name", "name_en", "in_store", "issued_on"}
    assert all(one["issued_on"] is None for one in components if not one["in_store"])
    return [one["issued_on"] for one in components if one["in_store"]]


def test_only_what_can_be_used_again_is_told_and_the_latest_of_it(service: Service) -> None:
    today = times.today()
    keep_paper(service, paper_type="identity-card", state=PaperState.READY)
    keep_paper(service, paper_type="identity-card", valid_until=today - dt.timedelta(days=1))
    keep_paper(service, paper_type="identity-card", owner_number="001190054321")
    assert days(service) == []
    earlier, later = (
        keep_paper(service, paper_type="identity-card", issued_on=dt.date(year, 2, 3)) for year in (2019, 2021)
    )
    before = audit.check(service.house.catalogue).entries
    assert days(service) == ["2021-02-03"]
    (told,) = audit.entries(service.house.catalogue, after=before)
    assert (told.actor, told.action, told.object) == ("station", "paper.twin-told", f"paper:{later.id}")
    assert told.detail == {"how": "owner_and_type", "dossier": DOSSIER}
    assert str(earlier.id) not in told.object


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"procedure": "3.999999"}, "procedure-unknown"),
        ({"owner_number": "12"}, "owner-number-invalid"),
        ({"dossier": "x"}, "identifier-invalid"),
    ],
)
def test_what_is_no_number_is_refused(service: Service, asked: dict[str, str], code: str) -> None:
    answer = service.call(Role.STATION, "POST", "/v1/twins", json={**ASKED, **asked})
    assert answer.json()["code"] == code
