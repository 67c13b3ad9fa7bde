"""At the review desk a scan of several papers is split, and its empty pages are seen, taken in and left out."""

import time
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser

from api.keys import Role
from dossier.papers import Paper, PaperState
from storage.under_way.claims import WAITING
from tests.api.desks import PATIENCE_MS, at_desk, needs_browser, peopled
from tests.api.http_service import Service, announce
from tests.generator.render import Kind
from tests.generator.several import scan_together

pytestmark = needs_browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with peopled(tmp_path_factory.mktemp("house")) as service:
        yield service


def duplex(path: Path) -> Path:
    """Write what a duplex scanner makes of an application and an identity card, both with an empty back."""
    scan_together(path, [Kind.APPLICATION, Kind.IDENTITY_CARD])
    with pikepdf.open(path, allow_overwriting_input=True) as scan, pikepdf.new() as back:
        back.add_blank_page(page_size=(595, 842))
        for place in (1, 3):
            scan.pages.insert(place, back.pages[0])
        scan.save()
    return path


def until_waiting(service: Service, count: int) -> list[Paper]:
    """Wait until so many papers wait for a person, and return them."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while True:
        papers = service.house.catalogue.papers()
        waiting = [paper for paper in papers if paper.state in WAITING]
        if len(waiting) == count:
            return waiting
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_scan_is_split_by_keyboard(service: Service, browser: Browser, tmp_path: Path) -> None:
    path = duplex(tmp_path / "ho-so.pdf")
    batch = announce(service, Role.STATION, "several", path.name)
    service.call(Role.STATION, "PUT", f"/v1/batches/{batch}/files/{path.name}", content=path.read_bytes())
    (scan,) = until_waiting(service, 1)
    with at_desk(service, browser, "canbo", "review") as desk:
        page = desk.page
        page.wait_for_selector("#waiting tr")
        desk.press("Enter")
        page.wait_for_selector("#split:focus")
        desk.press("Enter")
        page.wait_for_selector("#splitting .primary:focus")
        tiles = page.locator("#splitting .tile")
        assert tiles.count() == scan.page_count == 4
        assert [one.get_attribute("aria-pressed") for one in tiles.all()] == ["true", "false", "true", "false"]
        tiles.nth(3).locator("img").scroll_into_view_if_needed()
        tiles.nth(3).locator("img").evaluate("one => one.decode()")
        desk.audit()
        desk.show("desk-split")

        desk.press("Escape")
        page.wait_for_selector("#work:visible #split:focus")
        assert not page.is_visible("#splitting"), "and the paper is still in hand"
        desk.press("Alt+t")
        page.wait_for_selector("#splitting .primary:focus")
        page.focus("#splitting .tile:first-child")
        desk.press("ArrowRight", "ArrowRight", "Space")
        page.wait_for_selector("#splitting .primary:disabled")
        desk.press("Space", "Control+Enter")
        page.wait_for_selector("#queue:visible")
    split = service.house.catalogue.paper(scan.id)
    assert (split.state, split.split_by) == (PaperState.SPLIT, "Trần Thị Đối Chiếu")
    parts = until_waiting(service, 2)
    assert [part.id for part in parts] == list(split.parts)
    assert [part.hidden_pages for part in parts] == [(2,), (2,)]


def test_empty_pages_are_told_looked_at_and_taken_in(service: Service, browser: Browser) -> None:
    card = until_waiting(service, 2)[1]
    with at_desk(service, browser, "canbo", "review") as desk:
        page = desk.page
        page.wait_for_selector("#waiting tr")
        page.get_by_role("button", name="Thẻ căn cước").click()
        page.wait_for_selector("#left-out:visible")
        page.wait_for_selector("#page-number:text-is('Trang 1/2 · bản lưu 1/1')")
        assert not page.is_visible("#hide"), "what says something is never left out"
        desk.press("PageDown")
        page.wait_for_selector("#hide:visible")
        page.wait_for_selector("#page-number:text-is('Trang 2/2 · không lưu')")
        desk.audit()
        desk.show("desk-hidden-pages")
        desk.press("Alt+h")
        page.wait_for_selector("#page-number:text-is('Trang 2/2')")
        assert not page.is_visible("#left-out")
        assert service.house.catalogue.paper(card.id).hidden_pages == ()
        desk.press("Alt+h")
        page.wait_for_selector("#page-number:text-is('Trang 2/2 · không lưu')")
        assert page.is_visible("#left-out")
        assert service.house.catalogue.paper(card.id).hidden_pages == (2,)
        desk.press("Escape")
        page.wait_for_selector("#queue:visible")


def test_a_page_is_seen_as_archived_as_it_came_and_as_it_was_read(service: Service, browser: Browser) -> None:
    card = until_waiting(service, 2)[1]
    field = next(one for one in card.fields if one.box)
    where = f"/v1/papers/{card.id}/pages/1/picture"
    for kind in ("master", "original", "reading"):
        answer = service.call(Role.OFFICER, "GET", where, params={"image": kind})
        assert answer.headers["content-type"] in {"image/jpeg", "image/png"}, kind
    assert service.call(Role.OFFICER, "GET", where, params={"image": "raw"}).status_code == 422
    with at_desk(service, browser, "canbo2", "review") as desk:
        page = desk.page
        page.wait_for_selector("#waiting tr")
        page.get_by_role("button", name="Thẻ căn cước").click()
        page.wait_for_selector("#confirm:enabled")
        page.focus(f"#field-{field.key}")
        page.wait_for_selector(".mark:visible")
        desk.press("Alt+o")
        page.wait_for_selector(".turned img[src$='image=original']")
        page.wait_for_selector(".mark", state="hidden")
        desk.show("desk-original")
        desk.press("Alt+o")
        page.wait_for_selector(".turned img[src$='image=reading']")
        page.wait_for_selector(".mark:visible")
        desk.audit()
        desk.show("desk-reading")
        desk.press("Alt+o")
        page.wait_for_selector(".turned img[src$='image=master']")
