"""Values out of tables: what stands under a head that a type declares, row by row, until the table ends.

The line finder has told cells apart where rulings or gutters part them: each is then a block of its own, and blocks are
read row by row. Of small tables without rulings it knows nothing; there words that stand far apart are cells, and a
line that says something in the first column begins a row. Heads are compared as labels are, and so need every variant.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, groupby, pairwise
from statistics import median

from rapidfuzz.distance import Levenshtein

from dossier.paper_types import FieldRule, TableRule
from dossier.papers import Box
from dossier.values import VALUE_KINDS
from ocr.labels import FORGIVEN, find_phrase
from ocr.model import Reading
from ocr.tokens import Row, Token, box_of, letters_of, text_of

# In heights of the line: words so far apart stand in two cells; lines of a head are so near; rows so far below the one
# before are of no table any more, told by blocks and by lines alone; what goes on below a line is so near.
_APART, _STACKED, _FAR, _FAR_LINES, _GOES_ON = 1.2, 1.0, 3.5, 2.2, 1.0
_MOST_LINES = 9
"""Lines of a head, at most."""
_LEAST_HEADS = 2
"""So many heads side by side make a table."""
_WIDE = 0.5
"""What covers this share of two columns stands in neither."""
_NEAR = 0.9
"""Certainty of a cell that stands under no head and beside no other cell of its column: the nearest column is taken.
And of a column whose head was read only where it was printed before."""
_MANY = 0.5
"""What goes on overleaf without heads has cells in this share of the columns."""
_FIRST = 12
"""So many rows tell whether the reading has a table's cells as blocks."""
_FIGURED = frozenset(VALUE_KINDS) - {
    *("text", "place", "foreign_name", "person_name", "date_words", "money_words", "term"),
    *("sex", "ethnic_group", "nationality", "choice"),
}
"""Kinds of value that have figures."""
_BRACKET = re.compile(r"[(\[]")
_SHORT = 6
"""Words of a total that have fewer letters stand alone in their cell."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A value in a table.

    Attributes:
        rule: Of the field it fills. tokens: What stands there, in reading order. certainty: 0 to 1, that it does.
    """

    rule: FieldRule
    tokens: tuple[Token, ...]
    certainty: float


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Words that stand together: of a line, of a cell, or of a head.

    Attributes:
        block: Where the reading has them: page and block.
    """

    tokens: tuple[Token, ...]
    box: Box
    block: tuple[int, int]

    @classmethod
    def of(cls, tokens: Sequence[Token], block: tuple[int, int]) -> "_Piece":
        return cls(tuple(tokens), box_of(tokens), block)

    @property
    def height(self) -> float:
        """Of its letters, pixels."""
        return median(token.box.height for token in self.tokens)

    @property
    def letters(self) -> str:
        """All its letters and digits, folded."""
        return "".join(token.letters for token in self.tokens)


@dataclass(frozen=True, slots=True, eq=False)
class _Head:
    """A place where the head of a column is printed."""

    rule: FieldRule
    score: float
    piece: _Piece


@dataclass(slots=True, eq=False)
class _Column:
    """A column: how far it reaches, whose it is, and how well its head was read; nobody's: ``rule`` is ``None``."""

    left: int
    right: int
    rule: FieldRule | None
    score: float

    def overlap(self, box: Box) -> int:
        """Return how much of the column's width a box covers, pixels; below 0, how far it stands off."""
        return min(self.right, box.right) - max(self.left, box.x)

    def reach(self, box: Box) -> None:
        """Let the column reach as far as a box."""
        self.left, self.right = min(self.left, box.x), max(self.right, box.right)


_Grid = Sequence[Sequence[_Piece]]
"""Rows of cells, downwards and from left to right."""


def find_cells(rows: Sequence[Row], reading: Reading, tables: Sequence[TableRule]) -> tuple[Cell, ...]:
    """Return what stands in the tables of a paper, row by row.

    Args:
        rows: Of all pages.
        reading: From which they come.
        tables: What to look for. Heads printed again, as overleaf, go on with a table.
    """
    if not tables:
        return ()
    blocks = [(page.number, line.block) for page in reading.pages for line in page.lines]
    pages = [_Page.of(list(own), blocks) for _, own in groupby(rows, key=lambda row: row.page)]
    return tuple(cell for table in tables for cell in _cells(pages, table))


