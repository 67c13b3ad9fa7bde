from tests.training.score import Score, scored, total


def test_a_line_read_right_has_no_errors() -> None:
    score = scored("Quyết định", "Quyết định")
    assert (score.exact, score.errors, score.marked, score.marked_right) == (1, 0, 3, 3)


def test_a_lost_mark_costs_a_character_and_a_mark() -> None:
    score = scored("QUYẾT", "QUYÉT")
    assert (score.exact, score.errors, score.marked, score.marked_right) == (0, 1, 1, 0)


def test_a_missing_letter_does_not_cost_the_marks_after_it() -> None:
    score = scored("bổ nhiệm", "b nhiệm")
    assert (score.errors, score.marked, score.marked_right) == (1, 2, 1)


def test_text_on_an_empty_line_is_counted_apart() -> None:
    assert total([scored("", ""), scored("", "x")]) == Score(empty=2, invented=1)


def test_shares_are_of_all_lines_together() -> None:
    together = total([scored("ab", "ab"), scored("ấb", "ab")])
    assert (together.cer, together.exact_share, together.marks_share) == (25.0, 50.0, 0.0)
    assert str(together).startswith("CER 25.000 %")
