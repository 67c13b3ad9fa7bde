# mypy: allow-untyped-calls
# asn1crypto has no types
"""Evidence records (RFC 4998): one time stamp over a hash tree proves any number of files, each by a record of its own.

A `StampedTree` is what is kept of all files together: leaf by leaf their hashes, and the time stamps over the root. The
`EvidenceRecord` of one file is cut out of it (section 4.2) and can be checked alone, years later, by anybody.

- The tree is binary. Its leaves are sorted; of an odd number of nodes the last goes up a level as it is. Two siblings
  are concatenated in binary ascending order and hashed.
- A **time-stamp renewal** (section 5.2) stamps the hash of the last time stamp, before that one ends. Many trees share
  one new time stamp: their last ones are the leaves of a further tree.
- A **hash-tree renewal** (section 5.2) hashes every file again with a stronger function, together with its record so
  far, before the former hash function weakens: h' = H(H(file) + H(record's chains)), in this order, not sorted (the
  text of the section; its figure 4 says otherwise, and all known implementations follow the text).

A list of one hash in a reduced tree stands for itself, as a group of one file does in section 4.2.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from asn1crypto import cms, core
from asn1crypto.algos import DigestAlgorithmId

Groups = tuple[tuple[bytes, ...], ...]
"""A reduced hash tree: the siblings on the way from a leaf to the root; the leaf is in the first group."""


# --- the structures of RFC 4998, appendix A (those of asn1crypto lack the chains) ------------------------------------


class HashAlgorithm(core.Sequence):
    """A hash function. The library's own always writes parameters, and RFC 5754, section 2, forbids to."""

    _fields = [  # noqa: RUF012 - how the library declares structures
        ("algorithm", DigestAlgorithmId),
        ("parameters", core.Any, {"optional": True}),
    ]


class PartialHashtree(core.SequenceOf):
    """Hashes under one node."""

    _child_spec = core.OctetString


class ReducedHashtree(core.SequenceOf):
    """The hashes it takes to come from a leaf to the root."""

    _child_spec = PartialHashtree


