"""Words with misread marks are known by the same words elsewhere; names that differ in earnest stay apart."""

from hypothesis import given
from hypothesis import strategies as st

from dossier.catalogue_files import load_paper_types
from ocr.extract import extract
from ocr.model import Reading
from ocr.tokens import meaning_of, rows_of, text_of
from ocr.wording import with_wording
from tests.ocr.forms import form, line, page


def meant(*lines: tuple[str, float]) -> str:
    """Return what the last of some lines is taken to mean; each has the confidence of its words."""
    reading = Reading((page([line(text, 100, 100 + 36 * i, confidence=c) for i, (text, c) in enumerate(lines)]),))
    rows = with_wording(rows_of(reading))
    assert text_of(rows[-1].tokens) == lines[-1][0]
    return meaning_of(rows[-1].tokens)


def test_a_doubtful_name_is_the_one_that_the_paper_has_elsewhere() -> None:
    assert meant(("phường Tân Hưng, tỉnh", 0.99), ("phường Tân Hung, tỉnh", 0.6)) == "phường Tân Hưng, tỉnh"
    assert meant(("PHƯỜNG TÂN HƯNG", 0.99), ("phường Tân Hung", 0.6)) == "phường Tân Hưng"


def test_names_that_were_read_surely_stay_apart() -> None:
    lines = [("phường Tân Hưng", 0.99)] * 4
    assert meant(*lines, ("phường Tân Hùng", 0.99)) == "phường Tân Hùng"
    assert meant(("phường Tân Hưng", 0.6), ("phường Tân Hùng", 0.6)) == "phường Tân Hùng"


def test_a_word_that_stands_otherwise_in_every_other_line_is_misread_however_sure() -> None:
    lines = [("vốn của công ty", 0.99)] * 3
    assert meant(*lines, ("chủ tịch cộng ty", 0.99)) == "chủ tịch công ty"
    assert meant(*[("ở bờ kênh", 0.99)] * 2, ("bên bợ kênh", 0.99)) == "bên bợ kênh"


def test_a_doubtful_word_is_the_term_that_all_papers_have() -> None:
    assert meant(("đã lỵ hôn", 0.9)) == "đã ly hôn"
    assert meant(("GỐM SỨ MỲ NGHỆ", 0.7)) == "GỐM SỨ MỸ NGHỆ"
    assert meant(("đã lỵ hôn", 0.99)) == "đã lỵ hôn"
    assert meant(("xã Tự Pháp", 0.7)) == "xã Tự Pháp"
    assert meant(("nhà văn hoá", 0.7)) == "nhà văn hoá"


def test_words_that_stand_so_elsewhere_are_surer_and_figures_are_not() -> None:
    lines = [("thôn Đồng Mận số 12", 0.99), ("thôn Đồng Mận số 12", 0.7), ("đăng ký kết hôn", 0.7), ("bà con xa", 0.7)]
    reading = Reading((page([line(text, 100, 100 + 36 * i, confidence=c) for i, (text, c) in enumerate(lines)]),))
    _, again, term, unknown = with_wording(rows_of(reading))
    assert [token.confidence for token in again.tokens] == [0.98, 0.98, 0.98, 0.98, 0.7]
    assert {token.confidence for token in term.tokens} == {0.98}
    assert {token.confidence for token in unknown.tokens} == {0.7}


def test_the_value_is_what_is_meant_and_the_raw_text_what_was_read() -> None:
    reading = Reading((page([line("Quan hệ với người được khai sinh: đã lỵ hôn.", 100, 100, confidence=0.9)]),))
    (field,) = extract(reading, load_paper_types()["birth-registration-form"])
    assert (field.key, field.value, field.raw) == ("relation", "đã ly hôn", "đã lỵ hôn")


@given(st.lists(st.text(st.sampled_from("aâáăbcdđoôơu CĐ.,"), max_size=12), max_size=6))
def test_only_marks_and_case_change(texts: list[str]) -> None:
    rows = rows_of(form(*filter(str.strip, texts)))
    for before, after in zip(rows, with_wording(rows), strict=True):
        for one, other in zip(before.tokens, after.tokens, strict=True):
            assert one.text == other.text
            assert not other.meant or other.meant.casefold() != one.text.casefold()
