"""Paper types as data: what a kind of paper is called, how it is recognized, which fields it has, how long it is valid.

Because rules change (validity periods, forms, codes), a type has versions with dates in force. Types are written as
TOML, see :mod:`dossier.catalogue_files`.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from dossier.errors import InvalidOwnerNumber, InvalidValue, UnknownPaperType
from dossier.identifiers import ResultCode
from dossier.owners import Owner
from dossier.papers import Field, PaperKind
from dossier.values import UNLIMITED

ZONES = ("number", "date", "place", "agency", "kind", "subject", "about", "signed_on", "signer")
"""Zones of decree 30/2020/NĐ-CP, annex I, in which a field without a label may stand: ``subject`` under the kind's
name, ``about`` under the number of a letter; and ``signed_on``, the date above a signature, where certificates and
forms have it."""

CODE_FORMS = ("identity", "mrz")
"""Codes whose content is known: an identity card's QR code and machine-readable lines, or a passport's lines alone."""

OTHER = "other"
"""Code of the type of papers that no other type fits."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words by which a type is recognized.

    Attributes:
        text: As printed, NFC. weight: From 0 to 1: how much finding it says for the type.
        zone: Of a title: which of :data:`ZONES` it opens, where a paper has no title; ``None``: it is one.
    """

    text: str
    weight: float
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class ChoiceBox:
    """One box of a choice.

    Attributes:
        label: The words printed beside it. value: What the field is if it is ticked, snake case.
    """

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one field of a type is found and read.

    Attributes:
        key: Its name, stable. name_vi, name_en: What people call it.
        value: Its kind, a key of :data:`dossier.values.VALUE_KINDS`.
        required: A paper without it goes to a person.
        pii: Personal data (Law 91/2025/QH15).
        critical: An error in it is grave, as in whose paper it is: what one person corrected, another one confirms.
        labels: Variants of the label printed before it; fields are declared in the order in which they are printed,
            which tells two equal labels apart.
        zone: Where it stands without a label, one of :data:`ZONES`.
        pattern: Regular expression that the text of its zone or behind its label must contain; the first group, or else
            the whole match, is the value. Fields declared one after the other with the same labels and a pattern each
            are parts of one text.
        choices: All that the value can be, if it is one of a few: what was read becomes the nearest of them.
        boxes: Of a ``choice``: the boxes to tick behind its label, in printed order.
    """

    key: str
    name_vi: str
    name_en: str
    value: str
    required: bool = False
    pii: bool = False
    critical: bool = False
    labels: tuple[str, ...] = ()
    zone: str | None = None
    pattern: re.Pattern[str] | None = None
    choices: tuple[str, ...] = ()
    boxes: tuple[ChoiceBox, ...] = ()


@dataclass(frozen=True, slots=True)
class TableRule:
    """How a table of a type is found and read: by the heads of its columns.

    What stands in row ``n`` under a head is a field of its own, named by :func:`cell_key`.

    Attributes:
        key: Its name, stable. name_vi, name_en: What people call it.
        columns: From left to right; their ``labels`` are variants of the heads.
        required: A paper without a row of it goes to a person.
        totals: Words that open a row which sums up others and is none itself.
    """

    key: str
    name_vi: str
    name_en: str
    columns: tuple[FieldRule, ...]
    required: bool = False
    totals: tuple[str, ...] = ()

    def cell(self, row: int, column: FieldRule) -> FieldRule:
        """Return the rule of the field in a row, from 1, and a column."""
        return replace(
            column,
            key=cell_key(self.key, row, column.key),
            name_vi=f"{self.name_vi}, dòng {row}, {column.name_vi}",
            name_en=f"{self.name_en}, row {row}, {column.name_en}",
        )


def cell_key(table: str, row: int, column: str) -> str:
    """Return the key of a field that stands in a table, ``members.2.name``; rows count from 1."""
    return f"{table}.{row}.{column}"


def cell_of(key: str) -> tuple[str, int, str] | None:
    """Return table, row and column of a field's key; ``None`` if the field stands in no table."""
    match = _CELL.fullmatch(key)
    return (match[1], int(match[2]), match[3]) if match else None


_CELL = re.compile(r"([a-z][a-z0-9_]*)\.([1-9][0-9]{0,3})\.([a-z][a-z0-9_]*)")


def declared_key(key: str) -> str:
    """Return the name under which a type declares a field: ``members.name`` for all rows of a column."""
    cell = cell_of(key)
    return f"{cell[0]}.{cell[2]}" if cell else key


