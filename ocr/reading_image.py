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

Grey: TypeAlias = NDArray[np.uint8]

# Red stands this far above green and blue in red ink, whatever the light.
_RED_EXCESS = 40
# Above this share of red in all ink the text itself is red, and is read.
_RED_TEXT_SHARE = 0.5
# Darker than this share of the paper is ink.
_INK = 0.6
# Below this level a pixel of the levelled image is dark.
_DARK = 160
# The background is estimated on squares of this size, inches: wider than any stroke, narrower than any shadow.
_BACKGROUND_WINDOW = 0.2
_BACKGROUND_SHRINK = 4
# Backgrounds at least this bright and this even, in grey levels, are left alone.
_WHITE_PAPER, _EVEN_PAPER = 245, 8
# Levels are moved only if ink or paper is at least this far from black or white.
_LEVEL_FAULT = 12
# Specks per pixel above which the page is noisy; print has far fewer.
_SPECKLE_SHARE = 2e-4
# Leader dots, inches: the largest dot, the widest gap between two, the shortest run; and the fewest dots in a run.
_DOT_SIZE, _DOT_GAP, _LEADER_LENGTH = 0.03, 0.12, 0.35
_LEADER_DOTS = 5


def reading_image(master: NDArray[np.uint8], dpi: int) -> Grey:
    """Return the image to read.

    Args:
        master: Master page, height x width x 3, blue-green-red, upright.
        dpi: Its resolution.

    Returns:
        Grey, height x width: dark text on white.
    """
    image = without_red_ink(master)
    background = paper(image, dpi)
    if not is_white_paper(background):
        image = divide(image, background)
    image = set_levels(image)
    image = without_specks(image)
    return without_leaders(image, dpi)


def without_red_ink(master: NDArray[np.uint8]) -> Grey:
    """Return the page in grey with red ink (seals, stamps, signing pencils) faded into the paper.

    In the red channel red ink is nearly as bright as the paper; what is left of it is lifted by its redness. Black text
    under a seal has no redness and stays. On a page whose text is red, and on one without red, the plain grey is taken.
    """
    grey = np.asarray(cv2.cvtColor(master, cv2.COLOR_BGR2GRAY), dtype=np.uint8)
    blue, green, red = cv2.split(master)
    redness = cv2.subtract(red, cv2.max(green, blue))
    red_ink = np.count_nonzero(np.asarray(redness) > _RED_EXCESS)
    if red_ink == 0:
        return grey
    ink = np.count_nonzero(np.asarray(red) < _INK * np.median(red[::8, ::8]))
    if red_ink > _RED_TEXT_SHARE * (red_ink + ink):
        return grey
    return np.asarray(cv2.add(red, redness), dtype=np.uint8)


def paper(image: Grey, dpi: int) -> Grey:
    """Estimate how bright the empty paper is at every pixel.

    A closing wider than any stroke removes the print; it works on a shrunken copy, where the result is as good.
    """
    height, width = image.shape
    small = cv2.resize(
        image,
        (max(1, width // _BACKGROUND_SHRINK), max(1, height // _BACKGROUND_SHRINK)),
        interpolation=cv2.INTER_AREA,
    )
    window = max(3, round(_BACKGROUND_WINDOW * dpi / _BACKGROUND_SHRINK) | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (window, window)))
    smooth = cv2.blur(closed, (window, window))
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def is_white_paper(background: Grey) -> bool:
    """Tell whether the paper is white and evenly lit."""
    low, high = np.percentile(background[::8, ::8], (1, 99))
    return bool(low >= _WHITE_PAPER and high - low <= _EVEN_PAPER)


def divide(image: Grey, background: Grey) -> Grey:
    """Divide the light and the paper's colour out of the image: what is as bright as its background turns white."""
    return np.asarray(cv2.divide(image, background, scale=255), dtype=np.uint8)


def set_levels(image: Grey) -> Grey:
    """Stretch the grey levels so that the page's own ink is black and its own paper white.

    Ink is the median of what Otsu's threshold calls dark; paper reaches down to the noise around its own median.
    """
    sample = image[::2, ::2]
    threshold, _ = cv2.threshold(sample, 0, 255, cv2.THRESH_OTSU)
    dark, light = sample[sample <= threshold], sample[sample > threshold]
    if dark.size == 0 or light.size == 0:
        return image
    black = float(np.median(dark))
    white = float(np.percentile(light, 10))
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


def without_leaders(image: Grey, dpi: int) -> Grey:
    """Paint dotted leaders of forms white.

    A leader is a run of dots on one line with small gaps. Dots that touch a letter are part of the letter and stay.
    """
    dark = (image < _DARK).view(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    if count <= _LEADER_DOTS:
        return image
    limit = max(2, round(_DOT_SIZE * dpi))
    is_dot = (stats[:, cv2.CC_STAT_WIDTH] <= limit) & (stats[:, cv2.CC_STAT_HEIGHT] <= limit)
    is_dot[0] = False
    leader = np.zeros(count, dtype=bool)
    leader[_leader_dots(np.flatnonzero(is_dot), stats, dpi)] = True
    if not leader.any():
        return image
    mask = cv2.dilate(leader[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    cleaned = image.copy()
    cleaned[mask > 0] = 255
    return cleaned


def _leader_dots(dots: NDArray[np.intp], stats: NDArray[np.int32], dpi: int) -> list[int]:
    """Return those of ``dots`` that stand in long horizontal runs."""
    found: list[int] = []
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    middle = top + stats[:, cv2.CC_STAT_HEIGHT] / 2
    right = left + stats[:, cv2.CC_STAT_WIDTH]
    slack = max(1.0, 0.01 * dpi)
    runs: list[list[int]] = []
    open_runs: list[list[int]] = []
    for dot in dots[np.argsort(left[dots], kind="stable")]:
        open_runs = [run for run in open_runs if left[dot] - right[run[-1]] <= _DOT_GAP * dpi]
        near = [run for run in open_runs if abs(middle[run[-1]] - middle[dot]) <= slack]
        if near:
            min(near, key=lambda run: abs(middle[run[-1]] - middle[dot])).append(int(dot))
        else:
            open_runs.append([int(dot)])
            runs.append(open_runs[-1])
    for run in runs:
        if len(run) >= _LEADER_DOTS and right[run[-1]] - left[run[0]] >= _LEADER_LENGTH * dpi:
            found.extend(run)
    return found
