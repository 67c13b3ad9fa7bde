"""The service as a station sees it: announce, send in pieces, go on after a break, close."""

import base64
import http.client
import json
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

PIECE = 1024 * 1024
"""Bytes in one request; what arrived of one that breaks is kept by the service."""
_BLOCK = 32 * 1024
_TIMEOUT_S = 60
_TUS = {"Tus-Resumable": "1.0.0"}
_AGAIN = frozenset({401, 403, 408, 423, 425, 429})
"""Answers below 500 that may be others another time: too much at once, or a key that is being changed."""
_MOST_TRIES = 5
"""Of one file, with bytes that the service says are not those announced."""


class Unreachable(Exception):
    """The service cannot be reached or does not answer as it should; to be tried again.

    Attributes:
        wait_s: Seconds it asks to be left alone. said: What the service itself said, Vietnamese first; empty if none.
    """

    def __init__(self, text: str, wait_s: float = 0.0, said: str = "") -> None:
        super().__init__(text)
        self.wait_s = wait_s
        self.said = said


class Refused(Exception):
    """The service does not take what was sent; the text says why, Vietnamese first.

    Attributes:
        code: Of the error. members: Of the problem document.
    """

    def __init__(self, members: dict[str, Any]) -> None:
        self.members = members
        self.code = str(members.get("code", "error"))
        super().__init__(_in_words(members))


@dataclass
class Server:
    """A connection to the service.

    Attributes:
        url: Of the service; plain ``http`` only to this machine. key: Of the station.
        bytes_per_s: Most that is sent; 0: as much as the line takes. ca: File with the root to trust, PEM.
    """

    url: str
    key: str
    bytes_per_s: int = 0
    ca: Path | None = None
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"Địa chỉ dịch vụ không đúng: {self.url} / not an address of a service")
        if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError(
                "Khóa truy cập không được gửi qua http không mã hóa; hãy dùng https. / The key needs https to travel."
            )

    def announce(self, body: dict[str, Any]) -> dict[str, Any]:
        """Announce a batch; again, it changes nothing.

        Raises:
            Unreachable: Try again. Refused: It is not taken.
        """
        return self._json("POST", "/v1/batches", body)

    def files(self, batch: str) -> dict[str, dict[str, Any]]:
        """Return where each file of a batch stands, by name."""
        shown = self._json("GET", f"/v1/batches/{quote(batch)}")
        return {one["name"]: one for one in shown["files"]}

    def send(self, batch: str, name: str, path: Path, progress: Callable[[int, int], None]) -> None:
        """Send what is missing of a file.

        Args:
            batch: Identifier as the service gave it.
            name: As announced.
            path: Where the file is.
            progress: Told bytes that arrived and bytes of the file.

        Raises:
            Unreachable: The line broke; what arrived counts. Refused: The service does not take the file.
        """
        size, tries = path.stat().st_size, 0
        begun = {**_TUS, "Upload-Length": str(size), "Upload-Metadata": f"filename {_b64(name)}"}
        location, offset = self._begin(batch, begun)
        while offset < size:
            progress(offset, size)
            head = {**_TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            with path.open("rb") as file:
                file.seek(offset)
                piece = file.read(PIECE)
            try:
                told = self._request("PATCH", location, piece, head)[1]
                offset = int(told["upload-offset"])
            except Refused as refused:
                tries += 1
                if refused.code not in {"upload-offset", "upload-checksum", "not-found"} or tries > _MOST_TRIES:
                    raise
                location, offset = self._begin(batch, begun)
        progress(size, size)

    def _begin(self, batch: str, begun: dict[str, str]) -> tuple[str, int]:
        told = self._request("POST", f"/v1/batches/{quote(batch)}/uploads", b"", begun)[1]
        return told["location"], int(told["upload-offset"])

    def close(self, batch: str) -> tuple[dict[str, Any], bytes]:
        """Close a batch and return its receipt and the signed receipt."""
        receipt = self._json("POST", f"/v1/batches/{quote(batch)}/receipt", {})
        return receipt, self._request("GET", f"/v1/batches/{quote(batch)}/receipt")[2]

    def _json(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        answer = self._request(method, path, data, {"Content-Type": "application/json"} if data else {})[2]
        try:
            members: dict[str, Any] = json.loads(answer)
        except ValueError:
            raise Unreachable("the answer is not that of the service") from None
        return members

    def _request(
        self, method: str, path: str, data: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Ask once, and once more over a new connection where an old one had been closed meanwhile."""
        reused = self._connection is not None
        try:
            return self._ask(method, path, data, headers or {})
        except (OSError, http.client.HTTPException) as error:
            self.disconnect()
            if reused and isinstance(error, ConnectionError | http.client.RemoteDisconnected):
                return self._request(method, path, data, headers)
            raise Unreachable(f"{type(error).__name__}: {error}") from None

    def _ask(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        connection = self._connection = self._connection or self._connect()
        head = {"Authorization": f"Bearer {self.key}", "User-Agent": "sohoa-station", **headers}
        if data is not None:
            head["Content-Length"] = str(len(data))
        connection.request(method, path, self._slowly(data) if data else None, head)
        response = connection.getresponse()
        body = response.read()
        told = {name.lower(): value for name, value in response.getheaders()}
        if response.status >= 500 or response.status in _AGAIN:  # noqa: PLR2004 - errors of the service
            self.disconnect()
            wait, problem = told.get("retry-after", ""), _problem(response.status, body)
            said = _in_words(problem) if "detail_en" in problem else ""
            raise Unreachable(_said(response.status, problem), float(wait) if wait.isdecimal() else 0.0, said)
        if response.status >= 400:  # noqa: PLR2004 - errors of ours
            self.disconnect()
            raise Refused(_problem(response.status, body))
        return response.status, told, body

    def _slowly(self, data: bytes) -> Iterator[bytes]:
        """Yield ``data`` no faster than allowed."""
        started = time.monotonic()
        for at in range(0, len(data), _BLOCK):
            yield data[at : at + _BLOCK]
            if self.bytes_per_s:
                due = started + (at + _BLOCK) / self.bytes_per_s
                time.sleep(max(0.0, due - time.monotonic()))

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.url)
        if parts.scheme == "http":
            return http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
        context = ssl.create_default_context(cafile=str(self.ca) if self.ca else None)
        return http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_S, context=context)

    def disconnect(self) -> None:
        """Close the connection, if there is one; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _problem(status: int, body: bytes) -> dict[str, Any]:
    try:
        members = json.loads(body)
    except ValueError:
        members = None
    return members if isinstance(members, dict) else {"code": f"http-{status}", "detail": f"HTTP {status}"}


def _in_words(problem: dict[str, Any]) -> str:
    """Return what the service says, Vietnamese first."""
    said = [str(problem.get(name, "")) for name in ("detail", "advice", "detail_en")]
    return f"{said[0]} {said[1]} / {said[2]} [{problem.get('code', 'error')}]"


def _said(status: int, members: dict[str, Any]) -> str:
    return f"HTTP {status} {members.get('code', '')} {members.get('detail', '')}".strip()
