# mypy: allow-untyped-calls
# parts of pyHanko have no types
"""What reading one file may cost, so that no file keeps a verifier busy or fills its memory.

The threat: a small file that takes minutes to read (references that multiply, streams that unpack to gigabytes, nesting
without end, thousands of updates). What stops it here: everything the parser does is paid from one `Budget`; its units
are reads and nodes, not seconds, so that a verdict never depends on how busy the machine is. Residual risk: a unit
costs between a third of a microsecond and three, so the budget bounds time to seconds, not to a figure; a caller who
needs a hard bound verifies in a child process.
"""

import io
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import (
    DEFAULT_PURPOSE_LIMITS,
    DecodeContext,
    DecodeLimits,
    DecodePurpose,
    DocumentDecodeBudget,
    StreamDecodeLimits,
)
from pyhanko.pdf_utils.misc import PdfError, PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader

MAX_SIGNATURES = 50
"""Signatures and document time stamps of one file; real papers have up to eleven."""
MAX_REVISIONS = 150
MAX_UPDATE_BYTES = 32 << 20
"""Bytes added after the first signature."""
MAX_CONTENTS = 4 << 20
"""Bytes of one signature's value; real ones have up to about 60 kB, revocation lists inside included."""
WORK = 4_000_000
"""Units for one file; an honest paper needs some thousands."""
_LOOK, _STEP = 3, 15
"""Units for one look at an object of an older revision, and for one on the way through all of it along every path."""

_MiB = 1 << 20
_LIMITS = DecodeLimits(
    per_stream=StreamDecodeLimits(max_output_size=32 * _MiB),
    per_purpose={
        **DEFAULT_PURPOSE_LIMITS,
        DecodePurpose.OBJECT_STREAM: StreamDecodeLimits(max_ratio=200, ratio_floor=_MiB, max_output_size=8 * _MiB),
        DecodePurpose.XREF_STREAM: StreamDecodeLimits(max_ratio=1100, ratio_floor=_MiB, max_output_size=2 * _MiB),
        DecodePurpose.CRL: StreamDecodeLimits(max_ratio=50, ratio_floor=4 * _MiB, max_output_size=16 * _MiB),
    },
    document_budget=DocumentDecodeBudget(base_allowance=64 * _MiB, max_ratio=0),
)
_BYTES_PER_UNIT = 512


