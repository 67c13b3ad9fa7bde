"""The sentences of verification reports: data, in ``findings.toml`` and ``wording.toml``."""

import tomllib
from importlib.resources import files

from dossier.verdicts import Finding, Severity

_TEXTS = tomllib.loads(files("signing").joinpath("findings.toml").read_text("utf-8"))
_WORDS = tomllib.loads(files("signing").joinpath("wording.toml").read_text("utf-8"))

CODES = frozenset(_TEXTS)
"""Every code a report can hold; other systems match on them."""

SUB_INDICATIONS: dict[str, str] = {code: entry["etsi"] for code, entry in _TEXTS.items() if "etsi" in entry}
"""The sub-indication (ETSI EN 319 102-1, clause 5.1.3) behind every code that is an error or a warning."""


def finding(code: str, **details: object) -> Finding:
    """Return the finding ``code`` with ``details`` in its sentences, Vietnamese and English."""
    entry = _TEXTS[code]
    return Finding(code, Severity(entry["severity"]), entry["vi"].format(**details), entry["en"].format(**details))


def word(kind: str, value: str) -> tuple[str, str]:
    """Return what ``value`` of ``kind`` is called, in Vietnamese and in English; an unknown one by itself."""
    entry = _WORDS[kind].get(value)
    return (entry["vi"], entry["en"]) if entry else (value, value)


def advice(indication: str, reason: str | None) -> tuple[str, str]:
    """Return what to do about a file, in Vietnamese and in English.

    Args:
        indication: The status indication of ETSI EN 319 102-1.
        reason: The sub-indication behind it, if there is one.
    """
    entries = _WORDS["advice"]
    entry = entries.get(reason) if indication == "INDETERMINATE" else None
    entry = entry or entries[indication]
    return entry["vi"], entry["en"]
