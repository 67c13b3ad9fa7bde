"""Hash trees by the book, and what is cut out of them."""

import hashlib
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signing.evidence_record import HashTree, hashed, root_of

counts = st.integers(1, 200)


def leaves(count: int) -> list[bytes]:
    return [hashed("sha256", str(number).encode()) for number in range(count)]


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(sorted(parts))).digest()


def test_three_files_make_the_tree_of_the_standard() -> None:
    """RFC 4998, section 4.2: rh = SEQ(pht(h1, h2), pht(h3)), each list in binary ascending order."""
    one, two, three = sorted(leaves(3))
    tree = HashTree([three, one, two], "sha256")
    assert tree.root == sha256(sha256(one, two), three)
    assert tree.reduced(one) == tree.reduced(two) == ((one, two), (three,))
    assert tree.reduced(three) == (tuple(sorted((three, sha256(one, two)))),)


def test_a_single_file_is_its_own_root() -> None:
    (leaf,) = leaves(1)
    tree = HashTree([leaf], "sha256")
    assert tree.root == leaf
    assert tree.reduced(leaf) == ()


def test_equal_files_share_a_leaf() -> None:
    one, two = leaves(2)
    assert HashTree([one, two, one], "sha256").root == HashTree([one, two], "sha256").root


def test_a_list_of_one_hash_stands_for_itself() -> None:
    one, two = leaves(2)
    assert root_of([[one], [two]], "sha256") == sha256(one, two)


@settings(max_examples=60)
@given(count=counts, algorithm=st.sampled_from(["sha256", "sha512", "sha3_512"]))
def test_every_leaf_leads_to_the_root(count: int, algorithm: str) -> None:
    given_leaves = leaves(count)
    tree = HashTree(given_leaves, algorithm)
    for leaf in given_leaves:
        groups = tree.reduced(leaf)
        assert len(groups) <= math.ceil(math.log2(count))
        assert all(list(group) == sorted(group) for group in groups)
        if groups:
            assert leaf in groups[0]
            assert root_of(groups, algorithm) == tree.root


@settings(max_examples=60)
@given(count=st.integers(2, 200), data=st.data())
def test_a_changed_hash_leads_elsewhere(count: int, data: st.DataObject) -> None:
    given_leaves = leaves(count)
    tree = HashTree(given_leaves, "sha256")
    groups = [list(group) for group in tree.reduced(data.draw(st.sampled_from(given_leaves)))]
    group = data.draw(st.sampled_from(groups))
    place, bit = data.draw(st.integers(0, len(group) - 1)), data.draw(st.integers(0, 255))
    changed = bytearray(group[place])
    changed[bit // 8] ^= 1 << bit % 8
    group[place] = bytes(changed)
    assert root_of(groups, "sha256") != tree.root


@given(count=counts)
def test_what_is_no_leaf_has_no_proof(count: int) -> None:
    with pytest.raises(KeyError):
        HashTree(leaves(count), "sha256").reduced(hashed("sha256", b"another"))
