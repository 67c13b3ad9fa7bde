"""Desks in a browser: people with accounts, and windows that note what went wrong in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from api.accounts import new_account, sign_in
from api.http.access import COOKIE
from api.keys import Role
from storage.catalogue import Catalogue
from tests.api.http_service import Service, running
from tests.press.browser import executable

needs_browser = pytest.mark.skipif(executable() is None, reason="no browser is installed: tests/press/install.sh")
PEOPLE = {
    "quay": ("Phạm Văn Quét", Role.STATION),
    "canbo": ("Trần Thị Đối Chiếu", Role.OFFICER),
    "canbo2": ("Lê Văn Hai", Role.OFFICER),
    "thanhtra": ("Ngô Thị Thanh Tra", Role.AUDITOR),
}
PASSWORD = "một câu dễ nhớ"  # noqa: S105 - of a test
PATIENCE_MS = 300_000
MOST_BYTES = 300_000
IMAGES = Path(__file__).parents[2] / "build" / "desks"
"""Pictures of each desk, as docs/images has them."""


@contextmanager
def peopled(folder: Path, *, working: bool = True, **settings: object) -> Iterator[Service]:
    """Run the service on ``folder`` with an account for each of ``PEOPLE``; ``working`` papers too."""
    with running(folder, working=working, **settings) as service:
        employ(service.house.catalogue)
        yield service


def employ(catalogue: Catalogue) -> None:
    """Make an account for each of ``PEOPLE``."""
    for name, (person, role) in PEOPLE.items():
        sign_in(catalogue, name, new_account(catalogue, name, person, role), PASSWORD)


@contextmanager
def started_browser(*more: str) -> Iterator[Browser]:
    """Start Debian's Chromium, without a window, with ``more`` options."""
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--font-render-hinting=none", *more]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable(), args=options)
        yield started
        started.close()


@dataclass
class Desk:
    """A browser's window at a desk, and what went over its line."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    bytes: dict[str, int] = field(default_factory=dict)
    keys: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def note_console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def note_response(self, response: Response) -> None:
        shows_pages = "picture" in response.url or "histor" in response.url
        if not shows_pages and response.status == 200:
            self.bytes.setdefault(response.url, int(response.headers.get("content-length", 0)))

    def show(self, name: str) -> None:
        IMAGES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=IMAGES / f"{name}.png")

    def audit(self) -> None:
        """Let axe look: nothing serious or critical."""
        found = Axe().run(self.page).response["violations"]
        assert [
            (v["id"], [n["html"] for n in v["nodes"]]) for v in found if v["impact"] in {"serious", "critical"}
        ] == []


@contextmanager
def at_desk(service: Service, browser: Browser, name: str, desk: str) -> Iterator[Desk]:
    """Open a desk for somebody of ``PEOPLE``; nothing may go wrong in the window, and little may go over its line."""
    with opened(service.house.catalogue, service.url, browser, name, desk) as at:
        yield at
        assert at.complaints == []
        assert sum(at.bytes.values()) < MOST_BYTES


@contextmanager
def opened(catalogue: Catalogue, url: str, browser: Browser, name: str, desk: str) -> Iterator[Desk]:
    """Open a desk at ``url``, whatever goes wrong there."""
    with browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi-VN") as context:
        secret, _ = sign_in(catalogue, name, PASSWORD)
        context.add_cookies([{"name": COOKIE, "value": secret, "url": url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        at = Desk(page)
        page.on("console", at.note_console)
        page.on("pageerror", lambda error: at.complaints.append(str(error)))
        page.on("response", at.note_response)
        page.goto(f"{url}/desk/{desk}")
        yield at
