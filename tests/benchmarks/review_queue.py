"""What a long queue costs at the review desk: ``python -m tests.benchmarks.review_queue [--waiting N] [--stored N] …``.

A catalogue is filled (`tests.benchmarks.population`) and the first papers are made to wait for a person: in all lanes,
half of them with doubts. ``sohoa serve --no-workers`` runs on it as a process of its own. Asked one after another, the
route is timed from the request to the last byte; the desk is opened in Chromium as often as asked, each time as if for
the first time, and its own clock says when the first paint was there and when the first row of the queue was.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser
from sqlalchemy import case, insert, update

from api.accounts import new_account, sign_in
from api.http.access import COOKIE
from api.keys import Role
from dossier.lanes import Lane
from ingest.house import House
from ingest.settings import Settings
from storage.catalogue import Catalogue
from storage.database import writing
from storage.schema import CheckRow, PaperRow
from tests.api.desks import PASSWORD, started_browser
from tests.benchmarks.lookups import database, serving
from tests.benchmarks.population import fill
from tests.benchmarks.usage import machine

_TARGET_S = 1.0
_WARM_UP = 5
_FIRST_ROW = """
new MutationObserver((_, watching) => {
  if (!document.querySelector("#waiting tr")) return;
  window.firstRow = performance.now();
  watching.disconnect();
}).observe(document, { childList: true, subtree: true });
"""


def let_wait(url: str, count: int) -> None:
    """Let the first papers of a filled catalogue wait for a person."""
    catalogue = Catalogue.open(url)
    lanes = {number: lane.value for number, lane in enumerate((Lane.ON_THE_SPOT, Lane.BACKLOG))}
    waits = {
        "state": case((PaperRow.serial % 2 == 0, "ready"), else_="needs_review"),
        "lane": case(lanes, value=PaperRow.serial % 10, else_=Lane.COUNTER.value),
        **dict.fromkeys(("code", "sealed_key", "stored_at", "confirmed_by", "confirmed_at", "verdict", "grade")),
    }
    with writing(catalogue.engine) as session:
        session.execute(update(PaperRow).where(PaperRow.serial <= count).values(**waits))
        doubtful = session.scalars(
            PaperRow.__table__.select().with_only_columns(PaperRow.id).where(PaperRow.state == "needs_review")
        ).all()
        checks = [
            {"paper": paper, "position": n, "code": "low", "severity": "warning", "text": "?", "text_en": "?"}
            for paper in doubtful
            for n in range(2)
        ]
        session.execute(insert(CheckRow), checks)
    catalogue.close()


def timed(ask: Callable[[], httpx.Response], times: int) -> list[float]:
    """Return the seconds of each of so many requests, after a few more to warm up."""
    seconds = []
    for _ in range(_WARM_UP + times):
        start = time.perf_counter()
        ask().raise_for_status()
        seconds.append(time.perf_counter() - start)
    return seconds[_WARM_UP:]


def opened(browser: Browser, url: str, secret: str) -> dict[str, float]:
    """Open the desk in a fresh window and return the seconds to the first paint and to the first row of the queue."""
    with browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi-VN") as context:
        context.add_cookies([{"name": COOKIE, "value": secret, "url": url}])
        page = context.new_page()
        page.add_init_script(_FIRST_ROW)
        page.goto(f"{url}/desk/review")
        page.wait_for_selector("#waiting tr")
        while not page.evaluate("window.firstRow && performance.getEntriesByName('first-contentful-paint').length"):
            page.wait_for_timeout(20)
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        return {"first paint": paint / 1000, "first row": page.evaluate("window.firstRow") / 1000}


def told(name: str, seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    high = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"{name:<34}{statistics.median(ordered):>10.3f}{high:>10.3f}{ordered[-1]:>10.3f}{len(ordered):>8}"


def measured(url: str, folder: Path, database_url: str, options: argparse.Namespace) -> None:
    key = (folder / "keys" / "officer.key").read_text().strip()
    print(f"{'seconds':<34}{'median':>10}{'p95':>10}{'worst':>10}{'times':>8}")
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=60) as client:
        queue: dict[str, Any] = client.get("/v1/reviews").json()
        for limit in (50, 200):
            listed = timed(lambda limit=limit: client.get("/v1/reviews", params={"limit": limit}), options.asked)  # type: ignore[misc]
            print(told(f"GET /v1/reviews?limit={limit}", listed))
        print(told("POST /v1/reviews/next", timed(lambda: client.post("/v1/reviews/next", json={}), options.asked)))
    house = House(Settings(data_dir=folder, database_url=database_url))  # type: ignore[arg-type]  # pydantic wraps it
    first = new_account(house.catalogue, "bench", "Trần Thị Đo", Role.OFFICER)
    sign_in(house.catalogue, "bench", first, PASSWORD)
    secret, _ = sign_in(house.catalogue, "bench", PASSWORD)
    house.close()
    with started_browser() as browser:
        runs = [opened(browser, url, secret) for _ in range(options.opened)]
    for name in runs[0]:
        print(told(f"/desk/review, {name}", [run[name] for run in runs]))
    worst = max(run["first paint"] for run in runs)
    print(f"waiting: {queue['ready']} ready, {queue['needs_review']} with doubts")
    print(f"first paint within {_TARGET_S:.0f} s every time: {'yes' if worst <= _TARGET_S else 'NO'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waiting", type=int, default=10_000)
    parser.add_argument("--stored", type=int, default=40_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--asked", type=int, default=100, help="requests to each route")
    parser.add_argument("--opened", type=int, default=10, help="how often the desk is opened")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made, database(options.database, Path(made)) as (url, process):
        fill(url, options.waiting + options.stored)
        let_wait(url, options.waiting)
        print(f"{machine()}\n{options.database}, {options.waiting:,} papers wait, {options.stored:,} are stored")
        with serving(url, Path(made), process) as server:
            measured(server.urls[0], Path(made), url, options)


if __name__ == "__main__":
    main()
