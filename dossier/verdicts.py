"""The one vocabulary of judgements: findings, their severities, and three-valued verdicts.

Verdicts follow ETSI EN 319 102-1 (TOTAL-PASSED, INDETERMINATE, TOTAL-FAILED) and fail closed: what cannot be decided is
undetermined, never valid.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs."""

    INFO = "info"
    WARNING = "warning"
    """Makes a verdict undetermined, or sends a paper to a person."""
    ERROR = "error"
    """Makes a verdict invalid, or sends a paper to a person."""


class Verdict(StrEnum):
    """Whether a file or a signature is genuine."""

    VALID = "valid"
    INVALID = "invalid"
    UNDETERMINED = "undetermined"

    @property
    def text_vi(self) -> str:
        """The verdict as a person reads it."""
        return {"valid": "HỢP LỆ", "invalid": "KHÔNG HỢP LỆ", "undetermined": "KHÔNG XÁC ĐỊNH"}[self.value]

    @property
    def indication(self) -> str:
        """The status indication of ETSI EN 319 102-1, clause 5.1.3."""
        return {"valid": "TOTAL-PASSED", "invalid": "TOTAL-FAILED", "undetermined": "INDETERMINATE"}[self.value]

    @staticmethod
    def of(findings: Iterable["Finding"]) -> "Verdict":
        """Return the verdict that ``findings`` lead to: an error is invalid, a warning undetermined."""
        severities = {finding.severity for finding in findings}
        if Severity.ERROR in severities:
            return Verdict.INVALID
        return Verdict.UNDETERMINED if Severity.WARNING in severities else Verdict.VALID

    @staticmethod
    def worst(verdicts: Iterable["Verdict"]) -> "Verdict":
        """Return invalid if any is, else undetermined if any is or there is none, else valid."""
        seen = set(verdicts)
        if Verdict.INVALID in seen:
            return Verdict.INVALID
        if not seen or Verdict.UNDETERMINED in seen:
            return Verdict.UNDETERMINED
        return Verdict.VALID


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at and what came of it.

    Attributes:
        code: Stable, e.g. ``"integrity-broken"``, ``"field-missing"``.
        severity: Its weight.
        text: What a person should know, in Vietnamese.
        text_en: The same in English.
        field: Key of the field it is about, if it is about one.
    """

    code: str
    severity: Severity
    text: str
    text_en: str = ""
    field: str | None = None
