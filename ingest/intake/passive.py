"""Whether a file is pages and nothing else: no scripts, no actions, no files within it, no second kind of file.

A paper is kept and given out bit-exact when it arrived signed, so what we would never run may run at whoever gets it.
Source: ISO 32000-1, 12.6 (actions), 7.11.4 (embedded files), 12.7.8 (XFA); APPNOTE.TXT 4.3.16 for the end of archives.

``require_passive`` runs in a limited child process; ``require_one_kind`` looks at bytes alone.
"""

import struct
from collections.abc import Iterator
from typing import Any

import pikepdf

from dossier.errors import ActiveContent, LimitExceeded

MAX_OBJECTS = 200_000
"""Of a PDF; a scan of five hundred pages has some five thousand."""
OTHER_MAGIC = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"MZ",
    b"\x7fELF",
    b"GIF8",
    b"#!",
    b"<",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
)
"""What a file begins with that is another kind before it is a PDF: archives, programs, pages of the web."""

_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/RichMediaExecute"}
_RICH = {"/RichMedia", "/3D", "/Screen", "/Movie", "/Sound"}
_ARCHIVE_END, _ARCHIVE_END_BYTES, _MOST_COMMENT = b"PK\x05\x06", 22, 65_535
_MAX_DEPTH = 40


def require_one_kind(data: bytes) -> None:
    """Do nothing if a file does not end as an archive, whatever it begins as.

    Raises:
        ActiveContent: It does: unpackers read archives from their end.
    """
    at = data.rfind(_ARCHIVE_END, max(0, len(data) - _ARCHIVE_END_BYTES - _MOST_COMMENT))
    if at >= 0 and len(data) >= at + _ARCHIVE_END_BYTES:
        (comment,) = struct.unpack_from("<H", data, at + 20)
        if at + _ARCHIVE_END_BYTES + comment <= len(data) <= at + _ARCHIVE_END_BYTES + comment + 2:
            raise ActiveContent(what="an archive", what_vi="tệp nén")


def require_passive(document: pikepdf.Pdf) -> None:
    """Do nothing if a PDF carries pages alone.

    Raises:
        ActiveContent: It carries scripts, actions that start something, media that play, files, or a form in XML.
        LimitExceeded: It has more than ``MAX_OBJECTS`` objects.
    """
    seen = 0
    for item in document.objects:
        for part in _within(item, 0):
            seen += 1
            if seen > MAX_OBJECTS:
                raise LimitExceeded(limit="objects")
            _look_at(part)


def _within(item: Any, depth: int) -> Iterator[pikepdf.Object]:  # noqa: ANN401 - pikepdf gives plain numbers and texts too
    """Give the dictionaries in an object, those that have a number of their own left out: they come by themselves."""
    if depth > _MAX_DEPTH or not isinstance(item, pikepdf.Object):
        return
    if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
        yield item
        values = [item.get(key) for key in item.keys()]  # noqa: SIM118 - a PDF's dictionary, not Python's
    elif isinstance(item, pikepdf.Array):
        values = list(item)
    else:
        return
    for value in values:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _within(value, depth + 1)


def _look_at(item: pikepdf.Object) -> None:
    kind = item.get("/S")
    if "/JS" in item or (isinstance(kind, pikepdf.Name) and str(kind) in _ACTIONS):
        raise ActiveContent(what="a script or an action", what_vi="mã lệnh hoặc thao tác tự chạy")
    if "/EF" in item or "/EmbeddedFiles" in item or item.get("/Type") == "/EmbeddedFile":
        raise ActiveContent(what="embedded files", what_vi="tệp nhúng")
    if "/XFA" in item:
        raise ActiveContent(what="a form in XML", what_vi="biểu mẫu XFA")
    if item.get("/Type") in {None, "/Annot"} and str(item.get("/Subtype", "")) in _RICH:
        raise ActiveContent(what="media that play", what_vi="nội dung đa phương tiện")
