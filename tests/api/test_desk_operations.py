"""How the work goes: counted from papers, told to programs, shown beside the figures and on the wall."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy import text

from api.keys import Role
from dossier import times
from dossier.papers import Paper, PaperState
from dossier.verdicts import Finding, Severity
from ingest.reports.operations import percentile
from storage.database import writing
from tests.api.desks import at_desk, needs_browser, peopled
from tests.api.http_service import OWNER_NAME, OWNER_NUMBER, Service, keep_paper

DOUBT = Finding("type-uncertain", Severity.WARNING, "Chưa chắc.", "Not certain.")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with papers of yesterday and of some days ago."""
    with peopled(tmp_path_factory.mktemp("house"), working=False) as service:
        now = times.now()
        for hours, minutes in ((1, 10), (2, 20), (3, 90), (50, 600), (400, 5)):
            stored = now - dt.timedelta(hours=hours)
            dated(service, keep_paper(service), created=stored - dt.timedelta(minutes=minutes), stored=stored)
        doubtful = keep_paper(service, checks=(DOUBT,))
        dated(service, doubtful, created=now - dt.timedelta(hours=2), stored=now - dt.timedelta(hours=1))
        keep_paper(service, state=PaperState.READY)
        keep_paper(service, state=PaperState.NEEDS_REVIEW)
        keep_paper(service, state=PaperState.REJECTED)
        yield service


def dated(service: Service, paper: Paper, *, created: dt.datetime, stored: dt.datetime) -> None:
    with writing(service.house.catalogue.engine) as session:
        session.execute(
            text("UPDATE papers SET created_at = :created, stored_at = :stored WHERE id = :id"),
            {
                "created": created.replace(tzinfo=None).isoformat(" "),
                "stored": stored.replace(tzinfo=None).isoformat(" "),
                "id": paper.id.value,
            },
        )


def test_everything_is_counted_from_the_papers(service: Service) -> None:
    told = service.call(Role.AUDITOR, "GET", "/v1/operations").json()
    day, week = told["windows"]
    assert (day["hours"], day["sealed"], day["p50_s"], day["p95_s"]) == (24, 4, 1200.0, 5400.0)
    assert (week["hours"], week["sealed"], week["p50_s"], week["p95_s"]) == (168, 5, 3600.0, 36000.0)
    assert day["straight_through"] == {"above": 3, "below": 4, "percent": 75.0}
    assert day["review"] == {"above": 2, "below": 6, "percent": 33.3}
    assert day["rescan"] == {"above": 1, "below": 7, "percent": 14.3}
    assert {one["lane"]: (one["machine"], one["people"]) for one in told["queues"]} == {
        "on-the-spot": (0, 0),
        "counter": (0, 2),
        "backlog": (0, 0),
    }


def test_the_same_comes_as_tables(service: Service) -> None:
    answer = service.call(Role.OFFICER, "GET", "/v1/operations", params={"form": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    (sealed,) = (row["value"] for row in rows if (row["measure"], row["of"]) == ("sealed", "24 h"))
    assert sealed == "4"
    book = service.call(Role.ADMIN, "GET", "/v1/operations", params={"form": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(book.content)) as parts:
        assert parts.read("xl/worksheets/sheet1.xml").count(b"<row ") == len(rows) + 1


@needs_browser
def test_the_wall_shows_large_numbers_and_nobody(service: Service, browser: Browser) -> None:
    with at_desk(service, browser, "quay", "wall") as desk:
        page = desk.page
        page.wait_for_function("document.getElementById('sealed-day').textContent === '4'")
        assert page.inner_text("#p50-day") == "20 phút"
        assert page.inner_text("#people-counter") == "2"
        shown = page.inner_text("main")
        assert not [one for one in (OWNER_NAME, OWNER_NUMBER) if one in shown]
        assert "Phạm Văn Quét" not in page.inner_text("body")
        size = page.evaluate("parseFloat(getComputedStyle(document.getElementById('sealed-day')).fontSize)")
        assert size >= 36
        assert page.evaluate("main.scrollHeight <= main.clientHeight"), "nobody is there to scroll"
        desk.audit()
        desk.show("desk-wall")


@needs_browser
def test_operations_stand_beside_the_figures(service: Service, browser: Browser) -> None:
    with at_desk(service, browser, "canbo", "figures") as desk:
        assert desk.page.inner_text("#people-counter") == "2"
        desk.audit()
        desk.page.evaluate("document.querySelector('#operations-heading').scrollIntoView()")
        desk.show("desk-operations")


def test_percentiles_are_values_that_were_seen() -> None:
    assert [percentile([1, 2, 3, 4], percent) for percent in (50, 95)] == [2, 4]
    assert percentile([], 50) is None
