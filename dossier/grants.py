"""Grants: which consumer may be given what of which papers, for which purpose, until when, and on what ground.

The ground is the law, cited, or the owner's consent (Law 91/2025/QH15 on personal data; decree 45/2020/NĐ-CP art. 16:
papers in the store are read by their owner, by whom the owner permits, and by agencies that settle a procedure). What
is given is as little as the grant says: fields without personal data by default, those with personal data where they
are named, and the file, which shows everything, apart from both.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from dossier.errors import InvalidValue
from dossier.identifiers import OwnerNumber
from dossier.paper_types import PaperType, declared_key, find_type
from dossier.text import nfc
from dossier.toml_tables import CATALOGUE, Table, read_file

PREFILL = "prefill-form"
"""The purpose of filling in a form."""
OWNER_ACCESS = "owner-access"
"""The purpose of telling owners who read their papers: of no lookup."""
EVERY = "*"
"""Stands for all fields with personal data."""


class Basis(StrEnum):
    """The ground of a grant."""

    LAW = "law"
    """A rule of law, which the grant cites."""
    OWNER = "owner"
    """The owner's consent, for the papers of that owner alone."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """One of the purposes for which papers are used again.

    Attributes:
        code: Kebab case, stable. name_vi, name_en: What people call it.
    """

    code: str
    name_vi: str
    name_en: str


@cache
def purposes() -> Mapping[str, Purpose]:
    """Return the closed list of purposes, by code.

    Raises:
        ConfigurationError: The catalogue's file breaks the schema.
    """
    return MappingProxyType({purpose.code: purpose for purpose in read_file(CATALOGUE / "purposes.toml", _purposes)})


def _purposes(table: Table) -> tuple[Purpose, ...]:
    listed = table.each(
        "purposes", lambda one: Purpose(one.kebab("code"), nfc(one.text("name_vi")), one.text("name_en"))
    )
    table.require_distinct("purposes", [purpose.code for purpose in listed])
    return listed


def require_purpose(code: str) -> str:
    """Return ``code``.

    Raises:
        InvalidValue: It is none of the listed purposes, which the message names.
    """
    return _require_one_of(code, purposes())


def require_lookup_purpose(code: str) -> str:
    """Return ``code``.

    Raises:
        InvalidValue: It is none of the listed purposes for which papers are given, which the message names.
    """
    return _require_one_of(code, [one for one in purposes() if one != OWNER_ACCESS])


def _require_one_of(code: str, known: Collection[str]) -> str:
    if code not in known:
        names = ", ".join(known)
        raise InvalidValue(key="purpose", reason=f"must be one of: {names}", reason_vi=f"phải là một trong: {names}")
    return code


@dataclass(frozen=True, slots=True)
class Grant:
    """What one consumer may be given.

    Attributes:
        id: 16 letters and digits, or the name of a built-in grant.
        consumer: Name of its access key.
        basis: The ground. citation: The rule of law, or where the consent is filed; no personal data.
        paper_types: Only these; empty for all that are reusable. purposes: Only for these, at least one.
        personal_fields: Keys of the fields with personal data that may be given, :data:`EVERY` for all of them.
        file: Whether the sealed file may be fetched.
        owner: With :attr:`Basis.OWNER`: whose papers.
        until: The last day on which it holds; ``None``: until it is revoked.
        given_by, given_at: Name of an access key, and when, UTC. revoked_by, revoked_at: The same of its end.
    """

    id: str
    consumer: str
    basis: Basis
    citation: str
    purposes: tuple[str, ...]
    paper_types: tuple[str, ...] = ()
    personal_fields: tuple[str, ...] = ()
    file: bool = False
    owner: OwnerNumber | None = None
    until: dt.date | None = None
    given_by: str = ""
    given_at: dt.datetime | None = None
    revoked_by: str | None = None
    revoked_at: dt.datetime | None = None

    def stands(self, on: dt.date) -> bool:
        """Return whether it is in force on a day."""
        return self.revoked_at is None and (self.until is None or on <= self.until)

    def covers(self, paper_type: str, purpose: str, on: dt.date) -> bool:
        """Return whether it lets papers of a type be given for a purpose on a day; whose they are is not looked at."""
        return self.stands(on) and purpose in self.purposes and (not self.paper_types or paper_type in self.paper_types)


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be given of the papers of one type, by all grants that cover them together.

    Attributes:
        grants: Identifiers of the grants. personal_fields: See :class:`Grant`. file: The same.
    """

    grants: tuple[str, ...]
    personal_fields: frozenset[str]
    file: bool

    @property
    def everything(self) -> bool:
        """Whether all personal data may be given."""
        return EVERY in self.personal_fields

    def gives(self, paper_type: PaperType, key: str) -> bool:
        """Return whether a field may be given; one that the type does not declare counts as personal data."""
        rule = paper_type.rule(key)
        is_personal = rule is None or rule.pii
        return not is_personal or self.everything or declared_key(key) in self.personal_fields


