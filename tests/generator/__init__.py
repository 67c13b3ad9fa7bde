"""Invented Vietnamese papers with exact ground truth: for the demonstration, the tests and the benchmarks.

Everybody and everything on them is invented. Equal seeds give equal bytes. The room imports ``dossier`` alone.

- ``fonts``, ``letters``, ``typesetting``: how text gets onto a page, and into its truth
- ``chance``: seeds
- ``people``, ``places``, ``companies``, ``numerals``: of whom and what it speaks; ``sentences`` with ``stock.toml`` and
  ``benchstock.toml``: what it says
- ``papers``: layouts by kind; ``seals``, ``penmanship``: seals, signatures, stamps, numbers by pen
- ``faults``: what the scanner does to it; ``damage``: what copiers, punches and cameras do
- ``render``: specification → paper; ``files``: paper → PDF, TIFF, JPEG, PNG and truth; ``lines``: paper → lines;
  ``batch``: the sample batch
- ``benchset`` with ``benchfaults``, ``benchlayouts.toml``: the pages of the benchmark, a development and a test set

Ground truth of a file (``truth/<name>.json``)::

    {"file", "paper_type", "owner": {"number", "name"}, "fields": {key: canonical value},
     "pages": [{"number", "dpi", "width", "height", "skew_deg", "rotation", "text",
                "lines": [{"text", "box", "quad", "kind", "block", "words": [{"text", "box", "kind"}]}],
                "marks": [{"kind", "box", "texts"}]}]}

Boxes are ``[x, y, width, height]``, quads four ``[x, y]`` from the top left of the upright text clockwise, both in
pixels of the scan. ``skew_deg`` and ``rotation`` say how far the content is turned clockwise. ``text`` is in reading
order: columns one after the other, tables row by row and cell by cell (of a header in two rows, all that
begins in the upper one first). Seals, arrival stamps, signatures, handwriting, ticked boxes, dotted leaders and rulings
are no text; the small print of a digital signature is. The ``texts`` of seals, stamps and handwriting may be read.
Names in ``fields`` are as printed (capitals on most certificates), dates ISO 8601, sex ``male`` or ``female``, a term
without end ``unlimited``.
"""

from tests.generator.batch import sample_batch
from tests.generator.faults import Scanner, scan
from tests.generator.render import Kind, PaperSpec, render
from tests.generator.truth import Line, Mark, Owner, Page, Paper, Word

__all__ = [
    "Kind",
    "Line",
    "Mark",
    "Owner",
    "Page",
    "Paper",
    "PaperSpec",
    "Scanner",
    "Word",
    "render",
    "sample_batch",
    "scan",
]
