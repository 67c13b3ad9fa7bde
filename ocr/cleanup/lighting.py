"""Uneven light, grey and coloured paper."""

import cv2
import numpy as np

from ocr.cleanup.step import Grey, Measured, Sheet, quantile, shrunk

# The background is estimated on squares of this size, inches: wider than any stroke, narrower than any shadow.
_WINDOW = 0.2
# It is estimated on a copy this many times smaller, where the result is as good.
_SHRINK = 4
# The shadow of a fold is wider than this, inches; it is looked for in so many pieces of the page's length, as it may
# lie askew. Of the pixels of a column or row at least this share is print or darker paper, the next is paper.
_RULING, _PIECES, _PAPER_SHARE = 0.03, 6, 0.9
# The darkest paper is that which all but this share of the page outshines.
_DARKEST = 0.01


def measure(sheet: Sheet) -> Measured:
    """Measure how many grey levels the darkest paper of the page is below white.

    The light and the paper's colour are divided out: what is as bright as its background turns white.
    """
    background = paper(sheet.grey, sheet.dpi)
    return Measured(
        255 - quantile(background, _DARKEST),
        lambda: np.asarray(cv2.divide(sheet.grey, background, scale=255), dtype=np.uint8),
    )


def paper(image: Grey, dpi: int) -> Grey:
    """Estimate how bright the empty paper is at every pixel: a closing wider than any stroke removes the print."""
    height, width = image.shape
    small = shrunk(image, _SHRINK)
    window = max(3, round(_WINDOW * dpi / _SHRINK) | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((window, window), np.uint8))
    smooth = np.asarray(cv2.blur(closed, (window, window)), dtype=np.uint8)
    shaded = _with_folds(small, smooth, dpi / _SHRINK)
    return np.asarray(cv2.resize(shaded, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def _with_folds(image: Grey, background: Grey, dpi: float) -> Grey:
    """Add to the background the shadows of folds, which are narrower than the window but cross the page.

    Where most of a column, or of a row, is darker than its surroundings, it is not print that makes it so; unless it is
    as narrow as a ruling.
    """
    ratio = np.asarray(cv2.divide(image, background, scale=255), dtype=np.uint8)
    ruling = max(3, round(_RULING * dpi) | 1)
    for axis in (0, 1):
        pieces = [
            _profile(piece, axis, ruling) for piece in np.array_split(ratio, min(_PIECES, ratio.shape[axis]), axis=axis)
        ]
        profile = np.stack(pieces, axis=axis).astype(np.float32)
        shade = cv2.resize(profile, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
        background = np.asarray(cv2.multiply(background, shade, scale=1 / 255, dtype=cv2.CV_8U), dtype=np.uint8)
    return background


def _profile(ratio: Grey, axis: int, ruling: int) -> Grey:
    """Return for each column (axis 0) or row (axis 1) how bright its paper is, without dips as narrow as a ruling."""
    length = ratio.shape[axis]
    rank = min(length - 1, round(_PAPER_SHARE * length))
    bright = np.partition(ratio, rank, axis=axis).take(rank, axis=axis)
    closed = cv2.morphologyEx(bright[None], cv2.MORPH_CLOSE, np.ones((1, ruling), np.uint8))
    return np.asarray(np.asarray(closed)[0], dtype=np.uint8)
