"""The station desk beside the files: a card's code, what the store has already, sheets to print, who waits."""

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, Response

from api.keys import Role
from dossier.papers import PaperState
from tests.api.desks import PEOPLE, at_desk, employ, needs_browser
from tests.api.http_service import DOSSIER, OWNER_NUMBER, PROCEDURE, Service, keep_paper, png, running

pytestmark = needs_browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        employ(service.house.catalogue)
        yield service


@pytest.mark.parametrize("told", [True, False], ids=["told", "asking"])
def test_a_batch_is_followed_as_it_happens_and_on_the_clock(
    service: Service, browser: Browser, tmp_path: Path, *, told: bool
) -> None:
    scan = tmp_path / "scan.png"
    scan.write_bytes(png(30 + told))
    streams: list[Response] = []
    with at_desk(service, browser, "quay", "station") as desk:
        page = desk.page
        page.on("response", lambda got: streams.append(got) if got.url.endswith("/events") else None)
        if not told:
            page.route("**/events", lambda route: route.fulfill(status=204))
        page.fill("#dossier", DOSSIER)
        page.fill("#procedure", PROCEDURE)
        page.check("#on-the-spot")
        page.set_input_files("#files", scan)
        page.click("#send")
        page.get_by_text("Đang đọc").wait_for()
        page.locator("#list .clock").wait_for()
        (paper,) = service.house.catalogue.papers(state=PaperState.RECEIVED)
        service.house.catalogue.save(replace(paper, state=PaperState.READY), actor="test", action="paper.checked")
        page.get_by_text("Chờ đối chiếu").wait_for()
        desk.audit()
    assert streams[0].status == (200 if told else 204)


def test_the_days_batches_on_the_spot_are_listed_with_their_clock(service: Service, browser: Browser) -> None:
    person, _ = PEOPLE["quay"]
    body = {
        "batch": "lo-cho",
        "operator": person,
        "dossier": DOSSIER,
        "on_the_spot": True,
        "papers": [{"name": "1.png"}],
    }
    assert service.call(Role.OFFICER, "POST", "/v1/batches", json=body).status_code == 201
    with at_desk(service, browser, "canbo", "station") as desk:
        page = desk.page
        page.add_init_script("const now = Date.now; Date.now = () => now() + 20 * 60000;")
        page.reload()
        page.locator("#waiting .clock.bad", has_text="quá 15 phút").first.wait_for()
        assert DOSSIER in page.inner_text("#waiting")
        desk.audit()


def test_a_card_is_read_off_a_picture_and_the_store_is_asked_first(
    service: Service, browser: Browser, sample: Path
) -> None:
    (card,) = (one for one in json.loads((sample / "batch.json").read_text())["files"] if one["file"] == "can-cuoc.jpg")
    number = card["owner"]["number"]
    keep_paper(service, owner_number=number, paper_type="identity-card", issued_on=dt.date(2021, 3, 5))
    with at_desk(service, browser, "canbo", "station") as desk:
        page = desk.page
        page.fill("#dossier", DOSSIER)
        page.fill("#procedure", PROCEDURE)
        page.set_input_files("#card-picture", sample / "can-cuoc.jpg")
        first = page.locator("#components li").first
        first.wait_for()
        assert first.inner_text() == "Đã có, dùng lại được Giấy tờ tùy thân · 05/03/2021"
        assert [page.input_value(f"#owner-{part}") for part in ("number", "name")] == [number, card["owner"]["name"]]
        desk.audit()
        desk.show("desk-station-first")
        assert number not in page.url
        page.fill("#owner-number", OWNER_NUMBER)
        with page.expect_response("**/v1/reuse/lookup"):
            page.press("#owner-number", "Tab")


def test_a_station_is_told_whether_the_store_has_it_and_no_more(service: Service, browser: Browser) -> None:
    number = "001190054321"
    keep_paper(service, owner_number=number, paper_type="identity-card", issued_on=dt.date(2020, 2, 3))
    with at_desk(service, browser, "quay", "station") as desk:
        page = desk.page
        page.fill("#dossier", DOSSIER)
        page.fill("#procedure", PROCEDURE)
        page.fill("#owner-number", number)
        page.press("#owner-number", "Tab")
        lines = page.locator("#components li")
        lines.first.wait_for()
        assert lines.first.inner_text() == "Đã có, dùng lại được Giấy tờ tùy thân · 03/02/2020"
        assert lines.nth(1).inner_text().startswith("Chưa có giấy tờ dùng lại được")
        desk.audit()
        desk.show("desk-station-twins")


def test_separator_sheets_are_made_to_print(service: Service, browser: Browser) -> None:
    with at_desk(service, browser, "quay", "station") as desk:
        page = desk.page
        page.fill("#dossier", DOSSIER)
        page.click("summary")
        page.fill("#sheets-blank", "3")
        page.check("#sheets-dossier")
        with page.expect_download() as download:
            page.press("#sheets-blank", "Enter")
        with pikepdf.open(download.value.path()) as sheets:
            assert len(sheets.pages) >= 4
        desk.audit()
