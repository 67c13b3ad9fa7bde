"""Looking again at what a first reading is likely to miss: the number, the signer under the seal, capitals on a form.

Read as a whole, a page leaves an engine two weak spots. The number has no dictionary behind it, and beside the other
column its line is cut badly. The seal is stamped over the signature and often over the signer's name, and where it is
black, the whole corner is taken for a drawing. Each is cut out and read once more, told how its text lies; a page whose
first reading shows no such fault pays nothing.

Nothing is made surer than it is. Two readings of a number that differ make it doubtful; a name counts only if it begins
with a family name, because a seal eats words, and the rest of a name still looks like one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from dossier.text import fold
from ocr.engine import Engine, Layout
from ocr.model import Line, Word
from ocr.names import is_family_name
from ocr.noise import without_noise

# Parts of the page's height: down to where its number stands, and how far a signature block reaches.
_HEAD, _SIGNATURE = 1 / 3, 1 / 4
# The block may begin so many line heights above "Nơi nhận"; the engine needs a margin of white around a line.
_ABOVE, _MARGIN = 3, 0.4
# A number from this confidence on is not read again; one read in two ways is no surer than this.
_SURE_NUMBER, _DISPUTED = 0.9, 0.5
# Words from this confidence on are words.
_SURE = 0.6
_NUMBER = re.compile(r"so\b.*/\s?[a-z]{2,}\s?-")
_RECIPIENTS = "noi nhan"
_OFFICE = re.compile(r"\b(thu tuong|chu tich|giam doc|bo truong|thu truong|truong|chanh|cuc|tong)\b")
_NAME_WORDS = range(2, 6)


def with_number(lines: Sequence[Line], image: NDArray[np.uint8], dpi: int, engine: Engine) -> tuple[Line, ...]:
    """Return the lines with that of the document's number, if it is in doubt, read a second time.

    Args:
        lines: Of the page, columns apart.
        image: Reading image, height x width.
        dpi: Its resolution.
        engine: What reads it.

    Raises:
        PartError: The engine is missing, failed, or ran out of time.
    """
    lines = tuple(lines)
    for i, line in enumerate(lines):
        if line.box.bottom < _HEAD * image.shape[0] and _NUMBER.match(fold(line.text)):
            if min(word.confidence for word in line.words) >= _SURE_NUMBER:
                break
            margin = round(_MARGIN * line.box.height)
            again = _read_again(image, _around(line.box, margin), dpi, engine, Layout.BLOCK)
            second = next((found for found in again if _NUMBER.match(fold(found.text))), None)
            if second is not None:
                return (*lines[:i], _surer(line, replace(second, block=line.block)), *lines[i + 1 :])
            break
    return lines


def _surer(first: Line, second: Line) -> Line:
    """Return the surer of two readings of one number, doubtful if their figures differ."""
    surer = max(second, first, key=lambda line: line.confidence)
    if _figures(first) == _figures(second):
        return surer
    return replace(surer, words=tuple(replace(w, confidence=min(w.confidence, _DISPUTED)) for w in surer.words))


def _figures(line: Line) -> str:
    return "".join(c for c in line.text if c.isdigit())


def with_signer(lines: Sequence[Line], image: NDArray[np.uint8], dpi: int, engine: Engine) -> tuple[Line, ...]:
    """Return the lines with those of the signature block, if the first reading found no name in it.

    The block stands right of "Nơi nhận" (zones 7 and 9b of decree 30/2020/NĐ-CP, annex I). Of a second reading only
    lines that are wholly an office or a person's name are taken; they replace what was read in their place, but no
    office replaces sure words.

    Args:
        lines: Of the page, without noise.
        image: Reading image, height x width.
        dpi: Its resolution.
        engine: What reads it.

    Returns:
        The lines in the order given, those added last, in a block of their own.

    Raises:
        PartError: The engine is missing, failed, or ran out of time.
    """
    lines = tuple(lines)
    area = _signature_area(lines, image)
    if area is None or any(_is_name(_within(line, area)) for line in lines):
        return lines
    block = 1 + max(line.block for line in lines)
    sure = [word.box for line in lines for word in line.words if word.confidence >= _SURE]
    found = [
        replace(line, block=block)
        for line in without_noise(_read_again(image, area, dpi, engine, Layout.SPARSE))
        if _is_name(line.words) or (_is_office(line.words) and not any(_overlap(line.box, box) for box in sure))
    ]
    return (*_without(lines, [line.box for line in found]), *found)


def with_names(lines: Sequence[Line], image: NDArray[np.uint8], dpi: int, engine: Engine) -> tuple[Line, ...]:
    """Return the lines with the capital words after a label, as on a form, read a second time for their marks.

    Read together with its label in small letters, a name filled in in capitals is scaled as if it were small, and its
    marks are taken for specks: LÝ BÁ TUẤN becomes LY BA TUAN, and surely. Only a reading of the very same letters
    counts, so that a second look can change marks and nothing else.

    Args:
        lines: Of the page.
        image: Reading image, height x width.
        dpi: Its resolution.
        engine: What reads it.

    Raises:
        PartError: The engine is missing, failed, or ran out of time.
    """
    return tuple(_with_marks(line, image, dpi, engine) for line in lines)


def _with_marks(line: Line, image: NDArray[np.uint8], dpi: int, engine: Engine) -> Line:
    capitals = [i for i, word in enumerate(line.words) if word.text.isalpha() and word.text.isupper()]
    start = capitals[0] if capitals else 0
    name = line.words[start : start + len(capitals)]
    together = capitals == list(range(start, start + len(capitals)))
    if not (together and len(name) in _NAME_WORDS and _ends_label(line.words[:start])):
        return line
    box = reduce(Box.union, (word.box for word in name))
    again = _read_again(image, _around(box, round(_MARGIN * box.height)), dpi, engine, Layout.BLOCK)
    words = [word for found in again for word in found.words]
    if [fold(word.text) for word in words] != [fold(word.text) for word in name]:
        return line
    marked = tuple(
        replace(first, text=second.text, confidence=second.confidence)
        for first, second in zip(name, words, strict=True)
    )
    return replace(line, words=(*line.words[:start], *marked, *line.words[start + len(name) :]))


def _ends_label(words: Sequence[Word]) -> bool:
    return bool(words) and words[-1].text.endswith(":") and any(c.islower() for c in words[-1].text)


def _signature_area(lines: Iterable[Line], image: NDArray[np.uint8]) -> Box | None:
    """Return the right half of the page from a little above "Nơi nhận" on; ``None`` without that."""
    height, width = image.shape
    for line in lines:
        first = line.words[0].box
        if fold(line.text).startswith(_RECIPIENTS) and first.right < width / 2:
            top, bottom = max(0, first.y - _ABOVE * first.height), min(height, first.y + round(_SIGNATURE * height))
            return Box(width // 2, top, width - width // 2, bottom - top)
    return None


def _within(line: Line, area: Box) -> tuple[Word, ...]:
    return tuple(word for word in line.words if _overlap(word.box, area))


def _is_name(words: Sequence[Word]) -> bool:
    """Tell whether the words are a person's whole name; specks of a signature beside it do not count."""
    name = [word for word in words if any(c.isalnum() for c in word.text)]
    return (
        len(name) in _NAME_WORDS
        and is_family_name(name[0].text)
        and all(w.text.isalpha() and (w.text.istitle() or w.text.isupper()) and w.confidence >= _SURE for w in name)
        and not _is_office(name)
    )


