"""Searchable PDF/A-2b: the master pages as they are, with their words as invisible text on them.

The bytes of the master pages are embedded untouched. Every word is one run of invisible text stretched to the word's
box, with a space between words, in reading order, so that selecting, searching and copying work as in a born-digital
document. The file conforms to ISO 19005-2 level B, which is checked before it is handed out. Equal input gives equal
bytes.
"""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String, pdfa
from PIL import ImageCms

from dossier.errors import DamagedFile, PartFailed
from dossier.text import nfc
from dossier.times import local
from ocr.glyphless import GlyphlessFont
from ocr.markup import printable
from ocr.model import PageReading
from ocr.page_image import add_page_image, page_image_file
from ocr.text_layer import operators, place_words

_POINTS_PER_INCH = 72
_MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class SearchablePage:
    """One page of the file to be.

    Attributes:
        image: The master page, a JPEG or PNG file of the reading's width and height, as ``ocr.page_image`` takes it.
        reading: What it says; its ``dpi`` gives the page its size.
        headroom_mm: White paper added above the page, for a stamp that would find no free place on it.
    """

    image: bytes
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
        DamagedFile: A page's image is not a JPEG or PNG of the reading's size.
        PartFailed: The result does not validate as PDF/A-2b.
    """
    if not pages:
        raise ValueError("a PDF needs at least one page")
    with Pdf.new() as pdf:
        layers = [place_words(page.reading) for page in pages]
        font = GlyphlessFont.of(c for layer in layers for word in layer for c in word.text)
        fonts = font.add_to(pdf, (word.reach for layer in layers for word in layer))
        for page, layer in zip(pages, layers, strict=True):
            _add_page(pdf, page, "\n".join(operators(layer, font)), fonts)
        _describe(pdf, metadata)
        return _validated(pdf)


def page_images(data: bytes) -> Iterator[bytes]:
    """Give back the page images of a file that :func:`searchable_pdf` wrote, sealed since or not, in order.

    Args:
        data: Bytes of our own making: they are parsed in this process.

    Yields:
        Each page's JPEG or PNG file.

    Raises:
        DamagedFile: Not such a file.
    """
    try:
        with Pdf.open(io.BytesIO(data)) as pdf:
            for page in pdf.pages:
                yield page_image_file(page.resources.XObject.Page)
    except (pikepdf.PikepdfError, AttributeError, LookupError) as error:
        raise DamagedFile(reason="it is not a sealed file of this service") from error


def _validated(pdf: Pdf) -> bytes:
    file = io.BytesIO()
    try:
        pdfa.save(pdf, file, pdfa.Flavour("2b"), repair=False, deterministic_id=True)
    except pdfa.PdfaError as error:
        rules = ", ".join(sorted({finding.rule for finding in error.report.findings}))
        raise PartFailed(part="pdfa", reason=f"not PDF/A-2b ({rules})") from error
    return file.getvalue()


def _add_page(pdf: Pdf, page: SearchablePage, text: str, fonts: Object) -> None:
    reading = page.reading
    scale = _POINTS_PER_INCH / reading.dpi
    width, height = reading.width * scale, reading.height * scale
    top = height + page.headroom_mm / _MM_PER_INCH * _POINTS_PER_INCH
    drawing = f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Page Do Q\n{text}"
    image = add_page_image(pdf, page.image, reading.width, reading.height)
    pdf.pages.append(
        pikepdf.Page(
            Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, round(width, 3), round(top, 3)]),
                Resources=Dictionary(XObject=Dictionary(Page=image), Font=fonts),
                Contents=pdf.make_indirect(Stream(pdf, drawing.encode("ascii"))),
            )
        )
    )


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


def _shown(text: str) -> str:
    return printable(nfc(text))


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
