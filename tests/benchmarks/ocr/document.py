"""Figures in the documentation: a block of them stands between two marks, and the command that measures writes it."""

import re
from pathlib import Path


def fill(document: Path, name: str, text: str) -> None:
    """Put ``text`` between ``<!-- name -->`` and ``<!-- /name -->`` in a document, in place of what stood there.

    Raises:
        ValueError: The document has no such marks.
    """
    old = document.read_text(encoding="utf-8")
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = re.compile(f"{re.escape(opening)}.*?{re.escape(closing)}", re.DOTALL)
    new, times = pattern.subn(lambda _: f"{opening}\n\n{text.strip()}\n\n{closing}", old)
    if times != 1:
        raise ValueError(f"{document.name} has not once a place for {name}")
    document.write_text(new, encoding="utf-8")
