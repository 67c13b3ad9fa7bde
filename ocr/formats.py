"""The forms in which a reading is handed out as text.

The searchable PDF, which needs the images too, is made by ``ocr.pdfa``.
"""

import json
from typing import Literal, TypeAlias

from dossier.papers import Box
from ocr.alto import alto
from ocr.hocr import hocr
from ocr.model import PageReading, Reading

Format: TypeAlias = Literal["text", "json", "alto", "hocr"]
"""What :func:`render` can give."""


def render(reading: Reading, form: Format) -> str:
    """Return a reading in one of its forms.

    Args:
        reading: A paper as read.
        form: ``"text"`` in reading order with form feeds between pages; ``"json"`` see :func:`as_json`; ``"alto"``
            ALTO 4 XML; ``"hocr"`` hOCR 1.2.

    Returns:
        The text of a file in that form.
    """
    match form:
        case "text":
            return reading.text + "\n"
        case "json":
            return json.dumps(as_json(reading), ensure_ascii=False, indent=2) + "\n"
        case "alto":
            return alto(reading)
        case "hocr":
            return hocr(reading)


def as_json(reading: Reading) -> dict[str, object]:
    """Return a reading as JSON values.

    ``{"pages": [{"number", "width", "height", "dpi", "engine", "lines": [{"text", "block", "box", "confidence",
    "words": [{"text", "box", "confidence"}]}], "tick_boxes": [{"box", "ticked", "ink", "confidence"}]}]}``: sizes and
    boxes in pixels of the master page, a box as ``[x, y, width, height]``, confidences and shares of ink 0 to 1 with
    three decimals; ``ticked`` is ``null`` if in doubt.
    """
    return {"pages": [_page(page) for page in reading.pages]}


def _page(page: PageReading) -> dict[str, object]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "dpi": page.dpi,
        "engine": page.engine,
        "lines": [
            {
                "text": line.text,
                "block": line.block,
                "box": _box(line.box),
                "confidence": round(line.confidence, 3),
                "words": [
                    {"text": word.text, "box": _box(word.box), "confidence": round(word.confidence, 3)}
                    for word in line.words
                ],
            }
            for line in page.lines
        ],
        "tick_boxes": [
            {
                "box": _box(tick.box),
                "ticked": tick.ticked,
                "ink": round(tick.ink, 3),
                "confidence": round(tick.confidence, 3),
            }
            for tick in page.tick_boxes
        ],
    }


def _box(box: Box) -> list[int]:
    return [box.x, box.y, box.width, box.height]
