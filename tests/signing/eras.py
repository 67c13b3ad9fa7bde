"""Three ages of one archive, each with authorities of its own: 2026, 2035, 2044; nothing of 2026 lives in 2046.

A time-stamp authority's certificate holds ten years, a seal's five, a root's twenty.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from pyhanko.sign.timestamps import TimeStamper

from signing.algorithms import SUNSETS, Sunset, Sunsets
from signing.development import DevelopmentAuthority
from signing.trust import TrustStore

IN_2026, IN_2035, IN_2044, IN_2046 = (
    dt.datetime(year, 11, day, 2, 15, 4, tzinfo=dt.UTC) for year, day in ((2026, 22), (2035, 1), (2044, 1), (2046, 30))
)
OF_A_LATER_AGE = Sunsets(SUNSETS.hashes, dict.fromkeys(SUNSETS.keys, Sunset(None, confirmed=False, source="")), {})
"""A table that foresees no end of the keys in use: today's ends in 2035."""


@dataclass(frozen=True)
class Age:
    """What there was at one time."""

    at: dt.datetime
    authority: DevelopmentAuthority
    trust: TrustStore

    @property
    def stamper(self) -> TimeStamper:
        return self.authority.time_stamper(lambda: self.at)


def make_ages(folder: Path) -> dict[int, Age]:
    """Make the ages; the trust of each holds lists that its time and the ages before it issued then."""
    ages, authorities = dict[int, Age](), list[DevelopmentAuthority]()
    for at in (IN_2026, IN_2035, IN_2044):
        authorities.append(DevelopmentAuthority.open(folder / str(at.year), at=at))
        for authority in authorities[-2:]:  # the one before still lives, the one before that does not
            authority.renew_crl(at)
        trust = TrustStore.load(*(authority.trust_folder for authority in authorities))
        ages[at.year] = Age(at, authorities[-1], trust)
    return ages


def anchors_of(ages: dict[int, Age]) -> TrustStore:
    """Everything an auditor needs in 2046: the roots, and no revocation list."""
    return TrustStore(anchors=ages[2044].trust.anchors)
