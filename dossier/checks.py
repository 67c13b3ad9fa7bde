"""What is doubtful about a paper's fields: pure checks, each with a stable code, Vietnamese first.

Nothing here decides: a finding of weight warning or error sends the paper to a person (decree 309/2026/NĐ-CP: a machine
may assist, never decide). Texts name fields, never their values, because findings are shown in lists and logs.

========================== ======== =====================================================================
code                       weight   when
========================== ======== =====================================================================
type-uncertain             warning  the type was guessed with less confidence than the type asks for
field-missing              error    a required field was not found
field-unreadable           error    a required field's text is not a value of its kind; others: info
handwritten                warning  a field is written by hand, which is not read: a person reads it from its crop
field-uncertain            warning  a required field was read with less confidence than its kind or the type asks for;
                                    others: info
readings-differ            warning  a second engine, asked about a doubtful required field, read another value;
                                    others: info
code-contradicts-print     error    the QR code and the print say different things
lines-contradict-print     error    the machine-readable lines and the print say different things
lines-contradict-code      error    the machine-readable lines and the QR code say different things
date-in-future             error    a date of the past lies after today
citizen-number-sex         error    the number's fourth digit says another sex
citizen-number-birth-year  error    the number's digits five and six say another year of birth
words-contradict-figures   error    the date or amount in words is another than the one in figures
parent-too-young           error    a parent was born less than 12 years before the child
issued-before-birth        error    the paper was issued before its owner was born
owner-unknown              error    nobody was named and the paper carries no owner's number
owner-number-differs       error    the paper carries another owner's number
owner-name-differs         warning  the paper carries another owner's name
========================== ======== =====================================================================
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from types import MappingProxyType

from dossier.amounts import amount_from_words
from dossier.errors import InvalidOwnerNumber, InvalidValue
from dossier.identifiers import CitizenNumber, OldIdentityNumber
from dossier.mending import says
from dossier.owners import Owner
from dossier.paper_types import FieldRule, OwnerFields, PaperType, TableRule, cell_of
from dossier.papers import Field, FieldSource
from dossier.text import fold
from dossier.thresholds import threshold
from dossier.verdicts import Finding, Severity
from dossier.words import date_from_words

CODES = frozenset(
    {
        "type-uncertain",
        "field-missing",
        "field-unreadable",
        "handwritten",
        "field-uncertain",
        "readings-differ",
        "code-contradicts-print",
        "lines-contradict-print",
        "lines-contradict-code",
        "date-in-future",
        "citizen-number-sex",
        "citizen-number-birth-year",
        "words-contradict-figures",
        "parent-too-young",
        "issued-before-birth",
        "owner-unknown",
        "owner-number-differs",
        "owner-name-differs",
    }
)
"""Codes of all findings made here."""

YOUNGEST_PARENT = 12
"""Years between a parent's and a child's birth below which a misreading is likelier than the truth."""


_EVIDENCE = 0.5
"""Confidence below which print is no evidence against a code: it is likelier wrong than right."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the checks look at."""

    paper_type: PaperType
    fields: tuple[Field, ...]
    owner: Owner | None
    today: dt.date
    type_confidence: float | None

    def of(self, key: str | None) -> Field | None:
        return next((f for f in self.fields if f.key == key), None)

    def value(self, key: str | None) -> str | None:
        field = self.of(key)
        return field.value if field else None

    def read(self) -> Iterator[tuple[FieldRule, Field]]:
        for rule in self.paper_type.fields:
            field = self.of(rule.key)
            if field:
                yield rule, field

    def cells(self) -> Iterator[tuple[FieldRule, Field]]:
        """Give what stands in tables, each place once."""
        in_tables = {field.key: field for field in reversed(self.fields) if cell_of(field.key)}
        for key, field in reversed(in_tables.items()):
            rule = self.paper_type.rule(key)
            if rule:
                yield rule, field


def check(
    paper_type: PaperType,
    fields: Iterable[Field],
    *,
    owner: Owner | None,
    today: dt.date,
    type_confidence: float | None = None,
) -> tuple[Finding, ...]:
    """Return what is doubtful about a paper.

    Args:
        paper_type: What the paper is taken for.
        fields: What was read. A key that comes twice has two sources that disagree.
        owner: For whom the paper is digitized, if known.
        today: Today's date in Vietnam.
        type_confidence: Of the classification, 0 to 1; ``None`` if a person named the type.
    """
    facts = _Facts(paper_type, tuple(fields), owner, today, type_confidence)
    return tuple(finding for one in _CHECKS for finding in one(facts))


def needs_review(findings: Iterable[Finding]) -> bool:
    """Return whether a person must look: any finding weighs more than information."""
    return any(f.severity is not Severity.INFO for f in findings)


