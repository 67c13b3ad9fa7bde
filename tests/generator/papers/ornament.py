"""What certificates are printed on: fine waves or a rosette as ground, a plaited frame."""

import math
import random

import numpy as np

from tests.generator.typesetting import Ink, Sheet

GROUNDS: tuple[Ink, ...] = ((244, 226, 200), (214, 232, 244), (246, 220, 224), (220, 240, 220))
FRAMES: tuple[Ink, ...] = ((176, 130, 52), (52, 104, 160), (196, 70, 84), (60, 130, 84))
"""Pale grounds, and frames that go with them in the same order."""


def _curve(sheet: Sheet, xs: "np.typing.NDArray[np.float64]", ys: "np.typing.NDArray[np.float64]", ink: Ink) -> None:
    points = list(zip((xs * sheet.px(1)).tolist(), (ys * sheet.px(1)).tolist(), strict=True))
    sheet.draw.line(points, fill=ink, width=max(1, round(sheet.px(0.16))))


def guilloche(sheet: Sheet, rng: random.Random, ink: Ink) -> None:
    """Cover the middle with fine waves, or with a rosette."""
    if rng.random() < 0.5:
        xs, phase = np.linspace(22, sheet.width - 22, 700), rng.uniform(0, 6)
        for i in range(int((sheet.height - 50) / 3.2)):
            wave = 2.6 * np.sin(xs / 9 + phase + i * 0.35) * np.cos(xs / 31 + i * 0.2)
            _curve(sheet, xs, 25 + 3.2 * i + wave, ink)
        return
    angles, petals = np.linspace(0, 2 * math.pi, 1300), rng.randint(9, 21)
    largest = min(sheet.width, sheet.height) / 2 - 24
    for i in range(24):
        radius = largest * (0.2 + 0.8 * i / 23) * (1 + 0.09 * np.sin(petals * angles + i * 0.5))
        _curve(sheet, sheet.width / 2 + radius * np.cos(angles), sheet.height / 2 + radius * np.sin(angles), ink)


def frame(sheet: Sheet, rng: random.Random, ink: Ink) -> None:
    """Draw a double rule with a plaited band between."""
    inset, wide = rng.uniform(9, 13), rng.uniform(5.0, 7.5)
    for away, weight in ((inset, 0.8), (inset + wide, 0.4)):
        right, bottom = sheet.width - away, sheet.height - away
        for ends in ((away, away, right, away), (away, bottom, right, bottom), (away, away, away, bottom)):
            sheet.rule(*ends, weight=weight, ink=ink)
        sheet.rule(right, away, right, bottom, weight=weight, ink=ink)
    middle, swing, turns = inset + wide / 2, wide * 0.36, rng.uniform(1.6, 2.6)
    for phase in (0.0, math.pi / 2, math.pi):
        along = np.linspace(middle, sheet.width - middle, 900)
        wave = swing * np.sin(along * turns * 2 / wide + phase)
        for y in (middle, sheet.height - middle):
            _curve(sheet, along, y + wave, ink)
        along = np.linspace(middle, sheet.height - middle, 1200)
        wave = swing * np.sin(along * turns * 2 / wide + phase)
        for x in (middle, sheet.width - middle):
            _curve(sheet, x + wave, along, ink)
