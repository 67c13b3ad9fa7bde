import datetime as dt
from pathlib import Path

import pytest

from dossier.catalogue_files import load_paper_types
from dossier.identifiers import Sex
from dossier.papers import Box
from ocr.classify import classify, clear, likelihood
from ocr.model import Reading
from ocr.qr import Code
from tests.dossier.machine_lines import Person, card, passport
from tests.dossier.test_adding_a_type import example_of_the_guide
from tests.generator.render import Kind
from tests.ocr.forms import form, line, page
from tests.ocr.readings import clean_paper, decomposed, letters_swapped, reading_of, without_marks

TYPES = load_paper_types()
CARD = "066187821426||Ngô Thùy Thắm|21041987|Nữ|Phường Bình Lạc, tỉnh Đắk Lắk|07052022"


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TABLE])
@pytest.mark.parametrize("seed", range(4))
def test_papers_are_told_apart_whatever_is_misread(kind: Kind, seed: int) -> None:
    paper = clean_paper(kind, seed)
    for damage in (str, decomposed, without_marks, letters_swapped(seed)):
        found = classify(reading_of(paper, damage), TYPES)
        assert found.code == paper.paper_type
        assert 0.5 <= found.confidence <= 1
        # Of a well-read paper nobody is asked what it is.
        assert damage is not str or found.confidence >= TYPES[found.code].review_below or found.code == "other"


def test_a_title_with_its_phrases_is_surer_than_a_title_alone() -> None:
    alone = classify(form("GIẤY KHAI SINH", "Một tờ giấy"), TYPES)
    whole = classify(reading_of(clean_paper(Kind.BIRTH_CERTIFICATE, 0)), TYPES)
    assert alone.code == whole.code == "birth-certificate"
    assert alone.confidence < whole.confidence
    assert "GIẤY KHAI SINH" in whole.evidence


def test_a_title_inside_a_sentence_is_none() -> None:
    assert classify(form("Tôi xin cấp lại giấy khai sinh và quyết định", "đã thất lạc."), TYPES).code == "other"


def test_a_title_is_not_found_in_words_that_look_alike() -> None:
    assert classify(form("PHIẾU ĐĂNG KÝ SỬ DỤNG HỘI TRƯỜNG", "Kính gửi: Văn phòng"), TYPES).code == "other"
    assert classify(form("GIẤY CHỨNG NHẬN", "Hoàn thành khóa học", "Cấp cho: LÊ THỊ ÁNH"), TYPES).code == "other"


def test_a_title_at_the_foot_of_the_page_is_none() -> None:
    assert classify(form(*["Một dòng chữ thường"] * 20, "QUYẾT ĐỊNH"), TYPES).code == "other"


def test_phrases_without_title_are_a_guess_for_a_person() -> None:
    paper = clean_paper(Kind.BIRTH_CERTIFICATE, 0)
    untitled = reading_of(paper, lambda word: "" if word in {"GIẤY", "KHAI"} else word)
    found = classify(untitled, TYPES)
    assert found.code == "birth-certificate"
    assert found.confidence < TYPES["birth-certificate"].review_below


def test_a_form_that_asks_for_the_same_things_is_not_the_certificate() -> None:
    labels = ("Họ, chữ đệm, tên người mẹ: A", "Họ, chữ đệm, tên người cha: B", "Nơi đăng ký khai sinh: C")
    assert classify(form("TỜ KHAI ĐĂNG KÝ KHAI SINH", *labels), TYPES).code == "birth-registration-form"
    assert classify(form("TỜ KHAI CẤP BẢN SAO TRÍCH LỤC", *labels), TYPES).code == "other"


def test_nothing_read_is_other_with_certainty_of_nothing_else() -> None:
    assert classify(Reading((page([]),)), TYPES).code == "other"
    assert classify(Reading(()), TYPES).evidence == ()
    assert classify(form("Lorem ipsum dolor sit amet"), {}).code == "other"


def test_an_identity_code_tells_the_card_even_if_its_print_is_unreadable() -> None:
    found = classify(form("~~ ## --"), TYPES, (Code(CARD, Box(0, 0, 10, 10), 1),))
    assert found.code == "identity-card"
    other = classify(form("~~ ## --"), TYPES, (Code("WIFI:S:x;;", Box(0, 0, 10, 10), 1),))
    assert other.code == "other"


def test_a_type_of_the_guide_is_recognized_without_code(tmp_path: Path) -> None:
    added = example_of_the_guide(tmp_path)
    text = ("XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ", "Nơi ở hiện tại: Huế", "Quan hệ với chủ hộ: con")
    assert classify(form(*text), TYPES).code == "other"
    assert classify(form(*text), TYPES | {added.code: added}).code == "residence-confirmation"


def test_the_card_of_2024_is_an_identity_card() -> None:
    front = (
        "CĂN CƯỚC",
        "IDENTITY CARD",
        "Số định danh cá nhân / Personal identification number: 001190012345",
        "Họ, chữ đệm và tên khai sinh / Full name: LÊ THỊ ÁNH",
        "Ngày, tháng, năm sinh / Date of birth: 05/03/1990",
        "Giới tính / Sex: Nữ   Quốc tịch / Nationality: Việt Nam",
    )
    found = classify(form(*front), TYPES)
    assert found.code == "identity-card"
    assert found.confidence >= TYPES["identity-card"].review_below


def test_a_letter_is_known_by_how_the_zone_under_its_number_opens() -> None:
    head = [
        line("UBND XÃ BÌNH LẠC", 100, 100),
        line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 480, 100),
        line("Độc lập - Tự do - Hạnh phúc", 520, 136),
        line("Số: 27/UBND-VP", 100, 172),
        line("Bình Lạc, ngày 05 tháng 3 năm 2026", 480, 172),
    ]
    letter = Reading((page([*head, line("V/v mượn hội trường", 100, 208), line("Kính gửi: Sở Nội vụ", 400, 300)]),))
    assert classify(letter, TYPES).code == "official-letter"
    decision = [line("QUYẾT ĐỊNH", 450, 300), line("V/v mượn hội trường", 400, 336), line("Điều 1. Cho mượn", 100, 700)]
    assert classify(Reading((page([*head, *decision]),)), TYPES).code == "decision"


def test_machine_readable_lines_tell_a_card_whose_print_tells_nothing() -> None:
    lan = Person("001190012345", "LE", "THI LAN", dt.date(1990, 3, 5), Sex.FEMALE, dt.date(2030, 3, 5))
    found = classify(form("Đặc điểm: không", *card(lan)), TYPES)
    assert (found.code, found.evidence) == ("identity-card", ("QR/MRZ",))
    # Alone they leave the doubt that a copy on another paper would: a person is asked.
    assert 0.9 < found.confidence < 0.95
    assert classify(form("Đặc điểm: không", *passport(lan, "C1234567")), TYPES).code == "other"


def test_the_likelihood_rises_with_the_score_and_a_rival_lowers_it() -> None:
    scores = [i / 20 for i in range(21)]
    assert [likelihood(s) for s in scores] == sorted(likelihood(s) for s in scores)
    assert likelihood(0.0) < 0.01
    assert likelihood(1.0) > 0.99
    assert clear(0.9, 0.4) == 0.9 > clear(0.9, 0.6) > clear(0.9, 0.9)


def test_nothing_at_all_is_surely_something_else() -> None:
    found = classify(form("Một tờ giấy", "không có gì"), TYPES)
    assert found.code == "other"
    assert found.confidence > 0.99
