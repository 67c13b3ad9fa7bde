"""Fields from a reading: by their labels, by their zones, in tables, and from codes; no fixed template.

A value stands to the right of its label, or below it; it may run over several lines and ends at the next label. What
does not parse as its type gives a field without a value, whose raw text a person will see.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from dossier.errors import InvalidValue
from dossier.mending import read_value
from dossier.paper_types import FieldRule, PaperType
from dossier.papers import Field
from dossier.text import fold
from dossier.values import VALUE_KINDS, tidy
from ocr.cells import Cell, find_cells
from ocr.choices import read_choice
from ocr.field_columns import column_by_column
from ocr.labels import Label, assign, find_labels
from ocr.model import Reading, TickBox
from ocr.mrz import machine_fields
from ocr.qr import Code, identity_fields
from ocr.tokens import Row, Token, box_of, confidence_of, meaning_of, rows_of, text_of
from ocr.wording import with_wording
from ocr.zones import Zone, find_zones, is_symbol

_FLOWING = frozenset({"text", "foreign_name", "place", "date_words", "money_words"})
"""Kinds of value that may run over several lines."""

_WORDED = frozenset({"text", "place"})
"""Kinds of value whose words are known by those of the rest of the paper."""

_STRICT = frozenset(VALUE_KINDS) - _FLOWING - {"person_name", "term"}
"""Kinds whose form shows where the value ends: what stands behind it on the line is left out."""

_FIGURES = 0.9
"""A document's number is no surer than this: no dictionary speaks against a wrong figure, and many are handwritten."""

_MOST_LINES = 4
_WIDE_GAP = 3.5
"""A gap of so many line heights inside a row parts two columns, unless the engine kept them in one line."""

_CLOSE = 1.4
"""Lines of one value are no further apart than so many line heights."""

_ALIGNED, _INDENTED, _OUTDENTED = 0.6, 6, 2
"""Line heights: how exactly a value that goes on below is aligned, and how far right or left of that it may begin."""

_BELOW_WORDS = 0.8
"""Certainty of a value below words that may belong to its label."""

_SAME_PLACE = 90
"""Similarity in percent from which a printed address and the code's are the same one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A field as found.

    Attributes:
        field: Its confidence is that of the reading times the certainty.
        certainty: How firmly it is known that the field stands there, no less and no more of it; 0 to 1. However well
            the letters are read, the field is no surer than this.
    """

    field: Field
    certainty: float = 1.0


def extract(reading: Reading, paper_type: PaperType, codes: Sequence[Code] = ()) -> tuple[Field, ...]:
    """Return the fields that :func:`find_fields` finds."""
    return tuple(found.field for found in find_fields(reading, paper_type, codes))


def find_fields(reading: Reading, paper_type: PaperType, codes: Sequence[Code] = ()) -> tuple[Found, ...]:
    """Return the fields found on a paper, in the order the type declares.

    What the paper's code says comes first, then its machine-readable lines, then its print. A value that contradicts
    one before it follows as a second field of the same key, so that the contradiction can be shown; one that agrees is
    left out.

    Args:
        reading: The whole paper.
        paper_type: What to look for.
        codes: QR codes of its pages.

    Returns:
        Fields with evidence, those in tables last. A field without a trace on the paper is absent; one that does not
        parse has no value.
    """
    rows = with_wording(rows_of(reading))
    boxes = {page.number: page.tick_boxes for page in reading.pages}
    cells = find_cells(rows, reading, paper_type.tables)
    printed = _labelled(_without(rows, cells), paper_type, boxes) | _zoned(rows, reading, paper_type)
    lines = machine_fields(reading, paper_type, {k: f.field for k, f in printed.items()})
    code = _coded(codes, paper_type)
    found: list[Found] = []
    for rule in paper_type.fields:
        for one in (_sure(code.get(rule.key)), _sure(lines.get(rule.key)), printed.get(rule.key)):
            if one and not any(_agree(first.field, one.field) for first in found if first.field.key == rule.key):
                found.append(one)
    in_cells = (_field(cell.rule, _matched(cell.rule, list(cell.tokens)), cell.certainty) for cell in cells)
    return (*found, *filter(None, in_cells))


