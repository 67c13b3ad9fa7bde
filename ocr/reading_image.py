"""The image the engine reads, made from the master page.

Scanning faults, not letter shapes, cost an engine most. Each step below removes one fault, and runs only on a page that
shows it, because every step also costs a little on a perfect page. The image keeps the master's size, so what is found
on it is found on the master.

Grey images are height x width, 0 black to 255 white.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.leaders import leader_dots

Grey: TypeAlias = NDArray[np.uint8]

# Red stands this far above green and blue in red ink, whatever the light.
_RED_EXCESS = 40
# Red ink this near is one thing; it is a seal or a stamp from this size on, up to this ratio of sides and, unless it is
# an ornamental border, up to this size. Inches.
_RED_REACH, _SEAL_SIZE, _SEAL_SHAPE, _LARGEST_SEAL = 0.08, 0.7, 2.6, 3.0
# Large things are looked for on a copy this many times smaller.
_SHRINK = 4
# Below this level a pixel of the levelled image is dark.
_DARK = 160
# The background is estimated on squares of this size, inches: wider than any stroke, narrower than any shadow.
_BACKGROUND_WINDOW = 0.2
# Backgrounds at least this bright and this even, in grey levels, are left alone.
_WHITE_PAPER, _EVEN_PAPER = 245, 8
# Levels are moved only if ink or paper is at least this far from black or white.
_LEVEL_FAULT = 12
# How much of the ink may turn fully black, and of the paper stay grey: little of both, so that soft edges are kept.
_BLACK_SHARE, _WHITE_SHARE = 0.2, 0.02
# Specks per pixel above which the page is noisy; print has far fewer.
_SPECKLE_SHARE = 2e-4
# A page is two-level if its pixels between ink and paper are fewer than this share of its ink pixels.
_INK_LEVEL, _PAPER_LEVEL, _GREY_EDGES = 64, 192, 0.15
# Radius of the blur that softens it, inches.
_SOFTENING = 0.005


def reading_image(master: NDArray[np.uint8], dpi: int) -> Grey:
    """Return the image to read.

    Args:
        master: Master page, height x width x 3, blue-green-red, upright.
        dpi: Its resolution.

    Returns:
        Grey, height x width: dark text on white.
    """
    image = without_red_seals(master, dpi)
    background = paper(image, dpi)
    if not is_white_paper(background):
        image = divide(image, background)
    image = set_levels(image)
    image = without_specks(image)
    image = without_leaders(image, dpi)
    return soften(image, dpi)


def without_red_seals(master: NDArray[np.uint8], dpi: int) -> Grey:
    """Return the page in grey with its red seals and stamps faded into the paper.

    In the red channel red ink is nearly as bright as the paper; what is left of it is lifted by its redness. Black text
    under a seal has no redness and stays. Red that stands in lines of text, like the title of a birth certificate, is
    read: a seal is known by its size.
    """
    grey = np.asarray(cv2.cvtColor(master, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    blue, green, red = (np.asarray(channel, dtype=np.uint8) for channel in cv2.split(master))
    redness = np.asarray(cv2.subtract(red, cv2.max(green, blue)), dtype=np.uint8)
    seals = _seals(redness, dpi)
    if seals is None:
        return grey
    paper_level = quantile(red, 0.5)
    faded = np.minimum(cv2.add(red, redness), np.maximum(red, paper_level))
    return np.where(seals, faded, grey).astype(np.uint8)


def _seals(redness: Grey, dpi: int) -> NDArray[np.bool_] | None:
    """Return where seals and stamps are, height x width; ``None`` if there are none."""
    height, width = redness.shape
    small_size = (max(1, width // _SHRINK), max(1, height // _SHRINK))
    ink = (np.asarray(cv2.resize(redness, small_size, interpolation=cv2.INTER_AREA)) > _RED_EXCESS / 2).view(np.uint8)
    reach = max(3, round(_RED_REACH * dpi / _SHRINK) | 1)
    spots = cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(spots, connectivity=8)
    inches = np.asarray(stats)[:, (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)] * _SHRINK / dpi
    small, large = inches.min(axis=1), inches.max(axis=1)
    is_seal = (small >= _SEAL_SIZE) & (large <= _SEAL_SHAPE * small)
    is_seal[0] = False
    if not is_seal.any():
        return None
    mask = is_seal[np.asarray(labels)]
    # Star and letters of a seal need not touch its ring: all red within its bounds is the seal's. Not so within the
    # ornamental border of a certificate.
    for x, y, across, down, _ in np.asarray(stats)[is_seal & (large <= _LARGEST_SEAL)]:
        mask[y : y + down, x : x + across] = True
    whole = cv2.resize(mask.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(whole).view(np.bool_)


def paper(image: Grey, dpi: int) -> Grey:
    """Estimate how bright the empty paper is at every pixel.

    A closing wider than any stroke removes the print; it works on a shrunken copy, where the result is as good.
    """
    height, width = image.shape
    small = cv2.resize(
        image,
        (max(1, width // _SHRINK), max(1, height // _SHRINK)),
        interpolation=cv2.INTER_AREA,
    )
    window = max(3, round(_BACKGROUND_WINDOW * dpi / _SHRINK) | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (window, window)))
    smooth = cv2.blur(closed, (window, window))
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def is_white_paper(background: Grey) -> bool:
    """Tell whether the paper is white and evenly lit."""
    low, high = quantile(background, 0.01), quantile(background, 0.99)
    return low >= _WHITE_PAPER and high - low <= _EVEN_PAPER


def quantile(image: Grey, share: float) -> int:
    """Return the grey level below or at which ``share`` of the pixels lie; of a sample, as pages are large."""
    return _level(np.bincount(image[::4, ::4].ravel(), minlength=256), share)


def _level(histogram: NDArray[np.intp], share: float) -> int:
    total = np.cumsum(histogram)
    return int(np.searchsorted(total, share * total[-1]))


def divide(image: Grey, background: Grey) -> Grey:
    """Divide the light and the paper's colour out of the image: what is as bright as its background turns white."""
    return np.asarray(cv2.divide(image, background, scale=255), dtype=np.uint8)


