"""Prints of pages: what a page looks like, so small that it can be kept and compared, to know a sheet scanned again.

A print has one bit for each of the lowest 24 × 24 spatial frequencies of the page's ink, seen at 128 × 128: whether the
frequency is stronger than half of them (a perceptual hash by the discrete cosine transform; C. Zauner, "Implementation
and Benchmarking of Perceptual Image Hash Functions", 2010). Paper, light and colour are divided out first, so that
another scanner, resolution or quality of JPEG changes few bits.

Forms look alike: two papers of one form, filled by one machine for the same person, differ in a few figures only, and a
print does not show these. ``docs/reuse.md`` says how often that happens; what was read decides it
(``ingest.intake.twins``).
"""

import cv2
import numpy as np

from ingest.scan.pixels import Grey, Pixels, reduced

ALIKE = 0.12
"""Share of bits that may differ between two scans of one sheet: measured, see ``docs/reuse.md``."""
MAY_BE_ALIKE = 0.145
"""The same where what was read is compared too."""
_LONGEST = 1024
_SIDE, _KEPT = 128, 24
_BITS = _KEPT * _KEPT
_PAPER_WINDOW, _PAPER_BLUR = 9, 12.0
"""Pixels of the reduced page: wider than strokes, and a smooth light."""
_DARKEST = 0.5
"""Ink darker than this share of black counts as this: print is as dark as a seal."""
_LEAST_INK = 1e-3
"""Mean darkness of a page with hardly anything on it."""


def page_print(master: Pixels) -> str:
    """Return the print of a master page, 144 hexadecimal digits; empty for a page with hardly anything on it.

    Args:
        master: H×W×3 BGR, upright and straight.
    """
    ink = _ink(np.asarray(cv2.cvtColor(reduced(master, _LONGEST), cv2.COLOR_BGR2GRAY), np.uint8))
    if ink.mean() < _LEAST_INK:
        return ""
    small = cv2.resize(ink, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    # The first row and column tell how much ink stands where, not how it is arranged.
    lowest = cv2.dct(small)[1 : _KEPT + 1, 1 : _KEPT + 1].ravel()
    return np.packbits(lowest > np.median(lowest)).tobytes().hex()


def distance(one: str, other: str) -> float:
    """Return the share of bits in which two prints differ, 0 to 1; 1 if there is none to compare."""
    if not one or not other:
        return 1.0
    return (int(one, 16) ^ int(other, 16)).bit_count() / _BITS


def _ink(grey: Grey) -> np.typing.NDArray[np.float32]:
    """Return how dark each pixel is against the paper around it, 0 to 1."""
    page = grey.astype(np.float32)
    around = cv2.dilate(page, np.ones((_PAPER_WINDOW, _PAPER_WINDOW), np.uint8))
    paper = cv2.GaussianBlur(around, (0, 0), _PAPER_BLUR)
    ink = np.clip(1 - page / np.maximum(paper, 1), 0, _DARKEST) / _DARKEST
    return np.asarray(ink, np.float32)
