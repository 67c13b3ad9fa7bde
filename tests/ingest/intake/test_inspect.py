import zlib

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Encryption, Name, Permissions, String

from dossier.errors import (
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    FileTooLarge,
    LimitExceeded,
    PageTooLarge,
    SohoaError,
    TooManyPages,
    UnsupportedType,
)
from ingest.intake.inspect import MediaType, PageSize, inspect
from ingest.limited.limits import MIB, Limits
from tests.ingest import made

LIMITS = Limits()


def refusal(data: bytes, limits: Limits = LIMITS) -> SohoaError:
    with pytest.raises(SohoaError) as caught:
        inspect(data, limits)
    return caught.value


def test_no_bytes() -> None:
    assert isinstance(refusal(b""), EmptyFile)


@pytest.mark.parametrize(
    "data",
    [
        b"\0",
        b"quyet-dinh.pdf",
        b"PK\x03\x04" + bytes(2000),
        b"GIF89a" + bytes(100),
        bytes(1030) + b"%PDF-1.7",
        b"<html>%PDF</html>",
    ],
)
def test_content_decides_the_type(data: bytes) -> None:
    assert isinstance(refusal(data), UnsupportedType)


def test_too_many_bytes() -> None:
    error = refusal(made.scan_pdf(), Limits(max_bytes=1000))
    assert isinstance(error, FileTooLarge)
    assert error.details["limit"] == 1000


# --- PDF -----------------------------------------------------------------------------------------------------------


def test_scan_keeps_its_own_pixels() -> None:
    found = inspect(made.scan_pdf(made.picture(827, 1169), made.picture(1240, 877), dpi=150), LIMITS)
    assert found.media_type is MediaType.PDF
    assert found.pages == (PageSize(827, 1169, 150), PageSize(1240, 877, 150))
    assert found.page_count == 2
    assert found.signatures == 0


def test_scan_without_a_believable_size_is_taken_for_a4() -> None:
    found = inspect(made.scan_pdf(made.picture(2480, 3508), dpi=72), LIMITS)
    assert found.pages == (PageSize(2480, 3508, 300),)


def test_scan_in_strips_with_a_text_layer_and_a_logo_is_a_scan() -> None:
    document = pikepdf.new()
    strip, logo = made.picture(827, 300), made.picture(400, 400)
    drawn = b"BT 3 Tr /F0 12 Tf (chu an) Tj ET q 10 0 0 10 30 30 cm /Im4 Do Q "
    drawn += b"".join(b"q 397 0 0 144 0 %d cm /Im%d Do Q " % (144 * i, i) for i in range(4))
    made.add_page(document, (397, 576), drawn, [strip] * 4 + [logo])
    assert inspect(made.saved(document), LIMITS).pages == (PageSize(827, 1200, 150),)


def test_page_with_visible_text_is_rendered_finer_than_its_background() -> None:
    document = pikepdf.new()
    drawn = b"q 595 0 0 842 0 0 cm /Im0 Do Q BT /F0 12 Tf 50 50 Td (chu) Tj ET"
    made.add_page(document, (595, 842), drawn, [made.picture(595, 842)])
    assert inspect(made.saved(document), LIMITS).pages == (PageSize(2479, 3508, 300),)


def test_crop_box_unit_and_rotation_count() -> None:
    document = pikepdf.new()
    made.add_page(document, (595, 842), b"", CropBox=Array([100, 100, 172, 244]), Rotate=90, UserUnit=2)
    assert inspect(made.saved(document), LIMITS).pages == (PageSize(1200, 600, 300),)


def test_signature_fields_are_counted_if_signed() -> None:
    document = pikepdf.new()
    made.add_scan(document, made.picture())
    signed = Dictionary(FT=Name.Sig, T=String("ký"), V=Dictionary(ByteRange=Array([0, 1, 2, 3])))
    group = Dictionary(T=String("nhóm"), Kids=Array([signed, Dictionary(FT=Name.Sig, T=String("trống"))]))
    document.Root.AcroForm = Dictionary(Fields=Array([group, signed]))
    assert inspect(made.saved(document), LIMITS).signatures == 2


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.97])
@pytest.mark.parametrize("linearize", [False, True])
def test_truncated_pdf(share: float, *, linearize: bool) -> None:
    data = made.scan_pdf(made.picture(), made.picture(seed=2), linearize=linearize)
    error = refusal(data[: int(len(data) * share)])
    assert isinstance(error, DamagedFile)


def test_cut_jpeg_in_a_whole_pdf() -> None:
    document = pikepdf.new()
    page = made.add_scan(document, made.picture(), jpeg=True)
    image = page.obj.Resources.XObject.Im0
    image.write(image.read_raw_bytes()[:-200], filter=Name.DCTDecode)
    assert isinstance(refusal(made.saved(document)), DamagedFile)


def test_truncated_update_does_not_show_the_older_revision() -> None:
    data = made.scan_pdf()
    update = b"\n7 0 obj\n<< /Type /Annot >>\nendobj\nxref\n0 1\n"
    assert isinstance(refusal(data + update), DamagedFile)


def test_hole_in_the_middle_of_a_pdf() -> None:
    data = made.scan_pdf()
    assert isinstance(refusal(data[:400] + data[500:]), DamagedFile)


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"", b"\r\n\0\0\0"), (b"", b"junk " * 2000), (b"\xef\xbb\xbf", b""), (b"HTTP/1.1 200 OK\r\n\r\n", b"\n")],
)
def test_junk_around_a_pdf_is_tolerated(before: bytes, after: bytes) -> None:
    assert inspect(before + made.scan_pdf() + after, LIMITS).page_count == 1


