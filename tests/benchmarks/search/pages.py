"""Pages of invented papers for the search benchmark: what the generator's sentences say, and a long tail of rare words.

A page has a heading, sentences filled with names, places and numbers, somebody's name and number, and some words of
which there are many kinds, each seen seldom (Zipf): what misreadings and foreign names add to an archive's vocabulary.
"""

import datetime as dt
import random
import zlib
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise

from dossier.papers import Box
from dossier.search import SearchedPage, pairs, tokens
from storage.searching.page_words import pack
from tests.generator import people, sentences

TODAY = dt.date(2026, 11, 22)
YEARS = 25
PAGES_OF = ((1, 50), (2, 25), (3, 8), (4, 5), (5, 3), (8, 5), (12, 4))
"""How many pages papers have, and how many of a hundred have so many: 2.6 on average."""
MEAN_PAGES = sum(pages * share for pages, share in PAGES_OF) / 100
TYPES = ("decision", "birth-certificate", "land-use-certificate", "official-letter", "marital-status", "diploma")
OWNERS = 0.4
"""Owners for each paper."""
_SENTENCES = 20_000
_RARE_WORDS = 300_000
_HEADING = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc ỦY BAN NHÂN DÂN PHƯỜNG THÀNH TÂY "
    "Số: {number} Thành Tây, ngày {day} tháng {month} năm {year}"
)
_SYLLABLES = (
    "bơ",
    "cửi",
    "dạch",
    "giễn",
    "hoẹt",
    "khuông",
    "lưới",
    "mẵng",
    "nghít",
    "phẹo",
    "quẳm",
    "rược",
    "sềnh",
    "trỗ",
)


@dataclass(frozen=True, slots=True)
class Made:
    """A paper. Attributes: number: From 0, the latest issued first. owner: From 0. pages: Its pages."""

    number: int
    issued_on: dt.date
    paper_type: str
    symbol: str
    owner: int
    pages: tuple["MadePage", ...]


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page. Attributes: number: From 1. packed: Its words, as they are kept. tokens: Those of its row."""

    number: int
    packed: bytes
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words that come together, so that they are folded once. Attributes: tokens: In order. row: With their pairs."""

    text: str
    tokens: tuple[str, ...]
    row: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "_Piece":
        """Return the piece of a text."""
        found = tokens(text)
        return cls(text, found, frozenset([*found, *pairs(found)]))


class Press:
    """Makes papers, the same of the same seed."""

    def __init__(self, papers: int, seed: int = 1) -> None:
        self._papers = papers
        self._rng = random.Random(seed)  # noqa: S311 - chance, not secrets
        uses = ("reports", "tasks", "rules", "land", "social", "economy", "letters", "orders", "bases")
        patterns = [pattern for use in uses for pattern in sentences.stock(use, "dev")]
        self._sentences = [
            _Piece.of(sentences.fill(self._rng.choice(patterns), self._rng, "dev")) for _ in range(_SENTENCES)
        ]
        self.names = [people.invent_person(self._rng, "dev").name for _ in range(3_000)]
        self.rare = [
            "".join(self._rng.choices(_SYLLABLES, k=2))
            + self._rng.choice("aeiouy") * (n % 3 + 1)
            + str(n % 7) * (n % 2)
            for n in range(_RARE_WORDS)
        ]
        self._shares = list(accumulate(1 / (place + 20) for place in range(_RARE_WORDS)))

    def papers(self) -> Iterator[Made]:
        """Yield the papers, the latest issued first: every year has more than the one before."""
        rng = self._rng
        counts, shares = zip(*PAGES_OF, strict=True)
        for number in range(self._papers):
            age = (number / self._papers) ** 1.7 * YEARS * 365
            issued = TODAY - dt.timedelta(days=int(age))
            symbol = f"{rng.randint(1, 4000)}/{rng.choice(('QĐ', 'TB', 'BC', 'KH', 'GXN'))}-UBND"
            pages = rng.choices(counts, shares)[0]
            yield Made(
                number,
                issued,
                rng.choices(TYPES, (30, 20, 20, 15, 10, 5))[0],
                symbol,
                int(rng.random() ** 2 * self._papers * OWNERS),
                tuple(self._page(page + 1, symbol, issued) for page in range(pages)),
            )

    def _page(self, number: int, symbol: str, issued: dt.date) -> MadePage:
        rng = self._rng
        heading = _HEADING.format(number=symbol, day=issued.day, month=issued.month, year=issued.year)
        whole = self._shares[-1]
        rare = (self.rare[bisect(self._shares, rng.random() * whole)] for _ in range(10))
        closing = f"{rng.choice(self.names)} số định danh {rng.randrange(10**11, 10**12)} {' '.join(rare)}"
        pieces = [_Piece.of(heading)] if number == 1 else []
        pieces += [*rng.choices(self._sentences, k=rng.randint(3, 7)), _Piece.of(closing)]
        row: set[str] = set().union(*(piece.row for piece in pieces))
        for one, other in pairwise(pieces):
            row.update(pairs((one.tokens[-1], other.tokens[0])))
        text = " ".join(piece.text for piece in pieces)
        return MadePage(number, _packed(text, _layout(text.count(" ") + 1, rng.randrange(8))), frozenset(row))


def _packed(words: str, layout: bytes) -> bytes:
    """Return what `storage.searching.page_words.pack` makes of a page, boxes ready."""
    return zlib.compress(words.encode() + layout)


@cache
def _layout(words: int, kind: int) -> bytes:
    """Return the boxes of so many words in lines, as uneven as those of a scan, the way `pack` writes them."""
    rng = random.Random(kind * 10_000 + words)  # noqa: S311 - chance, not secrets
    boxes = []
    x = y = 140
    for _ in range(words):
        width = rng.randint(30, 150)
        boxes.append(Box(x, y + rng.randint(-3, 3), width, rng.randint(24, 36)))
        x += width + rng.randint(9, 14)
        if x > 1400:
            x, y = 140 + rng.randint(-3, 3), y + rng.randint(46, 50)
    page = SearchedPage(1, ("x",) * words, tuple(boxes))
    return b"\x00" + zlib.decompress(pack(page)).partition(b"\x00")[2]
