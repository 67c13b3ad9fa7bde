"""Which hash functions are believed for what, and until when: policy as data.

What TT 15/2025/TT-BKHCN lists is believed. What it no longer lists is believed for what is proven to be older than the
date in ``algorithms.toml``, and inside time stamps until the date in ``strength.toml``; what is in neither, never.
"""

import datetime as dt
import tomllib
from importlib.resources import files

from signing.algorithms import SUNSETS

STRONG_DIGESTS = frozenset(
    {"sha256", "sha384", "sha512", "sha512_224", "sha512_256", "sha3_256", "sha3_384", "sha3_512", "shake256"}
)
"""TT 15/2025/TT-BKHCN."""

_IN_TIMESTAMPS = tomllib.loads(files("signing").joinpath("strength.toml").read_text("utf-8"))


def believed(name: str, at: dt.datetime, *, in_timestamp: bool = False) -> bool:
    """Return whether a hash function was good enough.

    Args:
        name: As ``sha1``.
        at: The moment that is proven, else that of checking.
        in_timestamp: Whether it is the one inside a time stamp over a signature.
    """
    if name in STRONG_DIGESTS:
        return True
    if in_timestamp and name in _IN_TIMESTAMPS:
        last: dt.date = _IN_TIMESTAMPS[name]["until"]
        return at.astimezone(dt.UTC).date() <= last
    sunset = SUNSETS.of_hash(name)
    return sunset.confirmed and sunset.until is not None and at < sunset.until
