"""The desks in a browser, on the real stack: papers handed in, read, reviewed by keyboard alone, sealed."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from typer.testing import CliRunner

from api.accounts import new_account
from api.cli import app
from api.keys import Role
from dossier import times
from dossier.papers import Paper, PaperState
from ingest.pipeline import weighed
from tests.api.desks import PASSWORD, PATIENCE_MS, Desk, at_desk, needs_browser, peopled
from tests.api.http_service import DOSSIER, PROCEDURE, Service

pytestmark = needs_browser

FILES = ("giay-khai-sinh.pdf", "can-cuoc.jpg")
MOST_KEYS = 6


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with peopled(tmp_path_factory.mktemp("house")) as service:
        yield service


def read_wrong(service: Service, paper: Paper) -> Paper:
    """Let a paper have been read wrong: another day of birth, and with little confidence."""
    fields = tuple(
        replace(one, value="2019-01-01", raw="01/01/2019", confidence=0.3) if one.key == "birth_date" else one
        for one in paper.fields
    )
    doubtful = weighed(service.house, replace(paper, fields=fields))
    assert doubtful.state is PaperState.NEEDS_REVIEW
    return service.house.catalogue.save(doubtful, actor="test", action="paper.checked")


def paper_of(service: Service, paper_type: str) -> Paper:
    (paper,) = service.house.catalogue.papers(paper_type=paper_type)
    return paper


def until_found(service: Service, *papers: Paper) -> None:
    """Wait until papers are stored, and found by search, which comes last."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while {one.id.value for one in papers} - {
        found["id"] for found in service.call(Role.OFFICER, "POST", "/v1/search", json={}).json()["papers"]
    }:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_signing_in_for_the_first_time(service: Service, browser: Browser) -> None:
    first = new_account(service.house.catalogue, "moi", "Ngô Văn Mới", Role.OFFICER)
    with browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi-VN") as context:
        page = context.new_page()
        page.goto(service.url)
        page.keyboard.type("moi")
        page.keyboard.press("Tab")
        page.keyboard.type(first)
        page.keyboard.press("Enter")
        page.wait_for_selector("#new-password:focus")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        desk = Desk(page)
        desk.audit()
        desk.show("desk-sign-in")
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/review")
        page.click("#language")
        page.wait_for_selector("html[lang=en]")
        page.click("#sign-out")
        page.wait_for_url("**/desk/sign-in")
        page.goto(f"{service.url}/desk/review")
        assert page.url.endswith("/desk/sign-in")


def test_papers_are_handed_in(service: Service, browser: Browser, sample: Path) -> None:
    with at_desk(service, browser, "quay", "station") as desk:
        page = desk.page
        page.fill("#dossier", DOSSIER)
        page.fill("#procedure", PROCEDURE)
        page.focus("#owner-number")  # a hand scanner types the code of an identity card
        page.keyboard.type("001190012345|012345678|Lê Thị Sen|05031990|Nữ|Thôn Quýt, xã Tân Lĩnh|01012022")
        page.keyboard.press("Enter")
        assert [page.input_value(f"#owner-{part}") for part in ("number", "name")] == ["001190012345", "Lê Thị Sen"]
        page.fill("#owner-number", "")
        page.fill("#owner-name", "")
        page.set_input_files("#files", [sample / name for name in FILES])
        for tags in (page.locator("#list .tag.busy"), page.locator("#list .tag.bad")):
            tags.first.wait_for(state="detached")
        desk.audit()
        page.click("#send")
        waiting = page.get_by_text("Chờ đối chiếu")
        waiting.nth(len(FILES) - 1).wait_for()
        desk.show("desk-station")
        page.click("#close")
        page.wait_for_selector("#receipt:visible")
        assert page.locator("#lines .hash").count() == len(FILES)
        assert page.get_by_text("Phạm Văn Quét").count() > 0
        desk.audit()
    truth = {e["file"]: e["owner"]["number"] for e in json.loads((sample / "batch.json").read_text())["files"]}
    papers = [paper_of(service, kind) for kind in ("birth-certificate", "identity-card")]
    assert [one.owner.number.value for one in papers if one.owner] == [truth[name] for name in FILES]


