"""Search over the words of stored papers: the index follows what is stored, and a hit is shown where it stands.

The index is made of the readings kept beside the sealed files. A paper enters it when it is stored and anew when a
later reading is accepted; `catch_up` adds what is missing, such as papers stored before there was an index, and takes
out what may not be found any more.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from dossier.errors import NotFound, SohoaError
from dossier.identifiers import PaperId
from dossier.papers import Paper
from dossier.search import Query, SearchedPage
from dossier.snippets import Snippet, snippets
from ingest.house import House
from ingest.people.versions import versions_of
from ocr.model import Reading
from storage.audit_log.audit_reads import SEARCHED, record_reads
from storage.searching import search_index
from storage.searching.search import Cursor, Filters, search

NUMBER_FIELDS = frozenset({"document_number", "number", "register_number", "serial"})
"""Keys of fields that hold a paper's number and symbol."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper found. Attributes: paper: It. snippets: Where the words stand; none where none were looked for."""

    paper: Paper
    snippets: tuple[Snippet, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found. Attributes: papers: In order. following: Where it goes on; ``None`` at the end."""

    papers: tuple[Shown, ...]
    following: Cursor | None


def find(
    house: House, query: Query, filters: Filters, *, actor: str, limit: int = 20, after: Cursor | None = None
) -> Answer:
    """Return the first papers that answer a query, or those after a cursor, and record who saw which.

    What was looked for is recorded nowhere: it may be personal data.

    Raises:
        InvalidValue: The number and symbol looked for has too few letters or digits.
    """
    found = search(house.catalogue, query, filters, limit=limit, after=after)
    given, told = [hit.paper.id for hit in found.hits], {"found": str(len(found.hits))}
    if given:
        record_reads(house.catalogue, given, actor=actor, action=SEARCHED, detail=told)
    else:
        house.catalogue.record(actor, SEARCHED, "papers", told)
    shown = (Shown(hit.paper, tuple(snippets(query, hit.words, hit.boxes))) for hit in found.hits)
    return Answer(tuple(shown), found.following)


def index_paper(house: House, paper: Paper, reading: Reading) -> bool:
    """Make a stored paper searchable by the words of ``reading``, which its fields are of; ``False`` if it may not be.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    pages = [
        SearchedPage(page.number, tuple(word.text for word in page.words), tuple(word.box for word in page.words))
        for page in reading.pages
    ]
    numbers = [field.value or field.raw for field in paper.fields if field.key in NUMBER_FIELDS]
    return search_index.put(house.catalogue, paper.id, pages, numbers, paper.reading_version)


def index_stored(house: House, paper_id: PaperId) -> bool:
    """Make a paper searchable by the reading that is kept of it; ``False`` if it may not be.

    Raises:
        NotSealed, NotFound, ObjectDamaged: What was read is not there, or damaged.
        StoreUnavailable: The catalogue or the object store does not answer.
    """
    paper = house.catalogue.paper(paper_id)
    version = next((one for one in versions_of(house, paper) if one.number == paper.reading_version), None)
    if version is None:
        raise NotFound(kind="object", id=f"reading-v{paper.reading_version}.json")
    return index_paper(house, paper, version.reading)


def catch_up(house: House) -> Iterator[tuple[PaperId, SohoaError | None]]:
    """Add what is missing from the index and yield each paper with what went wrong; take out what must leave it."""
    while search_index.take_out_gone(house.catalogue):
        pass
    for paper in search_index.missing(house.catalogue):
        try:
            index_stored(house, paper)
            yield paper, None
        except SohoaError as error:
            _log.warning("not searchable", paper=paper.value, code=error.code)
            yield paper, error
