import numpy as np

from tests.training import remaining
from tests.training.feed import FALLBACK
from tests.training.lines import HEIGHT, Sample
from tests.training.remaining import Read


def line(truth: str, read: str) -> Read:
    return Read(Sample(np.full((HEIGHT, 300), 255, dtype=np.uint8), truth), read)


LINES = [line("Quyết định", "Quyêt đinh"), line("Số 16, S.", "Số16. s."), line("đúng", "đúng")]


def test_wrong_characters_are_summed_by_kind() -> None:
    table = remaining.kinds_table({"held-out": LINES})
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert (row["number"], row["characters"], row["wrong"]) == ("3", "23", "5")
    assert [row[kind] for kind in ("marks", "case", "letters", "digits", "punctuation", "spaces")] == list("210011")


def test_commonest_confusions_come_first_each_set_in_a_column() -> None:
    twice = [line("ế", "ê")] * 2
    table = remaining.confusions_table({"a": [*LINES, *twice], "b": twice}, limit=2)
    assert table.rows[0] == ("`ế` → `ê` × 3", "`ế` → `ê` × 2")
    assert table.rows[1][1] == ""


def test_spaces_bars_and_what_was_lost_can_be_seen_in_a_table() -> None:
    table = remaining.confusions_table({"a": [line("a b", "ab"), line("c", "c|")]})
    assert {row[0] for row in table.rows} == {"`␣` → ∅ × 1", "∅ → `¦` × 1"}


def test_lines_that_were_lost_are_no_confusions() -> None:
    assert remaining.confusions_table({"a": [line("Cộng hòa xã hội", "")]}).rows == []


def test_hardest_lines_come_first() -> None:
    assert [read.errors for read in remaining.hardest(LINES, limit=2)] == [3, 2]


def test_differences_are_drawn_in_red() -> None:
    def red(read: Read) -> int:
        pixels = np.asarray(remaining.picture([read], FALLBACK), dtype=np.int16)
        return int((pixels[..., 0] - pixels[..., 1] > 100).sum())

    assert red(line("đúng", "đúng")) == 0
    assert red(line("đúng", "dúng")) > 0
