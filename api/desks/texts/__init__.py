"""The words of the pages, one file per language; the tables are the pages, ``script`` is what their modules say."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("vi", "en")
"""The first is spoken where nobody chose."""
COOKIE = "sohoa-lang"
"""Holds what the person chose."""


@cache
def texts(language: str) -> dict[str, Any]:
    """Return the words in one of ``LANGUAGES``, in any other in the first."""
    known = language if language in LANGUAGES else LANGUAGES[0]
    return tomllib.loads(files(__package__).joinpath(f"{known}.toml").read_text(encoding="utf-8"))