@dataclass(frozen=True, slots=True)
class OwnerFields:
    """Keys of the fields about one owner; ``None`` for what the paper does not say.

    Attributes:
        number: With the number that keys the owner's store. name: With the name. birth: With the day of birth.
        sex: With the sex.
        facts: What the paper says of this owner: codes of facts (:mod:`dossier.facts`), each with the key of its field.
    """

    number: str | None = None
    name: str | None = None
    birth: str | None = None
    sex: str | None = None
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a paper of a type is valid.

    Attributes:
        rule: As declared: ``permanent``, ``by-dossier`` (used once, in the dossier it was handed in for), ``P6M``
            (months from the day of issue), ``field:<key>`` (a date or term on the paper), or ``ages:14,25,40,60``
            (until the owner's next listed birthday; issued within the two years before one, until the one after:
            Law on identification 26/2023 art. 21).
        months: Of a ``P<n>M`` or ``P<n>Y`` rule. field: Of a ``field:`` rule. ages: Of an ``ages:`` rule.
    """

    rule: str
    months: int | None = None
    field: str | None = None
    ages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a paper stands among those of its type that take each other's place.

    Attributes:
        series: The owner's number that they carry. number: The higher one is the later.
    """

    series: str
    number: int


@dataclass(frozen=True, slots=True)
class PaperType:
    """One version of one type of paper.

    Attributes:
        code: Kebab case, stable. name_vi, name_en: Its names. result_code: In the national catalogue of results.
        kind: Component or result. version: From 1. in_force_from, in_force_to: Days, both included; ``None``: open.
        legal_basis: The rules it follows, for people.
        reusable: Whether a stored paper may be served to another dossier.
        several: Whether an owner may hold several at once that are all in force, as certificates of land.
        validity: How long it is valid. retention: Code of the class that says how long it is kept.
        several: Whether an owner may hold several at once that are all in force, as certificates of land.
        titles, anchors: Phrases of the title zone, and phrases anywhere, that tell the type.
        stops: Printed labels of data that are not read, at which a value before them ends.
        code_form: Which codes printed on it say what it says, one of :data:`CODE_FORMS`.
        issued_on_field, subject_field: Keys of the fields with the day of issue and with the paper's one-line subject.
        owners: Whose paper it is, each by its fields, at least one entry; the first is the one whose store it goes to
            if nobody is named.
        supersedes_by: Key of the field, a whole number or a date, by which the later of two papers of one owner and
            number takes the place of the earlier; a paper that says no number is the first.
        review_below: Confidence, 0 to 1, under which a field or the type itself goes to a person.
        fields: In printed order. tables: What stands in tables.
    """

    code: str
    name_vi: str
    name_en: str
    kind: PaperKind
    version: int
    validity: Validity
    reusable: bool
    legal_basis: str
    retention: str = "general"
    several: bool = False
    result_code: ResultCode | None = None
    in_force_from: dt.date | None = None
    in_force_to: dt.date | None = None
    titles: tuple[Phrase, ...] = ()
    anchors: tuple[Phrase, ...] = ()
    stops: tuple[str, ...] = ()
    code_form: str | None = None
    issued_on_field: str | None = None
    subject_field: str | None = None
    owners: tuple[OwnerFields, ...] = (OwnerFields(),)
    supersedes_by: str | None = None
    review_below: float = 0.7
    fields: tuple[FieldRule, ...] = ()
    tables: tuple[TableRule, ...] = ()

    @property
    def is_critical(self) -> bool:
        """Whether it has fields in which an error is grave."""
        return any(rule.critical for rule in self.fields)

    def rule(self, key: str) -> FieldRule | None:
        """Return the rule of the field named ``key``, which may stand in a table."""
        cell = cell_of(key)
        if cell is None:
            return next((r for r in self.fields if r.key == key), None)
        table, row, name = cell
        columns = ((t, c) for t in self.tables if t.key == table for c in t.columns if c.key == name)
        return next((t.cell(row, column) for t, column in columns), None)

    @property
    def declared(self) -> dict[str, FieldRule]:
        """All rules by their :func:`declared_key`: those of the fields, then those of the columns."""
        columns = {f"{table.key}.{column.key}": column for table in self.tables for column in table.columns}
        return {rule.key: rule for rule in self.fields} | columns

    def place_of(self, key: str) -> tuple[int, int, int, int]:
        """Return by what fields sort as declared: plain ones, tables row by row, then keys that it does not declare."""
        cell = cell_of(key)
        table, row, name = cell or ("", 0, key)
        plain = ((0, i, 0, 0) for i, rule in enumerate(self.fields) if rule.key == key)
        cells = (
            (1, i, row, n)
            for i, one in enumerate(self.tables)
            for n, column in enumerate(one.columns)
            if cell and (one.key, column.key) == (table, name)
        )
        return next(chain(plain, cells), (2, 0, 0, 0))

    def in_order(self, fields: Iterable[Field]) -> tuple[Field, ...]:
        """Return fields as declared, those of one key as they come."""
        return tuple(sorted(fields, key=lambda field: self.place_of(field.key)))

    def in_force(self, day: dt.date) -> bool:
        """Return whether this version holds on ``day``."""
        return (self.in_force_from or dt.date.min) <= day <= (self.in_force_to or dt.date.max)

    def owner_number(self, fields: Iterable[Field]) -> str | None:
        """Return the canonical owner number that the paper itself carries."""
        return _value(fields, self.owners[0].number)

    def owner_name(self, fields: Iterable[Field]) -> str | None:
        """Return the owner's name as the paper has it."""
        return _value(fields, self.owners[0].name)

    def co_owners(self, owner: Owner, fields: Sequence[Field]) -> tuple[Owner, ...]:
        """Return the other owners whose numbers the paper carries beside that of ``owner``.

        There are none where the paper does not carry the number of ``owner``: then it is not known whose it is at all.
        """
        printed = {one.number: one for keys in self.owners if (one := _owner(fields, keys))}
        if owner.number not in printed:
            return ()
        return tuple(one for number, one in printed.items() if number != owner.number)

    def issued_on(self, fields: Iterable[Field]) -> dt.date | None:
        """Return the day of issue printed on the paper."""
        value = _value(fields, self.issued_on_field)
        return dt.date.fromisoformat(value) if value else None

    def place(self, fields: Sequence[Field]) -> Place | None:
        """Return where a paper stands among those that take each other's place; ``None`` if that cannot be told.

        It belongs to the series of the number the paper itself carries: of several companies of one owner each has its
        own certificates.
        """
        series, read = self.owner_number(fields), [f for f in fields if f.key == self.supersedes_by]
        rule = self.rule(self.supersedes_by or "")
        if series is None or rule is None or any(f.value is None for f in read):
            return None
        if rule.value == "date":
            return Place(series, dt.date.fromisoformat(read[0].value or "").toordinal()) if read else None
        return Place(series, int(read[0].value or "") if read else 0)

    def subject(self, fields: Iterable[Field]) -> str:
        """Return one line that names the paper: its subject, else the type's name."""
        return _value(fields, self.subject_field) or self.name_vi

    def valid_until(self, issued_on: dt.date | None, fields: Iterable[Field]) -> dt.date | None:
        """Return the last day on which the paper is valid; ``None`` if it does not expire by itself.

        Raises:
            InvalidValue: The rule needs a date that the paper lacks. Without it the paper must not pass for permanent.
        """
        if self.validity.field:
            value = _value(fields, self.validity.field)
            if value is None:
                raise _date_needed(self.validity.field)
            return None if value == UNLIMITED else dt.date.fromisoformat(value)
        if self.validity.months is None and not self.validity.ages:
            return None
        if issued_on is None:
            raise _date_needed(self.issued_on_field or "issued_on")
        if self.validity.months is not None:
            return months_after(issued_on, self.validity.months)
        birth = _value(fields, self.owners[0].birth)
        if birth is None:
            raise _date_needed(self.owners[0].birth or "birth_date")
        return _next_birthday(dt.date.fromisoformat(birth), issued_on, self.validity.ages)


