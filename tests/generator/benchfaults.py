"""Named scanner faults of the benchmark pages, each drawn at a strength that offices really see."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from tests.generator.damage import Copier
from tests.generator.faults import Scanner


class Fault(StrEnum):
    """What may be wrong with a scan."""

    BILEVEL = "bilevel"
    GREY = "grey"
    JPEG = "jpeg"
    SKEW = "skew"
    ROTATION = "rotation"
    BLEED = "bleed-through"
    FOLD = "fold"
    LOW_INK = "low-ink"
    LIGHT = "uneven-light"
    TINT = "tint"
    NOISE = "noise"
    BLUR = "blur"
    SPECKS = "specks"
    PHOTOCOPY = "photocopy"
    BORDER = "border"
    HOLES = "punch-holes"
    PERSPECTIVE = "perspective"


CONFLICTS: Sequence[frozenset[Fault]] = tuple(
    frozenset(pair)
    for pair in (
        *((Fault.BILEVEL, fault) for fault in (Fault.GREY, Fault.JPEG, Fault.TINT, Fault.NOISE)),
        *((Fault.BILEVEL, fault) for fault in (Fault.BLEED, Fault.LIGHT, Fault.PERSPECTIVE)),
        *((Fault.PERSPECTIVE, fault) for fault in (Fault.SKEW, Fault.BORDER)),
        *((Fault.PHOTOCOPY, fault) for fault in (Fault.LOW_INK, Fault.BLEED, Fault.NOISE)),
    )
)
"""Pairs that do not come together, or of which one hides the other."""

ON_BLANK_PAPER = frozenset(Fault) - {Fault.LOW_INK, Fault.BLUR, Fault.JPEG, Fault.SKEW, Fault.ROTATION}
"""What can be seen on a page without print."""

_Change = Callable[[Scanner, random.Random], Scanner]


def _skew(scanner: Scanner, rng: random.Random) -> Scanner:
    degrees = 0.7 + 4.3 * rng.random() ** 1.6  # most sheets lie nearly straight; the feeder pulls few by 3 to 5 degrees
    return replace(scanner, skew_deg=rng.choice((-1, 1)) * degrees)


def _light(scanner: Scanner, rng: random.Random) -> Scanner:
    angle = rng.uniform(0, 2 * math.pi)
    return replace(scanner, light=rng.uniform(0.15, 0.4), light_angle=angle, corner=rng.uniform(0.02, 0.12))


def _tint(scanner: Scanner, rng: random.Random) -> Scanner:
    age = rng.uniform(0.3, 1.0)
    return replace(scanner, tint=(1 - 0.06 * age, 1 - 0.10 * age, 1 - 0.24 * age))


def _fold(scanner: Scanner, rng: random.Random) -> Scanner:
    at = rng.choice((1 / 3, 1 / 2, 2 / 3)) + rng.uniform(-0.02, 0.02)
    return replace(scanner, fold=at, fold_strength=rng.uniform(0.2, 0.5), fold_vertical=rng.random() < 0.2)


def _photocopy(scanner: Scanner, rng: random.Random) -> Scanner:
    stroke = rng.choice((rng.uniform(108, 130), rng.uniform(155, 205)))  # broken or thickened, seldom just right
    return replace(scanner, copier=Copier(stroke, rng.uniform(0.05, 0.6), rng.choice((0, 0, 1, 2))))


def _kept_legible(scanner: Scanner, *, fine: bool, marks_apart: bool) -> Scanner:
    """Return ``scanner`` so that it erases nothing: what nobody could read letter by letter is no truth.

    A fixed threshold loses what is too pale or in the dark; of ``fine`` print, so does a copier that prints pale, and
    of marks that are set apart from their letters, small and thin, one that prints hardly darker.
    """
    if scanner.mode == "bilevel":
        scanner = replace(scanner, light=min(scanner.light, 0.25), faded=min(scanner.faded, 0.2 if fine else 0.6))
    if fine and scanner.copier is not None:
        stroke = max(scanner.copier.stroke, 190 if marks_apart else 165)
        scanner = replace(scanner, copier=replace(scanner.copier, stroke=stroke))
    return scanner


def _border(scanner: Scanner, rng: random.Random) -> Scanner:
    left, top, right, bottom = (rng.choice((0.0, rng.uniform(1.5, 12))) for _ in range(4))
    return replace(scanner, border=(left, top, max(right, rng.uniform(2, 5)), bottom))


def _perspective(scanner: Scanner, rng: random.Random) -> Scanner:
    """Photograph the page: not quite from above, one side in the shade, nothing else a flatbed would do to it."""
    near, drift, slope = 0.03, rng.uniform(-0.015, 0.015), rng.uniform(-0.012, 0.012)
    top, bottom = rng.sample((near, near + rng.uniform(0.012, 0.06)), 2)
    corners = (
        *((top + drift, near + slope), (1 - top + drift, near - slope)),
        *((1 - bottom, 1 - near - slope), (bottom, 1 - near + slope)),
    )
    desk = rng.choice(((92, 70, 52), (44, 46, 50), (150, 140, 124), (70, 84, 96)))
    light = max(scanner.light, rng.uniform(0.1, 0.35))
    return replace(scanner, corners=corners, desk=desk, skew_deg=0.0, light=light, corner=0.08)


_CHANGES: Mapping[Fault, _Change] = MappingProxyType(
    {
        Fault.BILEVEL: lambda scanner, _: replace(scanner, mode="bilevel"),
        Fault.GREY: lambda scanner, _: replace(scanner, mode="grey"),
        Fault.JPEG: lambda scanner, rng: replace(scanner, jpeg=rng.randint(40, 72)),
        Fault.SKEW: _skew,
        Fault.ROTATION: lambda scanner, rng: replace(scanner, rotation=rng.choice((90, 180, 270))),
        Fault.BLEED: lambda scanner, rng: replace(scanner, bleed=rng.uniform(0.08, 0.26)),
        Fault.FOLD: _fold,
        Fault.LOW_INK: lambda scanner, rng: replace(scanner, faded=rng.uniform(0.5, 1.1)),
        Fault.LIGHT: _light,
        Fault.TINT: _tint,
        Fault.NOISE: lambda scanner, rng: replace(scanner, noise=rng.uniform(6, 13)),
        Fault.BLUR: lambda scanner, rng: replace(scanner, blur=rng.uniform(0.8, 1.5)),
        Fault.SPECKS: lambda scanner, rng: replace(scanner, specks=rng.uniform(0.05, 0.4)),
        Fault.PHOTOCOPY: _photocopy,
        Fault.BORDER: _border,
        Fault.HOLES: lambda scanner, _: replace(scanner, holes=True),
        Fault.PERSPECTIVE: _perspective,
    }
)


def scanner_with(
    named: Sequence[Fault], rng: random.Random, *, dpi: int, fine: bool = False, marks_apart: bool = False
) -> Scanner:
    """Return an ordinary office scanner at ``dpi`` with the ``named`` faults, each at a drawn strength.

    ``fine`` says that the page is printed in 10 points or less, ``marks_apart`` that its marks may be small and thin.
    """
    scanner = Scanner(
        skew_deg=rng.gauss(0, 0.2),
        tint=(1 - rng.uniform(0, 0.01), 1 - rng.uniform(0, 0.015), 1 - rng.uniform(0, 0.03)),
        light=rng.uniform(0, 0.06),
        light_angle=rng.uniform(0, 2 * math.pi),
        noise=rng.uniform(1, 2.5),
        specks=rng.uniform(0, 0.01),
        blur=rng.uniform(0.2, 0.5),
        jpeg=rng.randint(80, 90),
    )
    for fault in Fault:  # not in the order named: later changes must not depend on it
        if fault in named:
            scanner = _CHANGES[fault](scanner, rng)
    scanner = _kept_legible(scanner, fine=fine, marks_apart=marks_apart)
    return replace(scanner, blur=scanner.blur * dpi / 200)
