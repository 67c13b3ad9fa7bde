from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from dossier.papers import Box
from ocr.layout import in_reading_order
from ocr.model import Line
from tests.ocr.drawn import line

WIDTH = 1654
MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"


def joined(left: Line, right: Line) -> Line:
    return Line((*left.words, *right.words), left.block)


def texts(lines: Iterable[Line]) -> list[str]:
    return [row.text for row in lines]


def header() -> list[Line]:
    return [
        joined(line("UBND XÃ HÒA THUẬN", 100, 100), line(MOTTO, 760, 100)),
        line("Độc lập - Tự do - Hạnh phúc", 850, 150),
        joined(line("Số: 12/QĐ-UBND", 150, 210), line("Hòa Thuận, ngày 3 tháng 9 năm 2025", 780, 210)),
        line("QUYẾT ĐỊNH", 700, 300, block=1),
        line("Căn cứ Luật Cư trú ngày 13 tháng 11 năm 2020 của Quốc hội", 150, 360, block=2),
    ]


def test_agency_is_read_before_the_motto() -> None:
    assert texts(in_reading_order(header(), WIDTH)) == [
        "UBND XÃ HÒA THUẬN",
        "Số: 12/QĐ-UBND",
        MOTTO,
        "Độc lập - Tự do - Hạnh phúc",
        "Hòa Thuận, ngày 3 tháng 9 năm 2025",
        "QUYẾT ĐỊNH",
        "Căn cứ Luật Cư trú ngày 13 tháng 11 năm 2020 của Quốc hội",
    ]


def test_header_is_found_when_the_motto_is_misread() -> None:
    damaged = header()
    damaged[0] = joined(line("UBND XÃ HÒA THUẬN", 100, 100), line("CỌNG HOÀ XA HỌI CHỦ NGHĨA VIẸT NAM", 760, 100))
    assert texts(in_reading_order(damaged, WIDTH))[:2] == ["UBND XÃ HÒA THUẬN", "Số: 12/QĐ-UBND"]


def test_blocks_are_numbered_from_zero_and_rise() -> None:
    ordered = in_reading_order(header(), WIDTH)
    assert [row.block for row in ordered] == [0, 0, 1, 1, 1, 2, 3]


def test_body_lines_with_dates_are_not_torn() -> None:
    dated = "Căn cứ Nghị định số 123/2020/NĐ-CP ngày 19 tháng 10 năm 2020 của Chính phủ"
    lines = [*header(), line(dated, 150, 410, block=2)]
    assert dated in texts(in_reading_order(lines, WIDTH))


def test_centred_motto_has_nothing_beside_it() -> None:
    lines = [line(MOTTO, 520, 100), joined(line("Số:", 100, 160), line("ngày 3 tháng 9 năm 2025", 900, 160))]
    assert texts(in_reading_order(lines, WIDTH)) == texts(lines)


def test_recipients_are_read_before_the_signature() -> None:
    lines = [
        line("Quyết định này có hiệu lực kể từ ngày ký, các ông bà có tên chịu trách nhiệm", 100, 100),
        joined(line("Nơi nhận:", 100, 200), line("TM. ỦY BAN NHÂN DÂN", 1000, 200)),
        joined(line("- Như Điều 3;", 100, 240), line("CHỦ TỊCH", 1100, 240)),
        joined(line("- Lưu: VT.", 100, 280), line("Trần Văn Nghĩa", 1080, 420)),
    ]
    assert texts(in_reading_order(lines, WIDTH))[1:] == [
        "Nơi nhận:",
        "- Như Điều 3;",
        "- Lưu: VT.",
        "TM. ỦY BAN NHÂN DÂN",
        "CHỦ TỊCH",
        "Trần Văn Nghĩa",
    ]


def test_columns_side_by_side_keep_the_engines_order() -> None:
    lines = [
        line("Bên trái một", 100, 100),
        line("Bên trái hai", 100, 150),
        line("Bên phải một", 900, 100, block=1),
        line("Bên phải hai", 900, 150, block=1),
    ]
    assert texts(in_reading_order(lines, WIDTH)) == texts(lines)


