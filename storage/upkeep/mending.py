"""Mending rows that do not fit what is in the object store, where that loses nothing.

Functions on a `Catalogue`; each is one transaction with its audit entry, and each may raise ``StoreUnavailable``.
"""

from dossier.errors import WrongState
from dossier.identifiers import PaperId
from dossier.papers import PaperState
from storage.audit_log import audit
from storage.catalogue import Catalogue, paper_row
from storage.database import writing
from storage.upkeep import references

REOPENED, REPOINTED = "paper.reopened", "object.repointed"
"""Actions in the audit log."""


def reopen(catalogue: Catalogue, paper: PaperId, present: PaperState, *, actor: str) -> None:
    """Let a paper whose work in progress is lost begin anew from its original; what a person stated stays stated.

    Raises:
        NotFound: There is no such paper. WrongState: It is not in the state ``present`` any more.
    """
    with writing(catalogue.engine) as session:
        row = paper_row(session, paper)
        if row.state != present.value:
            raise WrongState(state=row.state, needed=present.value)
        row.state, row.waiting, row.setback = PaperState.RECEIVED.value, None, None
        detail = {"from": present.value, "to": PaperState.RECEIVED.value}
        audit.append(session, actor=actor, action=REOPENED, about=f"paper:{paper}", at=catalogue.now(), detail=detail)


def repoint(catalogue: Catalogue, key: str, before: str, after: str, *, actor: str) -> None:
    """Let the rows that name a version which is gone name another one with the same bytes."""
    with writing(catalogue.engine) as session:
        references.follow(session, key, before, after)
        detail = {"before": before, "after": after}
        audit.append(session, actor=actor, action=REPOINTED, about=f"object:{key}", at=catalogue.now(), detail=detail)
