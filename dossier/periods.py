"""Reporting periods: any run of days, and the month of the provinces' reports, from the 21st to the 20th."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Self

from dossier import times
from dossier.errors import InvalidValue

LAST_DAY = 20
"""Day of a month on which its report ends; the next day belongs to the next month (An Giang 242/QD-UBND 2025)."""
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Vietnam, both ends included.

    Attributes:
        first, last: The ends.

    Raises:
        InvalidValue: ``last`` is before ``first``, or one of them in no year of ours.
    """

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        """Check the days and their order."""
        for day in (self.first, self.last):
            times.require_day("period", day)
        if self.last < self.first:
            raise InvalidValue(key="period", reason="it ends before it begins", reason_vi="ngày cuối trước ngày đầu")

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """Return the reporting month: from the 21st of the month before to the 20th.

        Raises:
            InvalidValue: There is no such month.
        """
        try:
            last = dt.date(year, month, LAST_DAY)
            before = dt.date(year - 1, 12, 1) if month == 1 else dt.date(year, month - 1, 1)
        except ValueError:
            raise _unreadable() from None
        return cls(before.replace(day=LAST_DAY + 1), last)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the period for ``2026-11`` (the reporting month) or ``2026-11-01..2026-11-30``.

        Raises:
            InvalidValue: ``text`` is neither.
        """
        if found := _MONTH.fullmatch(text):
            return cls.month(int(found[1]), int(found[2]))
        if found := _DAYS.fullmatch(text):
            try:
                return cls(dt.date.fromisoformat(found[1]), dt.date.fromisoformat(found[2]))
            except ValueError:
                raise _unreadable() from None
        raise _unreadable()

    @classmethod
    def containing(cls, day: dt.date) -> Self:
        """Return the reporting month that a day lies in."""
        if day.day <= LAST_DAY:
            return cls.month(day.year, day.month)
        following = day.replace(day=28) + dt.timedelta(days=4)
        return cls.month(following.year, following.month)

    @property
    def begins(self) -> dt.datetime:
        """Its first moment, UTC."""
        return times.midnight(self.first)

    @property
    def ends(self) -> dt.datetime:
        """The first moment after it, UTC."""
        return times.midnight(self.last + dt.timedelta(days=1))

    def holds(self, moment: dt.datetime | None) -> bool:
        """Return whether an aware moment lies in it; one that is not known does not."""
        return moment is not None and self.begins <= moment < self.ends

    def __str__(self) -> str:
        """Return e.g. ``2026-10-21..2026-11-20``, which :meth:`parse` reads."""
        return f"{self.first.isoformat()}..{self.last.isoformat()}"


def _unreadable() -> InvalidValue:
    return InvalidValue(
        key="period",
        reason="write 2026-11 (from 21 October to 20 November) or 2026-11-01..2026-11-30",
        reason_vi="hãy viết 2026-11 (từ 21/10 đến 20/11) hoặc 2026-11-01..2026-11-30",
    )
