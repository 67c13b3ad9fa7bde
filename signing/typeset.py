"""Setting a page of text and boxes in PDF/A-2b: just what a report needs, the same bytes for the same words.

Lengths are in points (1/72 inch) from the top left corner of the page.
"""

import datetime as dt
import io
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # has no types
from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream, String, pdfa
from PIL import ImageCms

from dossier.errors import PartFailed
from dossier.text import nfc
from dossier.times import local
from signing.font import StampFont, default_font, stamp_font

A4 = (595.276, 841.89)
REGULAR, BOLD = "regular", "bold"

_FACES = {REGULAR: "texgyreheros-regular.otf", BOLD: "texgyreheros-bold.otf"}
_MOST_LETTERS = 220
"""A font here has a byte for a letter."""
_NONSYMBOLIC = 0b100000
_UNKNOWN = "?"

Colour = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface, to measure with. Attributes: path: Its file. advances: Of its letters, thousandths of the size."""

    path: Path
    advances: dict[str, int]

    def width(self, text: str, size: float) -> float:
        """Return how wide ``text`` is at ``size``."""
        return sum(self.advances.get(c, self.advances[_UNKNOWN]) for c in text) * size / 1000

    def wrap(self, text: str, size: float, width: float) -> list[str]:
        """Return ``text`` in lines of at most ``width``; a word that is longer is broken anywhere."""
        lines = [""]
        for word in text.split():
            joined = f"{lines[-1]} {word}".strip()
            if self.width(joined, size) <= width:
                lines[-1] = joined
                continue
            if lines[-1]:
                lines.append("")
            for letter in word:
                if self.width(lines[-1] + letter, size) > width and lines[-1]:
                    lines.append("")
                lines[-1] += letter
        return lines


@cache
def face(name: str) -> Face:
    """Return the typeface called ``name``: TeX Gyre Heros, which has every Vietnamese letter.

    Raises:
        PartMissing: The fonts are not installed.
    """
    path = default_font().with_name(_FACES[name])
    font = TTFont(io.BytesIO(path.read_bytes()), lazy=True)
    metrics = font["hmtx"]
    return Face(path, {chr(code): metrics[glyph][0] for code, glyph in font.getBestCmap().items()})


def readable(text: str) -> str:
    """Return ``text`` in one line, composed, without what prints nothing."""
    shown = (" " if c.isspace() else c for c in nfc(text) if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join("".join(shown).split())


@dataclass(frozen=True, slots=True)
class _Words:
    """One line of text, to be encoded when it is known which letters its font must have."""

    face: str
    size: float
    x: float
    y: float
    colour: Colour
    text: str


@dataclass(slots=True)
class Sheet:
    """One page being set."""

    marks: "list[str | _Words]" = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float, colour: Colour, *, name: str = REGULAR) -> None:
        """Set one line whose baseline begins at (x, y)."""
        self.marks.append(_Words(name, size, x, A4[1] - y, colour, text))

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Fill a rectangle whose top left corner is (x, y)."""
        self.marks.append(f"{_rgb(colour)} rg {x:.2f} {A4[1] - y - height:.2f} {width:.2f} {height:.2f} re f")

    def line(self, points: Iterable[tuple[float, float]], width: float, colour: Colour) -> None:
        """Draw a line with round ends and corners through ``points``."""
        (x, y), *rest = points
        way = " ".join(f"{a:.2f} {A4[1] - b:.2f} l" for a, b in rest)
        self.marks.append(f"{_rgb(colour)} RG {width:.2f} w 1 J 1 j {x:.2f} {A4[1] - y:.2f} m {way} S")

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """Fill a circle around (x, y)."""
        middle, k = A4[1] - y, 0.5523 * radius
        quarters = (
            (x + radius, middle + k, x + k, middle + radius, x, middle + radius),
            (x - k, middle + radius, x - radius, middle + k, x - radius, middle),
            (x - radius, middle - k, x - k, middle - radius, x, middle - radius),
            (x + k, middle - radius, x + radius, middle - k, x + radius, middle),
        )
        way = " ".join(" ".join(f"{v:.2f}" for v in q) + " c" for q in quarters)
        self.marks.append(f"{_rgb(colour)} rg {x + radius:.2f} {middle:.2f} m {way} f")


def _rgb(colour: Colour) -> str:
    return " ".join(f"{c:.3f}" for c in colour)


