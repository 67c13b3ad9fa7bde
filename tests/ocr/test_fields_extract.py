import unicodedata
from pathlib import Path

import pytest

from dossier.catalogue_files import load_paper_types, read_paper_type
from dossier.paper_types import PaperType
from dossier.papers import Field, FieldSource
from ocr.extract import extract
from ocr.model import Line, Reading
from ocr.qr import Code
from tests.dossier.test_adding_a_type import example_of_the_guide
from tests.generator.render import Kind
from tests.ocr.forms import CHARACTER, HEIGHT, form, line, page
from tests.ocr.readings import clean_paper, decomposed, letters_swapped, reading_of, without_marks

TYPES = load_paper_types()
ON_CODE_ONLY = {"old_identity_number", "issued_on"}
"""Fields of an identity card that its front does not print."""

FORMS = (
    Kind.MARRIAGE_CERTIFICATE,
    Kind.BUSINESS_REGISTRATION,
    Kind.LAND_USE_CERTIFICATE,
    Kind.BIRTH_REGISTRATION_FORM,
    Kind.MARITAL_STATUS,
    Kind.JUDICIAL_RECORD,
    Kind.DIPLOMA,
    Kind.APPLICATION,
)
"""Kinds with values filled in behind labels."""

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


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in {Kind.BODY_TEXT, Kind.TABLE}])
@pytest.mark.parametrize("seed", range(4))
def test_every_field_of_a_perfectly_read_paper_is_exact(kind: Kind, seed: int) -> None:
    paper = clean_paper(kind, seed)
    wanted = {
        key: value for key, value in paper.fields.items() if kind != Kind.IDENTITY_CARD or key not in ON_CODE_ONLY
    }
    if paper.paper_type == "identity-card":
        wanted["full_name"] = wanted["full_name"].upper()
    by_pen = dict.fromkeys(("document_number", "issued_on")) if kind.endswith("by-pen") else {}
    for reading in (reading_of(paper), reading_of(paper, decomposed)):
        values = _values(extract(reading, TYPES[paper.paper_type]))
        assert values == wanted | by_pen


@pytest.mark.parametrize("kind", FORMS)
@pytest.mark.parametrize("seed", range(4))
def test_forms_of_every_type_are_read_with_lost_marks_and_misread_letters(kind: Kind, seed: int) -> None:
    paper = clean_paper(kind, seed)
    filled = {word.text for page in paper.pages for ln in page.lines for word in ln.words if word.kind == "filled"}
    wanted = {
        key: value for key, value in paper.fields.items() if set(value.split()) <= filled or key.endswith("number")
    }
    paper_type = TYPES[paper.paper_type]
    assert _values(extract(reading_of(paper, without_marks), paper_type)).items() >= wanted.items()
    misread = _values(extract(reading_of(paper, letters_swapped(seed)), paper_type))
    assert sum(misread.get(key) == value for key, value in wanted.items()) >= 0.75 * len(wanted)


@pytest.mark.parametrize("seed", range(6))
def test_misread_labels_are_still_found(seed: int) -> None:
    paper = clean_paper(Kind.BIRTH_CERTIFICATE, seed)
    wanted = {key: value for key, value in paper.fields.items() if key != "signer"}
    for damage in (without_marks, letters_swapped(seed)):
        values = _values(extract(reading_of(paper, damage), TYPES[paper.paper_type]))
        assert {key: values.get(key) for key in wanted} == wanted


