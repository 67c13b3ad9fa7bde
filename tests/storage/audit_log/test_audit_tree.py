"""The tree over the audit log: the one of RFC 9162, and every entry's place in it provable."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from dossier.errors import AlreadyExists, AuditChainBroken, RetentionLocked
from dossier.times import now
from ingest.proof.check_audit import root_from
from storage.audit_log import audit, audit_tree
from storage.catalogue import Catalogue
from storage.database import reading
from storage.objects.object_store import ObjectStore
from storage.schema import AuditBlockRow
from tests.storage.audit_log.test_audit import grow, tamper


def by_definition(leaves: Sequence[bytes]) -> bytes:
    """The root as RFC 9162, 2.1.1, defines it."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    left = 1
    while 2 * left < len(leaves):
        left *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:left]) + by_definition(leaves[left:])).digest()


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70))
def test_the_root_is_the_one_the_standard_defines(leaves: list[bytes]) -> None:
    assert audit_tree.root_over(leaves) == by_definition(leaves)


@pytest.mark.parametrize("block", [1, 4, 4096])
@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13])
def test_each_entry_leads_to_the_root_and_to_no_other(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, count: int, block: int
) -> None:
    monkeypatch.setattr(audit_tree, "BLOCK", block)
    grow(catalogue, count)
    hashes = [bytes.fromhex(entry.hash) for entry in audit.entries(catalogue)]
    for number in range(count):
        found = audit_tree.excerpt(catalogue, f"paper:{number}")
        (entry,), (path,) = found.entries, found.paths
        assert found.head == audit_tree.TreeHead(count, hashes[-1].hex(), by_definition(hashes).hex())
        steps = [bytes.fromhex(one) for one in path]
        leaf = hashlib.sha256(audit.canonical(entry)).digest()
        assert root_from(leaf, entry.seq - 1, count, steps) == by_definition(hashes)
        for other in set(range(count)) - {number}:
            try:
                assert root_from(leaf, other, count, steps) != by_definition(hashes)
            except ValueError:
                continue


def test_full_blocks_are_hashed_once_and_a_wrong_one_is_of_no_use(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_tree, "BLOCK", 4)
    grow(catalogue, 6)
    heads = [audit_tree.excerpt(catalogue, "paper:1", up_to=seq).head for seq in (3, 6)]
    grow(catalogue, 6)
    heads.append(audit_tree.excerpt(catalogue, "paper:1").head)
    with reading(catalogue.engine) as session:
        assert [row.block for row in session.scalars(select(AuditBlockRow).order_by(AuditBlockRow.block))] == [0, 1, 2]
    assert [audit_tree.excerpt(catalogue, "paper:1", up_to=head.seq).head for head in heads] == heads
    tamper(catalogue, "UPDATE audit_blocks SET root = substr(root, 2) || '0' WHERE block = 2")
    assert audit_tree.excerpt(catalogue, "paper:1", up_to=6).head == heads[1]
    assert audit_tree.excerpt(catalogue, "paper:1", up_to=12).head.root != heads[2].root


def test_a_path_of_another_length_is_refused() -> None:
    leaves = [bytes([n]) * 32 for n in range(4)]
    steps = [hashlib.sha256(b"\x00" + leaves[1]).digest(), hashlib.sha256(b"x").digest()]
    for wrong in (steps[:1], [*steps, steps[0]]):
        with pytest.raises(ValueError, match="path"):
            root_from(leaves[0], 0, 4, wrong)


def test_an_older_head_proves_what_was_before_it(catalogue: Catalogue) -> None:
    grow(catalogue, 4)
    older = audit_tree.excerpt(catalogue, "paper:1")
    catalogue.record("a", "paper.fetched", "paper:1")
    assert audit_tree.excerpt(catalogue, "paper:1", up_to=4) == older
    newer = audit_tree.excerpt(catalogue, "paper:1")
    assert [entry.action for entry in newer.entries] == ["paper.read", "paper.fetched"]
    assert audit_tree.last_seq(catalogue, "paper:1") == 5
    assert audit_tree.last_seq(catalogue, "paper:1", but=("paper.fetched",)) == 2
    assert audit_tree.last_seq(catalogue, "paper:9") == 0


def test_an_altered_entry_and_a_missing_one_are_seen(catalogue: Catalogue) -> None:
    with pytest.raises(AuditChainBroken):
        audit_tree.excerpt(catalogue, "paper:1")
    grow(catalogue, 4)
    with pytest.raises(AuditChainBroken):
        audit_tree.excerpt(catalogue, "paper:1", up_to=5)
    tamper(catalogue, "UPDATE audit SET actor = 'nobody' WHERE seq = 2")
    with pytest.raises(AuditChainBroken) as broken:
        audit_tree.excerpt(catalogue, "paper:1")
    assert broken.value.details["seq"] == 2
    assert len(audit_tree.excerpt(catalogue, "paper:2").entries) == 1


def test_heads_are_kept_locked_and_the_newest_is_found(catalogue: Catalogue, store: ObjectStore) -> None:
    assert audit_tree.newest_head(store) is None
    until = now() + dt.timedelta(days=1)
    heads = []
    for _ in range(3):
        grow(catalogue, 4)
        heads.append(audit_tree.excerpt(catalogue, "paper:1").head)
        for _ in range(2):
            audit_tree.keep(heads[-1], store, retain_until=until)
    assert audit_tree.newest_head(store) == heads[-1]
    assert json.loads(store.get(heads[0].key)) == {"hash": heads[0].hash, "root": heads[0].root, "seq": 4}
    assert audit.check(catalogue, store).anchored == heads[-1].seq
    with pytest.raises(RetentionLocked):
        store.delete(heads[0].key)
    tamper(catalogue, "DELETE FROM audit WHERE seq > 8")
    with pytest.raises(AuditChainBroken, match="cut off"):
        audit.check(catalogue, store)
    with pytest.raises(AlreadyExists):
        audit_tree.keep(audit_tree.TreeHead(4, heads[0].hash, "0" * 64), store, retain_until=until)