def test_papers_are_reviewed_by_keyboard_and_sealed(
    service: Service, browser: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate, card = paper_of(service, "birth-certificate"), paper_of(service, "identity-card")
    right = certificate.field("birth_date")
    assert right
    assert right.value
    read_wrong(service, certificate)
    day = "".join(reversed(right.value.split("-")))
    with at_desk(service, browser, "canbo", "review") as one, at_desk(service, browser, "canbo2", "review") as other:
        for desk in (one, other):
            desk.page.wait_for_selector("#waiting tr")
        one.audit()
        one.show("desk-queue")
        other.press("Enter")  # the card came first: files are handed in by their names
        other.page.wait_for_selector("#confirm:enabled:focus")
        one.press("Enter")
        one.page.wait_for_selector("#field-birth_date_words:focus")  # words and figures differ: the worst comes first
        one.press("Enter")
        one.page.wait_for_selector("#doubts .field:not(.seen) :focus")
        while one.keys < MOST_KEYS and not one.page.query_selector("#field-birth_date:focus"):
            one.press("Enter")
        one.page.wait_for_selector("#confirm:enabled")
        one.audit()
        one.show("desk-review")

        assert other.page.inner_text("#about") != one.page.inner_text("#about"), "each has another paper"
        assert other.page.input_value("#type") == "identity-card"
        other.press("Enter")
        other.page.wait_for_selector("#queue:visible")
        assert other.keys <= MOST_KEYS

        one.page.keyboard.type(day)
        one.press("Enter")
        one.page.wait_for_selector("#state.good")
        one.page.wait_for_selector("#confirm:enabled:focus")
        one.press("Enter")
        one.page.wait_for_selector("#queue:visible")
        assert one.keys <= MOST_KEYS, "besides the day"

    until_found(service, certificate, card)
    for paper, person in ((certificate, "Trần Thị Đối Chiếu"), (card, "Lê Văn Hai")):
        stored = service.house.catalogue.paper(paper.id)
        assert (stored.state, stored.confirmed_by) == (PaperState.STORED, person)
    mended = service.house.catalogue.paper(certificate.id).field("birth_date")
    assert mended
    assert (mended.value, mended.page, mended.source.value) == (right.value, right.page, "manual")

    monkeypatch.setenv("SOHOA_DATA_DIR", str(service.house.settings.root))
    exported = CliRunner().invoke(app, ["corrections", str(tmp_path / "truth")])
    assert exported.exit_code == 0, exported.output
    (line,) = map(json.loads, (tmp_path / "truth" / "truth.jsonl").read_text().splitlines())
    assert (line["raw"], line["corrected"], line["by"]) == ("01/01/2019", right.value, "Trần Thị Đối Chiếu")
    assert (tmp_path / "truth" / "pictures" / line["picture"]).read_bytes().startswith(b"\x89PNG")


def test_an_owners_papers_are_found_and_revoked(service: Service, browser: Browser) -> None:
    card = paper_of(service, "identity-card")
    assert card.owner
    number = card.owner.number.value
    with at_desk(service, browser, "canbo", "store") as desk:
        page = desk.page
        page.wait_for_selector("#number:focus")
        page.keyboard.type(number)
        page.keyboard.press("Enter")
        shown = page.locator("#list").get_by_role("button", name="Thẻ căn cước")
        shown.click()
        page.wait_for_selector("#detail:focus")
        assert card.id.value in page.inner_text("#facts")
        assert "Lê Văn Hai" in page.inner_text("#facts"), "who confirmed it"
        desk.audit()
        desk.show("desk-store")
        page.select_option("#reason", "wrongly-digitized")
        page.fill("#authority", "Chủ tịch UBND xã Mẫu, 12/QĐ-UBND")
        page.click("#end button")
        shown.wait_for(state="detached")  # what is revoked is not found any more
        assert number not in page.url
    revoked = service.house.catalogue.paper(card.id)
    assert revoked.state is PaperState.REVOKED


def test_an_auditor_verifies_any_file(service: Service, browser: Browser, tmp_path: Path) -> None:
    certificate = paper_of(service, "birth-certificate")
    assert certificate.sealed
    sealed = service.house.objects.get(certificate.sealed.key, certificate.sealed.version)
    (tmp_path / "genuine.pdf").write_bytes(sealed)
    (tmp_path / "forged.pdf").write_bytes(sealed.replace(b"/MediaBox", b"/MediaBux", 1))
    with at_desk(service, browser, "thanhtra", "audit") as desk:
        page = desk.page
        page.set_input_files("#files", tmp_path / "forged.pdf")
        page.wait_for_selector("#verdict .tag.bad")
        page.set_input_files("#files", tmp_path / "genuine.pdf")
        page.wait_for_selector("#verdict .tag.good")
        desk.audit()
        desk.show("desk-audit")
        page.fill("#paper", certificate.id.value)
        page.keyboard.press("Enter")
        page.wait_for_selector("#evidence:visible")


def test_figures_are_shown_as_they_came_about(service: Service, browser: Browser) -> None:
    now = times.now().isoformat()
    facts = {"dossier": DOSSIER, "procedure": PROCEDURE, "agency": "H15.50.05.13", "received_at": now, "ended_at": now}
    assert service.call(Role.OFFICER, "POST", "/v1/dossiers", json={**facts, "outcome": "successful"}).is_success
    report = service.call(Role.OFFICER, "GET", "/v1/figures").json()
    with at_desk(service, browser, "canbo", "figures") as desk:
        page = desk.page
        shown = page.locator(".now .hint").all_inner_texts()
        for definition, text in zip(report["definitions"], shown, strict=True):
            counted = report["total"][definition["code"]]
            assert text.startswith(f"{counted['above']}/{counted['below']}")
        assert page.locator("svg circle").count() > 0
        desk.audit()
        desk.show("desk-figures")
        page.select_option("#by", "procedure")
        page.get_by_role("button", name="Xem").click()
        page.wait_for_url("**by=procedure")
        rows = service.call(Role.OFFICER, "GET", "/v1/figures?by=procedure").json()["rows"]
        assert page.locator(".wide tbody th").count() == len(rows)
