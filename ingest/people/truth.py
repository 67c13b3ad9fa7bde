"""Truth: what people said stands where the reader read something else, with its picture, to measure and to teach it.

What the paper is and whose are among it, where the reader was wrong and not a person before.

Of a field corrected more than once the first reading and the last correction count. The picture is the field's own box
on the master page, as the reader saw it; there is none where the file arrived signed and is stored, or is gone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from dossier.errors import Conflict, NotFound
from dossier.papers import FieldSource
from ingest.house import House
from ingest.scan.crop import page_picture
from ingest.scan.hidden_pages import archived_number
from storage.records import Correction
from storage.under_way.corrections import OWNER, PAPER_TYPE, USUAL_OWNER, USUAL_TYPE, corrections

_WHOLE = {USUAL_TYPE: PAPER_TYPE, USUAL_OWNER: OWNER}
"""One key for what is of no field, however many persons it needs."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A field, what was read there, and what stands there.

    Attributes:
        correction: The first reading, with the last correction. picture: PNG of the field's box, if it has one.
    """

    correction: Correction
    picture: bytes | None


def truth(house: House) -> Iterator[Sample]:
    """Yield a sample per corrected field of every paper that is not disposed of."""
    last: dict[tuple[str, str], Correction] = {}
    for one in corrections(house.catalogue):
        key = _WHOLE.get(one.key, one.key)
        place = (one.paper.value, key)
        first = last.get(place)
        last[place] = replace(one, key=key, read=(first or one).read)
    for one in last.values():
        if one.read is None or one.read.source is not FieldSource.MANUAL:
            yield Sample(one, _picture(house, one))


def _picture(house: House, one: Correction) -> bytes | None:
    if one.read is None or one.read.page is None or one.read.box is None:
        return None
    try:
        paper = house.catalogue.paper(one.paper)
        number = archived_number(paper, one.read.page) if paper.sealed else one.read.page
        page, _ = page_picture(house, one.paper, number)
    except (Conflict, NotFound):
        return None
    return house.page_work.part(page, one.read.box) or None
