"""Prefilling forms from the owner's papers in the store: only papers that may be used again are asked."""

import datetime as dt
from collections.abc import Callable, Sequence

from dossier.facts import Fact
from dossier.identifiers import OwnerNumber
from dossier.paper_types import FieldRule
from dossier.papers import Paper
from dossier.prefill import Answer, answer, sayings
from ingest.house import House
from ingest.reuse.usable import usable_of_each
from storage.people.numbers import numbers_of

Visible = Callable[[Paper, FieldRule], bool]
"""Whether whoever asks may see a field of a paper."""
MOST_ASKED = 50
"""Papers of each type that are asked, the latest issued: what older ones say those of today say too, or correct."""


def prefill(
    house: House, owner: OwnerNumber, facts: Sequence[Fact], on: dt.date, visible: Visible
) -> tuple[Answer, ...]:
    """Return what is known of each fact, by the latest ``MOST_ASKED`` papers of each type.

    Args:
        house: The parts.
        owner: Of whom, by any number.
        facts: What is asked.
        on: The day in Vietnam.
        visible: Decides which fields may be told.

    Raises:
        StoreUnavailable: The catalogue does not answer.
    """
    papers = usable_of_each(house, owner, on, among=MOST_ASKED)
    numbers = numbers_of(house.catalogue, owner)
    told = [one for one in sayings(papers, house.paper_types, numbers) if visible(one.paper, one.rule)]
    return tuple(answer(fact, told) for fact in facts)