def test_stamp_is_a_block_of_its_own_after_the_text() -> None:
    lines = [
        joined(line("ĐẾN ngày 4", 100, 300), line("CHỦ TỊCH ỦY BAN NHÂN DÂN", 600, 300)),
        line("Căn cứ Luật Cư trú", 100, 400),
    ]
    stamp = Box(80, 260, 380, 100)
    assert texts(in_reading_order(lines, WIDTH, [stamp])) == [
        "CHỦ TỊCH ỦY BAN NHÂN DÂN",
        "Căn cứ Luật Cư trú",
        "ĐẾN ngày 4",
    ]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1500),
            st.integers(0, 2000),
            st.integers(0, 3),
            st.sampled_from(["Nơi nhận:", MOTTO, "Số: 1/QĐ", "ngày 1 tháng 2 năm 2020", "một hai ba"]),
        ),
        max_size=12,
    )
)
def test_no_word_is_lost_or_invented(places: list[tuple[int, int, int, str]]) -> None:
    lines = [line(text, x, y, block=block) for x, y, block, text in places]
    ordered = in_reading_order(lines, WIDTH, [Box(100, 100, 400, 300)])
    assert sorted(str(w) for row in ordered for w in row.words) == sorted(str(w) for row in lines for w in row.words)
    blocks = [row.block for row in ordered]
    assert blocks == sorted(blocks)


def test_signatures_of_a_form_are_read_one_after_the_other() -> None:
    lines = [
        line("Tôi xin cam đoan những lời khai trên là đúng sự thật", 240, 800),
        line("Hòa Thuận, ngày 3 tháng 9 năm 2025", 900, 900),
        joined(line("NGƯỜI TIẾP NHẬN", 300, 940), line("NGƯỜI LÀM ĐƠN", 1050, 940)),
        joined(line("(Ký, đóng dấu)", 320, 980), line("(Ký, ghi rõ họ tên)", 1060, 980)),
        joined(line("Vũ Thị Hồng", 340, 1180), line("Lương Mỹ Hạnh", 1060, 1180)),
    ]
    assert texts(in_reading_order(lines, WIDTH)) == [
        "Tôi xin cam đoan những lời khai trên là đúng sự thật",
        "NGƯỜI TIẾP NHẬN",
        "(Ký, đóng dấu)",
        "Vũ Thị Hồng",
        "Hòa Thuận, ngày 3 tháng 9 năm 2025",
        "NGƯỜI LÀM ĐƠN",
        "(Ký, ghi rõ họ tên)",
        "Lương Mỹ Hạnh",
    ]


def test_a_date_within_the_text_opens_no_signatures() -> None:
    lines = [
        joined(line("Sinh ngày:", 240, 100), line("ngày 3 tháng 9 năm 2000", 900, 100)),
        joined(line("Giới tính: Nam", 240, 150), line("Dân tộc: Kinh", 900, 150)),
        joined(line("Nơi cấp: Hà Nội", 240, 200), line("cấp ngày 7 tháng 5 năm 2021", 900, 200)),
        joined(line("Quê quán: Hà Nam", 240, 250), line("Quốc tịch: Việt Nam", 900, 250)),
    ]
    assert texts(in_reading_order(lines, WIDTH)) == texts(lines)


def card(title: str) -> list[Line]:
    return [
        line(title, 800, 100),
        line("Quê quán / Place of origin:", 640, 160, block=1),
        line("Xã Hòa Phong, thành phố Đà Nẵng", 640, 200, block=1),
        line("Nơi thường trú / Place of residence:", 640, 240, block=2),
        joined(line("Có giá trị đến:", 300, 280), line("Thôn Thượng, xã Hòa Phong,", 640, 280)),
        joined(line("17/03/2028", 300, 320), line("thành phố Đà Nẵng", 640, 320)),
    ]


def test_what_stands_under_the_portrait_of_a_card_is_read_last() -> None:
    assert texts(in_reading_order(card("CĂN CƯỚC CÔNG DÂN"), WIDTH)) == [
        "CĂN CƯỚC CÔNG DÂN",
        "Quê quán / Place of origin:",
        "Xã Hòa Phong, thành phố Đà Nẵng",
        "Nơi thường trú / Place of residence:",
        "Thôn Thượng, xã Hòa Phong,",
        "thành phố Đà Nẵng",
        "Có giá trị đến:",
        "17/03/2028",
    ]


def test_other_papers_have_no_portrait() -> None:
    lines = card("TỜ KHAI")
    assert texts(in_reading_order(lines, WIDTH)) == texts(lines)