def _is_office(words: Sequence[Word]) -> bool:
    text = " ".join(word.text for word in words)
    return text.isupper() and min(w.confidence for w in words) >= _SURE and _OFFICE.search(fold(text)) is not None


def _without(lines: Iterable[Line], boxes: Sequence[Box]) -> Iterator[Line]:
    """Yield the lines without the words that stand where others were found."""
    for line in lines:
        words = tuple(word for word in line.words if not any(_overlap(word.box, box) for box in boxes))
        if words:
            yield replace(line, words=words)


def _overlap(word: Box, box: Box) -> bool:
    """Tell whether the middle of either box lies in the other."""
    return _holds(word, box) or _holds(box, word)


def _holds(outer: Box, inner: Box) -> bool:
    x, y = inner.x + inner.width / 2, inner.y + inner.height / 2
    return outer.x <= x < outer.right and outer.y <= y < outer.bottom


def _around(box: Box, margin: int) -> Box:
    x, y = max(0, box.x - margin), max(0, box.y - margin)
    return Box(x, y, box.right + margin - x, box.bottom + margin - y)


def _read_again(image: NDArray[np.uint8], area: Box, dpi: int, engine: Engine, layout: Layout) -> tuple[Line, ...]:
    """Read what ``area`` cuts out; boxes in pixels of the whole image."""
    cut = image[area.y : area.bottom, area.x : area.right]
    return tuple(
        replace(line, words=tuple(replace(word, box=_moved(word.box, area)) for word in line.words))
        for line in engine.read(cut, dpi, layout)
    )


def _moved(box: Box, area: Box) -> Box:
    return replace(box, x=box.x + area.x, y=box.y + area.y)
