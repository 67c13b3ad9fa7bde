"""Named scanner faults of the benchmark pages, each drawn at a strength that offices really see."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

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


_CHANGES: Mapping[Fault, _Change] = MappingProxyType(
    {
        Fault.BILEVEL: lambda scanner, _: replace(scanner, mode="bilevel"),
        Fault.GREY: lambda scanner, _: replace(scanner, mode="grey"),
        Fault.JPEG: lambda scanner, rng: replace(scanner, jpeg=rng.randint(40, 72)),
        Fault.SKEW: _skew,
        Fault.ROTATION: lambda scanner, rng: replace(scanner, rotation=rng.choice((90, 180, 270))),
        Fault.BLEED: lambda scanner, rng: replace(scanner, bleed=rng.uniform(0.08, 0.26)),
        Fault.FOLD: lambda scanner, rng: replace(
            scanner,
            fold=rng.choice((1 / 3, 1 / 2, 2 / 3)) + rng.uniform(-0.02, 0.02),
            fold_strength=rng.uniform(0.2, 0.5),
        ),
        Fault.LOW_INK: lambda scanner, rng: replace(scanner, faded=rng.uniform(0.5, 1.1)),
        Fault.LIGHT: _light,
        Fault.TINT: _tint,
        Fault.NOISE: lambda scanner, rng: replace(scanner, noise=rng.uniform(6, 13)),
        Fault.BLUR: lambda scanner, rng: replace(scanner, blur=rng.uniform(0.8, 1.5)),
        Fault.SPECKS: lambda scanner, rng: replace(scanner, specks=rng.uniform(0.05, 0.4)),
    }
)


def scanner_with(named: Sequence[Fault], rng: random.Random, *, dpi: int) -> Scanner:
    """Return an ordinary office scanner at ``dpi`` with the ``named`` faults, each at a drawn strength."""
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
    return replace(scanner, blur=scanner.blur * dpi / 200)
