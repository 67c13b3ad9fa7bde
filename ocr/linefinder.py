"""Finding the lines of text on a page.

Everything is found on connected pieces of ink, at about 200 dpi, where they are letters, marks and dots. Letters of
one line overlap in the middle of their heights, whatever their marks above and below, so letters are joined there into
runs; marks then go to the letter they stand nearest to, dots and commas to the run they stand beside. What is as large
as a seal, a portrait or a signature, and what is straight and long, is not text.

Runs are the lines' parts: a label and its value, a number and its sentence, two columns. How they follow each other is
for ``layout`` to say.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ocr.components import components
from ocr.digit_boxes import evenly_apart
from ocr.marks import best_letters
from ocr.pieces import Numbers, Pieces, Places, in_parts
from ocr.rulings import Mask, Rulings, Strokes
from ocr.shapes import Flags, bars, blots, border, check_boxes

Grey = NDArray[np.uint8]

# Lines are found on a copy of at most this resolution, dpi.
_FINDING_DPI = 200
# Below this level a pixel is ink.
_DARK = 176
# In usual letter heights: bodies of letters against their marks, touching lines or headings against letters.
_BODY, _TALL = 0.6, 2.4
# In usual letter heights: the gap between letters that still run on, how far they may stand off one foot line.
_RUN_ON, _SAME_FOOT = 1.5, 0.3
# In usual letter heights: letters of small print, the lowest and the tallest, and a share of the gaps of usual letters
# that theirs are. So many letters lower than bodies are a row of it, and this share of the row.
_SMALL_PRINT, _CLOSE, _ROW, _ROW_SHARE = (0.4, 0.85), 0.2, 3, 0.2
# Of so few letters alone none is so tall; of so few, none are written within a drawing.
_FEW, _DRAWN, _SHREDS = 2, 1.7, 5
# Beside a tall letter stand letters of at least this share of its height.
_LIKE = 0.4
# Rows per column: 1.1 degrees.
_STEEPEST = 0.02
# Inches: height and width of the frames of stamps, from and to, and to.
_STAMP = 0.4, 1.6, 3.2
# In usual letter heights: how near to a line its strays stand, how far above the foot of a line no letter does. Marks
# of large letters are as tall as usual letters: at most so tall in heights of these, and so far away in theirs.
_STRAY, _RAISED, _OF_LARGE = 0.35, 0.25, 0.65


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Letters that follow each other on one line.

    Attributes:
        region: Of the page's rulings. members: Numbers of its pieces of ink.
        box: Around all of them.
        left, right: Of its letters without what stands beside them.
        top, bottom: Usual ones of its letters; ``bottom`` is where they stand.
    """

    region: int
    members: Places
    box: Box
    left: float
    right: float
    top: float
    bottom: float

    @property
    def height(self) -> float:
        """Height of its letters, pixels."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Row of the middle of its letters."""
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was found on a page, in pixels of the copy it was found on.

    Attributes:
        scale: Pixels of the copy per pixel of the page. dpi: Resolution of the copy.
        labels: Piece of ink of every pixel, 0 for paper; rulings are paper.
        owner: Run of every piece of ink, from 0; -1 for none.
        runs: In no order.
        strokes: 1 where long straight strokes are, height x width.
        drawn: Which pieces of ink are drawn, not written.
        rulings: Rulings, tables and frames.
        slope: Rows a line falls per column.
        letter: Usual height of a letter.
    """

    scale: float
    dpi: float
    labels: NDArray[np.int32]
    stats: NDArray[np.int32]
    owner: Places
    runs: tuple[Run, ...]
    strokes: Mask
    drawn: Flags
    rulings: Rulings
    slope: float
    letter: float

    @property
    def stamps(self) -> tuple[Box, ...]:
        """Frames of a stamp's size, in pixels of the page."""
        return tuple(
            Box(*(round(v / self.scale) for v in (box.x, box.y, box.width, box.height)))
            for box in (network.box for network in self.rulings.networks)
            if _STAMP[0] * self.dpi <= box.height <= _STAMP[1] * self.dpi and box.width <= _STAMP[2] * self.dpi
        )

    @property
    def tall(self) -> float:
        """Height above which a piece of ink may be letters of two lines that touch."""
        return _TALL * self.letter


