"""Places of pages in the one order of search results: the latest issued first, then the latest received, page by page.

A place is a number of 63 bits: days until the last day of the calendar (22), papers received later (28), page (13). So
an index that keeps rows in order of their numbers keeps them in this order, and a range of days is a range of places.
Papers of unknown date come last.
"""

import datetime as dt
from typing import Final, TypeVar

from sqlalchemy import ColumnElement

PAGE_BITS: Final = 13
MAX_PAGE: Final = (1 << PAGE_BITS) - 1
"""Pages of a paper that have places; more than are ever handed in."""
_SERIAL_BITS: Final = 28
_LAST_SERIAL: Final = (1 << _SERIAL_BITS) - 1
_LAST_DAY: Final = dt.date.max.toordinal()
FIRST_UNDATED: Final = _LAST_DAY << (_SERIAL_BITS + PAGE_BITS)
END: Final = (_LAST_DAY + 1) << (_SERIAL_BITS + PAGE_BITS)
"""Above all places."""

Number = TypeVar("Number", int, ColumnElement[int])


def place(issued_on: dt.date | None, serial: int) -> int:
    """Return the place of a paper as a whole; its pages follow it, each by its number.

    Args:
        issued_on: When it was issued, if that is known.
        serial: In which order it was received, from 1.
    """
    days = _LAST_DAY - (issued_on.toordinal() if issued_on else 0)
    return ((days << _SERIAL_BITS) + _LAST_SERIAL - serial) << PAGE_BITS


def serial_at(at: Number) -> Number:
    """Return the serial of the paper at a place."""
    return _LAST_SERIAL - at // (1 << PAGE_BITS) % (1 << _SERIAL_BITS)


def whole(at: int) -> int:
    """Return the place of the paper as a whole that a page at ``at`` belongs to."""
    return at & ~MAX_PAGE


def before(day: dt.date) -> int:
    """Return the place before all papers issued on ``day`` or earlier."""
    return ((_LAST_DAY - day.toordinal()) << (_SERIAL_BITS + PAGE_BITS)) - 1


def behind(day: dt.date) -> int:
    """Return the place behind all papers issued on ``day`` or later."""
    return (_LAST_DAY - day.toordinal() + 1) << (_SERIAL_BITS + PAGE_BITS)
