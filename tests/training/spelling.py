"""What the rules of spelling give when lines are decoded, and what they cost, by the margin they are given."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby
from operator import itemgetter
from typing import Final

from rapidfuzz.distance import Levenshtein

from ocr.decoding import Reading, decode
from ocr.spelling import is_doubtful
from tests.benchmarks.ocr.tables import Table
from tests.training.alphabet import ALPHABET
from tests.training.lines import Sample
from tests.training.measure import Reader, answers

MARGINS: Final = (0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0)
_COLUMNS: Final = ("lines", "number", "words", "no Vietnamese ones", "margin", "wrong")


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
    """Read sets of lines with every margin; return the words that became right and those that became wrong."""
    rows = []
    for name, samples in sets.items():
        words = [word for sample in samples for word in sample.text.split()]
        head = [name, *map(str, (len(samples), len(words), sum(map(is_doubtful, words))))]
        counts = {margin: Counter[Change]() for margin in MARGINS}
        wrong = dict.fromkeys(MARGINS, 0)
        for i, scores in answers(samples, reader):
            truth = samples[i].text
            for margin in wrong:
                reading = decode(scores, ALPHABET, margin=margin)
                wrong[margin] += _wrong_words(truth, reading.text)
                counts[margin].update(changes(truth, reading))
        rows += [
            [*head, f"{margin:g}", str(wrong[margin]), *(str(counts[margin][change]) for change in Change)]
            for margin in MARGINS
        ]
    return Table("Spelling: words by the margin that it has", [*_COLUMNS, *(change.value for change in Change)], rows)
