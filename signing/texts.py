"""The sentences of verification reports; the sentences themselves are data, in ``findings.toml``."""

import tomllib
from importlib.resources import files

from dossier.verdicts import Finding, Severity

_TEXTS = tomllib.loads(files("signing").joinpath("findings.toml").read_text("utf-8"))

CODES = frozenset(_TEXTS)
"""Every code a report can hold; other systems match on them."""

SUB_INDICATIONS: dict[str, str] = {code: entry["etsi"] for code, entry in _TEXTS.items() if "etsi" in entry}
"""The sub-indication (ETSI EN 319 102-1, clause 5.1.3) behind every code that is an error or a warning."""


def finding(code: str, **details: object) -> Finding:
    """Return the finding ``code`` with ``details`` in its sentences, Vietnamese and English."""
    entry = _TEXTS[code]
    return Finding(code, Severity(entry["severity"]), entry["vi"].format(**details), entry["en"].format(**details))
