"""Find beginnings of words as quickly as words (SQLite): the index of pages is made anew, of the words that are kept.

Without lists of its own for beginnings, FTS5 puts all pages of one together before the first is known. PostgreSQL does
without: what is frequent it finds among the first rows in order. A thousand pages take a second of processor time.

What is put into the index is worked out here as it was at this migration, and not by the code of the day, which may
come to make other rows: whoever changes that has to make the index anew, from here on.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_INDEX = """
    CREATE VIRTUAL TABLE page_index USING fts5 (
        tokens, content = '', columnsize = 0, detail = none, prefix = '2 3 4', tokenize = "ascii tokenchars '#_'"
    )
"""
_TOGETHER = 500
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_SPACES = re.compile(r"\s+")
_D_LETTERS = str.maketrans({"đ": "d", "Đ": "D", "Ð": "D", "ð": "d"})
_MAX_TOKEN = 40
_MOST_BYTES = 500_000
_FIRST_PAGE, _WHOLE = "#1", "#0"
_indexed = sa.table("indexed", sa.column("paper"), sa.column("place"), sa.column("tokens", sa.JSON()))
_words = sa.table("page_words", sa.column("paper"), sa.column("page"), sa.column("words"))


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "postgresql":
        return
    op.execute("DROP TABLE page_index")
    op.execute(_INDEX)
    put = sa.text("INSERT INTO page_index (rowid, tokens) VALUES (:place, :tokens)")
    for paper, first, shared in _papers():
        pages = op.get_bind().execute(sa.select(_words.c.page, _words.c.words).where(_words.c.paper == paper))
        for place, tokens in rows_of(first, shared, sorted((number, words) for number, words in pages)):
            op.get_bind().execute(put, {"place": place, "tokens": " ".join(tokens)})


def _papers() -> Iterator[tuple[int, int, list[str]]]:
    """Yield the serials, the places and the own tokens of papers, in the order of their places."""
    place = -1
    query = sa.select(_indexed).order_by(_indexed.c.place).limit(_TOGETHER)
    while some := op.get_bind().execute(query.where(_indexed.c.place > place)).all():
        for row in some:
            yield row.paper, row.place, row.tokens
        place = some[-1].place


def rows_of(first: int, shared: Sequence[str], pages: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a paper: its place and tokens, those of its pages, and of a paper of several the whole."""
    whole, count = list[str](), 0
    for number, packed in pages:
        words = [token for word in _words_of(packed) for token in _tokens(word)]
        page = _as_far_as_there_is_room([*words, *_pairs(words)])
        yield first + number, [*shared, *page, *([] if count else [_FIRST_PAGE])]
        whole += page
        count += 1
    if count > 1:
        yield first, [*shared, *_as_far_as_there_is_room(whole), _WHOLE]


def _words_of(packed: bytes) -> list[str]:
    words = zlib.decompress(packed).partition(b"\x00")[0].decode()
    return words.split(" ") if words else []


def _tokens(word: str) -> list[str]:
    decomposed = unicodedata.normalize("NFD", word.translate(_D_LETTERS))
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    folded = _SPACES.sub(" ", bare).strip().lower()
    return [token[:_MAX_TOKEN] for token in _TOKEN.findall(folded)]


def _pairs(words: Sequence[str]) -> Iterator[str]:
    for one, other in pairwise(words):
        if not one[0].isdigit() and not other[0].isdigit():
            yield f"_{one}_{other}"


def _as_far_as_there_is_room(tokens: Iterable[str]) -> list[str]:
    """Return the different ones of ``tokens``, in order, up to ``_MOST_BYTES`` of them."""
    found, size = dict[str, None](), 0
    for token in tokens:
        if token not in found and size < _MOST_BYTES:
            found[token] = None
            size += len(token.encode())
    return list(found)
