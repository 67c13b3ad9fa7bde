"""The outbox to the national portal, on both databases; what is told is tested with ``ingest.telling.portal``."""

import datetime as dt

import pytest

from dossier.papers import Paper
from storage.catalogue import Catalogue
from storage.telling import portal
from storage.telling.portal import Entry, Followed, PortalState, Subject
from tests.storage.standing_papers import put

LEASE = dt.timedelta(hours=1)


def want(catalogue: Catalogue, paper: Paper, digest: str) -> int:
    position = portal.touched(catalogue).begins
    return portal.want(catalogue, Followed((paper.id,), position, position), {Subject(paper.id): digest})


def take(catalogue: Catalogue) -> Entry:
    taken = portal.take(catalogue, at=catalogue.now(), again=catalogue.now() + LEASE)
    assert taken is not None
    return taken


@pytest.mark.parametrize("answer", [PortalState.ACCEPTED, PortalState.WAITING])
def test_what_it_knew_is_told_again_once_something_else_was_sent(catalogue: Catalogue, answer: PortalState) -> None:
    paper = put(catalogue)
    assert want(catalogue, paper, "a") == 1
    portal.settle(catalogue, take(catalogue), PortalState.ACCEPTED, digest="a")
    assert want(catalogue, paper, "a") == 0
    assert want(catalogue, paper, "b") == 1
    sent = take(catalogue)
    assert want(catalogue, paper, "a") == 1
    portal.settle(catalogue, sent, answer, digest="b", error="no answer")
    again = take(catalogue)
    assert (again.wanted, again.error) == ("a", None)
    portal.settle(catalogue, again, PortalState.ACCEPTED, digest="a")
    (kept,) = portal.entries(catalogue)
    assert (kept.state, kept.known) == (PortalState.ACCEPTED, "a")
