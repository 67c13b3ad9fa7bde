"""Two persons side by side on a form, as husband and wife on a marriage certificate: the left column, then the right.

Rows go across the page, which is right for most forms. Where labels stand one under the other in a second column, a
form can also be read column by column; which reading is the better one the fields that it gives will tell.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise

from ocr.labels import Label
from ocr.tokens import Row

_LEAST_LABELS = 3
"""So many labels at least stand at the edge of a second column, behind others in their rows."""

_ALIGNED = 0.6
"""Row heights by which such labels may miss the edge."""

_APART = 1.0
"""Row heights between the columns, at least; words of one line stand closer."""

_MOST_LINES = 3
"""So many lines of a value may follow its label."""


def column_by_column(rows: Sequence[Row], labels: Sequence[Label]) -> tuple[Row, ...] | None:
    """Return the rows with those in two columns parted and put one column after the other; ``None`` if there are none.

    Args:
        rows: Across the page.
        labels: Found in them.
    """
    found = _edge(rows, labels)
    if found is None:
        return None
    page, edge = found
    right = {
        label.row
        for label in labels
        if rows[label.row].page == page and abs(_x(rows, label) - edge) <= _ALIGNED * rows[label.row].height
    }
    first, end = min(right), _end(rows, max(right) + 1, {label.row for label in labels}, edge)
    band, slack = rows[first:end], _ALIGNED * rows[first].height
    left = [Row(part) for row in band if (part := tuple(t for t in row.tokens if t.box.x < edge - slack))]
    beside = [Row(part) for row in band if (part := tuple(t for t in row.tokens if t.box.x >= edge - slack))]
    return (*rows[:first], *left, *beside, *rows[end:])


def _x(rows: Sequence[Row], label: Label) -> int:
    return rows[label.row].tokens[label.start].box.x


def _edge(rows: Sequence[Row], labels: Sequence[Label]) -> tuple[int, int] | None:
    """Return the page and the place where the most labels begin behind others in their rows."""
    behind = [b for a, b in pairwise(labels) if a.row == b.row]
    columns = []
    for label in behind:
        row, x = rows[label.row], _x(rows, label)
        near = [other for other in behind if rows[other.row].page == row.page]
        aligned = [other for other in near if abs(_x(rows, other) - x) <= _ALIGNED * row.height]
        columns.append((len(aligned), row.page, x))
    count, page, x = max(columns, default=(0, 0, 0))
    return (page, x) if count >= _LEAST_LABELS else None


def _end(rows: Sequence[Row], after: int, labelled: Collection[int], edge: int) -> int:
    """Return the row that ends the columns: one with a label whose value goes across both, or far below any label."""
    bare = 0
    for number in range(after, len(rows)):
        row = rows[number]
        bare = 0 if number in labelled else bare + 1
        across = number in labelled and row.box.right > edge and not _parts_at(row, edge)
        if row.page != rows[after - 1].page or across or bare > _MOST_LINES:
            return number
    return len(rows)


def _parts_at(row: Row, edge: int) -> bool:
    """Tell whether something begins at the edge of the second column, well away from what stands before it."""
    return any(
        abs(b.box.x - edge) <= _ALIGNED * row.height and b.box.x - a.box.right >= _APART * row.height
        for a, b in pairwise(row.tokens)
    )
