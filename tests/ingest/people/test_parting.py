"""Files are parted without loss: the same pixels, the same encoded bytes, and nothing of the other pages."""

import io
import itertools
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageSequence

from dossier.errors import DamagedFile, NotSplittable
from ingest.decoding import pdf, tiff
from ingest.intake.inspect import inspect
from ingest.limited.limits import Limits
from tests.ingest.made import Picture, add_page, encoded, image_object, mutated, picture, saved, scan_pdf
from tests.ingest.made import tiff as made_tiff

PICTURES = [picture(60 + 10 * seed, 80, seed) for seed in range(4)]
GROUPS = [[1], [2, 4], [3]]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def parted(module: object, data: bytes, groups: list[list[int]] = GROUPS) -> list[bytes]:
    Path("input").write_bytes(data)
    names = [f"part-{number}" for number in range(len(groups))]
    module.part("input", groups, names)  # type: ignore[attr-defined]  # either of the two modules
    return [Path(name).read_bytes() for name in names]


# --- PDF -----------------------------------------------------------------------------------------------------------


def streams(data: bytes) -> list[bytes]:
    """Return the encoded images of a PDF, page by page."""
    with pikepdf.open(io.BytesIO(data)) as document:
        return [image.read_raw_bytes() for page in document.pages for image in page.get_images().values()]


def test_a_pdf_is_parted_stream_by_stream() -> None:
    document = pikepdf.new()
    for number, image in enumerate(PICTURES):
        add_page(document, (144, 144), b"144 0 0 144 0 0 cm /Im0 Do", [image], jpeg=number % 2 == 0, Rotate=90 * number)
    data = saved(document)
    parts = parted(pdf, data)
    whole = streams(data)
    assert [streams(part) for part in parts] == [[whole[0]], [whole[1], whole[3]], [whole[2]]]
    for part, group in zip(parts, GROUPS, strict=True):
        assert inspect(part, Limits()).page_count == len(group)
        with pikepdf.open(io.BytesIO(part)) as opened:
            assert [int(page.Rotate) for page in opened.pages] == [90 * (number - 1) for number in group]
    assert parted(pdf, data) == parts, "the same pages give the same bytes"


def test_a_part_holds_nothing_of_the_other_pages() -> None:
    """Scanners list all images of a file in one dictionary that every page shares."""
    document = pikepdf.new()
    shared = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary({f"/Im{i}": image_object(document, image) for i, image in enumerate(PICTURES)})
    )
    resources = document.make_indirect(shared)
    for number in range(4):
        add_page(document, (144, 144), f"144 0 0 144 0 0 cm /Im{number} Do".encode())
        document.pages[-1].obj.Resources = resources
        link = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], Dest=[document.pages[0].obj]
        )
        document.pages[-1].obj.Annots = pikepdf.Array([link])
    document.docinfo["/Title"] = "of the whole"
    data = saved(document)
    whole = streams(scan_pdf(*PICTURES))
    for part, group in zip(parted(pdf, data), GROUPS, strict=True):
        with pikepdf.open(io.BytesIO(part)) as opened:
            held = {o.read_raw_bytes() for o in opened.objects if isinstance(o, pikepdf.Stream) and "/Width" in o}
            assert "/Title" not in opened.docinfo
        assert held == {whole[number - 1] for number in group}


@pytest.mark.parametrize("apart", [False, True])
def test_layers_that_are_hidden_stay_hidden(apart: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    document = pikepdf.new()
    layer = document.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="x"))
    for image in PICTURES:
        page = add_page(document, (144, 144), b"/OC /L BDC 144 0 0 144 0 0 cm /Im0 Do EMC", [image])
        page.obj.Resources.Properties = pikepdf.Dictionary(L=layer)
    shown = pikepdf.Dictionary(OFF=[layer])
    layers = pikepdf.Dictionary(OCGs=[layer], D=shown)
    document.Root.OCProperties = document.make_indirect(layers) if apart else layers
    for part in parted(pdf, saved(document)):
        with pikepdf.open(io.BytesIO(part)) as opened:
            (hidden,) = opened.Root.OCProperties.D.OFF
            assert opened.pages[0].Resources.Properties.L.objgen == hidden.objgen


