"""Addresses are taken apart without inventing anything, and read through the damage a recognizer does."""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.addresses import Address, Part, parse_address
from dossier.text import fold
from dossier.units import Level, Unit, load_units
from tests.generator.chance import seeded
from tests.generator.fonts import Subset
from tests.generator.papers.layout import local_commune
from tests.ocr.readings import decomposed, letters_swapped, marks_swapped, without_marks

UNITS = load_units()
BEFORE, SINCE = dt.date(2020, 3, 5), dt.date(2026, 3, 5)
FORMER, PRESENT = (UNITS.of(Level.PROVINCE, former=former) for former in (True, False))


def parts(text: str, issued_on: dt.date | None = None) -> tuple[str | None, ...]:
    """Return detail, commune, district, province, province now: names, with codes where known."""
    address = parse_address(text, UNITS, issued_on=issued_on)
    now = address.province_now
    told = [_told(part) for part in (address.commune, address.district, address.province)]
    return (address.detail, *told, f"{now.name} {now.code}" if now else None)


def _told(part: Part | None) -> str | None:
    if part is None:
        return None
    return f"{part.name} {part.unit.code}" if part.unit else part.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Số 12, tổ 3, phường Bình Lạc, thành phố Vinh, tỉnh Nghệ An",
            ("Số 12, tổ 3", "phường Bình Lạc", "thành phố Vinh 412", "Nghệ An 40", "Nghệ An 40"),
        ),
        (
            "thôn Quýt, xã Tân Lĩnh, huyện Yên Dũng, tỉnh Bắc Giang",
            ("thôn Quýt", "xã Tân Lĩnh", "huyện Yên Dũng", "Bắc Giang 24", "Bắc Ninh 24"),
        ),
        ("xã Tân Lĩnh, tỉnh Bắc Ninh", (None, "xã Tân Lĩnh", None, "Bắc Ninh", "Bắc Ninh 24")),
        ("P.5, Q.10, TP.HCM", (None, "phường 5", "quận 10 771", "Hồ Chí Minh 79", "Hồ Chí Minh 79")),
        ("P5, Q10, TPHCM", (None, "phường 5", "quận 10 771", "Hồ Chí Minh 79", "Hồ Chí Minh 79")),
        (
            "TT. Bãi Mới, H. Nam Đàn, T. Nghệ An, Việt Nam",
            (None, "thị trấn Bãi Mới", "huyện Nam Đàn 430", "Nghệ An 40", "Nghệ An 40"),
        ),
        (
            "X. Hải Lĩnh, TX. Sơn Tây, Hà Nội",
            (None, "xã Hải Lĩnh", "thị xã Sơn Tây 269", "Hà Nội 01", "Hà Nội 01"),
        ),
        (
            "xã Hải Lĩnh - huyện Nam Đàn - tỉnh Nghệ An",
            (None, "xã Hải Lĩnh", "huyện Nam Đàn 430", "Nghệ An 40", "Nghệ An 40"),
        ),
        (
            "Thôn Quýt xã Hải Lĩnh thị xã Sơn Tây thành phố Hà Nội",
            ("Thôn Quýt", "xã Hải Lĩnh", "thị xã Sơn Tây 269", "Hà Nội 01", "Hà Nội 01"),
        ),
        ("Thôn Quýt. Xã Hải Lĩnh. tinh Nghệ An", ("Thôn Quýt", "Xã Hải Lĩnh", None, "Nghệ An 40", "Nghệ An 40")),
        ("Km 5 Tỉnh lộ 10, xã Bãi, Cà Mau", ("Km 5 Tỉnh lộ 10", "xã Bãi", None, "Cà Mau 96", "Cà Mau 96")),
        (
            "Phuong Binh Lac, Thanh pho Vinh, Tinh Nghe An",
            (None, "phường Binh Lac", "thành phố Vinh 412", "Nghệ An 40", "Nghệ An 40"),
        ),
        (
            "phường Bãi, thành phố Huế, tỉnh Thừa Thiên - Huế",
            (None, "phường Bãi", "thành phố Huế", "Thừa Thiên Huế 46", "Huế 46"),
        ),
        ("Bà Rịa-Vũng Tàu", (None, None, None, "Bà Rịa - Vũng Tàu 77", "Hồ Chí Minh 79")),
        ("Phương Trung, Thanh Oai, Hà Nội", ("Phương Trung, Thanh Oai", None, None, "Hà Nội 01", "Hà Nội 01")),
        ("thành phố Hòa Bình", (None, None, "thành phố Hòa Bình", None, None)),
        ("xã Hải Lĩnh, tỉnh Vĩnh Phú", (None, "xã Hải Lĩnh", None, None, None)),
        ("xã Hải Lĩnh", (None, "xã Hải Lĩnh", None, None, None)),
        ("Yên Bài", ("Yên Bài", None, None, None, None)),
        ("Thôn Quýt, Yên Bài", ("Thôn Quýt, Yên Bài", None, None, None, None)),
        ("Thôn Quýt, Yên Bai", ("Thôn Quýt", None, None, "Yên Bái 15", "Lào Cai 15")),
        ("Yên Bái", (None, None, None, "Yên Bái 15", "Lào Cai 15")),
        ("TPHCM", (None, None, None, "Hồ Chí Minh 79", "Hồ Chí Minh 79")),
        ("tỉnh", ("tỉnh", None, None, None, None)),
        ("Việt Nam", ("Việt Nam", None, None, None, None)),
        (" ,; ", (None, None, None, None, None)),
    ],
)
def test_addresses_are_taken_apart(text: str, expected: tuple[str | None, ...]) -> None:
    found = parts(text)
    assert tuple(part and part.lower() for part in found) == tuple(part and part.lower() for part in expected)
    assert parts(decomposed(text)) == found


