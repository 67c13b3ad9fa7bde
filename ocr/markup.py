"""Making read text fit to be written into XML, HTML and PDF."""

import unicodedata

# Controls, surrogates and unassigned code points (noncharacters among them): XML 1.0 forbids most of these, no reader
# shows any, and none has ever been on paper.
_NEVER_ON_PAPER = frozenset({"Cc", "Cs", "Cn"})


def printable(text: str) -> str:
    """Return ``text`` without controls, lone surrogates and code points that are no characters.

    Every character left may stand in an XML 1.0 document.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if unicodedata.category(c) not in _NEVER_ON_PAPER)
