"""The auditor's desk: the log, the status list and the calendar of renewals, in a browser on the real stack."""

import datetime as dt
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import pikepdf
import pytest
from playwright.sync_api import Browser
from sqlalchemy import text

from api.desks.plots import HIGH, columns
from api.keys import Role
from dossier import times
from dossier.papers import Box, Paper
from dossier.standing import Reason
from ingest.limited.limits import Limits
from ingest.proof.revisions import MOST_PICTURES, history, places
from ingest.upkeep.audit_log import keep_log
from storage.database import writing
from storage.proof.renewals import keep_end
from tests.api.desks import at_desk, needs_browser, peopled
from tests.api.http_service import Service, keep_paper
from tests.signing.papers import annotate, office_paper, sign_visibly, small_page, update, write_over
from tests.signing.pki import Tree

T = TypeVar("T")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with peopled(tmp_path_factory.mktemp("house"), working=False) as service:
        yield service


@pytest.fixture(scope="module")
def papers(service: Service) -> list[Paper]:
    """One paper in force and one revoked, whose proofs end in different years."""
    kept = [keep_paper(service, content=f"%PDF-1.7 {n}".encode(), owner_number=None) for n in range(3)]
    for number, paper in enumerate(kept):
        keep_end(service.house.catalogue, paper, dt.datetime(2034 + number // 2, 3, 1, tzinfo=dt.UTC), actor="test")
    end = {"reason": Reason.FORGED.value, "authority": "Thanh tra tỉnh Mẫu", "by": "Trần Văn Bình"}
    answer = service.call(Role.OFFICER, "POST", f"/v1/papers/{kept[2].id}/revocation", json=end)
    assert answer.is_success, answer.text
    return kept


def apart(work: Callable[[], T]) -> T:
    """Do what runs an event loop of its own in a thread without one: the browser's runs in this one."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(work).result()


def with_script(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))
        document.save(changed := io.BytesIO())
    return changed.getvalue()


@needs_browser
def test_the_log_the_list_and_the_calendar(service: Service, browser: Browser, papers: list[Paper]) -> None:
    apart(lambda: list(keep_log(service.house, at=times.now() + dt.timedelta(days=2))))
    with at_desk(service, browser, "thanhtra", "audit") as desk:
        page = desk.page
        assert page.locator("svg.columns rect").count() == 2, "the revoked one stays proven too"
        page.check("#segments")
        page.click("#check-log")
        page.wait_for_selector("#log-verdict .tag.good")
        page.fill("#listed", papers[2].id.value)
        page.press("#listed", "Enter")
        page.wait_for_selector("#list-files .error")
        assert "Đã thu hồi" in page.inner_text("#list-files")
        assert page.locator("#list-verdict .tag.good").count() == 1
        desk.audit()
        page.locator("#log-heading").scroll_into_view_if_needed()
        page.evaluate("document.querySelector('main').scrollTo(0, 1e6)")
        desk.show("desk-audit-log")
        page.fill("#listed", papers[0].id.value)
        page.press("#listed", "Enter")
        page.wait_for_selector("#list-files .info")


def test_what_is_found_is_told_to_programs_too(service: Service, papers: list[Paper]) -> None:
    whole = service.call(Role.AUDITOR, "POST", "/v1/audit-checks", json={}).json()
    assert (whole["broken"], whole["whole"]["segmented"]) == (None, 0)
    path = "/v1/status-list/check"
    told = service.call(Role.AUDITOR, "GET", path, params={"paper": papers[2].id.value}).json()
    assert (told["verdict"], told["entries"]["revoked"]) == ("valid", 1)
    (file,) = told["files"]
    assert (file["state"], file["reason"]) == ("revoked", "forged")
    assert service.call(Role.AUDITOR, "GET", path).json()["files"] is None


@needs_browser
def test_a_log_that_was_changed_is_told_with_the_place(service: Service, browser: Browser, papers: list[Paper]) -> None:
    assert papers
    with writing(service.house.catalogue.engine) as session:
        session.execute(text("UPDATE audit SET actor = 'nobody' WHERE seq = 3"))
    with at_desk(service, browser, "thanhtra", "audit") as desk:
        desk.page.click("#check-log")
        desk.page.wait_for_selector("#log-verdict .tag.bad")
        assert "\n3\n" in desk.page.inner_text("#log-facts")
        desk.audit()
    broken = service.call(Role.AUDITOR, "POST", "/v1/audit-checks", json={}).json()["broken"]
    assert (broken["code"], broken["seq"]) == ("audit-chain-broken", 3)


@needs_browser
def test_how_a_file_came_about_is_shown_with_pictures(
    service: Service, browser: Browser, gov: Tree, tmp_path: Path
) -> None:
    page_pair = small_page(pages=2)
    paper = apart(lambda: office_paper(gov.key("elliptic"), gov.key(), annotate("So 12/QD-UBND"), page_pair))
    (tmp_path / "changed.pdf").write_bytes(update(paper, write_over(b"q 1 g 55 650 200 30 re f Q")))
    with at_desk(service, browser, "thanhtra", "audit") as desk:
        page = desk.page
        page.set_input_files("#files", tmp_path / "changed.pdf")
        page.wait_for_selector("#verdict .tag.bad")
        page.wait_for_selector("#revisions > li:nth-child(5) img")
        assert page.locator("#revisions > li").count() == 5
        assert page.locator("#revisions > li:nth-child(1) img").count() == 0
        assert page.inner_text("#revisions > li:nth-child(5)").count("Không ai ký") == 1
        assert "Trang 1: 1 chỗ thay đổi" in page.inner_text("#revisions > li:nth-child(5)")
        assert "Trang 2" not in page.inner_text("#revisions")
        desk.audit()
        page.locator("#history-heading").scroll_into_view_if_needed()
        page.evaluate("document.querySelector('#history').scrollIntoView()")
        desk.show("desk-audit-history")


def test_a_file_that_is_no_paper_is_told_of_without_pictures(service: Service, gov: Tree) -> None:
    signed = apart(lambda: sign_visibly(with_script(small_page()), gov.key(), field="Cơ quan"))
    told = service.call(Role.AUDITOR, "POST", "/v1/file-histories", content=signed).json()
    assert (len(told["revisions"]), told["unseen"]["code"]) == (2, "active-content")
    nothing = service.call(Role.AUDITOR, "POST", "/v1/file-histories", content=b"%PDF-1.7 no more")
    assert nothing.json()["code"] == "file-damaged"


def test_places_that_differ() -> None:
    before = np.full((100, 80, 3), 255, np.uint8)
    after = before.copy()
    after[10:20, 10:30] = 0
    after[70:75, 40:60] = 100
    first, second = places(before, after)
    assert (first.y < 20 < first.y + first.height, second.y > 50) == (True, True)
    assert places(before, before) == ()
    assert places(None, after) == (Box(0, 0, 80, 100),)


def test_pictures_are_bounded(gov: Tree) -> None:
    paper = apart(lambda: office_paper(gov.key("elliptic"), gov.key(), annotate("So 12")))
    for number in range(MOST_PICTURES + 1):
        paper = update(paper, write_over(f"q 1 0 0 rg 50 {50 + 10 * number} 20 8 re f Q".encode()))
    found = history(paper, Limits())
    assert found.cut
    assert sum(len(pictures) for pictures in found.pictures.values()) == MOST_PICTURES


def test_columns_fill_the_plot_and_nothing_is_nothing() -> None:
    low, high = columns([("01/2034", 0), ("02/2034", 7)])
    assert (low.height, high.y > 0, low.x < high.x) == (0.0, True, True)
    assert high.y + high.height < HIGH
    assert columns([]) == ()
