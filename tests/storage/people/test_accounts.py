"""Accounts, sessions that end, and the wait after failed attempts to sign in."""

import datetime as dt
from collections.abc import Iterator

import pytest

from dossier.errors import AlreadyExists, NotFound, SignInRefused
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.people import accounts
from storage.records import AccessKey, Account
from tests.storage.examples import NOON, Clock

IDLE, LONGEST = dt.timedelta(minutes=30), dt.timedelta(hours=10)
MINUTE = dt.timedelta(minutes=1)
WHO = Account("tran.van.binh", "Trần Văn Bình", "officer", "hash", temporary=True, created_at=NOON)


@pytest.fixture
def catalogue(database_url: str, clock: Clock) -> Iterator[Catalogue]:
    opened = Catalogue.open(database_url, clock=clock)
    accounts.add(opened, WHO, actor="cli")
    yield opened
    opened.close()


def signed_in(catalogue: Catalogue, session: str = "s1") -> Account | None:
    return accounts.account_of(catalogue, session, idle=IDLE, longest=LONGEST)


def open_session(catalogue: Catalogue, session: str, password: str = WHO.password) -> None:
    accounts.open_session(catalogue, WHO.name, session, "n", password=password)


def test_who_proved_a_password_that_was_changed_meanwhile_gets_no_session(catalogue: Catalogue) -> None:
    accounts.set_password(catalogue, WHO.name, "other", temporary=True, actor="cli")
    with pytest.raises(SignInRefused):
        open_session(catalogue, "s1")
    open_session(catalogue, "s2", "other")
    accounts.close(catalogue, WHO.name, actor="cli")
    with pytest.raises(SignInRefused):
        open_session(catalogue, "s3", "other")
    with pytest.raises(NotFound):
        accounts.set_password(catalogue, WHO.name, "third", temporary=True, actor="cli")


def test_an_account_is_kept_closed_and_its_name_is_nobody_elses(catalogue: Catalogue) -> None:
    assert accounts.accounts(catalogue) == [WHO]
    catalogue.add_key(AccessKey("station-07", "station", "0" * 64, NOON), actor="cli")
    with pytest.raises(AlreadyExists):
        accounts.add(
            catalogue, Account("station-07", "A", "station", "h", temporary=True, created_at=NOON), actor="cli"
        )
    with pytest.raises(AlreadyExists):
        catalogue.add_key(AccessKey(WHO.name, "officer", "1" * 64, NOON), actor="cli")
    with pytest.raises(NotFound):
        accounts.close(catalogue, "nobody", actor="cli")
    open_session(catalogue, "s1")
    accounts.close(catalogue, WHO.name, actor="cli")
    assert signed_in(catalogue) is None
    assert accounts.open_account(catalogue, WHO.name) is None
    assert [one.closed_at for one in accounts.accounts(catalogue)] == [NOON]


def test_a_session_ends_unused_after_a_day_at_work_and_with_its_password(catalogue: Catalogue, clock: Clock) -> None:
    open_session(catalogue, "s1")
    for _ in range(25):
        clock.now += IDLE - MINUTE
        if clock.now > NOON + LONGEST:
            break
        assert signed_in(catalogue) == WHO
    assert signed_in(catalogue) is None
    open_session(catalogue, "s2")
    clock.now += IDLE + MINUTE
    assert signed_in(catalogue, "s2") is None
    open_session(catalogue, "s3")
    accounts.set_password(catalogue, WHO.name, "other", temporary=False, actor=WHO.name)
    assert signed_in(catalogue, "s3") is None
    open_session(catalogue, "s4", "other")
    accounts.end_session(catalogue, "s4")
    accounts.end_session(catalogue, "s4")
    assert signed_in(catalogue, "s4") is None
    actions = [entry.action for entry in audit.entries(catalogue, limit=100)]
    assert actions.count("session.opened") == 4
    assert actions.count("session.ended") == 1


def test_failures_cost_a_wait_that_grows_and_ends_with_success(catalogue: Catalogue, clock: Clock) -> None:
    assert [accounts.attempt(catalogue, "n") for _ in range(5)] == [dt.timedelta()] * 5
    first = accounts.attempt(catalogue, "n")
    assert first > dt.timedelta()
    assert accounts.attempt(catalogue, "another") == dt.timedelta()
    clock.now += first
    assert accounts.attempt(catalogue, "n") == dt.timedelta()
    assert accounts.attempt(catalogue, "n") == 2 * first
    open_session(catalogue, "s1")
    assert accounts.attempt(catalogue, "n") == dt.timedelta()


def test_the_wait_has_an_end_and_old_failures_are_forgotten(catalogue: Catalogue, clock: Clock) -> None:
    for _ in range(40):
        clock.now += accounts.attempt(catalogue, "n")
    assert accounts.attempt(catalogue, "n") <= dt.timedelta(minutes=15)
    clock.now += dt.timedelta(days=2)
    assert [accounts.attempt(catalogue, "n") for _ in range(5)] == [dt.timedelta()] * 5
