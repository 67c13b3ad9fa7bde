"""A sealed file breaks no clause of ISO 19005-2, and the check finds every breach it looks for."""

import io
import re
from collections.abc import Callable

import cv2
import numpy as np
import pikepdf
import pytest
from asn1crypto import parser
from pikepdf import pdfa
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from ocr.model import PageReading
from ocr.pdfa import PdfMetadata, SearchablePage, searchable_pdf
from signing.seal import SEAL_FIELD, Level
from signing.stamp_rules import CopyForm
from tests.signing import der
from tests.signing.conftest import AT
from tests.signing.pages import scan, scan_pdf
from tests.signing.pdfa_clauses import breaches
from tests.signing.pki import Tree
from tests.signing.test_levels import sealed_at


@pytest.fixture(scope="module")
def assembled() -> bytes:
    """A paper as the assembly writes it."""
    pixels = np.asarray(scan())[:, :, ::-1]
    height, width = pixels.shape[:2]
    jpeg = cv2.imencode(".jpg", pixels)[1].tobytes()
    pages = [SearchablePage(jpeg, PageReading(n, width, height, 100, ())) for n in (1, 2)]
    return searchable_pdf(pages, PdfMetadata("Quyết định", AT))


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("official", [None, "elliptic"])
def test_a_sealed_file_breaks_no_clause(
    page: bytes, assembled: bytes, gov: Tree, level: Level, official: str | None
) -> None:
    witness = gov.key(official) if official else None
    for before in (page, assembled):
        with pikepdf.open(io.BytesIO(before)) as pdf:
            assert not pdfa.check(pdf, "2b").findings
        assert breaches(sealed_at(before, gov, level, official=witness), before) == []


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("copy_form", list(CopyForm))
def test_no_form_of_the_stamp_breaks_a_clause(gov: Tree, rotation: int, copy_form: CopyForm) -> None:
    before = scan_pdf(rotation=rotation)
    out = sealed_at(before, gov, Level.B_LTA, official=gov.key("elliptic"), copy_form=copy_form)
    assert breaches(out, before) == []


# --- breaches are found ----------------------------------------------------------------------------------------


