import numpy as np
import pytest

from ocr.decoding import Reading
from tests.training.alphabet import ALPHABET, encode
from tests.training.lines import HEIGHT, Sample
from tests.training.spelling import MARGINS, ODDS, Change, changes, margins_table, odds_table


def reading(*parts: tuple[str, str]) -> Reading:
    """Return a reading of texts, each with what it was read as."""
    text = "".join(part for part, _ in parts)
    read_as = tuple(read_as for part, read_as in parts for _ in part)
    return Reading(text, (1.0,) * len(text), tuple(map(float, range(len(text)))), read_as)


@pytest.mark.parametrize(
    ("truth", "read_as", "text", "change"),
    [
        ("nước", "nuớc", "nước", Change.RIGHT),
        ("Sản Xuất", "SảnXuất", "Sản Xuất", Change.RIGHT),
        ("Búk", "Búk", "Bú", Change.WRONG),
        ("nước", "nuốc", "nuốt", Change.NEITHER),
    ],
)
def test_a_change_is_judged_by_what_is_printed(truth: str, read_as: str, text: str, change: Change) -> None:
    assert list(changes(f"ở {truth}", reading(("ở ", ""), (text, read_as)))) == [change]


def test_every_change_is_judged_by_itself() -> None:
    both = reading(("nước", "nuớc"), (" ", ""), ("ABĐ", "ABD"), (" ở", ""))
    assert list(changes("nước ABD ở", both)) == [Change.RIGHT, Change.WRONG]


def test_words_are_counted_by_margin() -> None:
    codes = encode("nuớc")
    answer = np.full((1, len(codes), 1 + len(ALPHABET)), -20.0, dtype=np.float32)
    answer[0, np.arange(len(codes)), codes] = 0.0
    answer[0, 1, encode("ư")] = -2.5
    sample = Sample(np.full((HEIGHT, 16), 255, dtype=np.uint8), "nước")
    table = margins_table({"held-out": [sample]}, lambda _: answer)
    right = {row[4]: row[6] for row in table.rows}
    assert right == {f"{margin:g}": str(int(margin >= 3)) for margin in MARGINS}


def test_words_are_counted_by_what_odd_ones_may() -> None:
    codes = encode("tô chức")
    answer = np.full((1, len(codes), 1 + len(ALPHABET)), -20.0, dtype=np.float32)
    answer[0, np.arange(len(codes)), codes] = 0.0
    answer[0, 1, encode("ổ")] = -5.0
    sample = Sample(np.full((HEIGHT, 28), 255, dtype=np.uint8), "tổ chức")
    table = odds_table({"real": [sample]}, lambda _: answer)
    assert {row[4]: row[6] for row in table.rows} == {f"{odd:g}": str(int(odd >= 2)) for odd in ODDS}
