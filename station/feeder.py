"""Scanning by the agent itself: what lies in a network scanner's feeder becomes one batch, whatever gets stuck.

Pages are kept as they come, in a folder of ``scanning``. A feeder that stops in the middle leaves them there; once
paper lies in it again, the same batch goes on. A feeder that ran empty ends a batch, or a person who lays a file of one
of the names ``ENDS`` beside its pages: then these are bound into one PDF, and its folder moves to ``sending``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from station.escl import Misfeed, Scanner, ScannerAway
from station.folders import Station, batch_name, write
from station.pdf import bind

SCAN = "scan.pdf"
ENDS = ("xong", "xong.txt", "end", "end.txt")
"""Names of a file by which a person says that no more pages come."""


@dataclass
class Feeder:
    """A scanner's feeder.

    Attributes:
        scanner: The scanner. station: Where its pages go. say: Told what happens, a line at a time.
    """

    scanner: Scanner
    station: Station
    say: Callable[[str], None] = print
    _said: str = field(default="", repr=False)

    def poll(self) -> bool:
        """Scan what lies in the feeder, if anything does; return whether anything came."""
        begun = self._unfinished()
        try:
            if begun and (begun / SCAN).exists():  # stopped while it was handed on
                self._hand_on(begun)
            elif begun and (pages := _pages(begun)) and any((begun / name).exists() for name in ENDS):
                self._end(begun, pages)
                return True
            status = self.scanner.status()
            if status.fault:
                self._say_once(f"Máy quét: {status.fault}.{self._kept()}")
            elif status.idle and status.loaded and self.station.has_room:
                return self._scan()
            elif status.idle and not status.loaded and self._unfinished():
                self._say_once(f"Máy quét: khay trống. / The feeder is empty.{self._kept()}")
        except ScannerAway as error:
            self._say_once(f"Máy quét chưa trả lời. / The scanner does not answer. {error}{self._kept()}")
        return False

    def _scan(self) -> bool:
        folder = self._unfinished() or self._begin()
        before = len(_pages(folder))
        # The sheet that got stuck with only its front scanned is laid in again: its front is replaced.
        at = before - before % 2 if self.scanner.both_sides else before
        try:
            for page in self.scanner.pages():
                at += 1
                write(folder / f"{at:04}.jpg", page)
                self._said = ""
        except Misfeed as error:
            self._say_once(f"Máy quét dừng: {error}.{self._kept()}")
            return at > before
        pages = _pages(folder)
        if not pages:
            folder.rmdir()
            return False
        self._end(folder, pages)
        return True

    def _begin(self) -> Path:
        folder = self.station.scanning / batch_name()
        folder.mkdir()
        return folder

    def _unfinished(self) -> Path | None:
        """Return the folder of the batch that is to go on, if there is one."""
        return next((folder for folder in sorted(self.station.scanning.iterdir()) if folder.is_dir()), None)

    def _end(self, folder: Path, pages: list[Path]) -> None:
        draft = folder / f"{SCAN}.tmp"
        try:
            bind(pages, draft, self.scanner.resolution)
        except ValueError as error:
            draft.unlink()
            self.station.give_up(folder, str(error))
            self.say(f"{folder.name}: máy quét gửi trang hỏng, xem thư mục failed. / a broken page, see 'failed'.")
            return
        draft.replace(folder / SCAN)
        self._hand_on(folder)
        self.say(f"{folder.name}: đã quét {len(pages)} trang. / pages scanned: {len(pages)}.")

    def _hand_on(self, folder: Path) -> None:
        """Move a bound batch to ``sending``; doing it again after a stop in the middle is harmless."""
        for done in (*_pages(folder), *(folder / name for name in ENDS)):
            done.unlink(missing_ok=True)
        folder.rename(self.station.sending / folder.name)

    def _kept(self) -> str:
        folder = self._unfinished()
        count = len(_pages(folder)) if folder else 0
        if not count:
            return ""
        from_vi = from_en = ""
        if self._scans_both_sides():
            sheet = count // 2 + 1  # of a sheet whose back did not come the front is scanned again
            from_vi, from_en = f", bắt đầu từ tờ thứ {sheet}", f", beginning with sheet {sheet},"
        vi = f"Đã giữ {count} trang, đặt các tờ còn lại vào khay để quét tiếp{from_vi}."
        return f" {vi} / {count} pages are kept; lay in the rest{from_en} to go on."

    def _scans_both_sides(self) -> bool:
        try:
            return self.scanner.both_sides
        except ScannerAway:
            return self.scanner.duplex

    def _say_once(self, text: str) -> None:
        if text != self._said:
            self.say(text)
        self._said = text


def _pages(folder: Path) -> list[Path]:
    return sorted(folder.glob("[0-9]*.jpg"))