def scope(grants: Iterable[Grant], paper_type: str, purpose: str, on: dt.date) -> Scope | None:
    """Return what ``grants``, all of one consumer, allow together; ``None`` if nothing.

    Args:
        grants: Those that apply to the owner in question.
        paper_type: Code of the type.
        purpose: Code of the purpose.
        on: The day of the call in Vietnam, not the day for which the papers are wanted.
    """
    covering = [grant for grant in grants if grant.covers(paper_type, purpose, on)]
    if not covering:
        return None
    return Scope(
        tuple(sorted(grant.id for grant in covering)),
        frozenset(key for grant in covering for key in grant.personal_fields),
        any(grant.file for grant in covering),
    )


def counter_grant(consumer: str) -> Grant:
    """Return the built-in grant of a counter: its officers act by law, for a dossier and a purpose like all others."""
    return Grant(
        id="counter",
        consumer=consumer,
        basis=Basis.LAW,
        citation="Nghị định 45/2020/NĐ-CP; Nghị định 118/2025/NĐ-CP",
        purposes=tuple(purposes()),
        personal_fields=(EVERY,),
        file=True,
    )


def require_sound(grant: Grant, paper_types: Mapping[str, PaperType], on: dt.date) -> None:
    """Do nothing if a grant may be given.

    Args:
        grant: To be given.
        paper_types: The catalogue.
        on: Today.

    Raises:
        UnknownPaperType: It names a type that the catalogue does not have.
        InvalidValue: Naming the part that is wrong.
    """
    _require_ground(grant)
    if not grant.purposes:
        raise InvalidValue(key="purposes", reason="at least one is needed", reason_vi="cần ít nhất một mục đích")
    for purpose in grant.purposes:
        require_purpose(purpose)
    if grant.until is not None and grant.until < on:
        raise InvalidValue(key="until", reason="the day is past", reason_vi="ngày đã qua")
    types = [find_type(paper_types, code) for code in grant.paper_types] or list(paper_types.values())
    known = {EVERY} | {key for one in types for key, rule in one.declared.items() if rule.pii}
    for key in grant.personal_fields:
        if key not in known:
            raise InvalidValue(
                key="personal_fields",
                reason=f"no personal field of these types is called '{key}'",
                reason_vi=f"các loại giấy tờ này không có trường cá nhân '{key}'",
            )


def _require_ground(grant: Grant) -> None:
    if grant.basis is Basis.LAW and not grant.citation.strip():
        raise InvalidValue(key="citation", reason="the rule is to be cited", reason_vi="cần dẫn căn cứ pháp lý")
    if (grant.basis is Basis.OWNER) != (grant.owner is not None):
        raise InvalidValue(
            key="owner_number",
            reason="belongs to a grant by the owner, and to no other",
            reason_vi="phải có khi do chủ giấy tờ cho phép, và chỉ khi đó",
        )
    if grant.basis is Basis.OWNER and grant.until is None:
        raise InvalidValue(key="until", reason="consent needs an end", reason_vi="sự đồng ý phải có thời hạn")
