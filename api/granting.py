"""Giving and showing grants, over HTTP and on the command line, and the one grant of the embedded default."""

from contextlib import suppress

from dossier import times
from dossier.errors import AlreadyExists, InvalidValue
from dossier.grants import EVERY, Basis, Grant, purposes, require_sound
from ingest.house import House
from ingest.settings import Environment
from storage.reuse import grants

FIRST_GRANT = "first-run"
"""Identifier of the grant that lets the first run's ``system`` key look up, in development only."""
CONSUMER_ROLE = "system"
LISTED = "grants.listed"
"""Action in the audit log: somebody saw which owners agreed to what."""


def give_grant(house: House, grant: Grant, *, actor: str) -> Grant:
    """Keep a grant and return it as kept.

    Raises:
        InvalidValue: A part of it is wrong, or no key in force of the role ``system`` has the consumer's name.
        UnknownPaperType: It names a type that the catalogue does not have.
    """
    require_sound(grant, house.paper_types, times.today())
    keys = house.catalogue.keys()
    if not any(k.name == grant.consumer and k.role == CONSUMER_ROLE and k.revoked_at is None for k in keys):
        raise InvalidValue(
            key="consumer",
            reason="no key of the role 'system' has this name",
            reason_vi="không có khóa vai trò 'system' mang tên này",
        )
    return grants.give(house.catalogue, grant, actor=actor)


def grants_shown(house: House, *, owners: bool, actor: str, limit: int, after: str | None) -> list[Grant]:
    """Return grants for somebody to see; that the numbers of owners are among what is shown is recorded.

    Args:
        house: The parts.
        owners: Whether the owners who agreed are shown.
        actor: Who sees them.
        limit: How many at most.
        after: Only those that follow the grant of this identifier in the list.

    Raises:
        NotFound: There is no grant ``after``.
    """
    found = grants.grants(house.catalogue, limit=limit, after=after)
    if owners and any(one.owner for one in found):
        house.catalogue.record(actor, LISTED, "grants")
    return found


def ensure_first_grant(house: House) -> None:
    """Let the first run's ``system`` key look up everything, in development: the embedded default works as it comes.

    It is given once: revoked, it stays revoked. In production there is none.
    """
    if house.settings.environment is Environment.PRODUCTION:
        return
    grant = Grant(
        id=FIRST_GRANT,
        consumer=CONSUMER_ROLE,
        basis=Basis.LAW,
        citation="Môi trường phát triển (THỬ NGHIỆM) / development environment (TEST)",
        purposes=tuple(purposes()),
        personal_fields=(EVERY,),
        file=True,
    )
    with suppress(AlreadyExists):  # it was given before, or by another process starting at this moment
        grants.give(house.catalogue, grant, actor="first-run")
