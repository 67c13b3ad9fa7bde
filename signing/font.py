# mypy: allow-untyped-calls
# pyHanko's PDF objects have untyped constructors
"""The stamp's typeface: a Times with every Vietnamese letter, cut down to the letters a stamp needs, ready to embed.

TeX Gyre Termes (Debian ``fonts-texgyre``) has 1000 units to the em, so its widths are a PDF's widths exactly, as PDF/A
demands (ISO 19005-2, 6.2.11.5), and a precomposed glyph for every Vietnamese letter, so no shaping is needed.
"""

import hashlib
import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # has no types
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from dossier.errors import ConfigurationError, InvalidValue, PartMissing

_KNOWN_PLACES = (
    Path("/usr/share/texmf/fonts/opentype/public/tex-gyre/texgyretermes-regular.otf"),
    Path("/usr/share/texlive/texmf-dist/fonts/opentype/public/tex-gyre/texgyretermes-regular.otf"),
    Path("/usr/share/fonts/opentype/tex-gyre/texgyretermes-regular.otf"),
)
_UNITS_PER_EM = 1000
_FIRST_CODE = 32
_LAST_CODE = 255
_SERIF_NONSYMBOLIC = 0b100010


def default_font() -> Path:
    """Return where TeX Gyre Termes lies.

    Raises:
        PartMissing: At none of the known places.
    """
    path = next((p for p in _KNOWN_PLACES if p.exists()), None)
    if path is None:
        raise PartMissing(part="TeX Gyre Termes (fonts-texgyre)")
    return path


@dataclass(frozen=True, slots=True)
class StampFont:
    """A subset of a font, ready to be put into any number of files.

    Attributes:
        name: PostScript name with its subset tag. program: The CFF font program, deflated.
        to_unicode: The CMap that gives the characters back, deflated.
        codes: The byte that stands for each character. glyphs: Each character's glyph name.
        widths: Each character's advance in thousandths of the font size.
        box: Bounding box, thousandths. ascent, descent: From the baseline, thousandths; the descent is negative.
    """

    name: str
    program: bytes
    to_unicode: bytes
    codes: dict[str, int]
    glyphs: dict[str, str]
    widths: dict[str, int]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int

    def width(self, text: str, size: float) -> float:
        """Return how wide ``text`` is set at ``size`` points, in points."""
        return sum(self.widths[c] for c in text) * size / _UNITS_PER_EM

    def encode(self, text: str) -> bytes:
        """Return the string operand that shows ``text``."""
        return b"<" + bytes(self.codes[c] for c in text).hex().encode() + b">"

    def embed(self, writer: BasePdfFileWriter) -> generic.IndirectObject:
        """Add the font to ``writer`` and return its reference."""
        descriptor = _dictionary(
            Type=pdf_name("/FontDescriptor"),
            FontName=pdf_name(f"/{self.name}"),
            Flags=generic.NumberObject(_SERIF_NONSYMBOLIC),
            FontBBox=_numbers(self.box),
            ItalicAngle=generic.NumberObject(0),
            Ascent=generic.NumberObject(self.ascent),
            Descent=generic.NumberObject(self.descent),
            CapHeight=generic.NumberObject(self.ascent),
            StemV=generic.NumberObject(80),
            FontFile3=writer.add_object(_deflated(self.program, Subtype=pdf_name("/Type1C"))),
        )
        characters = sorted(self.codes, key=self.codes.__getitem__)
        names = [generic.NumberObject(_FIRST_CODE), *(pdf_name(f"/{self.glyphs[c]}") for c in characters)]
        font = _dictionary(
            Type=pdf_name("/Font"),
            Subtype=pdf_name("/Type1"),
            BaseFont=pdf_name(f"/{self.name}"),
            FirstChar=generic.NumberObject(_FIRST_CODE),
            LastChar=generic.NumberObject(_FIRST_CODE + len(characters) - 1),
            Widths=_numbers(self.widths[c] for c in characters),
            Encoding=_dictionary(Type=pdf_name("/Encoding"), Differences=generic.ArrayObject(names)),
            FontDescriptor=writer.add_object(descriptor),
            ToUnicode=writer.add_object(_deflated(self.to_unicode)),
        )
        return writer.add_object(font)


@lru_cache(maxsize=64)
def stamp_font(characters: frozenset[str], path: Path | None = None) -> StampFont:
    """Return the font at ``path`` (TeX Gyre Termes if ``None``) cut down to ``characters``.

    Raises:
        PartMissing: The font is not installed.
        ConfigurationError: It is no OpenType font with CFF outlines and 1000 units to the em.
        InvalidValue: It lacks one of the characters, or there are more than 224 of them.
    """
    source = path or default_font()
    try:
        font = TTFont(io.BytesIO(source.read_bytes()), lazy=True)
        usable = "CFF " in font and font["head"].unitsPerEm == _UNITS_PER_EM
    except Exception as error:
        # The font library raises whatever a damaged table leads it to.
        raise ConfigurationError(reason=f"the stamp font '{source.name}' cannot be read") from error
    if not usable:
        raise ConfigurationError(reason=f"the stamp font '{source.name}' is not CFF with 1000 units to the em")
    glyphs = font.getBestCmap()
    missing = sorted(c for c in characters if ord(c) not in glyphs)
    if missing or len(characters) > _LAST_CODE - _FIRST_CODE:
        raise InvalidValue(key="stamp", reason=f"the font has no letter for {[f'U+{ord(c):04X}' for c in missing]}")
    from fontTools import subset  # type: ignore[import-untyped]  # noqa: PLC0415 - a tenth of a command's start

    options = subset.Options(layout_features=[], notdef_outline=True, hinting=True, name_IDs=[6])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(c) for c in characters])
    subsetter.subset(font)
    ordered = sorted(characters)
    metrics, head, lines = font["hmtx"], font["head"], font["hhea"]
    tag = "".join(chr(65 + b % 26) for b in hashlib.sha256("".join(ordered).encode()).digest()[:6])
    top = font["CFF "].cff
    name = f"{tag}+{top.fontNames[0]}"
    top.fontNames[0] = name
    program = io.BytesIO()
    top.compile(program, font, isCFF2=False)
    codes = {c: _FIRST_CODE + i for i, c in enumerate(ordered)}
    return StampFont(
        name=name,
        program=zlib.compress(program.getvalue(), 9),
        to_unicode=zlib.compress(_to_unicode(codes), 9),
        codes=codes,
        glyphs={c: glyphs[ord(c)] for c in ordered},
        widths={c: metrics[glyphs[ord(c)]][0] for c in ordered},
        box=(head.xMin, head.yMin, head.xMax, head.yMax),
        ascent=lines.ascent,
        descent=lines.descent,
    )


def _dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(f"/{key}"): value for key, value in entries.items()})


def _deflated(data: bytes, **entries: generic.PdfObject) -> generic.StreamObject:
    return generic.StreamObject(_dictionary(Filter=pdf_name("/FlateDecode"), **entries), encoded_data=data)


def _numbers(values: Iterable[int]) -> generic.ArrayObject:
    return generic.ArrayObject(generic.NumberObject(v) for v in values)


def _to_unicode(codes: dict[str, int]) -> bytes:
    """Return the CMap that gives the characters back when the stamp's text is selected or searched."""
    pairs = [f"<{code:02x}> <{character.encode('utf-16-be').hex()}>" for character, code in sorted(codes.items())]
    # ISO 32000-1, 9.10.3 / Adobe 5411: at most a hundred entries in a block.
    blocks = [pairs[i : i + 100] for i in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<00> <ff>\nendcodespacerange\n{body}\n"
        "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
