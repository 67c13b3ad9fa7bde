"""Scanner faults: each a function from image to image; those that move pixels also give the matrix by which they do.

``scan`` applies them in the order in which they happen: on the paper, on the glass, in the sensor, in the file.
"""

import math
import random
from dataclasses import dataclass, replace
from typing import Literal, Self

import cv2
import numpy as np

from tests.generator import chance
from tests.generator.damage import DARK, Copier, Corners, on_a_large_glass, photocopy, photographed, punch_holes
from tests.generator.truth import Image, Matrix, Page, moved

Mode = Literal["colour", "grey", "bilevel"]

# --- on the paper -----------------------------------------------------------------------------------------------------


def low_ink(image: Image, strength: float, numbers: np.random.Generator) -> Image:
    """Fade the print: ``strength`` 0 leaves it, 1 leaves half its darkness; vertical bands differ (a worn drum)."""
    width = image.shape[1]
    bands = cv2.resize(numbers.random((1, 12), dtype=np.float32), (width, 1), interpolation=cv2.INTER_CUBIC)
    keep = 1 - strength * (0.35 + 0.15 * np.clip(bands, 0, 1))
    if image.ndim == 3:
        keep = keep[..., None]
    return np.asarray(255 - (255 - image.astype(np.float32)) * keep, dtype=np.uint8)


def bleed_through(image: Image, back: Image, strength: float) -> Image:
    """Let the mirrored ``back`` page shine through: ``strength`` is the share of its ink that arrives (0 to 0.3)."""
    mirrored = cv2.flip(back, 1)
    if mirrored.shape[:2] != image.shape[:2]:
        mirrored = cv2.resize(mirrored, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_AREA)
    shade = cv2.GaussianBlur(mirrored, (0, 0), image.shape[1] / 900)
    shade = cv2.addWeighted(shade, strength, np.zeros_like(shade), 0, 255 * (1 - strength))
    return np.asarray(cv2.multiply(image, shade, scale=1 / 255), dtype=np.uint8)


def paper_tint(image: Image, tint: tuple[float, float, float], numbers: np.random.Generator) -> Image:
    """Give white paper the colour ``tint`` (shares of red, green, blue) and faint clouds."""
    height, width = image.shape[:2]
    cells = numbers.normal(1, 0.004, (24, 17)).astype(np.float32)
    clouds = cv2.resize(cells, (width // 4, height // 4), interpolation=cv2.INTER_CUBIC)
    clouds = np.clip(cv2.resize(clouds, (width, height)), 0, 1.02)
    return _shade(image, np.asarray(clouds, dtype=np.float32), tint)


def _shade(image: Image, field: np.typing.NDArray[np.float32], tint: tuple[float, float, float] = (1, 1, 1)) -> Image:
    """Multiply ``image`` by ``field`` (0 to 1.02, one value per pixel) and by ``tint`` (one per channel)."""
    if image.ndim == 2:
        return np.asarray(cv2.multiply(image, field, dtype=cv2.CV_8U), dtype=np.uint8)
    channels = [
        cv2.multiply(channel, field, scale=tint[i], dtype=cv2.CV_8U) for i, channel in enumerate(cv2.split(image))
    ]
    return np.asarray(cv2.merge(channels), dtype=np.uint8)


def fold_shadow(image: Image, at: float, strength: float, *, vertical: bool = False) -> Image:
    """Shade a fold at ``at`` (share of the height, or of the width): dark on both sides, bright on the crease."""
    height, width = image.shape[:2]
    length = width if vertical else height
    offset = (np.arange(length, dtype=np.float32) - at * length) / (length * 0.012)
    profile = (
        1 - strength * np.exp(-np.abs(offset)) * np.where(offset < 0, 0.45, 1.0) + 0.02 * np.exp(-(offset**2) * 40)
    )
    field = np.tile(profile[None, :], (height, 1)) if vertical else np.tile(profile[:, None], (1, width))
    return _shade(image, field.astype(np.float32))


# --- on the glass -----------------------------------------------------------------------------------------------------


WHITE_LID = (244, 244, 246)


def skew(image: Image, degrees: float, *, lid: tuple[int, int, int] = WHITE_LID) -> tuple[Image, Matrix]:
    """Turn the content by ``degrees`` clockwise about the middle; the corners show the scanner's ``lid``."""
    height, width = image.shape[:2]
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1), [0, 0, 1]]).astype(float)
    turned = cv2.warpAffine(image, matrix[:2], (width, height), flags=cv2.INTER_LINEAR, borderValue=lid)
    return np.asarray(turned, dtype=np.uint8), matrix


