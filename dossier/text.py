"""Vietnamese text: one normal form, one folding used on both sides of every search."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_NO_LETTER = re.compile(r"[^a-z0-9]")
_D_LETTERS = str.maketrans({"đ": "d", "Đ": "D", "Ð": "D", "ð": "d"})


def nfc(text: str) -> str:
    """Return ``text`` in Unicode NFC with Ð/ð (U+00D0/U+00F0, as old fonts have it) turned into Đ/đ."""
    return unicodedata.normalize("NFC", text).replace("Ð", "Đ").replace("ð", "đ")


def tidy(text: str) -> str:
    """Return what a person typed in one line: NFC, single spaces, none at its ends."""
    return _SPACES.sub(" ", nfc(text)).strip()


def fold(text: str) -> str:
    """Return ``text`` for comparing: without tone and letter marks, đ as d, lower case, single spaces.

    Unicode decomposition leaves đ alone, so it is mapped apart. Both sides of a comparison must be folded.
    """
    bare = text
    if not text.isascii():
        decomposed = unicodedata.normalize("NFD", text.translate(_D_LETTERS))
        bare = "".join([c for c in decomposed if not unicodedata.combining(c)])
    return _SPACES.sub(" ", bare).strip().lower()


def letters(text: str) -> str:
    """Return only the letters and digits of ``text``, folded: what two spellings of a name have in common."""
    return _NO_LETTER.sub("", fold(text))
