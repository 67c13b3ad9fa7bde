"""How many signed files are checked per second, each in a limited process of its own, and what one costs.

``--document`` writes the table into a document as well; ``--picture`` writes the page that docs/audit.md shows instead.
"""

import argparse
import datetime as dt
import gc
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from dossier.verdicts import Verdict
from ingest.limited.limits import MIB
from ingest.limited.pool import WarmPool
from ingest.proof.verifying import VERIFICATION_LIMITS, Verifier, check, pack, prepare
from signing.development import DevelopmentAuthority
from signing.report import FileReport
from signing.report_pdf import report_pdf
from signing.seal import seal
from signing.stamp import Stamp
from signing.trust import TrustStore
from signing.validate import validate
from tests.benchmarks.ocr.document import fill
from tests.benchmarks.usage import cpu_seconds, machine, resident_bytes
from tests.ingest.warm_work import tell
from tests.signing.others import add_evidence, add_timestamp, sign
from tests.signing.pages import scan_pdf

PICTURE = Path("docs/images/verification-report.png")
AT = dt.datetime(2026, 11, 22, 2, 15, 4, tzinfo=dt.UTC)
AGENCY = "Trung tâm Phục vụ hành chính công tỉnh Nghệ An"
_DPI = 110


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file. Attributes: name: What it is. data: Its bytes. expected: The verdict it must get."""

    name: str
    data: bytes
    expected: Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """What checking one kind gave: files per second without and with processes, processor milliseconds a file."""

    kind: Kind
    plain: float
    one: float
    two: float
    cpu_ms: float


def kinds(authority: DevelopmentAuthority) -> Iterator[Kind]:
    """Yield the files to check, all of one scanned page."""
    page, key, trust = scan_pdf(), authority.seal_key(AGENCY, at=AT), authority.trust(AT)
    stamper = authority.time_stamper(lambda: AT)
    sealed = seal(
        page,
        key=key,
        stamp=Stamp(agency=AGENCY),
        time_stamper=stamper,
        trust=trust,
        signing_time=AT,
        environment="test",
    )
    timed = sign(page, key, at=AT, stamper=stamper)
    long_term = add_evidence(timed, trust)
    many = page
    for number in range(11):
        many = sign(many, key, at=AT, stamper=stamper, field=f"Chữ ký {number + 1}")
    valid = Verdict.VALID
    yield Kind("sealed paper, B-LTA", sealed, valid)
    yield Kind("B-LTA of another program", add_timestamp(long_term, stamper), valid)
    yield Kind("B-LT", long_term, valid)
    yield Kind("B-T", timed, valid)
    yield Kind("B-B", sign(page, key, at=AT), valid)
    yield Kind("adbe.pkcs7.detached", sign(page, key, at=AT, pades=False), valid)
    yield Kind("11 signatures, B-T", many, valid)
    yield Kind("changed after signing", sealed[:5_000] + bytes([sealed[5_000] ^ 1]) + sealed[5_001:], Verdict.INVALID)
    yield Kind("not signed", page, Verdict.UNDETERMINED)


def measure(kind: Kind, trust: TrustStore, files: int) -> Row:
    """Return what checking ``files`` files of a kind costs."""
    moment = AT + dt.timedelta(hours=1)

    def rate(check: Callable[[int], Iterable[FileReport]], count: int) -> float:
        began = time.perf_counter()
        if {r.verdict for r in check(count)} != {kind.expected}:
            raise AssertionError(kind.name)
        return count / (time.perf_counter() - began)

    rates = [rate(lambda n: [validate(kind.data, trust, at=moment) for _ in range(n)], files)]
    for processes in (1, 2):
        with closing(Verifier(trust, processes=processes)) as verifier:

            def many(count: int, verifier: Verifier = verifier) -> Iterable[FileReport]:
                return verifier.over_files(lambda data: verifier.verify(data, at=moment), [kind.data] * count)

            rate(many, 2 * processes)  # starts the workers
            rates.append(rate(many, files))
    return Row(kind, *rates, _processor_ms(kind, trust, files))


def _processor_ms(kind: Kind, trust: TrustStore, files: int) -> float:
    """Return the processor milliseconds of checking one file in a fork of a process that is prepared as a worker is."""
    prepare(pack(trust))
    gc.collect()
    gc.freeze()
    moment = (AT + dt.timedelta(hours=1)).isoformat()
    before = cpu_seconds()
    for _ in range(files):
        child = os.fork()
        if child == 0:
            gc.disable()
            check(kind.data, moment, True, None)  # noqa: FBT003 - arguments of a request come in order
            os._exit(0)
        os.waitpid(child, 0)
    gc.unfreeze()
    return 1000 * (cpu_seconds() - before) / files


def memory(kind: Kind, trust: TrustStore, files: int) -> str:
    """Return what the processes need, as a sentence: a worker before and after many files, and a file's own."""
    pool = WarmPool(prepare, pack(trust), size=1, limits=VERIFICATION_LIMITS)
    moment = (AT + dt.timedelta(hours=1)).isoformat()
    worker = pool.run(tell, b"")["parent"]
    before = resident_bytes(worker)
    for _ in range(files):
        pool.run(check, kind.data, moment, True, None)  # noqa: FBT003 - arguments of a request come in order
    after = resident_bytes(worker)
    pool.close()
    own = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return (
        f"A worker holds {before / MIB:.0f} MiB before and {after / MIB:.0f} MiB after {files} files; the process of a"
        f" file at most {own / MIB:.0f} MiB, most of it shared with the worker."
    )


def table(rows: Iterable[Row], remark: str) -> str:
    """Return the figures as Markdown."""
    lines = [
        f"{machine()}; one page of {len(scan_pdf()) // 1024} KiB, RSA 2048 and ECDSA P-256.",
        "",
        "| kind of file | verdict | files/s, no process | files/s, 1 process | files/s, 2 processes | CPU ms a file |",
        "|---|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {r.kind.name} | {r.kind.expected} | {r.plain:.1f} | {r.one:.1f} | {r.two:.1f} | {r.cpu_ms:.0f} |"
        for r in rows
    ]
    return "\n".join([*lines, "", remark])


def picture(kind: Kind, trust: TrustStore) -> None:
    """Write the page that reports on a file as a picture."""
    report = validate(kind.data, trust, at=AT + dt.timedelta(hours=1))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "page.pdf").write_bytes(report_pdf(report, name="quyet-dinh-15.pdf"))
        command = ["pdftoppm", "-r", str(_DPI), "-singlefile", "-png", "page.pdf", "page"]
        subprocess.run(command, cwd=folder, check=True)
        with Image.open(Path(folder) / "page.png") as shown:
            shown.quantize(64).save(PICTURE, optimize=True)


def main() -> None:
    """Measure, print and write."""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("--picture", action="store_true", help="write the picture instead")
    asking.add_argument("--files", type=int, default=60, help="of each kind")
    asking.add_argument("--document", type=Path, help="the Markdown file to write the table into")
    asked = asking.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        authority = DevelopmentAuthority.open(Path(folder), at=AT)
        trust, every = authority.trust(AT), list(kinds(authority))
    if asked.picture:
        picture(every[0], trust)
        return
    rows = [measure(kind, trust, asked.files) for kind in every]
    text = table(rows, memory(every[0], trust, 10 * asked.files))
    sys.stdout.write(text + "\n")
    if asked.document:
        fill(asked.document, "verifications", text)


if __name__ == "__main__":
    main()
