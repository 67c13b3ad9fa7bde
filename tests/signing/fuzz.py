"""Mutate signed papers and look for wrong verdicts: ``python -m tests.signing.fuzz --minutes 60``.

A case is a seed: it is made again by ``--seed S --only N``. A case is a bug if the verifier raises, needs more than
ten seconds of processor time or 512 MB, or says "valid" of a paper that is not the one signed. Who says so is not the
verifier: of a valid file, all bytes that the base file's signatures cover must be the base's own (but for signature
values), and poppler must show the same pages.

Cases run in a child process with limits; one that dies is a bug of that case, and the next child goes on after it.
"""

import argparse
import datetime as dt
import hashlib
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from dossier.verdicts import Verdict
from signing.trust import TrustStore
from signing.validate import validate
from tests.signing.mutations import mutated
from tests.signing.others import add_evidence, add_timestamp, sign
from tests.signing.papers import AT, annotate, fill, office_paper, sign_visibly, small_page
from tests.signing.pki import Tree, make_trees, tree
from tests.signing.poppler import shown
from tests.signing.raw import contents_of

MOMENT = AT + dt.timedelta(hours=1)
CPU_S, MEMORY = 10, 512 << 20
_BATCH = 500


def bases(gov: Tree) -> dict[str, bytes]:
    """The papers that are mutated, all valid."""
    key, other, trust = gov.key(), gov.key("elliptic"), gov.trust(AT)
    plain = sign(small_page(), key, at=AT)
    stamped = sign(small_page(), key, at=AT, stamper=gov.stamper(AT))
    return {
        "plain": plain,
        "pkcs7": sign(small_page(), gov.older_key(), at=AT, pades=False),
        "stamped": stamped,
        "archived": add_timestamp(add_evidence(stamped, trust), gov.stamper(AT)),
        "compressed": sign(small_page(pages=3, compressed=True), other, at=AT),
        "office": office_paper(other, key, annotate("So 12")),
        "form": office_paper(other, other, fill("So", "12"), small_page(fields=[("So", None), ("Tien", "10")])),
        "visible": sign_visibly(
            sign_visibly(small_page(pages=2), other, field="A"), other, field="B", rect=(300, 400, 400, 450)
        ),
    }


class _Hang(BaseException):
    """A case needs too long; no handler for hostile input may swallow it."""


@dataclass
class Tally:
    """What came of the cases: how many, of which verdict, which were bugs, and the dearest."""

    cases: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    bugs: list[str] = field(default_factory=list)
    slowest: float = 0.0
    memory: int = 0

    def add(self, other: "Tally") -> None:
        self.cases += other.cases
        self.verdicts += other.verdicts
        self.kinds += other.kinds
        self.bugs += other.bugs
        self.slowest, self.memory = max(self.slowest, other.slowest), max(self.memory, other.memory)

    def text(self) -> str:
        verdicts = ", ".join(f"{n} {v}" for v, n in sorted(self.verdicts.items()))
        return (
            f"{self.cases} cases ({verdicts}); {len(self.bugs)} bugs; "
            f"dearest {self.slowest:.2f} s, {self.memory >> 20} MB"
        )


def case(seed: int, number: int, files: dict[str, bytes]) -> tuple[str, bytes, tuple[str, ...]]:
    """Return the base's name, the mutated file and what was done to it."""
    rng = Random(f"{seed}:{number}")  # noqa: S311 - cases, not keys
    name = rng.choice(sorted(files))
    changed, done = mutated(files[name], rng)
    return name, changed, done


def wrongly_valid(base: bytes, changed: bytes, folder: Path) -> str | None:
    """Return why ``changed``, found valid, may not be, or ``None``.

    Compared is what the last signature of ``base`` covers, which for the bases is the whole file; signature values may
    differ where they are not themselves covered, since they hold what is not signed.
    """
    places = contents_of(base)
    first, last = places[-1]
    if changed[:first] != base[:first] or changed[last : len(base)] != base[last:]:
        return "covered bytes differ"
    return None if shown(changed, folder) == shown(base, folder) else "other pages are shown"


