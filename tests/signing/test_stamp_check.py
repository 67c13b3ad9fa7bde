"""What a stamp shows is read and compared; whatever else is in an appearance becomes a finding, never an error."""

import datetime as dt
import io
import zlib

import pikepdf
import pytest
from asn1crypto import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.reader import PdfFileReader

from dossier.verdicts import Verdict
from signing.development import DevelopmentAuthority
from signing.form_text import TooMuch, form_text
from signing.seal import seal
from signing.stamp import Stamp
from signing.stamp_check import check_stamp, compare
from signing.stamp_rules import TimeFormat
from signing.trust import TrustStore
from signing.validate import validate
from tests.signing.conftest import AGENCY, AT
from tests.signing.others import sign
from tests.signing.pki import Tree

HOUR = dt.timedelta(hours=1)


def _certificate(person: str, unit: str = "Sở Tư pháp", organization: str = "UBND tỉnh Nghệ An") -> x509.Certificate:
    names = {
        "country_name": "VN",
        "organization_name": organization,
        "organizational_unit_name": unit,
        "common_name": person,
    }
    certificate = x509.Certificate()
    certificate["tbs_certificate"] = {"subject": x509.Name.build(names), "issuer": x509.Name.build(names)}
    return certificate


SIGNER = _certificate("Nguyễn Văn Mẫu")


# --- comparing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Sao y; Sở Tư pháp; 2026-11-22T09:15:04+07:00",
        "SAO LỤC; Sở Tư\npháp; 22-11-2026\n09:15:04 +07:00",
        "Trích sao; Sở Tư pháp tỉnh Nghệ An; 22/11/2026",
        "Người ký: Nguyễn Văn Mẫu\nEmail: m@x.vn\nCơ quan: Sở Tư pháp\nThời gian ký: 22.11.2026 09:15:04 +07:00",
        "Ký bởi: NGUYỄN VĂN MẪU\nNgày ký: 22-11-2026 09:15",
        "Được ký bởi: Nguyễn Văn Mẫu Thời gian ký: 22/11/2026 9h15",
        "Digitally signed by: Nguyễn Văn Mẫu\nDate: 2026-11-22 02:15:04 +00:00",
        "Nguyễn Văn Mẫu",
        "Ký bởi: Nguyễn Văn Mẫu",
    ],
)
def test_a_stamp_that_says_the_same_matches(text: str) -> None:
    assert compare(text, SIGNER, [AT]).code == "stamp-matches"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Sao y; Sở Nội vụ; 2026-11-22T09:15:04+07:00", "Sở Nội vụ"),
        ("Sao y; Sở Tư pháp; 2026-11-23T09:15:04+07:00", "2026-11-23T09:15:04+07:00"),
        ("Sao y; Sở Tư pháp; 22-11-2026 02:15:04 +07:00", "22-11-2026 02:15:04 +07:00"),
        ("Người ký: Trần Thị Khác\nThời gian ký: 22.11.2026 09:15:04 +07:00", "Trần Thị Khác"),
        ("Ký bởi: Nguyễn Văn Mẫu\nCơ quan: Bộ Công an\nThời gian ký: 22.11.2026 09:15:04", "Bộ Công an"),
        ("Ký bởi: Nguyễn Văn Mẫu\nNgày ký: 21/11/2026", "21/11/2026"),
    ],
)
def test_a_stamp_that_says_something_else_differs(text: str, shown: str) -> None:
    said = compare(text, SIGNER, [AT])
    assert said.code == "stamp-differs"
    assert f"'{shown}'" in said.text


@pytest.mark.parametrize("text", ["Đã ký số", "✓", "GIÁM ĐỐC", "22/11/2026 09:15:04"])
def test_a_stamp_without_a_name_cannot_be_compared(text: str) -> None:
    assert compare(text, SIGNER, [AT]).code == "stamp-unread"


