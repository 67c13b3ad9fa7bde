"""Pages to seal: full-page pictures in PDF/A-2b, drawn here, as scans come from the assembly of a paper."""

import io

import numpy as np
import pikepdf
from PIL import Image, ImageCms, ImageDraw, ImageFont

from signing.font import default_font

DPI = 100

_XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="2" pdfaid:conformance="B"/></rdf:RDF></x:xmpmeta>'
    '<?xpacket end="w"?>'
)


def scan(
    *,
    width_mm: float = 210,
    height_mm: float = 297,
    ink_in_margin: bool = True,
    full_margin: bool = False,
    headroom_mm: float = 0,
) -> Image.Image:
    """A page of a decision as a scanner sees it: grey paper, noise, and a stroke of a pen in the top margin.

    A full margin has print up to the edge; headroom is white paper added above the page.
    """
    size = round(width_mm / 25.4 * DPI), round(height_mm / 25.4 * DPI)
    noise = np.random.default_rng(7).normal(0, 3, (size[1], size[0], 1))
    picture = Image.fromarray((np.array([238, 234, 226]) + noise).clip(0, 255).astype(np.uint8), "RGB")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(default_font()), round(13 / 72 * DPI))
    draw.text((size[0] * 0.5, size[1] * 0.075), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", fill=(20, 20, 20), font=font)
    for line in range(30):
        draw.text(
            (size[0] * 0.12, size[1] * (0.2 + 0.022 * line)), f"Điều {line + 1}. Nội dung", fill=(30, 30, 30), font=font
        )
    if ink_in_margin:
        draw.line((size[0] * 0.80, 0, size[0] * 0.83, size[1] * 0.045), fill=(40, 60, 140), width=3)
    if full_margin:
        for y in range(0, round(25 / 25.4 * DPI), 12):
            draw.line((0, y, size[0], y), fill=(30, 30, 30), width=5)
    if not headroom_mm:
        return picture
    rows = round(headroom_mm / 25.4 * DPI)
    taller = Image.new("RGB", (size[0], size[1] + rows), (255, 255, 255))
    taller.paste(picture, (0, rows))
    return taller


def scan_pdf(
    picture: Image.Image | None = None, *, rotation: int = 0, offset: tuple[float, float] = (0, 0), pages: int = 1
) -> bytes:
    """The picture as a PDF/A-2b page, displayed upright at every rotation, its boxes moved by ``offset`` points."""
    shown = picture or scan()
    stored = shown.rotate(rotation, expand=True)
    jpeg = io.BytesIO()
    stored.save(jpeg, "JPEG", quality=85)
    width, height = stored.width / DPI * 72, stored.height / DPI * 72
    x, y = offset
    pdf = pikepdf.new()
    image = pdf.make_stream(
        jpeg.getvalue(),
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=stored.width, Height=stored.height,
        ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
    )  # fmt: skip
    for _ in range(pages):
        page = pdf.add_blank_page(page_size=(width, height))
        page.MediaBox = [x, y, x + width, y + height]
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=image))
        page.Contents = pdf.make_stream(f"q {width:.3f} 0 0 {height:.3f} {x:.3f} {y:.3f} cm /Im Do Q".encode())
        if rotation:
            page.Rotate = rotation
    profile = pdf.make_stream(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), N=3)
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB",
        DestOutputProfile=profile,
    )
    pdf.Root.OutputIntents = pikepdf.Array([pdf.make_indirect(intent)])
    pdf.Root.Metadata = pdf.make_stream(_XMP.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
    data = io.BytesIO()
    pdf.save(data, min_version="1.7", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return data.getvalue()
