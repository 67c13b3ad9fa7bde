"""A line between two programs: it can be cut, answer slowly, or be bad from end to end."""

import contextlib
import random
import socket
import threading
import time
from dataclasses import dataclass, field

_BLOCK = 64 * 1024
_PIECE = 8 * 1024
_BREAKS = 0.5
"""Share of bad pieces that end their connection."""


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
                self._carry(data, sink, answers=answers)
        for one in (source, sink):
            self._close(one)

    def _carry(self, data: bytes, sink: socket.socket, *, answers: bool) -> None:
        if answers and self.delay_s:
            time.sleep(self.delay_s)
        sink.sendall(data)

    def _close(self, one: socket.socket) -> None:
        self._open.discard(one)
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


@dataclass
class BadLine(Line):
    """A line as slow as told, on which pieces are held up and connections break.

    Attributes:
        rate: Bytes per second that all connections share; 0: as fast as it goes. bad: Share of pieces with which
            something happens, half of them held up and half the end of their connection. seed: Of chance.
    """

    rate: int = 0
    bad: float = 0.0
    seed: int = 1
    broken: int = 0
    _chance: random.Random = field(init=False)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - what happens is to happen again

    def _carry(self, data: bytes, sink: socket.socket, *, answers: bool) -> None:
        del answers  # both ways are as bad
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            with self._turn:
                if self.rate:
                    time.sleep(len(piece) / self.rate)
                happens, breaks, held_s = (self._chance.random() for _ in range(3))
            if happens < self.bad and breaks < _BREAKS:
                self.broken += 1
                raise ConnectionError
            if happens < self.bad:
                time.sleep(held_s)
            sink.sendall(piece)
