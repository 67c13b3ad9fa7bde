"""Correct: what a person makes of a paper before it is confirmed: another value, another type, another owner.

What follows from the fields is worked out again, so that the doubts left are those of the paper as it now stands. What
was read, where, and what stands there is kept: the truth about our reading, to measure it by and to learn from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from dossier import times
from dossier.errors import InvalidValue, WrongState
from dossier.identifiers import PaperId
from dossier.owners import Owner
from dossier.paper_types import OTHER, FieldRule, PaperType, find_type
from dossier.papers import Field, FieldSource, Paper, PaperState
from dossier.text import nfc
from dossier.values import parse_value
from ingest.house import House
from ingest.intake.receive import announced, owner_of_scan
from ingest.people.second_person import corrected_critical, critical_fields
from ingest.people.second_person import told as second_person_told
from ingest.pipeline import fields_of, printed_owner, weighed
from storage.records import Correction
from storage.schema import PaperRow
from storage.under_way.claims import WAITING, unclaimed_by_others
from storage.under_way.corrections import OWNER, PAPER_TYPE, USUAL_OWNER, USUAL_TYPE, note

CORRECTED = "paper.corrected"
"""Action in the audit log."""
Said = tuple[str, Field | None, str]
"""What a person said: key, what was read, what stands there."""


def correct(
    house: House,
    paper_id: PaperId,
    values: Mapping[str, str],
    *,
    by: str,
    actor: str,
    account: str | None = None,
    paper_type: str | None = None,
    owner: Owner | None = None,
) -> Paper:
    """Keep what a person says a paper says, and return it with the doubts that are left.

    Args:
        house: The parts.
        paper_id: A paper that is ready or needs review.
        values: By key of the field, as typed; an empty text: the paper does not say it.
        by: The person's name.
        actor: Who told us, for the audit log.
        account: Of the person, if signed in under one.
        paper_type: What the paper is, if not what it was taken for: its fields are read anew, those entered stay.
        owner: Whose it is, if not who was named or read.

    Raises:
        NotFound: No such paper. WrongState: It does not wait for a person, or somebody else was first.
        ClaimedByOther: Somebody else has it in hand.
        InvalidValue: A text is no value of its field, or the type has no such field.
        UnknownPaperType: There is no such type.
    """
    paper = house.catalogue.paper(paper_id)
    if paper.state not in WAITING:
        raise WrongState(state=paper.state.value, needed=", ".join(sorted(WAITING)))
    kind = find_type(house.paper_types, paper_type or paper.paper_type or OTHER)
    fields = paper.fields
    if kind.code != paper.paper_type:
        known = [one for one in paper.fields if kind.rule(one.key)]
        fields = with_manual(known, fields_of(house, paper, kind), kind)
    typed = {key: _typed(kind, key, text, fields) for key, text in values.items()}
    after = replace(paper, paper_type=kind.code, fields=_with(fields, typed, kind))
    if paper_type is not None:
        after = replace(after, type_confidence=None)
    after = weighed(house, replace(after, owner=owner or _owner(house, paper, after, kind)))
    said = [(key, _read(fields, key), field.value or "" if field else "") for key, field in typed.items()]
    if paper_type is not None:
        said += _retyped(house, paper, kind)
    if owner is not None:
        said += _given_to(paper, owner, kind)
    made = [Correction(paper_id, kind.code, key, read, text, by, times.now(), account) for key, read, text in said]
    after = _for_a_second_person(house, after, kind, made)
    free = unclaimed_by_others(house.catalogue, actor)

    def also(session: Session, row: PaperRow) -> None:
        free(session, row)
        note(session, made)

    detail = {"fields": ", ".join(sorted(typed))} if typed else {}
    if kind.code != paper.paper_type:
        detail |= {"type_from": paper.paper_type or "", "type_to": kind.code}
    return house.catalogue.save(after, actor=actor, action=CORRECTED, detail=detail, expected=paper.state, also=also)


def _retyped(house: House, paper: Paper, kind: PaperType) -> list[Said]:
    """Return what is kept of another type: what the paper was taken for, by the reader or by whoever sent it."""
    was = find_type(house.paper_types, paper.paper_type or OTHER)
    if kind.code == was.code:
        return []
    key = PAPER_TYPE if kind.is_critical or was.is_critical else USUAL_TYPE
    source = FieldSource.MANUAL if paper.type_confidence is None else FieldSource.OCR
    return [(key, Field(key, was.code, was.code, None, None, paper.type_confidence or 1.0, source), kind.code)]


def _given_to(paper: Paper, owner: Owner, kind: PaperType) -> list[Said]:
    """Return what is kept of another owner, or of the first one: the number it was taken for, as it was read or named.

    Of another name beside the same number it is not said what stood there before: it is a change all the same.
    """
    if owner == paper.owner:
        return []
    key, before = OWNER if kind.is_critical else USUAL_OWNER, paper.owner and paper.owner.number
    read = None
    if before and before != owner.number:
        named = Field(key, before.value, before.value, None, None, 1.0, FieldSource.MANUAL)
        read = next((replace(one, key=key) for one in paper.fields if one.value == before.value), named)
    return [(key, read, owner.number.value)]


def _for_a_second_person(house: House, paper: Paper, kind: PaperType, made: Iterable[Correction]) -> Paper:
    """Return a paper with what is told of critical fields that were corrected, before or just now."""
    now = {one.key for one in made if one.is_change and (kind.code, one.key) in critical_fields(house)}
    found = second_person_told(kind, now | corrected_critical(house, paper).keys())
    checks = (*paper.checks, *found)
    return replace(paper, checks=checks, state=PaperState.NEEDS_REVIEW) if found else paper


def _typed(kind: PaperType, key: str, text: str, fields: tuple[Field, ...]) -> Field | None:
    rule = kind.rule(key)
    if rule is None:
        raise InvalidValue(key=key, reason="this type has no such field", reason_vi="loại giấy tờ không có trường này")
    if not text.strip():
        return None
    value = parse_value(rule.value, text, key=key)
    _require_chosen(rule, value)
    read = _read(fields, key)
    page, box = (read.page, read.box) if read else (None, None)
    return Field(key, value, nfc(text).strip(), page, box, 1.0, FieldSource.MANUAL)


def _require_chosen(rule: FieldRule, value: str) -> None:
    choices = rule.choices or tuple(box.value for box in rule.boxes)
    if choices and value not in choices:
        raise InvalidValue(
            key=rule.key, reason="expected one of the choices", reason_vi="cần một trong các giá trị cho sẵn"
        )


def _read(fields: tuple[Field, ...], key: str) -> Field | None:
    """Return the field of this name, one with a place on a page rather than one without."""
    found = sorted((field for field in fields if field.key == key), key=lambda field: field.box is None)
    return found[0] if found else None


def _with(fields: tuple[Field, ...], typed: Mapping[str, Field | None], kind: PaperType) -> tuple[Field, ...]:
    kept = [field for field in fields if field.key not in typed]
    return kind.in_order([*kept, *(field for field in typed.values() if field is not None)])


def with_manual(kept: Sequence[Field], found: Iterable[Field], kind: PaperType) -> tuple[Field, ...]:
    """Return the fields found, but of each key that a person entered what is kept, in the type's order."""
    entered = {field.key for field in kept if field.source is FieldSource.MANUAL}
    fields = [field for field in found if field.key not in entered] + [field for field in kept if field.key in entered]
    return kind.in_order(fields)


def _owner(house: House, before: Paper, after: Paper, kind: PaperType) -> Owner | None:
    """Return whose the paper is: who was named, else whose number stands on it now."""
    was = find_type(house.paper_types, before.paper_type or OTHER)
    printed = printed_owner(before, was)
    entry = announced(house, before)
    named = before.split_from is None and entry is not None and entry.owner is not None
    if before.owner and (named or printed is None or printed.number != before.owner.number):
        return before.owner
    return printed_owner(after, kind) or owner_of_scan(house, before)
