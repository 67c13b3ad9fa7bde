import datetime as dt
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from PIL import Image, ImageDraw, ImageFont

from dossier.catalogue_files import load_paper_types, read_paper_type
from dossier.checks import check
from dossier.identifiers import Sex
from dossier.mrz import parse_mrz
from dossier.paper_types import PaperType
from dossier.papers import Box, Field, FieldSource
from ocr.ctc import CtcReader
from ocr.extract import extract
from ocr.model import Line, Reading, Word
from ocr.mrz import find_machine_lines, mrz_fields
from ocr.qr import Code
from ocr.reader import read_page
from tests.dossier.machine_lines import TODAY, Person, card, passport, persons
from tests.generator.fonts import Family, font_file
from tests.ocr.forms import HEIGHT, PITCH, form, line, page

TYPES = load_paper_types(on=TODAY)
LAN = Person("001190012345", "LE", "THI LAN", dt.date(1990, 3, 5), Sex.FEMALE, dt.date(2030, 3, 5))

PASSPORT = """
code = "passport"
name_vi = "Hộ chiếu"
name_en = "Passport"
kind = "component"
version = 1
validity = "field:expires_on"
legal_basis = "Luật 49/2019/QH14"

[recognition]
code_form = "mrz"
"""
FIELD = '[[fields]]\nkey = "{key}"\nname_vi = "{key}"\nname_en = "{key}"\nvalue = "{value}"\nlabels = ["{label}"]\n'


@pytest.fixture
def passport_type(tmp_path: Path) -> PaperType:
    fields = [("full_name", "person_name", "Họ và tên"), ("passport_number", "owner_number", "Số hộ chiếu"),
              ("birth_date", "date", "Ngày sinh"), ("expires_on", "date", "Có giá trị đến")]  # fmt: skip
    path = tmp_path / "passport.toml"
    path.write_text(PASSPORT + "".join(FIELD.format(key=k, value=v, label=label) for k, v, label in fields))
    return read_paper_type(path)


def _values(fields: tuple[Field, ...]) -> dict[str, str | None]:
    return {f.key: f.value for f in fields}


@given(persons())
def test_lines_of_a_card_are_found_among_others_whatever_their_order(person: Person) -> None:
    texts = ["Đặc điểm nhân dạng / Personal identification", "CỤC TRƯỞNG CỤC CẢNH SÁT", *card(person)]
    lines = [line(text, 100, 100 + i * PITCH, block=i) for i, text in enumerate(texts)]
    (found,) = find_machine_lines(Reading((page([]), page(lines[::-1], number=2))), today=TODAY)
    assert (found.mrz.citizen_number, found.page, found.lines) == (person.number, 2, tuple(card(person)))
    assert [box.y for box in found.boxes] == [100 + i * PITCH for i in (2, 3, 4)]


def test_lines_in_pieces_are_joined() -> None:
    upper, middle, lower = card(LAN)
    lines = [
        line(upper[14:], 300, 103),
        line(upper[:14], 100, 100),
        line(middle[:15], 100, 136),
        line(middle[15:], 300, 134),
        line(lower, 100, 172),
    ]
    (found,) = find_machine_lines(Reading((page(lines),)), today=TODAY)
    assert found.mrz.citizen_number == LAN.number
    assert found.boxes[0].x == 100
    assert found.boxes[0].right > 300


def test_what_the_engine_read_counts_not_what_the_spelling_repair_made_of_it() -> None:
    *others, last = form(*card(LAN)).pages[0].lines
    (word,) = last.words
    parted = tuple(Word(text, word.box, word.confidence, read_as=word.text) for text in ("LÊ", "THỊ LAN"))
    (found,) = find_machine_lines(Reading((page([*others, Line(parted)]),)), today=TODAY)
    assert found.mrz.full_name == "LE THI LAN"


def test_two_documents_on_a_page_are_two() -> None:
    found = find_machine_lines(form(*card(LAN), "Bản sao", *passport(LAN, "C1234567")), today=TODAY)
    assert [(f.mrz.citizen_number, f.mrz.document_number) for f in found] == [
        (LAN.number, LAN.number[3:]),
        (None, "C1234567"),
    ]


def test_lines_with_a_wrong_check_digit_or_without_company_are_no_evidence() -> None:
    upper, middle, lower = card(LAN)
    assert find_machine_lines(form(upper, middle.replace("9003", "9008", 1), lower), today=TODAY) == ()
    assert find_machine_lines(form(upper, middle), today=TODAY) == ()
    assert find_machine_lines(form("IDVNM LÀ MÃ CỦA VIỆT NAM", "P<VNM", "."), today=TODAY) == ()


def test_fields_carry_their_own_characters_and_place() -> None:
    (found,) = find_machine_lines(form(*card(LAN)), today=TODAY)
    fields = {f.key: f for f in mrz_fields(found)}
    assert {key: (f.value, f.raw) for key, f in fields.items()} == {
        "citizen_number": ("001190012345", "001190012345"),
        "full_name": ("LE THI LAN", "LE<<THI<LAN"),
        "birth_date": ("1990-03-05", "900305"),
        "sex": ("female", "F"),
        "nationality": ("Việt Nam", "VNM"),
        "expires_on": ("2030-03-05", "300305"),
    }
    assert {f.source for f in fields.values()} == {FieldSource.MRZ}
    assert fields["birth_date"].box == Box(100, 100 + PITCH, 300, HEIGHT)
    assert {key for key, f in fields.items() if f.confidence < 1} == {"full_name", "nationality"}


