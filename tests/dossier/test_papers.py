import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import WrongState
from dossier.identifiers import PaperId
from dossier.papers import TRANSITIONS, Box, Field, Paper, PaperState, StoredObject, require_transition

boxes = st.builds(Box, *(st.integers(0, 5000) for _ in range(4)))


@given(boxes, boxes, boxes)
def test_a_union_holds_both_boxes_in_any_order(a: Box, b: Box, c: Box) -> None:
    both = a.union(b)
    assert both == b.union(a)
    assert both.union(c) == a.union(b.union(c))
    for box in (a, b):
        assert both.x <= box.x
        assert both.y <= box.y
        assert both.right >= box.right
        assert both.bottom >= box.bottom


@given(st.sampled_from(PaperState), st.sampled_from(PaperState))
def test_only_declared_transitions_pass(present: PaperState, following: PaperState) -> None:
    if following in TRANSITIONS[present]:
        require_transition(present, following)
    else:
        with pytest.raises(WrongState) as refusal:
            require_transition(present, following)
        assert refusal.value.details["state"] == present.value


def test_every_state_is_declared_and_can_be_reached() -> None:
    assert set(TRANSITIONS) == set(PaperState)
    reached, edge = {PaperState.RECEIVED}, {PaperState.RECEIVED}
    while edge:
        edge = {after for state in edge for after in TRANSITIONS[state]} - reached
        reached |= edge
    assert reached == set(PaperState) - {PaperState.DISPOSED}, "two persons lead there, no step"


def test_nothing_is_stored_that_nobody_confirmed() -> None:
    assert {s for s, after in TRANSITIONS.items() if PaperState.STORED in after} == {PaperState.CONFIRMED}


def test_a_paper_finds_its_fields() -> None:
    number = Field("number", "15/2021", "15/2021", 1, Box(1, 2, 3, 4), 0.9)
    paper = Paper(
        PaperId.new(),
        "lo-1",
        "a.pdf",
        PaperState.RECEIVED,
        dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        StoredObject("k", "1", "0" * 64, 1, "application/pdf"),
        fields=(number,),
    )
    assert paper.field("number") is number
    assert paper.field("sex") is None
