"""``python -m tests.benchmarks.quality_verdict``: how soon does an operator know whether a scan is good enough?

Colour pages of A4 are generated and chosen at the station desk in a browser, one after the other, of a service that has
nothing else to do. Counted are the seconds from choosing the file to the verdict beside it, its way to the service, on
loopback, included; and of the same files sent by a program, from the last byte to the whole answer. Nothing of this
waits for reading: the verdict comes before the batch is announced.
"""

import http.client
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from playwright.sync_api import Page

from api.keys import Role
from tests.api.desks import opened, peopled, started_browser
from tests.api.http_service import Service
from tests.benchmarks.usage import machine
from tests.generator.files import write_scan
from tests.generator.render import Kind, PaperSpec, render

_KINDS = (Kind.DECISION, Kind.IDENTITY_CARD, Kind.APPLICATION, Kind.BODY_TEXT)
_WATCH = """() => {
  const list = document.querySelector("#list");
  document.querySelector("#files").addEventListener("change", () => {
    const before = performance.now(), known = list.rows.length;
    const look = new MutationObserver(() => {
      if (list.rows.length === known || list.querySelector(".tag.busy")) return;
      look.disconnect();
      window.waited = (performance.now() - before) / 1000;
    });
    window.waited = null;
    look.observe(list, { childList: true, subtree: true });
  }, true);
}"""
"""Notes in the page how long a verdict took: seconds from the choice of a file until none is looked at any more."""


def main(
    pages: Annotated[int, typer.Option(min=2, help="How many, after one that warms up")] = 40,
    dpi: Annotated[int, typer.Option(help="Of the scans")] = 300,
    form: Annotated[str, typer.Option(help="jpg, pdf, tif or png")] = "jpg",
) -> None:
    """Print the quantiles."""
    print(f"{machine()}\n\n| asked by | pages | p50 s | p95 s | longest s |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="sohoa-verdict-") as name:
        folder = Path(name)
        scans = list(_scans(folder, pages + 1, dpi, form))
        with peopled(folder / "house") as service:
            _told("a program", [_answered(service, scan.read_bytes()) for scan in scans][1:])
            with (
                started_browser() as browser,
                opened(service.house.catalogue, service.url, browser, "quay", "station") as desk,
            ):
                desk.page.evaluate(_WATCH)
                _told("the desk", [_shown(desk.page, scan) for scan in scans][1:])


def _scans(folder: Path, count: int, dpi: int, form: str) -> Iterator[Path]:
    for number in range(count):
        path = folder / f"{number:03}.{form}"
        write_scan(path, render(PaperSpec(_KINDS[number % len(_KINDS)], 8000 + number, dpi=dpi)).pages[:1])
        yield path


def _answered(service: Service, data: bytes) -> float:
    """Return the seconds from the last byte of a file to the end of the verdict."""
    line = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=60)
    line.putrequest("POST", "/v1/quality-checks")
    line.putheader("Authorization", f"Bearer {service.keys[Role.STATION]}")
    line.putheader("Content-Length", str(len(data)))
    line.endheaders()
    line.send(data)
    start = time.perf_counter()
    answer = line.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise RuntimeError(said)
    line.close()
    return time.perf_counter() - start


def _shown(page: Page, scan: Path) -> float:
    """Return the seconds from choosing a file at the desk to the verdict beside it."""
    page.set_input_files("#files", scan)
    while not (waited := page.evaluate("window.waited")):  # the page forbids what Playwright would wait with
        page.wait_for_timeout(20)
    return float(waited)


def _told(by: str, waits: list[float]) -> None:
    waits = sorted(waits)
    p50, p95 = (waits[round(q * (len(waits) - 1))] for q in (0.5, 0.95))
    print(f"| {by} | {len(waits)} | {p50:.2f} | {p95:.2f} | {waits[-1]:.2f} |", flush=True)


if __name__ == "__main__":
    typer.run(main)
