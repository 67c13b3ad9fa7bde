import unicodedata
from pathlib import Path

import pytest

from dossier.paper_types import PaperType, load_paper_types, read_paper_type
from dossier.papers import Field, FieldSource
from ocr.extract import extract
from ocr.model import Reading
from ocr.qr import Code
from tests.dossier.test_adding_a_type import example_of_the_guide
from tests.generator.render import Kind
from tests.ocr.forms import CHARACTER, HEIGHT, form, line, page
from tests.ocr.readings import clean_paper, decomposed, letters_swapped, reading_of, without_marks

TYPES = load_paper_types()
ON_CODE_ONLY = {"old_identity_number", "issued_on"}
"""Fields of an identity card that its front does not print."""

PERSON = """
code = "person"
name_vi = "Phiếu cá nhân"
name_en = "Person"
kind = "component"
version = 1
validity = "by-dossier"
legal_basis = "-"
[recognition]
stops = ["Ghi chú"]
"""
FIELD = '[[fields]]\nkey = "{key}"\nname_vi = "x"\nname_en = "x"\nvalue = "{kind}"\nlabels = ["{label}"]\n'


@pytest.fixture
def person(tmp_path: Path) -> PaperType:
    rows = [
        ("name", "person_name", "Họ và tên"),
        ("birth_date", "date", "Ngày sinh"),
        ("sex", "sex", "Giới tính"),
        ("people", "text", "Dân tộc"),
        ("address", "place", "Địa chỉ"),
        ("money", "money", "Số tiền"),
    ]
    text = PERSON + "".join(FIELD.format(key=key, kind=kind, label=label) for key, kind, label in rows)
    (tmp_path / "person.toml").write_text(text, encoding="utf-8")
    return read_paper_type(tmp_path / "person.toml")


def _values(fields: tuple[Field, ...]) -> dict[str, str | None]:
    return {field.key: field.value for field in fields}


def test_several_labels_on_a_line_each_have_their_value(person: PaperType) -> None:
    fields = extract(form("Họ và tên: Lê Thị Ánh", "Giới tính: Nữ   Dân tộc: Kinh   Ngày sinh: 05/03/1990"), person)
    assert _values(fields) == {"name": "Lê Thị Ánh", "birth_date": "1990-03-05", "sex": "female", "people": "Kinh"}


def test_a_value_runs_on_over_lines_up_to_the_next_label(person: PaperType) -> None:
    fields = extract(
        form("Địa chỉ: Số 12 đường Chợ, tổ dân phố 4,", "phường Bình Lạc, tỉnh", "Đắk Lắk", "Ghi chú: không"), person
    )
    assert _values(fields) == {"address": "Số 12 đường Chợ, tổ dân phố 4, phường Bình Lạc, tỉnh Đắk Lắk"}


def test_a_value_below_its_label_is_found(person: PaperType) -> None:
    fields = extract(form("Họ và tên:", "LÊ THỊ ÁNH", "Ngày sinh:", "05/03/1990"), person)
    assert _values(fields) == {"name": "LÊ THỊ ÁNH", "birth_date": "1990-03-05"}


def test_a_value_that_the_engine_put_into_another_block_is_found(person: PaperType) -> None:
    lines = [
        line("Họ và tên:", 100, 100),
        line("Số tiền:", 100, 136),
        line("Lê Thị Ánh", 420, 102),
        line("1.500.000 đồng", 420, 138),
    ]
    assert _values(extract(Reading((page(lines),)), person)) == {"name": "Lê Thị Ánh", "money": "1500000"}


def test_dotted_leaders_and_what_stands_behind_a_date_are_left_out(person: PaperType) -> None:
    fields = extract(form("Họ và tên:......Lê..Thị...Ánh......", "Ngày sinh:.....05/03/1990..... (có bản sao)"), person)
    assert _values(fields) == {"name": "Lê Thị Ánh", "birth_date": "1990-03-05"}


def test_a_name_is_never_cut_to_what_can_be_read(person: PaperType) -> None:
    (field,) = extract(form("Họ và tên: Lê Thị 4nh"), person)
    assert (field.value, field.raw) == (None, "Lê Thị 4nh")


def test_an_empty_line_of_a_form_gives_no_field(person: PaperType) -> None:
    assert extract(form("Họ và tên:............", "Ngày sinh: 05/03/1990"), person)[0].key == "birth_date"


def test_a_page_without_text_gives_no_fields(person: PaperType) -> None:
    assert extract(Reading((page([]),)), person) == ()
    assert extract(Reading(()), TYPES["decision"]) == ()


def test_a_field_knows_where_it_stood_and_how_surely(person: PaperType) -> None:
    reading = Reading(
        (page([line("Ghi chú: không", 100, 100)]), page([line("Họ và tên: Lê An", 100, 100, confidence=0.8)], number=2))
    )
    (field,) = extract(reading, person)
    assert field.box is not None
    assert (field.page, field.source) == (2, FieldSource.OCR)
    assert (field.box.x, field.box.y) == (100 + 11 * CHARACTER, 100)
    assert (field.box.width, field.box.height) == (5 * CHARACTER, HEIGHT)
    assert field.confidence == pytest.approx(0.8)
    (doubtful,) = extract(form("Hg và tên: Lê An"), person)
    assert doubtful.confidence < 0.95


