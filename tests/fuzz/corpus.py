"""``make corpus``: thousands of wrong files through inspection and decoding, each in its own limited child process.

What may become of one: it is refused by an error of ours, stopped at a limit, or read; then every page has the size
that inspection told. Anything else is a fault, printed with the number that makes the file again:
``python -m tests.fuzz.corpus --seed 8 --only 1234``.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dossier.errors import InputError, LimitExceeded
from ingest.decoding.decode import decode
from ingest.intake.inspect import inspect
from ingest.limited.child import FOLDER_PREFIX
from ingest.limited.limits import MIB, Limits
from tests.fuzz.targets import TARGETS
from tests.fuzz.wrong_files import wrong_files, wrong_texts

LIMITS = Limits(max_pages=50, memory_bytes=1024 * MIB, cpu_s=10, wall_s=60.0, folder_bytes=512 * MIB)
_SLACK_S = 30.0
_STEPS = 3
"""Children that one small file may need: to inspect, and to decode in at most two."""


def outcome(data: bytes) -> str:
    """Return what became of a file: ``read``, a code of ours, or what went wrong in capitals."""
    began = time.monotonic()
    try:
        inspection = inspect(data, LIMITS)
        pages = [page.pixels.shape for page in decode(data, inspection, LIMITS)]
        right = pages == [(size.height, size.width, 3) for size in inspection.pages]
        found = "read" if right else "WRONG SUCCESS"
    except LimitExceeded as error:
        found = f"limit-exceeded: {error.details['limit']}"
    except InputError as error:
        found = error.code
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
        found = f"FAULT {type(error).__name__}: {error}"[:120]
    return "HUNG" if time.monotonic() - began > _STEPS * LIMITS.wall_s + _SLACK_S else found


def text_outcome(name: str, data: bytes) -> str:
    """Return what became of a text."""
    try:
        TARGETS[name](data)
    except Exception as error:  # noqa: BLE001 - as above
        return f"FAULT {type(error).__name__}: {error}"[:120]
    return "read or refused"


def is_fault(outcome: str) -> bool:
    """Return whether an outcome is one that must not be."""
    return outcome.split(" ", maxsplit=1)[0].isupper()


def _table(found: Iterable[tuple[str, str]]) -> None:
    for (kind, became), count in sorted(Counter(found).items()):
        print(f"{kind:<14}{became:<40}{count:>7}")


def main() -> int:
    """Run the corpus, print counts by outcome; return 1 if there was a fault."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--texts", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--only", type=int)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    made = enumerate(wrong_files(arguments.files, arguments.seed))
    wanted = ((n, one) for n, one in made if arguments.only in {None, n})

    def run(numbered: tuple[int, tuple[str, str, bytes]]) -> tuple[str, str]:
        number, (name, change, data) = numbered
        became = outcome(data)
        if is_fault(became) or arguments.only is not None:
            print(f"file {number} ({name}, {change}, {len(data)} bytes): {became}", flush=True)
        return name.rpartition(".")[2], became

    with ThreadPoolExecutor(arguments.threads) as threads:
        found = list(threads.map(run, wanted))
    if arguments.only is None:
        found += [(name, text_outcome(name, data)) for name, data in wrong_texts(arguments.texts, arguments.seed)]
    left = list(Path(tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"))
    _table(found)
    print(f"{len(found)} in all, seed {arguments.seed}; folders left: {len(left)}")
    return int(any(is_fault(became) for _, became in found))


if __name__ == "__main__":
    sys.exit(main())
