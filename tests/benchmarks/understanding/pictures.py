"""The papers understood worst, as pictures: where what was read differs from what stands there."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
from PIL import Image, ImageDraw

from ingest.house import House
from ingest.scan.images import decode_image
from ingest.scan.pages import PageNotes
from ingest.settings import Settings
from ingest.workspace import Workspace
from tests.benchmarks.understanding.understood import Judged, Understood
from tests.generator import fonts
from tests.generator.fonts import Family

WORST: Final = 10
_PAGE: Final = (470, 640)
"""Of a page in the picture, at most: pixels."""
_NOTES, _LINE, _LETTERS = 150, 15, 78
"""Height of the notes below a page and of their lines, pixels; characters of a line."""
_COLUMNS: Final = 5
_QUALITY: Final = 60
_WRONG, _DOUBTED = (205, 30, 40), (225, 140, 0)


def worst(papers: Sequence[Understood], count: int = WORST) -> Sequence[Understood]:
    """Return the papers with the most fields that are wrong and not in doubt, then with the most not exact."""

    def badness(u: Understood) -> tuple[int, int]:
        return sum(f.wrong and not f.doubted for f in u.fields), sum(not f.right for f in u.fields)

    return sorted(papers, key=badness, reverse=True)[:count]


def picture(folder: Path, papers: Sequence[Understood]) -> bytes:
    """Return the papers' first pages side by side as a JPEG, with notes on the fields that are not exact.

    Red is wrong, orange is not exact and in doubt, so that a person is told.

    Args:
        folder: Where the papers were read.
        papers: Any number.
    """
    house = House(Settings(data_dir=folder, workers=1))
    panels = [_panel(house, u) for u in papers]
    house.close()
    rows = -(-len(panels) // _COLUMNS)
    sheet = Image.new("RGB", (_COLUMNS * (_PAGE[0] + 10), rows * (_PAGE[1] + _NOTES + 10)), "white")
    for i, panel in enumerate(panels):
        sheet.paste(panel, (i % _COLUMNS * (_PAGE[0] + 10), i // _COLUMNS * (_PAGE[1] + _NOTES + 10)))
    buffer = io.BytesIO()
    sheet.save(buffer, "JPEG", quality=_QUALITY, optimize=True, progressive=True)
    return buffer.getvalue()


def _panel(house: House, u: Understood) -> Image.Image:
    work = Workspace(house.objects, u.paper.id)
    master = Image.fromarray(
        cv2.cvtColor(decode_image(work.get(PageNotes.of(work).pages[0].master), "master"), cv2.COLOR_BGR2RGB)
    )
    panel = Image.new("RGB", (_PAGE[0], _PAGE[1] + _NOTES), (244, 245, 247))
    scale = min(_PAGE[0] / master.width, _PAGE[1] / master.height)
    page = master.resize((round(master.width * scale), round(master.height * scale)), Image.Resampling.LANCZOS)
    panel.paste(page, ((_PAGE[0] - page.width) // 2, 0))
    pen, left = ImageDraw.Draw(panel), (_PAGE[0] - page.width) // 2
    bad = [f for f in u.fields if not f.right]
    for f in bad:
        if f.got and f.got.box and f.got.page == 1:
            b = f.got.box
            box = (left + b.x * scale - 2, b.y * scale - 2, left + b.right * scale + 2, b.bottom * scale + 2)
            pen.rectangle(box, outline=_colour(f), width=2)
    faults = ", ".join(map(str, u.plan.faults)) or "no fault"
    lines = [(f"{u.plan.name}: {u.paper.paper_type}, {u.paper.state} ({faults})", (0, 0, 0))]
    lines += [
        (f"{f.key}: {_difference(f.wanted or '–', (f.got.value or '?') if f.got else '–')}", _colour(f)) for f in bad
    ]
    for i, (text, colour) in enumerate(lines[: (_NOTES - 6) // _LINE]):
        short = text if len(text) <= _LETTERS else text[: _LETTERS - 1] + "…"
        font = fonts.load(Family.LIBERATION_SANS, 12)
        pen.text((4, _PAGE[1] + 4 + i * _LINE), short, fill=colour, font=font)
    return panel


def _difference(wanted: str, got: str) -> str:
    """Return what should have been read and what was, without the words that both begin or end with."""
    a, b = wanted.split(), got.split()
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return f"{' '.join(a) or '–'} → {' '.join(b) or '–'}"


def _colour(f: Judged) -> tuple[int, int, int]:
    return _WRONG if f.wrong and not f.doubted else _DOUBTED
