"""A store of invented papers to be searched, and what a search must find in it by looking at every paper."""

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dossier.identifiers import AgencyCode, PaperId
from dossier.owners import Owner
from dossier.papers import Box, Paper, PaperState
from dossier.search import Level, Query, SearchedPage, judge, number_token
from storage.catalogue import Catalogue
from storage.searching.search_index import put
from tests.storage.examples import NOON, OTHER_OWNER, OWNER, batch, paper, stored_object

WORDS = (
    *(
        "Nguyễn",
        "Văn",
        "An",
        "nguyên",
        "vàn",
        "Thị",
        "Quyết",
        "định",
        "Số",
        "320/QĐ-UBND",
        "đất",
        "ĐẤT",
        "dat",
        "CS 02175",
    ),
    *("CS02175", "1.001193", "(và", "và)", "Huyện", "28/10/2024", "huyen", "UBND", "ủy", "ban", "nhân", "dân", "320"),
    *("001193", "ngu", "Ngữ", "…", "1.500.000", "Ðông", "a@b.vn", "đường-sắt", "ΑΘΗΝΑ", "x_y", "'--", '"và"', "O'Neil"),
    "&|!:*",
)
NUMBERS = ("320/QĐ-UBND", "321/QĐ-UBND", "CS 02175", "32/TB", "", "45/2020")
TYPES = ("decision", "birth-certificate", None)
AGENCIES = (AgencyCode("H41.12.5"), AgencyCode("000.00.53.H48"), None)


@dataclass(frozen=True)
class Shelved:
    """A paper in the store, as it was put there."""

    paper: Paper
    numbers: tuple[str, ...]
    pages: tuple[SearchedPage, ...]


def page(number: int, words: Iterable[str]) -> SearchedPage:
    """Return a page with words in a row, each in a box of its own."""
    told = tuple(part for word in words for part in word.split())
    return SearchedPage(number, told, tuple(Box(10 + 30 * i, 40 * number, 25, 12) for i in range(len(told))))


def shelve(
    catalogue: Catalogue, pages: Sequence[SearchedPage], numbers: Sequence[str] = (), **known: object
) -> Shelved:
    """Store a paper of these words and make it searchable."""
    return shelve_all(catalogue, [(pages, numbers, known)])[0]


def shelve_all(
    catalogue: Catalogue, some: Iterable[tuple[Sequence[SearchedPage], Sequence[str], dict[str, object]]]
) -> list[Shelved]:
    """Store papers, in the order in which they are received."""
    name = PaperId.new().value
    shelved = [Shelved(_stored(name, known), tuple(numbers), tuple(pages)) for pages, numbers, known in some]
    catalogue.add_batch(batch(name), [one.paper for one in shelved], actor="test")
    for one in shelved:
        put(catalogue, one.paper.id, one.pages, one.numbers, 1)
    return shelved


def _stored(name: str, known: dict[str, object]) -> Paper:
    kept = replace(paper(in_batch=name), state=PaperState.STORED, sealed=stored_object(b"sealed"), stored_at=NOON)
    return replace(kept, **known)  # type: ignore[arg-type]  # passed through


def some_papers(seed: int, count: int) -> list[tuple[list[SearchedPage], tuple[str, ...], dict[str, object]]]:
    """Return what `shelve` takes of ``count`` papers, the same of each seed."""
    rng = random.Random(seed)  # noqa: S311 - chance, not secrets
    few = rng.sample(WORDS, 12)  # so that words meet
    found = []
    for serial in range(count):
        words = rng.choice((WORDS, few, few))
        pages = [page(n + 1, rng.choices(words, k=rng.randrange(9))) for n in range(rng.choice((1, 1, 1, 2, 3)))]
        issued = dt.date(2024, 1, 1) + dt.timedelta(days=rng.randrange(60)) if rng.random() < 0.8 else None
        number = rng.choice(NUMBERS)
        known: dict[str, object] = {
            "id": PaperId(f"{seed:04}{serial:012}"),
            "issued_on": issued,
            "owner": rng.choice((OWNER, OTHER_OWNER, Owner.parse("001190012999"))),
            "co_owners": (OTHER_OWNER,) if rng.random() < 0.2 else (),
            "paper_type": rng.choice(TYPES),
            "agency": rng.choice(AGENCIES),
        }
        found.append((pages, (number,) if number else (), known))
    return found


def expected(shelved: Sequence[Shelved], query: Query) -> list[tuple[PaperId, Level]]:
    """Return what must be found, by looking at every paper; ``shelved`` in the order in which it was received."""
    by_issue = sorted(enumerate(shelved), key=lambda one: (one[1].paper.issued_on or dt.date.min, one[0]), reverse=True)
    found = []
    for _, one in by_issue:
        level = judge(query, [number_token(n) for n in one.numbers], [p.line for p in one.pages])
        if level:
            found.append((one.paper.id, level))
    return sorted(found, key=lambda one: one[1])