def _without(rows: Sequence[Row], cells: Sequence[Cell]) -> Sequence[Row]:
    """Return the rows without what stands in cells: what looks like a label there is none."""
    taken = {token for cell in cells for token in cell.tokens}
    rest = (tuple(token for token in row.tokens if token not in taken) for row in rows)
    return [Row(tokens) for tokens in rest if tokens] if taken else rows


def _sure(field: Field | None) -> Found | None:
    return Found(field) if field else None


def _coded(codes: Sequence[Code], paper_type: PaperType) -> dict[str, Field]:
    if paper_type.code_form != "identity":
        return {}
    for code in codes:
        try:
            return {field.key: field for field in identity_fields(code)}
        except InvalidValue:
            # Another code, as shops and parcels carry: no evidence of this paper.
            continue
    return {}


def _agree(code: Field, printed: Field) -> bool:
    """Return whether the print says what the code says; print that could not be read contradicts nothing."""
    if printed.value is None or code.value is None:
        return True
    a, b = fold(code.value), fold(printed.value)
    return a == b or (" " in a and fuzz.ratio(a, b) >= _SAME_PLACE)


@dataclass(frozen=True, slots=True)
class _Labelled:
    """The labels of a paper's fields as they are printed.

    Attributes:
        rows: As they are read: across the page, or column by column. labels: In these rows, in reading order.
        assigned: For the key of each field found, the number of its label and the label's text.
    """

    rows: Sequence[Row]
    labels: Sequence[Label]
    assigned: Mapping[str, tuple[int, str]]

    @property
    def total(self) -> float:
        """How well all labels of fields were found."""
        return sum(self.labels[place].scores[text] for place, text in self.assigned.values())


def _labels_on(rows: Sequence[Row], paper_type: PaperType) -> _Labelled:
    """Return where the labels of a type's fields are printed; of fields with common labels only the first has one.

    Args:
        rows: Of all pages.
        paper_type: The type.
    """
    groups = _with_common_labels([r for r in paper_type.fields if r.labels and not r.zone])
    texts = [*(t for g in groups for t in g[0].labels), *paper_type.stops]
    fields = [(g[0].key, g[0].labels) for g in groups]
    labels = find_labels(rows, texts)
    across = _Labelled(rows, labels, assign(labels, fields))
    parted = column_by_column(rows, labels)
    if parted is None:
        return across
    labels = find_labels(parted, texts)
    in_columns = _Labelled(parted, labels, assign(labels, fields))
    return in_columns if in_columns.total > across.total else across


def _labelled(rows: Sequence[Row], paper_type: PaperType, boxes: Mapping[int, Sequence[TickBox]]) -> dict[str, Found]:
    groups = _with_common_labels([r for r in paper_type.fields if r.labels and not r.zone])
    printed = _labels_on(rows, paper_type)
    rows, labels, assigned = printed.rows, printed.labels, printed.assigned
    found, taken = {}, {place for place, _ in assigned.values()}
    bounds = [label for place, label in enumerate(labels) if place in taken or label.is_sure]
    for group in groups:
        if group[0].key in assigned:
            place, text = assigned[group[0].key]
            for rule in group:
                label = labels[place].only(text)
                if rule.boxes:
                    choice = read_choice(rows, bounds, label, rule, boxes)
                    field = Found(choice) if choice else None
                else:
                    field = _behind(rows, bounds, label, rule)
                if field:
                    found[rule.key] = field
    return found


def _behind(rows: Sequence[Row], labels: Sequence[Label], label: Label, rule: FieldRule) -> Found | None:
    """Return the field that stands behind a label.

    If words without a figure stand there and are no value, they may be the rest of the label in another language: then
    what stands below counts, if it is one.
    """
    certainty = label.scores[label.best]
    field = _field(rule, _matched(rule, _value_tokens(rows, labels, label, label.end, rule)), certainty)
    if field is None or field.field.value or rule.value not in _STRICT or any(map(str.isdigit, field.field.raw)):
        return field
    row = rows[label.row]
    rest = min((other.start for other in labels if other.row == label.row and other.start > label.start), default=None)
    tokens = _value_tokens(rows, labels, label, len(row.tokens) if rest is None else rest, rule)
    below = _field(rule, _matched(rule, tokens), certainty * _BELOW_WORDS)
    return below if below and below.field.value else field


