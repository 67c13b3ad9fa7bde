"""Which papers of an owner may be used again."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

from dossier.identifiers import OwnerNumber
from dossier.papers import Paper
from dossier.reuse import Hindrance, hindrance
from ingest.house import House
from storage.reports.dossiers import known_dossiers


def usable_papers(
    house: House, owner: OwnerNumber, on: dt.date, *, among: int, paper_type: str | None = None
) -> tuple[Paper, ...]:
    """Return an owner's papers that may be used again on a day, the latest issued first, then the better grade.

    Args:
        house: The parts.
        owner: Whose.
        on: The day.
        among: Look at so many at most, the latest issued: an organisation may have tens of thousands.
        paper_type: Only of this type.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    return usable(house, house.catalogue.find(owner, paper_type=paper_type, valid_on=on, limit=among), on)


def usable_of_each(
    house: House, owner: OwnerNumber, on: dt.date, *, among: int, paper_types: Collection[str] | None = None
) -> tuple[Paper, ...]:
    """Return the same of each type by itself, so that papers of one type never crowd out those of another.

    Args:
        house: The parts.
        owner: Whose.
        on: The day.
        among: Look at so many of each type at most, the latest issued.
        paper_types: Only of these types.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    return usable(house, house.catalogue.latest(owner, on, each=among, paper_types=paper_types), on)


def usable(house: House, papers: Sequence[Paper], on: dt.date) -> tuple[Paper, ...]:
    """Return those of ``papers`` that may be used again on a day.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    return tuple(paper for paper, why in _hindrances(house, papers, on) if why is None)


def hindrance_of(house: House, paper: Paper, on: dt.date) -> Hindrance | None:
    """Return why a paper cannot be used again on a day, or ``None`` if it can.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    return next(why for _, why in _hindrances(house, [paper], on))


def _hindrances(house: House, papers: Sequence[Paper], on: dt.date) -> Iterator[tuple[Paper, Hindrance | None]]:
    dossiers = known_dossiers(house.catalogue, [paper.dossier for paper in papers if paper.dossier])
    for paper in papers:
        dossier = dossiers.get(paper.dossier.canonical) if paper.dossier else None
        yield paper, hindrance(paper, house.paper_types.get(paper.paper_type or ""), dossier, on)
