"""A QR code drawn anew from its modules, where a copier has run them together.

A decoder finds a code by the rings in three of its corners, and what lies between rings that touch it does not find.
The square that the code fills shows all the same, and in it each module's middle is the last to be lost. So the square
is laid out in as many modules as make the rings, the dotted lines between them and their surroundings stand out best,
its corners are moved until they do so most, and the middles are drawn as a clean code. What is wrong in it is for the
decoder to correct, or to refuse.
"""

from collections.abc import Iterator
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
_Places = NDArray[np.float32]

_SIZES: Final = range(21, 74, 4)
"""Modules along the side of a code of the versions 1 to 14; identity cards have 37 to 49."""
_MODULE: Final = 8
"""Pixels of a module as it is looked at and as it is drawn."""
_QUIET: Final = 4
"""Modules of white around a code."""
_RING, _LINE = 7, 6
"""Modules of a ring in a corner; row and column of the dotted lines."""
_LOOKS: Final = ((2, 40), (4, 2))
"""Pixels of a module's middle that are taken for the whole, and grey level below which that is black. A copier that
prints thick leaves specks of white modules: any speck counts, or only what is left in the very middle."""
_MIDDLE: Final = 4
"""The same pixels where the code is laid out."""
_STANDS_OUT: Final = 60.0
"""Grey levels that what is known to be white is lighter than what is known to be black, at least."""
_CLOSED, _OPENED = 1 / 25, 1 / 10
"""White gaps of a code and what sticks out of it at most, in shares of the part's side."""
_FIRST_MOVE, _LAST_MOVE, _BETTER = 2.0, 0.5, 0.25
"""Pixels that corners are moved by, and grey levels that each move must gain, so that they come to an end."""


def redrawn(part: Grey) -> Iterator[Grey]:
    """Yield what the code on a part of a page may be, clean and with white around it; nothing if none is to be seen.

    Args:
        part: The code, upright, with little around it, height x width.
    """
    corners = _corners(part)
    if corners is None:
        return
    _, size = max((_contrast(part, corners, size), size) for size in _SIZES)
    corners = _moved(part, corners, size)
    if _contrast(part, corners, size) < _STANDS_OUT:
        return
    known = _known(size)
    for middle, black in _LOOKS:
        drawn = np.where(known < 0, _sampled(part, corners, size, middle) >= black, known == 0)
        framed = np.pad(drawn, _QUIET, constant_values=True).astype(np.uint8) * 255
        yield np.kron(framed, np.ones((_MODULE, _MODULE), np.uint8))


def _corners(part: Grey) -> _Places | None:
    """Return the corners of the largest dark square that have rings: top left, top right, bottom left."""
    side = min(part.shape)
    close, opened = (np.ones((max(1, round(side * share)),) * 2, np.uint8) for share in (_CLOSED, _OPENED))
    _, dark = cv2.threshold(part, 0, 255, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    whole = cv2.morphologyEx(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, close), cv2.MORPH_OPEN, opened)
    outlines, _ = cv2.findContours(whole, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    corners = cv2.boxPoints(cv2.minAreaRect(max(outlines, key=cv2.contourArea)))
    sums, differences = corners.sum(axis=1), corners[:, 0] - corners[:, 1]
    order = [sums.argmin(), differences.argmax(), differences.argmin()]
    return np.asarray(corners[order], np.float32)


def _moved(part: Grey, corners: _Places, size: int) -> _Places:
    """Return the corners where what is known of the code stands out most, near where they were thought to be."""
    best, move = _contrast(part, corners, size), _FIRST_MOVE
    while move >= _LAST_MOVE:
        before = best
        for corner in range(len(corners)):
            for step in ((move, 0), (-move, 0), (0, move), (0, -move)):
                other = corners.copy()
                other[corner] += step
                contrast = _contrast(part, other, size)
                if contrast > best + _BETTER:
                    best, corners = contrast, other
        if best == before:
            move /= 2
    return corners


def _contrast(part: Grey, corners: _Places, size: int) -> float:
    """Return by how many grey levels the modules known to be white are lighter than those known to be black."""
    modules, known = _sampled(part, corners, size, _MIDDLE), _known(size)
    return float(modules[known == 0].mean() - modules[known == 1].mean())


def _sampled(part: Grey, corners: _Places, size: int, middle: int) -> _Places:
    """Return how light the middles of the modules are, ``size`` x ``size``."""
    side = size * _MODULE
    square = np.array([(0, 0), (side, 0), (0, side)], np.float32)
    flat = cv2.warpAffine(part, cv2.getAffineTransform(corners, square), (side, side), borderValue=255)
    first = (_MODULE - middle) // 2
    cells = flat.reshape(size, _MODULE, size, _MODULE)[:, first : first + middle, :, first : first + middle]
    return np.asarray(cells.mean(axis=(1, 3)), np.float32)


@cache
def _known(size: int) -> NDArray[np.int8]:
    """Return which modules of a code are always black, 1, and always white, 0; -1 for the others."""
    known = np.full((size, size), -1, np.int8)
    known[_LINE, :] = known[:, _LINE] = 1 - np.arange(size) % 2
    away = np.abs(np.arange(-1, _RING + 1) - _RING // 2)
    ring = np.isin(np.maximum.outer(away, away), (0, 1, 3)).astype(np.int8)
    known[: _RING + 1, : _RING + 1] = ring[1:, 1:]
    known[: _RING + 1, -_RING - 1 :] = ring[1:, :-1]
    known[-_RING - 1 :, : _RING + 1] = ring[:-1, 1:]
    return known
