# mypy: allow-untyped-calls
# asn1crypto has no types
"""Time stamps (RFC 3161): one port, a server reached over HTTP, and an authority within the process."""

import datetime as dt
import secrets
from collections.abc import Callable, Iterable

from asn1crypto import cms, tsp, x509
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.requests_client import RequestsHTTPTimeStamper

from dossier.times import now
from signing import cades
from signing.keys import LoadedSigner, PrivateKey

_TEST_POLICY = "2.25.329800735698586629295641978511506172918"
"""Policy identifier of the in-process authority: a UUID's arc, so it names no other policy in the world."""


def rfc3161(url: str, *, timeout: float = 10) -> TimeStamper:
    """Return the time-stamp authority at ``url``; a request waits at most ``timeout`` seconds."""
    return RequestsHTTPTimeStamper(url, timeout=timeout)


class LocalTimeStamper(TimeStamper):
    """A time-stamp authority within the process.

    Args:
        key, certificate, chain: What it signs with, and the certificates above.
        clock: Tells the time it states, aware.
    """

    def __init__(
        self,
        key: PrivateKey,
        certificate: x509.Certificate,
        chain: Iterable[x509.Certificate] = (),
        clock: Callable[[], dt.datetime] = now,
    ) -> None:
        super().__init__()
        self._signer = LoadedSigner(key, certificate, chain)
        self._certificate = certificate
        self._clock = clock

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Return the answer to ``req``: always granted."""
        imprint = req["message_imprint"]
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": _TEST_POLICY,
                "message_imprint": imprint,
                # 64 random bits with the highest set, so that every token has the same length.
                "serial_number": secrets.randbits(63) | 1 << 62,
                "gen_time": self._clock().astimezone(dt.UTC).replace(microsecond=0),
                "nonce": req["nonce"],
                "tsa": x509.GeneralName(name="directory_name", value=self._certificate.subject),
            }
        )
        token = cms.ContentInfo.load(await cades.time_stamp_token(self._signer, info.dump()))
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})
