"""What keeping and giving back costs: folder and S3, encrypted and not; and what one download holds in memory.

``--document`` writes the table into a document as well.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from fastapi import FastAPI, Request, Response

from api.http.fetching import Wanted, given
from dossier.papers import StoredObject
from ingest.house import House
from ingest.settings import Settings
from storage.objects.folder import FolderStore
from storage.objects.object_keys import ObjectKeys
from storage.objects.object_store import ObjectStore
from tests.api.http_service import served
from tests.benchmarks.ocr.document import fill
from tests.benchmarks.usage import cpu_seconds, machine, resident_bytes
from tests.servers import seaweed

MB = 1_000_000
PART = 64 * 1024
PARTS = 500
ROUNDS = 3
PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Row:
    """What 100 MB cost one store.

    Attributes:
        store: Which. put_s, get_s, part_ms: Processor seconds of this process for all, and milliseconds for each part.
        server_s: Processor seconds of the server for keeping and giving back; 0 of a folder. wall_s: Seconds of both.
    """

    store: str
    put_s: float
    get_s: float
    part_ms: float
    server_s: float
    wall_s: float


@contextmanager
def stores(folder: Path) -> Iterator[dict[str, ObjectStore]]:
    """Open every store there is, empty."""
    with seaweed() as server:
        bucket = f"bench-{secrets.token_hex(4)}"
        opened: dict[str, ObjectStore] = {
            "folder": FolderStore(folder / "plain"),
            "folder, encrypted": FolderStore(folder / "encrypted", keys=ObjectKeys(folder / "keys")),
            "SeaweedFS": server.store(bucket, encrypted=False),
            "SeaweedFS, SSE-S3": server.store(bucket),
        }
        yield opened
        for store in opened.values():
            store.close()


def measure(name: str, store: ObjectStore, size: int) -> Row:
    """Keep 100 MB in objects of ``size`` bytes, and give them back."""
    data = [secrets.token_bytes(size) for _ in range(100 * MB // size)]
    keys = [f"bench/{secrets.token_hex(8)}" for _ in data]
    began, server, cpu = time.perf_counter(), _servers_seconds(), cpu_seconds()
    for key, content in zip(keys, data, strict=True):
        store.put(key, content, media_type=PDF)
    put, cpu = cpu_seconds() - cpu, cpu_seconds()
    for key in keys:
        store.get(key)
    get, cpu = cpu_seconds() - cpu, cpu_seconds()
    wall = time.perf_counter() - began
    server = 0.0 if isinstance(store, FolderStore) else _servers_seconds() - server
    cpu = cpu_seconds()
    for _ in range(PARTS):
        start = secrets.randbelow(max(1, size - PART))
        store.get_range(secrets.choice(keys), start, start + PART)
    return Row(name, put, get, 1000 * (cpu_seconds() - cpu) / PARTS, server, wall)


def best(name: str, store: ObjectStore, size: int) -> Row:
    """Return the least of several measurements, figure by figure: what else the machine does only adds to them."""
    rounds = [measure(name, store, size) for _ in range(ROUNDS)]
    figures = zip(*((r.put_s, r.get_s, r.part_ms, r.server_s, r.wall_s) for r in rounds), strict=True)
    return Row(name, *map(min, figures))


def held_by_a_download(folder: Path, size: int) -> float:
    """Return how many bytes more this process holds at most, per byte of a file, while a slow caller downloads it."""
    house = House(Settings(data_dir=folder))
    stored = house.objects.put("bench/long", secrets.token_bytes(size), media_type=PDF)
    with closing(house), served(_giving(house, stored)) as url:
        _ = house.objects.get_range("bench/long", 0, 1)
        before, peak, done = resident_bytes(os.getpid()), 0, threading.Event()

        def watch() -> None:
            nonlocal peak
            while not done.wait(0.002):
                peak = max(peak, int(Path("/proc/self/statm").read_text().split()[1]) * 4096)

        watcher = threading.Thread(target=watch)
        watcher.start()
        subprocess.run(["curl", "-sf", "--noproxy", "*", "--limit-rate", "80M", "-o", "/dev/null", url], check=True)
        done.set()
        watcher.join()
    return (peak - before) / size


def _giving(house: House, stored: StoredObject) -> FastAPI:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False})

    @app.get("/", response_class=Response)
    def give(request: Request) -> Response:
        return given(house, stored, "long.pdf", Wanted(request, None, None, None))

    return app


def _servers_seconds() -> float:
    times = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return sum(t.user + t.system for t in times)


def table(rows: dict[int, list[Row]], held: float) -> str:
    """Return the figures as Markdown."""
    lines = [
        f"{machine()}. 100 MB of random bytes kept and given back; CPU seconds of this process and of the server.",
        "",
        "| store | objects | put, CPU s | get, CPU s | part of 64 KiB, CPU ms | server, CPU s | all, wall s |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row.store} | {100 * MB // size} × {size / MB:g} MB | {row.put_s:.2f} | {row.get_s:.2f} | {row.part_ms:.2f}"
        f" | {f'{row.server_s:.2f}' if row.server_s else '—'} | {row.wall_s:.1f} |"
        for size, of_size in rows.items()
        for row in of_size
    ]
    remark = f"A download of a file of 200 MB from the encrypted folder holds {held:.2f} bytes per byte of the file."
    return "\n".join([*lines, "", remark])


def main() -> None:
    """Measure, print and write."""
    asking = argparse.ArgumentParser(description=__doc__)
    asking.add_argument("--document", type=Path, help="the Markdown file to write the table into")
    asked = asking.parse_args()
    rows: dict[int, list[Row]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in (10 * MB, MB // 2):
            with stores(Path(folder) / str(size)) as opened:
                rows[size] = [best(name, store, size) for name, store in opened.items()]
        held = held_by_a_download(Path(folder) / "house", 200 * MB)
    text = table(rows, held)
    sys.stdout.write(text + "\n")
    if asked.document:
        fill(asked.document, "objects", text)


if __name__ == "__main__":
    main()