def quarter_turns(image: Image, degrees: int) -> tuple[Image, Matrix]:
    """Turn the whole page clockwise by 0, 90, 180 or 270 degrees."""
    height, width = image.shape[:2]
    matrices = {
        0: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        90: [[0, -1, height], [1, 0, 0], [0, 0, 1]],
        180: [[-1, 0, width], [0, -1, height], [0, 0, 1]],
        270: [[0, 1, 0], [-1, 0, width], [0, 0, 1]],
    }
    return np.ascontiguousarray(np.rot90(image, -degrees // 90)), np.array(matrices[degrees], dtype=float)


def uneven_light(image: Image, strength: float, angle: float, *, corner: float = 0.0) -> Image:
    """Darken towards one side (``angle`` in radians) by ``strength``, and towards the corners by ``corner``."""
    height, width = image.shape[:2]
    ys, xs = np.mgrid[-1:1:65j, -1:1:49j].astype(np.float32)
    slope = (xs * math.cos(angle) + ys * math.sin(angle)) / 2 + 0.5
    field = 1 - strength * np.clip(slope, 0, 1) ** 2 - corner * ((xs**2 + ys**2) / 2) ** 1.5
    return _shade(
        image, np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    )


# --- in the sensor ----------------------------------------------------------------------------------------------------


def blur(image: Image, sigma: float) -> Image:
    """Soften by a Gaussian of ``sigma`` pixels; 0 leaves the image."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.uint8) if sigma > 0 else image


def noise(image: Image, sigma: float, numbers: np.random.Generator, *, specks: float = 0.0) -> Image:
    """Add sensor noise of ``sigma`` grey levels, and dust: dark specks, ``specks`` per square centimetre at 200 dpi."""
    height, width = image.shape[:2]
    grain = cv2.GaussianBlur(numbers.standard_normal((height, width), dtype=np.float32), (0, 0), 0.55) * (1.6 * sigma)
    stacked = grain if image.ndim == 2 else cv2.merge([grain] * 3)
    noisy = np.asarray(cv2.add(image, stacked, dtype=cv2.CV_8U), dtype=np.uint8)
    for _ in range(numbers.poisson(specks * height * width / 78.7**2)):
        x, y, radius = int(numbers.integers(width)), int(numbers.integers(height)), int(numbers.integers(1, 3))
        level = int(numbers.integers(20, 120))
        cv2.circle(noisy, (x, y), radius, (level,) * 3, -1, cv2.LINE_AA)
    return noisy


def to_grey(image: Image) -> Image:
    """Return the luminance."""
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8) if image.ndim == 3 else image


def to_bilevel(image: Image, threshold: int = 160) -> Image:
    """Return black and white at a fixed threshold, as 0 and 255: what fax-like office scanners write."""
    return np.where(to_grey(image) < threshold, 0, 255).astype(np.uint8)


# --- in the file ------------------------------------------------------------------------------------------------------


def jpeg(image: Image, quality: int) -> Image:
    """Return the image after JPEG at ``quality`` (1 to 95)."""
    rgb = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])
    back = np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), dtype=np.uint8)
    return back if image.ndim == 2 else np.asarray(cv2.cvtColor(back, cv2.COLOR_BGR2RGB), dtype=np.uint8)


# --- a scanner --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scanner:
    """Which faults a scan has; the defaults have none.

    Attributes:
        skew_deg: Clockwise, -5 to 5. rotation: Quarter turns clockwise, degrees. tint: Of the paper.
        light, light_angle, corner: See ``uneven_light``. fold: Where a horizontal fold lies, share of the height;
            ``fold_vertical``: of the width.
        bleed: See ``bleed_through``; works where there is a page on the back. faded: See ``low_ink``.
        noise, specks: See ``noise``. blur: Sigma, pixels. jpeg: Quality of a recompression; ``None`` for none.
        mode: Colour, grey or black and white. copier: What copied the page before. holes: Whether it is punched.
        border: Dark ground that shows left, above, right and below the page, millimetres. corners, desk: Where the
            page's corners lie in a photograph, and on what; ``None`` for a scan.
    """

    skew_deg: float = 0.0
    rotation: int = 0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    light: float = 0.0
    light_angle: float = 0.0
    corner: float = 0.0
    fold: float | None = None
    fold_strength: float = 0.25
    bleed: float = 0.0
    faded: float = 0.0
    noise: float = 0.0
    specks: float = 0.0
    blur: float = 0.0
    jpeg: int | None = None
    mode: Mode = "colour"
    fold_vertical: bool = False
    copier: Copier | None = None
    holes: bool = False
    border: tuple[float, float, float, float] | None = None
    corners: Corners | None = None
    desk: tuple[int, int, int] = (92, 70, 52)

    @classmethod
    def draw(cls, rng: random.Random, *, severity: float = 1.0) -> Self:
        """Return a random office scanner: ``severity`` 0 is clean, 1 ordinary, 3 bad."""
        u = rng.uniform
        return cls(
            skew_deg=max(-5.0, min(5.0, rng.gauss(0, 0.6) * severity)),
            tint=(1 - u(0, 0.02) * severity, 1 - u(0, 0.03) * severity, 1 - u(0, 0.07) * severity),
            light=u(0, 0.12) * severity,
            light_angle=u(0, 2 * math.pi),
            corner=u(0, 0.06) * severity,
            fold=u(0.3, 0.7) if rng.random() < 0.2 * severity else None,
            bleed=u(0.03, 0.1) * severity if rng.random() < 0.3 * severity else 0.0,
            faded=u(0.1, 0.5) * severity if rng.random() < 0.15 * severity else 0.0,
            noise=u(1, 5) * severity,
            specks=u(0, 0.02) * severity,
            blur=u(0, 0.8) * severity,
            jpeg=rng.randint(max(30, 80 - round(15 * severity)), 88) if severity else None,
            mode=rng.choices(("colour", "grey", "bilevel"), (0.75, 0.15, 0.1))[0] if severity else "colour",
        )


def _on_paper(
    page: Page, scanner: Scanner, rng: random.Random, numbers: np.random.Generator, back: Image | None
) -> Image:
    image = page.image
    if scanner.faded:
        image = low_ink(image, scanner.faded, numbers)
    if scanner.bleed and back is not None:
        image = bleed_through(image, back, scanner.bleed)
    if scanner.copier is not None:
        image = photocopy(image, scanner.copier, page.dpi, numbers)
    if scanner.tint != (1.0, 1.0, 1.0):
        image = paper_tint(image, scanner.tint, numbers)
    if scanner.fold is not None:
        image = fold_shadow(image, scanner.fold, scanner.fold_strength, vertical=scanner.fold_vertical)
    return punch_holes(image, page.dpi, rng) if scanner.holes else image


def _on_glass(image: Image, scanner: Scanner, dpi: int, numbers: np.random.Generator) -> tuple[Image, Matrix]:
    matrix, laid = np.eye(3), np.eye(3)
    if scanner.border is not None:
        image, laid = on_a_large_glass(image, scanner.border, dpi)
    if scanner.skew_deg:
        image, matrix = skew(image, scanner.skew_deg, lid=WHITE_LID if scanner.border is None else DARK)
    if scanner.corners is not None:
        image, seen = photographed(image, scanner.corners, scanner.desk, numbers)
        matrix = seen @ matrix
    image, turned = quarter_turns(image, scanner.rotation)
    if scanner.light or scanner.corner:
        image = uneven_light(image, scanner.light, scanner.light_angle, corner=scanner.corner)
    return image, turned @ matrix @ laid


def _in_sensor(image: Image, scanner: Scanner, numbers: np.random.Generator) -> Image:
    image = blur(image, scanner.blur)
    if scanner.noise or scanner.specks:
        image = noise(image, scanner.noise, numbers, specks=scanner.specks)
    if scanner.mode == "colour":
        return image
    return to_grey(image) if scanner.mode == "grey" else to_bilevel(image)


def _turn(matrix: Matrix, page: Page) -> float:
    """Return by how many degrees clockwise ``matrix`` turns the middle of ``page``, quarter turns included."""
    height, width = page.image.shape[:2]
    (x0, y0), (x1, y1) = moved(matrix, [(width / 2 - 50, height / 2), (width / 2 + 50, height / 2)])
    return math.degrees(math.atan2(y1 - y0, x1 - x0))


def scan(page: Page, scanner: Scanner, rng: random.Random, *, back: Image | None = None) -> Page:
    """Return ``page`` as ``scanner`` sees it, its truth moved along; ``back`` is what is printed on the other side."""
    numbers = chance.arrays(rng)
    paper = _on_paper(page, scanner, rng, numbers, back)
    image, matrix = _on_glass(paper, scanner, page.dpi, numbers)
    image = _in_sensor(image, scanner, numbers)
    if scanner.jpeg is not None and scanner.mode != "bilevel":
        image = jpeg(image, scanner.jpeg)
    turn = scanner.skew_deg
    if scanner.corners is not None:
        turn = (_turn(matrix, page) - scanner.rotation + 180) % 360 - 180
    return replace(
        page,
        image=image,
        matrix=matrix @ page.matrix,
        skew_deg=page.skew_deg + turn,
        rotation=(page.rotation + scanner.rotation) % 360,
    )
