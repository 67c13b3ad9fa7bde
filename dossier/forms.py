"""Forms as data: what an application form asks, field by field, and which of it may be known already.

One file per form in ``dossier/catalogue/forms/``; a further folder may add forms, or replace one by its code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from dossier.errors import UnknownForm
from dossier.facts import known_facts
from dossier.roles import Role, read_roles, require_role
from dossier.text import nfc
from dossier.toml_tables import CATALOGUE, Table, read_file, toml_files


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form.

    Attributes:
        key: Snake case, unique in the form. label_vi, label_en: As printed, and in English.
        fact: Code of the fact of the owner that it asks; ``None``: nothing that any paper could tell.
        by_role: The same where it depends on what the owner is in the form.
    """

    key: str
    label_vi: str
    label_en: str
    fact: str | None = None
    by_role: Mapping[str, str] = field(default_factory=dict)

    def asks(self, role: str | None) -> str | None:
        """Return the code of the fact it asks of an owner who has this role in the form, if it asks any."""
        return self.by_role.get(role or "", self.fact)


@dataclass(frozen=True, slots=True)
class Form:
    """An application form.

    Attributes:
        code: Kebab case, stable. name_vi, name_en: Its names. legal_basis: The rules it follows, for people.
        paper_type: Code of the type of paper that it becomes when it is handed in, if it has one of its own.
        roles: What the owner can be in it. fields: In printed order.
    """

    code: str
    name_vi: str
    name_en: str
    legal_basis: str
    paper_type: str | None = None
    roles: tuple[Role, ...] = ()
    fields: tuple[FormField, ...] = ()

    def require_role(self, role: str | None) -> None:
        """Do nothing if the owner can be ``role`` in this form, or nothing is said of it.

        Raises:
            InvalidValue: The form has no such role.
        """
        require_role(self.roles, role)


def load_forms(*extra_folders: Path) -> Mapping[str, Form]:
    """Return the forms by code.

    Args:
        *extra_folders: Folders with further ``*.toml`` files, which add forms or replace one by its code.

    Raises:
        ConfigurationError: A file breaks the schema; the message names the file and the key.
    """
    forms: dict[str, Form] = {}
    for folder in (CATALOGUE / "forms", *extra_folders):
        forms |= {form.code: form for form in map(read_form, toml_files(folder, "forms"))}
    return MappingProxyType(forms)


def find_form(forms: Mapping[str, Form], code: str) -> Form:
    """Return the form named ``code``.

    Raises:
        UnknownForm: The catalogue has none, naming those it has.
    """
    if code not in forms:
        raise UnknownForm(form=code, known=", ".join(sorted(forms)))
    return forms[code]


def read_form(path: Path | Traversable) -> Form:
    """Return the form that one TOML file declares.

    Raises:
        ConfigurationError: The file breaks the schema; the message names the file and the key.
    """
    return read_file(path, _form)


def _form(table: Table) -> Form:
    roles = read_roles(table)
    form = Form(
        code=table.kebab("code"),
        name_vi=nfc(table.text("name_vi")),
        name_en=table.text("name_en"),
        legal_basis=nfc(table.text("legal_basis")),
        paper_type=table.optional_text("paper_type"),
        roles=roles,
        fields=table.each("fields", lambda entry: _field(entry, [role.code for role in roles])),
    )
    table.require_distinct("fields", [one.key for one in form.fields])
    return form


def _field(table: Table, roles: Sequence[str]) -> FormField:
    by_role = table.table("by_role")
    of_roles = {role: by_role.text(role) for role in roles if by_role.has(role)}
    by_role.finish()
    one = FormField(
        key=table.snake("key"),
        label_vi=nfc(table.text("label_vi")),
        label_en=table.text("label_en"),
        fact=table.optional_text("fact"),
        by_role=MappingProxyType(of_roles),
    )
    for fact in (one.fact, *of_roles.values()):
        if fact is not None and fact not in known_facts():
            raise table.fault("fact", f"names '{fact}', which facts.toml does not have")
    return one
