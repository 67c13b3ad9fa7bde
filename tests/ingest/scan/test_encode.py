"""Masters as files: what is kept exactly, what closely, and how many bytes it may take."""

from functools import lru_cache

import cv2
import numpy as np
import pytest

from dossier.errors import PartFailed
from dossier.papers import Box
from ingest.scan.encode import JPEG_STEPS, PageFile, encode_master
from ingest.scan.geometry import Projection
from ingest.scan.images import MasterPage, decode_image
from ingest.scan.pixels import Pixels
from tests.generator.faults import Scanner
from tests.generator.render import Kind, PaperSpec, render
from tests.generator.truth import Page
from tests.ocr import drawn


def master_of(pixels: Pixels, dpi: int = 200) -> MasterPage:
    height, width = pixels.shape[:2]
    here = Projection.identity()
    return MasterPage(
        1, pixels, dpi, 0, 0.0, Box(0, 0, width, height), blank=False, photographed=False, to_original=here
    )


@lru_cache(maxsize=8)  # pages are large
def scanned(kind: Kind, dpi: int = 200) -> Page:
    scanner = Scanner(tint=(0.99, 0.98, 0.96), light=0.08, noise=3.0, blur=0.5)
    return render(PaperSpec(kind, 4, dpi=dpi, scanner=scanner)).pages[0]


def pixels_of(page: Page) -> Pixels:
    return np.ascontiguousarray(page.image[:, :, ::-1])


def decoded(file: PageFile) -> Pixels:
    return decode_image(file.data, "page")


def quantization_tables(data: bytes) -> set[bytes]:
    """Return the tables of a JPEG's DQT segments (ITU-T T.81, B.2.4.1)."""
    tables, position = set[bytes](), 2
    while data[position + 1] != 0xDA:
        length = int.from_bytes(data[position + 2 : position + 4])
        if data[position + 1] == 0xDB:
            segment = data[position + 4 : position + 2 + length]
            tables |= {segment[i + 1 : i + 65] for i in range(0, len(segment), 65)}
        position += 2 + length
    return tables


@pytest.mark.parametrize(
    "kind", [Kind.DECISION, Kind.APPLICATION, Kind.BODY_TEXT, Kind.TABLE, Kind.DECISION_WITH_TABLE]
)
def test_colour_text_page_of_200_dpi_takes_no_more_than_250_kb(kind: Kind) -> None:
    file = encode_master(master_of(pixels_of(scanned(kind))))
    assert file.media_type == "image/jpeg"
    assert len(file.data) <= 250_000


def test_page_of_heavy_noise_takes_no_more_and_keeps_its_print() -> None:
    noisy = render(PaperSpec(Kind.BODY_TEXT, 4, dpi=200, scanner=Scanner(light=0.05, noise=14.0, blur=0.5))).pages[0]
    pixels = pixels_of(noisy)
    file = encode_master(master_of(pixels))
    assert len(file.data) <= 250_000
    kept = decoded(file)
    black = np.zeros(pixels.shape[:2], bool)
    for x, y, width, height in (noisy.box(word.rect) for line in noisy.lines for word in line.words):
        black[y : y + height, x : x + width] = pixels[y : y + height, x : x + width].max(axis=2) < 90
    assert np.mean(kept[black].max(axis=1) < 128) > 0.98


def test_print_and_seal_stay_closer_to_the_scan_than_in_a_larger_jpeg_of_usual_tables() -> None:
    page = scanned(Kind.APPLICATION)
    pixels = pixels_of(page)
    usual = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 75, cv2.IMWRITE_JPEG_OPTIMIZE, 1])[1].tobytes()
    ours = encode_master(master_of(pixels))
    assert len(ours.data) < len(usual)
    seals = [page.box(mark.rect) for mark in page.marks if mark.kind == "seal"]
    words = [page.box(word.rect) for line in page.lines for word in line.words]
    assert seals
    for boxes in (seals, words):
        there = np.zeros(pixels.shape[:2], bool)
        for x, y, width, height in boxes:
            there[y : y + height, x : x + width] = True
        lost = [
            np.square(decoded(PageFile(data, "image/jpeg"))[there].astype(float) - pixels[there]).mean()
            for data in (ours.data, usual)
        ]
        assert lost[0] < lost[1]


def test_every_detail_is_rounded_by_one_step_and_by_a_larger_one_where_noise_needs_the_bytes() -> None:
    steps = []
    for noise in (0.0, 8.0):
        paper = render(PaperSpec(Kind.APPLICATION, 4, dpi=200, scanner=Scanner(blur=0.8, light=0.1, noise=noise)))
        tables = quantization_tables(encode_master(master_of(pixels_of(paper.pages[0]))).data)
        assert all(len(set(table[1:])) == 1 for table in tables)
        steps.append(min(table[1] for table in tables))
    assert steps[0] == JPEG_STEPS[0] < steps[1] <= JPEG_STEPS[-1]


def test_finer_pages_may_take_more_and_smaller_ones_less() -> None:
    page = pixels_of(scanned(Kind.BODY_TEXT))
    whole, half = (encode_master(master_of(np.ascontiguousarray(part))) for part in (page, page[: len(page) // 2]))
    fine = encode_master(master_of(page, dpi=100))
    assert len(half.data) < len(whole.data) <= len(fine.data)


@pytest.mark.parametrize("noisy", [False, True])
def test_black_and_white_pages_keep_every_pixel_in_one_bit(*, noisy: bool) -> None:
    pixels = np.where(drawn.page() < 128, 0, 255).astype(np.uint8)
    if noisy:
        rng = np.random.default_rng(1)
        pixels[rng.random(pixels.shape[:2]) < 0.2] = 0
    file = encode_master(master_of(pixels))
    assert file.media_type == "image/png"
    assert np.array_equal(decoded(file), pixels)
    assert len(file.data) < pixels.size / 3 / 8


def test_pages_drawn_by_a_program_keep_every_pixel_with_their_colours() -> None:
    pixels = drawn.seal(drawn.page(), (900, 600))
    file = encode_master(master_of(pixels))
    assert file.media_type == "image/png"
    assert np.array_equal(decoded(file), pixels)


def test_pages_without_colour_are_written_in_grey() -> None:
    noise = np.random.default_rng(3).integers(180, 256, (400, 300, 1), dtype=np.uint8)
    file = encode_master(master_of(np.repeat(noise, 3, axis=2)))
    assert file.media_type == "image/jpeg"
    back = decoded(file)
    assert (back[:, :, 0] == back[:, :, 2]).all()
    assert len(quantization_tables(file.data)) == 1


def test_resolution_is_in_the_file() -> None:
    for pixels, key in ((pixels_of(scanned(Kind.BODY_TEXT)), "jpeg"), (drawn.page(), "png")):
        file = encode_master(master_of(pixels, dpi=300))
        assert file.media_type == f"image/{key}"
        if key == "jpeg":
            assert file.data[13:18] == b"\x01" + (300).to_bytes(2) * 2
        else:
            assert (11811).to_bytes(4) * 2 + b"\x01" in file.data[:100]


def test_one_pixel_and_one_column_are_pages_too() -> None:
    for shape in ((1, 1, 3), (5, 1, 3), (1, 7, 3)):
        pixels = np.full(shape, 90, np.uint8)
        assert decoded(encode_master(master_of(pixels))).shape == shape


def test_page_larger_than_a_jpeg_can_be_is_refused() -> None:
    pixels = np.random.default_rng(2).integers(0, 255, (2, 65_600, 3), dtype=np.uint8)
    with pytest.raises(PartFailed):
        encode_master(master_of(pixels))