def _cells(pages: Sequence["_Page"], table: TableRule) -> Iterator[Cell]:
    number = 0
    columns: list[_Column] = []
    before: list[_Column] = []
    for page in pages:
        bands = page.bands(table)
        ends = [*(min(head.piece.box.y for head in band) for band in bands[1:]), None]
        parts = [page.below(band, end) for band, end in zip(bands, ends, strict=False)]
        if not bands and columns:
            parts = [(columns, page.overleaf(columns))]
        for columns, grid in parts:
            _inherit(columns, before)
            before = columns
            for cells in _values(columns, grid, table):
                number += 1
                yield from (Cell(table.cell(number, rule), tokens, certainty) for rule, tokens, certainty in cells)
        if parts and not page.is_full(parts[-1][1]):
            columns = []


@dataclass(frozen=True, slots=True, eq=False)
class _Page:
    """A page: its pieces by line, from the top."""

    rows: Sequence[Sequence[_Piece]]

    @classmethod
    def of(cls, rows: Sequence[Row], blocks: Sequence[tuple[int, int]]) -> "_Page":
        return cls([list(_pieces(row, blocks)) for row in rows])

    @property
    def pieces(self) -> Iterator[_Piece]:
        return (piece for row in self.rows for piece in row)

    def bands(self, table: TableRule) -> list[Sequence[_Head]]:
        """Return the heads of a table, from the top down wherever they are printed again."""
        found = list(_heads(list(self.pieces), table))
        bands: list[Sequence[_Head]] = []
        while len(band := max((_beside(head, found) for head in found), key=_worth, default=())) >= _LEAST_HEADS:
            bands.append(band)
            found = [head for head in found if not any(_level(head.piece.box, own.piece.box) for own in band)]
        return sorted(bands, key=lambda band: band[0].piece.box.y)

    def below(self, heads: Sequence[_Head], end: int | None) -> tuple[list[_Column], _Grid]:
        """Return the columns under heads, and what stands there down to the table's end, or a row of pixels."""
        top, bottom = min(h.piece.box.y for h in heads), max(h.piece.box.bottom for h in heads)
        columns = _columns(heads, [p for p in self.pieces if top <= _middle(p.box) <= bottom])
        rows = [[p for p in row if bottom < _middle(p.box) < (end or p.box.bottom)] for row in self.rows]
        has_blocks = _has_blocks(rows)
        grid = (_by_blocks if has_blocks else _by_lines)(rows, columns)
        table = _table(grid, columns, bottom, _FAR if has_blocks else _FAR_LINES)
        return columns, _without_numbers(table, columns)

    def overleaf(self, columns: Sequence[_Column]) -> _Grid:
        """Return what a table goes on with at the top of a page without heads; nothing, if it does not."""
        grid = _by_blocks(self.rows, columns)
        first = next((i for i, row in enumerate(grid[:2]) if len(row) >= max(_LEAST_HEADS, _MANY * len(columns))), None)
        if first is None or not all(max(c.overlap(p.box) for c in columns) > 0 for p in grid[first]):
            return ()
        return _table(grid[first:], columns, min(p.box.y for p in grid[first]), _FAR)

    def is_full(self, grid: _Grid) -> bool:
        """Tell whether nothing but a page number stands below a table, so that it may go on overleaf."""
        last = max((piece.box.bottom for row in grid[-1:] for piece in row), default=0)
        below = (piece.letters for piece in self.pieces if piece.box.y > last)
        return last > 0 and all(letters.isdecimal() for letters in below if letters)


def _pieces(row: Row, blocks: Sequence[tuple[int, int]]) -> Iterator[_Piece]:
    """Yield the words of a row that stand together; an engine's line never shares a piece with another."""
    piece: list[Token] = []
    apart = _APART * row.height
    for token in row.tokens:
        last = piece[-1] if piece else None
        if last and (token.line != last.line or token.box.x - last.box.right > apart):
            yield _Piece.of(piece, blocks[piece[0].line])
            piece = []
        piece.append(token)
    yield _Piece.of(piece, blocks[piece[0].line])


def _middle(box: Box) -> float:
    return box.y + box.height / 2


def _level(a: Box, b: Box) -> bool:
    return min(a.bottom, b.bottom) > max(a.y, b.y)


