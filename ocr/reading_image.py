"""The image the engine reads, made from the master page.

Scanning faults, not letter shapes, cost an engine most. Each step removes one fault, and is taken only on a page that
shows it, because every step also costs a little on a perfect page. The image keeps the master's size, so what is found
on it is found on the master.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.cleanup import blur, edges, grey_seals, leaders, levels, lighting, paper_grain, red_ink, specks
from ocr.cleanup.step import Grey, Sheet, Step

STEPS: tuple[Step, ...] = (
    Step("edges", "percent of the page", edges.measure, 0),
    Step("red seals", "percent of the page", red_ink.measure, 0),
    Step("lighting", "grey levels of the darkest paper below white", lighting.measure, 10),
    Step("levels", "grey levels of ink from black or of paper from white", levels.measure, 12),
    Step("grey seals", "seals", grey_seals.measure, 0),
    Step("leaders", "dots", leaders.measure, 0),
    Step("specks", "specks", specks.measure, 5),
    Step("paper grain", "grey levels of the empty paper's grain below white", paper_grain.measure, 12),
    Step("blur", "thousandths of an inch that edges are wide", blur.measure, 9),
)
"""All steps, in the order in which they are taken. The limits were set on the development pages."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What the cleanup made of a page.

    Attributes:
        image: To be read: grey, of the master's size, dark text on white.
        measured: For each step, by name, the fault found, in the step's unit.
        taken: Names of the steps that were taken.
    """

    image: Grey
    measured: Mapping[str, float]
    taken: tuple[str, ...]


def reading_image(master: NDArray[np.uint8], dpi: int, steps: Iterable[Step] = STEPS) -> Grey:
    """Return the image to read: :func:`clean` without its findings."""
    return clean(master, dpi, steps).image


def clean(master: NDArray[np.uint8], dpi: int, steps: Iterable[Step] = STEPS) -> Cleaned:
    """Remove the faults of a page from a copy of it.

    Args:
        master: Master page, height x width x 3, blue-green-red, upright; left as it is.
        dpi: Its resolution.
        steps: Which steps to take, in order, where their fault shows.

    Returns:
        The image to read, and what was found.
    """
    sheet = Sheet(master, np.asarray(cv2.cvtColor(master, cv2.COLOR_BGR2GRAY), dtype=np.uint8), dpi)
    measured: dict[str, float] = {}
    taken: list[str] = []
    for step in steps:
        found = step.measure(sheet)
        measured[step.name] = float(found.fault)
        if found.fault > step.limit:
            sheet = replace(sheet, grey=found.mend())
            taken.append(step.name)
        del found  # what it would mend with is as large as the page
    return Cleaned(sheet.grey, measured, tuple(taken))
