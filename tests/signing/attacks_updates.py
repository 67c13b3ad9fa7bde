"""Attacks by updates after the signature: on pages, content, forms, the catalogue, and on what was prepared before."""

import re
from collections.abc import Callable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tests.signing.kit import Kit
from tests.signing.others import sign
from tests.signing.papers import AT, Change, annotate, fill, page_of, painting, small_page, update, write_over
from tests.signing.raw import Update, number_of, objects_in

Writer = IncrementalPdfFileWriter


def _set(
    place: Callable[[Writer], generic.DictionaryObject], key: str, value: Callable[[Writer], generic.PdfObject]
) -> Change:
    def change(writer: Writer) -> None:
        target = place(writer)
        target[pdf_name(key)] = value(writer)
        writer.update_container(target) if target is not writer.root else writer.update_root()

    return change


def _drop(place: Callable[[Writer], generic.DictionaryObject], key: str) -> Change:
    def change(writer: Writer) -> None:
        target = place(writer)
        del target[pdf_name(key)]
        writer.update_container(target) if target is not writer.root else writer.update_root()

    return change


def _after(change: Change, paper: Callable[[Kit], bytes] = lambda kit: kit.signed) -> Callable[[Kit], bytes]:
    return lambda kit: update(paper(kit), change)


def _prepared(before: Change, after: Change, page: Callable[[], bytes] = small_page) -> Callable[[Kit], bytes]:
    """Change the page, have it signed, change it again."""
    return lambda kit: update(sign(update(page(), before), kit.gov.key(), at=AT), after)


def _root(writer: Writer) -> generic.DictionaryObject:
    return writer.root


def _page(writer: Writer) -> generic.DictionaryObject:
    return page_of(writer)


def _form(writer: Writer) -> generic.DictionaryObject:
    form: generic.DictionaryObject = writer.root["/AcroForm"]
    return form


def _field(name: str) -> Callable[[Writer], generic.DictionaryObject]:
    def find(writer: Writer) -> generic.DictionaryObject:
        found: generic.DictionaryObject = next(
            f.get_object() for f in _form(writer)["/Fields"] if f.get_object().get("/T") == name
        )
        return found

    return find


def _dict(**entries: generic.PdfObject) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(f"/{k}"): v for k, v in entries.items()})


def _name(text: str) -> Callable[[Writer], generic.PdfObject]:
    return lambda _writer: pdf_name(text)


def _number(value: int) -> Callable[[Writer], generic.PdfObject]:
    return lambda _writer: generic.NumberObject(value)


def _box(*values: int) -> Callable[[Writer], generic.PdfObject]:
    return lambda _writer: generic.ArrayObject(generic.NumberObject(v) for v in values)


def _text(value: str) -> Callable[[Writer], generic.PdfObject]:
    return lambda _writer: generic.TextStringObject(value)


def _stream(data: bytes) -> Callable[[Writer], generic.PdfObject]:
    return lambda writer: writer.add_object(generic.StreamObject(stream_data=data))


_LIE = b"BT /F1 14 Tf 60 660 Td (So tien: 90 trieu dong) Tj ET"
_COVER = b"1 1 1 rg 50 650 400 30 re f "


def _script(_writer: Writer) -> generic.DictionaryObject:
    return _dict(S=pdf_name("/JavaScript"), JS=generic.TextStringObject("app.alert(1)"))


# --- shadow: hide


def _free_overlay(kit: Kit) -> bytes:
    overlaid = update(small_page(), annotate("che", rect=(50, 650, 400, 690), ground="1 1 1 rg"))
    signed = sign(overlaid, kit.gov.key(), at=AT)
    return Update({}, kind="free", free=(number_of(signed, b"/Stamp"),)).append(signed)


def _remove_overlay(writer: Writer) -> None:
    page = page_of(writer)
    page[pdf_name("/Annots")] = generic.ArrayObject(
        a for a in page["/Annots"] if a.get_object().get("/Subtype") != "/Stamp"
    )
    writer.update_container(page)


