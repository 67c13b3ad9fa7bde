import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.syllables import ONSETS, Syllable, Tone, bare, is_syllable, neighbours, parse, syllables

EVERY = tuple(syllables())


def test_every_syllable_is_spelt_and_parsed_back() -> None:
    assert len(EVERY) > 10_000
    spelt = [(spelling, syllable) for syllable in EVERY for spelling in syllable.spellings]
    assert all(parse(spelling) == syllable for spelling, syllable in spelt)
    assert len({spelling for spelling, _ in spelt}) == len(spelt), "one spelling, one syllable"
    assert all(unicodedata.is_normalized("NFC", spelling) for spelling, _ in spelt)


def test_every_onset_and_every_tone_occurs() -> None:
    assert {syllable.onset for syllable in EVERY} == set(ONSETS)
    assert {syllable.tone for syllable in EVERY} == set(Tone)


@pytest.mark.parametrize(
    "text",
    [
        *("quyết", "QUYẾT", "Quyết", "nghiêng", "khuỷu", "thuở", "huơ", "yêu", "yến", "ỷ", "ưu", "oẹ", "xoong", "moóc"),
        *("gì", "gìn", "giếng", "gia", "giặt", "giữa", "giỗ", "quốc", "quơ", "quỳnh", "khuya", "ngoằn", "ngoèo"),
        *("nguệch", "khoằm", "khuâng", "tuýp", "đường", "ĐỘC", "bố", "bổ", "kỳ", "nghĩa", "ghế", "chuyển"),
    ],
)
def test_what_is_spelt_by_the_rules_is_possible(text: str) -> None:
    assert is_syllable(text)


@pytest.mark.parametrize(("one", "other"), [("hòa", "hoà"), ("ủy", "uỷ"), ("khỏe", "khoẻ"), ("THÚY", "THUÝ")])
def test_both_ways_to_place_the_tone_are_one_syllable(one: str, other: str) -> None:
    assert parse(one) == parse(other) is not None


@pytest.mark.parametrize(("one", "other"), [("lí", "lý"), ("kỉ", "kỷ"), ("Mĩ", "Mỹ"), ("quí", "quý")])
def test_a_final_i_may_be_spelt_y(one: str, other: str) -> None:
    assert is_syllable(one)
    assert is_syllable(other)


@pytest.mark.parametrize(
    "text",
    [
        *("QUYÉT", "quyêt", "quyền\u0301", "biet", "cảc", "viếng1", "", " ", "nghành", "cê", "kan", "gê", "ghà", "ngế"),
        *("iêu", "nguơi", "hòan", "qủan", "Đắk", "Krông", "Pleiku", "UBND", "QĐ", "tấm-lòng", "câp", "phuơng"),
    ],
)
def test_what_breaks_a_rule_is_not(text: str) -> None:
    assert not is_syllable(text)


def test_parts_of_a_syllable() -> None:
    assert parse("Nghiệp") == Syllable("ngh", "iêp", Tone.NANG)
    assert parse("giếng") == Syllable("gi", "iêng", Tone.SAC)
    assert parse("gì") == Syllable("gi", "i", Tone.HUYEN)
    assert parse("quyết") == Syllable("qu", "yêt", Tone.SAC)
    assert parse("ơi") == Syllable("", "ơi", Tone.NGANG)


def test_a_final_stop_carries_two_tones_only() -> None:
    assert {s.tone for s in EVERY if s.rime.endswith(("c", "ch", "p", "t"))} == {Tone.SAC, Tone.NANG}


def test_neighbours_differ_in_marks_only() -> None:
    assert neighbours("QUYÉT") == ("QUYẾT", "QUYỆT")
    assert neighbours("Cap") == ("Cáp", "Cạp", "Cấp", "Cập", "Cắp", "Cặp")
    assert "được" in neighbours("duoc")
    assert neighbours("Krông") == ()


@given(st.sampled_from(EVERY), st.data())
def test_neighbours_are_possible_and_mutual(syllable: Syllable, data: st.DataObject) -> None:
    spelling = data.draw(st.sampled_from(syllable.spellings))
    text = data.draw(st.sampled_from([spelling, spelling.title(), spelling.upper()]))
    found = neighbours(text)
    assert text not in found
    for other in found:
        assert is_syllable(other)
        assert bare(other) == bare(text)
        assert text in neighbours(other)


@given(st.text(max_size=8) | st.text(alphabet="quyeQUa\u0302\u0306\u0301\u0323đĐ", max_size=8))
def test_any_text_may_be_asked_about(text: str) -> None:
    nfc = unicodedata.normalize("NFC", text)
    assert is_syllable(nfc) == (parse(nfc) is not None)
    assert all(is_syllable(other) and len(other) == len(nfc) for other in neighbours(nfc))
