"""The words of a page with their boxes in a few bytes each: what shows where a hit stands.

Kept beside the index, since the reading in the object store is some fifteen times larger and one request away for
every page; docs/search.md has the figures.
"""

import json
import zlib
from collections.abc import Sequence
from itertools import accumulate, pairwise

from dossier.papers import Box
from dossier.search import SearchedPage

_SEPARATOR = b"\x00"


def pack(page: SearchedPage) -> bytes:
    """Return a page's words and boxes, compressed; spaces and NUL, which are no part of a word, are left out."""
    placed = [
        ("".join(word.replace("\x00", " ").split()), box) for word, box in zip(page.words, page.boxes, strict=True)
    ]
    placed = [(word, box) for word, box in placed if word]
    words, boxes = " ".join(word for word, _ in placed), [box for _, box in placed]
    columns = [
        _steps([box.x for box in boxes]),
        _steps([box.y for box in boxes]),
        [box.width for box in boxes],
        [box.height for box in boxes],
    ]
    numbers = json.dumps(columns, separators=(",", ":"))
    return zlib.compress(words.encode("utf-8", "replace") + _SEPARATOR + numbers.encode(), 9)


def words_of(packed: bytes) -> tuple[str, ...]:
    """Return the words alone."""
    words = zlib.decompress(packed).partition(_SEPARATOR)[0].decode()
    return tuple(words.split(" ")) if words else ()


def unpack(number: int, packed: bytes) -> SearchedPage:
    """Return the page that `pack` was given."""
    boxes = json.loads(zlib.decompress(packed).partition(_SEPARATOR)[2])
    x, y, widths, heights = accumulate(boxes[0]), accumulate(boxes[1]), boxes[2], boxes[3]
    placed = tuple(Box(*four) for four in zip(x, y, widths, heights, strict=True))
    return SearchedPage(number, words_of(packed), placed)


def _steps(values: Sequence[int]) -> list[int]:
    """Return the first value and then the differences: shorter numbers, and many alike."""
    return [*values[:1], *(other - one for one, other in pairwise(values))]
