"""How a stored paper's file came about, by the paper's identifier: at the auditor's desk and for programs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from api.keys import Role
from dossier.papers import Paper, PaperState
from storage.audit_log import audit
from tests.api.desks import at_desk, needs_browser, peopled
from tests.api.http_service import Service, keep_paper
from tests.api.test_desk_audit import apart
from tests.signing.papers import annotate, office_paper, small_page, update, write_over
from tests.signing.pki import Tree


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with peopled(tmp_path_factory.mktemp("house"), working=False) as service:
        yield service


@pytest.fixture
def paper(service: Service, gov: Tree) -> Paper:
    """A paper in the store whose file was written over after it was signed."""
    signed = apart(lambda: office_paper(gov.key("elliptic"), gov.key(), annotate("So 12/QD-UBND"), small_page(pages=2)))
    return keep_paper(service, content=update(signed, write_over(b"q 1 g 55 650 200 30 re f Q")))


@needs_browser
def test_the_pictures_of_a_stored_paper(service: Service, browser: Browser, paper: Paper) -> None:
    with at_desk(service, browser, "thanhtra", "audit") as desk:
        page = desk.page
        page.fill("#paper", paper.id.value)
        page.press("#paper", "Enter")
        page.wait_for_selector("#verdict .tag.bad")
        page.wait_for_selector("#revisions > li:nth-child(5) img")
        assert "Trang 1: 1 chỗ thay đổi" in page.inner_text("#revisions > li:nth-child(5)")
        assert page.is_visible("#evidence")
        desk.audit()
        page.evaluate("document.querySelector('#history').scrollIntoView()")
        desk.show("desk-audit-paper-history")


def test_it_is_told_to_auditors_and_on_record(service: Service, paper: Paper) -> None:
    before = audit.check(service.house.catalogue).entries
    told = service.call(Role.AUDITOR, "GET", f"/v1/papers/{paper.id}/history").json()
    assert [bool(one["pages"]) for one in told["revisions"]][-1]
    (entry,) = audit.entries(service.house.catalogue, after=before)
    assert (entry.actor, entry.action, entry.object) == ("auditor", "paper.read", f"paper:{paper.id}")


def test_a_paper_without_a_signed_file_has_none(service: Service) -> None:
    waiting = keep_paper(service, state=PaperState.READY)
    answer = service.call(Role.AUDITOR, "GET", f"/v1/papers/{waiting.id}/history")
    assert answer.json()["code"] == "not-sealed"
