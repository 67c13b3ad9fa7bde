"""Seals, signatures and arrival stamps: ink laid on a sheet by hand, none of it text of the paper."""

import math
import random

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as PilImage
from PIL import ImageDraw

from tests.generator import chance, fonts
from tests.generator.fonts import Family
from tests.generator.typesetting import Ink, Sheet, Style

RED: Ink = (204, 24, 40)
BLUE: Ink = (28, 52, 148)

_Strength = npt.NDArray[np.float32]
_OVERSAMPLING = 3
_TURN = 2 * math.pi


def _pressure(shape: tuple[int, int], rng: random.Random, *, weakest: float) -> _Strength:
    """Return how well the ink took: cloudy, weaker towards one side, with dry specks."""
    height, width = shape
    numbers = chance.arrays(rng)
    clouds = cv2.resize(numbers.random((5, 5), dtype=np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    grain = cv2.GaussianBlur(numbers.random((height, width), dtype=np.float32), (0, 0), 0.8)
    angle = rng.uniform(0, _TURN)
    ys, xs = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    slope = (xs * math.cos(angle) + ys * math.sin(angle)).astype(np.float32) / 2 + 0.5
    strength = weakest + (1 - weakest) * (0.55 * clouds + 0.45 * slope) - 0.9 * np.clip(0.40 - grain, 0, 1)
    return np.asarray(np.clip(strength, 0.12, 1), dtype=np.float32)


def _ring_text(
    canvas: npt.NDArray[np.uint8], text: str, radius: float, height: float, *, family: Family, upper: bool, span: float
) -> None:
    """Bend ``text`` onto the circle of ``radius`` pixels (its baseline), within ``span`` radians."""
    font = fonts.load(family, height * 1.35, bold=True)
    natural = font.getlength(text)
    arc = min(span * radius, natural * 1.35)
    strip_height = round(height * 1.9)
    strip = PilImage.new("L", (max(1, round(natural)), strip_height))
    ImageDraw.Draw(strip).text((0, height * 1.4), text, fill=255, font=font, anchor="ls")
    half, centre = arc / radius / 2, canvas.shape[0] / 2
    ys, xs = np.mgrid[0 : canvas.shape[0], 0 : canvas.shape[1]].astype(np.float32)
    distance = np.hypot(xs - centre, ys - centre)
    angle = np.arctan2(
        xs - centre, (centre - ys) if upper else (ys - centre)
    )  # 0 in the middle, clockwise / anticlockwise
    from_x = ((angle + half) / (2 * half) * (strip.width - 1)).astype(np.float32)
    outwards = distance - radius if upper else radius + height - distance
    from_y = (height * 1.4 - outwards).astype(np.float32)
    bent = cv2.remap(np.asarray(strip), from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    np.maximum(canvas, bent.astype(np.uint8), out=canvas)


def _star(centre: float, radius: float, turn: float = 0.0) -> npt.NDArray[np.int32]:
    angles = turn - math.pi / 2 + np.arange(10) * math.pi / 5
    radii = np.where(np.arange(10) % 2 == 0, radius, radius * 0.382)
    return np.stack([centre + radii * np.cos(angles), centre + radii * np.sin(angles)], axis=1).round().astype(np.int32)


def _seal_plate(side: int, above: str, below: str, *, family: Family) -> npt.NDArray[np.uint8]:
    """Return a round seal's rubber, ``side`` pixels wide, white where it prints: rings, ring text, star in a wreath."""
    plate = np.zeros((side, side), dtype=np.uint8)
    centre, outer = side / 2, side * 0.485
    middle = (round(centre), round(centre))

    def circle(radius: float, weight: float) -> None:
        cv2.circle(plate, middle, round(radius), 255, max(1, round(weight * side)), cv2.LINE_AA)

    circle(outer, 0.018)
    circle(outer * 0.935, 0.006)
    circle(outer * 0.66, 0.008)
    height = outer * 0.155
    _ring_text(plate, above, outer * 0.725, height, family=family, upper=True, span=math.radians(235))
    _ring_text(plate, below, outer * 0.725, height * 0.85, family=family, upper=False, span=math.radians(80))
    for angle in (math.radians(129), math.radians(231)):  # small stars part the two texts
        x, y = centre + outer * 0.8 * math.sin(angle), centre - outer * 0.8 * math.cos(angle)
        cv2.fillPoly(plate, [_star(0, outer * 0.06) + np.array([round(x), round(y)], dtype=np.int32)], 255, cv2.LINE_AA)
    cv2.fillPoly(plate, [_star(centre, outer * 0.27)], 255, cv2.LINE_AA)
    for k in range(9):  # ears of rice around the star, open at the top
        for sign in (-1, 1):
            angle = math.pi - sign * (0.25 + k * 0.24)
            x, y = centre + outer * 0.46 * math.sin(angle), centre - outer * 0.46 * math.cos(angle)
            axes = (max(1, round(outer * 0.075)), max(1, round(outer * 0.03)))
            tilt = math.degrees(angle) + sign * 28
            cv2.ellipse(plate, (round(x), round(y)), axes, tilt, 0, 360, 255, -1, cv2.LINE_AA)
    cv2.ellipse(
        plate, middle, (round(outer * 0.36), round(outer * 0.36)), 0, 35, 145, 255, round(0.012 * side), cv2.LINE_AA
    )
    return plate


def round_seal(
    sheet: Sheet,
    rng: random.Random,
    centre: tuple[float, float],
    ring: tuple[str, str],
    *,
    diameter: float = 36.0,
    ink: Ink = RED,
    weakest: float = 0.6,
) -> None:
    """Press a round seal, a little turned, unevenly inked.

    Args:
        sheet: Where.
        rng: Chance.
        centre: Millimetres.
        ring: Text around it, above and below.
        diameter: Millimetres.
        ink: Its colour.
        weakest: Share of the ink where the hand pressed least.
    """
    side = round(sheet.px(diameter))
    plate = _seal_plate(side * _OVERSAMPLING, *ring, family=Family.HEROS)
    turned = cv2.getRotationMatrix2D((plate.shape[1] / 2, plate.shape[0] / 2), rng.uniform(-9, 9), 1)
    plate = cv2.warpAffine(plate, turned, plate.shape[::-1]).astype(np.uint8)
    small = cv2.resize(plate, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    strength = cv2.GaussianBlur(small, (0, 0), 0.45 * sheet.dpi / 200) * _pressure((side, side), rng, weakest=weakest)
    left, top = centre[0] - diameter / 2, centre[1] - diameter / 2
    sheet.stain(ink, strength.astype(np.float32), left, top, "seal", texts=ring)


def spline(points: npt.NDArray[np.float64], steps: int = 24) -> npt.NDArray[np.float64]:
    """Return the Catmull-Rom curve through ``points``."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.vstack([*parts, points[-1:]])


def _scribble(rng: random.Random) -> list[npt.NDArray[np.float64]]:
    """Return the strokes of a signature in a unit box: a capital's sweep, waves or loops that die out, a flourish."""
    u = rng.uniform
    lean, loop, decay = u(-0.05, 0.35), rng.choice((0.0, u(0.02, 0.07))), u(0.72, 0.95)
    points = [
        *((u(0.16, 0.30), u(0.10, 0.35)), (u(0.00, 0.12), u(0.40, 0.65)), (u(0.10, 0.22), u(0.80, 1.00))),
        *((u(0.22, 0.34), u(0.30, 0.55)), (u(0.12, 0.28), u(0.00, 0.15)), (u(0.28, 0.36), u(0.55, 0.75))),
    ]
    x, height, pace = 0.36, u(0.25, 0.50), u(0.8, 1.6)
    for _ in range(rng.randint(2, 6)):
        x += u(0.03, 0.07) * pace
        points.append((x - loop, u(0.52, 0.60) - height * u(0.6, 1.1)))
        x += u(0.015, 0.045) * pace
        points.append((x + loop / 2, u(0.58, 0.68) + height * u(0.0, 0.35)))
        height *= decay
    points.append((x + u(0.08, 0.30), u(0.25, 0.60)))
    strokes = [np.array(points)]
    if rng.random() < 0.7:
        end = x + u(0.0, 0.2)
        strokes.append(
            np.array([(end, u(0.4, 0.6)), (end * 0.6, u(0.8, 1)), (u(0.1, 0.3), u(0.75, 0.9)), (end, u(0.65, 0.85))])
        )
    if rng.random() < 0.3:
        strokes.append(
            np.array([(u(0.2, 0.4), u(0.3, 0.5)), (u(0.5, 0.7), u(0.2, 0.4)), (x + u(0, 0.2), u(0.05, 0.3))])
        )
    curves = [spline(stroke) for stroke in strokes]
    for curve in curves:
        curve[:, 0] += lean * (0.6 - curve[:, 1])
    low, high = np.min([c.min(axis=0) for c in curves], axis=0), np.max([c.max(axis=0) for c in curves], axis=0)
    return [(curve - low) / (high - low) for curve in curves]


def signature(
    sheet: Sheet, rng: random.Random, x: float, y: float, *, width: float = 42.0, height: float = 20.0, ink: Ink = BLUE
) -> None:
    """Sign in the box whose top left corner is ``x``, ``y`` (millimetres): strokes, thicker where the hand is slow."""
    scale = sheet.px(1) * _OVERSAMPLING
    w, h, margin = round(width * scale), round(height * scale), round(2 * scale)
    canvas = np.zeros((h + 2 * margin, w + 2 * margin), dtype=np.uint8)
    pen = rng.uniform(0.35, 0.6) * scale
    for stroke in _scribble(rng):
        points = stroke * (w, h) + margin
        speed = np.linalg.norm(np.diff(points, axis=0), axis=1)
        slow = 1.25 - 0.6 * speed / max(float(speed.max()), 1e-9)
        for start, end, weight in zip(points[:-1], points[1:], slow, strict=True):
            ends = (round(start[0]), round(start[1])), (round(end[0]), round(end[1]))
            cv2.line(canvas, *ends, 255, max(1, round(pen * weight)), cv2.LINE_AA)
    size = (canvas.shape[1] // _OVERSAMPLING, canvas.shape[0] // _OVERSAMPLING)
    strength = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255 * rng.uniform(0.8, 0.95)
    margin_mm = margin / scale
    sheet.stain(ink, strength.astype(np.float32), x - margin_mm, y - margin_mm, "signature")


def arrival_stamp(
    sheet: Sheet, rng: random.Random, corner: tuple[float, float], *, office: str, number: int, date: str
) -> None:
    """Press an arrival stamp (dấu ĐẾN, decree 30 annex IV) at ``corner`` millimetres; number and date are by pen."""
    width, height = 44.0, 17.0
    stamp = Sheet(sheet.dpi, width=width, height=height)
    label = Style(Family.HEROS, 8.5, bold=True, ink=(0, 0, 0))
    by_hand = Style(Family.CHORUS, 11, ink=(0, 0, 0))
    for y0, y1, x0, x1 in (
        (0.6, 0.6, 0.6, 43.4),
        (16.4, 16.4, 0.6, 43.4),
        (0.6, 16.4, 0.6, 0.6),
        (0.6, 16.4, 43.4, 43.4),
    ):
        stamp.rule(x0, y0, x1, y1, weight=0.45, ink=(0, 0, 0))
    stamp.line(office, label.but(size=6.5), width / 2, 4.4, align="centre")
    stamp.rule(0.6, 5.8, 43.4, 5.8, weight=0.3, ink=(0, 0, 0))
    stamp.line("ĐẾN", label.but(size=13), 2.2, 12.6)
    for row, (name, value) in enumerate((("Số:", str(number)), ("Ngày:", date))):
        baseline = 10.0 + 4.6 * row
        stamp.line(name, label.but(bold=False), 15.5, baseline)
        stamp.leaders(24.5, 42.5, baseline, label.but(bold=False))
        stamp.line(value, by_hand, 25.5, baseline - 0.4)
    ink = 1 - np.asarray(stamp.picture.convert("L"), dtype=np.float32) / 255
    turn = cv2.getRotationMatrix2D((ink.shape[1] / 2, ink.shape[0] / 2), rng.uniform(-2.5, 2.5), 1)
    turned = cv2.warpAffine(ink, turn, (ink.shape[1], ink.shape[0])) * _pressure(
        (ink.shape[0], ink.shape[1]), rng, weakest=0.55
    )
    texts = (office, "ĐẾN", "Số:", str(number), "Ngày:", date)
    sheet.stain((176, 34, 52), turned.astype(np.float32), *corner, "stamp", texts=texts)


def signature_overlay(sheet: Sheet, style: Style, corner: tuple[float, float], *, agency: str, time: str) -> None:
    """Print what a digital signature shows of itself at ``corner`` millimetres: an emblem and four lines of small text.

    The lines are text of the paper; the emblem is not.
    """
    x, y = corner
    side = 9.0
    left, top, right, bottom = (sheet.px(v) for v in (x, y, x + side, y + side))
    band = (right - left) / 4
    for i, ink in enumerate(((196, 30, 44), (30, 84, 170), (34, 140, 70))):
        sheet.draw.polygon(
            [
                (left + i * 1.1 * band, top),
                (left + (i * 1.1 + 1.6) * band, top),
                (left + (i * 1.1 + 0.8) * band, bottom),
            ],
            fill=ink,
        )
    sheet.mark("emblem", (left, top, right, bottom))
    small = style.but(size=6.8, ink=(34, 34, 40))
    host = "".join(c for c in agency.lower() if c.isascii() and c.isalpha())[:12]
    lines = (f"Người ký: {agency}", f"Email: vanthu@{host}.example", f"Cơ quan: {agency}", f"Thời gian ký: {time}")
    sheet.next_block()
    for i, text in enumerate(lines):
        sheet.line(text, small, x + side + 1.5, y + 2.2 + 2.9 * i)
