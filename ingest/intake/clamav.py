"""The virus scanner ClamAV, asked through the socket of its daemon: the one module that knows its protocol.

A file is sent in the daemon's ``INSTREAM`` form (manual of clamd, "COMMANDS"): the daemon needs no right to read our
files and gets no name. Whatever is not a plain "OK" is no leave: a file is found harmful, or it waits.
"""

import socket
import struct
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from dossier.errors import ConfigurationError, MalwareFound, ScannerUnavailable

_PIECE = 1 << 16
_MOST_ANSWER = 4096


@dataclass(frozen=True, slots=True)
class ClamAv:
    """A daemon.

    Attributes:
        address: Path of its socket, or ``host:port``. seconds: For one file.
    """

    address: str
    seconds: float = 120.0

    def __post_init__(self) -> None:
        """Refuse an address of neither form.

        Raises:
            ConfigurationError: It is one.
        """
        if not self.address.startswith("/") and not self.address.rpartition(":")[2].isdecimal():
            raise ConfigurationError(reason="clamav_socket must be the path of a socket, or host:port")

    def require_clean(self, data: bytes) -> None:
        """Do nothing if the scanner finds nothing in ``data``.

        Raises:
            MalwareFound: It found something.
            ScannerUnavailable: It does not answer, or could not look at all of it.
        """
        pieces = (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))
        framed = (struct.pack(">I", len(piece)) + piece for piece in pieces)
        answer = self._asked(chain([b"zINSTREAM\0"], framed, [bytes(4)]))
        if answer == "stream: OK":
            return
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            raise MalwareFound
        if "size limit" in answer:
            raise _away("its StreamMaxLength is smaller than the file")
        raise _away("it answered with an error")

    def version(self) -> str:
        """Return what the daemon calls itself, with the age of its signatures.

        Raises:
            ScannerUnavailable: It does not answer.
        """
        return "".join(c for c in self._asked([b"zVERSION\0"]) if c.isprintable())[:100]

    def _asked(self, parts: Iterable[bytes]) -> str:
        """Send a command and return the daemon's answer without its end mark."""
        ends = time.monotonic() + self.seconds
        answer = b""
        try:
            with self._connected() as connection:
                try:
                    for part in parts:
                        connection.settimeout(max(ends - time.monotonic(), 0.01))
                        connection.sendall(part)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # it has heard enough, and its answer may be waiting
                while not answer.endswith(b"\0") and len(answer) < _MOST_ANSWER:
                    connection.settimeout(max(ends - time.monotonic(), 0.01))
                    more = connection.recv(_MOST_ANSWER)
                    if not more:
                        break
                    answer += more
        except TimeoutError:
            raise _away("no answer in time") from None
        except OSError:
            raise _away("its socket cannot be reached") from None
        if not answer.endswith(b"\0"):
            raise _away("its answer was cut off")
        return answer[:-1].decode("utf-8", "replace")

    def _connected(self) -> socket.socket:
        if not self.address.startswith("/"):
            host, _, port = self.address.rpartition(":")
            return socket.create_connection((host, int(port)), timeout=self.seconds)
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(self.seconds)
            connection.connect(self.address)
        except OSError:
            connection.close()
            raise
        return connection


def _away(reason: str) -> ScannerUnavailable:
    return ScannerUnavailable(part="clamav", reason=reason)
