"""A second opinion: what one engine read doubtfully, another reads again.

Engines of different make seldom misread a line alike. So where both give one value it is surer than the first could
tell, and where they differ a person is to look, who is shown both readings. The value is always the first engine's.
Only lines of a few values are read again, never a page.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.errors import PartError
from dossier.mending import says
from dossier.paper_types import FieldRule, PaperType
from dossier.papers import Box, Field, FieldSource
from dossier.text import fold
from dossier.values import CHOICE, VALUE_KINDS
from ocr.additions import SignaturePrint
from ocr.engine import LineReader
from ocr.extract import Found
from ocr.model import Reading
from ocr.reading_image import reading_image

DOUBTFUL = 0.95
"""A reading is in doubt below this confidence; so is one that is no value of its kind. Above it more right values are
read otherwise by the other engine than wrong ones are found: ``python -m tests.benchmarks.opinions``."""
AGREED, DIFFERED = 0.98, 0.4
"""How likely a doubtful reading is right if the other engine's is the same, and if it is another or none. On the papers
they were chosen on 78 of 97 right ones were confirmed, and none of 29 wrong ones."""

_KINDS = frozenset(VALUE_KINDS) - {"text", "foreign_name", "place", "date_words", "money_words", CHOICE}
"""Kinds of value that stand on one line: numbers, dates, names."""

_AROUND_HEIGHTS, _AROUND_IN = 2, 0.1
"""Heights of the value, and inches at least, that are cleaned above and below it: enough to tell paper from ink."""
_BESIDE, _ABOVE = 0.2, 0.1
"""Heights of the value that the other engine sees beside it, and above and below: boxes are tight around ink."""
_MARGIN = 12
"""Pixels of white around that: engines misread letters at an edge."""

Master = Callable[[int], NDArray[np.uint8]]
"""Gives the master page of a number from 1: height x width x 3, blue-green-red."""


def second_opinion(
    found: Sequence[Found],
    paper_type: PaperType,
    reading: Reading,
    master: Master,
    reader: LineReader,
    *,
    below: float = DOUBTFUL,
) -> tuple[Field, ...]:
    """Return the fields; of doubtful ones with what the other engine reads, and the confidence that follows from it.

    Args:
        found: The fields.
        paper_type: Which declares them.
        reading: On which they were found.
        master: Asked for the pages that have doubtful fields.
        reader: An engine of another make. If it is missing or fails, fields stay as doubtful as they are.
        below: Confidence of a reading, 0 to 1, under which it is in doubt.
    """
    rules = {rule.key: rule for rule in paper_type.fields}
    fields = [one.field for one in found]
    asked = [i for i, one in enumerate(found) if _is_worth_it(rules.get(one.field.key)) and _is_doubtful(one, below)]
    for i, raw in zip(asked, _read_again([fields[i] for i in asked], reading, master, reader), strict=False):
        fields[i] = _weighed(found[i], rules[fields[i].key].value, raw)
    return tuple(fields)


def _is_worth_it(rule: FieldRule | None) -> bool:
    """Tell whether another engine is asked about a field: names that a paper can do without keep nobody waiting.

    Nor is it asked about cells, of which a table may have hundreds: they are no rule's of their own.
    """
    return rule is not None and rule.value in _KINDS and (rule.required or rule.value != "person_name")


def _is_doubtful(found: Found, below: float) -> bool:
    field = found.field
    return field.source is FieldSource.OCR and (field.value is None or field.confidence < below * found.certainty)


def _read_again(fields: Sequence[Field], reading: Reading, master: Master, reader: LineReader) -> tuple[str, ...]:
    """Return what the reader makes of each field's place; nothing at all if it cannot read."""
    dpis = {page.number: page.dpi for page in reading.pages}
    page = cache(master)
    places = [(field.page or 1, field.box or Box(0, 0, 0, 0)) for field in fields]
    crops = [value_crop(page(number), box, dpis[number]) for number, box in places]
    try:
        lines = reader.read_lines(crops, max((dpis[number] for number, _ in places), default=0))
    except PartError:
        return ()
    return tuple(" ".join(word.text for word in line) for line in lines)


def value_crop(master: NDArray[np.uint8], box: Box, dpi: int) -> NDArray[np.uint8]:
    """Return a value as it is to be read: grey, dark on white, with a margin.

    Args:
        master: Height x width x 3, blue-green-red.
        box: Around the value's ink, master pixels.
        dpi: Resolution of the master.
    """
    around = max(_AROUND_HEIGHTS * box.height, round(_AROUND_IN * dpi))
    beside, above = round(_BESIDE * box.height), round(_ABOVE * box.height)
    top = max(0, box.y - around)
    strip = reading_image(master[top : box.bottom + around], dpi)
    crop = strip[max(0, box.y - above - top) : box.bottom + above - top, max(0, box.x - beside) : box.right + beside]
    framed = cv2.copyMakeBorder(crop, _MARGIN, _MARGIN, _MARGIN, _MARGIN, cv2.BORDER_CONSTANT, value=255)
    return np.asarray(framed, np.uint8)


def _weighed(found: Found, kind: str, raw: str) -> Field:
    """Return the field with its second reading; a value that the first engine could not read gets none by it."""
    field = replace(found.field, second_raw=raw)
    if field.value is None:
        return field
    if says(kind, raw, field.value):
        return replace(field, confidence=max(field.confidence, AGREED * found.certainty))
    return replace(field, confidence=min(field.confidence, DIFFERED * found.certainty))


def with_signature_print(
    found: Sequence[Found], paper_type: PaperType, printed: SignaturePrint | None
) -> tuple[Found, ...]:
    """Return the fields, the agency surer if the signature's print names the same one.

    Another agency says nothing. A date written by hand gets the signature's as a hint for whoever reads it.

    Args:
        found: The fields.
        paper_type: Which declares them.
        printed: Of the digital signature, if there is one.
    """
    if printed is None:
        return tuple(found)
    zones = {rule.key: rule.zone for rule in paper_type.fields if rule.zone}
    weighed = []
    for one in found:
        field, zone = one.field, zones.get(one.field.key)
        if zone == "agency" and field.value and fold(field.value) == fold(printed.agency):
            field = replace(field, confidence=max(field.confidence, AGREED * one.certainty))
        elif zone == "date" and field.source is FieldSource.HANDWRITING:
            field = replace(field, second_raw=f"{printed.date:%d/%m/%Y}")
        weighed.append(replace(one, field=field))
    return tuple(weighed)
