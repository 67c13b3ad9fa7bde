"""The store desk goes on where one answer ends: with further papers, or where it looked at enough and found none."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from storage.searching.search_index import put
from tests.api.desks import at_desk, employ, needs_browser
from tests.api.http_service import Service, keep_paper, running
from tests.storage.searched import page as page_of_words

pytestmark = needs_browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        employ(service.house.catalogue)
        yield service


def findable(service: Service, *words: str) -> str:
    """Put a paper into the store whose one page says these words; return its identifier."""
    paper = keep_paper(service)
    put(service.house.catalogue, paper.id, [page_of_words(1, words)], [], 1)
    return paper.id.value


def test_what_one_answer_leaves_is_gone_on_with(
    service: Service, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.searching.search.MOST_JUDGED", 2)
    for _ in range(3):
        findable(service, "Quyết", "định")
    with at_desk(service, browser, "canbo", "store") as desk:
        page = desk.page
        page.fill("#words", "quyết định")
        page.press("#words", "Enter")
        page.wait_for_selector("#more")
        assert page.locator("#list tr").count() == 2
        desk.audit()
        desk.show("desk-store-more")
        page.focus("#more")
        page.keyboard.press("Enter")
        page.wait_for_selector("#more", state="hidden")
        assert page.locator("#list tr").count() == 3
        page.wait_for_selector("#list tr:last-child button:focus")
        assert page.is_hidden("#none-yet")


def test_none_so_far_is_not_none(service: Service, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.searching.search.MOST_JUDGED", 2)
    wanted = findable(service, "Nguyễn", "Văn", "An")
    for _ in range(2):
        findable(service, "Nguyễn", "Văn", "Bình", "Trần", "Văn", "An")
    with at_desk(service, browser, "canbo", "store") as desk:
        page = desk.page
        page.fill("#words", '"nguyễn văn an"')
        page.press("#words", "Enter")
        page.wait_for_selector("#none-yet")
        assert page.is_hidden("#none")
        assert page.is_hidden("#papers")
        desk.audit()
        desk.show("desk-store-none-yet")
        page.click("#more")
        page.locator("#list button.link").first.click()
        page.wait_for_selector("#detail:focus")
        assert wanted in page.inner_text("#facts")
