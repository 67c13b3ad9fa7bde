from collections.abc import Sequence
from dataclasses import replace

import pytest

from dossier.catalogue_files import load_paper_types
from ocr.extract import extract
from ocr.model import Line, Reading
from tests.ocr.forms import line, page

DECISION = load_paper_types()["decision"]

HEADER = (
    line("UBND TỈNH ĐẮK LẮK", 130, 100),
    line("SỞ NỘI VỤ", 170, 136),
    line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 480, 100),
    line("Độc lập - Tự do - Hạnh phúc", 515, 136),
)
NUMBER = line("Số: 320/QĐ-SNV", 150, 180)
DATE = line("Đắk Lắk, ngày 05 tháng 3 năm 2021", 490, 180)
KIND = line("QUYẾT ĐỊNH", 450, 240)
SUBJECT = (line("Về việc hỗ trợ kinh phí sửa chữa nhà ở cho các", 270, 276), line("hộ gia đình", 445, 312))
BODY = (
    line("GIÁM ĐỐC SỞ NỘI VỤ", 410, 380),
    line("Căn cứ Luật Tổ chức chính quyền địa phương;", 150, 420),
    line("QUYẾT ĐỊNH:", 445, 470),
    line("Điều 1. Hỗ trợ các hộ gia đình.", 150, 510),
)
CLOSING = (
    line("Nơi nhận:", 100, 600),
    line("GIÁM ĐỐC", 660, 600),
    line("- Như Điều 1;", 100, 636),
    line("- Lưu: VT, QHĐP, PL.", 100, 672),
    line("Trịnh Thị Mỹ Diễm", 620, 760),
)


def _values(*groups: Line | Sequence[Line]) -> dict[str, str | None]:
    lines = [one for group in groups for one in ([group] if isinstance(group, Line) else group)]
    return {f.key: f.value for f in extract(Reading((page(lines),)), DECISION)}


WHOLE = {
    "agency": "SỞ NỘI VỤ",
    "document_number": "320/QĐ-SNV",
    "place": "Đắk Lắk",
    "issued_on": "2021-03-05",
    "document_kind": "QUYẾT ĐỊNH",
    "subject": "Về việc hỗ trợ kinh phí sửa chữa nhà ở cho các hộ gia đình",
    "signer": "Trịnh Thị Mỹ Diễm",
}


def test_every_zone_of_a_decision_is_found() -> None:
    assert _values(HEADER, NUMBER, DATE, KIND, SUBJECT, BODY, CLOSING) == WHOLE


