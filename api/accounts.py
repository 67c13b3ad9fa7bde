"""Accounts of people at desks: how they are made, how a person signs in, and the first ones.

Threat: somebody guesses or steals a password or a session. What stops it: passwords of at least ``SHORTEST`` characters
kept as Argon2id alone, a wait that grows with every failure, the first password good for one sign-in only, sessions of
256 random bits that end by themselves, with the account, and with its password. What an issuer says of a person is kept
under the session's secret, which is not kept: a copy of the database does not tell it. Residual risk accepted: whoever
knows a name can keep its owner waiting for up to a quarter of an hour.
"""

import base64
import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from api.keys import NAME, TOKEN_NAMES, Caller, Role, is_reserved
from dossier import times
from dossier.errors import (
    AlreadyExists,
    Forbidden,
    InvalidIdentifier,
    InvalidValue,
    PasswordChangeNeeded,
    SignInRefused,
    TooManyAttempts,
    TooManyRequests,
    Unauthenticated,
)
from dossier.text import nfc, tidy
from ingest.house import House
from ingest.settings import Environment
from storage.catalogue import Catalogue
from storage.people import accounts
from storage.records import Account

SHORTEST = 12
"""Characters of a password."""
DESK_ROLES = (Role.STATION, Role.OFFICER, Role.AUDITOR, Role.ADMIN)
"""Roles of people; systems have keys."""
_ACTOR = "desk"
_AT_ONCE = threading.BoundedSemaphore(2)
"""Argon2 takes 64 MiB each time: strangers who try must not take more together."""
_PATIENCE_S = 2.0
_NONCE = bytes(12)
"""Of a key that encrypts one thing, once."""
_FIRST = (
    ("quay", "Người quét thử nghiệm", Role.STATION),
    ("canbo", "Cán bộ thử nghiệm", Role.OFFICER),
    ("thanhtra", "Thanh tra thử nghiệm", Role.AUDITOR),
)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # Argon2id with the parameters of RFC 9106 for little memory


@cache
def _nobodys() -> str:
    """Return a hash that no password has: a name nobody has takes as long to refuse as one somebody has."""
    return _hasher().hash(secrets.token_hex())


def new_account(catalogue: Catalogue, name: str, person: str, role: Role, *, actor: str = "cli") -> str:
    """Make an account and return its first password, which is shown now, never again, and is good for one sign-in.

    Args:
        catalogue: Keeps the account.
        name: To sign in with: 1 to 64 lower-case letters, digits, dots, dashes.
        person: Name of the person, as it stands in what the person states.
        role: What the person may do.
        actor: Who asked for it, for the audit log.

    Raises:
        InvalidIdentifier: ``name`` has another form.
        InvalidValue: ``person`` is empty, or people do not have this role.
        AlreadyExists: An account or a key has the name, or what is done without a key.
    """
    if not re.fullmatch(NAME, name):
        raise InvalidIdentifier(kind="account name", kind_vi="Tên tài khoản", example="nguyen.van.an")
    if not (person := tidy(person)):
        raise InvalidValue(key="person", reason="a name is needed", reason_vi="cần họ tên")
    if role not in DESK_ROLES:
        raise InvalidValue(key="role", reason="systems have keys", reason_vi="hệ thống dùng khóa truy cập")
    if is_reserved(name):
        raise AlreadyExists(kind="account", id=name)
    password = _first_password()
    account = Account(name, person, role.value, _hash(password), temporary=True, created_at=times.now())
    accounts.add(catalogue, account, actor=actor)
    return password


def renew_password(catalogue: Catalogue, name: str, *, actor: str = "cli") -> str:
    """Give an account a first password again and end its sessions.

    Raises:
        NotFound: There is no account of this name.
        InvalidValue: Its bearer signs in with the issuer, not with a password.
    """
    if name.startswith(TOKEN_NAMES):
        raise InvalidValue(key="name", reason="the issuer asks for it", reason_vi="máy chủ tài khoản giữ mật khẩu")
    password = _first_password()
    accounts.set_password(catalogue, name, _hash(password), temporary=True, actor=actor)
    return password


def ensure_first_accounts(house: House) -> dict[str, str]:
    """Make an account per desk where there is none yet; return the first passwords by name. None in production."""
    if house.settings.environment is Environment.PRODUCTION or accounts.accounts(house.catalogue):
        return {}
    made = {}
    for name, person, role in _FIRST:
        try:
            made[name] = new_account(house.catalogue, name, person, role, actor="first-run")
        except AlreadyExists:
            continue  # another process starting at this moment, or a key of this name
    return made


