"""Plane geometry of pages: maps between the coordinates of a decoded page and those of its master.

A point (x, y) is in pixels, x to the right, y down; the centre of the top left pixel is (0, 0).
"""

import math
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Top left, top right, bottom right, bottom left, as seen when the four sides stand upright."""
Row = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Projection:
    """A map that keeps straight lines straight: turning, moving, and seeing a page from aside.

    Attributes:
        rows: The 3×3 matrix ``M`` by rows, ``M[2][2]`` being 1: (x, y) goes to (X / Z, Y / Z) with
            ``(X, Y, Z) = M · (x, y, 1)``.
    """

    rows: tuple[Row, Row, Row]

    @classmethod
    def identity(cls) -> Self:
        """Return the map that moves nothing."""
        return cls.translation(0, 0)

    @classmethod
    def translation(cls, x: float, y: float) -> Self:
        """Return the map that moves everything by (x, y)."""
        return cls(((1, 0, x), (0, 1, y), (0, 0, 1)))

    @classmethod
    def quarter_turns(cls, degrees: int, width: int, height: int) -> Self:
        """Return the clockwise turn of a ``width`` × ``height`` image by 0, 90, 180 or 270 degrees onto itself.

        Raises:
            ValueError: ``degrees`` is none of the four.
        """
        match degrees:
            case 0:
                return cls.identity()
            case 90:
                return cls(((0, -1, height - 1), (1, 0, 0), (0, 0, 1)))
            case 180:
                return cls(((-1, 0, width - 1), (0, -1, height - 1), (0, 0, 1)))
            case 270:
                return cls(((0, 1, 0), (-1, 0, width - 1), (0, 0, 1)))
            case _:
                raise ValueError("not a multiple of a quarter turn")

    @classmethod
    def rotation(cls, degrees: float, width: int, height: int) -> Self:
        """Return the clockwise turn by ``degrees`` about the middle of a ``width`` × ``height`` image."""
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        x, y = (width - 1) / 2, (height - 1) / 2
        return cls(((cos, -sin, x - cos * x + sin * y), (sin, cos, y - sin * x - cos * y), (0, 0, 1)))

    @classmethod
    def scaling(cls, factor: float) -> Self:
        """Return the map from an image to the same image ``factor`` times as large; edges fall on edges."""
        shift = (factor - 1) / 2
        return cls(((factor, 0, shift), (0, factor, shift), (0, 0, 1)))

    @classmethod
    def of_quad(cls, quad: Quad, width: int, height: int) -> Self:
        """Return the map that sees ``quad`` upright: its corners go to those of a ``width`` × ``height`` image."""
        right, bottom = width - 0.5, height - 0.5
        corners = ((-0.5, -0.5), (right, -0.5), (right, bottom), (-0.5, bottom))
        matrix = cv2.getPerspectiveTransform(np.array(quad, np.float32), np.array(corners, np.float32))
        return cls._of(np.asarray(matrix, np.float64))

    @classmethod
    def _of(cls, matrix: NDArray[np.float64]) -> Self:
        a, b, c = ((float(r[0]), float(r[1]), float(r[2])) for r in matrix / matrix[2, 2])
        return cls((a, b, c))

    def then(self, following: "Projection") -> "Projection":
        """Return the map that applies this one first and ``following`` after it."""
        return Projection._of(following.matrix @ self.matrix)

    def inverse(self) -> "Projection":
        """Return the map that undoes this one.

        Raises:
            ZeroDivisionError: It maps the plane to a line.
        """
        try:
            return Projection._of(np.asarray(np.linalg.inv(self.matrix), np.float64))
        except np.linalg.LinAlgError:
            raise ZeroDivisionError("the map cannot be undone") from None

    def point(self, x: float, y: float) -> Point:
        """Return where (x, y) goes."""
        across, down, depth = (a * x + b * y + c for a, b, c in self.rows)
        return across / depth, down / depth

    def quad(self, box: Box) -> Quad:
        """Return where the corners of ``box`` go, at the outer edges of its pixels."""
        left, top, right, bottom = box.x - 0.5, box.y - 0.5, box.right - 0.5, box.bottom - 0.5
        return self.point(left, top), self.point(right, top), self.point(right, bottom), self.point(left, bottom)

    def box(self, box: Box) -> Box:
        """Return the smallest box around where ``box`` goes."""
        xs, ys = zip(*self.quad(box), strict=True)
        x, y = math.floor(min(xs) + 0.5 + _NOISE), math.floor(min(ys) + 0.5 + _NOISE)
        right, bottom = math.ceil(max(xs) + 0.5 - _NOISE), math.ceil(max(ys) + 0.5 - _NOISE)
        return Box(x, y, right - x, bottom - y)

    @property
    def is_affine(self) -> bool:
        """Whether parallel lines stay parallel."""
        return self.rows[2] == (0, 0, 1)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The 3×3 matrix, as OpenCV takes it."""
        return np.array(self.rows, np.float64)


_NOISE = 1e-6
"""Pixels by which arithmetic may miss a whole number."""
