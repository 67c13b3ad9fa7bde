"""Statements straight to the driver: the same values as by SQLAlchemy, in the same transactions, on either database."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import Engine, bindparam, event, select, text
from sqlalchemy.exc import IntegrityError

from dossier.errors import InvalidValue, StoreUnavailable
from storage import direct
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.direct import Adding, Among, Direct, Statement
from storage.reuse.disclosures import disclosures, keep
from storage.schema import AccessKeyRow, AuditRow, DisclosureRow, PaperRow
from tests.storage.examples import NOON, batch, disclosed, paper

COLUMNS = PaperRow.__table__.columns
PAPERS = Statement(select(*COLUMNS).where(Among(PaperRow.id, "ids")).order_by(PaperRow.serial))
FIRST = Statement(select(PaperRow.id).where(PaperRow.batch == bindparam("batch")).order_by(PaperRow.serial).limit(1))
GIVEN = Statement(select(DisclosureRow.consumer))
KEYS = Statement(select(AccessKeyRow.name).order_by(AccessKeyRow.name))
ADD_KEYS = Adding(AccessKeyRow, "name", "role", "sha256", "created_at")


def key(name: str) -> dict[str, object]:
    return {"name": name, "role": "system", "sha256": name, "created_at": NOON}


def add(catalogue: Catalogue, *names: str) -> None:
    """Add keys one by one, in one transaction."""
    with direct.writing(catalogue.engine) as turn:
        for name in names:
            turn.add(ADD_KEYS, [key(name)])


def keys(catalogue: Catalogue) -> list[str]:
    with direct.reading(catalogue.engine, statements=1) as asked:
        return [row.name for row in asked.rows(KEYS)]


def test_rows_have_the_values_that_sqlalchemy_gives(catalogue: Catalogue) -> None:
    kept = [paper(b"one"), paper(b"two", owner=None), paper(b"three")]
    catalogue.add_batch(batch(), kept, actor="station-1")
    wanted = [one.id.value for one in kept[:2]]
    with reading(catalogue.engine) as session:
        expected = session.execute(select(*COLUMNS).where(COLUMNS.id.in_(wanted)).order_by(COLUMNS.serial)).all()
    with direct.reading(catalogue.engine) as view:
        none, found, first = view.ask(PAPERS, ids=[]), view.ask(PAPERS, ids=wanted), view.ask(FIRST, batch="b1")
        assert (none(), [tuple(row) for row in found()]) == ([], [tuple(row) for row in expected])
        assert first()[0].id == wanted[0]


def test_a_view_does_not_see_what_is_written_meanwhile(catalogue: Catalogue) -> None:
    with direct.reading(catalogue.engine) as view:
        assert view.rows(KEYS) == []
        with direct.writing(catalogue.engine) as turn:
            turn.add(ADD_KEYS, [key("a"), key("b"), key("c")])
            turn.add(ADD_KEYS, [])
        assert view.rows(KEYS) == []
    assert keys(catalogue) == ["a", "b", "c"]


def test_it_is_part_of_a_session_s_transaction(catalogue: Catalogue) -> None:
    given = paper()
    catalogue.add_batch(batch(), [given], actor="station-1")
    before = len(audit.entries(catalogue))
    with writing(catalogue.engine) as session:
        keep(session, [disclosed(given.id, "a"), disclosed(given.id, "b")])
        audit.append(session, actor="a", action="x", about="x:1", at=NOON)
        assert len(Direct.of(Direct.of(session)).rows(GIVEN)) == 2
        session.rollback()
    assert (disclosures(catalogue, given.id), len(audit.entries(catalogue))) == ([], before)
    with writing(catalogue.engine) as session:
        keep(session, [disclosed(given.id, "a"), disclosed(given.id, "b")])
    assert disclosures(catalogue, given.id) == [disclosed(given.id, "a"), disclosed(given.id, "b")]


def test_a_fault_undoes_all_and_the_next_goes_on(catalogue: Catalogue) -> None:
    with pytest.raises(IntegrityError):
        add(catalogue, "a", "b", "a")
    with pytest.raises(InvalidValue):
        add(catalogue, "a", "half \ud800")
    assert keys(catalogue) == []
    add(catalogue, "a")
    assert keys(catalogue) == ["a"]


def test_a_connection_is_left_as_it_was(catalogue: Catalogue) -> None:
    for way in (direct.reading(catalogue.engine), direct.reading(catalogue.engine, statements=1)):
        with way as view:
            view.rows(KEYS)
    with catalogue.engine.connect() as connection:
        connection.execute(select(AuditRow.seq)).all()
        connection.execute(text("DELETE FROM audit"))
        connection.rollback()
        if catalogue.engine.dialect.name == "postgresql":
            assert connection.scalar(text("SHOW plan_cache_mode")) == "auto"
            assert connection.scalar(text("SHOW transaction_isolation")) == "read committed"


def test_a_connection_that_was_cut_is_unavailable_and_not_used_again(postgres_url: str) -> None:
    catalogue = Catalogue.open(postgres_url)
    catalogue.record("a", "test", "one")
    dropped: list[object] = []
    event.listen(catalogue.engine, "invalidate", lambda *_: dropped.append(1))
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> :me"
    )

    def ask(way: Callable[[Engine], AbstractContextManager[Direct]]) -> None:
        with way(catalogue.engine) as asked:
            asked.rows(KEYS)
            with catalogue.engine.connect() as other:
                other.execute(cut, {"me": other.scalar(text("SELECT pg_backend_pid()"))})
            asked.rows(KEYS)

    for way in (direct.reading, direct.writing):
        with pytest.raises(StoreUnavailable):
            ask(way)
        assert keys(catalogue) == []
    assert dropped
    catalogue.close()
