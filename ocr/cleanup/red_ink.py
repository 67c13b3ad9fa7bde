"""Red seals and stamps over text."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cleanup.step import Grey, Measured, Sheet, quantile

# Red stands this far above green and blue in red ink, whatever the light.
_RED_EXCESS = 40
# Red ink this near is one thing; it is a seal or a stamp from this size on, up to this ratio of sides and, unless it is
# an ornamental border, up to this size. Inches.
_REACH, _SIZE, _SHAPE, _LARGEST = 0.08, 0.7, 2.6, 3.0
# Seals are looked for on a copy this many times smaller.
_SHRINK = 4


def measure(sheet: Sheet) -> Measured:
    """Measure the share of the page, percent, that red seals and stamps cover.

    In the red channel red ink is nearly as bright as the paper; what is left of it is lifted by its redness. Black text
    under a seal has no redness and stays. Red that stands in lines of text, like the title of a birth certificate, is
    read: a seal is known by its size.
    """
    blue, green, red = (np.asarray(channel, dtype=np.uint8) for channel in cv2.split(sheet.master))
    redness = np.asarray(cv2.subtract(red, cv2.max(green, blue)), dtype=np.uint8)
    seals = _seals(redness, sheet.dpi)

    def mend() -> Grey:
        paper = quantile(red, 0.5)
        faded = np.minimum(cv2.add(red, redness), np.maximum(red, paper))
        return np.where(seals, faded, sheet.grey).astype(np.uint8)

    return Measured(100 * float(np.mean(seals)), mend)


def _seals(redness: Grey, dpi: int) -> NDArray[np.bool_]:
    """Return where seals and stamps are, height x width."""
    height, width = redness.shape
    small_size = (max(1, width // _SHRINK), max(1, height // _SHRINK))
    ink = (np.asarray(cv2.resize(redness, small_size, interpolation=cv2.INTER_AREA)) > _RED_EXCESS / 2).view(np.uint8)
    reach = max(3, round(_REACH * dpi / _SHRINK) | 1)
    spots = cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(spots, connectivity=8)
    inches = np.asarray(stats)[:, (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)] * _SHRINK / dpi
    small, large = inches.min(axis=1), inches.max(axis=1)
    is_seal = (small >= _SIZE) & (large <= _SHAPE * small)
    is_seal[0] = False
    if not is_seal.any():
        return np.zeros(redness.shape, dtype=bool)
    mask = is_seal[np.asarray(labels)]
    # Star and letters of a seal need not touch its ring: all red within its bounds is the seal's. Not so within the
    # ornamental border of a certificate.
    for x, y, across, down, _ in np.asarray(stats)[is_seal & (large <= _LARGEST)]:
        mask[y : y + down, x : x + across] = True
    whole = cv2.resize(mask.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(whole).view(np.bool_)
