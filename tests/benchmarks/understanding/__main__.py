"""``python -m tests.benchmarks.understanding``: read a set of papers once, understand them, show the tables."""

import shutil
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import cv2
import typer
from rich.console import Console

from tests.benchmarks.ocr.document import fill
from tests.benchmarks.understanding import pictures, report, types
from tests.benchmarks.understanding.papers import OF_EACH, plans
from tests.benchmarks.understanding.understood import read, understand
from tests.benchmarks.usage import machine

_FOLDER = Path("build/bench/understanding")


class SetName(StrEnum):
    """The two sets of papers."""

    DEV = "dev"
    TEST = "test"


def main(
    subset: Annotated[SetName, typer.Option("--set", help="Papers to develop on, or to judge by")] = SetName.DEV,
    of_each: Annotated[int, typer.Option(min=1, help="Papers of each kind")] = OF_EACH,
    document: Annotated[Path | None, typer.Option(exists=True, help="Whose figures to replace")] = None,
    picture: Annotated[Path | None, typer.Option(help="JPEG to draw the worst papers into")] = None,
    *,
    afresh: Annotated[bool, typer.Option(help="Clean and read again what was read before")] = False,
) -> None:
    """Show how well a set of papers is understood."""
    cv2.setNumThreads(1)
    console, folder = Console(width=200), _FOLDER / subset.value
    if afresh:
        shutil.rmtree(folder, ignore_errors=True)
    papers = plans(subset.value, of_each)
    read(folder, papers)
    understood = list(understand(folder, papers))
    tables = [
        report.targets_table(understood),
        report.types_table(understood),
        report.fields_table(understood),
        report.kinds_table(understood),
        report.type_curve(understood),
        types.table(types.guesses(folder, papers)),
        report.field_curve(understood),
        report.cost_table(understood),
    ]
    header = f"{machine()}; {subset} set, {sum(u.truth.pages for u in understood)} pages"
    console.print(header)
    for table in tables:
        console.print(table.rich())
    if picture:
        picture.write_bytes(pictures.picture(folder, pictures.worst(understood)))
    if document:
        fill(document, f"understanding-{subset}", "\n".join([f"{header}\n", *(t.markdown() for t in tables)]))


if __name__ == "__main__":
    typer.run(main)