def _value(fields: Iterable[Field], key: str | None) -> str | None:
    return next((f.value for f in fields if f.key == key and f.value is not None), None) if key else None


def _owner(fields: Iterable[Field], keys: OwnerFields) -> Owner | None:
    number = _value(fields, keys.number)
    try:
        return Owner.parse(number, _value(fields, keys.name)) if number else None
    except InvalidOwnerNumber:
        # The type takes a field of another kind for the number.
        return None


def _date_needed(key: str) -> InvalidValue:
    return InvalidValue(
        key=key,
        reason="the end of the paper's validity is counted from it",
        reason_vi="cần có để tính thời hạn của giấy tờ",
    )


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the day ``months`` later, the last of that month if it has no such day (Civil Code 2015 art. 148)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _next_birthday(birth: dt.date, issued_on: dt.date, ages: Sequence[int]) -> dt.date | None:
    """Return the birthday until which a card lasts, ``None`` if the last listed one is past or near."""
    days = (months_after(birth, 12 * age) for age in ages)
    return next((day for day in days if months_after(day, -24) >= issued_on), None)


def find_type(types: Mapping[str, PaperType], code: str) -> PaperType:
    """Return the type named ``code``.

    Raises:
        UnknownPaperType: The catalogue has none, naming those it has.
    """
    if code not in types:
        raise UnknownPaperType(type=code, known=", ".join(sorted(types)))
    return types[code]
