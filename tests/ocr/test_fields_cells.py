"""Values out of tables, by the heads of their columns."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dossier.catalogue_files import load_paper_types, read_paper_type
from dossier.paper_types import PaperType
from ocr.extract import extract
from ocr.model import Line, Reading
from tests.generator.render import Kind
from tests.ocr.forms import PITCH, form, line, page
from tests.ocr.readings import clean_paper, decomposed, letters_swapped, reading_of, without_marks

TYPES = load_paper_types()
MEMBERS = """
code = "members"
name_vi = "Danh sách"
name_en = "List"
kind = "component"
version = 1
validity = "by-dossier"
legal_basis = "-"
[[fields]]
key = "nationality"
name_vi = "Quốc tịch"
name_en = "Nationality"
value = "nationality"
labels = ["Quốc tịch"]
[[tables]]
key = "members"
name_vi = "Thành viên"
name_en = "Members"
totals = ["Tổng cộng"]
[[tables.columns]]
key = "name"
name_vi = "Tên"
name_en = "Name"
value = "person_name"
labels = ["Họ và tên"]
[[tables.columns]]
key = "birth_date"
name_vi = "Ngày sinh"
name_en = "Date of birth"
value = "date"
labels = ["Ngày sinh", "Ngày, tháng, năm sinh"]
[[tables.columns]]
key = "money"
name_vi = "Số tiền"
name_en = "Amount"
value = "money"
labels = ["Số tiền"]
"""
XS = (60, 120, 420, 700)
HEAD = ("TT", "Họ và tên", "Ngày sinh", "Số tiền (đồng)")
PEOPLE = (
    ("1", "Lê Thị Ánh", "05/03/1990", "1.500.000"),
    ("2", "Trần Văn Bình", "17/11/1985", "700.000"),
    ("3", "Y Thu Niê", "01/02/2001", "90.000"),
)
WANTED = {
    "members.1.name": "Lê Thị Ánh",
    "members.1.birth_date": "1990-03-05",
    "members.1.money": "1500000",
    "members.2.name": "Trần Văn Bình",
    "members.2.birth_date": "1985-11-17",
    "members.2.money": "700000",
    "members.3.name": "Y Thu Niê",
    "members.3.birth_date": "2001-02-01",
    "members.3.money": "90000",
}


@pytest.fixture
def members(tmp_path: Path) -> PaperType:
    (tmp_path / "members.toml").write_text(MEMBERS, encoding="utf-8")
    return read_paper_type(tmp_path / "members.toml")


def values(reading: Reading, paper_type: PaperType) -> dict[str, str | None]:
    return {field.key: field.value for field in extract(reading, paper_type)}


def in_cells(*rows: Sequence[str], y: int = 200, first: int = 1, xs: Sequence[int] = XS) -> list[Line]:
    """Return rows of cells, each cell a block as behind rulings; lines of a cell are parted by ``|``."""
    lines, block = [], first
    for row in rows:
        for x, text in zip(xs, row, strict=True):
            parts = text.split("|") if text else []
            lines += [line(part, x, y + i * PITCH, block=block) for i, part in enumerate(parts)]
            block += 1
        y += PITCH * max(text.count("|") + 1 for text in row) + 12
    return lines


def across(*rows: Sequence[str], y: int = 200, xs: Sequence[int] = XS) -> list[Line]:
    """Return the same rows as lines that go across all columns, as where nothing was told apart."""
    lines = []
    for row in rows:
        for i in range(max(text.count("|") + 1 for text in row)):
            parts = [(x, own[i]) for x, text in zip(xs, row, strict=True) if i < len(own := text.split("|"))]
            words = [word for x, part in parts if part for word in line(part, x, y).words]
            lines.append(Line(tuple(words)))
            y += 24
        y += 8
    return lines


SET = pytest.mark.parametrize("set_rows", [in_cells, across], ids=["ruled", "unruled"])
Set = Callable[..., list[Line]]


@SET
def test_each_row_gives_a_field_under_each_head(members: PaperType, set_rows: Set) -> None:
    assert values(Reading((page(set_rows(HEAD, *PEOPLE)),)), members) == WANTED


@SET
def test_cells_and_heads_of_several_lines_are_joined(members: PaperType, set_rows: Set) -> None:
    head = ("TT", "Họ và|tên", "Ngày, tháng,|năm sinh", "Số tiền|(đồng)")
    first = ("1", "Lê Thị|Ánh", "05/03/1990", "1.500.000")
    assert values(Reading((page(set_rows(head, first, *PEOPLE[1:])),)), members) == WANTED


@SET
def test_an_empty_cell_gives_no_field_and_moves_no_other(members: PaperType, set_rows: Set) -> None:
    rows = (("1", "Lê Thị Ánh", "", "1.500.000"), ("2", "Trần Văn Bình", "17/11/1985", ""), PEOPLE[2])
    left_out = {"members.1.birth_date", "members.2.money"}
    assert values(Reading((page(set_rows(HEAD, *rows)),)), members) == {
        key: value for key, value in WANTED.items() if key not in left_out
    }


@SET
def test_the_numbers_of_columns_and_totals_are_no_rows(members: PaperType, set_rows: Set) -> None:
    rows = (("(1)", "(2)", "(3)", "(4)"), *PEOPLE, ("", "Tổng cộng", "", "2.290.000"))
    assert values(Reading((page(set_rows(HEAD, *rows)),)), members) == WANTED


@SET
def test_a_table_ends_where_text_begins(members: PaperType, set_rows: Set) -> None:
    lines = set_rows(HEAD, *PEOPLE)
    y = max(one.box.bottom for one in lines) + 16
    text = "Điều 2. Chánh Văn phòng và các ông, bà có tên trong danh sách chịu trách nhiệm thi hành"
    below = [line(text, 60, y + i * 30, block=90) for i in range(3)]
    signed = [line("Nơi nhận:", 60, y + 100, block=91), line("CHỦ TỊCH", 700, y + 100, block=92)]
    assert values(Reading((page([*lines, *below, *signed]),)), members) == WANTED


@SET
def test_signatures_close_below_are_no_rows(members: PaperType, set_rows: Set) -> None:
    lines = set_rows(HEAD, *PEOPLE)
    y = max(one.box.bottom for one in lines) + 16
    signed = [line("Nơi nhận:", 120, y, block=91), line("CHỦ TỊCH", 700, y, block=92)]
    assert values(Reading((page([*lines, *signed]),)), members) == WANTED


@SET
def test_heads_printed_again_overleaf_go_on_with_the_table(members: PaperType, set_rows: Set) -> None:
    first, second = page(set_rows(HEAD, *PEOPLE[:2])), page(set_rows(HEAD, PEOPLE[2], y=60), number=2)
    assert values(Reading((first, second)), members) == WANTED


def test_a_table_goes_on_overleaf_without_heads(members: PaperType) -> None:
    number = line("2", 500, 20, block=0)
    first, second = page(in_cells(HEAD, *PEOPLE[:2])), page([number, *in_cells(PEOPLE[2], y=60)], number=2)
    assert values(Reading((first, second)), members) == WANTED


def test_text_overleaf_is_no_row_of_a_table_that_ended(members: PaperType) -> None:
    text = line("Điều 2. Quyết định này có hiệu lực kể từ ngày ký", 60, 500, block=80)
    first, second = page([*in_cells(HEAD, *PEOPLE), text]), page(in_cells(PEOPLE[2], y=60), number=2)
    assert values(Reading((first, second)), members) == WANTED


@pytest.mark.parametrize("damage", [decomposed, without_marks, str.upper])
def test_damaged_heads_are_known(members: PaperType, damage: Callable[[str], str]) -> None:
    head = tuple(" ".join(map(damage, text.split())) for text in HEAD)
    assert values(Reading((page(in_cells(head, *PEOPLE)),)), members) == WANTED


def test_heads_with_one_letter_in_five_misread_are_known_and_less_sure(members: PaperType) -> None:
    fields = extract(Reading((page(in_cells(("TT", "Họ vá lên", "Ngày sinh", "Sô tlền"), *PEOPLE)),)), members)
    assert {field.key: field.value for field in fields} == WANTED
    by_column = {field.key.rpartition(".")[2]: field.confidence for field in fields}
    assert by_column["birth_date"] == pytest.approx(0.95)
    assert by_column["name"] < by_column["birth_date"] > by_column["money"]


def test_a_bracket_glued_to_its_head_is_none_of_it(members: PaperType) -> None:
    assert values(Reading((page(in_cells((*HEAD[:3], "Số tiền(đồng)"), *PEOPLE)),)), members) == WANTED


def test_a_head_that_cannot_be_read_overleaf_is_known_by_its_place(members: PaperType) -> None:
    first, second = page(in_cells(HEAD, *PEOPLE[:2])), page(in_cells((*HEAD[:3], "5ô ũeu"), PEOPLE[2]), number=2)
    fields = extract(Reading((first, second)), members)
    assert {field.key: field.value for field in fields} == WANTED
    confidence = {field.key: field.confidence for field in fields}
    assert confidence["members.3.money"] < confidence["members.2.money"]


def test_a_cell_that_is_no_value_of_its_kind_is_a_field_without_a_value(members: PaperType) -> None:
    rows = (("1", "Lê Thị Ánh", "35/03/1990", "1.500.000"), *PEOPLE[1:])
    fields = {field.key: field for field in extract(Reading((page(in_cells(HEAD, *rows)),)), members)}
    assert (fields["members.1.birth_date"].value, fields["members.1.birth_date"].raw) == (None, "35/03/1990")
    assert fields["members.1.birth_date"].box is not None


def test_cells_between_which_a_ruling_was_lost_are_told_apart(members: PaperType) -> None:
    lines = in_cells(HEAD, *PEOPLE)
    joined = [one if one.block != 11 else Line(one.words, 10) for one in lines]
    assert (len({one.block for one in joined}), len(joined)) == (15, 16)
    assert values(Reading((page(joined),)), members) == WANTED


def test_a_cell_left_of_its_centred_head_is_its(members: PaperType) -> None:
    head = ("TT", "Họ và tên", "Ngày sinh", "Số tiền")
    lines = [
        *in_cells(head, xs=(60, 300, 560, 800)),
        *in_cells(*PEOPLE, y=250, first=10, xs=(60, 110, 550, 790)),
    ]
    assert values(Reading((page(lines),)), members) == WANTED


def test_a_table_of_other_columns_between_has_its_own(members: PaperType) -> None:
    xs = (60, 120, 350, 560, 760)
    head = ("TT", "Họ và tên", "Ghi chú", "Ngày sinh", "Số tiền")
    rows = [(a, b, "Hộ nghèo" if a != "2" else "", c, d) for a, b, c, d in PEOPLE]
    assert values(Reading((page(in_cells(head, *rows, xs=xs)),)), members) == WANTED


def test_what_looks_like_a_label_in_a_table_is_none(members: PaperType) -> None:
    head, xs = ("TT", "Họ và tên", "Ngày sinh", "Quốc tịch", "Số tiền"), (60, 120, 420, 580, 760)
    rows = [(a, b, c, "Lào", d) for a, b, c, d in PEOPLE]
    lines = [*in_cells(head, *rows, xs=xs), line("Quốc tịch: Việt Nam", 60, 600, block=70)]
    assert values(Reading((page(lines),)), members) == {"nationality": "Việt Nam", **WANTED}


def test_one_head_alone_is_no_table(members: PaperType) -> None:
    assert values(form("Họ và tên", "Lê Thị Ánh", "Trần Văn Bình"), members) == {}


def test_a_page_of_labels_is_no_table(members: PaperType) -> None:
    assert values(form("Họ và tên:        Ngày sinh:", "Lê Thị Ánh        05/03/1990"), members) == {}


@pytest.mark.parametrize("seed", range(1, 7))
@pytest.mark.parametrize(
    "damage",
    [str, decomposed, without_marks, letters_swapped(3)],
    ids=["whole", "decomposed", "without marks", "swapped"],
)
def test_the_list_of_a_decision_is_read_over_all_its_pages(seed: int, damage: Callable[[str], str]) -> None:
    paper = clean_paper(Kind.DECISION_WITH_TABLE, seed)
    wanted = {key: value for key, value in paper.fields.items() if key.startswith("persons.")}
    found = values(reading_of(paper, damage), TYPES["decision"])
    if damage is str or damage is decomposed:
        assert {key: value for key, value in found.items() if key.startswith("persons.")} == wanted
    else:
        exact = [key for key in wanted if not key.endswith(".name")]
        assert {key: found.get(key) for key in exact} == {key: wanted[key] for key in exact}


@pytest.mark.parametrize("kind", [Kind.DECISION, Kind.BUSINESS_REGISTRATION, Kind.LAND_USE_CERTIFICATE])
def test_papers_without_a_table_have_no_rows(kind: Kind) -> None:
    paper = clean_paper(kind, 2)
    assert not [key for key in values(reading_of(paper), TYPES[paper.paper_type]) if "." in key]


def test_changes_on_a_land_use_certificate_are_read() -> None:
    rows = (
        ("Nội dung thay đổi và|cơ sở pháp lý", "Xác nhận của|cơ quan có thẩm quyền"),
        (
            "Tặng cho ông Lê Văn An,|sinh năm 1990, theo hồ sơ số|000123.TA.001",
            "Ngày 05/03/2021|GIÁM ĐỐC|Trần Văn Bình",
        ),
        ("Xóa nội dung đăng ký thế chấp", ""),
    )
    found = values(Reading((page(in_cells(*rows, xs=(60, 600))),)), TYPES["land-use-certificate"])
    assert {key: value for key, value in found.items() if key.startswith("changes.")} == {
        "changes.1.change": "Tặng cho ông Lê Văn An, sinh năm 1990, theo hồ sơ số 000123.TA.001",
        "changes.1.confirmed_by": "Ngày 05/03/2021 GIÁM ĐỐC Trần Văn Bình",
        "changes.2.change": "Xóa nội dung đăng ký thế chấp",
    }


def test_members_of_a_company_are_read() -> None:
    xs = (60, 120, 330, 470, 690, 820)
    rows = (
        ("STT", "Tên thành|viên", "Quốc tịch", "Địa chỉ liên lạc đối|với cá nhân", "Phần vốn|góp (VNĐ)", "Tỷ lệ|(%)"),
        ("1", "2", "3", "4", "5", "6"),
        ("1", "LÊ THỊ ÁNH", "Việt Nam", "Số 12 đường Chợ, xã|An Hòa, tỉnh Đắk Lắk", "600.000.000", "60,00"),
        ("2", "TRẦN BÌNH", "Việt Nam", "Thôn Đoài, xã An Hòa,|tỉnh Đắk Lắk", "400.000.000", "40,00"),
    )
    found = values(Reading((page(in_cells(*rows, xs=xs)),)), TYPES["business-registration"])
    assert found["members.1.name"] == "LÊ THỊ ÁNH"
    assert (found["members.2.share"], found["members.2.percentage"]) == ("400000000", "40,00")
    assert found["members.1.address"] == "Số 12 đường Chợ, xã An Hòa, tỉnh Đắk Lắk"
    assert "representative_nationality" not in found