def _empty_overlay(kit: Kit) -> bytes:
    overlaid = update(small_page(), annotate("che", rect=(50, 650, 400, 690), ground="1 1 1 rg"))
    signed = sign(overlaid, kit.gov.key(), at=AT)
    text = objects_in(signed)[number_of(signed, b"1 1 1 rg")]
    head = re.sub(rb"/Length \d+", b"/Length 0", text[: text.index(b"stream")])
    return Update({number_of(signed, b"1 1 1 rg"): head + b"stream\n\nendstream"}).append(signed)


# --- shadow: replace


def _other_font(kit: Kit) -> bytes:
    return Update(
        {number_of(kit.signed, b"/Helvetica"): b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>"}
    ).append(kit.signed)


def _in_place_appearance(kit: Kit) -> bytes:
    number = next(n for n, t in objects_in(kit.form).items() if b"(10) Tj" in t)
    return Update({number: objects_in(kit.form)[number].replace(b"(10) Tj", b"(90) Tj")}).append(kit.form)


# --- shadow: hide and replace


def _two_contents(writer: Writer) -> None:
    """Put a second content stream into the file, where nothing shows it."""
    hidden = writer.add_object(generic.StreamObject(stream_data=_LIE))
    page = page_of(writer)
    page[pdf_name("/PieceInfo")] = _dict(X=hidden)
    writer.update_container(page)


def _show_hidden_content(writer: Writer) -> None:
    page = page_of(writer)
    page[pdf_name("/Contents")] = page["/PieceInfo"].raw_get("/X")
    writer.update_container(page)


def _two_trees(writer: Writer) -> None:
    page = generic.DictionaryObject({k: page_of(writer).raw_get(k) for k in page_of(writer)})
    page[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=_LIE))
    leaf = writer.add_object(page)
    tree = _dict(Type=pdf_name("/Pages"), Kids=generic.ArrayObject([leaf]), Count=generic.NumberObject(1))
    page[pdf_name("/Parent")] = tree_ref = writer.add_object(tree)
    writer.root[pdf_name("/PieceInfo")] = _dict(X=tree_ref)
    writer.update_root()


def _switch_tree(writer: Writer) -> None:
    writer.root[pdf_name("/Pages")] = writer.root["/PieceInfo"].raw_get("/X")
    writer.update_root()


def _layers(writer: Writer) -> None:
    layer = writer.add_object(_dict(Type=pdf_name("/OCG"), Name=generic.TextStringObject("x")))
    off = _dict(OFF=generic.ArrayObject([layer]))
    writer.root[pdf_name("/OCProperties")] = writer.add_object(_dict(OCGs=generic.ArrayObject([layer]), D=off))
    writer.update_root()


def _switch_layer(writer: Writer) -> None:
    layers = writer.root["/OCProperties"]
    layers[pdf_name("/D")] = _dict(ON=generic.ArrayObject(layers["/OCGs"]))
    writer.update_container(layers)


def _dangling(*, beyond: bool) -> Callable[[Kit], bytes]:
    """Let the signed page point to content that does not exist, then define it."""

    def make(kit: Kit) -> bytes:
        page = small_page()
        number = number_of(page, b"So tien")
        missing = 95 if beyond else 20
        pointed = Update(
            {number_of(page, b"/MediaBox"): objects_in(page)[number_of(page, b"/MediaBox")].replace(
                b"/Contents %d 0 R" % number, b"/Contents [%d 0 R %d 0 R]" % (number, missing)
            )},
            size=21,
        ).append(page)  # fmt: skip
        signed = sign(pointed, kit.gov.key(), at=AT)
        lie = _COVER + _LIE
        return Update({missing: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(lie), lie)}).append(signed)

    return make


# --- pages


