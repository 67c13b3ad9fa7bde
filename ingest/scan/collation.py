"""Collation: a scan made in two one-sided passes, all fronts and then the turned stack's backs, in a paper's order.

The stack is turned over as a whole, so the last sheet's back comes first. Only the order in which pages are worked on
changes; the original stays as it came.
"""


def place_in_paper(page: int, count: int) -> int:
    """Return which page of the paper the file's page ``page`` is, both from 1, of ``count``, an even number."""
    half = count // 2
    return 2 * page - 1 if page <= half else 2 * (count - page + 1)


def page_of_file(place: int, count: int) -> int:
    """Return which page of the file the paper's page ``place`` is: the inverse of `place_in_paper`."""
    return (place + 1) // 2 if place % 2 else count - place // 2 + 1
