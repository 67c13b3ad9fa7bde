"""Roles: what each of several owners is in a form or in a procedure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dossier.errors import InvalidValue
from dossier.text import nfc
from dossier.toml_tables import Table


@dataclass(frozen=True, slots=True)
class Role:
    """What an owner is where there may be several.

    Attributes:
        code: Snake case. name_vi, name_en: What people call it.
    """

    code: str
    name_vi: str
    name_en: str


def read_roles(table: Table) -> tuple[Role, ...]:
    """Return the roles that a table declares under ``roles``, none if it has none.

    Raises:
        ConfigurationError: The file breaks the schema.
    """
    roles = table.each("roles", lambda one: Role(one.snake("code"), nfc(one.text("name_vi")), one.text("name_en")))
    table.require_distinct("roles", [role.code for role in roles])
    return roles


def require_role(roles: Sequence[Role], code: str | None) -> None:
    """Do nothing if ``code`` is one of ``roles``, or no role is said.

    Raises:
        InvalidValue: It is another one.
    """
    known = [one.code for one in roles]
    if code is not None and code not in known:
        names = ", ".join(known) or "-"
        raise InvalidValue(key="role", reason=f"must be one of: {names}", reason_vi=f"phải là một trong: {names}")
