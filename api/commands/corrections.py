"""``sohoa corrections``: what people corrected, as truth for the reader."""

import json
from pathlib import Path
from typing import Annotated, TextIO

import typer

from api.commands.common import AsJson, open_house, out, print_json
from api.shapes import Json
from dossier import times
from dossier.errors import UnwritableFile
from ingest.people.truth import Sample, truth
from storage.audit_log.audit_reads import record_reads


def corrections(
    folder: Annotated[Path, typer.Argument(help="Thư mục mới cho kết quả. / A new folder for them.")],
    as_json: AsJson = False,
) -> None:
    """Xuất các chỗ người dùng đã sửa, kèm ảnh; là dữ liệu cá nhân. / Export corrections with pictures: personal data.

    ``truth.jsonl`` có một dòng cho mỗi trường; ``pictures`` có ảnh. / One line per field, and pictures beside it.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UnwritableFile(name=str(folder))
    count, papers = 0, set()
    with open_house() as house, _opened(folder) as lines:
        try:
            for count, sample in enumerate(truth(house), 1):
                papers.add(sample.correction.paper)
                name = f"{count:06}.png" if sample.picture else None
                if name and sample.picture:
                    (folder / "pictures" / name).write_bytes(sample.picture)
                lines.write(json.dumps(_line(sample, name), ensure_ascii=False) + "\n")
        finally:  # what was written was seen, also where it stopped halfway
            record_reads(house.catalogue, sorted(papers, key=str), actor="cli", about="corrections")
    if as_json:
        print_json({"corrections": count})
    else:
        out.print(f"{count} chỗ đã sửa / corrections → {folder}")


def _opened(folder: Path) -> TextIO:
    """Make the folder, which nobody else may enter, and open its file of lines."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        (folder / "pictures").mkdir(exist_ok=True)
        return (folder / "truth.jsonl").open("w", encoding="utf-8")
    except OSError:
        raise UnwritableFile(name=str(folder)) from None


def _line(sample: Sample, picture: str | None) -> Json:
    one = sample.correction
    read = one.read
    box = read.box if read else None
    return {
        "paper": one.paper.value,
        "paper_type": one.paper_type,
        "field": one.key,
        "raw": read.raw if read else "",
        "value": read.value if read else None,
        "source": read.source.value if read else None,
        "confidence": read.confidence if read else None,
        "corrected": one.corrected,
        "page": read.page if read else None,
        "box": [box.x, box.y, box.width, box.height] if box else None,
        "picture": picture,
        "by": one.person,
        "at": times.iso_local(one.at),
    }
