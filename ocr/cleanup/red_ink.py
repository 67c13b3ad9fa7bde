"""Red seals and stamps over text."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cleanup.step import Grey, Measured, Sheet, disc, quantile, shrunk

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
    small = shrunk(sheet.master, _SHRINK)
    seals = _seals(_redness(small), sheet.dpi)
    paper = quantile(np.ascontiguousarray(small[..., 2]), 0.5)

    def mend() -> Grey:
        mended = sheet.grey.copy()
        boxes = np.asarray(cv2.connectedComponentsWithStats(seals.view(np.uint8), connectivity=8)[2])[1:]
        for x, y, across, down, _ in boxes:
            mask = cv2.resize(
                seals[y : y + down, x : x + across].view(np.uint8),
                (int(across) * _SHRINK, int(down) * _SHRINK),
                interpolation=cv2.INTER_NEAREST,
            )
            place = slice(y * _SHRINK, (y + down) * _SHRINK), slice(x * _SHRINK, (x + across) * _SHRINK)
            mended[place] = np.where(np.asarray(mask) > 0, _faded(sheet.master[place], paper), mended[place])
        return mended

    return Measured(100 * float(np.mean(seals)), mend)


def _redness(image: NDArray[np.uint8]) -> Grey:
    blue, green, red = cv2.split(image)
    return np.asarray(cv2.subtract(red, cv2.max(green, blue)), dtype=np.uint8)


def _faded(image: NDArray[np.uint8], paper: int) -> Grey:
    """Return the red channel, what is left of red ink in it lifted up to the paper."""
    red = image[..., 2]
    return np.minimum(cv2.add(red, _redness(image)), np.maximum(red, np.uint8(paper))).astype(np.uint8)


def _seals(redness: Grey, dpi: int) -> NDArray[np.bool_]:
    """Return where seals and stamps are, on the shrunken copy."""
    ink = (redness > _RED_EXCESS / 2).view(np.uint8)
    spots = cv2.dilate(ink, disc(_REACH, dpi / _SHRINK))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(spots, connectivity=8)
    inches = np.asarray(stats)[:, (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)] * _SHRINK / dpi
    small, large = inches.min(axis=1), inches.max(axis=1)
    is_seal = (small >= _SIZE) & (large <= _SHAPE * small)
    is_seal[0] = False
    mask = np.asarray(is_seal[np.asarray(labels)])
    # Star and letters of a seal need not touch its ring: all red within its bounds is the seal's. Not so within the
    # ornamental border of a certificate.
    for x, y, across, down, _ in np.asarray(stats)[is_seal & (large <= _LARGEST)]:
        mask[y : y + down, x : x + across] = True
    return mask
