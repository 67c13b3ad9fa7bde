"""Accounts of people, their sessions, and failed attempts to sign in.

Functions on a `Catalogue`; each is one transaction with its audit entry, and each may raise ``StoreUnavailable``.
"""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dossier.errors import AlreadyExists, NotFound, SignInRefused
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.records import Account
from storage.schema import AccessKeyRow, AccountRow, EntryRow, SessionRow, SignInRow

_FREE_TRIES = 5
"""So many wrong passwords in a row cost nothing: people mistype."""
_FIRST_WAIT, _LONGEST_WAIT = dt.timedelta(seconds=15), dt.timedelta(minutes=15)
"""After these each further one costs a wait, twice as long as the one before."""
_FORGOTTEN_AFTER = dt.timedelta(days=1)
_ISSUER = "issuer"
"""Who makes accounts, and gives them another role, where people sign in elsewhere."""
_LOOKED_EVERY = dt.timedelta(minutes=1)
"""A session that is used is written down no more often than this."""


def add(catalogue: Catalogue, account: Account, *, actor: str) -> None:
    """Keep an account.

    Raises:
        AlreadyExists: An account or an access key has its name.
    """
    with writing(catalogue.engine) as session:
        key = session.scalar(select(AccessKeyRow).where(AccessKeyRow.name == account.name))
        if key or session.get(AccountRow, account.name):
            raise AlreadyExists(kind="account", id=account.name)
        session.add(_row(account))
        _note(catalogue, session, actor, "account.added", account.name, role=account.role)


def accounts(catalogue: Catalogue) -> list[Account]:
    """Return all accounts, closed ones too, by name."""
    with reading(catalogue.engine) as session:
        return [_account(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name))]


def open_account(catalogue: Catalogue, name: str) -> Account | None:
    """Return the account of this name if there is one in force."""
    with reading(catalogue.engine) as session:
        row = session.get(AccountRow, name)
        return _account(row) if row and row.closed_at is None else None


def close(catalogue: Catalogue, name: str, *, actor: str) -> None:
    """Take an account out of force and end its sessions; a closed one stays as it is.

    Raises:
        NotFound: There is no account of this name.
    """
    with writing(catalogue.engine) as session:
        row = _known(session, name)
        if row.closed_at is None:
            row.closed_at = catalogue.now()
            _end_all(session, name)
            _note(catalogue, session, actor, "account.closed", name)


def set_password(catalogue: Catalogue, name: str, password: str, *, temporary: bool, actor: str) -> None:
    """Keep another password's hash, and end the sessions opened with the one before.

    Raises:
        NotFound: There is no account of this name in force.
    """
    with writing(catalogue.engine) as session:
        row = _known(session, name)
        if row.closed_at is not None:
            raise NotFound(kind="account", id=name)
        row.password, row.temporary = password, temporary
        _end_all(session, name)
        _note(catalogue, session, actor, "account.password-set", name)


# --- signing in ----------------------------------------------------------------------------------------------------


def attempt(catalogue: Catalogue, name_hash: str) -> dt.timedelta:
    """Count an attempt to sign in and return zero, or how long to wait before one is let through.

    Counted before the password is looked at, so that many at once do not get more tries than one after the other.

    Args:
        catalogue: Where attempts are counted.
        name_hash: Hash of the name, of an account or not.
    """
    now = catalogue.now()
    with writing(catalogue.engine) as session:
        session.execute(delete(SignInRow).where(SignInRow.at < now - _FORGOTTEN_AFTER))
        row = session.get(SignInRow, name_hash)
        if row is None:
            session.add(SignInRow(name=name_hash, failures=1, at=now))
            return dt.timedelta()
        beyond = min(row.failures - _FREE_TRIES, 10)
        wait = min(_FIRST_WAIT * 2**beyond, _LONGEST_WAIT) if beyond >= 0 else dt.timedelta()
        left = row.at + wait - now
        if left > dt.timedelta():
            return left
        row.failures, row.at = row.failures + 1, now
        return dt.timedelta()


def note_refusal(catalogue: Catalogue, name: str, *, actor: str) -> None:
    """Record that signing in failed; ``name`` is that of an account, or empty."""
    catalogue.record(actor, "session.refused", f"account:{name or 'unknown'}")


def open_session(catalogue: Catalogue, name: str, sha256: str, name_hash: str, *, password: str) -> None:
    """Keep a session of an account that proved its password; its failed attempts are forgotten.

    Raises:
        SignInRefused: The account was closed meanwhile, or ``password``, the hash that was proved, is its own no more.
    """
    now = catalogue.now()
    with writing(catalogue.engine) as session:
        row = _known(session, name)
        if row.closed_at is not None or row.password != password:
            raise SignInRefused
        session.execute(delete(SignInRow).where(SignInRow.name == name_hash))
        session.add(SessionRow(sha256=sha256, account=name, created_at=now, seen_at=now))
        _note(catalogue, session, name, "session.opened", name)


