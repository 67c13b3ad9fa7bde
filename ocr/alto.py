"""ALTO 4.4 XML, the libraries' format for the text and layout of scanned pages (Library of Congress)."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from itertools import groupby, pairwise

from dossier.papers import Box
from ocr.markup import printable
from ocr.model import Line, PageReading, Reading, Word

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_SCHEMA = f"{NAMESPACE} https://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def alto(reading: Reading) -> str:
    """Return a paper's reading as one ALTO document.

    Args:
        reading: At least one page.

    Returns:
        XML with its declaration; positions in pixels of the master pages, confidences as ``WC`` (words) and ``PC``
        (pages), 0 to 1. Pages without text have an empty print space.
    """
    root = ET.Element(
        "alto", {"xmlns": NAMESPACE, "xmlns:xsi": _XSI, "xsi:schemaLocation": _SCHEMA, "SCHEMAVERSION": "4.4"}
    )
    description = ET.SubElement(root, "Description")
    ET.SubElement(description, "MeasurementUnit").text = "pixel"
    for i, engine in enumerate(sorted({page.engine for page in reading.pages if page.engine})):
        processing = ET.SubElement(description, "Processing", ID=f"processing_{i}")
        ET.SubElement(processing, "processingCategory").text = "contentGeneration"
        software = ET.SubElement(processing, "processingSoftware")
        ET.SubElement(software, "softwareName").text = printable(engine)
    layout = ET.SubElement(root, "Layout")
    for page in reading.pages:
        _add_page(layout, page)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _add_page(layout: ET.Element, page: PageReading) -> None:
    size = {"HEIGHT": str(page.height), "WIDTH": str(page.width)}
    attributes = {"ID": f"page_{page.number}", "PHYSICAL_IMG_NR": str(page.number), **size, "LANG": "vi"}
    words = tuple(page.words)
    if words:
        attributes["PC"] = f"{sum(w.confidence for w in words) / len(words):.3f}"
    element = ET.SubElement(layout, "Page", attributes)
    space = ET.SubElement(element, "PrintSpace", {"HPOS": "0", "VPOS": "0", **size})
    for i, (_, lines) in enumerate(groupby(page.lines, key=lambda line: line.block)):
        _add_block(space, f"page_{page.number}_block_{i}", tuple(lines))


def _add_block(space: ET.Element, name: str, lines: tuple[Line, ...]) -> None:
    block = ET.SubElement(space, "TextBlock", {"ID": name, **_place(_around(line.box for line in lines))})
    for i, line in enumerate(lines):
        element = ET.SubElement(block, "TextLine", {"ID": f"{name}_line_{i}", **_place(line.box)})
        for word, following in pairwise((*line.words, None)):
            if word is None:
                continue
            _add_word(element, word)
            if following is not None:
                left = min(word.box.right, following.box.x)
                gap = max(0, following.box.x - word.box.right)
                ET.SubElement(element, "SP", HPOS=str(left), VPOS=str(word.box.y), WIDTH=str(gap))


def _add_word(line: ET.Element, word: Word) -> None:
    confidence = f"{word.confidence:.3f}"
    ET.SubElement(line, "String", {"CONTENT": printable(word.text), **_place(word.box), "WC": confidence})


def _around(boxes: Iterable[Box]) -> Box:
    first, *others = boxes
    for box in others:
        first = first.union(box)
    return first


def _place(box: Box) -> dict[str, str]:
    return {"HPOS": str(box.x), "VPOS": str(box.y), "HEIGHT": str(box.height), "WIDTH": str(box.width)}
