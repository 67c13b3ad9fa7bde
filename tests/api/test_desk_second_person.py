"""At the review desk, who corrected a critical field hands the paper on, and a colleague confirms it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from api.keys import Role
from tests.api.desks import at_desk, needs_browser, peopled
from tests.api.http_service import Service, announce
from tests.api.test_desk_scans import until_waiting

pytestmark = needs_browser


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with peopled(tmp_path_factory.mktemp("house"), second_person=True) as service:
        yield service


def test_a_corrected_critical_field_is_confirmed_by_a_colleague(
    service: Service, browser: Browser, small_scan: Path
) -> None:
    batch = announce(service, Role.STATION, "second", small_scan.name)
    path = f"/v1/batches/{batch}/files/{small_scan.name}"
    service.call(Role.STATION, "PUT", path, content=small_scan.read_bytes())
    (card,) = until_waiting(service, 1)
    with at_desk(service, browser, "canbo", "review") as one, at_desk(service, browser, "canbo2", "review") as other:
        for desk in (one, other):
            desk.page.wait_for_selector("#waiting tr")
        one.press("Enter")
        one.page.wait_for_selector("#confirm:enabled")
        one.page.focus("#field-birth_date")
        one.page.keyboard.type("03021987")
        one.press("Tab")
        one.page.wait_for_selector("#second:visible")
        assert not one.page.is_visible("#statement"), "nothing is stated by handing on"
        one.audit()
        one.show("desk-second-person")
        one.press("Control+Enter")
        one.page.wait_for_selector("#queue:visible")
        one.page.wait_for_selector("#waiting .tag:has-text('Chờ người khác xác nhận')")

        other.press("Enter")
        other.page.wait_for_selector("#confirm:enabled")
        assert other.page.is_visible("#doubts #field-birth_date")
        assert "người thứ hai" in other.page.inner_text("#why-birth_date")
        assert not other.page.is_visible("#second")
        other.show("desk-second-look")
        other.press("Control+Enter")
        other.page.wait_for_selector("#queue:visible")
    confirmed = service.house.catalogue.paper(card.id)
    assert confirmed.confirmed_by == "Lê Văn Hai"
    assert [field.value for field in confirmed.fields if field.key == "birth_date"] == ["1987-02-03"]
