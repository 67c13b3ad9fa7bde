"""The station's work: take what was scanned, send it, wait where the line is away, put it where it belongs."""

import argparse
import contextlib
import json
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from station.escl import Scanner
from station.feeder import Feeder
from station.folders import (
    RECEIPT,
    SIGNED_RECEIPT,
    Station,
    TicketWrong,
    announcement,
    is_urgent,
    scans,
    sent_as,
    write,
)
from station.results import Results
from station.server import Refused, Server, Unreachable

POLL_S = 2.0
_FIRST_WAIT_S, _LONGEST_WAIT_S = 5.0, 300.0
_LITTLE_ROOM = 500 * 1024**2


@dataclass
class Agent:
    """One station.

    Attributes:
        station: Its folders. server: Where it sends to. say: Told what happens, a line at a time.
        progress: Told what is being sent: batch, file, bytes that arrived, bytes in all.
        feeder: A network scanner's, from which it fetches pages itself.
    """

    station: Station
    server: Server
    say: Callable[[str], None] = print
    progress: Callable[[str, str, int, int], None] = lambda *_: None
    feeder: Feeder | None = None
    _wait_s: float = field(default=0.0, repr=False)
    _not_before: float = field(default=0.0, repr=False)
    _full: bool = field(default=False, repr=False)
    _results: Results = field(default_factory=Results, repr=False)

    def once(self) -> bool:
        """Take what is finished, and send what can be sent; return whether anything is left to send."""
        if self.feeder:
            self.feeder.poll()
        for batch in self.station.take():
            if is_urgent(batch):
                self._not_before = 0.0  # the service may let it in where others were asked to come later
            self.say(f"{batch.name}: đã nhận {len(scans(batch))} tệp từ hộp quét. / taken from the inbox.")
        full, self._full = self._full, not self.station.has_room
        if self._full and not full:
            self.say("Hàng chờ gửi đã đầy: tạm ngừng nhận bản quét. / The queue is full: scans wait in the inbox.")
        if time.monotonic() < self._not_before:
            return True
        try:
            left = self._send_all()
            if not left:
                self._results.look(self.server, self.say)
            return left
        finally:
            self.server.disconnect()

    def _send_all(self) -> bool:
        """Send all batches as far as the line lets; return whether anything is left."""
        for batch in self.station.batches():
            try:
                self._send(batch)
                self._wait_s = 0.0
            except Unreachable as error:
                self._wait(error)
                return True
            except (TicketWrong, Refused) as error:
                self._give_up(batch, str(error))
        return False

    def _give_up(self, batch: Path, reason: str) -> None:
        self.station.give_up(batch, reason)
        self.say(f"{batch.name}: KHÔNG gửi được, xem thư mục failed. / not taken, see 'failed'. {reason}")

    def run(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Go on until told to stop; a stop in the middle loses nothing."""
        told = False
        while not until():
            self.once()
            little = shutil.disk_usage(self.station.root).free < _LITTLE_ROOM
            if little and not told:
                self.say("Đĩa sắp đầy. / The disk is almost full.")
            told = little
            time.sleep(POLL_S)

    def _send(self, batch: Path) -> None:
        told = self.server.announce(announcement(batch))
        known = str(told["id"])
        for one in told["files"]:
            for twin in one["twins"]:
                have = f"kho đã có giấy tờ dùng được {twin['paper']}. / the store has it already."
                self.say(f"{batch.name}/{one['name']}: {have}")
        refused = self._send_files(batch, known)
        receipt, signed = self.server.close(known)
        local = sent_as(batch)
        self._results.follow(known, batch.name, local)
        receipt["files"] = [{"scan": local[one["name"]], **one} for one in receipt["files"]]
        write(batch / RECEIPT, json.dumps(receipt, ensure_ascii=False, indent=2).encode())
        write(batch / SIGNED_RECEIPT, signed)
        outcomes = {one["name"]: one for one in receipt["files"]}
        refused = {name: refused.get(name, str(one["problem"])) for name, one in outcomes.items() if one["problem"]}
        kept = len(outcomes) - len(refused)
        self.station.finish(batch, refused)
        self.say(f"{batch.name}: xong, {kept} tệp đã nhận, {len(refused)} bị từ chối. / done; refused: {len(refused)}.")

    def _send_files(self, batch: Path, known: str) -> dict[str, str]:
        """Send what the service does not have yet; return by name why it refused files."""
        standing, refused = self.server.files(known), dict[str, str]()
        for scan in scans(batch):
            stands = standing.get(scan.name, {})
            if stands.get("paper") or stands.get("problem"):
                continue
            try:
                progress = partial(self.progress, batch.name, scan.path.name)
                self.server.send(known, scan.name, scan.path, progress)
            except Refused as error:
                if error.code == "batch-closed":
                    continue  # the receipt says what became of it
                refused[scan.name] = str(error)
                if self.server.files(known)[scan.name]["problem"] is None:
                    raise
        return refused

    def _wait(self, error: Unreachable) -> None:
        self._wait_s = min(_LONGEST_WAIT_S, max(_FIRST_WAIT_S, 2 * self._wait_s))
        wait = max(self._wait_s, error.wait_s)
        self._not_before = time.monotonic() + wait
        again = f"Thử lại sau {wait:.0f} giây. / again in {wait:.0f} s."
        told = f"Dịch vụ trả lời: {error.said}" if error.said else f"Chưa kết nối được. / Not reachable. {error}"
        self.say(f"{told} {again}")


def _shown(batch: str, name: str, at: int, of: int) -> None:
    """Show on a terminal how far a file is."""
    if sys.stderr.isatty():
        share = 100 * at // of if of else 100
        sys.stderr.write(f"\r{batch} {name}: {share} % ({at // 1024:,} / {of // 1024:,} KiB)   ")
        sys.stderr.write("\n" if at == of else "")
        sys.stderr.flush()


def arguments(given: list[str] | None = None) -> dict[str, Any]:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(
        prog="station", description="Gửi bản quét từ một thư mục. / Send what is scanned into a folder."
    )
    parser.add_argument("folder", type=Path, help="thư mục của trạm / the station's folder")
    parser.add_argument("--server", required=True, help="địa chỉ dịch vụ / address of the service")
    parser.add_argument("--key-file", type=Path, required=True, help="tệp chứa khóa truy cập / file with the key")
    parser.add_argument("--ca", type=Path, help="chứng thư gốc tin cậy, PEM / root certificate to trust")
    parser.add_argument("--limit-kib", type=int, default=0, help="KiB mỗi giây tối đa / most KiB a second")
    parser.add_argument("--keep-mib", type=int, default=2048, help="giữ lại bấy nhiêu MiB đã gửi / MiB kept when sent")
    parser.add_argument("--settle-s", type=float, default=5.0, help="chờ tệp ổn định, giây / seconds until stable")
    parser.add_argument("--queue-mib", type=int, default=20480, help="MiB chờ gửi tối đa / most MiB that wait")
    parser.add_argument("--scanner", help="địa chỉ máy quét mạng eSCL / address of a network scanner")
    parser.add_argument("--dpi", type=int, default=300, help="độ phân giải của máy quét mạng / its resolution")
    parser.add_argument("--one-sided", action="store_true", help="máy quét mạng chỉ quét một mặt / fronts alone")
    parser.add_argument("--once", action="store_true", help="gửi hết rồi dừng / send what is there, then stop")
    return vars(parser.parse_args(given))


def start(
    folder: Path,
    server: str,
    key_file: Path,
    *,
    ca: Path | None = None,
    limit_kib: int = 0,
    keep_mib: int = 2048,
    settle_s: float = 5.0,
    queue_mib: int = 20480,
    scanner: str | None = None,
    dpi: int = 300,
    one_sided: bool = False,
    once: bool = False,
) -> None:
    """Run a station as the command line does.

    Args:
        folder: The station's.
        server: URL of the service.
        key_file: Holds the station's key.
        ca: PEM of the root to trust; the system's if ``None``.
        limit_kib: Most KiB a second, 0: any.
        keep_mib: Most MiB kept of what arrived.
        settle_s: Seconds in which nothing may have changed.
        queue_mib: Most MiB that wait to be sent before no more is taken.
        scanner: URL of a network scanner whose feeder is emptied; ``None``: there is none.
        dpi: What it scans, dots per inch.
        one_sided: It scans fronts alone.
        once: Stop when nothing is left to send.

    Raises:
        OSError: A folder or the key cannot be read. ValueError: The address is none, or plain HTTP to elsewhere.
    """
    station = Station(folder, settle_s, keep_mib * 1024**2, queue_mib * 1024**2)
    own = Scanner(scanner, dpi, duplex=not one_sided, ca=str(ca) if ca else None) if scanner else None
    agent = Agent(
        station,
        Server(server.rstrip("/"), key_file.read_text(encoding="utf-8").strip(), limit_kib * 1024, ca),
        progress=_shown,
        feeder=Feeder(own, station) if own else None,
    )
    with contextlib.suppress(KeyboardInterrupt):
        if not once:
            agent.run()
            return
        agent.once()  # sees what is in the inbox
        time.sleep(settle_s)
        while agent.once():
            time.sleep(POLL_S)


def main() -> None:
    """Run a station."""
    try:
        start(**arguments())
    except (OSError, ValueError) as error:
        sys.exit(str(error))
