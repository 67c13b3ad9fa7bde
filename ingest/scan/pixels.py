"""Arrays of pixels: what they are called, reducing them, and how bright and dark they are."""

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""H×W×3, BGR, 8 bits per channel."""
Grey = NDArray[np.uint8]
"""H×W."""
Mask = NDArray[np.uint8]
"""H×W, 0 or 1."""


def reduced(pixels: Pixels, longest: int) -> Pixels:
    """Return an image reduced so that its longer side has ``longest`` pixels; never enlarged."""
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def brightest_channel(pixels: Pixels) -> Grey:
    """Return each pixel's brightest channel: white paper and coloured paper alike are bright."""
    blue, green, red = cv2.split(pixels)
    return np.asarray(cv2.max(cv2.max(blue, green), red), np.uint8)


def darkest_channel(pixels: Pixels) -> Grey:
    """Return each pixel's darkest channel: black, red and blue ink alike are dark."""
    blue, green, red = cv2.split(pixels)
    return np.asarray(cv2.min(cv2.min(blue, green), red), np.uint8)
