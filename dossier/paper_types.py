"""Paper types as data: what a kind of paper is called, how it is recognized, which fields it has, how long it is valid.

One TOML file per type in ``dossier/catalogue/paper_types/``; more folders may add types, or replace one by code and
version. No code is needed to add a type: see ``docs/add-a-paper-type.md``. Because rules change (validity periods,
forms, codes), a type has versions with dates in force, and a catalogue is loaded for a day.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from dossier import times
from dossier.errors import ConfigurationError, InvalidIdentifier, InvalidValue, UnknownPaperType
from dossier.identifiers import ResultCode
from dossier.papers import Field, PaperKind
from dossier.text import nfc
from dossier.toml_tables import Table
from dossier.values import UNLIMITED, VALUE_KINDS

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
class FieldRule:
    """How one field of a type is found and read.

    Attributes:
        key: Its name, stable. name_vi, name_en: What people call it.
        value: Its kind, a key of :data:`dossier.values.VALUE_KINDS`.
        required: A paper without it goes to a person.
        pii: Personal data (Law 91/2025/QH15).
        labels: Variants of the label printed before it; fields are declared in the order in which they are printed,
            which tells two equal labels apart.
        zone: Where it stands without a label, one of :data:`ZONES`.
        pattern: Regular expression that the text of its zone or behind its label must contain; the first group, or else
            the whole match, is the value. Fields declared one after the other with the same labels and a pattern each
            are parts of one text.
        choices: All that the value can be, if it is one of a few: what was read becomes the nearest of them.
    """

    key: str
    name_vi: str
    name_en: str
    value: str
    required: bool = False
    pii: bool = False
    labels: tuple[str, ...] = ()
    zone: str | None = None
    pattern: re.Pattern[str] | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnerFields:
    """Keys of the fields about one owner; ``None`` for what the paper does not say.

    Attributes:
        number: With the number that keys the owner's store. name: With the name. birth: With the day of birth.
        sex: With the sex.
    """

    number: str | None = None
    name: str | None = None
    birth: str | None = None
    sex: str | None = None


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
class PaperType:
    """One version of one type of paper.

    Attributes:
        code: Kebab case, stable. name_vi, name_en: Its names. result_code: In the national catalogue of results.
        kind: Component or result. version: From 1. in_force_from, in_force_to: Days, both included; ``None``: open.
        legal_basis: The rules it follows, for people.
        reusable: Whether a stored paper may be served to another dossier.
        validity: How long it is valid.
        titles, anchors: Phrases of the title zone, and phrases anywhere, that tell the type.
        stops: Printed labels of data that are not read, at which a value before them ends.
        code_form: Which codes printed on it say what it says, one of :data:`CODE_FORMS`.
        issued_on_field, subject_field: Keys of the fields with the day of issue and with the paper's one-line subject.
        owners: Whose paper it is, each by its fields, at least one entry; the first is the one whose store it goes to
            if nobody is named.
        review_below: Confidence, 0 to 1, under which a field or the type itself goes to a person.
        fields: In printed order.
    """

    code: str
    name_vi: str
    name_en: str
    kind: PaperKind
    version: int
    validity: Validity
    reusable: bool
    legal_basis: str
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
    review_below: float = 0.7
    fields: tuple[FieldRule, ...] = ()

    def rule(self, key: str) -> FieldRule | None:
        """Return the rule of the field named ``key``."""
        return next((r for r in self.fields if r.key == key), None)

    def in_force(self, day: dt.date) -> bool:
        """Return whether this version holds on ``day``."""
        return (self.in_force_from or dt.date.min) <= day <= (self.in_force_to or dt.date.max)

    def owner_number(self, fields: Iterable[Field]) -> str | None:
        """Return the canonical owner number that the paper itself carries."""
        return _value(fields, self.owners[0].number)

    def owner_name(self, fields: Iterable[Field]) -> str | None:
        """Return the owner's name as the paper has it."""
        return _value(fields, self.owners[0].name)

    def issued_on(self, fields: Iterable[Field]) -> dt.date | None:
        """Return the day of issue printed on the paper."""
        value = _value(fields, self.issued_on_field)
        return dt.date.fromisoformat(value) if value else None

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


