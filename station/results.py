"""What became of papers that arrived: asked for now and then, and told on the screen once each."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from station.server import Refused, Server, Unreachable

EVERY_S = 10.0
_MOST_BATCHES = 20
"""Of the newest batches results are asked for."""
_ENDED = {
    "stored": "đã ký số và lưu kho / sealed and stored",
    "rejected": "không dùng được, hãy quét lại / cannot be used, scan it again",
    "quarantined": "bị cách ly / put in quarantine",
    "failed": "dịch vụ xử lý lỗi / the service failed on it",
    "split": "đã tách thành nhiều giấy tờ / split into several papers",
    "joined": "đã gộp vào giấy tờ khác / joined into another paper",
}
_WORDS = {
    "needs_review": "đã đọc, cần người xem lại / read, a person must look",
    "ready": "đã đọc, chờ xác nhận / read, waits to be confirmed",
    **_ENDED,
}


@dataclass
class _Followed:
    """A batch whose papers are followed.

    Attributes:
        name: As the screen has it. scans: By the service's name of each file, the scan's own.
        told: By file, the state that was told last.
    """

    name: str
    scans: Mapping[str, str]
    told: dict[str, str] = field(default_factory=dict)


@dataclass
class Results:
    """The newest batches that arrived. Attributes: every_s: Seconds between questions."""

    every_s: float = EVERY_S
    _batches: dict[str, _Followed] = field(default_factory=dict)
    _next: float = 0.0

    def follow(self, known: str, name: str, scans: Mapping[str, str]) -> None:
        """Follow a batch.

        Args:
            known: Its identifier, as the service gave it.
            name: As the screen has it.
            scans: By the service's name of each file, the scan's own.
        """
        self._batches[known] = _Followed(name, dict(scans))
        for oldest in list(self._batches)[:-_MOST_BATCHES]:
            del self._batches[oldest]

    def look(self, server: Server, say: Callable[[str], None]) -> None:
        """Ask for what has changed, and say it; a line that breaks is no matter."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self.every_s
        for known, batch in list(self._batches.items()):
            try:
                files = server.files(known)
            except Unreachable:
                return
            except Refused:
                del self._batches[known]
                continue
            for name, file in files.items():
                state = str(file["state"])
                if state in _WORDS and batch.told.get(name) != state:
                    say(f"{batch.name}/{batch.scans.get(name, name)}: {_WORDS[state]}.")
                    batch.told[name] = state
            if all(file["state"] in _ENDED or file["state"] is None for file in files.values()):
                del self._batches[known]
