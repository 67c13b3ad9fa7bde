"""Dropping the grain of paper where JPEG would spend bytes on it.

JPEG writes blocks of 8 × 8 pixels as a mean and 63 frequencies, each rounded by a step (ITU-T T.81, A.3.3): it drops
what is below half of it. A scanner's noise is often above, on every block of a page. In blocks where nothing is larger
than such noise, what is below a whole step is dropped too. Blocks with print, seals or signatures stay as they are.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.pixels import Grey

Frequencies = NDArray[np.float32]
"""Of each block: rows of blocks × frequencies down × columns of blocks × frequencies across."""

_BLOCK = 8
_LARGEST = 2.0
"""Steps: noise is nowhere above this."""
_at = np.arange(_BLOCK)
_COSINES = (np.cos((2 * _at + 1) * _at[:, np.newaxis] * np.pi / (2 * _BLOCK)) / 2).astype(np.float32)
_COSINES[0] /= np.sqrt(2)


class Grain:
    """The frequencies of an image, to be written without grain.

    Args:
        image: H×W.
    """

    def __init__(self, image: Grey) -> None:
        self._shape = height, width = image.shape
        padded = cv2.copyMakeBorder(image, 0, -height % _BLOCK, 0, -width % _BLOCK, cv2.BORDER_REPLICATE)
        blocks = np.asarray(padded, np.float32).reshape(padded.shape[0] // _BLOCK, _BLOCK, -1, _BLOCK)
        self._frequencies = _turned(blocks, _COSINES)
        sizes = np.abs(self._frequencies)
        sizes[:, 0, :, 0] = 0
        self._sizes, self._largest = sizes, sizes.max(axis=(1, 3))

    def dropped(self, step: int) -> Grey:
        """Return the image, H×W, without the grain of blocks that have nothing but grain.

        Args:
            step: By which frequencies will be rounded, levels of grey.
        """
        quiet = self._largest < _LARGEST * step
        dropped = (self._sizes < step) & quiet[:, np.newaxis, :, np.newaxis]
        dropped[:, 0, :, 0] = False
        image = _turned(np.where(dropped, 0, self._frequencies), _COSINES.T)
        height, width = self._shape
        image = image.reshape(image.shape[0] * _BLOCK, -1)[:height, :width]
        return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _turned(blocks: Frequencies, matrix: NDArray[np.float32]) -> Frequencies:
    """Return blocks multiplied by a matrix from the left, and by its transpose from the right."""
    down = np.einsum("ik,akbj->aibj", matrix, blocks, optimize=True)
    return np.asarray(np.einsum("aibk,jk->aibj", down, matrix, optimize=True), np.float32)