class ArchiveTimeStamp(core.Sequence):
    """A time stamp and the way to it."""

    _fields = [  # noqa: RUF012
        ("digest_algorithm", HashAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", cms.CMSAttributes, {"implicit": 1, "optional": True}),
        ("reduced_hashtree", ReducedHashtree, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class ArchiveTimeStampChain(core.SequenceOf):
    """Time stamps of one hash function, each over the one before."""

    _child_spec = ArchiveTimeStamp


class ArchiveTimeStampSequence(core.SequenceOf):
    """Chains, each over the file and all chains before."""

    _child_spec = ArchiveTimeStampChain


class _Algorithms(core.SequenceOf):
    _child_spec = HashAlgorithm


class _Attributes(core.SequenceOf):
    _child_spec = cms.CMSAttribute


class _EncryptionInfo(core.Sequence):
    _fields = [("type", core.ObjectIdentifier), ("value", core.Any)]  # noqa: RUF012


class EvidenceRecord(core.Sequence):
    """Proof that one file existed at a time."""

    _fields = [  # noqa: RUF012
        ("version", core.Integer),
        ("digest_algorithms", _Algorithms),
        ("crypto_infos", _Attributes, {"implicit": 0, "optional": True}),
        ("encryption_info", _EncryptionInfo, {"implicit": 1, "optional": True}),
        ("sequence", ArchiveTimeStampSequence),
    ]


# --- hash trees ----------------------------------------------------------------------------------------------------


def hashed(algorithm: str, data: bytes) -> bytes:
    """Return the hash of ``data``.

    Raises:
        ValueError: There is no such hash function.
    """
    return hashlib.new(algorithm, data).digest()


def root_of(groups: Iterable[Sequence[bytes]], algorithm: str) -> bytes:
    """Return the root that a reduced hash tree leads to (RFC 4998, section 4.3, step 3); empty if there are no groups.

    Raises:
        ValueError: There is no such hash function.
    """
    value = b""
    for group in groups:
        members = sorted([*group, value] if value else group)
        value = members[0] if len(members) == 1 else hashed(algorithm, b"".join(members))
    return value


class HashTree:
    """A binary hash tree.

    Args:
        leaves: In any order; at least one.
        algorithm: The hash function.
    """

    def __init__(self, leaves: Iterable[bytes], algorithm: str) -> None:
        self._levels = [sorted(set(leaves))]
        while len(level := self._levels[-1]) > 1:
            pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
            self._levels.append([root_of([pair], algorithm) for pair in pairs])

    @property
    def root(self) -> bytes:
        """What is to be stamped; the leaf itself if there is only one."""
        return self._levels[-1][0]

    def reduced(self, leaf: bytes) -> Groups:
        """Return the way from ``leaf`` to the root, none if it is the root (RFC 4998, section 4.2).

        Raises:
            KeyError: It is no leaf.
        """
        place = self._places[leaf]
        groups = list[tuple[bytes, ...]]()
        for level in self._levels[:-1]:
            sibling = place ^ 1
            if sibling < len(level):
                group = {level[sibling]} if groups else {level[sibling], leaf}
                groups.append(tuple(sorted(group)))
            place //= 2
        return tuple(groups)

    @cached_property
    def _places(self) -> dict[bytes, int]:
        return {leaf: place for place, leaf in enumerate(self._levels[0])}


# --- what is kept of many files --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp over one tree, or over many.

    Attributes:
        token: The time stamp, a CMS ContentInfo in DER.
        shared: From the hash of this tree's time stamp before, the way to what was stamped; none where that is itself.
    """

    token: bytes
    shared: Groups = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """One hash function's time: the leaves under it, and its time stamps, each over the one before.

    Attributes:
        algorithm: Name of the hash function, as ``sha256``.
        leaves: In the order of the files; of the first chain the files' hashes.
        stamps: In order of time.
    """

    algorithm: str
    leaves: tuple[bytes, ...]
    stamps: tuple[Stamp, ...]


@dataclass(frozen=True)
class StampedTree:
    """All that is kept of files that were proven together.

    Attributes:
        chains: In order of time.
    """

    chains: tuple[Chain, ...]

    @cached_property
    def _trees(self) -> tuple[HashTree, ...]:
        return tuple(HashTree(chain.leaves, chain.algorithm) for chain in self.chains)

    @property
    def last(self) -> Stamp:
        """The newest time stamp: what must be renewed before it ends."""
        return self.chains[-1].stamps[-1]

    @property
    def renewable(self) -> bytes:
        """The hash that a time-stamp renewal stamps."""
        return hashed(self.chains[-1].algorithm, self.last.token)

    def record(self, place: int) -> bytes:
        """Return the evidence record of the file at ``place``, DER."""
        sequence = self._sequence(place)
        names = sorted({chain.algorithm for chain in self.chains})
        record = EvidenceRecord(
            {"version": 1, "digest_algorithms": [{"algorithm": name} for name in names], "sequence": sequence}
        )
        return bytes(record.dump())

    def with_evidence(self, token: bytes) -> "StampedTree":
        """Return the tree with its newest time stamp in a fuller form: nothing covers it yet, so its bytes may grow."""
        chain = self.chains[-1]
        stamps = (*chain.stamps[:-1], replace(chain.stamps[-1], token=token))
        return StampedTree((*self.chains[:-1], replace(chain, stamps=stamps)))

    def restamped(self, stamp: Stamp) -> "StampedTree":
        """Return the tree after a time-stamp renewal."""
        chain = self.chains[-1]
        return StampedTree((*self.chains[:-1], replace(chain, stamps=(*chain.stamps, stamp))))

    def rehashed_leaves(self, algorithm: str, file_hash: Callable[[int], bytes]) -> tuple[bytes, ...]:
        """Return the leaves of a hash-tree renewal.

        Args:
            algorithm: The stronger hash function.
            file_hash: Gives the hash of the file at a place by it.
        """
        return tuple(
            rehashed(algorithm, file_hash(place), self._sequence(place)) for place in range(len(self.chains[0].leaves))
        )

    def rehashed(self, chain: Chain) -> "StampedTree":
        """Return the tree after a hash-tree renewal."""
        return StampedTree((*self.chains, chain))

    def _sequence(self, place: int) -> ArchiveTimeStampSequence:
        return ArchiveTimeStampSequence(
            [
                ArchiveTimeStampChain(
                    [
                        _archive_time_stamp(
                            chain.algorithm, stamp, stamp.shared if number else tree.reduced(chain.leaves[place])
                        )
                        for number, stamp in enumerate(chain.stamps)
                    ]
                )
                for chain, tree in zip(self.chains, self._trees, strict=True)
            ]
        )


def rehashed(algorithm: str, file_hash: bytes, before: ArchiveTimeStampSequence) -> bytes:
    """Return what a hash-tree renewal stamps of one file (RFC 4998, section 5.2).

    Args:
        algorithm: The stronger hash function.
        file_hash: Of the file, by it.
        before: The chains of the file's record so far.
    """
    return hashed(algorithm, file_hash + hashed(algorithm, before.dump()))


def _archive_time_stamp(algorithm: str, stamp: Stamp, groups: Groups) -> ArchiveTimeStamp:
    # The algorithm always stands there: the standard lets it out where the time stamp's own is the same.
    fields = {"digest_algorithm": {"algorithm": algorithm}, "time_stamp": cms.ContentInfo.load(stamp.token)}
    return ArchiveTimeStamp({**fields, "reduced_hashtree": [list(group) for group in groups]} if groups else fields)
