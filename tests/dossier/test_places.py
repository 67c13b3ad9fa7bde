import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.identifiers import province_names
from dossier.mending import read_value
from dossier.places import mended_place
from dossier.text import fold
from dossier.values import parse_value
from tests.generator.chance import seeded
from tests.generator.places import Commune


@pytest.mark.parametrize(
    ("read", "spelled"),
    [
        ("Xã Bình Lạc thành phố Cần Thơ", "Xã Bình Lạc, thành phố Cần Thơ"),
        ("Thộn Hạ, xã Bình Lạc, tỉnh Đắk Lắk", "Thôn Hạ, xã Bình Lạc, tỉnh Đắk Lắk"),
        ("Số 12 dường Chợ, tổ dân phố 3, phường Bình Lạc", "Số 12 đường Chợ, tổ dân phố 3, phường Bình Lạc"),
        ("Xóm 5 xã Bình Lạc tỉnh Thái Bình", "Xóm 5, xã Bình Lạc, tỉnh Thái Bình"),
        ("phường Bình Lạc., tỉnh Nữm Định", "phường Bình Lạc, tỉnh Nam Định"),
        ("Xã Bình Lạc, tỉnh Bà Rịa–Vũng Tàu", "Xã Bình Lạc, tỉnh Bà Rịa - Vũng Tàu"),
        ("Ởy ban nhôn dân xã Bình Lạc", "Ủy ban nhân dân xã Bình Lạc"),
        ("ỦY BAN NHAN DÂN PHƯỜNG BÌNH LẠC", "ỦY BAN NHÂN DÂN PHƯỜNG BÌNH LẠC"),
        ("Số 7 đường Ao Sen, to 2 dân phố 7, phường Bình Lạc", "Số 7 đường Ao Sen, tổ dân phố 7, phường Bình Lạc"),
        ("Số 7 đường Ao Sen, tổ dân phố 7 1 phường Bình Lạc", "Số 7 đường Ao Sen, tổ dân phố 7, phường Bình Lạc"),
        ("Xóm 8; xã Bình Lạc, tỉnh Thái Bình", "Xóm 8, xã Bình Lạc, tỉnh Thái Bình"),
        ("tổ dân phố 11. phường Bình Lạc, tỉnh Thái Bình", "tổ dân phố 11, phường Bình Lạc, tỉnh Thái Bình"),
        ("xã Bình (Lạc, tỉnh Thái Bình", "xã Bình Lạc, tỉnh Thái Bình"),
        ("Quận 3,thành phố Hồ Chí Mịnh", "Quận 3, thành phố Hồ Chí Minh"),
    ],
)
def test_what_recognizers_do_to_addresses_is_undone(read: str, spelled: str) -> None:
    assert read_value("place", read) == spelled


@pytest.mark.parametrize(
    "text",
    [
        "Công an tỉnh Hà Tĩnh",
        "UBND xã Bình Lạc",
        "thành phố Hà Tiên, tỉnh Kiên Giang",
        "Cục Cảnh sát quản lý hành chính về trật tự xã hội",
        "Trung tâm y tế khu vực Bình Lạc, phường Bình Lạc",
        "Số 4 phố Hàng Quạt",
        "TP. Hồ Chí Minh",
        "xã Bình Lạc, tỉnh Vĩnh Phú",
    ],
)
def test_what_is_right_stays(text: str) -> None:
    assert mended_place(text) == text


def test_addresses_of_all_provinces_stay_as_they_are() -> None:
    rng = seeded("places")
    for _ in range(500):
        address = Commune.invent(rng).invent_address(rng)
        assert mended_place(address) == address


@pytest.mark.parametrize("province", sorted({name.removeprefix("Thành phố ") for name in province_names().values()}))
def test_a_province_without_its_marks_gets_them_back(province: str) -> None:
    bare = " ".join(word.capitalize() for word in fold(province).split())
    assert mended_place(f"Xã Bình Lạc, tỉnh {bare}") == f"Xã Bình Lạc, tỉnh {province}"


@given(st.text(st.sampled_from("aăâbcdđeêhinoôơtuưyĐXTPÂáàảãạ ,.-–123"), max_size=60))
def test_mending_twice_is_mending_once(text: str) -> None:
    once = mended_place(" ".join(text.split()))
    assert mended_place(once) == once


def test_what_a_person_types_or_a_code_says_is_not_mended() -> None:
    assert parse_value("place", "Thộn Hạ xã Bình Lạc") == "Thộn Hạ xã Bình Lạc"
    assert parse_value("person_name", "Nguyển Thị An") == "Nguyển Thị An"
