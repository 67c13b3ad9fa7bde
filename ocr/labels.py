"""Finding printed labels and phrases among recognized words, and telling which field each label belongs to.

Labels are compared by their folded letters, so tone marks, spaces, punctuation and normal forms do not matter, and up
to one edit in five letters is forgiven: short labels must be exact.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from ocr.tokens import Row, Token, letters_of

FORGIVEN = 0.2
"""Share of a label's letters that may be edited: one in five."""

_NEARLY_EXACT = 0.9
"""Score that a label without a colon needs."""

_BROKEN = 0.8
"""How credible a label is that seems to run on behind its colon."""

_NUMBERING = re.compile(r"(?:\d{1,2}|[a-zđ]|[IVXLl]{1,4})[.)]|[*+–-]")
"""What numbers the items of a form, before their labels."""

_BARE_NUMBERING = re.compile(r"\d{1,2}")
"""The same at the beginning of a line, where a copier lost the dot."""

_ROUNDED = 0.01
"""Percent that likenesses may be off by rounding."""

_SHORT = 4
"""Labels of fewer letters, as "Số", stand in every sentence: they need a colon, or figures alone on their line."""


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase found in a row.

    Attributes:
        phrase: The phrase sought. start, end: First token and the token after the last.
        score: 0.8 to 1, less for a short phrase with an edit.
    """

    phrase: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Label:
    """A place where a label is printed.

    Attributes:
        row: Number of the row. start: First token, its numbering included.
        ends: For each label that it may be, the token after its last.
        scores: For each label that it may be, 0 to 1.
    """

    row: int
    start: int
    ends: Mapping[str, int]
    scores: Mapping[str, float]

    @property
    def best(self) -> str:
        """The likeliest label."""
        return max(self.scores, key=lambda text: (self.scores[text], len(text)))

    def only(self, text: str) -> "Label":
        """Return the place as that of the one label that it turned out to be."""
        return replace(self, ends={text: self.ends[text]}, scores={text: self.scores[text]})

    @property
    def is_sure(self) -> bool:
        """Whether it ends a value even if it is no field's: of "số 060069313349" alone on a line one cannot tell."""
        return self.scores[self.best] == 1 or len(letters_of(self.best)) >= _SHORT

    @property
    def end(self) -> int:
        """The token after the likeliest label."""
        return self.ends[self.best]


def find_phrase(tokens: Sequence[Token], phrase: str, *, least_edits: int = 0) -> list[Match]:
    """Return where ``phrase`` stands among ``tokens`` of one row, best first; matches may overlap.

    Args:
        tokens: Of one row.
        phrase: As printed.
        least_edits: Edits forgiven even to a short phrase, whose score then falls below 0.8.
    """
    wanted = _letters_of_phrase(phrase)
    allowed = max(int(FORGIVEN * len(wanted)), least_edits)
    if not _may_hold("".join([token.letters for token in tokens]), wanted, allowed):
        return []
    matches = []
    for start, first in enumerate(tokens):
        if not first.letters:
            continue
        letters = ""
        for end in range(start, len(tokens)):
            letters += tokens[end].letters
            if len(letters) < len(wanted) - allowed or not tokens[end].letters:
                continue
            if len(letters) > len(wanted) + allowed:
                break
            edits = Levenshtein.distance(wanted, letters, score_cutoff=allowed)
            if edits <= allowed:
                matches.append(Match(phrase, start, end + 1, 1 - edits / len(wanted)))
    return sorted(matches, key=lambda m: -m.score)


def _may_hold(letters: str, wanted: str, allowed: int) -> bool:
    """Tell whether some part of ``letters`` can be ``wanted`` but for so many edits: of most rows it takes one look.

    Each edit costs two of insertions and deletions in the best part as long as the shorter of both, and so its share of
    that length; the shorter has ``allowed`` letters less than ``wanted`` at least.
    """
    least = 1 - allowed / max(len(wanted) - allowed, 1)
    return least <= 0 or fuzz.partial_ratio(wanted, letters, score_cutoff=100 * least - _ROUNDED) > 0


@lru_cache(maxsize=1024)
def _letters_of_phrase(phrase: str) -> str:
    """Return a phrase's letters: the same few hundred of the catalogue are looked for in every row."""
    return letters_of(phrase)


def find_labels(rows: Sequence[Row], labels: Iterable[str]) -> list[Label]:
    """Return the places where ``labels`` are printed, in reading order; no two overlap."""
    wanted = tuple(dict.fromkeys(labels))
    found = []
    for number, row in enumerate(rows):
        matches = [
            Match(m.phrase, m.start, m.end, score)
            for label in wanted
            for m in find_phrase(row.tokens, label, least_edits=1)
            if (score := m.score * _unbroken(row, m) * _credibility(row, m)) > 0
        ]
        found += [replace(label, start=_numbered(row, label.start)) for label in _without_overlaps(number, matches)]
    return sorted(found, key=lambda label: (label.row, label.start))


def _unbroken(row: Row, match: Match) -> float:
    """Return 1, or less if a colon stands inside the match: "Họ và tên: CHỬ" is one letter from "Họ và tên cha"."""
    return _BROKEN if any(token.text.endswith(":") for token in row.tokens[match.start : match.end - 1]) else 1.0


