# mypy: allow-untyped-calls
# asn1crypto and parts of pyHanko have no types
"""Does the visible stamp of a signature say what the signature's data say? Names and times are compared, pictures not.

Understood are the stamp of decree 30/2020/NĐ-CP, Annex I, II.I.3 (``Sao y; <cơ quan>; <thời gian ký>``) and the
labelled lines that Vietnamese signing programs write (``Ký bởi: … Cơ quan: … Thời gian ký: …``).
"""

import contextlib
import datetime as dt
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from dossier.errors import ConfigurationError
from dossier.text import fold, letters, nfc
from dossier.times import VIETNAM, local
from dossier.verdicts import Finding
from signing.form_text import form_text, got
from signing.stamp_rules import rules_at
from signing.texts import finding
from signing.trust import TEST_MARK

_TOLERANCE = dt.timedelta(minutes=5)
"""A stamp is drawn a little before the signature over it is made."""
_SHORTEST_NAME = 4
"""Letters that a name must have to be looked for inside another."""
_MOST_UNKNOWN = 0.2
_SHOWN = 120
"""Characters of a stamp quoted in a finding."""

_MOMENT = re.compile(
    r"(?P<date>(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})|(?P<d2>\d{1,2})[-/.](?P<m2>\d{1,2})[-/.](?P<y2>\d{4}))"
    r"(?:(?:\s*T\s*|[\s,;]+)(?P<h>\d{1,2})\s?[:h]\s?(?P<min>\d{2})(?:\s?:\s?(?P<s>\d{2}))?"
    r"(?:\s*(?:(?:GMT|UTC)?\s*(?P<sign>[+-])(?P<zh>\d{2})[:']?(?P<zm>\d{2})?|(?P<utc>Z|UTC|GMT)\b))?)?"
)
_LABELS = re.compile(
    r"(?P<label>(?:được\s+)?ký\s+(?:số\s+)?bởi|người\s+ký|digitally\s+signed\s+by|signed\s+by|signer"
    r"|cơ\s+quan|tổ\s+chức|đơn\s+vị|organi[sz]ation"
    r"|thời\s+gian(?:\s+ký)?|giờ\s+ký|ngày\s+ký|date|email|chức\s+vụ|lý\s+do|reason|địa\s+điểm|location)\s*:",
    re.IGNORECASE,
)
_PERSON = ("ky boi", "ky so boi", "nguoi ky", "signed by", "signer")
_ORGANIZATION = ("co quan", "to chuc", "don vi", "organi")


@dataclass(frozen=True, slots=True)
class StampSays:
    """What the stamp says, and the finding on it."""

    text: str | None
    finding: Finding


def check_stamp(
    signature: EmbeddedPdfSignature, certificate: x509.Certificate, moments: list[dt.datetime]
) -> StampSays:
    """Compare the visible stamp of ``signature`` with its data; never raises on their content.

    Args:
        signature: One whose data could be read.
        certificate: Of its signer.
        moments: When it was made: as claimed, and as proven.
    """
    try:
        form = _appearance(signature.sig_field)
        text = nfc(form_text(form)) if form is not None else None
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a hostile appearance leads the parser anywhere; it becomes a finding
        return StampSays(None, finding("stamp-unread"))
    if form is None:
        return StampSays(None, finding("stamp-none"))
    if not text or text.count("\ufffd") > _MOST_UNKNOWN * len(text):
        return StampSays(None, finding("stamp-unread"))
    return StampSays(text, compare(text, certificate, moments))


def compare(text: str, certificate: x509.Certificate, moments: list[dt.datetime]) -> Finding:
    """Return the finding on a stamp that says ``text``."""
    times = list(_times(text))
    if times and moments and not any(_same(shown, moment) for shown in times for moment in moments):
        return _differs(times[0].text, _time_text(moments[0]))
    names = _names(certificate.subject)
    claimed = list(_claims(text, _copy_forms(moments)))
    for claim in claimed:
        if not any(_is_named(claim, name) for name in names):
            return _differs(claim, ", ".join(names))
    everything = letters(text)
    agreed = bool(claimed) or any(len(n) >= _SHORTEST_NAME and n in everything for n in map(letters, names))
    return finding("stamp-matches") if agreed else finding("stamp-unread")


