"""Dropping the grain of paper where JPEG would spend bytes on it.

JPEG writes blocks of 8 × 8 pixels as a mean and 63 frequencies, each rounded by a step (ITU-T T.81, A.3.3): it drops
what is below half of it. A scanner's noise is often above, on every block of a page. In blocks where nothing is larger
than such noise, what is below a whole step is dropped too. Blocks with print, seals or signatures stay as they are.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.scan.pixels import Grey

_BLOCK = 8
_LARGEST = 2.0
"""Steps: noise is nowhere above this."""
_ROWS = 8
"""Rows of blocks done at once, to bound the memory."""
_at = np.arange(_BLOCK)
_COSINES = (np.cos((2 * _at + 1) * _at[:, np.newaxis] * np.pi / (2 * _BLOCK)) / 2).astype(np.float32)
_COSINES[0] /= np.sqrt(2)


def without_grain(image: Grey, step: int) -> Grey:
    """Return an image, H×W, without the grain of blocks that have nothing but grain.

    Args:
        image: H×W.
        step: By which frequencies will be rounded, levels of grey.
    """
    height, width = image.shape
    padded = cv2.copyMakeBorder(image, 0, -height % _BLOCK, 0, -width % _BLOCK, cv2.BORDER_REPLICATE)
    padded = np.asarray(padded, np.uint8)
    for top in range(0, height, _ROWS * _BLOCK):
        band = padded[top : top + _ROWS * _BLOCK]
        blocks = band.reshape(-1, _BLOCK, band.shape[1] // _BLOCK, _BLOCK)  # a view: rows and columns of blocks
        frequencies = _turned(blocks.astype(np.float32), _COSINES)
        means = frequencies[:, 0, :, 0].copy()
        frequencies[:, 0, :, 0] = 0
        sizes = np.abs(frequencies)
        quiet = sizes.max(axis=(1, 3), keepdims=True) < _LARGEST * step
        frequencies[(sizes < step) & quiet] = 0
        frequencies[:, 0, :, 0] = means
        blocks[:] = np.clip(np.rint(_turned(frequencies, _COSINES.T)), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(padded[:height, :width], np.uint8)


def _turned(blocks: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return blocks, rows x height x columns x width, multiplied from the left, and by the transpose from the right."""
    down = np.einsum("ik,akbj->aibj", matrix, blocks, optimize=True)
    return np.asarray(np.einsum("aibk,jk->aibj", down, matrix, optimize=True), np.float32)
