"""How many dots per inch a page has: what the file claims, if a scanned paper can have it, else an estimate.

Cameras and careless programs write 72 or 96 dpi, or nothing; then the page is taken for one whose long side is that
of A4. A photograph of a small card alone comes out with too low a figure: nothing in its pixels says how large the
card is.
"""

DEFAULT_DPI = 300
"""At which pages without a scan of their own are rendered."""
MAX_DPI = 600
"""Above which a scan is rendered smaller: no print on paper carries more."""

SQUARE_WITHIN = 1.02
"""Ratio of the resolutions across and down up to which dots are square; fax machines write 204 × 98 dots per inch."""

_PLAUSIBLE_DPI = (72, 1200)
_PLAUSIBLE_LONG_SIDE_IN = (2.0, 24.0)
_A4_LONG_SIDE_IN = 297 / 25.4


def is_plausible(width: int, height: int, dpi: float) -> bool:
    """Return whether a scanned paper can have ``width`` × ``height`` pixels at ``dpi``: from a stub to A2."""
    lowest, highest = _PLAUSIBLE_DPI
    shortest, longest = _PLAUSIBLE_LONG_SIDE_IN
    return lowest <= dpi <= highest and shortest <= max(width, height) / dpi <= longest


def resolution(width: int, height: int, claimed: float | None) -> int:
    """Return the dots per inch of a ``width`` × ``height`` pixel page for which the file claims ``claimed``."""
    if claimed is not None and is_plausible(width, height, claimed):
        return round(claimed)
    return max(1, round(max(width, height) / _A4_LONG_SIDE_IN))