def begin_entry(catalogue: Catalogue, sha256: str, *, within: dt.timedelta) -> None:
    """Keep that a browser went to the issuer to sign in there; what began longer ago than ``within`` is forgotten.

    Args:
        catalogue: Where it is kept.
        sha256: Of the secret that the browser holds meanwhile, lower-case hex.
        within: How long it may take.
    """
    now = catalogue.now()
    with writing(catalogue.engine) as session:
        session.execute(delete(EntryRow).where(EntryRow.at < now - within))
        session.add(EntryRow(sha256=sha256, at=now))


def take_entry(catalogue: Catalogue, sha256: str, *, within: dt.timedelta) -> bool:
    """Return whether a browser that comes back went there from here, in time and for the first time."""
    began = catalogue.now() - within
    with writing(catalogue.engine) as session:
        taken = delete(EntryRow).where(EntryRow.sha256 == sha256, EntryRow.at >= began).returning(EntryRow.sha256)
        return session.scalar(taken) is not None


def open_issuers_session(catalogue: Catalogue, account: Account, sha256: str, id_token: str) -> None:
    """Keep a session of a person whom the issuer named; name and role are as it says now.

    The account is made when the person comes for the first time.

    Args:
        catalogue: Where it is kept.
        account: Of the person.
        sha256: Of the session's secret, lower-case hex.
        id_token: By which the issuer named the person, encrypted; gone with the session.

    Raises:
        SignInRefused: The account was closed here.
    """
    with writing(catalogue.engine) as session:
        row = session.get(AccountRow, account.name)
        if row is None:
            session.add(_row(account))
            session.flush()
            _note(catalogue, session, _ISSUER, "account.added", account.name, role=account.role)
        elif row.closed_at is not None:
            raise SignInRefused
        else:
            if row.role != account.role:
                _note(catalogue, session, _ISSUER, "account.role-set", account.name, role=account.role)
            row.person, row.role = account.person, account.role
        now = catalogue.now()
        session.add(SessionRow(sha256=sha256, account=account.name, created_at=now, seen_at=now, id_token=id_token))
        _note(catalogue, session, account.name, "session.opened", account.name)


def account_of(catalogue: Catalogue, sha256: str, *, idle: dt.timedelta, longest: dt.timedelta) -> Account | None:
    """Return whose session this is, if it has not ended.

    Args:
        catalogue: Where sessions are kept.
        sha256: Of its secret, lower-case hex.
        idle: After which a session ends that nobody used.
        longest: After which it ends in any case.
    """
    now = catalogue.now()
    with reading(catalogue.engine) as session:
        row = session.get(SessionRow, sha256)
        account = session.get(AccountRow, row.account) if row else None
        if row is None or account is None or account.closed_at is not None:
            return None
        if now > row.seen_at + idle or now > row.created_at + longest:
            return None
        known, seen_at = _account(account), row.seen_at
    if now > seen_at + _LOOKED_EVERY:
        with writing(catalogue.engine) as session:
            session.execute(delete(SessionRow).where(SessionRow.created_at < now - longest))
            if row := session.get(SessionRow, sha256):
                row.seen_at = now
    return known


def id_token_of(catalogue: Catalogue, sha256: str) -> str | None:
    """Return by what the issuer named the person of a session, as kept; ``None``: the session is none of its."""
    with reading(catalogue.engine, statements=1) as session:
        return session.scalar(select(SessionRow.id_token).where(SessionRow.sha256 == sha256))


def end_session(catalogue: Catalogue, sha256: str) -> None:
    """End a session; of one that has ended nothing changes."""
    with writing(catalogue.engine) as session:
        if row := session.get(SessionRow, sha256):
            _note(catalogue, session, row.account, "session.ended", row.account)
            session.delete(row)


def _known(session: Session, name: str) -> AccountRow:
    row = session.get(AccountRow, name)
    if row is None:
        raise NotFound(kind="account", id=name)
    return row


def _end_all(session: Session, name: str) -> None:
    session.execute(delete(SessionRow).where(SessionRow.account == name))


def _note(catalogue: Catalogue, session: Session, actor: str, action: str, name: str, **detail: str) -> None:
    audit.append(session, actor=actor, action=action, about=f"account:{name}", at=catalogue.now(), detail=detail)


def _row(account: Account) -> AccountRow:
    return AccountRow(
        name=account.name,
        person=account.person,
        role=account.role,
        password=account.password,
        temporary=account.temporary,
        created_at=account.created_at,
        closed_at=account.closed_at,
    )


def _account(row: AccountRow) -> Account:
    return Account(row.name, row.person, row.role, row.password, row.temporary, row.created_at, row.closed_at)