def _credibility(row: Row, match: Match) -> float:
    """Return how much like a label the match looks, 0 to 1: a colon after it, or the start of a line before it."""
    last = row.tokens[match.end - 1]
    after = [token for token in row.tokens[match.end :] if token.letters or ":" in token.text]
    start = _numbered(row, match.start)
    starts_line = start == 0 or row.tokens[start - 1].line != last.line
    alone = starts_line and len(after) == 1 and after[0].text[:1].isdigit()
    if match.score < 1 - FORGIVEN and not alone:
        # A misread "Số" is known by its figures only.
        return 0.0
    if last.text.endswith((":", ":.", ";")) or (after and after[0].text.startswith(":")):
        return 1.0
    if len(letters_of(match.phrase)) < _SHORT:
        # "Số 15/2021" is a number; "Số 153 đường Chợ" is an address.
        return 0.9 if alone else 0.0
    if match.phrase[0].isupper() and row.tokens[match.start].text[0].islower():
        # "điều chỉnh nơi cư trú" in a sentence.
        return 0.0
    if match.score < _NEARLY_EXACT:
        # "Nam, tỉnh …" at the start of a line is one letter from "Năm sinh".
        return 0.0
    return 0.95 if starts_line else 0.75 * (match.end - match.start > 1)


def _numbered(row: Row, start: int) -> int:
    """Return the token with which a label begins, if a numbering stands before it: "b) Địa chỉ", "2. Giới tính"."""
    if start == 1 and _BARE_NUMBERING.fullmatch(row.tokens[0].text):
        return 0
    if start == 0 or not _NUMBERING.fullmatch(row.tokens[start - 1].text):
        return start
    if start == 1:
        return 0
    numbering, before = row.tokens[start - 1], row.tokens[start - 2]
    apart = numbering.line != before.line or numbering.box.x - before.box.right > row.height
    return start - 1 if apart else start


def _without_overlaps(row: int, matches: list[Match]) -> list[Label]:
    """Keep the longest and best matches; a place keeps every label of about the same length that it may be."""
    labels: list[Label] = []
    taken: set[int] = set()
    for best in sorted(matches, key=lambda m: (-(m.score**2) * len(letters_of(m.phrase)), m.end - m.start)):
        if taken.intersection(range(best.start, best.end)):
            continue
        taken.update(range(best.start, best.end))
        alike = [m for m in matches if m.start == best.start and abs(m.end - best.end) <= 1]
        alike = [m for m in alike if _similar_length(m.phrase, best.phrase)]
        scores: dict[str, float] = {}
        ends: dict[str, int] = {}
        for m in sorted(alike, key=lambda m: m.score):
            scores[m.phrase], ends[m.phrase] = m.score, m.end
        labels.append(Label(row, best.start, ends, scores))
    return labels


def _similar_length(a: str, b: str) -> bool:
    short, long = sorted((len(letters_of(a)), len(letters_of(b))))
    return short >= (1 - FORGIVEN) * long


def assign(labels: Sequence[Label], fields: Sequence[tuple[str, Sequence[str]]]) -> dict[str, tuple[int, str]]:
    """Return for each field key the number of its label place and the label's text there.

    Fields come in printed order. Equal labels (the mother's and the father's "Năm sinh") are told apart by that order:
    of all ways to hand places to fields without crossing, the one with the highest total score is taken. A field whose
    labels are its own alone may afterwards still take a place out of order.

    Args:
        labels: In reading order.
        fields: Key and label texts of each field, in printed order.
    """
    score = [[_score(label, texts) for _, texts in fields] for label in labels]
    best = [[0.0] * (len(fields) + 1) for _ in range(len(labels) + 1)]
    for i in reversed(range(len(labels))):
        for j in reversed(range(len(fields))):
            matched = score[i][j] + best[i + 1][j + 1] if score[i][j] else 0.0
            best[i][j] = max(matched, best[i + 1][j], best[i][j + 1])
    assigned: dict[str, tuple[int, str]] = {}
    i = j = 0
    while i < len(labels) and j < len(fields):
        if score[i][j] and best[i][j] == score[i][j] + best[i + 1][j + 1]:
            assigned[fields[j][0]] = (i, _text(labels[i], fields[j][1]))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return assigned | _out_of_order(labels, fields, assigned)


def _out_of_order(
    labels: Sequence[Label], fields: Sequence[tuple[str, Sequence[str]]], assigned: Mapping[str, tuple[int, str]]
) -> dict[str, tuple[int, str]]:
    taken = {place for place, _ in assigned.values()}
    late: dict[str, tuple[int, str]] = {}
    for key, texts in fields:
        shared = {text for other, others in fields if other != key for text in others}
        own = [text for text in texts if text not in shared]
        places = [i for i, label in enumerate(labels) if i not in taken and label.best in own and label.is_sure]
        if key not in assigned and places:
            late[key] = (places[0], labels[places[0]].best)
            taken.add(places[0])
    return late


def _score(label: Label, texts: Sequence[str]) -> float:
    return max((label.scores[t] for t in texts if t in label.scores), default=0.0)


def _text(label: Label, texts: Sequence[str]) -> str:
    return max((t for t in texts if t in label.scores), key=lambda t: label.scores[t])
