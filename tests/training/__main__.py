"""``python -m tests.training``: fetch fonts, look at lines, train, export, measure, show what goes wrong."""

import hashlib
import os
import re
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import cv2
import numpy as np
import typer
from PIL import Image, ImageDraw, ImageFont

from ocr.ctc import prepared
from tests.training import chart, feed, measure, typefaces
from tests.training.lines import HEIGHT, Sample

# Heavy modules are imported by the commands that need them: the processes that make lines load this one too.
if TYPE_CHECKING:
    from tests.training.remaining import Read

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".training"
LISTING = "typefaces.json"
EXPORTED, QUANTIZED = "reader.onnx", "reader.int8.onnx"
SHIPPED = ROOT / "ocr" / "models" / "reader.onnx"
RUNS = ROOT / "docs" / "reader-log.csv"
_CALIBRATION_SEED = 5

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)


class SetName(StrEnum):
    """The two sets of benchmark pages."""

    DEV = "dev"
    TEST = "test"


class Device(StrEnum):
    """What the network learns on."""

    CPU = "cpu"
    CUDA = "cuda"


HomeOption = Annotated[Path, typer.Option(help="Folder of fonts, checkpoint, log and exported models")]
RealOption = Annotated[
    Path | None, typer.Option(exists=True, help="Folder of lines with lines.tsv: measured, never trained on")
]
HeldOutOption = Annotated[int, typer.Option(min=0, help="Invented lines to measure on")]
EmptyOption = Annotated[int, typer.Option(min=0, help="Lines without text to measure on")]
PagesOption = Annotated[list[SetName] | None, typer.Option(help="Benchmark pages to take lines of; repeatable")]
EveryOption = Annotated[int, typer.Option(min=1, help="Take every so many of the benchmark's pages")]
ModelOption = Annotated[Path, typer.Option(exists=True, help="ONNX file to read with; the shipped one if none")]
DocumentOption = Annotated[Path | None, typer.Option(exists=True, help="Whose figures to replace")]
PictureArgument = Annotated[Path, typer.Argument(help="Picture to write")]


@app.command()
def fonts(*, home: HomeOption = HOME) -> None:
    """Download the fonts unless they are there; list the usable typefaces."""
    folder = home / "fonts"
    if not folder.exists():
        typefaces.fetch(folder)
    found = typefaces.survey([folder])
    typefaces.save(found, home / LISTING)
    print(f"{len(found)} typefaces of {len({face.family for face in found})} families")


