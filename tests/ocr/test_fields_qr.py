import datetime as dt
import unicodedata

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dossier.errors import InvalidValue
from dossier.identifiers import province_names
from dossier.papers import Box, FieldSource
from ocr.code_grids import redrawn
from ocr.qr import Code, find_codes, find_worn_codes, identity_fields, parse_identity_qr
from tests.generator.damage import Copier
from tests.generator.faults import Scanner
from tests.generator.render import Kind, PaperSpec, render
from tests.ocr.readings import clean_paper

PAYLOAD = "066187821426|336811073|Ngô Thùy Thắm|21041987|Nữ|Số 141 đường Đình Làng, phường Bình Lạc|07052022"


def _sheet(payload: str, *, size: int, at: tuple[int, int], sheet: tuple[int, int] = (900, 700)) -> NDArray[np.uint8]:
    """Return a white colour page with the code, ``size`` pixels wide, at x and y."""
    code = zxingcpp.create_barcode(payload, zxingcpp.BarcodeFormat.QRCode)
    image = cv2.resize(
        np.array(zxingcpp.write_barcode_to_image(code, scale=4)), (size, size), interpolation=cv2.INTER_AREA
    )
    page = np.full((*sheet, 3), 250, np.uint8)
    x, y = at
    page[y : y + size, x : x + size] = image[..., None]
    return page


@pytest.mark.parametrize("size", [130, 200, 400])
def test_codes_of_any_usual_size_are_found_where_they_are(size: int) -> None:
    (code,) = find_codes(_sheet(PAYLOAD, size=size, at=(150, 220)), 3)
    assert code.text == PAYLOAD
    assert code.page == 3
    assert abs(code.box.x + code.box.width / 2 - (150 + size / 2)) < 0.05 * size
    assert abs(code.box.y + code.box.height / 2 - (220 + size / 2)) < 0.05 * size
    assert 0.7 * size < code.box.width <= size


def test_blurred_turned_and_noisy_codes_are_found() -> None:
    page = _sheet(PAYLOAD, size=200, at=(250, 350))
    turned = cv2.warpAffine(page, cv2.getRotationMatrix2D((350, 450), 3, 1), (700, 900), borderValue=(250, 250, 250))
    noise = np.random.default_rng(7).normal(0, 12, turned.shape)
    noisy = np.clip(cv2.GaussianBlur(turned, (0, 0), 0.9) + noise, 0, 255).astype(np.uint8)
    assert [code.text for code in find_codes(noisy, 1)] == [PAYLOAD]


@pytest.mark.parametrize("blur", [2.2, 2.4])
def test_codes_that_lay_above_the_glass_are_found(blur: float) -> None:
    page = _sheet(PAYLOAD, size=200, at=(250, 350))
    blurred = np.asarray(cv2.GaussianBlur(page, (0, 0), blur), np.uint8)
    assert [code.text for code in find_codes(blurred, 1)] == [PAYLOAD]


@pytest.mark.parametrize(("size", "blur"), [(200, 2.8), (240, 3.2)])
def test_codes_that_are_blurred_away_are_found_where_the_page_is_grey(size: int, blur: float) -> None:
    page = _sheet(PAYLOAD, size=size, at=(150, 320), sheet=(1754, 1240))
    noise = np.random.default_rng(3).normal(0, 2, page.shape)
    blurred = np.clip(cv2.GaussianBlur(page, (0, 0), blur) + noise, 0, 255).astype(np.uint8)
    assert find_codes(blurred, 1) == ()
    (code,) = find_worn_codes(blurred, 2, 300)
    assert (code.text, code.page) == (PAYLOAD, 2)
    assert abs(code.box.x + code.box.width / 2 - (150 + size / 2)) < 0.05 * size
    assert abs(code.box.y + code.box.height / 2 - (320 + size / 2)) < 0.05 * size