def test_a_short_name_is_not_found_inside_another_word() -> None:
    assert compare("Ký bởi: An", _certificate("Lê", "Sở", "Bàn"), [AT]).code == "stamp-differs"


@given(st.text(max_size=300))
def test_any_text_gets_one_of_the_findings(text: str) -> None:
    assert compare(text, SIGNER, [AT]).code in {"stamp-matches", "stamp-differs", "stamp-unread"}


# --- whole files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("time_format", TimeFormat)
def test_a_seal_whose_stamp_names_another_agency_is_not_valid(
    authority: DevelopmentAuthority, trust: TrustStore, page: bytes, time_format: TimeFormat
) -> None:
    def sealed(agency: str) -> bytes:
        return seal(
            page,
            key=authority.seal_key(AGENCY, at=AT),
            stamp=Stamp(agency=agency, time_format=time_format),
            time_stamper=authority.time_stamper(lambda: AT),
            trust=trust,
            signing_time=AT,
            environment="test",
        )

    right, wrong = (validate(sealed(a), trust, at=AT + HOUR) for a in (AGENCY, "Sở Tư pháp tỉnh Nghệ An"))
    assert right.verdict is Verdict.VALID
    assert right.signatures[0].stamp_text is not None
    assert AGENCY in right.signatures[0].stamp_text.replace("\n", " ")
    assert wrong.verdict is Verdict.UNDETERMINED
    assert wrong.signatures[0].sub_indication == "SIG_CONSTRAINTS_FAILURE"


def test_a_signature_that_shows_nothing_says_so(gov: Tree, page: bytes) -> None:
    report = validate(sign(page, gov.key(), at=AT), gov.trust(AT), at=AT + HOUR)

    assert "stamp-none" in {f.code for f in report.signatures[0].findings}
    assert report.signatures[0].stamp_text is None


# --- the words of a form ---------------------------------------------------------------------------------------------

_CMAP = (
    b"1 begincodespacerange <0000> <ffff> endcodespacerange 2 beginbfrange <0041> <005a> <0041> "
    b"<0001> <0003> [<1EA1> <1EE3> <0111>] endbfrange 1 beginbfchar <0020> <0020> endbfchar"
)


def _form(content: bytes, *, layers: bool = False, cmap: bytes = _CMAP) -> StreamObject:
    """The appearance of a made-up annotation: a simple font, one with two bytes a letter, and perhaps a form inside."""
    output = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(200, 200))
        simple = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Dictionary(Differences=pikepdf.Array([1, pikepdf.Name.dcroat, pikepdf.Name.uni1EA1])),
        )  # fmt: skip
        wide = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0, ToUnicode=pdf.make_indirect(pdf.make_stream(cmap))
        )
        blind = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type0)
        fonts = pikepdf.Dictionary(S=simple, W=wide, B=blind)
        kind = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Form, "BBox": pikepdf.Array([0, 0, 100, 50])}
        form = pdf.make_stream(content, **kind, Resources=pikepdf.Dictionary(Font=fonts))
        if layers:
            inner, form = form, pdf.make_stream(b"q 1 0 0 1 0 0 cm /n2 Do Q", **kind)
            form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(n2=inner))
            inner.Resources.XObject = pikepdf.Dictionary(n2=inner)  # it shows itself, if it is asked to
        pdf.Root.Form = pdf.make_indirect(form)
        pdf.save(output)
    found = PdfFileReader(io.BytesIO(output.getvalue())).root["/Form"]
    assert isinstance(found, StreamObject)
    return found


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"BT /S 10 Tf 0 20 Td (Ky boi) Tj 0 -12 Td (Dong hai) Tj ET", "Ky boi\nDong hai"),
        (b"BT /S 10 Tf 12 TL 0 20 Td (mot) Tj (hai) ' T* (ba) Tj ET", "mot\nhai\nba"),
        (b"BT /S 10 Tf 0 20 Td [(Ng) 20 (uy) -300 (en)] TJ ET", "Nguy en"),
        (b"BT /S 10 Tf 0 20 Td <01> Tj <02> Tj ET", "đạ"),
        (b"BT /W 10 Tf 0 20 Td <004100420001000200030020> Tj ET", "ABạợđ"),
        (b"BT /S 1 Tf 10 0 0 10 0 20 Tm (to) Tj 10 0 0 10 40 20 Tm (gether) Tj ET", "together"),
        (b"q 0 1 -1 0 0 0 cm BT /S 10 Tf 0 20 Td (xoay) Tj ET Q", "xoay"),
        (b"BT /B 10 Tf 0 20 Td <00410042> Tj ET", "\ufffd\ufffd"),
        (b"0 0 100 50 re f", ""),
    ],
)
def test_the_words_of_a_form(content: bytes, text: str) -> None:
    assert form_text(_form(content)) == text
    assert form_text(_form(content, layers=True)) == text