def set_levels(image: Grey) -> Grey:
    """Stretch the grey levels so that the page's own ink is black and its own paper white.

    Otsu's threshold parts ink from paper; of each the far end is taken, so that the grey edges of letters stay grey.
    """
    sample = np.ascontiguousarray(image[::2, ::2])
    threshold = int(cv2.threshold(sample, 0, 255, cv2.THRESH_OTSU)[0])
    histogram = np.bincount(sample.ravel(), minlength=256)
    dark, light = histogram.copy(), histogram.copy()
    dark[threshold + 1 :] = 0
    light[: threshold + 1] = 0
    if not dark.any() or not light.any():
        return image
    black, white = _level(dark, _BLACK_SHARE), _level(light, _WHITE_SHARE)
    if black <= _LEVEL_FAULT and white >= 255 - _LEVEL_FAULT:
        return image
    table = np.clip((np.arange(256) - black) * 255 / max(1.0, white - black), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table), dtype=np.uint8)


def without_specks(image: Grey) -> Grey:
    """Take out single dark pixels by a 3x3 median if the page is strewn with them."""
    dark = (image < _DARK).view(np.uint8)
    neighbours = cv2.boxFilter(dark, cv2.CV_8U, (3, 3), normalize=False)
    lone = np.count_nonzero(dark & (np.asarray(neighbours) == 1))
    if lone <= _SPECKLE_SHARE * image.size:
        return image
    return np.asarray(cv2.medianBlur(image, 3), dtype=np.uint8)


def soften(image: Grey, dpi: int) -> Grey:
    """Blur the stairs of a page that was scanned in black and white only.

    Engines learn from grey edges; on two-level scans the stairs are taken for marks on the letters.
    """
    sample = image[::2, ::2]
    dark = np.count_nonzero(sample < _INK_LEVEL)
    grey = np.count_nonzero((sample >= _INK_LEVEL) & (sample < _PAPER_LEVEL))
    if grey > _GREY_EDGES * dark:
        return image
    return np.asarray(cv2.GaussianBlur(image, (0, 0), _SOFTENING * dpi), dtype=np.uint8)


def without_leaders(image: Grey, dpi: int) -> Grey:
    """Paint the dotted leaders of forms white; dots that touch a letter stay."""
    dark = (image < _DARK).view(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    dots = leader_dots(np.asarray(stats, dtype=np.int32), dpi)
    if dots.size == 0:
        return image
    cleaned = image.copy()
    for left, top, width, height, _ in np.asarray(stats)[dots]:
        cleaned[max(0, top - 1) : top + height + 1, max(0, left - 1) : left + width + 1] = 255
    return cleaned
