"""At the review desk, what the service refused stays where it was typed until it is mended, or given up on purpose."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.desks.texts import texts
from dossier.papers import Paper
from tests.api.desks import Desk, employ, needs_browser, opened
from tests.api.http_service import Service, running
from tests.ingest.people.test_split import prepared
from tests.ingest.test_work import send

pytestmark = needs_browser

REFUSED = "422"
"""What a browser says of a value that is refused; nothing else may go wrong in the window."""
NO_DAY = "31/02/1987"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path / "house") as service:
        employ(service.house.catalogue)
        yield service


@contextmanager
def mistyped(service: Service, browser: Browser, scan: Path) -> Iterator[tuple[Desk, Paper]]:
    """Take a paper in hand and type a day that there is not."""
    house = service.house
    paper = prepared(house, send(house, scan.name, scan.read_bytes()).paper)
    with opened(house.catalogue, service.url, browser, "canbo", "review") as desk:
        desk.page.click("#next")
        desk.page.wait_for_selector("#confirm:enabled")
        desk.page.fill("#field-birth_date", NO_DAY)
        yield desk, paper
        assert [one for one in desk.complaints if REFUSED not in one] == []


def said(desk: Desk) -> str:
    """Return what the page said went wrong, and take it away."""
    desk.page.wait_for_selector("#said.bad:not(:empty)")
    text = desk.page.inner_text("#said")
    desk.page.evaluate("document.getElementById('said').textContent = ''")
    return text


def test_laying_a_paper_back_does_not_lose_what_was_refused(
    service: Service, browser: Browser, small_scan: Path
) -> None:
    lost = texts("vi")["script"]["not_kept_leave"].format(fields="Ngày sinh")
    with mistyped(service, browser, small_scan) as (desk, paper):
        page = desk.page
        desk.press("Escape")
        page.wait_for_selector("#said.bad:not(:empty)")
        desk.audit()
        desk.show("desk-review-refused")
        assert said(desk) == lost
        assert page.input_value("#field-birth_date:focus") == NO_DAY
        assert page.is_visible("#problem-birth_date")
        page.fill("#field-birth_date", "30/02/1987")
        desk.press("Alt+l")
        assert said(desk) == lost, "another text is told of once more"
        page.fill("#field-birth_date", "28021987")
        desk.press("Escape")
        page.wait_for_selector("#queue:visible")
        kept = service.house.catalogue.paper(paper.id).field("birth_date")
        assert kept
        assert kept.value == "1987-02-28"


def test_a_refused_text_is_given_up_when_the_person_says_so_again(
    service: Service, browser: Browser, small_scan: Path
) -> None:
    with mistyped(service, browser, small_scan) as (desk, paper):
        desk.press("Escape")
        said(desk)
        desk.press("Escape")
        desk.page.wait_for_selector("#queue:visible")
        assert service.house.catalogue.paper(paper.id).fields == paper.fields


def test_a_refused_text_outlives_another_type(service: Service, browser: Browser, small_scan: Path) -> None:
    with mistyped(service, browser, small_scan) as (desk, paper):
        page = desk.page
        page.focus("#type")
        page.wait_for_selector("#field-birth_date[aria-invalid=true]")
        page.select_option("#type", "diploma")
        page.wait_for_selector("#field-birth_place")
        page.wait_for_selector("#field-birth_date[aria-invalid=true]")
        assert page.input_value("#field-birth_date") == NO_DAY
        assert service.house.catalogue.paper(paper.id).paper_type == "diploma"