@pytest.mark.parametrize("kind", [Kind.BIRTH_CERTIFICATE, Kind.IDENTITY_CARD, Kind.DECISION, Kind.DECISION_WITH_TABLE])
@pytest.mark.parametrize("seed", range(4))
def test_every_field_of_a_perfectly_read_paper_is_exact(kind: Kind, seed: int) -> None:
    paper = clean_paper(kind, seed)
    wanted = {
        key: value for key, value in paper.fields.items() if kind != Kind.IDENTITY_CARD or key not in ON_CODE_ONLY
    }
    if kind == Kind.IDENTITY_CARD:
        wanted["full_name"] = wanted["full_name"].upper()
    for reading in (reading_of(paper), reading_of(paper, decomposed)):
        values = _values(extract(reading, TYPES[paper.paper_type]))
        assert {key: values.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("seed", range(6))
def test_misread_labels_are_still_found(seed: int) -> None:
    paper = clean_paper(Kind.BIRTH_CERTIFICATE, seed)
    wanted = {key: value for key, value in paper.fields.items() if key != "signer"}
    for damage in (without_marks, letters_swapped(seed)):
        values = _values(extract(reading_of(paper, damage), TYPES[paper.paper_type]))
        assert {key: values.get(key) for key in wanted} == wanted


CODE = "066187821426|336811073|Ngô Thùy Thắm|21041987|Nữ|Số 141 đường Đình Làng, phường Bình Lạc, tỉnh Đắk Lắk|07052022"


def _card(name: str, number: str) -> Reading:
    return form(f"Số / No.: {number}", f"Họ và tên / Full name: {name}", "Giới tính / Sex: Nữ")


def test_the_code_comes_before_the_print() -> None:
    code = Code(CODE, form("x").pages[0].lines[0].box, 1)
    fields = extract(_card("NGÔ THÙY THẮM", "066187821426"), TYPES["identity-card"], (code,))
    assert {f.source for f in fields} == {FieldSource.QR}
    assert {f.confidence for f in fields} == {1.0}
    assert _values(fields)["issued_on"] == "2022-05-07"
    assert len(fields) == 7


def test_print_that_contradicts_the_code_is_kept_behind_it() -> None:
    code = Code(CODE, form("x").pages[0].lines[0].box, 1)
    fields = extract(_card("NGÔ THÙY DUNG", "066187821426"), TYPES["identity-card"], (code,))
    names = [(f.value, f.source) for f in fields if f.key == "full_name"]
    assert names == [("Ngô Thùy Thắm", FieldSource.QR), ("NGÔ THÙY DUNG", FieldSource.OCR)]
    assert sum(f.key == "citizen_number" for f in fields) == 1


def test_codes_of_other_things_are_ignored() -> None:
    code = Code("https://example.invalid/", form("x").pages[0].lines[0].box, 1)
    fields = extract(_card("NGÔ THÙY THẮM", "066187821426"), TYPES["identity-card"], (code,))
    assert {f.source for f in fields} == {FieldSource.OCR}


def test_the_guides_example_reads_a_paper_nobody_wrote_code_for(tmp_path: Path) -> None:
    lines = [
        line("UBND XÃ BÌNH LẠC", 100, 100),
        line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 480, 100),
        line("Độc lập - Tự do - Hạnh phúc", 520, 136),
        line("Số: 27/UBND-XNTTHN", 100, 172),
        line("Bình Lạc, ngày 05 tháng 3 năm 2026", 480, 172),
        line("GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN", 330, 244),
        line("Họ, chữ đệm, tên: LÊ THỊ ÁNH", 100, 300),
        line("Ngày, tháng, năm sinh: 05/03/1990", 100, 336),
        line("Số định danh cá nhân: 001190012345", 100, 372),
        line("Tình trạng hôn nhân: Hiện tại chưa đăng ký kết hôn với ai", 100, 408),
        line("Giấy này được cấp để: Đăng ký kết hôn", 100, 444),
    ]
    paper_type = example_of_the_guide(tmp_path)
    fields = extract(Reading((page(lines),)), paper_type)
    assert _values(fields) == {
        "document_number": "27/UBND-XNTTHN",
        "issued_on": "2026-03-05",
        "full_name": "LÊ THỊ ÁNH",
        "birth_date": "1990-03-05",
        "citizen_number": "001190012345",
        "marital_status": "Hiện tại chưa đăng ký kết hôn với ai",
        "purpose": "Đăng ký kết hôn",
    }
    until = paper_type.valid_until(paper_type.issued_on(fields), fields)
    assert str(until) == "2026-09-05"


def test_decomposed_text_gives_composed_values(person: PaperType) -> None:
    (field,) = extract(form(unicodedata.normalize("NFD", "Địa chỉ: Thừa Thiên Huế")), person)
    assert field.value == "Thừa Thiên Huế"
