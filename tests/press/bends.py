"""How a paper lies before the scanner or camera: leaning, turned, bound into a book, seen by hand, crumpled.

A ``Pose`` says where each point of the flat paper is seen; ``seen`` makes the picture.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.generator.truth import Image, Matrix, Rect
from tests.press.prints import Field

_MM: Final = 25.4
_Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Curl:
    """A page that rises towards the spine of its book, at its left edge, and is pressed flat far from it.

    Attributes:
        reach: How far from the spine it rises, pixels. narrow: By how much its columns come together there, share.
        lift: By how much its lines bend up at the spine, pixels.
    """

    reach: float
    narrow: float
    lift: float

    def forth(self, points: _Points) -> _Points:
        """Return where points of the flat page (N×2) are on the curled one."""
        x = points[:, 0]
        near = np.exp(-np.maximum(x, 0) / self.reach)
        return np.stack([x - self.narrow * self.reach * (1 - near), points[:, 1] - self.lift * near**2], axis=1)

    def back(self, width: int, height: int) -> tuple[Field, Field]:
        """Return for each pixel of the curled page where it is on the flat one: x and y, H×W each."""
        flat = np.linspace(-0.1 * width, 1.2 * width, 4096)
        curled = self.forth(np.stack([flat, np.zeros_like(flat)], axis=1))
        x = np.interp(np.arange(width), curled[:, 0], flat)
        rise = np.interp(x, flat, -curled[:, 1])
        xs = np.tile(x.astype(np.float32), (height, 1))
        ys = np.arange(height, dtype=np.float32)[:, None] + rise.astype(np.float32)[None, :]
        return xs, ys

    def shade(self, width: int) -> Field:
        """Return how much light the columns of the curled page get, 1×W: least in the gutter."""
        near = np.exp(-np.arange(width) / (0.6 * self.reach))
        return np.asarray(1 - 0.62 * near[None, :], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Pose:
    """How the page is seen.

    Attributes:
        matrix: From the (curled) page to the picture. size: Of the picture, width and height. curl: If it is bound.
        desk: Colour of what it lies on.
    """

    matrix: Matrix
    size: tuple[int, int]
    curl: Curl | None
    desk: tuple[int, int, int]

    def curled(self, rect: Rect) -> Rect:
        """Return the rectangle around what the curl makes of ``rect``."""
        if self.curl is None:
            return rect
        left, top, right, bottom = rect
        xs = np.linspace(left, right, 5)
        points = self.curl.forth(np.array([(x, y) for x in xs for y in (top, bottom)]))
        (a, b), (c, d) = points.min(axis=0), points.max(axis=0)
        return float(a), float(b), float(c), float(d)

    def seen(self, paper: Image, numbers: np.random.Generator) -> Image:
        """Return the picture of ``paper``."""
        height, width = paper.shape[:2]
        if self.curl is not None:
            xs, ys = self.curl.back(width, height)
            paper = np.asarray(cv2.remap(paper, xs, ys, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8)
            paper = np.asarray(paper * self.curl.shade(width)[..., None], np.uint8)
        grain = numbers.normal(1, 0.06, (6, 140)).astype(np.float32)
        board = cv2.resize(grain, self.size, interpolation=cv2.INTER_CUBIC)[..., None]
        ground = np.clip(board * np.array(self.desk, np.float32), 0, 255).astype(np.uint8)
        cover = cv2.warpPerspective(
            np.full((height, width), 255, np.uint8), self.matrix, self.size, flags=cv2.INTER_LINEAR
        )
        picture = cv2.warpPerspective(
            paper, self.matrix, self.size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        share = cover[..., None].astype(np.float32) / 255
        return np.asarray(picture * share + ground * (1 - share), dtype=np.uint8)


def leaning(width: int, height: int, degrees: float) -> Matrix:
    """Return the matrix that turns a page by ``degrees`` clockwise about its middle."""
    turn, x, y = math.radians(degrees), width / 2, height / 2
    c, s = math.cos(turn), math.sin(turn)
    return np.array([[c, -s, x - c * x + s * y], [s, c, y - s * x - c * y], [0, 0, 1]])


def turning(width: int, height: int, quarters: int) -> tuple[Matrix, tuple[int, int]]:
    """Return the matrix that turns a picture by quarters clockwise, and the size of what comes out."""
    matrices = (
        [[1, 0, 0], [0, 1, 0]],
        [[0, -1, height], [1, 0, 0]],
        [[-1, 0, width], [0, -1, height]],
        [[0, 1, 0], [-1, 0, width]],
    )
    return np.array([*matrices[quarters], [0, 0, 1]], float), (height, width) if quarters % 2 else (width, height)


def in_hand(width: int, height: int, numbers: np.random.Generator) -> tuple[Matrix, tuple[int, int]]:
    """Return the matrix by which a camera held over the page sees it, and the size of the picture, nearly filled."""
    size = (round(width * 1.08), round(height * 1.08))
    focal, tilt = 1.25 * height, numbers.uniform(-0.09, 0.09, 2)
    (cx, sx), (cy, sy) = ((math.cos(a), math.sin(a)) for a in tilt)
    turn = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]]) @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    roll = leaning(0, 0, numbers.uniform(-1.5, 1.5))
    to_plane = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]], float)
    place = np.column_stack([turn[:, 0], turn[:, 1], [0, 0, focal]])
    camera = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]], float)
    return camera @ roll @ place @ to_plane, size


def crumpled(shape: tuple[int, ...], numbers: np.random.Generator) -> Field:
    """Return how light falls on paper that was crumpled and smoothed again, H×W around 1: facets between creases."""
    height, width = shape[:2]
    small = (height // 4, width // 4)
    ys, xs = np.mgrid[0 : small[0], 0 : small[1]].astype(np.float32) / small[1]
    relief = np.zeros(small, np.float32)
    for _ in range(int(numbers.integers(22, 42))):
        turn, x, y = numbers.uniform(0, math.pi), numbers.uniform(0, 1), numbers.uniform(0, small[0] / small[1])
        across = (xs - x) * math.cos(turn) + (ys - y) * math.sin(turn)
        along = (ys - y) * math.cos(turn) - (xs - x) * math.sin(turn)
        relief += (
            numbers.uniform(-1, 1)
            * np.abs(across)
            * np.exp(-((along / numbers.uniform(0.1, 0.4)) ** 2) - (across / 0.25) ** 2)
        )
    slope = np.diff(relief, axis=1, append=relief[:, -1:]) + 0.6 * np.diff(relief, axis=0, append=relief[-1:])
    slope /= max(float(slope.std()), 1e-6)
    light = 1 + np.clip(slope, -2.5, 2.0) * numbers.uniform(0.05, 0.1)
    return np.asarray(cv2.resize(cv2.GaussianBlur(light, (0, 0), 0.8), (width, height)), dtype=np.float32)
