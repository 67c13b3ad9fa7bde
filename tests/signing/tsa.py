"""A time-stamp authority over HTTP that can be told to go wrong, and to go away and come back on the same port."""

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from asn1crypto import cms, core, tsp

from dossier.times import now
from signing.keys import LoadedSigner

REPLY = "application/timestamp-reply"


@dataclass
class Tsa:
    """What it answers.

    Attributes:
        signer: Signs the tokens.
        info: Changes what a token says, by the names of its parts.
        off: How far its clock is from ours.
        status: Status of its answer; a token is in it all the same.
        change: Changes the bytes of its answer.
        faults: HTTP statuses of its next answers, instead of an answer.
        location: Where it redirects to; ``drip``: seconds between the bytes of its answer.
        asked: How often it was asked.
    """

    signer: LoadedSigner
    info: dict[str, Any] = field(default_factory=dict)
    off: dt.timedelta = dt.timedelta()
    status: str = "granted"
    change: Callable[[bytes], bytes] = bytes
    faults: list[int] = field(default_factory=list)
    location: str = ""
    content_type: str = REPLY
    drip: float = 0.0
    asked: int = 0
    _server: ThreadingHTTPServer | None = None
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsa"

    def start(self) -> None:
        """Listen, on the port it had before if it had one."""
        tsa = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                tsa.serve(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Go away: nobody listens there any more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    close = stop

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        self.asked += 1
        body = request.rfile.read(int(request.headers["Content-Length"]))
        status = self.faults.pop(0) if self.faults else 302 if self.location else 200
        answer = self.change(self.answer(tsp.TimeStampReq.load(body)).dump())
        request.send_response(status)
        request.send_header("Content-Type", self.content_type)
        if self.location:
            request.send_header("Location", self.location)
        request.end_headers()
        try:
            for piece in _pieces(answer, self.drip):
                request.wfile.write(piece)
        except OSError:
            pass  # whoever asked has had enough

    def answer(self, asked: tsp.TimeStampReq) -> tsp.TimeStampResp:
        told = {
            "version": "v1",
            "policy": asked["req_policy"].native or "1.2.3.4",
            "message_imprint": asked["message_imprint"],
            "serial_number": 7,
            "gen_time": (now() + self.off).replace(microsecond=0),
            "nonce": asked["nonce"],
            **self.info,
        }
        content = core.ParsableOctetString(tsp.TSTInfo(told).dump())
        encapsulated = cms.EncapsulatedContentInfo({"content_type": "tst_info", "content": content})
        token = asyncio.run(self.signer.async_sign_general_data(encapsulated, "sha256", detached=False))
        return tsp.TimeStampResp({"status": {"status": self.status}, "time_stamp_token": token})


def _pieces(answer: bytes, drip: float) -> Iterator[bytes]:
    if not drip:
        yield answer
        return
    for byte in answer:
        time.sleep(drip)
        yield bytes([byte])
