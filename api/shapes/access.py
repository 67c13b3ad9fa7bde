"""Access keys, accounts and grants."""

from api.shapes import Json
from dossier import times
from dossier.grants import Grant
from storage.records import AccessKey, Account


def key_json(key: AccessKey) -> Json:
    """Return one access key without its secret or hash."""
    return {
        "name": key.name,
        "role": key.role,
        "created_at": times.iso_local(key.created_at),
        "revoked_at": times.iso_local(key.revoked_at) if key.revoked_at else None,
    }


def account_json(account: Account) -> Json:
    """Return one account without its password's hash."""
    return {
        "name": account.name,
        "role": account.role,
        "person": account.person,
        "first_password": account.temporary,
        "created_at": times.iso_local(account.created_at),
        "closed_at": times.iso_local(account.closed_at) if account.closed_at else None,
    }


def grant_json(grant: Grant, *, owner: bool) -> Json:
    """Return one grant; ``owner`` says whether it may be seen whose papers it lets be given."""
    return {
        "id": grant.id,
        "consumer": grant.consumer,
        "basis": grant.basis.value,
        "citation": grant.citation,
        "purposes": list(grant.purposes),
        "paper_types": list(grant.paper_types),
        "personal_fields": list(grant.personal_fields),
        "file": grant.file,
        "owner_number": grant.owner.value if grant.owner and owner else None,
        "until": grant.until.isoformat() if grant.until else None,
        "given_by": grant.given_by,
        "given_at": times.iso_local(grant.given_at) if grant.given_at else "",
        "revoked_by": grant.revoked_by,
        "revoked_at": times.iso_local(grant.revoked_at) if grant.revoked_at else None,
    }