@pytest.mark.parametrize("stroke", [190, 202])
def test_codes_whose_modules_a_copier_ran_together_are_drawn_anew(stroke: float) -> None:
    scanner = Scanner(mode="bilevel", copier=Copier(stroke), skew_deg=0.2)
    paper = render(PaperSpec(Kind.IDENTITY_CARD, 1, dpi=300, scanner=scanner))
    page = paper.pages[0]
    assert find_codes(page.image, 1) == ()
    (code,) = find_worn_codes(page.image, 2, 300)
    assert {f.key: f.value for f in identity_fields(code)} == {
        key: value for key, value in paper.fields.items() if value
    }
    (mark,) = (mark for mark in page.marks if mark.kind == "qr")
    x, y, width, height = page.box(mark.rect)
    assert code.box.x <= x + width / 10
    assert code.box.y <= y + height / 10
    assert code.box.right >= x + 0.9 * width
    assert code.box.bottom >= y + 0.9 * height


def test_what_is_no_code_is_not_drawn_anew() -> None:
    assert list(redrawn(np.full((200, 200), 255, np.uint8))) == []
    noise = np.random.default_rng(5).integers(0, 255, (220, 220))
    assert list(redrawn(np.asarray(noise, np.uint8))) == []


def test_where_there_is_no_code_none_is_found_in_a_blur() -> None:
    page = np.full((900, 700), 240, np.uint8)
    assert find_worn_codes(page, 1, 300) == ()
    page[200:420, 200:420] = np.random.default_rng(1).integers(0, 255, (220, 220))
    assert find_worn_codes(page, 1, 300) == ()
    assert find_worn_codes(page[:1, :1], 1, 300) == ()


def test_grey_pages_are_read_and_pages_without_code_give_none() -> None:
    page = _sheet(PAYLOAD, size=200, at=(250, 350))
    assert len(find_codes(cv2.cvtColor(page, cv2.COLOR_BGR2GRAY), 1)) == 1
    assert find_codes(np.full((300, 300, 3), 255, np.uint8), 1) == ()


def test_the_code_of_a_generated_card_says_what_the_card_says() -> None:
    paper = clean_paper(Kind.IDENTITY_CARD, 1)
    codes = find_codes(np.ascontiguousarray(paper.pages[0].image[..., ::-1]), 1)
    values = {f.key: f.value for code in codes for f in identity_fields(code)}
    assert values == {key: value for key, value in paper.fields.items() if value}


names = st.lists(st.sampled_from(["Nguyễn", "Thị", "Đỗ", "Ánh", "Ngọc", "Y", "Hưởng"]), min_size=2, max_size=5)
added = st.lists(st.sampled_from(["", "Lê Văn Ba", "Trần Thị Tư", "15", "01012020"]), max_size=5)

KEYS = ("citizen_number", "old_identity_number", "full_name", "birth_date", "sex", "residence", "issued_on")
SPOILT = {
    "citizen_number": ["", "06618782142", "0661878214260", "003187821426", "O66187"],
    "old_identity_number": ["33681", "3368110731", "không"],
    "full_name": ["", "Thắm", "Ngô 7hắm", "21041987"],
    "birth_date": ["", "210487", "1987-04-21", "21/04/1987", "31021987", "00041987", "21131987", "21040987", "2104198"],
    "sex": ["", "X", "Nam Nữ", "0"],
    "residence": ["", "-", "141"],
    "issued_on": ["", "070522", "2022-05-07", "30022022", "07052922"],
}
"""What cannot stand in a part of the payload."""