def test_fields_of_passports_tell_the_number_and_foreign_names_are_as_sure_as_they_are_read() -> None:
    (found,) = find_machine_lines(form(*passport(LAN, "C1234567", personal="123456789", sex=Sex.FEMALE)), today=TODAY)
    fields = {f.key: f for f in mrz_fields(found)}
    assert {key: f.raw for key, f in fields.items()} == {
        "passport_number": "C1234567",
        "old_identity_number": "123456789",
        "full_name": "LE<<THI<LAN",
        "birth_date": "900305",
        "sex": "F",
        "nationality": "VNM",
        "expires_on": "300305",
    }
    (foreign,) = find_machine_lines(form(*passport(LAN, "X12", state="UTO", sex=None)), today=TODAY)
    fields = {f.key: f for f in mrz_fields(foreign)}
    assert set(fields) == {"passport_number", "full_name", "birth_date", "expires_on"}
    assert fields["full_name"].confidence == pytest.approx(0.95)


def _labelled(number: str, name: str = "LÊ THỊ LAN") -> list[str]:
    return [f"Số / No.: {number}", f"Họ và tên / Full name: {name}", "Giới tính / Sex: Nữ"]


def test_a_card_is_read_from_its_lines_where_they_know_more_and_from_its_print_for_the_name() -> None:
    fields = extract(form(*_labelled("001190012345"), *card(LAN)), TYPES["identity-card"])
    assert {f.key: (f.value, f.source) for f in fields} == {
        "citizen_number": ("001190012345", FieldSource.MRZ),
        "full_name": ("LÊ THỊ LAN", FieldSource.OCR),
        "birth_date": ("1990-03-05", FieldSource.MRZ),
        "sex": ("female", FieldSource.MRZ),
    }


def test_print_that_contradicts_the_lines_follows_them_and_is_reported() -> None:
    fields = extract(form(*_labelled("001190012346"), *card(LAN)), TYPES["identity-card"])
    numbers = [(f.value, f.source) for f in fields if f.key == "citizen_number"]
    assert numbers == [("001190012345", FieldSource.MRZ), ("001190012346", FieldSource.OCR)]
    findings = check(TYPES["identity-card"], fields, owner=None, today=TODAY)
    assert ("lines-contradict-print", "citizen_number") in {(f.code, f.field) for f in findings}


def test_the_qr_code_comes_before_the_lines() -> None:
    text = "001190012345||Lê Thị Lan|05031990|Nữ|Xã Bình Lạc, tỉnh Đắk Lắk|07052022"
    fields = extract(form(*card(LAN)), TYPES["identity-card"], (Code(text, Box(0, 0, 9, 9), 1),))
    assert {f.source for f in fields} == {FieldSource.QR}
    other = text.replace("05031990", "06031990")
    fields = extract(form(*card(LAN)), TYPES["identity-card"], (Code(other, Box(0, 0, 9, 9), 1),))
    births = [(f.value, f.source) for f in fields if f.key == "birth_date"]
    assert births == [("1990-03-06", FieldSource.QR), ("1990-03-05", FieldSource.MRZ)]
    findings = check(TYPES["identity-card"], fields, owner=None, today=TODAY)
    assert ("lines-contradict-code", "birth_date") in {(f.code, f.field) for f in findings}


def test_the_lines_of_a_card_copied_onto_another_paper_are_not_that_papers_data() -> None:
    fields = extract(form("Họ, chữ đệm, tên: LÊ VĂN ANH", *card(LAN)), TYPES["birth-certificate"])
    assert FieldSource.MRZ not in {f.source for f in fields}


def test_a_passport_declares_its_lines_and_keeps_an_unmarked_name_doubtful(passport_type: PaperType) -> None:
    fields = extract(form("PASSPORT", *passport(LAN, "C1234567", sex=Sex.FEMALE)), passport_type)
    assert _values(fields) == {
        "full_name": "LE THI LAN",
        "passport_number": "C1234567",
        "birth_date": "1990-03-05",
        "expires_on": "2030-03-05",
    }
    findings = check(passport_type, fields, owner=None, today=TODAY)
    assert ("field-uncertain", "full_name") in {(f.code, f.field) for f in findings}


@pytest.mark.parametrize("size", [28, 42])
def test_lines_printed_on_paper_are_read_by_our_own_reader(size: int) -> None:
    """The grain and blur of a scan; characters as large as on cards at 200 and 300 dpi."""
    documents = (card(LAN), passport(LAN, "C1234567", personal=LAN.number, sex=Sex.FEMALE))
    sheet = Image.new("L", (1400, 700), 242)
    draw, font = ImageDraw.Draw(sheet), ImageFont.truetype(str(font_file(Family.LIBERATION_MONO)), size)
    for i, text in enumerate([*documents[0], "", *documents[1]]):
        draw.text((100, 80 + 2 * size * i), text, font=font, fill=40)
    grain = np.random.default_rng(7).normal(0, 8, (700, 1400))
    scan = np.clip(cv2.GaussianBlur(np.array(sheet), (0, 0), 0.9) + grain, 0, 255).astype(np.uint8)
    master = cv2.cvtColor(scan, cv2.COLOR_GRAY2BGR).astype(np.uint8)
    reading = Reading((read_page(master, number=1, dpi=300, engine=CtcReader()),))
    found = find_machine_lines(reading, today=TODAY)
    assert [f.mrz for f in found] == [parse_mrz(lines, today=TODAY) for lines in documents]
