"""The papers as the pipeline understands them: cleaned and read once, classified, extracted and checked in every run.

Reading takes most of the time and changes seldom. So a set is read into a folder of its own, and each run works on a
copy of that folder's catalogue.
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.progress import track

from dossier.identifiers import PaperId
from dossier.paper_types import OTHER, PaperType, cell_of, find_type
from dossier.papers import Field, Paper, PaperState
from dossier.verdicts import Severity
from ingest import pipeline
from ingest.house import House
from ingest.intake.receive import Manifest, ManifestEntry, open_batch, receive
from ingest.settings import Settings
from tests.benchmarks.understanding.papers import Plan
from tests.benchmarks.usage import cpu_seconds
from tests.generator.files import write_scan

_READ = (pipeline.inspect, pipeline.clean, pipeline.read)
_UNDERSTAND = (pipeline.classify, pipeline.extract, pipeline.check)
_LIST, _AS_READ = "papers.json", "as-read.db"


@dataclass(frozen=True, slots=True)
class Truth:
    """What a paper says: the type's code, canonical values by key, and how many pages it has."""

    paper_type: str
    fields: Mapping[str, str]
    pages: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A field that was found or should have been.

    Attributes:
        key, value_kind: Its name, and the kind of its value. required: By its type.
        wanted: The truth; ``None`` where the paper has no such field. got: What was found.
        doubted: Whether a finding is about it.
    """

    key: str
    value_kind: str
    required: bool
    wanted: str | None
    got: Field | None
    doubted: bool = False

    @property
    def right(self) -> bool:
        """Whether the value is the truth's, or none where none is printed, as where a pen wrote it.

        The case of names is the print's, which may be all capitals.
        """
        value = self.got.value if self.got else None
        if value is None or self.wanted is None:
            return value is self.wanted
        if self.value_kind == "person_name":
            return value.casefold() == self.wanted.casefold()
        return value == self.wanted

    @property
    def wrong(self) -> bool:
        """Whether another value than the truth's was given: worse than none."""
        return self.got is not None and self.got.value is not None and not self.right


@dataclass(frozen=True)
class Understood:
    """A paper and what came of it.

    Attributes:
        plan, truth: The paper. paper: As it stands after the checks. paper_type: What it was taken for.
        cpu: Seconds that each step took.
    """

    plan: Plan
    truth: Truth
    paper: Paper
    paper_type: PaperType
    cpu: Mapping[str, float] = field(default_factory=dict)

    @property
    def type_right(self) -> bool:
        """Whether it was taken for what it is."""
        return self.paper.paper_type == self.truth.paper_type

    @property
    def straight_through(self) -> bool:
        """Whether nothing sends it to a person's closer look."""
        return self.paper.state is PaperState.READY

    @property
    def reasons(self) -> Sequence[str]:
        """Why it goes to a person: codes of findings, with the field where there is one."""
        heavy = (f for f in self.paper.checks if f.severity is not Severity.INFO)
        return [f"{f.code} ({f.field})" if f.field else f.code for f in heavy]

    @property
    def fields(self) -> Sequence[Judged]:
        """Every field that the paper has or seems to have; of a wrong type, those that its own type would have.

        What stands in tables is counted apart: a list has more of it than all other papers together.
        """
        return [one for one in self._judged if cell_of(one.key) is None]

    @property
    def cells(self) -> Sequence[Judged]:
        """Every field that stands in a table of the paper, or seems to."""
        return [one for one in self._judged if cell_of(one.key)]

    @cached_property
    def _judged(self) -> Sequence[Judged]:
        keys = dict.fromkeys([*self.truth.fields, *(f.key for f in self.paper.fields)])
        judged, doubted = [], {f.field for f in self.paper.checks}
        for key in keys:
            rule, got = self.paper_type.rule(key), self.paper.field(key)
            kind, required = (rule.value, rule.required) if rule else ("text", False)
            judged.append(Judged(key, kind, required, self.truth.fields.get(key), got, key in doubted))
        return judged


def read(folder: Path, plans: Sequence[Plan]) -> None:
    """Clean and read the papers into ``folder``; those that are there already stay as they are."""
    _restore(folder)
    house = House(Settings(data_dir=folder, workers=1))
    known = known_papers(folder)
    scratch = folder / "scans"
    scratch.mkdir(parents=True, exist_ok=True)
    for plan in track([p for p in plans if p.name not in known], "reading papers"):
        paper = plan.paper()
        file = scratch / plan.file
        write_scan(file, paper.pages, quality=plan.spec.scanner.jpeg or 85)
        entry = ManifestEntry(file.name, paper.owner.number, paper.owner.name)
        batch = open_batch(house, Manifest("bench", (entry,), batch=plan.name))
        received = receive(house, batch.id, file.name, file.read_bytes()).paper
        file.unlink()
        for step in _READ:
            step(house, received.id)
        known[plan.name] = {"id": str(received.id), "pages": len(paper.pages)}
        (folder / _LIST).write_text(json.dumps(known, ensure_ascii=False), encoding="utf-8")
    house.close()
    shutil.copy(folder / "catalogue.db", folder / _AS_READ)


def understand(folder: Path, plans: Sequence[Plan]) -> Iterator[Understood]:
    """Yield the papers that were read into ``folder``, classified, extracted and checked."""
    _restore(folder)
    house = House(Settings(data_dir=folder, workers=1))
    known = known_papers(folder)
    _ = house.paper_types, house.page_work, house.catalogue  # opened once per process, not per paper
    for plan in plans:
        entry, cpu = known[plan.name], defaultdict[str, float](float)
        paper_id = PaperId.parse(entry["id"])
        for step in _UNDERSTAND:
            began = cpu_seconds()
            step(house, paper_id)
            cpu[step.__name__] = cpu_seconds() - began
        paper = house.catalogue.paper(paper_id)
        truth = Truth(plan.paper_type, plan.fields, entry["pages"])
        yield Understood(plan, truth, paper, find_type(house.paper_types, paper.paper_type or OTHER), dict(cpu))
    house.close()


def _restore(folder: Path) -> None:
    """Put the catalogue back to where the papers had just been read, if they were."""
    if (folder / _AS_READ).exists():
        for leftover in folder.glob("catalogue.db*"):
            leftover.unlink()
        shutil.copy(folder / _AS_READ, folder / "catalogue.db")


def known_papers(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what is kept of the papers read into ``folder``, by their names: ``id`` and number of ``pages``."""
    file = folder / _LIST
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}