def find_lines(image: Grey, dpi: int) -> Found:
    """Find the lines of a page.

    Args:
        image: Reading image, height x width.
        dpi: Its resolution.
    """
    scale = min(1.0, _FINDING_DPI / dpi)
    small = image if scale == 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    dark = (np.asarray(small) < _DARK).view(np.uint8)
    dark &= blots(dark, dpi * scale) ^ 1
    strokes = Strokes.of(dark, dpi * scale)
    ink = np.asarray(dark & (strokes.mask ^ 1), np.uint8)
    labels, stats = components(ink)
    rulings = Rulings.of(strokes, stats, dpi * scale)
    drawn = rulings.pieces | check_boxes(labels, stats, dpi * scale) | bars(stats, strokes.across, dpi * scale)
    drawn |= border(stats, dpi * scale)
    pieces = Pieces(stats, dpi * scale, rulings, drawn)
    lines = _Lines(pieces)
    runs = lines.runs()
    slope = lines.slope() if runs else 0.0
    return Found(
        scale, dpi * scale, labels, stats, lines.owner, runs, strokes.mask, drawn, rulings, slope, pieces.letter
    )


class _Lines:
    """Letters, joined into runs step by step.

    Args:
        pieces: Of the page.

    Attributes:
        bodies: Letters without their marks.
        owner: Run of every piece, -1 for none.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._pieces = pieces
        self._letter = pieces.letter
        self.owner = np.full(len(pieces.text), -1, dtype=np.intp)
        self.bodies = self._bodies() if self._letter else np.zeros(0, dtype=np.intp)
        if not self.bodies.size:
            return
        self.owner[self.bodies] = self._joined(self.bodies, self._letter)
        self._drop_strays()
        self._give_marks()
        self._rejoin()
        self._join_boxes()
        self._drop_drawings()
        self.owner = _renumbered(self.owner)

    def _bodies(self) -> Places:
        pieces = self._pieces
        body = pieces.text & (pieces.height >= _BODY * self._letter)
        body &= (pieces.height <= _TALL * self._letter) | self._among_others(body)
        return np.flatnonzero(body | self._small_print())

    def _among_others(self, body: Flags) -> Flags:
        """Return which tall pieces stand on one foot line with letters beside them.

        Letters of a heading do, and letters that touch their marks.
        """
        pieces = self._pieces
        others = np.flatnonzero(body)
        found = np.zeros(len(body), dtype=bool)
        for tall in in_parts(np.flatnonzero(body & (pieces.height > _TALL * self._letter))):
            across, _ = pieces.apart(tall, others)
            foot = np.abs(np.subtract.outer(pieces.bottom[tall], pieces.bottom[others]))
            near = (foot <= _SAME_FOOT * self._letter) & (across < _RUN_ON * self._letter)
            near &= np.not_equal.outer(tall, others)
            near &= pieces.height[others] >= _LIKE * pieces.height[tall, np.newaxis]
            found[tall] = near.any(axis=1)
        return found

    def _small_print(self) -> Flags:
        """Return which pieces as small as marks are letters: they stand close in rows, as no marks do."""
        pieces = self._pieces
        low, high = _SMALL_PRINT[0] * self._letter, _SMALL_PRINT[1] * self._letter
        small = pieces.text & (pieces.height >= max(low, pieces.least)) & (pieces.height < _BODY * self._letter)
        found = np.zeros(len(small), dtype=bool)
        pool = np.flatnonzero(small | (pieces.text & (pieces.height >= low) & (pieces.height <= high)))
        if np.count_nonzero(small) < _ROW:
            return found
        rows = self._joined(pool, _CLOSE * self._letter)
        own, every = np.bincount(rows, small[pool]), np.bincount(rows)
        found[pool] = ((own >= _ROW) & (own >= _ROW_SHARE * every))[rows]
        return found & small

    def _joined(self, bodies: Places, letter: float) -> Places:
        """Join bodies whose middles overlap, a letter's gap apart at most, within one region.

        Each body's middle is drawn as a bar, long enough to touch the next one's.
        """
        pieces = self._pieces
        half = max(2, round(letter / 6))
        reach = _RUN_ON * letter / 2
        height = np.minimum(pieces.height, _TALL * self._letter)
        rows = np.stack([pieces.bottom - 0.75 * height, pieces.bottom - 0.25 * height], axis=1)[bodies]
        columns = np.stack([pieces.left - reach, pieces.right + reach], axis=1)[bodies]
        last_row, last_column = int(pieces.height[0]) // half, int(pieces.width[0]) // half
        r = np.clip(np.round(rows / half).astype(int), 0, last_row)
        c = np.clip(np.round(columns / half).astype(int), 0, last_column)
        r[:, 1] = np.maximum(r[:, 1], r[:, 0] + 1)
        run = np.empty(len(bodies), dtype=np.intp)
        first = 0
        region = pieces.region[bodies]
        for value in np.unique(region):
            here = np.flatnonzero(region == value)
            (r0, r1), (c0, c1) = r[here].T, c[here].T
            y, x = r0.min(), c0.min()
            bars = np.zeros((r1.max() - y + 2, c1.max() - x + 2), np.int32)
            np.add.at(bars, (r0 - y, c0 - x), 1)
            np.add.at(bars, (r1 - y, c0 - x), -1)
            np.add.at(bars, (r0 - y, c1 - x), -1)
            np.add.at(bars, (r1 - y, c1 - x), 1)
            drawn = (bars.cumsum(axis=0).cumsum(axis=1) > 0).view(np.uint8)
            count, labels = cv2.connectedComponents(drawn, connectivity=4)
            run[here] = np.asarray(labels)[r0 - y, (c0 + c1) // 2 - x] + first
            first += count
        return run

    def _drop_strays(self) -> None:
        """Take from the bodies what is as tall as a letter but no run of letters.

        Marks that touch each other, lower halves of broken letters, large commas: one or two pieces close to a line,
        but not level with it; and marks joined to what is typed higher up beside, though they stand over a letter.
        """
        pieces, bodies, owner, letter = self._pieces, self.bodies, self.owner, self._letter
        head, foot = self._heads_and_feet()
        count = np.bincount(owner[bodies])[owner[bodies]]
        few = count <= _FEW
        raised = (foot - pieces.bottom[bodies] > _RAISED * letter) & ~pieces.in_drawings[bodies]
        lone = (few | raised) & (pieces.height[bodies] <= _TALL * letter)
        aside = np.where(few, _STRAY * letter, -pieces.width[bodies] / 2)
        others = bodies[~few]
        large = np.where(count > _SHREDS, _OF_LARGE * (foot - head), 0)[~few]
        reach = np.where(large > letter, _OF_LARGE * large, _STRAY * letter)
        stray = np.zeros(len(bodies), dtype=bool)
        for some in in_parts(np.flatnonzero(lone)):
            across, down = pieces.apart(bodies[some], others)
            near = (down <= reach) & (across <= aside[some, np.newaxis])
            near &= np.not_equal.outer(owner[bodies[some]], owner[others])
            near &= pieces.height[bodies[some], np.newaxis] <= np.maximum(letter, large)
            stray[some] = near.any(axis=1)
        owner[bodies[stray]] = -1
        self.bodies = bodies[~stray]

    def _give_marks(self) -> None:
        """Give what is smaller than a letter to the run of the letter that it belongs to."""
        pieces = self._pieces
        marks = np.flatnonzero(pieces.text & (self.owner < 0) & (pieces.height <= _TALL * self._letter))
        best = best_letters(pieces, marks, self.bodies, *self._heads_and_feet())
        self.owner[marks[best >= 0]] = self.owner[self.bodies[best[best >= 0]]]

    def _rejoin(self) -> None:
        """Join runs between which dashes, quotes or brackets stand, or a seal whose ink took in the letters."""
        pieces, bodies, letter = self._pieces, self.bodies, self._letter
        _, feet = self._heads_and_feet()
        runs = _renumbered(self.owner)
        number = runs.max() + 1
        left, right, foot = np.full(number, np.inf), np.full(number, -np.inf), np.zeros(number)
        owned = np.flatnonzero(runs >= 0)
        np.minimum.at(left, runs[owned], pieces.left[owned])
        np.maximum.at(right, runs[owned], pieces.right[owned])
        foot[runs[bodies]] = feet
        region = np.zeros(number, np.int32)
        region[runs[bodies]] = pieces.region[bodies]
        many = np.bincount(runs[bodies], minlength=number) > _SHREDS
        joined = np.arange(number)
        for some in in_parts(np.arange(number)):
            gap = left - right[some, np.newaxis]
            sealed = self._under_drawings(right[some], foot[some], left, foot) & (gap > 0)
            next_to = (gap <= _RUN_ON * letter) | (sealed & np.logical_and.outer(many[some], many))
            next_to &= left > left[some, np.newaxis]
            next_to &= np.abs(np.subtract.outer(foot[some], foot)) <= _SAME_FOOT * letter
            next_to &= np.equal.outer(region[some], region)
            for one, other in zip(*np.nonzero(next_to), strict=True):
                joined[joined == joined[other]] = joined[some[one]]
        self.owner[owned] = joined[runs[owned]]

    def _under_drawings(self, right: Numbers, foot: Numbers, left: Numbers, other_foot: Numbers) -> Flags:
        """Return between which runs, where ones end and others begin, a drawing fills the gap, as ones x others."""
        letter = self._letter
        found = np.zeros((len(right), len(left)), dtype=bool)
        for x, y, end, lowest in self._pieces.drawings:
            ends = (foot >= y) & (foot - letter <= lowest) & (right >= x - letter) & (right < end)
            begins = (other_foot >= y) & (other_foot - letter <= lowest) & (left > x) & (left <= end + letter)
            found |= np.logical_and.outer(ends, begins)
        return found

    def _join_boxes(self) -> None:
        """Join letters in boxes: some of a few make a run of their own already, others are runs of one or two."""
        bodies, owner = self.bodies, self.owner
        apart = self._closest() > self._letter
        few = np.bincount(owner[bodies]) <= _FEW
        for row in evenly_apart(self._pieces, bodies[(few | apart)[owner[bodies]]]):
            owner[np.isin(owner, owner[row])] = owner[row[0]]

    def _closest(self) -> Numbers:
        """Return for each run how far its letters stand apart at least, from middle to middle; no end for one alone."""
        bodies, owner, centre = self.bodies, self.owner, self._pieces.centre
        ordered = bodies[np.lexsort((centre[bodies], owner[bodies]))]
        least = np.full(owner[bodies].max() + 1, np.inf)
        same = owner[ordered][1:] == owner[ordered][:-1]
        np.minimum.at(least, owner[ordered][1:][same], np.diff(centre[ordered])[same])
        return least

    def _drop_drawings(self) -> None:
        """Take away runs that are no text: strokes of signatures, letters within the ring of a seal."""
        pieces, bodies, owner = self._pieces, self.bodies, self.owner
        number = owner.max() + 1
        count = np.bincount(owner[bodies], minlength=number)
        tall = np.bincount(owner[bodies], pieces.height[bodies] > _DRAWN * self._letter, minlength=number)
        inside = np.bincount(owner[bodies], pieces.in_drawings[bodies], minlength=number)
        drawn = ((count <= _FEW) & (tall > 0)) | ((count > 0) & (count <= _SHREDS) & (inside == count))
        owner[(owner >= 0) & drawn[owner]] = -1
        self.bodies = bodies[owner[bodies] >= 0]

    def _heads_and_feet(self) -> tuple[Numbers, Numbers]:
        """Return for each body the usual top and bottom of the letters of its run."""
        runs = self.owner[self.bodies]
        return _medians(self._pieces.top[self.bodies], runs), _medians(self._pieces.bottom[self.bodies], runs)

    def slope(self) -> float:
        """Return how many rows lines fall per column: at that slope the feet of letters stand in the fewest rows."""
        x, y = self._pieces.centre[self.bodies], self._pieces.bottom[self.bodies]
        slopes = np.linspace(-_STEEPEST, _STEEPEST, 81)
        sharpness = []
        for slope in slopes:
            feet = y - slope * x
            rows = np.bincount((feet - feet.min()).astype(np.intp))
            sharpness.append(float(np.square(rows[1:] + rows[:-1]).sum()))
        return float(slopes[np.argmax(np.convolve(sharpness, (1, 2, 1), mode="same"))])

    def runs(self) -> tuple[Run, ...]:
        """Return the runs by their numbers."""
        pieces, owner = self._pieces, self.owner
        members = np.flatnonzero(owner >= 0)
        members = members[np.argsort(owner[members], kind="stable")]
        starts = np.searchsorted(owner[members], np.arange(owner.max() + 2))
        is_body = np.zeros(len(owner), dtype=bool)
        is_body[self.bodies] = True
        runs: list[Run] = []
        for first, end in pairwise(starts):
            own = members[first:end]
            letters = own[is_body[own]]
            left, top = int(pieces.left[own].min()), int(pieces.top[own].min())
            box = Box(left, top, int(pieces.right[own].max()) - left, int(pieces.bottom[own].max()) - top)
            runs.append(
                Run(
                    int(pieces.region[letters[0]]),
                    own,
                    box,
                    float(pieces.left[letters].min()),
                    float(pieces.right[letters].max()),
                    float(np.median(pieces.top[letters])),
                    float(np.median(pieces.bottom[letters])),
                )
            )
        return tuple(runs)


def _medians(values: Numbers, groups: Places) -> Numbers:
    """Return for each value the median of its group."""
    ordered = values[np.lexsort((values, groups))]
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    starts = np.cumsum(sizes) - sizes
    return np.asarray(((ordered[starts + (sizes - 1) // 2] + ordered[starts + sizes // 2]) / 2)[group])


def _renumbered(owner: Places) -> Places:
    """Return the same owners, numbered from 0 without gaps."""
    used = np.unique(owner[owner >= 0])
    return np.where(owner >= 0, np.searchsorted(used, owner), -1)
