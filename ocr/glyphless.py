"""The font of the invisible text: no ink, one width, any character.

Type 0 fonts over one TrueType program (ISO 32000-1, 9.7), one font for each way words reach above and below their
baseline. Each shows a single glyph whatever the character: the diagonal of the character's box, which has an extent but
no area; there are readers that drop words whose glyphs have no extent. Characters are numbered from 1 in code point
order, and the ToUnicode map (9.10.3) leads back from the numbers.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]  # fontTools ships no types
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]  # fontTools ships no types
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

ADVANCE = 500
"""Width of every glyph, in 1/1000 of the font size."""

_UNITS_PER_EM = 1000
_ASCENT, _DESCENT = 800, -200
_NAME = "Invisible"
_SYMBOLIC = 4
# 1 January 2000 in seconds since 1904, as the head table counts.
_DATE = 3029529600
_MOST_GLYPHS = 0xFFFE
# A CMap section may hold at most 100 entries.
_SECTION = 100


@dataclass(frozen=True, slots=True, order=True)
class Reach:
    """How far the letters of a word reach above and below their baseline, in 1/1000 of the font size, at least 1."""

    above: int
    below: int

    @property
    def font_name(self) -> str:
        """Name of the font with this reach, among the resources of a page."""
        return f"Words-{self.above}-{self.below}"


@dataclass(frozen=True, slots=True)
class GlyphlessFont:
    """Fonts for a set of characters.

    Attributes:
        numbers: The glyph number of each character, from 1.
    """

    numbers: dict[str, int]

    @classmethod
    def of(cls, characters: Iterable[str]) -> "GlyphlessFont":
        """Return a font with the given characters and the space.

        Raises:
            ValueError: More different characters than a font can hold.
        """
        different = sorted({" ", *characters})
        if len(different) > _MOST_GLYPHS:
            raise ValueError("too many different characters for one font")
        return cls({character: number for number, character in enumerate(different, start=1)})

    def encode(self, text: str) -> str:
        """Return ``text`` as a PDF hexadecimal string operand."""
        return "<" + "".join(f"{self.numbers[character]:04X}" for character in text) + ">"

    def add_to(self, pdf: Pdf, reaches: Iterable[Reach]) -> Object:
        """Write a font for each reach into ``pdf`` and return the resources' font dictionary, by ``font_name``."""
        ordered = sorted(set(reaches))
        data = _program(ordered)
        program = pdf.make_indirect(Stream(pdf, data, Length1=len(data)))
        to_unicode = pdf.make_indirect(Stream(pdf, self._to_unicode()))
        fonts = Dictionary()
        for glyph, reach in enumerate(ordered, start=1):
            fonts[f"/{reach.font_name}"] = pdf.make_indirect(
                Dictionary(
                    Type=Name.Font,
                    Subtype=Name.Type0,
                    BaseFont=Name("/" + _NAME),
                    Encoding=Name("/Identity-H"),
                    DescendantFonts=Array([self._descendant(pdf, program, glyph, reach)]),
                    ToUnicode=to_unicode,
                )
            )
        return pdf.make_indirect(fonts)

    def _descendant(self, pdf: Pdf, program: Object, glyph: int, reach: Reach) -> Object:
        descriptor = Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name("/" + _NAME),
            Flags=_SYMBOLIC,
            FontBBox=Array([0, -reach.below, ADVANCE, reach.above]),
            ItalicAngle=0,
            Ascent=reach.above,
            Descent=-reach.below,
            CapHeight=reach.above,
            StemV=80,
            FontFile2=program,
        )
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.CIDFontType2,
                BaseFont=Name("/" + _NAME),
                CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
                FontDescriptor=pdf.make_indirect(descriptor),
                DW=ADVANCE,
                CIDToGIDMap=pdf.make_indirect(Stream(pdf, bytes(2) + glyph.to_bytes(2) * len(self.numbers))),
            )
        )

    def _to_unicode(self) -> bytes:
        entries = [
            f"<{number:04X}> <{character.encode('utf-16-be').hex().upper()}>"
            for character, number in self.numbers.items()
        ]
        sections = (entries[start : start + _SECTION] for start in range(0, len(entries), _SECTION))
        body = "\n".join(f"{len(section)} beginbfchar\n" + "\n".join(section) + "\nendbfchar" for section in sections)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            f"{body}\n"
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        ).encode("ascii")


def _program(reaches: Sequence[Reach]) -> bytes:
    """Return a TrueType font with a glyph for each reach, numbered from 1."""
    glyphs = {".notdef": TTGlyphPen(None).glyph()}
    for reach in reaches:
        pen = TTGlyphPen(None)
        pen.moveTo((0, -reach.below))
        pen.lineTo((ADVANCE, reach.above))
        pen.closePath()
        glyphs[reach.font_name] = pen.glyph()
    builder = FontBuilder(_UNITS_PER_EM, isTTF=True)
    # A fixed date: the same reaches give the same bytes.
    builder.updateHead(created=_DATE, modified=_DATE)
    builder.font.recalcTimestamp = False
    builder.setupGlyphOrder(list(glyphs))
    builder.setupGlyf(glyphs)
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (ADVANCE, 0)))
    builder.setupHorizontalHeader(ascent=_ASCENT, descent=_DESCENT)
    builder.setupMaxp()
    program = io.BytesIO()
    builder.font.save(program)
    return program.getvalue()
