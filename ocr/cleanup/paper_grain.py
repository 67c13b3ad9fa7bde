"""What shows on empty paper: grain, noise, and the print on the back of the sheet."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cleanup.step import DARK, Grey, Measured, Sheet, coarseness, level, shrunk

# How far the grey edge of a stroke reaches from its ink, inches.
_EDGE = 0.03
# The grain is as dark as the paper is on all but this share of its pixels.
_DARKEST = 0.002
# Strokes fade out to so many times the darkness of the grain; never farther than this level.
_FAINTER, _FAINTEST = 1.25, 215


def measure(sheet: Sheet) -> Measured:
    """Measure how many grey levels the grain of the empty paper is below white; the paper turns white.

    Paper is what is neither ink nor a fainter stroke that goes on from ink, nor so near that it is their edge.
    """
    times = coarseness(sheet.dpi)
    grey = sheet.grey if times == 1 else shrunk(sheet.grey, times)
    dpi = sheet.dpi // times
    ink = (grey < DARK).view(np.uint8)
    far = _grown(ink, dpi)[::4, ::4] == 0
    grain = 255 - level(np.bincount(grey[::4, ::4][far], minlength=256), _DARKEST) if far.any() else 0

    def mend() -> Grey:
        faintest = min(_FAINTEST, max(DARK, round(255 - _FAINTER * grain)))
        near = _grown(_strokes(grey < faintest, ink), dpi)
        height, width = sheet.grey.shape
        whole = near if times == 1 else cv2.resize(near, (width, height), interpolation=cv2.INTER_NEAREST)
        return np.where(np.asarray(whole) > 0, sheet.grey, np.uint8(255))

    return Measured(grain, mend)


def _strokes(faint: NDArray[np.bool_], ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return those of the faint things that hold ink, 1 on 0."""
    labels = np.asarray(cv2.connectedComponents(faint.view(np.uint8), connectivity=8)[1])
    inked = np.zeros(int(labels.max(initial=0)) + 1, dtype=np.uint8)
    inked[labels[ink > 0]] = 1
    inked[0] = 0
    return np.asarray(inked[labels], dtype=np.uint8)


def _grown(mask: NDArray[np.uint8], dpi: int) -> NDArray[np.uint8]:
    size = max(3, round(2 * _EDGE * dpi) | 1)
    return np.asarray(cv2.dilate(mask, np.ones((size, size), np.uint8)), dtype=np.uint8)
