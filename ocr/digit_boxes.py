"""Numbers filled into boxes, a digit in each: letters that stand evenly apart."""

from collections import defaultdict
from itertools import takewhile

from ocr.pieces import Pieces, Places

# So many signs in boxes at least; in usual letter heights, how far they stand from box to box at most, how evenly, and
# how far off one foot line.
_IN_BOXES, _PITCH, _EVEN, _SAME_FOOT = 6, 4.0, 0.6, 0.3


def evenly_apart(pieces: Pieces, letters: Places) -> list[list[int]]:
    """Return rows of letters such as stand in boxes.

    Args:
        pieces: Of the page.
        letters: Which of them stand apart from others.

    Returns:
        The letters of each row, from left to right.
    """
    centre, reach = pieces.centre, _PITCH * pieces.letter
    rows: dict[int, list[int]] = {}  # by their last letters
    seen: dict[tuple[int, int], list[int]] = defaultdict(list)  # by region and level, from left to right
    for letter in sorted(map(int, letters), key=lambda piece: centre[piece]):
        region, level = int(pieces.region[letter]), int(pieces.bottom[letter] // (_SAME_FOOT * pieces.letter))
        begin = centre[letter] - reach
        near = (
            other
            for at in (level, level - 1, level + 1)
            for other in takewhile(lambda piece: centre[piece] >= begin, reversed(seen[region, at]))  # noqa: B023
        )
        last = next((other for other in near if other in rows and _is_next(pieces, rows[other], letter)), None)
        rows[letter] = [letter] if last is None else [*rows.pop(last), letter]
        seen[region, level].append(letter)
    return [row for row in rows.values() if len(row) >= _IN_BOXES]


def _is_next(pieces: Pieces, row: list[int], letter: int) -> bool:
    """Tell whether a letter stands in the box after those of a row."""
    last = row[-1]
    pitch = pieces.centre[letter] - pieces.centre[last]
    usual = pieces.centre[last] - pieces.centre[row[-2]] if len(row) > 1 else pitch
    return bool(
        abs(pieces.bottom[letter] - pieces.bottom[last]) <= _SAME_FOOT * pieces.letter
        and pieces.letter < pitch <= _PITCH * pieces.letter
        and abs(pitch - usual) <= _EVEN * pieces.letter
    )
