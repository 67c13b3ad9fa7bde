"""The trained reader behind the product's port for line readers: crops in, words with boxes out.

What the product would ship as ``ocr.ctc``; here for measuring it with the product's own line finder.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dossier.papers import Box
from ocr.model import Word
from tests.training.alphabet import Reading, decode
from tests.training.lines import HEIGHT, prepared

Grey = NDArray[np.uint8]
STRIDE = 4
_BUDGET = 8_000  # pixels of width read at once
_MULTIPLE = 32
_DARK = 160
# The line finder puts white around the ink, of about a letter's height in all, above and below taken together.
_KEPT = 0.15  # of that white: what is left on each side
_LOWEST = 1.7  # times that white: no line is trimmed lower, so that a small letter is not taken for a capital


class CtcReader:
    """Reads lines with an exported model.

    Args:
        model: ONNX file. name: What it is called in readings.
    """

    def __init__(self, model: Path, name: str = "sohoa") -> None:
        from tests.training.export import reader_of  # noqa: PLC0415 - needs onnxruntime, which tests do without

        self._scores = reader_of(model)
        self._name = name

    @property
    def name(self) -> str:
        """Name."""
        return self._name

    def read_lines(self, crops: Sequence[Grey], dpi: int) -> tuple[tuple[Word, ...], ...]:
        """Read lines; see :meth:`ocr.engine.LineReader.read_lines`."""
        del dpi  # every line is brought to one height
        lines: list[tuple[Word, ...]] = [()] * len(crops)
        trimmed = [trim(crop) for crop in crops]
        images = [prepared(image) for image, _ in trimmed]
        order = sorted(range(len(crops)), key=lambda i: images[i].shape[1])
        while order:
            width = -(-images[order[-1]].shape[1] // _MULTIPLE) * _MULTIPLE
            count = max(1, _BUDGET // width)
            part, order = order[-count:], order[:-count]
            batch = np.full((len(part), HEIGHT, width), 255, dtype=np.uint8)
            for row, i in zip(batch, part, strict=True):
                row[:, : images[i].shape[1]] = images[i]
            for i, answer in zip(part, self._scores(batch), strict=True):
                steps = -(-images[i].shape[1] // STRIDE)
                scale = trimmed[i][0].shape[1] / images[i].shape[1] * STRIDE
                lines[i] = words(decode(answer[:steps]), scale, crops[i].shape[0])
        return tuple(lines)


def trim(crop: Grey) -> tuple[Grey, int]:
    """Cut needless white off above and below; return what is left and how many rows were cut above."""
    height = crop.shape[0]
    inked = np.flatnonzero((crop < _DARK).any(axis=1))
    if not inked.size:
        return crop, 0
    top, bottom = int(inked[0]), int(inked[-1]) + 1
    white = height - (bottom - top)
    around = max(round(_KEPT * white), (round(_LOWEST * white) - (bottom - top) + 1) // 2)
    top, bottom = max(0, top - around), min(height, bottom + around)
    return crop[top:bottom], top


def words(reading: Reading, scale: float, height: int) -> tuple[Word, ...]:
    """Part a reading at its spaces.

    Args:
        reading: Of a line. scale: Crop pixels per step of the network. height: Of the crop, pixels.

    Returns:
        Words with boxes as high as the crop; borders lie half-way between the letters on both sides of a space.
    """
    spaces = [i for i, character in enumerate(reading.text) if character == " "]
    starts, ends = [0, *(i + 1 for i in spaces)], [*spaces, len(reading.text)]
    found = []
    for a, b in zip(starts, ends, strict=True):
        if a == b:
            continue
        half = _half_width(reading.places[a:b])
        left, right = (reading.places[a] - half) * scale, (reading.places[b - 1] + half) * scale
        if a:
            left = max(left, (reading.places[a - 2] + reading.places[a]) / 2 * scale)
        if b < len(reading.text):
            right = min(right, (reading.places[b - 1] + reading.places[b + 1]) / 2 * scale)
        x = max(0, round(left))
        box = Box(x, 0, max(1, round(right) - x), height)
        found.append(Word(reading.text[a:b], box, float(min(reading.probabilities[a:b]))))
    return tuple(found)


def _half_width(places: Sequence[float]) -> float:
    """Return half the mean distance of a word's letters, in steps."""
    if len(places) == 1:
        return 1.5
    return (places[-1] - places[0]) / (len(places) - 1) / 2