def _with_common_labels(rules: Sequence[FieldRule]) -> list[list[FieldRule]]:
    """Return the rules with those together that pick their parts out of one text."""
    groups: list[list[FieldRule]] = []
    for rule in rules:
        last = groups[-1][0] if groups else None
        if last and last.pattern and rule.pattern and last.labels == rule.labels:
            groups[-1].append(rule)
        else:
            groups.append([rule])
    return groups


def _value_tokens(rows: Sequence[Row], labels: Sequence[Label], label: Label, end: int, rule: FieldRule) -> list[Token]:
    """Return what stands right of a label, with the lines it runs on to, or else what stands below it."""
    row = rows[label.row]
    starts = _label_starts(labels)
    value = _run(row, end, starts.get(label.row, ()))
    flowing = rule.value in _FLOWING or rule.pattern is not None
    if value and (not flowing or any(s >= end for s in starts.get(label.row, ()))):
        return value
    columns = (row.tokens[label.start].box.x, value[0].box.x if value else row.tokens[label.start].box.x)
    opens_line = label.start == 0 or row.tokens[label.start - 1].line != row.tokens[label.start].line
    above = row
    for number in range(label.row + 1, min(label.row + _MOST_LINES, len(rows))):
        below = rows[number]
        # A value below its label is often printed larger.
        reach = _CLOSE * (row.height if value else max(row.height, below.height))
        if below.page != row.page or not above.box.y < below.box.y <= above.box.bottom + reach:
            break
        others = [other for other in labels if other.row == number]
        start = _continuation(below, columns, others, row.height, opens_line=opens_line)
        more = _run(below, start, starts.get(number, ())) if start is not None else []
        if not more or (value and _is_heading(more) and not _is_heading(value)):
            break
        value += more
        if not flowing or any(s >= (start or 0) for s in starts.get(number, ())):
            break
        above = below
    return value


def _label_starts(labels: Sequence[Label]) -> Mapping[int, tuple[int, ...]]:
    starts: dict[int, tuple[int, ...]] = {}
    for label in labels:
        starts[label.row] = (*starts.get(label.row, ()), label.start)
    return starts


def _continuation(
    row: Row, columns: tuple[int, int], labels: Sequence[Label], height: float, *, opens_line: bool
) -> int | None:
    """Return the token where a value goes on: under its label or under its own start, else the start of the line.

    Text of another column may stand before it, as the expiry date does under an identity card's portrait. A line that
    has another label goes on only exactly under a label that opened its line; elsewhere that is chance.
    """
    label_column, value_column = columns
    labelled = {i for label in labels for i in range(label.start, label.end)}
    for i, token in enumerate(row.tokens):
        before = row.tokens[i - 1] if i and i - 1 not in labelled else None
        if before and token.line == before.line and token.box.x - before.box.right < height:
            # Inside a line of text.
            continue
        under = [label_column] if opens_line else []
        under += [] if any(label.start < i for label in labels) else [label_column, value_column]
        if i not in labelled and any(abs(token.box.x - x) <= _ALIGNED * height for x in under):
            return i
    first = row.tokens[0].box.x
    too_far_left = opens_line and first < label_column - _OUTDENTED * height
    return None if 0 in labelled or too_far_left or first - value_column > _INDENTED * height else 0


def _run(row: Row, start: int, stops: Sequence[int]) -> list[Token]:
    """Return the tokens from ``start`` to the next label or to the end of the column."""
    end = min((s for s in stops if s >= start), default=len(row.tokens))
    run: list[Token] = []
    for token in row.tokens[start:end]:
        last = run[-1] if run else None
        if last and token.line != last.line and token.box.x - last.box.right > _WIDE_GAP * row.height:
            break
        if token.letters or run:
            run.append(token)
    return run


