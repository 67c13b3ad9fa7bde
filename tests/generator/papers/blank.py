"""Pages without text: backs of sheets, separators, with at most a line of the pen or a stain."""

import random

import cv2
import numpy as np

from tests.generator.fonts import Subset
from tests.generator.papers.look import Look
from tests.generator.typesetting import Sheet


def blank_page(look: Look, rng: random.Random, _: Subset) -> Sheet:
    """Return an empty sheet; half of them have a ring of a cup, or the shade of a pen stroke."""
    sheet = look.sheet()
    if rng.random() < 0.5:
        side = round(sheet.px(rng.uniform(50, 85)))
        ring = np.zeros((side, side), dtype=np.uint8)
        axes = (round(side * 0.46), round(side * rng.uniform(0.42, 0.46)))
        cv2.ellipse(
            ring, (side // 2, side // 2), axes, 0, 0, rng.uniform(200, 360), 255, round(sheet.px(1.6)), cv2.LINE_AA
        )
        strongest = np.float32(rng.uniform(0.08, 0.25) / 255)
        faint = cv2.GaussianBlur(ring, (0, 0), sheet.px(0.5)).astype(np.float32) * strongest
        sheet.stain((120, 84, 40), faint, rng.uniform(10, 120), rng.uniform(10, 200), "stain")
    return sheet
