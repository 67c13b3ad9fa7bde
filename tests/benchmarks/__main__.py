"""Print the tables of ``make bench``."""

import json
import os
import platform
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from dossier.papers import Paper
from ingest import pipeline
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.people.confirm import confirm_as_announced
from ingest.scan.pages import reading_of
from ingest.settings import Settings
from ingest.workspace import Workspace
from ocr.model import Reading
from tests.benchmarks.usage import cpu_seconds
from tests.generator.batch import sample_batch


@dataclass
class Score:
    """What one paper of the batch gave."""

    name: str
    pages: int = 0
    errors: int = 0
    characters: int = 0
    fields_right: int = 0
    fields: int = 0
    wrong: list[str] = field(default_factory=list)
    paper: Paper | None = None

    @property
    def cer(self) -> float:
        """Character error rate, percent: edits over characters of the truth, runs of white space as one space."""
        return 100 * self.errors / max(1, self.characters)


def main() -> None:
    """Digitize the sample batch step by step and print what it cost and how well it was read."""
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        scans = Path(folder) / "scans"
        files = sample_batch(scans)
        house = House(Settings(data_dir=Path(folder) / "data", workers=1))
        _ = house.seals.key(house.seals.declared[0]), house.catalogue  # opened once per process, not per paper
        cost: dict[str, float] = defaultdict(float)
        wall: dict[str, float] = defaultdict(float)
        scores = [_digitize(house, scans, path, cost, wall) for path in files]
        house.close()
    pages = sum(s.pages for s in scores)
    machine = f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"
    console.print(f"{machine}, Python {platform.python_version()}, {house.readers.first.name}")
    table = Table(
        "step", "CPU s", "CPU s per page", "wall s per page", title=f"sample batch, {pages} pages, one worker"
    )
    for name, seconds in cost.items():
        table.add_row(name, f"{seconds:.2f}", f"{seconds / pages:.3f}", f"{wall[name] / pages:.3f}")
    table.add_row(
        "whole", f"{sum(cost.values()):.2f}", f"{sum(cost.values()) / pages:.3f}", f"{sum(wall.values()) / pages:.3f}"
    )
    console.print(table)
    table = Table("paper", "type", "pages", "CER %", "fields exact", "verdict", "wrong fields")
    for s in scores:
        assert s.paper is not None
        table.add_row(
            s.name,
            s.paper.paper_type,
            str(s.pages),
            f"{s.cer:.2f}",
            f"{s.fields_right}/{s.fields}",
            s.paper.verdict.value if s.paper.verdict else s.paper.state.value,
            ", ".join(s.wrong),
        )
    errors, characters = sum(s.errors for s in scores), sum(s.characters for s in scores)
    right, fields = sum(s.fields_right for s in scores), sum(s.fields for s in scores)
    table.add_row("whole", "", str(pages), f"{100 * errors / characters:.2f}", f"{right}/{fields}", "", "")
    console.print(table)


def _digitize(house: House, scans: Path, path: Path, cost: dict[str, float], wall: dict[str, float]) -> Score:
    truth = json.loads((scans / "truth" / f"{path.stem}.json").read_text())
    owner = truth["owner"]
    entry = ManifestEntry(path.name, owner["number"], owner["name"], confirmed_by="Người đối chiếu")
    batch = open_batch(house, Manifest("bench", (entry,)))
    paper = receive(house, batch.id, path.name, path.read_bytes()).paper
    score = Score(path.name, pages=len(truth["pages"]))

    def run(steps: tuple[pipeline.Step, ...]) -> None:
        for step in steps:
            before, began = cpu_seconds(), time.perf_counter()
            step(house, paper.id)
            cost[step.__name__] += cpu_seconds() - before
            wall[step.__name__] += time.perf_counter() - began

    run(pipeline.PREPARE)
    reading = reading_of(Workspace(house.objects, paper.id))
    confirm_as_announced(house, paper.id)
    run(pipeline.FINISH)
    score.paper = house.catalogue.paper(paper.id)
    _compare_text(score, reading, truth)
    _compare_fields(score, truth["fields"])
    return score


def _compare_text(score: Score, reading: Reading, truth: dict[str, object]) -> None:
    for page, expected in zip(reading.pages, truth["pages"], strict=True):
        wanted, got = " ".join(expected["text"].split()), " ".join(page.text.split())
        score.errors += Levenshtein.distance(wanted, got)
        score.characters += len(wanted)


def _compare_fields(score: Score, expected: dict[str, str]) -> None:
    assert score.paper is not None
    for key, wanted in expected.items():
        found = score.paper.field(key)
        score.fields += 1
        if found is not None and found.value == wanted:
            score.fields_right += 1
        else:
            score.wrong.append(key)


if __name__ == "__main__":
    main()
