"""At the review desk a paper that was handed in under a wrong owner is given to the right one."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dossier.papers import PaperState
from tests.api.desks import at_desk, needs_browser, peopled
from tests.ingest.people.test_split import prepared
from tests.ingest.test_work import send

pytestmark = needs_browser

NUMBER, NAME = "001190054321", "Ngô Văn Chủ"


@pytest.mark.parametrize("second_person", [False, True])
def test_a_paper_is_given_to_another_owner(
    tmp_path: Path, browser: Browser, small_scan: Path, *, second_person: bool
) -> None:
    with peopled(tmp_path / "house", working=False, second_person=second_person) as service:
        house = service.house
        paper = prepared(house, send(house, small_scan.name, small_scan.read_bytes()).paper)
        with at_desk(service, browser, "canbo", "review") as desk:
            page = desk.page
            page.wait_for_selector("#waiting tr")
            desk.press("Enter")
            page.wait_for_selector("#confirm:enabled")
            assert page.is_hidden("#owner")
            desk.press("Alt+c")
            page.wait_for_selector("#owner-number:focus")
            assert paper.owner
            assert page.input_value("#owner-number") == paper.owner.number.value
            desk.press("Escape")
            page.wait_for_selector("#change-owner:focus")
            assert page.is_hidden("#owner")
            desk.press("Enter")
            page.fill("#owner-number", NUMBER)
            page.fill("#owner-name", NAME)
            desk.audit()
            desk.show("desk-review-owner")
            assert page.is_disabled("#confirm"), "what is typed is not passed over"
            desk.press("Alt+l")
            page.get_by_text("Chưa lưu được: Chủ giấy tờ").wait_for()
            page.wait_for_selector("#owner-number:focus")
            desk.press("Enter")
            page.wait_for_selector("#owner", state="hidden")
            assert f"{NAME} · {NUMBER}" in page.inner_text("#about")
            if second_person:
                page.wait_for_selector("#second:visible")
                assert "Chủ giấy tờ" in page.inner_text("#second")
                assert "Chủ giấy tờ" in page.inner_text("#checks")
            desk.press("Control+Enter")
            page.wait_for_selector("#queue:visible")
        kept = house.catalogue.paper(paper.id)
        assert kept.owner
        assert (kept.owner.number.value, kept.owner.name) == (NUMBER, NAME)
        assert (kept.state is PaperState.CONFIRMED) is not second_person
