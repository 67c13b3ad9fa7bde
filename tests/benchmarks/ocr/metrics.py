"""Errors of a page's text against its truth: characters, words, tone marks, letters with marks.

All texts are compared in Unicode NFC with every run of white space as one space, a whole page at once, in reading
order. Counts are kept, not rates, so that figures of many pages add up: long pages weigh more than short ones.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import starmap, zip_longest
from types import MappingProxyType
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from dossier.text import nfc

MARKED_LETTERS: Final = ("đ", "ơ", "ư", "â", "ê", "ô", "ă")
"""Letters of the Vietnamese alphabet that differ from another by a mark which is no tone."""
_LEADERS: Final = re.compile(r"(?:[._…·–—-] ?){3,}")
_CHECK_BOXES: Final = re.compile("[☐☑☒]")
_TONES: Final = frozenset("\u0300\u0301\u0303\u0309\u0323")
_VOWELS: Final = frozenset("aeiouy")
MIN_LIKENESS: Final = 60.0
"""Percent of likeness below which an optional text counts as not read at all."""
MIN_AGREEING: Final = 4
"""Marks are compared only in runs of at least this many agreeing base letters: shorter ones agree by chance."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many; shares of several pages add up.

    Attributes:
        part: Of ``whole``; may be more where extra characters count as errors.
    """

    part: float = 0
    whole: float = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.part + other.part, self.whole + other.whole)

    @property
    def percent(self) -> float:
        """In percent; not a number where there was nothing to count."""
        return 100 * self.part / self.whole if self.whole else float("nan")


def normal(text: str) -> str:
    """Return ``text`` as it is compared: NFC, no check boxes, white space as single spaces, none at the ends."""
    return " ".join(_CHECK_BOXES.sub(" ", nfc(text)).split())


def characters(truth: str, reading: str) -> Share:
    """CER: fewest insertions, deletions and substitutions over the characters of the truth. Both texts normal."""
    return Share(Levenshtein.distance(truth, reading), len(truth))


def without_leaders(text: str) -> str:
    """Return a normal text without the dots, dashes or underscores in rows that forms are filled in on.

    Leaders are no text; but an engine that gives them as dots has read nothing wrong.
    """
    return " ".join(_LEADERS.sub(" ", text).split())


def without_optional(truth: str, reading: str, optional: Iterable[str]) -> str:
    """Return a normal reading without the optional text in it: what may be read, or not, without being wrong.

    Of every optional text one place is taken out, if the truth needs nothing of it: without it there are so many edits
    fewer. Of a place that is only like the text (``MIN_LIKENESS``) the characters that agree are taken out; the others
    stay, invented.
    """
    for text in sorted(optional, key=len, reverse=True):
        edits = Levenshtein.distance(truth, reading)
        ways = (normal(way) for way in _without(reading, text))
        needless = (way for way in ways if Levenshtein.distance(truth, way) <= edits - (_ink(reading) - _ink(way)))
        reading = min(needless, key=len, default=reading)
    return reading


def _ink(text: str) -> int:
    return len(text) - text.count(" ")


def _without(reading: str, text: str) -> Iterator[str]:
    """Yield the reading without ``text``: without each place that equals it, and without the likest one."""
    for place in re.finditer(re.escape(text), reading):
        yield f"{reading[: place.start()]} {reading[place.end() :]}"
    found = fuzz.partial_ratio_alignment(text, reading, score_cutoff=MIN_LIKENESS)
    if found is not None and len(text) <= len(reading):
        start, end = found.dest_start, found.dest_end
        wrong = (block for block in Levenshtein.opcodes(text, reading[start:end]) if block.tag != "equal")
        left = "".join(reading[start + block.dest_start : start + block.dest_end] for block in wrong)
        yield f"{reading[:start]} {left} {reading[end:]}"


def words(truth: str, reading: str) -> Share:
    """WER: the same over words. Both texts normal."""
    wanted = truth.split()
    return Share(Levenshtein.distance(wanted, reading.split()), len(wanted))


@cache
def _letter(character: str) -> tuple[str, str, str]:
    """Return a character in lower case without any mark, its letter without tone, and its tone."""
    small = character.lower() if len(character.lower()) == 1 else character
    base, *marks = list(unicodedata.normalize("NFD", small))
    letter = unicodedata.normalize("NFC", base + "".join(m for m in marks if m not in _TONES))
    return "d" if base == "đ" else base, letter, "".join(m for m in marks if m in _TONES)


def aligned(truth: str, reading: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs of characters whose base letters (no marks, no case) agree in an alignment of the whole texts."""
    blocks = Levenshtein.opcodes([_letter(c)[0] for c in truth], [_letter(c)[0] for c in reading])
    for block in blocks:
        if block.tag == "equal" and block.src_end - block.src_start >= MIN_AGREEING:
            yield from zip(
                truth[block.src_start : block.src_end], reading[block.dest_start : block.dest_end], strict=True
            )


