"""How often a side with something faint on it is left out, and how often an empty one stays.

``python -m tests.benchmarks.blank_pages --each 15`` prints the table of ``docs/operate.md``.
"""

import random
from typing import Annotated

import cv2
import numpy as np
import typer

from ingest.scan.images import PageImage
from tests.generator.faint import EMPTY, FAINT, faint_side

_SEVERITIES = (0.5, 1.0, 2.0)
"""A clean office scanner, an ordinary one, a bad one."""


def measure(each: Annotated[int, typer.Option(min=1, help="Trang mỗi loại / pages of each kind")] = 15) -> None:
    """Print for each kind of side how many of its pages were found blank, and how many empty."""
    typer.echo(f"| {each} pages of each | blank: no words are looked for | empty: left out |\n|---|---|---|")
    for name, side in {**EMPTY, **FAINT}.items():
        blank = empty = 0
        for number in range(each):
            rng = random.Random(f"{name} {number}")  # noqa: S311 - chance of a benchmark
            image = faint_side(side, rng, severity=_SEVERITIES[number % len(_SEVERITIES)])
            pixels = image[..., ::-1] if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
            survey = PageImage(1, np.ascontiguousarray(pixels), 150).survey
            is_blank = survey.marks is None
            blank += is_blank
            empty += is_blank and not survey.has_traces
        typer.echo(f"| {name} | {100 * blank / each:.0f} % | {100 * empty / each:.0f} % |")


if __name__ == "__main__":
    typer.run(measure)
