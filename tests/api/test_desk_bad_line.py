"""Desks over a bad line and with a service that dies: nothing sent or typed is lost, and people are told."""

import hashlib
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser

from api.desks.texts import texts
from dossier.papers import Paper, PaperState
from ingest.house import House
from ingest.settings import Settings
from tests.api.desks import Desk, employ, needs_browser, opened
from tests.api.http_service import DOSSIER, PROCEDURE, png, running
from tests.benchmarks.usage import free_port
from tests.chaos.line import BadLine, Line
from tests.ingest.people.test_split import prepared
from tests.ingest.test_work import send

pytestmark = needs_browser

SOHOA = str(Path(sys.executable).with_name("sohoa"))
PATIENCE_S = 120
ANNOYED = ("Failed to load resource", "net::ERR_")
"""What a browser says of a line that breaks; nothing else may go wrong in the window."""


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def scans(folder: Path, *sizes: int) -> list[Path]:
    """Make pictures of about so many bytes each: scanners' private chunks may follow a picture."""
    noise, paths = random.Random(5), []  # noqa: S311 - files that nothing compresses
    for number, size in enumerate(sizes):
        paths.append(folder / f"giấy {number}.png")
        paths[-1].write_bytes(png(100 + number) + noise.randbytes(size))
    return paths


def hand_in(desk: Desk, files: list[Path]) -> None:
    page = desk.page
    page.fill("#dossier", DOSSIER)
    page.fill("#procedure", PROCEDURE)
    page.set_input_files("#files", files)
    page.click("#send")


def close(desk: Desk) -> None:
    desk.page.wait_for_selector("#close:enabled")
    desk.page.click("#close")
    desk.page.wait_for_selector("#receipt:visible")
    assert [one for one in desk.complaints if not one.startswith(ANNOYED)] == []


def hashes(papers: list[Paper]) -> list[str]:
    return sorted(paper.original.sha256 for paper in papers)


def hashes_of(files: list[Path]) -> list[str]:
    return sorted(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)


def test_over_a_bad_line_all_files_arrive_whole_and_once(tmp_path: Path, browser: Browser) -> None:
    files = scans(tmp_path, 150_000, 90_000, 250_000, 3_000)
    with running(tmp_path / "house") as service:
        employ(service.house.catalogue)
        line = BadLine(urlsplit(service.url).netloc)
        line.start()
        with opened(service.house.catalogue, f"http://127.0.0.1:{line.port}", browser, "quay", "station") as desk:
            line.rate, line.bad = 50_000, 0.1  # the page was there when the line became bad
            hand_in(desk, files)
            close(desk)
            assert desk.page.locator("#lines .hash").all_inner_texts() == [
                hashlib.sha256(file.read_bytes()).hexdigest() for file in files
            ]
        line.close()
        assert line.broken > 0
        papers = service.house.catalogue.papers()
    assert [paper.name for paper in papers] == [f"{number:03d}.png" for number in range(1, len(files) + 1)]
    assert hashes(papers) == hashes_of(files)


@dataclass
class Curt(Line):
    """A line on which so many answers end after their heads."""

    cuts: int = 0

    def _carry(self, data: bytes, sink: socket.socket, *, answers: bool) -> None:
        if answers and self.cuts and b"application/json" in data:
            self.cuts -= 1
            sink.sendall(data[: data.index(b"\r\n\r\n") + 4])
            raise ConnectionError
        sink.sendall(data)


def test_half_an_answer_is_none(tmp_path: Path, browser: Browser) -> None:
    files = scans(tmp_path, 2_000)
    with running(tmp_path / "house") as service:
        employ(service.house.catalogue)
        line = Curt(urlsplit(service.url).netloc)
        line.start()
        with opened(service.house.catalogue, f"http://127.0.0.1:{line.port}", browser, "quay", "station") as desk:
            line.cuts = 1
            desk.page.set_input_files("#files", files)
            desk.page.wait_for_selector("#list .tag.busy", state="detached")
            assert line.cuts == 0
            assert texts("vi")["script"]["unreachable"] not in desk.page.inner_text("#list"), "it was looked at again"
            line.cuts = 3  # the announcement, and what follows
            hand_in(desk, files)
            close(desk)
        assert line.cuts == 0
        line.close()
        assert hashes(service.house.catalogue.papers()) == hashes_of(files)


@dataclass
class Api:
    """The service as a process, which can be killed and started again at the same address."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = {**os.environ, "SOHOA_DATA_DIR": str(self.folder)}
        command = [SOHOA, "serve", "--port", str(self.port), "--no-workers"]
        with (self.folder.parent / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        until(self.answers)

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/v1/health", trust_env=False).is_success
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


@contextmanager
def mortal(folder: Path) -> Iterator[tuple[House, Api]]:
    """Run the service as a process of its own; yields its parts too, as another process has them."""
    house, api = House(Settings(data_dir=folder)), Api(folder, free_port())
    employ(house.catalogue)
    api.start()
    try:
        yield house, api
    finally:
        api.kill()
        house.close()


def test_a_service_that_dies_in_the_middle_of_an_upload_loses_nothing(tmp_path: Path, browser: Browser) -> None:
    files = scans(tmp_path, 2_500_000, 20_000)
    with mortal(tmp_path / "house") as (house, api):
        line = BadLine(urlsplit(api.url).netloc)
        line.start()
        with opened(house.catalogue, f"http://127.0.0.1:{line.port}", browser, "quay", "station") as desk:
            line.rate = 500_000
            hand_in(desk, files)
            until(lambda: desk.page.locator("progress").evaluate_all("all => all.some((one) => one.value > 0)"))
            api.kill()
            desk.page.get_by_text("Đường truyền bị ngắt").wait_for()
            assert house.catalogue.papers() == [], "it died before the file was there"
            api.start()
            close(desk)
        line.close()
        assert hashes(house.catalogue.papers()) == hashes_of(files)


def test_what_was_typed_while_the_service_was_away_is_kept_when_it_is_back(
    tmp_path: Path, browser: Browser, small_scan: Path
) -> None:
    with mortal(tmp_path / "house") as (house, api):
        paper = prepared(house, send(house, small_scan.name, small_scan.read_bytes()).paper)
        with opened(house.catalogue, api.url, browser, "canbo", "review") as desk:
            page = desk.page
            page.click("#next")
            page.wait_for_selector("#confirm:enabled")
            page.focus("#field-full_name")
            api.kill()
            page.fill("#field-full_name", "Lê Thị Sen Hồng")
            page.keyboard.press("Control+Enter")
            page.get_by_text("Chưa lưu: Không kết nối được với máy chủ.").wait_for()
            assert page.is_disabled("#confirm"), "nobody confirms what is not kept"
            page.click("#back")
            page.wait_for_selector("#said.bad")
            assert page.input_value("#field-full_name") == "Lê Thị Sen Hồng"
            desk.show("desk-review-away")
            assert not house.catalogue.papers(state=PaperState.CONFIRMED)
            api.start()
            page.wait_for_selector("#confirm:enabled")
            assert page.input_value("#field-full_name") == "Lê Thị Sen Hồng"
            kept = house.catalogue.paper(paper.id).field("full_name")
            assert kept
            assert kept.value == "Lê Thị Sen Hồng"
            page.click("#confirm")
            page.wait_for_selector("#queue:visible")
            assert [one for one in desk.complaints if not one.startswith(ANNOYED)] == []
        confirmed = house.catalogue.paper(paper.id)
        assert (confirmed.state, confirmed.confirmed_by) == (PaperState.CONFIRMED, "Trần Thị Đối Chiếu")
