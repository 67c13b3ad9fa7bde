import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.labels import assign, find_labels, find_phrase
from ocr.model import Reading
from ocr.tokens import letters_of, rows_of, text_of
from tests.ocr.forms import form, line, page

LABEL = "Họ, chữ đệm, tên người mẹ"


def _found(text: str, *labels: str) -> list[tuple[str, str]]:
    """Return each label found, with what was matched."""
    rows = rows_of(form(text))
    return [
        (found.best, text_of(rows[found.row].tokens[found.start : found.end])) for found in find_labels(rows, labels)
    ]


@given(st.integers(0, len(letters_of(LABEL)) - 1), st.sampled_from("xqz"))
def test_one_wrong_letter_does_not_hide_a_label(place: int, letter: str) -> None:
    letters = [i for i, c in enumerate(LABEL) if c.isalpha()]
    damaged = LABEL[: letters[place]] + letter + LABEL[letters[place] + 1 :]
    assert _found(f"{damaged}: NGÔ THÙY THẮM", LABEL) == [(LABEL, f"{damaged}:")]


@pytest.mark.parametrize("form_name", ["NFC", "NFD"])
def test_normal_forms_and_lost_marks_do_not_matter(form_name: str) -> None:
    printed = unicodedata.normalize(form_name, "Giới tính: Nam Dân tộc: Kinh Quốc tịch: Việt Nam")
    labels = ("Giới tính", "Dân tộc", "Quốc tịch")
    assert [best for best, _ in _found(printed, *labels)] == list(labels)
    assert [best for best, _ in _found("Gioi tinh: Nam Dan toc: Kinh Quoc tich: Viet Nam", *labels)] == list(labels)


def test_labels_glued_to_their_values_are_found() -> None:
    assert _found("tên:Nguyễn Văn An", "tên") == [("tên", "tên:")]
    assert _found("Dân tộc:........Kinh", "Dân tộc") == [("Dân tộc", "Dân tộc:")]


def test_the_longer_of_two_labels_that_begin_alike_is_taken() -> None:
    labels = ("Họ, chữ đệm, tên", LABEL, "Họ, chữ đệm, tên người cha")
    assert _found("Họ, chữ đệm, tên người cha: LÊ VĂN AN", *labels)[0][0] == "Họ, chữ đệm, tên người cha"
    assert _found("Họ, chữ đệm, tên: LÊ VĂN AN", *labels)[0][0] == "Họ, chữ đệm, tên"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Số: 15/2021", 1),
        ("Số 15/2021", 1),
        ("Số 153 đường Chợ Phiên", 0),
        ("theo Quyết định số 15", 0),
        ("Sở: Nội vụ", 1),
        ("sá. 15/2021", 1),
        ("Số . <. 15/2021", 1),
        ("sá. 15/2021 và", 0),
    ],
)
def test_a_short_label_needs_a_colon_or_figures_alone(text: str, found: int) -> None:
    assert len(_found(text, "Số")) == found


def test_a_label_ends_at_its_colon() -> None:
    labels = ("Họ và tên", "Họ và tên cha")
    assert _found("1. Họ và tên: CHỬ THỊ HẰNG", *labels) == [("Họ và tên", "1. Họ và tên:")]
    assert _found("Họ và tên cha: CHỬ MINH AN", *labels) == [("Họ và tên cha", "Họ và tên cha:")]


def test_a_label_inside_a_sentence_is_no_label() -> None:
    assert _found("nơi cư trú trong hồ sơ hưởng trợ cấp", "Nơi cư trú") == []
    assert _found("Nơi cư trú trong hồ sơ", "Nơi cư trú") == [("Nơi cư trú", "Nơi cư trú")]
    assert _found("người này có dan tac rất lâu đời", "Dân tộc") == []


@given(st.text(max_size=80))
def test_any_text_can_be_searched(text: str) -> None:
    words = text.split()
    reading = form(" ".join(words)) if words else Reading((page([]),))
    for row in rows_of(reading):
        for match in find_phrase(row.tokens, LABEL):
            assert 0 <= match.start < match.end <= len(row.tokens)
            assert 0.8 <= match.score <= 1


