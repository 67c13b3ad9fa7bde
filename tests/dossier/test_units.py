"""The catalogue of administrative units: complete, consistent, and found by every name it goes by."""

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import ConfigurationError
from dossier.identifiers import province_names
from dossier.text import fold
from dossier.units import KINDS, Level, Names, Unit, load_units
from tests.ocr.readings import decomposed, without_marks

UNITS = load_units()
FORMER, PRESENT = (UNITS.of(Level.PROVINCE, former=former) for former in (True, False))
PROVINCES = st.sampled_from(FORMER + PRESENT)


def test_the_34_provinces_were_made_of_the_63() -> None:
    assert (len(FORMER), len(PRESENT)) == (63, 34)
    assert {UNITS.now(former) for former in FORMER} == set(PRESENT)
    assert all(len(former.heirs) == 1 for former in FORMER)
    names = {p.name: sorted(f.name for f in FORMER if UNITS.now(f) == p) for p in PRESENT}
    assert sum(len(parts) == 1 for parts in names.values()) == 11
    assert names["Huế"] == ["Thừa Thiên Huế"]
    assert all(name in parts for name, parts in names.items() if name != "Huế")
    assert names["Lâm Đồng"] == ["Bình Thuận", "Lâm Đồng", "Đắk Nông"]


def test_a_present_province_has_the_code_of_one_it_was_made_of() -> None:
    codes = {present.code: {f.code for f in FORMER if UNITS.now(f) == present} for present in PRESENT}
    assert all(code in parts for code, parts in codes.items())
    assert {p.name: p.code for p in PRESENT if p.name in {"Bắc Ninh", "Gia Lai", "An Giang", "Tây Ninh"}} == {
        "Bắc Ninh": "24",
        "Gia Lai": "52",
        "Tây Ninh": "80",
        "An Giang": "91",
    }


def test_the_citizen_numbers_place_codes_are_the_former_provinces() -> None:
    assert {f"0{p.code}": p.name for p in FORMER} == {
        code: name.removeprefix("Thành phố ") for code, name in province_names().items()
    }


@pytest.mark.parametrize(
    ("day", "cities"), [("2025-07-01", 6), ("2026-04-30", 7), ("2026-09-01", 8), ("2026-09-19", 8), ("2026-09-20", 9)]
)
def test_provinces_become_cities_on_their_day(day: str, cities: int) -> None:
    assert sum(p.kind_on(dt.date.fromisoformat(day)) == "thành phố" for p in PRESENT) == cities


def test_communes_and_districts_are_all_there_each_in_its_province() -> None:
    communes, districts = UNITS.of(Level.COMMUNE, former=False), UNITS.of(Level.DISTRICT, former=True)
    assert (len(communes), len(districts)) == (3321, 696)
    assert {c.parent for c in communes} == {p.code for p in PRESENT}
    assert {d.parent for d in districts} == {p.code for p in FORMER}
    kinds = [sum(c.kind == kind for c in communes) for kind in ("xã", "phường", "đặc khu")]
    assert kinds == [2621 - 22, 687 + 22, 13]
    assert all(re.fullmatch(r"[\w\- '’.]+", u.name) for u in communes + districts)