def _another_page(writer: Writer) -> None:
    pages = writer.root["/Pages"]
    pages["/Kids"].append(
        writer.add_object(generic.DictionaryObject({k: page_of(writer).raw_get(k) for k in page_of(writer)}))
    )
    pages[pdf_name("/Count")] = generic.NumberObject(int(pages["/Count"]) + 1)
    writer.update_container(pages)


def _same_page_twice(writer: Writer) -> None:
    pages = writer.root["/Pages"]
    pages["/Kids"].append(pages["/Kids"].raw_get(0))
    pages[pdf_name("/Count")] = generic.NumberObject(int(pages["/Count"]) + 1)
    writer.update_container(pages)


def _fewer_pages(writer: Writer) -> None:
    pages = writer.root["/Pages"]
    del pages["/Kids"][1]
    pages[pdf_name("/Count")] = generic.NumberObject(2)
    writer.update_container(pages)


def _other_order(writer: Writer) -> None:
    pages = writer.root["/Pages"]
    kids = [pages["/Kids"].raw_get(i) for i in (0, 2, 1)]
    pages[pdf_name("/Kids")] = generic.ArrayObject(kids)
    writer.update_container(pages)


# --- forms


def _new_field(writer: Writer) -> None:
    own = _dict(
        Type=pdf_name("/Annot"), Subtype=pdf_name("/Widget"), FT=pdf_name("/Tx"), T=generic.TextStringObject("Moi"),
        V=generic.TextStringObject("90"), F=generic.NumberObject(4), Rect=_box(60, 650, 200, 680)(writer),
        AP=_dict(N=writer.add_object(painting("90", (140, 30)))),
    )  # fmt: skip
    ref = writer.add_object(own)
    form = writer.root["/AcroForm"]
    form["/Fields"].append(ref)
    writer.update_container(form["/Fields"])
    writer.register_annotation(writer.root["/Pages"]["/Kids"].raw_get(0), ref)


def _no_field(writer: Writer) -> None:
    form = writer.root["/AcroForm"]
    form[pdf_name("/Fields")] = generic.ArrayObject(f for f in form["/Fields"] if f.get_object().get("/T") != "Tien")
    writer.update_container(form)


def _other_form(writer: Writer) -> None:
    writer.root[pdf_name("/AcroForm")] = writer.add_object(_dict(Fields=generic.ArrayObject()))
    writer.update_root()


def _defaults(writer: Writer) -> generic.PdfObject:
    font = writer.add_object(_dict(Type=pdf_name("/Font"), Subtype=pdf_name("/Type1"), BaseFont=pdf_name("/Symbol")))
    return _dict(Font=_dict(F1=font))


# --- entries of the signature


def _entry(key: str, value: Callable[[Writer], generic.PdfObject]) -> Callable[[Kit], bytes]:
    return _after(_set(lambda w: _field("Signature1")(w)["/V"], key, value))


def _value_elsewhere(writer: Writer) -> None:
    field = _field("Signature1")(writer)
    old = field["/V"]
    field[pdf_name("/V")] = writer.add_object(generic.DictionaryObject({k: old.raw_get(k) for k in old}))
    writer.update_container(field)


_FORM = lambda kit: kit.form  # noqa: E731 - one of several papers
_PAGES = lambda kit: kit.pages  # noqa: E731

