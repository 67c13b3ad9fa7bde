from hypothesis import given
from hypothesis import strategies as st

from dossier.verdicts import Verdict


@given(st.lists(st.sampled_from(Verdict)))
def test_the_worst_verdict_counts_and_none_is_undetermined(verdicts: list[Verdict]) -> None:
    worst = Verdict.worst(verdicts)
    if Verdict.INVALID in verdicts:
        assert worst is Verdict.INVALID
    elif verdicts and set(verdicts) == {Verdict.VALID}:
        assert worst is Verdict.VALID
    else:
        assert worst is Verdict.UNDETERMINED


def test_verdicts_are_said_in_vietnamese() -> None:
    assert [v.text_vi for v in Verdict] == ["HỢP LỆ", "KHÔNG HỢP LỆ", "KHÔNG XÁC ĐỊNH"]
