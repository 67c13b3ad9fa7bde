"""The audit chain: grown by many at once, and every way of tampering found and located."""

import datetime as dt
import hashlib
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url, text

from dossier.errors import AlreadyExists, AuditChainBroken, RetentionLocked
from dossier.times import now
from storage.audit_log import audit
from storage.catalogue import Catalogue
from storage.database import writing
from storage.objects.object_store import ObjectStore
from storage.records import AuditEntry

RECORD = """
import sys
from storage.catalogue import Catalogue
catalogue = Catalogue.open(sys.argv[1])
for i in range(40):
    catalogue.record(sys.argv[2], "paper.read", f"paper:{i}", {"số": str(i)})
catalogue.close()
"""


def grow(catalogue: Catalogue, count: int = 6) -> None:
    for number in range(count):
        catalogue.record("kiểm toán viên", "paper.read", f"paper:{number}", {"purpose": "Đối chiếu\n", "a": "1"})


def tamper(catalogue: Catalogue, *statements: str) -> None:
    with writing(catalogue.engine) as session:
        for statement in statements:
            session.execute(text(statement))


def renumber(catalogue: Catalogue, *moves: tuple[int, int]) -> None:
    with writing(catalogue.engine) as session:
        for old, new in moves:
            session.execute(text("UPDATE audit SET seq = :new WHERE seq = :old"), {"old": old, "new": new})


def test_an_empty_log_is_whole(catalogue: Catalogue, store: ObjectStore) -> None:
    nothing = audit.AuditReport(0, "0" * 64)
    assert audit.check(catalogue) == audit.anchor(catalogue, store) == audit.check(catalogue, store) == nothing


def test_an_auditor_can_recompute_the_chain_from_the_rows_alone(catalogue: Catalogue) -> None:
    grow(catalogue)
    previous = "0" * 64
    for entry in audit.entries(catalogue):
        at = entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        body = (
            f'{{"action":"{entry.action}","actor":"{entry.actor}","at":"{at}",'
            f'"detail":{{"a":"1","purpose":"Đối chiếu\\n"}},'
            f'"object":"{entry.object}","prev_hash":"{previous}","seq":{entry.seq}}}'
        )
        previous = hashlib.sha256(body.encode()).hexdigest()
        assert entry.hash == previous
    assert audit.check(catalogue) == audit.AuditReport(6, previous)


@given(st.text(), st.dictionaries(st.text(), st.text()), st.integers(1))
def test_the_hash_tells_any_two_entries_apart(actor: str, detail: dict[str, str], seq: int) -> None:
    moment = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    entry = AuditEntry(seq, "0" * 64, actor, "a", "o", moment, detail, "")
    body = json.loads(audit.canonical(entry))
    assert (body["actor"], body["detail"], body["seq"]) == (actor, detail, seq)


def test_entries_of_many_threads_form_one_chain(catalogue: Catalogue) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: catalogue.record(f"thread-{n}", "paper.read", "paper:x"), range(60)))
    assert audit.check(catalogue).entries == 60


@pytest.mark.parametrize("default", ["repeatable read", "serializable"])
def test_the_chain_does_not_depend_on_the_servers_default_isolation(postgres_url: str, default: str) -> None:
    option = "-c default_transaction_isolation=" + default.replace(" ", "\\ ")
    url = make_url(postgres_url).update_query_dict({"options": option})
    catalogue = Catalogue.open(url.render_as_string(hide_password=False))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: catalogue.record("worker", "t", f"paper:{number}"), range(40)))
    assert audit.check(catalogue).entries == 40
    catalogue.close()


def test_entries_of_many_processes_form_one_chain(catalogue: Catalogue, database_url: str) -> None:
    names = ["one", "two"]
    command = [sys.executable, "-c", RECORD, database_url]
    processes = [subprocess.Popen([*command, name], stderr=subprocess.PIPE, text=True) for name in names]
    assert [process.communicate()[1] for process in processes] == [""] * 2
    assert audit.check(catalogue).entries == 80
    assert {e.actor for e in audit.entries(catalogue, limit=80)} == set(names)


@pytest.mark.parametrize(
    ("statement", "seq"),
    [
        ("UPDATE audit SET actor = 'somebody else' WHERE seq = 3", 3),
        ("UPDATE audit SET action = 'paper.blessed' WHERE seq = 1", 1),
        ("UPDATE audit SET object = 'paper:y' WHERE seq = 6", 6),
        ("UPDATE audit SET detail = '{}' WHERE seq = 4", 4),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE seq = 2", 2),
        ("UPDATE audit SET hash = prev_hash WHERE seq = 3", 3),
        ("UPDATE audit SET prev_hash = hash WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 4", 4),
        ("DELETE FROM audit WHERE seq IN (2, 3)", 2),
    ],
)
def test_an_entry_edited_or_removed_is_located(catalogue: Catalogue, statement: str, seq: int) -> None:
    grow(catalogue)
    tamper(catalogue, statement)
    with pytest.raises(AuditChainBroken) as broken:
        audit.check(catalogue)
    assert broken.value.details["seq"] == seq


def test_entries_swapped_are_located(catalogue: Catalogue) -> None:
    grow(catalogue)
    renumber(catalogue, (3, 99), (4, 3), (99, 4))
    with pytest.raises(AuditChainBroken, match="entry 3"):
        audit.check(catalogue)


def test_a_gap_closed_up_is_located(catalogue: Catalogue) -> None:
    grow(catalogue)
    tamper(catalogue, "DELETE FROM audit WHERE seq = 3")
    renumber(catalogue, (4, 3), (5, 4), (6, 5))
    with pytest.raises(AuditChainBroken, match="entry 3"):
        audit.check(catalogue)


def test_a_tail_cut_off_shows_against_the_anchor(catalogue: Catalogue, store: ObjectStore) -> None:
    grow(catalogue)
    for _ in range(2):
        assert audit.anchor(catalogue, store).entries == 6
    grow(catalogue, 2)
    assert audit.check(catalogue, store).anchored == 6
    tamper(catalogue, "DELETE FROM audit WHERE seq > 6")
    assert audit.check(catalogue, store).entries == 6  # the accepted risk: nothing after the newest anchor is proved
    tamper(catalogue, "DELETE FROM audit WHERE seq > 4")
    assert audit.check(catalogue).entries == 4  # the chain alone cannot show it
    with pytest.raises(AuditChainBroken, match="entry 5"):
        audit.check(catalogue, store)


def test_a_rewritten_log_shows_against_the_anchor(catalogue: Catalogue, store: ObjectStore) -> None:
    grow(catalogue)
    audit.anchor(catalogue, store)
    tamper(catalogue, "DELETE FROM audit WHERE seq > 3")
    grow(catalogue, 3)
    assert audit.check(catalogue).entries == 6
    with pytest.raises(AuditChainBroken, match="entry 6"):
        audit.check(catalogue, store)
    with pytest.raises(AlreadyExists):
        audit.anchor(catalogue, store)
    grow(catalogue, 1)
    audit.anchor(catalogue, store)
    with pytest.raises(AuditChainBroken, match="entry 6"):
        audit.check(catalogue, store)


def test_an_anchor_under_retention_stays(catalogue: Catalogue, store: ObjectStore) -> None:
    grow(catalogue)
    audit.anchor(catalogue, store, retain_until=now() + dt.timedelta(hours=1))
    (key,) = store.keys(audit.ANCHORS)
    with pytest.raises(RetentionLocked):
        store.delete(key)