def test_two_persons_side_by_side_keep_what_is_theirs() -> None:
    rows = (
        ("Họ, chữ đệm, tên chồng:", "Họ, chữ đệm, tên vợ:"),
        ("LÊ VĂN AN", "MAI THỊ ÁNH"),
        ("Ngày, tháng, năm sinh: 01/02/1990", "Ngày, tháng, năm sinh: 03/04/1992"),
        ("Dân tộc: Kinh   Quốc tịch: Việt Nam", "Dân tộc: Tày   Quốc tịch: Việt Nam"),
        ("Nơi cư trú: Thôn Thượng, xã Tân", "Nơi cư trú: Xóm 2, xã Bình"),
        ("Lộc, tỉnh Nghệ An", "Khê, tỉnh Lào Cai"),
        ("Giấy tờ tùy thân: CCCD", "Giấy tờ tùy thân: CCCD"),
        ("số 001090012345", "số 001192012345"),
        ("Nơi đăng ký kết hôn: Ủy ban nhân dân xã Bình Khê, tỉnh Lào Cai",),
    )
    lines = [line(text, 60 + 440 * i, 100 + 36 * n) for n, row in enumerate(rows) for i, text in enumerate(row)]
    joined = [Line((*a.words, *b.words), 0) for a, b in zip(lines[:-1:2], lines[1::2], strict=True)]
    for read in (lines, [*joined, lines[-1]]):
        values = _values(extract(Reading((page(read),)), TYPES["marriage-certificate"]))
        for role, birth, people, address, number in (
            ("husband", "1990-02-01", "Kinh", "Thôn Thượng, xã Tân Lộc, tỉnh Nghệ An", "001090012345"),
            ("wife", "1992-04-03", "Tày", "Xóm 2, xã Bình Khê, tỉnh Lào Cai", "001192012345"),
        ):
            assert values[f"{role}_birth_date"] == birth
            assert values[f"{role}_ethnicity"] == people
            assert values[f"{role}_residence"] == address
            assert values[f"{role}_citizen_number"] == number
        assert (values["husband_name"], values["wife_name"]) == ("LÊ VĂN AN", "MAI THỊ ÁNH")
        assert values["registration_place"] == "Ủy ban nhân dân xã Bình Khê, tỉnh Lào Cai"


def test_the_misread_second_language_of_a_label_does_not_hide_the_value_below_it() -> None:
    read = form("Số định danh cá nhân t Personal idenbficabon numnbẹr", "074193691843", "Giới tính Sex", "Nữ")
    fields = extract(read, TYPES["identity-card"])
    assert _values(fields) == {"citizen_number": "074193691843", "sex": "female"}
    assert fields[0].confidence < 0.8
    unreadable = extract(form("Ngày sinh: 0x/13/19", "05/03/1990"), TYPES["identity-card"])
    assert [(field.value, field.raw) for field in unreadable] == [(None, "0x/13/19")]


def test_a_value_goes_on_beside_the_label_of_another_column_and_not_inside_a_line_of_text() -> None:
    label = line("Nơi thường trú / Place of residence:", 400, 100)
    joined = line("Có giá trị đến: Thôn Trầm, xã Phước Hải", 240, 136)
    values = _values(extract(Reading((page([label, joined]),)), TYPES["identity-card"]))
    assert values == {"residence": "Thôn Trầm, xã Phước Hải"}
    addressed = [line("Kính gửi: Sở Tư pháp", 400, 100), line("Phúc đáp công văn số 12 của Sở Tư pháp", 240, 136)]
    assert _values(extract(Reading((page(addressed),)), TYPES["official-letter"])) == {"addressee": "Sở Tư pháp"}


def test_one_text_may_hold_several_fields() -> None:
    read = form("Mã số doanh nghiệp: 0100109106", "Đăng ký thay đổi lần thứ: 12, ngày 10 tháng 10 năm 2024")
    values = _values(extract(read, TYPES["business-registration"]))
    assert values == {"enterprise_code": "0100109106", "changes_made": "12", "changed_on": "2024-10-10"}


def test_a_pattern_finds_its_value_on_the_next_line_and_shows_what_it_cannot_find() -> None:
    marital = TYPES["marital-status"]
    (number,) = extract(form("Giấy tờ tùy thân: Căn cước công dân", "số 001090012345, cấp năm 2021"), marital)
    assert (number.value, number.raw) == ("001090012345", "001090012345")
    (doubtful,) = extract(form("Giấy tờ tùy thân: Căn cước 00109001"), marital)
    assert (doubtful.value, doubtful.raw) == (None, "Căn cước 00109001")


