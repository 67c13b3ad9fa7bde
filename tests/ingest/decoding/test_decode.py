import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image

from dossier.errors import DamagedFile, LimitExceeded, PartMissing
from ingest.decoding import decode as decoding
from ingest.decoding.decode import decode, decode_page
from ingest.intake.inspect import Inspection, MediaType, PageSize, inspect
from ingest.limited.limits import MIB, Limits
from ingest.scan.images import PageImage, parse_ppm
from tests.ingest import made

LIMITS = Limits()
SCAN = made.picture()


def pages_of(data: bytes, limits: Limits = LIMITS) -> list[PageImage]:
    return list(decode(data, inspect(data, LIMITS), limits))


def rgb(page: PageImage) -> made.Picture:
    return page.pixels[:, :, ::-1]


@pytest.mark.parametrize("form", [made.scan_pdf, made.tiff], ids=["PDF", "TIFF"])
def test_one_page_is_the_same_alone_as_among_all(form: Callable[..., bytes]) -> None:
    data = form(*(made.picture(seed=seed) for seed in range(3)))
    for among in pages_of(data):
        alone = decode_page(data, inspect(data, LIMITS), among.number, LIMITS)
        assert (alone.number, alone.dpi) == (among.number, among.dpi)
        assert np.array_equal(alone.pixels, among.pixels)


# --- PDF -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jpeg", [False, True], ids=["lossless", "jpeg"])
def test_rendered_scan_has_the_scans_own_pixels(*, jpeg: bool) -> None:
    document = pikepdf.new()
    made.add_scan(document, SCAN, jpeg=jpeg)
    (page,) = pages_of(made.saved(document))
    stored = np.asarray(Image.open(io.BytesIO(made.encoded(SCAN, "JPEG", quality=90)))) if jpeg else SCAN
    assert (page.number, page.dpi) == (1, 100)
    assert np.array_equal(rgb(page), stored)