def put(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Replace, by something of the same length, what sealing wrote."""
    assert len(old) == len(new)

    def change(appended: bytes) -> bytes:
        assert old in appended
        return appended.replace(old, new)

    return change


def put_matching(pattern: bytes, new: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def change(appended: bytes) -> bytes:
        changed, count = re.subn(pattern, lambda m: new(m[0]), appended, flags=re.DOTALL)
        assert count
        assert len(changed) == len(appended)
        return changed

    return change


def put_contents(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Change the value of every signature."""

    def within(found: bytes) -> bytes:
        value = bytes.fromhex(found[len("/Contents <") : -1].decode())
        new = change(value).ljust(len(value), b"\0")
        return b"/Contents <" + new.hex().encode() + b">"

    return put_matching(rb"/Contents <[0-9A-Fa-f]{100,}>", within)


def _rebuilt(value: bytes, change: Callable[[list[bytes]], list[bytes]]) -> bytes:
    """The CMS with other parts in its SignedData."""
    kind, signed = der.elements(der.contents(der.first(value)))
    (data,) = der.elements(der.contents(signed))
    parts = change(der.elements(der.contents(data)))
    again = parser.emit(0, 1, 16, b"".join(parts))
    return bytes(parser.emit(0, 1, 16, kind + parser.emit(2, 1, 0, again)))


def _indefinite(value: bytes) -> bytes:
    """The outermost length in BER's indefinite form."""
    return b"\x30\x80" + der.contents(der.first(value)) + b"\0\0"


def _two_signers(parts: list[bytes]) -> list[bytes]:
    """The same one twice, without his time stamp to save room."""
    (one,) = der.elements(der.contents(parts[-1]))
    plain = parser.emit(0, 1, 16, b"".join(e for e in der.elements(der.contents(one)) if e[0] != 0xA1))
    return [*parts[:-1], parser.emit(0, 1, 17, plain * 2)]


BYTES: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("6.1.3", put(b"/ID [", b"/IX [")),
    ("6.1.3", put_matching(rb"\n%%EOF\n$", lambda _: b" %%EOF ")),
    ("6.1.4", put(b"xref\n0", b"xref 0")),
    ("6.1.4", put(b" 00000 n \n", b" 00000 n\n\n")),
    ("6.1.4", put(b" 65535 f \n", b" 65535 x \n")),
    ("6.1.4", put_matching(rb"00001\d{5} 00000 n", lambda m: b"0000000001" + m[10:])),
    ("6.1.4", put_matching(rb"startxref\n1", lambda _: b"startxref\n2")),
    ("6.1.6", put(b"00>", b"0 >")),
    ("6.1.6", put(b"00>", b"0x>")),
    ("6.1.7.1", put_matching(rb"/Length (\d+)\d", lambda m: m[:-1] + b"%d" % (9 - int(m[-1:])))),
    ("6.1.7.1", put(b">>\nstream\n", b">>\nstream\r")),
    ("6.1.7.1", put(b"/Subtype /Type1C", b"/FFilter /Type1C")),
    ("6.1.7.2", put(b"/FlateDecode", b"/LZWDecode  ")),
    ("6.1.9", put(b" 0 obj\n", b" 0 obj ")),
    ("6.1.9", put(b"endobj\n", b"endobj ")),
    ("6.1.9", put(b"\nendobj", b" endobj")),
    ("6.1.9", put_matching(rb"\n(\d+) 0 obj", lambda m: m.replace(b"\n", b" "))),
    ("6.1.12", put(b"/Type /SigRef\n/TransformMethod /DocMDP", b"/DigestValue 1/TransformMethod /DocMDP")),
    ("6.2.2", put(b" Tf ", b" Tq ")),
    ("6.2.2", put(b"/F 10 Tf", b"/G 10 Tf")),
    ("6.2.11.2", put(b"/Subtype /Type1\n", b"/Subtype /Type3\n")),
    ("6.2.11.2", put_matching(rb"/BaseFont /[A-Z]{6}", lambda m: m[:-6] + b"AAAAAA")),
    ("6.2.11.4.1", put(b"/FontFile3", b"/FontFile9")),
    ("6.2.11.4.2", put_matching(rb"/[A-Z]{6}\+TeX", lambda m: m.lower())),
    ("6.2.11.5", put(b"/Widths [ 250 ", b"/Widths [ 260 ")),
    ("6.2.11.8", put(b"[ 32 /space ", b"[ 32 /spacx ")),
    ("6.3.2", put(b"/F 132\n", b"/F 128\n")),
    ("6.3.2", put(b"/F 132\n", b"/F 134\n")),
    ("6.3.2", put(b"/F 132\n", b"/F 133\n")),
    ("6.3.2", put(b"/F 132\n", b"/F 164\n")),
    ("6.3.2", put(b"/F 132\n", b"/F 388\n")),
    ("6.3.3", put(b"/AP <<\n/N ", b"/AP <<\n/D ")),
    ("6.3.3", put(b"/AP <<\n/N ", b"/XX <<\n/N ")),
    ("6.4.1", put(b"/TU (", b"/AA (")),
    ("6.4.3", put_matching(rb"/ByteRange \[0 \d+ \d+ \d+", lambda m: m[:-1] + b"%d" % (9 - int(m[-1:])))),
    ("6.4.3", put_matching(rb"/ByteRange \[0 ", lambda _: b"/ByteRange [1 ")),
    ("6.4.3", put_contents(lambda v: v[:-1] + b"\1")),
    ("6.4.3", put_contents(_indefinite)),
    ("6.4.3", put_contents(lambda v: _rebuilt(v, lambda parts: parts[:3] + parts[4:]))),
    ("6.4.3", put_contents(lambda v: _rebuilt(v, _two_signers))),
    ("6.4.3", put_contents(lambda _: b"nothing")),
    ("unchanged", put(b"/MediaBox [ 0 0 595", b"/MediaBox [ 0 0 596")),
]
"""A clause, and how the appended bytes are made to breach it."""