def _over(a: Box, b: Box) -> bool:
    """Tell whether two boxes share a column of pixels."""
    return min(a.right, b.right) > max(a.x, b.x)


# --- heads ------------------------------------------------------------------------------------------------------


def _heads(pieces: Sequence[_Piece], table: TableRule) -> Iterator[_Head]:
    """Yield the places where heads are printed, on one line or several below each other."""
    labels = [(rule, letters_of(label)) for rule in table.columns for label in rule.labels]
    for piece in pieces:
        for stack in _stacks(piece, pieces, [label for _, label in labels]):
            for rule, label in labels:
                score = max(_likeness(label, said) for said in _said(stack))
                if score and not stack.tokens[-1].text.endswith(":"):
                    yield _Head(rule, score, stack)


def _stacks(piece: _Piece, pieces: Sequence[_Piece], labels: Sequence[str]) -> Iterator[_Piece]:
    """Yield a piece, and the piece with what stands close below it, line by line, while labels begin like that."""
    stack = piece
    for _ in range(_MOST_LINES):
        if not any(_begins(label, said) for said in _said(stack) for label in labels):
            return
        yield stack
        below = [p for p in pieces if _is_close_below(p, stack)]
        if not below or stack.tokens[-1].text.endswith((")", "]")):
            return
        nearest = min(below, key=lambda p: p.box.y)
        stack = _Piece.of((*stack.tokens, *nearest.tokens), stack.block)


def _is_close_below(piece: _Piece, stack: _Piece) -> bool:
    last = stack.tokens[-1].box
    is_near = _middle(piece.box) > last.bottom and piece.box.y - last.bottom <= _STACKED * stack.height
    return is_near and _over(piece.box, stack.box)


def _said(piece: _Piece) -> tuple[str, str]:
    """Return the letters of a head, and those before its bracket: "Số tiền (đồng)"."""
    return piece.letters, letters_of(_BRACKET.split(text_of(piece.tokens))[0])


def _begins(label: str, said: str) -> bool:
    """Tell whether a label may begin with letters, however they were misread; figures are in no head."""
    allowed = 2 * int(FORGIVEN * len(label))
    if not said or any(map(str.isdigit, said)) or len(said) > len(label) + allowed:
        return False
    return Levenshtein.distance(label[: len(said)], said, score_cutoff=allowed) <= allowed


def _likeness(label: str, said: str) -> float:
    """Return how like a label letters are, 0 to 1; 0 beyond one edit in five."""
    allowed = int(FORGIVEN * len(label))
    if abs(len(label) - len(said)) > allowed:
        return 0.0
    edits = Levenshtein.distance(label, said, score_cutoff=allowed)
    return 1 - edits / len(label) if edits <= allowed else 0.0


def _beside(seed: _Head, heads: Iterable[_Head]) -> Sequence[_Head]:
    """Return the best heads level with one, no column and no place twice, from left to right."""
    chosen = [seed]
    for head in sorted(heads, key=lambda h: (-h.score, -len(h.piece.letters))):
        box = head.piece.box
        if _level(box, seed.piece.box) and not any(h.rule is head.rule or _over(box, h.piece.box) for h in chosen):
            chosen.append(head)
    return sorted(chosen, key=lambda head: head.piece.box.x)


def _worth(heads: Sequence[_Head]) -> tuple[float, int]:
    return sum(head.score for head in heads), sum(len(head.piece.letters) for head in heads)


def _inherit(columns: Sequence[_Column], before: Sequence[_Column]) -> None:
    """Let columns whose heads cannot be read be those that stood there where the heads were printed before."""
    known = {column.rule.key for column in columns if column.rule}
    for column in (column for column in columns if column.rule is None):
        above = [c for c in before if min(c.right, column.right) > max(c.left, column.left)]
        if len(above) == 1 and above[0].rule and above[0].rule.key not in known:
            column.rule, column.score = above[0].rule, above[0].score * _NEAR


def _columns(heads: Sequence[_Head], band: Sequence[_Piece]) -> list[_Column]:
    """Return the columns of a table, those of no rule too: their cells are not another's."""
    columns = [_Column(h.piece.box.x, h.piece.box.right, h.rule, h.score) for h in heads]
    for piece in band:
        under = [p for p in band if p.box.y >= _middle(piece.box) and _over(p.box, piece.box)]
        own = [column for column in columns if column.overlap(piece.box) > 0]
        if len(own) > 1 or any(not _over(a.box, b.box) for a, b in combinations(under, 2)):
            continue  # a title over several heads
        if own:
            own[0].reach(piece.box)
        else:
            columns.append(_Column(piece.box.x, piece.box.right, None, 1.0))
    return sorted(columns, key=lambda column: column.left)