def check(base: bytes, changed: bytes, trust: TrustStore, folder: Path) -> tuple[str, str | None, float]:
    """Return the verdict (or the exception), what is wrong with it, and the processor time in seconds."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _Hang

    signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_S)
    began = time.process_time()
    try:
        report = validate(changed, trust, at=MOMENT)
    except _Hang:
        return "hang", f"more than {CPU_S} s", float(CPU_S)
    except Exception as error:  # noqa: BLE001 - any exception is what is looked for
        return "raised", repr(error)[:200], time.process_time() - began
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    spent = time.process_time() - began
    wrong = wrongly_valid(base, changed, folder) if report.verdict is Verdict.VALID and changed != base else None
    return report.verdict.value, wrong, spent


def run_batch(
    seed: int, numbers: range, files: dict[str, bytes], trust: TrustStore, keep: Path | None
) -> Iterator[Tally]:
    """Yield what comes of each case."""
    with tempfile.TemporaryDirectory() as name:
        for number in numbers:
            base, changed, done = case(seed, number, files)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            verdict, wrong, spent = check(files[base], changed, trust, Path(name))
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10
            if grown > MEMORY:
                wrong = wrong or "too much memory"
            bugs = [f"{seed}:{number} {base} {'+'.join(done)}: {verdict}, {wrong}"] if wrong else []
            if wrong and keep is not None:
                (keep / f"{seed}-{number}.pdf").write_bytes(changed)
            yield Tally(1, Counter([verdict]), Counter(done), bugs, spent, grown)


def _child(seed: int, first: int, count: int, trees: Path, keep: Path | None) -> None:
    """Run cases and tell of each on one line of JSON, so that it is known which one killed the process."""
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    gov = open_tree(trees)
    files = {p.stem: p.read_bytes() for p in sorted(trees.glob("*.pdf"))}
    for tally in run_batch(seed, range(first, first + count), files, gov.trust(AT), keep):
        print(json.dumps(tally.__dict__), flush=True)


def open_tree(folder: Path) -> Tree:
    from certomancer.registry import CertomancerConfig  # noqa: PLC0415 - only here

    return tree(CertomancerConfig.from_file(str(folder / "trees.yml"), str(folder)), "gov")


def run(minutes: float, seed: int, keep: Path | None) -> Tally:
    """Run cases for so long."""
    total, end = Tally(), time.monotonic() + 60 * minutes
    with tempfile.TemporaryDirectory() as name:
        trees = Path(name)
        gov = tree(make_trees(trees), "gov")
        for base, content in bases(gov).items():
            (trees / f"{base}.pdf").write_bytes(content)
            if validate(content, gov.trust(AT), at=MOMENT).verdict is not Verdict.VALID:
                raise SystemExit(f"the base '{base}' is not valid")
        number = 0
        while time.monotonic() < end:
            command = [sys.executable, "-m", "tests.signing.fuzz", "--child", str(seed), str(number), str(_BATCH), name]
            done = subprocess.run(
                [*command, str(keep or "")], capture_output=True, text=True, timeout=_BATCH * CPU_S, check=False
            )
            tallies = [_tally(line) for line in done.stdout.splitlines() if line.startswith("{")]
            for tally in tallies:
                total.add(tally)
            number += len(tallies)
            if done.returncode:
                total.add(
                    Tally(1, Counter(["died"]), bugs=[f"{seed}:{number}: the process died, {done.stderr[-300:]}"])
                )
                number += 1
            print(f"{dt.datetime.now(dt.UTC):%H:%M:%S} {total.text()}", flush=True)
            for bug in total.bugs[-3:]:
                print("   ", bug, flush=True)
    return total


def _tally(line: str) -> Tally:
    found = json.loads(line)
    return Tally(**{**found, "verdicts": Counter(found["verdicts"]), "kinds": Counter(found["kinds"])})


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for the files of bugs")
    parser.add_argument("--child", nargs=5, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        seed, first, count, trees, keep = asked.child
        _child(int(seed), int(first), int(count), Path(trees), Path(keep) if keep else None)
        return
    if asked.keep:
        asked.keep.mkdir(parents=True, exist_ok=True)
    total = run(asked.minutes, asked.seed, asked.keep)
    print(f"seed {asked.seed}: {total.text()}")
    print("mutations:", ", ".join(f"{n} {k}" for k, n in total.kinds.most_common()))
    for bug in total.bugs:
        print(bug)
    print(
        "version",
        hashlib.sha256(b"".join(p.read_bytes() for p in sorted(Path("signing").glob("*.py")))).hexdigest()[:12],
    )
    sys.exit(bool(total.bugs))


if __name__ == "__main__":
    main()