def _type(facts: _Facts) -> Iterator[Finding]:
    if facts.type_confidence is not None and facts.type_confidence < facts.paper_type.review_below:
        yield Finding(
            "type-uncertain",
            Severity.WARNING,
            f"Chưa chắc đây là {facts.paper_type.name_vi.lower()}.",
            f"It is not certain that this is: {facts.paper_type.name_en.lower()}.",
        )


def _missing(facts: _Facts) -> Iterator[Finding]:
    for rule in facts.paper_type.fields:
        if rule.required and facts.of(rule.key) is None:
            yield _about(rule, "field-missing", Severity.ERROR, "không tìm thấy trên giấy tờ", "not found on the paper")
    for table in facts.paper_type.tables:
        yield from _missing_cells(table, facts)


def _missing_cells(table: TableRule, facts: _Facts) -> Iterator[Finding]:
    """Give what a table lacks: all of it, or what each row must have."""
    keys = {field.key for field in facts.fields}
    rows = sorted({cell[1] for key in keys if (cell := cell_of(key)) and cell[0] == table.key})
    if table.required and not rows:
        yield _about(table, "field-missing", Severity.ERROR, "không tìm thấy trên giấy tờ", "not found on the paper")
    for rule in (table.cell(row, column) for row in rows for column in table.columns if column.required):
        if rule.key not in keys:
            yield _about(rule, "field-missing", Severity.ERROR, "không tìm thấy trên giấy tờ", "not found on the paper")


def _unreadable(facts: _Facts) -> Iterator[Finding]:
    for rule, field in chain(facts.read(), facts.cells()):
        if field.source is FieldSource.HANDWRITING:
            text, text_en = "được viết tay; hãy xem ảnh và nhập giá trị", "written by hand; read it from its picture"
            yield _about(rule, "handwritten", Severity.WARNING, text, text_en)
        elif field.value is None:
            weight = Severity.ERROR if rule.required else Severity.INFO
            yield _about(rule, "field-unreadable", weight, "không đọc được giá trị", "its value could not be read")


def _uncertain(facts: _Facts) -> Iterator[Finding]:
    for rule, field in chain(facts.read(), facts.cells()):
        if field.value is None:
            continue
        # What a paper can do without is marked, but keeps nobody from confirming the rest.
        weight = Severity.WARNING if rule.required else Severity.INFO
        if field.second_raw and not says(rule.value, field.second_raw, field.value):
            text, text_en = "hai lần đọc cho kết quả khác nhau", "two readings give different values"
            yield _about(rule, "readings-differ", weight, text, text_en)
        elif field.confidence < max(facts.paper_type.review_below, threshold(rule.value)):
            yield _about(rule, "field-uncertain", weight, "đọc chưa chắc chắn", "read with low confidence")


def _contradicted(facts: _Facts) -> Iterator[Finding]:
    for rule in facts.paper_type.fields:
        sources = [f for f in facts.fields if f.key == rule.key and f.value is not None and f.confidence >= _EVIDENCE]
        pairs = {frozenset({a.source, b.source}) for a, b in combinations(sources, 2) if a.value != b.value}
        known = next((said for pair, said in _CONTRADICTIONS.items() if pair in pairs), None)
        if known:
            yield _about(rule, known[0], Severity.ERROR, *known[1:])


_CONTRADICTIONS: Mapping[frozenset[FieldSource], tuple[str, str, str]] = MappingProxyType(
    {
        frozenset({FieldSource.QR, FieldSource.OCR}): (
            "code-contradicts-print",
            "mã QR khác với chữ in",
            "QR code and print differ",
        ),
        frozenset({FieldSource.MRZ, FieldSource.OCR}): (
            "lines-contradict-print",
            "dòng mã đọc máy khác với chữ in",
            "machine-readable lines and print differ",
        ),
        frozenset({FieldSource.QR, FieldSource.MRZ}): (
            "lines-contradict-code",
            "dòng mã đọc máy khác với mã QR",
            "machine-readable lines and QR code differ",
        ),
    }
)


def _future(facts: _Facts) -> Iterator[Finding]:
    for rule, field in facts.read():
        past = rule.key != facts.paper_type.validity.field
        if rule.value == "date" and past and field.value and dt.date.fromisoformat(field.value) > facts.today:
            yield _about(rule, "date-in-future", Severity.ERROR, "ngày ở tương lai", "the date lies in the future")


def _citizen_numbers(facts: _Facts) -> Iterator[Finding]:
    """Compare each owner's citizen number with sex and birth date: decree 137/2015 art. 13 codes both in it."""
    for owner in facts.paper_type.owners:
        rule = facts.paper_type.rule(owner.number or "")
        number = _citizen_number(facts.value(rule.key)) if rule else None
        if rule is None or number is None:
            continue
        sex, birth = facts.value(owner.sex), facts.value(owner.birth)
        if sex and sex != number.sex.value:
            text, text_en = "không khớp giới tính", "does not agree with the sex"
            yield _about(rule, "citizen-number-sex", Severity.ERROR, text, text_en)
        if birth and dt.date.fromisoformat(birth).year != number.birth_year:
            text, text_en = "không khớp năm sinh", "does not agree with the birth year"
            yield _about(rule, "citizen-number-birth-year", Severity.ERROR, text, text_en)