def test_a_broken_pdf_is_not_parted() -> None:
    data = scan_pdf(*PICTURES)
    with pytest.raises(DamagedFile):
        parted(pdf, data[: len(data) // 2])
    with pytest.raises(DamagedFile):
        parted(pdf, data, [[1], [5]])


# --- TIFF ----------------------------------------------------------------------------------------------------------


def pixels(data: bytes) -> list[Picture]:
    with Image.open(io.BytesIO(data)) as image:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]


def fourfold(kind: str, images: Sequence[Image.Image], **options: object) -> bytes:
    return encoded(images[0], "TIFF", save_all=True, append_images=list(images[1:]), compression=kind, **options)


COLOURED = [Image.fromarray(image) for image in PICTURES]
FORMS = {
    "raw": fourfold("raw", COLOURED),
    "LZW": fourfold("tiff_lzw", COLOURED),
    "JPEG": fourfold("jpeg", COLOURED, quality=70),
    "fax": fourfold("group4", [image.convert("1") for image in COLOURED]),
    "BigTIFF": fourfold("tiff_lzw", COLOURED, big_tiff=True),
    "strips": fourfold("raw", COLOURED, strip_size=1000),
}


@pytest.mark.parametrize("data", FORMS.values(), ids=FORMS.keys())
def test_a_tiff_is_parted_pixel_by_pixel(data: bytes) -> None:
    parts = parted(tiff, data)
    whole = pixels(data)
    for part, group in zip(parts, GROUPS, strict=True):
        assert inspect(part, Limits()).page_count == len(group)
        for number, image in zip(group, pixels(part), strict=True):
            assert np.array_equal(image, whole[number - 1])
    assert sum(map(len, parts)) < 1.2 * len(data) + 3000, "no part holds the others' pixels"
    assert parted(tiff, data) == parts


def test_tags_are_kept_and_previews_are_no_pages() -> None:
    (first, second) = parted(tiff, made_tiff(*PICTURES, dpi=300, previews={1}), [[1], [2, 3]])
    assert [image.shape for image in pixels(first)] == [PICTURES[0].shape]
    assert [image.shape for image in pixels(second)] == [PICTURES[2].shape, PICTURES[3].shape]
    with Image.open(io.BytesIO(second)) as image:
        assert image.info["dpi"] == (300, 300)


def motorola(pages: int) -> bytes:
    """Return a grey TIFF with the most significant byte first, of pages 4 x 1, their pixels all the page's number."""
    out, link = bytearray(b"MM\0*" + bytes(4)), 4
    for number in range(1, pages + 1):
        at, (strip,) = len(out) + 4, (len(out),)
        out += bytes([number] * 4)
        tags = [(256, 4, 4), (257, 4, 1), (258, 3, 8 << 16), (259, 3, 1 << 16), (262, 3, 1 << 16), (273, 4, strip)]
        tags += [(278, 4, 1), (279, 4, 4)]
        out += struct.pack(">H", len(tags)) + b"".join(struct.pack(">HHII", n, k, 1, v) for n, k, v in tags) + bytes(4)
        out[link : link + 4] = struct.pack(">I", at)
        link = len(out) - 4
    return bytes(out)


def test_either_byte_order_is_read() -> None:
    _, second, third = parted(tiff, motorola(4))
    assert [int(image[0, 0, 0]) for part in (second, third) for image in pixels(part)] == [2, 4, 3]
    assert second.startswith(b"MM\0*")


def test_what_cannot_be_copied_is_refused() -> None:
    old_jpeg = motorola(2).replace(struct.pack(">HHII", 278, 4, 1, 1), struct.pack(">HHII", 513, 4, 1, 8))
    with pytest.raises(NotSplittable):
        parted(tiff, old_jpeg, [[1], [2]])


def test_a_chain_of_pages_that_comes_back_to_itself_is_damage() -> None:
    endless = bytearray(motorola(1))
    endless[-4:] = struct.pack(">I", 12)
    with pytest.raises(DamagedFile):
        parted(tiff, bytes(endless), [[1]])


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(FORMS)), st.integers(0, 10**6))
def test_whatever_is_wrong_is_named(form: str, seed: int) -> None:
    try:
        parted(tiff, mutated(FORMS[form], seed))
    except (DamagedFile, NotSplittable):
        pass
    else:
        assert all(itertools.starmap(bytes.startswith, ((part, (b"II", b"MM")) for part in parted(tiff, FORMS[form]))))
