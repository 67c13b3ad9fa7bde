"""Whether a sealed file still keeps ISO 19005-2 (PDF/A-2b): every clause that sealing could break, looked at by itself.

`breaches` compares the sealed file with the file before. What a revision may add is checked clause by clause: file
structure (6.1, in `pdf_syntax`), graphics and fonts of appearances (6.2), annotations (6.3), forms and signatures
(6.4), actions (6.5) and metadata (6.6). All else is shown to be the same as before, which keeps the other clauses. In
two points it asks for more than the standard: no transparency, and nothing new in the catalog but what seals need.
"""

import io
import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree as ET

import pikepdf
from asn1crypto import cms
from fontTools.cffLib import CFFFontSet  # type: ignore[import-untyped]  # has no types
from fontTools.misc.psCharStrings import T2WidthExtractor  # type: ignore[import-untyped]  # has no types

from tests.signing import der
from tests.signing.pdf_syntax import Appended, Breach, Text, Written, header_breaches

_ADDED_TO_CATALOG = {"/AcroForm", "/Perms", "/DSS", "/Extensions", "/Version"}
_OPERATORS = frozenset(  # ISO 32000-1, table A.1
    (  # noqa: SIM905 - as the standard lists them
     "b B b* B* BDC BI BMC BT c cm CS cs d d0 d1 Do DP EI EMC ET f F f* G g gs h i ID j J K k l m M MP n q Q re RG rg "
     "ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"").split()
)  # fmt: skip
_COMPONENTS = MappingProxyType({"g": 0, "G": 0, "rg": 3, "RG": 3, "k": 4, "K": 4})
"""Of the device colour an operator sets; grey may be shown by any output intent."""
_RESOURCES = MappingProxyType({"Tf": "/Font", "Do": "/XObject", "gs": "/ExtGState", "sh": "/Shading"})
_UNREAD = frozenset({"TJ", "'", '"'})
_OPAQUE_MODES = frozenset({"/Normal", "/Compatible"})
_FORBIDDEN_ANNOTATIONS = {"/3D", "/Sound", "/Screen", "/Movie"}
_HIDDEN, _PRINT = 0b1_0010_0011, 0b100
"""Flags of ISO 32000-1, table 165: invisible, hidden, no view, toggle no view; print."""
_PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
_FORBIDDEN_CODES = {0x0000, 0xFEFF, 0xFFFE}


def breaches(sealed: bytes, before: bytes) -> list[Breach]:
    """Return what ``sealed`` breaks of the standard, ``before`` being the PDF/A-2b file it was made from."""
    found = header_breaches(sealed)
    if not sealed.startswith(before):
        found.append(Breach("unchanged", "what was there is not there byte for byte"))
    appended = Appended(sealed, len(before))
    try:
        appended.read()
    except ValueError as error:
        return [*found, *appended.breaches, Breach("6.1", str(error))]
    with pikepdf.open(io.BytesIO(sealed)) as pdf, pikepdf.open(io.BytesIO(before)) as old:
        for check in (_version, _permissions, _appearances, _annotations, _forms, _actions, _metadata):
            found += check(pdf)
        return [*found, *appended.breaches, *_signatures(appended.objects), *_unchanged(pdf, old, appended.objects)]


def _version(pdf: pikepdf.Pdf) -> Iterator[Breach]:
    """6.1.2: PDF/A-2 rests on PDF 1.7; the catalog's version overrules the header's."""
    if "/Version" in pdf.Root and not re.fullmatch(r"/1\.[0-7]", str(pdf.Root.Version)):
        yield Breach("6.1.2", f"the catalog calls the file PDF {pdf.Root.Version}")


def _permissions(pdf: pikepdf.Pdf) -> Iterator[Breach]:
    """6.1.12."""
    permissions = pdf.Root.get("/Perms", pikepdf.Dictionary())
    if others := set(permissions.keys()) - {"/UR3", "/DocMDP"}:
        yield Breach("6.1.12", f"permissions {others}")
    if "/DocMDP" not in permissions:
        return
    for reference in permissions.DocMDP.get("/Reference", []):
        if others := {"/DigestLocation", "/DigestMethod", "/DigestValue"} & set(reference.keys()):
            yield Breach("6.1.12", f"a signature reference with {others}")


# --- graphics --------------------------------------------------------------------------------------------------


def _appearances(pdf: pikepdf.Pdf) -> Iterator[Breach]:
    """6.2.2 content, 6.2.4 colour, 6.2.9 XObjects, 6.2.10 transparency, 6.2.11 fonts of what annotations show."""
    for annotation in _every_annotation(pdf):
        for form in dict(annotation.get("/AP", {})).values():
            if isinstance(form, pikepdf.Stream):
                yield from _form(form, _intent(pdf))


def _intent(pdf: pikepdf.Pdf) -> int | None:
    """Return how many components the output intent's profile has."""
    for intent in pdf.Root.get("/OutputIntents", []):
        if intent.get("/S") == "/GTS_PDFA1" and "/DestOutputProfile" in intent:
            return int(intent.DestOutputProfile.N)
    return None


def _form(form: pikepdf.Stream, intent: int | None) -> Iterator[Breach]:
    if others := {"/OPI", "/PS", "/Subtype2", "/Ref"} & set(form.keys()):
        yield Breach("6.2.9", f"a form with {others}")
    resources = form.get("/Resources", pikepdf.Dictionary())
    yield from _transparency(form, resources)
    font: pikepdf.Object | None = None
    for instruction in pikepdf.parse_content_stream(form):
        operator, operands = str(instruction.operator), list(instruction.operands)
        if operator not in _OPERATORS:
            yield Breach("6.2.2", f"the operator {operator}")
        if operator in _COMPONENTS and (intent is None or _COMPONENTS[operator] not in {0, intent}):
            yield Breach("6.2.4", f"the colour of {operator} is not defined by the output intent")
        category = _RESOURCES.get(operator)
        if category and str(operands[0]) not in resources.get(category, {}):
            yield Breach("6.2.2", f"{operands[0]} is not among the form's resources")
        elif operator == "Tf":
            font = resources.Font[str(operands[0])]
            yield from _font(font)
        elif operator == "Tj" and font is not None:
            yield from _shown(font, bytes(operands[0]))
        elif operator in _UNREAD:
            yield Breach("6.2.11", f"{operator}, which is not looked into")


def _transparency(form: pikepdf.Stream, resources: pikepdf.Object) -> Iterator[Breach]:
    if "/Group" in form:
        yield Breach("6.2.10", "a form with a transparency group")
    for state in dict(resources.get("/ExtGState", {})).values():
        opaque = all(float(state.get(key, 1)) == 1 for key in ("/ca", "/CA"))
        if not opaque or state.get("/SMask", "/None") != "/None" or state.get("/BM", "/Normal") not in _OPAQUE_MODES:
            yield Breach("6.2.10", "a graphics state with transparency")


def _font(font: pikepdf.Object) -> Iterator[Breach]:
    """6.2.11.2 and 6.2.11.4: of a known kind, its program embedded, its name marked as a subset's."""
    if font.get("/Subtype") != "/Type1" or font.get("/Type") != "/Font":
        yield Breach("6.2.11.2", "a font of another kind than Type 1")
        return
    descriptor = font.get("/FontDescriptor", pikepdf.Dictionary())
    if descriptor.get("/FontName") != font.get("/BaseFont"):
        yield Breach("6.2.11.2", "two names of one font")
    program = descriptor.get("/FontFile3")
    if program is None or program.get("/Subtype") != "/Type1C":
        yield Breach("6.2.11.4.1", "a font whose program is not embedded")
    elif not re.fullmatch(r"/[A-Z]{6}\+\S+", str(font.BaseFont)):
        yield Breach("6.2.11.4.2", "a part of a font without a tag")
    if "/CharSet" in descriptor or "/CIDSet" in descriptor:
        yield Breach("6.2.11.4.2", "a list of characters, which is not looked into")


def _shown(font: pikepdf.Object, codes: bytes) -> Iterator[Breach]:
    """6.2.11.5 widths, 6.2.11.7.2 Unicode, 6.2.11.8 no missing glyph, for every code that is shown."""
    try:
        widths = _program_widths(font.FontDescriptor.FontFile3.read_bytes())
        stated = [float(w) for w in font.Widths]
        names = _names(font.Encoding.Differences)
        unicode = _to_unicode(font.ToUnicode.read_bytes())
    except (AttributeError, KeyError, ValueError, pikepdf.PdfError) as error:
        yield Breach("6.2.11", f"a font without what text needs: {error}")
        return
    first = int(font.FirstChar)
    for code in sorted(set(codes)):
        name = names.get(code, ".notdef")
        if name == ".notdef" or name not in widths:
            yield Breach("6.2.11.8", f"code {code} has no glyph")
            continue
        index = code - first
        if not 0 <= index < len(stated) or abs(stated[index] - widths[name]) > 1:
            yield Breach("6.2.11.5", f"the width of code {code} is not the font program's")
        if code not in unicode or unicode[code] in _FORBIDDEN_CODES:
            yield Breach("6.2.11.7.2", f"code {code} stands for no character")


def _program_widths(program: bytes) -> dict[str, float]:
    """Return each glyph's advance as the CFF program has it."""
    fonts = CFFFontSet()
    fonts.decompile(io.BytesIO(program), None)
    top = fonts[0]
    private, strings = top.Private, top.CharStrings
    found = {}
    for name in strings.keys():  # noqa: SIM118 - not a dictionary
        extractor = T2WidthExtractor(
            getattr(private, "Subrs", []), top.GlobalSubrs, private.nominalWidthX, private.defaultWidthX
        )
        extractor.execute(strings[name])
        found[name] = extractor.width
    return found


def _names(differences: pikepdf.Object) -> dict[int, str]:
    found, code = {}, 0
    for entry in differences:
        if isinstance(entry, pikepdf.Name):
            found[code] = str(entry)[1:]
            code += 1
        else:
            code = int(entry)
    return found


def _to_unicode(cmap: bytes) -> dict[int, int]:
    blocks = re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL)
    pairs = [pair for block in blocks for pair in re.findall(rb"<(\w+)>\s*<(\w+)>", block)]
    return {int(code, 16): int(character, 16) for code, character in pairs}


