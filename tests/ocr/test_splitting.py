"""Papers of one scan are told apart, and no paper is taken for two."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.catalogue_files import load_paper_types
from dossier.papers import Box
from ocr.model import PageReading, Reading
from ocr.qr import Code
from ocr.separators import SEPARATOR, Separator, named_for, parse_separator, separator_pages, separators
from ocr.splitting import find_papers, parted
from tests.generator.render import Kind
from tests.ocr.forms import line, page
from tests.ocr.readings import Damage, clean_paper, letters_swapped, reading_of, without_marks

TYPES = load_paper_types()
UNTITLED = {Kind.BODY_TEXT, Kind.TABLE}
"""Kinds that open with no head: nobody could tell that they are not the next page of the paper before."""
CARD = "066187821426||Ngô Thùy Thắm|21041987|Nữ|Phường Bình Lạc, tỉnh Đắk Lắk|07052022"
NATION = [line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 400, 100), line("Độc lập - Tự do - Hạnh phúc", 450, 136)]
TITLE = line("ĐƠN ĐỀ NGHỊ", 500, 220)
TEXT = [line("Tôi tên là người viết đơn này và xin trình bày như sau đây", 100, 300 + 40 * i) for i in range(20)]
FIRST = page([*NATION, TITLE, *TEXT])


def bound(*pages: PageReading) -> Reading:
    """Return pages as those of one scan, numbered anew."""
    return Reading(tuple(replace(page, number=number) for number, page in enumerate(pages, 1)))


def begins(reading: Reading, *codes: Code) -> list[int]:
    return [part.pages[0] for part in find_papers(reading, TYPES, codes)]


def separator(number: int) -> Code:
    return Code(SEPARATOR, Box(0, 0, 10, 10), number)


@pytest.mark.parametrize("kind", Kind)
def test_one_paper_stays_one(kind: Kind) -> None:
    for damage in (str, without_marks, letters_swapped(1)):
        reading = reading_of(clean_paper(kind, 1), damage)
        (part,) = find_papers(reading, TYPES)
        assert part.pages == tuple(page.number for page in reading.pages)
        assert part.of(reading) == reading


@pytest.mark.parametrize("damage", [str, without_marks, letters_swapped(2, 0.1)], ids=["clean", "unmarked", "misread"])
def test_papers_put_together_are_told_apart(damage: Damage) -> None:
    rng = random.Random(7)  # noqa: S311 - chance of a test
    for _ in range(12):
        papers = [clean_paper(rng.choice(list(Kind)), rng.randrange(3)) for _ in range(rng.randint(2, 4))]
        bundle: list[PageReading] = []
        expected = []
        for paper in papers:
            if not bundle or paper.paper_type != "other":
                expected.append((len(bundle) + 1, paper.paper_type))
            bundle += reading_of(paper, damage).pages
        found = find_papers(bound(*bundle), TYPES)
        assert [(part.pages[0], part.code) for part in found] == expected
        assert sum((part.pages for part in found), ()) == tuple(range(1, len(bundle) + 1))
        assert all(part.evidence and 0.5 <= part.confidence <= 1 for part in found if part.code != "other")


CONTINUED = {
    "decides on the second page": page([line("QUYẾT ĐỊNH:", 500, 100), line("Điều 1. Cho phép bà", 100, 140), *TEXT]),
    "a title quoted in capitals": page([line("theo mẫu ĐƠN ĐỀ NGHỊ đã nộp", 100, 100), *TEXT]),
    "a title without the nation's name": page([TITLE, *TEXT]),
    "an annex with a form": page([line("PHỤ LỤC I", 550, 30), *NATION, TITLE, *TEXT]),
    "a form made known with a decision": page(
        [line("(Kèm theo Quyết định số 12/QĐ-UBND)", 350, 60), *NATION, TITLE, *TEXT]
    ),
    "a numbered page": page([line("2", 615, 40), *NATION, TITLE, *TEXT]),
    "a head under text": page(
        [line("Tôi tên là người viết đơn này và xin trình bày cả việc nhà như trên", 100, 40), *FIRST.lines]
    ),
    "a head and a quoted title": page([*NATION, line("theo mẫu ĐƠN ĐỀ NGHỊ đã nộp tại xã", 100, 220), *TEXT]),
    "the nation's name and no title": page([*NATION, *TEXT]),
    "a title behind text": page([*NATION, TEXT[0], line("ĐƠN ĐỀ NGHỊ", 500, 340), *TEXT[2:]]),
}


@pytest.mark.parametrize("following", CONTINUED.values(), ids=CONTINUED.keys())
def test_a_page_that_goes_on_begins_nothing(following: PageReading) -> None:
    assert begins(bound(FIRST, following)) == [1]


def test_a_page_that_opens_a_paper_begins_it() -> None:
    assert begins(bound(FIRST, FIRST)) == [1, 2]
    stamped = page([line("Mẫu số 02/ĐK", 900, 40), line("CÔNG VĂN ĐẾN", 100, 70), *NATION, TITLE, *TEXT])
    assert begins(bound(FIRST, stamped)) == [1, 2]
    longer = page([*NATION, line("ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG NHÀ Ở RIÊNG LẺ", 300, 220), *TEXT])
    assert begins(bound(FIRST, longer)) == [1, 2]


def test_the_back_of_a_card_begins_nothing_even_with_its_code() -> None:
    front = reading_of(clean_paper(Kind.IDENTITY_CARD_2024, 0)).pages[0]
    back = page([line("Nơi cư trú / Place of residence: Xã Bình Lạc", 400, 300), line("IDVNM0661878214<<", 400, 600)])
    assert begins(bound(FIRST, front, back), Code(CARD, Box(0, 0, 10, 10), 3)) == [1, 2]


def test_a_separator_sheet_parts_and_belongs_to_nobody() -> None:
    sheet, text = page([line("TỜ PHÂN CÁCH", 400, 400)]), page(TEXT)
    found = find_papers(bound(FIRST, sheet, text, text), TYPES, (separator(2),))
    assert [part.pages for part in found] == [(1,), (3, 4)]
    found = find_papers(bound(sheet, FIRST, sheet, sheet, text, sheet), TYPES, [separator(n) for n in (1, 3, 4, 6)])
    assert [part.pages for part in found] == [(2,), (5,)]
    assert find_papers(bound(sheet), TYPES, (separator(1),)) == ()


def test_other_codes_part_nothing() -> None:
    wrong = (CARD, "SOHOA:SEPARATOR:2", f"{SEPARATOR} {SEPARATOR}", "https://example.vn/SOHOA:SEPARATOR:1")
    for text in (*wrong, f"{SEPARATOR};dossier=12", f"{SEPARATOR};component=", f"{SEPARATOR};component=a\nb"):
        assert separators([Code(text, Box(0, 0, 10, 10), 1)]) == {}
    assert separators([Code(f" {SEPARATOR}\n", Box(0, 0, 10, 10), 4)]) == {4: Separator()}


def test_what_a_sheet_names_holds_for_the_papers_behind_it() -> None:
    """A dossier until another is named, a component for the next paper alone; the empty back is part of the sheet."""
    first, second = "H15.50.05.13-261008-0975", "H15.50.05.13-261008-0976"
    sheet, text, empty = page([line("TỜ PHÂN CÁCH", 400, 400)]), page(TEXT), page([])
    codes = [
        Code(named.code, Box(0, 0, 10, 10), number)
        for number, named in (
            (1, Separator(first, "diploma")),
            (4, Separator()),
            (6, Separator(second)),
            (7, Separator(None, "no-such-type")),
        )
    ]
    scan = bound(sheet, empty, text, sheet, text, sheet, sheet, text, empty, FIRST)
    found = find_papers(scan, TYPES, codes, empty={2, 9})
    assert [(part.pages, part.named) for part in found] == [
        ((3,), Separator(first, "diploma")),
        ((5,), Separator(first)),
        ((8, 9), Separator(second, "no-such-type")),
        ((10,), Separator(second)),
    ]
    assert [part.code for part in found] == ["diploma", "other", "other", "general-application"]
    assert found[0].confidence == 1.0


@given(st.text(max_size=80), st.sampled_from(["", SEPARATOR, f"{SEPARATOR};dossier=", f"{SEPARATOR};component="]))
def test_whatever_a_code_says_it_is_a_sheet_or_not(tail: str, head: str) -> None:
    text = head + tail
    sheet = parse_separator(text)
    assert sheet is None or sheet.code == text.strip()


@given(st.dictionaries(st.integers(1, 12), st.just(Separator())), st.sets(st.integers(1, 12)), st.integers(1, 13))
def test_pages_left_out_are_sheets_and_their_backs(
    sheets: dict[int, Separator], empty: set[int], page_number: int
) -> None:
    left_out = separator_pages(sheets, empty)
    assert set(sheets) <= left_out <= set(sheets) | empty
    assert named_for(page_number, sheets, left_out) == Separator()


def test_nothing_read_is_one_paper() -> None:
    assert begins(bound(page([]), page([]))) == [1]
    assert find_papers(Reading(()), TYPES) == ()
    assert [part.code for part in find_papers(bound(FIRST, FIRST), {})] == ["other"]


@given(st.integers(0, 12), st.sets(st.integers(-1, 14)), st.sets(st.integers(-1, 14)))
def test_groups_hold_every_page_once_in_order(count: int, cuts: set[int], left_out: set[int]) -> None:
    numbers = range(1, count + 1)
    groups = parted(numbers, cuts, left_out)
    assert [n for group in groups for n in group] == [n for n in numbers if n not in left_out]
    assert all(groups)
    inner = {n for group in groups for n in group[1:]}
    assert not inner & cuts
    if not left_out:
        assert {group[0] for group in groups} == ({1} | cuts) & set(numbers)