@app.command()
def look(out: PictureArgument, *, seed: int = 7, count: int = 60, home: HomeOption = HOME) -> None:
    """Draw lines with their texts below them into a picture."""
    press = feed.printer(home / LISTING, seed)
    samples = [s for i in range(count // 5) for s in press.sheet(i, feed.course(1000))][::2]
    picture(samples).save(out)


def picture(samples: Sequence[Sample]) -> Image.Image:
    """Return lines below each other in two columns, each with its text below it."""
    font = ImageFont.truetype(feed.FALLBACK, 13)
    rows = -(-len(samples) // 2)
    sheet = Image.new("L", (1500, rows * (HEIGHT + 18)), 205)
    draw = ImageDraw.Draw(sheet)
    for i, sample in enumerate(samples):
        x, y = i // rows * 750, i % rows * (HEIGHT + 18)
        sheet.paste(Image.fromarray(sample.image[:, :740]), (x, y))
        draw.text((x, y + HEIGHT + 1), sample.text, font=font, fill=0)
    return sheet


@app.command()
def train(
    *,
    hours: Annotated[float, typer.Option(help="Of a cycle; a new one follows a finished one")] = 2.0,
    peak: Annotated[float, typer.Option(help="Highest learning rate of the cycle")] = 3e-3,
    measure_every: Annotated[float, typer.Option(help="Minutes")] = 10.0,
    threads: Annotated[int, typer.Option(min=1, help="Of the network")] = 1,
    workers: Annotated[int, typer.Option(min=1, help="Processes that make lines")] = 1,
    device: Device = Device.CPU,
    afresh: Annotated[bool, typer.Option(help="Without a checkpoint, begin from nothing")] = False,
    real: RealOption = None,
    home: HomeOption = HOME,
) -> None:
    """Train from the last checkpoint on; where there is none, from the shipped weights."""
    from tests.training import restore  # noqa: PLC0415 - needs PyTorch, which not every command does
    from tests.training import train as training  # noqa: PLC0415

    listing = home / LISTING
    plan = training.Plan(hours, peak, measure_every, threads, workers, device)
    lines = measure.from_folder(real) if real else []
    start = None
    if not afresh and not (home / training.CHECKPOINT).exists():
        start = restore.restored(SHIPPED, restore.practice(listing))
    seed = training.SEED + chart.runs(RUNS)  # lines never seen before
    training.Trainer(home, plan, seed=seed, start=start).run(listing, measure.held_out(listing, 600), lines)


@app.command()
def curve(out: PictureArgument) -> None:
    """Draw the learning curve from the log of all runs."""
    out.write_text(chart.drawn(RUNS))


@app.command()
def export(
    *,
    lines: Annotated[int, typer.Option(min=10, help="For calibration")] = 300,
    share: Annotated[float, typer.Option(min=0, max=1, help="Of the new weights; the rest are the base's")] = 1.0,
    base: Annotated[Path, typer.Option(exists=True, help="ONNX file that the run went on from")] = SHIPPED,
    home: HomeOption = HOME,
) -> None:
    """Write the averaged weights of the checkpoint as ONNX, in 32 and in 8 bits; or weights on the way to them."""
    from tests.training import export as exporting  # noqa: PLC0415 - needs PyTorch
    from tests.training import restore  # noqa: PLC0415

    source, target = home / EXPORTED, home / QUANTIZED
    network = exporting.averaged(home)
    if share < 1:
        network = exporting.blended(network, restore.restored(base, restore.practice(home / LISTING)), share)
    exporting.to_onnx(network, source)
    press = feed.printer(home / LISTING, _CALIBRATION_SEED)
    samples = [s for i in range(lines // 10) for s in press.sheet(i, feed.course(1000))]
    exporting.to_int8(source, target, samples)
    for path in (source, target):
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


@app.command()
def ship(*, home: HomeOption = HOME) -> None:
    """End the run: put the exported 8-bit model into the product, its SHA-256 beside it, its log into that of all runs.

    The run's number is the model's version. The next run goes on from what is shipped; the checkpoint is kept under
    another name.
    """
    content = (home / QUANTIZED).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    SHIPPED.write_bytes(content)
    RUNS.write_text(chart.with_run(RUNS, home / "log.csv"))
    version = chart.runs(RUNS)
    module = ROOT / "ocr" / "ctc.py"
    text = re.sub(r'(?<=_SHA256 = ")[^"]*', digest, module.read_text())
    module.write_text(re.sub(r'(?<=_VERSION = ")[^"]*', str(version), text))
    for name in ("log.csv", "checkpoint.pt"):
        (home / name).replace(home / f"shipped-{name}")
    print(f"{SHIPPED.name}, version {version}: {len(content) / 1e6:.2f} MB, SHA-256 {digest}")


@app.command("measure")
def measured(
    models: Annotated[
        list[Path] | None, typer.Argument(exists=True, help="ONNX files; the exported ones if none")
    ] = None,
    *,
    held_out: HeldOutOption = 600,
    empty: EmptyOption = 0,
    real: RealOption = None,
    pages: PagesOption = None,
    every: EveryOption = 1,
    home: HomeOption = HOME,
) -> None:
    """Measure exported models: errors, and CPU time per line with one thread."""
    from tests.training import export as exporting  # noqa: PLC0415 - needs onnxruntime

    listing = home / LISTING
    sets = {**_sets(listing, held_out, real, pages or (), every), "empty": measure.empty(listing, empty)}
    for path in models or [home / EXPORTED, home / QUANTIZED]:
        reader = exporting.reader_of(path)
        reader(np.full((1, HEIGHT, 64), 255, dtype=np.uint8))
        for name, samples in sets.items():
            if not samples:
                continue
            began = time.process_time()
            texts = measure.read(samples, reader)
            spent = 1000 * (time.process_time() - began) / len(samples)
            score = measure.measured(samples, texts)
            print(f"{path.name}, {name}, {len(samples)} lines: {score}, {spent:.2f} ms a line")


@app.command()
def confusions(
    *,
    held_out: HeldOutOption = 600,
    real: RealOption = None,
    pages: PagesOption = None,
    every: EveryOption = 1,
    model: ModelOption = SHIPPED,
    document: DocumentOption = None,
    home: HomeOption = HOME,
) -> None:
    """Tell what kinds of characters are wrong, and what is read as what most often, as tables."""
    from tests.benchmarks.ocr.document import fill  # noqa: PLC0415
    from tests.training import remaining  # noqa: PLC0415

    sets = _sets(home / LISTING, held_out, real, pages or (), every)
    lines = {f"{name} lines": _read(samples, model) for name, samples in sets.items() if samples}
    text = f"{remaining.kinds_table(lines).markdown()}\n{remaining.confusions_table(lines).markdown()}"
    print(text)
    if document:
        fill(document, "confusions", text)


@app.command()
def spelling(
    *,
    held_out: HeldOutOption = 600,
    real: RealOption = None,
    pages: PagesOption = None,
    every: EveryOption = 1,
    model: ModelOption = SHIPPED,
    document: DocumentOption = None,
    home: HomeOption = HOME,
) -> None:
    """Tell how many words the rules of spelling and usage make right, and how many wrong, by what they may change."""
    from tests.benchmarks.ocr.document import fill  # noqa: PLC0415
    from tests.training import export as exporting  # noqa: PLC0415
    from tests.training.spelling import margins_table, odds_table  # noqa: PLC0415

    sets = _sets(home / LISTING, held_out, real, pages or (), every)
    present = {name: samples for name, samples in sets.items() if samples}
    reader = exporting.reader_of(model)
    for name, table in (("spelling", margins_table(present, reader)), ("usage", odds_table(present, reader))):
        print(table.markdown())
        if document:
            fill(document, name, table.markdown())


@app.command()
def unreadable(
    *,
    count: Annotated[int, typer.Option(min=10, help="Lines of each kind")] = 1000,
    model: ModelOption = SHIPPED,
    document: DocumentOption = None,
    home: HomeOption = HOME,
) -> None:
    """Tell what is read in strokes, signatures and handwriting, and which short lines are dropped with them."""
    from tests.benchmarks.ocr.document import fill  # noqa: PLC0415
    from tests.training import export as exporting  # noqa: PLC0415
    from tests.training import unreadable as none  # noqa: PLC0415

    text = none.outcomes_table(none.sets(home / LISTING, count), exporting.reader_of(model)).markdown()
    print(text)
    if document:
        fill(document, "unreadable", text)


@app.command()
def hardest(
    out: PictureArgument, *, held_out: HeldOutOption = 600, model: ModelOption = SHIPPED, home: HomeOption = HOME
) -> None:
    """Draw the held-out lines with most errors, each with its truth and with what was read."""
    from tests.training import remaining  # noqa: PLC0415

    lines = _read(measure.held_out(home / LISTING, held_out), model)
    remaining.picture(remaining.hardest(lines), feed.FALLBACK).save(out)


@app.command()
def compare(subset: SetName, *, every: EveryOption = 1) -> None:
    """Compare the shipped reader with Tesseract on lines of benchmark pages, as a table."""
    from tests.training import boxes  # noqa: PLC0415
    from tests.training import compare as comparing  # noqa: PLC0415

    os.environ["OMP_THREAD_LIMIT"] = "1"
    lines = [x for spoilt in (False, True) for x in boxes.boxed_lines(subset.value, every=every, spoilt=spoilt)]
    for row in comparing.compared(lines):
        print(row, flush=True)


def _sets(
    listing: Path, held_out: int, real: Path | None, pages: Sequence[SetName], every: int
) -> dict[str, list[Sample]]:
    """Return the lines to measure on, by name."""
    from tests.training import boxes  # noqa: PLC0415

    sets = {
        "held-out": measure.held_out(listing, held_out),
        "real": measure.from_folder(real) if real else [],
    }
    for subset in pages:
        found = boxes.boxed_lines(subset.value, every=every)
        sets[f"{subset} pages'"] = [Sample(prepared(line.crop), " ".join(line.text.split())) for line in found]
    return sets


def _read(samples: Sequence[Sample], model: Path) -> "list[Read]":
    from tests.training import export as exporting  # noqa: PLC0415
    from tests.training.remaining import Read  # noqa: PLC0415

    return list(map(Read, samples, measure.read(samples, exporting.reader_of(model))))


if __name__ == "__main__":
    cv2.setNumThreads(1)
    app()
