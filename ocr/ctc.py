"""Our own line reader: the trained network behind the port for line readers.

The network (``models/reader.onnx``, described in ``docs/reader.md``) answers every four pixels of a line's width with
probabilities of characters, from which ``decoding`` makes text; each character keeps its place, from which words get
their boxes. The file is checked against its SHA-256 before it is used: what reads citizens' papers must be what was
measured.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from dossier.errors import PartFailed
from dossier.papers import Box
from ocr.decoding import Reading, decode, is_legible
from ocr.model import Word

Grey = NDArray[np.uint8]

HEIGHT = 40
"""Pixels of height to which every line is brought."""
STRIDE = 4
"""Pixels of width for each step of the network."""

_FILE = "reader.onnx"
_VERSION = "5"
_SHA256 = "8fa18943be869901444dbd7539307c275c06f9dd20000e7402944250a9de5107"

_MULTIPLE = 32  # widths are rounded up to this many pixels, so that many lines have one width
_BATCH = 2_000  # pixels of width read at once: more only adds padding and leaves the cache
_NARROWEST = 16  # pixels
_LOWEST_LINE = 7  # pixels: in a lower crop no letter can be told from another
_DARK = 160  # grey levels: darker is ink
# Of the ink's height, what stays white above and below it; twice as much costs a quarter more errors on real lines.
_AROUND = 0.05
# A crop narrower than so many heights of its ink may hold small letters alone. It keeps so much of its white that they
# are not taken for capitals: a line finder puts about a letter's height around the ink.
_NARROW, _TIMES_WHITE, _TIMES_INK = 8, 1.7, 2.0
_LONE = 1.5  # steps: half the width of a word of one letter


@dataclass(frozen=True)
class CtcReader:
    """The trained network as a :class:`ocr.engine.LineReader`; one thread, lines of like width read together."""

    @property
    def name(self) -> str:
        """Name, version and language."""
        return f"sohoa {_VERSION} vie"

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        content = files("ocr").joinpath("models", _FILE).read_bytes()
        if hashlib.sha256(content).hexdigest() != _SHA256:
            raise PartFailed(part=self.name, reason=f"{_FILE} is not the file that was released")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])

    @cached_property
    def _alphabet(self) -> str:
        return str(self._session.get_modelmeta().custom_metadata_map["alphabet"])

    def read_lines(self, crops: Sequence[Grey], dpi: int) -> tuple[tuple[Word, ...], ...]:
        """Read lines; see :meth:`ocr.engine.LineReader.read_lines`.

        Args:
            crops: Grey, height x width each.
            dpi: Their resolution; without effect, since every line is brought to one height.

        Returns:
            The words of each crop, boxes as high as the crop; none where nothing can be made out.

        Raises:
            PartFailed: The model is damaged.
        """
        del dpi
        high = [i for i, crop in enumerate(crops) if crop.shape[0] >= _LOWEST_LINE]
        images = {i: prepared(crops[i]) for i in high}
        lines: list[tuple[Word, ...]] = [()] * len(crops)
        for part in _batches({i: image.shape[1] for i, image in images.items()}):
            for i, scores in zip(part, self._scores([images[i] for i in part]), strict=True):
                height, width = crops[i].shape
                steps = -(-images[i].shape[1] // STRIDE)
                reading = decode(scores[:steps], self._alphabet)
                if is_legible(reading):
                    lines[i] = words(reading, width * STRIDE / images[i].shape[1], height)
        return tuple(lines)

    def _scores(self, images: Sequence[Grey]) -> NDArray[np.float32]:
        """Return logarithms of probabilities: lines x steps x (blank and characters)."""
        width = -(-max(image.shape[1] for image in images) // _MULTIPLE) * _MULTIPLE
        ink = np.zeros((len(images), 1, HEIGHT, width), dtype=np.float32)
        for row, image in zip(ink, images, strict=True):
            row[0, :, : image.shape[1]] = (255 - image) / np.float32(255)
        scores: NDArray[np.float32] = self._session.run(None, {"lines": ink})[0]
        return scores


def _batches(widths: Mapping[int, int]) -> Iterator[list[int]]:
    """Yield the numbers of lines to read together, widest first; ``widths`` gives each line's."""
    order = sorted(widths, key=lambda i: widths[i])
    while order:
        count = max(1, _BATCH // (-(-widths[order[-1]] // _MULTIPLE) * _MULTIPLE))
        yield order[-count:]
        del order[-count:]


def prepared(crop: Grey) -> Grey:
    """Return a crop without needless white above and below, brought to ``HEIGHT``, its proportions kept."""
    trimmed = trim(crop)
    height, width = trimmed.shape
    size = (max(_NARROWEST, round(width * HEIGHT / height)), HEIGHT)
    smaller = height > HEIGHT
    return np.asarray(cv2.resize(trimmed, size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR))


def trim(crop: Grey) -> Grey:
    """Cut needless white off a crop above and below."""
    inked = np.flatnonzero((crop < _DARK).any(axis=1))
    if not inked.size:
        return crop
    top, bottom = int(inked[0]), int(inked[-1]) + 1
    ink, white = bottom - top, crop.shape[0] - (bottom - top)
    around = _AROUND * ink
    if crop.shape[1] < _NARROW * ink:
        around = max(around, (min(_TIMES_WHITE * white, _TIMES_INK * ink) - ink) / 2)
    return crop[max(0, top - round(around)) : bottom + round(around)]


def words(reading: Reading, scale: float, height: int) -> tuple[Word, ...]:
    """Part a reading at its spaces.

    Args:
        reading: Of a line.
        scale: Crop pixels per step of the network.
        height: Of the crop, pixels.

    Returns:
        Words with boxes as high as the crop, their borders at most half-way between the letters beside a space; a
        word's confidence is the probability of its least certain character.
    """
    spaces = [i for i, character in enumerate(reading.text) if character == " "]
    found = []
    for a, b in zip([0, *(i + 1 for i in spaces)], [*spaces, len(reading.text)], strict=True):
        if a == b:
            continue
        places = reading.places[a:b]
        half = (places[-1] - places[0]) / (len(places) - 1) / 2 if len(places) > 1 else _LONE
        left, right = places[0] - half, places[-1] + half
        if a:
            left = max(left, (reading.places[a - 2] + places[0]) / 2)
        if b < len(reading.text):
            right = min(right, (places[-1] + reading.places[b + 1]) / 2)
        x = max(0, round(left * scale))
        box = Box(x, 0, max(1, round(right * scale) - x), height)
        found.append(Word(reading.text[a:b], box, min(reading.probabilities[a:b]), reading.read_as[a]))
    return tuple(found)
