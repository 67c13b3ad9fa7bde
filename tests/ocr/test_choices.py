"""Choices made by ticking: words and boxes set by hand, in every arrangement a form may have."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from dossier.catalogue_files import load_paper_types, read_paper_type
from dossier.paper_types import PaperType
from dossier.papers import Box, Field
from ingest.workspace import dump_value
from ocr.extract import extract
from ocr.model import PageReading, Reading, TickBox
from tests.ocr.forms import CHARACTER, HEIGHT, line, page

BIRTH = load_paper_types()["birth-registration-form"]
TYPE = """
code = "request"
name_vi = "Phiếu"
name_en = "Request"
kind = "component"
version = 1
validity = "by-dossier"
legal_basis = "-"
[recognition]
stops = ["Ghi chú"]
[[fields]]
key = "copies_wanted"
name_vi = "x"
name_en = "x"
value = "choice"
labels = ["Đề nghị cấp bản sao"]
boxes = [{ label = "Có", value = "yes" }, { label = "Không", value = "no" }]
[[fields]]
key = "copies"
name_vi = "x"
name_en = "x"
value = "integer"
labels = ["Số lượng"]
[[fields]]
key = "how"
name_vi = "x"
name_en = "x"
value = "choice"
labels = ["Nhận kết quả"]
boxes = [
    { label = "Trực tiếp", value = "in_person" },
    { label = "Qua bưu điện", value = "by_post" },
    { label = "Qua bưu điện nhanh", value = "by_express" },
]
"""
SIGNS = {"□": False, "■": True, "?": None}


@pytest.fixture(scope="module")
def request_type(tmp_path_factory: pytest.TempPathFactory) -> PaperType:
    path = tmp_path_factory.mktemp("types") / "request.toml"
    path.write_text(TYPE, encoding="utf-8")
    return read_paper_type(path)


def asked(*texts: str, confidence: float = 0.98) -> Reading:
    """Return a page of lines; a sign among the words is a box: □ empty, ■ ticked, ? in doubt."""
    boxes = [
        TickBox(Box(100 + at * CHARACTER, 100 + 36 * row, 14, 16), SIGNS[sign], 0.0, confidence)
        for row, text in enumerate(texts)
        for at, sign in enumerate(text)
        if sign in SIGNS
    ]
    bare = [text.translate(str.maketrans(dict.fromkeys(SIGNS, " "))) for text in texts]
    lines = [line(text, 100, 100 + 36 * row) for row, text in enumerate(bare) if text.strip()]
    return Reading((replace(page(lines), tick_boxes=tuple(boxes)),))


def field(reading: Reading, paper_type: PaperType, key: str = "copies_wanted") -> Field | None:
    return next((f for f in extract(reading, paper_type) if f.key == key), None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Đề nghị cấp bản sao: Có ■ Không □   Số lượng: 02 bản", "yes"),
        ("Đề nghị cấp bản sao: Có □   Không ■   Số lượng:", "no"),
        ("Đề nghị cấp bản sao: ■ Có  □ Không   Số lượng: 02 bản", "yes"),
        ("Đề nghị cấp bản sao:  □ Có   ■ Không   Số lượng:", "no"),
        ("Đề nghị cấp bản sao: Không ■   Có □", "no"),
        ("Đề nghị cấp bản sao: ■ Khong   □ Co", "no"),
        ("Đề nghị cấp bản sao:        Có        ■        Không        □", "yes"),
    ],
)
def test_the_ticked_box_is_the_value_whichever_side_of_its_word_it_stands_on(
    text: str, value: str, request_type: PaperType
) -> None:
    found = field(asked(text), request_type)
    assert found is not None
    assert (found.value, found.confidence) == (value, pytest.approx(0.98))


def test_the_evidence_is_the_ticked_box_and_its_word(request_type: PaperType) -> None:
    text = "Đề nghị cấp bản sao: Có □   Không ■   Số lượng:"
    found = field(asked(text), request_type)
    assert found is not None
    assert (found.raw, found.page) == ("Không ☒", 1)
    begin, end = 100 + text.index("Không") * CHARACTER, 100 + text.index("■") * CHARACTER + 14
    assert found.box == Box(begin, 100, end - begin, HEIGHT)


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("Đề nghị cấp bản sao: Có □ Không □   Số lượng:", "Có ☐ Không ☐"),
        ("Đề nghị cấp bản sao: Có ■ Không ■   Số lượng:", "Có ☒ Không ☒"),
        ("Đề nghị cấp bản sao: ■ Có   ? Không", "Có ☒ Không ?"),
        ("Đề nghị cấp bản sao: Có ? Không □   Số lượng:", "Có ? Không ☐"),
        ("Đề nghị cấp bản sao: Có   Không   Số lượng: 02 bản", "Có ? Không ?"),
        ("Đề nghị cấp bản sao: Có   Không □", "Có ? Không ☐"),
        ("Đề nghị cấp bản sao: Có", "Có ?"),
        ("Đề nghị cấp bản sao: ■ (6   □ Kbg", "☒ ☐"),
        ("Đề nghị cấp bản sao: □      ■", "☐ ☒"),
    ],
)
def test_none_several_or_doubtful_ticks_are_for_a_person(text: str, raw: str, request_type: PaperType) -> None:
    found = field(asked(text), request_type)
    assert found is not None
    assert (found.value, found.raw) == (None, raw)
    assert found.box is not None


def test_a_tick_beside_a_box_that_was_not_found_is_uncertain(request_type: PaperType) -> None:
    found = field(asked("Đề nghị cấp bản sao: Có ■      Không      Số lượng: 02 bản"), request_type)
    assert found is not None
    assert found.value == "yes"
    assert found.confidence < request_type.review_below


def test_a_box_as_near_to_either_word_belongs_to_none(request_type: PaperType) -> None:
    found = field(asked("Đề nghị cấp bản sao: Có ■ Không"), request_type)
    assert found is not None
    assert found.value is None


def test_a_question_of_which_nothing_is_there_gives_no_field(request_type: PaperType) -> None:
    assert field(asked("Đề nghị cấp bản sao: ..........", "Ghi chú: Có ■"), request_type) is None
    assert field(asked("Có ■ Không □"), request_type) is None


def test_boxes_of_another_question_are_not_this_ones(request_type: PaperType) -> None:
    reading = asked("Đề nghị cấp bản sao: Có □ Không ■   Ghi chú: Có ■ Không □", "Không ■")
    found = field(reading, request_type)
    assert found is not None
    assert found.value == "no"


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("ticked", range(3))
def test_options_may_stand_below_each_other_and_begin_alike(
    ticked: int, *, before: bool, request_type: PaperType
) -> None:
    options = ("Trực tiếp", "Qua bưu điện", "Qua bưu điện nhanh")
    signs = ["■" if i == ticked else "□" for i in range(3)]
    rows = [f"{s} {o}" if before else f"{o:30}{s}" for s, o in zip(signs, options, strict=True)]
    found = field(asked("Nhận kết quả:", *rows, "Ghi chú: không"), request_type, "how")
    assert found is not None
    assert found.value == ("in_person", "by_post", "by_express")[ticked]
    assert found.confidence > 0.9


def test_what_an_engine_reads_in_a_tick_parts_no_box_from_its_word(request_type: PaperType) -> None:
    reading = asked("Đề nghị cấp bản sao: Có ■ Không □")
    box = reading.pages[0].tick_boxes[0].box
    mark = replace(line("X", box.x + 2, box.y), block=0)
    lines = (*reading.pages[0].lines, mark)
    found = field(Reading((replace(reading.pages[0], lines=lines),)), request_type)
    assert found is not None
    assert found.value == "yes"


@given(st.permutations(["Có", "Không"]), st.lists(st.sampled_from("□■?"), min_size=2, max_size=2), st.booleans())
def test_a_value_is_given_only_for_one_clear_tick(words: Sequence[str], signs: Sequence[str], behind: bool) -> None:  # noqa: FBT001 - drawn by hypothesis
    parts = [f"{w} {s}" if behind else f"{s} {w}" for w, s in zip(words, signs, strict=True)]
    found = field(asked("Đề nghị cấp bản sao: " + "    ".join(parts)), BIRTH)
    assert found is not None
    wanted = {"Có": "yes", "Không": "no"}[words[signs.index("■")]] if sorted(signs) == ["■", "□"] else None
    assert found.value == wanted


def test_a_stored_reading_keeps_its_boxes_and_an_older_one_has_none() -> None:
    reading = asked("Đề nghị cấp bản sao: Có ■ Không ?").pages[0]
    adapter = TypeAdapter(PageReading)
    assert adapter.validate_json(dump_value(reading)) == reading
    older = dump_value(replace(reading, tick_boxes=())).replace(b',"tick_boxes":[]', b"")
    assert b"tick_boxes" not in older
    assert adapter.validate_json(older) == replace(reading, tick_boxes=())
