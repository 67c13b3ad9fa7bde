"""The store desk: words found on the page itself, who read a paper, a paper taken into a dossier and handed over."""

import io
from collections.abc import Iterator

import pikepdf
import pytest
from PIL import Image
from playwright.sync_api import Browser

from api.keys import Role
from dossier.identifiers import DossierNumber
from dossier.papers import Paper, PaperKind
from storage.reuse.reuses import reuses_in
from storage.searching.search_index import put
from tests.api.desks import at_desk, employ, needs_browser
from tests.api.http_service import DOSSIER, PROCEDURE, Service, keep_paper, running
from tests.storage.searched import page as page_of_words

pytestmark = needs_browser

WORDS = ["Quyết", "định", "số", "320/QĐ-UBND,", "ông", "Nguyễn", "Văn", "An"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("house")) as service:
        employ(service.house.catalogue)
        yield service


def two_pages() -> bytes:
    """A file whose pages are kept where those of sealed files are."""
    pages = [Image.new("RGB", (1100, 1600), shade) for shade in ("white", "ivory")]
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:])
    with pikepdf.open(buffer) as pdf:
        for page in pdf.pages:
            (picture,) = page.Resources.XObject.values()
            page.Resources.XObject = pikepdf.Dictionary(Page=picture)
        file = io.BytesIO()
        pdf.save(file)
    return file.getvalue()


def findable(service: Service, *pages: list[str], **more: object) -> Paper:
    """Put a paper of two pages into the store whose pages say these words."""
    paper = keep_paper(service, content=two_pages(), page_count=2, **more)  # type: ignore[arg-type]  # passed through
    said = [page_of_words(number, words) for number, words in enumerate(pages, 1)]
    put(service.house.catalogue, paper.id, said, [], 1)
    return paper


def test_a_hit_opens_the_page_with_the_words_marked(service: Service, browser: Browser) -> None:
    findable(service, ["Trang", "đầu"], WORDS)
    with at_desk(service, browser, "canbo", "store") as desk:
        page = desk.page
        page.fill("#words", '"nguyễn văn an"')
        page.press("#words", "Enter")
        hit = page.locator("button.snippet")
        hit.wait_for()
        assert hit.locator("mark").all_inner_texts() == ["Nguyễn", "Văn", "An"]
        hit.click()
        page.locator("#stage .found").nth(2).wait_for()
        assert page.inner_text("#page-number") == "Trang 2/2"
        desk.audit()
        desk.show("desk-store-page")
        page.click("#page-before")
        page.get_by_text("Trang 1/2").wait_for()
        assert page.locator("#stage .found").count() == 0
        page.keyboard.press("Escape")
        page.wait_for_selector("#pages", state="hidden")


def test_a_paper_is_taken_into_a_dossier_and_shows_who_read_it(service: Service, browser: Browser) -> None:
    owner = "001190054321"
    paper = findable(service, ["Giấy", "khai", "sinh"], owner_number=owner)
    service.call(Role.AUDITOR, "GET", f"/v1/papers/{paper.id}")
    with at_desk(service, browser, "canbo", "store") as desk:
        page = desk.page
        page.fill("#number", owner)
        page.press("#number", "Enter")
        page.locator("#list button.link").click()
        page.wait_for_selector("#detail:focus")
        assert paper.id.value in page.inner_text("#facts")
        assert "auditor" in page.inner_text("#paper-reads")
        page.fill("#dossier", DOSSIER)
        page.fill("#procedure", PROCEDURE)
        page.press("#procedure", "Enter")
        page.get_by_text(f"Đã dùng lại cho hồ sơ {DOSSIER}").wait_for()
        desk.audit()
        desk.show("desk-store-paper")
        ((reuse, used),) = reuses_in(service.house.catalogue, DossierNumber.parse(DOSSIER))
        assert (used.id, reuse.person) == (paper.id, "Trần Thị Đối Chiếu")
        assert reuse.reference.value in page.inner_text("#reused")


def test_a_result_is_handed_over_once(service: Service, browser: Browser) -> None:
    owner = "001190011111"
    paper = findable(service, ["Kết", "quả"], owner_number=owner, kind=PaperKind.RESULT)
    with at_desk(service, browser, "canbo", "store") as desk:
        page = desk.page
        page.fill("#number", owner)
        page.press("#number", "Enter")
        page.locator("#list button.link").click()
        page.click("#hand-over")
        page.wait_for_selector("#detail", state="hidden")
        assert service.house.catalogue.paper(paper.id).handed_over_at is not None
        page.locator("#list button.link").click()
        page.get_by_text("Đã trả cho chủ").wait_for()
        assert page.is_hidden("#hand-over")