class TooComplex(PdfError):
    """A file costs more to read than any honest one.

    Attributes:
        code: Of the finding. details: For its sentences.
    """

    def __init__(self, code: str = "too-complex", **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class Budget:
    """Units of work left for one file; remembers what was refused even where a parser swallows the error."""

    def __init__(self, units: int = WORK) -> None:
        self.left = units
        self.refused: TooComplex | None = None

    def spend(self, units: int) -> None:
        """Take ``units``.

        Raises:
            TooComplex: None are left.
        """
        self.left -= units
        if self.left < 0:
            self.refuse(TooComplex())

    def refuse(self, error: TooComplex) -> None:
        """Raise ``error``, and remember it.

        Raises:
            TooComplex: Always.
        """
        self.refused = self.refused or error
        raise error


class Source(io.BytesIO):
    """Bytes whose every read is paid for.

    Args:
        data: All of them. budget: Pays.
        header: Where the header stands; the parser insists on finding it at byte 0 and is shown it there, once.
    """

    def __init__(self, data: bytes, budget: Budget, header: int = 0) -> None:
        super().__init__(data)
        self._budget = budget
        self._header = header

    def read(self, size: int | None = -1, /) -> bytes:
        """Read and pay."""
        self._budget.spend(1)
        found = super().read(size)
        if len(found) > _BYTES_PER_UNIT:
            self._budget.spend(len(found) // _BYTES_PER_UNIT)
        return found

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - whatever is writable
        """Read and pay; digests of a whole file take this way, which is a hundred times cheaper."""
        count = super().readinto(buffer)
        self._budget.spend(1 + count // (64 * _BYTES_PER_UNIT))
        return count

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Seek; the first time to byte 0, to the header."""
        if self._header and offset == 0 and whence == 0:
            offset, self._header = self._header, 0
        return super().seek(offset, whence)


class _Decoding(DecodeContext):
    """Decoding that is paid for, for all revisions together."""

    def __init__(self, budget: Budget, size: int) -> None:
        super().__init__(_LIMITS, input_size=size)
        self._budget = budget

    def fresh(self) -> "_Decoding":
        return self

    def record_output(self, size: int) -> None:
        super().record_output(size)
        self._budget.spend(size // _BYTES_PER_UNIT)


class Reader(PdfFileReader):
    """A PDF reader that pays for all it does.

    Args:
        data: The file. budget: Pays. strict: Whether deviations from the standard are errors. header: See `Source`.

    Attributes:
        views: What `signing.history` has made of the revisions.
    """

    def __init__(self, data: bytes, budget: Budget, *, strict: bool = True, header: int = 0) -> None:
        self.budget = budget
        self._decoding = _Decoding(budget, len(data))
        self.views: dict[int, object] = {}
        self._members: dict[int, tuple[io.BytesIO, list[tuple[int, int]]]] = {}
        super().__init__(Source(data, budget, header), strict=strict)

    @property
    def decode_context(self) -> DecodeContext:
        """What decodes this file's streams."""
        return self._decoding

    def get_object(self, ref: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as in the class above
        """Return the object; each look costs one unit."""
        self.budget.spend(1)
        return super().get_object(ref, *args, **kwargs)

    def get_historical_resolver(self, revision: int) -> HistoricalResolver:
        """Return the file as it was at ``revision``."""
        known = self._historical_resolver_cache
        if revision not in known:
            known[revision] = Revision(self, revision)
        return known[revision]

    def _read_object(self, ref: Any, marker: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Read an object; one that is defined nowhere is null (ISO 32000-1, 7.3.10).

        That a later update may define it is looked at in `signing.changes`.
        """
        if marker is None:
            nothing = generic.NullObject()
            nothing.container_ref = ref
            return nothing
        return super()._read_object(ref, marker, *args, **kwargs)

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> Any:  # noqa: ANN401
        """Read an object from an object stream (ISO 32000-1, 7.5.7), whose directory is read once."""
        if stmnum not in self._members:
            self._members[stmnum] = self._directory(stmnum)
        data, members = self._members[stmnum]
        if not 0 <= idx < len(members) or members[idx][0] != idnum:
            raise PdfReadError("object stream without the object")
        data.seek(members[idx][1])
        found = generic.read_object(data, generic.Reference(idnum, 0, self))
        if isinstance(found, generic.StreamObject | generic.IndirectObject):
            raise PdfReadError("forbidden object in an object stream")
        return found

    def _directory(self, number: int) -> tuple[io.BytesIO, list[tuple[int, int]]]:
        stream = generic.Reference(number, 0, self).get_object()
        if not isinstance(stream, generic.StreamObject) or stream["/Type"] != "/ObjStm":
            raise PdfReadError("not an object stream")
        data = stream.read_data(DecodePurpose.OBJECT_STREAM)
        first, count = int(stream["/First"]), int(stream["/N"])
        numbers = [int(n) for n in data[:first].split()[: 2 * count]]
        if len(numbers) != 2 * count:
            raise PdfReadError("object stream with a short directory")
        self.budget.spend(count)
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return Source(data, self.budget), [(n, first + at) for n, at in pairs]


class Revision(HistoricalResolver):
    """The file as it was; walking through an object is paid for by its parts, each time."""

    reader: Reader

    def __init__(self, reader: Reader, revision: int) -> None:
        self._parts: dict[generic.Reference, int] = {}
        self._look = _LOOK
        super().__init__(reader, revision)

    def get_object(self, ref: generic.Reference, as_metadata_stream: bool = False) -> Any:  # noqa: ANN401, FBT001, FBT002
        """Return the object as it was, paid for."""
        found = super().get_object(ref, as_metadata_stream)
        if ref not in self._parts:
            self._parts[ref] = _parts(found)
        self.reader.budget.spend(self._look + self._parts[ref])
        return found

    def _load_reverse_xref_cache(self) -> None:
        """Find every path to every object, which costs more for each step."""
        self._look = _STEP
        try:
            super()._load_reverse_xref_cache()
        finally:
            self._look = _LOOK

    def _collect_indirect_references(self, obj: Any, seen: Any, since_revision: int | None = None) -> None:  # noqa: ANN401
        """Collect references; those to objects that are defined nowhere lead nowhere."""
        if isinstance(obj, generic.IndirectObject) and self.reader.xrefs[obj.reference] is None:
            return
        super()._collect_indirect_references(obj, seen, since_revision)


def _parts(value: object) -> int:
    """Return how many values ``value`` consists of, itself included."""
    if isinstance(value, dict):
        return 1 + sum(_parts(v) for v in value.values())
    if isinstance(value, list):
        return 1 + sum(_parts(v) for v in value)
    return 1
