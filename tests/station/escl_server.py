"""A network scanner of ours that speaks eSCL over real HTTP: what it can, how it is, jobs, pages, what goes wrong."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree import ElementTree as ET

_NAMES = 'xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"'
_PWG, _SCAN = "{http://www.pwg.org/schemas/2010/12/sm}", "{http://schemas.hp.com/imaging/escl/2011/05/03}"


@dataclass
class FakeScanner:
    """The device.

    Attributes:
        sheets: Fronts and backs, JPEG, in the feeder. jam_after: Sides after which it stops; ``None``: never.
        jam_status: What it answers then. fault: What the feeder's state says while it is stuck.
        busy: How often a side is not ready yet when it is asked for. has_duplex, resolutions: What it can.
        status_xml: Answered instead of its true state. jobs: Settings of the jobs it got.
    """

    sheets: list[tuple[bytes, bytes]] = field(default_factory=list)
    jam_after: int | None = None
    jam_status: int = 409
    fault: str = "ScannerAdfJam"
    busy: int = 0
    has_duplex: bool = True
    resolutions: tuple[int, ...] = (75, 200, 300, 600)
    status_xml: bytes | None = None
    jobs: list[dict[str, str]] = field(default_factory=list)
    stuck: bool = False
    forgets_after: int | None = None
    _sides: list[bytes] | None = None
    _given: int = 0

    def capabilities(self) -> str:
        resolutions = "".join(
            f"<scan:DiscreteResolution><scan:XResolution>{dpi}</scan:XResolution>"
            f"<scan:YResolution>{dpi}</scan:YResolution></scan:DiscreteResolution>"
            for dpi in self.resolutions
        )
        caps = f"<scan:SupportedResolutions>{resolutions}</scan:SupportedResolutions>"
        duplex = f"<scan:AdfDuplexInputCaps>{caps}</scan:AdfDuplexInputCaps>" if self.has_duplex else ""
        return (
            f"<scan:ScannerCapabilities {_NAMES}><pwg:Version>2.63</pwg:Version><scan:Adf>"
            f"<scan:AdfSimplexInputCaps>{caps}</scan:AdfSimplexInputCaps>{duplex}</scan:Adf></scan:ScannerCapabilities>"
        )

    def status(self) -> str:
        feeder = self.fault if self.stuck else "ScannerAdfLoaded" if self.sheets else "ScannerAdfEmpty"
        state = "Stopped" if self.stuck else "Processing" if self._sides is not None else "Idle"
        return (
            f"<scan:ScannerStatus {_NAMES}><pwg:Version>2.63</pwg:Version><pwg:State>{state}</pwg:State>"
            f"<scan:AdfState>{feeder}</scan:AdfState></scan:ScannerStatus>"
        )

    def start(self, settings: bytes) -> int:
        """Begin a job; returns the HTTP status."""
        root = ET.fromstring(settings)  # noqa: S314 - what our own client sends
        assert root.tag == f"{_SCAN}ScanSettings"
        told = {one.tag.rpartition("}")[2]: one.text or "" for one in root}
        assert root.find(f"{_PWG}InputSource") is not None
        assert int(told["XResolution"]) in self.resolutions
        self.jobs.append(told)
        if self.stuck or not self.sheets:
            return 409
        self._sides, self._given = [], 0
        return 201

    def next(self) -> tuple[int, bytes]:
        """Return the next side, or why there is none."""
        assert self._sides is not None
        if self.busy:
            self.busy -= 1
            return 503, b""
        if self.jam_after is not None and self._given >= self.jam_after:
            self.stuck, self._sides = True, None
            return self.jam_status, b""
        if not self._sides:
            if not self.sheets or self._given == self.forgets_after:
                self._sides = None
                return 404, b""
            front, back = self.sheets.pop(0)
            both = self.has_duplex and self.jobs[-1]["Duplex"] == "true"
            self._sides = [front, back] if both else [front]
        self._given += 1
        return 200, self._sides.pop(0)

    def clear(self, *again: tuple[bytes, bytes]) -> None:
        """Take the jammed sheet out, and lay it in again before the rest."""
        self.stuck, self.jam_after, self._sides = False, None, None
        self.sheets[:0] = again


@contextmanager
def scanner_at(device: FakeScanner) -> Iterator[str]:
    """Serve the device on loopback; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/eSCL/ScannerCapabilities":
                    self._answer(200, device.capabilities().encode())
                case "/eSCL/ScannerStatus":
                    self._answer(200, device.status_xml or device.status().encode())
                case "/eSCL/ScanJobs/7/NextDocument":
                    self._answer(*device.next(), kind="image/jpeg")
                case _:
                    self._answer(404, b"")

        def do_POST(self) -> None:
            assert self.path == "/eSCL/ScanJobs"
            status = device.start(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(status, b"", Location="http://elsewhere.invalid/eSCL/ScanJobs/7")

        def do_DELETE(self) -> None:
            self._answer(200 if self.path == "/eSCL/ScanJobs/7" else 404, b"")

        def _answer(self, status: int, body: bytes, kind: str = "text/xml", **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
