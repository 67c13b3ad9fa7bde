"""A contact sheet: the pages of many files as labelled thumbnails on one picture."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pdf2image import convert_from_path
from PIL import Image as PilImage
from PIL import ImageDraw, ImageSequence

from tests.generator import fonts
from tests.generator.fonts import Family

_THUMBNAIL = (420, 594)
_GAP = 24
_LABEL = 34


def _pages(file: Path) -> Iterator[PilImage.Image]:
    """Yield the pages of ``file`` in RGB, about as large as a thumbnail."""
    if file.suffix.lower() == ".pdf":
        yield from convert_from_path(file, size=(None, 2 * _THUMBNAIL[1]))
        return
    with PilImage.open(file) as image:
        for frame in ImageSequence.Iterator(image):
            yield frame.convert("RGB")


def _thumbnail(page: PilImage.Image, label: str) -> PilImage.Image:
    small = page.copy()
    small.thumbnail(_THUMBNAIL, PilImage.Resampling.LANCZOS)
    tile = PilImage.new("RGB", (_THUMBNAIL[0], _THUMBNAIL[1] + _LABEL), (233, 235, 239))
    pen = ImageDraw.Draw(tile)
    x = (_THUMBNAIL[0] - small.width) // 2
    pen.rectangle((x - 1, 0, x + small.width, small.height + 1), fill=(176, 180, 188))
    tile.paste(small, (x, 1))
    font = fonts.load(Family.HEROS, 18)
    while font.getlength(label) > _THUMBNAIL[0] and len(label) > 8:
        label = label[: len(label) // 2 - 2] + "…" + label[len(label) // 2 + 1 :]
    pen.text((_THUMBNAIL[0] / 2, _THUMBNAIL[1] + 22), label, fill=(40, 44, 52), font=font, anchor="ms")
    return tile


def contact_sheet(out: Path, files: Sequence[Path], *, columns: int = 4) -> Path:
    """Write a PNG with a thumbnail of every page of ``files`` (PDF, TIFF, JPEG, PNG); return ``out``."""
    tiles: list[PilImage.Image] = []
    for file in files:
        pages = list(_pages(file))
        for number, page in enumerate(pages, start=1):
            label = f"{file.name} · {number}/{len(pages)}" if len(pages) > 1 else file.name
            tiles.append(_thumbnail(page, label))
    columns = max(1, min(columns, len(tiles)))
    rows = -(-len(tiles) // columns)
    width, height = _THUMBNAIL[0] + _GAP, _THUMBNAIL[1] + _LABEL + _GAP
    sheet = PilImage.new("RGB", (columns * width + _GAP, rows * height + _GAP), (233, 235, 239))
    for i, tile in enumerate(tiles):
        sheet.paste(tile, (_GAP + i % columns * width, _GAP + i // columns * height))
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(out, "PNG", optimize=True)
    return out
