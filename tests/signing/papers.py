"""Small signed papers as offices make them: the leader signs, the clerk enters number and date, the agency seals."""

import datetime as dt
import io
from collections.abc import Callable, Sequence

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from signing.keys import SealKey
from tests.signing.others import sign

AT = dt.datetime(2026, 11, 22, 2, 15, 4, tzinfo=dt.UTC)
Change = Callable[[IncrementalPdfFileWriter], None]

_NUMBER = [60.0, 700.0, 140.0, 718.0]


def small_page(*, pages: int = 1, compressed: bool = False, fields: Sequence[tuple[str, str | None]] = ()) -> bytes:
    """A typed page of a few hundred bytes, with text fields (name and value) if asked for."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    )
    for place in range(pages):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = pdf.make_stream(
            f"BT /F1 14 Tf 60 740 Td (So: .... Trang {place + 1}) Tj 0 -80 Td (So tien: 10 trieu dong) Tj ET".encode()
        )
    if fields:
        made = []
        for place, (name, value) in enumerate(fields):
            rect = [60, 700 - 25 * place, 140, 718 - 25 * place]
            field = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T=name, F=4, Rect=rect,
                DA=pikepdf.String("/F1 12 Tf 0 g"), AP=pikepdf.Dictionary(N=_picture(pdf, value or "", (80, 18), font)),
            )  # fmt: skip
            if value is not None:
                field.V = pikepdf.String(value)
            made.append(pdf.make_indirect(field))
        pdf.pages[0].Annots = pikepdf.Array(made)
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(made), DA=pikepdf.String("/F1 12 Tf 0 g"))
    output = io.BytesIO()
    mode = pikepdf.ObjectStreamMode.generate if compressed else pikepdf.ObjectStreamMode.disable
    pdf.save(output, min_version="1.7", object_stream_mode=mode, compress_streams=compressed)
    return output.getvalue()


def _picture(pdf: pikepdf.Pdf, text: str, size: tuple[int, int], font: pikepdf.Object) -> pikepdf.Object:
    return pdf.make_stream(
        f"BT /F1 12 Tf 2 4 Td ({text}) Tj ET".encode(),
        Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, *size],
        Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font)),
    )  # fmt: skip


def update(pdf: bytes, change: Change) -> bytes:
    """Return ``pdf`` with an update that a library writes."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def page_of(writer: IncrementalPdfFileWriter, place: int = 0) -> generic.DictionaryObject:
    return writer.root["/Pages"]["/Kids"][place]


def painting(text: str, size: Sequence[float], *, ground: str = "") -> generic.StreamObject:
    """A picture for an annotation: words, on a ground if given."""
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    fonts = generic.DictionaryObject(
        {pdf_name("/F1"): generic.DictionaryObject({pdf_name(k): pdf_name(v) for k, v in font.items()})}
    )
    width, height = size
    painted = f"{ground} 0 0 {width} {height} re f " if ground else ""
    return generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(generic.FloatObject(v) for v in (0, 0, width, height)),
            pdf_name("/Resources"): generic.DictionaryObject({pdf_name("/Font"): fonts}),
        },
        stream_data=f"{painted}BT 0 g /F1 12 Tf 2 4 Td ({text}) Tj ET".encode(),
    )


def annotate(
    text: str, *, rect: Sequence[float] = _NUMBER, subtype: str = "/Stamp", flags: int = 4, **more: object
) -> Change:
    """Add an annotation to page 1, as a clerk's program does."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        left, bottom, right, top = rect
        picture = writer.add_object(painting(text, (right - left, top - bottom), ground=str(more.pop("ground", ""))))
        mark = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name(subtype),
                pdf_name("/Rect"): generic.ArrayObject(generic.FloatObject(v) for v in rect),
                pdf_name("/F"): generic.NumberObject(flags),
                pdf_name("/AP"): generic.DictionaryObject({pdf_name("/N"): picture}),
                **{pdf_name(f"/{k}"): v for k, v in more.items()},
            }
        )
        writer.register_annotation(writer.root["/Pages"]["/Kids"].raw_get(0), writer.add_object(mark))

    return change


def fill(name: str, value: str, *, picture: str | None = None) -> Change:
    """Fill in a form field, and what it shows."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        field = next(f.get_object() for f in writer.root["/AcroForm"]["/Fields"] if f.get_object().get("/T") == name)
        field[pdf_name("/V")] = generic.TextStringObject(value)
        shown = writer.add_object(painting(value if picture is None else picture, (80, 18)))
        field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): shown})
        writer.update_container(field)

    return change


def write_over(operators: bytes) -> Change:
    """Append content to page 1."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        page = page_of(writer)
        old = page.raw_get("/Contents")
        streams = list(old.get_object()) if isinstance(old.get_object(), generic.ArrayObject) else [old]
        added = writer.add_object(generic.StreamObject(stream_data=operators))
        page[pdf_name("/Contents")] = generic.ArrayObject([*streams, added])
        writer.update_container(page)

    return change


def sign_visibly(
    pdf: bytes,
    key: SealKey,
    *,
    field: str,
    rect: Sequence[float] = (60, 400, 180, 450),
    text: str = "Da ky",
    at: dt.datetime = AT,
    **more: object,
) -> bytes:
    """Sign with a picture on page 1, field and picture in the same revision as the signature."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    append_signature_field(writer, SigFieldSpec(field, box=tuple(int(v) for v in rect)))
    made = next(f.get_object() for f in writer.root["/AcroForm"]["/Fields"] if f.get_object().get("/T") == field)
    left, bottom, right, top = rect
    ground = str(more.pop("ground", ""))
    made[pdf_name("/AP")] = generic.DictionaryObject(
        {pdf_name("/N"): writer.add_object(painting(text, (right - left, top - bottom), ground=ground))}
    )
    for name in [k for k in more if k.startswith("/")]:
        made[pdf_name(name)] = more.pop(name)
    return sign(pdf, key, at=at, field=field, writer=writer, **more)


def office_paper(leader: SealKey, agency: SealKey, mark: Change, page: bytes | None = None) -> bytes:
    """Signed by the leader, marked by the clerk, sealed by the agency."""
    signed = sign_visibly(page or small_page(), leader, field="Lãnh đạo")
    return sign_visibly(update(signed, mark), agency, field="Cơ quan", rect=(30, 390, 100, 460), text="Con dau")
