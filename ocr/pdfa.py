"""Searchable PDF/A-2b: the master pages as they are, with their words as invisible text on them.

The JPEG bytes of the master pages are embedded untouched. Every word is one run of invisible text (text rendering
mode 3, ISO 32000-1 table 106) stretched to the word's box, with a space between words, in reading order, so that
selecting, searching and copying work as in a born-digital document. The file conforms to ISO 19005-2 level B, which is
checked before it is handed out. Equal input gives equal bytes.
"""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import median
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String, pdfa
from PIL import Image, ImageCms, UnidentifiedImageError

from dossier.errors import DamagedFile, PartFailed
from dossier.text import nfc
from dossier.times import local
from ocr.glyphless import ADVANCE, ASCENT, DESCENT, GlyphlessFont
from ocr.markup import printable
from ocr.model import Line, PageReading

_POINTS_PER_INCH = 72
_MM_PER_INCH = 25.4
_EM = 1000
# Words that touch are pulled apart by this share of the line's height; readers join words nearer than 0.15.
_LEAST_GAP = 0.2
_COLOUR_SPACES = {"RGB": Name.DeviceRGB, "L": Name.DeviceGray}


@dataclass(frozen=True, slots=True)
class SearchablePage:
    """One page of the file to be.

    Attributes:
        jpeg: The master page, a grey or RGB JPEG file of the reading's width and height.
        reading: What it says; its ``dpi`` gives the page its size.
        headroom_mm: White paper added above the page, for a stamp that would find no free place on it.
    """

    jpeg: bytes
    reading: PageReading
    headroom_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class PdfMetadata:
    """What the file says of itself (document information dictionary and XMP, in agreement).

    Attributes:
        title: Of the document. created: Moment of digitization, aware.
        author: Who made the file: the digitizing agency. subject, keywords: Free text.
        creator: Name and version of the program that made it.
    """

    title: str
    created: dt.datetime
    author: str = ""
    subject: str = ""
    keywords: str = ""
    creator: str = "sohoa"


def searchable_pdf(pages: Sequence[SearchablePage], metadata: PdfMetadata) -> bytes:
    """Write a searchable PDF/A-2b file.

    Args:
        pages: At least one, in order.
        metadata: What the file says of itself.

    Returns:
        The file's bytes, the same for the same arguments.

    Raises:
        ValueError: No page, or a moment without a zone.
        DamagedFile: A page's image is not a grey or RGB JPEG of the reading's size.
        PartFailed: The result does not validate as PDF/A-2b.
    """
    if not pages:
        raise ValueError("a PDF needs at least one page")
    with Pdf.new() as pdf:
        font = GlyphlessFont.of(c for page in pages for word in page.reading.words for c in _shown(word.text))
        font_object = font.add_to(pdf)
        for page in pages:
            _add_page(pdf, page, font, font_object)
        _describe(pdf, metadata)
        return _validated(pdf)


def _validated(pdf: Pdf) -> bytes:
    file = io.BytesIO()
    try:
        pdfa.save(pdf, file, pdfa.Flavour("2b"), repair=False, deterministic_id=True)
    except pdfa.PdfaError as error:
        rules = ", ".join(sorted({finding.rule for finding in error.report.findings}))
        raise PartFailed(part="pdfa", reason=f"not PDF/A-2b ({rules})") from error
    return file.getvalue()


def _add_page(pdf: Pdf, page: SearchablePage, font: GlyphlessFont, font_object: Object) -> None:
    reading = page.reading
    scale = _POINTS_PER_INCH / reading.dpi
    width, height = reading.width * scale, reading.height * scale
    top = height + page.headroom_mm / _MM_PER_INCH * _POINTS_PER_INCH
    drawing = "\n".join(
        (
            f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Page Do Q",
            "BT 3 Tr",
            *_text(reading, font, scale),
            "ET",
        )
    )
    pdf.pages.append(
        pikepdf.Page(
            Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, round(width, 3), round(top, 3)]),
                Resources=Dictionary(XObject=Dictionary(Page=_image(pdf, page)), Font=Dictionary(Words=font_object)),
                Contents=pdf.make_indirect(Stream(pdf, drawing.encode("ascii"))),
            )
        )
    )


def _image(pdf: Pdf, page: SearchablePage) -> Object:
    try:
        with Image.open(io.BytesIO(page.jpeg), formats=["JPEG"]) as image:
            size, mode = image.size, image.mode
    except UnidentifiedImageError as error:
        raise DamagedFile(reason="page image is not a JPEG") from error
    if size != (page.reading.width, page.reading.height) or mode not in _COLOUR_SPACES:
        raise DamagedFile(reason="page image is not a grey or RGB JPEG of the reading's size")
    return pdf.make_indirect(
        Stream(
            pdf,
            page.jpeg,
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=size[0],
            Height=size[1],
            ColorSpace=_COLOUR_SPACES[mode],
            BitsPerComponent=8,
            Filter=Name.DCTDecode,
        )
    )