@pytest.fixture(scope="module")
def sealed_twice(page: bytes, gov: Tree) -> bytes:
    return sealed_at(page, gov, Level.B_LTA, official=gov.key("elliptic"))


@pytest.mark.parametrize(("clause", "change"), BYTES, ids=[f"{i}-{c}" for i, (c, _) in enumerate(BYTES)])
def test_a_breach_in_the_bytes_is_found(
    page: bytes, sealed_twice: bytes, clause: str, change: Callable[[bytes], bytes]
) -> None:
    changed = page + change(sealed_twice[len(page) :])
    assert clause in {b.clause for b in breaches(changed, page)}


@pytest.mark.parametrize(("old", "new"), [(b"%PDF-1.7", b"%PDF-2.0"), (b"%\xbf\xf7\xa2\xfe", b"%abcd")])
def test_another_header_is_found(page: bytes, sealed_twice: bytes, old: bytes, new: bytes) -> None:
    found = {b.clause for b in breaches(sealed_twice.replace(old, new, 1), page)}
    assert {"6.1.2", "unchanged"} <= found


def test_something_behind_the_end_is_found(page: bytes, sealed_twice: bytes) -> None:
    assert "6.1.3" in {b.clause for b in breaches(sealed_twice + b"\n", page)}
    assert "6.1.3" in {b.clause for b in breaches(sealed_twice + b"1 0 obj\n1\nendobj\n", page)}


Change = Callable[[IncrementalPdfFileWriter], object]