def load_paper_types(*extra_folders: Path, on: dt.date | None = None) -> Mapping[str, PaperType]:
    """Return the types in force, by code; of two versions in force the higher one.

    Args:
        *extra_folders: Folders with further ``*.toml`` files; they add types, or replace one by code and version.
        on: The day; today in Vietnam if not given.

    Raises:
        ConfigurationError: A file breaks the schema; the message names the file and the key.
    """
    day = on or times.today()
    versions: dict[tuple[str, int], PaperType] = {}
    for folder in (files("dossier") / "catalogue" / "paper_types", *extra_folders):
        versions |= {(t.code, t.version): t for t in _of_folder(folder)}
    in_force = sorted((t for t in versions.values() if t.in_force(day)), key=lambda t: (t.code, t.version))
    return MappingProxyType({t.code: t for t in in_force})


def _of_folder(folder: Path | Traversable) -> list[PaperType]:
    if not folder.is_dir():
        raise ConfigurationError(reason=f"there is no folder of paper types named '{folder.name}'")
    paths = sorted((p for p in folder.iterdir() if p.name.endswith(".toml")), key=lambda p: p.name)
    return [read_paper_type(p) for p in paths]


def read_paper_type(path: Path | Traversable) -> PaperType:
    """Return the type that one TOML file declares.

    Raises:
        ConfigurationError: The file breaks the schema; the message names the file and the key.
    """
    table = Table.of_file(path)
    owners, recognition = _owners(table), table.table("recognition")
    paper_type = PaperType(
        code=_matching(table, "code", r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "must be in kebab case"),
        name_vi=nfc(table.text("name_vi")),
        name_en=table.text("name_en"),
        kind=_kind(table),
        version=table.whole("version"),
        validity=_validity(table),
        reusable=table.flag("reusable", default=False),
        legal_basis=nfc(table.text("legal_basis")),
        result_code=_result_code(table),
        in_force_from=table.date("in_force_from"),
        in_force_to=table.date("in_force_to"),
        titles=_phrases(recognition, "titles"),
        anchors=_phrases(recognition, "anchors"),
        stops=tuple(nfc(s) for s in recognition.texts("stops")),
        code_form=_one_of(recognition, "code_form", CODE_FORMS),
        issued_on_field=table.optional_text("issued_on_field"),
        subject_field=table.optional_text("subject_field"),
        owners=owners,
        review_below=table.share("review_below", default=0.7),
        fields=tuple(_field_rule(t) for t in table.tables("fields")),
    )
    for part in (table, recognition):
        part.finish()
    _require_consistent(paper_type, table)
    return paper_type


def _matching(table: Table, key: str, pattern: str, reason: str) -> str:
    value = table.text(key)
    if not re.fullmatch(pattern, value):
        raise table.fault(key, reason)
    return value


def _one_of(table: Table, key: str, known: Sequence[str]) -> str | None:
    value = table.optional_text(key)
    if value is not None and value not in known:
        raise table.fault(key, f"must be one of: {', '.join(known)}")
    return value


def _kind(table: Table) -> PaperKind:
    try:
        return PaperKind(table.text("kind"))
    except ValueError:
        raise table.fault("kind", f"must be one of: {', '.join(PaperKind)}") from None


def _result_code(table: Table) -> ResultCode | None:
    text = table.optional_text("result_code")
    try:
        return ResultCode(text) if text else None
    except InvalidIdentifier as fault:
        raise table.fault("result_code", str(fault)) from None


def _validity(table: Table) -> Validity:
    rule = table.text("validity")
    if rule in {"permanent", "by-dossier"}:
        return Validity(rule)
    if period := re.fullmatch(r"P([1-9]\d{0,2})([MY])", rule):
        return Validity(rule, months=int(period[1]) * (12 if period[2] == "Y" else 1))
    if by_field := re.fullmatch(r"field:([a-z0-9_]+)", rule):
        return Validity(rule, field=by_field[1])
    if by_age := re.fullmatch(r"ages:(\d{1,2}(?:,\d{1,2})*)", rule):
        return Validity(rule, ages=tuple(sorted(int(a) for a in by_age[1].split(","))))
    raise table.fault("validity", "must be permanent, by-dossier, P<n>M, P<n>Y, field:<key> or ages:<n>,<n>…")