@st.composite
def payloads(draw: st.DrawFn) -> list[str]:
    """Draw the seven parts of an invented person's card."""
    birth = draw(st.dates(dt.date(1900, 1, 1), dt.date(2020, 12, 31)))
    issued = draw(st.dates(dt.date(2021, 1, 1), dt.date(2026, 1, 1)))
    sex = draw(st.sampled_from(["Nam", "Nữ"]))
    century = 2 * (birth.year // 100 - 19) + (sex == "Nữ")
    place, rest = draw(st.sampled_from(sorted(province_names()))), draw(st.from_regex(r"[0-9]{6}", fullmatch=True))
    return [
        f"{place}{century}{birth.year % 100:02}{rest}",
        draw(st.just("") | st.from_regex(r"[0-9]{9}", fullmatch=True)),
        " ".join(draw(names)),
        f"{birth:%d%m}{birth.year}",
        sex,
        draw(st.sampled_from(["Xã Bình Lạc, tỉnh Đắk Lắk", "Số 141 đường Đình Làng, phường Bình Lạc"])),
        f"{issued:%d%m%Y}",
    ]


@given(payloads(), added)
def test_payloads_of_seven_and_more_parts_are_read(parts: list[str], more: list[str]) -> None:
    card = parse_identity_qr("|".join(parts + more))
    number, old, name, birth, sex, residence, issued = parts
    assert (card.citizen_number, card.old_identity_number) == (number, old or None)
    assert (card.full_name, card.residence) == (name, residence)
    assert (f"{card.birth_date:%d%m%Y}", f"{card.issued_on:%d%m%Y}") == (birth, issued)
    assert card.sex == {"Nam": "male", "Nữ": "female"}[sex]
    assert ("old_identity_number" in card.as_values()) == bool(old)
    assert card == parse_identity_qr("|".join(parts))


@given(payloads(), added)
def test_spaces_line_ends_and_decomposed_letters_make_no_difference(parts: list[str], more: list[str]) -> None:
    payload = "|".join(parts + more)
    wanted = parse_identity_qr(payload)
    assert parse_identity_qr(unicodedata.normalize("NFD", payload)) == wanted
    assert parse_identity_qr(" | ".join(parts + more) + "\r\n") == wanted


@given(payloads(), added, st.data())
def test_one_spoilt_part_is_named_and_not_quoted(parts: list[str], more: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(KEYS) - 1))
    spoilt = data.draw(st.sampled_from(SPOILT[KEYS[at]]))
    with pytest.raises(InvalidValue) as refusal:
        parse_identity_qr("|".join([*parts[:at], spoilt, *parts[at + 1 :], *more]))
    assert refusal.value.details["key"] == KEYS[at]
    told = refusal.value.text_vi + refusal.value.text_en
    assert not any(part and part in told for part in parts if len(part) > 3)


@given(payloads(), st.integers(0, 6))
def test_fewer_than_seven_parts_are_no_card(parts: list[str], count: int) -> None:
    with pytest.raises(InvalidValue) as refusal:
        parse_identity_qr("|".join(parts[:count]))
    assert refusal.value.details["key"] == "qr"


@given(payloads(), added)
def test_fields_of_a_code_are_its_own_parts(parts: list[str], more: list[str]) -> None:
    fields = identity_fields(Code("|".join(parts + more), Box(1, 2, 3, 4), 1))
    raws = dict(zip(KEYS, parts, strict=True))
    assert {f.key: f.raw for f in fields} == {key: raw for key, raw in raws.items() if raw}


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        ("", "qr"),
        ("https://example.invalid/", "qr"),
        (PAYLOAD.rsplit("|", 1)[0], "qr"),
        (PAYLOAD.replace("066187821426", "06618782142"), "citizen_number"),
        (PAYLOAD.replace("336811073", "33681"), "old_identity_number"),
        (PAYLOAD.replace("Ngô Thùy Thắm", ""), "full_name"),
        (PAYLOAD.replace("21041987", "31021987"), "birth_date"),
        (PAYLOAD.replace("21041987", "1987-04-21"), "birth_date"),
        (PAYLOAD.replace("Nữ", "X"), "sex"),
        (PAYLOAD.replace("07052022", ""), "issued_on"),
    ],
)
def test_other_payloads_are_refused_naming_the_part(payload: str, key: str) -> None:
    with pytest.raises(InvalidValue) as refusal:
        parse_identity_qr(payload)
    assert refusal.value.details["key"] == key


@given(st.text(max_size=120))
def test_any_payload_is_a_card_or_refused(payload: str) -> None:
    with pytest.raises(InvalidValue):
        parse_identity_qr(payload)


def test_fields_of_a_code_carry_their_evidence() -> None:
    fields = identity_fields(Code(PAYLOAD, Box(1, 2, 3, 4), 2))
    assert {(f.source, f.confidence, f.page, f.box) for f in fields} == {(FieldSource.QR, 1.0, 2, Box(1, 2, 3, 4))}
    assert {f.key: f.raw for f in fields}["birth_date"] == "21041987"
