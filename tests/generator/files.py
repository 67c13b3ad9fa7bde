"""Writing scans into files the way scanners do, the same bytes on every run."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image as PilImage

from tests.generator.truth import Image, Page, Paper

_DATE = "D:20250630080000+07'00'"


def _jpeg(image: Image, dpi: int, quality: int) -> bytes:
    buffer = io.BytesIO()
    PilImage.fromarray(image).save(buffer, "JPEG", quality=quality, dpi=(dpi, dpi))
    return buffer.getvalue()


def _write_pdf(path: Path, pages: Sequence[Page], quality: int) -> None:
    """Write a PDF whose pages are JPEG images at their true size."""
    with pikepdf.new() as pdf:
        for page in pages:
            height, width = page.image.shape[:2]
            box = [0, 0, width * 72 / page.dpi, height * 72 / page.dpi]
            sheet = pdf.add_blank_page(page_size=(box[2], box[3]))
            scan = pdf.make_stream(
                _jpeg(page.image, page.dpi, quality),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=width,
                Height=height,
                BitsPerComponent=8,
                ColorSpace=pikepdf.Name.DeviceRGB if page.image.ndim == 3 else pikepdf.Name.DeviceGray,
                Filter=pikepdf.Name.DCTDecode,
            )
            sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=scan))
            sheet.Contents = pdf.make_stream(f"q {box[2]:.4f} 0 0 {box[3]:.4f} 0 0 cm /Scan Do Q".encode())
        pdf.docinfo["/Producer"] = "sohoa sample papers"
        pdf.docinfo["/CreationDate"] = pikepdf.String(_DATE)
        pdf.save(path, deterministic_id=True)


def _write_tiff(path: Path, pages: Sequence[Page], quality: int) -> None:
    """Write a TIFF: fax group 4 if every page is black and white only, else JPEG."""
    frames = [PilImage.fromarray(page.image) for page in pages]
    resolution = (pages[0].dpi, pages[0].dpi)
    if all(_is_bilevel(page.image) for page in pages):
        first, *rest = (frame.convert("1", dither=PilImage.Dither.NONE) for frame in frames)
        first.save(path, save_all=True, append_images=rest, compression="group4", dpi=resolution)
    else:
        first, *rest = frames
        first.save(path, save_all=True, append_images=rest, compression="jpeg", quality=quality, dpi=resolution)


def _is_bilevel(image: Image) -> bool:
    return image.ndim == 2 and bool(np.isin(image, (0, 255)).all())


def write_scan(path: Path, pages: Sequence[Page], *, quality: int = 80) -> None:
    """Write ``pages`` to ``path``; its suffix says how: .pdf, .tif (any number of pages), .jpg or .png (one page).

    Args:
        path: Where.
        pages: All at one resolution.
        quality: Of JPEG, wherever the format uses it.

    Raises:
        ValueError: Several pages for a format of one, or an unknown suffix.
    """
    first = PilImage.fromarray(pages[0].image)
    resolution = (pages[0].dpi, pages[0].dpi)
    if path.suffix == ".pdf":
        _write_pdf(path, pages, quality)
    elif path.suffix == ".tif":
        _write_tiff(path, pages, quality)
    elif len(pages) != 1:
        message = f"{path.suffix} holds one page, not {len(pages)}"
        raise ValueError(message)
    elif path.suffix == ".jpg":
        path.write_bytes(_jpeg(pages[0].image, pages[0].dpi, quality))
    elif path.suffix == ".png":
        first.save(path, dpi=resolution, compress_level=4)
    else:
        message = f"no way to write {path.suffix}"
        raise ValueError(message)


def write_truth(folder: Path, file: str, paper: Paper) -> None:
    """Write the ground truth of the paper in ``file`` as ``folder``/<stem>.json."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(paper.as_json(file), ensure_ascii=False, indent=1) + "\n"
    (folder / f"{Path(file).stem}.json").write_text(text, encoding="utf-8")
