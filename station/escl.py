"""A network scanner as eSCL has it (Mopria's driverless scanning, also AirScan): ask how it is, scan, fetch pages.

Threat: whatever answers at the scanner's address is not trusted. Its XML may not declare types or entities, nothing it
names is fetched from another machine, and what it sends is bounded. Residual risk accepted: pages travel unencrypted on
the office's network where the scanner speaks plain HTTP.
"""

import contextlib
import http.client
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.parsers import expat

_TIMEOUT_S = 120
"""For an answer: a slow feeder takes its time for a page of colour."""
_BUSY_S, _BUSY_POLL_S = 120.0, 1.0
_MOST_XML, _MOST_PAGE = 1024 * 1024, 256 * 1024 * 1024
_WELL = frozenset({"ScannerAdfLoaded", "ScannerAdfEmpty", "ScannerAdfProcessing", ""})
_WORDS = {
    "ScannerAdfJam": "kẹt giấy / paper jam",
    "ScannerAdfMispick": "không kéo được giấy / a sheet was not picked up",
    "ScannerAdfMultipickDetected": "kéo nhiều tờ một lúc / several sheets at once",
    "ScannerAdfHatchOpen": "nắp đang mở / the hatch is open",
}
_OK, _CREATED, _NOT_FOUND = 200, 201, 404
_BUSY = frozenset({409, 503})
_JOB = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScanSettings xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03"
 xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm"><pwg:Version>2.6</pwg:Version><scan:Intent>Document</scan:Intent>
