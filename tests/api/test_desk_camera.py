"""The station desk's camera: a browser of its own, which sees a video of ours."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from api.desks.texts import texts
from ocr.qr import find_codes
from tests.api.desks import employ, needs_browser, opened, started_browser
from tests.api.http_service import Service, running

pytestmark = needs_browser


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path / "house") as service:
        employ(service.house.catalogue)
        yield service


def frame(card: Path | None) -> bytes:
    """Return what a camera sees: the code on a card and what is around it, or nothing."""
    image = np.full((480, 640, 3), 120, np.uint8)
    if card:
        scan = cv2.imread(str(card))
        assert scan is not None
        (code,) = find_codes(np.asarray(scan, np.uint8), 1)
        assert code.box
        top, left = max(0, code.box.y - 100), max(0, code.box.x - 200)
        seen = scan[top : top + 480, left : left + 640]
        image[: seen.shape[0], : seen.shape[1]] = seen
    return cv2.imencode(".jpg", image)[1].tobytes()


def camera_of(video: Path) -> tuple[str, ...]:
    """Return the browser's options for a camera that sees a video."""
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    return (*fake, f"--use-file-for-fake-video-capture={video}")


def owner_of(sample: Path, card: str) -> list[str]:
    (found,) = (one for one in json.loads((sample / "batch.json").read_text())["files"] if one["file"] == card)
    return [found["owner"]["number"], found["owner"]["name"]]


def filled_in(page: Page) -> list[str]:
    return [page.input_value(f"#owner-{part}") for part in ("number", "name")]


def test_a_card_held_before_the_camera_is_read(service: Service, sample: Path, tmp_path: Path) -> None:
    video = tmp_path / "camera.mjpeg"
    video.write_bytes(frame(None) * 240 + frame(sample / "can-cuoc.jpg") * 150)  # eight seconds of nothing come first
    with (
        started_browser(*camera_of(video)) as browser,
        opened(service.house.catalogue, service.url, browser, "quay", "station") as desk,
    ):
        page = desk.page
        page.click("#card")
        page.wait_for_selector("#camera[open]")
        desk.audit()
        desk.show("desk-station-camera")
        page.wait_for_selector("#camera:not([open])", state="attached")
        assert filled_in(page) == owner_of(sample, "can-cuoc.jpg")
        page.fill("#owner-number", "")
        page.click("#card")
        page.wait_for_selector("#camera[open]")
        page.keyboard.press("Escape")
        page.wait_for_selector("#camera:not([open])", state="attached")
        page.wait_for_selector("#card:enabled")
        assert page.evaluate("document.querySelector('#camera video').srcObject") is None, "its light is out"
        assert [one for one in desk.complaints if "422" not in one] == [], "a picture without a card is refused"


HURRY = "() => { const real = setTimeout; window.setTimeout = (work, ms) => real(work, Math.min(ms, 10)); }"


def test_a_camera_that_sees_no_card_says_so_and_looks_again(service: Service, sample: Path, tmp_path: Path) -> None:
    video = tmp_path / "camera.mjpeg"
    video.write_bytes(frame(None) * 30)
    with (
        started_browser(*camera_of(video)) as browser,
        opened(service.house.catalogue, service.url, browser, "quay", "station") as desk,
    ):
        page = desk.page
        page.evaluate(HURRY)
        page.click("#card")
        page.wait_for_selector("#camera .on:visible")
        assert page.inner_text("#camera .told") == texts("vi")["script"]["camera_unseen"]
        assert page.evaluate("document.querySelector('#camera video').srcObject") is None, "its light is out"
        desk.audit()
        desk.show("desk-station-camera-unseen")
        video.write_bytes(frame(sample / "can-cuoc.jpg") * 30)
        desk.press("Enter")  # on the button that looks again
        page.wait_for_selector("#camera:not([open])", state="attached")
        assert filled_in(page) == owner_of(sample, "can-cuoc.jpg")
        assert [one for one in desk.complaints if "422" not in one] == [], "a picture without a card is refused"