def _differs(shown: str, actual: str) -> Finding:
    return finding("stamp-differs", shown=_short(shown), actual=_short(actual))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _appearance(field: generic.DictionaryObject) -> generic.StreamObject | None:
    """Return what the signature's field shows on its page, if it shows anything."""
    kids = got(field, "/Kids")
    for widget in [field, *(kid.get_object() for kid in (kids if isinstance(kids, generic.ArrayObject) else ()))]:
        shown, rectangle = got(got(widget, "/AP"), "/N"), got(widget, "/Rect")
        if isinstance(shown, generic.StreamObject) and isinstance(rectangle, generic.ArrayObject):
            left, bottom, right, top = (float(v) for v in rectangle)
            if left != right and bottom != top:
                return shown
    return None


# --- times -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    """A time as a stamp shows it: from its first instant to its last, since it may leave out seconds or the hour."""

    text: str
    first: dt.datetime
    last: dt.datetime


def _times(text: str) -> Iterator[_Shown]:
    for found in _MOMENT.finditer(text):
        part = found.groupdict()
        year, month, day = (int(part[k] or part[f"{k}2"]) for k in ("y", "m", "d"))
        try:
            zone: dt.tzinfo = VIETNAM
            if part["utc"]:
                zone = dt.UTC
            elif part["sign"]:
                offset = dt.timedelta(hours=int(part["zh"]), minutes=int(part["zm"] or 0))
                zone = dt.timezone(-offset if part["sign"] == "-" else offset)
            hour, minute, second = (int(part[k] or 0) for k in ("h", "min", "s"))
            first = dt.datetime(year, month, day, hour, minute, second, tzinfo=zone)
        except (ValueError, OverflowError):
            continue
        length = dt.timedelta(days=1) if part["h"] is None else dt.timedelta(seconds=1 if part["s"] else 60)
        yield _Shown(found.group(), first, first + length)


def _same(shown: _Shown, moment: dt.datetime) -> bool:
    try:
        return shown.first - _TOLERANCE <= moment <= shown.last + _TOLERANCE
    except OverflowError:
        return False


def _time_text(moment: dt.datetime) -> str:
    return f"{local(moment):%d/%m/%Y %H:%M:%S} +07:00"


# --- names -----------------------------------------------------------------------------------------------------------


def _names(subject: x509.Name) -> list[str]:
    """Return the names a certificate gives its subject: common name, units, organization."""
    names = []
    for key in ("common_name", "organizational_unit_name", "organization_name"):
        values = subject.native.get(key) or ()
        names += [values] if isinstance(values, str) else list(values)
    marks = (f"({TEST_MARK})", f"- {TEST_MARK}")
    for mark in marks:
        names = [name.replace(mark, "").strip() for name in names]
    return names


def _copy_forms(moments: Iterable[dt.datetime]) -> set[str]:
    """Return how a stamp begins that says what kind of copy this is, by the rules of those days."""
    forms: set[str] = set()
    for moment in moments:
        with contextlib.suppress(ConfigurationError):  # older than the rules
            forms.update(map(letters, rules_at(moment).copy_forms.values()))
    return forms


def _claims(text: str, copy_forms: Container[str]) -> Iterator[str]:
    """Yield the names that the stamp says are the signer's: those after a label, or the agency of a copy's stamp."""
    parts = [" ".join(p.split()) for p in text.split(";")]
    if len(parts) >= 3 and letters(parts[0]) in copy_forms:  # noqa: PLR2004 - form, agency, time
        yield parts[1]
        return
    labels = list(_LABELS.finditer(text))
    for place, found in enumerate(labels):
        label = fold(found["label"])
        if not label.endswith(_PERSON) and not label.startswith(_ORGANIZATION):
            continue
        end = labels[place + 1].start() if place + 1 < len(labels) else len(text)
        value = _MOMENT.split(text[found.end() : end], maxsplit=1)[0].strip(" \n,;.-")
        if letters(value):
            yield value


def _is_named(claim: str, name: str) -> bool:
    """Return whether a stamp's ``claim`` is this ``name``, perhaps shortened or with an address after it."""
    shown, actual = letters(claim), letters(name)
    shorter = min(len(shown), len(actual))
    return shown == actual or (shorter >= _SHORTEST_NAME and (shown in actual or actual in shown))
