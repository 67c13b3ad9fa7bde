"""The sentences of verification reports; the sentences themselves are data, in ``findings.toml``."""

import tomllib
from importlib.resources import files

from dossier.verdicts import Finding, Severity

_TEXTS = tomllib.loads(files("signing").joinpath("findings.toml").read_text("utf-8"))

CODES = frozenset(_TEXTS)
"""Every code a report can hold; other systems match on them."""


def finding(code: str, **details: object) -> Finding:
    """Return the finding ``code`` with ``details`` in its sentences, Vietnamese and English."""
    entry = _TEXTS[code]
    return Finding(code, Severity(entry["severity"]), entry["vi"].format(**details), entry["en"].format(**details))