<pwg:InputSource>Feeder</pwg:InputSource><scan:Duplex>{duplex}</scan:Duplex><scan:ColorMode>RGB24</scan:ColorMode>
<scan:XResolution>{dpi}</scan:XResolution><scan:YResolution>{dpi}</scan:YResolution>
<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat><scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt>
</scan:ScanSettings>"""


class ScannerAway(Exception):
    """The scanner does not answer, or not as eSCL has it; the text says why."""


class Misfeed(Exception):
    """The feeder stopped before it was empty; the text says why, Vietnamese first."""


@dataclass(frozen=True)
class Status:
    """How a scanner is.

    Attributes:
        idle: It has nothing to do. feeder: State of its feeder, in eSCL's words; empty if it tells none.
    """

    idle: bool
    feeder: str

    @property
    def loaded(self) -> bool:
        """Whether paper lies in the feeder."""
        return self.feeder == "ScannerAdfLoaded"

    @property
    def fault(self) -> str:
        """What is wrong with the feeder, in words; empty if nothing."""
        return "" if self.feeder in _WELL else _WORDS.get(self.feeder, self.feeder)


@dataclass
class Scanner:
    """A scanner in the network.

    Attributes:
        url: Its address, as ``http://192.0.2.7`` or with the path under which it speaks eSCL.
        dpi: Resolution asked for; the next one it has is taken. duplex: Both sides, if it can.
        ca: File with the root to trust, PEM, for ``https``.
    """

    url: str
    dpi: int = 300
    duplex: bool = True
    ca: str | None = None
    _told: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"Địa chỉ máy quét không đúng: {self.url} / not an address of a scanner")

    def status(self) -> Status:
        """Return how the scanner is.

        Raises:
            ScannerAway: It does not tell.
        """
        told = texts_of(self._fetch("/ScannerStatus"))
        return Status(told.get("State", [""])[0] == "Idle", told.get("AdfState", [""])[0])

    @property
    def both_sides(self) -> bool:
        """Whether both sides of sheets are scanned.

        Raises:
            ScannerAway: The scanner does not tell what it can.
        """
        return self.duplex and "AdfDuplexInputCaps" in self._capabilities

    @property
    def resolution(self) -> int:
        """Dots per inch that are scanned: of those it has the lowest that is not below ``dpi``, else the highest."""
        known = sorted(int(one) for one in self._capabilities.get("XResolution", []) if one.isdecimal())
        return next((one for one in known if one >= self.dpi), known[-1] if known else self.dpi)

    @property
    def _capabilities(self) -> dict[str, list[str]]:
        if not self._told:
            self._told = texts_of(self._fetch("/ScannerCapabilities"))
        return self._told

    def pages(self) -> Iterator[bytes]:
        """Scan what lies in the feeder, and yield each side as JPEG as it comes.

        Raises:
            ScannerAway: The scanner does not answer as it should. Misfeed: It stopped before the feeder was empty.
        """
        settings = _JOB.format(duplex=str(self.both_sides).lower(), dpi=self.resolution)
        status, headers, _ = self._ask("POST", f"{self._root}/ScanJobs", settings.encode())
        if status != _CREATED:
            self._stop_if_faulty()
            raise ScannerAway(f"HTTP {status}")
        job = urlsplit(headers.get("location", "")).path  # never another machine's
        try:
            while (page := self._next(job)) is not None:
                yield page
        finally:
            with contextlib.suppress(ScannerAway):  # it forgets the job by itself
                self._ask("DELETE", job)
        self._stop_if_faulty()
        if self.status().loaded:  # the job ended before the feeder was empty: it was forgotten, or its time was up
            raise Misfeed("còn giấy trong khay, quét tiếp / there is paper left in the feeder, going on")

    def _next(self, job: str) -> bytes | None:
        """Return the next side; ``None`` if there are no more."""
        given_up = time.monotonic() + _BUSY_S
        while True:
            status, _, body = self._ask("GET", f"{job}/NextDocument")
            if status == _OK:
                if not body.startswith(b"\xff\xd8"):
                    raise ScannerAway("the page is no JPEG")
                return body
            if status == _NOT_FOUND:
                return None
            self._stop_if_faulty()
            if status not in _BUSY or time.monotonic() > given_up:
                raise Misfeed(f"máy quét dừng giữa chừng / the scanner stopped [HTTP {status}]")
            time.sleep(_BUSY_POLL_S)

    def _stop_if_faulty(self) -> None:
        if fault := self.status().fault:
            raise Misfeed(fault)

    @property
    def _root(self) -> str:
        return urlsplit(self.url).path.rstrip("/") or "/eSCL"

    def _fetch(self, path: str) -> bytes:
        status, _, body = self._ask("GET", f"{self._root}{path}")
        if status != _OK:
            raise ScannerAway(f"HTTP {status} {path}")
        return body

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        connection = (
            http.client.HTTPConnection(host, parts.port, timeout=_TIMEOUT_S)
            if parts.scheme == "http"
            else http.client.HTTPSConnection(
                host, parts.port, timeout=_TIMEOUT_S, context=ssl.create_default_context(cafile=self.ca)
            )
        )
        try:
            connection.request(method, path, body, {"Content-Type": "text/xml"} if body else {})
            response = connection.getresponse()
            told = response.read(_MOST_PAGE + 1)
            if len(told) > _MOST_PAGE:
                raise ScannerAway("the page is too large")
            return response.status, {name.lower(): value for name, value in response.getheaders()}, told
        except (OSError, http.client.HTTPException) as error:
            raise ScannerAway(f"{type(error).__name__}: {error}") from None
        finally:
            connection.close()


def texts_of(xml: bytes) -> dict[str, list[str]]:
    """Return the texts of all elements of a document by their names without a namespace, in order.

    Raises:
        ScannerAway: It is not XML, is too long, or declares types or entities.
    """
    if len(xml) > _MOST_XML:
        raise ScannerAway("the answer is too long")
    texts: dict[str, list[str]] = {}
    stack: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, _attributes: dict[str, str]) -> None:
        stack.append(name.rpartition(" ")[2])
        texts.setdefault(stack[-1], []).append("")

    def end(_name: str) -> None:
        stack.pop()

    def text(data: str) -> None:
        texts[stack[-1]][-1] += data.strip()

    def refuse(*_: object) -> int:
        raise ScannerAway("the answer declares types or entities")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - its own signature: this is all of it
    except expat.ExpatError as error:
        raise ScannerAway(f"the answer is no XML: {error}") from None
    return texts
