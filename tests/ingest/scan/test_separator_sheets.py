"""Printed separator sheets are known again wherever and however they lie on the glass, and say what they said."""

import io
import itertools
import random

import cv2
import numpy as np
import pikepdf
import pytest
from pdf2image import convert_from_bytes

from dossier.catalogue_files import load_paper_types
from dossier.errors import InvalidIdentifier, UnknownPaperType
from ingest.scan.clean import clean
from ingest.scan.images import PageImage
from ingest.scan.pixels import Pixels
from ingest.scan.separator_sheets import separator_pdf, sheets_for
from ocr.orientation import Orientation
from ocr.qr import find_codes
from ocr.separators import Separator, separators
from tests.generator.faults import Scanner, scan
from tests.generator.truth import Page

TYPES = load_paper_types()
DOSSIER = "H15.50.05.13-261008-0975"
NAMED = Separator(DOSSIER, "birth-certificate")


@pytest.fixture(scope="module")
def sheet() -> Pixels:
    """A sheet as printed, 200 dpi, RGB."""
    data = separator_pdf([NAMED], TYPES)
    front, back = (np.asarray(page.convert("RGB")) for page in convert_from_bytes(data, dpi=200))
    assert np.array_equal(front, back)
    return front


def seen(image: Pixels, dpi: int = 200) -> dict[int, Separator]:
    """Return what the pipeline sees on a page: its own cleaning, its own reading of codes."""
    pixels = np.ascontiguousarray(image if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))
    master = clean(PageImage(1, pixels, dpi), lambda *_: Orientation(0, 0.0))
    return separators(find_codes(master.pixels, 1))


def scanned(sheet: Pixels, scanner: Scanner, seed: int = 0) -> Pixels:
    return scan(Page(sheet, 200, 1, ()), scanner, random.Random(seed)).image  # noqa: S311 - chance of a test


def streaked(image: Pixels, count: int, seed: int) -> Pixels:
    """Return a page as a dirty feeder sees it: dark lines from top to bottom."""
    rng, image = random.Random(seed), image.copy()  # noqa: S311 - chance of a test
    for _ in range(count):
        x, width = rng.randrange(image.shape[1]), rng.randint(1, 4)
        image[:, x : x + width] = rng.randint(0, 120)
    return image


@pytest.mark.parametrize(("rotation", "skew"), [*itertools.product((0, 90, 180, 270), (-5.0, 0.0, 5.0))])
def test_it_is_read_however_it_lies(sheet: Pixels, rotation: int, skew: float) -> None:
    image = scanned(sheet, Scanner(rotation=rotation, skew_deg=skew, noise=3, blur=0.6, jpeg=60))
    assert seen(image) == {1: NAMED}


def test_it_is_read_from_poor_scans(sheet: Pixels) -> None:
    poor = {
        "low contrast": np.asarray(150 + sheet.astype(float) * 55 / 255, np.uint8),
        "toner running out": scanned(sheet, Scanner(faded=0.9, noise=4)),
        "black and white": scanned(sheet, Scanner(mode="bilevel", noise=4, specks=0.05, skew_deg=2)),
        "uneven light": scanned(sheet, Scanner(light=0.4, corner=0.3, jpeg=40, tint=(0.9, 0.85, 0.7))),
        "a dark glass": scanned(sheet, Scanner(border=(20, 10, 40, 20), skew_deg=-3)),
    }
    assert [name for name, image in poor.items() if seen(image) != {1: NAMED}] == []
    assert seen(cv2.resize(sheet, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), 100) == {1: NAMED}


@pytest.mark.parametrize("seed", range(6))
def test_a_dirty_feeder_does_not_hide_it(sheet: Pixels, seed: int) -> None:
    turned = np.ascontiguousarray(np.rot90(sheet, seed % 4))
    assert seen(streaked(turned, 12, seed)) == {1: NAMED}


def test_it_is_read_wherever_it_lies(sheet: Pixels) -> None:
    """A sheet that was printed small, or cut out and stuck on another, counts as well."""
    code = cv2.resize(sheet, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    for y, x in ((0, 0), (0, 800), (1150, 0), (1150, 800), (600, 400)):
        page = np.full_like(sheet, 245)
        page[y : y + code.shape[0], x : x + code.shape[1]] = code[: page.shape[0] - y, : page.shape[1] - x]
        assert seen(page) == {1: NAMED}


def test_equal_sheets_are_drawn_once() -> None:
    one, many = (separator_pdf([Separator()] * count, TYPES) for count in (1, 200))
    assert len(many) < 200 * 1000 + len(one)
    with pikepdf.open(io.BytesIO(many)) as pdf:
        assert len(pdf.pages) == 2 * 200


def test_what_is_asked_for_is_made() -> None:
    assert sheets_for(TYPES, DOSSIER, [], 2) == (Separator(DOSSIER), Separator(), Separator())
    assert sheets_for(TYPES, None, ["diploma"], 0) == (Separator(None, "diploma"),)
    assert sheets_for(TYPES, DOSSIER, ["diploma", "other"], 0) == (
        Separator(DOSSIER, "diploma"),
        Separator(DOSSIER, "other"),
    )
    with pytest.raises(InvalidIdentifier):
        sheets_for(TYPES, "12/2026", [], 0)
    with pytest.raises(UnknownPaperType):
        sheets_for(TYPES, None, ["no such"], 0)


@pytest.mark.parametrize("component", sorted(TYPES))
def test_every_component_fits_on_a_sheet(component: str) -> None:
    data = separator_pdf([Separator(DOSSIER, component)], TYPES)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        width, height = (float(side) * 25.4 / 72 for side in pdf.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (210, 297)
    (image, _) = convert_from_bytes(data, dpi=50, grayscale=True)
    margin = np.asarray(image)[:, :20]
    assert margin.min() > 200, "nothing is cut off by the printer"
