"""``python -m tests.training``: fetch fonts, look at lines, train, draw the curve, export, measure."""

import argparse
import hashlib
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ocr.ctc import prepared
from tests.training import chart, feed, measure, typefaces
from tests.training.lines import HEIGHT, Sample

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".training"
LISTING = "typefaces.json"
EXPORTED, QUANTIZED = "reader.onnx", "reader.int8.onnx"
_CALIBRATION_SEED = 5


def fonts(arguments: argparse.Namespace) -> None:
    """Download the fonts unless they are there; list the usable typefaces."""
    folder = arguments.home / "fonts"
    if not folder.exists():
        typefaces.fetch(folder)
    found = typefaces.survey([folder])
    typefaces.save(found, arguments.home / LISTING)
    print(f"{len(found)} typefaces of {len({face.family for face in found})} families")


def look(arguments: argparse.Namespace) -> None:
    """Draw lines with their texts below them into a picture."""
    press = feed.printer(arguments.home / LISTING, arguments.seed)
    samples = [s for i in range(arguments.count // 5) for s in press.sheet(i, feed.course(1000))][::2]
    picture(samples).save(arguments.out)


def picture(samples: Sequence[Sample], notes: Sequence[str] | None = None) -> Image.Image:
    """Return lines below each other in two columns, each with its text, or with a note, below it."""
    font = ImageFont.truetype(str(next(Path("/usr/share/fonts").glob(f"**/{feed.FALLBACK}"))), 13)
    rows = -(-len(samples) // 2)
    sheet = Image.new("L", (1500, rows * (HEIGHT + 18)), 205)
    draw = ImageDraw.Draw(sheet)
    for i, sample in enumerate(samples):
        x, y = i // rows * 750, i % rows * (HEIGHT + 18)
        sheet.paste(Image.fromarray(sample.image[:, :740]), (x, y))
        draw.text((x, y + HEIGHT + 1), notes[i] if notes else sample.text, font=font, fill=0)
    return sheet


def train(arguments: argparse.Namespace) -> None:
    """Train from the last checkpoint on."""
    from tests.training import train as training  # noqa: PLC0415 - needs PyTorch, which not every command does

    listing = arguments.home / LISTING
    plan = training.Plan(
        arguments.hours, arguments.peak, arguments.measure_every, arguments.threads, arguments.workers, arguments.device
    )
    real = measure.from_folder(arguments.real) if arguments.real else []
    training.Trainer(arguments.home, plan).run(listing, measure.held_out(listing, 600), real)


def export(arguments: argparse.Namespace) -> None:
    """Write the averaged weights of the checkpoint as ONNX, in 32 and in 8 bits."""
    from tests.training import export as exporting  # noqa: PLC0415 - needs PyTorch

    source, target = arguments.home / EXPORTED, arguments.home / QUANTIZED
    exporting.to_onnx(exporting.averaged(arguments.home), source)
    press = feed.printer(arguments.home / LISTING, _CALIBRATION_SEED)
    samples = [s for i in range(arguments.lines // 10) for s in press.sheet(i, feed.course(1000))]
    exporting.to_int8(source, target, samples)
    for path in (source, target):
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def ship(arguments: argparse.Namespace) -> None:
    """Put the exported 8-bit model into the product, and its SHA-256 beside it."""
    content = (arguments.home / QUANTIZED).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    (ROOT / "ocr" / "models" / "reader.onnx").write_bytes(content)
    module = ROOT / "ocr" / "ctc.py"
    module.write_text(re.sub(r'(?<=_SHA256 = ")[^"]*', digest, module.read_text()))
    print(f"reader.onnx: {len(content) / 1e6:.2f} MB, SHA-256 {digest}")


def measured(arguments: argparse.Namespace) -> None:
    """Measure exported models: errors, and CPU time per line with one thread."""
    from tests.training import export as exporting  # noqa: PLC0415 - needs onnxruntime

    sets = _sets(arguments)
    for path in arguments.models or [arguments.home / EXPORTED, arguments.home / QUANTIZED]:
        reader = exporting.reader_of(path)
        reader(np.full((1, HEIGHT, 64), 255, dtype=np.uint8))
        for name, samples in sets.items():
            began = time.process_time()
            texts = measure.read(samples, reader)
            spent = 1000 * (time.process_time() - began) / max(1, len(samples))
            score = measure.measured(samples, texts)
            print(f"{path.name}, {name}, {len(samples)} lines: {score}, {spent:.2f} ms a line")
            if arguments.errors:
                measure.tell_errors(samples, texts)


def compare(arguments: argparse.Namespace) -> None:
    """Compare the shipped reader with Tesseract on lines of benchmark pages, as a table."""
    from tests.training import boxes  # noqa: PLC0415 - the whole product, which the other commands do without
    from tests.training import compare as comparing  # noqa: PLC0415 - the same

    os.environ["OMP_THREAD_LIMIT"] = "1"
    lines = [
        x for spoilt in (False, True) for x in boxes.boxed_lines(arguments.subset, every=arguments.every, spoilt=spoilt)
    ]
    for row in comparing.compared(lines):
        print(row, flush=True)


def _sets(arguments: argparse.Namespace) -> dict[str, list[Sample]]:
    """Return the lines to measure on, by name."""
    from tests.training import boxes  # noqa: PLC0415 - the processes that make lines need none of the product

    listing = arguments.home / LISTING
    sets = {
        "held-out": measure.held_out(listing, arguments.held_out),
        "empty": measure.empty(listing, arguments.empty),
        "real": measure.from_folder(arguments.real) if arguments.real else [],
    }
    for subset in arguments.pages:
        found = boxes.boxed_lines(subset, every=arguments.every)
        sets[f"{subset} pages"] = [Sample(prepared(line.crop), " ".join(line.text.split())) for line in found]
    return {name: samples for name, samples in sets.items() if samples}


def curve(arguments: argparse.Namespace) -> None:
    """Draw the learning curve from the log of the training."""
    arguments.out.write_text(chart.drawn(arguments.home / "log.csv"))


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(prog="python -m tests.training", description=__doc__)
    parser.add_argument("--home", type=Path, default=HOME, help="folder of fonts, checkpoint, log and exported models")
    commands = parser.add_subparsers(required=True)
    for command in (fonts, look, train, curve, export, measured, ship, compare):
        name = "measure" if command is measured else command.__name__
        part = commands.add_parser(name, help=command.__doc__)
        part.set_defaults(run=command)
        if command in {train, measured}:
            part.add_argument("--real", type=Path, help="folder of lines with lines.tsv: measured, never trained on")
        if command is look:
            part.add_argument("--seed", type=int, default=7)
            part.add_argument("--count", type=int, default=60)
        if command in {look, curve}:
            part.add_argument("out", type=Path, help="picture to write")
        if command is train:
            part.add_argument("--hours", type=float, default=2.0, help="of a cycle; a new one follows a finished one")
            part.add_argument("--peak", type=float, default=3e-3, help="highest learning rate of the cycle")
            part.add_argument("--measure-every", type=float, default=10.0, help="minutes")
            part.add_argument("--workers", type=int, default=1, help="processes that make lines")
            part.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
            part.add_argument("--threads", type=int, default=1, help="of the network")
        if command is export:
            part.add_argument("--lines", type=int, default=300, help="for calibration")
        if command is compare:
            part.add_argument("subset", choices=("dev", "test"))
        if command in {measured, compare}:
            part.add_argument("--every", type=int, default=1, help="take every so many of the benchmark's pages")
        if command is measured:
            part.add_argument("--held-out", type=int, default=600, help="invented lines to measure on")
            part.add_argument("--empty", type=int, default=0, help="lines without text to measure on")
            part.add_argument("--pages", choices=("dev", "test"), action="append", default=[], help="benchmark pages")
            part.add_argument("--errors", action="store_true", help="tell what was confused with what")
            part.add_argument("models", type=Path, nargs="*", help="ONNX files")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    arguments.run(arguments)


if __name__ == "__main__":
    main()
