"""The quality gate: what is wrong with a scan is told, and ordinary scans pass."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from dossier.verdicts import Severity
from ingest.doubts import scan_doubts
from ingest.scan.clean import clean
from ingest.scan.images import PageImage
from ingest.scan.measures import Colour, Side
from ingest.scan.pages import PageNote, PageNotes
from ingest.scan.pixels import Pixels
from ingest.scan.quality import Advice, Quality, assess
from ocr.orientation import Orientation
from tests.generator.faults import Scanner
from tests.generator.render import Kind, PaperSpec, render


def says_nothing(_: NDArray[np.uint8], __: int, turns: Sequence[int]) -> Orientation:
    return Orientation(turns[0], 0.0)


def judged(page: PageImage) -> Quality:
    return assess(page, clean(page, says_nothing))


def codes(quality: Quality) -> set[str]:
    return {reason.code for reason in quality.reasons}


@lru_cache(maxsize=8)  # pages are large
def scan(kind: Kind = Kind.DECISION, seed: int = 1, scanner: Scanner | None = None, dpi: int = 200) -> PageImage:
    office = Scanner(tint=(0.99, 0.97, 0.93), noise=2, blur=0.4, jpeg=88)
    image = render(PaperSpec(kind, seed, dpi, "dev", scanner or office)).pages[0].image
    rgb = image if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    return PageImage(1, np.ascontiguousarray(rgb[:, :, ::-1]), dpi)


def changed(change: Callable[[Pixels], NDArray[np.generic]], page: PageImage | None = None) -> PageImage:
    page = page or scan()
    return replace(page, pixels=np.ascontiguousarray(np.clip(change(page.pixels), 0, 255), np.uint8))


def enlarged(pixels: Pixels, factor: float, interpolation: int = cv2.INTER_CUBIC) -> Pixels:
    height, width = pixels.shape[:2]
    small = cv2.resize(pixels, (round(width / factor), round(height / factor)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=interpolation), np.uint8)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("dpi", [200, 300])
def test_an_ordinary_scan_is_accepted_without_a_word(kind: Kind, dpi: int) -> None:
    quality = judged(scan(kind, 2, dpi=dpi))
    assert (quality.advice, codes(quality)) == (Advice.ACCEPT, set())
    assert quality.measures.colour is Colour.COLOUR
    assert (quality.measures.width_mm, quality.measures.height_mm) == pytest.approx((210, 297), abs=0.5)


@pytest.mark.parametrize("kind", [Kind.DECISION, Kind.APPLICATION])
@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("scan-blurred", lambda p: cv2.GaussianBlur(p, (0, 0), 2.6)),
        ("scan-blurred", lambda p: cv2.blur(p, (13, 1))),
        ("scan-enlarged", lambda p: enlarged(p, 2.0)),
        ("scan-enlarged", lambda p: enlarged(p, 2.0, cv2.INTER_NEAREST)),
        ("scan-enlarged", lambda p: enlarged(p, 2.08)),
        ("scan-enlarged", lambda p: enlarged(p, 2.8, cv2.INTER_LINEAR)),
        ("scan-black-and-white", lambda p: np.where(p.min(axis=2, keepdims=True) < 150, 0, 255) + np.zeros_like(p)),
        ("scan-faint", lambda p: 248 - (255 - p.astype(float)) * 0.22),
        ("scan-overexposed", lambda p: p.astype(float) + 185),
        ("scan-dark", lambda p: p.astype(float) - 165),
        ("scan-black", lambda p: p * 0.0 + 9),
        ("scan-cut-off", lambda p: p[:, : p.shape[1] * 3 // 4]),
        ("scan-cut-off", lambda p: p[:, p.shape[1] // 6 :]),
    ],
)
def test_a_fault_asks_for_another_scan(code: str, change: Callable[[Pixels], Pixels], kind: Kind) -> None:
    quality = judged(changed(change, scan(kind)))
    assert quality.advice is Advice.RESCAN
    assert [r.code for r in quality.reasons if r.severity is Severity.ERROR] == [code]
    for reason in quality.reasons:
        assert reason.text
        assert reason.text_en


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_edge_that_cuts_text_is_named_as_the_reader_sees_it(rotation: int) -> None:
    page = scan(Kind.BODY_TEXT)
    cut = changed(lambda p: np.rot90(p[:, : p.shape[1] * 6 // 7], -(rotation // 90)), page)
    quality = judged(cut)
    assert quality.measures.cut_off == (Side.RIGHT,)
    assert "mép phải" in quality.reasons[0].text
    assert ("scan-turned" in codes(quality)) == (rotation != 0)


def test_what_the_black_behind_a_page_covers_is_cut_off() -> None:
    def slipped(pixels: Pixels) -> Pixels:
        black = pixels.copy()
        black[:, pixels.shape[1] * 6 // 7 :] = 15
        return black

    assert judged(changed(slipped, scan(Kind.BODY_TEXT))).measures.cut_off == (Side.RIGHT,)


def test_too_few_dots_are_too_few_whatever_else_is_right() -> None:
    page = scan(dpi=150)
    quality = judged(page)
    assert [r.code for r in quality.reasons] == ["scan-resolution-low"]
    assert codes(judged(replace(scan(), dpi=196))) == set()


def test_grey_is_remarked_on_and_accepted() -> None:
    quality = judged(scan(scanner=Scanner(noise=3, blur=0.5, mode="grey")))
    assert (quality.advice, codes(quality)) == (Advice.ACCEPT, {"scan-grey"})


def test_a_blank_page_is_remarked_on_and_accepted() -> None:
    quality = judged(PageImage(1, np.full((2339, 1654, 3), (235, 245, 250), np.uint8), 200))
    assert (quality.advice, codes(quality)) == (Advice.ACCEPT, {"page-blank"})


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (2, 2), (300, 300), (2339, 1654)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_whatever_comes_is_judged(size: tuple[int, int], level: int) -> None:
    assert judged(PageImage(1, np.full((*size, 3), level, np.uint8), 200)).measures.blank


def test_a_signed_file_is_never_scanned_again() -> None:
    quality = judged(scan(scanner=Scanner(mode="bilevel")))
    assert quality.advice is Advice.RESCAN
    assert quality.of_signed_file().advice is Advice.ACCEPT
    assert codes(quality.of_signed_file()) == codes(quality)


def test_a_paper_names_each_reason_once_with_its_pages() -> None:
    poor, good = judged(changed(lambda p: cv2.GaussianBlur(p, (0, 0), 2.6))), judged(scan())
    notes = PageNotes(tuple(PageNote(n, 200, quality=q) for n, q in enumerate((poor, good, poor), 1)))
    (doubt,) = scan_doubts(notes)
    assert (doubt.code, doubt.severity) == ("scan-blurred", Severity.ERROR)
    assert doubt.text.startswith("Trang 1, 3: ")
    assert doubt.text_en.startswith("Pages 1, 3: ")
    assert scan_doubts(PageNotes((PageNote(1, 200, quality=good), PageNote(2, 200)))) == ()
