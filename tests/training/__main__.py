"""``python -m tests.training``: fetch fonts, look at lines, train, measure, export."""

import argparse
from pathlib import Path

from tests.training import typefaces

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".training"


def _fonts(arguments: argparse.Namespace) -> None:
    folder = arguments.home / "fonts"
    if not folder.exists():
        typefaces.fetch(folder)
    found = typefaces.survey([folder])
    typefaces.save(found, arguments.home / "typefaces.json")
    print(f"{len(found)} typefaces of {len({face.family for face in found})} families")


def _train(arguments: argparse.Namespace) -> None:
    from tests.training import measure, train  # noqa: PLC0415 - only this command needs PyTorch

    listing = arguments.home / "typefaces.json"
    plan = train.Plan(arguments.hours, arguments.peak, arguments.measure_every, arguments.threads)
    real = measure.from_folder(arguments.real) if arguments.real else []
    train.Trainer(arguments.home, plan).run(listing, measure.held_out(listing, 600), real)


def main() -> None:
    """Run a command."""
    parser = argparse.ArgumentParser(prog="python -m tests.training", description=__doc__)
    parser.add_argument("--home", type=Path, default=HOME, help="folder of fonts, checkpoint and log")
    commands = parser.add_subparsers(required=True)
    fonts = commands.add_parser("fonts", help="download the font packages, list the usable typefaces")
    fonts.set_defaults(run=_fonts)
    train = commands.add_parser("train", help="train, from the last checkpoint if there is one")
    train.add_argument(
        "--hours", type=float, default=2.0, help="length of a cycle; a finished one is followed by a new one"
    )
    train.add_argument("--peak", type=float, default=3e-3, help="highest learning rate of the cycle")
    train.add_argument("--measure-every", type=float, default=10.0, help="minutes")
    train.add_argument("--threads", type=int, default=1, help="of the network; the lines are made in one more process")
    train.add_argument("--real", type=Path, help="folder with lines.tsv and line images: measured on, never trained on")
    train.set_defaults(run=_train)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
