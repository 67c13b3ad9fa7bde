"""``make station``: the station agent as one file that Python runs on a scanner's PC, with nothing else installed."""

import shutil
import sys
import tempfile
import zipapp
from pathlib import Path

import station


def pack(target: Path) -> None:
    """Write the agent to ``target``, a Python zip application."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(station.__file__).parent
        shutil.copytree(source, Path(folder) / "station", ignore=shutil.ignore_patterns("__pycache__"))
        target.parent.mkdir(parents=True, exist_ok=True)
        zipapp.create_archive(folder, target, interpreter="/usr/bin/env python3", main="station.agent:main")


if __name__ == "__main__":
    pack(Path(sys.argv[1]))
