# mypy: allow-untyped-calls
# asn1crypto has no types
"""Time stamps (RFC 3161): one port, servers reached over HTTP, and an authority within the process.

A server may be away, slow, hostile, or simply wrong about the time. Its answer is bounded in bytes and seconds, no
redirection is followed, and it is checked (`signing.timestamp_checks`) before anything relies on it. One that failed
is left alone for a while, so that it does not hold up what others could do meanwhile.
"""

import asyncio
import datetime as dt
import hashlib
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from asn1crypto import cms, tsp, x509
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from dossier.errors import TimestampUnavailable
from dossier.times import now
from signing import cades
from signing.keys import LoadedSigner, PrivateKey
from signing.timestamp_checks import TOLERANCE, AnswerRefused, Expected, require_usable_answer

_TEST_POLICY = "2.25.329800735698586629295641978511506172918"
"""Policy identifier of the in-process authority: a UUID's arc, so it names no other policy in the world."""
_MAX_BYTES: Final = 256 * 1024
"""Longest answer read: a token with its certificates and their proofs takes 2 to 30 kB."""
_ATTEMPTS: Final = 3
_LONGEST_REST: Final = 16
"""Of an authority that keeps failing, in first rests."""
_PAUSE_S: Final = 0.25
"""Seconds before the second attempt; twice as long before the third."""


@dataclass(frozen=True, slots=True)
class TimestampRules:
    """What is asked of an authority, and how long.

    Attributes:
        timeout: Seconds that one attempt may take from the connection to the last byte.
        rest: Seconds for which an authority that failed is not asked again; longer while it goes on failing.
        policy: Identifier of the policy to stamp under; the authority's own choice if empty.
        tolerance: How far from our clock the stated time may be, its accuracy included.
        test_allowed: Whether an authority whose certificate is marked TEST may stamp.
    """

    timeout: float = 10.0
    rest: float = 5.0
    policy: str = ""
    tolerance: dt.timedelta = TOLERANCE
    test_allowed: bool = True


def token_over(data: bytes, stamper: TimeStamper) -> bytes:
    """Return a time-stamp token over ``data`` (RFC 3161, SHA-256), DER.

    Runs an event loop of its own; call it from a thread without one.

    Raises:
        TimestampUnavailable: The authority did not answer, or with something else than a time stamp.
    """
    try:
        token = asyncio.run(stamper.async_timestamp(hashlib.sha256(data).digest(), "sha256"))
    except TimestampRequestError as error:
        raise TimestampUnavailable(reason=str(error)) from error
    return bytes(token.dump())


def rfc3161(url: str, *, timeout: float = 10) -> TimeStamper:
    """Return the time-stamp authority at ``url``; an attempt takes at most ``timeout`` seconds."""
    return HttpTimeStamper(url, TimestampRules(timeout=timeout))


class _ServerFault(Exception):
    """The server says that it failed, which may pass."""


