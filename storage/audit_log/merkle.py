"""The hash tree of RFC 9162 (Certificate Transparency), clause 2.1, with SHA-256.

A leaf's node is ``SHA-256(00 ‖ leaf)``, an inner node ``SHA-256(01 ‖ left ‖ right)``; of ``n`` leaves the left half has
the greatest power of two smaller than ``n``.
"""

import hashlib
from collections.abc import Sequence


def root_over(leaves: Sequence[bytes]) -> bytes:
    """Return the root over ``leaves``, at least one."""
    return levels(nodes(leaves))[-1][0]


def nodes(leaves: Sequence[bytes]) -> list[bytes]:
    """Return the nodes of ``leaves``."""
    return [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]


def levels(lowest: list[bytes]) -> list[list[bytes]]:
    """Return the tree above some nodes, level by level from them up; an odd one out rises as it is.

    That is the tree of RFC 9162: every left half is a full tree, so its nodes pair up from the left on each level. For
    the same reason the tree over full blocks and a last one is the tree over the blocks' roots.
    """
    found = [lowest]
    while len(level := found[-1]) > 1:
        paired = [_above(a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
        found.append([*paired, *level[len(level) - len(level) % 2 :]])
    return found


def path(tree: Sequence[Sequence[bytes]], place: int) -> tuple[str, ...]:
    """Return the hashes beside the way from the node at ``place`` of the lowest level to the root, lower-case hex."""
    found = []
    for level in tree[:-1]:
        beside = place ^ 1
        if beside < len(level):
            found.append(level[beside].hex())
        place //= 2
    return tuple(found)


class Growing:
    """A tree that leaves are added to one by one, and that tells its root at any moment; it holds no leaf."""

    def __init__(self) -> None:
        self._full: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """Add a leaf on the right."""
        size, node = 1, hashlib.sha256(b"\x00" + leaf).digest()
        while self._full and self._full[-1][0] == size:
            _, left = self._full.pop()
            size, node = 2 * size, _above(left, node)
        self._full.append((size, node))

    def root(self) -> bytes:
        """Return the root over the leaves so far, at least one."""
        *others, (_, node) = self._full
        for _, left in reversed(others):
            node = _above(left, node)
        return node


def _above(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