def sign_in(catalogue: Catalogue, name: str, password: str, new_password: str | None = None) -> tuple[str, Caller]:
    """Open a session and return its secret and whose it is.

    Args:
        catalogue: Knows the account.
        name: Its name.
        password: Its password.
        new_password: Takes the place of the password; needed if that was made for the person.

    Raises:
        TooManyRequests: Too many try at this moment.
        TooManyAttempts: Signing in failed too often under this name.
        SignInRefused: There is no such account in force, or the password is another one.
        PasswordChangeNeeded: The password is good for the first time only.
        InvalidValue: The new password is too short, or the old one.
    """
    name, name_hash = name.strip().lower(), digest(name.strip().lower())
    if wait := accounts.attempt(catalogue, name_hash):
        raise TooManyAttempts(seconds=int(wait.total_seconds()) + 1)
    account = accounts.open_account(catalogue, name)
    kept = account.password if account else ""  # the issuer's people have none either
    if not _fits(kept or _nobodys(), password) or account is None:
        accounts.note_refusal(catalogue, account.name if account else "", actor=_ACTOR)
        raise SignInRefused
    proved = account.password
    if new_password is not None:
        _require_good(new_password, password)
        proved = _hash(new_password)
        accounts.set_password(catalogue, name, proved, temporary=False, actor=name)
    elif account.temporary:
        raise PasswordChangeNeeded
    secret = secrets.token_urlsafe(32)
    accounts.open_session(catalogue, name, digest(secret), name_hash, password=proved)
    return secret, Caller(account.name, Role(account.role), account.person)


def sign_in_by_issuer(catalogue: Catalogue, caller: Caller, id_token: str) -> str:
    """Open a session of a person whom the issuer named by ``id_token``, and return its secret.

    Raises:
        Forbidden: People do not have this role, or the account was closed here.
    """
    if caller.role not in DESK_ROLES or caller.person is None:
        raise Forbidden(roles=", ".join(sorted(DESK_ROLES)))
    secret = secrets.token_urlsafe(32)
    account = Account(caller.name, caller.person, caller.role.value, "", temporary=False, created_at=times.now())
    try:
        sealed = base64.b64encode(_cipher(secret).encrypt(_NONCE, id_token.encode(), None)).decode()
        accounts.open_issuers_session(catalogue, account, digest(secret), sealed)
    except SignInRefused:
        raise Forbidden(roles=", ".join(sorted(DESK_ROLES))) from None
    return secret


def id_token_of(catalogue: Catalogue, secret: str) -> str | None:
    """Return by what the issuer named the person of a session; ``None``: the session is none of its."""
    kept = accounts.id_token_of(catalogue, digest(secret))
    return _cipher(secret).decrypt(_NONCE, base64.b64decode(kept), None).decode() if kept else None


def _cipher(secret: str) -> AESGCM:
    """Return what encrypts what is kept of one session: nobody but its browser has the secret."""
    return AESGCM(hmac.digest(secret.encode(), b"id token", "sha256"))


def note_refusal(catalogue: Catalogue) -> None:
    """Record that signing in with the issuer failed; nothing of who it was."""
    accounts.note_refusal(catalogue, "", actor=_ACTOR)


def sign_out(catalogue: Catalogue, secret: str) -> None:
    """End a session."""
    accounts.end_session(catalogue, digest(secret))


def caller_of_session(house: House, secret: str) -> Caller:
    """Return who is signed in.

    Raises:
        Unauthenticated: Nobody, or the session has ended.
    """
    settings = house.settings
    account = accounts.account_of(
        house.catalogue, digest(secret), idle=settings.session_idle, longest=settings.session_longest
    )
    if account is None:
        raise Unauthenticated
    return Caller(account.name, Role(account.role), account.person)


def page_token(secret: str) -> str:
    """Return what a page sends with every change, which no page of another origin can know."""
    return hmac.digest(secret.encode(), b"page", "sha256").hex()


def _first_password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(5))


def _require_good(new: str, old: str) -> None:
    if len(new) < SHORTEST or nfc(new) == nfc(old):
        raise InvalidValue(
            key="new_password",
            reason=f"at least {SHORTEST} characters, and not the one before",
            reason_vi=f"ít nhất {SHORTEST} ký tự và khác mật khẩu cũ",
        )


@contextmanager
def _turn() -> Iterator[None]:
    """Wait a moment for one's turn to hash: who tries many at once must not hold up all other requests.

    Raises:
        TooManyRequests: The turn did not come.
    """
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        raise TooManyRequests(seconds=int(_PATIENCE_S))
    try:
        yield
    finally:
        _AT_ONCE.release()


def _hash(password: str) -> str:
    with _turn():
        return _hasher().hash(nfc(password))


def _fits(kept: str, password: str) -> bool:
    with _turn():
        try:
            return _hasher().verify(kept, nfc(password))
        except (VerificationError, InvalidHashError):
            return False


def digest(secret: str) -> str:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
