"""Papers into the search index and out of it. All of a paper is one transaction; doing it again changes nothing.

The index is derived: it can be emptied and filled again from the readings kept beside the sealed files. Only papers in
the store are in it, never what was rejected, kept apart or not confirmed yet.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from sqlalchemy import ColumnElement, delete, or_, select, text
from sqlalchemy.orm import Session

from dossier import times
from dossier.identifiers import AgencyCode, PaperId
from dossier.papers import PaperState
from dossier.search import SearchedPage, number_token, pairs, tokens
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.schema import CoOwnerRow, IndexedRow, PageWordsRow, PaperRow
from storage.searching.page_index import as_token, page_index
from storage.searching.page_words import pack, words_of
from storage.searching.places import MAX_PAGE, place

SEARCHABLE: Final = (PaperState.STORED, PaperState.EXPIRED, PaperState.SUPERSEDED)
"""States of papers that can be found. One that is revoked is not, from that moment on."""
FIRST_PAGE, WHOLE = "#1", "#0"
"""Tokens of the first page of each paper, and of the row that has the words of a whole paper of several pages."""
_MOST_BYTES = 500_000
"""Of a row's tokens: PostgreSQL takes no vector above 1 MiB. A page never has so many, a paper of 500 pages may."""
_BATCH = 200


def put(
    catalogue: Catalogue, paper: PaperId, pages: Sequence[SearchedPage], numbers: Iterable[str], reading_version: int
) -> bool:
    """Make a paper searchable, in place of what was there of it; ``False`` if it is none that may be.

    Args:
        catalogue: Where.
        paper: In the store.
        pages: Its words; pages above ``storage.searching.places.MAX_PAGE`` are left out.
        numbers: Its numbers and symbols as printed.
        reading_version: Which of its readings the words are of.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    packed = [(page.number, pack(page)) for page in pages if page.number <= MAX_PAGE]
    with writing(catalogue.engine) as session:
        row = session.scalar(select(PaperRow).where(PaperRow.id == paper.value, is_searchable()))
        if row is None:
            return False
        take_out(session, [row.serial])
        indexed = IndexedRow(
            paper=row.serial,
            place=place(row.issued_on, row.serial),
            reading_version=reading_version,
            tokens=_shared(session, row, numbers),
        )
        session.add(indexed)
        session.flush()
        session.add_all(PageWordsRow(paper=row.serial, page=number, words=words) for number, words in packed)
        page_index(session).put(session, rows_of(indexed.place, indexed.tokens, packed))
    return True


def take_out_gone(catalogue: Catalogue) -> int:
    """Take papers out that may not be found any more, and return how many."""
    with writing(catalogue.engine) as session:
        paper = select(PaperRow.serial).where(PaperRow.serial == IndexedRow.paper, is_searchable())
        gone = list(session.scalars(select(IndexedRow.paper).where(~paper.exists()).limit(_BATCH)))
        take_out(session, gone)
    return len(gone)


def empty(catalogue: Catalogue) -> None:
    """Take all papers out."""
    with writing(catalogue.engine) as session:
        session.execute(delete(PageWordsRow))
        session.execute(delete(IndexedRow))
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("INSERT INTO page_index (page_index) VALUES ('delete-all')"))
        else:
            session.execute(text("TRUNCATE page_index"))


def missing(catalogue: Catalogue) -> Iterator[PaperId]:
    """Yield the papers that should be in the index and are not, or with an older reading, as they came in."""
    serial = 0
    query = (
        select(PaperRow.serial, PaperRow.id)
        .outerjoin(IndexedRow, IndexedRow.paper == PaperRow.serial)
        .where(
            is_searchable(),
            PaperRow.sealed_key.is_not(None),
            or_(IndexedRow.paper.is_(None), IndexedRow.reading_version != PaperRow.reading_version),
        )
        .order_by(PaperRow.serial)
        .limit(_BATCH)
    )
    while True:
        with reading(catalogue.engine) as session:
            found = session.execute(query.where(PaperRow.serial > serial)).all()
        if not found:
            return
        yield from (PaperId(row.id) for row in found)
        serial = found[-1].serial


def rows_of(first: int, shared: Sequence[str], pages: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a paper: its place and tokens, those of its pages, and of a paper of several the whole.

    What was put must be known when it is taken out again, so it is made of nothing but what is kept.

    Args:
        first: The paper's place.
        shared: Tokens that all its rows have.
        pages: Their numbers and packed words, in order.
    """
    whole = _Vector()
    count = 0
    for number, packed in pages:
        words = [token for word in words_of(packed) for token in tokens(word)]
        page = _Vector([*words, *pairs(words)])
        yield first + number, [*shared, *page.tokens, *([] if count else [FIRST_PAGE])]
        whole.add(page.tokens)
        count += 1
    if count > 1:
        yield first, [*shared, *whole.tokens, WHOLE]


class _Vector:
    """Different tokens, up to ``_MOST_BYTES`` of them."""

    def __init__(self, tokens: Iterable[str] = ()) -> None:
        self.tokens: dict[str, None] = {}
        self._bytes = 0
        self.add(tokens)

    def add(self, tokens: Iterable[str]) -> None:
        """Add tokens, as far as there is room."""
        for token in tokens:
            if token not in self.tokens and self._bytes < _MOST_BYTES:
                self.tokens[token] = None
                self._bytes += len(token.encode())


def of_type(code: str) -> str:
    """Return the token of papers of a type."""
    return as_token("#t", code)


def of_agency(agency: AgencyCode) -> str:
    """Return the token of papers digitized by an agency."""
    return as_token("#a", agency.canonical.value)


def of_owner(serial: int) -> str:
    """Return the token of papers of an owner's number, by the serial of its row."""
    return f"#o{serial}"


def of_month(year: int, month: int) -> str:
    """Return the token of papers stored in a month, in Vietnam."""
    return f"#s{year:04}{month:02}"


def of_number(number: str) -> str:
    """Return the token of papers of a number and symbol, given by `number_token`."""
    return f"#n{number}"


def _shared(session: Session, row: PaperRow, numbers: Iterable[str]) -> list[str]:
    owners = session.scalars(select(CoOwnerRow.owner_serial).where(CoOwnerRow.paper == row.id))
    found = [of_owner(serial) for serial in (row.owner_serial, *owners) if serial is not None]
    found += [of_number(number) for number in map(number_token, numbers) if number]
    if row.paper_type:
        found.append(of_type(row.paper_type))
    if row.agency:
        found.append(of_agency(AgencyCode(row.agency)))
    if row.stored_at:
        stored = times.local(row.stored_at)
        found.append(of_month(stored.year, stored.month))
    return list(dict.fromkeys(found))


def take_out(session: Session, papers: Sequence[int]) -> None:
    """Take papers out, given by their serials, within a transaction."""
    engine = page_index(session)
    for row in session.scalars(select(IndexedRow).where(IndexedRow.paper.in_(papers))).all():
        of_paper = select(PageWordsRow.page, PageWordsRow.words).where(PageWordsRow.paper == row.paper)
        pages = [(number, words) for number, words in session.execute(of_paper.order_by(PageWordsRow.page))]
        engine.take_out(session, rows_of(row.place, row.tokens, pages))
        session.execute(delete(PageWordsRow).where(PageWordsRow.paper == row.paper))
        session.delete(row)
    session.flush()


def is_searchable(states: Iterable[PaperState] = SEARCHABLE) -> ColumnElement[bool]:
    """Return the condition that a paper's state is one of ``states`` and may be found at all."""
    return PaperRow.state.in_([state.value for state in states if state in SEARCHABLE])
