"""``python -m tests.benchmarks.seals``: seals a second, their cost and size, memory, and what another program says."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from signing.seal import Level
from tests.benchmarks.ocr.document import fill
from tests.benchmarks.ocr.tables import Table
from tests.benchmarks.seals import agree
from tests.benchmarks.seals.measure import KEYS, Kind, Workers, authority
from tests.benchmarks.usage import machine
from tests.signing.pki import make_trees

_MARKS = (1_000, 5_000, 10_000)
_HEAD = ["level", "official", "seals/s, 1 process", "seals/s, 2 processes", "CPU ms a seal", "bytes added"]


def main(
    count: Annotated[int, typer.Option(min=1, help="Seals of each kind in each process")] = 150,
    document: Annotated[Path | None, typer.Option(exists=True, help="Whose figures to replace")] = None,
    picture: Annotated[Path | None, typer.Option(help="PNG to draw the stamp into")] = None,
    *,
    speed: Annotated[bool, typer.Option(help="Measure speed and size")] = True,
    long: Annotated[bool, typer.Option(help=f"Measure memory over {_MARKS[-1]} seals")] = True,
) -> None:
    """Show what seals cost, and that another program agrees with our verification."""
    console = Console(width=200)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make_trees(folder)
        with Workers(folder) as workers:
            if speed:
                tables = [_speed(workers, name, key, count) for name, key in KEYS.items()]
                _show(console, document, "seals-speed", tables)
                with authority(folder) as url:
                    tables = [_speed(workers, *next(iter(KEYS.items())), count, url)]
                    _show(console, document, "seals-http", tables)
            if long:
                _show(console, document, "seals-memory", [_memory(workers, console)])
        _show(console, document, "seals-agreement", [agree.agreement(folder)], f"{agree.version()}; ")
        if picture:
            agree.picture(folder, picture)


def _speed(workers: Workers, name: str, key: str, count: int, url: str | None = None) -> Table:
    rows = []
    for level in Level:
        if url and not level.has_timestamp:
            continue
        for witnessed, word in agree.WITNESS.items():
            kind = Kind(level, key, witnessed, url)
            one, two = (workers.measure(kind, count, processes) for processes in (1, 2))
            figures = [one.seals / one.wall_s, two.seals / two.wall_s, 1000 * one.cpu_s / one.seals]
            rows.append([level.value, word, *(f"{f:.1f}" for f in figures), f"{one.added_bytes:,}"])
    return Table(f"{name}{', time stamps over HTTP' if url else ''}", _HEAD, rows)


def _memory(workers: Workers, console: Console) -> Table:
    row = []
    for mark, held in workers.memory(Kind(), _MARKS):
        row.append(f"{held / 2**20:.0f}")
        console.print(f"{mark} seals: {row[-1]} MiB")
    return Table("Memory of a process, MiB, after so many seals at B-LTA", [*map(str, _MARKS)], [row])


def _show(console: Console, document: Path | None, mark: str, tables: list[Table], also: str = "") -> None:
    header = f"{also}{machine()}; {agree.example()}"
    console.print(header)
    for table in tables:
        console.print(table.rich())
    if document:
        fill(document, mark, "\n".join([f"{header}\n", *(t.markdown() for t in tables)]))


if __name__ == "__main__":
    typer.run(main)
