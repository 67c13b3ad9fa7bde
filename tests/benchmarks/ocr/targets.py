"""What the reading is to reach on the test pages, and whether it does."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Final

from tests.benchmarks.ocr.compare import EMPTY, PageScore, cer, total
from tests.benchmarks.ocr.metrics import MarkErrors
from tests.benchmarks.ocr.reliability import SURE
from tests.benchmarks.ocr.tables import MIB, Table, shown

_Scores = Sequence[PageScore]


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that is to be no greater than ``must``, better no greater than ``aim``, if there is one."""

    name: str
    measure: Callable[[_Scores], float]
    must: float
    aim: float | None = None


def _group(name: str) -> Callable[[_Scores], float]:
    return lambda scores: cer([s for s in scores if s.scan.group == name])


def _printed(scores: _Scores) -> list[PageScore]:
    return [s for s in scores if s.scan.group != EMPTY]


def _tones(scores: _Scores) -> float:
    return total(_printed(scores), lambda s: s.marks, MarkErrors()).marked.percent


def _worst(scores: _Scores) -> float:
    return max((s.cer for s in _printed(scores)), default=math.nan)


def _cpu(scores: _Scores) -> float:
    return mean(s.measured.cpu_s for s in _printed(scores)) if _printed(scores) else math.nan


def _sure_but_wrong(scores: _Scores) -> float:
    sure = [w.right for s in scores for w in s.judged if w.confidence >= SURE]
    return 100 * (1 - mean(sure)) if sure else math.nan


def _memory(scores: _Scores) -> float:
    return max((s.measured.peak_bytes for s in scores), default=math.nan) / MIB


TARGETS: Final = (
    Target("CER of text, %", _group("text"), 0.35, 0.2),
    Target("CER of forms, %", _group("forms"), 2.5, 1.5),
    Target("CER of tables, %", _group("tables"), 2.0, 1.0),
    Target("CER of the worst page, %", _worst, 8.0),
    Target("tone marks that were read as another or none, %", _tones, 0.7),
    Target(f"words at {SURE} and more that are wrong, %", _sure_but_wrong, 2.0),
    Target("CPU seconds per printed page, the whole way", _cpu, 1.5, 1.0),
    Target("peak memory, MiB (600 MB)", _memory, 572),
)


def targets_table(engine: str, scores: _Scores) -> Table:
    """Return each target with what was measured."""
    rows = []
    for target in TARGETS:
        measured = target.measure(scores)
        aim = "–" if target.aim is None else f"≤ {target.aim:g}"
        rows.append([target.name, f"≤ {target.must:g}", aim, shown(measured), _reached(target, measured)])
    return Table(f"Targets, {engine}", ["what", "must", "aim", "measured", "reached"], rows)


def _reached(target: Target, measured: float) -> str:
    if math.isnan(measured):
        return "–"
    if target.aim is not None and measured <= target.aim:
        return "aim"
    return "must" if measured <= target.must else "**no**"