def _citizen_number(text: str | None) -> CitizenNumber | None:
    try:
        return CitizenNumber(text) if text else None
    except InvalidOwnerNumber:
        # Another kind of number carries neither sex nor birth year.
        return None


def _words(facts: _Facts) -> Iterator[Finding]:
    """Compare dates and amounts in words with what they follow, ``birth_date_words`` with ``birth_date``."""
    for rule, field in facts.read():
        kind = _SPELLED.get(rule.value)
        figures = facts.value(rule.key.removesuffix("_words")) if kind else None
        if kind and figures and field.value and _spelled(kind, field.value) != figures:
            text, text_en = f"không khớp {kind.name_vi} ghi bằng số", "differs from the figures"
            yield _about(rule, "words-contradict-figures", Severity.ERROR, text, text_en)


@dataclass(frozen=True, slots=True)
class _Spelled:
    """A kind of value in words: what people call it, and how its canonical text in figures is found."""

    name_vi: str
    in_figures: Callable[[str], str]


_SPELLED: Mapping[str, _Spelled] = MappingProxyType(
    {
        "date_words": _Spelled("ngày", lambda words: date_from_words(words).isoformat()),
        "money_words": _Spelled("số tiền", lambda words: str(amount_from_words(words))),
    }
)


def _spelled(kind: _Spelled, words: str) -> str | None:
    try:
        return kind.in_figures(words)
    except InvalidValue:
        # A person typed words that spell none: as good as another one.
        return None


def _parents(facts: _Facts) -> Iterator[Finding]:
    birth = facts.value(facts.paper_type.owners[0].birth)
    for rule, field in facts.read():
        parent = rule.key.startswith(("mother_", "father_")) and rule.value == "year"
        if birth and parent and field.value and int(birth[:4]) - int(field.value) < YOUNGEST_PARENT:
            yield _about(
                rule, "parent-too-young", Severity.ERROR, "quá gần năm sinh của con", "too close to the child's birth"
            )


def _order(facts: _Facts) -> Iterator[Finding]:
    rule = facts.paper_type.rule(facts.paper_type.issued_on_field or "")
    births = [birth for owner in facts.paper_type.owners if (birth := facts.value(owner.birth))]
    issued = facts.value(rule.key) if rule else None
    if rule and births and issued and issued < max(births):
        yield _about(rule, "issued-before-birth", Severity.ERROR, "trước ngày sinh", "lies before the owner's birth")


def _owner(facts: _Facts) -> Iterator[Finding]:
    first = facts.paper_type.owners[0]
    if facts.owner is None:
        if facts.value(first.number) is None:
            yield Finding(
                "owner-unknown", Severity.ERROR, "Chưa biết giấy tờ này của ai.", "It is not known whose paper this is."
            )
        return
    given = facts.owner
    numbers = {owner: _owner_numbers(facts, owner) for owner in facts.paper_type.owners}
    whose = next((owner for owner, known in numbers.items() if given.number.value in known), None)
    rule = facts.paper_type.rule(first.number or "")
    if rule and whose is None and any(numbers.values()):
        yield _about(
            rule, "owner-number-differs", Severity.ERROR, "khác số của chủ giấy tờ đã khai", "is not the given owner's"
        )
    rule = facts.paper_type.rule((whose or first).name or "")
    name = facts.value(rule.key) if rule else None
    if rule and name and given.name and fold(name) != fold(given.name):
        yield _about(
            rule, "owner-name-differs", Severity.WARNING, "khác tên chủ giấy tờ đã khai", "is not the given owner's"
        )


def _owner_numbers(facts: _Facts, owner: OwnerFields) -> Sequence[str]:
    """Return the owner's numbers on the paper: an owner may be known by the old identity number it also carries."""
    number = facts.value(owner.number)
    old = [f.value for r, f in facts.read() if r.value == OldIdentityNumber.kind and f.value]
    return [number, *old] if number else []


def _about(rule: FieldRule | TableRule, code: str, severity: Severity, text: str, text_en: str) -> Finding:
    return Finding(code, severity, f"{rule.name_vi}: {text}.", f"{rule.name_en}: {text_en}.", rule.key)


_CHECKS: tuple[Callable[[_Facts], Iterator[Finding]], ...] = (
    _type,
    _missing,
    _unreadable,
    _uncertain,
    _contradicted,
    _future,
    _citizen_numbers,
    _words,
    _parents,
    _order,
    _owner,
)