# --- rows -------------------------------------------------------------------------------------------------------


def _has_blocks(rows: Iterable[Sequence[_Piece]]) -> bool:
    """Tell whether what stands beside each other below heads is of different blocks, in most rows of the first."""
    several = [row for row in rows if len(row) >= _LEAST_HEADS][:_FIRST]
    return 2 * sum(len({piece.block for piece in row}) == len(row) for row in several) > len(several)


def _by_blocks(rows: Iterable[Sequence[_Piece]], columns: Sequence[_Column]) -> list[Sequence[_Piece]]:
    """Return rows of cells that the reading has as blocks: one that does not stand right of the last begins a row."""
    blocks: dict[tuple[int, int], list[_Piece]] = defaultdict(list)
    for piece in (piece for row in rows for piece in row):
        blocks[piece.block].append(piece)
    grid: list[list[_Piece]] = []
    for cell in (cell for _, own in sorted(blocks.items()) for cell in _parted(own, columns)):
        last = grid[-1][-1] if grid else None
        beside = last and cell.box.x >= last.box.right - cell.height / 2
        if not (beside and any(_level(cell.box, other.box) for other in grid[-1])):
            grid.append([])
        grid[-1].append(cell)
    return [*grid]


def _parted(pieces: Sequence[_Piece], columns: Sequence[_Column]) -> list[_Piece]:
    """Return the cell that pieces of a block make; several, where the ruling between columns was lost."""
    whole = _whole(pieces)
    if not _is_wide(whole, columns) or any(_is_wide(piece, columns) for piece in pieces):
        return [whole]
    by_column: dict[int, list[_Piece]] = defaultdict(list)
    for piece in pieces:
        by_column[_nearest(columns, piece.box)].append(piece)
    return [_whole(own) for _, own in sorted(by_column.items())]


def _whole(pieces: Sequence[_Piece]) -> _Piece:
    tokens = sorted((token for piece in pieces for token in piece.tokens), key=lambda t: (t.line, t.box.x))
    return _Piece.of(tokens, pieces[0].block)


def _by_lines(rows: Iterable[Sequence[_Piece]], columns: Sequence[_Column]) -> list[Sequence[_Piece]]:
    """Return rows of cells out of lines across a table; lines of a cell below its first go on with the row."""
    grid: list[list[_Piece]] = []
    key: int | None = None
    for row in (row for row in rows if row):
        where = [_nearest(columns, piece.box) for piece in row]
        key = min(where) if key is None else key
        above = grid[-1] if grid else []
        low = max((piece.box.bottom for piece in above), default=0)
        near = bool(above) and min(piece.box.y for piece in row) - low <= _GOES_ON * row[0].height
        more = key not in where or len(set(where)) < min(_LEAST_HEADS, len(above))
        if near and more and not any(_is_wide(p, columns) for p in row) and not _is_taken(above, where, columns):
            grid[-1] = _joined(above, row, columns)
        else:
            grid.append(list(row))
    return [*grid]


def _is_taken(row: Sequence[_Piece], where: Iterable[int], columns: Sequence[_Column]) -> bool:
    """Tell whether a row has a value already in one of some columns, of a kind that has figures and needs one line."""
    had = {_nearest(columns, piece.box) for piece in row}
    return any(at in had and _is_figured(columns[at]) for at in where)


def _is_figured(column: _Column) -> bool:
    return column.rule is not None and column.rule.value in _FIGURED


def _joined(above: Sequence[_Piece], row: Sequence[_Piece], columns: Sequence[_Column]) -> list[_Piece]:
    """Return the cells of a row with what goes on below them."""
    cells: dict[int, _Piece] = {}
    for piece in (*above, *row):
        at = _nearest(columns, piece.box)
        had = cells.get(at)
        cells[at] = _Piece.of((*had.tokens, *piece.tokens), had.block) if had else piece
    return sorted(cells.values(), key=lambda piece: piece.box.x)


