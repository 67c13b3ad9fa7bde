"""A line between the service and a server of its own: it can be cut, or answer slowly."""

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field

_BLOCK = 64 * 1024


@dataclass
class Line:
    """Forwards connections on a port of loopback.

    Attributes:
        target: Path of a Unix socket, or ``host:port``. delay_s: Seconds by which each answer is held up.
        port: Where it listens.
    """

    target: str
    delay_s: float = 0.0
    port: int = 0
    _is_cut: bool = False
    _open: set[socket.socket] = field(default_factory=set)
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    def start(self) -> None:
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Break what is open, and let nothing through until it is mended."""
        self._is_cut = True
        for one in list(self._open):
            self._close(one)

    def mend(self) -> None:
        """Let everything through at once."""
        self._is_cut, self.delay_s = False, 0.0

    def close(self) -> None:
        """Stop."""
        self.cut()
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed at the end
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._forward, args=(client,), daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        try:
            if self._is_cut:
                raise ConnectionError
            server = self._reach()
        except OSError:  # the caller finds nobody there
            client.close()
            return
        self._open |= {client, server}
        threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
        self._pump(server, client, answers=True)

    def _reach(self) -> socket.socket:
        if self.target.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(self.target)
            return server
        host, _, port = self.target.partition(":")
        return socket.create_connection((host, int(port)), timeout=None)

    def _pump(self, source: socket.socket, sink: socket.socket, *, answers: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_BLOCK):
                if answers and self.delay_s:
                    time.sleep(self.delay_s)
                sink.sendall(data)
        for one in (source, sink):
            self._close(one)

    def _close(self, one: socket.socket) -> None:
        self._open.discard(one)
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
