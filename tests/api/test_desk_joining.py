"""At the review desk a scan that was split wrongly is put together again, and one lane is worked off alone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.keys import Role
from dossier.lanes import Lane
from dossier.papers import PaperState
from ingest.people.split import split
from storage.under_way import claims
from tests.api.desks import at_desk, needs_browser, opened, peopled
from tests.api.http_service import Service, announce, keep_paper
from tests.api.test_desk_scans import until_waiting
from tests.generator.render import Kind
from tests.generator.several import scan_together

pytestmark = needs_browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with peopled(tmp_path_factory.mktemp("house")) as service:
        yield service


def test_parts_are_joined_again_by_keyboard(service: Service, browser: Browser, tmp_path: Path) -> None:
    house, path = service.house, tmp_path / "ho-so.pdf"
    scan_together(path, [Kind.APPLICATION, Kind.IDENTITY_CARD, Kind.DIPLOMA])
    batch = announce(service, Role.STATION, "joining", path.name)
    service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/{path.name}", content=path.read_bytes())
    (scan,) = until_waiting(service, 1)
    split(house, scan.id, [2, 3], by="Người Tách", actor="test")
    application, card, diploma = until_waiting(service, 3)
    with opened(house.catalogue, service.url, browser, "canbo", "review") as desk:
        page = desk.page
        page.get_by_role("button", name="Thẻ căn cước").click()
        page.wait_for_selector("#join:visible")
        page.wait_for_selector("#confirm:enabled")
        desk.press("Alt+g")
        page.wait_for_selector("#joining button.tile:focus")
        assert page.locator("#joining .tile").count() == 3, "before, in hand, behind"
        for picture in page.locator("#joining img").all():
            picture.evaluate("one => one.decode()")
        desk.audit()
        desk.show("desk-join")
        desk.press("Escape")
        page.wait_for_selector("#joining", state="hidden")
        assert page.is_visible("#work"), "the paper is still in hand"

        claims.claim(house.catalogue, diploma.id, actor="canbo2", person="Lê Văn Hai")
        desk.press("Alt+g")
        page.wait_for_selector("#joining button.tile:focus")
        desk.press("ArrowRight", "Enter")
        page.wait_for_selector("#said.bad")
        assert house.catalogue.paper(card.id) == card, "somebody else has the diploma in hand"

        page.wait_for_selector("#queue:visible")
        page.get_by_role("button", name="Thẻ căn cước").click()
        page.wait_for_selector("#confirm:enabled")
        desk.press("Alt+g")
        page.wait_for_selector("#joining button.tile:focus")
        desk.press("Enter")
        page.wait_for_selector("#queue:visible")
        assert [one for one in desk.complaints if "409" not in one] == []
    (ended,) = {house.catalogue.paper(one.id).joined_into for one in (application, card)}
    assert ended
    joined = house.catalogue.paper(ended)
    assert house.catalogue.paper(card.id).joined_by == "Trần Thị Đối Chiếu"
    assert house.catalogue.paper(scan.id).parts == (ended, diploma.id)
    assert {joined.id, diploma.id} == {one.id for one in until_waiting(service, 2)}
    assert house.catalogue.paper(joined.id).page_count == 2


def test_one_lane_is_worked_off_alone_and_the_address_remembers_it(service: Service, browser: Browser) -> None:
    keep_paper(service, state=PaperState.READY, paper_type="decision")
    old = keep_paper(service, state=PaperState.READY, paper_type="diploma")
    service.house.catalogue.save(replace(old, lane=Lane.BACKLOG), actor="test", action="test")
    with at_desk(service, browser, "canbo", "review") as desk:
        page = desk.page
        page.get_by_role("button", name="Quyết định").wait_for()
        page.focus("#next")
        desk.press("Shift+Tab", "Shift+Tab")
        page.wait_for_selector("#only-lane:focus")
        page.select_option("#only-lane", "on-the-spot")
        page.wait_for_selector("#empty:visible")
        assert page.url.endswith("/desk/review?lane=on-the-spot")
        desk.audit()
        desk.show("desk-review-lane")
        page.focus("#next")
        desk.press("Enter")
        page.wait_for_selector("#said:text('Không còn giấy tờ')")
        page.reload()
        page.wait_for_selector("#empty:visible")
        assert page.input_value("#only-lane") == "on-the-spot"
        page.select_option("#only-lane", "backlog")
        page.select_option("#only-state", "ready")
        page.wait_for_selector("#waiting .tag:text('Hồ sơ cũ')")
        assert page.locator("#waiting tr").count() == 1
        assert page.url.endswith("/desk/review?lane=backlog&state=ready")