def test_equal_labels_are_told_apart_by_order() -> None:
    rows = rows_of(
        form("Họ tên mẹ: A", "Năm sinh: 1990   Dân tộc: Kinh", "Họ tên cha: B", "Năm sinh: 1988   Dân tộc: Thái")
    )
    fields = [
        ("mother", ["Họ tên mẹ"]),
        ("mother_year", ["Năm sinh"]),
        ("mother_people", ["Dân tộc"]),
        ("father", ["Họ tên cha"]),
        ("father_year", ["Năm sinh"]),
        ("father_people", ["Dân tộc"]),
    ]
    labels = find_labels(rows, [text for _, texts in fields for text in texts])
    assigned = assign(labels, fields)
    assert [labels[assigned[key][0]].row for key, _ in fields] == [0, 1, 1, 2, 3, 3]


def test_the_fathers_year_stays_his_when_the_mothers_is_unreadable() -> None:
    rows = rows_of(form("Họ tên mẹ: A", "Nxx sxxx: 1990", "Họ tên cha: B", "Năm sinh: 1988"))
    fields = [
        ("mother", ["Họ tên mẹ"]),
        ("mother_year", ["Năm sinh"]),
        ("father", ["Họ tên cha"]),
        ("father_year", ["Năm sinh"]),
    ]
    assigned = assign(find_labels(rows, [text for _, texts in fields for text in texts]), fields)
    assert "mother_year" not in assigned
    assert "father_year" in assigned


def test_a_label_out_of_order_is_taken_if_it_is_one_fields_alone() -> None:
    rows = rows_of(form("Quê quán: Huế", "Nơi sinh: Hà Nội", "Số định danh: 1"))
    fields = [("number", ["Số định danh"]), ("birth_place", ["Nơi sinh"]), ("home", ["Quê quán"])]
    labels = find_labels(rows, [text for _, texts in fields for text in texts])
    assert {key: labels[place].row for key, (place, _) in assign(labels, fields).items()} == {
        "number": 2,
        "birth_place": 1,
        "home": 0,
    }


def test_a_value_run_together_with_the_next_label_is_parted_from_it() -> None:
    rows = rows_of(form("Dân tộc: KinhQuốc tịch: Việt Nam"))
    assert [label.best for label in find_labels(rows, ["Dân tộc", "Quốc tịch"])] == ["Dân tộc", "Quốc tịch"]
    assert text_of(rows[0].tokens) == "Dân tộc: KinhQuốc tịch: Việt Nam"


@pytest.mark.parametrize("text", ["05/QĐ-UBND", "12/CTr-HĐND", "QyĐ", "lienhe@sohoa.example", "IPhone"])
def test_symbols_are_not_cut(text: str) -> None:
    assert [token.text for token in rows_of(form(text))[0].tokens] == [text]


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("b) Địa chỉ: Huế", "b) Địa chỉ:"),
        ("12. Địa chỉ: Huế", "12. Địa chỉ:"),
        ("12 Địa chỉ: Huế", "12 Địa chỉ:"),
        ("An 12 Địa chỉ: Huế", "Địa chỉ:"),
        ("III. Địa chỉ: Huế", "III. Địa chỉ:"),
        ("* Địa chỉ: Huế", "* Địa chỉ:"),
        ("An   2. Địa chỉ: Huế", "2. Địa chỉ:"),
        ("nhà số 2. Địa chỉ: Huế", "Địa chỉ:"),
        ("An Địa chỉ: Huế", "Địa chỉ:"),
    ],
)
def test_numbering_belongs_to_the_label_behind_it(text: str, matched: str) -> None:
    assert _found(text, "Địa chỉ") == [("Địa chỉ", matched)]


def test_what_may_be_a_short_label_is_not_taken_out_of_order() -> None:
    rows = rows_of(form("Giấy tờ: căn cước", "số 001090012345"))
    fields = [("number", ["Số"]), ("paper", ["Giấy tờ"])]
    assert set(assign(find_labels(rows, ["Số", "Giấy tờ"]), fields)) == {"paper"}


def test_what_the_engine_parted_is_one_row_again() -> None:
    reading = Reading((page([line("Nơi sinh:", 100, 100), line("Giới tính:", 100, 150), line("Hà Nội", 400, 103)]),))
    assert [text_of(row.tokens) for row in rows_of(reading)] == ["Nơi sinh: Hà Nội", "Giới tính:"]
