"""The figures of one agency or procedure, with their way there."""

from pathlib import Path

from playwright.sync_api import Browser

from api.keys import Role
from dossier import times
from tests.api.desks import at_desk, needs_browser, peopled
from tests.api.http_service import DOSSIER, PROCEDURE

pytestmark = needs_browser

OTHER = "H15.50.05.13-261008-0976"
OTHER_PROCEDURE = "1.004873"


def test_a_row_is_shown_large_with_lines_of_its_own(tmp_path: Path, browser: Browser) -> None:
    with peopled(tmp_path / "house", working=False) as service:
        now = times.now().isoformat()
        for dossier, procedure in ((DOSSIER, PROCEDURE), (OTHER, OTHER_PROCEDURE)):
            facts = {"dossier": dossier, "procedure": procedure, "agency": "H15.50.05.13"}
            facts |= {"received_at": now, "ended_at": now, "outcome": "successful"}
            assert service.call(Role.OFFICER, "POST", "/v1/dossiers", json=facts).is_success
        report = service.call(Role.OFFICER, "GET", "/v1/figures?by=procedure").json()
        (wanted,) = (row for row in report["rows"] if row["key"] == PROCEDURE)
        with at_desk(service, browser, "canbo", "figures?by=procedure") as desk:
            page = desk.page
            page.get_by_role("link", name=wanted["name"]).click()
            page.wait_for_selector("#of")
            shown = page.locator(".now .hint").all_inner_texts()
            for definition, text in zip(report["definitions"], shown, strict=True):
                counted = wanted["figures"][definition["code"]]
                assert text.startswith(f"{counted['above']}/{counted['below']}")
            assert wanted["figures"] != report["total"]
            desk.audit()
            desk.show("desk-figures-row")
            page.get_by_role("button", name="Xem", exact=True).click()
            page.wait_for_url("**of=*")
            page.select_option("#by", "agency")
            page.get_by_role("button", name="Xem", exact=True).click()
            page.wait_for_url("**by=agency**")
            assert page.locator("#of").count() == 0, "no agency has a procedure's code"