@given(PROVINCES, st.sampled_from([str, str.upper, str.lower, fold, decomposed, without_marks]), st.booleans())
def test_every_spelling_finds_its_province(unit: Unit, damage: type[str], hyphens: bool) -> None:  # noqa: FBT001
    for text in (unit.name, *unit.spellings):
        spelled = damage(text).replace(" - ", "-" if hyphens else " ")
        found = UNITS.province_names.find(spelled)
        assert unit in found
        assert len({UNITS.now(u) for u in found}) == 1


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Hoà Bình", "Hòa Bình"),
        ("Đăk Lăk", "Đắk Lắk"),
        ("Đắc Lắc", "Đắk Lắk"),
        ("TPHCM", "Hồ Chí Minh"),
        ("Thừa Thiên - Huế", "Thừa Thiên Huế"),
        ("Bà Rịa-Vũng Tàu", "Bà Rịa - Vũng Tàu"),
        ("Điện Biêu", "Điện Biên"),
        ("Nghê Au", "Nghệ An"),
        ("Quảng Nịnh", "Quảng Ninh"),
    ],
)
def test_spellings_and_misreadings(text: str, name: str) -> None:
    assert name in {unit.name for unit in UNITS.province_names.find(text)}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tiên Giang",  # Tiền Giang or Kiên Giang
        "Xiên Giang",
        "Hà Nol",  # Hà Nội or Hà Nam
        "Thanb Hóa",  # Thanh Hóa or Khánh Hòa
        "nình Thuận",  # Ninh Thuận or Bình Thuận
        "Vĩnh Phú",  # a province of 1968 to 1996
        "Hà Tây",
        "Viêng Chăn",
    ],
)
def test_between_two_names_nothing_is_guessed(text: str) -> None:
    assert UNITS.province_names.find(text) == ()


@given(PROVINCES, st.data())
def test_a_wrong_letter_never_makes_another_province(unit: Unit, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(unit.name) - 1))
    wrong = data.draw(st.sampled_from("abcdeghiklmnopqrstuvxy"))
    found = UNITS.province_names.find(unit.name[:at] + wrong + unit.name[at + 1 :])
    assert not found or unit in found


@given(st.text(), st.booleans())
def test_any_text_can_be_asked_for(text: str, exact: bool) -> None:  # noqa: FBT001
    assert set(UNITS.province_names.find(text, exact=exact)) <= set(FORMER + PRESENT)


def _ward(number: int) -> Unit:
    return Unit(Level.COMMUNE, former=True, code=f"0000{number}", name=f"Phước Long {number}", kind="phường")


def test_digits_are_never_mended() -> None:
    names = Names(_ward(i) for i in (1, 2))
    assert [u.code for u in names.find("Phước Lonq 2")] == []
    assert [u.code for u in names.find("Phước Long 2")] == ["00002"]
    assert Names([_ward(1)]).find("Phước Long 7") == ()


EXTRA = """
[former_communes.430]
99901 = "xã Bình Lạc"
99902 = "xã Hải Lĩnh"

[replaced_by]
99901 = ["17950"]
99902 = ["17950", "17935"]
"""


def test_a_folder_adds_units_and_what_became_of_them(tmp_path: Path) -> None:
    (tmp_path / "nam-dan.toml").write_text(EXTRA, encoding="utf-8")
    units = load_units(tmp_path)
    whole, parted = units.of(Level.COMMUNE, former=True)
    assert (whole.full, whole.parent) == ("xã Bình Lạc", "430")
    now = units.now(whole)
    assert now is not None
    assert now.code == "17950"
    assert units.now(parted) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('[communes.40]\n1 = "xã A"', "'1'"),
        ('[communes.40]\n00001 = "A"', "'00001'"),
        ("[communes.40]\n00001 = 1", "'00001'"),
        ('[communes.41]\n00001 = "xã A"', "41"),
        ('[former_communes.430]\n00001 = "xã A"\n[replaced_by]\n00001 = ["00002"]', "00002"),
        ('[provinces]\n99 = { name = "A", kind = "huyện" }', "'kind'"),
        ('[provinces]\n99 = { name = "A", kind = "tỉnh", since = 2026-01-01 }', "'since'"),
        ("[wards]", "'wards'"),
        ("[", "wrong.toml"),
    ],
)
def test_a_mistake_in_a_file_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "wrong.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=re.escape(named)):
        load_units(tmp_path)


def test_a_folder_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        load_units(tmp_path / "nowhere")


def test_no_kind_is_of_two_levels_but_the_city() -> None:
    kinds = [kind for level in KINDS.values() for kind in level]
    assert {kind for kind in kinds if kinds.count(kind) > 1} == {"thành phố"}
