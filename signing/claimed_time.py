# mypy: allow-untyped-calls
# parts of pyHanko have no types
"""When the signer says a signature was made: in the signed attribute, and in the signature's own entry in the file."""

import datetime as dt
from dataclasses import dataclass

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from dossier.times import VIETNAM
from dossier.verdicts import Finding
from signing.texts import finding

_SLACK = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class ClaimedTime:
    """What the signer says.

    Attributes:
        moment: The time; ``None`` if none can be read, or it has no zone. stated: Every time stated, as it is written.
        findings: What is odd about them.
    """

    moment: dt.datetime | None
    stated: tuple[dt.datetime, ...] = ()
    findings: tuple[Finding, ...] = ()


def claimed_time(signature: EmbeddedPdfSignature) -> ClaimedTime:
    """Return the time that ``signature`` states.

    Signing programs for official-duty certificates were seen to write Vietnam's time into the attribute and to call it
    UTC, while the entry ``/M``, signed as well, has the same hour with its zone. Then the entry is right: read as it
    is written, the attribute would lie seven hours after every time stamp.
    """
    attribute, entry = _attribute(signature), _entry(signature)
    stated = tuple(m for m in (attribute, entry) if m is not None)
    if attribute is not None and entry is not None:
        offset = VIETNAM.utcoffset(entry.astimezone(VIETNAM).replace(tzinfo=None))
        if offset is not None and abs(attribute - entry - offset) <= _SLACK:
            return ClaimedTime(entry, stated, (finding("time-zone-missing"),))
    return ClaimedTime(stated[0] if stated else None, stated)


def _attribute(signature: EmbeddedPdfSignature) -> dt.datetime | None:
    try:
        moment = next(
            a["values"][0].native for a in signature.signer_info["signed_attrs"] if a["type"].native == "signing_time"
        )
    except (StopIteration, ValueError, TypeError, KeyError, IndexError):
        return None
    return _aware(moment)


def _entry(signature: EmbeddedPdfSignature) -> dt.datetime | None:
    try:
        return _aware(generic.parse_pdf_date(signature.sig_object["/M"]))
    except (ValueError, TypeError, KeyError, OverflowError, PdfError):
        return None


def _aware(moment: object) -> dt.datetime | None:
    return moment if isinstance(moment, dt.datetime) and moment.tzinfo is not None else None
