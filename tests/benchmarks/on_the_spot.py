"""``python -m tests.benchmarks.on_the_spot``: how long does somebody at the counter wait for a paper of three pages?

From the last byte of the upload to the sealed paper in the store, over HTTP, one paper after the other, each announced
on the spot and confirmed at once by whoever scanned it, doubtful or not: on the embedded default, and on PostgreSQL
with SeaweedFS and one worker. Needs to be root for the latter, as ``tests.chaos``.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import httpx
import typer

from tests.benchmarks.usage import free_port, machine
from tests.chaos.town import town
from tests.generator.files import write_scan
from tests.generator.render import Kind, PaperSpec, render

_LOOK_S = 0.2
_PATIENCE_S = 300
_Clients = tuple[httpx.Client, httpx.Client]
"""Of a station and of an officer."""
_KINDS = (Kind.DECISION, Kind.BODY_TEXT, Kind.BODY_TEXT)


def main(
    papers: Annotated[int, typer.Option(min=2, help="How many, after one that warms up")] = 40,
    dpi: Annotated[int, typer.Option(help="Of the scans")] = 300,
) -> None:
    """Print the quantiles."""
    print(f"{machine()}\n\n| on | papers | p50 s | p95 s | longest s |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="sohoa-spot-") as name:
        scans = [_scan(Path(name), number, dpi) for number in range(papers + 1)]
        for kind, at in (("embedded default", _embedded), ("PostgreSQL and SeaweedFS", _distributed)):
            folder = Path(name) / kind.split()[0]
            folder.mkdir()
            with at(folder) as clients:
                waits = sorted([_wait(*clients, number, scan) for number, scan in enumerate(scans)][1:])
            p50, p95 = (waits[round(q * (len(waits) - 1))] for q in (0.5, 0.95))
            print(f"| {kind} | {len(waits)} | {p50:.2f} | {p95:.2f} | {waits[-1]:.2f} |", flush=True)


def _scan(folder: Path, number: int, dpi: int) -> bytes:
    path = folder / f"{number}.pdf"
    write_scan(path, [page for kind in _KINDS for page in render(PaperSpec(kind, 7000 + number, dpi=dpi)).pages[:1]])
    return path.read_bytes()


@contextmanager
def _embedded(folder: Path) -> Iterator[_Clients]:
    """Serve a folder as a machine for trials does."""
    port = free_port()
    environment = os.environ | {"SOHOA_DATA_DIR": str(folder / "data")}
    command = [str(Path(sys.executable).with_name("sohoa")), "serve", "--port", str(port)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log, env=environment) as own:
        try:
            yield from _answering(f"http://127.0.0.1:{port}", folder / "data" / "keys")
        finally:
            own.terminate()


@contextmanager
def _distributed(folder: Path) -> Iterator[_Clients]:
    with town(folder, with_lines=False) as place:
        place.start(1)
        try:
            yield from _answering(f"http://127.0.0.1:{place.port}", folder / "data" / "keys")
        finally:
            for process in place.processes.values():
                process.end()


def _answering(url: str, keys: Path) -> Iterator[_Clients]:
    with httpx.Client(base_url=url, timeout=60) as station, httpx.Client(base_url=url, timeout=60) as officer:
        deadline = time.monotonic() + _PATIENCE_S
        while not _is_ready(station):
            if time.monotonic() > deadline:
                raise TimeoutError(url)
            time.sleep(0.2)
        for role, client in (("station", station), ("officer", officer)):
            client.headers["Authorization"] = f"Bearer {(keys / f'{role}.key').read_text().strip()}"
        yield station, officer


def _is_ready(client: httpx.Client) -> bool:
    try:
        return client.get("/v1/ready").is_success
    except httpx.HTTPError:
        return False


def _wait(client: httpx.Client, officer: httpx.Client, number: int, scan: bytes) -> float:
    """Return the seconds from the last byte sent to the sealed paper."""
    entry = {
        "name": "scan.pdf",
        "owner_number": "001190012345",
        "owner_name": "Người Thử",
        "confirmed_by": "Người Quét",
        "despite_twin": "benchmark",
    }
    batch = {"batch": f"spot-{number}", "operator": "Người Quét", "on_the_spot": True, "papers": [entry]}
    announced = client.post("/v1/batches", json=batch).raise_for_status().json()["id"]
    sent: list[float] = []

    def body() -> Iterator[bytes]:
        yield scan
        sent.append(time.perf_counter())

    headers = {"Content-Type": "application/octet-stream", "Content-Length": str(len(scan))}
    client.put(f"/v1/batches/{announced}/files/scan.pdf", content=body(), headers=headers).raise_for_status()
    while time.perf_counter() - sent[0] < _PATIENCE_S:
        (paper,) = client.get("/v1/papers", params={"batch": announced}).raise_for_status().json()["papers"]
        if paper["state"] == "stored":
            return time.perf_counter() - sent[0]
        if paper["state"] == "needs_review":
            answer = officer.post(f"/v1/papers/{paper['id']}/confirmation", json={"by": "Người Quét"})
            if answer.status_code != httpx.codes.CONFLICT:  # it was confirmed meanwhile, as announced
                answer.raise_for_status()
        elif paper["state"] not in {"received", "confirmed", "ready"}:
            raise RuntimeError(paper["state"], [check["code"] for check in paper["checks"]])
        time.sleep(_LOOK_S)
    raise TimeoutError(announced)


if __name__ == "__main__":
    typer.run(main)
