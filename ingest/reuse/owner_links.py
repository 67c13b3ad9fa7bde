"""Links between an owner's numbers that the codes of stored cards give (``dossier.owner_codes``)."""

from collections.abc import Iterator

from dossier.owner_codes import coded_numbers
from dossier.papers import Paper
from ingest.house import House
from storage.people.owner_records import Merge
from storage.people.owners import link
from storage.proof.renewals import all_stored


def link_owners(house: House, paper: Paper, *, actor: str) -> list[Merge]:
    """Link the numbers that a stored card's code says; return what is new, conflicts among it."""
    paper_type = house.paper_types.get(paper.paper_type or "")
    if paper_type is None or paper.owner is None:
        return []
    said = [
        link(house.catalogue, paper.owner.number, number, paper.id, actor=actor)
        for number in coded_numbers(paper, paper_type)
    ]
    return [merge for merge in said if merge is not None]


def link_all(house: House, *, actor: str) -> Iterator[Merge]:
    """Do so for every stored card, those that came before there were links among them; yield what is new."""
    for paper in all_stored(house.catalogue):
        yield from link_owners(house, paper, actor=actor)
