import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dossier.mending import mended_foreign_name, mended_text, read_value, says
from dossier.text import nfc
from dossier.values import parse_value


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("Cục Cảnh. sát quản lý hành chính", "Cục Cảnh sát quản lý hành chính"),
        ("mở cửa hàng (tại nhà", "mở cửa hàng tại nhà"),
        ("mở cửa hàng tại nhà)", "mở cửa hàng tại nhà"),
        ("vợ đã chết i hiện tại ở một mình", "vợ đã chết; hiện tại ở một mình"),
        ("Cha để", "Cha đẻ"),
        ("con để", "con đẻ"),
        ("46 m2 vỉa hè", "46 m² vỉa hè"),
    ],
)
def test_what_no_text_can_hold_is_taken_out_of_it(read: str, meant: str) -> None:
    assert mended_text(read) == meant
    assert read_value("text", read) == meant
    assert parse_value("text", read) == read


@pytest.mark.parametrize(
    "text",
    [
        "TP. Hồ Chí Minh",
        "Gửi đơn. Chờ trả lời",
        "thóc, ngô v.v. và rau",
        "a) giấy khai sinh; b) sổ hộ khẩu",
        "1) đơn; 2) bản sao (có chứng thực)",
        "theo điểm i khoản 2",
        "Đất của cha mẹ để lại",
        "Cha để lại",
        "",
    ],
)
def test_what_a_text_may_hold_stays(text: str) -> None:
    assert mended_text(text) == text


@example("22[2)")
@given(st.text(st.sampled_from("aiđẻểA .;()[]2m²"), max_size=40))
def test_mending_twice_is_mending_once(text: str) -> None:
    once = mended_text(" ".join(text.split()))
    assert mended_text(once) == once


def test_a_foreign_name_has_no_marks_that_vietnamese_alone_has() -> None:
    assert mended_foreign_name("TRE VIET CONSTRƯCTION ẠND ĐESIGN") == "TRE VIET CONSTRUCTION AND DESIGN"
    assert mended_foreign_name("Société d'Électricité à São Tomé") == "Société d'Électricité à São Tomé"


@given(st.text(st.characters(categories=["L", "M"]), max_size=20).map(nfc))
def test_a_foreign_name_loses_marks_only(text: str) -> None:
    once = mended_foreign_name(text)
    assert once == nfc(once) == mended_foreign_name(once)
    assert len(once) <= len(text)


def test_another_reading_says_the_same_if_it_means_the_same() -> None:
    assert says("text", "Cha để", "Cha đẻ")
    assert not says("text", "Mẹ để", "Cha đẻ")
    assert not says("date", "hôm qua", "2025-03-05")