def test_numbering_before_the_next_label_is_no_part_of_a_value() -> None:
    values = _values(extract(form("b) Địa chỉ: Thôn Bãi", "c) Diện tích: 250,5 m²"), TYPES["land-use-certificate"]))
    assert "Thôn Bãi" in values.values()
    assert values["area"] == "250,5 m²"


def test_the_term_of_land_is_a_date_or_has_no_end() -> None:
    land = TYPES["land-use-certificate"]
    lasting, ending, mixed = (
        extract(form(f"Thời hạn sử dụng: {term}"), land)
        for term in ("Lâu dài", "đến ngày 15 tháng 10 năm 2043", "Đất ở: Lâu dài; đất vườn: đến ngày 15/10/2043")
    )
    assert land.valid_until(None, lasting) is None
    assert str(land.valid_until(None, ending)) == "2043-10-15"
    assert [field.value for field in mixed] == [None]


def test_the_date_above_the_signature_is_found_and_dates_in_sentences_are_not() -> None:
    text = ("ĐƠN ĐỀ NGHỊ", "Tôi đã nộp hồ sơ vào ngày 02 tháng 3 năm 2024 tại bộ phận một cửa và chưa có kết quả")
    lines = [line(part, 60, 100 + 36 * i) for i, part in enumerate(text)]
    application = TYPES["general-application"]
    assert extract(Reading((page(lines),)), application) == ()
    signed = line("Bình Lạc, ngày 05 tháng 3 năm 2026", 520, 300)
    (field,) = extract(Reading((page([*lines, signed]),)), application)
    assert (field.key, field.value) == ("written_on", "2026-03-05")
    without_comma = line("Bình Lạc ngày 05 tháng 3 năm 2026", 520, 300)
    assert extract(Reading((page([*lines, without_comma]),)), application)[0].value == "2026-03-05"
    sentence = line("có hiệu lực từ ngày 05 tháng 3 năm 2026", 520, 300)
    assert extract(Reading((page([*lines, sentence]),)), application) == ()


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
        line("CÔNG AN TỈNH ĐẮK LẮK", 100, 100),
        line("CÔNG AN PHƯỜNG BÌNH LẠC", 100, 136),
        line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 480, 100),
        line("Độc lập - Tự do - Hạnh phúc", 520, 136),
        line("Số: 27/CAP-XNCT", 100, 172),
        line("Bình Lạc, ngày 05 tháng 3 năm 2026", 480, 172),
        line("XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ", 350, 244),
        line("1. Họ, chữ đệm và tên: LÊ THỊ ÁNH", 100, 300),
        line("2. Ngày, tháng, năm sinh: 05/03/1990   3. Giới tính: Nữ", 100, 336),
        line("4. Số định danh cá nhân: 001190012345", 100, 372),
        line("5. Nơi thường trú: Số 4 đường Chợ, phường Bình Lạc,", 100, 408),
        line("tỉnh Đắk Lắk", 100, 444),
        line("6. Nơi tạm trú: Không", 100, 480),
        line("7. Nơi ở hiện tại: Số 4 đường Chợ", 100, 516),
        line("8. Quan hệ với chủ hộ: Con", 100, 552),
    ]
    paper_type = example_of_the_guide(tmp_path)
    fields = extract(Reading((page(lines),)), paper_type)
    assert _values(fields) == {
        "document_number": "27/CAP-XNCT",
        "issued_on": "2026-03-05",
        "full_name": "LÊ THỊ ÁNH",
        "birth_date": "1990-03-05",
        "citizen_number": "001190012345",
        "residence": "Số 4 đường Chợ, phường Bình Lạc, tỉnh Đắk Lắk",
        "present_address": "Số 4 đường Chợ",
    }
    until = paper_type.valid_until(paper_type.issued_on(fields), fields)
    assert str(until) == "2027-03-05"


def test_decomposed_text_gives_composed_values(person: PaperType) -> None:
    (field,) = extract(form(unicodedata.normalize("NFD", "Địa chỉ: Thừa Thiên Huế")), person)
    assert field.value == "Thừa Thiên Huế"