@pytest.mark.parametrize(
    ("issued_on", "expected"),
    [
        (BEFORE, (None, None, "quận Hải Châu 492", "Đà Nẵng 48", "Đà Nẵng 48")),
        (SINCE, ("Hải Châu", None, None, "Đà Nẵng 48", "Đà Nẵng 48")),
        (None, ("Hải Châu", None, None, "Đà Nẵng 48", "Đà Nẵng 48")),
    ],
)
def test_a_part_without_unit_word_is_known_only_if_it_can_be_nothing_else(
    issued_on: dt.date | None, expected: tuple[str | None, ...]
) -> None:
    assert parts("Hải Châu, Đà Nẵng", issued_on) == expected


@pytest.mark.parametrize(("issued_on", "code"), [(BEFORE, "27"), (SINCE, "24"), (None, None)])
def test_a_name_that_lasted_has_the_code_of_the_papers_time(issued_on: dt.date | None, code: str | None) -> None:
    province = parse_address("tỉnh Bắc Ninh", UNITS, issued_on=issued_on).province
    assert province is not None
    assert (province.unit.code if province.unit else None) == code


def test_a_present_commune_is_found_also_by_the_kind_it_had() -> None:
    for text in ("xã Lộc Ninh, tỉnh Đồng Nai", "P. Lộc Ninh, TP. Đồng Nai"):
        commune = parse_address(text, UNITS, issued_on=SINCE).commune_now
        assert commune is not None
        assert (commune.full, commune.code) == ("phường Lộc Ninh", "25270")
    assert parse_address("xã Lộc Ninh, tỉnh Đồng Nai", UNITS, issued_on=BEFORE).commune_now is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("xã Thạnh An, thành phố Hồ Chí Minh", "27676"),
        ("xã Thanh An, thành phố Hồ Chí Minh", "25807"),
        ("xa Thanh An, thanh pho Ho Chi Minh", None),  # either of the two
        ("phường Tan Thanh, tỉnh Lạng Sơn", None),  # xã Tân Thành, or phường Tam Thanh misread
    ],
)
def test_of_communes_alike_the_one_with_the_printed_marks_is_meant(text: str, code: str | None) -> None:
    now = parse_address(text, UNITS, issued_on=SINCE).commune_now
    assert (now.code if now else None) == code


def test_a_former_commune_leads_to_the_present_one_where_a_province_says_so(tmp_path: Path) -> None:
    content = '[former_communes.430]\n99901 = "xã Bình Lạc"\n[replaced_by]\n99901 = ["17935"]\n'
    (tmp_path / "nam-dan.toml").write_text(content, encoding="utf-8")
    units = load_units(tmp_path)
    for text in ("xã Bình Lạc, huyện Nam Đàn, tỉnh Nghệ An", "Bình Lạc, Nam Đàn, Nghệ An"):
        address = parse_address(text, units, issued_on=BEFORE)
        assert address.commune is not None
        assert address.commune.unit is not None
        assert address.commune.unit.code == "99901"
        assert address.commune_now is not None
        assert address.commune_now.full == "xã Nam Đàn"


_WORDS = st.sampled_from(
    ["xã", "P.", "phường", "huyện", "TP.", "tỉnh", "T.", "Thị xã", "thanh pho", "số 3", ",", " - ", ".", "Hòa", "Bình"]
    + [unit.name for unit in FORMER]
)
_TEXTS = st.text() | st.lists(_WORDS | st.text(max_size=5), max_size=12).map(" ".join)


@given(_TEXTS, st.sampled_from([BEFORE, SINCE, None]))
def test_parts_are_pieces_of_any_text_and_reading_them_again_changes_nothing(
    text: str, issued_on: dt.date | None
) -> None:
    address = parse_address(text, UNITS, issued_on=issued_on)
    for part in _printed(address):
        assert fold(part) in fold(text)
    assert parse_address(address.printed, UNITS, issued_on=issued_on) == address


def _printed(address: Address) -> list[str]:
    inner = [part.printed for part in (address.commune, address.district, address.province) if part]
    return inner + [address.detail] * (address.detail is not None)


@given(st.sampled_from(FORMER + PRESENT), st.sampled_from(["xã Bãi, tỉnh {}", "Bãi, {}", "X. Bãi, T. {}"]))
def test_every_spelling_of_every_province_is_found_in_an_address(unit: Unit, form: str) -> None:
    for text in (unit.name, *unit.spellings):
        assert parse_address(form.format(text), UNITS).province_now == UNITS.now(unit)


def word_by_word(damage: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: " ".join(damage(word) for word in text.split())


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (str, 1.0),
        (decomposed, 1.0),
        (str.upper, 1.0),
        (word_by_word(without_marks), 1.0),
        (marks_swapped(1), 0.98),
        (marks_swapped(2, 0.15), 0.98),
        (letters_swapped(3), 0.94),
        (letters_swapped(4, 0.1), 0.85),
        (lambda text: text.replace(",", ""), 1.0),
        (lambda text: text.replace(",", "."), 1.0),
    ],
)
@pytest.mark.parametrize("subset", ["dev", "test"])
def test_provinces_are_read_through_damage_or_not_at_all(
    damage: Callable[[str], str], found: float, subset: Subset
) -> None:
    rng, told = seeded("addresses", subset), Counter[str]()
    for _ in range(200):
        commune = local_commune(rng, subset)
        printed = damage(commune.invent_address(rng))
        before = next(p for p in FORMER if f"0{p.code}" == commune.province_code)
        now = parse_address(printed, UNITS).province_now
        told["none" if now is None else "right" if now == UNITS.now(before) else "wrong"] += 1
    assert told["wrong"] == 0
    assert told["right"] >= found * 200
