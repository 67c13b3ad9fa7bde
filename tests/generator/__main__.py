"""``python -m tests.generator``: the sample batch, pages for benchmarks, contact sheets."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tests.generator.batch import sample_batch
from tests.generator.benchset import bench_pages
from tests.generator.chance import seeded
from tests.generator.contact_sheet import contact_sheet
from tests.generator.faults import Scanner
from tests.generator.files import write_scan, write_truth
from tests.generator.render import Kind, PaperSpec, render

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Giấy tờ mẫu để thử / invented papers with exact truth."
)


class _Subset(StrEnum):
    DEV = "dev"
    TEST = "test"


@app.command()
def sample(out: Annotated[Path, typer.Argument(help="Thư mục ghi ra / folder to write into")]) -> None:
    """Ghi lô giấy tờ mẫu / write the sample batch with its truth."""
    for path in sample_batch(out):
        typer.echo(path)


@app.command()
def pages(
    out: Annotated[Path, typer.Argument(help="Thư mục ghi ra / folder to write into")],
    *,
    count: Annotated[int, typer.Option(min=1, help="Số giấy tờ / how many papers")] = 10,
    seed: Annotated[int, typer.Option(help="Hạt giống / first seed")] = 0,
    subset: Annotated[_Subset, typer.Option("--set", help="Phông và câu chữ / fonts and texts")] = _Subset.DEV,
    kind: Annotated[
        list[Kind] | None, typer.Option(help="Loại, lặp lại được / kinds, repeatable; all by default")
    ] = None,
    severity: Annotated[float, typer.Option(min=0, max=3, help="Mức lỗi máy quét / scanner faults")] = 1.0,
    dpi: Annotated[int, typer.Option(min=100, max=600)] = 200,
    marks_apart: Annotated[bool, typer.Option(help="Đặt dấu rời / letters with marks set apart")] = False,
) -> None:
    """Ghi giấy tờ ngẫu nhiên để đo / write random papers for benchmarks, as TIFF with truth."""
    out.mkdir(parents=True, exist_ok=True)
    kinds = kind or list(Kind)
    for number in range(seed, seed + count):
        rng = seeded("scanner", number, subset)
        scanner = Scanner.draw(rng, severity=severity)
        spec = PaperSpec(kinds[number % len(kinds)], number, dpi, subset.value, scanner, marks_apart)
        paper = render(spec)
        path = out / f"{number:05}-{spec.kind}.tif"
        write_scan(path, paper.pages, quality=92)
        write_truth(out / "truth", path.name, paper)
        typer.echo(path)


@app.command()
def bench(
    out: Annotated[Path, typer.Argument(help="Thư mục ghi ra / folder to write into")],
    *,
    subset: Annotated[_Subset, typer.Option("--set", help="Bộ trang / which pages")] = _Subset.DEV,
    only: Annotated[
        list[str] | None, typer.Option(help="Tên trang, lặp lại được / names, repeatable; all by default")
    ] = None,
) -> None:
    """Ghi các trang đo chuẩn / write the benchmark's pages as PNG with truth."""
    out.mkdir(parents=True, exist_ok=True)
    for page in bench_pages(subset.value, only=only):
        path = out / f"{page.name}.png"
        write_scan(path, [page.page])
        truth = {"group": page.group, "faults": page.faults, **page.page.as_json()}
        path.with_suffix(".json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        typer.echo(path)


@app.command(name="contact-sheet")
def contact_sheet_command(
    out: Annotated[Path, typer.Argument(help="Ảnh PNG ghi ra / PNG to write")],
    files: Annotated[list[Path], typer.Argument(exists=True, help="PDF hoặc ảnh / PDFs or images")],
    columns: Annotated[int, typer.Option(min=1)] = 4,
) -> None:
    """Ghép trang thành một ảnh / put the files' pages on one picture."""
    typer.echo(contact_sheet(out, files, columns=columns))


if __name__ == "__main__":
    app()
