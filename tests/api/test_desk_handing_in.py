"""Handing in from an office's own network, without TLS, loses nothing either; and folders are dropped whole."""

import base64
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.api.desks import at_desk, employ, needs_browser, opened, started_browser
from tests.api.http_service import Service, png, running
from tests.api.test_desk_bad_line import ANNOYED, close, hand_in, hashes, hashes_of, scans, until
from tests.chaos.line import BadLine

pytestmark = needs_browser
OFFICE = "so-hoa.test"
"""A name of this machine that no browser takes for this machine: no TLS and no loopback."""
LENGTHS = [*range(130), 1000, 65_535, 65_536, 1_000_003]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started_browser(f"--host-resolver-rules=MAP {OFFICE} 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path / "house") as service:
        employ(service.house.catalogue)
        yield service


DIGEST = """async (all) => {
  const { Sha256 } = await import("/desk/static/digest.js");
  return all.map(([text, cuts]) => {
    const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0)), digest = new Sha256();
    [0, ...cuts].forEach((cut, place) => digest.update(bytes.subarray(cut, cuts[place] ?? bytes.length)));
    return digest.hex();
  });
}"""


def test_what_comes_in_any_pieces_has_the_digest_of_the_whole(service: Service, browser: Browser) -> None:
    chance = random.Random(7)  # noqa: S311 - examples
    contents = [chance.randbytes(length) for length in LENGTHS]
    cuts = [sorted(chance.randrange(len(one) + 1) for _ in range(chance.randrange(6))) for one in contents]
    sent = [(base64.b64encode(one).decode(), cut) for one, cut in zip(contents, cuts, strict=True)]
    with at_desk(service, browser, "quay", "station") as desk:
        assert desk.page.evaluate(DIGEST, sent) == [hashlib.sha256(one).hexdigest() for one in contents]


def test_without_tls_all_files_arrive_whole_and_a_broken_line_loses_nothing(
    service: Service, browser: Browser, tmp_path: Path
) -> None:
    files = scans(tmp_path, 1_500_000, 60_000)
    line = BadLine(urlsplit(service.url).netloc)
    line.start()
    with opened(service.house.catalogue, f"http://{OFFICE}:{line.port}", browser, "quay", "station") as desk:
        page = desk.page
        assert page.evaluate("[isSecureContext, typeof crypto.subtle]") == [False, "undefined"]
        line.rate = 400_000
        hand_in(desk, files)
        until(lambda: page.locator("progress").evaluate_all("all => all.some((one) => one.value > 0)"))
        line.rate, line.bad = 2_000_000, 0.1
        close(desk)
        assert page.locator("#lines .hash").all_inner_texts() == [
            hashlib.sha256(file.read_bytes()).hexdigest() for file in files
        ]
        assert [one for one in desk.complaints if not one.startswith(ANNOYED)] == []
    line.close()
    papers = service.house.catalogue.papers()
    assert hashes(papers) == hashes_of(files)
    assert papers[0].batch.startswith("quay.desk-"), "chosen again, they would be the same batch"


@dataclass
class Dropped:
    """What is dragged onto a page, as the browser's own tools do it."""

    page: Page
    paths: list[Path]

    def at(self, selector: str) -> None:
        box = self.page.locator(selector).bounding_box()
        assert box
        line = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(path) for path in self.paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            where = {"type": kind, "x": box["x"] + 30, "y": box["y"] + 30, "data": data}
            line.send("Input.dispatchDragEvent", where)
        line.detach()


def test_a_folder_is_dropped_with_all_that_is_in_it(service: Service, browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "hồ sơ"
    (folder / "trong").mkdir(parents=True)
    for number, name in enumerate(("10.png", "2.png", "trong/1.png")):
        (folder / name).write_bytes(png(60 + number))
    (folder / "ghi chú.txt").write_text("không phải bản quét")
    (folder / "trong" / "Thumbs.db").write_bytes(b"\0")
    (tmp_path / "a.png").write_bytes(png(90))
    with at_desk(service, browser, "quay", "station") as desk:
        page = desk.page
        Dropped(page, [folder, tmp_path / "a.png"]).at("#drop")
        page.wait_for_selector("#list tr >> nth=3")
        assert "hồ sơ/ghi chú.txt, hồ sơ/trong/Thumbs.db" in page.inner_text("#said")
        page.wait_for_selector("#list .tag.busy", state="detached")
        rows = page.locator("#list tr td:first-child").all_inner_texts()
        assert rows == ["a.png", "hồ sơ/2.png", "hồ sơ/10.png", "hồ sơ/trong/1.png"]
        desk.audit()
        desk.show("desk-station-folder")


FAKE = """async () => {
  const { droppedFiles } = await import("/desk/static/dropped.js");
  const file = (path) => ({ isFile: true, fullPath: path, file: (told) => told(new File(["a"], path)) });
  const folder = (path, inside) => ({
    isFile: false, fullPath: path,
    createReader: () => ({ readEntries: (told) => told(inside.splice(0, 100)) }),
  });
  const closed = { readEntries: (_, not) => not(new Error("no")) };
  const shut = { isFile: false, fullPath: "/x/shut", createReader: () => closed };
  const many = Array.from({ length: 250 }, (_, place) => file(`/x/many/${place}.png`));
  const top = folder("/x", [folder("/x/many", many), shut]);
  const items = [{ kind: "string" }, { kind: "file", webkitGetAsEntry: () => top },
    { kind: "file", webkitGetAsEntry: () => null, getAsFile: () => new File(["b"], "alone.pdf") }];
  return (await droppedFiles(items)).map(({ path, file }) => [path, file === null]);
}"""


def test_large_folders_are_read_to_their_end_and_what_cannot_be_read_is_known(
    service: Service, browser: Browser
) -> None:
    with at_desk(service, browser, "quay", "station") as desk:
        found = desk.page.evaluate(FAKE)
    assert found == [["alone.pdf", False], *([f"x/many/{n}.png", False] for n in range(250)), ["x/shut", True]]