def _seal_field(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    fields = [reference.get_object() for reference in writer.root["/AcroForm"]["/Fields"]]
    field = next(f for f in fields if f["/T"] == SEAL_FIELD)
    writer.update_container(field)
    return field


def in_root(key: str, value: generic.PdfObject) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root[pdf_name(key)] = value
        writer.update_root()

    return change


def in_form(key: str, value: generic.PdfObject) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.root["/AcroForm"][pdf_name(key)] = value
        writer.update_container(writer.root["/AcroForm"])

    return change


def in_field(key: str, value: generic.PdfObject) -> Change:
    return lambda writer: _seal_field(writer).update({pdf_name(key): value})


def showing(content: bytes, resources: generic.DictionaryObject | None = None, **entries: generic.PdfObject) -> Change:
    """Give the seal another appearance."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        form = {"/Type": pdf_name("/XObject"), "/Subtype": pdf_name("/Form"), "/BBox": _numbers(0, 0, 9, 9)}
        form |= {f"/{k}": v for k, v in entries.items()}
        if resources is not None:
            form["/Resources"] = resources
        stream = generic.StreamObject({pdf_name(k): v for k, v in form.items()}, stream_data=content)
        _seal_field(writer)["/AP"] = _dictionary(N=writer.add_object(stream))

    return change


def _numbers(*values: float) -> generic.ArrayObject:
    return generic.ArrayObject(generic.FloatObject(v) for v in values)


def _dictionary(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(f"/{k}"): v for k, v in entries.items()})


def another_annotation(kind: str) -> Change:
    def change(writer: BasePdfFileWriter) -> None:
        entries = {"Type": pdf_name("/Annot"), "Subtype": pdf_name(kind), "Rect": _numbers(0, 0, 0, 0)}
        note = _dictionary(**entries, F=generic.NumberObject(4))
        writer.register_annotation(writer.find_page_for_modification(0)[0], writer.add_object(note))

    return change


def another_unicode(cmap: bytes) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        font = _seal_field(writer)["/AP"]["/N"]["/Resources"]["/Font"]["/F"]
        font["/ToUnicode"] = writer.add_object(generic.StreamObject(stream_data=cmap))
        writer.update_container(font)

    return change


def other_metadata(xmp: bytes) -> Change:
    entries = {pdf_name("/Type"): pdf_name("/Metadata"), pdf_name("/Subtype"): pdf_name("/XML")}
    return lambda writer: in_root("/Metadata", writer.add_object(generic.StreamObject(entries, stream_data=xmp)))(
        writer
    )


def on_the_page(key: str, value: generic.PdfObject) -> Change:
    def change(writer: IncrementalPdfFileWriter) -> None:
        reference = writer.find_page_for_modification(0)[0]
        reference.get_object()[pdf_name(key)] = value
        writer.mark_update(reference)

    return change


def _state(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return _dictionary(ExtGState=_dictionary(G=_dictionary(**entries)))


_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"%s/></rdf:RDF></x:xmpmeta>'
)
_ANY = generic.DictionaryObject()

OBJECTS: list[tuple[str, Change]] = [
    ("6.1.2", in_root("/Version", pdf_name("/2.0"))),
    ("6.1.12", in_root("/Perms", _dictionary(DocMDP=_ANY, UR=_ANY))),
    ("6.1.13", in_field("/TU", generic.TextStringObject("x" * 40000))),
    ("6.1.13", in_field("/" + "x" * 128, generic.NullObject())),
    ("6.1.13", in_field("/Ff", generic.NumberObject(2**31))),
    ("6.2.4", showing(b"0 0 0 1 k 0 0 5 5 re f")),
    ("6.2.4", lambda w: (in_root("/OutputIntents", generic.ArrayObject())(w), showing(b"0 g 0 0 5 5 re f")(w))),
    ("6.2.9", showing(b"", Ref=_ANY)),
    ("6.2.10", showing(b"", Group=_ANY)),
    ("6.2.10", showing(b"/G gs", _state(ca=generic.FloatObject(0.5)))),
    ("6.2.10", showing(b"/G gs", _state(CA=generic.FloatObject(0.5)))),
    ("6.2.10", showing(b"/G gs", _state(BM=pdf_name("/Multiply")))),
    ("6.2.10", showing(b"/G gs", _state(SMask=_ANY))),
    ("6.2.11", showing(b"BT [(x)] TJ ET")),
    ("6.2.11.7.2", another_unicode(b"1 beginbfchar <20> <0000> endbfchar")),
    ("6.2.11.7.2", another_unicode(b"0 beginbfchar endbfchar")),
    ("6.3.1", another_annotation("/Movie")),
    ("6.4.1", in_form("/NeedAppearances", generic.BooleanObject(value=True))),
    ("6.4.1", in_field("/A", _ANY)),
    ("6.4.2", in_form("/XFA", generic.ArrayObject())),
    ("6.4.2", in_root("/NeedsRendering", generic.BooleanObject(value=True))),
    ("6.5", in_root("/OpenAction", _ANY)),
    ("6.5", on_the_page("/AA", _ANY)),
    ("6.6.2", in_root("/Metadata", _ANY)),
    ("6.6.2", other_metadata(b"<x")),
    ("6.6.4", other_metadata(_XMP % b"")),
    ("6.6.4", other_metadata(_XMP % b' pdfaid:part="3" pdfaid:conformance="B"')),
    ("unchanged", other_metadata(_XMP % b' pdfaid:part="2" pdfaid:conformance="B"')),
    ("unchanged", in_root("/Lang", generic.pdf_string("vi"))),
    ("unchanged", on_the_page("/Rotate", generic.NumberObject(90))),
    ("unchanged", lambda w: w.update_container(w.root["/Pages"])),
]
"""A clause, and how a further revision breaches it."""


class _Writer(IncrementalPdfFileWriter):
    """Leaves the metadata alone."""

    def _update_meta(self) -> None:
        pass


@pytest.mark.parametrize(("clause", "change"), OBJECTS, ids=[f"{i}-{c}" for i, (c, _) in enumerate(OBJECTS)])
def test_a_breach_in_the_objects_is_found(page: bytes, sealed_twice: bytes, clause: str, change: Change) -> None:
    writer = _Writer(io.BytesIO(sealed_twice))
    change(writer)
    changed = io.BytesIO()
    writer.write(changed)
    assert clause in {b.clause for b in breaches(changed.getvalue(), page)}