def _is_heading(tokens: Sequence[Token]) -> bool:
    text = text_of(tokens)
    return text.isupper() and len(tokens) > 1


def _zoned(rows: Sequence[Row], reading: Reading, paper_type: PaperType) -> dict[str, Found]:
    rules = [r for r in paper_type.fields if r.zone]
    zones = find_zones(rows, {p.number: p.width for p in reading.pages}) if rules else {}
    found = {}
    for rule in rules:
        zone = zones.get(rule.zone or "")
        field = _zone_field(rule, zone) if zone else None
        if field:
            found[rule.key] = field
    return found


def _zone_field(rule: FieldRule, zone: Zone) -> Found | None:
    tokens = list(zone.tokens)
    if not zone.whole:
        return _found(rule, None, tokens, zone.certainty)
    if rule.choices:
        choice = max(rule.choices, key=lambda c: fuzz.ratio(fold(c), fold(zone.text)))
        likeness = fuzz.ratio(fold(choice), fold(zone.text)) / 100
        value = choice if likeness >= 0.8 else None  # noqa: PLR2004 - one edit in five, as for labels
        confidence = confidence_of(tokens) * zone.certainty
        return Found(Field(rule.key, value, zone.text, tokens[0].page, box_of(tokens), confidence), zone.certainty)
    tokens = _matched(rule, tokens)
    if rule.value == "document_number":
        return _numbered(rule, tokens, zone.certainty * _FIGURES)
    return _field(rule, tokens, zone.certainty)


def _numbered(rule: FieldRule, tokens: Sequence[Token], certainty: float) -> Found | None:
    """Return the field of a document's number; without a value if no document bears such a symbol.

    Nor if a mark stands before the first figure: it may have been one, written by hand.
    """
    found = _field(rule, tokens, certainty)
    if found is None or found.field.value is None:
        return found
    whole = tokens[0].text[:1].isalnum() and is_symbol(found.field.value.rpartition("/")[2])
    return found if whole else replace(found, field=replace(found.field, value=None))


def _matched(rule: FieldRule, tokens: list[Token]) -> list[Token]:
    """Return the tokens that the rule's pattern picks; all if it has none, or picks nothing."""
    if rule.pattern and (match := rule.pattern.search(text_of(tokens))):
        return _spanned(tokens, *match.span(1 if rule.pattern.groups else 0))
    return tokens


def _spanned(tokens: Sequence[Token], start: int, end: int) -> list[Token]:
    """Return the tokens that the characters ``start`` to ``end`` of their joined text touch."""
    kept, at = [], 0
    for i, token in enumerate(tokens):
        at += bool(i) and not token.glued
        if at < end and at + len(token.text) > start:
            kept.append(token)
        at += len(token.text)
    return kept


def _field(rule: FieldRule, tokens: Sequence[Token], certainty: float) -> Found | None:
    """Return the field for what was read: the longest run from the start that parses, else all; or nothing."""
    if not any(t.letters for t in tokens):
        return None
    tokens = [t for t in tokens if t.letters] if rule.value == "person_name" else tokens
    ends = range(len(tokens), 0, -1) if rule.value in _STRICT else (len(tokens),)
    for end in ends:
        run = tokens[:end]
        try:
            value = read_value(rule.value, (meaning_of if rule.value in _WORDED else text_of)(run), key=rule.key)
        except InvalidValue:
            continue
        return _found(rule, value, run, certainty)
    return _found(rule, None, tokens, certainty)


def _found(rule: FieldRule, value: str | None, tokens: Sequence[Token], certainty: float) -> Found:
    confidence = _sureness(tokens) * certainty
    return Found(Field(rule.key, value, _raw(tokens), tokens[0].page, box_of(tokens), confidence), certainty)


def _sureness(tokens: Sequence[Token]) -> float:
    """Return how sure a value is, 0 to 1: as its least sure word."""
    return min(t.confidence for t in tokens if t.letters)


def _raw(tokens: Sequence[Token]) -> str:
    """Return what was read, leaders apart."""
    return tidy(text_of(tokens)) or re.sub(r"\s+", " ", text_of(tokens))
