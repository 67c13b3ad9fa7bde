"""A second press for the benchmark: pages set by a browser and damaged by models of their own.

The reader is trained and tuned on papers of our own making; a test set by another hand tells whether it learnt to
read, or only how we draw. So nothing here draws or damages with ``tests.generator`` or ``tests.training``: only the
values of a truth and of a benchmark page, the search for font files and the seeding of chance are the generator's.

- ``stock`` with ``stock.toml``: what the papers say; ``look``: typefaces and sizes
- ``letters``, ``forms``, ``grids``, ``drawn``: the papers, as HTML in ``sheet.css``
- ``browser`` with ``words.js``: HTML → picture and the words in it, with their places, as the browser laid them out
- ``prints``: what the press does; ``hands``: what people do to the paper; ``bends``: how it lies;
  ``cameras``: how it is captured
- ``pressset``: the pages

Texts and draws of damage come out the same everywhere. Where lines break, and every pixel, depends on the browser and
on the fonts: kept pages bear the browser's version in their folder's name, and figures are reported with it. Nothing
asserts a page's hash. Needed are the packages that ``install.sh`` installs.
"""
