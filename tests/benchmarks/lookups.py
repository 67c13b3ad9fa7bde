"""What a lookup takes: ``python -m tests.benchmarks.lookups [--papers N …] [--rate N] [--seconds N] …``.

For each number of papers a catalogue is filled (`tests.benchmarks.population`), ``sohoa serve --no-workers`` is started
on it as a process of its own, or as several that are asked in turn, and `tests.benchmarks.load` sends lookups over HTTP
at a steady mean rate, arrivals at random as in a queue of strangers (Poisson), whether earlier answers came or not. A
request's time is counted from the moment it was due. PostgreSQL has its usual settings, each commit on the disk before
the answer; SQLite likewise.

Six in ten ask for two types, two for one, one for all reusable types, one for the components of a procedure; one in
fifty is for an owner nobody knows, one in twenty by an old number. Marriage certificates are shared by two owners.
"""

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.benchmarks.load import ask_at_rate
from tests.benchmarks.population import PROCEDURE, fill, person, postgres
from tests.benchmarks.usage import free_port, machine

_START_S = 60
_WARM_UP_S = 10
_UNKNOWN = 0.02
_BY_OLD_NUMBER = 0.5
"""Of those who have one."""
_TYPES = ("birth-certificate", "identity-card", "marriage-certificate", "land-use-certificate", "judicial-record")


@dataclass(frozen=True)
class Server:
    """A running service.

    Attributes:
        urls, processes: Of each process of the service. database: Of the PostgreSQL server, if it has one.
    """

    urls: list[str]
    key: str
    processes: list[psutil.Process]
    database: psutil.Process | None

    def cpu_seconds(self) -> tuple[float, float]:
        """Return the processor seconds so far of the service and of its database server."""
        return sum(map(_spent, self.processes)), _spent(self.database) if self.database else 0.0


def _spent(process: psutil.Process) -> float:
    """Return the processor seconds of a process, of the children it has and of those it had."""
    times = [process.cpu_times()]
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            times.append(child.cpu_times())
    ended = times[0].children_user + times[0].children_system
    return float(ended + sum(one.user + one.system for one in times))


@contextlib.contextmanager
def serving(database_url: str, folder: Path, database: psutil.Process | None, processes: int = 1) -> Iterator[Server]:
    """Run ``sohoa serve`` on a catalogue, in as many processes."""
    with contextlib.ExitStack() as running:
        started = [running.enter_context(_process(database_url, folder, number)) for number in range(processes)]
        key = (folder / "keys" / "system.key").read_text().strip()
        yield Server([url for url, _ in started], key, [one for _, one in started], database)


@contextlib.contextmanager
def _process(database_url: str, folder: Path, number: int) -> Iterator[tuple[str, psutil.Process]]:
    port, printed = str(free_port()), folder / f"log-{number}"
    environment = {
        **os.environ,
        "SOHOA_DATA_DIR": str(folder),
        "SOHOA_DATABASE_URL": database_url,
        "SOHOA_PORT": port,
    }
    command = [str(Path(sys.executable).with_name("sohoa")), "serve", "--no-workers"]
    with printed.open("wb") as log, subprocess.Popen(command, env=environment, stderr=log, stdout=log) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            _await(url, process, printed)
            yield url, psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


def _await(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{url}/v1/health", trust_env=False).status_code == httpx.codes.OK:
                return
        time.sleep(0.1)
    raise SystemExit(log.read_text()[-4000:])


@contextlib.contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[str, psutil.Process | None]]:
    """Yield the URL of an empty database, and its server's process."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'catalogue.db'}", None
        return
    with postgres() as (url, pid):
        yield url, psutil.Process(pid)


def requests_for(owners: int) -> Callable[[random.Random], dict[str, Any]]:
    """Return what makes the bodies of the lookups."""

    def body(chance: random.Random) -> dict[str, Any]:
        known = chance.random() >= _UNKNOWN
        one = person(chance.randrange(1, owners + 1) if known else owners + chance.randrange(1, 1000))
        by_old = chance.random() < _BY_OLD_NUMBER and one.old_number is not None and known
        asked: dict[str, Any] = {
            "owner_number": one.old_number if by_old else one.number,
            "dossier": f"H41.99-261129-{chance.randrange(10_000_000):07d}",
            "procedure": PROCEDURE,
            "purpose": "settle-dossier",
        }
        match chance.randrange(10):
            case 0:
                return asked
            case 1:
                return asked | {"procedure_components": True}
            case 2 | 3:
                return asked | {"paper_types": [chance.choice(_TYPES)]}
            case _:
                return asked | {"paper_types": chance.sample(_TYPES, 2)}

    return body


@dataclass(frozen=True)
class Trial:
    """How is measured.

    Attributes:
        rate: Requests per second. seconds: How long. runs: How many times on one catalogue.
        processes: Of the service.
    """

    rate: float
    seconds: float
    runs: int
    processes: int


def measure(kind: str, papers: int, trial: Trial, folder: Path) -> None:
    """Fill a catalogue, ask, and print rows of the table."""
    with database(kind, folder) as (url, server_process):
        owners = fill(url, papers)
        with serving(url, folder, server_process, trial.processes) as server:
            request = requests_for(owners)
            for run in range(trial.runs):
                print(f"| {kind} | {papers:,} | {owners:,} | {_row(server, request, trial, run)} |", flush=True)


def _row(server: Server, request: Callable[[random.Random], dict[str, Any]], trial: Trial, run: int) -> str:
    addresses = [f"{url}/v1/reuse/lookup" for url in server.urls]
    ask_at_rate(addresses, server.key, request, rate=trial.rate, seconds=_WARM_UP_S, seed=1000 + run)
    before, load = server.cpu_seconds(), os.getloadavg()[0]
    report = ask_at_rate(addresses, server.key, request, rate=trial.rate, seconds=trial.seconds, seed=run)
    spent = [1000 * (b - a) / len(report.seconds) for a, b in zip(before, server.cpu_seconds(), strict=True)]
    times = " | ".join(f"{1000 * report.quantile(share):.1f}" for share in (0.5, 0.95, 0.99, 1.0))
    answered = f"{report.statuses[httpx.codes.OK]:,} of {len(report.seconds):,}"
    return f"{answered} | {times} | {spent[0]:.1f} | {spent[1]:.1f} | {report.late} | {load:.1f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--papers", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1, help="of the service")
    parser.add_argument("--database", nargs="+", choices=["postgresql", "sqlite"], default=["postgresql", "sqlite"])
    options = parser.parse_args()
    trial = Trial(options.rate, options.seconds, options.runs, options.processes)
    asked = f"{options.rate:g} requests/s for {options.seconds:g} s, Poisson arrivals"
    print(f"{machine()}; {asked}, {options.processes} process(es)\n")
    print("| database | papers | owners | answered | p50 ms | p95 ms | p99 ms | most ms |", end="")
    print(" CPU ms service | CPU ms database | sent late | load before |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    for kind in options.database:
        for papers in options.papers:
            with tempfile.TemporaryDirectory(prefix="sohoa-bench-") as folder:
                measure(kind, papers, trial, Path(folder))


if __name__ == "__main__":
    main()
