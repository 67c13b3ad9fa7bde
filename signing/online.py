# mypy: allow-untyped-calls
# asn1crypto has no types
"""Fetching what a check lacks: issuers, revocation lists and OCSP responses, from the addresses in the certificates.

Nothing is fetched unless the caller asks for it, and never an anchor: what is fetched counts only through a chain to an
anchor that was there before.

The threat: certificates come from strangers, so their addresses may lead into the verifier's own network, hang, answer
without end, or lead somewhere else. What stops it: only http and https, by default only to addresses of the public
Internet, looked up once and connected to as looked up, again for each of at most two redirects; bounds on requests,
time and size. Residual risks accepted: whoever runs the address learns that somebody checks this certificate; a proxy
set in the environment is not used.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import SplitResult, urljoin, urlsplit

from asn1crypto import cms, core, crl, ocsp, pem, x509

from signing.proof import Evidence
from signing.report import FetchFacts

_Asn1 = TypeVar("_Asn1", bound=core.Asn1Value)
_T = TypeVar("_T")

_MOST_ABOVE = 6
"""Certificates above one another that are followed."""
_REDIRECTS = 2
_CHUNK = 64 * 1024


class _Refused(Exception):
    """The address is not one that may be asked."""


class _Unusable(Exception):
    """The answer is of the wrong kind or size."""


@dataclass(frozen=True, slots=True)
class FetchRules:
    """What may be fetched.

    Attributes:
        internal: Whether addresses outside the public Internet (private, loopback, link-local) may be asked.
        request_s: Seconds for one request. whole_s: For all requests about one file.
        most_requests: About one file. most_bytes: Of one answer; lists of national authorities have some mebibytes.
    """

    internal: bool = False
    request_s: float = 5.0
    whole_s: float = 20.0
    most_requests: int = 16
    most_bytes: int = 16 * 1024 * 1024


@dataclass(slots=True, eq=False)
class Fetched:
    """What was fetched.

    Attributes:
        certificates, crls, ocsps: In the order of their coming. urls: Where each piece came from, by its identity.
        facts: Every request and how it ended.
    """

    certificates: list[x509.Certificate] = field(default_factory=list)
    crls: list[crl.CertificateList] = field(default_factory=list)
    ocsps: list[ocsp.OCSPResponse] = field(default_factory=list)
    urls: dict[int, str] = field(default_factory=dict)
    facts: list[FetchFacts] = field(default_factory=list)


def complete(certificates: Iterable[x509.Certificate], evidence: Evidence, rules: FetchRules) -> Fetched:
    """Return what the chains of ``certificates`` lack in ``evidence``, as far as it can be had; raises on no answer.

    Args:
        certificates: Of signers and time-stamp authorities.
        evidence: What is there already.
        rules: What may be fetched.
    """
    fetching = _Fetching(evidence, rules, time.monotonic() + rules.whole_s)
    for certificate in {c.sha256: c for c in certificates}.values():
        fetching.follow(certificate)
    return fetching.got


@dataclass(slots=True)
class _Fetching:
    evidence: Evidence
    rules: FetchRules
    ends: float
    got: Fetched = field(default_factory=Fetched)
    _done: set[bytes] = field(default_factory=set)

    def follow(self, certificate: x509.Certificate) -> None:
        """Fetch what is missing from ``certificate`` up to an anchor."""
        for _ in range(_MOST_ABOVE):
            anchored = any(a.sha256 == certificate.sha256 for a in self.evidence.anchors)
            if anchored or certificate.sha256 in self._done:
                return
            self._done.add(certificate.sha256)
            issuer = self._issuer(certificate)
            if issuer is not None and not self._ask_responder(certificate, issuer):
                self._fetch_list(certificate)
            if issuer is None or issuer.sha256 == certificate.sha256:
                return
            certificate = issuer

    def _issuer(self, certificate: x509.Certificate) -> x509.Certificate | None:
        known = (*self.evidence.anchors, *self.evidence.certificates, *self.got.certificates)
        for candidate in known:
            if candidate.subject == certificate.issuer:
                return candidate
        for url in _issuer_urls(certificate):
            for found in self._get(url, "issuer", _certificates) or ():
                self.got.certificates.append(found)
                if found.subject == certificate.issuer:
                    return found
        return None

    def _ask_responder(self, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
        """Return whether a responder answered for ``certificate``."""
        for url in certificate.ocsp_urls:
            response = self._get(url, "OCSP", _response, body=_question(certificate, issuer))
            if response is not None:
                self.got.ocsps.append(response)
                self.got.urls[id(response)] = url
                return True
        return False

    def _fetch_list(self, certificate: x509.Certificate) -> None:
        for point in certificate.crl_distribution_points:
            revocations = self._get(point.url, "CRL", _list) if point.url else None
            if revocations is not None:
                self.got.crls.append(revocations)
                self.got.urls[id(revocations)] = point.url
                return

    def _get(self, url: str, kind: str, parse: Callable[[bytes], _T], body: bytes | None = None) -> _T | None:
        """Return what ``url`` answers, parsed; ``None`` if nothing usable comes. It is noted either way."""
        if len(self.got.facts) >= self.rules.most_requests or time.monotonic() > self.ends:
            return None
        answer, outcome = None, "fetched"
        try:
            answer = parse(_request(url, body, self.rules, self.ends))
        except _Refused:
            outcome = "refused"
        except (OSError, http.client.HTTPException):
            outcome = "failed"
        except (_Unusable, ValueError, TypeError, KeyError, AttributeError):
            outcome = "unusable"
        self.got.facts.append(FetchFacts(url, kind, outcome))
        return answer


# --- certificates, lists and responses -------------------------------------------------------------------------------


def _issuer_urls(certificate: x509.Certificate) -> list[str]:
    access = certificate.authority_information_access_value or ()
    places = (d["access_location"] for d in access if d["access_method"].native == "ca_issuers")
    return [p.native for p in places if p.name == "uniform_resource_identifier"]


def _certificates(data: bytes) -> list[x509.Certificate]:
    """Return the certificates in DER, PEM or a PKCS#7 bundle (RFC 5280, 4.2.2.1)."""
    der = pem.unarmor(data)[2] if pem.detect(data) else data
    try:
        return [_strict(x509.Certificate, der)]
    except ValueError:
        bundle = cms.ContentInfo.load(der, strict=True)["content"]["certificates"]
        return [c.chosen for c in bundle if isinstance(c.chosen, x509.Certificate) and c.chosen.native]