MAKERS: dict[str, Callable[[Kit], bytes]] = {
    "hide-by-annots": _prepared(annotate("che", rect=(50, 650, 400, 690), ground="1 1 1 rg"), _remove_overlay),
    "hide-by-freeing": _free_overlay,
    "hide-by-emptying": _empty_overlay,
    "replace-font": _other_font,
    "replace-overlay-value": _after(fill("Tien", "90"), _FORM),
    "replace-appearance": _in_place_appearance,
    "replace-content-pointer": _prepared(_two_contents, _show_hidden_content),
    "replace-page-tree": _prepared(_two_trees, _switch_tree),
    "replace-layer": _prepared(_layers, _switch_layer),
    "replace-dangling": _dangling(beyond=False),
    "replace-dangling-beyond": _dangling(beyond=True),
    "replace-defaults": _after(_set(_form, "/DR", _defaults), _FORM),
    "replace-need-appearances": _after(
        _set(_form, "/NeedAppearances", lambda _w: generic.BooleanObject(value=True)), _FORM
    ),
    "content-replaced": _after(_set(_page, "/Contents", _stream(_LIE))),
    "content-appended": _after(write_over(_COVER + _LIE)),
    "content-resources": _after(_set(_page, "/Resources", _defaults)),
    "page-added": _after(_another_page),
    "page-doubled": _after(_same_page_twice),
    "page-removed": _after(_fewer_pages, _PAGES),
    "pages-reordered": _after(_other_order, _PAGES),
    "page-rotated": _after(_set(_page, "/Rotate", _number(180))),
    "page-cropped": _after(_set(_page, "/CropBox", _box(0, 700, 595, 842))),
    "page-shifted": _after(_set(_page, "/MediaBox", _box(0, 700, 595, 842))),
    "page-unit": _after(_set(_page, "/UserUnit", _number(9))),
    "field-overwritten": _after(fill("Tien", "90", picture="10"), _FORM),
    "field-filled-unsigned": _after(fill("So", "12"), _FORM),
    "field-picture": _after(
        _set(_field("Tien"), "/AP", lambda w: _dict(N=w.add_object(painting("90", (80, 18))))), _FORM
    ),
    "field-hidden": _after(_set(_field("Tien"), "/F", _number(2)), _FORM),
    "field-flags": _after(_set(_field("Tien"), "/Ff", _number(8192)), _FORM),
    "field-moved": _after(_set(_field("Tien"), "/Rect", _box(60, 650, 200, 680)), _FORM),
    "field-added": _after(_new_field),
    "field-removed": _after(_no_field, _FORM),
    "entry-name": _entry("/Name", _text("Chủ tịch")),
    "entry-time": _entry("/M", _text("D:20200101000000Z")),
    "entry-reason": _entry("/Reason", _text("Phê duyệt")),
    "entry-subfilter": _entry("/SubFilter", _name("/adbe.pkcs7.sha1")),
    "entry-subfilter-older": _entry("/SubFilter", _name("/adbe.pkcs7.detached")),
    "entry-filter": _entry("/Filter", _name("/Evil.Filter")),
    "entry-moved": _after(_value_elsewhere),
    "form-replaced": _after(_other_form),
    "form-removed": _after(_drop(_root, "/AcroForm")),
    "open-action": _after(_set(_root, "/OpenAction", _script)),
    "catalog-actions": _after(_set(_root, "/AA", lambda w: _dict(WC=_script(w)))),
    "named-scripts": _after(
        _set(
            _root,
            "/Names",
            lambda w: _dict(JavaScript=_dict(Names=generic.ArrayObject([generic.TextStringObject("a"), _script(w)]))),
        )
    ),
    "page-actions": _after(_set(_page, "/AA", lambda w: _dict(O=_script(w)))),
    "viewer": _after(_set(_root, "/ViewerPreferences", lambda _w: _dict(Direction=pdf_name("/R2L")))),
    "permissions": _after(_set(_root, "/Perms", lambda w: _dict(DocMDP=_field("Signature1")(w).raw_get("/V")))),
    "encrypted": lambda k: Update(
        {900: b"<< /Filter /Standard /V 1 /R 2 /P -4 /O (%s) /U (%s) >>" % (b"1" * 32, b"2" * 32)},
        trailer=b"/Encrypt 900 0 R ",
    ).append(k.signed),
    "evidence-odd": _after(_set(_root, "/DSS", lambda w: w.add_object(_dict(JS=_script(w))))),
}
