"""A tree that grows leaf by leaf has at every size the root that the standard defines."""

from hypothesis import given
from hypothesis import strategies as st

from storage.audit_log.merkle import Growing, root_over


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40))
def test_a_growing_tree_has_the_root_of_its_leaves(leaves: list[bytes]) -> None:
    tree = Growing()
    for count, leaf in enumerate(leaves, 1):
        tree.add(leaf)
        assert tree.root() == root_over(leaves[:count])