class HttpTimeStamper(TimeStamper):
    """A time-stamp authority reached over HTTP (RFC 3161, 3.4). Safe to share between threads.

    Args:
        url: Where it listens; user and password in it are sent, and never shown.
        rules: What is asked of it.
        clock: Our clock, aware.
    """

    def __init__(
        self, url: str, rules: TimestampRules = TimestampRules(), clock: Callable[[], dt.datetime] = now
    ) -> None:
        super().__init__()
        self.host = urlsplit(url).hostname or url
        self._url = url
        self._rules = rules
        self._clock = clock
        self._failures = 0
        self._last: AnswerRefused | None = None
        self._rests_until = 0.0

    @property
    def resting(self) -> TimestampUnavailable | None:
        """Why it is left alone for now, if it is."""
        if self._last is None or time.monotonic() >= self._rests_until:
            return None
        return self._unavailable(f"{self._last}, a moment ago", f"{self._last.vi}, chưa hỏi lại")

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return a checked token over ``message_digest``.

        Raises:
            TimestampUnavailable: It does not answer after some attempts, or failed a moment ago, or its answer is not
                to be used.
        """
        if (resting := self.resting) is not None:
            raise resting
        try:
            token = await self._stamp(message_digest, md_algorithm)
        except AnswerRefused as refused:
            self._rests_until = time.monotonic() + self._rules.rest * min(2**self._failures, _LONGEST_REST)
            self._failures, self._last = self._failures + 1, refused
            self._dummy_response_cache.clear()
            raise self._unavailable(str(refused), refused.vi) from refused
        self._failures, self._last = 0, None
        known = self._dummy_response_cache.get(md_algorithm)
        if known is None or _certificates(known) != _certificates(token):
            # Tells size and certificates of the next one, also after the authority got another certificate.
            self._dummy_response_cache[md_algorithm] = token
        return token

    async def _stamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        _, request = self.request_cms(message_digest, md_algorithm)
        if self._rules.policy:
            request["req_policy"] = self._rules.policy
        answer, sent, received = await self._ask(request)
        rules = self._rules
        expected = Expected(request, sent, received, rules.policy, rules.tolerance, rules.test_allowed)
        return require_usable_answer(answer, expected)

    async def _ask(self, request: tsp.TimeStampReq) -> tuple[tsp.TimeStampResp, dt.datetime, dt.datetime]:
        """Return the authority's answer, unchecked, and between which moments it was asked for.

        A connection that fails is made again, after a pause.

        Raises:
            AnswerRefused: No attempt brought an answer.
        """
        from aiohttp import ClientError  # noqa: PLC0415 - most processes never ask an authority

        for attempt in range(_ATTEMPTS):
            await asyncio.sleep(attempt * _PAUSE_S)
            sent = self._clock()
            try:
                answer: tsp.TimeStampResp = tsp.TimeStampResp.load(await self._post(request.dump()))
            except _ServerFault as fault:
                failure = str(fault)
            except (ClientError, OSError, TimeoutError) as error:
                failure = type(error).__name__
            except ValueError as error:
                raise AnswerRefused("the answer is malformed", "câu trả lời sai cấu trúc") from error
            else:
                return answer, sent, self._clock()
        raise AnswerRefused(f"no answer ({failure})", f"không trả lời ({failure})")

    async def _post(self, body: bytes) -> bytes:
        from aiohttp import ClientSession, ClientTimeout  # noqa: PLC0415 - see above

        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        limit = ClientTimeout(total=self._rules.timeout)
        async with (
            ClientSession(timeout=limit, trust_env=True, auto_decompress=False) as session,
            session.post(self._url, data=body, headers=headers, allow_redirects=False) as response,
        ):
            if response.status >= 500:  # noqa: PLR2004 - the server's own faults
                raise _ServerFault(f"HTTP {response.status}")
            if response.status != 200 or response.content_type != "application/timestamp-reply":  # noqa: PLR2004 - OK
                raise AnswerRefused(f"it answered HTTP {response.status}", f"máy chủ trả lời HTTP {response.status}")
            answer = bytearray()
            async for chunk in response.content.iter_any():
                answer += chunk
                if len(answer) > _MAX_BYTES:
                    raise AnswerRefused("the answer is too long", "câu trả lời quá dài")
            return bytes(answer)

    def _unavailable(self, reason: str, reason_vi: str) -> TimestampUnavailable:
        return TimestampUnavailable(reason=f"{self.host}: {reason}", reason_vi=f"{self.host}: {reason_vi}")


def _certificates(token: cms.ContentInfo) -> bytes:
    certificates: bytes = token["content"]["certificates"].dump()
    return certificates


class FirstAnswering(TimeStamper):
    """The first of several authorities that answers. Make one for each document.

    The one that answered first stamps the document to its end: what was reserved for its tokens, and what proves its
    certificate, is in the file by then. If it fails on the way, the document is to be begun again.

    Args:
        authorities: In the order in which they are asked, at least one.
    """

    def __init__(self, authorities: Sequence[TimeStamper]) -> None:
        super().__init__()
        self._authorities = authorities

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Return a token over ``message_digest``.

        Raises:
            TimestampUnavailable: None of them gives one.
        """
        return await self._first(lambda authority: authority.async_timestamp(message_digest, md_algorithm))

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        """Return a token like those to come, of which the first authority that answers may remember one.

        Raises:
            TimestampUnavailable: None of them has one.
        """
        dummy = await self._first(lambda authority: authority.async_dummy_response(md_algorithm))
        self._register_dummy(md_algorithm, dummy)
        return dummy

    async def _first(self, ask: Callable[[TimeStamper], Awaitable[cms.ContentInfo]]) -> cms.ContentInfo:
        missed: list[TimestampUnavailable] = []
        for authority in self._authorities:
            try:
                answer = await ask(authority)
            except TimestampUnavailable as error:
                missed.append(error)
                continue
            self._authorities = (authority,)
            return answer
        raise _none_of(missed)


def first_awake(authorities: Sequence[HttpTimeStamper]) -> TimeStamper:
    """Return who stamps the next document: the first of ``authorities``, at least one, that gives it a time stamp.

    Raises:
        TimestampUnavailable: All of them failed a moment ago, so that nothing need be prepared for them.
    """
    resting = [authority.resting for authority in authorities]
    awake = [authority for authority, why in zip(authorities, resting, strict=True) if why is None]
    if not awake:
        raise _none_of([why for why in resting if why is not None])
    return awake[0] if len(authorities) == 1 else FirstAnswering(awake)


def _none_of(missed: Iterable[TimestampUnavailable]) -> TimestampUnavailable:
    reasons = [(str(error.details["reason"]), str(error.details["reason_vi"])) for error in missed]
    return TimestampUnavailable(reason="; ".join(en for en, _ in reasons), reason_vi="; ".join(vi for _, vi in reasons))


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