def _shown(text: str) -> str:
    return printable(nfc(text))


def _text(reading: PageReading, font: GlyphlessFont, scale: float) -> Iterator[str]:
    """Yield the text operators of a page, one line of words after the other."""
    for line in reading.lines:
        yield from _line(line, reading.height, font, scale)


def _line(line: Line, page_height: int, font: GlyphlessFont, scale: float) -> Iterator[str]:
    # All words of a line share one size and one baseline, however their letters reach up and down: readers tell lines
    # apart by the baselines.
    size = max(1.0, median(word.box.height for word in line.words))
    bottom = median(word.box.bottom for word in line.words)
    baseline = (page_height - bottom - size * DESCENT / _EM) * scale
    yield f"/Words {size * scale * _EM / (ASCENT - DESCENT):.3f} Tf"
    advance = size * ADVANCE / _EM
    free_from = float("-inf")
    for i, word in enumerate(line.words):
        text = _shown(word.text)
        if not text:
            continue
        start = max(word.box.x, free_from)
        end = max(word.box.right, start + 1)
        if i + 1 < len(line.words) and line.words[i + 1].box.x > word.box.x:
            end = max(min(end, line.words[i + 1].box.x - _LEAST_GAP * size), (start + end) / 2)
        yield f"1 0 0 1 {start * scale:.3f} {baseline:.3f} Tm"
        yield f"{_stretch(end - start, len(text) * advance)} Tz {font.encode(text)} Tj"
        free_from = end + _LEAST_GAP * size
        if i + 1 < len(line.words):
            gap = max(line.words[i + 1].box.x, free_from) - end
            yield f"{_stretch(gap, advance)} Tz {font.encode(' ')} Tj"


def _stretch(wanted: float, natural: float) -> str:
    """Return the horizontal scaling, in percent, that makes ``natural`` as wide as ``wanted``."""
    return f"{max(1.0, 100 * wanted / natural):.2f}"


def _describe(pdf: Pdf, metadata: PdfMetadata) -> None:
    """Write output intent, language, XMP and the document information that agrees with it."""
    moment = local(metadata.created)
    profile = pdf.make_indirect(Stream(pdf, _srgb_profile(), N=3))
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB"),
                Info=String("sRGB"),
                DestOutputProfile=profile,
            )
        ]
    )
    pdf.Root.Lang = String("vi")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.Root.Metadata = pdf.make_indirect(
        Stream(pdf, _xmp(metadata, moment).encode(), Type=Name.Metadata, Subtype=Name.XML)
    )
    stamp = moment.strftime("D:%Y%m%d%H%M%S+07'00'")
    entries = {
        "/Title": metadata.title,
        "/Author": metadata.author,
        "/Subject": metadata.subject,
        "/Keywords": metadata.keywords,
        "/Creator": metadata.creator,
        "/Producer": _producer(),
        "/CreationDate": stamp,
        "/ModDate": stamp,
    }
    info = Dictionary({key: String(_shown(value)) for key, value in entries.items() if _shown(value)})
    pdf.trailer.Info = pdf.make_indirect(info)


def _producer() -> str:
    return f"pikepdf {pikepdf.__version__}"


def _xmp(metadata: PdfMetadata, moment: dt.datetime) -> str:
    def element(name: str, value: str, container: str = "") -> str:
        value = escape(_shown(value))
        if not value:
            return ""
        if container == "Alt":
            value = f'<rdf:Alt><rdf:li xml:lang="x-default">{value}</rdf:li></rdf:Alt>'
        elif container:
            value = f"<rdf:{container}><rdf:li>{value}</rdf:li></rdf:{container}>"
        return f"<{name}>{value}</{name}>\n"

    when = moment.isoformat()
    properties = "".join(
        (
            element("dc:title", metadata.title, "Alt"),
            element("dc:creator", metadata.author, "Seq"),
            element("dc:description", metadata.subject, "Alt"),
            element("dc:language", "vi", "Bag"),
            element("dc:format", "application/pdf"),
            element("pdf:Keywords", metadata.keywords),
            element("pdf:Producer", _producer()),
            element("xmp:CreatorTool", metadata.creator),
            element("xmp:CreateDate", when),
            element("xmp:ModifyDate", when),
            element("xmp:MetadataDate", when),
            element("pdfaid:part", "2"),
            element("pdfaid:conformance", "B"),
        )
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '<rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:pdf="http://ns.adobe.com/pdf/1.3/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">\n'
        f"{properties}"
        "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    )


@cache
def _srgb_profile() -> bytes:
    """Return an sRGB ICC profile without the moment of its making (ICC.1:2010, 7.2.8) and the hash over it (7.2.18)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = (2000).to_bytes(2, "big") + bytes((0, 1, 0, 1)) + bytes(6)
    profile[84:100] = bytes(16)
    return bytes(profile)
