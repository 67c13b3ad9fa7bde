"""Choices made by ticking: which of a label's boxes is ticked, each known by the word beside it.

Boxes stand before their words or behind them, the same way throughout one question: the way in which more words have a
box, or a nearer one. The value comes from the ink in the boxes alone. Where none is ticked, or several, or one is in
doubt, and where words are there without boxes or boxes without words, the field has no value: a person will look.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from dossier.paper_types import ChoiceBox, FieldRule
from dossier.papers import Box, Field
from ocr.labels import FORGIVEN, Label, find_phrase
from ocr.model import TickBox
from ocr.tokens import Row, Token, box_of, letters_of, text_of

_LEVEL = 0.7
"""A box stands in a row if its middle is at most so many heights, of row or box, from the row's."""

_CLEARLY = 2
"""One side of the words is theirs if boxes of the other side are farther away by this factor."""

_SIGNS = {True: "☒", False: "☐", None: "?"}
"""What is shown of a box: ticked, empty, in doubt or not found."""

_PARTLY = 0.5
"""Certainty of a choice of which not every word has a box that was found."""


@dataclass(frozen=True, slots=True)
class _Word:
    """An option's words on the paper, in the part numbered ``row``; ``score``: how well they match, 0 to 1."""

    option: ChoiceBox
    row: int
    tokens: tuple[Token, ...]
    score: float

    @property
    def box(self) -> Box:
        return box_of(self.tokens)


def read_choice(
    rows: Sequence[Row], stops: Sequence[Label], label: Label, rule: FieldRule, boxes: Mapping[int, Sequence[TickBox]]
) -> Field | None:
    """Return the field of a choice; nothing if neither its words nor boxes stand behind its label.

    Args:
        rows: Of the paper.
        stops: Labels at which what belongs to this one ends.
        label: Of the choice.
        rule: Of the field, which declares boxes.
        boxes: Tick boxes of each page, by its number.
    """
    parts = _parts(rows, stops, label, len(rule.boxes))
    words, page = _words(parts, rule.boxes), rows[label.row].page
    there = _boxes_of(parts, boxes.get(page, ()))
    if not words:
        return _wordless(rule, page, there[0])
    pairs = _paired(parts, words, there)
    found = [box for _, box in pairs if box is not None]
    ticked = [(word, box) for word, box in pairs if box is not None and box.ticked]
    is_clear = len(ticked) == 1 and all(box.ticked is not None for box in found)
    whole = len(found) == len(rule.boxes)
    certainty = label.scores[label.best] * min(word.score for word in words) * (1 if whole else _PARTLY)
    confidence = min((box.confidence for box in found), default=0.0) * certainty
    shown = ticked if is_clear else pairs
    value = ticked[0][0].option.value if is_clear else None
    return Field(rule.key, value, _raw(shown), page, _around(shown), confidence)


def _raw(pairs: Iterable[tuple[_Word, TickBox | None]]) -> str:
    """Return the words, each with a sign for what its box says."""
    return " ".join(f"{text_of(word.tokens)} {_SIGNS[box.ticked if box else None]}" for word, box in pairs)


def _wordless(rule: FieldRule, page: int, boxes: Sequence[TickBox]) -> Field | None:
    """Return the field of a choice none of whose words could be read, if it has boxes on the label's line."""
    if not boxes:
        return None
    raw, around = " ".join(_SIGNS[tick.ticked] for tick in boxes), reduce(Box.union, (tick.box for tick in boxes))
    return Field(rule.key, None, raw, page, around, 0.0)


def _around(pairs: Iterable[tuple[_Word, TickBox | None]]) -> Box:
    return reduce(Box.union, (box for word, tick in pairs for box in (word.box, tick.box if tick else word.box)))


@dataclass(frozen=True, slots=True)
class _Part:
    """What stands in one row between labels, maybe no word; ``left`` and ``right`` bound it, pixels."""

    row: Row
    tokens: tuple[Token, ...]
    left: float
    right: float

    @property
    def middle(self) -> float:
        box = box_of(self.tokens) if self.tokens else self.row.box
        return box.y + box.height / 2


