"""The catalogue's files: paper types as TOML, read and checked.

One file per type in ``dossier/catalogue/paper_types/``; more folders may add types, or replace one by code and version.
No code is needed to add a type: see ``docs/add-a-paper-type.md``. A catalogue is loaded for a day.
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from dossier import times
from dossier.facts import known_facts
from dossier.identifiers import ResultCode
from dossier.paper_types import (
    CODE_FORMS,
    ZONES,
    ChoiceBox,
    FieldRule,
    OwnerFields,
    PaperType,
    Phrase,
    TableRule,
    Validity,
)
from dossier.papers import PaperKind
from dossier.retention import GENERAL, retention_classes
from dossier.text import nfc
from dossier.toml_tables import CATALOGUE, Table, read_file, toml_files
from dossier.values import CHOICE, VALUE_KINDS

_LEAST_COLUMNS = 2
"""One head alone tells no table: the same words stand in any text."""


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
    for folder in (CATALOGUE / "paper_types", *extra_folders):
        found = map(read_paper_type, toml_files(folder, "paper types"))
        versions |= {(t.code, t.version): t for t in found}
    in_force = sorted((t for t in versions.values() if t.in_force(day)), key=lambda t: (t.code, t.version))
    return MappingProxyType({t.code: t for t in in_force})


def read_paper_type(path: Path | Traversable) -> PaperType:
    """Return the type that one TOML file declares.

    Raises:
        ConfigurationError: The file breaks the schema; the message names the file and the key.
    """
    return read_file(path, _paper_type)


def _paper_type(table: Table) -> PaperType:
    owners, recognition = _owners(table), table.table("recognition")
    paper_type = PaperType(
        code=table.kebab("code"),
        name_vi=nfc(table.text("name_vi")),
        name_en=table.text("name_en"),
        kind=_kind(table),
        version=table.whole("version"),
        validity=_validity(table),
        reusable=table.flag("reusable", default=False),
        several=table.flag("several", default=False),
        legal_basis=nfc(table.text("legal_basis")),
        retention=_one_of(table, "retention", tuple(retention_classes())) or GENERAL,
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
        supersedes_by=table.optional_text("supersedes_by"),
        review_below=table.share("review_below", default=0.7),
        fields=table.each("fields", _field_rule),
        tables=table.each("tables", _table_rule),
    )
    recognition.finish()
    _require_consistent(paper_type, table)
    return paper_type


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
    return table.parsed("result_code", ResultCode) if table.has("result_code") else None


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
        number, name, birth, sex = (entry.optional_text(key) for key in ("number", "name", "birth", "sex"))
        owners.append(OwnerFields(number, name, birth, sex, _facts(entry.table("facts"))))
        entry.finish()
    return tuple(owners) or (OwnerFields(),)


def _facts(table: Table) -> tuple[tuple[str, str], ...]:
    facts = tuple((fact, table.text(fact)) for fact in table)
    for fact, _ in facts:
        if fact not in known_facts():
            raise table.fault(fact, "is no fact that facts.toml has")
    return facts


def _phrases(table: Table, key: str) -> tuple[Phrase, ...]:
    def phrase(entry: Table) -> Phrase:
        zone = _one_of(entry, "zone", ZONES) if key == "titles" else None
        return Phrase(nfc(entry.text("text")), entry.share("weight", default=1.0), zone)

    return table.each(key, phrase)


def _field_rule(table: Table) -> FieldRule:
    value = table.text("value")
    if value not in VALUE_KINDS:
        raise table.fault("value", f"must be one of: {', '.join(VALUE_KINDS)}")
    rule = FieldRule(
        key=table.snake("key"),
        name_vi=nfc(table.text("name_vi")),
        name_en=table.text("name_en"),
        value=value,
        required=table.flag("required", default=False),
        pii=table.flag("pii", default=False),
        critical=table.flag("critical", default=False),
        labels=tuple(nfc(label) for label in table.texts("labels")),
        zone=_one_of(table, "zone", ZONES),
        pattern=_pattern(table),
        choices=tuple(nfc(choice) for choice in table.texts("choices")),
        boxes=_boxes(table),
    )
    if (value == CHOICE) != bool(rule.boxes):
        raise table.fault("boxes", f"belongs to value = '{CHOICE}', and that to it")
    if rule.boxes and (rule.zone or rule.pattern or rule.choices or not rule.labels):
        raise table.fault("boxes", "needs labels, and no zone, pattern or choices")
    return rule


def _table_rule(table: Table) -> TableRule:
    columns = table.each("columns", _column_rule)
    if len(columns) < _LEAST_COLUMNS:
        raise table.fault("columns", f"must be {_LEAST_COLUMNS} at least")
    table.require_distinct("columns", [column.key for column in columns])
    return TableRule(
        key=table.snake("key"),
        name_vi=nfc(table.text("name_vi")),
        name_en=table.text("name_en"),
        columns=columns,
        required=table.flag("required", default=False),
        totals=tuple(nfc(words) for words in table.texts("totals")),
    )


def _column_rule(table: Table) -> FieldRule:
    column = _field_rule(table)
    if not column.labels or column.zone or column.choices or column.boxes or column.critical:
        raise table.fault("labels", "must be given for a column, and no zone, choices, boxes or critical")
    return column


def _boxes(table: Table) -> tuple[ChoiceBox, ...]:
    options = table.each("boxes", lambda entry: ChoiceBox(nfc(entry.text("label")), entry.snake("value")))
    for part in ([option.label for option in options], [option.value for option in options]):
        if len(part) == 1 or len(set(part)) < len(part):
            raise table.fault("boxes", "must be two at least, with labels and values of their own")
    return options


def _pattern(table: Table) -> re.Pattern[str] | None:
    text = table.optional_text("pattern")
    try:
        return re.compile(f"(?i){nfc(text)}") if text else None
    except re.error as fault:
        raise table.fault("pattern", f"is no regular expression: {fault}") from None


def _require_consistent(paper_type: PaperType, table: Table) -> None:
    """Raise if the file names a field it does not declare, declares one twice, or counts validity from nothing."""
    table.require_distinct("fields", [rule.key for rule in paper_type.fields])
    tables = [table_rule.key for table_rule in paper_type.tables]
    table.require_distinct("tables", [*(rule.key for rule in paper_type.fields), *tables])
    owner = "owner" if len(paper_type.owners) == 1 else "owners"
    named = [
        ("issued_on_field", paper_type.issued_on_field),
        ("subject_field", paper_type.subject_field),
        ("validity", paper_type.validity.field),
        ("supersedes_by", paper_type.supersedes_by),
        *((f"{owner}.{part}", key) for o in paper_type.owners for part, key in _named_by(o)),
        *((f"{owner}.facts", key) for o in paper_type.owners for _, key in o.facts),
    ]
    kinds = {
        "issued_on_field": ("date",),
        "birth": ("date",),
        "sex": ("sex",),
        "validity": ("date", "term"),
        "supersedes_by": ("date", "integer"),
    }
    for place, name in named:
        rule = paper_type.rule(name or "")
        if name is not None and rule is None:
            raise table.fault(place, f"names '{name}', which is not under [[fields]]")
        wanted = kinds.get(place.rpartition(".")[2])
        if rule and wanted and rule.value not in wanted:
            raise table.fault(place, f"names '{rule.key}', whose value must be a {' or '.join(wanted)}")
    _require_fitting_facts(paper_type, table)
    counted = paper_type.validity.months is not None or paper_type.validity.ages
    if counted and paper_type.issued_on_field is None:
        raise table.fault("issued_on_field", "is missing, and validity is counted from it")
    if paper_type.validity.ages and paper_type.owners[0].birth is None:
        raise table.fault("owner.birth", "is missing, and validity is counted from it")
    if paper_type.supersedes_by and paper_type.owners[0].number is None:
        raise table.fault("owner.number", "is missing, and supersedes_by orders papers of one number")
    if any(t.weight == 0 for t in paper_type.titles + paper_type.anchors):
        raise table.fault("recognition", "has a phrase of weight 0, which says nothing")


def _require_fitting_facts(paper_type: PaperType, table: Table) -> None:
    """Raise if a field is of another kind than the fact it is to tell."""
    for fact, key in (pair for owner in paper_type.owners for pair in owner.facts):
        rule, wanted = paper_type.rule(key), known_facts()[fact].value
        # An owner's number may be of several kinds; only one that is a citizen's number tells that.
        if rule and rule.value != wanted and (rule.value, wanted) != ("owner_number", "citizen_number"):
            raise table.fault(fact, f"names '{key}', whose value must be a {wanted}")


def _named_by(owner: OwnerFields) -> tuple[tuple[str, str | None], ...]:
    return ("number", owner.number), ("name", owner.name), ("birth", owner.birth), ("sex", owner.sex)