def _nearest(columns: Sequence[_Column], box: Box) -> int:
    return max(range(len(columns)), key=lambda i: columns[i].overlap(box))


def _without_numbers(grid: _Grid, columns: Sequence[_Column]) -> _Grid:
    """Return the rows without the first if that numbers the columns: (1), (2), (3), or A, B, 1, 2."""
    said = [cell.letters for cell in grid[0]] if grid else []
    numbers = [int(text) for text in said if text.isdecimal()]
    in_turn = all(b == a + 1 for a, b in pairwise(numbers))
    is_row = len(said) >= max(_LEAST_HEADS, len(columns) - 1) and all(len(text) <= 2 for text in said)  # noqa: PLR2004
    return grid[1:] if is_row and in_turn and len(numbers) >= len(said) / 2 else grid


def _table(grid: _Grid, columns: Sequence[_Column], bottom: float, far: float) -> _Grid:
    """Return the rows down to the table's end: nothing below it is near, or two rows in turn are none of it."""
    table: list[Sequence[_Piece]] = []
    least = min(_LEAST_HEADS, len(columns) - 1)
    for i, row in enumerate(grid):
        top = min(cell.box.y for cell in row)
        if top - bottom > far * median(cell.height for cell in row) or (table and top < table[-1][0].box.y):
            break
        bottom = max(cell.box.bottom for cell in row)
        if len(_places(row, columns)) >= least:
            table.append(row)
        elif i + 1 == len(grid) or len(_places(grid[i + 1], columns)) < least:
            break
    while table and not _fits(table[-1], columns):
        table.pop()
    return table


def _fits(row: Sequence[_Piece], columns: Sequence[_Column]) -> bool:
    """Tell whether a row has a figure where one belongs, or none belongs anywhere: signatures below a table do not."""
    figured = [i for i, column in enumerate(columns) if _is_figured(column)]
    cells = (cell for cell in row if _nearest(columns, cell.box) in figured)
    return not figured or any(any(map(str.isdigit, cell.letters)) for cell in cells)


def _places(row: Sequence[_Piece], columns: Sequence[_Column]) -> set[int]:
    """Return the columns in which a row has something of its own."""
    return {_nearest(columns, cell.box) for cell in row if not _is_wide(cell, columns)}


def _is_wide(cell: _Piece, columns: Sequence[_Column]) -> bool:
    covered = (c for c in columns if c.overlap(cell.box) > _WIDE * (c.right - c.left))
    return sum(1 for _ in covered) >= _LEAST_HEADS


# --- values -----------------------------------------------------------------------------------------------------

_Value = tuple[FieldRule, tuple[Token, ...], float]


def _values(columns: Sequence[_Column], grid: _Grid, table: TableRule) -> Iterator[list[_Value]]:
    """Yield what each row that is none of totals has in columns with a rule, from left to right."""
    reach = [replace(column) for column in columns]
    for row in grid:
        # Rows in which no cell is empty tell how far columns reach.
        if len(row) == len(columns) and all(_is_its_own(columns, i, cell) for i, cell in enumerate(row)):
            for column, cell in zip(reach, row, strict=True):
                column.reach(cell.box)
    for row in (row for row in grid if not any(_is_total(cell, table) for cell in row)):
        found: dict[int, list[_Piece]] = defaultdict(list)
        for cell in row:
            found[_nearest(reach, cell.box)].append(cell)
        values = [_value(reach[at], cells) for at, cells in sorted(found.items())]
        if own := [value for value in values if value]:
            yield own


def _value(column: _Column, cells: Sequence[_Piece]) -> _Value | None:
    if column.rule is None:
        return None
    is_under = all(column.overlap(cell.box) > 0 for cell in cells)
    tokens = tuple(token for cell in cells for token in cell.tokens)
    return column.rule, tokens, column.score * (1.0 if is_under else _NEAR)


def _is_its_own(columns: Sequence[_Column], place: int, cell: _Piece) -> bool:
    return all(column.overlap(cell.box) <= 0 for i, column in enumerate(columns) if i != place)


def _is_total(cell: _Piece, table: TableRule) -> bool:
    """Tell whether a cell opens a row that sums up others."""
    opening = (m for words in table.totals for m in find_phrase(cell.tokens, words) if m.start == 0)
    return any(len(letters_of(m.phrase)) >= _SHORT or letters_of(m.phrase) == cell.letters for m in opening)
