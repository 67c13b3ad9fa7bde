"""At the review desk, what stands in a paper's table is looked at, mended, and added to, cell by cell."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dossier.papers import FieldSource
from tests.api.desks import at_desk, employ, needs_browser
from tests.api.http_service import Service, running
from tests.generator.chance import seeded
from tests.generator.faults import Scanner
from tests.generator.files import write_scan
from tests.generator.papers.decision import Decision
from tests.generator.papers.look import Look
from tests.generator.render import print_paper
from tests.ingest.people.test_split import prepared
from tests.ingest.test_work import send

pytestmark = needs_browser


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path / "house") as service:
        employ(service.house.catalogue)
        yield service


def test_cells_are_mended_and_rows_added(service: Service, browser: Browser, tmp_path: Path) -> None:
    rng = seeded("a decision with a list")
    decision = Decision.invent_with_table(rng, "dev", rows=6)
    scan = print_paper(decision, Look.draw(rng, "dev", 200), Scanner(), rng)
    write_scan(tmp_path / "list.pdf", scan.pages)
    house = service.house
    paper = prepared(house, send(house, "list.pdf", (tmp_path / "list.pdf").read_bytes()).paper)
    read = {field.key: field.value for field in paper.fields}
    assert {key: read.get(key) for key in scan.fields if key.endswith(".amount")} == {
        key: value for key, value in scan.fields.items() if key.endswith(".amount")
    }
    with at_desk(service, browser, "canbo", "review") as desk:
        page = desk.page
        page.click("#next")
        page.wait_for_selector("details.table")
        folded = page.locator("details.table")
        assert folded.count() == 1
        assert "6 dòng" in folded.locator("summary").inner_text()
        folded.locator("summary").click()
        amount = page.locator('[id="field-persons.2.amount"]')
        amount.fill("123456000")
        amount.press("Enter")
        folded.get_by_text("Thêm dòng").click()
        assert "7 dòng" in folded.locator("summary").inner_text()
        page.locator('[id="field-persons.7.name"]').fill("Lê Thị Thêm")
        desk.audit()
        desk.show("desk-review-table")
        desk.press("Escape")
        page.wait_for_selector("#queue:visible")
    after = house.catalogue.paper(paper.id)
    mended, added = after.field("persons.2.amount"), after.field("persons.7.name")
    assert mended
    assert added
    assert (mended.value, mended.source) == ("123456000", FieldSource.MANUAL)
    assert mended.box, "its place on the page is known still"
    assert added.value == "Lê Thị Thêm"
    keys = [field.key for field in after.fields]
    assert keys.index("persons.2.amount") < keys.index("persons.3.name") < keys.index("persons.7.name")
