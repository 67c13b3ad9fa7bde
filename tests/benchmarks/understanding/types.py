"""How likely a type is right whose title and phrases score so well: the curve fitted, and how well it holds.

A catalogue never knows all papers. So each paper is classified twice: with all types, and without its own; then
whichever type comes first is wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from dossier.identifiers import PaperId
from dossier.paper_types import OTHER, PaperType
from ingest.house import House
from ingest.scan.pages import codes_of, reading_of
from ingest.settings import Settings
from ingest.workspace import Workspace
from ocr.classify import clear, likelihood, score_types
from ocr.model import Reading
from ocr.qr import Code
from tests.benchmarks.ocr.tables import Table, shown
from tests.benchmarks.understanding.papers import Plan
from tests.benchmarks.understanding.understood import known_papers

_RIDGE: Final = 0.05
_STEPS, _SMALLEST_STEP = 100, 1e-9
_BANDS: Final = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 1.01)


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest type of a paper: how well it scores, and whether it is the right one."""

    score: float
    right: bool


def guesses(folder: Path, plans: Sequence[Plan]) -> list[Guess]:
    """Return the guesses for the papers that were read into ``folder``, with and without the paper's own type."""
    house = House(Settings(data_dir=folder, workers=1))
    types = {code: one for code, one in house.paper_types.items() if code != OTHER}
    known, found = known_papers(folder), list[Guess]()
    for plan in plans:
        work = Workspace(house.objects, PaperId.parse(known[plan.name]["id"]))
        reading, codes = reading_of(work), codes_of(work)
        found += _both(reading, codes, types, plan.paper_type)
    house.close()
    return found


def _both(reading: Reading, codes: Sequence[Code], types: Mapping[str, PaperType], own: str) -> Iterator[Guess]:
    scored = score_types(reading, types, codes)
    others = [one for one in scored if one.code != own]
    for some in (scored, others) if len(others) < len(scored) else (others,):
        yield Guess(clear(some[0].score, some[1].score), some[0].code == own)


def fitted(guesses: Sequence[Guess]) -> tuple[float, float]:
    """Return bias and slope of the logistic curve, fitted by Newton's method with a weak ridge on the slope."""
    scores = np.array([g.score for g in guesses])
    right = np.array([g.right for g in guesses], float)
    columns = np.stack([np.ones_like(scores), scores], axis=1)
    ridge, weights = np.diag([_SMALLEST_STEP, _RIDGE]), np.zeros(2)
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-columns @ weights))
        slope = columns.T @ (chance - right) + ridge @ weights
        step = np.linalg.solve((columns.T * (chance * (1 - chance))) @ columns + ridge, slope)
        weights -= step
        if np.abs(step).max() < _SMALLEST_STEP:
            break
    return float(weights[0]), float(weights[1])


def table(guesses: Sequence[Guess]) -> Table:
    """Return how often types are right by the confidence that is in force."""
    rows = []
    for low, high in pairwise(_BANDS):
        some = [g for g in guesses if low <= likelihood(g.score) < high]
        right = sum(g.right for g in some)
        mean = sum(likelihood(g.score) for g in some) / len(some) if some else float("nan")
        rows.append(
            [f"{low:g} - {min(high, 1):g}", str(len(some)), shown(100 * mean, 1), str(right), str(len(some) - right)]
        )
    head = ["confidence", "guesses", "mean confidence %", "right", "wrong"]
    bias, slope = fitted(guesses)
    return Table(f"Types, with and without the paper's own; best curve: bias {bias:.2f}, slope {slope:.2f}", head, rows)
