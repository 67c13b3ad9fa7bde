"""What else happens in the transaction that stores a paper: the ones before it step back, others are told of it."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy.orm import Session

from dossier.paper_types import PaperType
from storage.lifecycle.superseding import settle
from storage.reports.dossiers import announce_reusable
from storage.schema import PaperRow


def at_storing(paper_type: PaperType | None, *, at: dt.datetime, actor: str) -> Callable[[Session, PaperRow], None]:
    """Return what ``Catalogue.save`` is to do besides, when it stores a paper of this type.

    Args:
        paper_type: ``None`` if it is unknown by now.
        at: Now, aware.
        actor: Who stores it.
    """

    def also(session: Session, row: PaperRow) -> None:
        settle(session, row, paper_type, at=at, actor=actor)
        announce_reusable(session, row, paper_type, at=at)

    return also
