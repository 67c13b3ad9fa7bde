"""Words that a paper says more than once, and words that all papers say, by which a misread mark is known.

A paper names its commune again and again, and "công ty" stands on a company's in every line. So where two words in a
row have the letters of two others, all but for the marks of one of them, and the others were read surely, or are a term
of administrative papers (``dossier/catalogue/terms.toml``), these are meant. Of names, which may differ by a mark in
earnest, only what was read doubtfully is taken for another, and only for one on the same paper.
"""

import tomllib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import pairwise

from dossier.text import fold
from ocr.tokens import Row, Token
from ocr.usage import is_same_word

_SURE, _SURE_NAME = 0.98, 0.9
"""Confidences from which a word, and one of a name, stays what it was read as."""
_AGREED = 0.98
"""How sure a word is at least that stands so beside the same word elsewhere."""
_TERM = 2
"""What a term counts for, in times that it was read on the paper."""
_MORE_OFTEN = 3
"""Times as often as what was read surely must another word stand there to be meant all the same."""
_SIGNS = ".,;:()\"'"

_Pair = tuple[str, str]


def with_wording(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows; words that are misread by their marks with what is meant.

    Args:
        rows: Of all pages.
    """
    read = _pairs_of(rows)
    return tuple(Row(_mended(row.tokens, read)) for row in rows)


def _pairs_of(rows: Sequence[Row]) -> Mapping[_Pair, Counter[_Pair]]:
    """Return how often words stand in a row that were read surely, by their folded letters."""
    pairs = defaultdict[_Pair, Counter[_Pair]](Counter)
    for row in rows:
        for a, b in pairwise(row.tokens):
            if a.letters and b.letters and min(a.confidence, b.confidence) >= _SURE:
                pairs[a.letters, b.letters][_own(a, b)] += 1
    return pairs


def _mended(tokens: Sequence[Token], read: Mapping[_Pair, Counter[_Pair]]) -> tuple[Token, ...]:
    mended = list(tokens)
    for i, (a, b) in enumerate(pairwise(tokens)):
        if (a.letters, b.letters) in read or (a.letters, b.letters) in _terms():
            own, known = _own(a, b), read.get((a.letters, b.letters), Counter())
            meant = _meant(a, b, own, known)
            for place, token, is_read, word in zip((i, i + 1), (a, b), own, meant, strict=True):
                if word != is_read:
                    mended[place] = replace(token, meant=token.text.replace(_core(token), _as(_core(token), word)))
                elif meant == own and token.confidence < _AGREED and _is_confirmed(a, b, own, known):
                    mended[place] = replace(mended[place], confidence=_AGREED)
    return tuple(mended)


def _is_confirmed(a: Token, b: Token, own: _Pair, read: Counter[_Pair]) -> bool:
    """Tell whether two words were read surely elsewhere on the paper, or are a term; figures agree by chance."""
    return all(map(str.isalpha, own)) and (read[own] > 0 or _is_one_of(own, _terms().get((a.letters, b.letters), ())))


def _is_one_of(own: _Pair, terms: Sequence[_Pair]) -> bool:
    """Tell whether words are a term, wherever they bear their tones: hoà is hòa."""
    return any(is_same_word(own[0], term[0]) and is_same_word(own[1], term[1]) for term in terms)


def _meant(a: Token, b: Token, own: _Pair, read: Counter[_Pair]) -> _Pair:
    """Return the words that are meant by two tokens, small.

    Args:
        a: Some token.
        b: The next one.
        own: What was read, small.
        read: How often words of their letters were read surely, on the whole paper.
    """
    terms = _terms().get((a.letters, b.letters), ())
    if _is_one_of(own, terms):
        return own
    is_name = any(_core(token).istitle() for token in (a, b))
    known = read if is_name else read + Counter(dict.fromkeys(terms, _TERM))
    others = [pair for pair in known if [is_same_word(x, y) for x, y in zip(pair, own, strict=True)].count(False) == 1]
    if not others:
        return own
    best = max(others, key=lambda pair: (known[pair], pair))
    doubted = a if best[0] != own[0] else b
    if is_name:
        return best if doubted.confidence < _SURE_NAME else own
    return best if doubted.confidence < _SURE or known[best] >= _MORE_OFTEN * max(1, read[own]) else own


def _own(a: Token, b: Token) -> _Pair:
    return _core(a).lower(), _core(b).lower()


def _core(token: Token) -> str:
    return token.text.strip(_SIGNS)


def _as(read: str, meant: str) -> str:
    """Return ``meant`` with capitals where ``read`` has them."""
    if read.isupper() and len(read) > 1:
        return meant.upper()
    return meant.capitalize() if read[:1].isupper() else meant


@cache
def _terms() -> Mapping[_Pair, tuple[_Pair, ...]]:
    """Return the terms by their folded letters."""
    with (files("dossier") / "catalogue" / "terms.toml").open("rb") as source:
        lines: list[str] = tomllib.load(source)["terms"]
    terms: dict[_Pair, list[_Pair]] = defaultdict(list)
    for term in ", ".join(lines).split(", "):
        first, second = term.split(" ")
        terms[fold(first), fold(second)].append((first, second))
    return {letters: tuple(spelled) for letters, spelled in terms.items()}