def bound(sheets: Iterable[Sheet], *, title: str, moment: dt.datetime) -> bytes:
    """Return the pages as a PDF/A-2b file.

    Args:
        sheets: At least one.
        title: What the file says it is.
        moment: When it says it was made, aware.

    Raises:
        PartFailed: The result does not validate as PDF/A-2b.
    """
    pages = list(sheets)
    fonts = {name: _font(name, pages) for name in _FACES}
    with Pdf.new() as pdf:
        used = {name: pdf.make_indirect(_embedded(pdf, font)) for name, font in fonts.items()}
        for sheet in pages:
            drawing = "\n".join(_drawn(mark, fonts) for mark in sheet.marks)
            entries = Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, *A4]),
                Resources=Dictionary(Font=Dictionary({f"/{name}": font for name, font in used.items()})),
                Contents=pdf.make_indirect(Stream(pdf, drawing.encode("ascii"))),
            )
            pdf.pages.append(Page(entries))
        _describe(pdf, title, moment)
        file = io.BytesIO()
        try:
            pdfa.save(pdf, file, pdfa.Flavour("2b"), repair=False, deterministic_id=True)
        except pdfa.PdfaError as error:
            rules = ", ".join(sorted({finding.rule for finding in error.report.findings}))
            raise PartFailed(part="pdfa", reason=f"not PDF/A-2b ({rules})") from error
        return file.getvalue()


def _font(name: str, sheets: list[Sheet]) -> StampFont:
    """Return the letters of ``name`` that the sheets need; those one byte too many are the rarest, and are left out."""
    known = face(name)
    counted = Counter(c for s in sheets for m in s.marks if isinstance(m, _Words) and m.face == name for c in m.text)
    kept = [c for c, _ in counted.most_common() if c in known.advances][:_MOST_LETTERS]
    return stamp_font(frozenset(kept) | {_UNKNOWN}, known.path)


def _drawn(mark: "str | _Words", fonts: dict[str, StampFont]) -> str:
    if isinstance(mark, str):
        return mark
    font = fonts[mark.face]
    text = "".join(c if c in font.codes else _UNKNOWN for c in mark.text)
    shown = font.encode(text).decode("ascii")
    return f"BT {_rgb(mark.colour)} rg /{mark.face} {mark.size:.2f} Tf {mark.x:.2f} {mark.y:.2f} Td {shown} Tj ET"


def _embedded(pdf: Pdf, font: StampFont) -> Object:
    characters = sorted(font.codes, key=font.codes.__getitem__)
    first = font.codes[characters[0]]
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(f"/{font.name}"),
        Flags=_NONSYMBOLIC,
        FontBBox=Array(font.box),
        ItalicAngle=0,
        Ascent=font.ascent,
        Descent=font.descent,
        CapHeight=font.ascent,
        StemV=80,
        FontFile3=pdf.make_indirect(Stream(pdf, font.program, Subtype=Name.Type1C, Filter=Name.FlateDecode)),
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type1,
        BaseFont=Name(f"/{font.name}"),
        FirstChar=first,
        LastChar=first + len(characters) - 1,
        Widths=Array([font.widths[c] for c in characters]),
        Encoding=Dictionary(
            Type=Name.Encoding, Differences=Array([first, *(Name(f"/{font.glyphs[c]}") for c in characters)])
        ),
        FontDescriptor=pdf.make_indirect(descriptor),
        ToUnicode=pdf.make_indirect(Stream(pdf, font.to_unicode, Filter=Name.FlateDecode)),
    )


def _describe(pdf: Pdf, title: str, moment: dt.datetime) -> None:
    """Write output intent, language, XMP, and the document information that agrees with it."""
    when = local(moment)
    profile = pdf.make_indirect(Stream(pdf, _srgb_profile(), N=3))
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB"),
        DestOutputProfile=profile,
    )
    pdf.Root.OutputIntents = Array([intent])
    pdf.Root.Lang = String("vi")
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.Root.Metadata = pdf.make_indirect(Stream(pdf, _xmp(title, when).encode(), Type=Name.Metadata, Subtype=Name.XML))
    stamp = when.strftime("D:%Y%m%d%H%M%S+07'00'")
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary(Title=String(title), Creator=String("sohoa"), CreationDate=String(stamp), ModDate=String(stamp))
    )


def _xmp(title: str, when: dt.datetime) -> str:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n<rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">\n'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>\n'
        f"<xmp:CreatorTool>sohoa</xmp:CreatorTool>\n<xmp:CreateDate>{when.isoformat()}</xmp:CreateDate>\n"
        f"<xmp:ModifyDate>{when.isoformat()}</xmp:ModifyDate>\n"
        "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>\n"
        '</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>'
    )


@cache
def _srgb_profile() -> bytes:
    """Return an sRGB profile without the moment of its making (ICC.1:2010, 7.2.8) and the hash over it (7.2.18)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = (2000).to_bytes(2, "big") + bytes((0, 1, 0, 1)) + bytes(6)
    profile[84:100] = bytes(16)
    return bytes(profile)