def _owners(table: Table) -> tuple[OwnerFields, ...]:
    """Return the owners: one table ``[owner]``, or several ``[[owners]]``."""
    if table.has("owner") and table.has("owners"):
        raise table.fault("owner", "must not stand beside [[owners]]")
    entries = [table.table("owner")] if table.has("owner") else table.tables("owners")
    owners = []
    for entry in entries:
        keys = (entry.optional_text(key) for key in ("number", "name", "birth", "sex"))
        owners.append(OwnerFields(*keys))
        entry.finish()
    return tuple(owners) or (OwnerFields(),)


def _phrases(table: Table, key: str) -> tuple[Phrase, ...]:
    phrases = []
    for entry in table.tables(key):
        zone = _one_of(entry, "zone", ZONES) if key == "titles" else None
        phrases.append(Phrase(nfc(entry.text("text")), entry.share("weight", default=1.0), zone))
        entry.finish()
    return tuple(phrases)


def _field_rule(table: Table) -> FieldRule:
    value = table.text("value")
    if value not in VALUE_KINDS:
        raise table.fault("value", f"must be one of: {', '.join(VALUE_KINDS)}")
    rule = FieldRule(
        key=_matching(table, "key", r"[a-z][a-z0-9_]*", "must be in snake case"),
        name_vi=nfc(table.text("name_vi")),
        name_en=table.text("name_en"),
        value=value,
        required=table.flag("required", default=False),
        pii=table.flag("pii", default=False),
        labels=tuple(nfc(label) for label in table.texts("labels")),
        zone=_one_of(table, "zone", ZONES),
        pattern=_pattern(table),
        choices=tuple(nfc(choice) for choice in table.texts("choices")),
    )
    table.finish()
    return rule


def _pattern(table: Table) -> re.Pattern[str] | None:
    text = table.optional_text("pattern")
    try:
        return re.compile(nfc(text), re.IGNORECASE) if text else None
    except re.error as fault:
        raise table.fault("pattern", f"is no regular expression: {fault}") from None


def _require_consistent(paper_type: PaperType, table: Table) -> None:
    """Raise if the file names a field it does not declare, declares one twice, or counts validity from nothing."""
    keys = [r.key for r in paper_type.fields]
    for key in keys:
        if keys.count(key) > 1:
            raise table.fault(key, "is declared twice under [[fields]]")
    owner = "owner" if len(paper_type.owners) == 1 else "owners"
    named = [
        ("issued_on_field", paper_type.issued_on_field),
        ("subject_field", paper_type.subject_field),
        ("validity", paper_type.validity.field),
        *((f"{owner}.{part}", key) for o in paper_type.owners for part, key in _named_by(o)),
    ]
    kinds = {"issued_on_field": ("date",), "birth": ("date",), "sex": ("sex",), "validity": ("date", "term")}
    for place, name in named:
        rule = paper_type.rule(name or "")
        if name is not None and rule is None:
            raise table.fault(place, f"names '{name}', which is not under [[fields]]")
        wanted = kinds.get(place.rpartition(".")[2])
        if rule and wanted and rule.value not in wanted:
            raise table.fault(place, f"names '{rule.key}', whose value must be a {' or '.join(wanted)}")
    counted = paper_type.validity.months is not None or paper_type.validity.ages
    if counted and paper_type.issued_on_field is None:
        raise table.fault("issued_on_field", "is missing, and validity is counted from it")
    if paper_type.validity.ages and paper_type.owners[0].birth is None:
        raise table.fault("owner.birth", "is missing, and validity is counted from it")
    if any(t.weight == 0 for t in paper_type.titles + paper_type.anchors):
        raise table.fault("recognition", "has a phrase of weight 0, which says nothing")


def _named_by(owner: OwnerFields) -> tuple[tuple[str, str | None], ...]:
    return ("number", owner.number), ("name", owner.name), ("birth", owner.birth), ("sex", owner.sex)
