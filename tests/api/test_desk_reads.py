"""At the store desk, who read an owner's papers stands there once a day for each purpose, with a count."""

from pathlib import Path

from playwright.sync_api import Browser, Locator

from api.keys import Role
from tests.api.desks import at_desk, employ, needs_browser
from tests.api.http_service import running
from tests.api.test_desk_store import findable

pytestmark = needs_browser

OWNER = "001190054321"


def cells(rows: Locator) -> list[list[str]]:
    return [row.locator("td").all_inner_texts() for row in rows.all()]


def test_the_same_reader_stands_there_once_a_day(tmp_path: Path, browser: Browser) -> None:
    with running(tmp_path / "house") as service:
        employ(service.house.catalogue)
        first = findable(service, ["Giấy", "khai", "sinh"], owner_number=OWNER)
        second = findable(service, ["Bằng"], owner_number=OWNER, paper_type="diploma")
        for paper in (first, second, first):
            service.call(Role.AUDITOR, "GET", f"/v1/papers/{paper.id}")
        service.call(Role.OFFICER, "GET", f"/v1/papers/{second.id}")
        with at_desk(service, browser, "canbo", "store") as desk:
            page = desk.page
            page.fill("#number", OWNER)
            page.press("#number", "Enter")
            page.wait_for_selector("#read:visible")
            page.press("#number", "Enter")  # the first look is on record now
            page.locator("#reads td", has_text="Trần Thị Đối Chiếu").first.wait_for()
            by_auditor = cells(page.locator("#reads tr", has_text="auditor"))
            assert len(by_auditor) < 3, "one row, two at midnight"
            assert sum(int(row[-1]) for row in by_auditor) == 3
            readers = [row[1].split("\n")[0] for row in cells(page.locator("#reads tr"))]
            assert readers.index("Trần Thị Đối Chiếu") < readers.index("officer") < readers.index("auditor")
            assert "thanh tra" in by_auditor[0][1]
            desk.audit()
            desk.show("desk-store-reads")
            page.locator("#list tr", has_text="khai sinh").locator("button.link").click()
            page.wait_for_selector("#detail:focus")
            of_first = cells(page.locator("#paper-reads tr", has_text="auditor"))
            assert sum(int(row[-1]) for row in of_first) == 2
