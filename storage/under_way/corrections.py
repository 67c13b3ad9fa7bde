"""What people corrected in what was read: the truth about our reading, kept to learn from."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from dossier.identifiers import PaperId
from dossier.papers import Box, Field, FieldSource
from storage.catalogue import Catalogue
from storage.database import reading
from storage.records import Correction, Reviewer
from storage.schema import CorrectionRow

PAPER_TYPE, OWNER = "paper.type", "paper.owner"
"""Keys of corrections of no field: what the paper is, and whose, where a second person may be needed."""
USUAL_TYPE, USUAL_OWNER = "paper.type-usual", "paper.owner-usual"
"""The same where one person is enough: such a change must not hide one before it that needed two."""
_TOGETHER = 1000
"""Corrections read from the catalogue at once."""


def note(session: Session, corrections: Iterable[Correction]) -> None:
    """Keep corrections within the transaction that changes the paper."""
    session.add_all(_row(one) for one in corrections)


def corrections(catalogue: Catalogue) -> Iterator[Correction]:
    """Yield all corrections of papers that are still there, in the order in which they were made.

    They are read in pieces, so that no transaction is open while the caller works.
    """
    last = 0
    query = select(CorrectionRow).order_by(CorrectionRow.serial).limit(_TOGETHER)
    while True:
        with reading(catalogue.engine) as session:
            found = [
                (row.serial, _correction(row)) for row in session.scalars(query.where(CorrectionRow.serial > last))
            ]
        if not found:
            return
        yield from (correction for _, correction in found)
        last = found[-1][0]


def changed_by(catalogue: Catalogue, papers: Collection[PaperId]) -> dict[PaperId, dict[str, Reviewer]]:
    """Return for those of some papers that were corrected, by key, who changed its value last."""
    query = (
        select(CorrectionRow.paper, CorrectionRow.key, CorrectionRow.person, CorrectionRow.account)
        .where(CorrectionRow.paper.in_([paper.value for paper in papers]), is_change(CorrectionRow))
        .order_by(CorrectionRow.serial)
    )
    found: defaultdict[PaperId, dict[str, Reviewer]] = defaultdict(dict)
    with reading(catalogue.engine, statements=1) as session:
        for paper, key, person, account in session.execute(query):
            found[PaperId(paper)][key] = Reviewer(person, account)
    return dict(found)


def is_change(row: type[CorrectionRow]) -> ColumnElement[bool]:
    """Return the condition that a correction says something else than stood there before."""
    return func.coalesce(row.value, "") != row.corrected


def _row(one: Correction) -> CorrectionRow:
    read = one.read
    box = read.box if read else None
    return CorrectionRow(
        paper=one.paper.value,
        paper_type=one.paper_type,
        key=one.key,
        raw=read.raw if read else "",
        value=read.value if read else None,
        source=read.source.value if read else None,
        confidence=read.confidence if read else None,
        corrected=one.corrected,
        page=read.page if read else None,
        x=box.x if box else None,
        y=box.y if box else None,
        width=box.width if box else None,
        height=box.height if box else None,
        person=one.person,
        account=one.account,
        at=one.at,
    )


def _correction(row: CorrectionRow) -> Correction:
    read = None
    if row.source is not None:
        sides = (row.x, row.y, row.width, row.height)
        box = Box(*(side for side in sides if side is not None)) if None not in sides else None
        confidence = row.confidence or 0.0
        read = Field(row.key, row.value, row.raw, row.page, box, confidence, FieldSource(row.source))
    paper = PaperId(row.paper)
    return Correction(paper, row.paper_type, row.key, read, row.corrected, row.person, row.at, row.account)
