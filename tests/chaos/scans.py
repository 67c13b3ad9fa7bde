"""Small scans, no two alike, that are quick to read."""

import random

import cv2
import numpy as np

_WORDS = ("GIAY", "XAC", "NHAN", "SO", "NGAY", "THANG", "NAM", "HO", "TEN", "DIA", "CHI", "KY", "DON", "MAU", "PHIEU")


def scan(seed: int, number: int) -> bytes:
    """Return a JPEG of a quarter of a page with some words at random places."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - no secret
    page = np.full((1100, 800, 3), 250, np.uint8)
    for line in range(12):
        words = " ".join(chance.choices(_WORDS, k=chance.randint(1, 4)))
        at = (chance.randint(60, 360), 120 + 75 * line)
        cv2.putText(page, f"{words} {number}", at, cv2.FONT_HERSHEY_SIMPLEX, chance.uniform(0.7, 1.3), (40, 30, 30), 2)
    cv2.circle(page, (chance.randint(200, 600), chance.randint(300, 900)), 70, (60, 60, 200), 4)
    return cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()
