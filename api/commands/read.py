"""``sohoa ocr`` and ``sohoa extract``: reading without keeping."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from api.commands.common import (
    AsJson,
    field_name,
    open_house,
    out,
    print_finding,
    print_json,
    read_input,
    second_reading,
    write_output,
)
from api.shapes import fields_json, finding_json
from dossier import times
from dossier.checks import check
from dossier.paper_types import OTHER, find_type
from ingest.doubts import several_papers
from ingest.quick import read_file
from ocr.formats import render
from ocr.model import Reading
from ocr.pdfa import PdfMetadata, searchable_pdf
from ocr.separators import separators
from ocr.splitting import find_papers

Format = Literal["text", "json", "alto", "hocr", "pdf"]


def ocr(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    output_format: Annotated[Format, typer.Option("--format", help="Dạng kết quả. / Output format.")] = "text",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Ghi vào tệp. / Write to a file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Đọc chữ trong tệp quét, theo thứ tự đọc. / Read the text of a scan, in reading order."""
    wanted: Format = "json" if as_json else output_format
    with open_house() as house:
        pages = list(read_file(house, read_input(file, house.limits.max_bytes)))
    reading = Reading(tuple(page.reading for page in pages))
    if wanted == "pdf":
        data = searchable_pdf([page.pdf for page in pages], PdfMetadata(file.stem, times.now()))
    else:
        data = render(reading, wanted).encode()
    if output:
        write_output(output, data)
    else:
        sys.stdout.buffer.write(data)


def extract(
    file: Annotated[Path, typer.Argument(metavar="FILE")],
    paper_type: Annotated[str, typer.Option(help="Mã loại giấy tờ, 'auto' để tự nhận biết. / Paper type.")] = "auto",
    as_json: AsJson = False,
) -> None:
    """Đọc và trích xuất các trường; của giấy tờ đầu tiên nếu tệp có nhiều. / Read a scan, extract its (first) paper."""
    with open_house() as house:
        types = house.paper_types
        if paper_type != "auto":
            find_type(types, paper_type)
        pages = list(read_file(house, read_input(file, house.limits.max_bytes)))
        reading = Reading(tuple(page.reading for page in pages))
        codes = tuple(code for page in pages for code in page.codes)
        confidence = None
        papers, sheets = find_papers(reading, types, codes), separators(codes)
        if papers:  # else every page is a separator sheet
            reading, codes = papers[0].of(reading), papers[0].among(codes)
        if paper_type == "auto":
            paper_type, confidence = (papers[0].code, papers[0].confidence) if papers else (OTHER, None)
        fields = house.page_work.fields(reading, types[paper_type], codes, lambda n: pages[n - 1].master)
        doubts = check(types[paper_type], fields, owner=None, type_confidence=confidence, today=times.today())
        doubts = (*doubts, *several_papers(papers, sheets, types))
    if as_json:
        print_json(
            {
                "file": str(file),
                "paper_type": paper_type,
                "type_confidence": confidence,
                "fields": fields_json(fields, types[paper_type], house),
                "checks": [finding_json(f) for f in doubts],
            }
        )
        return
    out.print(f"[bold]{escape(types[paper_type].name_vi)}[/] ({paper_type})")
    for field in fields:
        label, value = escape(field_name(types[paper_type], field.key)), escape(field.value or "—")
        out.print(f"  {label}: {value}  [dim]{field.confidence:.2f} {field.source.value}[/]")
        if field.second_raw is not None:
            out.print(f"    [dim]đọc lần hai: {second_reading(field)}[/]")
    for doubt in doubts:
        print_finding(doubt.severity.value, doubt.text, doubt.code)
