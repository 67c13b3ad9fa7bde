"""Snippets show where the words of a query stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.papers import Box
from dossier.search import SearchedPage, parse_query, tokens
from dossier.snippets import MOST, Snippet, snippets

LONG = "một hai ba bốn năm sáu bảy tám chín mười " * 5


def page(number: int, text: str) -> SearchedPage:
    words = tuple(text.split())
    return SearchedPage(number, words, tuple(Box(n, number, 1, 1) for n in range(len(words))))


def shown(query: str, pages: list[SearchedPage]) -> list[Snippet]:
    boxes = {page.number: page.boxes for page in pages}
    return snippets(parse_query(query), {page.number: page.words for page in pages}, boxes.__getitem__)


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[first:behind] for first, behind in snippet.marks]


def test_a_hit_is_shown_among_its_neighbours_as_printed() -> None:
    (one,) = shown("320/qd-ubnd", [page(1, LONG + "Số 320/QĐ-UBND. ngày " + LONG)])
    assert one.text.startswith("… sáu bảy tám chín mười Số 320/QĐ-UBND. ngày một")
    assert one.text.endswith(" …")
    assert marked(one) == ["320/QĐ-UBND."]
    assert one.boxes == (Box(51, 1, 1, 1),)


def test_words_side_by_side_are_shown_alone() -> None:
    pages = [page(1, "Văn " + LONG), page(2, "Ông Nguyễn Văn An")]
    (one,) = shown("nguyen van an", pages)
    assert (one.page, marked(one), one.text) == (2, ["Nguyễn", "Văn", "An"], "Ông Nguyễn Văn An")


def test_every_word_is_shown_on_whatever_page_it_stands() -> None:
    pages = [page(1, "Đất " + LONG), page(2, LONG), page(3, LONG + "rừng và đất")]
    assert [(s.page, marked(s)) for s in shown("dat rung", pages)] == [(3, ["rừng", "đất"])]
    pages = [page(1, "Đất " + LONG), page(2, LONG), page(3, LONG + "rừng")]
    assert [(s.page, marked(s)) for s in shown("dat rung", pages)] == [(1, ["Đất"]), (3, ["rừng"])]


@pytest.mark.parametrize("query", ["", "-đất", "không"])
def test_nothing_is_shown_where_nothing_was_found(query: str) -> None:
    assert shown(query, [page(1, "Đất")]) == []


@given(
    st.lists(st.sampled_from(["an", "bình", "320/QĐ", "đất", '"an bình"', "b*x", "bi*"]), max_size=4),
    st.lists(st.lists(st.sampled_from(["An", "Bình", "320/QĐ", "Đất,", "…", "xa"]), max_size=60), max_size=3),
)
def test_marks_and_boxes_are_of_words_that_were_asked_for(asked: list[str], texts: list[list[str]]) -> None:
    query = parse_query(" ".join(asked))
    pages = [page(number + 1, " ".join(words)) for number, words in enumerate(texts)]
    known = {token for term in query.terms for token in term.tokens}
    found = shown(" ".join(asked), pages)
    assert len(found) <= MOST
    for one in found:
        assert len(one.marks) == len(one.boxes) > 0
        for text, box in zip(marked(one), one.boxes, strict=True):
            assert text == pages[one.page - 1].words[box.x]
            assert any(token.startswith(tuple(known)) for token in tokens(text))