@pytest.mark.parametrize("dpi", [99.7, 150.3, 203.2, 300, 600])
def test_odd_resolutions_lose_no_pixel(dpi: float) -> None:
    (page,) = pages_of(made.scan_pdf(made.picture(801, 1099), dpi=dpi))
    assert np.array_equal(rgb(page), made.picture(801, 1099))


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_pdf_rotation_is_applied(degrees: int) -> None:
    document = pikepdf.new()
    made.add_scan(document, SCAN, Rotate=degrees)
    (page,) = pages_of(made.saved(document))
    assert np.array_equal(rgb(page), np.rot90(SCAN, -degrees // 90))


def test_crop_box_is_what_is_seen() -> None:
    document = pikepdf.new()
    made.add_scan(document, SCAN, dpi=72, CropBox=Array([30, 100, 330, 468]))
    (page,) = pages_of(made.saved(document))
    assert page.pixels.shape[:2] == (368, 300)
    assert np.array_equal(rgb(page), SCAN[:368, 30:])


def test_stamp_drawn_over_the_scan_is_seen() -> None:
    document = pikepdf.new()
    page = made.add_scan(document, SCAN, dpi=72)
    red = pikepdf.Stream(document, b"1 0 0 rg 0 0 100 50 re f", Type=Name.XObject, Subtype=Name.Form)
    red.BBox = Array([0, 0, 100, 50])
    stamp = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([200, 400, 300, 450]), F=4)
    stamp.AP = Dictionary(N=document.make_indirect(red))
    page.obj.Annots = Array([document.make_indirect(stamp)])
    (decoded,) = pages_of(made.saved(document))
    assert (rgb(decoded)[25:60, 210:290] == (255, 0, 0)).all()
    assert np.array_equal(rgb(decoded)[80:], SCAN[80:])


def test_pages_come_in_order_from_several_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(decoding, "_PIXELS_PER_CHILD", 2 * SCAN.size // 3)
    scans = [made.picture(seed=seed) for seed in range(5)]
    data = made.scan_pdf(*scans)
    pages = []
    for page in decode(data, inspect(data, LIMITS), LIMITS):
        (folder,) = tmp_path.iterdir()
        assert len(list(folder.glob("page-*"))) <= 1
        pages.append(page)
    assert [page.number for page in pages] == [1, 2, 3, 4, 5]
    assert all(np.array_equal(rgb(page), scan) for page, scan in zip(pages, scans, strict=True))
    assert not list(tmp_path.iterdir())


def test_closing_early_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    data = made.scan_pdf(SCAN, SCAN)
    pages = decode(data, inspect(data, LIMITS), LIMITS)
    next(pages)
    assert list(tmp_path.iterdir())
    pages.close()  # type: ignore[attr-defined]  # every iterator decode gives is a generator
    assert not list(tmp_path.iterdir())


def test_missing_pixels_are_not_shown_as_white_paper() -> None:
    document = pikepdf.new()
    page = made.add_scan(document, SCAN)
    image = page.obj.Resources.XObject.Im0
    image.write(image.read_raw_bytes()[: len(image.read_raw_bytes()) // 2], filter=Name.FlateDecode)
    with pytest.raises(DamagedFile):
        pages_of(made.saved(document))


def test_page_that_takes_forever_hits_the_limit() -> None:
    document = pikepdf.new()
    fill = b"0 0 595 842 re f 0 0 m 595 842 l 0 842 l 595 0 l S " * 200_000
    page = made.add_page(document, (595, 842), b"")
    page.obj.Resources.ExtGState = Dictionary(G=Dictionary(ca=0.01, CA=0.01))
    page.obj.Contents = pikepdf.Stream(document, b"/G gs " + fill)
    with pytest.raises(LimitExceeded) as caught:
        pages_of(made.saved(document, compress_streams=True), Limits(cpu_s=1))
    assert caught.value.details["limit"] == "processor time"


def test_renderer_without_memory_is_no_success() -> None:
    data = made.scan_pdf(made.picture(3000, 4000), dpi=300)
    with pytest.raises((DamagedFile, LimitExceeded)):
        pages_of(data, Limits(memory_bytes=72 * MIB))


def test_missing_poppler_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = made.scan_pdf()
    inspection = inspect(data, LIMITS)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PartMissing):
        list(decode(data, inspection, LIMITS))


# --- pictures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "mode", "off_by"),
    [
        ("TIFF", "1", 0), ("TIFF", "L", 0), ("TIFF", "P", 0), ("TIFF", "RGBA", 0), ("TIFF", "CMYK", 1),
        ("TIFF", "I;16", 1),
        ("PNG", "1", 0), ("PNG", "LA", 0), ("PNG", "P", 0), ("PNG", "RGB", 0), ("PNG", "RGBA", 0), ("PNG", "I;16", 1),
        ("JPEG", "L", 8), ("JPEG", "RGB", 8), ("JPEG", "CMYK", 8),
    ],
)  # fmt: skip
def test_every_kind_of_pixels_becomes_colour(kind: str, mode: str, off_by: float) -> None:
    source = Image.fromarray(SCAN)
    grey = source.convert("L")
    match mode:
        case "I;16":
            image = Image.fromarray(np.asarray(grey, np.uint16) * 257)
            expected = grey
        case "P":
            image = expected = source.quantize(16)
        case "RGB" | "RGBA" | "CMYK":
            image, expected = source.convert(mode), source
        case _:
            image = expected = grey.convert(mode)
    (page,) = pages_of(made.encoded(image, kind, dpi=(100, 100)))
    assert page.dpi == 100
    assert np.abs(rgb(page).astype(int) - np.asarray(expected.convert("RGB"))).mean() <= off_by


def test_transparent_parts_are_paper() -> None:
    image = np.dstack([np.zeros_like(SCAN), np.full(SCAN.shape[:2], 255, np.uint8)])
    image[:100, :, 3] = 0
    (page,) = pages_of(made.encoded(Image.fromarray(image), "PNG", dpi=(100, 100)))
    assert (page.pixels[:100] == 255).all()
    assert (page.pixels[100:] == 0).all()


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG"])
@pytest.mark.parametrize(("orientation", "turns"), [(3, 2), (6, 3), (8, 1)])
def test_cameras_orientation_is_applied(kind: str, orientation: int, turns: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = made.encoded(SCAN, kind, exif=exif, dpi=(100, 100))
    size = inspect(data, LIMITS).pages[0]
    (page,) = pages_of(data)
    assert page.pixels.shape[:2] == (size.height, size.width)
    assert np.abs(rgb(page).astype(int) - np.rot90(SCAN, turns)).mean() < 8


def test_tiff_pages() -> None:
    scans = [made.picture(300 + seed, 400, seed) for seed in range(4)]
    pages = pages_of(made.tiff(*scans, previews={2}))
    assert [page.number for page in pages] == [1, 2, 3]
    assert all(
        np.array_equal(rgb(page), scan) for page, scan in zip(pages, [scans[0], scans[1], scans[3]], strict=True)
    )


def test_fax_becomes_square() -> None:
    (page,) = pages_of(made.encoded(made.picture(1728, 1100), "TIFF", dpi=(204, 98)))
    assert (page.dpi, page.pixels.shape) == (204, (2290, 1728, 3))


@pytest.mark.parametrize(
    "written", [b"", b"P6 2 2 255\n" + bytes(11), b"P6 3 2 255\n" + bytes(12), b"P6 2 2 255\n" + bytes(13), b"P5 2 2"]
)
def test_what_a_child_wrote_is_measured(written: bytes) -> None:
    with pytest.raises(DamagedFile):
        parse_ppm(written, 2, 2)


def test_pages_other_than_inspected_are_refused() -> None:
    lie = Inspection(MediaType.PNG, (PageSize(100, 100, 100),))
    with pytest.raises(DamagedFile):
        list(decode(made.encoded(SCAN, "PNG"), lie, LIMITS))