def test_columns_that_the_engine_ran_together_are_parted() -> None:
    header = (
        line("UBND TỈNH ĐẮK LẮK                   CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 130, 100),
        line("SỞ NỘI VỤ                         Độc lập - Tự do - Hạnh phúc", 170, 136),
        line("Số: 320/QĐ-SNV                    Đắk Lắk, ngày 05 tháng 3 năm 2021", 150, 180),
    )
    assert _values(header, KIND, SUBJECT, BODY, CLOSING) == WHOLE


def test_a_signature_of_the_portal_above_the_header_is_no_agency() -> None:
    portal = (line("Người ký: CỔNG THÔNG TIN ĐIỆN TỬ", 120, 20), line("Cơ quan: VĂN PHÒNG", 120, 46))
    assert _values(portal, HEADER, NUMBER, DATE, KIND, SUBJECT, BODY, CLOSING) == WHOLE


def test_an_agency_whose_name_takes_two_lines_keeps_both() -> None:
    header = (line("ỦY BAN NHÂN DÂN", 140, 100), line("TỈNH ĐẮK LẮK", 155, 136), *HEADER[2:])
    assert _values(header, NUMBER, DATE, KIND, SUBJECT)["agency"] == "ỦY BAN NHÂN DÂN TỈNH ĐẮK LẮK"


@pytest.mark.parametrize("number", ["Số:      /QĐ-SNV", "Số: @ /QĐ-SNV", "Số: ⁄4444/QĐ-SNV", "Số: “. N"])
def test_a_number_lost_in_handwriting_has_no_value(number: str) -> None:
    values = _values(HEADER, line(number, 150, 180), DATE, KIND, SUBJECT, BODY, CLOSING)
    assert values["document_number"] is None
    assert values | {"document_number": None} == WHOLE | {"document_number": None}


@pytest.mark.parametrize("day", ["ngày     tháng 3 năm 2021", "ngày †† tháng 3 năm 2021", "ngày 05 tháng năm 2021"])
def test_a_date_lost_in_handwriting_has_no_value_and_the_place_stays(day: str) -> None:
    values = _values(HEADER, NUMBER, line(f"Đắk Lắk, {day}", 490, 180), KIND, SUBJECT, BODY, CLOSING)
    assert values["issued_on"] is None
    assert values["place"] == "Đắk Lắk"


def test_a_stamp_beside_the_subject_is_left_out_at_a_loss_of_confidence() -> None:
    stamped = (line("ĐẾN Ngày 25  Về việc hỗ trợ kinh phí sửa chữa nhà ở cho các", 140, 276), SUBJECT[1])
    lines = [*HEADER, NUMBER, DATE, KIND, *stamped, *BODY]
    fields = {f.key: f for f in extract(Reading((page(lines),)), DECISION)}
    assert fields["subject"].value == WHOLE["subject"]
    assert fields["subject"].confidence < 0.9
    assert fields["document_kind"].confidence > 0.9


def test_a_seal_over_the_kind_does_not_hide_the_subject() -> None:
    values = _values(HEADER, NUMBER, DATE, line("°SNewer ĐỊNH", 440, 240), SUBJECT, BODY, CLOSING)
    assert values["subject"] == WHOLE["subject"]
    assert "document_kind" not in values


def test_a_decision_without_readable_header_still_has_kind_and_signer() -> None:
    values = _values(KIND, SUBJECT, BODY, CLOSING)
    assert values == {key: WHOLE[key] for key in ("document_kind", "subject", "signer")}


def test_recipients_and_titles_are_no_signer() -> None:
    assert "signer" not in _values(HEADER, NUMBER, DATE, KIND, SUBJECT, BODY, CLOSING[:-1])


def test_specks_of_the_signature_beside_the_name_are_left_out() -> None:
    closing = (*CLOSING[:-1], line("7 Trịnh Thị Mỹ Diễm v", 600, 760))
    assert _values(HEADER, NUMBER, DATE, KIND, SUBJECT, BODY, closing) == WHOLE


def test_the_signer_stands_on_the_page_of_the_recipients() -> None:
    first = page([*HEADER, NUMBER, DATE, KIND, *SUBJECT, *BODY])
    annex = page([line("PHỤ LỤC", 460, 100), line("Lê Văn An", 700, 300)], number=3)
    fields = extract(Reading((first, page(CLOSING, number=2), annex)), DECISION)
    signer = next(f for f in fields if f.key == "signer")
    assert (signer.value, signer.page) == ("Trịnh Thị Mỹ Diễm", 2)


@pytest.mark.parametrize("symbol", ["QĐ-UBND", "QĐ-TTg", "CT-TTg", "TTr-SNV", "UBND-VP", "SNV-CCVC", "QĐ-CTUBND"])
def test_symbols_of_kinds_and_agencies_are_values(symbol: str) -> None:
    values = _values(HEADER, line(f"Số: 985/{symbol}", 150, 180), DATE, KIND, SUBJECT, BODY, CLOSING)
    assert values["document_number"] == f"985/{symbol}"


@pytest.mark.parametrize("symbol", ["QĐĐ- LS", "QĐ- N", "QĐ", "AB-TTg", "#QĐ-TTg"])
def test_a_number_with_a_symbol_that_no_document_bears_has_no_value(symbol: str) -> None:
    values = _values(HEADER, line(f"Số: 985/{symbol}", 150, 180), DATE, KIND, SUBJECT, BODY, CLOSING)
    assert values["document_number"] is None


def test_a_mark_before_the_first_figure_may_have_been_a_figure() -> None:
    values = _values(HEADER, line("Số: #60/QĐ-TTg", 150, 180), DATE, KIND, SUBJECT, BODY, CLOSING)
    assert values["document_number"] is None


def test_number_date_and_signer_are_as_sure_as_their_least_sure_word() -> None:
    def doubting(doubtful: Line, word: int) -> Line:
        words = list(doubtful.words)
        words[word] = replace(words[word], confidence=0.3)
        return replace(doubtful, words=tuple(words))

    lines = [*HEADER, doubting(NUMBER, 1), doubting(DATE, 3), KIND, *SUBJECT, *CLOSING[:-1], doubting(CLOSING[-1], 0)]
    fields = {f.key: f for f in extract(Reading((page(lines),)), DECISION)}
    assert all(fields[key].confidence <= 0.3 for key in ("document_number", "issued_on", "signer"))


def test_a_number_is_less_sure_than_its_words() -> None:
    fields = {f.key: f for f in extract(Reading((page([*HEADER, NUMBER, DATE, KIND]),)), DECISION)}
    assert fields["document_number"].confidence < fields["issued_on"].confidence


def test_the_rest_of_a_name_is_no_sure_signer() -> None:
    closing = (*CLOSING[:-1], line("Mỹ Diễm", 700, 760))
    fields = {f.key: f for f in extract(Reading((page([*HEADER, *closing]),)), DECISION)}
    assert fields["signer"].confidence < DECISION.review_below


def test_a_name_whose_first_letters_a_seal_covers_is_no_signer() -> None:
    assert _values(HEADER, CLOSING[:-1], line("ô Đức Phước", 620, 760)).get("signer") is None


def test_a_place_that_reaches_over_the_left_of_the_title_is_whole() -> None:
    far = line("An Lĩnh Thượng, ngày 05 tháng 3 năm 2021", 455, 180)
    values = _values(HEADER, NUMBER, far)
    assert (values["place"], values["document_number"]) == ("An Lĩnh Thượng", "320/QĐ-SNV")


def test_capitals_of_a_seal_before_a_name_are_none_of_it() -> None:
    assert _values(HEADER, CLOSING[:-1], line("PHÚ Hồ Đức Phước", 620, 760))["signer"] == "Hồ Đức Phước"
    assert _values(HEADER, CLOSING[:-1], line("HỒ ĐỨC PHƯỚC", 620, 760))["signer"] == "HỒ ĐỨC PHƯỚC"


def test_the_end_of_a_covered_name_is_shown_and_no_value() -> None:
    lines = (*HEADER, *CLOSING[:-1], line("ức Phước", 680, 760))
    signer = next(f for f in extract(Reading((page(lines),)), DECISION) if f.key == "signer")
    assert (signer.value, signer.raw) == (None, "ức Phước")
    assert signer.box is not None


@pytest.mark.parametrize("heading", ["GIẤY CHỨNG NHẬN KẾT HÔN", "NGƯỜI KÝ"])
def test_a_heading_above_an_unreadable_name_is_no_name(heading: str) -> None:
    assert "signer" not in _values(HEADER, line("Nơi nhận:", 100, 600), line(heading, 620, 700))
    assert _values(HEADER, line("Nơi nhận:", 100, 600), line("TRỊNH THỊ DIỄM", 620, 700))["signer"] == "TRỊNH THỊ DIỄM"


LETTER = load_paper_types()["official-letter"]
ABOUT = (line("V/v cho mượn hội trường", 120, 212), line("và thiết bị âm thanh", 130, 240))


def _letter(*lines: Line) -> dict[str, str | None]:
    return {f.key: f.value for f in extract(Reading((page(lines),)), LETTER)}


def test_what_a_letter_is_about_stands_under_its_number() -> None:
    number, body = line("Số: 27/SNV-VP", 150, 180), line("Kính gửi: Sở Tư pháp", 400, 320)
    values = _letter(*HEADER, number, DATE, *ABOUT, body, line("Phúc đáp công văn số 12, chúng tôi đồng ý", 150, 380))
    assert values["subject"] == "cho mượn hội trường và thiết bị âm thanh"
    assert values["addressee"] == "Sở Tư pháp"
    assert values["document_number"] == "27/SNV-VP"


def test_a_decision_says_nothing_under_its_number() -> None:
    assert "subject" not in _letter(*HEADER, NUMBER, DATE, KIND, *SUBJECT, *BODY)
    assert "subject" not in _letter(*HEADER, NUMBER, DATE, line("Bản sao lưu tại văn thư", 120, 212))


def test_without_a_number_the_agency_ends_where_the_title_begins() -> None:
    registration = load_paper_types()["business-registration"]
    title = line("GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP", 240, 240)
    lines = (*HEADER, title, line("Mã số doanh nghiệp: 0100109106", 350, 276))
    values = {f.key: f.value for f in extract(Reading((page(lines),)), registration)}
    assert values == {"agency": "SỞ NỘI VỤ", "enterprise_code": "0100109106"}
