"""Attacks with what may lawfully follow a signature: other signatures, stamps, numbers; and on certified files."""

import io
from collections.abc import Callable

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field

from tests.signing.kit import Kit
from tests.signing.others import add_timestamp, sign
from tests.signing.papers import (
    AT,
    Change,
    annotate,
    fill,
    page_of,
    painting,
    sign_visibly,
    small_page,
    update,
    write_over,
)

Writer = IncrementalPdfFileWriter
_WHOLE, _OVER_TEXT = (0, 0, 595, 842), (50, 650, 400, 690)
_WHITE = "1 1 1 rg"


def _certified(allowed: MDPPerm, change: Change) -> Callable[[Kit], bytes]:
    return lambda kit: update(kit.certified(allowed), change)


def _sealed(change: Change, *, by_impostor: bool = False) -> Callable[[Kit], bytes]:
    """Signed by the leader, changed, signed again."""

    def make(kit: Kit) -> bytes:
        tree = kit.impostor if by_impostor else kit.gov
        return sign(update(kit.visible, change), tree.key("elliptic"), at=AT, field="Cơ quan")

    return make


def _sneaky(allowed: MDPPerm, *, by_impostor: bool) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        key = (kit.impostor if by_impostor else kit.gov).key("elliptic")
        return sign_visibly(
            kit.certified(allowed), key, field="Hai", rect=_OVER_TEXT, text="So tien: 90 trieu", ground=_WHITE
        )

    return make


def _own_colour(text: str, **more: object) -> Change:
    """An annotation that covers the sum and says another."""
    return annotate(text, rect=_OVER_TEXT, ground=_WHITE, **more)  # type: ignore[arg-type]


def _empty_field(writer: Writer) -> None:
    append_signature_field(writer, SigFieldSpec("Trống", box=_OVER_TEXT))
    own = next(f.get_object() for f in writer.root["/AcroForm"]["/Fields"] if f.get_object().get("/T") == "Trống")
    own[pdf_name("/AP")] = generic.DictionaryObject(
        {pdf_name("/N"): writer.add_object(painting("So tien: 90 trieu", (350, 40), ground=_WHITE))}
    )


def _borrowed_signature(writer: Writer) -> None:
    """A visible field that claims the leader's own signature as its value."""
    append_signature_field(writer, SigFieldSpec("Mượn", box=_OVER_TEXT))
    fields = [f.get_object() for f in writer.root["/AcroForm"]["/Fields"]]
    own = next(f for f in fields if f.get("/T") == "Mượn")
    own[pdf_name("/V")] = next(f for f in fields if f.get("/T") == "Lãnh đạo").raw_get("/V")
    own[pdf_name("/AP")] = generic.DictionaryObject(
        {pdf_name("/N"): writer.add_object(painting("So tien: 90 trieu", (350, 40), ground=_WHITE))}
    )


def _visible_timestamp(kit: Kit) -> bytes:
    def change(writer: Writer) -> None:
        _empty_field(writer)

    prepared = update(kit.signed, change)
    return add_timestamp(prepared, kit.gov.stamper(AT), field="Trống")


def _visible_timestamp_at_once(kit: Kit) -> bytes:
    from pyhanko.sign.signers import PdfTimeStamper  # noqa: PLC0415 - only here

    writer = IncrementalPdfFileWriter(io.BytesIO(kit.signed))
    _empty_field(writer)
    output = PdfTimeStamper(kit.gov.stamper(AT), field_name="Trống").timestamp_pdf(writer, "sha256")
    output.seek(0)
    return bytes(output.read())


def _script() -> generic.DictionaryObject:
    return generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): generic.TextStringObject("app.alert(1)")}
    )


def _acting_signature(kit: Kit) -> bytes:
    actions = generic.DictionaryObject({pdf_name("/PV"): _script()})
    return sign_visibly(kit.visible, kit.gov.key("elliptic"), field="Cơ quan", **{"/AA": actions})


def _layered_signature(kit: Kit) -> bytes:
    layer = generic.DictionaryObject(
        {pdf_name("/Type"): pdf_name("/OCG"), pdf_name("/Name"): generic.TextStringObject("x")}
    )
    return sign_visibly(kit.visible, kit.gov.key("elliptic"), field="Cơ quan", **{"/OC": layer})


def _indirect_frame(kit: Kit) -> bytes:
    """A picture over the whole page whose frame is written so that careless readers find it empty."""
    writer = IncrementalPdfFileWriter(io.BytesIO(kit.visible))
    append_signature_field(writer, SigFieldSpec("Cơ quan", box=(0, 0, 595, 842)))
    own = next(f.get_object() for f in writer.root["/AcroForm"]["/Fields"] if f.get_object().get("/T") == "Cơ quan")
    own[pdf_name("/AP")] = generic.DictionaryObject(
        {pdf_name("/N"): writer.add_object(painting("So tien: 90 trieu", (595, 842), ground=_WHITE))}
    )

    def write_otherwise(writer: Writer) -> None:
        right, top = (writer.add_object(generic.NumberObject(v)) for v in (595, 842))
        own[pdf_name("/Rect")] = generic.ArrayObject([generic.NumberObject(0), generic.NumberObject(0), right, top])

    return sign(b"", kit.gov.key("elliptic"), at=AT, field="Cơ quan", writer=writer, last=write_otherwise)


