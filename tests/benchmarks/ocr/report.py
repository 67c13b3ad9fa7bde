"""What a comparison leaves behind: a Markdown file for people, a JSON file for programs, pictures of the curves."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.ocr import pages
from tests.benchmarks.ocr.compare import EMPTY, PageScore
from tests.benchmarks.ocr.curve import reliability_svg
from tests.benchmarks.ocr.pages import Scan, SetName
from tests.benchmarks.ocr.placed import JudgedWord
from tests.benchmarks.ocr.reliability import bins, reliability_table
from tests.benchmarks.ocr.tables import Table, cost_table, errors_table, faults_table, kinds_table, pages_table
from tests.benchmarks.ocr.targets import targets_table
from tests.benchmarks.ocr.worst import budget_table, confusions_table, worst_pages
from tests.benchmarks.usage import machine

Results = Mapping[str, Sequence[PageScore]]
"""By engine, the engines in the order asked for."""


def header(subset: SetName, scans: Sequence[Scan]) -> str:
    """Return what figures depend on, as one line: the machine, and the pages."""
    inputs = f"{subset} set, {len(scans)} pages, SHA-256 {pages.digest(scans)}, generator {scans[0].file.parent.name}"
    return f"{machine()}; {inputs}"


@dataclass(frozen=True, slots=True)
class Report:
    """A comparison.

    Attributes:
        name: Of its files. header: What the figures depend on. results: The first engine is looked at closest.
    """

    name: str
    header: str
    results: Results

    @property
    def tables(self) -> list[Table]:
        """The figures, the most important ones first."""
        first = next(iter(self.results))
        return [
            targets_table(first, self.results[first]),
            errors_table(self.results),
            cost_table(self.results),
            budget_table(self.results[first]),
            kinds_table(self.results),
            faults_table(self.results),
            *(reliability_table(engine, words) for engine, words in self._judged().items()),
            *(pages_table(engine, scores) for engine, scores in self.results.items()),
            confusions_table(self.results[first]),
        ]

    def summary(self) -> str:
        """What the documentation shows: no single pages, the first engine's confidences only."""
        first, scores = next(iter(self.results.items()))
        tables = [targets_table(first, scores), errors_table(self.results), cost_table(self.results)]
        tables += [budget_table(scores), kinds_table(self.results), faults_table(self.results)]
        if words := self._judged().get(first):
            tables.append(reliability_table(first, words))
        return "\n".join([f"{self.header}\n", *(table.markdown() for table in tables)])

    def markdown(self) -> str:
        """Everything, the first engine's worst pages last."""
        first, scores = next(iter(self.results.items()))
        tables = (table.markdown() for table in self.tables)
        return "\n".join([f"{self.header}\n", *tables, f"## Worst pages of {first}\n", worst_pages(scores)])

    def json(self) -> str:
        """Every page's figures and text; a share is [part, whole]."""
        engines = {engine: [_figures(s) for s in scores] for engine, scores in self.results.items()}
        return json.dumps({"header": self.header, "engines": engines}, ensure_ascii=False, indent=1)

    def write(self, folder: Path) -> list[Path]:
        """Write all files into ``folder``; return them."""
        folder.mkdir(parents=True, exist_ok=True)
        contents = {f"{self.name}.md": self.markdown(), f"{self.name}.json": self.json()}
        for engine, words in self._judged().items():
            contents[f"{self.name}-confidence-{engine}.svg"] = reliability_svg(f"{engine}, {self.name}", bins(words))
        for file, content in contents.items():
            (folder / file).write_text(content, encoding="utf-8")
        return [folder / file for file in contents]

    def _judged(self) -> dict[str, list[JudgedWord]]:
        """Return the words of the engines that tell places and confidences."""
        words = {engine: [w for s in scores for w in s.judged] for engine, scores in self.results.items()}
        return {engine: some for engine, some in words.items() if some}


def _figures(s: PageScore) -> dict[str, Any]:
    shares = {
        "characters": s.characters,
        "without_leaders": s.without_leaders,
        "words": s.words,
        "tones": s.marks.tones,
        "marked_tones": s.marks.marked,
    }
    shares |= {"order": s.order.characters, "lost": s.order.lost, "inversions": s.order.inversions, **s.marks.letters}
    return {
        "page": s.scan.name,
        "group": s.scan.group,
        "faults": s.scan.faults,
        "dpi": s.scan.dpi,
        "cpu_s": round(s.measured.cpu_s, 3),
        "wall_s": round(s.measured.wall_s, 3),
        "peak_bytes": s.measured.peak_bytes,
        "false_characters": s.false_text if s.scan.group == EMPTY else 0,
        "failure": s.measured.failure,
        **{name: dataclasses.astuple(share) for name, share in shares.items()},
        "words_read": [(w.text, w.confidence, w.truth) for w in s.judged],
        "text": s.measured.outcome.text,
    }