def _list(data: bytes) -> crl.CertificateList:
    return _strict(crl.CertificateList, pem.unarmor(data)[2] if pem.detect(data) else data)


def _response(data: bytes) -> ocsp.OCSPResponse:
    response = _strict(ocsp.OCSPResponse, data)
    if response["response_status"].native != "successful":
        raise _Unusable
    return response


def _strict(kind: type[_Asn1], der: bytes) -> _Asn1:
    value = kind.load(der, strict=True)
    _ = value.native
    return value  # type: ignore[no-any-return]  # of that kind


def _question(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """Return an OCSP request (RFC 6960, 4.1.1) with the hash that every responder knows."""
    identifier = {
        "hash_algorithm": {"algorithm": "sha1"},
        "issuer_name_hash": issuer.subject.sha1,
        "issuer_key_hash": issuer.public_key.sha1,
        "serial_number": certificate.serial_number,
    }
    request = ocsp.OCSPRequest({"tbs_request": {"request_list": [{"req_cert": identifier}]}})
    return bytes(request.dump())


# --- HTTP ------------------------------------------------------------------------------------------------------------


def _request(url: str, body: bytes | None, rules: FetchRules, ends: float) -> bytes:
    """Return the body that ``url`` answers with.

    Raises:
        _Refused: The address may not be asked. _Unusable: The answer is an error or too long.
        OSError, http.client.HTTPException: There is no answer in time.
    """
    until = min(ends, time.monotonic() + rules.request_s)
    for _ in range(_REDIRECTS + 1):
        parts = urlsplit(url)
        connection = _connect(parts, rules, until)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"Content-Type": "application/ocsp-request"} if body is not None else {}
            connection.request("POST" if body is not None else "GET", path, body, headers)
            answer = connection.getresponse()
            if answer.status in {301, 302, 303, 307, 308} and body is None:
                url = urljoin(url, answer.getheader("Location") or "")
                continue
            if answer.status != http.client.OK:
                raise _Unusable
            return _read(answer, rules.most_bytes, until)
        finally:
            connection.close()
    raise _Unusable


def _connect(parts: SplitResult, rules: FetchRules, until: float) -> http.client.HTTPConnection:
    """Return a connection to an address that may be asked, whatever the name means a moment later."""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _Refused
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    addresses = [str(a[4][0]) for a in socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)]
    if not addresses or not (rules.internal or all(_is_public(a) for a in addresses)):
        raise _Refused
    left = max(until - time.monotonic(), 0.01)
    connection = http.client.HTTPConnection(parts.hostname, port, timeout=left)
    plain = socket.create_connection((addresses[0], port), timeout=left)
    try:
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(plain, server_hostname=parts.hostname) if secure else plain
    except OSError:
        plain.close()
        raise
    return connection


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (mapped is None or mapped.is_global)


def _read(answer: http.client.HTTPResponse, most: int, until: float) -> bytes:
    data = bytearray()
    while chunk := answer.read1(_CHUNK):
        data += chunk
        if len(data) > most:
            raise _Unusable
        if time.monotonic() > until:
            raise TimeoutError
    return bytes(data)
