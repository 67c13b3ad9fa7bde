"""Scans of several papers in one file, as an operator makes them who puts a whole dossier into the feeder."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.generator.files import write_scan
from tests.generator.render import Kind, PaperSpec, render
from tests.generator.truth import Paper


def scan_together(path: Path, kinds: Sequence[Kind], *, seed: int = 0, dpi: int = 200) -> list[Paper]:
    """Write papers of these kinds one behind the other into the file ``path``; return them, pages numbered as there."""
    papers, count = [], 0
    for place, kind in enumerate(kinds):
        paper = render(PaperSpec(kind, seed + place, dpi=dpi))
        pages = tuple(replace(page, number=count + page.number) for page in paper.pages)
        papers.append(replace(paper, pages=pages))
        count += len(pages)
    write_scan(path, [page for paper in papers for page in paper.pages])
    return papers