def test_pdf_that_needs_a_password() -> None:
    data = made.scan_pdf(encryption=Encryption(owner="chủ", user="mở"))
    assert isinstance(refusal(data), EncryptedFile)


def test_pdf_that_only_forbids_printing_is_read() -> None:
    data = made.scan_pdf(encryption=Encryption(owner="chủ", user="", allow=Permissions(print_highres=False)))
    assert inspect(data, LIMITS).page_count == 1


def many_pages(count: int) -> bytes:
    document = pikepdf.new()
    made.add_page(document, (595, 842), b"")
    page = document.pages[0]
    for _ in range(count - 1):
        document.pages.append(page)
    return made.saved(document)


def test_five_thousand_pages() -> None:
    error = refusal(many_pages(5000))
    assert isinstance(error, TooManyPages)
    assert error.details == {"pages": 5000, "limit": 500}


def test_page_tree_that_loops() -> None:
    document = pikepdf.new()
    made.add_page(document, (595, 842), b"")
    document.Root.Pages.Kids = Array([document.pages[0].obj, document.Root.Pages])
    assert isinstance(refusal(made.saved(document)), DamagedFile)


def test_giant_media_box() -> None:
    document = pikepdf.new()
    made.add_page(document, (595, 842), b"")
    made.add_page(document, (14_400, 14_400), b"")
    error = refusal(made.saved(document))
    assert isinstance(error, PageTooLarge)
    assert (error.details["page"], error.details["width"]) == (2, 60_000)


@pytest.mark.parametrize("box", [[0, 0, 0, 842], [5, 842, 595, 842], [0, 0, 1e300, 1e300]])
def test_impossible_media_box(box: list[float]) -> None:
    document = pikepdf.new()
    made.add_page(document, (595, 842), b"").obj.MediaBox = Array(box)
    assert isinstance(refusal(made.saved(document)), DamagedFile | PageTooLarge)


def test_giant_image_on_a_small_page_is_refused_by_its_header() -> None:
    document = pikepdf.new()
    page = made.add_scan(document, made.picture(60, 60))
    page.obj.Resources.XObject.Im0.Width = 20_000
    page.obj.Resources.XObject.Im0.Height = 20_000
    assert isinstance(refusal(made.saved(document)), PageTooLarge)


def test_a3_at_600_dpi_is_accepted() -> None:
    document = pikepdf.new()
    page = made.add_scan(document, made.picture(842, 1191), dpi=72)
    page.obj.Resources.XObject.Im0.Width, page.obj.Resources.XObject.Im0.Height = 7016, 9921
    assert inspect(made.saved(document), LIMITS).pages == (PageSize(7016, 9921, 600),)


def test_contents_that_unpack_to_gigabytes_hit_the_limit() -> None:
    document = pikepdf.new()
    page = made.add_page(document, (595, 842), b"")
    packed = zlib.compress(b"q Q " * (16 * MIB), 9)
    page.obj.Contents = pikepdf.Stream(document, packed, Filter=Name.FlateDecode)
    data = made.saved(document)
    assert len(data) < MIB
    error = refusal(data, Limits(memory_bytes=512 * MIB))
    assert isinstance(error, LimitExceeded)
    assert error.details == {"limit": "memory"}


# --- pictures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", MediaType.PNG), ("JPEG", MediaType.JPEG)])
def test_picture(kind: str, media_type: MediaType) -> None:
    found = inspect(made.encoded(made.picture(827, 1169), kind, dpi=(100, 100)), LIMITS)
    assert found.media_type is media_type
    assert found.pages == (PageSize(827, 1169, 100),)


def test_previews_in_a_tiff_are_no_pages() -> None:
    data = made.tiff(*(made.picture(330, 468, seed) for seed in range(3)), previews={1})
    assert inspect(data, LIMITS).pages == (PageSize(330, 468, 100),) * 2


def test_fax_dots_become_square() -> None:
    found = inspect(made.encoded(made.picture(1728, 1100), "TIFF", dpi=(204, 98)), LIMITS)
    assert found.pages == (PageSize(1728, 2290, 204),)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.95, 0.999])
def test_truncated_picture(kind: str, share: float) -> None:
    data = made.encoded(made.picture(800, 1100), kind, dpi=(100, 100))
    assert isinstance(refusal(data[: max(8, int(len(data) * share))]), DamagedFile)


@pytest.mark.parametrize("data", [made.empty_png(20_000, 20_000), made.empty_tiff(20_000, 20_000)])
def test_twenty_thousand_pixels_square(data: bytes) -> None:
    assert len(data) < MIB
    error = refusal(data)
    assert isinstance(error, PageTooLarge)
    assert error.details == {"page": 1, "width": 20_000, "height": 20_000, "limit": LIMITS.max_pixels}


def test_page_longer_than_image_libraries_count() -> None:
    error = refusal(made.empty_png(40_000, 10))
    assert isinstance(error, PageTooLarge)
    assert "32000 x 32000" in error.text_vi


def test_too_many_tiff_pages() -> None:
    data = made.tiff(*[made.picture(20, 20)] * 6)
    assert isinstance(refusal(data, Limits(max_pages=5)), TooManyPages)


def test_contents_packed_as_a_picture_start_no_program() -> None:
    data = made.scan_pdf(made.picture(60, 80)).replace(b"/Filter /FlateDecode", b"/Filter /JBIG2Decode")
    document = pikepdf.new()
    page = made.add_scan(document, made.picture(60, 80))
    page.obj.Contents = pikepdf.Stream(document, b"q Q", Filter=pikepdf.Name.JBIG2Decode)
    for wrong in (data, made.saved(document)):
        with pytest.raises(DamagedFile):
            inspect(wrong, LIMITS)
