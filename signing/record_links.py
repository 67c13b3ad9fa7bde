# mypy: allow-untyped-calls
# asn1crypto has no types
"""Evidence records taken apart for other programs to follow: what each time stamp is over, and where it stands.

A record (RFC 4998) is a row of time stamps, the first over the file's hash tree, each further one over the one before,
or over the file and all before it hashed anew. Offsets are into the record's DER.
"""

from dataclasses import dataclass
from enum import Enum, auto

from asn1crypto import core

from signing.evidence_record import ArchiveTimeStampSequence, EvidenceRecord, hashed, rehashed
from signing.material import Material, Span, Token, token_material
from signing.trust import TrustStore


class Over(Enum):
    """What the leaf under a time stamp is a hash of."""

    FILE = auto()
    """The file."""
    STAMP = auto()
    """The time stamp before."""
    FILE_AND_CHAINS = auto()
    """The file, hashed anew, and the hash of all chains before."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordLink:
    """One time stamp of a record.

    Attributes:
        over: What its leaf is a hash of. algorithm: The hash function of leaf and tree, e.g. ``sha256``.
        beside: The hashes, lower-case hex, that are sorted together with the value so far and hashed, level by level.
        token: The time stamp. place: Where it stands in the record.
        chains: Where the chains before it stand in the record, without the header of their SEQUENCE, and that header;
            only where the leaf is over them.
    """

    over: Over
    algorithm: str
    beside: tuple[tuple[str, ...], ...]
    token: Token
    place: Span
    chains: tuple[bytes, Span] | None = None


def record_links(file: bytes, der: bytes, trust: TrustStore) -> tuple[tuple[RecordLink, ...], Material]:
    """Return the time stamps of a record of ``file``, which is one of ours, and what they rest on.

    Raises:
        ValueError: It is no record.
    """
    record = EvidenceRecord.load(der, strict=True)
    links, rests_on = list[RecordLink](), Material()
    sequence = record["sequence"]
    for number, chain in enumerate(sequence):
        before = ArchiveTimeStampSequence(list(sequence)[:number])
        last: bytes | None = None
        for stamp in chain:
            algorithm = stamp["digest_algorithm"]["algorithm"].native
            over, chains = Over.STAMP, None
            if last is not None:
                leaf = hashed(algorithm, last)
            elif number == 0:
                over, leaf = Over.FILE, hashed(algorithm, file)
            else:
                over, leaf = Over.FILE_AND_CHAINS, rehashed(algorithm, hashed(algorithm, file), before)
                chains = _without_header(der, before)
            last = stamp["time_stamp"].dump()
            token, material = token_material(last, trust)
            groups = [list(group.native) for group in stamp["reduced_hashtree"]] if stamp["reduced_hashtree"] else []
            beside = tuple(_others(group, leaf if level == 0 else None) for level, group in enumerate(groups))
            place = Span(der.index(last), len(last))
            links.append(RecordLink(over, algorithm, beside, token, place, chains))
            rests_on = rests_on.plus(material)
    return tuple(links), rests_on


def _others(group: list[bytes], leaf: bytes | None) -> tuple[str, ...]:
    return tuple(one.hex() for one in group if one != leaf)


def _without_header(der: bytes, chains: core.SequenceOf) -> tuple[bytes, Span]:
    whole, contents = chains.dump(), chains.contents
    return whole[: len(whole) - len(contents)], Span(der.index(contents), len(contents))
