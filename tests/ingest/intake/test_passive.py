"""Files that are more than pages are refused, whole and wherever it is hidden; ordinary ones are not."""

import io
import zipfile
from collections.abc import Callable

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from dossier.errors import ActiveContent, LimitExceeded, UnsupportedType
from ingest.intake import passive
from ingest.intake.inspect import inspect
from ingest.limited.limits import Limits
from tests.ingest import made

LIMITS = Limits(cpu_s=20, wall_s=60.0)


def script_on_opening(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def script_in_names(pdf: Pdf) -> None:
    action = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=Stream(pdf, b"app.alert(1)")))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), action])))


def script_of_a_page(pdf: Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("1")))


def script_of_a_field(pdf: Pdf) -> None:
    field = Dictionary(FT=Name.Tx, T=String("a"), AA=Dictionary(K=Dictionary(S=Name.JavaScript, JS=String("1"))))
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.make_indirect(field)]))


def script_behind_another_action(pdf: Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(
        S=Name.GoTo, D=Array([0]), Next=Array([Dictionary(S=Name.Launch, F=String("calc.exe"))])
    )


def embedded_file(pdf: Pdf) -> None:
    pdf.attachments["a.exe"] = b"MZ"


def attachment_of_a_page(pdf: Pdf) -> None:
    file = Dictionary(Type=Name.Filespec, F=String("a"), EF=Dictionary(F=Stream(pdf, b"MZ")))
    pdf.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.FileAttachment, Rect=Array([0, 0, 1, 1]), FS=file)])


def xml_form(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=Stream(pdf, b"<xdp/>"))


def film(pdf: Pdf) -> None:
    pdf.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 1, 1]))])


def form_that_sends(pdf: Pdf) -> None:
    action = Dictionary(S=Name.SubmitForm, F=String("https://elsewhere.example"))
    pdf.pages[0].obj.Annots = Array([Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 1, 1]), A=action)])


def with_(change: Callable[[Pdf], None], **options: object) -> bytes:
    document = pikepdf.new()
    made.add_scan(document, made.picture(100, 140))
    change(document)
    return made.saved(document, **options)


ACTIVE = [
    script_on_opening, script_in_names, script_of_a_page, script_of_a_field, script_behind_another_action,
    embedded_file, attachment_of_a_page, xml_form, film, form_that_sends,
]  # fmt: skip


@pytest.mark.parametrize("change", ACTIVE)
def test_active_pdfs_are_refused(change: Callable[[Pdf], None]) -> None:
    with pytest.raises(ActiveContent):
        inspect(with_(change), LIMITS)


def test_scripts_in_packed_objects_are_found() -> None:
    packed = with_(script_in_names, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"JavaScript" not in packed
    with pytest.raises(ActiveContent):
        inspect(packed, LIMITS)


def test_links_places_and_optional_parts_are_no_actions() -> None:
    def passive_things(pdf: Pdf) -> None:
        pdf.Root.OpenAction = Dictionary(S=Name.GoTo, D=Array([pdf.pages[0].obj, Name.Fit]))
        link = Dictionary(
            Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]),
            A=Dictionary(S=Name.URI, URI=String("https://tra-cuu.example")),
        )  # fmt: skip
        pdf.pages[0].obj.Annots = Array([link])

    assert inspect(with_(passive_things), LIMITS).page_count == 1


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("a.txt", "x")
    return out.getvalue()


@pytest.mark.parametrize(
    "data", [made.scan_pdf(), made.encoded(made.picture(), "PNG"), made.encoded(made.picture(), "JPEG")]
)
def test_a_file_that_is_an_archive_too_is_refused(data: bytes) -> None:
    with pytest.raises(ActiveContent):
        inspect(data + archive(), LIMITS)


@pytest.mark.parametrize("head", [b"PK\x03\x04", b"MZ", b"\x7fELF", b"<html><script>", b"#!/bin/sh\n", b"GIF89a"])
def test_a_pdf_that_begins_as_something_else_is_none(head: bytes) -> None:
    with pytest.raises(UnsupportedType):
        inspect(head + made.scan_pdf(), LIMITS)


def test_archives_are_refused() -> None:
    with pytest.raises(UnsupportedType):
        inspect(archive(), LIMITS)


def test_more_objects_than_any_scan_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passive, "MAX_OBJECTS", 50)
    document = pikepdf.new()
    for _ in range(60):
        document.make_indirect(Dictionary(A=1))
    with pytest.raises(LimitExceeded):
        passive.require_passive(document)
