"""What a word is, what a query means, and how well a paper answers it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossier.errors import InvalidValue
from dossier.papers import Box
from dossier.search import MAX_TERMS, Level, Query, SearchedPage, Term, in_line, judge, pairs, parse_query, tokens

NO_QUOTES = str.maketrans(dict.fromkeys('"“”„«»', " "))


def line(text: str) -> str:
    return in_line(tokens(text))


def level(query: str, *pages: str, number: str = "") -> Level | None:
    return judge(parse_query(query), [number] if number else [], [line(page) for page in pages])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nguyễn Thị Đào", ("nguyen", "thi", "dao")),
        ("320/QĐ-UBND", ("320", "qd", "ubnd")),
        ("CS02175", ("cs", "02175")),
        ("1.001193", ("1", "001193")),
        ("…(và)_x", ("va", "x")),
        ("ΑΘΗΝΑ", ("αθηνα",)),
        ("", ()),
    ],
)
def test_tokens_are_runs_of_letters_or_digits(text: str, expected: tuple[str, ...]) -> None:
    assert tokens(text) == expected


@given(st.text())
def test_tokens_do_not_depend_on_marks_case_or_composition(text: str) -> None:
    assert tokens(unicodedata.normalize("NFD", text)) == tokens(unicodedata.normalize("NFC", text))
    for token in tokens(text):
        assert tokens(token) == (token,)
        assert token.isalnum()
        assert not set(token) & set(" '\"\\#_:*&|!()")


def test_pairs_are_of_words_of_letters() -> None:
    assert list(pairs(tokens("Số 320/QĐ-UBND ngày 3"))) == ["_qd_ubnd", "_ubnd_ngay"]


@pytest.mark.parametrize(
    ("text", "terms", "excluded"),
    [
        ("Đất ở", (Term(("dat",)), Term(("o",))), ()),
        ('"Nguyễn Văn" an', (Term(("nguyen", "van")), Term(("an",))), ()),
        ("“nguyễn văn” an", (Term(("nguyen", "van")), Term(("an",))), ()),
        ('"không đóng', (Term(("khong", "dong")),), ()),
        ("320/QĐ-UBND", (Term(("320", "qd", "ubnd")),), ()),
        ("ngu* -lý", (Term(("ngu",), prefix=True),), (Term(("ly",)),)),
        ('-"lý lịch" a-b', (Term(("a", "b")),), (Term(("ly", "lich")),)),
        ("- -- * \"\" 'OR' NEAR(", (Term(("or",)), Term(("near",))), ()),
        ("an an", (Term(("an",)), Term(("an",))), ()),
    ],
)
def test_queries_are_read(text: str, terms: tuple[Term, ...], excluded: tuple[Term, ...]) -> None:
    assert parse_query(text) == Query(terms, excluded)


@given(st.text(alphabet=st.characters() | st.sampled_from('"-* “'), max_size=60))
def test_any_text_is_a_query_or_says_why_not(text: str) -> None:
    try:
        query = parse_query(text)
    except InvalidValue:
        query = parse_query(" ".join(text.replace("*", "").translate(NO_QUOTES).split()[:MAX_TERMS]))
    assert len(query.terms) + len(query.excluded) <= MAX_TERMS
    assert all(term.tokens for term in (*query.terms, *query.excluded))
    assert query.levels


@pytest.mark.parametrize("text", ["n*", '"nguyen v*"', " ".join("abcdefghijklmnopq")])
def test_what_would_be_too_much_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_query(text)
    assert "query" in refused.value.text_en


@pytest.mark.parametrize(
    ("query", "pages", "expected"),
    [
        ("quyet dinh", ("QUYẾT ĐỊNH",), Level.RUN),
        ("dinh quyet", ("QUYẾT ĐỊNH",), Level.PAGE),
        ("quyet dinh", ("quyết", "định"), Level.PAPER),
        ('"quyet dinh"', ("quyết", "định"), None),
        ('"quyet dinh"', ("quyết định",), Level.PAGE),
        ("quyet dinh", ("quyết",), None),
        ("quy*", ("quyết",), Level.PAGE),
        ("quy", ("quyết",), None),
        ("qd ubnd*", ("320/QĐ-UBND",), Level.RUN),
        ("quyet -dinh", ("quyết", "định"), None),
        ('quyet -"dinh cu"', ("quyết định",), Level.PAGE),
        ("", ("gì đó",), Level.PAGE),
        ("-dinh", ("gì đó",), Level.PAGE),
        ("nguyen van an", ("Nguyễn Văn Bình, Trần Văn An",), Level.PAGE),
    ],
)
def test_levels(query: str, pages: tuple[str, ...], expected: Level | None) -> None:
    assert level(query, *pages) is expected


def test_a_number_and_symbol_is_the_best_hit() -> None:
    for query in ("320/QĐ-UBND", "320 qd ubnd", "320qđubnd", "320/QĐ*"):
        assert level(query, "trang", number="320qdubnd") is Level.NUMBER
    assert level("320/QĐ-UBND", "320/QĐ-UBND", number="1320qdubnd") is Level.PAGE
    assert level("320/QĐ-UBND -trang", "trang", number="320qdubnd") is None
    assert Level.NUMBER not in parse_query("quyết định").levels  # without a digit


def test_a_page_has_the_tokens_of_its_words() -> None:
    page = SearchedPage(1, ("320/QĐ", "…", "Đất"), (Box(0, 0, 1, 1),) * 3)
    assert page.tokens == ["320", "qd", "dat"]
    assert page.line == " 320 qd dat "
