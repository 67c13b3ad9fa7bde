"""What the rules of spelling and of usage give when lines are decoded, and what they cost, by what they may change."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby
from operator import itemgetter
from typing import Final

from rapidfuzz.distance import Levenshtein

from ocr.decoding import Reading, Scores, decode
from ocr.spelling import is_doubtful
from tests.benchmarks.ocr.tables import Table
from tests.training.alphabet import ALPHABET
from tests.training.lines import Sample
from tests.training.measure import Reader, answers

MARGINS: Final = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0)
ODDS: Final = (0.0, 1.0, 2.0, 3.0, 4.0)
_COLUMNS: Final = ("lines", "number", "words", "no Vietnamese ones")


class Change(Enum):
    """What became of words that were read otherwise."""

    RIGHT = "changes for the right"
    WRONG = "for the wrong"
    NEITHER = "for neither"


def changes(truth: str, reading: Reading) -> Iterator[Change]:
    """Yield what every word that gave way to spelling did, taken by itself."""
    groups = groupby(zip(reading.read_as, reading.text, strict=True), key=itemgetter(0))
    parts = [(read_as, "".join(character for _, character in group)) for read_as, group in groups]
    before = [read_as or text for read_as, text in parts]
    wrong = _wrong_words(truth, "".join(before))
    for i, (read_as, text) in enumerate(parts):
        if read_as:
            more = _wrong_words(truth, "".join([*before[:i], text, *before[i + 1 :]])) - wrong
            yield Change.RIGHT if more < 0 else Change.WRONG if more else Change.NEITHER


def _wrong_words(truth: str, read: str) -> int:
    return int(Levenshtein.distance(truth.split(), read.split()))


def margins_table(sets: Mapping[str, Sequence[Sample]], reader: Reader) -> Table:
    """Read sets of lines with every margin that spelling may have; return the words that became right and wrong."""
    return _table("Spelling: words by the margin that it has", "margin", sets, reader, _by_margin)


def odds_table(sets: Mapping[str, Sequence[Sample]], reader: Reader) -> Table:
    """Read sets of lines with spelling and with what is said; return what is changed besides, by what odd words may."""
    return _table("Usage: words by the times that odd ones have the margin", "times", sets, reader, _by_odds)


def _by_margin(scores: Scores) -> dict[float, Reading]:
    return {margin: decode(scores, ALPHABET, margin=margin, odd=0) for margin in MARGINS}


def _by_odds(scores: Scores) -> dict[float, Reading]:
    return {odd: decode(scores, ALPHABET, odd=odd) for odd in ODDS}


def _table(
    title: str,
    column: str,
    sets: Mapping[str, Sequence[Sample]],
    reader: Reader,
    readings: Callable[[Scores], Mapping[float, Reading]],
) -> Table:
    rows = []
    for name, samples in sets.items():
        words = [word for sample in samples for word in sample.text.split()]
        head = [name, *map(str, (len(samples), len(words), sum(map(is_doubtful, words))))]
        counts, wrong = defaultdict[float, Counter[Change]](Counter), Counter[float]()
        for i, scores in answers(samples, reader):
            truth = samples[i].text
            for value, reading in readings(scores).items():
                wrong[value] += _wrong_words(truth, reading.text)
                counts[value].update(changes(truth, reading))
        rows += [
            [*head, f"{value:g}", str(wrong[value]), *(str(count[change]) for change in Change)]
            for value, count in counts.items()
        ]
    return Table(title, [*_COLUMNS, column, "wrong", *(change.value for change in Change)], rows)
