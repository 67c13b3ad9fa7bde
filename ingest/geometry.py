"""Plane geometry of pages: affine maps between the coordinates of a decoded page and those of its master.

A point (x, y) is in pixels, x to the right, y down; the centre of the top left pixel is (0, 0).
"""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box


@dataclass(frozen=True, slots=True)
class Affine:
    """The map ``x' = a·x + b·y + c``, ``y' = d·x + e·y + f``: the 2×3 matrix ``[[a, b, c], [d, e, f]]``."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    @classmethod
    def identity(cls) -> Self:
        """Return the map that moves nothing."""
        return cls(1, 0, 0, 0, 1, 0)

    @classmethod
    def translation(cls, x: float, y: float) -> Self:
        """Return the map that moves everything by (x, y)."""
        return cls(1, 0, x, 0, 1, y)

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
                return cls(0, -1, height - 1, 1, 0, 0)
            case 180:
                return cls(-1, 0, width - 1, 0, -1, height - 1)
            case 270:
                return cls(0, 1, 0, -1, 0, width - 1)
            case _:
                raise ValueError("not a multiple of a quarter turn")

    @classmethod
    def rotation(cls, degrees: float, width: int, height: int) -> Self:
        """Return the clockwise turn by ``degrees`` about the middle of a ``width`` × ``height`` image."""
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        x, y = (width - 1) / 2, (height - 1) / 2
        return cls(cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y)

    def then(self, following: "Affine") -> "Affine":
        """Return the map that applies this one first and ``following`` after it."""
        product = np.vstack([following.matrix, [0, 0, 1]]) @ np.vstack([self.matrix, [0, 0, 1]])
        return Affine(*(float(v) for v in product[:2].ravel()))

    def inverse(self) -> "Affine":
        """Return the map that undoes this one.

        Raises:
            ZeroDivisionError: It maps the plane to a line.
        """
        det = self.a * self.e - self.b * self.d
        a, b, d, e = self.e / det, -self.b / det, -self.d / det, self.a / det
        return Affine(a, b, -(a * self.c + b * self.f), d, e, -(d * self.c + e * self.f))

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Return where (x, y) goes."""
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def box(self, box: Box) -> Box:
        """Return the smallest box around where ``box`` goes."""
        left, top, right, bottom = box.x - 0.5, box.y - 0.5, box.right - 0.5, box.bottom - 0.5
        corners = [self.point(x, y) for x in (left, right) for y in (top, bottom)]
        x0, y0 = (min(c[i] for c in corners) + 0.5 for i in (0, 1))
        x1, y1 = (max(c[i] for c in corners) + 0.5 for i in (0, 1))
        x, y = math.floor(x0 + _NOISE), math.floor(y0 + _NOISE)
        return Box(x, y, math.ceil(x1 - _NOISE) - x, math.ceil(y1 - _NOISE) - y)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The 2×3 matrix, as OpenCV takes it."""
        return np.array([[self.a, self.b, self.c], [self.d, self.e, self.f]])


_NOISE = 1e-6
"""Pixels by which arithmetic may miss a whole number."""