@pytest.mark.parametrize(
    ("content", "cmap"),
    [
        (b"q " * 30_000, _CMAP),
        (b"BT /S 10 Tf (" + b"a" * 5_000 + b") Tj ET", _CMAP),
        (b"/n2 Do", _CMAP),
        (b"BT /W 10 Tf <0041> Tj ET", b"1 beginbfrange <00000000> <ffffffff> <0041> endbfrange"),
        (b"BT /S 1" + b"0" * 400 + b".0 Tf 0 20 Td (a) Tj ET", _CMAP),
    ],
)
def test_more_than_a_stamp_needs_is_not_read(content: bytes, cmap: bytes) -> None:
    with pytest.raises(TooMuch):
        form_text(_form(content, layers=True, cmap=cmap))


def test_a_stream_that_unpacks_without_end_is_not_read() -> None:
    form = _form(b"")
    packed = StreamObject(dict(form), encoded_data=zlib.compress(b" " * 50_000_000))
    packed["/Filter"] = PdfFileReader(io.BytesIO(_small())).root["/Filter"]
    with pytest.raises(Exception, match="limit"):
        form_text(packed)


def _small() -> bytes:
    output = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.Root.Filter = pikepdf.Name.FlateDecode
        pdf.save(output)
    return output.getvalue()


class _Shown:
    """As much of a signature as its stamp is read from."""

    def __init__(self, form: StreamObject) -> None:
        rectangle = PdfFileReader(io.BytesIO(_with_rectangle())).root["/Rect"]
        self.sig_field = type(form)(stream_data=b"")
        self.sig_field["/Rect"] = rectangle
        self.sig_field["/AP"] = StreamObject({"/N": form}, stream_data=b"")


def _with_rectangle() -> bytes:
    output = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.Root.Rect = pikepdf.Array([0, 0, 100, 50])
        pdf.save(output)
    return output.getvalue()


_WORDS = [
    b"BT", b"ET", b"q", b"Q", b"Tj", b"TJ", b"'", b'"', b"Td", b"TD", b"Tm", b"T*", b"TL", b"Tf", b"cm", b"Do", b"BI",
    b"/S", b"/W", b"/n2", b"1", b"-9e99", b"0", b"(abc)", b"<0041>", b"[(a) -300 (b)]", b"[", b"]", b"<<", b">>", b"%",
]  # fmt: skip


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    words=st.lists(st.sampled_from(_WORDS) | st.binary(max_size=6), max_size=60),
    cmap=st.binary(max_size=60) | st.just(_CMAP),
    layers=st.booleans(),
)
def test_any_appearance_gets_one_of_the_findings(words: list[bytes], cmap: bytes, *, layers: bool) -> None:
    shown = _Shown(_form(b" ".join(words), cmap=cmap, layers=layers))
    said = check_stamp(shown, SIGNER, [AT])  # type: ignore[arg-type]  # it looks at the field only
    assert said.finding.code in {"stamp-matches", "stamp-differs", "stamp-unread", "stamp-none"}