def _on_every_page(kit: Kit) -> bytes:
    """One picture that stands on every page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(kit.pages))
    append_signature_field(writer, SigFieldSpec("Hai", box=_OVER_TEXT))
    ref = next(f for f in writer.root["/AcroForm"]["/Fields"] if f.get_object().get("/T") == "Hai")
    ref.get_object()[pdf_name("/AP")] = generic.DictionaryObject(
        {pdf_name("/N"): writer.add_object(painting("x", (350, 40), ground=_WHITE))}
    )
    for place in (1, 2):
        writer.register_annotation(writer.root["/Pages"]["/Kids"].raw_get(place), ref)
    return sign(b"", kit.impostor.key("elliptic"), at=AT, field="Hai", writer=writer)


def _filled_with_layer(kit: Kit) -> bytes:
    """An empty field filled in with a picture that a layer hides, and somebody of the tree signs."""

    def change(writer: Writer) -> None:
        own = next(f.get_object() for f in writer.root["/AcroForm"]["/Fields"] if f.get_object().get("/T") == "So")
        picture = painting("90", (80, 18))
        picture[pdf_name("/OC")] = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/OCG")})
        own[pdf_name("/V")] = generic.TextStringObject("12")
        own[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(picture)})
        writer.update_container(own)

    return sign(update(kit.form, change), kit.gov.key("elliptic"), at=AT, field="Hai")


def _removed(writer: Writer) -> None:
    page = page_of(writer)
    page[pdf_name("/Annots")] = generic.ArrayObject(
        a for a in page["/Annots"] if a.get_object().get("/Subtype") != "/Stamp"
    )
    writer.update_container(page)


def _reordered(writer: Writer) -> None:
    page = page_of(writer)
    page[pdf_name("/Annots")] = generic.ArrayObject(reversed(list(page["/Annots"])))
    writer.update_container(page)


def _restamped(writer: Writer) -> None:
    stamp = next(a.get_object() for a in page_of(writer)["/Annots"] if a.get_object().get("/Subtype") == "/Stamp")
    stamp[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(painting("So 99", (80, 18)))})
    writer.update_container(stamp)


def _many(writer: Writer) -> None:
    for place in range(5):
        annotate("x", rect=(0, 150 * place, 500, 150 * place + 140), ground=_WHITE)(writer)


def _after_office(change: Change, *, sealed: bool) -> Callable[[Kit], bytes]:
    def make(kit: Kit) -> bytes:
        changed = update(kit.office, change)
        return sign(changed, kit.gov.key(), at=AT, field="Ba") if sealed else changed

    return make


def _locked(kit: Kit) -> bytes:
    """Fill in a field that the certification locked by allowing no change at all."""
    page = small_page(fields=[("So", None)])
    filled = update(kit.certified(MDPPerm.NO_CHANGES, page), fill("So", "12"))
    return sign(filled, kit.gov.key(), at=AT, field="Hai")


_P1, _P2, _P3 = MDPPerm.NO_CHANGES, MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE

MAKERS: dict[str, Callable[[Kit], bytes]] = {
    "eaa-p3-freetext": _certified(_P3, _own_colour("So tien: 90 trieu", subtype="/FreeText")),
    "eaa-p3-stamp": _certified(_P3, _own_colour("So tien: 90 trieu")),
    "eaa-p3-redact": _certified(_P3, _own_colour("x", subtype="/Redact")),
    "eaa-p2-stamp": _certified(_P2, _own_colour("x")),
    "eaa-p1-stamp": _certified(_P1, _own_colour("x")),
    "ssa-p2-stranger": _sneaky(_P2, by_impostor=True),
    "ssa-p2-insider": _sneaky(_P2, by_impostor=False),
    "ssa-p1": lambda k: sign(k.certified(_P1), k.gov.key("elliptic"), at=AT, field="Hai"),
    "certified-field-locked": _locked,
    "mark-unsigned-stamp": lambda k: update(k.visible, annotate("So 99")),
    "mark-unsigned-text": lambda k: update(k.visible, _own_colour("90", subtype="/FreeText")),
    "mark-stranger": _sealed(annotate("So 99"), by_impostor=True),
    "mark-whole-page": _sealed(annotate("x", rect=_WHOLE, ground=_WHITE)),
    "mark-many": _sealed(_many),
    "mark-content": _sealed(write_over(b"1 1 1 rg 50 650 400 30 re f")),
    "mark-link": _sealed(annotate("x", subtype="/Link")),
    "mark-highlight": _sealed(annotate("x", subtype="/Highlight")),
    "mark-hidden": _sealed(annotate("x", flags=4 | 32)),
    "mark-action": _sealed(annotate("x", A=_script())),
    "mark-layer": _sealed(annotate("x", OC=generic.DictionaryObject({pdf_name("/Type"): pdf_name("/OCG")}))),
    "mark-overwritten-value": lambda k: sign(
        update(k.form, fill("Tien", "90")), k.gov.key("elliptic"), at=AT, field="Hai"
    ),
    "mark-removed": _after_office(_removed, sealed=True),
    "mark-reordered": _after_office(_reordered, sealed=True),
    "mark-restamped": _after_office(_restamped, sealed=False),
    "mark-after-seal": _after_office(annotate("So 99"), sealed=False),
    "signature-whole-page": lambda k: sign_visibly(
        k.signed, k.gov.key("elliptic"), field="Hai", rect=_WHOLE, ground=_WHITE
    ),
    "signature-stranger": lambda k: sign_visibly(
        k.signed, k.impostor.key("elliptic"), field="Hai", rect=_OVER_TEXT, ground=_WHITE
    ),
    "signature-empty-field": lambda k: update(k.signed, _empty_field),
    "signature-borrowed": lambda k: update(k.visible, _borrowed_signature),
    "signature-action": _acting_signature,
    "signature-layer": _layered_signature,
    "signature-frame": _indirect_frame,
    "signature-every-page": _on_every_page,
    "field-layer": _filled_with_layer,
    "timestamp-visible": _visible_timestamp_at_once,
    "timestamp-in-field": _visible_timestamp,
}
