"""Finding the lines of text on a page.

Everything is found on connected pieces of ink, at about 200 dpi, where they are letters, marks and dots. Letters of
one line overlap in the middle of their heights, whatever their marks above and below, so letters are joined there into
runs; marks then go to the letter they stand nearest to, dots and commas to the run they stand beside. What is as large
as a seal, a portrait or a signature, and what is straight and long, is not text.

Runs are the lines' parts: a label and its value, a number and its sentence, two columns. How they follow each other is
for ``layout`` to say.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ocr.components import components
from ocr.rulings import Mask, Rulings, Strokes
from ocr.shapes import bars, blots, border, check_boxes, drawings, within

Grey = NDArray[np.uint8]
Numbers = NDArray[np.float64]

# Lines are found on a copy of at most this resolution, dpi.
_FINDING_DPI = 200
# Below this level a pixel is ink.
_DARK = 176
# Inches: the tallest letter, the widest run of touching ones, the least speck, the heights of usual letters.
_TALLEST, _WIDEST, _SPECK, _LETTER = 0.5, 2.5, 0.006, (0.03, 0.2)
# Inches: how thin slivers at the rim of the page are, and how near to it.
_SLIVER = 0.02
# In usual letter heights: bodies of letters against their marks, touching lines or headings against letters.
_BODY, _TALL = 0.6, 2.4
# In usual letter heights: the gap between letters that still run on, how far they may stand off one foot line.
_RUN_ON, _SAME_FOOT = 1.5, 0.3
# Signs in a row of boxes, one in each: so many at least, so far from box to box at most and so evenly, in usual letter
# heights.
_IN_BOXES, _PITCH, _EVEN = 6, 4.0, 0.6
# In usual letter heights: letters of small print, the lowest and the tallest, and a share of the gaps of usual letters
# that theirs are. So many letters lower than bodies are a
# row of it, and this share of the row.
_SMALL_PRINT, _CLOSE, _ROW, _ROW_SHARE = (0.4, 0.85), 0.2, 3, 0.2
# Of so few letters alone none is so tall; of so few, none are written within a drawing.
_FEW, _DRAWN, _SHREDS = 2, 1.7, 5
# Beside a tall letter stand letters of at least this share of its height.
_LIKE = 0.4
# In usual letter heights: how far below the foot of a line a mark may stand, how far to the side, how deep within the
# letter's box; what a dot measures; how far beside dashes may stand.
_MARK_BELOW, _ASIDE, _SUNK, _DOT, _BESIDE = 0.45, 0.3, 0.4, 0.4, 2.0
# How far above a letter a mark may stand: in usual letter heights, and in heights of that letter.
_MARK_ABOVE, _ABOVE_OWN = 1.2, 1.35
# So many marks are placed at once, to bound the memory.
_AT_ONCE = 256
# Costs, in the same unit, of a mark below a letter that is no dot, and of one that is beside letters.
_NO_DOT, _NO_MARK = 0.4, 0.25
# What stands so level on the foot of a line, at least this share of its letters high, is a small letter of small print
# and goes before any mark.
_LEVEL, _SMALL, _LETTER_BESIDE = 0.2, 0.6, 2.0
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
    members: NDArray[np.intp]
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
    owner: NDArray[np.intp]
    runs: tuple[Run, ...]
    strokes: Mask
    drawn: NDArray[np.bool_]
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
    pieces = _Pieces(stats, dpi * scale, rulings, drawn)
    runs, owner, slope = pieces.runs()
    return Found(scale, dpi * scale, labels, stats, owner, runs, strokes.mask, drawn, rulings, slope, pieces.letter)


class _Pieces:
    """The pieces of ink of a page, as columns of numbers."""

    def __init__(self, stats: NDArray[np.int32], dpi: float, rulings: Rulings, drawn: NDArray[np.bool_]) -> None:
        self.stats, self.dpi = stats, dpi
        self.left, self.top = stats[:, 0].astype(float), stats[:, 1].astype(float)
        self.width, self.height = stats[:, 2].astype(float), stats[:, 3].astype(float)
        self.right, self.bottom = self.left + self.width, self.top + self.height
        self.centre = (self.left + self.right) / 2
        self.region = rulings.region_of(self.centre, (self.top + self.bottom) / 2)
        text = (self.height <= _TALLEST * dpi) & (self.width <= _WIDEST * dpi)
        text &= stats[:, 4] > (_SPECK * dpi) ** 2
        text &= ~drawn & ~self._slivers()
        text[0] = False
        self.drawings = drawings(stats, dpi)
        self.in_drawings = within(stats, self.drawings)
        if rulings.hollow:
            text &= ~np.isin(self.region, list(rulings.hollow))
        self.text = text
        low, high = _LETTER[0] * dpi, _LETTER[1] * dpi
        usual = text & (self.height >= low) & (self.height <= high) & (self.width >= low / 2)
        self.letter = float(np.median(self.height[usual])) if usual.any() else 0.0

    def _slivers(self) -> NDArray[np.bool_]:
        """Return which pieces are slivers of what lay beside the sheet, along the left and right rim of the page."""
        thin = self.width <= _SLIVER * self.dpi
        at_rim = (self.left <= _SLIVER * self.dpi) | (self.right >= self.right[0] - _SLIVER * self.dpi)
        return np.asarray(thin & at_rim)

    def runs(self) -> tuple[tuple[Run, ...], NDArray[np.intp], float]:
        """Return the runs, the run of every piece, and the slope of the lines."""
        owner = np.full(len(self.stats), -1, dtype=np.intp)
        if not self.letter:
            return (), owner, 0.0
        body = self.text & (self.height >= _BODY * self.letter)
        body &= (self.height <= _TALL * self.letter) | self._among_others(body)
        body |= self._small_print()
        bodies = np.flatnonzero(body)
        if not bodies.size:
            return (), owner, 0.0
        owner[bodies] = self._joined(bodies, self.letter)
        bodies = self._without_strays(bodies, owner)
        self._give_marks(bodies, owner)
        self._rejoin(bodies, owner)
        self._join_boxes(bodies, owner)
        self._drop_drawings(bodies, owner)
        bodies = bodies[owner[bodies] >= 0]
        number, owner = _renumbered(owner)
        return self._as_runs(bodies, owner, number), owner, self._slope(bodies) if number else 0.0

    def _among_others(self, body: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which tall pieces stand on one foot line with letters beside them.

        Letters of a heading do, and letters that touch their marks.
        """
        tall = np.flatnonzero(body & (self.height > _TALL * self.letter))
        others = np.flatnonzero(body)
        foot = np.abs(np.subtract.outer(self.bottom[tall], self.bottom[others])) <= _SAME_FOOT * self.letter
        gap = np.maximum.outer(self.left[tall], self.left[others]) - np.minimum.outer(
            self.right[tall], self.right[others]
        )
        near = foot & (gap < _RUN_ON * self.letter) & np.not_equal.outer(tall, others)
        near &= self.height[others] >= _LIKE * self.height[tall][:, np.newaxis]
        found = np.zeros(len(self.stats), dtype=bool)
        found[tall] = near.any(axis=1)
        return found

    def _small_print(self) -> NDArray[np.bool_]:
        """Return which pieces as small as marks are letters: they stand close in rows, as no marks do."""
        low, high = _SMALL_PRINT[0] * self.letter, _SMALL_PRINT[1] * self.letter
        small = self.text & (self.height >= max(low, _LETTER[0] * self.dpi)) & (self.height < _BODY * self.letter)
        found = np.zeros(len(self.stats), dtype=bool)
        pool = np.flatnonzero(small | (self.text & (self.height >= low) & (self.height <= high)))
        if np.count_nonzero(small) < _ROW:
            return found
        rows = self._joined(pool, _CLOSE * self.letter)
        own, every = np.bincount(rows, small[pool]), np.bincount(rows)
        found[pool] = ((own >= _ROW) & (own >= _ROW_SHARE * every))[rows]
        return found & small

    def _joined(self, bodies: NDArray[np.intp], letter: float) -> NDArray[np.intp]:
        """Join bodies whose middles overlap, a letter's gap apart at most, within one region.

        Each body's middle is drawn as a bar, long enough to touch the next one's.
        """
        half = max(2, round(letter / 6))
        reach = _RUN_ON * letter / 2
        height = np.minimum(self.height, _TALL * self.letter)
        rows = np.stack([self.bottom - 0.75 * height, self.bottom - 0.25 * height], axis=1)[bodies]
        columns = np.stack([self.left - reach, self.right + reach], axis=1)[bodies]
        shape = int(self.stats[0, 3]) // half + 2, int(self.stats[0, 2]) // half + 2
        r = np.clip(np.round(rows / half).astype(int), 0, shape[0] - 2)
        c = np.clip(np.round(columns / half).astype(int), 0, shape[1] - 2)
        r[:, 1] = np.maximum(r[:, 1], r[:, 0] + 1)
        run = np.empty(len(bodies), dtype=np.intp)
        first = 0
        region = self.region[bodies]
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

    def _without_strays(self, bodies: NDArray[np.intp], owner: NDArray[np.intp]) -> NDArray[np.intp]:
        """Take from the bodies, and from their owners, what is as tall as a letter but no run of letters.

        Marks that touch each other, lower halves of broken letters, large commas: one or two pieces close to a line,
        but not level with it; and marks joined to what is typed higher up beside, though they stand over a letter.
        """
        small = self.height[bodies] <= _TALL * self.letter
        head, foot = self._heads_and_feet(bodies, owner)
        count = np.bincount(owner[bodies])[owner[bodies]]
        few = count <= _FEW
        raised = (foot - self.bottom[bodies] > _RAISED * self.letter) & ~self.in_drawings[bodies]
        lone = bodies[small & (few | raised)]
        others = bodies[~few]
        down = np.maximum.outer(self.top[lone], self.top[others]) - np.minimum.outer(
            self.bottom[lone], self.bottom[others]
        )
        across = np.maximum.outer(self.left[lone], self.left[others]) - np.minimum.outer(
            self.right[lone], self.right[others]
        )
        large = np.where(count > _SHREDS, _OF_LARGE * (foot - head), 0)[~few]
        near = down <= np.where(large > self.letter, _OF_LARGE * large, _STRAY * self.letter)
        near &= across <= _STRAY * self.letter
        near &= np.not_equal.outer(owner[lone], owner[others])
        near &= self.height[lone][:, np.newaxis] <= np.maximum(self.letter, large)
        raised = np.isin(lone, bodies[raised & ~few])
        near[raised] &= (across <= -self.width[lone][:, np.newaxis] / 2)[raised]
        strays = lone[near.any(axis=1)]
        owner[strays] = -1
        return np.setdiff1d(bodies, strays)

    def _give_marks(self, bodies: NDArray[np.intp], owner: NDArray[np.intp]) -> None:
        """Give what is smaller than a letter to the run it fits best: above a letter, below one, or beside.

        Only dots stand below letters, and close to the foot of the line; commas, dashes and quotes stand beside, level
        with the line. The nearest of all wins.
        """
        marks = np.flatnonzero(self.text & (owner < 0) & (self.height <= _TALL * self.letter))
        head, foot = self._heads_and_feet(bodies, owner)
        given = [
            self._best_body(some, bodies, head, foot) for some in np.split(marks, range(_AT_ONCE, len(marks), _AT_ONCE))
        ]
        best = np.concatenate(given)
        owner[marks[best >= 0]] = owner[bodies[best[best >= 0]]]

    def _best_body(
        self, marks: NDArray[np.intp], bodies: NDArray[np.intp], head: Numbers, foot: Numbers
    ) -> NDArray[np.intp]:
        """Return the place of the best letter for each mark, -1 for none; all in usual letter heights."""
        size = self.letter
        m_left, m_top, m_right, m_bottom = (
            (v[marks, np.newaxis] / size).astype(np.float32) for v in (self.left, self.top, self.right, self.bottom)
        )
        b_left, b_top, b_right, b_height = (
            (v[bodies] / size).astype(np.float32) for v in (self.left, self.top, self.right, self.height)
        )
        b_head, b_foot = (head / size).astype(np.float32), (foot / size).astype(np.float32)
        across = np.maximum(np.maximum(m_left, b_left) - np.minimum(m_right, b_right), 0)
        above = np.maximum(b_top - m_bottom, 0)
        farthest = np.minimum(_MARK_ABOVE, _ABOVE_OWN * b_height)
        above[(b_top - m_bottom < -_SUNK) | (above > farthest) | (across > _ASIDE)] = np.inf
        is_dot = np.maximum(m_right - m_left, m_bottom - m_top) <= _DOT
        below = np.abs(m_top - b_foot) + np.where(is_dot, 0, _NO_DOT).astype(np.float32)
        below[(np.abs(m_top - b_foot) > _MARK_BELOW) | (across > _ASIDE)] = np.inf
        middle = (m_top + m_bottom) / 2
        stands = np.abs(m_bottom - b_foot) <= _LEVEL
        stands &= m_bottom - m_top >= _SMALL * (b_foot - b_head)
        beside = np.where(stands, -_LETTER_BESIDE, _NO_MARK).astype(np.float32) + 0.1 * across
        beside[(middle < b_head - _SUNK) | (middle > b_foot + _MARK_BELOW) | (across > _BESIDE)] = np.inf
        cost = np.minimum(np.minimum(above, below) + 2 * across, beside)
        cost[np.not_equal.outer(self.region[marks], self.region[bodies])] = np.inf
        best = cost.argmin(axis=1)
        return np.where(np.isfinite(cost[np.arange(len(marks)), best]), best, -1)

    def _rejoin(self, bodies: NDArray[np.intp], owner: NDArray[np.intp]) -> None:
        """Join runs between which dashes, quotes or brackets stand, or a seal whose ink took in the letters."""
        _, feet = self._heads_and_feet(bodies, owner)
        number, compact = _renumbered(owner)
        left, right, foot = np.full(number, np.inf), np.full(number, -np.inf), np.zeros(number)
        owned = np.flatnonzero(compact >= 0)
        np.minimum.at(left, compact[owned], self.left[owned])
        np.maximum.at(right, compact[owned], self.right[owned])
        foot[compact[bodies]] = feet
        region = np.zeros(number, np.int32)
        region[compact[bodies]] = self.region[bodies]
        gap = left[np.newaxis, :] - right[:, np.newaxis]
        many = np.bincount(compact[bodies], minlength=number) > _SHREDS
        sealed = self._under_drawings(left, right, foot) & np.logical_and.outer(many, many)
        next_to = (gap <= _RUN_ON * self.letter) | sealed
        next_to &= left[np.newaxis, :] > left[:, np.newaxis]
        next_to &= np.abs(np.subtract.outer(foot, foot)) <= _SAME_FOOT * self.letter
        next_to &= np.equal.outer(region, region)
        joined = np.arange(number)
        for one, other in zip(*np.nonzero(next_to), strict=True):
            joined[joined == joined[other]] = joined[one]
        owner[owned] = joined[compact[owned]]

    def _under_drawings(self, left: Numbers, right: Numbers, foot: Numbers) -> NDArray[np.bool_]:
        """Return between which runs, the first one's right end and the second one's left, a drawing fills the gap."""
        found = np.zeros((len(left), len(left)), dtype=bool)
        for x, y, end, lowest in self.drawings:
            level = (foot >= y) & (foot - self.letter <= lowest)
            begins, ends = level & (right >= x - self.letter) & (right < end), level & (left <= end + self.letter)
            found |= np.logical_and.outer(begins, ends & (left > x))
        return found & (left[np.newaxis, :] > right[:, np.newaxis])

    def _join_boxes(self, bodies: NDArray[np.intp], owner: NDArray[np.intp]) -> None:
        """Join runs of letters that stand evenly apart: a number filled into boxes, a digit in each.

        Where the boxes are small, some digits make a run of their own already; others are runs of one or two.
        """
        apart = self._apart(bodies, owner)[owner[bodies]]
        few = np.bincount(owner[bodies])[owner[bodies]] <= _FEW
        waiting = sorted(
            (int(body) for body in bodies[few | (apart > self.letter)]), key=lambda body: self.centre[body]
        )
        rows: list[list[int]] = []
        for body in waiting:
            row = next((row for row in rows if self._is_next_box(row, body)), None)
            if row is None:
                rows.append([body])
            else:
                row.append(body)
        for row in rows:
            if len(row) >= _IN_BOXES:
                owner[np.isin(owner, owner[row])] = owner[row[0]]

    def _apart(self, bodies: NDArray[np.intp], owner: NDArray[np.intp]) -> Numbers:
        """Return for each run how far its letters stand apart at least, from middle to middle; no end for one alone."""
        ordered = bodies[np.lexsort((self.centre[bodies], owner[bodies]))]
        pitch = np.diff(self.centre[ordered])
        least = np.full(owner.max() + 1, np.inf)
        same = owner[ordered][1:] == owner[ordered][:-1]
        np.minimum.at(least, owner[ordered][1:][same], pitch[same])
        return least

    def _is_next_box(self, row: list[int], body: int) -> bool:
        """Tell whether a letter stands in the box after those of a row."""
        last = row[-1]
        pitch = self.centre[body] - self.centre[last]
        usual = self.centre[last] - self.centre[row[-2]] if len(row) > 1 else pitch
        return bool(
            self.region[body] == self.region[last]
            and abs(self.bottom[body] - self.bottom[last]) <= _SAME_FOOT * self.letter
            and self.letter < pitch <= _PITCH * self.letter
            and abs(pitch - usual) <= _EVEN * self.letter
        )

    def _drop_drawings(self, bodies: NDArray[np.intp], owner: NDArray[np.intp]) -> None:
        """Take away runs that are no text: strokes of signatures, letters within the ring of a seal."""
        number = owner.max() + 1
        count = np.bincount(owner[bodies], minlength=number)
        tall = np.bincount(owner[bodies], self.height[bodies] > _DRAWN * self.letter, minlength=number)
        inside = np.bincount(owner[bodies], self.in_drawings[bodies], minlength=number)
        drawn = ((count <= _FEW) & (tall > 0)) | ((count > 0) & (count <= _SHREDS) & (inside == count))
        owner[(owner >= 0) & drawn[owner]] = -1

    def _heads_and_feet(self, bodies: NDArray[np.intp], owner: NDArray[np.intp]) -> tuple[Numbers, Numbers]:
        """Return for each body the usual top and bottom of the letters of its run."""
        runs = owner[bodies]
        return _medians(self.top[bodies], runs), _medians(self.bottom[bodies], runs)

    def _slope(self, bodies: NDArray[np.intp]) -> float:
        """Return how many rows lines fall per column: at that slope the feet of letters stand in the fewest rows."""
        x, y = self.centre[bodies], self.bottom[bodies]
        slopes = np.linspace(-_STEEPEST, _STEEPEST, 81)
        sharpness = []
        for slope in slopes:
            feet = y - slope * x
            rows = np.bincount((feet - feet.min()).astype(np.intp))
            sharpness.append(float(np.square(rows[1:] + rows[:-1]).sum()))
        return float(slopes[np.argmax(np.convolve(sharpness, (1, 2, 1), mode="same"))])

    def _as_runs(self, bodies: NDArray[np.intp], owner: NDArray[np.intp], number: int) -> tuple[Run, ...]:
        members = np.flatnonzero(owner >= 0)
        members = members[np.argsort(owner[members], kind="stable")]
        starts = np.searchsorted(owner[members], np.arange(number + 1))
        is_body = np.zeros(len(owner), dtype=bool)
        is_body[bodies] = True
        runs: list[Run] = []
        for i in range(number):
            own = members[starts[i] : starts[i + 1]]
            letters = own[is_body[own]]
            left, top = int(self.left[own].min()), int(self.top[own].min())
            box = Box(left, top, int(self.right[own].max()) - left, int(self.bottom[own].max()) - top)
            runs.append(
                Run(
                    int(self.region[letters[0]]),
                    own,
                    box,
                    float(self.left[letters].min()),
                    float(self.right[letters].max()),
                    float(np.median(self.top[letters])),
                    float(np.median(self.bottom[letters])),
                )
            )
        return tuple(runs)


def _medians(values: Numbers, groups: NDArray[np.intp]) -> Numbers:
    """Return for each value the median of its group."""
    ordered = values[np.lexsort((values, groups))]
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    starts = np.cumsum(sizes) - sizes
    return np.asarray(((ordered[starts + (sizes - 1) // 2] + ordered[starts + sizes // 2]) / 2)[group])


def _renumbered(owner: NDArray[np.intp]) -> tuple[int, NDArray[np.intp]]:
    used = np.unique(owner[owner >= 0])
    return len(used), np.where(owner >= 0, np.searchsorted(used, owner), -1)
