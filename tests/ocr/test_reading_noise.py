from ocr.model import Line, Word
from ocr.noise import without_noise, word_height
from tests.ocr import drawn
from tests.ocr.drawn import line, word

BODY = (line("Căn cứ Luật Tổ chức", y=100), line("Xét đề nghị của Trưởng phòng", y=150))


def left_of(*words: Word) -> list[str]:
    """What is left of a line among others."""
    kept = without_noise((*BODY, Line(words)))
    return [w.text for w in kept[2].words] if len(kept) > 2 else []


def test_sound_lines_stay_as_they_are() -> None:
    assert without_noise(BODY) == BODY
    assert word_height(BODY) == 30


def test_nothing_comes_of_nothing() -> None:
    assert without_noise(()) == ()
    assert word_height(()) == 0


def test_doubtful_words_of_a_words_size_stay() -> None:
    assert left_of(word("Số", 100), word("2.", 150, confidence=0.1), word("Bộ", 200, confidence=0.1)) == [
        "Số",
        "2.",
        "Bộ",
    ]


def test_specks_read_as_letters_go() -> None:
    assert left_of(word("Nơi", 100), word("N", 900, width=3, height=3, confidence=0.6)) == ["Nơi"]


def test_lone_symbols_and_rulings_go() -> None:
    assert left_of(word("Số:", 100), word('"', 200, confidence=0.4)) == ["Số:"]
    assert left_of(word("Số:", 100), word("|", 200)) == ["Số:"]
    assert left_of(word("———", 100, width=200, height=4, confidence=0.4), word("Độc", 400)) == ["Độc"]
    assert left_of(word("Điều", 300), word("—————Y", 100, width=255, confidence=0.0)) == ["Điều"]


def test_dashes_and_sure_symbols_stay() -> None:
    dash = word("-", 200, width=11, height=4, confidence=0.93)
    assert left_of(word("Độc", 100), dash, word("&", 300, confidence=0.9)) == ["Độc", "-", "&"]


def test_dash_that_opens_an_item_is_read_as_a_dash() -> None:
    assert left_of(word("~", 100, width=9, height=4, confidence=0.2), word("Như", 130)) == ["-", "Như"]


def test_foreign_characters_at_the_edges_go() -> None:
    assert left_of(word("`THỦ", 100), word("TƯỚNG|", 200), word("„", 300)) == ["THỦ", "TƯỚNG"]


def test_boxes_to_tick_are_no_text() -> None:
    assert left_of(word("☐", 100), word("Nam", 130), word("☒", 200), word("☑Nữ", 230)) == ["Nam", "Nữ"]


def test_scrawls_go_and_tall_letters_stay() -> None:
    assert left_of(word("Mụ", 100, height=90, confidence=0.5), word("Nơi", 300)) == ["Nơi"]
    assert left_of(word("Mụ", 100, height=90), word("Nơi", 300)) == ["Mụ", "Nơi"]


def test_remains_of_rulings_go() -> None:
    assert left_of(word("I", 100, width=2), word("Nam", 130), word("I", 200, width=4)) == ["Nam", "I"]


def test_controls_are_no_text() -> None:
    assert left_of(word("S\x00ố", 100), word("\x07\ud800", 200)) == ["Số"]


def test_words_read_twice_are_kept_once() -> None:
    ghost = word("ố", 130, width=19, confidence=0.02)
    assert left_of(word("Tổ", 110, width=40), ghost, word("chức", 170)) == ["Tổ", "chức"]


def test_shreds_that_make_a_whole_line_go() -> None:
    assert left_of(word("„ơn", 100, confidence=0.06), word("+x", 200, confidence=0.07)) == []
    assert left_of(word("j", 100, confidence=0.8)) == []
    assert left_of(word("7", 100, confidence=0.4)) == []


def test_page_numbers_stay() -> None:
    assert left_of(word("2", 600, confidence=0.9)) == ["2"]


def test_ticks_of_a_table_stay() -> None:
    assert left_of(word("x", 600, confidence=0.95)) == ["x"]


def test_every_word_left_is_one_that_was_given() -> None:
    given = (*BODY, line("^^^ ||| abc", y=300, confidence=0.3))
    boxes = {w.box for row in given for w in row.words}
    assert {w.box for row in without_noise(given) for w in row.words} <= boxes
    assert max(b.right for b in boxes) < drawn.WIDTH
