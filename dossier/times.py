"""Time: aware everywhere, UTC inside, Asia/Ho_Chi_Minh at the edges; dates as Vietnamese papers write them."""

import datetime as dt
from zoneinfo import ZoneInfo

from dossier.errors import InvalidValue

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone of every time shown to a person (UTC+7, no daylight saving)."""

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
"""The days that somebody may tell of: far from those on which calendars and zones overflow."""


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """Return today's date in Vietnam."""
    return now().astimezone(VIETNAM).date()


def local(moment: dt.datetime) -> dt.datetime:
    """Return an aware ``moment`` in Vietnam's zone, to the second.

    Raises:
        ValueError: ``moment`` has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(VIETNAM).replace(microsecond=0)


def iso_local(moment: dt.datetime) -> str:
    """Return ``moment`` as ISO 8601 with Vietnam's offset, e.g. ``2026-11-22T09:15:04+07:00``."""
    return local(moment).isoformat()


def require_day(key: str, day: dt.date) -> dt.date:
    """Return ``day``, told as the value of ``key``.

    Raises:
        InvalidValue: It is before ``EARLIEST`` or after ``LATEST``.
    """
    if not EARLIEST <= day <= LATEST:
        years = f"{EARLIEST.year} … {LATEST.year}"
        raise InvalidValue(key=key, reason=f"not in the years {years}", reason_vi=f"ngoài khoảng năm {years}")
    return day


def midnight(day: dt.date) -> dt.datetime:
    """Return the moment at which a day begins in Vietnam, UTC."""
    return dt.datetime.combine(day, dt.time(), VIETNAM).astimezone(dt.UTC)


def span(first: dt.date | None, last: dt.date | None) -> tuple[dt.datetime | None, dt.datetime | None]:
    """Return from which moment on and before which one the days in Vietnam are, both included; ``None``: open."""
    return midnight(first) if first else None, midnight(last + dt.timedelta(days=1)) if last else None
