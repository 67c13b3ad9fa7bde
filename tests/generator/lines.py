"""Single lines cut out of scanned pages, upright, with their texts: what a line reader is trained and judged on."""

from collections.abc import Iterator

import cv2
import numpy as np

from tests.generator.truth import Image, Line, Page


def cut_line(page: Page, line: Line, *, margin: float = 0.2) -> Image:
    """Return ``line`` as it was scanned, turned upright, with ``margin`` of its height left free around it."""
    left, top, right, bottom = line.rect
    edge = margin * (bottom - top)
    to_page = np.array([[1, 0, left - edge], [0, 1, top - edge], [0, 0, 1]])
    size = (round(right - left + 2 * edge), round(bottom - top + 2 * edge))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    matrix = page.matrix @ to_page
    if np.array_equal(matrix[2], (0, 0, 1)):
        upright = cv2.warpAffine(page.image, matrix[:2], size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    else:  # photographed
        upright = cv2.warpPerspective(page.image, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(upright, dtype=np.uint8)


def cut_lines(page: Page) -> Iterator[tuple[Image, str]]:
    """Yield every line's image and text, in reading order."""
    return ((cut_line(page, line), line.text) for line in page.lines)
