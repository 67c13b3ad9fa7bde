"""hOCR 1.2: HTML that carries the layout of scanned pages in its ``title`` attributes."""

import xml.etree.ElementTree as ET
from itertools import groupby

from dossier.papers import Box
from ocr.markup import printable
from ocr.model import PageReading, Reading


def hocr(reading: Reading) -> str:
    """Return a paper's reading as an hOCR document.

    Args:
        reading: At least one page.

    Returns:
        XHTML; boxes in pixels of the master pages, word confidences as ``x_wconf``, 0 to 100.
    """
    root = ET.Element("html", {"xmlns": "http://www.w3.org/1999/xhtml", "lang": "vi", "xml:lang": "vi"})
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = "hOCR"
    ET.SubElement(head, "meta", {"charset": "utf-8"})
    engines = sorted({page.engine for page in reading.pages if page.engine})
    if engines:
        ET.SubElement(head, "meta", name="ocr-system", content=printable(", ".join(engines)))
    ET.SubElement(head, "meta", name="ocr-capabilities", content="ocr_page ocr_carea ocr_line ocrx_word")
    ET.SubElement(head, "meta", name="ocr-number-of-pages", content=str(len(reading.pages)))
    body = ET.SubElement(root, "body")
    for page in reading.pages:
        _add_page(body, page)
    ET.indent(root)
    return "<!DOCTYPE html>\n" + ET.tostring(root, encoding="unicode", short_empty_elements=True) + "\n"


def _add_page(body: ET.Element, page: PageReading) -> None:
    whole = Box(0, 0, page.width, page.height)
    title = f"{_place(whole)}; ppageno {page.number - 1}; scan_res {page.dpi} {page.dpi}"
    element = ET.SubElement(body, "div", {"class": "ocr_page", "id": f"page_{page.number}", "title": title})
    for number, (_, group) in enumerate(groupby(page.lines, key=lambda line: line.block)):
        lines = tuple(group)
        around = lines[0].box
        for line in lines[1:]:
            around = around.union(line.box)
        name = f"page_{page.number}_block_{number}"
        area = ET.SubElement(element, "div", {"class": "ocr_carea", "id": name, "title": _place(around)})
        for i, line in enumerate(lines):
            span = ET.SubElement(
                area, "span", {"class": "ocr_line", "id": f"{name}_line_{i}", "title": _place(line.box)}
            )
            for word in line.words:
                place = f"{_place(word.box)}; x_wconf {round(100 * word.confidence)}"
                ET.SubElement(span, "span", {"class": "ocrx_word", "title": place}).text = printable(word.text)


def _place(box: Box) -> str:
    return f"bbox {box.x} {box.y} {box.right} {box.bottom}"