@dataclass(frozen=True, slots=True)
class MarkErrors:
    """What became of the marks of letters whose base was read right.

    Attributes:
        tones: Vowels with the wrong tone, of all aligned vowels.
        marked: Vowels with the wrong tone, of those that bear a tone mark in the truth.
        letters: For each letter with a mark: wrong, of those aligned; ``ê`` read as ``e`` is one, ``ề`` as ``ê`` none.
    """

    tones: Share = field(default_factory=Share)
    marked: Share = field(default_factory=Share)
    letters: MappingProxyType[str, Share] = field(default_factory=lambda: MappingProxyType({}))

    def __add__(self, other: "MarkErrors") -> "MarkErrors":
        letters = {x: self.letters.get(x, Share()) + other.letters.get(x, Share()) for x in MARKED_LETTERS}
        return MarkErrors(self.tones + other.tones, self.marked + other.marked, MappingProxyType(letters))

    def of_letters(self, letters: str) -> Share:
        """Return the errors of several letters together."""
        return sum((self.letters.get(letter, Share()) for letter in letters), Share())


def marks(truth: str, reading: str) -> MarkErrors:
    """Compare the marks of two normal texts."""
    seen, wrong = Counter[str](), Counter[str]()
    for wanted, got in aligned(truth, reading):
        base, letter, tone = _letter(wanted)
        _, got_letter, got_tone = _letter(got)
        if base in _VOWELS:
            for key in ("all", "marked") if tone else ("all",):
                seen[key] += 1
                wrong[key] += got_tone != tone
        if letter in MARKED_LETTERS:
            seen[letter] += 1
            wrong[letter] += got_letter != letter
    share = {key: Share(wrong[key], seen[key]) for key in ("all", "marked", *MARKED_LETTERS)}
    return MarkErrors(share["all"], share["marked"], MappingProxyType({x: share[x] for x in MARKED_LETTERS}))


def edit_kinds(truth: str, reading: str) -> Counter[str]:
    """Count the edits between two texts: ``case``, ``marks``, ``spaces``, ``digits``, ``punctuation``, ``letters``.

    An edit is of the first of these that fits: the letters agree but for their size; the base letters agree; a space, a
    digit is on either side; no letter is on either side; anything else.
    """
    kinds = Counter[str]()
    for wanted, got in confusions(truth, reading).elements():
        kinds.update(starmap(_edit_kind, zip_longest(wanted, got, fillvalue="")))
    return kinds


def _edit_kind(wanted: str, got: str) -> str:
    either = wanted + got
    if wanted.lower() == got.lower():
        return "case"
    if wanted and got and _letter(wanted)[0] == _letter(got)[0]:
        return "marks"
    if " " in either:
        return "spaces"
    if any(c.isdigit() for c in either):
        return "digits"
    return "letters" if any(c.isalpha() for c in either) else "punctuation"


def confusions(truth: str, reading: str) -> Counter[tuple[str, str]]:
    """Count what was read as what, by runs of differing characters; an empty side is an insertion or a deletion."""
    return Counter(
        (truth[block.src_start : block.src_end], reading[block.dest_start : block.dest_end])
        for block in Levenshtein.opcodes(truth, reading)
        if block.tag != "equal"
    )
