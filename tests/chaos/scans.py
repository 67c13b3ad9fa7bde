"""Small scans, no two alike, that are quick to read."""

import io
import random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

_WORDS = ("GIAY", "XAC", "NHAN", "SO", "NGAY", "THANG", "NAM", "HO", "TEN", "DIA", "CHI", "KY", "DON", "MAU", "PHIEU")


def scan(seed: int, number: int) -> bytes:
    """Return a JPEG of a quarter of a page with some words at random places."""
    return cv2.imencode(".jpg", _page(f"{seed}/{number}", str(number)), [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def paper(seed: int, number: int, pages: int) -> bytes:
    """Return a TIFF of several such pages."""
    drawn = [Image.fromarray(_page(f"{seed}/{number}/{page}", f"{number} {page}")[..., ::-1]) for page in range(pages)]
    file = io.BytesIO()
    drawn[0].save(file, "TIFF", save_all=True, append_images=drawn[1:], compression="jpeg", dpi=(150, 150))
    return file.getvalue()


def _page(seed: str, mark: str) -> NDArray[np.uint8]:
    """Return a quarter of a page as 1100 × 800 BGR pixels; ``mark`` stands on each of its lines."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    page = np.full((1100, 800, 3), 250, np.uint8)
    for line in range(12):
        words = " ".join(chance.choices(_WORDS, k=chance.randint(1, 4)))
        at = (chance.randint(60, 360), 120 + 75 * line)
        cv2.putText(page, f"{words} {mark}", at, cv2.FONT_HERSHEY_SIMPLEX, chance.uniform(0.7, 1.3), (40, 30, 30), 2)
    cv2.circle(page, (chance.randint(200, 600), chance.randint(300, 900)), 70, (60, 60, 200), 4)
    return page
