"""Telling a whole JPEG from one that was cut short: decoders fill what is missing with grey and say nothing."""

from dossier.errors import DamagedFile

_MARK = 0xFF
_START_OF_SCAN = 0xDA
_END = b"\xff\xd9"


def require_end(data: bytes) -> None:
    """Do nothing if an end mark follows the first scan; a preview in a header segment has an end mark of its own.

    Raises:
        DamagedFile: There is none, or the segments before the scan are broken.
    """
    position = 2
    while position + 4 <= len(data) and data[position] == _MARK:
        marker = data[position + 1]
        if marker == _START_OF_SCAN:
            if data.find(_END, position) >= 0:
                return
            break
        position += 1 if marker == _MARK else 2 + int.from_bytes(data[position + 2 : position + 4])
    raise DamagedFile(reason="the end of a JPEG is missing")
