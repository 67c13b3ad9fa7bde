"""Telling pages apart: which pages are blank. Blank pages are flagged and kept, never dropped."""

from ingest.images import PageImage
from ingest.ink import Survey


def is_blank(page: PageImage) -> bool:
    """Return whether nothing is printed, written or stamped on a page.

    Dust, paper grain, scanner border and bleed-through from the other side do not count; a page number alone does.
    """
    return Survey.of(page.pixels).marks is None
