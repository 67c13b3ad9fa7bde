"""Prints of the pages of stored papers, by which a sheet scanned again is known.

They can be made anew from any page, so keeping them is no change that the audit log tells.
"""

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import select

from dossier.identifiers import PaperId
from dossier.papers import Paper, PaperState
from storage.catalogue import Catalogue
from storage.database import reading, writing
from storage.rows import paper_from
from storage.schema import PagePrintRow, PaperRow

Prints = Mapping[int, str]
"""By page, from 1: hexadecimal digits, empty for a page with hardly anything on it."""


def keep_prints(catalogue: Catalogue, paper: PaperId, prints: Prints) -> None:
    """Keep the prints of a paper's pages; those that these pages had are replaced.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    with writing(catalogue.engine) as session:
        for page, found in prints.items():
            session.merge(PagePrintRow(paper=paper.value, page=page, print=found))


def prints_of(catalogue: Catalogue, papers: Collection[PaperId]) -> dict[PaperId, dict[int, str]]:
    """Return the prints of papers; those that have none are left out.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    found: dict[PaperId, dict[int, str]] = {}
    if papers:
        query = select(PagePrintRow).where(PagePrintRow.paper.in_([paper.value for paper in papers]))
        with reading(catalogue.engine) as session:
            for row in session.scalars(query):
                found.setdefault(PaperId(row.paper), {})[row.page] = row.print
    return found


def issued_on_day(catalogue: Catalogue, paper_type: str, day: dt.date, *, limit: int) -> list[Paper]:
    """Return up to ``limit`` stored papers of a type that were issued on a day, anybody's, the latest received first.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    query = (
        select(PaperRow)
        .where(PaperRow.paper_type == paper_type, PaperRow.issued_on == day, PaperRow.state == PaperState.STORED.value)
        .order_by(PaperRow.serial.desc())
        .limit(limit)
    )
    with reading(catalogue.engine) as session:
        return [paper_from(row) for row in session.scalars(query)]


def with_original(catalogue: Catalogue, sha256: str, *, limit: int) -> list[Paper]:
    """Return up to ``limit`` stored papers that came with these bytes, anybody's, the first received first.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    query = (
        select(PaperRow)
        .where(PaperRow.original_sha256 == sha256, PaperRow.state == PaperState.STORED.value)
        .order_by(PaperRow.serial)
        .limit(limit)
    )
    with reading(catalogue.engine) as session:
        return [paper_from(row) for row in session.scalars(query)]