def _parts(rows: Sequence[Row], stops: Sequence[Label], label: Label, most: int) -> list[_Part]:
    """Return what stands behind a label, and in so many rows below it as there are options, up to the next label."""
    parts: list[_Part] = []
    for number in range(label.row, min(label.row + most + 1, len(rows))):
        row = rows[number]
        if row.page != rows[label.row].page:
            break
        start = label.end if number == label.row else 0
        left = row.tokens[start - 1].box.right if start else float("-inf")
        end = min((s.start for s in stops if s.row == number and s.start >= start), default=len(row.tokens))
        right = row.tokens[end].box.x if end < len(row.tokens) else float("inf")
        if end > start or number == label.row:
            parts.append(_Part(row, row.tokens[start:end], left, right))
        if end < len(row.tokens):
            break
    return parts


def _words(parts: Sequence[_Part], options: Sequence[ChoiceBox]) -> list[_Word]:
    """Return where the options' words stand, in reading order; no two overlap."""
    matches = [
        _Word(option, number, part.tokens[match.start : match.end], match.score)
        for option in options
        for number, part in enumerate(parts)
        for match in find_phrase(part.tokens, option.label)
        if match.score >= 1 - FORGIVEN
    ]
    words: list[_Word] = []
    for best in sorted(matches, key=lambda m: (-m.score * len(letters_of(m.option.label)), m.row, m.box.x)):
        if not any(best.option == word.option or set(best.tokens) & set(word.tokens) for word in words):
            words.append(best)
    return sorted(words, key=lambda word: (word.row, word.box.x))


def _boxes_of(parts: Sequence[_Part], boxes: Iterable[TickBox]) -> list[list[TickBox]]:
    """Return the boxes that stand in each part."""
    found: list[list[TickBox]] = [[] for _ in parts]
    for tick in boxes:
        x, y = tick.box.x + tick.box.width / 2, tick.box.y + tick.box.height / 2
        away = [abs(part.middle - y) / max(part.row.height, tick.box.height) for part in parts]
        number = away.index(min(away))
        if away[number] <= _LEVEL and parts[number].left < x < parts[number].right:
            found[number].append(tick)
    return found


def _paired(
    parts: Sequence[_Part], words: Sequence[_Word], boxes: Sequence[Sequence[TickBox]]
) -> list[tuple[_Word, TickBox | None]]:
    """Return each word with its box; with none if boxes stand on both sides alike."""
    sides = []
    for behind in (True, False):
        beside = [_beside(parts[word.row], word, boxes[word.row], behind=behind) for word in words]
        gaps = [_gap(word.box, tick.box) for word, tick in zip(words, beside, strict=True) if tick]
        sides.append((len(gaps), -sum(gaps), beside))
    (many, near, best), (fewer, farther, _) = sorted(sides, key=lambda side: side[:2], reverse=True)
    if many == fewer and -farther < -near * _CLEARLY:
        return [(word, None) for word in words]
    return list(zip(words, best, strict=True))


def _beside(part: _Part, word: _Word, boxes: Iterable[TickBox], *, behind: bool) -> TickBox | None:
    """Return the nearest box on one side of a word, if no other word stands between them."""
    own = word.box
    side = [tick for tick in boxes if (_centre(tick.box) > _centre(own)) == behind]
    if not side:
        return None
    nearest = min(side, key=lambda tick: _gap(own, tick.box))
    low, high = sorted((_centre(own), _centre(nearest.box)))
    others = (token for token in part.tokens if token not in word.tokens and token.letters)
    return nearest if not any(low < _centre(t.box) < high and not _covers(nearest.box, t.box) for t in others) else None


def _centre(box: Box) -> float:
    return box.x + box.width / 2


def _gap(one: Box, other: Box) -> int:
    return max(one.x, other.x) - min(one.right, other.right)


def _covers(box: Box, mark: Box) -> bool:
    """Tell whether what was read as a word is the mark in a box."""
    return min(box.right, mark.right) - max(box.x, mark.x) >= mark.width / 2
