"""A clamd of our own for tests: the real daemon with signatures made here, nothing downloaded."""

import contextlib
import hashlib
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
START_S = 120


def harmless_string() -> bytes:
    """Return the harmless text that every virus scanner knows, put together so that this file is not taken for it."""
    return (r"X5O!P%@AP[4\PZX54(P^)7CC)7}" + "$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!" + "$H+H*").encode()


@contextlib.contextmanager
def clamd(folder: Path) -> Iterator[Path]:
    """Run clamd with signatures of the test string; yields its socket."""
    assert CLAMD is not None
    (folder / "signatures").mkdir()
    harmful = harmless_string()
    digest = hashlib.md5(harmful, usedforsecurity=False).hexdigest()
    (folder / "signatures" / "test.hdb").write_text(f"{digest}:{len(harmful)}:Test.Whole\n")
    (folder / "signatures" / "test.ndb").write_text(f"Test.Within:0:*:{harmful.hex()}\n")
    path = folder / "clamd.sock"
    (folder / "clamd.conf").write_text(
        f"LocalSocket {path}\nDatabaseDirectory {folder / 'signatures'}\nTemporaryDirectory {folder}\n"
        f"Foreground yes\nStreamMaxLength 1M\nSelfCheck 0\nMaxThreads 2\nUser root\n"
    )
    log = (folder / "log").open("wb")
    process = subprocess.Popen([CLAMD, "-c", str(folder / "clamd.conf")], stdout=log, stderr=log)
    try:
        ends = time.monotonic() + START_S
        while not _answers(path):
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < ends
            time.sleep(0.05)
        yield path
    finally:
        process.terminate()
        process.wait()
        log.close()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
            probe.sendall(b"zPING\0")
            return probe.recv(16) == b"PONG\0"
        except OSError:
            return False


@contextlib.contextmanager
def answering(path: Path, answer: bytes, *, after_s: float = 0.0) -> Iterator[None]:
    """Listen where clamd would and give one answer to everything, however much is sent."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        done = threading.Event()

        def serve() -> None:
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    connection.recv(64)
                    done.wait(after_s)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            done.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
