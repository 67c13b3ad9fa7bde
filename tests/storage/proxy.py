"""A way to a server that can be cut, or that answers in its stead."""

import contextlib
import re
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
_ABRUPTLY = struct.pack("ii", 1, 0)
_BLOCK = 16 * 1024


@dataclass
class Proxy:
    """Forwards connections on a port of loopback to a server.

    Attributes:
        upstream: ``host:port`` of the server. endpoint: ``host:port`` to call instead.
        cut_up: Bytes sent to the server over one connection after which that is cut; ``None``: never.
        cut_down: Bytes received from it after which the connection is cut.
        put_answer: What every ``PUT`` is answered, without asking the server.
    """

    upstream: str
    endpoint: str
    cut_up: int | None = None
    cut_down: int | None = None
    put_answer: bytes | None = None
    _open: list[socket.socket] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed at the end
            while True:
                client, _ = listener.accept()
                host, _, port = self.upstream.partition(":")
                server = socket.create_connection((host, int(port)))
                self._open += [client, server]
                for pump in (self._up, self._down):
                    threading.Thread(target=pump, args=(client, server), daemon=True).start()

    def close(self) -> None:
        """Cut whatever is open."""
        for one in self._open:
            _cut(one)

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := client.recv(_BLOCK):
                if self.put_answer is not None and data.startswith(b"PUT "):
                    _swallow(client, data)
                    client.sendall(self.put_answer)
                    continue
                server.sendall(data)
                passed += len(data)
                if self.cut_up is not None and passed > self.cut_up:
                    break
        _cut(client)
        _cut(server)

    def _down(self, client: socket.socket, server: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while data := server.recv(_BLOCK):
                client.sendall(data)
                passed += len(data)
                if self.cut_down is not None and passed > self.cut_down:
                    break
        _cut(client)
        _cut(server)


@contextlib.contextmanager
def proxy(upstream: str) -> Iterator[Proxy]:
    """Run a proxy before the server at ``upstream``."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = Proxy(upstream, f"127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=running.serve, args=(listener,))
        thread.start()
        try:
            yield running
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            running.close()


def _swallow(client: socket.socket, data: bytes) -> None:
    """Read a request to its end."""
    while b"\r\n\r\n" not in data:
        data += client.recv(_BLOCK)
    head, _, body = data.partition(b"\r\n\r\n")
    announced = _LENGTH.search(head)
    missing = int(announced[1]) - len(body) if announced else 0
    while missing > 0:
        missing -= len(client.recv(_BLOCK))


def _cut(one: socket.socket) -> None:
    """End a connection as a pulled cable would, in so far as a program can."""
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPTLY)
        one.shutdown(socket.SHUT_RDWR)
    one.close()
