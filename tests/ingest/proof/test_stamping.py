"""The stamp covers nothing of the page, also where the page leaves it no room."""

from pathlib import Path

import cv2
import numpy as np
from pdf2image import convert_from_bytes

from dossier import times
from ingest.proof.stamping import HEADROOM_MM, Top, headroom_mm, on_free_paper
from ocr.model import PageReading
from ocr.pdfa import PdfMetadata, SearchablePage, searchable_pdf
from signing.development import DevelopmentAuthority
from signing.seal import seal
from signing.stamp import Stamp

AGENCY = "Trung tâm Phục vụ hành chính công tỉnh Thử Nghiệm"
DPI = 100
HEIGHT, WIDTH = 1169, 827


def page(*, full_top: bool) -> np.ndarray:
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for row in range(0 if full_top else 200, HEIGHT - 10, 12):
        pixels[row : row + 5, 10:-10] = 40
    return pixels


def sealed(pixels: np.ndarray, authority: DevelopmentAuthority) -> bytes:
    moment = times.now()
    room = headroom_mm(Stamp(AGENCY), Top.of(pixels), DPI, moment)
    jpeg = cv2.imencode(".jpg", pixels)[1].tobytes()
    plain = searchable_pdf(
        [SearchablePage(jpeg, PageReading(1, WIDTH, HEIGHT, DPI, ()), room)], PdfMetadata("Thử", moment)
    )
    return seal(
        plain,
        key=authority.seal_key(AGENCY),
        stamp=on_free_paper(Stamp(AGENCY), Top.of(pixels), DPI, moment),
        time_stamper=authority.time_stamper(),
        trust=authority.trust(),
        signing_time=moment,
        environment="development",
    )


def test_a_page_with_a_free_margin_keeps_its_size() -> None:
    assert headroom_mm(Stamp(AGENCY), Top.of(page(full_top=False)), DPI, times.now()) == 0


def test_a_page_full_to_the_top_gets_white_paper_for_the_stamp(tmp_path: Path) -> None:
    original = page(full_top=True)
    assert headroom_mm(Stamp(AGENCY), Top.of(original), DPI, times.now()) == HEADROOM_MM
    pdf = sealed(original, DevelopmentAuthority.open(tmp_path / "authority"))
    (image,) = convert_from_bytes(pdf, dpi=DPI)
    shown = cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2GRAY)
    room = shown.shape[0] - HEIGHT
    assert abs(room - HEADROOM_MM / 25.4 * DPI) <= 1
    assert (shown[:room] < 100).sum() > 200, "the stamp stands above the page"
    assert (shown[room - 6 : room - 1] > 200).all(), "and ends before the page begins"
