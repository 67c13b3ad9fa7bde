"""``make fuzz``: every target under coverage-guided fuzzing for its share of the time, in one process at a time.

It needs ``atheris``, which lives in an environment of its own (``fuzz.lock``). What it finds lands in ``build/fuzz``:
the corpus that it grew, by target, and ``crash-*``, the input that broke something, which then becomes a test in
``test_targets.py``.
"""

import argparse
import re
import subprocess
import sys
from pathlib import Path

BUILD = Path("build/fuzz")
_MOST_BYTES = 2048
_DONE = re.compile(r"Done (\d+) runs")
_COVERED = re.compile(r"cov: (\d+)")


def fuzz_one(name: str, seconds: int) -> None:
    """Run one target; never returns: libFuzzer ends the process."""
    import atheris  # type: ignore[import-not-found]  # noqa: PLC0415 - in its own environment alone

    with atheris.instrument_imports(include=["api", "dossier", "ingest", "ocr", "signing"]):
        from tests.fuzz.targets import SEEDS, TARGETS  # noqa: PLC0415 - while what it imports is instrumented
    corpus = BUILD / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[name]):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", f"-max_len={_MOST_BYTES}", "-timeout=20", "-rss_limit_mb=2048"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={BUILD}/crash-{name}-", str(corpus)], TARGETS[name])
    atheris.Fuzz()


def main() -> int:
    """Fuzz the targets one after the other and print a table; return how many broke."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--target")
    parser.add_argument("--seconds", type=int)
    arguments = parser.parse_args()
    if arguments.target and arguments.seconds:
        fuzz_one(arguments.target, arguments.seconds)
        return 0
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - not where they are to be instrumented

    names = [arguments.target] if arguments.target else sorted(TARGETS)
    share = max(5, round(60 * arguments.minutes / len(names)))
    broken = 0
    print(f"{'target':<12}{'runs':>12}{'seconds':>9}{'edges':>7}  outcome", flush=True)
    for name in names:
        command = [sys.executable, "-m", "tests.fuzz", "--target", name, "--seconds", str(share)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        runs, covered = _DONE.search(done.stderr), _COVERED.findall(done.stderr)
        said = "ok" if done.returncode == 0 else f"broke: {done.stdout.strip().splitlines()[-1:]}"
        broken += done.returncode != 0
        edges = covered[-1] if covered else "?"
        print(f"{name:<12}{runs[1] if runs else '?':>12}{share:>9}{edges:>7}  {said}", flush=True)
    return broken


if __name__ == "__main__":
    sys.exit(main())
