# mypy: allow-untyped-calls
# parts of pyHanko have no types
"""Every byte that was added after a signature, accounted for.

The threat: an update holds more than its cross-reference table lists (objects without an entry, a second object of the
same number, an entry that leads back into the signed part to an object left there for the purpose), so that programs
that repair files, or read them front to back, show something else than what was judged. What stops it here: an update
is its listed objects, one after another, its table, its trailer and the end mark, with nothing but white space between.
"""

import re
from itertools import islice, pairwise

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError, read_non_whitespace
from pyhanko.pdf_utils.xref import ObjStreamRef, XRefSectionMetaInfo, read_object_header

from dossier.verdicts import Finding
from signing.limits import Budget, Reader, TooComplex
from signing.texts import finding

_END = re.compile(rb"(?:\s*endobj)?\s*startxref\s+\d+\s+%%EOF[ \t]*(?:\r\n|\r|\n)?")
_COMMENT = re.compile(rb"%[^\r\n]*")
_KEYWORD = re.compile(rb"\bobj\b|\bxref\b|\btrailer\b|\bstream\b|<<")
_XREF_STREAM = re.compile(rb"/Type\s*/XRef\b")
_ENTRY = re.compile(rb"\d{10} \d{5} [nf]")
_INDEX = re.compile(rb"/Index\s*\[([\d\s]+)\]")
_SIZE = re.compile(rb"/Size\s+(\d+)")
_NARROW = re.compile(rb"/W\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s*\]")
_NEAR = 400
_MAX_OBJECTS = 400_000
_LEAST_WIDTH = 3
"""Bytes of an entry of a cross-reference stream; real ones have four or more."""


def require_few_objects(data: bytes, budget: Budget) -> None:
    """Pay for the entries of the cross-reference tables and streams in ``data`` before they are read.

    Raises:
        TooComplex: There are too many to be true.
    """
    total = sum(1 for _ in islice(_ENTRY.finditer(data), _MAX_OBJECTS + 1))
    for match in _XREF_STREAM.finditer(data):
        near = data[max(match.start() - _NEAR, 0) : match.end() + _NEAR]
        width = _NARROW.search(near)
        if width and sum(int(w) for w in width.groups()) < _LEAST_WIDTH:
            budget.refuse(TooComplex())
        index = _INDEX.search(near)
        counts = index[1].split()[1::2] if index else _SIZE.findall(near)[-1:]
        total += sum(int(n) for n in counts)
    if total > _MAX_OBJECTS:
        budget.refuse(TooComplex("too-many-objects", limit=_MAX_OBJECTS))
    budget.spend(total)


def about_updates(data: bytes, reader: Reader, signed: int, covered: int) -> list[Finding]:
    """Return findings on the bytes after ``covered``, added by the revisions after ``signed``."""
    end, hidden, stray, back = covered, 0, 0, 0
    for revision in range(signed + 1, reader.xrefs.total_revisions):
        try:
            spans, returns = _spans(data, reader, revision, end)
            after = end_of(data, reader, revision)
        except TooComplex:
            raise
        except (PdfError, ValueError, TypeError, KeyError, AttributeError, AssertionError, IndexError):
            return [finding("update-irregular", count=len(data) - end)]
        back += returns
        for (_, start), (stop, _) in pairwise([(end, end), *spans]):
            gap = data[start:stop] if start <= stop else b"obj"
            hidden += len(gap) if _KEYWORD.search(gap) else 0
            stray += len(_COMMENT.sub(b"", gap).split()) if not _KEYWORD.search(gap) else 0
        end = after
    rest = data[end:]
    if _KEYWORD.search(rest):
        hidden += len(rest)
    findings = [finding("update-hidden", count=hidden)] if hidden else []
    if back:
        findings.append(finding("update-back", count=back))
    if stray and not hidden:
        findings.append(finding("update-irregular", count=stray))
    return findings


def _spans(data: bytes, reader: Reader, revision: int, begins: int) -> tuple[list[tuple[int, int]], int]:
    """Return where the objects of ``revision`` and its table stand, and how many entries lead before ``begins``."""
    xrefs, spans, returns = reader.xrefs, [], 0
    section = xrefs.get_xref_data(revision)
    info = xrefs.get_xref_container_info(revision)
    for number, (generation, offset) in section.standard_xrefs.items():
        ref = generic.Reference(number, generation, reader)
        if info.stream_ref is not None and number == info.stream_ref.idnum:
            continue
        before = xrefs.get_historical_ref(ref, revision - 1)
        if offset < begins:
            returns += offset != before
            continue
        spans.append((offset, _object_end(reader, offset)))
    for number, place in section.xrefs_in_objstm.items():
        before = xrefs.get_historical_ref(generic.Reference(number, 0, reader), revision - 1)
        listed = section.standard_xrefs.get(place.obj_stream_id)
        returns += listed is None and not (isinstance(before, ObjStreamRef) and before == place)
    spans.append((_table_start(data, info), _table_end(reader, info)))
    return sorted(spans), returns


def _object_end(reader: Reader, offset: int) -> int:
    """Return where the object at ``offset`` ends, ``endobj`` included."""
    stream = reader.stream
    stream.seek(offset)
    number, generation = read_object_header(stream, strict=True)
    generic.read_object(stream, generic.Reference(number, generation, reader))
    read_non_whitespace(stream, seek_back=True)
    if stream.read(6) != b"endobj":
        raise PdfError("object without an end")
    return int(stream.tell())


def _table_start(data: bytes, info: XRefSectionMetaInfo) -> int:
    """Return where a table begins, its keyword included; the parser remembers where its entries do."""
    return info.start_location if info.stream_ref is not None else data.rfind(b"xref", 0, info.start_location)


def _table_end(reader: Reader, info: XRefSectionMetaInfo) -> int:
    if info.stream_ref is not None:
        return int(info.end_location)
    reader.stream.seek(info.end_location)
    generic.DictionaryObject.read_from_stream(reader.stream, generic.TrailerReference(reader))
    return int(reader.stream.tell())


def end_of(data: bytes, reader: Reader, revision: int) -> int:
    """Return where ``revision`` ends, its end mark included."""
    match = _END.match(data, _table_end(reader, reader.xrefs.get_xref_container_info(revision)))
    if match is None:
        raise PdfError("update without an end mark")
    return match.end()
