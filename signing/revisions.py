# mypy: allow-untyped-calls
# parts of pyHanko have no types
"""The revisions of a PDF one after another: where each ends, whose signatures it holds, and what it did.

For people who want to see how a file came about. Whether any of it may be is `signing.validate`'s to say, not this.
"""

from dataclasses import dataclass

from signing.changes import Item, Update
from signing.pdf import open_file
from signing.updates import end_of

_UNEXPLAINED = frozenset({"refused", "object"})
"""Kinds of changes that are told because no rule explains them."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision.

    Attributes:
        number: From 1. end: Bytes of the file as it was then. fields: Names of the fields of its signatures.
        items: What it did to the one before; nothing for the first. What no rule explains is told of revisions after
            the first signature alone: before it, everything may be.
    """

    number: int
    end: int
    fields: tuple[str, ...]
    items: tuple[Item, ...]


def revisions(pdf: bytes) -> list[Revision]:
    """Return the revisions in order; run it on strangers' files in a limited child alone.

    Raises:
        Exception: Whatever the parser comes to with hostile input; the caller answers for that.
    """
    opened = open_file(pdf)
    reader, before = opened.reader, len(pdf) - len(opened.data)
    total = reader.xrefs.total_revisions
    first = min((f.signature.signed_revision for f in opened.found if f.signature), default=0)
    return [
        Revision(
            number + 1,
            len(pdf) if number == total - 1 else before + end_of(opened.data, reader, number),
            tuple(f.field for f in opened.found if f.signature and f.signature.signed_revision == number),
            tuple(i for i in Update(reader, number).items if number > first or i.kind not in _UNEXPLAINED)
            if number
            else (),
        )
        for number in range(total)
    ]