# --- annotations, forms, signatures ----------------------------------------------------------------------------


def _every_annotation(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    for page in pdf.pages:
        yield from page.get("/Annots", [])


def _fields(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    yield from pdf.Root.get("/AcroForm", pikepdf.Dictionary()).get("/Fields", [])


def _annotations(pdf: pikepdf.Pdf) -> Iterator[Breach]:
    """6.3.1 kinds, 6.3.2 flags, 6.3.3 appearances."""
    for annotation in _every_annotation(pdf):
        if annotation.get("/Subtype") in _FORBIDDEN_ANNOTATIONS:
            yield Breach("6.3.1", f"an annotation of kind {annotation.Subtype}")
        flags = int(annotation.get("/F", 0))
        if flags & _HIDDEN or not flags & _PRINT:
            yield Breach("6.3.2", "an annotation that is hidden or not printed")
        x0, y0, x1, y1 = (float(v) for v in annotation.Rect)
        appearance = annotation.get("/AP")
        if appearance is None:
            if (x0, y0) != (x1, y1):
                yield Breach("6.3.3", "an annotation without an appearance")
        elif list(appearance.keys()) != ["/N"] or not isinstance(appearance.N, pikepdf.Stream):
            yield Breach("6.3.3", "an appearance that is not one stream")


def _forms(pdf: pikepdf.Pdf) -> Iterator[Breach]:
    """6.4.1 no actions, appearances are kept; 6.4.2 no XFA."""
    for field in (*_fields(pdf), *_every_annotation(pdf)):
        if others := {"/A", "/AA"} & set(field.keys()):
            yield Breach("6.4.1", f"a field with {others}")
    form = pdf.Root.get("/AcroForm", pikepdf.Dictionary())
    if form.get("/NeedAppearances", False):
        yield Breach("6.4.1", "appearances are to be made anew")
    if "/XFA" in form or "/NeedsRendering" in pdf.Root:
        yield Breach("6.4.2", "an XFA form")


def _signatures(objects: list[Written]) -> Iterator[Breach]:
    """6.4.3: all bytes of the revision but the signature; DER; one signer, whose certificate is there."""
    for written in objects:
        if not (isinstance(written.value, dict) and "/ByteRange" in written.value):
            continue
        contents: Text = written.value["/Contents"]
        if written.value["/ByteRange"] != [0, contents.begin, contents.end, written.revision_end - contents.end]:
            yield Breach("6.4.3", f"the signature {written.number} does not cover its revision")
        try:
            yield from _cms(contents.value)
        except (ValueError, IndexError, KeyError) as error:
            yield Breach("6.4.3", f"the signature {written.number} is not DER: {error}")


def _cms(value: bytes) -> Iterator[Breach]:
    whole = der.first(value)
    if value[len(whole) :].strip(b"\0"):
        yield Breach("6.4.3", "something behind the signature")
    der.check(whole)
    signed = cms.ContentInfo.load(whole)["content"]
    if len(signed["signer_infos"]) != 1:
        yield Breach("6.4.3", "not one signer")
    wanted = signed["signer_infos"][0]["sid"].chosen
    there = {(c.chosen.issuer.dump(), c.chosen.serial_number) for c in signed["certificates"]}
    if (wanted["issuer"].dump(), wanted["serial_number"].native) not in there:
        yield Breach("6.4.3", "the signer's certificate is missing")


# --- the rest --------------------------------------------------------------------------------------------------


def _actions(pdf: pikepdf.Pdf) -> Iterator[Breach]:
    """6.5.2: nothing starts by itself."""
    for holder in (pdf.Root, *(page.obj for page in pdf.pages)):
        if others := {"/AA", "/OpenAction"} & set(holder.keys()):
            yield Breach("6.5", f"an action by {others}")


def _metadata(pdf: pikepdf.Pdf) -> Iterator[Breach]:
    """6.6.2 a metadata stream; 6.6.4 that says PDF/A-2b."""
    metadata = pdf.Root.get("/Metadata")
    if not isinstance(metadata, pikepdf.Stream) or metadata.get("/Type") != "/Metadata":
        yield Breach("6.6.2", "no metadata")
        return
    try:
        root = ET.fromstring(metadata.read_bytes())  # noqa: S314 - our own metadata
    except ET.ParseError as error:
        yield Breach("6.6.2", f"metadata that is no XML: {error}")
        return
    said = {
        name: value
        for element in root.iter()
        for name, value in [*element.attrib.items(), (element.tag, (element.text or "").strip())]
        if name.startswith(_PDFAID)
    }
    if (said.get(f"{_PDFAID}part"), said.get(f"{_PDFAID}conformance")) != ("2", "B"):
        yield Breach("6.6.4", f"the file calls itself {said}")


def _unchanged(pdf: pikepdf.Pdf, old: pikepdf.Pdf, objects: list[Written]) -> Iterator[Breach]:
    """Everything but the catalog's, the first page's and the form's new entries is what it was."""
    allowed = {old.Root.objgen[0], old.pages[0].objgen[0]}
    existing = {o.objgen[0] for o in old.objects}
    if others := {w.number for w in objects} & existing - allowed:
        yield Breach("unchanged", f"the objects {others} were written again")
    pairs: list[tuple[Any, Any, set[str]]] = [
        (pdf.Root, old.Root, _ADDED_TO_CATALOG),
        (pdf.pages[0].obj, old.pages[0].obj, {"/Annots"}),
    ]
    for new, was, added in pairs:
        if set(new.keys()) - set(was.keys()) - added or set(was.keys()) - set(new.keys()):
            yield Breach("unchanged", f"entries {set(new.keys()) ^ set(was.keys())}")
        for key in was.keys() - added:
            if _text(new[key]) != _text(was[key]):
                yield Breach("unchanged", f"the entry {key}")


def _text(value: Any) -> str:
    return value.unparse().decode("latin-1") if isinstance(value, pikepdf.Object) else repr(value)
