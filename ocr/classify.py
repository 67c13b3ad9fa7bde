"""Telling the type of a paper from its title and its phrases; "other" where nothing tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dossier.errors import InvalidValue
from dossier.paper_types import OTHER, PaperType, Phrase
from ocr.labels import find_phrase
from ocr.model import Reading
from ocr.qr import Code, parse_identity_qr
from ocr.titles import title_of, title_zone
from ocr.tokens import Row, rows_of
from ocr.zones import Zone, find_zones

_ANCHORS_ALONE = 0.65
"""Most that phrases can say without a title, which a seal may cover: enough for a guess that a person must look at."""

_ENOUGH = 0.5
"""Score under which a paper is honestly something else."""


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
        A type of the catalogue, or ``other`` when none is likelier than not. The confidence falls when a second type is
        nearly as likely.
    """
    rows = rows_of(reading)
    zones = find_zones(rows, {page.number: page.width for page in reading.pages})
    head = title_zone([row for row in rows if row.page == rows[0].page])
    scored = sorted(
        ((*_score(rows, head, zones, paper_type, codes), code) for code, paper_type in types.items()),
        key=lambda s: (-s[0], s[2]),
    )
    if not scored or scored[0][0] < _ENOUGH:
        return Classification(OTHER, 1 - (scored[0][0] if scored else 0.0), ())
    score, evidence, code = scored[0]
    rival = scored[1][0] if len(scored) > 1 else 0.0
    return Classification(code, score * (1 - max(0.0, rival - _ENOUGH)), evidence)


def _score(
    rows: Sequence[Row], head: Sequence[Row], zones: Mapping[str, Zone], paper_type: PaperType, codes: Sequence[Code]
) -> tuple[float, tuple[str, ...]]:
    """Return how much speaks for a type, 0 to 1, and what."""
    title, title_text = title_of(head, zones, paper_type)
    if paper_type.code_form == "identity" and any(_is_identity(code) for code in codes):
        title, title_text = max((title, title_text), (1.0, "QR"))
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


def _is_identity(code: Code) -> bool:
    try:
        parse_identity_qr(code.text)
    except InvalidValue:
        return False
    return True
