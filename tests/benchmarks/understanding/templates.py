"""What fixed templates would be worth: ``python -m tests.benchmarks.understanding.templates --set dev``.

A template knows where on a form each value stands. It helps where a label is lost, if the place of what is lost can be
told from what is found. So it is counted how many labels are lost, which values are missed for that; and of every label
that is found, how far from there it would be looked for: the page is registered by all others (affine, without those
that do not fit), on the medians of where labels stand on the other papers of the type.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import cv2
import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console

from ingest import pipeline
from ingest.house import House
from ingest.settings import Settings
from ingest.workspace import Workspace
from ocr.additions import without_additions
from ocr.extract import labels_on
from ocr.tokens import rows_of
from ocr.wording import with_wording
from tests.benchmarks.ocr.document import fill
from tests.benchmarks.ocr.tables import Table
from tests.benchmarks.understanding.__main__ import FOLDER, SetName
from tests.benchmarks.understanding.papers import plans
from tests.benchmarks.understanding.report import share
from tests.benchmarks.understanding.understood import Understood, understand

_MM: Final = 25.4
_FITS_MM: Final = 3.0
"""A label farther than this from where the others say does not fit."""
_LEAST: Final = 4
"""Labels found on a page that can be registered, and papers of a type that make a reference."""
_HALF_A_LINE_MM: Final = 2.5
"""From here on a value is taken from the line above or below."""


@dataclass(frozen=True, slots=True)
class Printed:
    """The labels of a paper's first page: of which fields, where they begin in millimetres, which the paper lacks."""

    understood: Understood
    found: Mapping[str, NDArray[np.float64]]
    lost: frozenset[str]


def printed(house: House, paper: Understood) -> Printed:
    """Find the labels of a paper."""
    reading = without_additions(pipeline.reading_of(Workspace(house.objects, paper.paper.id)))
    labelled = labels_on(with_wording(rows_of(reading)), paper.paper_type)
    dpis = {page.number: page.dpi for page in reading.pages}
    found = {}
    for key, (place, _) in labelled.assigned.items():
        token = labelled.rows[labelled.labels[place].row].tokens[labelled.labels[place].start]
        if token.page == 1:
            found[key] = np.array([token.box.x, token.box.y + token.box.height / 2]) * _MM / dpis[1]
    wanted = {r.key for r in paper.paper_type.fields if r.labels and not r.zone and r.key in paper.truth.fields}
    rules = [rule for rule in paper.paper_type.fields if rule.key in wanted]
    shared = {r.labels for r in paper.paper_type.fields if r.key in labelled.assigned}
    return Printed(paper, found, frozenset(r.key for r in rules if r.labels not in shared))


def misses(of_type: Sequence[Printed]) -> list[float]:
    """Return how far down or up each label found would have been looked for, millimetres; infinite: nowhere."""
    far = []
    for one in of_type:
        others = defaultdict[str, list[NDArray[np.float64]]](list)
        for other in of_type:
            for key, place in other.found.items() if other is not one else ():
                others[key].append(place)
        reference = {key: np.median(places, axis=0) for key, places in others.items() if len(places) >= _LEAST}
        for key, place in one.found.items():
            known = [other for other in one.found if other != key and other in reference]
            looked = _place(reference, one.found, known, key) if key in reference and len(known) >= _LEAST else None
            far.append(float("inf") if looked is None else abs(float(looked[1] - place[1])))
    return far


def _place(
    reference: Mapping[str, NDArray[np.float64]],
    found: Mapping[str, NDArray[np.float64]],
    known: Sequence[str],
    key: str,
) -> NDArray[np.float64] | None:
    """Return where a label is looked for on a page that is registered by others."""
    source, target = (np.array([where[k] for k in known], np.float32) for where in (reference, found))
    matrix, _ = cv2.estimateAffinePartial2D(source, target, method=cv2.RANSAC, ransacReprojThreshold=_FITS_MM)
    return None if matrix is None else np.asarray(matrix @ np.append(reference[key], 1.0))


def table(papers: Sequence[Printed]) -> Table:
    """One row for each type with labels, all together last."""
    by_type = defaultdict[str, list[Printed]](list)
    for one in papers:
        if one.understood.type_right and (one.found or one.lost):
            by_type[one.understood.truth.paper_type].append(one)
    far = {code: misses(some) for code, some in by_type.items()}
    rows = [_row(code, some, far[code]) for code, some in by_type.items()]
    every = [one for some in by_type.values() for one in some]
    rows.append(_row("all", every, [distance for some in far.values() for distance in some]))
    head = ["type", "labels", "lost", "values missed for it", "place told within half a line, of those found, %"]
    return Table("What a template could win", head, rows)


def _row(name: str, papers: Sequence[Printed], far: Sequence[float]) -> list[str]:
    lost = sum(len(one.lost) for one in papers)
    missed = sum(not f.right for one in papers for f in one.understood.fields if f.key in one.lost)
    near = sum(distance <= _HALF_A_LINE_MM for distance in far)
    return [name, str(len(far) + lost), str(lost), str(missed), share(near, len(far))]


def main(
    subset: Annotated[SetName, typer.Option("--set", help="A set that was read before")] = SetName.DEV,
    document: Annotated[Path | None, typer.Option(exists=True, help="Whose figures to replace")] = None,
) -> None:
    """Show what templates would be worth."""
    folder = FOLDER / subset.value
    understood = list(understand(folder, plans(subset.value)))
    house = House(Settings(data_dir=folder, workers=1))
    found = table([printed(house, one) for one in understood])
    house.close()
    Console(width=160).print(found.rich())
    if document:
        fill(document, "understanding-templates", f"{subset} set\n\n{found.markdown()}")


if __name__ == "__main__":
    typer.run(main)
