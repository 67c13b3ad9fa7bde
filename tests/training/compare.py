"""The shipped reader and Tesseract on the same lines, cut at the same boxes."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ocr.ctc import CtcReader
from ocr.engine import LineReader
from ocr.tesseract import TesseractEngine
from tests.benchmarks.ocr.metrics import normal
from tests.benchmarks.usage import cpu_seconds
from tests.training.boxes import Boxed
from tests.training.score import Score, scored, total

_LONG = 40  # characters
_MARGIN = 10  # pixels of white, which Tesseract needs around a line
HEAD = (
    "| lines | number | reader | CER % | exact lines % | marked letters right % | CPU ms a line |\n"
    "|---|---|---|---|---|---|---|"
)


def compared(lines: Sequence[Boxed]) -> Iterator[str]:
    """Yield rows of a table in Markdown: as printed and as scanned apart, then kinds of scanned pages."""
    yield HEAD
    parts = {
        "as printed": [line for line in lines if not line.spoilt],
        f"of them {_LONG} characters and longer": [x for x in lines if not x.spoilt and len(x.text) >= _LONG],
        "as scanned": [line for line in lines if line.spoilt],
        **{group: [x for x in lines if x.spoilt and x.group == group] for group in ("text", "forms", "tables")},
    }
    for reader in (CtcReader(), TesseractEngine()):
        reader.read_lines([lines[0].crop], lines[0].dpi)  # loaded before the clock runs
        before = cpu_seconds()
        texts = dict(zip(map(id, lines), _read(reader, lines), strict=True))
        spent = 1000 * (cpu_seconds() - before) / len(lines)
        for number, (name, part) in enumerate(parts.items()):
            if part:
                score = _scored(part, [texts[id(line)] for line in part])
                shares = f"{score.cer:.2f} | {score.exact_share:.1f} | {score.marks_share:.2f}"
                yield f"| {name} | {len(part)} | {reader.name} | {shares} | {'' if number else f'{spent:.1f}'} |"


def _read(reader: LineReader, lines: Sequence[Boxed]) -> list[str]:
    texts = [""] * len(lines)
    for dpi in sorted({line.dpi for line in lines}):
        numbers = [i for i, line in enumerate(lines) if line.dpi == dpi]
        crops = [np.pad(lines[i].crop, _MARGIN, constant_values=255) for i in numbers]
        for i, words in zip(numbers, reader.read_lines(crops, dpi), strict=True):
            texts[i] = " ".join(word.text for word in words)
    return texts


def _scored(lines: Iterable[Boxed], texts: Iterable[str]) -> Score:
    return total(scored(normal(line.text), normal(text)) for line, text in zip(lines, texts, strict=True))
