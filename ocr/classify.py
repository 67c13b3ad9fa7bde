"""Telling the type of a paper from its title and its phrases; "other" where nothing tells."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from dossier.errors import InvalidValue
from dossier.mrz import MrzKind
from dossier.paper_types import OTHER, PaperType, Phrase
from ocr.labels import find_phrase
from ocr.model import Reading
from ocr.mrz import find_machine_lines
from ocr.qr import Code, parse_identity_qr
from ocr.titles import title_of, title_zone
from ocr.tokens import Row, rows_of
from ocr.zones import Zone, find_zones

_ANCHORS_ALONE = 0.65
"""Most that phrases can say without a title, which a seal may cover: enough for a guess that a person must look at."""

_ENOUGH = 0.5
"""Score under which a paper is honestly something else."""

_LIKELIHOOD = (-9.83, 15.72)
"""Bias and slope of the logistic curve from scores to probabilities, fitted to the development papers, each once with
all types and once without its own: ``python -m tests.benchmarks.understanding`` prints them."""

_BY_CODE = "QR/MRZ"


@dataclass(frozen=True, slots=True)
class Classification:
    """What type a paper seems to be.

    Attributes:
        code: Of the type. confidence: 0 to 1. evidence: The phrases found, as the catalogue has them.
    """

    code: str
    confidence: float
    evidence: tuple[str, ...]


def classify(reading: Reading, types: Mapping[str, PaperType], codes: Sequence[Code] = ()) -> Classification:
    """Return the likeliest type of a paper.

    Args:
        reading: The whole paper.
        types: The catalogue.
        codes: QR codes of its pages.

    Returns:
        A type of the catalogue, or ``other`` when too little speaks for any. The confidence is how often such a guess
        is right, of papers half of which are of no type of the catalogue; it falls when a second type is nearly as
        likely.
    """
    scored = score_types(reading, types, codes)
    best = scored[0] if scored else None
    if best is None or best.score < _ENOUGH:
        return Classification(OTHER, 1 - likelihood(best.score if best else 0.0), ())
    rival = scored[1].score if len(scored) > 1 else 0.0
    return Classification(best.code, likelihood(clear(best.score, rival)), best.evidence)


@dataclass(frozen=True, slots=True)
class Scored:
    """What speaks for a type.

    Attributes:
        code: Of the type. score: How much speaks for it, 0 to 1. evidence: What does.
    """

    code: str
    score: float
    evidence: tuple[str, ...]


def score_types(reading: Reading, types: Mapping[str, PaperType], codes: Sequence[Code] = ()) -> Sequence[Scored]:
    """Return every type with what speaks for it, the likeliest first; arguments are those of :func:`classify`."""
    rows = rows_of(reading)
    zones = find_zones(rows, {page.number: page.width for page in reading.pages})
    head = title_zone([row for row in rows if row.page == rows[0].page])
    marks = {form for form, found in _marks(reading, codes) if found}
    scored = (Scored(code, *_score(rows, head, zones, paper_type, marks)) for code, paper_type in types.items())
    return sorted(scored, key=lambda one: (-one.score, one.code))


def clear(score: float, rival: float) -> float:
    """Return the score of the likeliest type, less if a second one, the rival, is nearly as likely."""
    return score * (1 - max(0.0, rival - _ENOUGH))


def likelihood(score: float) -> float:
    """Return how likely a type with such a score is the right one, 0 to 1."""
    bias, slope = _LIKELIHOOD
    return 1 / (1 + exp(-(bias + slope * score)))


def _score(
    rows: Sequence[Row], head: Sequence[Row], zones: Mapping[str, Zone], paper_type: PaperType, marks: Collection[str]
) -> tuple[float, tuple[str, ...]]:
    """Return how much speaks for a type, 0 to 1, and what."""
    title, title_text = title_of(head, zones, paper_type)
    if paper_type.code_form in marks:
        title, title_text = max((title, title_text), (1.0, _BY_CODE))
    anchors = [(_anchor_score(rows, phrase), phrase.text) for phrase in paper_type.anchors]
    doubt = 1.0
    for score, _ in anchors:
        doubt *= 1 - score
    support = _ANCHORS_ALONE * (1 - doubt)
    evidence = tuple(text for score, text in [(title, title_text), *anchors] if score > 0)
    # A title alone leaves doubt, because other papers quote it; its phrases remove the doubt.
    return (title * (0.8 + 0.2 * (1 - doubt)) if title > support else support), evidence


def _anchor_score(rows: Sequence[Row], phrase: Phrase) -> float:
    return max((phrase.weight * m.score for row in rows for m in find_phrase(row.tokens, phrase.text)[:1]), default=0.0)


def _marks(reading: Reading, codes: Sequence[Code]) -> Iterator[tuple[str, bool]]:
    """Give the forms of codes (:data:`dossier.paper_types.CODE_FORMS`), and whether the paper bears such a code."""
    kinds = {lines.mrz.kind for lines in find_machine_lines(reading)}
    yield "identity", MrzKind.CARD in kinds or any(_is_identity(code) for code in codes)
    yield "mrz", MrzKind.PASSPORT in kinds


def _is_identity(code: Code) -> bool:
    try:
        parse_identity_qr(code.text)
    except InvalidValue:
        return False
    return True
